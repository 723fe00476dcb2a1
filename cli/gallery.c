/* tiedye gallery: the most different of thousands of networks, in a folder with a page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tiedye/search.h>
#include <tiedye/sheet.h>

#include "commands.h"
#include "folder.h"
#include "progress.h"

enum { AMONG = 10000, KEEP = 32, MOST_SETTINGS = 256 };

/* ---- What is asked for --------------------------------------------------------------------
 */

/* A whole number from 1 to `most`; `preset` where the option is not given. */
static int read_number(const Arguments *arguments, RunOption option, uint32_t most,
                       uint32_t preset, uint32_t *number)
{
    const char *value = arguments->value[option], *name = option_info(option)->name;
    char *end;
    *number = preset;
    if (value == NULL)
        return 0;
    unsigned long long read = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || read < 1 || read > most)
        return usage_error(arguments->command, "--%s: \"%.40s\" is not a number from 1 to %u",
                           name, value, (unsigned)most);
    *number = (uint32_t)read;
    return 0;
}

/* Where fewer are looked at than are kept when nothing is said, all may be kept. */
static int read_numbers(const Arguments *arguments, TdGalleryPlan *plan)
{
    int code = read_number(arguments, OPTION_AMONG, TD_MAX_AMONG, AMONG, &plan->among);
    uint32_t preset = plan->among < KEEP ? plan->among : KEEP;
    if (code == 0)
        code = read_number(arguments, OPTION_KEEP, TD_MAX_KEEP, preset, &plan->keep);
    if (code == 0 && plan->keep > plan->among)
        return usage_error(arguments->command,
                           "--keep: %u of %u cannot be kept; look --among more",
                           (unsigned)plan->keep, (unsigned)plan->among);
    return code;
}

/* Without a source keys hold in every random recipe. */
static int read_plan(const Arguments *arguments, TdSetting *settings, TdGalleryPlan *plan)
{
    Cursor cursor = {0};
    const TdKeyInfo *key;
    const char *value;
    *plan = (TdGalleryPlan){.recipe = arguments->recipe, .settings = settings};
    plan->random = next_word(arguments, &cursor) == NULL;
    cursor = (Cursor){0};
    while (plan->random && (key = next_key(arguments, &cursor, &value)) != NULL) {
        if (plan->setting_count == MOST_SETTINGS)
            return usage_error(arguments->command, "too many keys");
        settings[plan->setting_count++] = (TdSetting){key->name, value};
    }
    return read_numbers(arguments, plan);
}

static int check_output(const Arguments *arguments)
{
    const char *folder = arguments->value[OPTION_OUTPUT];
    if (folder == NULL || folder[0] == '\0')
        return usage_error(arguments->command, "gallery needs -o DIR");
    if (strcmp(folder, "-") == 0)
        return usage_error(arguments->command,
                           "a gallery is a folder, which standard output is not: -o DIR");
    return 0;
}

/* ---- What is told -------------------------------------------------------------------------
 */

static void print_text(const char *name, char *text, const char *mark, const char *behind)
{
    printf("\"%s\": %s%s%s%s", name, mark, text != NULL ? text : "", mark, behind);
    td_text_free(text);
}

static void print_keeper(const TdGallery *gallery, uint32_t i)
{
    const TdKeeper *keeper = &gallery->keepers[i];
    printf("%s{", i == 0 ? "" : ", ");
    print_text("file", td_gallery_file(gallery, i), "\"", ", ");
    printf("\"candidate\": %u, \"interest\": %.4f, ", (unsigned)keeper->number,
           keeper->look.interest);
    print_text("link", td_recipe_print(keeper->recipe, TD_FORM_LINK), "\"", ", ");
    print_text("recipe", td_recipe_print(keeper->recipe, TD_FORM_JSON), "", "}");
}

