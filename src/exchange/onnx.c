#include "exchange/onnx.h"

#include <string.h>

#include "base/error.h"
#include "output/source.h"

/* Bytes of the file that may stay mapped behind what is read. */
enum { BEHIND = 1 << 24 };

typedef struct Reader {
    const char *file;
    const unsigned char *begin;
    TdiOnnx *onnx;
    TdStatus status; /* the first failure, after which nothing is read */
    TdError *err;
    struct TdiSource *source;  /* NULL: of memory */
    const unsigned char *kept; /* what is mapped of it lies behind this */
    unsigned depth;            /* graphs around what is read */
    uint64_t nodes;            /* read so far */
} Reader;

/* ---- Failure ------------------------------------------------------------------------- */

static void fail(Reader *reader, const unsigned char *at, const char *what)
{
    if (reader->status == TD_OK)
        reader->status = tdi_fail(reader->err, TD_ERROR_FORMAT,
                                  "%.300s: is no ONNX model or is damaged: at byte %llu %s",
                                  reader->file, (unsigned long long)(at - reader->begin), what);
}

static void *take(Reader *reader, size_t count, size_t size)
{
    void *piece = tdi_arena_take(&reader->onnx->arena, count, size);
    if (piece == NULL && reader->status == TD_OK)
        reader->status = tdi_fail_memory(reader->err, count * size);
    return piece;
}

/* ---- Fields -------------------------------------------------------------------------- */

static bool next(Reader *reader, TdiWire *message, TdiField *field)
{
    bool there = reader->status == TD_OK && tdi_wire_next(message, field);
    if (message->fault != NULL)
        fail(reader, message->at, message->fault);
    return there;
}

static bool next_number(Reader *reader, TdiField *field, TdiWireType each, uint64_t *number)
{
    bool there = reader->status == TD_OK && tdi_wire_number(field, each, number);
    if (field->bytes.fault != NULL)
        fail(reader, field->bytes.at, field->bytes.fault);
    return there;
}

/* A field's number if it is of type `type`, else 0, which is nobody's: one of another type is
 * passed over like one that is not known. */
static uint32_t number_if(const TdiField *field, TdiWireType type)
{
    return field->type == type ? field->number : 0;
}

static TdiWords words_of(const TdiField *field)
{
    return (TdiWords){(const char *)field->bytes.at,
                      (size_t)(field->bytes.end - field->bytes.at)};
}

static TdiWords domain_of(const TdiField *field)
{
    TdiWords words = words_of(field);
    return tdi_words_are(words, "ai.onnx") ? (TdiWords){0} : words;
}

/* One more object behind the *count of the array that the pointer at `where` points to. Arrays
 * double, and leave what they were in the arena. NULL without memory. */
static void *append(Reader *reader, void *where, size_t *count, size_t size)
{
    void *array;
    memcpy(&array, where, sizeof array);
    if ((*count & (*count - 1)) == 0) {
        void *larger = take(reader, *count == 0 ? 1 : *count * 2, size);
        if (larger == NULL)
            return NULL;
        if (*count > 0)
            memcpy(larger, array, *count * size);
        array = larger;
        memcpy(where, &array, sizeof array);
    }
    return (char *)array + size * (*count)++;
}

static void append_words(Reader *reader, TdiWords **array, size_t *count, TdiWords words)
{
    TdiWords *last = append(reader, array, count, sizeof *last);
    if (last != NULL)
        *last = words;
}

/* ---- Tensors ------------------------------------------------------------------------- */

static void append_sizes(Reader *reader, int64_t **sizes, size_t *rank, TdiField *field)
{
    uint64_t number;
    while (next_number(reader, field, TDI_WIRE_VARINT, &number)) {
        int64_t *size = append(reader, sizes, rank, sizeof *size);
        if (size != NULL)
            *size = (int64_t)number;
    }
}

static void check_sizes(Reader *reader, const TdiOnnxTensor *tensor)
{
    int64_t product = 1;
    bool possible = true;
    for (size_t i = 0; i < tensor->rank; i++)
        possible &= tensor->sizes[i] >= 0 &&
                    !__builtin_mul_overflow(product, tensor->sizes[i], &product);
    if (!possible)
        fail(reader, tensor->message.at, "begins a tensor whose sizes cannot be");
}

