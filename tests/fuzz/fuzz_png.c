/* Any bytes as a PNG: opened, asked for everything, and read to the end where that is small;
 * as they are, and with checksums put right. */
#include "output/png_read.h"

#include <stdlib.h>
#include <string.h>

#include "repair.h"

/* Bytes of pixels that are still small. */
enum { SMALL = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_pixels(TdPngReader *reader, const TdRaster *raster)
{
    uint64_t row_bytes = td_raster_row_bytes(raster);
    if (row_bytes > SMALL || row_bytes * raster->height > SMALL)
        return;
    TdError err;
    uint8_t *rows = malloc((size_t)row_bytes * raster->height);
    uint32_t half = raster->height / 2;
    if (rows != NULL && td_png_rows(reader, rows, half, &err) == TD_OK)
        td_png_rows(reader, rows + half * row_bytes, raster->height - half, &err);
    free(rows);
}

static void read_all(const uint8_t *bytes, size_t size)
{
    TdPngReader *reader;
    TdRaster raster;
    TdError err;
    if (tdi_png_open_memory(bytes, size, "fuzz.png", &reader, &err) != TD_OK)
        return;
    const char *recipe = td_png_recipe(reader, &err);
    if (recipe != NULL && strlen(recipe) > size * 2064)
        abort(); /* more than any packing could hold, doubled by UTF-8 */
    if (td_png_raster(reader, &raster, &err) == TD_OK)
        read_pixels(reader, &raster);
    td_png_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    read_both_ways(bytes, size, read_all);
    return 0;
}
