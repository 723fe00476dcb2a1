/* A PNG's chunks, from the first to the last, without its pixels. */
#ifndef TDI_PNG_SCAN_H
#define TDI_PNG_SCAN_H

#include "output/source.h"

/* Longer recipes are neither written nor read. */
#define TDI_RECIPE_BYTES_MOST ((size_t)16 << 20)

typedef struct TdiPngScan {
    char *recipe; /* UTF-8, freed with tdi_free by the caller; NULL where there is none */
    double dots_per_inch; /* 0: none is stored */
    uint64_t pixel_bytes; /* packed pixels, all IDAT together */
} TdiPngScan;

/* Whether a source begins as a PNG does. */
TdStatus tdi_png_begins(TdiSource *source, bool *png, TdError *err);

/* Walk through the chunks of a file, its signature included. The chunks that are used have
 * their checksums compared, the others are stepped over. TD_ERROR_FORMAT where the file is no
 * PNG, ends early, or holds too long a recipe or a broken one. */
TdStatus tdi_png_scan(TdiSource *source, TdiPngScan *scan, TdError *err);

#endif
