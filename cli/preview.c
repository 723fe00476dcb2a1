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

/* The shape of a drawing of many pictures. */
static TdStatus find_shape(const TdRecipe *recipe, const TdRun *run, TdRaster *raster,
                           TdError *err)
{
    TdSheetLayout layout;
    TdPicture *picture = NULL;
    if (recipe->draw == TD_DRAW_INSIDE) {
        TdStatus status =
            td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_EXACT, run, &picture, err);
        if (status == TD_OK)
            *raster = *td_picture_raster(picture);
        td_picture_free(picture);
        return status;
    }
    TdStatus status = td_sheet_layout(recipe, &layout, err);
    *raster = (TdRaster){.width = layout.width, .height = layout.height};
    return status;
}

/* Change the recipe's size such that the drawing fills the box: a picture becomes larger, too;
 * of sheets the cells become smaller. Samples in a file have the size that they have. */
static TdStatus fit(TdRecipe *recipe, Box box, const TdRun *run, TdError *err)
{
    TdSize size = td_recipe_size(recipe);
    TdRaster raster = {.width = size.width, .height = size.height};
    TdStatus status = TD_OK;
    if (recipe->field[0] != '\0')
        return TD_OK;
    if (recipe->draw != TD_DRAW_PICTURE)
        status = find_shape(recipe, run, &raster, err);
    if (status != TD_OK)
        return status;
    double scale = fitting(&raster, box);
    if (recipe->draw != TD_DRAW_PICTURE && scale > 1)
        scale = 1;
    recipe->size =
        (TdSize){.width = scaled(size.width, scale), .height = scaled(size.height, scale)};
    return TD_OK;
}

/* ---- Pixels -------------------------------------------------------------------------- */

/* What goes to the terminal. */
typedef struct Pixels {
    int width, height;
    uint8_t *rgba; /* freed with terminal_free */
} Pixels;

static void put_row(Pixels *pixels, int y, const uint8_t *row, const TdRaster *raster)
{
    uint8_t *to = pixels->rgba + 4 * (size_t)y * (size_t)pixels->width;
    uint32_t last = raster->channels - 1;
    for (int x = 0; x < pixels->width; x++) {
        uint64_t column = (2 * (uint64_t)x + 1) * raster->width / (2 * (uint64_t)pixels->width);
        const uint8_t *from = row + column * raster->channels;
        const uint8_t pixel[] = {from[0], from[last / 2], from[last], 255};
        memcpy(to + 4 * x, pixel, sizeof pixel);
    }
}

/* Draw so many rows at once that threads have something to do, and of drawings that are larger
 * than what is shown (samples in a file) one row for each row of pixels. */
static TdStatus draw_rows(TdPicture *picture, const TdRun *run, Pixels *pixels, uint8_t *rows,
                          uint32_t most, TdError *err)
{
    const TdRaster *raster = td_picture_raster(picture);
    uint32_t height = (uint32_t)pixels->height;
    size_t row_bytes = (size_t)td_raster_row_bytes(raster);
    TdStatus status = TD_OK;
    most = height == raster->height ? most : 1;
    for (uint32_t y = 0, count; y < height && status == TD_OK; y += count) {
        uint64_t from = (2 * (uint64_t)y + 1) * raster->height / (2 * (uint64_t)height);
        count = height - y < most ? height - y : most;
        status = td_picture_rows(picture, (uint32_t)from, count, rows, run, err);
        for (uint32_t i = 0; i < count && status == TD_OK; i++)
            put_row(pixels, (int)(y + i), rows + i * row_bytes, raster);
    }
    return status;
}

/* As many pixels as the drawing has, or as twice the box has: that is sharp enough. */
static TdStatus draw_pixels(TdPicture *picture, Box box, const TdRun *run, Pixels *pixels,
                            TdError *err)
{
    enum { BAND = 64 };
    const TdRaster *raster = td_picture_raster(picture);
    double scale = 2 * fitting(raster, box);
    pixels->width = (int)scaled(raster->width, scale < 1 ? scale : 1);
    pixels->height = (int)scaled(raster->height, scale < 1 ? scale : 1);
    uint64_t band = BAND * td_raster_row_bytes(raster);
    uint64_t bytes = 4 * (uint64_t)pixels->width * (uint64_t)pixels->height;
    uint64_t limit = td_run_resolved(run).max_memory;
    TdStatus status = TD_ERROR_MEMORY;
    if (band + bytes > limit) {
        snprintf(err->message, sizeof err->message,
                 "the preview needs %.1f MiB of memory, the limit is %.1f MiB; raise "
                 "--max-memory",
                 (double)(band + bytes) * 0x1p-20, (double)limit * 0x1p-20);
        return status;
    }
    uint8_t *rows = terminal_pixels(band);
    pixels->rgba = terminal_pixels(bytes);
    if (rows != NULL && pixels->rgba != NULL)
        status = draw_rows(picture, run, pixels, rows, BAND, err);
    else
        snprintf(err->message, sizeof err->message, "out of memory");
    terminal_free(rows);
    return status;
}

static TdStatus show(TdRecipe *recipe, TdRun *run, TdError *err)
{
    Terminal terminal = terminal_find();
    Box box = {(double)terminal.columns * terminal.cell_width,
               (double)terminal.rows * terminal.cell_height};
    TdPicture *picture = NULL;
    Pixels pixels = {0};
    recipe->bits = 8;
    recipe->captions = recipe->captions && terminal.pixels; /* characters are too coarse */
    recipe->with_diagram = recipe->with_diagram && terminal.pixels;
    TdStatus status = fit(recipe, box, run, err);
    if (status == TD_OK)
        status = td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_ALL, run, &picture, err);
    if (status == TD_OK)
        status = draw_pixels(picture, box, run, &pixels, err);
    end_progress(run); /* the bar goes before the picture comes */
    if (status == TD_OK) {
        release_interrupts();
        terminal_show(&terminal, pixels.rgba, pixels.width, pixels.height);
        catch_interrupts(run);
    }
    terminal_free(pixels.rgba);
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
    td_recipe_free(recipe);
    return status == TD_OK ? 0 : report_error(status, &err);
}
