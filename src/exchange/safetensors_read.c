/* A length (8 bytes, little endian), a JSON header of so many bytes, the numbers. */
#include "exchange/safetensors_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "output/source.h"

#ifdef TDI_HAVE_JANSSON
#include <jansson.h>

enum { LENGTH_BYTES = 8, MOST_HEADER = 100000000, SHOWN_NAME = 80 };

typedef struct Reader {
    const char *file;
    TdiSafetensors *tensors;
    uint64_t data; /* bytes behind the header */
    TdError *err;
} Reader;

#define FAIL(reader, ...) fail_file((reader), __VA_ARGS__)

__attribute__((format(printf, 2, 3))) static TdStatus fail_file(const Reader *reader,
                                                                const char *format, ...)
{
    char what[300];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return tdi_fail(reader->err, TD_ERROR_FORMAT, "%.150s: %s", reader->file, what);
}

/* ---- One tensor -------------------------------------------------------------------------- */

/* Bits of a number; 0 for types that came later than this table. */
static unsigned bits_of(const char *type)
{
    static const struct {
        const char *type;
        unsigned bits;
    } types[] = {{"BOOL", 8},    {"U8", 8},   {"I8", 8},   {"F8_E5M2", 8}, {"F8_E4M3", 8},
                 {"F8_E8M0", 8}, {"I16", 16}, {"U16", 16}, {"F16", 16},    {"BF16", 16},
                 {"I32", 32},    {"U32", 32}, {"F32", 32}, {"I64", 64},    {"U64", 64},
                 {"F64", 64},    {"C64", 64}, {"F4", 4},   {"F6_E2M3", 6}, {"F6_E3M2", 6}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].type, type) == 0)
            return types[i].bits;
    return 0;
}

static TdStatus read_type(const Reader *reader, const json_t *entry, TdiSafetensor *tensor)
{
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    if (type == NULL || *type == '\0')
        return FAIL(reader, "tensor %.*s has no dtype", SHOWN_NAME, tensor->name);
    tensor->type = tdi_arena_words(&reader->tensors->arena, type, strlen(type));
    return tensor->type == NULL ? tdi_fail_memory(reader->err, strlen(type)) : TD_OK;
}

/* A whole number from 0 on; false: it is none. */
static bool read_whole(const json_t *json, int64_t *number)
{
    *number = json_is_integer(json) ? (int64_t)json_integer_value(json) : -1;
    return *number >= 0;
}

static TdStatus read_shape(const Reader *reader, const json_t *entry, TdiSafetensor *tensor)
{
    const json_t *shape = json_object_get(entry, "shape");
    size_t rank = json_array_size(shape);
    if (!json_is_array(shape))
        return FAIL(reader, "tensor %.*s has no shape", SHOWN_NAME, tensor->name);
    if (rank > TDI_SAFETENSORS_RANK)
        return FAIL(reader, "tensor %.*s has %zu axes, and %d are the most that is read",
                    SHOWN_NAME, tensor->name, rank, TDI_SAFETENSORS_RANK);
    tensor->rank = (int)rank;
    for (size_t i = 0; i < rank; i++)
        if (!read_whole(json_array_get(shape, i), &tensor->size[i]))
            return FAIL(reader, "tensor %.*s has a size that is no whole number", SHOWN_NAME,
                        tensor->name);
    return TD_OK;
}

/* Whether the bytes are as many as the shape asks for. */
static bool is_filled(const TdiSafetensor *tensor)
{
    uint64_t bits = bits_of(tensor->type), bytes = tensor->end - tensor->begin;
    if (bits == 0)
        return true;
    for (int i = 0; i < tensor->rank; i++)
        bits = tdi_mul_size(bits, (uint64_t)tensor->size[i]);
    return bits != UINT64_MAX && bits % 8 == 0 && bytes == bits / 8;
}

static TdStatus read_place(const Reader *reader, const json_t *entry, TdiSafetensor *tensor)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    int64_t begin, end;
    if (json_array_size(offsets) != 2 || !read_whole(json_array_get(offsets, 0), &begin) ||
        !read_whole(json_array_get(offsets, 1), &end) || begin > end)
        return FAIL(reader, "tensor %.*s has no data_offsets [begin, end]", SHOWN_NAME,
                    tensor->name);
    tensor->begin = (uint64_t)begin;
    tensor->end = (uint64_t)end;
    if (tensor->end > reader->data)
        return FAIL(reader,
                    "the file is cut short: tensor %.*s ends at byte %lld behind the header, "
                    "where there are %llu",
                    SHOWN_NAME, tensor->name, (long long)end, (unsigned long long)reader->data);
    if (!is_filled(tensor))
        return FAIL(reader, "tensor %.*s has %llu bytes, which its shape and dtype do not",
                    SHOWN_NAME, tensor->name,
                    (unsigned long long)(tensor->end - tensor->begin));
    return TD_OK;
}

static TdStatus read_tensor(const Reader *reader, const char *name, const json_t *entry,
                            TdiSafetensor *tensor)
{
    tensor->name = tdi_arena_words(&reader->tensors->arena, name, strlen(name));
    if (tensor->name == NULL)
        return tdi_fail_memory(reader->err, strlen(name));
    TdStatus status = read_type(reader, entry, tensor);
    if (status == TD_OK)
        status = read_shape(reader, entry, tensor);
    return status == TD_OK ? read_place(reader, entry, tensor) : status;
}

/* ---- All of them ------------------------------------------------------------------------- */

/* By place; tensors without bytes before those that begin there. */
static int compare_places(const void *a, const void *b)
{
    const TdiSafetensor *p = a, *q = b;
    if (p->begin != q->begin)
        return p->begin < q->begin ? -1 : 1;
    if (p->end != q->end)
        return p->end < q->end ? -1 : 1;
    return strcmp(p->name, q->name);
}

