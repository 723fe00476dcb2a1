/* Counter-based random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011) and deviates made from it. A number is a pure function
 * of seed, place and purpose, so networks of different size share the streams of their common
 * part. */
#ifndef TDI_RANDOM_H
#define TDI_RANDOM_H

#include <stdint.h>

typedef enum TdiPurpose {
    TDI_RANDOM_WEIGHT,
    TDI_RANDOM_BIAS,
    TDI_RANDOM_NOISE,
    TDI_RANDOM_PALETTE,
    TDI_RANDOM_DITHER,
    TDI_RANDOM_JITTER,
    TDI_RANDOM_SEARCH
} TdiPurpose;

/* Where a number is used. The output layer has a stream of its own, TDI_OUTPUT_LAYER, whatever
 * the depth. */
typedef struct TdiPlace {
    uint32_t from, to; /* neuron indices; a bias has from 0 */
    uint16_t layer, tap;
    TdiPurpose purpose;
} TdiPlace;

#define TDI_OUTPUT_LAYER 0xffff

/* Ten rounds of Philox 4x32 on `counter` under `key`. */
void tdi_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The four numbers u in (0, 1) of the places from, from + 1, from + 2, from + 3, where `from`
 * is a multiple of 4: u = (word + 1/2) / 2^32. */
void tdi_uniform4(uint64_t seed, TdiPlace place, double out[4]);

/* The same of a cell of a raster: channels 4 group to 4 group + 3 of its white noise. The
 * counter is the cell's place and, with the purpose in its lowest byte, the group. */
void tdi_noise4(uint64_t seed, const int32_t cell[3], uint32_t group, double out[4]);

/* The inverse of the normal distribution function: Wichura's algorithm AS 241 (PPND16, Applied
 * Statistics 37, 1988), relative accuracy about 1e-16, for u in (0, 1). */
double tdi_normal_quantile(double u);

/* Natural logarithm of a finite x > 0, in IEEE double arithmetic alone: the same bits on every
 * platform, within 2 ulp. */
double tdi_log(double x);

/* Cosine and sine of an angle in degrees, |degrees| <= 1e6, likewise; exact at multiples of 90.
 */
void tdi_cos_sin_degrees(double degrees, double *cosine, double *sine);

#endif
