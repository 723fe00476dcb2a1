/* How the channels of a box of cells lie in memory. */
#ifndef TDI_LAYOUT_H
#define TDI_LAYOUT_H

#include <stddef.h>

#include "tiedye/network.h"

/* Floats from one line, plane and channel to the next. */
typedef struct TdiLayout {
    TdBox box;
    size_t line, plane, channel;
} TdiLayout;

static inline int32_t tdi_side(const TdBox *box, int axis)
{
    return box->high[axis] - box->low[axis];
}

static inline size_t tdi_place(const TdiLayout *layout, int32_t x, int32_t y, int32_t z)
{
    const TdBox *box = &layout->box;
    return (size_t)(z - box->low[2]) * layout->plane +
           (size_t)(y - box->low[1]) * layout->line + (size_t)(x - box->low[0]);
}

#endif
