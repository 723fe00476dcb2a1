/* Regions between cuts. */
#ifndef TDI_REGIONS_H
#define TDI_REGIONS_H

#include "diagram/tree.h"

/* Who takes from a layer. */
typedef struct TdiUse {
    int layer, slot, from; /* input `slot` of `layer`, output `from` of the layer itself */
} TdiUse;

/* What the makers of trees share. */
typedef struct TdiWeave {
    TdiTree *tree;
    const TdiLayers *layers;
    const TdRun *run;
    int *first; /* (layers + 1) uses[first[i]] ... of layer i */
    TdiUse *uses;
    int *strand;    /* (layers) its strand */
    int *mark;      /* (layers) the last region that it was in */
    int *place;     /* (layers) scratch: positions, components */
    int *source;    /* (layers) number of what it computes, from its inputs on */
    int *input;     /* (graph inputs) likewise */
    int marks;      /* marks given so far */
    int main_input; /* the graph input that the main strand begins with; -1: none */
    bool cancelled;
} TdiWeave;

/* Ends of a strand that are no layers; what comes from other strands comes through a port. */
enum { TDI_SOURCE = -1, TDI_SINK = -2, TDI_PORT = -3 };

/* The region between cuts `from` and `to` of a strand, which holds `nodes` (ascending). Failure
 * is remembered in the tree. */
void tdi_region_make(TdiWeave *weave, int strand, int from, int to, const int *nodes, int count,
                     int depth, TdiRegion *region);

/* The node that stands for all that a node was joined with: following its parents up to one
 * that is its own, and shortening the way. */
int tdi_root_of(int *parent, int node);

/* A number for a list, in the tree's interner; failure is remembered. */
int tdi_tree_number(TdiTree *tree, const int *list, size_t count);

/* Set a step's numbers from its region's and its layer's, and what it takes from other strands;
 * and its cost. */
void tdi_step_number(TdiWeave *weave, int strand, TdiStep *step);

#endif
