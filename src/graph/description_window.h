/* Kernels that go over rows and columns: their options, and what they leave. */
#ifndef TDI_DESCRIPTION_WINDOW_H
#define TDI_DESCRIPTION_WINDOW_H

#include "graph/description_build.h"

typedef struct TdiNetWindow {
    int axes; /* 2, or 3 in space */
    int64_t kernel[TDI_SPATIAL], stride[TDI_SPATIAL], dilation[TDI_SPATIAL];
    int64_t pads[2 * TDI_SPATIAL]; /* before, along each axis, then behind */
    bool ceil;
    int64_t made[TDI_SPATIAL]; /* sizes of what it makes */
} TdiNetWindow;

/* Read the options of a layer that is fed rows and columns. Without a stride it moves by
 * `stride` cells, or by its size where that is 0. */
TdStatus tdi_net_window(const TdiNetBuilder *builder, const TdiNetItem *item, int64_t stride,
                        TdiNetWindow *window);

/* The same of one that spreads each cell over a kernel. */
TdStatus tdi_net_spread(const TdiNetBuilder *builder, const TdiNetItem *item,
                        TdiNetWindow *window);

/* ONNX's attributes of it. */
void tdi_net_window_attributes(TdiStep *step, const TdiNetWindow *window);

/* Set the sizes of what the step makes; its channels too unless they are 0. */
void tdi_net_window_shape(TdiStep *step, const TdiNetWindow *window, int64_t channels);

#endif
