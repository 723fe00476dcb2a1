/* Graphs built by hand, and what comes of them. Include after cmocka.h. */
#ifndef TEST_MADE_GRAPHS_H
#define TEST_MADE_GRAPHS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagram/layers.h"
#include "diagram/tree.h"
#include "graph/count.h"
#include "graph/graph.h"

#define SIZES(...)                                                                             \
    (int)(sizeof(int64_t[]){__VA_ARGS__} / 8), (const int64_t[])                               \
    {                                                                                          \
        __VA_ARGS__                                                                            \
    }
#define INPUTS(...)                                                                            \
    (int)(sizeof(int[]){__VA_ARGS__} / sizeof(int)), (const int[])                             \
    {                                                                                          \
        __VA_ARGS__                                                                            \
    }

/* ---- Chance -------------------------------------------------------------------------- */

typedef uint64_t Chance;

static inline uint64_t chance_next(Chance *chance)
{
    uint64_t z = *chance += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline int chance_below(Chance *chance, int most)
{
    return (int)(chance_next(chance) % (uint64_t)most);
}

/* ---- Adding -------------------------------------------------------------------------- */

static inline int add_input(TdiGraph *graph, const char *name, int rank, const int64_t *size)
{
    int tensor = tdi_graph_tensor(graph, name, strlen(name));
    graph->tensors[tensor].shape = tdi_shape_of(rank, size);
    graph->tensors[tensor].element = TDI_ELEMENT_FLOAT;
    tdi_graph_input(graph, tensor);
    return tensor;
}

static inline int add_stored(TdiGraph *graph, int rank, const int64_t *size)
{
    TdiShape shape = tdi_shape_of(rank, size);
    return tdi_graph_stored(graph, "", &shape, TDI_ELEMENT_FLOAT);
}

/* A number that says how to compute; it is known. */
static inline int add_number(TdiGraph *graph, double number)
{
    int tensor = add_stored(graph, 0, NULL);
    double *real = tdi_arena_take(&graph->arena, 1, sizeof *real);
    *real = number;
    graph->tensors[tensor].constant = true;
    graph->tensors[tensor].real = real;
    graph->tensors[tensor].numbers = 1;
    return tensor;
}

/* Known whole numbers. */
static inline int add_whole(TdiGraph *graph, int count, const int64_t *numbers)
{
    TdiShape shape = tdi_shape_of(1, (const int64_t[]){count});
    int tensor = tdi_graph_stored(graph, "", &shape, TDI_ELEMENT_INT64);
    int64_t *copy = tdi_graph_whole(graph, (size_t)count);
    memcpy(copy, numbers, (size_t)count * sizeof *copy);
    graph->tensors[tensor].constant = true;
    graph->tensors[tensor].whole = copy;
    graph->tensors[tensor].numbers = (size_t)count;
    return tensor;
}

/* An operator of `outputs` outputs; the first of them, the others follow. */
static inline int add_full(TdiGraph *graph, const char *type, int count, const int *inputs,
                           int attributes, const TdiAttribute *attribute, int outputs)
{
    int out[16];
    TdiOperator op = {.op = tdi_op_find(type, strlen(type)),
                      .type = type,
                      .inputs = inputs,
                      .input_count = count,
                      .outputs = out,
                      .output_count = outputs,
                      .attributes = attribute,
                      .attribute_count = attributes};
    for (int i = 0; i < outputs; i++)
        out[i] = tdi_graph_tensor(graph, NULL, 0);
    assert_true(tdi_graph_operator(graph, &op) >= 0);
    return out[0];
}

static inline int add(TdiGraph *graph, const char *type, int count, const int *inputs)
{
    return add_full(graph, type, count, inputs, 0, NULL, 1);
}

static inline int add_one(TdiGraph *graph, const char *type, int x)
{
    return add(graph, type, INPUTS(x));
}

static inline int add_two(TdiGraph *graph, const char *type, int a, int b)
{
    return add(graph, type, INPUTS(a, b));
}

/* With an attribute that is a list of whole numbers. */
static inline int add_with(TdiGraph *graph, const char *type, int count, const int *inputs,
                           const char *name, int numbers, const int64_t *number)
{
    TdiAttribute attribute = {.name = name, .whole = number, .count = (size_t)numbers};
    return add_full(graph, type, count, inputs, 1, &attribute, 1);
}

static inline int channels_of(const TdiGraph *graph, int x)
{
    return (int)graph->tensors[x].shape.size[1];
}

/* A padded convolution with a weight of its own, or with `weight`. */
static inline int add_conv_of(TdiGraph *graph, int x, int width, int kernel, int stride,
                              int weight)
{
    int64_t in = channels_of(graph, x);
    if (weight < 0)
        weight = add_stored(graph, SIZES(width, in, kernel, kernel));
    const int64_t pads[4] = {kernel / 2, kernel / 2, kernel / 2, kernel / 2};
    const int64_t strides[2] = {stride, stride};
    const TdiAttribute attributes[2] = {{.name = "pads", .whole = pads, .count = 4},
                                        {.name = "strides", .whole = strides, .count = 2}};
    return add_full(graph, "Conv", INPUTS(x, weight), 2, attributes, 1);
}

static inline int add_conv(TdiGraph *graph, int x, int width, int kernel)
{
    return add_conv_of(graph, x, width, kernel, 1, -1);
}

static inline int add_dense(TdiGraph *graph, int x, int width)
{
    const TdiShape *shape = &graph->tensors[x].shape;
    int weight = add_stored(graph, SIZES(shape->size[shape->rank - 1], width));
    return add_two(graph, "MatMul", x, weight);
}

static inline int add_concat(TdiGraph *graph, int count, const int *inputs)
{
    return add_with(graph, "Concat", count, inputs, "axis", SIZES(1));
}

/* ---- What comes of them -------------------------------------------------------------- */

typedef struct Made {
    TdiTotals totals;
    TdiLayers layers;
    TdiTree tree;
} Made;

static inline void make(TdiGraph *graph, TdiFolding folding, Made *made)
{
    assert_false(graph->failed);
    *made = (Made){.totals = tdi_graph_count(graph)};
    assert_int_equal(tdi_layers_make(graph, &made->layers, NULL), TD_OK);
    assert_int_equal(tdi_tree_make(&made->layers, NULL, &made->tree, NULL), TD_OK);
    assert_int_equal(tdi_tree_fold(&made->tree, folding, NULL, NULL), TD_OK);
}

static inline void unmake(Made *made)
{
    tdi_tree_free(&made->tree);
    tdi_layers_free(&made->layers);
}

/* ---- The same graph, written in another order ---------------------------------------- */

static inline int copy_tensor(const TdiGraph *from, int tensor, bool rename, TdiGraph *to)
{
    const TdiTensor *old = &from->tensors[tensor];
    char name[40];
    snprintf(name, sizeof name, "t%d", tensor * 7 % 1009);
    const char *words = rename ? name : old->name;
    int copy = tdi_graph_tensor(to, words, strlen(words));
    TdiTensor *made = &to->tensors[copy];
    made->shape = old->producer < 0 ? old->shape : tdi_shape_unknown();
    made->element = old->producer < 0 ? old->element : TDI_ELEMENT_UNKNOWN;
    made->stored = old->stored;
    made->constant = old->constant && old->producer < 0;
    if (old->producer < 0) { /* the old graph outlives the new one in these tests */
        made->whole = old->whole;
        made->real = old->real;
        made->numbers = old->numbers;
    }
    return copy;
}

static inline bool is_ready(const TdiGraph *graph, const TdiOperator *op, const bool *done)
{
    for (int k = 0; k < op->input_count; k++) {
        int producer = op->inputs[k] < 0 ? -1 : graph->tensors[op->inputs[k]].producer;
        if (producer >= 0 && !done[producer])
            return false;
    }
    return true;
}

/* Operators in a random order of evaluation, tensors with other names. */
static inline void reorder(const TdiGraph *from, Chance *chance, TdiGraph *to)
{
    bool *done = calloc((size_t)from->operator_count + 1, 1);
    *to = (TdiGraph){0};
    for (int i = 0; i < from->tensor_count; i++)
        copy_tensor(from, i, true, to);
    for (int left = from->operator_count; left > 0; left--) {
        int pick = chance_below(chance, from->operator_count);
        while (done[pick] || !is_ready(from, &from->operators[pick], done))
            pick = (pick + 1) % from->operator_count;
        TdiOperator op = from->operators[pick];
        op.name = "renamed";
        assert_true(tdi_graph_operator(to, &op) >= 0);
        done[pick] = true;
    }
    for (int k = 0; k < from->input_count; k++)
        tdi_graph_input(to, from->inputs[k]);
    for (int k = 0; k < from->output_count; k++)
        tdi_graph_output(to, from->outputs[k]);
    free(done);
}

#endif
