/* SHA-256 (FIPS 180-4): how a recipe names a file. */
#ifndef TDI_SHA256_H
#define TDI_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { TDI_SHA256_HEX = 64 }; /* letters of a hash */

typedef struct TdiSha256 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    unsigned char block[64];
} TdiSha256;

void tdi_sha256_begin(TdiSha256 *sha);
void tdi_sha256_add(TdiSha256 *sha, const void *bytes, size_t count);

/* The hash in lower-case hexadecimal, terminated. */
void tdi_sha256_end(TdiSha256 *sha, char hex[TDI_SHA256_HEX + 1]);

#endif
