/* What a network costs: stored parameters and multiply-adds. docs/DIAGRAMS.md states the rules.
 */
#ifndef TDI_COUNT_H
#define TDI_COUNT_H

#include "diagram/graph.h"

typedef struct TdiTotals {
    uint64_t parameters; /* of all operators, bodies included */
    uint64_t stored;     /* the same with every stored tensor once, however often it is used */
    uint64_t macs;
    uint64_t macs_unknown;    /* operators whose multiply-adds are not known */
    uint64_t operators;       /* bodies included */
    uint64_t unknown;         /* operators that have no row in the table, of which */
    const char *unknown_name; /* ... this is the first; NULL */
} TdiTotals;

/* Count every operator (operator->parameters, macs, macs_known) and all of them. */
TdiTotals tdi_graph_count(TdiGraph *graph);

#endif
