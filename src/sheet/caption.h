/* Words drawn into a raster. */
#ifndef TDI_CAPTION_H
#define TDI_CAPTION_H

#include "base/font.h"
#include "render/picture.h"

/* Shades of 255. The paper is not white, or white pictures would have no edge. */
enum { TDI_PAPER = 238, TDI_INK = 60, TDI_FAINT_INK = 110 };

typedef enum TdiAlign { TDI_LEFT, TDI_CENTRE, TDI_RIGHT } TdiAlign;

/* Words (UTF-8) in a box, in the middle of its height. `turned`: they run upwards, and the
 * box's height is their room. */
typedef struct TdiLabel {
    const char *words;
    uint32_t x, y, width, height;
    uint32_t letter; /* em, in pixels; a little smaller where the box is too narrow */
    TdiAlign align;
    bool turned;
    unsigned char ink;
} TdiLabel;

/* Whether the words would have to be shortened. */
bool tdi_label_is_long(TdiFont *font, const TdiLabel *label);

/* Draw a label, as far as the band reaches; words that are too long end in an ellipsis.
 * TD_ERROR_MEMORY. */
TdStatus tdi_label_draw(TdiFont *font, const TdiLabel *label, const TdRaster *raster,
                        const TdiBand *band, TdError *err);

#endif
