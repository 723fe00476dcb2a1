/* Portable any-map: P6 for RGB, P5 for gray, 16 bits most significant byte first (netpbm's
 * ppm(5) and pgm(5)). */
#include "base/error.h"
#include "output/format.h"

#include <inttypes.h>
#include <stdio.h>

static TdStatus open_pnm(TdOutput *output, const char *recipe, TdError *err)
{
    (void)recipe;
    const TdRaster *raster = &output->raster;
    char head[64];
    int length = snprintf(head, sizeof head, "P%d\n%" PRIu32 " %" PRIu32 "\n%d\n",
                          raster->channels == 1 ? 5 : 6, raster->width, raster->height,
                          raster->type == TD_SAMPLE_U8 ? 255 : 65535);
    return tdi_file_write(output->file, head, (size_t)length, err);
}

static TdStatus write_wide(TdiFile *file, const uint16_t *samples, size_t count, TdError *err)
{
    uint8_t bytes[8192];
    TdStatus status = TD_OK;
    while (count > 0 && status == TD_OK) {
        size_t part = count < sizeof bytes / 2 ? count : sizeof bytes / 2;
        for (size_t i = 0; i < part; i++) {
            bytes[2 * i] = (uint8_t)(samples[i] >> 8);
            bytes[2 * i + 1] = (uint8_t)samples[i];
        }
        status = tdi_file_write(file, bytes, 2 * part, err);
        samples += part;
        count -= part;
    }
    return status;
}

static TdStatus write_rows(TdOutput *output, const void *rows, uint32_t count, TdError *err)
{
    size_t samples = tdi_sample_count(&output->raster, count);
    if (output->raster.type == TD_SAMPLE_U16)
        return write_wide(output->file, rows, samples, err);
    return tdi_file_write(output->file, rows, samples, err);
}

const TdiFormat tdi_format_ppm = {
    .info = {.name = "ppm",
             .extensions = "ppm pgm pnm",
             .picture = true,
             .help = "uncompressed picture: P6 (RGB) or P5 (gray), 8 or 16 bits"},
    .takes = TDI_TAKES_PICTURES,
    .open = open_pnm,
    .rows = write_rows,
};
