/* Networks from ONNX files. */
#ifndef TDI_FROM_ONNX_H
#define TDI_FROM_ONNX_H

#include "graph/graph.h"
#include "tiedye/base.h"

/* Read a model ("-": standard input) into `graph`, which the caller frees; on failure it is
 * empty.
 *
 * Of the file's nodes, a Constant becomes a stored tensor, an Identity of a stored tensor
 * another name of it, and a call of one of the model's own functions what that holds; all
 * others become operators, in an order of evaluation. A tensor that a body uses from outside is
 * a tensor of the body as well (TdiTensor.outer). The first axis of the network's inputs, if
 * not given, is 1. */
TdStatus tdi_graph_from_onnx(const char *path, TdiGraph *graph, TdError *err);

/* The same, with the sizes of axes of inputs that have names in their place: "t=128,h=224";
 * NULL: they stay open (TdiGraph.open). TD_ERROR_ARGUMENT where there is no such name. */
TdStatus tdi_graph_from_onnx_sized(const char *path, const char *sizes, TdiGraph *graph,
                                   TdError *err);

/* The same of bytes in memory; `name` stands in messages. */
TdStatus tdi_graph_from_onnx_memory(const void *bytes, size_t size, const char *name,
                                    TdiGraph *graph, TdError *err);

#endif
