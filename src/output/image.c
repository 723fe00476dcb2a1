#include "output/image.h"

#include <stdio.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"
#include "output/png_read.h"
#include "output/png_scan.h"

/* The greatest code of 16 bits. */
enum { CHANNELS = 3, FULL = UINT16_MAX };

/* ---- Values ------------------------------------------------------------------------------ */

static int64_t code_at(const uint8_t *bytes)
{
    return bytes[0] << 8 | bytes[1];
}

/* alpha (2 c - 1) as one quotient of whole numbers, so that its double is the nearest there is,
 * and nothing is 0, never -0. Fewer bits were stretched to 16 by a whole factor, which is
 * cancelled. */
static float value_of(int64_t code, int64_t alpha)
{
    return (float)((double)(alpha * (2 * code - FULL)) / ((double)FULL * FULL));
}

static void store(void *user, const TdiPngRow *row)
{
    TdiImage *image = user;
    size_t plane = (size_t)image->width * image->height;
    float *out = image->values + (size_t)row->y * image->width + row->x;
    for (size_t i = 0; i < row->count; i++) {
        const uint8_t *pixel = row->pixels[i];
        int64_t alpha = code_at(pixel + 2 * CHANNELS);
        for (size_t c = 0; c < CHANNELS; c++)
            out[c * plane + i * row->step] = value_of(code_at(pixel + 2 * c), alpha);
    }
}

/* ---- Reading ----------------------------------------------------------------------------- */

static TdStatus check_kind(TdiSource *source, TdError *err)
{
    bool png;
    TdStatus status = tdi_png_begins(source, &png, err);
    if (status != TD_OK || png)
        return status;
    if (tdi_source_size(source) == 0)
        return tdi_fail(err, TD_ERROR_FORMAT, "%.300s: is empty: a PNG is needed",
                        tdi_source_name(source));
    return tdi_fail(err, TD_ERROR_FORMAT,
                    "%.300s: is no PNG; convert it: ffmpeg -i in.jpg in.png, and take in.png",
                    tdi_source_name(source));
}

static TdStatus make_room(TdiImage *image, const char *name, const TdRun *run, TdError *err)
{
    char what[360];
    uint64_t pixels = (uint64_t)image->width * image->height;
    uint64_t bytes = tdi_mul_size(pixels, CHANNELS * sizeof *image->values);
    uint64_t rows = (uint64_t)image->width * TDI_PNG_ROW_BYTES;
    snprintf(what, sizeof what, "%.300s: a picture of %u x %u pixels", name,
             (unsigned)image->width, (unsigned)image->height);
    TdStatus status =
        tdi_check_limit(run, tdi_add_size(bytes, rows), what, "make it smaller", err);
    if (status != TD_OK)
        return status;
    image->values = tdi_alloc(pixels, CHANNELS * sizeof *image->values);
    return image->values != NULL ? TD_OK : tdi_fail_memory(err, bytes);
}

static TdStatus decode(TdPngReader *reader, const char *name, const TdRun *run, TdiImage *image,
                       TdError *err)
{
    const TdiPngSink sink = {store, image};
    TdStatus status = tdi_png_size(reader, &image->width, &image->height, err);
    if (status == TD_OK)
        status = make_room(image, name, run, err);
    if (status != TD_OK)
        return status;
    TdiFpMode mode = tdi_fp_enter();
    status = tdi_png_pixels(reader, &sink, run, err);
    tdi_fp_leave(mode);
    return status;
}

/* Takes over `source`. */
static TdStatus read_source(TdiSource *source, const TdRun *run, TdiImage *image, TdError *err)
{
    TdPngReader *reader = NULL;
    TdStatus status = check_kind(source, err);
    if (status == TD_OK)
        status = tdi_source_hash(source, run, image->sha256, err);
    if (status != TD_OK)
        tdi_source_close(source);
    else
        status = tdi_png_open_source(source, &reader, err);
    if (status == TD_OK)
        status = decode(reader, tdi_source_name(source), run, image, err);
    td_png_close(reader);
    if (status != TD_OK)
        tdi_image_clear(image);
    return status;
}

TdStatus tdi_image_read(const char *path, const TdRun *run, TdiImage *image, TdError *err)
{
    TdiSource *source;
    *image = (TdiImage){0};
    TdStatus status = tdi_source_open(path, run, &source, err);
    return status == TD_OK ? read_source(source, run, image, err) : status;
}

TdStatus tdi_image_read_memory(const void *bytes, size_t size, const char *name,
                               const TdRun *run, TdiImage *image, TdError *err)
{
    *image = (TdiImage){0};
    TdiSource *source = tdi_source_of_memory(bytes, size, name);
    return source == NULL ? tdi_fail_memory(err, size) : read_source(source, run, image, err);
}

void tdi_image_clear(TdiImage *image)
{
    tdi_free(image->values);
    *image = (TdiImage){0};
}