/* Names of tensors lie between weights: looking at them there would bring these in. */
static TdiWords copy_words(Reader *reader, TdiWords words)
{
    char *copy = take(reader, words.length, 1);
    if (copy == NULL || words.length == 0)
        return (TdiWords){0};
    memcpy(copy, words.at, words.length);
    return (TdiWords){copy, words.length};
}

static void read_tensor(Reader *reader, TdiWire message, TdiOnnxTensor *tensor)
{
    TdiField field;
    int64_t *sizes = NULL;
    *tensor = (TdiOnnxTensor){.message = message};
    while (next(reader, &message, &field))
        if (field.number == 1)
            append_sizes(reader, &sizes, &tensor->rank, &field);
        else if (number_if(&field, TDI_WIRE_VARINT) == 2)
            tensor->element = (int)(field.value & INT32_MAX);
        else if (number_if(&field, TDI_WIRE_BYTES) == 8)
            tensor->name = copy_words(reader, words_of(&field));
    tensor->sizes = sizes;
    check_sizes(reader, tensor);
    tdi_onnx_passed(reader->onnx, tensor);
}

/* Values and indices, which say less than the sizes of what they stand for. */
static void read_sparse(Reader *reader, TdiWire message, TdiOnnxTensor *tensor)
{
    TdiOnnxTensor values = {0};
    TdiField field;
    int64_t *sizes = NULL;
    *tensor = (TdiOnnxTensor){.message = {message.at, message.at, NULL}};
    while (next(reader, &message, &field))
        if (field.number == 3)
            append_sizes(reader, &sizes, &tensor->rank, &field);
        else if (number_if(&field, TDI_WIRE_BYTES) == 1)
            read_tensor(reader, field.bytes, &values);
    tensor->name = values.name;
    tensor->element = values.element;
    tensor->sizes = sizes;
    check_sizes(reader, tensor);
}

/* ---- Types --------------------------------------------------------------------------- */

static void read_size(Reader *reader, TdiWire message, TdiOnnxSize *size)
{
    TdiField field;
    size->value = -1;
    while (next(reader, &message, &field))
        if (number_if(&field, TDI_WIRE_VARINT) == 1)
            size->value = (int64_t)field.value < 0 ? -1 : (int64_t)field.value;
        else if (number_if(&field, TDI_WIRE_BYTES) == 2)
            size->symbol = words_of(&field);
}

static void read_shape(Reader *reader, TdiWire message, TdiOnnxValue *value)
{
    TdiField field;
    TdiOnnxSize *sizes = NULL;
    value->shaped = true;
    value->rank = 0;
    while (next(reader, &message, &field)) {
        if (number_if(&field, TDI_WIRE_BYTES) != 1)
            continue;
        TdiOnnxSize *size = append(reader, &sizes, &value->rank, sizeof *size);
        if (size != NULL)
            read_size(reader, field.bytes, size);
    }
    value->sizes = sizes;
}

static void read_tensor_type(Reader *reader, TdiWire message, TdiOnnxValue *value)
{
    TdiField field;
    while (next(reader, &message, &field))
        if (number_if(&field, TDI_WIRE_VARINT) == 1)
            value->element = (int)(field.value & INT32_MAX);
        else if (number_if(&field, TDI_WIRE_BYTES) == 2)
            read_shape(reader, field.bytes, value);
}

/* Of tensors and sparse ones; sequences, maps and others stay without a type. */
static void read_type(Reader *reader, TdiWire message, TdiOnnxValue *value)
{
    TdiField field;
    while (next(reader, &message, &field))
        if (number_if(&field, TDI_WIRE_BYTES) == 1 || number_if(&field, TDI_WIRE_BYTES) == 8)
            read_tensor_type(reader, field.bytes, value);
}

