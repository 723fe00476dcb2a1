#include "draw.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tiedye/motion.h>
#include <tiedye/output.h>
#include <tiedye/sheet.h>

#include "preview.h"
#include "progress.h"
#include "report.h"

const char *output_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard output" : path;
}

static void say_saved(const TdRecipe *recipe, const char *path, const TdSaved *saved,
                      double seconds)
{
    const TdRaster *raster = &saved->raster;
    const char *samples = raster->type == TD_SAMPLE_F32   ? "float32"
                          : raster->type == TD_SAMPLE_U16 ? "16 bit"
                                                          : "8 bit";
    char size[80];
    if (saved->triangles > 0)
        snprintf(size, sizeof size, "%llu vertices, %llu triangles",
                 (unsigned long long)saved->vertices, (unsigned long long)saved->triangles);
    else if (raster->frames_per_second > 0)
        snprintf(size, sizeof size, "%u x %u, %u frames, %.1f s of film",
                 (unsigned)raster->width, (unsigned)raster->height, (unsigned)raster->depth,
                 raster->depth / raster->frames_per_second);
    else if (raster->depth > 0)
        snprintf(size, sizeof size, "%u x %u x %u, %s", (unsigned)raster->width,
                 (unsigned)raster->height, (unsigned)raster->depth, samples);
    else
        snprintf(size, sizeof size, "%u x %u, %s", (unsigned)raster->width,
                 (unsigned)raster->height, samples);
    say("%.800s  %s, seed %llu, %.1f s", saved->written ? output_name(path) : "no file", size,
        (unsigned long long)recipe->seed, seconds);
    if (saved->note != NULL)
        complain("%s", saved->note);
}

static bool draws_cost(const Arguments *arguments);

typedef TdStatus Save(const TdRecipe *recipe, const char *path, const TdSaving *saving,
                      const TdRun *run, TdSaved *saved, TdError *err);

/* `skips`: what this machine cannot do is said, and no failure. */
static int save(const Arguments *arguments, const TdRecipe *recipe, const char *path,
                Save *save_to, bool skips)
{
    TdRun run = arguments->run;
    TdError err = {0};
    TdSaved saved;
    TdReport report = {0};
    TdSaving saving = {arguments->value[OPTION_FORMAT],
                       arguments->value[OPTION_NO_RECIPE] != NULL, draws_cost(arguments)};
    bool quiet = arguments->value[OPTION_QUIET] != NULL;
    run.report = arguments->value[OPTION_REPORT] != NULL ? &report : NULL;
    start_progress(&run, output_name(path), quiet);
    TdStatus status = save_to(recipe, path, &saving, &run, &saved, &err);
    double seconds = end_progress(&run);
    if (status == TD_ERROR_UNSUPPORTED && skips) {
        complain("%.400s: skipped. %s", path, err.message);
        return 0;
    }
    if (status != TD_OK)
        return report_error(status, &err);
    if (!quiet)
        say_saved(recipe, path, &saved, seconds);
    if (run.report != NULL)
        print_report(&report, arguments->value[OPTION_JSON] != NULL);
    return 0;
}

int draw_to(const Arguments *arguments, const TdRecipe *recipe, const char *path)
{
    return save(arguments, recipe, path, td_draw_save, false);
}

int draw_film_to(const Arguments *arguments, const TdRecipe *recipe, const char *path,
                 bool skips)
{
    return save(arguments, recipe, path, td_film_save, skips);
}

static bool draws_film(const Arguments *arguments)
{
    return (arguments->command->groups & 1u << TD_GROUP_MOTION) != 0;
}

/* tiedye-7.png (of films .mp4), or tiedye-7-2.png ... where that is taken: nothing is
 * overwritten unasked. */
static void free_name(const Arguments *arguments, char *path, size_t size)
{
    const char *format = arguments->value[OPTION_FORMAT];
    bool film = draws_film(arguments) && arguments->recipe->frame == 0;
    const char *extension = format != NULL ? format : film ? "mp4" : "png";
    const char *what = draws_cost(arguments) ? "-cost" : "";
    unsigned long long seed = arguments->recipe->seed;
    snprintf(path, size, "tiedye-%llu%s.%s", seed, what, extension);
    for (unsigned n = 2; access(path, F_OK) == 0; n++)
        snprintf(path, size, "tiedye-%llu%s-%u.%s", seed, what, n, extension);
}

