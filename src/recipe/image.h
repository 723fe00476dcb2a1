/* The picture that a network is fed, once it was read: shared by all copies of a recipe. */
#ifndef TDI_RECIPE_IMAGE_H
#define TDI_RECIPE_IMAGE_H

#include "tiedye/recipe.h"

/* Immutable but for the count. */
typedef struct TdImage {
    unsigned holders;
    uint32_t width, height;
    const float *values;  /* (3, height, width): red, green, blue, row 0 on top, -1 to 1 */
    char sha256[TD_HASH]; /* of the file */
} TdImage;

/* Takes `values` (of tdi_alloc) over. NULL where there is no memory; they are then freed. */
const TdImage *tdi_image_create(uint32_t width, uint32_t height, float *values,
                                const char sha256[TD_HASH]);

/* One holder more, and one fewer: the last one frees it. Both take NULL; from any thread. */
const TdImage *tdi_image_hold(const TdImage *image);
void tdi_image_drop(const TdImage *image);

#endif
