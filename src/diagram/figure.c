#include "diagram/figure.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

void tdi_figure_free(TdiFigure *figure)
{
    tdi_free(figure->marks);
    tdi_arena_free(&figure->arena);
    *figure = (TdiFigure){0};
}

void tdi_figure_add(TdiFigure *figure, const TdiMark *mark)
{
    TdiMark *grown =
        tdi_grow(figure->marks, (size_t)figure->count, &figure->room, sizeof *grown);
    figure->failed |= grown == NULL;
    if (grown == NULL)
        return;
    figure->marks = grown;
    grown[figure->count++] = *mark;
}

void tdi_figure_line(TdiFigure *figure, const double *points, int count, TdiRole role,
                     double thickness, bool arrow)
{
    double *copy = tdi_arena_take(&figure->arena, 2 * (uint64_t)count, sizeof *copy);
    figure->failed |= copy == NULL;
    if (copy == NULL)
        return;
    memcpy(copy, points, 2 * (size_t)count * sizeof *copy);
    tdi_figure_add(figure, &(TdiMark){.type = TDI_MARK_LINE,
                                      .points = copy,
                                      .count = count,
                                      .fill = TDI_ROLE_NONE,
                                      .line = role,
                                      .thickness = thickness,
                                      .arrow = arrow});
}

const char *tdi_figure_words(TdiFigure *figure, TdiText *text)
{
    const char *copy = "";
    if (text->length > 0)
        copy = tdi_arena_words(&figure->arena, text->data, text->length);
    figure->failed |= copy == NULL || text->failed;
    tdi_text_free(text);
    *text = (TdiText){0};
    return copy != NULL ? copy : "";
}

const char *tdi_figure_keep(TdiFigure *figure, const char *words)
{
    const char *copy =
        words == NULL ? NULL : tdi_arena_words(&figure->arena, words, strlen(words));
    figure->failed |= copy == NULL && words != NULL;
    return copy == NULL && words != NULL ? "" : copy;
}

void tdi_figure_own(TdiFigure *figure)
{
    for (int i = 0; i < figure->count; i++) {
        TdiMark *mark = &figure->marks[i];
        mark->words = tdi_figure_keep(figure, mark->words);
        mark->id = tdi_figure_keep(figure, mark->id);
        mark->title = tdi_figure_keep(figure, mark->title);
    }
}

/* Up to the next half of a point, which is a pixel at 144 an inch: else the last one would be
 * half paper and half nothing, a light edge of dark pages. */
static double whole_pixels(double size)
{
    return ceil(size * 2 - 1e-6) / 2;
}

void tdi_figure_scale(TdiFigure *figure, double scale)
{
    for (int i = 0; i < figure->count; i++) {
        TdiMark *mark = &figure->marks[i];
        double *points = (double *)mark->points;
        mark->x *= scale;
        mark->y *= scale;
        mark->width *= scale;
        mark->height *= scale;
        mark->radius *= scale;
        mark->thickness *= scale;
        mark->size *= scale;
        for (int k = 0; points != NULL && k < 2 * mark->count; k++)
            points[k] *= scale;
    }
    figure->width = whole_pixels(figure->width * scale);
    figure->height = whole_pixels(figure->height * scale);
}

/* ---- Colours ------------------------------------------------------------------------- */

static const struct {
    unsigned light, dark;
} colours[TDI_ROLE_COUNT] = {
    [TDI_KIND_CONVOLUTION] = {0xbcd7f5, 0x2b527d}, [TDI_KIND_DENSE] = {0xd9cbf2, 0x53407f},
    [TDI_KIND_ATTENTION] = {0xf6c6d6, 0x7d3450},   [TDI_KIND_RECURRENT] = {0xbfe3e6, 0x235c63},
    [TDI_KIND_POOL] = {0xc5e6c0, 0x2f5f33},        [TDI_KIND_NORM] = {0xf2e3ae, 0x665722},
    [TDI_KIND_ACTIVATION] = {0xf9cfae, 0x7a4a22},  [TDI_KIND_MERGE] = {0xd6d9de, 0x474d57},
    [TDI_KIND_ARITHMETIC] = {0xe6e2d8, 0x4e4a40},  [TDI_KIND_MOVE] = {0xe9ebee, 0x383d45},
    [TDI_KIND_CONTROL] = {0xd8d2c6, 0x57503f},     [TDI_KIND_OTHER] = {0xdedede, 0x505050},
    [TDI_KIND_UNKNOWN] = {0xffffff, 0x1b1e23},     [TDI_ROLE_PAPER] = {0xffffff, 0x16181c},
    [TDI_ROLE_INK] = {0x1d2126, 0xe8eaed},         [TDI_ROLE_FAINT] = {0x5a626d, 0xa3abb6},
    [TDI_ROLE_WIRE] = {0x6b7480, 0x8a94a1},        [TDI_ROLE_FRAME] = {0xf6f7f9, 0x1f2329},
    [TDI_ROLE_EDGE] = {0xaab2bd, 0x5a636f},        [TDI_ROLE_BADGE] = {0x2f3b4a, 0xd7dde5},
    [TDI_ROLE_BADGE_INK] = {0xffffff, 0x16181c},   [TDI_ROLE_NORM] = {0xc79a10, 0xe0bd4a},
    [TDI_ROLE_ACT] = {0xd9641e, 0xf08a4b},         [TDI_ROLE_PORT] = {0xeef1f4, 0x2a2f37},
};

