/* Numbers as bytes, least significant first, whatever the machine's order is. */
#ifndef TDI_BINARY_H
#define TDI_BINARY_H

#include "output/file.h"

#include <string.h>

/* Bits of the one NaN that files hold, whatever NaN the arithmetic made. */
#define TDI_NAN_BITS UINT32_C(0x7fc00000)

/* The bits of a sample with every NaN made the one above. */
static inline uint32_t tdi_float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return value != value ? TDI_NAN_BITS : bits;
}

/* Each puts a number at `at` and gives the place behind it. */

static inline uint8_t *tdi_put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    return at + 2;
}

static inline uint8_t *tdi_put_u32(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    at[2] = (uint8_t)(value >> 16);
    at[3] = (uint8_t)(value >> 24);
    return at + 4;
}

static inline uint8_t *tdi_put_u64(uint8_t *at, uint64_t value)
{
    return tdi_put_u32(tdi_put_u32(at, (uint32_t)value), (uint32_t)(value >> 32));
}

static inline uint8_t *tdi_put_float(uint8_t *at, float value)
{
    return tdi_put_u32(at, tdi_float_bits(value));
}

static inline uint8_t *tdi_put_vector(uint8_t *at, const float *vector)
{
    return tdi_put_float(tdi_put_float(tdi_put_float(at, vector[0]), vector[1]), vector[2]);
}

/* Append `count` floats. */
TdStatus tdi_write_floats(TdiFile *file, const float *values, size_t count, TdError *err);

#endif
