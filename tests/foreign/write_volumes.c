/* Writes volumes of every format into the folder it is given, and says what they are, one line
 * a volume: name, width, height, depth, channels, origin, spacing. volumes.py reads them with
 * other people's readers. The bits of sample i are those of i * 2654435761 + 12345. */
#include "tiedye/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const TdRaster volumes[] = {
    {.width = 1, .height = 1, .channels = 1, .depth = 1, .origin = {0, 0, 0}, .spacing = 1},
    {.width = 5,
     .height = 4,
     .channels = 1,
     .depth = 1,
     .origin = {-1, 0.1, 7},
     .spacing = 0.1},
    {.width = 3,
     .height = 7,
     .channels = 3,
     .depth = 5,
     .origin = {-1, -2, -3},
     .spacing = 0.5},
    {.width = 2,
     .height = 3,
     .channels = 5,
     .depth = 4,
     .origin = {1e-3, 1e5, 0},
     .spacing = 3e-7},
    {.width = 64,
     .height = 33,
     .channels = 3,
     .depth = 17,
     .origin = {0, 0, 0},
     .spacing = 1.0 / 3},
    {.width = 40,
     .height = 30,
     .channels = 1,
     .depth = 20,
     .origin = {9, 8, 7},
     .spacing = 1e6},
};

static const char recipe[] =
    "v = 1\nname = caf\xc3\xa9 -- <a & b> \\n \"c\"\nlayers = 20,10,3\n";

static void check(TdStatus status, const TdError *err)
{
    if (status == TD_OK)
        return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static float *make_samples(size_t count)
{
    float *samples = malloc(count * sizeof *samples);
    for (size_t i = 0; samples != NULL && i < count; i++) {
        uint32_t bits = (uint32_t)(i * 2654435761u + 12345);
        memcpy(&samples[i], &bits, sizeof bits);
    }
    return samples;
}

/* In bands of one, two, three, one, ... rows. */
static void write_volume(const char *path, TdRaster raster)
{
    TdError err = {0};
    TdOutput *output = NULL;
    uint32_t rows = (uint32_t)td_raster_rows(&raster), count;
    size_t across = (size_t)raster.width * raster.channels;
    float *samples = make_samples(rows * across);
    check(td_output_open(td_format_find(NULL, path, &err), path, &raster, recipe, NULL, &output,
                         &err),
          &err);
    for (uint32_t y = 0; y < rows; y += count) {
        count = y % 3 + 1 < rows - y ? y % 3 + 1 : rows - y;
        check(td_output_rows(output, samples + y * across, count, &err), &err);
    }
    check(td_output_close(output, &err), &err);
    free(samples);
}

int main(int count, char **words)
{
    static const char *const formats[] = {"nrrd", "vti", "npy"};
    if (count != 2)
        return 2;
    for (size_t i = 0; i < sizeof volumes / sizeof volumes[0]; i++) {
        TdRaster raster = volumes[i];
        raster.type = TD_SAMPLE_F32;
        for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
            char path[1024];
            snprintf(path, sizeof path, "%s/%zu.%s", words[1], i, formats[f]);
            write_volume(path, raster);
        }
        printf("%zu %u %u %u %u %.17g %.17g %.17g %.17g\n", i, raster.width, raster.height,
               raster.depth, raster.channels, raster.origin[0], raster.origin[1],
               raster.origin[2], raster.spacing);
    }
    return 0;
}
