/* A file of samples as a picture. */
#ifndef TDI_RECOLOUR_H
#define TDI_RECOLOUR_H

#include "tiedye/render.h"

/* Make the picture of the samples in recipe->field; as td_draw_create. */
TdStatus tdi_recolour_create(const TdRecipe *recipe, TdSamples samples, const TdRun *run,
                             TdPicture **picture, TdError *err);

#endif
