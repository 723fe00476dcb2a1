/* Parameters, multiply-adds and receptive fields; and graphs that make no sense. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/random.h"
#include "graphs.h"

/* ---- Counting ------------------------------------------------------------------------ */

/* Of the operator that was added last. */
static uint64_t last_macs(void)
{
    tdi_graph_count(&graph);
    const TdiOperator *op = &graph.operators[graph.operator_count - 1];
    assert_true(op->macs_known);
    return op->macs;
}

static uint64_t last_parameters(void)
{
    tdi_graph_count(&graph);
    return graph.operators[graph.operator_count - 1].parameters;
}

static void test_macs(void **state)
{
    (void)state;
    int x = input(SIZES(1, 6, 10, 10));
    ADD("Conv", TAKES(x, stored(SIZES(8, 3, 3, 5)), stored(SIZES(8))), WITH(WHOLE("group", 2)));
    assert_int_equal(last_macs(), (8 * 8 * 6) * 3 * 15);
    ADD("ConvTranspose", TAKES(x, stored(SIZES(6, 4, 3, 3))), WITH(WHOLE("strides", 2, 2)));
    assert_int_equal(last_macs(), (6 * 10 * 10) * 4 * 9);
    ADD("Gemm", TAKES(input(SIZES(1, 20)), stored(SIZES(20, 30)), stored(SIZES(30))));
    assert_int_equal(last_macs(), 600);
    ADD("MatMul", TAKES(input(SIZES(2, 4, 5)), input(SIZES(2, 5, 3))));
    assert_int_equal(last_macs(), 2 * 4 * 3 * 5);
    ADD("Einsum", TAKES(input(SIZES(2, 4, 5)), input(SIZES(2, 5, 3))),
        WITH(WORDS("equation", "bij,bjk->bik")));
    assert_int_equal(last_macs(), 2 * 4 * 3 * 5);
    ADD("LSTM",
        TAKES(input(SIZES(7, 1, 16)), stored(SIZES(2, 128, 16)), stored(SIZES(2, 128, 32))),
        WITH(WORDS("direction", "bidirectional")));
    assert_int_equal(last_macs(), 7 * 2 * 4 * 32 * (16 + 32));
    ADD("GRU",
        TAKES(input(SIZES(7, 1, 16)), stored(SIZES(1, 96, 16)), stored(SIZES(1, 96, 32))));
    assert_int_equal(last_macs(), 7 * 3 * 32 * (16 + 32));
    int tokens = input(SIZES(1, 10, 64));
    ADD("Attention", .domain = "com.microsoft", TAKES(tokens, stored(SIZES(64, 192))),
        WITH(WHOLE("num_heads", 4)));
    assert_int_equal(last_macs(), 10 * 64 * 192 + 2 * 10 * 10 * 64);
    ADD("MultiHeadAttention", TAKES(tokens, input(SIZES(1, 20, 64)), input(SIZES(1, 20, 48))));
    assert_int_equal(last_macs(), 10 * 20 * (64 + 48));
    ADD("Relu", TAKES(x));
    assert_int_equal(last_macs(), 0);
    reset();
}

