/* Every mark becomes outlines, which FreeType's renderer turns into spans of coverage. */
#include "sheet/paint.h"

#ifdef TDI_HAVE_FREETYPE

#include FT_OUTLINE_H

#include <math.h>

#include "sheet/caption.h"

/* As wide an arc's handles are, of its radius: a cubic curve that is nearly a quarter circle
 * (https://spencermortensen.com/articles/bezier-circle/). */
#define ARC 0.55191502449
/* As SVG has them (figure.c), in points. */
#define DASH 3.0
#define SPACE 2.0
#define ARROW 4.0

enum { MOST_POINTS = 32 };

typedef struct Painter {
    TdiFont *font;
    const TdiPixels *pixels;
    double scale;
    unsigned colour; /* 0xrrggbb */
} Painter;

/* Closed outlines in pixels, y downwards. */
typedef struct Path {
    FT_Vector points[MOST_POINTS];
    unsigned char tags[MOST_POINTS];
    short ends[2];
    int count, contours;
} Path;

/* ---- Filling ------------------------------------------------------------------------- */

static void blend(unsigned char *to, unsigned colour, unsigned coverage)
{
    for (int c = 0; c < 3; c++) {
        unsigned ink = colour >> (16 - 8 * c) & 0xff;
        to[c] = (unsigned char)((to[c] * (255 - coverage) + ink * coverage + 127) / 255);
    }
}

static void take_spans(int y, int count, const FT_Span *spans, void *user)
{
    const Painter *painter = user;
    const TdiPixels *pixels = painter->pixels;
    unsigned char *row =
        pixels->rgb + 3 * (size_t)pixels->width * (pixels->height - 1 - (uint32_t)y);
    for (int i = 0; i < count; i++)
        for (int x = spans[i].x; x < spans[i].x + spans[i].len; x++)
            blend(row + 3 * x, painter->colour, spans[i].coverage);
}

static void fill(Painter *painter, FT_Outline *outline)
{
    FT_Raster_Params params = {
        .flags = FT_RASTER_FLAG_AA | FT_RASTER_FLAG_DIRECT | FT_RASTER_FLAG_CLIP,
        .gray_spans = take_spans,
        .user = painter,
        .clip_box = {0, 0, painter->pixels->width, painter->pixels->height}};
    FT_Outline_Render(painter->font->library, outline, &params);
}

static void fill_path(Painter *painter, Path *path)
{
    /* types of these pointers differ between versions of FreeType */
    FT_Outline outline = {.n_contours = (short)path->contours,
                          .n_points = (short)path->count,
                          .points = path->points,
                          .tags = (void *)path->tags,
                          .contours = (void *)path->ends,
                          .flags = FT_OUTLINE_EVEN_ODD_FILL};
    fill(painter, &outline);
}

static void set_colour(Painter *painter, int role)
{
    painter->colour =
        role == TDI_ROLE_PAPER ? TDI_PAPER * 0x10101u : tdi_role_colour(role, false);
}

/* ---- Outlines ------------------------------------------------------------------------ */

static long fixed(double value)
{
    return (long)floor(value * 64 + 0.5);
}

static void add_point(const Painter *painter, Path *path, double x, double y, bool on)
{
    path->points[path->count] =
        (FT_Vector){fixed(x), 64 * (long)painter->pixels->height - fixed(y)};
    path->tags[path->count++] = on ? FT_CURVE_TAG_ON : FT_CURVE_TAG_CUBIC;
}

static void close_path(Path *path)
{
    path->ends[path->contours++] = (short)(path->count - 1);
}

/* From (x, y), a radius before a corner, around it: (ux, uy) is the way to the corner, (vx, vy)
 * the way from there. */
static void add_corner(const Painter *painter, Path *path, double x, double y, double ux,
                       double uy, double vx, double vy)
{
    double cx = x + ux, cy = y + uy;
    add_point(painter, path, x, y, true);
    add_point(painter, path, x + ARC * ux, y + ARC * uy, false);
    add_point(painter, path, cx + (1 - ARC) * vx, cy + (1 - ARC) * vy, false);
    add_point(painter, path, cx + vx, cy + vy, true);
}

