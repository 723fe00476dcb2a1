/* Every neuron of a network as its own picture. */
#ifndef TDI_INSIDE_H
#define TDI_INSIDE_H

#include "tiedye/sheet.h"

/* Make the drawing; as td_draw_create. A field can be had of one neuron alone. */
TdStatus tdi_inside_create(const TdRecipe *recipe, TdSamples samples, TdDetail detail,
                           const TdRun *run, TdPicture **picture, TdError *err);

#endif
