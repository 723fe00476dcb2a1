#include "terminal.h"

#include <stddef.h>

#ifdef CLI_HAVE_CHAFA

#include <chafa.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_shows(void)
{
    return true;
}

/* ---- What the terminal is ------------------------------------------------------------ */

static int positive(int value, int otherwise)
{
    return value > 0 ? value : otherwise;
}

/* COLUMNS or LINES from the environment, 0 where it says nothing. */
static int said(const char *name)
{
    const char *value = getenv(name);
    long number = value != NULL ? strtol(value, NULL, 10) : 0;
    return number > 0 && number < 10000 ? (int)number : 0;
}

static bool is_dumb(void)
{
    const char *term = getenv("TERM");
    return term != NULL && strcmp(term, "dumb") == 0;
}

/* What is not known is taken for an xterm with 256 colours. */
static ChafaTermInfo *find_info(void)
{
    if (is_dumb())
        return chafa_term_info_new(); /* obeys no sequences */
    gchar **environment = g_get_environ();
    ChafaTermInfo *info = chafa_term_db_detect(chafa_term_db_get_default(), environment);
    g_strfreev(environment);
    return info;
}

/* Pictures of pixels get lost in files, pipes, and in programs that keep a screen of their own.
 */
static ChafaPixelMode find_pixel_mode(const ChafaTermInfo *info)
{
    if (!isatty(STDOUT_FILENO) || getenv("TMUX") != NULL || getenv("STY") != NULL)
        return CHAFA_PIXEL_MODE_SYMBOLS;
    if (chafa_term_info_have_seq(info, CHAFA_TERM_SEQ_BEGIN_KITTY_IMMEDIATE_IMAGE_V1))
        return CHAFA_PIXEL_MODE_KITTY;
    if (chafa_term_info_have_seq(info, CHAFA_TERM_SEQ_BEGIN_ITERM2_IMAGE))
        return CHAFA_PIXEL_MODE_ITERM2;
    if (chafa_term_info_have_seq(info, CHAFA_TERM_SEQ_BEGIN_SIXELS))
        return CHAFA_PIXEL_MODE_SIXELS;
    return CHAFA_PIXEL_MODE_SYMBOLS;
}

/* Pixels choose their colours from the picture, characters from what the terminal has. */
static ChafaCanvasMode find_canvas_mode(const ChafaTermInfo *info)
{
    const char *no_color = getenv("NO_COLOR"); /* https://no-color.org */
    bool colours = no_color == NULL || no_color[0] == '\0';
    if (find_pixel_mode(info) != CHAFA_PIXEL_MODE_SYMBOLS ||
        (colours && chafa_term_info_have_seq(info, CHAFA_TERM_SEQ_SET_COLOR_FGBG_DIRECT)))
        return CHAFA_CANVAS_MODE_TRUECOLOR;
    if (colours && chafa_term_info_have_seq(info, CHAFA_TERM_SEQ_SET_COLOR_FGBG_256))
        return CHAFA_CANVAS_MODE_INDEXED_240;
    if (colours && chafa_term_info_have_seq(info, CHAFA_TERM_SEQ_SET_COLOR_FGBG_16))
        return CHAFA_CANVAS_MODE_INDEXED_16;
    return CHAFA_CANVAS_MODE_FGBG;
}

/* Whether block characters arrive. A locale that says nothing of a character set (C) is no
 * reason to believe that they do not. */
static bool has_blocks(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool blocks = !is_dumb();
    if (locale != (locale_t)0) {
        const char *set = nl_langinfo_l(CODESET, locale);
        blocks = blocks && (strcmp(set, "UTF-8") == 0 || strcmp(set, "ANSI_X3.4-1968") == 0);
        freelocale(locale);
    }
    return blocks;
}

Terminal terminal_find(void)
{
    struct winsize size = {0};
    ChafaTermInfo *info = find_info();
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        size = (struct winsize){0};
    Terminal found = {.columns = positive(size.ws_col, positive(said("COLUMNS"), 80)),
                      .rows = positive(size.ws_row, positive(said("LINES"), 24))};
    found.cell_width = positive(size.ws_xpixel / found.columns, 8);
    found.cell_height = positive(size.ws_ypixel / found.rows, 2 * found.cell_width);
    found.rows =
        positive(found.rows - 2, 1); /* the command and the next prompt stay in sight */
    found.pixels = find_pixel_mode(info) != CHAFA_PIXEL_MODE_SYMBOLS;
    chafa_term_info_unref(info);
    return found;
}

uint8_t *terminal_pixels(uint64_t bytes)
{
    return g_try_malloc(bytes);
}

void terminal_free(uint8_t *pixels)
{
    g_free(pixels);
}

/* ---- Showing ------------------------------------------------------------------------- */

static ChafaCanvas *make_canvas(const Terminal *terminal, const ChafaTermInfo *info, int width,
                                int height)
{
    int columns = terminal->columns, rows = terminal->rows;
    ChafaSymbolMap *symbols = chafa_symbol_map_new();
    ChafaCanvasConfig *config = chafa_canvas_config_new();
    chafa_calc_canvas_geometry(width, height, &columns, &rows,
                               (float)terminal->cell_width / (float)terminal->cell_height, TRUE,
                               FALSE);
    chafa_symbol_map_add_by_tags(symbols, has_blocks()
                                              ? CHAFA_SYMBOL_TAG_BLOCK | CHAFA_SYMBOL_TAG_SPACE
                                              : CHAFA_SYMBOL_TAG_ASCII);
    chafa_canvas_config_set_symbol_map(config, symbols);
    chafa_canvas_config_set_canvas_mode(config, find_canvas_mode(info));
    chafa_canvas_config_set_pixel_mode(config, find_pixel_mode(info));
    chafa_canvas_config_set_cell_geometry(config, terminal->cell_width, terminal->cell_height);
    chafa_canvas_config_set_geometry(config, columns, rows);
    /* Pagers know colours, and no codes that repeat characters. */
    chafa_canvas_config_set_optimizations(config, CHAFA_OPTIMIZATION_REUSE_ATTRIBUTES);
    ChafaCanvas *canvas = chafa_canvas_new(config);
    chafa_canvas_config_unref(config);
    chafa_symbol_map_unref(symbols);
    return canvas;
}

void terminal_show(const Terminal *terminal, const uint8_t *rgba, int width, int height)
{
    ChafaTermInfo *info = find_info();
    ChafaCanvas *canvas = make_canvas(terminal, info, width, height);
    chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGBA8_UNASSOCIATED, rgba, width, height,
                                 4 * width);
    GString *text = chafa_canvas_print(canvas, info);
    fwrite(text->str, 1, text->len, stdout);
    putchar('\n');
    fflush(stdout);
    g_string_free(text, TRUE);
    chafa_canvas_unref(canvas);
    chafa_term_info_unref(info);
}

#else

bool terminal_shows(void)
{
    return false;
}

Terminal terminal_find(void)
{
    return (Terminal){0};
}

uint8_t *terminal_pixels(uint64_t bytes)
{
    (void)bytes;
    return NULL;
}

void terminal_free(uint8_t *pixels)
{
    (void)pixels;
}

void terminal_show(const Terminal *terminal, const uint8_t *rgba, int width, int height)
{
    (void)terminal;
    (void)rgba;
    (void)width;
    (void)height;
}

#endif
