/* tiedye post: the figures of the post, under fixed names. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <tiedye/sheet.h>

#include "commands.h"
#include "draw.h"

/* Each is a sheet of 32 networks of a preset. */
static const struct {
    const char *name, *preset;
} figures[] = {
    {"sheet-1-1-3", "@post-1-1-3"}, {"sheet-10-5-3", "@post-10-5-3"},
    {"sheet-20-10-3", "@post-20-10-3"}, {"tie-dye", "@tie-dye"},
    {"deeper", "@deeper"},          {"ghostly", "@ghostly"},
};

static int draw_figure(const Arguments *arguments, const char *folder, size_t i)
{
    char path[4096];
    TdError err = {0};
    int length = snprintf(path, sizeof path, "%s/%s.png", folder, figures[i].name);
    if (length < 0 || (size_t)length >= sizeof path)
        return usage_error(arguments->command, "the folder's name is too long");
    TdRecipe *recipe = td_recipe_create();
    if (recipe == NULL) {
        fputs("tiedye: out of memory\n", stderr);
        return 1;
    }
    TdStatus status = td_source_read(recipe, figures[i].preset, &err);
    if (status == TD_OK)
        status = td_recipe_parse(recipe, "draw = sheet\nsize = 256x256\n", &err);
    int code = status == TD_OK ? draw_to(arguments, recipe, path) : report_error(status, &err);
    td_recipe_free(recipe);
    return code;
}

int run_post(const Arguments *arguments)
{
    const char *folder = arguments->value[OPTION_OUTPUT];
    Cursor cursor = {0};
    int code = 0;
    if (folder == NULL)
        return usage_error(arguments->command, "post needs -o FOLDER");
    if (next_word(arguments, &cursor) != NULL)
        return usage_error(arguments->command, "post takes no sources: its recipes are fixed");
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "tiedye: %s: cannot make the folder: %s\n", folder, strerror(errno));
        return 1;
    }
    for (size_t i = 0; i < sizeof figures / sizeof *figures && code == 0; i++)
        code = draw_figure(arguments, folder, i);
    return code;
}