/* Said here, since its name seems to lack an extension only. */
static bool is_folder(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode))
        return false;
    complain("%.400s: is a folder; name a file in it", path);
    return true;
}

static bool draws_cost(const Arguments *arguments)
{
    const char *what = arguments->value[OPTION_WHAT];
    return what != NULL && strcmp(what, "cost") == 0;
}

/* --what, --report and --json, which go together with some others only. */
static int check_cost(const Arguments *arguments)
{
    const char *what = arguments->value[OPTION_WHAT], *path = arguments->value[OPTION_OUTPUT];
    bool reports = arguments->value[OPTION_REPORT] != NULL;
    bool shows = arguments->value[OPTION_SHOW] != NULL;
    if (what != NULL && strcmp(what, "picture") != 0 && strcmp(what, "cost") != 0)
        return usage_error(arguments->command, "--what: \"%.40s\" is neither picture nor cost",
                           what);
    if (arguments->value[OPTION_JSON] != NULL && !reports)
        return usage_error(arguments->command, "--json prints what --report finds; add that");
    if (reports && path != NULL && strcmp(path, "-") == 0)
        return usage_error(arguments->command, "--report and -o - both want standard output");
    if (reports && shows)
        return usage_error(arguments->command, "--report and --show both want standard output");
    if (shows && draws_cost(arguments) && path == NULL)
        return usage_error(arguments->command, "--show shows the picture; name a file (-o)");
    if (reports && arguments->recipe->field[0] != '\0')
        return usage_error(arguments->command, "--report is of networks, not of a field");
    if (reports && arguments->recipe->draw == TD_DRAW_VOLUME)
        return usage_error(arguments->command, "--report is of pictures of the plane");
    return 0;
}

/* What is said of where the drawing goes, looked at before anything is drawn. */
static int check_output(const Arguments *arguments)
{
    const char *path = arguments->value[OPTION_OUTPUT];
    const char *format = arguments->value[OPTION_FORMAT];
    bool shows = arguments->value[OPTION_SHOW] != NULL;
    TdError err = {0};
    if (path != NULL && path[0] == '\0')
        return usage_error(arguments->command, "the name behind --output is empty");
    if (shows && path != NULL && strcmp(path, "-") == 0)
        return usage_error(arguments->command, "--show and -o - both want standard output");
    if (shows && path == NULL && format != NULL)
        return usage_error(arguments->command, "--format says nothing to --show without -o");
    if (path != NULL && is_folder(path))
        return 1;
    if (path != NULL && td_format_find(format, path, &err) == NULL)
        return report_error(TD_ERROR_ARGUMENT, &err);
    return 0;
}

/* How to keep what was shown. */
static void say_shown(const Arguments *arguments)
{
    unsigned long long seed = arguments->recipe->seed;
    if (arguments->value[OPTION_QUIET] != NULL)
        return;
    if (arguments->recipe->field[0] != '\0')
        say("not saved: -o FILE keeps it");
    else
        say("seed %llu, not saved: --seed %llu -o FILE keeps it", seed, seed);
}

int draw(const Arguments *arguments)
{
    char name[96];
    const char *path = arguments->value[OPTION_OUTPUT];
    bool shows = arguments->value[OPTION_SHOW] != NULL;
    int code = check_cost(arguments);
    if (code == 0)
        code = check_output(arguments);
    if (code == 0 && shows)
        code = preview(arguments);
    if (code != 0)
        return code;
    if (path == NULL && shows) {
        say_shown(arguments);
        return 0;
    }
    if (path == NULL) {
        free_name(arguments, name, sizeof name);
        path = name;
    }
    return draws_film(arguments) ? draw_film_to(arguments, arguments->recipe, path, false)
                                 : draw_to(arguments, arguments->recipe, path);
}
