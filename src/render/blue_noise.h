/* A tile of blue noise. */
#ifndef TDI_BLUE_NOISE_H
#define TDI_BLUE_NOISE_H

#include <stdint.h>

enum { TDI_NOISE_SIDE = 64 };

/* Ranks 0 to TDI_NOISE_SIDE^2 - 1, each once. */
extern const uint16_t tdi_blue_noise[TDI_NOISE_SIDE][TDI_NOISE_SIDE];

#endif
