/* Deflate (RFC 1951) of pieces that are joined to one stream: every piece starts without
 * history and ends at a whole byte, so that pieces can be packed at the same time and in any
 * order. The bytes are a function of the piece alone. */
#ifndef TDI_DEFLATE_H
#define TDI_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one thread needs to pack. */
typedef struct TdiDeflate TdiDeflate;

/* NULL where there is no memory. */
TdiDeflate *tdi_deflate_new(void);

/* Takes NULL. */
void tdi_deflate_free(TdiDeflate *packer);

/* Bytes that tdi_deflate_new asks for, about. */
size_t tdi_deflate_memory(void);

/* Room that `size` bytes need at most when packed. */
uint64_t tdi_deflate_bound(uint64_t size);

/* Pack a piece into `out`, which has room for tdi_deflate_bound(size); `last` ends the stream.
 * The number of bytes written. Cannot fail: what does not shrink is stored. */
size_t tdi_deflate(TdiDeflate *packer, const uint8_t *bytes, size_t size, bool last,
                   uint8_t *out);

/* Adler-32 (RFC 1950) of `bytes` alone; joined with zlib's adler32_combine. */
uint32_t tdi_adler32(const uint8_t *bytes, size_t size);

#endif
