/* The figure of a diagram drawn into pixels. */
#ifndef TDI_PAINT_H
#define TDI_PAINT_H

#include "base/font.h"
#include "diagram/figure.h"

/* Rows of red, green, blue, from the top. */
typedef struct TdiPixels {
    unsigned char *rgb; /* (height, width, 3) */
    uint32_t width, height;
} TdiPixels;

/* Draw a figure in its light colours over what is there, its corner at the pixels' corner,
 * `scale` pixels a point. Edges are smooth; what lies outside is cut. The paper's role has the
 * colour of a sheet's paper. font: not NULL. */
void tdi_figure_paint(const TdiFigure *figure, double scale, TdiFont *font,
                      const TdiPixels *pixels);

#endif
