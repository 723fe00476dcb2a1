/* A recipe's volume as a surface with colours. */
#ifndef TDI_VOLUME_MESH_H
#define TDI_VOLUME_MESH_H

#include "tiedye/recipe.h"
#include "volume/surface.h"

/* The surface where s, which the key `opacity` names (the luminance where that is even), is the
 * recipe's level, in the box of the recipe's grid; cuts and the open corner are a picture's
 * only. Colours are the palette's. Ends with tdi_surface_clear. */
TdStatus tdi_volume_surface(const TdRecipe *recipe, const TdRun *run, TdiSurface *surface,
                            TdError *err);

#endif
