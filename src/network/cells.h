/* What a network on a raster is fed: coordinates, constants, noise, an image's colours. */
#ifndef TDI_CELLS_H
#define TDI_CELLS_H

#include "network/lattice.h"
#include "recipe/image.h"

typedef struct TdiCells {
    TdiLattice lattice;
    uint32_t inputs; /* bit by TdInput: rows in this order */
    double constants[TD_INPUT_COUNT];
    bool torus;
    double around[2]; /* its circumferences */
    uint64_t seed, other_seed;
    bool turns;           /* the noise turns into that of another seed, */
    double cosine, sine;  /* with these shares of both */
    const TdImage *image; /* held; NULL: none */
} TdiCells;

/* Ends with tdi_cells_clear. TD_ERROR_RECIPE where colours are fed and there is no image. */
TdStatus tdi_cells_init(TdiCells *cells, const TdRecipe *recipe, TdError *err);
void tdi_cells_clear(TdiCells *cells);

/* Fill the cells of one line along x: `count` of them from (x, y, z) on, the row of input
 * number i at out + i * stride. */
void tdi_cells_line(const TdiCells *cells, int32_t x, int32_t y, int32_t z, int32_t count,
                    float *out, size_t stride);

#endif
