#include "graph/from_weights.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "exchange/safetensors_read.h"
#include "graph/step.h"

enum { MOST_TENSORS = 200000, MOST_PARTS = 64 };

/* ---- Names ------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits at the beginning of a name, zeros before them skipped. */
static size_t skip_number(const char **name, const char *end)
{
    size_t digits = 0;
    while (end - *name > 1 && **name == '0' && is_digit((*name)[1]))
        ++*name;
    while (*name + digits < end && is_digit((*name)[digits]))
        digits++;
    return digits;
}

/* Letters as they are, runs of digits as the numbers that they are. */
static int compare_names(const char *a, size_t a_length, const char *b, size_t b_length)
{
    const char *a_end = a + a_length, *b_end = b + b_length;
    while (a < a_end && b < b_end) {
        if (!is_digit(*a) || !is_digit(*b)) {
            if (*a != *b)
                return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
            a++, b++;
            continue;
        }
        size_t p = skip_number(&a, a_end), q = skip_number(&b, b_end);
        int order = p != q ? (p < q ? -1 : 1) : memcmp(a, b, p);
        if (order != 0)
            return order;
        a += p, b += q;
    }
    return (a < a_end) - (b < b_end);
}

/* Length of a name without its last part. */
static size_t stem_length(const char *name)
{
    const char *point = strrchr(name, '.');
    return point == NULL || point == name ? strlen(name) : (size_t)(point - name);
}

static const char *part_of(const char *name)
{
    size_t stem = stem_length(name);
    return name[stem] == '.' ? name + stem + 1 : "";
}

/* Where a part stands among an operator's inputs. */
static int rank_of(const TdiSafetensor *tensor)
{
    static const char *const parts[] = {"weight", "bias", "running_mean", "running_var", NULL};
    int i = 0;
    while (parts[i] != NULL && strcmp(part_of(tensor->name), parts[i]) != 0)
        i++;
    return i;
}

/* By what they have in common with others, then by their parts. */
static int compare_tensors(const void *a, const void *b)
{
    const TdiSafetensor *p = a, *q = b;
    size_t p_stem = stem_length(p->name), q_stem = stem_length(q->name);
    int order = compare_names(p->name, p_stem, q->name, q_stem);
    if (order == 0 && p_stem == q_stem) /* "a1" and "a01" are equal so far */
        order = memcmp(p->name, q->name, p_stem);
    else if (order == 0)
        order = p_stem < q_stem ? -1 : 1;
    if (order == 0)
        order = rank_of(p) - rank_of(q);
    return order != 0 ? order : strcmp(p->name, q->name);
}

/* ---- Operators --------------------------------------------------------------------------- */

static int element_of(const char *type)
{
    static const struct {
        const char *type;
        int element;
    } types[] = {{"F32", TDI_ELEMENT_FLOAT},
                 {"U8", TDI_ELEMENT_UINT8},
                 {"I8", TDI_ELEMENT_INT8},
                 {"I32", TDI_ELEMENT_INT32},
                 {"I64", TDI_ELEMENT_INT64},
                 {"BOOL", TDI_ELEMENT_BOOL},
                 {"F16", TDI_ELEMENT_FLOAT16},
                 {"F64", TDI_ELEMENT_DOUBLE},
                 {"BF16", TDI_ELEMENT_BFLOAT16},
                 {"U16", 4},
                 {"I16", 5},
                 {"U32", 12},
                 {"U64", 13},
                 {"F8_E4M3", 17},
                 {"F8_E5M2", 19}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].type, type) == 0)
            return types[i].element;
    return TDI_ELEMENT_UNKNOWN;
}

/* Tensors of one operator: `count` of them, the weights first. */
typedef struct Group {
    const TdiSafetensor *tensors;
    size_t count;
    char *name; /* what they have in common */
} Group;

static bool has_part(const Group *group, const char *part)
{
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(part_of(group->tensors[i].name), part) == 0)
            return true;
    return false;
}

static const char *type_of(const Group *group)
{
    int rank = 0;
    for (size_t i = 0; i < group->count; i++)
        if (group->tensors[i].rank > rank)
            rank = group->tensors[i].rank;
    if (strcmp(part_of(group->tensors[0].name), "weight") == 0)
        rank = group->tensors[0].rank;
    if (rank >= 3)
        return "Conv";
    if (rank < 2)
        return has_part(group, "running_mean") ? "BatchNormalization" : "LayerNormalization";
    return strstr(group->name, "embed") != NULL ? "Gather" : "Gemm";
}

/* "model.layers.31.mlp.up" -> "model.layers.N"; false where no number stands before the last
 * part. */
static bool name_block(const char *name, TdiText *block)
{
    size_t last = 0;
    for (const char *part = name; part != NULL;) {
        const char *point = strchr(part, '.');
        size_t length = point == NULL ? 0 : (size_t)(point - part);
        if (length > 0 && strspn(part, "0123456789") == length)
            last = (size_t)(point - name);
        part = point == NULL ? NULL : point + 1;
    }
    for (size_t i = 0; i < last; i++) {
        bool begins = i == 0 || name[i - 1] == '.';
        size_t digits = strspn(name + i, "0123456789");
        if (begins && digits > 0 && name[i + digits] == '.') {
            tdi_text_add(block, "N");
            i += digits - 1;
        } else {
            tdi_text_add_bytes(block, name + i, 1);
        }
    }
    return last > 0 && !block->failed;
}

