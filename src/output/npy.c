/* NumPy's array format, version 1.0: float32, little endian, shape (height, width, channels)
 * (numpy.lib.format); of a volume (depth, height, width, channels). Every NaN is 7fc00000. */
#include "base/error.h"
#include "output/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Magic, version and length take 10 bytes; blanks bring the samples to a multiple of 64. Four
 * numbers of ten digits leave the dictionary well below 118 bytes. */
enum { HEAD_BYTES = 128, BEFORE_DICTIONARY = 10 };

static TdStatus open_npy(TdOutput *output, const char *recipe, TdError *err)
{
    (void)recipe;
    const TdRaster *raster = &output->raster;
    char head[HEAD_BYTES + 1], depth[16] = "";
    if (raster->depth > 0)
        snprintf(depth, sizeof depth, "%" PRIu32 ", ", raster->depth);
    int used = snprintf(head, sizeof head,
                        "\x93NUMPY\x01%c%c%c{'descr': '<f4', 'fortran_order': False, 'shape': "
                        "(%s%" PRIu32 ", %" PRIu32 ", %" PRIu32 "), }",
                        0, HEAD_BYTES - BEFORE_DICTIONARY, 0, depth, raster->height,
                        raster->width, raster->channels);
    memset(head + used, ' ', (size_t)(HEAD_BYTES - 1 - used));
    head[HEAD_BYTES - 1] = '\n';
    return tdi_file_write(output->file, head, HEAD_BYTES, err);
}

static TdStatus write_rows(TdOutput *output, const void *rows, uint32_t count, TdError *err)
{
    const float *samples = rows;
    size_t left = tdi_sample_count(&output->raster, count);
    uint8_t bytes[8192];
    TdStatus status = TD_OK;
    while (left > 0 && status == TD_OK) {
        size_t part = left < sizeof bytes / 4 ? left : sizeof bytes / 4;
        for (size_t i = 0; i < part; i++) {
            uint32_t bits = tdi_float_bits(samples[i]);
            bytes[4 * i] = (uint8_t)bits;
            bytes[4 * i + 1] = (uint8_t)(bits >> 8);
            bytes[4 * i + 2] = (uint8_t)(bits >> 16);
            bytes[4 * i + 3] = (uint8_t)(bits >> 24);
        }
        status = tdi_file_write(output->file, bytes, 4 * part, err);
        samples += part;
        left -= part;
    }
    return status;
}

const TdiFormat tdi_format_npy = {
    .info = {.name = "npy",
             .extensions = "npy",
             .picture = true,
             .volume = true,
             .field = true,
             .exact = true,
             .help = "the field itself as a NumPy array of float32 (height, width, channels)"},
    .takes = TDI_TAKES_F32,
    .open = open_npy,
    .rows = write_rows,
};
