/* PNG's row filters (PNG specification, section 9). Whole numbers only: exact everywhere. */
#ifndef TDI_PNG_FILTER_H
#define TDI_PNG_FILTER_H

#include <stddef.h>
#include <stdint.h>

/* Filter a row of `bytes` bytes, which are whole pixels of `pixel` bytes each, into out[0] to
 * out[bytes]; out[0] is the filter's number. Samples of 16 bits have their most significant
 * byte first. */
void tdi_png_filter_sub(const uint8_t *row, size_t bytes, size_t pixel, uint8_t *out);
void tdi_png_filter_paeth(const uint8_t *row, const uint8_t *above, size_t bytes, size_t pixel,
                          uint8_t *out);

/* Samples of 16 bits from the machine's order to PNG's. */
void tdi_png_big_endian(const uint16_t *samples, size_t count, uint8_t *out);

#endif
