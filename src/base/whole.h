/* Whole numbers: the lesser and the greater of two, the next multiple, the next piece of a
 * block. */
#ifndef TDI_WHOLE_H
#define TDI_WHOLE_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t tdi_lesser(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t tdi_greater(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* The least multiple of `grain` that is not below `value`. */
static inline size_t tdi_round_up(size_t value, size_t grain)
{
    return (value + grain - 1) / grain * grain;
}

/* The next `bytes` of a worker's scratch, aligned as that is. */
static inline void *tdi_carve(char **scratch, size_t bytes)
{
    void *carved = *scratch;
    *scratch += tdi_round_up(bytes, 64);
    return carved;
}

#endif
