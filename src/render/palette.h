/* Palettes that are made when a picture is: tables of colours, and the seeded turn of Oklab. */
#ifndef TDI_PALETTE_H
#define TDI_PALETTE_H

#include "tiedye/kernels.h"
#include "tiedye/recipe.h"

/* A table has this many equal parts, and one entry more; between entries it is linear. */
enum { TDI_PALETTE_PARTS = 1024 };

/* Fill the table of a palette of one output: three rows of TDI_PALETTE_PARTS + 1 floats,
 * encoded red, green and blue. */
void tdi_palette_table(const TdRecipe *recipe, float *table);

/* The turn of TD_PALETTE_OKLAB_SEEDED. */
TdOklabTurn tdi_palette_turn(uint64_t seed);

#endif
