/* tiedye post: the figures of the post, under fixed names. */
#include <stdio.h>
#include <string.h>

#include <tiedye/diagram.h>
#include <tiedye/sheet.h>

#include "commands.h"
#include "draw.h"
#include "folder.h"
#include "progress.h"

/* Each is a preset: what that draws, or a sheet of 32 networks. */
static const struct {
    const char *name, *preset;
} figures[] = {
    {"sheet-1-1-3.png", "@post-1-1-3"},
    {"sheet-10-5-3.png", "@post-10-5-3"},
    {"sheet-20-10-3.png", "@post-20-10-3"},
    {"tie-dye.png", "@tie-dye"},
    {"deeper.png", "@deeper"},
    {"ghostly.png", "@ghostly"},
    {"depth-by-density.png", "@depth-by-density"},
    {"depth-by-density-ghostly.png", "@ghostly-density"},
    {"voxels-shallow.png", "@voxels"},
    {"voxels-deep.png", "@voxels-deep"},
    {"voxels-ghostly.png", "@voxels-ghostly"},
    {"slices-ghostly.mp4", "@slices-ghostly"},
    {"slices-ghostly-deep.mp4", "@slices-ghostly-deep"},
    {"slices.mp4", "@slices"},
    {"slices-deep.mp4", "@slices-deep"},
    {"convnet-shallow-1.mp4", "@convnet-shallow-ghostly"},
    {"convnet-deep-1.mp4", "@convnet-deep-ghostly"},
    {"convnet-shallow-3.mp4", "@convnet-shallow"},
    {"convnet-deep-3.mp4", "@convnet-deep"},
};

/* "out/tie-dye.png" */
static bool join(const char *folder, const char *name, char *path, size_t size)
{
    size_t end = strlen(folder);
    const char *slash = end > 0 && folder[end - 1] == '/' ? "" : "/";
    int length = snprintf(path, size, "%s%s%s", folder, slash, name);
    return length >= 0 && (size_t)length < size;
}

static int draw_figure(const Arguments *arguments, const char *folder, size_t i)
{
    char path[4096];
    TdError err = {0};
    if (!join(folder, figures[i].name, path, sizeof path))
        return usage_error(arguments->command, "the folder's name is too long");
    TdRecipe *recipe = td_recipe_create();
    if (recipe == NULL)
        return report_memory();
    TdStatus status = td_source_read(recipe, figures[i].preset, &err);
    bool film = recipe->path_count > 0;
    if (recipe->draw == TD_DRAW_PICTURE && !film)
        recipe->draw = TD_DRAW_SHEET;
    int code = status == TD_OK ? apply_keys(arguments, recipe) : report_error(status, &err);
    if (code == 0)
        code = film ? draw_film_to(arguments, recipe, path, true)
                    : draw_to(arguments, recipe, path);
    td_recipe_free(recipe);
    return code;
}

/* Networks as drawings: a preset's neurons, or a built-in network. */
static const struct {
    const char *name, *source;
} diagrams[] = {
    {"three-layers", "@post-20-10-3"},
    {"inception-v4", "@inception-v4"},
};

static TdStatus read_diagram(const char *source, const TdRun *run, TdDiagram **diagram,
                             TdError *err)
{
    const TdDiagramOptions neurons = {.neurons = true};
    if (td_diagram_is_source(source))
        return td_diagram_read(source, NULL, run, diagram, err);
    TdRecipe *recipe = td_recipe_create();
    if (recipe == NULL) {
        snprintf(err->message, sizeof err->message, "out of memory");
        return TD_ERROR_MEMORY;
    }
    TdStatus status = td_source_read(recipe, source, err);
    if (status == TD_OK)
        status = td_diagram_of_recipe(recipe, &neurons, run, diagram, err);
    td_recipe_free(recipe);
    return status;
}

/* What this machine cannot make is said, and no failure. */
static int save_diagram(const Arguments *arguments, const TdDiagram *diagram, const char *path)
{
    TdRun run = arguments->run;
    TdError err = {0};
    bool quiet = arguments->value[OPTION_QUIET] != NULL;
    start_progress(&run, path, quiet);
    TdStatus status = td_diagram_save(diagram, path, NULL, &run, &err);
    double seconds = end_progress(&run);
    if (status == TD_ERROR_UNSUPPORTED) {
        complain("%.400s: skipped. %s", path, err.message);
        return 0;
    }
    if (status != TD_OK)
        return report_error(status, &err);
    if (!quiet)
        say("%.800s  %s, %.1f s", path, td_diagram_title(diagram), seconds);
    return 0;
}

static int draw_diagram(const Arguments *arguments, const char *folder, size_t i)
{
    static const char *const endings[] = {"svg", "png"};
    TdDiagram *diagram = NULL;
    TdError err = {0};
    char path[4096], name[64];
    TdStatus status = read_diagram(diagrams[i].source, &arguments->run, &diagram, &err);
    int code = status == TD_OK ? 0 : report_error(status, &err);
    for (size_t k = 0; k < 2 && code == 0; k++) {
        snprintf(name, sizeof name, "%s.%s", diagrams[i].name, endings[k]);
        code = join(folder, name, path, sizeof path)
                   ? save_diagram(arguments, diagram, path)
                   : usage_error(arguments->command, "the folder's name is too long");
    }
    td_diagram_free(diagram);
    return code;
}

int run_post(const Arguments *arguments)
{
    const char *folder = arguments->value[OPTION_OUTPUT];
    Cursor cursor = {0};
    if (folder == NULL)
        return usage_error(arguments->command, "post needs -o FOLDER");
    if (next_word(arguments, &cursor) != NULL)
        return usage_error(arguments->command, "post takes no sources: its recipes are fixed");
    int code = make_folder(folder, NULL);
    for (size_t i = 0; i < sizeof figures / sizeof *figures && code == 0; i++)
        code = draw_figure(arguments, folder, i);
    for (size_t i = 0; i < sizeof diagrams / sizeof *diagrams && code == 0; i++)
        code = draw_diagram(arguments, folder, i);
    return code;
}