static void test_parameters(void **state)
{
    (void)state;
    int x = input(SIZES(1, 6, 10, 10)), w = stored(SIZES(8, 6, 3, 3)), c = stored(SIZES(8));
    int y = ADD("Conv", TAKES(x, w, stored(SIZES(8))));
    assert_int_equal(last_parameters(), 8 * 6 * 9 + 8);
    ADD("Conv", TAKES(x, w));
    assert_int_equal(last_parameters(), 0); /* its weights are those of the first */
    ADD("BatchNormalization",
        TAKES(y, c, stored(SIZES(8)), stored(SIZES(8)), stored(SIZES(8))));
    assert_int_equal(last_parameters(), 16);
    ADD("Mul", TAKES(y, stored(SCALAR)));
    assert_int_equal(last_parameters(), 0);
    ADD("Mul", TAKES(y, REALS(1, 2, 3, 4, 5, 6)));
    assert_int_equal(last_parameters(), 0);
    ADD("Resize", TAKES(y, -1, stored(SIZES(4))));
    assert_int_equal(last_parameters(), 0);
    TdiShape eight = SIZES(8, 6, 3, 3);
    int whole = tdi_graph_stored(&graph, "", &eight, TDI_ELEMENT_INT8);
    ADD("Gather", TAKES(whole, ONE(1)));
    assert_int_equal(last_parameters(), 0);
    ADD("DequantizeLinear", TAKES(whole, stored(SIZES(8)), stored(SIZES(8))));
    assert_int_equal(last_parameters(), 8 * 6 * 9);
    TdiShape nibbles = SIZES(16, 1, 16);
    int packed = tdi_graph_stored(&graph, "", &nibbles, TDI_ELEMENT_UINT8);
    ADD("MatMulNBits", TAKES(input(SIZES(1, 32)), packed, stored(SIZES(16))),
        WITH(WHOLE("K", 32), WHOLE("N", 16)));
    assert_int_equal(last_parameters(), 512);
    ADD("SomethingNew", TAKES(x, stored(SIZES(4, 5))));
    assert_int_equal(last_parameters(), 20);
    TdiTotals totals = tdi_graph_count(&graph);
    assert_int_equal(totals.unknown, 1);
    assert_string_equal(totals.unknown_name, "SomethingNew");
    assert_int_equal(totals.macs_unknown, 1);
    assert_int_equal(totals.operators, 10);
    assert_int_equal(totals.parameters, 8 * 6 * 9 + 8 + 16 + 8 * 6 * 9 + 512 + 20);
    assert_int_equal(totals.stored, totals.parameters);
    reset();
}

/* Weights that are turned, cut or unpacked are those of the operator that works with them. */
static void test_derived(void **state)
{
    (void)state;
    int x = input(SIZES(1, 6)), w = stored(SIZES(9, 6));
    int turned = ADD("Transpose", TAKES(w));
    assert_true(tensor_at(turned)->derived);
    assert_int_equal(last_parameters(), 54); /* as long as nobody takes it */
    int y = ADD("MatMul", TAKES(x, turned));
    assert_false(tensor_at(y)->derived);
    assert_int_equal(last_parameters(), 54);
    assert_int_equal(graph.operators[0].parameters, 0);
    ADD("MatMul", TAKES(x, turned));
    assert_int_equal(last_parameters(), 0);
    int both =
        ADD("Concat", TAKES(stored(SIZES(6, 2)), stored(SIZES(6, 3))), WITH(WHOLE("axis", 1)));
    ADD("MatMul", TAKES(x, ADD("Relu", TAKES(both))));
    assert_int_equal(last_parameters(), 30);
    int parts = ADD_OUTPUTS("Split", 2, TAKES(stored(SIZES(4, 6))));
    ADD("Gemm", TAKES(x, parts + 1), WITH(WHOLE("transB", 1)));
    assert_int_equal(last_parameters(), 0);
    assert_true(tensor_at(ADD("Mul", TAKES(ONE(2), LIST(3, 4))))->constant);
    /* Numbers of few weights are known, and are weights all the same. */
    int few = REALS(1, 2, 3);
    graph.tensors[few].constant = false;
    int cut = ADD("Slice", TAKES(few, LIST(0), LIST(2)));
    assert_true(tensor_at(cut)->real != NULL && tensor_at(cut)->derived);
    assert_numbers(ADD("Shape", TAKES(few)), 3);
    ADD("Add", TAKES(x, cut));
    assert_int_equal(tdi_graph_count(&graph).parameters, 54 + 30 + 24 + 3);
    reset();
}

/* Equal weights that are stored once are still the weights of two layers. */
static void test_aliases(void **state)
{
    (void)state;
    int x = input(SIZES(1, 6)), w = stored(SIZES(6, 6)), again = stored(SIZES(6, 6));
    graph.tensors[again].alias = w;
    ADD("Gemm", TAKES(ADD("Gemm", TAKES(x, again)), w));
    assert_int_equal(last_parameters(), 36);
    TdiTotals totals = tdi_graph_count(&graph);
    assert_int_equal(totals.parameters, 72);
    assert_int_equal(totals.stored, 36);
    graph.tensors[w].alias = again; /* nonsense, which ends all the same */
    assert_int_equal(tdi_graph_count(&graph).parameters, 72);
    reset();
}

