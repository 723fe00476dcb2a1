/* The architecture of a recipe's network, drawn small in a strip above its pictures. */
#ifndef TDI_MINIATURE_H
#define TDI_MINIATURE_H

#include "render/picture.h"
#include "sheet/paint.h"

/* Zeroed: there is none. */
typedef struct TdiMiniature {
    TdiPixels pixels; /* on the colour of the paper */
    uint32_t x, y;    /* of its corner in the drawing */
} TdiMiniature;

/* The height of the strip above pictures whose smaller side is that. */
uint32_t tdi_miniature_height(uint32_t side);

/* Draw the network into a strip of `height` rows, the first of a drawing `width` pixels wide:
 * its neurons where it is made of dense layers, else boxes. Without a font there is none, and
 * *note says so. TD_ERROR_MEMORY, TD_ERROR_CANCELLED. */
TdStatus tdi_miniature_make(const TdRecipe *recipe, uint32_t width, uint32_t height,
                            const TdRun *run, TdiMiniature *miniature, const char **note,
                            TdError *err);

/* Copy it, as far as the band reaches. */
void tdi_miniature_draw(const TdiMiniature *miniature, const TdRaster *raster,
                        const TdiBand *band);

void tdi_miniature_clear(TdiMiniature *miniature);

#endif
