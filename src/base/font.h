/* The typeface of captions and diagrams. */
#ifndef TDI_FONT_H
#define TDI_FONT_H

#include <stdbool.h>
#include <stdint.h>

/* A font, and the size that it has at the moment. */
typedef struct TdiFont TdiFont;

/* The system's DejaVu Sans. NULL where this build has no FreeType, or the machine has no such
 * font; *note (static text) then says what a user could do about it. */
TdiFont *tdi_font_open(const char **note);
void tdi_font_close(TdiFont *font);

/* The character that *words points to, which moves behind it: UTF-8 of up to three bytes. */
unsigned long tdi_next_character(const char **words);

/* How wide words (UTF-8) run, in ems, not hinted. Without a font (NULL): as DejaVu Sans has
 * them, but for rare characters. */
double tdi_font_width(TdiFont *font, const char *words);

#ifdef TDI_HAVE_FREETYPE
#include <ft2build.h>
#include FT_FREETYPE_H

struct TdiFont {
    struct FT_MemoryRec_ memory;
    FT_Library library;
    FT_Face face;
};
#endif

#endif
