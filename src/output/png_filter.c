/* Row filters, written for the compiler to vectorise: without its widest instructions a PNG
 * takes twice as long (measured), so that each is compiled for AVX2 as well and chosen at load
 * time. */
#include "output/png_filter.h"

#include <string.h>

#if defined(__has_attribute)
#if __has_attribute(target_clones) && defined(__x86_64__) && defined(__GLIBC__)
#define FAST_CLONES __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef FAST_CLONES
#define FAST_CLONES
#endif

enum { FILTER_SUB = 1, FILTER_PAETH = 4 };

/* The rows never overlap; without the pragmas -O2 would not vectorise the loops. */
FAST_CLONES
static void filter_sub(const uint8_t *restrict row, size_t bytes, size_t pixel,
                       uint8_t *restrict out)
{
#pragma omp simd
    for (size_t i = pixel; i < bytes; i++)
        out[i] = (uint8_t)(row[i] - row[i - pixel]);
}

/* Of left, above and above left, the one nearest to left + above - above left; ties go in this
 * order. */
FAST_CLONES
static void filter_paeth(const uint8_t *restrict row, const uint8_t *restrict above,
                         size_t bytes, size_t pixel, uint8_t *restrict out)
{
#pragma omp simd
    for (size_t i = pixel; i < bytes; i++) {
        int16_t a = row[i - pixel], b = above[i], c = above[i - pixel];
        int16_t to_a = (int16_t)(b - c), to_b = (int16_t)(a - c);
        int16_t to_c = (int16_t)(to_a + to_b);
        to_a = (int16_t)(to_a < 0 ? -to_a : to_a);
        to_b = (int16_t)(to_b < 0 ? -to_b : to_b);
        to_c = (int16_t)(to_c < 0 ? -to_c : to_c);
        int16_t nearest = to_b <= to_c ? b : c;
        nearest = ((to_a <= to_b) & (to_a <= to_c)) ? a : nearest;
        out[i] = (uint8_t)(row[i] - nearest);
    }
}

FAST_CLONES
static void order_bytes(const uint16_t *restrict samples, size_t count, uint8_t *restrict out)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = (uint8_t)(samples[i] >> 8);
        out[2 * i + 1] = (uint8_t)samples[i];
    }
}

/* Left of the first pixel is 0. */
void tdi_png_filter_sub(const uint8_t *row, size_t bytes, size_t pixel, uint8_t *out)
{
    out[0] = FILTER_SUB;
    memcpy(out + 1, row, pixel);
    filter_sub(row, bytes, pixel, out + 1);
}

/* Of 0, above and 0 the byte above is never farther than the others. */
void tdi_png_filter_paeth(const uint8_t *row, const uint8_t *above, size_t bytes, size_t pixel,
                          uint8_t *out)
{
    out[0] = FILTER_PAETH;
    for (size_t i = 0; i < pixel; i++)
        out[1 + i] = (uint8_t)(row[i] - above[i]);
    filter_paeth(row, above, bytes, pixel, out + 1);
}

void tdi_png_big_endian(const uint16_t *samples, size_t count, uint8_t *out)
{
    order_bytes(samples, count, out);
}
