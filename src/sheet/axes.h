/* The words around a grid: what its axes are, their values, and what all cells share. */
#ifndef TDI_AXES_H
#define TDI_AXES_H

#include "base/text.h"
#include "sheet/caption.h"
#include "tiedye/sheet.h"

/* "layers 32x6,3 Â· seed 1": what a caption says of a recipe, but for its axes. */
void tdi_text_add_shared(TdiText *text, const TdRecipe *recipe);

typedef struct TdiAxes {
    const TdRecipe *recipe;
    const TdSheetLayout *layout;
    char *down, *across, *shared; /* owned */
    int digits[2];                /* of the values down and across */
} TdiAxes;

/* Find the words; recipe and layout must stay. TD_ERROR_MEMORY; clear it in any case. */
TdStatus tdi_axes_init(TdiAxes *axes, const TdRecipe *recipe, const TdSheetLayout *layout,
                       TdError *err);
void tdi_axes_clear(TdiAxes *axes);

/* Draw what stands above the cells, below them and on their left, as far as the band reaches.
 */
TdStatus tdi_axes_draw(const TdiAxes *axes, TdiFont *font, const TdRaster *raster,
                       const TdiBand *band, TdError *err);

#endif
