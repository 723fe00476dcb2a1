/* The table of operators: what is known of each. */
#ifndef TDI_OPERATORS_H
#define TDI_OPERATORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an operator is drawn as: one colour each. */
typedef enum TdiKind {
    TDI_KIND_CONVOLUTION,
    TDI_KIND_DENSE,     /* matrix products with stored weights, embeddings */
    TDI_KIND_ATTENTION, /* matrix products of activations, softmax between them */
    TDI_KIND_RECURRENT,
    TDI_KIND_POOL, /* pooling, upsampling, reductions */
    TDI_KIND_NORM,
    TDI_KIND_ACTIVATION,
    TDI_KIND_MERGE,      /* concatenations, sums, products of several branches */
    TDI_KIND_ARITHMETIC, /* of one tensor, or with stored numbers */
    TDI_KIND_MOVE,       /* reshapes, transposes, slices, gathers: numbers only move */
    TDI_KIND_CONTROL,    /* If, Loop, Scan */
    TDI_KIND_OTHER,      /* known, none of these: TopK, NonMaxSuppression, ... */
    TDI_KIND_UNKNOWN,
    TDI_KIND_COUNT
} TdiKind;

/* Row of the table. */
typedef int TdiOp;
enum { TDI_OP_UNKNOWN = -1 };

struct TdiGraph;
struct TdiOperator;

typedef struct TdiOperatorInfo {
    const char *type; /* ONNX's name */
    TdiKind kind;
    /* Bit i: input i says how to compute (a shape, axes, a scale), and is no data. */
    unsigned operands;
    /* Set the output shapes (all unknown before) as far as they follow; NULL: those of input 0.
     * May take more from the graph's arena, and fill in known numbers (tensor->whole, real). */
    void (*infer)(struct TdiGraph *graph, const struct TdiOperator *op);
    /* The multiply-adds, false where they are not known; NULL: there are none. */
    bool (*macs)(const struct TdiGraph *graph, const struct TdiOperator *op, uint64_t *macs);
    /* Fill in the outputs' known numbers from the inputs'; NULL: they are not followed. */
    void (*numbers)(struct TdiGraph *graph, const struct TdiOperator *op);
    /* Set the outputs' receptive fields; NULL: the largest of all inputs'. */
    void (*field)(struct TdiGraph *graph, const struct TdiOperator *op);
} TdiOperatorInfo;

/* The row of an operator of ONNX's own domain ("" or "ai.onnx") or of "com.microsoft", whose
 * names are in one table; TDI_OP_UNKNOWN where it has none. `type` need not be terminated. */
TdiOp tdi_op_find(const char *type, size_t length);

const TdiOperatorInfo *tdi_op_info(TdiOp op); /* NULL for TDI_OP_UNKNOWN */

int tdi_op_count(void); /* rows; they are in the order of their types */

#endif