/* A body with a dense layer from 5 to `width`, its weights stored in it or (outer) around it.
 */
static TdiGraph *dense_body(int width, int outer)
{
    TdiGraph around = graph;
    graph = (TdiGraph){0};
    int x = input(SIZES(1, 5)), w = stored(SIZES(5, width));
    graph.tensors[w].outer = outer;
    tdi_graph_output(&graph, ADD("Gemm", TAKES(x, w)));
    TdiGraph *body = tdi_alloc(1, sizeof *body);
    *body = graph;
    graph = around;
    return body;
}

static void test_bodies(void **state)
{
    (void)state;
    TdiGraph *branches[2] = {dense_body(7, -1), dense_body(3, -1)};
    ADD("If", TAKES(input(SCALAR)), .bodies = branches, .body_count = 2);
    assert_int_equal(last_macs(), 35);
    assert_int_equal(last_parameters(), 50);
    TdiGraph *scanned[1] = {dense_body(7, -1)};
    ADD("Scan", TAKES(input(SIZES(11, 1, 5))), .bodies = scanned, .body_count = 1,
        WITH(WHOLE("num_scan_inputs", 1)));
    assert_int_equal(last_macs(), 11 * 35);
    int w = stored(SIZES(5, 4));
    ADD("Gemm", TAKES(input(SIZES(1, 5)), w));
    TdiGraph *looped[1] = {dense_body(4, w)};
    ADD("Loop", TAKES(ONE(3), -1), .bodies = looped, .body_count = 1);
    TdiTotals totals = tdi_graph_count(&graph);
    assert_int_equal(totals.parameters, 50 + 35 + 20);
    assert_int_equal(totals.stored, 50 + 35 + 20);
    assert_int_equal(totals.operators, 4 + 4);
    assert_int_equal(totals.macs_unknown, 1);
    reset();
}

/* ---- Receptive fields ---------------------------------------------------------------- */

static void assert_field(int tensor, double height, double width, double jump)
{
    const TdiTensor *found = tensor_at(tensor);
    assert_true(found->field[1] == height && found->field[2] == width);
    assert_true(found->jump[2] == jump);
}

static int conv(int x, int64_t channels, int64_t kernel, int64_t stride)
{
    int w = stored(SIZES(channels, tensor_at(x)->shape.size[1], kernel, kernel));
    int64_t pad = kernel / 2;
    return ADD("Conv", TAKES(x, w),
               WITH(WHOLE("strides", stride, stride), WHOLE("pads", pad, pad, pad, pad)));
}

static int pool(int x, int64_t kernel, int64_t stride)
{
    return ADD("MaxPool", TAKES(x),
               WITH(WHOLE("kernel_shape", kernel, kernel), WHOLE("strides", stride, stride)));
}

/* Published: 196 before the last pool of VGG-16, 212 behind it (Araujo, Norris, Sim 2019). */
static void test_vgg(void **state)
{
    static const int convs[5] = {2, 2, 3, 3, 3};
    int x = input(SIZES(1, 3, 224, 224)), before = x;
    (void)state;
    for (int stage = 0; stage < 5; stage++) {
        for (int k = 0; k < convs[stage]; k++)
            x = conv(x, 64, 3, 1);
        before = x;
        x = pool(x, 2, 2);
    }
    assert_field(before, 196, 196, 16);
    assert_field(x, 212, 212, 32);
    x = ADD("Flatten", TAKES(x));
    assert_true(tensor_at(x)->field[2] == 212);
    x = ADD("Gemm", TAKES(x, stored(SIZES(3136, 10))));
    assert_true(tensor_at(x)->field[2] == HUGE_VAL);
    reset();
}

/* 483 for ResNet-50 as published, whose first 1x1 of a stage has the stride; 427 where the 3x3
 * has it (the same source; "v1.5"). */
