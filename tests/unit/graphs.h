/* Graphs of a few operators, for the tests of inference and counting. */
#ifndef TEST_GRAPHS_H
#define TEST_GRAPHS_H

#include <string.h>

#include "graph/count.h"
#include "graph/graph.h"

static TdiGraph graph; /* that the helpers add to; reset() empties it */

#define COUNT_OF(type, ...) (sizeof((type[]){__VA_ARGS__}) / sizeof(type))
#define SIZES(...) sizes((int64_t[]){__VA_ARGS__}, COUNT_OF(int64_t, __VA_ARGS__))
#define SCALAR ((TdiShape){.rank = 0})
#define TAKES(...) .inputs = (int[]){__VA_ARGS__}, .input_count = COUNT_OF(int, __VA_ARGS__)
#define WITH(...)                                                                              \
    .attributes = (TdiAttribute[]){__VA_ARGS__},                                               \
    .attribute_count = COUNT_OF(TdiAttribute, __VA_ARGS__)
#define WHOLE(label, ...)                                                                      \
    {                                                                                          \
        .name = label, .whole = (int64_t[]){__VA_ARGS__},                                      \
        .count = COUNT_OF(int64_t, __VA_ARGS__)                                                \
    }
#define REAL(label, ...)                                                                       \
    {                                                                                          \
        .name = label, .real = (double[]){__VA_ARGS__}, .count = COUNT_OF(double, __VA_ARGS__) \
    }
#define WORDS(label, text)                                                                     \
    {                                                                                          \
        .name = label, .words = text, .count = 1                                               \
    }

/* An operator; its first output. */
#define ADD(name, ...) add_operator(&(TdiOperator){.type = name, __VA_ARGS__}, 1)
#define ADD_OUTPUTS(name, outputs, ...)                                                        \
    add_operator(&(TdiOperator){.type = name, __VA_ARGS__}, outputs)

/* Known numbers: constants, and stored ones. */
#define LIST(...)                                                                              \
    constant(SIZES((int64_t)COUNT_OF(int64_t, __VA_ARGS__)), TDI_ELEMENT_INT64,                \
             (int64_t[]){__VA_ARGS__}, NULL)
#define ONE(value) constant(SCALAR, TDI_ELEMENT_INT64, (int64_t[]){value}, NULL)
#define REALS(...)                                                                             \
    constant(SIZES((int64_t)COUNT_OF(double, __VA_ARGS__)), TDI_ELEMENT_FLOAT, NULL,           \
             (double[]){__VA_ARGS__})

static TdiShape sizes(const int64_t *size, size_t count)
{
    return tdi_shape_of((int)count, size);
}

static void reset(void)
{
    tdi_graph_free(&graph);
}

static int input_of(TdiShape shape, int element)
{
    int tensor = tdi_graph_tensor(&graph, "", 0);
    graph.tensors[tensor].shape = shape;
    graph.tensors[tensor].element = element;
    tdi_graph_input(&graph, tensor);
    return tensor;
}

static int input(TdiShape shape)
{
    return input_of(shape, TDI_ELEMENT_FLOAT);
}

static int stored(TdiShape shape)
{
    return tdi_graph_stored(&graph, "", &shape, TDI_ELEMENT_FLOAT);
}

static int constant(TdiShape shape, int element, const int64_t *whole, const double *real)
{
    int tensor = tdi_graph_stored(&graph, "", &shape, element);
    size_t count = (size_t)tdi_shape_elements(&shape);
    void *copy = tdi_graph_whole(&graph, count);
    memcpy(copy, whole != NULL ? (const void *)whole : real, count * sizeof(int64_t));
    graph.tensors[tensor].whole = whole != NULL ? copy : NULL;
    graph.tensors[tensor].real = whole != NULL ? NULL : copy;
    graph.tensors[tensor].numbers = count;
    graph.tensors[tensor].constant = true;
    return tensor;
}

static int add_operator(TdiOperator *op, int outputs)
{
    int made[64];
    for (int k = 0; k < outputs; k++)
        made[k] = tdi_graph_tensor(&graph, "", 0);
    op->op = tdi_op_find(op->type, strlen(op->type));
    op->outputs = made;
    op->output_count = outputs;
    tdi_graph_operator(&graph, op);
    return made[0];
}

static const TdiTensor *tensor_at(int tensor)
{
    return &graph.tensors[tensor];
}

#define assert_sizes(tensor, ...) expect_shape(tensor, SIZES(__VA_ARGS__), __FILE__, __LINE__)
#define assert_shape(tensor, shape) expect_shape(tensor, shape, __FILE__, __LINE__)
#define assert_unknown(tensor) expect_shape(tensor, tdi_shape_unknown(), __FILE__, __LINE__)

static inline void expect_shape(int tensor, TdiShape expected, const char *file, int line)
{
    const TdiShape *found = &tensor_at(tensor)->shape;
    _assert_int_equal((uintmax_t)found->rank, (uintmax_t)expected.rank, file, line);
    for (int i = 0; i < expected.rank; i++)
        _assert_int_equal((uintmax_t)found->size[i], (uintmax_t)expected.size[i], file, line);
}

#define assert_numbers(tensor, ...)                                                            \
    expect_whole(tensor, (int64_t[]){__VA_ARGS__}, COUNT_OF(int64_t, __VA_ARGS__), __FILE__,   \
                 __LINE__)

static inline void expect_whole(int tensor, const int64_t *expected, size_t count,
                                const char *file, int line)
{
    const TdiTensor *found = tensor_at(tensor);
    _assert_true(found->whole != NULL && found->constant, "known numbers", file, line);
    _assert_int_equal(found->numbers, count, file, line);
    for (size_t i = 0; i < count; i++)
        _assert_int_equal((uintmax_t)found->whole[i], (uintmax_t)expected[i], file, line);
}

#endif
