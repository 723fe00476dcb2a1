/* The parts of a drawing before they have a place: tokens (layers), stacks (series), forks
 * (branches and what joins them), frames (repeats), cores. Each knows its size once it is
 * measured, where it is entered at the top, and where it is left at the bottom. */
#ifndef TDI_PIECES_H
#define TDI_PIECES_H

#include "diagram/figure.h"
#include "diagram/tree.h"

/* Sizes in points, before a page is scaled. Nothing is written smaller than TDI_SMALL. */
#define TDI_LETTER 8.3
#define TDI_SMALL 8.0
#define TDI_TITLE 15.0
#define TDI_TOKEN 14.0     /* height of a token */
#define TDI_PAD 4.0        /* left and right of its words */
#define TDI_GAP 5.0        /* between tokens of a stack */
#define TDI_LABEL_GAP 13.0 /* ... where a shape is written between them */
#define TDI_TURN 7.0       /* above and below columns, where lines lead from one to the next */
#define TDI_GUTTER 14.0    /* between columns */
#define TDI_BUS 5.0     /* from the top of a fork to where it parts, and on to its branches */
#define TDI_BETWEEN 4.0 /* between branches */
#define TDI_FRAME_PAD 5.0
#define TDI_HEADER 14.0 /* of a frame */
#define TDI_NOTE 10.0   /* a second line in it */

typedef enum TdiPieceType {
    TDI_PIECE_TOKEN,
    TDI_PIECE_STACK, /* children one below the other, in columns where they are too many */
    TDI_PIECE_FORK,  /* children side by side; the token that joins them, or NULL */
    TDI_PIECE_FRAME, /* a child, framed; none where the same was drawn before */
    TDI_PIECE_CORE,  /* tokens in rows, and lines between them */
    TDI_PIECE_WIRE   /* nothing but a line */
} TdiPieceType;

typedef struct TdiPiece TdiPiece;
struct TdiPiece {
    TdiPieceType type;
    double width, height;
    double in;    /* where it is entered, from its left */
    double *outs; /* (out_count) where it is left, likewise */
    int out_count;
    TdiPiece **children;
    int count;
    int *column; /* (count) of a stack: which column a child stands in; NULL: all in one */
    double *x;   /* (count) of children, from the left; of a stack: of their columns' middles */
    double *y;   /* (count) from the top */
    TdiPiece *join;
    /* Of tokens and frames. */
    const char *words, *badge, *note;            /* NULL: none */
    double words_width, badge_width, note_width; /* as they run */
    int role;
    bool norm, act, dashed, round;
    const char *id, *title;
    /* Written behind the line that leaves it; NULL: none. */
    const char *label;
    double label_width;
    bool loose;     /* a stack between whose children no lines lead: how they are joined is not
                     * known */
    bool outermost; /* a stack that is no part of another piece */
    bool apart;     /* nothing leads into it: it begins another strand */
    /* Of a core: from child (-1: its entry) to child (-1: its exit), in pairs. */
    const int *links;
    int link_count;
    int *row; /* (count) */
    int rows;
    /* (rows, count + 1) where lines from the entry, and from each child, cross a row; negative:
     * they do not. */
    double *lanes;
};

typedef struct TdiDrawn {
    const TdiTree *tree;
    TdiArena arena;
    TdiFont *font;  /* NULL: widths are those of a table */
    int depth;      /* so many levels of branches are drawn; 0: all */
    bool *seen;     /* (folds) by letter: it was drawn */
    TdiPiece *all;  /* what stands on the page */
    bool stub;      /* when measured last, the last column was nearly empty */
    bool folded_in; /* when measured last, a stack within another had several columns */
    bool failed;
} TdiDrawn;

/* Make the pieces of a folded tree, in drawn->all. False without memory. */
bool tdi_pieces_make(TdiDrawn *drawn);

void tdi_pieces_free(TdiDrawn *drawn);

/* Cores, as tdi_measure and tdi_place have them. */
void tdi_core_measure(TdiDrawn *drawn, TdiPiece *core);
void tdi_core_place(const TdiPiece *core, double x, double y, TdiFigure *figure);

/* `count` zeroed objects that live as long as the pieces; NULL without memory, which is
 * remembered. */
void *tdi_pieces_take(TdiDrawn *drawn, int count, size_t size);

/* Set the sizes for stacks no higher than `limit`. */
void tdi_measure(TdiDrawn *drawn, TdiPiece *piece, double limit);

/* Add an piece's marks, its top left corner at (x, y). */
void tdi_place(const TdiPiece *piece, double x, double y, TdiFigure *figure);

#endif
