#include "base/font.h"

#include <stddef.h>

/* ---- Characters ---------------------------------------------------------------------- */

unsigned long tdi_next_character(const char **words)
{
    const unsigned char *bytes = (const unsigned char *)*words;
    size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xe0 ? 2 : 3;
    unsigned long code = length == 1 ? bytes[0] : bytes[0] & (length == 2 ? 0x1f : 0x0f);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            *words += i;
            return '?';
        }
        code = code << 6 | (bytes[i] & 0x3f);
    }
    *words += length;
    return code;
}

/* Without a font: what DejaVu Sans takes on average, a little more for capitals and digits. */
static double guess_width(const char *words)
{
    double width = 0;
    while (*words != '\0') {
        unsigned long code = tdi_next_character(&words);
        bool narrow = code < 0x80 && (code == ' ' || code == '.' || code == ',' ||
                                      code == 'i' || code == 'l' || code == 'j' || code == '/');
        bool wide = code == 'm' || code == 'w' || (code >= 'A' && code <= 'Z') || code >= 0x80;
        width += narrow ? 0.34 : wide ? 0.86 : 0.64;
    }
    return width;
}

#ifdef TDI_HAVE_FREETYPE

#include FT_MODULE_H

#include "base/memory.h"

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

static bool open_face(TdiFont *font)
{
    size_t count = sizeof font_files / sizeof *font_files;
    for (size_t i = 0; i < count; i++)
        if (FT_New_Face(font->library, font_files[i], 0, &font->face) == 0)
            return true;
    return false;
}

TdiFont *tdi_font_open(const char **note)
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
    if (!open_face(font)) {
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

double tdi_font_width(TdiFont *font, const char *words)
{
    double width = 0;
    if (font == NULL)
        return guess_width(words);
    while (*words != '\0')
        if (FT_Load_Char(font->face, tdi_next_character(&words),
                         FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING) == 0)
            width += (double)font->face->glyph->metrics.horiAdvance;
    return width / font->face->units_per_EM;
}

#else

TdiFont *tdi_font_open(const char **note)
{
    *note = "captions are left out: this tiedye was built without FreeType";
    return NULL;
}

void tdi_font_close(TdiFont *font)
{
    (void)font;
}

double tdi_font_width(TdiFont *font, const char *words)
{
    (void)font;
    return guess_width(words);
}

#endif
