#include "encode.h"

#include <stdio.h>
#include <stdlib.h>

#include <tiedye/output.h>

/* All frames from the file, one after the other, as a film's picture hands them on. */
static TdStatus pass_frames(FILE *file, const TdRaster *raster, TdOutput *output, TdError *err)
{
    size_t bytes = (size_t)td_raster_row_bytes(raster) * raster->height;
    void *frame = malloc(bytes);
    TdStatus status = frame != NULL ? TD_OK : TD_ERROR_MEMORY;
    for (uint32_t i = 0; i < raster->depth && status == TD_OK; i++)
        status = fread(frame, bytes, 1, file) == 1
                     ? td_output_rows(output, frame, raster->height, err)
                     : TD_ERROR_IO;
    free(frame);
    return status;
}

static TdStatus encode(FILE *file, const TdFormatInfo *format, const TdRaster *raster,
                       const char *path, const TdRun *run, TdError *err)
{
    TdOutput *output;
    TdStatus status = td_output_open(format, path, raster, NULL, run, &output, err);
    if (status != TD_OK)
        return status;
    status = pass_frames(file, raster, output, err);
    if (status == TD_OK)
        return td_output_close(output, err);
    td_output_discard(output);
    return status;
}

static uint32_t number(const char *word)
{
    return (uint32_t)strtoul(word, NULL, 10);
}

bool encode_film(int threads, char *const words[6])
{
    TdRun run = {.threads = threads};
    TdError err = {.message = "its frames cannot be read"};
    const TdRaster raster = {.width = number(words[2]),
                             .height = number(words[3]),
                             .channels = 3,
                             .type = TD_SAMPLE_U8,
                             .depth = number(words[4]),
                             .frames_per_second = 30,
                             .loops = true};
    const TdFormatInfo *format = td_format_find(words[0], words[5], &err);
    FILE *file = fopen(words[1], "rb");
    run = td_run_resolved(&run);
    bool good = format != NULL && file != NULL &&
                encode(file, format, &raster, words[5], &run, &err) == TD_OK;
    if (file != NULL)
        fclose(file);
    if (!good)
        fprintf(stderr, "%s: %s\n", words[0], err.message);
    return good;
}