static void read_value(Reader *reader, TdiWire message, TdiOnnxValue *value)
{
    TdiField field;
    while (next(reader, &message, &field))
        if (number_if(&field, TDI_WIRE_BYTES) == 1)
            value->name = words_of(&field);
        else if (number_if(&field, TDI_WIRE_BYTES) == 2)
            read_type(reader, field.bytes, value);
}

/* ---- Nodes --------------------------------------------------------------------------- */

static void read_graph(Reader *reader, TdiWire message, TdiOnnxGraph *graph);

/* What an attribute's fields hold, before it is known which of them count. */
typedef struct Held {
    uint64_t type;
    int64_t *whole;
    double *real;
    TdiWords *words;
    size_t whole_count, real_count, word_count;
} Held;

/* AttributeProto.AttributeType */
enum { FLOAT = 1, INT = 2, STRING = 3, FLOATS = 6, INTS = 7, STRINGS = 8 };

static void hold_whole(Reader *reader, TdiField *field, Held *held)
{
    uint64_t bits;
    while (next_number(reader, field, TDI_WIRE_VARINT, &bits)) {
        int64_t *number = append(reader, &held->whole, &held->whole_count, sizeof *number);
        if (number != NULL)
            *number = (int64_t)bits;
    }
}

static void hold_real(Reader *reader, TdiField *field, Held *held)
{
    uint64_t bits;
    while (next_number(reader, field, TDI_WIRE_32, &bits)) {
        double *number = append(reader, &held->real, &held->real_count, sizeof *number);
        if (number != NULL)
            *number = tdi_onnx_real(1, bits);
    }
}

/* Writers that leave out zeros leave out a whole field then: a number's type says that it is
 * there. Files of old have no types. */
static void choose_held(Reader *reader, Held *held, TdiOnnxAttribute *attribute)
{
    uint64_t type = held->type != 0         ? held->type
                    : held->whole_count > 0 ? INTS
                    : held->real_count > 0  ? FLOATS
                    : held->word_count > 0  ? STRINGS
                                            : 0;
    if (type == INT || type == INTS) {
        if (held->whole_count == 0)
            held->whole = take(reader, 1, sizeof *held->whole);
        attribute->whole = held->whole;
        attribute->count = type == INT ? 1 : held->whole_count;
    } else if (type == FLOAT || type == FLOATS) {
        if (held->real_count == 0)
            held->real = take(reader, 1, sizeof *held->real);
        attribute->real = held->real;
        attribute->count = type == FLOAT ? 1 : held->real_count;
    } else if (type == STRING || type == STRINGS) {
        if (held->word_count == 0)
            held->words = take(reader, 1, sizeof *held->words);
        attribute->words = held->words;
        attribute->count = type == STRING ? 1 : held->word_count;
    }
}

static void read_attribute_tensor(Reader *reader, const TdiField *field,
                                  TdiOnnxAttribute *attribute)
{
    TdiOnnxTensor *tensor = take(reader, 1, sizeof *tensor);
    if (tensor == NULL)
        return;
    if (field->number == 5)
        read_tensor(reader, field->bytes, tensor);
    else
        read_sparse(reader, field->bytes, tensor);
    attribute->tensor = tensor;
}

static void read_attribute_bytes(Reader *reader, TdiField *field, TdiOnnxAttribute *attribute,
                                 Held *held)
{
    TdiOnnxGraph *graph;
    switch (field->number) {
    case 1:
        attribute->name = words_of(field);
        break;
    case 21:
        attribute->reference = words_of(field);
        break;
    case 4:
    case 9:
        append_words(reader, &held->words, &held->word_count, words_of(field));
        break;
    case 5:
    case 22:
        read_attribute_tensor(reader, field, attribute);
        break;
    case 6:
    case 11:
        graph = append(reader, &attribute->graphs, &attribute->graph_count, sizeof *graph);
        if (graph != NULL)
            read_graph(reader, field->bytes, graph);
        break;
    }
}