static void add_rectangle(const Painter *painter, Path *path, double x, double y, double width,
                          double height, double radius)
{
    double most = (width < height ? width : height) / 2;
    double r = radius < most ? radius : most, right = x + width, bottom = y + height;
    if (r > 0) {
        add_corner(painter, path, right - r, y, r, 0, 0, r);
        add_corner(painter, path, right, bottom - r, 0, r, -r, 0);
        add_corner(painter, path, x + r, bottom, -r, 0, 0, -r);
        add_corner(painter, path, x, y + r, 0, -r, r, 0);
    } else {
        add_point(painter, path, x, y, true);
        add_point(painter, path, right, y, true);
        add_point(painter, path, right, bottom, true);
        add_point(painter, path, x, bottom, true);
    }
    close_path(path);
}

/* ---- Lines --------------------------------------------------------------------------- */

/* A straight piece, in pixels. */
static void draw_piece(Painter *painter, const double from[2], const double to[2],
                       double thickness)
{
    Path path = {.count = 0};
    double dx = to[0] - from[0], dy = to[1] - from[1], length = sqrt(dx * dx + dy * dy);
    if (length == 0)
        return;
    dx /= length;
    dy /= length;
    double h = thickness / 2;
    add_point(painter, &path, from[0] - h * dy, from[1] + h * dx, true);
    add_point(painter, &path, to[0] - h * dy, to[1] + h * dx, true);
    add_point(painter, &path, to[0] + h * dy, to[1] - h * dx, true);
    add_point(painter, &path, from[0] + h * dy, from[1] - h * dx, true);
    close_path(&path);
    fill_path(painter, &path);
}

/* Dashes of a piece; *at is how far the pattern has come. */
static void draw_dashes(Painter *painter, const double from[2], const double to[2],
                        double thickness, double *at)
{
    double dx = to[0] - from[0], dy = to[1] - from[1], length = sqrt(dx * dx + dy * dy);
    double dash = DASH * painter->scale, period = dash + SPACE * painter->scale;
    for (double begin = -*at; begin < length; begin += period) {
        double a = begin > 0 ? begin : 0, b = begin + dash < length ? begin + dash : length;
        double start[] = {from[0] + a / length * dx, from[1] + a / length * dy};
        double end[] = {from[0] + b / length * dx, from[1] + b / length * dy};
        if (b > a)
            draw_piece(painter, start, end, thickness);
    }
    *at += length;
    *at -= floor(*at / period) * period;
}

/* A corner is filled by the piece before it, which reaches over it. */
static void reach_over(double to[2], const double from[2], double thickness)
{
    double dx = to[0] - from[0], dy = to[1] - from[1], length = sqrt(dx * dx + dy * dy);
    if (length == 0)
        return;
    to[0] += dx / length * thickness / 2;
    to[1] += dy / length * thickness / 2;
}

static void draw_polyline(Painter *painter, const double *points, int count, double thickness,
                          bool dashed)
{
    double at = 0, s = painter->scale;
    for (int i = 0; i + 1 < count; i++) {
        double from[] = {s * points[2 * i], s * points[2 * i + 1]};
        double to[] = {s * points[2 * i + 2], s * points[2 * i + 3]};
        if (dashed) {
            draw_dashes(painter, from, to, thickness, &at);
            continue;
        }
        if (i + 2 < count)
            reach_over(to, from, thickness);
        draw_piece(painter, from, to, thickness);
    }
}

static void draw_arrow(Painter *painter, const TdiMark *mark)
{
    const double *end = mark->points + 2 * (mark->count - 1);
    double dx = end[0] - end[-2], dy = end[1] - end[-1], length = sqrt(dx * dx + dy * dy);
    double s = painter->scale;
    Path path = {.count = 0};
    if (length == 0)
        return;
    dx *= ARROW / length;
    dy *= ARROW / length;
    add_point(painter, &path, s * end[0], s * end[1], true);
    add_point(painter, &path, s * (end[0] - dx - 0.6 * dy), s * (end[1] - dy + 0.6 * dx), true);
    add_point(painter, &path, s * (end[0] - dx + 0.6 * dy), s * (end[1] - dy - 0.6 * dx), true);
    close_path(&path);
    fill_path(painter, &path);
}

static void draw_line(Painter *painter, const TdiMark *mark)
{
    if (mark->line == TDI_ROLE_NONE)
        return;
    set_colour(painter, mark->line);
    draw_polyline(painter, mark->points, mark->count, mark->thickness * painter->scale,
                  mark->dashed);
    if (mark->arrow)
        draw_arrow(painter, mark);
}