static void print_json(const TdGalleryPlan *plan, const TdGallery *gallery)
{
    printf("{\"seed\": \"%llu\", \"among\": %u, \"kept\": %u",
           (unsigned long long)plan->recipe->seed, (unsigned)plan->among,
           (unsigned)gallery->count);
    for (unsigned sight = 0; sight < TD_SIGHT_COUNT; sight++)
        printf(", \"%s\": %u", td_sight_name((TdSight)sight), (unsigned)gallery->seen[sight]);
    printf(", \"pictures\": [");
    for (uint32_t i = 0; i < gallery->count; i++)
        print_keeper(gallery, i);
    puts("]}");
}

static void say_kept(const TdGalleryPlan *plan, const TdGallery *gallery)
{
    const uint32_t *seen = gallery->seen;
    say("kept %u of %u%s: %u blank, %u saturated, %u noisy", (unsigned)gallery->count,
        (unsigned)plan->among, gallery->count < plan->keep ? ", all that are good" : "",
        (unsigned)seen[TD_SIGHT_BLANK], (unsigned)seen[TD_SIGHT_SATURATED],
        (unsigned)seen[TD_SIGHT_NOISY]);
}

/* ---- The command --------------------------------------------------------------------------
 */

static TdStatus find(const Arguments *arguments, const TdGalleryPlan *plan, TdGallery **gallery,
                     TdError *err)
{
    TdRun run = arguments->run;
    start_progress(&run, "looking", arguments->value[OPTION_QUIET] != NULL);
    TdStatus status = td_gallery_find(plan, &run, gallery, err);
    double seconds = end_progress(&run);
    if (status == TD_OK && arguments->value[OPTION_QUIET] == NULL)
        say("looked at %u thumbnails, %.1f s", (unsigned)plan->among, seconds);
    return status;
}

static TdStatus save(const Arguments *arguments, const TdGalleryPlan *plan,
                     const TdGallery *gallery, TdError *err)
{
    const char *folder = arguments->value[OPTION_OUTPUT];
    TdRun run = arguments->run;
    start_progress(&run, folder, arguments->value[OPTION_QUIET] != NULL);
    TdStatus status = td_gallery_save(plan, gallery, folder, &run, err);
    double seconds = end_progress(&run);
    if (status == TD_OK && arguments->value[OPTION_QUIET] == NULL)
        say("%.400s/index.html  %u picture%s, %.1f s", folder, (unsigned)gallery->count,
            gallery->count == 1 ? "" : "s", seconds);
    return status;
}

static int fill_folder(const Arguments *arguments, const TdGalleryPlan *plan)
{
    TdGallery *gallery = NULL;
    TdError err = {0};
    TdStatus status = td_gallery_check_folder(arguments->value[OPTION_OUTPUT], &err);
    if (status == TD_OK)
        status = td_image_attach(arguments->recipe, &arguments->run, &err);
    if (status == TD_OK)
        status = find(arguments, plan, &gallery, &err);
    if (status == TD_OK && gallery->count == 0) {
        complain("none of %u is good: %u blank, %u saturated, %u noisy; look at other seeds or "
                 "keys",
                 (unsigned)plan->among, (unsigned)gallery->seen[TD_SIGHT_BLANK],
                 (unsigned)gallery->seen[TD_SIGHT_SATURATED],
                 (unsigned)gallery->seen[TD_SIGHT_NOISY]);
        td_gallery_free(gallery);
        return 1;
    }
    if (status == TD_OK)
        status = save(arguments, plan, gallery, &err);
    if (status == TD_OK && arguments->value[OPTION_JSON] != NULL)
        print_json(plan, gallery);
    if (status == TD_OK && arguments->value[OPTION_QUIET] == NULL)
        say_kept(plan, gallery);
    td_gallery_free(gallery);
    return status == TD_OK ? 0 : report_error(status, &err);
}

int run_gallery(const Arguments *arguments)
{
    const char *folder = arguments->value[OPTION_OUTPUT];
    TdSetting settings[MOST_SETTINGS];
    TdGalleryPlan plan;
    bool made = false;
    int code = check_output(arguments);
    if (code == 0)
        code = read_plan(arguments, settings, &plan);
    if (code == 0)
        code = make_folder(folder, &made);
    if (code == 0)
        code = fill_folder(arguments, &plan);
    if (code != 0 && made)
        rmdir(folder);
    return code;
}