/* Every byte is one tensor's. */
static TdStatus check_places(const Reader *reader)
{
    const TdiSafetensors *tensors = reader->tensors;
    uint64_t end = 0;
    for (size_t i = 0; i < tensors->count; i++) {
        const TdiSafetensor *tensor = &tensors->tensors[i];
        if (tensor->begin < end)
            return FAIL(reader, "tensors %.*s and %.*s share bytes", SHOWN_NAME,
                        tensors->tensors[i - 1].name, SHOWN_NAME, tensor->name);
        if (tensor->begin > end)
            return FAIL(reader, "the bytes before tensor %.*s are no tensor's", SHOWN_NAME,
                        tensor->name);
        end = tensor->end;
    }
    if (end != reader->data)
        return FAIL(reader, "%llu bytes behind the last tensor are no tensor's",
                    (unsigned long long)(reader->data - end));
    return TD_OK;
}

static TdStatus read_tensors(const Reader *reader, json_t *header)
{
    TdiSafetensors *tensors = reader->tensors;
    const char *name;
    json_t *entry;
    TdStatus status = TD_OK;
    tensors->tensors = tdi_alloc(json_object_size(header) + 1, sizeof *tensors->tensors);
    if (tensors->tensors == NULL)
        return tdi_fail_memory(reader->err,
                               json_object_size(header) * sizeof *tensors->tensors);
    json_object_foreach(header, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0)
            continue;
        status = read_tensor(reader, name, entry, &tensors->tensors[tensors->count++]);
        if (status != TD_OK)
            return status;
    }
    if (tensors->count == 0)
        return FAIL(reader, "holds no tensors");
    qsort(tensors->tensors, tensors->count, sizeof *tensors->tensors, compare_places);
    return check_places(reader);
}

static TdStatus parse_header(const Reader *reader, const char *text, size_t length)
{
    json_error_t error;
    json_t *header = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (header == NULL)
        return FAIL(reader, "the header is no JSON that can be used: %s (byte %d of it)",
                    error.text, error.position);
    TdStatus status = json_is_object(header) ? read_tensors(reader, header)
                                             : FAIL(reader, "the header is no JSON object");
    json_decref(header);
    return status;
}

/* Bytes of the header, 0 where there is none. */
static uint64_t header_length(const unsigned char *bytes, uint64_t size)
{
    uint64_t length = 0;
    for (int i = LENGTH_BYTES - 1; i >= 0; i--)
        length = length << 8 | bytes[i];
    return length >= 2 && length <= size - LENGTH_BYTES ? length : 0;
}

static TdStatus read_source(TdiSource *source, TdiSafetensors *tensors, TdError *err)
{
    Reader reader = {.file = tdi_source_name(source), .tensors = tensors, .err = err};
    unsigned char first[LENGTH_BYTES];
    uint64_t size = tdi_source_size(source);
    if (size < LENGTH_BYTES + 2)
        return FAIL(&reader, "is no safetensors file: %llu bytes are too few",
                    (unsigned long long)size);
    TdStatus status = tdi_source_read(source, 0, first, sizeof first, err);
    if (status != TD_OK)
        return status;
    uint64_t length = header_length(first, size);
    if (length == 0)
        return FAIL(&reader, "is no safetensors file, or is cut short in its header");
    if (length > MOST_HEADER)
        return FAIL(&reader, "has a header of %llu bytes, and %d are the most that is allowed",
                    (unsigned long long)length, MOST_HEADER);
    char *text = tdi_alloc(length, 1);
    if (text == NULL)
        return tdi_fail_memory(err, length);
    reader.data = size - LENGTH_BYTES - length;
    status = tdi_source_read(source, LENGTH_BYTES, text, (size_t)length, err);
    if (status == TD_OK && text[0] != '{')
        status = FAIL(&reader, "is no safetensors file: its header does not begin with {");
    if (status == TD_OK)
        status = parse_header(&reader, text, (size_t)length);
    tdi_free(text);
    return status;
}

#else

static TdStatus read_source(TdiSource *source, TdiSafetensors *tensors, TdError *err)
{
    (void)tensors;
    return tdi_fail(err, TD_ERROR_UNSUPPORTED,
                    "%.300s: this build reads no safetensors files (it has no jansson; install "
                    "libjansson-dev and build again)",
                    tdi_source_name(source));
}

#endif

void tdi_safetensors_free(TdiSafetensors *tensors)
{
    tdi_arena_free(&tensors->arena);
    tdi_free(tensors->tensors);
    *tensors = (TdiSafetensors){0};
}

TdStatus tdi_safetensors_read(const char *path, TdiSafetensors *tensors, TdError *err)
{
    TdiSource *source = NULL;
    *tensors = (TdiSafetensors){0};
    TdStatus status = tdi_source_open(path, NULL, &source, err);
    if (status == TD_OK)
        status = read_source(source, tensors, err);
    if (status != TD_OK)
        tdi_safetensors_free(tensors);
    tdi_source_close(source);
    return status;
}

TdStatus tdi_safetensors_read_memory(const void *bytes, size_t size, const char *name,
                                     TdiSafetensors *tensors, TdError *err)
{
    *tensors = (TdiSafetensors){0};
    TdiSource *source = tdi_source_of_memory(bytes, size, name);
    if (source == NULL)
        return tdi_fail_memory(err, size);
    TdStatus status = read_source(source, tensors, err);
    if (status != TD_OK)
        tdi_safetensors_free(tensors);
    tdi_source_close(source);
    return status;
}
