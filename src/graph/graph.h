/* A network as a graph: operators, and the tensors between them, in ONNX's terms.
 *
 * Every source makes one (from_onnx.c, from_recipe.c, description.c) by adding tensors and
 * operators, an operator after those that it takes from. As each operator is added its output
 * shapes are inferred (shapes.h). What comes after (layers.h: folding, drawing) only reads. */
#ifndef TDI_GRAPH_H
#define TDI_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "graph/operators.h"

enum { TDI_MAX_RANK = 8, TDI_SPATIAL = 3 };

/* Rank -1: nothing is known. A size of -1: that one is not known. ONNX's order: batch,
 * channels, then depth, height, width. */
typedef struct TdiShape {
    int rank;
    int64_t size[TDI_MAX_RANK];
} TdiShape;

/* Codes of element types, as in ONNX's TensorProto.DataType. */
typedef enum TdiElement {
    TDI_ELEMENT_UNKNOWN = 0,
    TDI_ELEMENT_FLOAT = 1,
    TDI_ELEMENT_UINT8 = 2,
    TDI_ELEMENT_INT8 = 3,
    TDI_ELEMENT_INT32 = 6,
    TDI_ELEMENT_INT64 = 7,
    TDI_ELEMENT_STRING = 8,
    TDI_ELEMENT_BOOL = 9,
    TDI_ELEMENT_FLOAT16 = 10,
    TDI_ELEMENT_DOUBLE = 11,
    TDI_ELEMENT_BFLOAT16 = 16
} TdiElement;

typedef struct TdiTensor {
    const char *name; /* "" where it has none */
    TdiShape shape;
    int element;   /* TdiElement, or another of ONNX's codes */
    int producer;  /* the operator that makes it; -1: none (an input, or stored) */
    bool stored;   /* its numbers come with the network: a weight or a constant */
    bool constant; /* ... of a Constant operator, or computed from constants alone */
    bool derived;  /* computed from stored tensors alone, and no constant: a turned weight */
    int alias;     /* stored, and its numbers are those of this tensor; -1: its own */
    int outer;     /* in a body: the tensor of the graph around it that this is (if that is an
                      alias: the one whose numbers it has); it may be stored. -1: none */
    /* Its numbers where they are known and few (TDI_MOST_NUMBERS): operands such as shapes,
     * axes and scales. Row-major. At most one of the three is not NULL. */
    const int64_t *whole;  /* of integers and booleans */
    const double *real;    /* of floating-point types */
    const int64_t *partly; /* integers of which some are known, TDI_HOLE for the others */
    size_t numbers;
    /* Receptive field, along the last (up to three) axes of the shape, width last: how many
     * cells of the network's input an element sees, and how many of them lie between
     * neighbours. 0: does not apply (no image); HUGE_VAL: all of it. */
    double field[TDI_SPATIAL], jump[TDI_SPATIAL];
} TdiTensor;

enum { TDI_MOST_NUMBERS = 1024 };
#define TDI_HOLE (INT64_MIN + 1234567) /* what no size and no operand is */

/* What an attribute holds: integers, or numbers, or words; one or many. */
typedef struct TdiAttribute {
    const char *name;
    const int64_t *whole; /* (count) NULL: holds none */
    const double *real;   /* (count) NULL: holds none */
    const char *words;    /* NULL: holds none */
    size_t count;
} TdiAttribute;

typedef struct TdiOperator {
    TdiOp op;           /* row of the table of operators; TDI_OP_UNKNOWN where it has none */
    const char *type;   /* its name: "Conv" */
    const char *domain; /* "" for ONNX's own */
    const char *name;   /* the node's; "" where it has none */
    const char *block;  /* the block of a description that it belongs to; NULL: none */
    const int *inputs;  /* (input_count) tensors; -1 where an optional one is left out */
    const int *outputs; /* (output_count) likewise */
    int input_count, output_count;
    const TdiAttribute *attributes;
    int attribute_count;
    struct TdiGraph *const *bodies; /* of If, Loop, Scan; owned by the graph */
    int body_count;
    /* Counted by tdi_graph_count (count.h). */
    uint64_t parameters;
    uint64_t macs;   /* multiply-adds */
    bool macs_known; /* false: shapes or the operator are not known */
} TdiOperator;

typedef struct TdiGraph {
    TdiArena arena;     /* of all that tensors and operators point to */
    const char *name;   /* "" where it has none */
    const char *source; /* where its figures come from, in words; NULL */
    const char *open; /* names of sizes of inputs that are not known, with commas; "" or NULL */
    bool weights; /* nothing but stored tensors is known: operators stand in the order of their
                   * names, and what they give is not known */
    uint64_t nodes; /* of the file that it was read from, those of bodies included; a call of
                       a function is one, Constant and Identity count; 0: no file has any */
    TdiTensor *tensors;
    TdiOperator *operators; /* in an order of evaluation */
    int *inputs, *outputs;  /* tensors; stored ones are no inputs */
    int tensor_count, operator_count, input_count, output_count;
    size_t tensor_room, operator_room, input_room, output_room;
    bool failed; /* there was no memory: the graph is not whole */
} TdiGraph;

void tdi_graph_free(TdiGraph *graph); /* what it holds; zeroes it */

/* A new tensor (name may be NULL) of unknown shape without a producer; its index, -1 without
 * memory (which is remembered). Tensors move when others are added. */
int tdi_graph_tensor(TdiGraph *graph, const char *name, size_t length);

/* A stored tensor of known shape. */
int tdi_graph_stored(TdiGraph *graph, const char *name, const TdiShape *shape, int element);

/* Add an operator, whose arrays and words are copied (bodies are taken over, in any case), and
 * infer its outputs' shapes. `outputs` name tensors that have no producer yet. Its index, -1
 * without memory. */
int tdi_graph_operator(TdiGraph *graph, const TdiOperator *operator_);

void tdi_graph_input(TdiGraph *graph, int tensor);
void tdi_graph_output(TdiGraph *graph, int tensor);

/* Whole numbers that are kept as long as the graph; NULL without memory (remembered). */
int64_t *tdi_graph_whole(TdiGraph *graph, size_t count);

/* A copy of words that is kept as long as the graph; "" without memory (remembered). Names come
 * from files: what a terminal or a drawing could not show is replaced (td_clean_text). So it is
 * in all words of tensors and operators. */
const char *tdi_graph_words(TdiGraph *graph, const char *words, size_t length);

/* ---- Reading ------------------------------------------------------------------------- */

const TdiAttribute *tdi_attribute(const TdiOperator *op, const char *name); /* or NULL */

/* The first whole number of an attribute, `absent` where there is none. */
int64_t tdi_attribute_whole(const TdiOperator *op, const char *name, int64_t absent);

/* The words of an attribute, `absent` where there are none. */
const char *tdi_attribute_words(const TdiOperator *op, const char *name, const char *absent);

bool tdi_is_type(const TdiOperator *op, const char *type);

/* The tensor at an input or output, NULL where it is left out. */
TdiTensor *tdi_input(const TdiGraph *graph, const TdiOperator *op, int slot);
TdiTensor *tdi_output(const TdiGraph *graph, const TdiOperator *op, int slot);

/* ---- Shapes -------------------------------------------------------------------------- */

TdiShape tdi_shape_unknown(void);
TdiShape tdi_shape_of(int rank, const int64_t *size);

/* The number of elements, -1 where it is not known or passes 2^63. */
int64_t tdi_shape_elements(const TdiShape *shape);

bool tdi_shape_equal(const TdiShape *a, const TdiShape *b);

#endif
