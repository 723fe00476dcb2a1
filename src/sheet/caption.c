#include "sheet/caption.h"

#ifdef TDI_HAVE_FREETYPE

#include <ft2build.h>
#include <string.h>
#include FT_FREETYPE_H
#include FT_MODULE_H

#include "base/memory.h"

/* Shapes as they are drawn in the font: its hinting programs need memory of their own, and
 * FreeType does not survive their not getting it. */
enum { GLYPH_FLAGS = FT_LOAD_NO_HINTING };

struct TdiFont {
    struct FT_MemoryRec_ memory;
    FT_Library library;
    FT_Face face;
};

/* DejaVu Sans where Debian, Fedora, Arch, and macOS's and FreeBSD's ports put it. */
static const char *const font_files[] = {
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/opt/local/share/fonts/dejavu-fonts/DejaVuSans.ttf",
    "/usr/local/share/fonts/dejavu/DejaVuSans.ttf",
};

static void *font_alloc(FT_Memory memory, long size)
{
    (void)memory;
    return tdi_alloc((size_t)size, 1);
}

static void font_free(FT_Memory memory, void *block)
{
    (void)memory;
    tdi_free(block);
}

static void *font_realloc(FT_Memory memory, long old_size, long new_size, void *block)
{
    (void)memory;
    return tdi_realloc(block, (size_t)old_size, (size_t)new_size);
}

static bool open_face(TdiFont *font, uint32_t pixels)
{
    size_t count = sizeof font_files / sizeof *font_files;
    for (size_t i = 0; i < count; i++)
        if (FT_New_Face(font->library, font_files[i], 0, &font->face) == 0)
            return FT_Set_Pixel_Sizes(font->face, 0, pixels) == 0;
    return false;
}

TdiFont *tdi_font_open(uint32_t pixels, const char **note)
{
    TdiFont *font = tdi_alloc(1, sizeof *font);
    *note = "captions are left out: there is no font (Debian: fonts-dejavu-core)";
    if (font == NULL)
        return NULL;
    font->memory = (struct FT_MemoryRec_){NULL, font_alloc, font_free, font_realloc};
    if (FT_New_Library(&font->memory, &font->library) != 0) {
        tdi_free(font);
        return NULL;
    }
    FT_Add_Default_Modules(font->library);
    if (!open_face(font, pixels)) {
        tdi_font_close(font);
        return NULL;
    }
    *note = NULL;
    return font;
}

void tdi_font_close(TdiFont *font)
{
    if (font == NULL)
        return;
    FT_Done_Library(font->library); /* closes the face too */
    tdi_free(font);
}

uint32_t tdi_font_width(TdiFont *font, const char *words)
{
    FT_Pos width = 0;
    for (const char *c = words; *c != '\0'; c++)
        if (FT_Load_Char(font->face, (unsigned char)*c, GLYPH_FLAGS) == 0)
            width += font->face->glyph->advance.x >> 6;
    return width > 0 ? (uint32_t)width : 1;
}

/* Copy the loaded glyph with its origin at (x, baseline); what lies outside is cut. */
static void put_glyph(const FT_GlyphSlot glyph, const TdiStrip *strip, int64_t x,
                      int64_t baseline)
{
    const FT_Bitmap *bitmap = &glyph->bitmap;
    for (int64_t row = 0; row < bitmap->rows; row++) {
        int64_t y = baseline - glyph->bitmap_top + row;
        for (int64_t column = 0; column < bitmap->width; column++) {
            int64_t at = x + glyph->bitmap_left + column;
            if (y >= 0 && y < strip->height && at >= 0 && at < strip->width)
                strip->ink[y * strip->width + at] =
                    bitmap->buffer[row * bitmap->pitch + column];
        }
    }
}

void tdi_font_draw(TdiFont *font, const char *words, const TdiStrip *strip)
{
    /* Digits and capitals stand 0.73 em high; centre them. */
    int64_t em = font->face->size->metrics.y_ppem;
    int64_t baseline = ((int64_t)strip->height * 100 + em * 73) / 200;
    int64_t x = 0;
    for (const char *c = words; *c != '\0'; c++) {
        if (FT_Load_Char(font->face, (unsigned char)*c, GLYPH_FLAGS | FT_LOAD_RENDER) != 0)
            continue;
        put_glyph(font->face->glyph, strip, x, baseline);
        x += font->face->glyph->advance.x >> 6;
    }
}

#else

#include <stddef.h>

TdiFont *tdi_font_open(uint32_t pixels, const char **note)
{
    (void)pixels;
    *note = "captions are left out: this tiedye was built without FreeType";
    return NULL;
}

void tdi_font_close(TdiFont *font)
{
    (void)font;
}

uint32_t tdi_font_width(TdiFont *font, const char *words)
{
    (void)font;
    (void)words;
    return 1;
}

void tdi_font_draw(TdiFont *font, const char *words, const TdiStrip *strip)
{
    (void)font;
    (void)words;
    (void)strip;
}

#endif