static void test_resnet(void **state)
{
    static const int blocks[4] = {3, 4, 6, 3};
    (void)state;
    for (int late = 0; late < 2; late++) {
        int x = pool(conv(input(SIZES(1, 3, 224, 224)), 8, 7, 2), 3, 2);
        for (int stage = 0; stage < 4; stage++)
            for (int k = 0; k < blocks[stage]; k++) {
                int stride = stage > 0 && k == 0 ? 2 : 1;
                int y = conv(conv(conv(x, 8, 1, late ? 1 : stride), 8, 3, late ? stride : 1), 8,
                             1, 1);
                x = ADD("Add", TAKES(y, stride == 2 || tensor_at(x)->shape.size[2] !=
                                                           tensor_at(y)->shape.size[2]
                                            ? conv(x, 8, 1, stride)
                                            : x));
            }
        assert_field(x, late ? 427 : 483, late ? 427 : 483, 32);
        x = ADD("GlobalAveragePool", TAKES(x));
        assert_field(x, HUGE_VAL, HUGE_VAL, 0);
        reset();
    }
}

static void test_field_forms(void **state)
{
    (void)state;
    int x = conv(input(SIZES(1, 3, 32, 32)), 8, 3, 2);
    assert_field(
        ADD("ConvTranspose", TAKES(x, stored(SIZES(8, 8, 2, 2))), WITH(WHOLE("strides", 2, 2))),
        3, 3, 1);
    assert_field(
        ADD("ConvTranspose", TAKES(x, stored(SIZES(8, 8, 4, 4))), WITH(WHOLE("strides", 2, 2))),
        5, 5, 1);
    assert_field(ADD("Resize", TAKES(x, -1, REALS(1, 1, 4, 4))), 3, 3, 0.5);
    assert_field(ADD("Slice", TAKES(x, LIST(0), LIST(99), LIST(3), LIST(2))), 3, 3, 4);
    assert_field(ADD("ReduceMean", TAKES(x, LIST(3))), 3, HUGE_VAL, 0);
    assert_field(ADD("Mul", TAKES(x, ADD("GlobalAveragePool", TAKES(x)))), HUGE_VAL, HUGE_VAL,
                 0);
    /* Dilated, on one axis only. */
    int tall = ADD("Conv", TAKES(x, stored(SIZES(8, 8, 3, 1))), WITH(WHOLE("dilations", 4, 4)));
    assert_field(tall, 3 + 8 * 2, 3, 2);
    /* TensorFlow's order of axes. */
    int last = input(SIZES(1, 32, 32, 3));
    int first = ADD("Transpose", TAKES(last), WITH(WHOLE("perm", 0, 3, 1, 2)));
    assert_field(conv(first, 8, 5, 1), 5, 5, 1);
    /* Patches as words: an axis of positions, and one without. */
    int words = ADD("Transpose", TAKES(ADD("Reshape", TAKES(x, LIST(1, 8, 256)))),
                    WITH(WHOLE("perm", 0, 2, 1)));
    assert_field(words, 3, 0, 0);
    assert_field(ADD("MatMul", TAKES(words, stored(SIZES(8, 4)))), 3, 0, 0);
    int scores = ADD(
        "MatMul", TAKES(words, ADD("Transpose", TAKES(words), WITH(WHOLE("perm", 0, 2, 1)))));
    assert_field(ADD("MatMul", TAKES(scores, words)), HUGE_VAL, HUGE_VAL, 0);
    /* Words have no fields. */
    int tokens = input_of(SIZES(1, 9, 4), TDI_ELEMENT_INT64);
    assert_field(ADD("Relu", TAKES(tokens)), 0, 0, 0);
    reset();
}

/* ---- Nonsense ------------------------------------------------------------------------ */

static uint32_t at;

static uint64_t draw(uint64_t below)
{
    const uint32_t key[2] = {7, 8}, counter[4] = {at++, 0, 0, 0};
    uint32_t out[4];
    tdi_philox(counter, key, out);
    return ((uint64_t)out[0] << 32 | out[1]) % below;
}

static int64_t strange(void)
{
    static const int64_t numbers[] = {-1,        0,         1,         2,         3,
                                      4,         5,         7,         8,         -2,
                                      -3,        1024,      INT64_MAX, INT64_MIN, INT64_MAX / 2,
                                      1LL << 40, 1LL << 31, -9,        TDI_HOLE,  16};
    return numbers[draw(draw(3) == 0 ? 20 : 9)];
}

