/* The cells of sheets and grids. */
#ifndef TDI_CELLS_H
#define TDI_CELLS_H

#include "tiedye/sheet.h"

/* Give `cell`, a copy of the sheet's recipe (or of another cell's), the seed or the values of
 * the axes of cell k: a film's paths too. What it draws, and with that its size, stay.
 * TD_ERROR_MEMORY. */
TdStatus tdi_cell_set(TdRecipe *cell, const TdRecipe *sheet, uint32_t k, TdError *err);

#endif
