/* A network as a tree: series, branches, repeats.
 *
 * A layer through which all must pass on the way from the source to the sink is a cut. The cuts
 * make the spine, a series of steps; what lies before a cut (its region) falls into branches
 * that have nothing to do with each other, each a series again, or a core that no cut divides.
 * Regions that are equal have equal numbers, so that repeats are found by comparing numbers:
 * exactly, up to an entry's width and stride, or up to all widths. */
#ifndef TDI_TREE_H
#define TDI_TREE_H

#include "base/text.h"
#include "diagram/layers.h"

/* Number of a structure by what counts as equal. */
typedef enum TdiLikeness {
    TDI_SAME,     /* key */
    TDI_ENTRY,    /* ... but for strides, widths of inputs, and projections */
    TDI_SKELETON, /* ... but for all widths */
    TDI_LIKENESSES
} TdiLikeness;

typedef enum TdiBranchType {
    TDI_BRANCH_EDGE,
    TDI_BRANCH_SERIES,
    TDI_BRANCH_CORE
} TdiBranchType;

typedef struct TdiSeries TdiSeries;

/* One of several ways from a cut to the next. */
typedef struct TdiBranch {
    TdiBranchType type;
    int number[TDI_LIKENESSES];
    int first_slot;    /* the lowest input of the cut behind it that it feeds */
    int from, to;      /* of an edge: output and input slots */
    TdiSeries *series; /* of a series */
    const int *core;   /* (core_count) layers of a core, in canonical order */
    int core_count;
    int copies;     /* this one and equal ones behind it that are folded to it; 0: folded to one
                     * before it */
    int fold_index; /* in TdiTree's list; -1: no fold */
} TdiBranch;

/* What lies between two cuts. */
typedef struct TdiRegion {
    int number[TDI_LIKENESSES];
    bool plain; /* one edge and nothing else */
    TdiBranch *branches;
    int branch_count;
} TdiRegion;

/* A cut, and the region before it. */
typedef struct TdiStep {
    int number[TDI_LIKENESSES];
    TdiRegion before;
    int layer;
    double cost; /* how much there is to draw */
} TdiStep;

/* How a repeat's copies differ. */
typedef enum TdiFold {
    TDI_FOLD_NONE,    /* a single step */
    TDI_FOLD_EXACT,   /* copies are equal */
    TDI_FOLD_LEAD,    /* ... but the first, which has an entry of its own */
    TDI_FOLD_GROWTH,  /* copies are equal but for widths, which grow evenly */
    TDI_FOLD_BRANCHES /* copies are equal and stand side by side */
} TdiFold;

/* Steps first .. first + length - 1, `copies` times one after the other. */
typedef struct TdiItem {
    TdiFold fold;
    int first, length, copies;
    int drawn;                   /* the first step of the copy that is drawn */
    const struct TdiItem *inner; /* of the drawn copy, folded again; NULL: as it is */
    int inner_count;
    int fold_index; /* in TdiTree's list; -1: no fold */
} TdiItem;

struct TdiSeries {
    int number[TDI_LIKENESSES];
    TdiStep *steps;
    int step_count;
    TdiRegion after;      /* before the cut that follows the series */
    const TdiItem *items; /* (item_count) what is drawn: steps and repeats */
    int item_count;
};

/* A part of the network that is drawn by itself: the way from the main input to the main
 * output, or what hangs on it at one end. */
typedef struct TdiStrand {
    TdiSeries *series;
    const int *layers; /* (count) in order */
    int count;
    bool main;
    int input; /* the graph input that it begins with; -1: with what others give it */
} TdiStrand;

/* A fold as it is listed. */
typedef struct TdiFolded {
    const char *name;  /* "inception-a", "A" */
    const char *label; /* letter and name: "A inception-a" */
    int letter;        /* 0 = A: which unit, the same for equal ones */
    int count;         /* copies */
    TdiFold fold;
    const char *first; /* how the first differs, or the growth: "stride 2, projection"; "" */
    const TdiSeries *series;
    const TdiItem *item;
} TdiFolded;

/* A tensor that goes from one strand to another, or an input that is not the main one. */
typedef struct TdiPort {
    int number;        /* equal for tensors that are computed alike */
    const char *input; /* the graph input's name; NULL: a layer makes it */
} TdiPort;

enum { TDI_MOST_RIVALS = 4 };

typedef struct TdiTree {
    const TdiLayers *layers;
    TdiArena arena;
    TdiInterner numbers; /* of structures */
    TdiInterner units;   /* of lists of steps */
    TdiInterner letters; /* of folded units */
    TdiStrand *strands;  /* the main one first */
    int strand_count;
    int main_input; /* the graph input that the main strand begins with; -1: none */
    int rivals[TDI_MOST_RIVALS]; /* inputs that might be it, the usual one first */
    int rival_count;
    double cost;    /* how much there is to draw, once it is folded */
    TdiPort *ports; /* by letter */
    int port_count;
    const char **port_words; /* (layers) "◂ a", "▸ b": what it takes from and gives to others;
                              * NULL: nothing */
    TdiFolded *folds;        /* as one meets them on the way */
    int fold_count;
    size_t fold_room;
    bool failed; /* there was no memory */
} TdiTree;

/* The tree of a network's layers, which it borrows; tdi_tree_fold follows.
 * TD_ERROR_MEMORY, TD_ERROR_CANCELLED. */
TdStatus tdi_tree_make(const TdiLayers *layers, const TdRun *run, TdiTree *tree, TdError *err);

/* The same with a graph input that the main strand shall begin with; -1: the usual one. */
TdStatus tdi_tree_make_from(const TdiLayers *layers, int input, const TdRun *run, TdiTree *tree,
                            TdError *err);

typedef enum TdiFolding {
    TDI_UNFOLDED, /* every step is an item */
    TDI_FOLDED,   /* repeats are folded */
    TDI_GROWING   /* also those whose widths grow */
} TdiFolding;

/* Set all series' items, and list the folds. TD_ERROR_MEMORY, TD_ERROR_CANCELLED. */
TdStatus tdi_tree_fold(TdiTree *tree, TdiFolding folding, const TdRun *run, TdError *err);

/* "A", ..., "Z", "AA", ... for 0, 1, ...; small ones where not `capital`. */
void tdi_add_letters(TdiText *text, int number, bool capital);

/* How much a layer is to draw: one that only moves numbers about is no reason to fold. */
double tdi_layer_cost(const TdiLayer *layer);

void tdi_tree_free(TdiTree *tree);

#endif
