/* Words drawn into a raster. */
#ifndef TDI_CAPTION_H
#define TDI_CAPTION_H

#include "tiedye/base.h"

/* A font at one size. */
typedef struct TdiFont TdiFont;

/* The system's DejaVu Sans at `pixels` a line. NULL where this build has no FreeType, or the
 * machine has no such font; *note (static text) then says what a user could do about it. */
TdiFont *tdi_font_open(uint32_t pixels, const char **note);
void tdi_font_close(TdiFont *font);

/* Where words go: a strip of one byte a pixel, 0 for paper to 255 for ink. */
typedef struct TdiStrip {
    unsigned char *ink; /* (height, width) */
    uint32_t width, height;
} TdiStrip;

/* Pixels that ASCII words take, at least 1. */
uint32_t tdi_font_width(TdiFont *font, const char *words);

/* Draw ASCII words into the strip from its left edge on, in the middle of its height. */
void tdi_font_draw(TdiFont *font, const char *words, const TdiStrip *strip);

#endif
