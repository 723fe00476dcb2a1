/* From a recipe to a file. */
#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"
#include "tiedye/output.h"
#include "tiedye/sheet.h"

static TdStatus write_rows(TdPicture *picture, TdOutput *output, unsigned char *band,
                           uint32_t band_rows, const TdRun *run, TdError *err)
{
    uint32_t height = td_picture_raster(picture)->height;
    TdStatus status = TD_OK;
    for (uint32_t y = 0; y < height && status == TD_OK;) {
        uint32_t count = height - y < band_rows ? height - y : band_rows;
        status = td_picture_rows(picture, y, count, band, run, err);
        if (status == TD_OK)
            status = td_output_rows(output, band, count, err);
        y += count;
    }
    return status;
}

/* Bytes of a band, refused where they pass the run's limit. */
static TdStatus check_band(const TdRaster *raster, uint32_t rows, const TdRun *run,
                           size_t *bytes, TdError *err)
{
    uint64_t needed = tdi_mul_size(td_raster_row_bytes(raster), rows);
    char what[80];
    snprintf(what, sizeof what, "size: a row of %u pixels", (unsigned)raster->width);
    *bytes = needed;
    return tdi_check_limit(run, needed, what, "draw a narrower picture", err);
}

static TdStatus write_picture(TdPicture *picture, TdOutput *output, const TdRun *run,
                              TdError *err)
{
    uint32_t band_rows = td_output_band_rows(output);
    size_t bytes = 0;
    TdStatus status = check_band(td_picture_raster(picture), band_rows, run, &bytes, err);
    if (status != TD_OK)
        return status;
    unsigned char *band = tdi_alloc(bytes, 1);
    if (band == NULL)
        return tdi_fail_memory(err, bytes);
    status = write_rows(picture, output, band, band_rows, run, err);
    tdi_free(band);
    return status;
}

/* Open, write, close. */
static TdStatus save(TdPicture *picture, const TdFormatInfo *format, const char *path,
                     const char *recipe, const TdRun *run, TdError *err)
{
    TdOutput *output;
    TdStatus status =
        td_output_open(format, path, td_picture_raster(picture), recipe, run, &output, err);
    if (status != TD_OK)
        return status;
    status = write_picture(picture, output, run, err);
    if (status != TD_OK) {
        td_output_discard(output);
        return status;
    }
    return td_output_close(output, err);
}

TdStatus td_draw_save(const TdRecipe *recipe, const char *path, const TdSaving *saving,
                      const TdRun *run, TdSaved *saved, TdError *err)
{
    const TdSaving chosen = saving != NULL ? *saving : (TdSaving){0};
    const TdFormatInfo *format = td_format_find(chosen.format, path, err);
    TdPicture *picture;
    char *text = NULL;
    if (format == NULL)
        return TD_ERROR_ARGUMENT;
    TdStatus status =
        td_draw_create(recipe, format->field ? TD_SAMPLES_FIELD : TD_SAMPLES_COLOUR,
                       format->exact ? TD_DETAIL_EXACT : TD_DETAIL_ALL, run, &picture, err);
    if (status != TD_OK)
        return status;
    if (!chosen.no_recipe && format->recipe) {
        text = td_recipe_print(recipe, TD_FORM_TEXT);
        status = text == NULL ? tdi_fail_memory(err, 0) : TD_OK;
    }
    if (status == TD_OK)
        status = save(picture, format, path, text, run, err);
    if (saved != NULL)
        *saved =
            (TdSaved){*td_picture_raster(picture), !format->nothing, td_picture_note(picture)};
    td_text_free(text);
    td_picture_free(picture);
    return status;
}
