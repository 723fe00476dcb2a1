/* Nodes in an order of evaluation. The specification asks files for one, but not all keep it.
 */
#include "graph/onnx_build.h"

#include "base/memory.h"

/* The nodes that each node waits for: of node i, to[begin[i]] up to to[begin[i + 1]]. */
typedef struct Waits {
    TdiNames makers; /* the node that makes a name */
    size_t *begin;
    int *to;
    size_t count, room;
} Waits;

/* ---- Who waits for whom -------------------------------------------------------------- */

static void add_makers(TdiOnnxBuild *build, Waits *waits, const TdiNames *names,
                       const TdiOnnxNode *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < nodes[i].output_count; k++) {
            TdiWords name = nodes[i].outputs[k];
            if (name.length == 0)
                continue;
            if (tdi_names_find(names, name) != NULL ||
                tdi_names_find(&waits->makers, name) != NULL) {
                tdi_onnx_build_fail(build, &nodes[i], "makes what was there before:", name);
                return;
            }
            tdi_names_add(&waits->makers, name, (int)i);
        }
}

static void add_wait(TdiOnnxBuild *build, Waits *waits, TdiWords name)
{
    const int *maker = tdi_names_find(&waits->makers, name);
    if (maker == NULL)
        return;
    int *grown = tdi_grow(waits->to, waits->count, &waits->room, sizeof *grown);
    if (grown == NULL) {
        tdi_onnx_build_memory(build, waits->room * 2 * sizeof *grown);
        return;
    }
    waits->to = grown;
    grown[waits->count++] = *maker;
}

/* Names that a body makes itself hide those outside. */
typedef struct Hidden {
    const struct Hidden *around;
    TdiNames names;
} Hidden;

static void hide(TdiNames *names, const TdiOnnxGraph *graph)
{
    for (size_t i = 0; i < graph->tensor_count; i++)
        tdi_names_add(names, graph->tensors[i].name, 0);
    for (size_t i = 0; i < graph->input_count; i++)
        tdi_names_add(names, graph->inputs[i].name, 0);
    for (size_t i = 0; i < graph->node_count; i++)
        for (size_t k = 0; k < graph->nodes[i].output_count; k++)
            tdi_names_add(names, graph->nodes[i].outputs[k], 0);
}

static void add_outer_wait(TdiOnnxBuild *build, Waits *waits, const Hidden *hidden,
                           TdiWords name)
{
    for (; hidden != NULL; hidden = hidden->around)
        if (tdi_names_find(&hidden->names, name) != NULL)
            return;
    add_wait(build, waits, name);
}

static void add_body_waits(TdiOnnxBuild *build, Waits *waits, const Hidden *around,
                           const TdiOnnxNode *node)
{
    for (size_t a = 0; a < node->attribute_count; a++)
        for (size_t g = 0; g < node->attributes[a].graph_count; g++) {
            const TdiOnnxGraph *graph = &node->attributes[a].graphs[g];
            Hidden hidden = {.around = around};
            hide(&hidden.names, graph);
            if (hidden.names.failed)
                tdi_onnx_build_memory(build, sizeof hidden);
            for (size_t i = 0; i < graph->node_count && build->status == TD_OK; i++) {
                for (size_t k = 0; k < graph->nodes[i].input_count; k++)
                    add_outer_wait(build, waits, &hidden, graph->nodes[i].inputs[k]);
                add_body_waits(build, waits, &hidden, &graph->nodes[i]);
            }
            for (size_t i = 0; i < graph->output_count; i++)
                add_outer_wait(build, waits, &hidden, graph->outputs[i].name);
            tdi_names_free(&hidden.names);
        }
}

static void find_waits(TdiOnnxBuild *build, Waits *waits, const TdiOnnxNode *nodes,
                       size_t count)
{
    for (size_t i = 0; i < count && build->status == TD_OK; i++) {
        waits->begin[i] = waits->count;
        for (size_t k = 0; k < nodes[i].input_count; k++)
            add_wait(build, waits, nodes[i].inputs[k]);
        add_body_waits(build, waits, NULL, &nodes[i]);
        waits->begin[i + 1] = waits->count;
    }
}

/* ---- The order ----------------------------------------------------------------------- */

static bool in_order(const Waits *waits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = waits->begin[i]; k < waits->begin[i + 1]; k++)
            if ((size_t)waits->to[k] >= i)
                return false;
    return true;
}

typedef struct Walk {
    const Waits *waits;
    size_t *next;       /* of each node, the wait to look at; begin[i + 1] + 1: it is placed */
    unsigned char *met; /* 1: on the stack; 2: placed */
    int *stack;         /* each waits for the one above it */
    int *order;
    size_t placed;
} Walk;

/* Place a node behind all that it waits for. False where one of these waits for it. */
static bool place(Walk *walk, int node)
{
    size_t height = 1;
    walk->stack[0] = node;
    walk->met[node] = 1;
    while (height > 0) {
        int top = walk->stack[height - 1];
        if (walk->next[top] == walk->waits->begin[top + 1]) {
            walk->met[top] = 2;
            walk->order[walk->placed++] = top;
            height--;
            continue;
        }
        int other = walk->waits->to[walk->next[top]++];
        if (walk->met[other] == 1)
            return false;
        if (walk->met[other] == 0) {
            walk->met[other] = 1;
            walk->stack[height++] = other;
        }
    }
    return true;
}

static void *take(TdiOnnxBuild *build, size_t count, size_t size)
{
    void *piece = tdi_arena_take(&build->scratch, count, size);
    if (piece == NULL)
        tdi_onnx_build_memory(build, count * size);
    return piece;
}

static void reorder(TdiOnnxBuild *build, const Waits *waits, const TdiOnnxNode *nodes,
                    size_t count, int *order)
{
    Walk walk = {.waits = waits, .order = order};
    walk.next = take(build, count, sizeof *walk.next);
    walk.met = take(build, count, sizeof *walk.met);
    walk.stack = take(build, count, sizeof *walk.stack);
    if (build->status != TD_OK)
        return;
    for (size_t i = 0; i < count; i++)
        walk.next[i] = waits->begin[i];
    for (size_t i = 0; i < count; i++)
        if (walk.met[i] == 0 && !place(&walk, (int)i)) {
            tdi_onnx_build_fail(build, &nodes[i], "waits for its own output (a cycle)",
                                (TdiWords){0});
            return;
        }
}

const int *tdi_onnx_order(TdiOnnxBuild *build, const TdiNames *names, const TdiOnnxNode *nodes,
                          size_t count)
{
    Waits waits = {.begin = take(build, count + 1, sizeof *waits.begin)};
    int *order = take(build, count, sizeof *order);
    if (build->status == TD_OK)
        add_makers(build, &waits, names, nodes, count);
    if (waits.makers.failed)
        tdi_onnx_build_memory(build, sizeof waits);
    if (build->status == TD_OK)
        find_waits(build, &waits, nodes, count);
    for (size_t i = 0; i < count && build->status == TD_OK; i++)
        order[i] = (int)i;
    if (build->status == TD_OK && !in_order(&waits, count))
        reorder(build, &waits, nodes, count, order);
    tdi_names_free(&waits.makers);
    tdi_free(waits.to);
    return build->status == TD_OK ? order : NULL;
}
