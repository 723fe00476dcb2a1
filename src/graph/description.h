/* Networks in words: files NAME.net. docs/NETWORKS.md has the language. */
#ifndef TDI_DESCRIPTION_H
#define TDI_DESCRIPTION_H

#include "graph/graph.h"
#include "tiedye/base.h"

/* What a description says beside the layers. The words are the graph's. */
typedef struct TdiDescription {
    const char *title;
    const char *source; /* where the network comes from; NULL: it does not say */
    double top1;        /* accuracy on ImageNet's validation images, in percent; 0: likewise */
    const char *top1_source; /* where that figure stands */
} TdiDescription;

/* Make the graph of the description `text`, of `length` bytes, which is called `name` in errors
 * ("NAME:LINE:COLUMN: what is wrong"). TD_ERROR_RECIPE, TD_ERROR_MEMORY; *graph is then empty,
 * else the caller frees it with tdi_graph_free. `facts` may be NULL. */
TdStatus tdi_graph_from_description(const char *name, const char *text, size_t length,
                                    TdiGraph *graph, TdiDescription *facts, TdError *err);

#endif
