/* What makes a point of a solid opaque. */
#ifndef TDI_OPACITY_H
#define TDI_OPACITY_H

#include "tiedye/recipe.h"

/* TD_ERROR_RECIPE where the recipe's field has no such output. */
TdStatus tdi_opacity_check(const TdRecipe *recipe, TdError *err);

/* s of `points` points whose toned outputs (1 or 3) stand in rows `stride` floats apart. What
 * is opaque evenly has its luminance. */
void tdi_opacity_find(TdOpacity opacity, uint32_t outputs, const float *rows, size_t stride,
                      size_t points, float *s);

/* The share that each of `outputs` outputs has in s, up to clipping. */
void tdi_opacity_weights(TdOpacity opacity, uint32_t outputs, float weights[3]);

#endif
