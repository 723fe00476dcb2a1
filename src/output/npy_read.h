/* NumPy's array files, read back as fields (numpy.lib.format, versions 1 to 3): float32 or
 * float64, little endian, C order, shape (height, width) or (height, width, 1 or 3). */
#ifndef TDI_NPY_READ_H
#define TDI_NPY_READ_H

#include "tiedye/base.h"

typedef struct TdiArray {
    struct TdiSource *source;
    uint32_t width, height, channels;
    uint32_t sample_bytes; /* 4 or 8 */
    uint64_t begin;        /* of the samples in the file */
} TdiArray;

/* Open a file and read what stands before its samples. TD_ERROR_FORMAT where it is no such
 * array or is cut off. On success the caller closes it. */
TdStatus tdi_array_open(const char *path, const TdRun *run, TdiArray *array, TdError *err);

/* The same of bytes that are borrowed until it is closed. */
TdStatus tdi_array_open_memory(const void *bytes, size_t size, const char *name,
                               TdiArray *array, TdError *err);

/* `count` pixels from number `first` on (row by row) as float32, interleaved. float64 is
 * rounded to the nearest. */
TdStatus tdi_array_pixels(TdiArray *array, uint64_t first, uint64_t count, float *out,
                          TdError *err);

void tdi_array_close(TdiArray *array);

/* Whether a regular file begins as an array does. */
bool tdi_array_probe(const char *path);

#endif
