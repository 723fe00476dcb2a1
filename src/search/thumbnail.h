/* The thumbnail of a recipe: TD_LOOK_SIDE x TD_LOOK_SIDE pixels of the middle square of its
 * view, one sample each. Tones that look at the view look at these samples. */
#ifndef TDI_THUMBNAIL_H
#define TDI_THUMBNAIL_H

#include "tiedye/search.h"

enum { TDI_THUMBNAIL_PIXELS = TD_LOOK_SIDE * TD_LOOK_SIDE };

/* Draw it into `rows`, which have room for three samples a pixel; *channels says how many there
 * are. One thread, in the picture's floating-point mode. TD_ERROR_RECIPE where the recipe is no
 * picture of one network; TD_ERROR_MEMORY, TD_ERROR_CANCELLED. */
TdStatus tdi_thumbnail_draw(const TdRecipe *recipe, const TdRun *run,
                            unsigned char rows[3 * TDI_THUMBNAIL_PIXELS], uint32_t *channels,
                            TdError *err);

#endif
