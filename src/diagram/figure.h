/* A drawing: boxes, lines and words, in points, y downwards. */
#ifndef TDI_FIGURE_H
#define TDI_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/font.h"
#include "base/text.h"
#include "graph/operators.h"

/* What has a colour. Kinds of layers come first, by TdiKind. */
typedef enum TdiRole {
    TDI_ROLE_PAPER = TDI_KIND_COUNT,
    TDI_ROLE_INK,   /* words */
    TDI_ROLE_FAINT, /* small words */
    TDI_ROLE_WIRE,  /* lines between layers */
    TDI_ROLE_FRAME, /* around repeats: the inside */
    TDI_ROLE_EDGE,  /* ... and their border */
    TDI_ROLE_BADGE, /* behind a number of copies */
    TDI_ROLE_BADGE_INK,
    TDI_ROLE_NORM, /* the mark of a norm that was joined */
    TDI_ROLE_ACT,  /* ... of an activation */
    TDI_ROLE_PORT, /* inputs and outputs */
    TDI_ROLE_COUNT,
    TDI_ROLE_NONE = -1
} TdiRole;

typedef enum TdiMarkType {
    TDI_MARK_GROUP, /* begins; holds all up to its end */
    TDI_MARK_END,
    TDI_MARK_BOX,
    TDI_MARK_LINE,
    TDI_MARK_WORDS
} TdiMarkType;

typedef enum TdiAnchor { TDI_START, TDI_MIDDLE, TDI_END } TdiAnchor;

typedef struct TdiMark {
    TdiMarkType type;
    double x, y, width, height; /* of a box; of words: where they start (are in the middle,
                                 * end) and their baseline, and how wide they run */
    double radius, thickness;
    TdiRole fill, line; /* words are filled */
    bool dashed, bold;
    double size; /* em of words */
    TdiAnchor anchor;
    const double *points; /* (count) x, y of a line's corners */
    int count;
    bool arrow; /* at its end */
    const char *words;
    const char *id, *title; /* of a group; NULL: none */
} TdiMark;

typedef struct TdiFigure {
    TdiArena arena; /* of words and points */
    TdiMark *marks;
    int count;
    size_t room;
    double width, height;
    const char *title, *description;
    bool failed; /* there was no memory */
} TdiFigure;

void tdi_figure_free(TdiFigure *figure);

void tdi_figure_add(TdiFigure *figure, const TdiMark *mark);

/* A line through `count` corners, x and y in turn. */
void tdi_figure_line(TdiFigure *figure, const double *points, int count, TdiRole role,
                     double thickness, bool arrow);

/* Words kept with the figure; "" for none. */
const char *tdi_figure_words(TdiFigure *figure, TdiText *text);

const char *tdi_figure_keep(TdiFigure *figure, const char *words);

/* Words of marks that stand elsewhere become the figure's. */
void tdi_figure_own(TdiFigure *figure);

/* All sizes and places times `scale`. */
void tdi_figure_scale(TdiFigure *figure, double scale);

/* The figure as SVG, in light or dark colours; the same bytes everywhere. */
void tdi_figure_svg(const TdiFigure *figure, bool dark, TdiText *text);

/* The colour of a role, 0xrrggbb. */
unsigned tdi_role_colour(int role, bool dark);

#endif
