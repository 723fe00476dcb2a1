/* ONNX files made byte by byte (messages are texts of bytes that grow, fields are put behind
 * what is there), and what is read of them. */
#ifndef ONNX_BYTES_H
#define ONNX_BYTES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/from_onnx.h"

typedef struct Bytes {
    unsigned char *data;
    size_t size;
} Bytes;

static inline void put_raw(Bytes *to, const void *data, size_t size)
{
    to->data = realloc(to->data, to->size + size + 1);
    assert_non_null(to->data);
    if (size > 0)
        memcpy(to->data + to->size, data, size);
    to->size += size;
}

static inline void put_varint(Bytes *to, uint64_t value)
{
    unsigned char byte;
    do {
        byte = (unsigned char)(value & 127);
        value >>= 7;
        byte = (unsigned char)(byte | (value != 0 ? 128 : 0));
        put_raw(to, &byte, 1);
    } while (value != 0);
}

static inline void put_key(Bytes *to, uint32_t number, unsigned type)
{
    put_varint(to, (uint64_t)number << 3 | type);
}

static inline void put_whole(Bytes *to, uint32_t number, int64_t value)
{
    put_key(to, number, 0);
    put_varint(to, (uint64_t)value);
}

/* `size` bytes of a number, the lowest first. */
static inline void put_fixed(Bytes *to, uint64_t bits, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)(bits >> 8 * i);
        put_raw(to, &byte, 1);
    }
}

static inline uint32_t float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline uint64_t double_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline void put_float(Bytes *to, uint32_t number, float value)
{
    put_key(to, number, 5);
    put_fixed(to, float_bits(value), 4);
}

static inline void put_block(Bytes *to, uint32_t number, const void *data, size_t size)
{
    put_key(to, number, 2);
    put_varint(to, size);
    put_raw(to, data, size);
}

static inline void put_words(Bytes *to, uint32_t number, const char *words)
{
    put_block(to, number, words, strlen(words));
}

/* A message, which is freed. */
static inline void put(Bytes *to, uint32_t number, Bytes message)
{
    put_block(to, number, message.data, message.size);
    free(message.data);
}

/* ---- Parts of models ----------------------------------------------------------------- */

/* Words parted by blanks; "-" is an empty one. */
static inline void put_list(Bytes *to, uint32_t number, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        bool empty = length == 1 && *words == '-';
        put_block(to, number, words, empty ? 0 : length);
        words += length;
        words += strspn(words, " ");
    }
}

static inline Bytes node(const char *type, const char *inputs, const char *outputs)
{
    Bytes made = {0};
    put_list(&made, 1, inputs);
    put_list(&made, 2, outputs);
    put_words(&made, 4, type);
    return made;
}

/* `type`: AttributeProto.AttributeType, 0: left out. */
static inline Bytes attribute(const char *name, int type)
{
    Bytes made = {0};
    put_words(&made, 1, name);
    if (type != 0)
        put_whole(&made, 20, type);
    return made;
}

static inline Bytes attribute_whole(const char *name, int64_t value)
{
    Bytes made = attribute(name, 2);
    put_whole(&made, 3, value);
    return made;
}

static inline Bytes attribute_graph(const char *name, Bytes graph)
{
    Bytes made = attribute(name, 5);
    put(&made, 6, graph);
    return made;
}

/* A reference to an attribute of the function's call. */
static inline Bytes attribute_reference(const char *name, int type, const char *meant)
{
    Bytes made = attribute(name, type);
    put_words(&made, 21, meant);
    return made;
}

static inline Bytes tensor(const char *name, int element, int rank, const int64_t *sizes)
{
    Bytes made = {0};
    for (int i = 0; i < rank; i++)
        put_whole(&made, 1, sizes[i]);
    put_whole(&made, 2, element);
    if (*name != '\0')
        put_words(&made, 8, name);
    return made;
}

/* A size < 0 is left out. `symbol` names the first; NULL: none. */
static inline Bytes value_info(const char *name, int element, int rank, const int64_t *sizes,
                               const char *symbol)
{
    Bytes shape = {0}, type = {0}, kind = {0}, made = {0};
    for (int i = 0; i < rank; i++) {
        Bytes size = {0};
        if (i == 0 && symbol != NULL)
            put_words(&size, 2, symbol);
        else if (sizes[i] >= 0)
            put_whole(&size, 1, sizes[i]);
        put(&shape, 1, size);
    }
    put_whole(&type, 1, element);
    if (rank >= 0)
        put(&type, 2, shape);
    put(&kind, 1, type);
    put_words(&made, 1, name);
    put(&made, 2, kind);
    return made;
}

/* An input or output without a type. */
static inline Bytes end_named(const char *name)
{
    Bytes made = {0};
    put_words(&made, 1, name);
    return made;
}

static inline Bytes model(Bytes graph)
{
    Bytes made = {0};
    put_whole(&made, 1, 8);
    put_words(&made, 2, "tests");
    put(&made, 7, graph);
    return made;
}

/* ---- Reading ------------------------------------------------------------------------- */

static TdiGraph graph;
static TdError err;

/* Read and free a model. */
static inline TdStatus read_model(Bytes bytes)
{
    memset(&err, 0, sizeof err);
    TdStatus status =
        tdi_graph_from_onnx_memory(bytes.data, bytes.size, "m.onnx", &graph, &err);
    free(bytes.data);
    return status;
}

static inline void read_graph(Bytes bytes)
{
    if (read_model(model(bytes)) != TD_OK)
        fail_msg("%s", err.message);
}

static inline void expect_failure(Bytes bytes, const char *words)
{
    TdStatus status = read_model(bytes);
    if (status != TD_ERROR_FORMAT || strstr(err.message, words) == NULL ||
        strncmp(err.message, "m.onnx: ", 8) != 0 || strchr(err.message, '\n') != NULL)
        fail_msg("status %d, \"%s\" instead of \"%s\"", status, err.message, words);
    assert_null(graph.tensors);
}

static inline TdiTensor *find_in(const TdiGraph *in, const char *name)
{
    for (int i = 0; i < in->tensor_count; i++)
        if (strcmp(in->tensors[i].name, name) == 0)
            return &in->tensors[i];
    fail_msg("there is no tensor %s", name);
    return NULL;
}

static inline TdiTensor *find(const char *name)
{
    return find_in(&graph, name);
}

static inline void expect_shape(const TdiTensor *of, int rank, const int64_t *sizes)
{
    TdiShape shape = rank < 0 ? tdi_shape_unknown() : tdi_shape_of(rank, sizes);
    assert_true(tdi_shape_equal(&of->shape, &shape));
}

#define SIZES(...)                                                                             \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[])               \
    {                                                                                          \
        __VA_ARGS__                                                                            \
    }

static inline void expect_types(const char *types)
{
    char found[256] = "";
    for (int i = 0; i < graph.operator_count; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i == 0 ? "" : " ",
                 graph.operators[i].type);
    assert_string_equal(found, types);
}

#endif
