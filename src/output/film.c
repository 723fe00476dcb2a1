/* What the formats of films share. */
#include "output/film.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Slower films have frames longer than some formats can say (65535 / 100 s in GIF). */
#define RATE_LEAST 0.01

/* Bytes of the largest frame that is one band. */
#define BAND_BYTES_MOST (UINT64_C(32) << 20)

static TdStatus check_side(const TdOutput *output, const TdiFilmLimits *limits, TdError *err)
{
    const char *name = output->format->info.name;
    uint32_t width = output->raster.width, height = output->raster.height;
    if (width > limits->side || height > limits->side)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "size: %s holds at most %u pixels a side; %ux%u is too large", name,
                        limits->side, width, height);
    if (limits->even && (width % 2 != 0 || height % 2 != 0))
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "size: %s needs even sides; %ux%u is odd, use %ux%u", name, width,
                        height, width + width % 2, height + height % 2);
    return TD_OK;
}

TdStatus tdi_film_check(const TdOutput *output, const TdiFilmLimits *limits, TdError *err)
{
    const char *name = output->format->info.name;
    double rate = output->raster.frames_per_second;
    TdStatus status = check_side(output, limits, err);
    if (status != TD_OK)
        return status;
    if (!(rate >= RATE_LEAST))
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "fps: %s holds at least %g frames a second, not %g", name, RATE_LEAST,
                        rate);
    if (!(rate <= limits->rate))
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "fps: %s holds at most %g frames a second (%s), not %g", name,
                        limits->rate, limits->because, rate);
    return TD_OK;
}

uint32_t tdi_film_frames(const TdRaster *raster)
{
    return raster->depth > 0 ? raster->depth : 1;
}

int64_t tdi_film_time(const TdRaster *raster, uint32_t i, double units)
{
    return (int64_t)floor(units * i / raster->frames_per_second + 0.5);
}

TdStatus tdi_frames_open(TdiFrames *frames, const TdOutput *output, uint64_t extra,
                         TdError *err)
{
    const TdRaster *raster = &output->raster;
    uint64_t bytes = tdi_mul_size(td_raster_row_bytes(raster), raster->height);
    uint64_t pixels = tdi_mul_size(raster->width, raster->height);
    char what[80];
    snprintf(what, sizeof what, "size: a frame of %u x %u pixels", (unsigned)raster->width,
             (unsigned)raster->height);
    TdStatus status =
        tdi_check_limit(&output->run, tdi_add_size(bytes, tdi_mul_size(pixels, extra)), what,
                        "draw a smaller film", err);
    if (status != TD_OK)
        return status;
    frames->bytes = (size_t)bytes;
    frames->partial = tdi_alloc(1, bytes);
    return frames->partial == NULL ? tdi_fail_memory(err, bytes) : TD_OK;
}

TdStatus tdi_frames_take(TdiFrames *frames, TdOutput *output, const void *rows, uint32_t count,
                         TdStatus (*frame)(TdOutput *output, const uint8_t *pixels,
                                           TdError *err),
                         TdError *err)
{
    const uint8_t *next = rows;
    size_t left = (size_t)td_raster_row_bytes(&output->raster) * count;
    TdStatus status = TD_OK;
    while (left > 0 && status == TD_OK) {
        bool direct = frames->used == 0 && left >= frames->bytes;
        size_t room = frames->bytes - frames->used, moved = left < room ? left : room;
        if (!direct)
            memcpy(frames->partial + frames->used, next, moved);
        frames->used += moved;
        if (frames->used == frames->bytes) {
            status = tdi_check_cancel(&output->run, err);
            if (status == TD_OK)
                status = frame(output, direct ? next : frames->partial, err);
            frames->used = 0;
            frames->done++;
        }
        next += moved;
        left -= moved;
    }
    return status;
}

void tdi_frames_free(TdiFrames *frames)
{
    tdi_free(frames->partial);
    frames->partial = NULL;
}

uint32_t tdi_film_band_rows(const TdOutput *output)
{
    const TdRaster *raster = &output->raster;
    uint64_t row = td_raster_row_bytes(raster), most = BAND_BYTES_MOST / row;
    return raster->height <= most ? raster->height : most < 1 ? 1 : (uint32_t)most;
}
