/* NumPy's array format, version 1.0: float32, little endian, shape (height, width, channels)
 * (numpy.lib.format); of a volume (depth, height, width, channels). Every NaN is 7fc00000. */
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
    .rows = tdi_write_float_rows,
};
