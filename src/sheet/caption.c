#include "sheet/caption.h"

#ifdef TDI_HAVE_FREETYPE

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* Shapes as they are drawn in the font: its hinting programs need memory of their own, and
 * FreeType does not survive their not getting it. */
enum { GLYPH_FLAGS = FT_LOAD_NO_HINTING };

/* ---- Words --------------------------------------------------------------------------- */

/* Where words go: a strip of one byte a pixel, 0 for paper to 255 for ink. */
typedef struct Strip {
    unsigned char *ink; /* (height, width) */
    uint32_t width, height;
} Strip;

static uint32_t width_of(TdiFont *font, unsigned long code)
{
    if (FT_Load_Char(font->face, code, GLYPH_FLAGS) != 0)
        return 0;
    return (uint32_t)(font->face->glyph->advance.x >> 6);
}

static uint32_t width_of_words(TdiFont *font, const char *words)
{
    uint32_t width = 0;
    while (*words != '\0')
        width += width_of(font, tdi_next_character(&words));
    return width > 0 ? width : 1;
}

/* Copy the loaded glyph with its origin at (x, baseline); what lies outside is cut. */
static void put_glyph(const FT_GlyphSlot glyph, const Strip *strip, int64_t x, int64_t baseline)
{
    const FT_Bitmap *bitmap = &glyph->bitmap;
    for (int64_t row = 0; row < bitmap->rows; row++) {
        int64_t y = baseline - glyph->bitmap_top + row;
        for (int64_t column = 0; column < bitmap->width; column++) {
            int64_t at = x + glyph->bitmap_left + column;
            if (y >= 0 && y < strip->height && at >= 0 && at < strip->width) {
                unsigned char *to = &strip->ink[y * strip->width + at],
                              ink = bitmap->buffer[row * bitmap->pitch + column];
                *to = ink > *to ? ink : *to;
            }
        }
    }
}

static int64_t put_character(TdiFont *font, unsigned long code, const Strip *strip, int64_t x)
{
    /* Digits and capitals stand 0.73 em high; centre them. */
    int64_t em = font->face->size->metrics.y_ppem;
    int64_t baseline = ((int64_t)strip->height * 100 + em * 73) / 200;
    if (FT_Load_Char(font->face, code, GLYPH_FLAGS | FT_LOAD_RENDER) != 0)
        return x;
    put_glyph(font->face->glyph, strip, x, baseline);
    return x + (font->face->glyph->advance.x >> 6);
}

/* ---- Labels -------------------------------------------------------------------------- */

enum { ELLIPSIS = 0x2026 };

/* Set the size at which the words fit, or that of four fifths where none does; the width that
 * they take then. */
static uint32_t fit(TdiFont *font, const TdiLabel *label, uint32_t room)
{
    uint32_t least = label->letter * 4 / 5, width = 1;
    least = least < 8 && label->letter > 8 ? 8 : least;
    for (uint32_t letter = label->letter; letter >= least && letter > 0; letter--) {
        if (FT_Set_Pixel_Sizes(font->face, 0, letter) != 0)
            return 0;
        width = width_of_words(font, label->words);
        if (width <= room)
            break;
    }
    return width;
}

static uint32_t room_of(const TdiLabel *label)
{
    return label->turned ? label->height : label->width;
}

bool tdi_label_is_long(TdiFont *font, const TdiLabel *label)
{
    return fit(font, label, room_of(label)) > room_of(label);
}

/* The words, or as many as leave room for an ellipsis. */
static void draw_words(TdiFont *font, const char *words, bool whole, const Strip *strip)
{
    uint32_t dots = whole ? 0 : width_of(font, ELLIPSIS);
    int64_t x = 0;
    while (*words != '\0') {
        unsigned long code = tdi_next_character(&words);
        if (x + width_of(font, code) + dots > strip->width)
            break;
        x = put_character(font, code, strip, x);
    }
    if (!whole && x + dots <= strip->width)
        put_character(font, ELLIPSIS, strip, x);
}

static unsigned char mix(unsigned ink, unsigned shade)
{
    return (unsigned char)(TDI_PAPER - ink * (TDI_PAPER - shade) / 255);
}

/* Paint the strip into the band, its corner lying at (x, y). */
static void paint(const Strip *strip, const TdiLabel *label, uint32_t x, uint32_t y,
                  const TdRaster *raster, const TdiBand *band)
{
    size_t pixel = raster->channels * td_sample_size(raster->type);
    uint32_t height = label->turned ? strip->width : strip->height;
    uint32_t width = label->turned ? strip->height : strip->width;
    for (uint32_t row = 0; row < height; row++) {
        if (y + row < band->y || y + row - band->y >= band->count)
            continue;
        unsigned char *at = band->rows + (y + row - band->y) * band->row_bytes + x * pixel;
        for (uint32_t column = 0; column < width; column++) {
            size_t place = label->turned
                               ? (size_t)column * strip->width + (strip->width - 1 - row)
                               : (size_t)row * strip->width + column;
            /* both bytes of 16 bits */
            memset(at + column * pixel, mix(strip->ink[place], label->ink), pixel);
        }
    }
}

static bool meets_band(const TdiLabel *label, const TdiBand *band)
{
    return label->y < band->y + band->count && label->y + label->height > band->y;
}

TdStatus tdi_label_draw(TdiFont *font, const TdiLabel *label, const TdRaster *raster,
                        const TdiBand *band, TdError *err)
{
    uint32_t room = room_of(label), line = label->turned ? label->width : label->height;
    if (!meets_band(label, band) || label->words[0] == '\0' || room == 0)
        return TD_OK;
    uint32_t width = fit(font, label, room);
    Strip strip = {NULL, width < room ? width : room, line};
    size_t bytes = (size_t)strip.width * strip.height;
    strip.ink = tdi_alloc(bytes, 1);
    if (strip.ink == NULL)
        return tdi_fail_memory(err, bytes);
    draw_words(font, label->words, width <= room, &strip);
    uint32_t left = room - strip.width;
    uint32_t shift = label->align == TDI_CENTRE  ? left / 2
                     : label->align == TDI_RIGHT ? left
                                                 : 0;
    if (label->turned) /* they begin at the bottom */
        paint(&strip, label, label->x, label->y + left - shift, raster, band);
    else
        paint(&strip, label, label->x + shift, label->y, raster, band);
    tdi_free(strip.ink);
    return TD_OK;
}

#else

#include <stddef.h>

bool tdi_label_is_long(TdiFont *font, const TdiLabel *label)
{
    (void)font;
    (void)label;
    return false;
}

TdStatus tdi_label_draw(TdiFont *font, const TdiLabel *label, const TdRaster *raster,
                        const TdiBand *band, TdError *err)
{
    (void)font;
    (void)label;
    (void)raster;
    (void)band;
    (void)err;
    return TD_OK;
}

#endif
