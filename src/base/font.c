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

/* How wide DejaVu Sans runs, in 2048ths of an em: from the space to the tilde. */
static const unsigned short advances[] = {
    651,  821,  942,  1716, 1303, 1946, 1597, 563,  799,  799,  1024, 1716, 651,  739,
    651,  690,  1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 690,  690,
    1716, 1716, 1716, 1087, 2048, 1401, 1405, 1430, 1577, 1294, 1178, 1587, 1540, 604,
    604,  1343, 1141, 1767, 1532, 1612, 1235, 1612, 1423, 1300, 1251, 1499, 1401, 2025,
    1403, 1251, 1403, 799,  690,  799,  1716, 1024, 1024, 1255, 1300, 1126, 1300, 1260,
    721,  1300, 1298, 569,  569,  1186, 569,  1995, 1298, 1253, 1300, 1300, 842,  1067,
    803,  1298, 1212, 1675, 1212, 1212, 1075, 1303, 690,  1303, 1716,
};

enum { EM = 2048 };

/* Without a font, so that drawings are laid out alike; other characters are taken as wide ones.
 */
static double known_width(const char *words)
{
    unsigned long width = 0;
    while (*words != '\0') {
        unsigned long code = tdi_next_character(&words);
        width += code >= ' ' && code <= '~' ? advances[code - ' '] : code == 0xb7 ? 651 : 1716;
    }
    return (double)width / EM;
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
        return known_width(words);
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
    return known_width(words);
}

#endif
