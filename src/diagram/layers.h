/* A network as layers: what is drawn as one box.
 *
 * Operators that only accompany others are joined to them (the bias, the batch norm and the
 * activation of a convolution), those that together are one thing become one (patterns.c: GELU,
 * layer norm, attention), those that say nothing are dropped (Identity, Dropout, whatever
 * follows from constants or shapes alone), and concatenations that share what they begin with
 * are chained, so that a dense block is a series of steps. */
#ifndef TDI_LAYERS_H
#define TDI_LAYERS_H

#include "diagram/intern.h"
#include "graph/count.h"
#include "graph/graph.h"
#include "tiedye/base.h"

/* Where a layer takes from: output `slot` of layer `layer`, or, where that is -1, graph input
 * `slot`. */
typedef struct TdiLink {
    int layer, slot;
} TdiLink;

typedef struct TdiLayer {
    TdiKind kind;
    const char *what;  /* "3×3 conv", "dense", "concat" */
    const char *width; /* channels or features that come out: "96"; "" where it goes without
                        * saying */
    const char *marks; /* stride, padding, groups: "/2 V"; "" */
    const char *norm;  /* the norm that was joined: "batch norm"; NULL */
    const char *act;   /* the activation that was joined: "relu"; NULL */
    const char *name;  /* the node's */
    const char *block; /* of a description; NULL */
    const TdiLink *inputs;
    int input_count;
    int outputs;      /* that others take from, or the graph gives out */
    bool commutative; /* the order of its inputs does not matter */
    bool joins;       /* adds or concatenates what comes together */
    /* Equal numbers mean: the same in all that is counted or drawn (key); but for widths of
     * what comes in, strides and places (entry); but for all widths (skeleton). */
    int key, entry, skeleton;
    int64_t stride;     /* the largest of its strides, 1 where it has none */
    bool projects;      /* a 1x1 convolution, pool or norm without activation: what a shortcut
                         * may hold */
    TdiShape in, shape; /* of its first input and output */
    int in_axis, axis;  /* of their channels or features; -1: none */
    int out_tensor;     /* the first output; -1 */
    uint64_t parameters, macs;
    bool macs_known;
    int operators; /* that it is made of */
    bool unknown;  /* ... one of which has no row in the table */
    bool gone;     /* while layers are made: it is part of another */
} TdiLayer;

typedef struct TdiLayers {
    const TdiGraph *graph; /* borrowed */
    TdiArena arena;
    TdiInterner names; /* keys, entries and skeletons */
    TdiLayer *layers;  /* each after those it takes from */
    int count;
    size_t room;
    TdiLink *outputs; /* of the graph; layer -1: an input comes out as it went in */
    int output_count;
    int dropped; /* operators that are in no layer */
    bool failed; /* there was no memory */
} TdiLayers;

/* Group the operators of a graph that was counted (tdi_graph_count). TD_ERROR_MEMORY. */
TdStatus tdi_layers_make(const TdiGraph *graph, TdiLayers *layers, TdError *err);

void tdi_layers_free(TdiLayers *layers);

#endif
