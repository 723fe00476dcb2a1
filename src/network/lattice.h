/* Where the cells of rasters lie (docs/RASTERS.md). Cells count along x (to the right), y (up)
 * and z (to the viewer), from any whole number on; a raster of the plane has the one cell 0
 * along z. */
#ifndef TDI_LATTICE_H
#define TDI_LATTICE_H

#include "tiedye/network.h"

enum { TDI_RASTER_CELLS = 64 }; /* in the standard view's height, where nothing else is said */

/* The raster that a layer makes, or (the first one) the inputs. */
typedef struct TdiLattice {
    double origin[3], step[3]; /* the centre of cell i lies at origin + i step */
    int32_t low[3], high[3];   /* the frame that paddings know, low .. high - 1 */
    bool circular;             /* cells repeat with the frame's size */
    bool solid;
} TdiLattice;

/* That of a recipe's inputs. */
TdiLattice tdi_lattice_inputs(const TdRecipe *recipe);

/* That of what a layer makes of one. */
TdiLattice tdi_lattice_next(const TdiLattice *lattice, const TdLayer *layer);

/* The cells of a layer's input that it needs to make some of its output, without regard to
 * padding. */
TdBox tdi_box_before(const TdLayer *layer, bool solid, TdBox box);

/* The cell that a layer sees at i along an axis, as its padding says; INT32_MIN: 0 is there. */
int32_t tdi_padded_cell(const TdiLattice *lattice, const TdLayer *layer, int axis, int32_t i);

/* The cells of `box` that are really needed: those that padding makes of it. */
TdBox tdi_box_padded(const TdiLattice *lattice, const TdLayer *layer, TdBox box);

/* i modulo `period` > 0, from 0 on; and i / period, rounded down. */
int32_t tdi_wrap(int32_t i, int32_t period);
int32_t tdi_floor_divide(int32_t i, int32_t by);

/* Number of tap t of a kernel among the random numbers. Taps count from the centre: by rings,
 * and in a ring by z, y and x. So the kernel of a wider one's centre is that of a narrower one.
 */
uint32_t tdi_tap(uint32_t size, bool solid, uint32_t t);

/* A point of the plane on a circle of circumference `around`: its angle from the beginning is
 * place / around turns, and its coordinates are first (the sine's) and second (the cosine's).
 * Gives the chord to the beginning, squared. */
double tdi_wind(double place, double around, double *first, double *second);

/* Cells in the last layer's raster for each of the inputs' along an axis. */
double tdi_lattice_scale(const TdRecipe *recipe);

/* Bytes of a recipe's convnet, about (convnet.c). */
uint64_t tdi_convnet_bytes(const TdRecipe *recipe);

/* Whether channels and groups of all layers fit together. TD_ERROR_RECIPE. */
TdStatus tdi_check_channels(const TdRecipe *recipe, TdError *err);

/* Whether all layers leave something of the recipe's raster. TD_ERROR_RECIPE. */
TdStatus tdi_check_raster(const TdRecipe *recipe, const TdNetwork *network, TdError *err);

#endif