/* A shape, mostly of small sizes. */
static TdiShape strange_shape(void)
{
    TdiShape shape = {.rank = (int)draw(TDI_MAX_RANK + 2) - 1};
    for (int i = 0; i < shape.rank; i++) {
        int64_t size = strange();
        shape.size[i] = size < 0 ? -1 : size;
    }
    return shape;
}

static int strange_tensor(void)
{
    static const int elements[] = {0, 1, 7, 9, 10, 11, 3, 6};
    int64_t whole[4];
    double real[4];
    int element = elements[draw(8)], count = (int)draw(5);
    switch (draw(4)) {
    case 0:
        for (int i = 0; i < count; i++)
            whole[i] = strange();
        return constant(SIZES(count), TDI_ELEMENT_INT64, whole, NULL);
    case 1:
        for (int i = 0; i < count; i++)
            real[i] = draw(4) == 0 ? (double)NAN : (double)strange() / 4;
        return constant(SIZES(count), TDI_ELEMENT_FLOAT, NULL, real);
    case 2: {
        TdiShape shape = strange_shape();
        return tdi_graph_stored(&graph, "", &shape, element);
    }
    default:
        return input_of(strange_shape(), element);
    }
}

static const char *const labels[] = {"axis",
                                     "axes",
                                     "kernel_shape",
                                     "strides",
                                     "pads",
                                     "dilations",
                                     "group",
                                     "ceil_mode",
                                     "auto_pad",
                                     "perm",
                                     "shape",
                                     "split",
                                     "starts",
                                     "ends",
                                     "steps",
                                     "keepdims",
                                     "blocksize",
                                     "scales",
                                     "equation",
                                     "to",
                                     "hidden_size",
                                     "direction",
                                     "layout",
                                     "output_shape",
                                     "output_padding",
                                     "batch_dims",
                                     "k",
                                     "num_outputs",
                                     "value",
                                     "allowzero",
                                     "transA",
                                     "transB",
                                     "start",
                                     "end",
                                     "dtype",
                                     "num_scan_inputs",
                                     "K",
                                     "N",
                                     "num_heads",
                                     "onesided",
                                     "broadcast",
                                     "qkv_hidden_sizes",
                                     "value_ints",
                                     "value_floats",
                                     "ngram_indexes",
                                     "pooled_shape",
                                     "output_height",
                                     "fmod"};
enum { LABELS = sizeof labels / sizeof *labels, MOST = 8 };

static void check_tensor(const TdiTensor *tensor)
{
    assert_true(tensor->shape.rank >= -1 && tensor->shape.rank <= TDI_MAX_RANK);
    for (int i = 0; i < tensor->shape.rank; i++)
        assert_true(tensor->shape.size[i] >= -1);
    assert_true((tensor->whole != NULL) + (tensor->real != NULL) + (tensor->partly != NULL) <=
                1);
    if (tensor->whole != NULL || tensor->real != NULL || tensor->partly != NULL)
        assert_int_equal(tdi_shape_elements(&tensor->shape), tensor->numbers);
    for (int k = 0; k < TDI_SPATIAL; k++)
        assert_true(tensor->field[k] >= 0 && tensor->jump[k] >= 0);
}

/* One operator with all kinds of inputs and attributes; on top of what others made. */
static void add_strange(TdiOp row)
{
    static const char *const words[] = {
        "SAME_UPPER", "VALID", "bij,bjk->bik", "i,j", "...,...", "bidirectional", "", "->"};
    int64_t whole[MOST][MOST];
    double real[MOST][MOST];
    TdiAttribute attributes[MOST];
    int inputs[MOST], count = (int)draw(MOST);
    for (int i = 0; i < count; i++) {
        size_t length = draw(MOST);
        for (size_t k = 0; k < length; k++) {
            whole[i][k] = strange();
            real[i][k] = (double)strange() / 2;
        }
        uint64_t kind = draw(8);
        attributes[i] = (TdiAttribute){.name = labels[draw(LABELS)],
                                       .whole = kind < 6 ? whole[i] : NULL,
                                       .real = kind == 6 ? real[i] : NULL,
                                       .words = kind == 7 ? words[draw(8)] : NULL,
                                       .count = length};
    }
    int taken = (int)draw(6);
    for (int i = 0; i < taken; i++)
        inputs[i] = draw(8) == 0 ? -1
                    : graph.tensor_count > 0 && draw(2) == 0
                        ? (int)draw((uint64_t)graph.tensor_count)
                        : strange_tensor();
    TdiOperator op = {.type = tdi_op_info(row)->type,
                      .domain = draw(2) == 0 ? "" : "com.microsoft",
                      .inputs = inputs,
                      .input_count = taken,
                      .attributes = attributes,
                      .attribute_count = count};
    add_operator(&op, 1 + (int)draw(4));
}

