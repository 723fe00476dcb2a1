/* Where the pixels of one network's picture go: a part of a raster, which may have more
 * channels. */
#ifndef TDI_CANVAS_H
#define TDI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TdiCanvas {
    unsigned char *rows; /* where the first pixel of row `from` goes */
    size_t row_bytes, pixel_bytes;
    uint32_t from, to; /* the rows that are drawn, from .. to - 1 */
    bool spread;       /* every sample goes three times: gray among colours */
} TdiCanvas;

static inline unsigned char *tdi_canvas_at(const TdiCanvas *canvas, uint32_t x, uint32_t y)
{
    return canvas->rows + (size_t)(y - canvas->from) * canvas->row_bytes +
           (size_t)x * canvas->pixel_bytes;
}

#endif
