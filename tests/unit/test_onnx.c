/* ONNX files: the wire format, what models hold, and every kind of damage. */
#include "unit/onnx_bytes.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "exchange/wire.h"

/* ---- The wire format ----------------------------------------------------------------- */

static const char *fault_of(const char *bytes, size_t size, size_t *at)
{
    const unsigned char *begin = (const unsigned char *)bytes;
    TdiWire message = {begin, begin + size, NULL};
    TdiField field;
    while (tdi_wire_next(&message, &field)) {
    }
    *at = (size_t)(message.at - begin);
    return message.fault;
}

static void expect_fault(const char *bytes, size_t size, size_t where, const char *words)
{
    size_t at;
    const char *fault = fault_of(bytes, size, &at);
    assert_non_null(fault);
    assert_non_null(strstr(fault, words));
    assert_int_equal(at, where);
}

#define EXPECT_FAULT(bytes, where, words) expect_fault(bytes, sizeof(bytes) - 1, where, words)

static void test_wire_faults(void **state)
{
    size_t at;
    (void)state;
    assert_null(fault_of("", 0, &at));
    assert_null(fault_of("\x08\x01", 2, &at));
    EXPECT_FAULT("\x08", 1, "cut off");
    EXPECT_FAULT("\x08\x80", 1, "cut off");
    EXPECT_FAULT("\x80", 0, "cut off");
    EXPECT_FAULT("\x09\1\2\3\4\5\6\7", 1, "cut off");
    EXPECT_FAULT("\x0d\1\2\3", 1, "cut off");
    EXPECT_FAULT("\x0a\x03\1\2", 1, "longer than what holds it");
    EXPECT_FAULT("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 1, "longer");
    EXPECT_FAULT("\x08\x01\x0b", 2, "group");
    EXPECT_FAULT("\x0c", 0, "group");
    EXPECT_FAULT("\x0e\x01", 0, "type");
    EXPECT_FAULT("\x0f\x01", 0, "type");
    EXPECT_FAULT("\x00\x01", 0, "number");
    EXPECT_FAULT("\xf8\xff\xff\xff\xff\x01\x00", 0, "number");
    EXPECT_FAULT("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 1, "64 bits");
    EXPECT_FAULT("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x80\x01", 1, "64 bits");
    assert_null(fault_of("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, &at));
}

static void test_wire_values(void **state)
{
    static const unsigned char bytes[] = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                         "\x11\1\2\3\4\5\6\7\x88"
                                         "\x1d\1\2\3\x84"
                                         "\x22\3abc"
                                         "\x22\0"
                                         "\xf8\xff\xff\xff\x0f\x00";
    TdiWire message = {bytes, bytes + sizeof bytes - 1, NULL};
    TdiField field;
    (void)state;
    assert_true(tdi_wire_next(&message, &field));
    assert_int_equal(field.number, 1);
    assert_true(field.value == UINT64_MAX);
    assert_true(tdi_wire_next(&message, &field));
    assert_true(field.number == 2 && field.value == UINT64_C(0x8807060504030201));
    assert_true(tdi_wire_next(&message, &field));
    assert_true(field.number == 3 && field.value == 0x84030201);
    assert_true(tdi_wire_next(&message, &field));
    assert_true(field.number == 4 && field.bytes.end - field.bytes.at == 3);
    assert_memory_equal(field.bytes.at, "abc", 3);
    assert_true(tdi_wire_next(&message, &field));
    assert_true(field.bytes.at == field.bytes.end);
    assert_true(tdi_wire_next(&message, &field));
    assert_int_equal(field.number, (1 << 29) - 1);
    assert_false(tdi_wire_next(&message, &field));
    assert_null(message.fault);
}

static void test_wire_numbers(void **state)
{
    static const unsigned char bytes[] = "\x0a\3\1\xac\2\x08\5\x0d\1\2\3\4\x0a\1\x80\x0a\3abc";
    TdiWire message = {bytes, bytes + sizeof bytes - 1, NULL};
    TdiField field;
    uint64_t number;
    (void)state;
    assert_true(tdi_wire_next(&message, &field)); /* packed */
    assert_true(tdi_wire_number(&field, TDI_WIRE_VARINT, &number) && number == 1);
    assert_true(tdi_wire_number(&field, TDI_WIRE_VARINT, &number) && number == 300);
    assert_false(tdi_wire_number(&field, TDI_WIRE_VARINT, &number));
    assert_null(field.bytes.fault);
    assert_true(tdi_wire_next(&message, &field)); /* alone */
    assert_true(tdi_wire_number(&field, TDI_WIRE_VARINT, &number) && number == 5);
    assert_false(tdi_wire_number(&field, TDI_WIRE_VARINT, &number));
    assert_true(tdi_wire_next(&message, &field)); /* of another type */
    assert_false(tdi_wire_number(&field, TDI_WIRE_VARINT, &number));
    assert_true(tdi_wire_next(&message, &field)); /* packed and cut off */
    assert_false(tdi_wire_number(&field, TDI_WIRE_VARINT, &number));
    assert_non_null(field.bytes.fault);
    assert_true(tdi_wire_next(&message, &field)); /* no multiple of four bytes */
    assert_false(tdi_wire_number(&field, TDI_WIRE_32, &number));
    assert_non_null(field.bytes.fault);
}

/* ---- A small model ------------------------------------------------------------------- */

static void put_unknown(Bytes *to)
{
    put_whole(to, 1000, -1);
    put_key(to, 1001, 1);
    put_fixed(to, 77, 8);
    put_words(to, 1002, "what is newer than this reader");
    put_float(to, 1003, 1);
}

/* x (batch, 3, 8, 8) -> Conv with w and b -> Relu -> y. `unknown`: with fields that nobody
 * knows, last in every message. */
static Bytes small_graph(bool unknown)
{
    Bytes made = {0}, w = tensor("w", 1, SIZES(4, 3, 1, 1)), b = tensor("b", 1, SIZES(4)),
          conv = node("Conv", "x w b", "c"), relu = node("Relu", "c", "y"),
          kernel = attribute("kernel_shape", 7), x = {0};
    const float biases[4] = {1, -2, 0.5f, 4};
    put_block(&w, 9, "012345678901234567890123456789012345678901234567", 48);
    put_block(&b, 9, biases, sizeof biases);
    put_block(&kernel, 8, "\1\1", 2);
    x = value_info("x", 1, SIZES(-1, 3, 8, 8), "batch");
    put_words(&conv, 3, "first");
    if (unknown) {
        put_unknown(&w);
        put_unknown(&kernel);
        put_unknown(&relu);
        put_unknown(&x);
    }
    put(&conv, 5, kernel);
    put(&made, 1, conv);
    put(&made, 1, relu);
    put_words(&made, 2, "small");
    put(&made, 5, w);
    put(&made, 5, b);
    put(&made, 11, x);
    put(&made, 12, value_info("y", 1, SIZES(-1, 4, 8, 8), "batch"));
    if (unknown)
        put_unknown(&made);
    return made;
}

static void expect_small(void)
{
    expect_types("Conv Relu");
    assert_string_equal(graph.name, "small");
    assert_int_equal(graph.nodes, 2);
    assert_int_equal(graph.tensor_count, 5);
    assert_int_equal(graph.input_count, 1);
    assert_int_equal(graph.output_count, 1);
    assert_ptr_equal(find("x"), &graph.tensors[graph.inputs[0]]);
    assert_ptr_equal(find("y"), &graph.tensors[graph.outputs[0]]);
    expect_shape(find("x"), SIZES(1, 3, 8, 8));
    expect_shape(find("w"), SIZES(4, 3, 1, 1));
    assert_int_equal(find("x")->element, TDI_ELEMENT_FLOAT);
    assert_int_equal(find("x")->producer, -1);
    assert_int_equal(find("c")->producer, 0);
    assert_int_equal(find("y")->producer, 1);
    assert_true(find("w")->stored && !find("w")->constant && !find("c")->stored);
    const TdiOperator *conv = &graph.operators[0];
    assert_string_equal(conv->name, "first");
    assert_string_equal(conv->domain, "");
    assert_int_equal(conv->input_count, 3);
    assert_ptr_equal(tdi_input(&graph, conv, 2), find("b"));
    assert_int_equal(tdi_attribute_whole(conv, "kernel_shape", 7), 1);
    assert_int_equal(tdi_attribute(conv, "kernel_shape")->count, 2);
    assert_int_equal(find("b")->numbers, 4);
    assert_true(find("b")->real[1] == -2 && find("b")->real[2] == 0.5);
}

static void test_small_model(void **state)
{
    (void)state;
    read_graph(small_graph(false));
    expect_small();
    tdi_graph_free(&graph);
    read_graph(small_graph(true));
    expect_small();
    tdi_graph_free(&graph);
}

/* A file, which is mapped; what is none. */
static void test_files(void **state)
{
    char path[] = "/tmp/tiedye-onnx-XXXXXX";
    Bytes bytes = model(small_graph(false));
    (void)state;
    int fd = mkstemp(path);
    assert_int_equal(write(fd, bytes.data, bytes.size), bytes.size);
    assert_int_equal(tdi_graph_from_onnx(path, &graph, &err), TD_OK);
    expect_small();
    tdi_graph_free(&graph);
    assert_int_equal(ftruncate(fd, (off_t)bytes.size - 9), 0);
    assert_int_equal(tdi_graph_from_onnx(path, &graph, &err), TD_ERROR_FORMAT);
    assert_int_equal(strncmp(err.message, path, strlen(path)), 0);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(tdi_graph_from_onnx(path, &graph, &err), TD_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "is empty"));
    close(fd);
    unlink(path);
    assert_int_equal(tdi_graph_from_onnx(path, &graph, &err), TD_ERROR_IO);
    assert_int_equal(tdi_graph_from_onnx("/tmp", &graph, &err), TD_ERROR_IO);
    free(bytes.data);
}

/* ---- Damage -------------------------------------------------------------------------- */

static void test_truncation(void **state)
{
    Bytes whole = model(small_graph(true));
    (void)state;
    for (size_t size = 0; size < whole.size; size++) {
        Bytes part = {0};
        put_raw(&part, whole.data, size); /* so that the sanitizer sees its end */
        expect_failure(part, "is no ONNX model");
    }
    free(whole.data);
}

/* Each byte in turn is another: that succeeds or fails, no more. */
static void test_damage(void **state)
{
    Bytes whole = model(small_graph(true));
    static const unsigned char flips[] = {1, 2, 4, 8, 16, 32, 64, 128, 255};
    (void)state;
    for (size_t i = 0; i < whole.size * sizeof flips; i++) {
        Bytes part = {0};
        put_raw(&part, whole.data, whole.size);
        part.data[i / sizeof flips] ^= flips[i % sizeof flips];
        if (read_model(part) == TD_OK)
            tdi_graph_free(&graph);
        else
            assert_true(err.message[0] != '\0' && strchr(err.message, '\n') == NULL);
    }
    free(whole.data);
}

static void test_no_models(void **state)
{
    Bytes empty = {0}, text = {0}, other = {0}, twice = {0};
    (void)state;
    put_raw(&text, "v = 1\nseed = 7\n", 15);
    put_whole(&other, 1, 8);
    put(&twice, 7, (Bytes){0});
    put(&twice, 7, (Bytes){0});
    expect_failure(empty, "it is empty");
    expect_failure(text, "is no ONNX model");
    expect_failure(other, "it holds no graph");
    expect_failure(twice, "a second graph");
}

/* If in If in If ... */
static Bytes nested(int depth)
{
    Bytes made = {0};
    for (int i = 0; i < depth; i++) {
        Bytes around = {0}, branch = node("If", "c", "o");
        put(&branch, 5, attribute_graph("then_branch", made));
        put(&around, 1, branch);
        made = around;
    }
    return model(made);
}

static void test_nesting(void **state)
{
    (void)state;
    assert_int_equal(read_model(nested(0)), TD_OK);
    tdi_graph_free(&graph);
    expect_failure(nested(64), "takes what nothing makes: \"c\""); /* deep enough to look */
    expect_failure(nested(65), "nested more than 64 deep");
    expect_failure(nested(1500), "nested more than 64 deep");
}

/* ---- Numbers ------------------------------------------------------------------------- */

static void test_small_tensors(void **state)
{
    static const struct {
        int element;
        unsigned raw; /* bytes of an element */
        uint64_t bits;
        double value;
        uint32_t field; /* that holds it if it is not raw */
        unsigned type;
    } rows[] = {
        {2, 1, 200, 200, 5, 0},
        {3, 1, 0xfe, -2, 5, 0},
        {4, 2, 65000, 65000, 5, 0},
        {5, 2, 0xfffe, -2, 5, 0},
        {6, 4, 0xfffffffe, -2, 5, 0},
        {7, 8, UINT64_MAX - 1, -2, 7, 0},
        {9, 1, 1, 1, 5, 0},
        {12, 4, 4000000000u, 4e9, 11, 0},
        {13, 8, 1u << 20, 1u << 20, 11, 0},
        {1, 4, 0xbfc00000, -1.5, 4, 5},
        {11, 8, UINT64_C(0xbff8000000000000), -1.5, 10, 1},
        {10, 2, 0xbe00, -1.5, 5, 0},
        {10, 2, 0x0001, 0x1p-24, 5, 0},
        {10, 2, 0x83ff, -1023 * 0x1p-24, 5, 0},
        {10, 2, 0x7bff, 65504, 5, 0},
        {10, 2, 0xfc00, -HUGE_VAL, 5, 0},
        {16, 2, 0xbfc0, -1.5, 5, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int form = 0; form < 3; form++) { /* raw, one by one, packed */
            Bytes made = {0}, stored = tensor("t", rows[i].element, SIZES(2)), packed = {0};
            unsigned size = rows[i].type == 5 ? 4 : 8;
            for (int k = 0; k < 2; k++) {
                Bytes *to = form == 1 ? &stored : &packed;
                if (form == 1)
                    put_key(to, rows[i].field, rows[i].type);
                if (form == 0)
                    put_fixed(to, rows[i].bits, rows[i].raw);
                else if (rows[i].type == 0)
                    put_varint(to, rows[i].bits);
                else
                    put_fixed(to, rows[i].bits, size);
            }
            if (form != 1)
                put_block(&stored, form == 0 ? 9 : rows[i].field, packed.data, packed.size);
            free(packed.data);
            put(&made, 5, stored);
            read_graph(made);
            const TdiTensor *t = find("t");
            assert_int_equal(t->numbers, 2);
            assert_true((t->whole != NULL) != (t->real != NULL));
            for (int k = 0; k < 2; k++)
                assert_true((t->real != NULL ? t->real[k] : (double)t->whole[k]) ==
                            rows[i].value);
            tdi_graph_free(&graph);
        }
}

static Bytes with_tensor(Bytes stored)
{
    Bytes made = {0};
    put(&made, 5, stored);
    return made;
}

/* Numbers that are not known: too many, too few, elsewhere, of a type without numbers. */
static void test_unknown_numbers(void **state)
{
    Bytes large = tensor("t", 7, SIZES(1025)), few = tensor("t", 7, SIZES(3)),
          elsewhere = tensor("t", 1, SIZES(2)), strings = tensor("t", 8, SIZES(1)),
          newer = tensor("t", 99, SIZES(1)), all[5];
    (void)state;
    put_block(&few, 7, "\1\2", 2);
    put_block(&elsewhere, 13, "\x0a\x08location\x12\x05x.bin", 17);
    put_whole(&elsewhere, 14, 1);
    put_words(&strings, 6, "hello");
    put_block(&newer, 9, "\1", 1);
    for (int i = 0; i < 1025; i++)
        put_whole(&large, 7, i);
    all[0] = large, all[1] = few, all[2] = elsewhere, all[3] = strings, all[4] = newer;
    for (int i = 0; i < 5; i++) {
        read_graph(with_tensor(all[i]));
        assert_true(find("t")->stored);
        assert_null(find("t")->whole);
        assert_null(find("t")->real);
        assert_int_equal(find("t")->shape.rank, 1);
        tdi_graph_free(&graph);
    }
    read_graph(with_tensor(tensor("t", 7, SIZES(0)))); /* none are known to be none */
    assert_non_null(find("t")->whole);
    assert_int_equal(find("t")->numbers, 0);
    tdi_graph_free(&graph);
}

static void test_sizes(void **state)
{
    Bytes packed = {0};
    (void)state;
    put_words(&packed, 8, "t");
    put_block(&packed, 1, "\2\x83\1\4", 4);
    read_graph(with_tensor(packed));
    expect_shape(find("t"), SIZES(2, 131, 4));
    tdi_graph_free(&graph);
    read_graph(with_tensor(tensor("t", 1, SIZES(1, 2, 1, 2, 1, 2, 1, 2, 1)))); /* 9 axes */
    expect_shape(find("t"), -1, NULL);
    tdi_graph_free(&graph);
    expect_failure(model(with_tensor(tensor("t", 1, SIZES(3, -1)))), "sizes cannot be");
    expect_failure(model(with_tensor(tensor("t", 1, SIZES(1ll << 32, 1ll << 31)))),
                   "sizes cannot be");
    expect_failure(model(with_tensor(tensor("", 1, SIZES(1)))), "without a name");
}

/* Values, indices and dims, of which the last count. */
static void test_sparse(void **state)
{
    Bytes made = {0}, sparse = {0}, values = tensor("s", 1, SIZES(2));
    (void)state;
    put_block(&values, 9, "12345678", 8);
    put(&sparse, 1, values);
    put(&sparse, 2, tensor("", 7, SIZES(2)));
    put_whole(&sparse, 3, 5);
    put_whole(&sparse, 3, 6);
    put(&made, 15, sparse);
    read_graph(made);
    expect_shape(find("s"), SIZES(5, 6));
    assert_true(find("s")->stored && find("s")->real == NULL);
    tdi_graph_free(&graph);
}

/* ---- All of it ----------------------------------------------------------------------- */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_faults),     cmocka_unit_test(test_wire_values),
        cmocka_unit_test(test_wire_numbers),    cmocka_unit_test(test_small_model),
        cmocka_unit_test(test_files),           cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_damage),          cmocka_unit_test(test_no_models),
        cmocka_unit_test(test_nesting),         cmocka_unit_test(test_small_tensors),
        cmocka_unit_test(test_unknown_numbers), cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_sparse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