unsigned tdi_role_colour(int role, bool dark)
{
    return dark ? colours[role].dark : colours[role].light;
}

/* ---- SVG ----------------------------------------------------------------------------- */

/* Hundredths of a point are finer than any screen shows. */
static void add_number(TdiText *text, double value)
{
    double rounded = floor(value * 100 + 0.5) / 100;
    tdi_text_add_real(text, rounded == 0 ? 0 : rounded);
}

static void add_field(TdiText *text, const char *name, double value)
{
    tdi_text_format(text, " %s=\"", name);
    add_number(text, value);
    tdi_text_add(text, "\"");
}

/* U+FFFE or U+FFFF, which no XML holds, in UTF-8. */
static bool is_no_character(const char *words)
{
    return strncmp(words, "\xef\xbf\xbe", 3) == 0 || strncmp(words, "\xef\xbf\xbf", 3) == 0;
}

/* Words as XML has them; what XML cannot hold becomes a space. */
static void add_escaped(TdiText *text, const char *words)
{
    for (; *words != '\0'; words++) {
        unsigned char c = (unsigned char)*words;
        if (c == '&')
            tdi_text_add(text, "&amp;");
        else if (c == '<')
            tdi_text_add(text, "&lt;");
        else if (c == '>')
            tdi_text_add(text, "&gt;");
        else if (c == '"')
            tdi_text_add(text, "&quot;");
        else if (c < ' ' && c != '\n')
            tdi_text_add(text, " ");
        else if (is_no_character(words)) {
            tdi_text_add(text, " ");
            words += 2;
        } else
            tdi_text_add_bytes(text, words, 1);
    }
}

static void add_paint(TdiText *text, const char *name, int role, bool dark)
{
    if (role == TDI_ROLE_NONE)
        tdi_text_format(text, " %s=\"none\"", name);
    else
        tdi_text_format(text, " %s=\"#%06x\"", name, tdi_role_colour(role, dark));
}

static void add_stroke(TdiText *text, const TdiMark *mark, bool dark)
{
    if (mark->line == TDI_ROLE_NONE)
        return;
    add_paint(text, "stroke", mark->line, dark);
    if (mark->thickness != 1)
        add_field(text, "stroke-width", mark->thickness);
    if (mark->dashed)
        tdi_text_add(text, " stroke-dasharray=\"3 2\"");
}

static void add_box(TdiText *text, const TdiMark *mark, bool dark)
{
    tdi_text_add(text, "<rect");
    add_field(text, "x", mark->x);
    add_field(text, "y", mark->y);
    add_field(text, "width", mark->width);
    add_field(text, "height", mark->height);
    if (mark->radius > 0)
        add_field(text, "rx", mark->radius);
    add_paint(text, "fill", mark->fill, dark);
    add_stroke(text, mark, dark);
    tdi_text_add(text, "/>\n");
}

/* A triangle whose tip is the line's end; the line itself ends within it. */
static void add_arrow(TdiText *text, const TdiMark *mark, bool dark)
{
    const double *end = mark->points + 2 * (mark->count - 1);
    double dx = end[0] - end[-2], dy = end[1] - end[-1], length = sqrt(dx * dx + dy * dy);
    if (length == 0)
        return;
    dx *= 4 / length;
    dy *= 4 / length;
    tdi_text_add(text, "<path d=\"M");
    add_number(text, end[0]);
    tdi_text_add(text, " ");
    add_number(text, end[1]);
    for (int side = -1; side <= 1; side += 2) {
        tdi_text_add(text, "L");
        add_number(text, end[0] - dx + side * 0.6 * dy);
        tdi_text_add(text, " ");
        add_number(text, end[1] - dy - side * 0.6 * dx);
    }
    tdi_text_add(text, "Z\"");
    add_paint(text, "fill", mark->line, dark);
    tdi_text_add(text, "/>\n");
}

