/* Checksums of a PNG, put right. */
#ifndef TDI_TEST_REPAIR_H
#define TDI_TEST_REPAIR_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Make every chunk's checksum right, which chance would never do. */
static inline void repair_checksums(uint8_t *bytes, size_t size)
{
    for (size_t at = 8; at < size && size - at >= 12;) {
        size_t length = (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 |
                        (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (length > size - at - 12)
            return;
        unsigned long sum = crc32(0, bytes + at + 4, (unsigned)length + 4);
        at += 8 + length;
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes[at++] = (uint8_t)(sum >> shift);
    }
}

/* Read some bytes as they are, and once more with their checksums put right. */
static inline void read_both_ways(const uint8_t *bytes, size_t size,
                                  void (*read)(const uint8_t *bytes, size_t size))
{
    read(bytes, size);
    uint8_t *repaired = malloc(size + 1);
    if (repaired == NULL)
        return;
    memcpy(repaired, bytes, size);
    repair_checksums(repaired, size);
    read(repaired, size);
    free(repaired);
}

#endif