static int store(TdiGraph *graph, const TdiSafetensor *from)
{
    TdiShape shape = tdi_shape_of(from->rank, from->size);
    return tdi_graph_stored(graph, from->name, &shape, element_of(from->type));
}

/* The kernel's sizes are those of the weights behind the channels. */
static void add_kernel(TdiStep *step, const TdiSafetensor *weight)
{
    if (weight->rank > 2 && weight->rank <= 2 + TDI_SPATIAL)
        tdi_step_whole(step, "kernel_shape", weight->size + 2, weight->rank - 2);
}

/* An embedding's table is its first input. */
static int add_operator(TdiGraph *graph, const Group *group, int fed)
{
    TdiText block = {0};
    TdiStep step = {.type = type_of(group), .name = group->name};
    int inputs[1 + MOST_PARTS], used = 0;
    step.shape = tdi_shape_unknown();
    step.block = name_block(group->name, &block) ? block.data : NULL;
    inputs[used++] = fed;
    for (size_t i = 0; i < group->count && used < 1 + MOST_PARTS; i++)
        if (strcmp(part_of(group->tensors[i].name), "num_batches_tracked") != 0)
            inputs[used++] = store(graph, &group->tensors[i]);
    if (strcmp(step.type, "Conv") == 0)
        add_kernel(&step, &group->tensors[0]);
    if (strcmp(step.type, "Gemm") == 0)
        tdi_step_whole(&step, "transB", &(int64_t){1}, 1);
    if (strcmp(step.type, "Gather") == 0 && used > 1) {
        inputs[0] = inputs[1];
        inputs[1] = fed;
    }
    step.many = inputs;
    step.inputs_used = used;
    graph->failed |= block.failed;
    int made = tdi_step_add(graph, &step);
    tdi_text_free(&block);
    return made;
}

/* ---- The file ---------------------------------------------------------------------------- */

/* From tensor `first` on those of one operator. */
static size_t count_group(const TdiSafetensors *weights, size_t first)
{
    const char *name = weights->tensors[first].name;
    size_t stem = stem_length(name), next = first + 1;
    while (next < weights->count && next - first < MOST_PARTS &&
           stem_length(weights->tensors[next].name) == stem &&
           memcmp(weights->tensors[next].name, name, stem) == 0)
        next++;
    return next - first;
}

static TdStatus add_groups(const TdiSafetensors *weights, TdiGraph *graph, TdError *err)
{
    int current = tdi_graph_tensor(graph, "input", 5);
    graph->weights = true;
    if (current >= 0)
        tdi_graph_input(graph, current);
    for (size_t i = 0, count; i < weights->count && current >= 0; i += count) {
        count = count_group(weights, i);
        size_t length = stem_length(weights->tensors[i].name);
        Group group = {&weights->tensors[i], count, tdi_alloc(length + 1, 1)};
        if (group.name == NULL)
            return tdi_fail_memory(err, length + 1);
        memcpy(group.name, weights->tensors[i].name, length);
        current = add_operator(graph, &group, current);
        tdi_free(group.name);
    }
    if (current >= 0)
        tdi_graph_output(graph, current);
    return current < 0 || graph->failed ? tdi_fail_memory(err, sizeof(TdiOperator)) : TD_OK;
}

static TdStatus make_graph(const char *name, TdiSafetensors *weights, TdiGraph *graph,
                           TdError *err)
{
    TdStatus status = TD_OK;
    if (weights->count > MOST_TENSORS)
        status = tdi_fail(err, TD_ERROR_FORMAT,
                          "%.300s: holds %zu tensors, and %d are the most that are drawn", name,
                          weights->count, MOST_TENSORS);
    qsort(weights->tensors, weights->count, sizeof *weights->tensors, compare_tensors);
    if (status == TD_OK)
        status = add_groups(weights, graph, err);
    tdi_safetensors_free(weights);
    if (status != TD_OK)
        tdi_graph_free(graph);
    return status;
}

TdStatus tdi_graph_from_weights(const char *path, TdiGraph *graph, TdError *err)
{
    TdiSafetensors weights;
    *graph = (TdiGraph){.name = ""};
    TdStatus status = tdi_safetensors_read(path, &weights, err);
    return status == TD_OK ? make_graph(path, &weights, graph, err) : status;
}

TdStatus tdi_graph_from_weights_memory(const void *bytes, size_t size, const char *name,
                                       TdiGraph *graph, TdError *err)
{
    TdiSafetensors weights;
    *graph = (TdiGraph){.name = ""};
    TdStatus status = tdi_safetensors_read_memory(bytes, size, name, &weights, err);
    return status == TD_OK ? make_graph(name, &weights, graph, err) : status;
}
