#include "preview.h"

#include <stdio.h>
#include <string.h>

#include <tiedye/sheet.h>

#include "progress.h"
#include "terminal.h"

typedef struct Box {
    double width, height; /* pixels that there is room for */
} Box;

static uint32_t scaled(uint32_t side, double scale)
{
    double pixels = side * scale + 0.5;
    return pixels < 1 ? 1 : (uint32_t)pixels;
}

static double fitting(const TdRaster *raster, Box box)
{
    double across = box.width / raster->width, down = box.height / raster->height;
    return across < down ? across : down;
}

/* Change the recipe's size such that the drawing fills the box: a picture becomes larger, too;
 * of sheets the cells become smaller. Samples in a file have the size that they have. */
static TdStatus fit(TdRecipe *recipe, Box box, const TdRun *run, TdError *err)
{
    TdPicture *picture;
    TdSize size = td_recipe_size(recipe);
    TdRaster raster = {.width = size.width, .height = size.height};
    if (recipe->field[0] != '\0')
        return TD_OK;
    if (recipe->draw != TD_DRAW_PICTURE) {
        TdStatus status =
            td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_ALL, run, &picture, err);
        if (status != TD_OK)
            return status;
        raster = *td_picture_raster(picture);
        td_picture_free(picture);
    }
    double scale = fitting(&raster, box);
    if (recipe->draw != TD_DRAW_PICTURE && scale > 1)
        scale = 1;
    recipe->size =
        (TdSize){.width = scaled(size.width, scale), .height = scaled(size.height, scale)};
    return TD_OK;
}

/* Draw all rows, which become RGBA in place. The caller frees *rgba with
 * terminal_free. */
static TdStatus draw_rows(TdPicture *picture, const TdRun *run, uint8_t **rgba, TdError *err)
{
    const TdRaster *raster = td_picture_raster(picture);
    uint64_t pixels = (uint64_t)raster->width * raster->height, bytes = 4 * pixels;
    uint32_t channels = raster->channels;
    *rgba = bytes <= td_run_resolved(run).max_memory ? terminal_pixels(bytes) : NULL;
    if (*rgba == NULL) {
        snprintf(err->message, sizeof err->message,
                 "the preview of %u x %u pixels needs %.0f MB, and there are less",
                 (unsigned)raster->width, (unsigned)raster->height, (double)bytes / 1e6);
        return TD_ERROR_MEMORY;
    }
    uint8_t *rows = *rgba + (4 - channels) * pixels;
    TdStatus status = td_picture_rows(picture, 0, raster->height, rows, run, err);
    for (uint64_t i = 0; i < pixels; i++) {
        const uint8_t *from = rows + channels * i;
        const uint8_t pixel[] = {from[0], from[(channels - 1) / 2], from[channels - 1], 255};
        memcpy(*rgba + 4 * i, pixel, sizeof pixel);
    }
    return status;
}

static TdStatus show(TdRecipe *recipe, const TdRun *run, TdError *err)
{
    Terminal terminal = terminal_find();
    Box box = {(double)terminal.columns * terminal.cell_width,
               (double)terminal.rows * terminal.cell_height};
    TdPicture *picture = NULL;
    uint8_t *rgba = NULL;
    recipe->bits = 8;
    recipe->captions = recipe->captions && terminal.pixels; /* characters are too coarse */
    TdStatus status = fit(recipe, box, run, err);
    if (status == TD_OK)
        status = td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_ALL, run, &picture, err);
    if (status == TD_OK)
        status = draw_rows(picture, run, &rgba, err);
    if (status == TD_OK) {
        const TdRaster *raster = td_picture_raster(picture);
        terminal_show(&terminal, rgba, (int)raster->width, (int)raster->height);
    }
    terminal_free(rgba);
    td_picture_free(picture);
    return status;
}

int preview(const Arguments *arguments)
{
    TdRun run = arguments->run;
    TdError err = {0};
    if (!terminal_shows()) {
        complain("--show: this build has no previews, as libchafa was missing; make setup "
                 "installs it");
        return exit_code(TD_ERROR_UNSUPPORTED);
    }
    TdRecipe *recipe = td_recipe_copy(arguments->recipe);
    if (recipe == NULL)
        return report_memory();
    start_progress(&run, "preview", arguments->value[OPTION_QUIET] != NULL);
    TdStatus status = show(recipe, &run, &err);
    end_progress(&run);
    td_recipe_free(recipe);
    return status == TD_OK ? 0 : report_error(status, &err);
}
