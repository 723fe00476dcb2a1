/* What the tests of films share: painted films, writing them, and what other programs say. */
#ifndef TDI_TEST_FILMS_H
#define TDI_TEST_FILMS_H

#include "unit/output_files.h"

#include <math.h>

#define RECIPE "v = 1\nseed = 7\nlayers = 20,10,3 # <a & b> = \"\xc3\xa4\"; \\ $HOME `x` 'y'\n"

/* A smooth picture that moves. */
static inline void *paint_film(const TdRaster *raster)
{
    size_t across = raster->width * (size_t)raster->channels;
    size_t size = td_sample_size(raster->type), rows = (size_t)td_raster_rows(raster);
    uint8_t *bytes = make_room(across * rows * size);
    for (size_t i = 0; i < across * rows; i++) {
        size_t x = i % across / raster->channels, c = i % raster->channels;
        size_t y = i / across % raster->height, t = i / across / raster->height;
        double wave = sin(0.02 * (double)x + 0.015 * (double)y * (1.0 + (double)c) +
                          0.15 * (double)t + 2.0 * (double)c);
        if (size == 1)
            bytes[i] = (uint8_t)(128 + 110 * wave);
        else
            ((uint16_t *)(void *)bytes)[i] = (uint16_t)(32768 + 29000 * wave);
    }
    return bytes;
}

static inline TdStatus write_film(const char *path, const TdRaster *raster, const void *rows,
                                  const char *recipe, uint32_t band, const TdRun *run,
                                  TdError *err)
{
    TdOutput *output;
    const uint8_t *bytes = rows;
    const TdFormatInfo *format = td_format_find(NULL, path, err);
    assert_non_null(format);
    TdStatus status = td_output_open(format, path, raster, recipe, run, &output, err);
    if (status != TD_OK) {
        assert_null(output);
        return status;
    }
    uint32_t all = (uint32_t)td_raster_rows(raster);
    band = band == 0 ? td_output_band_rows(output) : band;
    for (uint32_t y = 0; y < all && status == TD_OK; y += band) {
        uint32_t count = all - y < band ? all - y : band;
        status = td_output_rows(output, bytes + y * td_raster_row_bytes(raster), count, err);
    }
    if (status == TD_OK)
        return td_output_close(output, err);
    td_output_discard(output);
    return status;
}

static inline void write_whole_film(const char *path, const TdRaster *raster, const void *rows,
                                    uint32_t band)
{
    TdRun run = {.threads = 2};
    TdError err = {0};
    if (write_film(path, raster, rows, RECIPE, band, &run, &err) != TD_OK)
        fail_msg("%s", err.message);
}

/* All that a shell command prints, with a NUL behind it; it must succeed. */
static inline Bytes output_of(const char *command)
{
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    Bytes bytes = {0};
    size_t got = 1;
    while (got > 0) {
        bytes.data = realloc(bytes.data, bytes.size + 65537);
        assert_non_null(bytes.data);
        got = fread(bytes.data + bytes.size, 1, 65536, pipe);
        bytes.size += got;
    }
    bytes.data[bytes.size] = '\0';
    if (pclose(pipe) != 0)
        fail_msg("failed: %s", command);
    return bytes;
}

/* What ffprobe says, one "name=value" a line. */
static inline char *probe(const char *path, const char *entries)
{
    char command[1200];
    snprintf(command, sizeof command,
             "ffprobe -v error -count_frames -select_streams v:0 -show_entries '%s' "
             "-of default=nw=1 '%s'",
             entries, path);
    return (char *)output_of(command).data;
}

static inline void assert_line(const char *text, const char *line)
{
    char search[200], whole[4000];
    snprintf(whole, sizeof whole, "\n%s", text);
    snprintf(search, sizeof search, "\n%s\n", line);
    if (strstr(whole, search) == NULL)
        fail_msg("no %s in:\n%s", line, text);
}

/* Every sample of a film, as ffmpeg decodes it. */
static inline Bytes decode(const char *path, const char *pixels)
{
    char command[1200];
    snprintf(command, sizeof command,
             "ffmpeg -v error -nostdin -i '%s' -fps_mode passthrough -f rawvideo -pix_fmt %s "
             "pipe:1",
             path, pixels);
    return output_of(command);
}

/* Each frame must be near the original in the mean, in codes of 8 bits. */
static inline void assert_near(const uint8_t *got, const uint8_t *want, size_t frame_bytes,
                               size_t frames, double most)
{
    for (size_t f = 0; f < frames; f++) {
        double sum = 0;
        for (size_t i = f * frame_bytes; i < (f + 1) * frame_bytes; i++)
            sum += abs(got[i] - want[i]);
        if (!(sum / (double)frame_bytes < most))
            fail_msg("frame %zu is off by %g codes", f, sum / (double)frame_bytes);
    }
}

#endif
