/* Functions of a model's own, put in the place of their calls. */
#include "base/memory.h"
#include "graph/onnx_build.h"

/* Operators that all calls together may become: functions that call functions grow without
 * bounds in small files. Calls and bodies within each other. */
enum { MOST = 1 << 18, DEEPEST = TDI_ONNX_DEEPEST };

static const uint64_t too_much = UINT64_MAX;

/* Words of any kind, so their lengths stand in front of them. */
static TdiWords key_of(TdiOnnxBuild *build, TdiWords domain, TdiWords name, TdiWords overload)
{
    build->key.length = 0;
    tdi_text_format(&build->key, "%zu %zu ", domain.length, name.length);
    const TdiWords parts[] = {domain, name, overload};
    for (int i = 0; i < 3; i++)
        if (parts[i].length > 0)
            tdi_text_add_bytes(&build->key, parts[i].at, parts[i].length);
    if (build->key.failed)
        tdi_onnx_build_memory(build, build->key.capacity);
    return (TdiWords){build->key.data, build->key.length};
}

void tdi_onnx_find_functions(TdiOnnxBuild *build)
{
    size_t count = build->onnx->function_count;
    build->budget = MOST;
    build->weights = tdi_arena_take(&build->scratch, count, sizeof *build->weights);
    if (build->weights == NULL)
        tdi_onnx_build_memory(build, count * sizeof *build->weights);
    for (size_t i = 0; i < count && build->status == TD_OK; i++) {
        const TdiOnnxFunction *function = &build->onnx->functions[i];
        TdiWords key = key_of(build, function->domain, function->name, function->overload);
        const char *kept = tdi_arena_words(&build->scratch, key.at, key.length);
        if (build->status == TD_OK && kept == NULL)
            tdi_onnx_build_memory(build, key.length);
        if (build->status == TD_OK)
            tdi_names_add(&build->functions, (TdiWords){kept, key.length}, (int)i);
        if (build->functions.failed)
            tdi_onnx_build_memory(build, sizeof build->functions);
    }
}

/* The function that a node calls, -1: none. What the table of operators knows stays one. */
static int called(TdiOnnxBuild *build, const TdiOnnxNode *node)
{
    if (build->functions.count == 0 ||
        (node->domain.length == 0 &&
         tdi_op_find(node->type.at, node->type.length) != TDI_OP_UNKNOWN))
        return -1;
    TdiWords key = key_of(build, node->domain, node->type, node->overload);
    const int *index = build->status == TD_OK ? tdi_names_find(&build->functions, key) : NULL;
    return index == NULL ? -1 : *index;
}

/* ---- How much a call becomes --------------------------------------------------------- */

static uint64_t weigh_nodes(TdiOnnxBuild *build, const TdiOnnxNode *nodes, size_t count,
                            unsigned depth);

static size_t count_letters(const TdiWords *words, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += words[i].length + sizeof *words;
    return sum;
}

/* A node weighs 1, and more where copies of it take much memory. */
static uint64_t weigh_alone(const TdiOnnxNode *node)
{
    size_t bytes = node->name.length + node->type.length + node->domain.length +
                   count_letters(node->inputs, node->input_count) +
                   count_letters(node->outputs, node->output_count);
    for (size_t i = 0; i < node->attribute_count; i++) {
        const TdiOnnxAttribute *attribute = &node->attributes[i];
        bytes += sizeof *attribute + attribute->name.length;
        bytes += attribute->words == NULL ? attribute->count * sizeof(double)
                                          : count_letters(attribute->words, attribute->count);
    }
    return 1 + bytes / 1024;
}

static uint64_t weigh_graph(TdiOnnxBuild *build, const TdiOnnxGraph *graph, unsigned depth)
{
    size_t tensors = graph->tensor_count + graph->input_count + graph->output_count;
    return tdi_add_size(1 + tensors + graph->value_count,
                        weigh_nodes(build, graph->nodes, graph->node_count, depth));
}

/* While it is being weighed it weighs too much: a function that calls itself does. */
static uint64_t weigh_function(TdiOnnxBuild *build, int index, unsigned depth)
{
    const TdiOnnxFunction *function = &build->onnx->functions[index];
    if (build->weights[index] == 0) {
        build->weights[index] = too_much;
        build->weights[index] =
            tdi_add_size(weigh_nodes(build, function->nodes, function->node_count, depth),
                         1 + (function->input_count + function->output_count) / 16);
    }
    return build->weights[index];
}

static uint64_t weigh_node(TdiOnnxBuild *build, const TdiOnnxNode *node, unsigned depth)
{
    int callee = called(build, node);
    uint64_t sum = weigh_alone(node);
    if (callee >= 0)
        sum = tdi_add_size(sum, weigh_function(build, callee, depth + 1));
    for (size_t a = 0; a < node->attribute_count; a++)
        for (size_t g = 0; g < node->attributes[a].graph_count; g++)
            sum = tdi_add_size(sum,
                               weigh_graph(build, &node->attributes[a].graphs[g], depth + 1));
    return sum;
}

static uint64_t weigh_nodes(TdiOnnxBuild *build, const TdiOnnxNode *nodes, size_t count,
                            unsigned depth)
{
    uint64_t sum = 0;
    if (depth > 2 * DEEPEST)
        return too_much;
    for (size_t i = 0; i < count && sum <= MOST; i++)
        sum = tdi_add_size(sum, weigh_node(build, &nodes[i], depth));
    return sum;
}

const TdiOnnxFunction *tdi_onnx_callee(TdiOnnxBuild *build, const TdiOnnxScope *scope,
                                       const TdiOnnxNode *node)
{
    int index = called(build, node);
    if (index < 0 || scope->depth >= DEEPEST)
        return NULL;
    uint64_t weight = weigh_function(build, index, 0);
    if (weight > MOST || (scope->call == NULL && weight > build->budget))
        return NULL;
    if (scope->call == NULL) /* calls in a function were weighed with it */
        build->budget -= weight;
    return &build->onnx->functions[index];
}

/* ---- Attributes of calls ------------------------------------------------------------- */

static const TdiOnnxAttribute *find(const TdiOnnxAttribute *attributes, size_t count,
                                    TdiWords name)
{
    for (size_t i = 0; i < count; i++)
        if (tdi_words_equal(attributes[i].name, name))
            return &attributes[i];
    return NULL;
}

TdiOnnxNode tdi_onnx_resolve(TdiOnnxBuild *build, const TdiOnnxScope *scope,
                             const TdiOnnxNode *node)
{
    TdiOnnxNode resolved = *node;
    if (scope->function == NULL || node->attribute_count == 0)
        return resolved;
    resolved.attribute_count = 0;
    resolved.attributes =
        tdi_arena_take(&build->scratch, node->attribute_count, sizeof *resolved.attributes);
    if (resolved.attributes == NULL) {
        tdi_onnx_build_memory(build, node->attribute_count * sizeof *resolved.attributes);
        return resolved;
    }
    for (size_t i = 0; i < node->attribute_count; i++) {
        const TdiOnnxAttribute *own = &node->attributes[i], *meant = own;
        if (own->reference.length > 0)
            meant = find(scope->call->attributes, scope->call->attribute_count, own->reference);
        if (meant == NULL)
            meant =
                find(scope->function->defaults, scope->function->default_count, own->reference);
        if (meant == NULL) /* left out in the call: left out here */
            continue;
        TdiOnnxAttribute *last = &resolved.attributes[resolved.attribute_count++];
        *last = *meant;
        last->name = own->name;
    }
    return resolved;
}
