/* tiedye post: the figures of the post, under fixed names. */
#include <stdio.h>
#include <string.h>

#include <tiedye/sheet.h>

#include "commands.h"
#include "draw.h"
#include "folder.h"

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
    return code;
}
