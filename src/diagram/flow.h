/* The flow of data through a graph: which operators act on data at all, and who takes from
 * whom, once what says nothing is looked through. */
#ifndef TDI_FLOW_H
#define TDI_FLOW_H

#include "graph/graph.h"

typedef struct TdiFlow {
    const TdiGraph *graph;
    int *root;  /* (tensors) the tensor that it hands on: Identity, Dropout and casts say
                 * nothing; itself elsewhere */
    bool *data; /* (tensors) follows from a graph input, and not by its shape alone */
    bool *live; /* (operators) acts on data, and does more than hand it on */
    /* Takers of tensor t: taker[first[t]] .. taker[first[t + 1]], ascending live operators, by
     * data inputs alone; the number of operators stands for the graph's outputs. */
    int *first, *taker;
} TdiFlow;

/* False without memory. */
bool tdi_flow_make(const TdiGraph *graph, TdiFlow *flow);
void tdi_flow_free(TdiFlow *flow);

/* Whether input `slot` of an operator is data; its root then is *tensor. */
bool tdi_flow_input(const TdiFlow *flow, const TdiOperator *op, int slot, int *tensor);

/* How many take from a tensor. */
int tdi_flow_takers(const TdiFlow *flow, int tensor);

/* The only operator that takes from output 0 of an operator (once or twice), -1 where there are
 * others, or other outputs are taken from. */
int tdi_flow_only_taker(const TdiFlow *flow, int op);

#endif
