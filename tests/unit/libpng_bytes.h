/* PNGs of libpng's own making, in memory. */
#ifndef TDI_TEST_LIBPNG_BYTES_H
#define TDI_TEST_LIBPNG_BYTES_H

#include "unit/output_files.h"

#include <png.h>

/* For png_set_write_fn, with Bytes that begin empty. */
static inline void append_bytes(png_structp png, png_bytep data, size_t size)
{
    Bytes *bytes = png_get_io_ptr(png);
    bytes->data = realloc(bytes->data, bytes->size + size);
    assert_non_null(bytes->data);
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

#endif
