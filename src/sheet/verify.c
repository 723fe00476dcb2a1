/* Draw a PNG's recipe again and compare. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "sheet/source.h"
#include "tiedye/output.h"
#include "tiedye/sheet.h"

enum { BAND_BYTES = 2 << 20 };

/* Both sides of a comparison. */
typedef struct Sides {
    TdPngReader *reader;
    TdRecipe *recipe;
    TdPicture *picture;
    unsigned char *file_rows, *drawn_rows;
} Sides;

static void clear(Sides *sides)
{
    td_png_close(sides->reader);
    td_recipe_free(sides->recipe);
    td_picture_free(sides->picture);
    tdi_free(sides->file_rows);
    tdi_free(sides->drawn_rows);
}

static TdStatus open_sides(Sides *sides, const char *path, const TdRun *run,
                           TdComparison *result, TdError *err)
{
    TdStatus status = td_png_open(path, run, &sides->reader, err);
    if (status != TD_OK)
        return status;
    const char *text = td_png_recipe(sides->reader, err);
    if (text == NULL)
        return TD_ERROR_FORMAT;
    sides->recipe = td_recipe_create();
    if (sides->recipe == NULL)
        return tdi_fail_memory(err, sizeof *sides->recipe);
    status = tdi_source_parse(sides->recipe, path, text, err);
    if (status == TD_OK) /* the layout is the frame's */
        status = td_recipe_take_frame(sides->recipe, err);
    if (status == TD_OK)
        status = td_png_raster(sides->reader, &result->file, err);
    if (status == TD_OK)
        status = td_draw_create(sides->recipe, TD_SAMPLES_COLOUR, TD_DETAIL_EXACT, run,
                                &sides->picture, err);
    if (status == TD_OK)
        result->recipe = *td_picture_raster(sides->picture);
    return status;
}

static bool same_shape(const TdRaster *a, const TdRaster *b)
{
    return a->width == b->width && a->height == b->height && a->channels == b->channels &&
           a->type == b->type;
}

static uint32_t sample_at(const unsigned char *rows, size_t i, TdSampleType type)
{
    uint16_t wide;
    if (type == TD_SAMPLE_U8)
        return rows[i];
    memcpy(&wide, rows + 2 * i, sizeof wide);
    return wide;
}

static void take_sample(TdComparison *result, uint32_t x, uint32_t y, uint32_t channel,
                        uint32_t in_file, uint32_t drawn)
{
    uint32_t apart = in_file > drawn ? in_file - drawn : drawn - in_file;
    TdVerdict verdict = apart > 1 ? TD_DIFFERENT : apart == 1 ? TD_WITHIN_ONE : TD_IDENTICAL;
    result->samples++;
    result->differing += apart != 0;
    if (verdict <= result->verdict)
        return;
    result->verdict = verdict;
    result->x = x;
    result->y = y;
    result->channel = channel;
    result->in_file = in_file;
    result->drawn = drawn;
}

/* Compare one row's samples, as far as the contract covers them. */
static void compare_row(const Sides *sides, size_t offset, uint32_t y, TdComparison *result)
{
    const TdRaster *raster = &result->recipe;
    uint32_t until = 0;
    for (uint32_t x = 0; x < raster->width; x = until) {
        bool covered = td_draw_covers(sides->recipe, x, y, &until);
        until = until < raster->width ? until : raster->width;
        for (uint32_t at = x; covered && at < until; at++) {
            for (uint32_t c = 0; c < raster->channels; c++) {
                size_t i = offset + (size_t)at * raster->channels + c;
                take_sample(result, at, y, c, sample_at(sides->file_rows, i, raster->type),
                            sample_at(sides->drawn_rows, i, raster->type));
            }
        }
    }
}

/* A few MiB a side; every row is compared until one differs by more than one code. */
static TdStatus compare(Sides *sides, const TdRun *run, TdComparison *result, TdError *err)
{
    const TdRaster *raster = &result->recipe;
    size_t row_bytes = td_raster_row_bytes(raster);
    uint32_t band = row_bytes < BAND_BYTES ? (uint32_t)(BAND_BYTES / row_bytes) : 1;
    char what[80];
    snprintf(what, sizeof what, "comparing rows of %u pixels", (unsigned)raster->width);
    TdStatus status =
        tdi_check_limit(run, tdi_mul_size(3 * band, row_bytes), what,
                        "compare a narrower picture", err); /* and libpng's rows */
    if (status != TD_OK)
        return status;
    sides->file_rows = tdi_alloc(band, row_bytes);
    sides->drawn_rows = tdi_alloc(band, row_bytes);
    if (sides->file_rows == NULL || sides->drawn_rows == NULL)
        return tdi_fail_memory(err, band * row_bytes);
    for (uint32_t y = 0; y < raster->height && result->verdict != TD_DIFFERENT;) {
        uint32_t count = raster->height - y < band ? raster->height - y : band;
        status = td_png_rows(sides->reader, sides->file_rows, count, err);
        if (status == TD_OK)
            status = td_picture_rows(sides->picture, y, count, sides->drawn_rows, run, err);
        if (status != TD_OK)
            return status;
        for (uint32_t row = 0; row < count && result->verdict != TD_DIFFERENT; row++)
            compare_row(sides, (size_t)row * raster->width * raster->channels, y + row, result);
        y += count;
    }
    return TD_OK;
}

TdStatus td_draw_verify(const char *path, const TdRun *run, TdComparison *comparison,
                        TdError *err)
{
    Sides sides = {0};
    *comparison = (TdComparison){.verdict = TD_IDENTICAL};
    TdStatus status = open_sides(&sides, path, run, comparison, err);
    if (status == TD_OK && !same_shape(&comparison->file, &comparison->recipe))
        comparison->verdict = TD_OTHER_SHAPE;
    else if (status == TD_OK)
        status = compare(&sides, run, comparison, err);
    clear(&sides);
    return status;
}
