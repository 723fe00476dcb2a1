/* Layers without weights: pooling and upsampling, channel by channel. */
#ifndef TDI_RESIZE_H
#define TDI_RESIZE_H

#include "network/layout.h"

/* Fill all channels of `after` from those of `before`. scratch: tdi_resize_scratch floats. */
void tdi_resize(const TdLayer *layer, bool solid, const TdiLayout *before, const float *from,
                const TdiLayout *after, float *to, float *scratch);

size_t tdi_resize_scratch(const TdLayer *layer, const TdBox *before, const TdBox *after);

#endif