/* ---- Boxes --------------------------------------------------------------------------- */

/* The border lies half within and half around the box. */
static void draw_border(Painter *painter, const TdiMark *mark)
{
    double s = painter->scale, half = mark->thickness / 2;
    double inner = mark->radius > half ? mark->radius - half : 0;
    Path path = {.count = 0};
    add_rectangle(painter, &path, s * (mark->x - half), s * (mark->y - half),
                  s * (mark->width + 2 * half), s * (mark->height + 2 * half),
                  mark->radius > 0 ? s * (mark->radius + half) : 0);
    if (mark->width > 2 * half && mark->height > 2 * half)
        add_rectangle(painter, &path, s * (mark->x + half), s * (mark->y + half),
                      s * (mark->width - 2 * half), s * (mark->height - 2 * half), s * inner);
    fill_path(painter, &path);
}

static void draw_dashed_border(Painter *painter, const TdiMark *mark)
{
    double right = mark->x + mark->width, bottom = mark->y + mark->height;
    const double points[] = {mark->x, mark->y, right,  mark->y, right,
                             bottom,  mark->x, bottom, mark->x, mark->y};
    draw_polyline(painter, points, 5, mark->thickness * painter->scale, true);
}

static void draw_box(Painter *painter, const TdiMark *mark)
{
    double s = painter->scale;
    if (mark->fill != TDI_ROLE_NONE) {
        Path path = {.count = 0};
        set_colour(painter, mark->fill);
        add_rectangle(painter, &path, s * mark->x, s * mark->y, s * mark->width,
                      s * mark->height, s * mark->radius);
        fill_path(painter, &path);
    }
    if (mark->line == TDI_ROLE_NONE)
        return;
    set_colour(painter, mark->line);
    if (mark->dashed)
        draw_dashed_border(painter, mark);
    else
        draw_border(painter, mark);
}

/* ---- Words --------------------------------------------------------------------------- */

/* Not hinted: sizes are no whole pixels, and hinting programs do not survive a lack of memory.
 */
static void draw_character(Painter *painter, unsigned long code, double x, double baseline,
                           double bold)
{
    FT_Face face = painter->font->face;
    if (FT_Load_Char(face, code, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0 ||
        face->glyph->format != FT_GLYPH_FORMAT_OUTLINE)
        return;
    FT_Outline *outline = &face->glyph->outline;
    if (bold > 0)
        FT_Outline_Embolden(outline, fixed(bold));
    FT_Outline_Translate(outline, fixed(x),
                         64 * (long)painter->pixels->height - fixed(baseline));
    fill(painter, outline);
}

/* They run as wide as the mark says. */
static void draw_words(Painter *painter, const TdiMark *mark)
{
    static const double shares[] = {0, 0.5, 1}; /* of the width, by TdiAnchor */
    const char *at = mark->words;
    double size = mark->size * painter->scale, width = mark->width;
    double natural = tdi_font_width(painter->font, at) * mark->size;
    double x = (mark->x - shares[mark->anchor] * width) * painter->scale;
    if (natural <= 0 || size < 1 ||
        FT_Set_Char_Size(painter->font->face, 0, fixed(size), 72, 72) != 0)
        return;
    double stretch = width > 0 ? width / natural : 1;
    set_colour(painter, mark->fill);
    while (*at != '\0') {
        unsigned long code = tdi_next_character(&at);
        draw_character(painter, code, x, mark->y * painter->scale, mark->bold ? size / 20 : 0);
        x += stretch * (double)painter->font->face->glyph->linearHoriAdvance / 65536;
    }
}

void tdi_figure_paint(const TdiFigure *figure, double scale, TdiFont *font,
                      const TdiPixels *pixels)
{
    Painter painter = {.font = font, .pixels = pixels, .scale = scale};
    for (int i = 0; i < figure->count; i++) {
        const TdiMark *mark = &figure->marks[i];
        if (mark->type == TDI_MARK_BOX)
            draw_box(&painter, mark);
        else if (mark->type == TDI_MARK_LINE)
            draw_line(&painter, mark);
        else if (mark->type == TDI_MARK_WORDS)
            draw_words(&painter, mark);
    }
}

#else

void tdi_figure_paint(const TdiFigure *figure, double scale, TdiFont *font,
                      const TdiPixels *pixels)
{
    (void)figure;
    (void)scale;
    (void)font;
    (void)pixels;
}

#endif
