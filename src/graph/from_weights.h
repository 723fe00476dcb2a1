/* What can be told of a network from its weights alone: safetensors files. */
#ifndef TDI_FROM_WEIGHTS_H
#define TDI_FROM_WEIGHTS_H

#include "graph/graph.h"
#include "tiedye/base.h"

/* Tensors that are called alike but for the last part (layers.0.weight, layers.0.bias) make one
 * operator (layers.0): by the rank of the weights a convolution, a matrix product, a norm. The
 * file says nothing of how they are joined: they are chained in the order of their names, in
 * which layers.2 stands before layers.10. An operator's block is the name around it, numbers
 * put as N (model.layers.N), so that repeated ones can be folded. Nothing but parameters is
 * known. On failure (tdi_safetensors_read) *graph is empty, else the caller frees it. */
TdStatus tdi_graph_from_weights(const char *path, TdiGraph *graph, TdError *err);

/* The same of bytes in memory; `name` stands in messages. */
TdStatus tdi_graph_from_weights_memory(const void *bytes, size_t size, const char *name,
                                       TdiGraph *graph, TdError *err);

#endif