static void read_attribute(Reader *reader, TdiWire message, TdiOnnxAttribute *attribute)
{
    const unsigned char *begin = message.at;
    TdiField field;
    Held held = {0};
    while (next(reader, &message, &field)) {
        if (field.number == 2 || field.number == 7)
            hold_real(reader, &field, &held);
        else if (field.number == 3 || field.number == 8)
            hold_whole(reader, &field, &held);
        else if (number_if(&field, TDI_WIRE_VARINT) == 20)
            held.type = field.value;
        else if (field.type == TDI_WIRE_BYTES)
            read_attribute_bytes(reader, &field, attribute, &held);
    }
    choose_held(reader, &held, attribute);
    if (attribute->name.length == 0)
        fail(reader, begin, "begins an attribute without a name");
}

static void append_attribute(Reader *reader, TdiWire message, TdiOnnxAttribute **array,
                             size_t *count)
{
    TdiOnnxAttribute *attribute = append(reader, array, count, sizeof *attribute);
    if (attribute != NULL)
        read_attribute(reader, message, attribute);
}

static void read_node_field(Reader *reader, const TdiField *field, TdiOnnxNode *node)
{
    switch (number_if(field, TDI_WIRE_BYTES)) {
    case 1:
        append_words(reader, &node->inputs, &node->input_count, words_of(field));
        break;
    case 2:
        append_words(reader, &node->outputs, &node->output_count, words_of(field));
        break;
    case 3:
        node->name = words_of(field);
        break;
    case 4:
        node->type = words_of(field);
        break;
    case 5:
        append_attribute(reader, field->bytes, &node->attributes, &node->attribute_count);
        break;
    case 7:
        node->domain = domain_of(field);
        break;
    case 8:
        node->overload = words_of(field);
        break;
    }
}

static void append_node(Reader *reader, TdiWire message, TdiOnnxNode **array, size_t *count)
{
    const unsigned char *begin = message.at;
    TdiOnnxNode *node = append(reader, array, count, sizeof *node);
    TdiField field;
    while (node != NULL && next(reader, &message, &field))
        read_node_field(reader, &field, node);
    if (node != NULL && node->type.length == 0)
        fail(reader, begin, "begins a node without a type");
    reader->nodes++;
}

/* ---- Graphs -------------------------------------------------------------------------- */

static void append_tensor(Reader *reader, const TdiField *field, TdiOnnxGraph *graph)
{
    TdiOnnxTensor *tensor =
        append(reader, &graph->tensors, &graph->tensor_count, sizeof *tensor);
    if (tensor == NULL)
        return;
    if (field->number == 5)
        read_tensor(reader, field->bytes, tensor);
    else
        read_sparse(reader, field->bytes, tensor);
    if (tensor->name.length == 0)
        fail(reader, field->bytes.at, "begins a stored tensor without a name");
}

static void append_value(Reader *reader, TdiWire message, TdiOnnxValue **array, size_t *count)
{
    const unsigned char *begin = message.at;
    TdiOnnxValue *value = append(reader, array, count, sizeof *value);
    if (value == NULL)
        return;
    read_value(reader, message, value);
    if (value->name.length == 0)
        fail(reader, begin, "begins an input or output without a name");
}

static void read_graph_field(Reader *reader, const TdiField *field, TdiOnnxGraph *graph)
{
    switch (number_if(field, TDI_WIRE_BYTES)) {
    case 1:
        append_node(reader, field->bytes, &graph->nodes, &graph->node_count);
        break;
    case 2:
        graph->name = words_of(field);
        break;
    case 5:
    case 15:
        append_tensor(reader, field, graph);
        break;
    case 11:
        append_value(reader, field->bytes, &graph->inputs, &graph->input_count);
        break;
    case 12:
        append_value(reader, field->bytes, &graph->outputs, &graph->output_count);
        break;
    case 13:
        append_value(reader, field->bytes, &graph->values, &graph->value_count);
        break;
    }
}

static void read_graph(Reader *reader, TdiWire message, TdiOnnxGraph *graph)
{
    uint64_t before = reader->nodes;
    TdiField field;
    if (reader->depth > TDI_ONNX_DEEPEST) {
        fail(reader, message.at, "graphs are nested more than 64 deep");
        return;
    }
    reader->depth++;
    while (next(reader, &message, &field))
        read_graph_field(reader, &field, graph);
    reader->depth--;
    graph->all_nodes = reader->nodes - before;
}