static void add_line(TdiText *text, const TdiMark *mark, bool dark)
{
    tdi_text_add(text, "<path d=\"");
    for (int i = 0; i < mark->count; i++) {
        tdi_text_add(text, i == 0 ? "M" : "L");
        add_number(text, mark->points[2 * i]);
        tdi_text_add(text, " ");
        add_number(text, mark->points[2 * i + 1]);
    }
    tdi_text_add(text, "\" fill=\"none\"");
    add_stroke(text, mark, dark);
    tdi_text_add(text, "/>\n");
    if (mark->arrow)
        add_arrow(text, mark, dark);
}

/* The width is said, so that other typefaces do not run out of their boxes. */
static void add_words(TdiText *text, const TdiMark *mark, bool dark)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    tdi_text_add(text, "<text");
    add_field(text, "x", mark->x);
    add_field(text, "y", mark->y);
    add_field(text, "font-size", mark->size);
    if (mark->anchor != TDI_START)
        tdi_text_format(text, " text-anchor=\"%s\"", anchors[mark->anchor]);
    if (mark->bold)
        tdi_text_add(text, " font-weight=\"bold\"");
    add_field(text, "textLength", mark->width);
    tdi_text_add(text, " lengthAdjust=\"spacingAndGlyphs\"");
    add_paint(text, "fill", mark->fill, dark);
    tdi_text_add(text, ">");
    add_escaped(text, mark->words);
    tdi_text_add(text, "</text>\n");
}

static void add_group(TdiText *text, const TdiMark *mark)
{
    tdi_text_add(text, "<g");
    if (mark->id != NULL) {
        tdi_text_add(text, " id=\"");
        add_escaped(text, mark->id);
        tdi_text_add(text, "\"");
    }
    tdi_text_add(text, ">");
    if (mark->title != NULL) {
        tdi_text_add(text, "<title>");
        add_escaped(text, mark->title);
        tdi_text_add(text, "</title>");
    }
    tdi_text_add(text, "\n");
}

static void add_mark(TdiText *text, const TdiMark *mark, bool dark)
{
    switch (mark->type) {
    case TDI_MARK_GROUP:
        add_group(text, mark);
        break;
    case TDI_MARK_END:
        tdi_text_add(text, "</g>\n");
        break;
    case TDI_MARK_BOX:
        add_box(text, mark, dark);
        break;
    case TDI_MARK_LINE:
        add_line(text, mark, dark);
        break;
    case TDI_MARK_WORDS:
        add_words(text, mark, dark);
        break;
    }
}

void tdi_figure_svg(const TdiFigure *figure, bool dark, TdiText *text)
{
    tdi_text_add(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<svg xmlns=\"http://www.w3.org/2000/svg\"");
    const char *const names[] = {"width", "height"};
    const double sizes[] = {figure->width, figure->height};
    for (int i = 0; i < 2; i++) {
        tdi_text_format(text, " %s=\"", names[i]);
        add_number(text, sizes[i]);
        tdi_text_add(text, "pt\"");
    }
    tdi_text_add(text, " viewBox=\"0 0 ");
    add_number(text, figure->width);
    tdi_text_add(text, " ");
    add_number(text, figure->height);
    tdi_text_add(text, "\" role=\"img\" aria-labelledby=\"title desc\" "
                       "font-family=\"'DejaVu Sans', Verdana, sans-serif\">\n"
                       "<title id=\"title\">");
    add_escaped(text, figure->title);
    tdi_text_add(text, "</title>\n<desc id=\"desc\">");
    add_escaped(text, figure->description);
    tdi_text_add(text, "</desc>\n");
    add_box(text,
            &(TdiMark){.width = figure->width,
                       .height = figure->height,
                       .fill = TDI_ROLE_PAPER,
                       .line = TDI_ROLE_NONE},
            dark);
    for (int i = 0; i < figure->count; i++)
        add_mark(text, &figure->marks[i], dark);
    tdi_text_add(text, "</svg>\n");
}
