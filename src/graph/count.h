/* What a network costs: parameters and multiply-adds. docs/DIAGRAMS.md states the rules, too.
 *
 * Multiply-adds are those of convolutions (elements of the output x channels a group x cells of
 * the kernel), transposed convolutions (elements of the input x output channels a group x
 * cells) and matrix products (Gemm, MatMul, Einsum of two, recurrent cells, attention: also
 * products of two activations), at the sizes that the network was read with, which is a batch
 * of 1. Biases, norms, pools, activations, sums count nothing. One multiply-add is two FLOPs.
 *
 * Parameters are the elements of the stored tensors of rank 1 or more that an operator takes as
 * data: floating-point ones, and integers where the operator works on quantised numbers. Not
 * counted: operands (shapes, axes, scales and zeros of quantisation), the running means and
 * variances of batch norms, constants. So a network whose batch norms were folded into the
 * convolutions has fewer parameters than were trained. A stored tensor counts for the first
 * operator that takes it, or takes what is computed from stored tensors alone: the parameters
 * of a weight that is transposed before a matrix product are those of the product.
 *
 * Graphs inside: their parameters all count. The multiply-adds of If are those of its costliest
 * branch, those of Scan one round times the rounds; how often Loop goes round is not known, so
 * its multiply-adds are not, unless it has none. */
#ifndef TDI_COUNT_H
#define TDI_COUNT_H

#include "graph/graph.h"

typedef struct TdiTotals {
    uint64_t parameters; /* of all operators, bodies included */
    uint64_t stored;     /* the same, aliases left out: as many numbers as the file holds */
    uint64_t macs;
    uint64_t macs_unknown;    /* operators whose multiply-adds are not known */
    uint64_t operators;       /* bodies included */
    uint64_t unknown;         /* operators that have no row in the table, of which */
    const char *unknown_name; /* ... this is the first; NULL */
} TdiTotals;

/* Count every operator (operator->parameters, macs, macs_known) and all of them. */
TdiTotals tdi_graph_count(TdiGraph *graph);

#endif
