/* A volume's samples on a regular grid: the field itself, slice by slice. */
#ifndef TDI_GRID_H
#define TDI_GRID_H

#include "render/picture.h"
#include "volume/solid.h"

/* The size of a recipe's grid: its own, or 128 x 128 x 128 where it has none. TD_ERROR_RECIPE
 * where that has no depth. */
TdStatus tdi_grid_size(const TdRecipe *recipe, TdSize *size, TdError *err);

/* The picture whose rows are those of the slices. Its raster has the grid's place in space. */
TdStatus tdi_grid_create(const TdRecipe *recipe, const TdRun *run, TdPicture **picture,
                         TdError *err);

#endif