/* ---- Models -------------------------------------------------------------------------- */

static void read_function_field(Reader *reader, const TdiField *field,
                                TdiOnnxFunction *function)
{
    switch (number_if(field, TDI_WIRE_BYTES)) {
    case 1:
        function->name = words_of(field);
        break;
    case 4:
        append_words(reader, &function->inputs, &function->input_count, words_of(field));
        break;
    case 5:
        append_words(reader, &function->outputs, &function->output_count, words_of(field));
        break;
    case 7:
        append_node(reader, field->bytes, &function->nodes, &function->node_count);
        break;
    case 10:
        function->domain = domain_of(field);
        break;
    case 11:
        append_attribute(reader, field->bytes, &function->defaults, &function->default_count);
        break;
    case 13:
        function->overload = words_of(field);
        break;
    }
}

static void append_function(Reader *reader, TdiWire message, TdiOnnx *onnx)
{
    TdiOnnxFunction *function =
        append(reader, &onnx->functions, &onnx->function_count, sizeof *function);
    TdiField field;
    while (function != NULL && next(reader, &message, &field))
        read_function_field(reader, &field, function);
}

static void read_model(Reader *reader, TdiWire message)
{
    TdiOnnx *onnx = reader->onnx;
    TdiField field;
    bool found = false;
    while (next(reader, &message, &field)) {
        uint32_t number = number_if(&field, TDI_WIRE_BYTES);
        if (number == 7 && found)
            fail(reader, field.bytes.at, "a second graph begins");
        else if (number == 7)
            read_graph(reader, field.bytes, &onnx->graph);
        else if (number == 25)
            append_function(reader, field.bytes, onnx);
        found |= number == 7;
    }
    if (reader->status == TD_OK && !found)
        reader->status = tdi_fail(reader->err, TD_ERROR_FORMAT,
                                  "%.300s: is no ONNX model: it holds no graph", reader->file);
}

static TdStatus read_bytes(const unsigned char *bytes, size_t size, const char *name,
                           TdiOnnx *onnx, TdError *err)
{
    Reader reader = {.file = name, .begin = bytes, .onnx = onnx, .status = TD_OK, .err = err};
    onnx->kept = bytes;
    if (size == 0)
        reader.status =
            tdi_fail(err, TD_ERROR_FORMAT, "%.300s: is no ONNX model: it is empty", name);
    else
        read_model(&reader, (TdiWire){bytes, bytes + size, NULL});
    return reader.status;
}

TdStatus tdi_onnx_open(const char *path, TdiOnnx *onnx, TdError *err)
{
    const unsigned char *bytes;
    *onnx = (TdiOnnx){0};
    TdStatus status = tdi_source_open(path, NULL, &onnx->source, err);
    if (status == TD_OK)
        status = tdi_source_bytes(onnx->source, &bytes, err);
    if (status == TD_OK)
        status = read_bytes(bytes, (size_t)tdi_source_size(onnx->source),
                            tdi_source_name(onnx->source), onnx, err);
    if (status != TD_OK)
        tdi_onnx_close(onnx);
    return status;
}

TdStatus tdi_onnx_open_memory(const void *bytes, size_t size, const char *name, TdiOnnx *onnx,
                              TdError *err)
{
    *onnx = (TdiOnnx){0};
    TdStatus status = read_bytes(bytes, size, name, onnx, err);
    if (status != TD_OK)
        tdi_onnx_close(onnx);
    return status;
}

void tdi_onnx_passed(TdiOnnx *onnx, const TdiOnnxTensor *tensor)
{
    const unsigned char *at = tensor->message.end;
    if (at < onnx->kept)
        onnx->kept = at;
    if (onnx->source == NULL || at - onnx->kept < BEHIND)
        return;
    tdi_source_forget(onnx->source, onnx->kept, at);
    onnx->kept = at;
}

void tdi_onnx_close(TdiOnnx *onnx)
{
    tdi_arena_free(&onnx->arena);
    tdi_source_close(onnx->source);
    *onnx = (TdiOnnx){0};
}