static void test_nonsense(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        for (TdiOp row = 0; row < tdi_op_count(); row++) {
            add_strange(row);
            add_strange((TdiOp)draw((uint64_t)tdi_op_count()));
        }
        tdi_graph_count(&graph);
        assert_false(graph.failed);
        for (int i = 0; i < graph.tensor_count; i++)
            check_tensor(&graph.tensors[i]);
        reset();
    }
}

/* What asks for much gets a shape, and no memory. */
static void test_huge(void **state)
{
    (void)state;
    int64_t much = 1LL << 60;
    assert_sizes(ADD("ConstantOfShape", TAKES(LIST(much))), much);
    assert_null(tensor_at(graph.tensor_count - 1)->real);
    assert_sizes(ADD("Range", TAKES(ONE(0), ONE(1LL << 50), ONE(1))), 1LL << 50);
    assert_sizes(ADD("Range", TAKES(ONE(INT64_MIN), ONE(INT64_MAX), ONE(1))), -1);
    assert_sizes(ADD("Expand", TAKES(ONE(1), LIST(much))), much);
    assert_sizes(ADD("Tile", TAKES(LIST(1, 2), LIST(INT64_MAX))), -1);
    assert_sizes(ADD("Flatten", TAKES(input(SIZES(1, much, much)))), 1, -1);
    int x = input(SIZES(1, 1, much, 3)), w = stored(SIZES(much, 1, 1, 1));
    ADD("Conv", TAKES(x, w));
    tdi_graph_count(&graph);
    assert_false(graph.operators[graph.operator_count - 1].macs_known);
    assert_true(graph.arena.total < 1 << 20);
    reset();
}

/* Many inputs, outputs and attributes of one operator take their time once, not by each other.
 */
static void test_many(void **state)
{
    enum { MANY = 100000 };
    int *tensors = tdi_alloc(MANY, sizeof *tensors);
    TdiAttribute *attributes = tdi_alloc(MANY, sizeof *attributes);
    int x = input(SIZES(1, 3, 99999, 8));
    (void)state;
    for (TdiOp row = 0; row < tdi_op_count(); row += 7) {
        for (int i = 0; i < MANY; i++) {
            tensors[i] = x;
            attributes[i].name = "nothing";
        }
        TdiOperator op = {.op = row,
                          .type = tdi_op_info(row)->type,
                          .inputs = tensors,
                          .input_count = MANY,
                          .attributes = attributes,
                          .attribute_count = row % 2 == 0 ? MANY : 200};
        int *outputs = tdi_alloc(MANY, sizeof *outputs);
        for (int i = 0; i < MANY; i++)
            outputs[i] = tdi_graph_tensor(&graph, NULL, 0);
        op.outputs = outputs;
        op.output_count = MANY;
        tdi_graph_operator(&graph, &op);
        tdi_free(outputs);
        tdi_graph_count(&graph);
        reset();
        x = input(SIZES(1, 3, 99999, 8));
    }
    tdi_free(tensors);
    tdi_free(attributes);
    reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_macs),     cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_derived),  cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_bodies),   cmocka_unit_test(test_vgg),
        cmocka_unit_test(test_resnet),   cmocka_unit_test(test_field_forms),
        cmocka_unit_test(test_nonsense), cmocka_unit_test(test_huge),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests_name("count", tests, NULL, NULL);
}
