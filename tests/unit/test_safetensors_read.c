/* Reading safetensors files: what is in them, what is wrong with them, and what a graph makes
 * of their names; and telling files apart by their first bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "graph/detect.h"
#include "graph/from_weights.h"
#include "exchange/safetensors_read.h"

#ifdef TDI_HAVE_JANSSON

enum { MOST = 1 << 16 };

/* A file with this header and so many bytes of numbers; its size. */
static size_t make_file(const char *header, size_t data, unsigned char *bytes)
{
    size_t length = strlen(header);
    assert_true(8 + length + data <= MOST);
    memset(bytes, 0, MOST);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(length >> 8 * i);
    memcpy(bytes + 8, header, length);
    return 8 + length + data;
}

static void expect_fail(const char *header, size_t data, const char *message)
{
    static unsigned char bytes[MOST];
    TdiSafetensors tensors;
    TdError err = {0};
    size_t size = make_file(header, data, bytes);
    assert_int_equal(tdi_safetensors_read_memory(bytes, size, "a.safetensors", &tensors, &err),
                     TD_ERROR_FORMAT);
    assert_string_equal(err.message, message);
    assert_null(tensors.tensors);
}

static void test_tensors(void **state)
{
    (void)state;
    static unsigned char bytes[MOST];
    TdiSafetensors tensors;
    TdError err = {0};
    size_t size =
        make_file("{\"__metadata__\":{\"format\":\"pt\"},"
                  "\"b\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[24,30]},"
                  "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                  "\"none\":{\"dtype\":\"F32\",\"shape\":[0,9],\"data_offsets\":[24,24]},"
                  "\"new\":{\"dtype\":\"X9\",\"shape\":[],\"data_offsets\":[30,33]}}   ",
                  33, bytes);
    assert_int_equal(tdi_safetensors_read_memory(bytes, size, "a", &tensors, &err), TD_OK);
    assert_int_equal(tensors.count, 4);
    assert_string_equal(tensors.tensors[0].name, "a");
    assert_string_equal(tensors.tensors[0].type, "F32");
    assert_int_equal(tensors.tensors[0].rank, 2);
    assert_int_equal(tensors.tensors[0].size[1], 3);
    assert_string_equal(tensors.tensors[1].name, "none");
    assert_string_equal(tensors.tensors[3].name, "new");
    assert_int_equal(tensors.tensors[3].rank, 0);
    tdi_safetensors_free(&tensors);
}

static void test_broken_files(void **state)
{
    (void)state;
    expect_fail("{}", 0, "a.safetensors: holds no tensors");
    expect_fail("[]", 0,
                "a.safetensors: is no safetensors file: its header does not begin with {");
    expect_fail("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
                "a.safetensors: tensor a has no dtype");
    expect_fail("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4,
                "a.safetensors: tensor a has no shape");
    expect_fail("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4,
                "a.safetensors: tensor a has a size that is no whole number");
    expect_fail("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]}}", 4,
                "a.safetensors: tensor a has no data_offsets [begin, end]");
    expect_fail(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", 4,
        "a.safetensors: the file is cut short: tensor a ends at byte 8 behind the header, "
        "where there are 4");
    expect_fail("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4,
                "a.safetensors: tensor a has 4 bytes, which its shape and dtype do not");
    expect_fail("{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775807,4],"
                "\"data_offsets\":[0,4]}}",
                4, "a.safetensors: tensor a has 4 bytes, which its shape and dtype do not");
    expect_fail("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],"
                "\"data_offsets\":[0,4]}}",
                4, "a.safetensors: tensor a has 9 axes, and 8 are the most that is read");
}

static void test_places(void **state)
{
    (void)state;
    expect_fail("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
                6, "a.safetensors: tensors a and b share bytes");
    expect_fail("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}", 6,
                "a.safetensors: the bytes before tensor a are no tensor's");
    expect_fail("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 6,
                "a.safetensors: 2 bytes behind the last tensor are no tensor's");
    expect_fail("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
                1,
                "a.safetensors: the header is no JSON that can be used: duplicate object key "
                "near '\"a\"' (byte 56 of it)");
}

/* Headers that are cut, too long, or promise more than there is. */
static void test_lengths(void **state)
{
    (void)state;
    unsigned char bytes[16] = {0};
    TdiSafetensors tensors;
    TdError err;
    bytes[0] = 9; /* of 8 that there are */
    for (size_t size = 0; size <= sizeof bytes; size++)
        assert_int_equal(tdi_safetensors_read_memory(bytes, size, "a", &tensors, &err),
                         TD_ERROR_FORMAT);
    memset(bytes, 0xff, 8);
    assert_int_equal(tdi_safetensors_read_memory(bytes, sizeof bytes, "a", &tensors, &err),
                     TD_ERROR_FORMAT);
    assert_string_equal(err.message,
                        "a: is no safetensors file, or is cut short in its header");
    assert_int_equal(tdi_safetensors_read("/nowhere/a.safetensors", &tensors, &err),
                     TD_ERROR_IO);
}

/* ---- Graphs ------------------------------------------------------------------------------ */

static void expect_operator(const TdiOperator *op, const char *type, const char *name,
                            const char *block)
{
    assert_string_equal(op->type, type);
    assert_string_equal(op->name, name);
    if (block == NULL)
        assert_null(op->block);
    else
        assert_string_equal(op->block, block);
}

static const struct {
    const char *name, *shape;
    int bytes;
} named[] = {
    {"h.10.a.bias", "[2]", 2},
    {"h.10.a.weight", "[2,3]", 6},
    {"h.2.a.weight", "[2,3]", 6},
    {"h.2.a.b.c", "[1]", 1},
    {"h.2.a.bias", "[2]", 2},
    {"conv.0.weight", "[2,1,3,3]", 18},
    {"conv.1.running_mean", "[2]", 2},
    {"conv.1.weight", "[2]", 2},
    {"embed.weight", "[2,2]", 4},
    {"alone", "[2]", 2},
    {"h.2.a.num_batches_tracked", "[]", 1},
};

static size_t make_named(unsigned char *bytes)
{
    TdiText header = {0};
    int end = 0;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        tdi_text_format(&header, "%c\"%s\":{\"dtype\":\"U8\",\"shape\":%s,", i == 0 ? '{' : ',',
                        named[i].name, named[i].shape);
        tdi_text_format(&header, "\"data_offsets\":[%d,%d]}", end, end + named[i].bytes);
        end += named[i].bytes;
    }
    tdi_text_add(&header, "}");
    size_t size = make_file(header.data, (size_t)end, bytes);
    tdi_text_free(&header);
    return size;
}

static void test_graph(void **state)
{
    (void)state;
    static unsigned char bytes[MOST];
    TdiGraph graph;
    TdError err = {0};
    size_t size = make_named(bytes);
    if (tdi_graph_from_weights_memory(bytes, size, "a", &graph, &err) != TD_OK)
        fail_msg("%s", err.message);
    const TdiOperator *op = graph.operators;
    assert_int_equal(graph.operator_count, 7);
    expect_operator(&op[0], "LayerNormalization", "alone", NULL);
    expect_operator(&op[1], "Conv", "conv.0", NULL);
    expect_operator(&op[2], "BatchNormalization", "conv.1", NULL);
    expect_operator(&op[3], "Gather", "embed", NULL);
    expect_operator(&op[4], "Gemm", "h.2.a", "h.N");
    expect_operator(&op[5], "LayerNormalization", "h.2.a.b", "h.N");
    expect_operator(&op[6], "Gemm", "h.10.a", "h.N");
    assert_int_equal(op[4].input_count, 3); /* the weights come first */
    assert_int_equal(graph.tensors[op[4].inputs[1]].shape.rank, 2);
    for (int i = 1; i < graph.operator_count; i++)
        assert_int_equal(op[i].inputs[i == 3], op[i - 1].outputs[0]);
    tdi_graph_free(&graph);
}

#else

static void test_without_jansson(void **state)
{
    (void)state;
    TdiSafetensors tensors;
    TdError err;
    assert_int_equal(tdi_safetensors_read_memory("", 0, "a", &tensors, &err),
                     TD_ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "libjansson-dev"));
}

#endif

/* ---- Telling files apart ----------------------------------------------------------------- */

#define FILE_OF(bytes) tdi_network_file((const unsigned char *)(bytes), sizeof(bytes) - 1, 1000)

static void test_detection(void **state)
{
    (void)state;
    assert_int_equal(FILE_OF("network X\ninput 3\n"), TDI_FILE_DESCRIPTION);
    assert_int_equal(FILE_OF("\xef\xbb\xbf# a\n\n  # b\r\nnetwork\tX"), TDI_FILE_DESCRIPTION);
    assert_int_equal(FILE_OF("networks X\n"), TDI_FILE_OTHER);
    assert_int_equal(FILE_OF("# network X"), TDI_FILE_OTHER);
    assert_int_equal(FILE_OF(""), TDI_FILE_OTHER);
    assert_int_equal(FILE_OF("\x02\0\0\0\0\0\0\0{}"), TDI_FILE_SAFETENSORS);
    assert_int_equal(FILE_OF("\x08\x08\x12\x07pytorch\x3a\x50..."), TDI_FILE_ONNX);
    assert_int_equal(FILE_OF("\x08\x08\x3a\xff\xff\x03"), TDI_FILE_OTHER); /* longer than it */
    assert_int_equal(FILE_OF("v = 1\nlayers = 20,10,3\n"), TDI_FILE_OTHER);
    assert_int_equal(FILE_OF("\x89PNG\r\n\x1a\n"), TDI_FILE_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef TDI_HAVE_JANSSON
        cmocka_unit_test(test_tensors),   cmocka_unit_test(test_broken_files),
        cmocka_unit_test(test_places),    cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_graph),
#else
        cmocka_unit_test(test_without_jansson),
#endif
        cmocka_unit_test(test_detection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
