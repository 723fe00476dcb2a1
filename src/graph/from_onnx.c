#include "graph/from_onnx.h"

#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "graph/onnx_build.h"

/* Attributes beyond these are tables of other tools, which no shape depends on. */
enum { MOST_LETTERS = 1024 };

/* ---- Failure ------------------------------------------------------------------------- */

void tdi_onnx_build_memory(TdiOnnxBuild *build, uint64_t bytes)
{
    if (build->status == TD_OK)
        build->status = tdi_fail_memory(build->err, bytes);
}

/* So many letters of a name stand in a message. */
static int shown(TdiWords words)
{
    return words.length < 60 ? (int)words.length : 60;
}

#define SHOWN(words) shown(words), (words).length == 0 ? "" : (words).at

void tdi_onnx_build_fail(TdiOnnxBuild *build, const TdiOnnxNode *node, const char *what,
                         TdiWords name)
{
    TdiWords label =
        node->name.length == 0 && node->output_count > 0 ? node->outputs[0] : node->name;
    const char *quote = name.length > 0 ? "\"" : "";
    if (build->status == TD_OK)
        build->status =
            tdi_fail(build->err, TD_ERROR_FORMAT, "%.200s: node \"%.*s\" (%.*s) %s%s%s%.*s%s",
                     build->file, SHOWN(label), SHOWN(node->type), what,
                     name.length > 0 ? " " : "", quote, SHOWN(name), quote);
}

static void fail_name(TdiOnnxBuild *build, TdiWords name, const char *what)
{
    if (build->status == TD_OK)
        build->status = tdi_fail(build->err, TD_ERROR_FORMAT, "%.200s: \"%.*s\" %s",
                                 build->file, SHOWN(name), what);
}

static bool going(TdiOnnxBuild *build, const TdiGraph *graph)
{
    if (graph->failed)
        tdi_onnx_build_memory(build, graph->arena.total);
    return build->status == TD_OK;
}

static void *take(TdiOnnxBuild *build, size_t count, size_t size)
{
    void *piece = tdi_arena_take(&build->scratch, count, size);
    if (piece == NULL)
        tdi_onnx_build_memory(build, count * size);
    return piece;
}

/* A terminated copy; "" without memory. */
static const char *terminated(TdiOnnxBuild *build, TdiWords words)
{
    const char *copy =
        words.length == 0 ? "" : tdi_arena_words(&build->scratch, words.at, words.length);
    if (copy == NULL)
        tdi_onnx_build_memory(build, words.length);
    return copy == NULL ? "" : copy;
}

/* ---- Names --------------------------------------------------------------------------- */

static void define(TdiOnnxBuild *build, TdiOnnxScope *scope, TdiWords name, int tensor)
{
    if (build->status != TD_OK || tdi_names_add(&scope->names, name, tensor))
        return;
    if (scope->names.failed)
        tdi_onnx_build_memory(build, sizeof scope->names);
    fail_name(build, name, "is made twice");
}

/* A new tensor of a scope; -1 after a failure. */
static int add_tensor(TdiOnnxBuild *build, TdiOnnxScope *scope, TdiWords name)
{
    int tensor =
        going(build, scope->graph) ? tdi_graph_tensor(scope->graph, name.at, name.length) : -1;
    if (going(build, scope->graph))
        define(build, scope, name, tensor);
    return build->status == TD_OK ? tensor : -1;
}

/* A body's own tensor for one of the graph around it. What is known of that is known of this,
 * its numbers included: those that are stored outside are parameters where they are used. */
static int bring_in(TdiOnnxBuild *build, TdiOnnxScope *scope, TdiWords name, int outer)
{
    int tensor = add_tensor(build, scope, name);
    if (tensor < 0)
        return -1;
    TdiTensor *inner = &scope->graph->tensors[tensor];
    const char *own_name = inner->name;
    *inner = scope->around->graph->tensors[outer];
    inner->name = own_name;
    inner->producer = -1;
    inner->outer = inner->alias >= 0 ? inner->alias : outer;
    inner->alias = -1;
    return tensor;
}

/* False where nothing in sight has that name. */
static bool find(TdiOnnxBuild *build, TdiOnnxScope *scope, TdiWords name, int *tensor)
{
    const int *own = tdi_names_find(&scope->names, name);
    if (own != NULL) {
        *tensor = *own;
        return true;
    }
    if (scope->around == NULL || !find(build, scope->around, name, tensor))
        return false;
    if (*tensor >= 0)
        *tensor = bring_in(build, scope, name, *tensor);
    return true;
}

/* What a node takes; -1: nothing, which is allowed. */
static int find_input(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxNode *node,
                      size_t slot)
{
    int tensor = -1;
    if (slot >= node->input_count || node->inputs[slot].length == 0 || build->status != TD_OK)
        return -1;
    if (!find(build, scope, node->inputs[slot], &tensor))
        tdi_onnx_build_fail(build, node, "takes what nothing makes:", node->inputs[slot]);
    return tensor;
}

/* ---- Types --------------------------------------------------------------------------- */

/* The shape that a file states. 0 stands for "not known" in some. */
static TdiShape shape_of(const TdiOnnxBuild *build, const TdiOnnxValue *value, bool input)
{
    TdiShape shape = tdi_shape_unknown();
    if (!value->shaped || value->rank > TDI_MAX_RANK)
        return shape;
    shape.rank = (int)value->rank;
    for (int i = 0; i < shape.rank; i++) {
        const TdiOnnxSize *size = &value->sizes[i];
        const int *stands =
            size->symbol.length > 0 ? tdi_names_find(&build->symbols, size->symbol) : NULL;
        shape.size[i] = size->value > 0   ? size->value
                        : stands != NULL  ? *stands
                        : input && i == 0 ? 1
                                          : -1;
    }
    return shape;
}

/* What the file says of a tensor, where nothing is known of it. */
static void apply_type(const TdiOnnxBuild *build, TdiOnnxScope *scope, TdiWords name,
                       int tensor)
{
    const int *index = tdi_names_find(&scope->values, name);
    if (index == NULL || tensor < 0)
        return;
    size_t at = (size_t)*index, values = scope->types->value_count;
    const TdiOnnxValue *value =
        at < values ? &scope->types->values[at] : &scope->types->outputs[at - values];
    TdiTensor *own = &scope->graph->tensors[tensor];
    TdiShape stated = shape_of(build, value, false);
    if (own->shape.rank < 0)
        own->shape = stated;
    for (int i = 0; i < own->shape.rank && own->shape.rank == stated.rank; i++)
        if (own->shape.size[i] < 0)
            own->shape.size[i] = stated.size[i];
    if (own->element == TDI_ELEMENT_UNKNOWN)
        own->element = value->element;
}

static void find_types(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxGraph *graph)
{
    scope->types = graph;
    for (size_t i = 0; i < graph->value_count; i++)
        tdi_names_add(&scope->values, graph->values[i].name, (int)i);
    for (size_t i = 0; i < graph->output_count; i++)
        tdi_names_add(&scope->values, graph->outputs[i].name, (int)(graph->value_count + i));
    if (scope->values.failed)
        tdi_onnx_build_memory(build, sizeof scope->values);
}

/* ---- Stored tensors ------------------------------------------------------------------ */

static double *take_real(TdiGraph *graph, size_t count)
{
    double *real = tdi_arena_take(&graph->arena, count, sizeof *real);
    graph->failed |= real == NULL;
    return real;
}

static void keep_numbers(TdiGraph *graph, TdiTensor *tensor, const int64_t *whole,
                         const double *real, size_t count)
{
    int64_t *own_whole = whole == NULL ? NULL : tdi_graph_whole(graph, count);
    double *own_real = real == NULL ? NULL : take_real(graph, count);
    if (graph->failed)
        return;
    if (whole != NULL)
        memcpy(own_whole, whole, count * sizeof *whole);
    if (real != NULL)
        memcpy(own_real, real, count * sizeof *real);
    tensor->whole = own_whole;
    tensor->real = own_real;
    tensor->numbers = count;
}

/* The numbers of a small tensor; false where they are not known. One of the arrays is filled,
 * which may be the same memory. */
static bool read_numbers(const TdiOnnxTensor *tensor, const TdiShape *shape, int64_t *whole,
                         double *real)
{
    uint64_t bits[TDI_MOST_NUMBERS];
    int64_t count = tdi_shape_elements(shape);
    if (count < 0 || count > TDI_MOST_NUMBERS || !tdi_onnx_bits(tensor, (size_t)count, bits))
        return false;
    bool integers = tdi_onnx_class(tensor->element) == TDI_ONNX_WHOLE;
    for (int64_t i = 0; i < count && integers; i++)
        whole[i] = tdi_onnx_whole(tensor->element, bits[i]);
    for (int64_t i = 0; i < count && !integers; i++)
        real[i] = tdi_onnx_real(tensor->element, bits[i]);
    return true;
}

static void set_stored(TdiGraph *graph, TdiTensor *tensor, const TdiOnnxTensor *from)
{
    int64_t whole[TDI_MOST_NUMBERS];
    double real[TDI_MOST_NUMBERS];
    tensor->stored = true;
    tensor->element = from->element;
    if (from->rank <= TDI_MAX_RANK)
        tensor->shape = tdi_shape_of((int)from->rank, from->sizes);
    if (!read_numbers(from, &tensor->shape, whole, real))
        return;
    bool integers = tdi_onnx_class(from->element) == TDI_ONNX_WHOLE;
    keep_numbers(graph, tensor, integers ? whole : NULL, integers ? NULL : real,
                 (size_t)tdi_shape_elements(&tensor->shape));
}

static void add_stored(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxTensor *from)
{
    int tensor = add_tensor(build, scope, from->name);
    if (tensor >= 0)
        set_stored(scope->graph, &scope->graph->tensors[tensor], from);
    tdi_onnx_passed(build->onnx, from);
}

/* ---- Nodes that are no operators ----------------------------------------------------- */

static bool is(const TdiOnnxNode *node, const char *type)
{
    return node->domain.length == 0 && tdi_words_are(node->type, type) &&
           node->output_count == 1 && node->outputs[0].length > 0;
}

/* value_int has no axis, value_ints has one. */
static void set_constant(TdiGraph *graph, TdiTensor *tensor, const TdiOnnxAttribute *from)
{
    bool many = from->name.length > 0 && from->name.at[from->name.length - 1] == 's';
    int64_t size = (int64_t)from->count;
    tensor->shape = tdi_shape_of(many ? 1 : 0, &size);
    tensor->element = from->whole != NULL  ? TDI_ELEMENT_INT64
                      : from->real != NULL ? TDI_ELEMENT_FLOAT
                                           : TDI_ELEMENT_STRING;
    if (from->count <= TDI_MOST_NUMBERS && (many || from->count == 1))
        keep_numbers(graph, tensor, from->whole, from->real, from->count);
}

static void add_constant(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxNode *node)
{
    int index = add_tensor(build, scope, node->outputs[0]);
    if (index < 0)
        return;
    TdiTensor *tensor = &scope->graph->tensors[index];
    for (size_t i = 0; i < node->attribute_count; i++) {
        const TdiOnnxAttribute *attribute = &node->attributes[i];
        if (attribute->tensor != NULL)
            set_stored(scope->graph, tensor, attribute->tensor);
        else if (attribute->whole != NULL || attribute->real != NULL ||
                 attribute->words != NULL)
            set_constant(scope->graph, tensor, attribute);
    }
    tensor->stored = tensor->constant = true;
    apply_type(build, scope, node->outputs[0], index);
}

/* Exporters store equal weights once, and let Identity nodes give them their other names. */
static void add_alias(TdiOnnxBuild *build, TdiOnnxScope *scope, TdiWords name, int root)
{
    int index = add_tensor(build, scope, name);
    if (index < 0)
        return;
    TdiTensor *tensor = &scope->graph->tensors[index];
    const char *own_name = tensor->name;
    *tensor = scope->graph->tensors[root];
    tensor->name = own_name;
    tensor->alias = tensor->alias >= 0 ? tensor->alias : root;
}

/* ---- Operators ----------------------------------------------------------------------- */

static void build_graph(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxGraph *from);

/* A list of words is joined by commas. */
static const char *join(TdiOnnxBuild *build, const TdiOnnxAttribute *from)
{
    char *joined = take(build, MOST_LETTERS + 1, 1);
    size_t length = 0;
    for (size_t i = 0; i < from->count && joined != NULL && length < MOST_LETTERS; i++) {
        if (i > 0)
            joined[length++] = ',';
        size_t room = MOST_LETTERS - length;
        size_t part = from->words[i].length < room ? from->words[i].length : room;
        if (part > 0)
            memcpy(joined + length, from->words[i].at, part);
        length += part;
    }
    return joined;
}

/* Tensors only where a shape may depend on them, the value of ConstantOfShape. */
static void convert_tensor(TdiOnnxBuild *build, const TdiOnnxTensor *from, TdiAttribute *to)
{
    int64_t *whole = take(build, TDI_MOST_NUMBERS, sizeof *whole);
    double *real = take(build, TDI_MOST_NUMBERS, sizeof *real);
    TdiShape shape = from->rank <= TDI_MAX_RANK ? tdi_shape_of((int)from->rank, from->sizes)
                                                : tdi_shape_unknown();
    if (build->status != TD_OK || !read_numbers(from, &shape, whole, real))
        return;
    bool integers = tdi_onnx_class(from->element) == TDI_ONNX_WHOLE;
    to->whole = integers ? whole : NULL;
    to->real = integers ? NULL : real;
    to->count = (size_t)tdi_shape_elements(&shape);
}

static void add_attributes(TdiOnnxBuild *build, const TdiOnnxNode *node, TdiOperator *op)
{
    TdiAttribute *attributes = take(build, node->attribute_count, sizeof *attributes);
    op->attributes = attributes;
    for (size_t i = 0; i < node->attribute_count && build->status == TD_OK; i++) {
        const TdiOnnxAttribute *from = &node->attributes[i];
        TdiAttribute *to = &attributes[op->attribute_count];
        *to = (TdiAttribute){.count = from->count};
        if (from->words != NULL) {
            to->words = join(build, from);
        } else if (from->count <= TDI_MOST_NUMBERS) {
            to->whole = from->whole;
            to->real = from->real;
        }
        if (from->tensor != NULL && is(node, "ConstantOfShape"))
            convert_tensor(build, from->tensor, to);
        if (to->words == NULL && to->whole == NULL && to->real == NULL)
            continue;
        to->name = terminated(build, from->name);
        op->attribute_count++;
    }
}

static void free_bodies(TdiOperator *op)
{
    for (int i = 0; i < op->body_count; i++) {
        tdi_graph_free(op->bodies[i]);
        tdi_free(op->bodies[i]);
    }
}

static void add_body(TdiOnnxBuild *build, TdiOnnxScope *around, const TdiOnnxGraph *from,
                     TdiGraph **bodies, TdiOperator *op)
{
    TdiGraph *body = tdi_alloc(1, sizeof *body);
    if (body == NULL) {
        tdi_onnx_build_memory(build, sizeof *body);
        return;
    }
    bodies[op->body_count++] = body;
    TdiOnnxScope scope = {.around = around,
                          .owner = op,
                          .graph = body,
                          .function = around->function,
                          .call = around->call,
                          .depth = around->depth + 1};
    build_graph(build, &scope, from);
}

static void add_bodies(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxNode *node,
                       TdiOperator *op)
{
    size_t count = 0;
    for (size_t i = 0; i < node->attribute_count; i++)
        count += node->attributes[i].graph_count;
    TdiGraph **bodies = take(build, count, sizeof *bodies);
    op->bodies = bodies;
    for (size_t i = 0; i < node->attribute_count; i++)
        for (size_t g = 0; g < node->attributes[i].graph_count; g++)
            if (build->status == TD_OK)
                add_body(build, scope, &node->attributes[i].graphs[g], bodies, op);
}

static void take_inputs(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxNode *node,
                        TdiOperator *op)
{
    int *inputs = take(build, node->input_count, sizeof *inputs);
    op->inputs = inputs;
    op->input_count = (int)node->input_count;
    for (size_t i = 0; i < node->input_count && build->status == TD_OK; i++)
        inputs[i] = find_input(build, scope, node, i);
}

static void add_outputs(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxNode *node,
                        TdiOperator *op)
{
    int *outputs = take(build, node->output_count, sizeof *outputs);
    op->outputs = outputs;
    op->output_count = (int)node->output_count;
    for (size_t i = 0; i < node->output_count && build->status == TD_OK; i++)
        outputs[i] =
            node->outputs[i].length == 0 ? -1 : add_tensor(build, scope, node->outputs[i]);
}

/* Microsoft's operators bear the names of those that ONNX took over later. */
static TdiOp find_op(const TdiOnnxNode *node)
{
    return node->domain.length == 0 || tdi_words_are(node->domain, "com.microsoft")
               ? tdi_op_find(node->type.at, node->type.length)
               : TDI_OP_UNKNOWN;
}

static void add_operator(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxNode *node)
{
    TdiOperator op = {.op = find_op(node),
                      .type = terminated(build, node->type),
                      .domain = terminated(build, node->domain),
                      .name = terminated(build, node->name)};
    add_attributes(build, node, &op);
    take_inputs(build, scope, node, &op);
    add_bodies(build, scope, node, &op);
    add_outputs(build, scope, node, &op);
    if (build->status != TD_OK) {
        free_bodies(&op);
        return;
    }
    tdi_graph_operator(scope->graph, &op);
    for (size_t i = 0; i < node->output_count && going(build, scope->graph); i++)
        apply_type(build, scope, node->outputs[i], op.outputs[i]);
}

/* ---- Nodes --------------------------------------------------------------------------- */

static void build_nodes(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxNode *nodes,
                        size_t count);

/* The function's operators in the place of the call, in the same graph. */
static void call_function(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxNode *node,
                          const TdiOnnxFunction *function)
{
    TdiOnnxScope inside = {
        .graph = scope->graph, .function = function, .call = node, .depth = scope->depth + 1};
    for (size_t i = 0; i < function->input_count; i++)
        define(build, &inside, function->inputs[i], find_input(build, scope, node, i));
    build_nodes(build, &inside, function->nodes, function->node_count);
    if (build->status == TD_OK && node->output_count > function->output_count)
        tdi_onnx_build_fail(build, node, "has more outputs than the function that it calls",
                            (TdiWords){0});
    for (size_t i = 0; i < node->output_count && build->status == TD_OK; i++) {
        int tensor = -1;
        if (node->outputs[i].length == 0)
            continue;
        if (!find(build, &inside, function->outputs[i], &tensor))
            tdi_onnx_build_fail(build, node, "calls a function that never makes its output",
                                function->outputs[i]);
        define(build, scope, node->outputs[i], tensor);
        apply_type(build, scope, node->outputs[i], tensor);
    }
    tdi_names_free(&inside.names);
}

static void add_node(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxNode *from)
{
    TdiOnnxNode node = tdi_onnx_resolve(build, scope, from);
    const TdiOnnxFunction *callee = tdi_onnx_callee(build, scope, &node);
    int stored = is(&node, "Identity") ? find_input(build, scope, &node, 0) : -1;
    if (build->status != TD_OK)
        return;
    if (callee != NULL)
        call_function(build, scope, &node, callee);
    else if (is(&node, "Constant"))
        add_constant(build, scope, &node);
    else if (stored >= 0 && scope->graph->tensors[stored].stored)
        add_alias(build, scope, node.outputs[0], stored);
    else
        add_operator(build, scope, &node);
}

static void build_nodes(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxNode *nodes,
                        size_t count)
{
    const int *order =
        build->status == TD_OK ? tdi_onnx_order(build, &scope->names, nodes, count) : NULL;
    for (size_t i = 0; i < count && build->status == TD_OK; i++)
        add_node(build, scope, &nodes[order[i]]);
}

/* ---- Graphs -------------------------------------------------------------------------- */

static bool is_given(const TdiOnnxScope *scope, TdiWords name)
{
    const int *tensor = tdi_names_find(&scope->names, name);
    return tensor != NULL && scope->graph->tensors[*tensor].stored;
}

static TdiShape without_axis(const TdiShape *of, int64_t axis)
{
    TdiShape shape = tdi_shape_unknown();
    axis = axis < 0 ? axis + of->rank : axis;
    if (of->rank < 1 || axis < 0 || axis >= of->rank)
        return shape;
    shape.rank = of->rank - 1;
    for (int i = 0; i < shape.rank; i++)
        shape.size[i] = of->size[i < axis ? i : i + 1];
    return shape;
}

/* An input of Scan's body: what is carried on, then slices of what is scanned. */
static TdiShape scanned(const TdiOperator *op, int slot, const TdiShape *of)
{
    int64_t first = op->input_count - tdi_attribute_whole(op, "num_scan_inputs", 1);
    const TdiAttribute *axes = tdi_attribute(op, "scan_input_axes");
    bool stated = axes != NULL && axes->whole != NULL && slot >= first &&
                  (uint64_t)(slot - first) < axes->count;
    return slot < first ? *of : without_axis(of, stated ? axes->whole[slot - first] : 0);
}

/* What follows for a body's input from what its operator takes. The shape of what Loop carries
 * on may change from turn to turn. */
static void apply_owner(const TdiOnnxScope *scope, size_t slot, TdiTensor *tensor)
{
    const TdiOperator *op = scope->owner;
    bool loop = strcmp(op->type, "Loop") == 0, scan = strcmp(op->type, "Scan") == 0;
    if (op->domain[0] != '\0' || (!loop && !scan) || slot >= (size_t)op->input_count)
        return;
    if (loop && slot < 2) { /* the turn, and whether it goes on */
        tensor->shape = tdi_shape_of(0, NULL);
        tensor->element = slot == 0 ? TDI_ELEMENT_INT64 : TDI_ELEMENT_BOOL;
    } else if (op->inputs[slot] >= 0) {
        const TdiTensor *taken = &scope->around->graph->tensors[op->inputs[slot]];
        if (tensor->element == TDI_ELEMENT_UNKNOWN)
            tensor->element = taken->element;
        if (scan && tensor->shape.rank < 0)
            tensor->shape = scanned(op, (int)slot, &taken->shape);
    }
}

/* Inputs that are stored as well are weights with a way to replace them: no inputs. */
static void add_inputs(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxGraph *from)
{
    bool network = scope->around == NULL;
    for (size_t i = 0; i < from->input_count && build->status == TD_OK; i++) {
        const TdiOnnxValue *value = &from->inputs[i];
        if (is_given(scope, value->name))
            continue;
        int tensor = add_tensor(build, scope, value->name);
        if (tensor < 0)
            return;
        scope->graph->tensors[tensor].shape = shape_of(build, value, network);
        scope->graph->tensors[tensor].element = value->element;
        if (!network)
            apply_owner(scope, i, &scope->graph->tensors[tensor]);
        tdi_graph_input(scope->graph, tensor);
    }
}

static void name_outputs(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxGraph *from)
{
    for (size_t i = 0; i < from->output_count && build->status == TD_OK; i++) {
        int tensor = -1;
        if (!find(build, scope, from->outputs[i].name, &tensor))
            fail_name(build, from->outputs[i].name, "is an output that nothing makes");
        if (tensor >= 0)
            tdi_graph_output(scope->graph, tensor);
    }
}

/* Frees the scope's names. */
static void build_graph(TdiOnnxBuild *build, TdiOnnxScope *scope, const TdiOnnxGraph *from)
{
    TdiGraph *graph = scope->graph;
    graph->name = tdi_graph_words(graph, from->name.at, from->name.length);
    graph->nodes = from->all_nodes;
    find_types(build, scope, from);
    for (size_t i = 0; i < from->tensor_count && going(build, graph); i++)
        add_stored(build, scope, &from->tensors[i]);
    add_inputs(build, scope, from);
    build_nodes(build, scope, from->nodes, from->node_count);
    name_outputs(build, scope, from);
    going(build, graph);
    tdi_names_free(&scope->names);
    tdi_names_free(&scope->values);
}

/* ---- Open sizes ---------------------------------------------------------------------- */

/* Whether an input has an axis of that name. */
static bool is_symbol(const TdiOnnxGraph *graph, TdiWords name)
{
    for (size_t i = 0; i < graph->input_count; i++)
        for (size_t k = 0; k < graph->inputs[i].rank; k++)
            if (graph->inputs[i].sizes[k].value <= 0 &&
                tdi_words_equal(graph->inputs[i].sizes[k].symbol, name))
                return true;
    return false;
}

/* The names of the inputs' axes that have no size, with commas. */
static const char *list_open(TdiOnnxBuild *build, TdiGraph *graph)
{
    const TdiOnnxGraph *from = &build->onnx->graph;
    TdiNames seen = {0};
    TdiText text = {0};
    for (size_t i = 0; i < from->input_count; i++)
        for (size_t k = 0; k < from->inputs[i].rank; k++) {
            const TdiOnnxSize *size = &from->inputs[i].sizes[k];
            if (size->value <= 0 && size->symbol.length > 0 &&
                tdi_names_find(&build->symbols, size->symbol) == NULL &&
                tdi_names_add(&seen, size->symbol, 1)) {
                tdi_text_add(&text, text.length > 0 ? ", " : "");
                tdi_text_add_bytes(&text, size->symbol.at, size->symbol.length);
            }
        }
    const char *words = tdi_graph_words(graph, text.data, text.length);
    graph->failed |= text.failed || seen.failed;
    tdi_names_free(&seen);
    tdi_text_free(&text);
    return words;
}

static void fail_sizes(TdiOnnxBuild *build, TdiGraph *graph, const char *what, TdiWords name)
{
    const char *open = list_open(build, graph);
    build->status = tdi_fail(
        build->err, TD_ERROR_ARGUMENT, "sizes: \"%.*s\" %s; %s%.200s",
        (int)(name.length < 60 ? name.length : 60), name.at, what,
        open[0] != '\0' ? "open sizes of this model: " : "this model has no open size", open);
}

/* "t=128,h=224": the sizes of axes that have names alone. */
static void read_sizes(TdiOnnxBuild *build, TdiGraph *graph, const char *sizes)
{
    while (sizes != NULL && *sizes != '\0' && build->status == TD_OK) {
        size_t length = strcspn(sizes, ","), name = strcspn(sizes, "=,");
        uint64_t size = 0;
        bool good = name < length &&
                    tdi_parse_u64(sizes + name + 1, length - name - 1, &size) && size > 0 &&
                    size <= INT_MAX;
        if (!good)
            fail_sizes(build, graph, "is not NAME=NUMBER", (TdiWords){sizes, length});
        else if (!is_symbol(&build->onnx->graph, (TdiWords){sizes, name}))
            fail_sizes(build, graph, "is no axis's name", (TdiWords){sizes, name});
        else
            tdi_names_add(&build->symbols, (TdiWords){sizes, name}, (int)size);
        sizes += length;
        sizes += *sizes == ',';
    }
}

/* The batch has a name in many files: that stands for 1 wherever it is met. */
static void find_symbols(TdiOnnxBuild *build)
{
    const TdiOnnxGraph *graph = &build->onnx->graph;
    for (size_t i = 0; i < graph->input_count; i++) {
        const TdiOnnxValue *value = &graph->inputs[i];
        if (value->rank > 0 && value->sizes[0].value <= 0 && value->sizes[0].symbol.length > 0)
            tdi_names_add(&build->symbols, value->sizes[0].symbol, 1);
    }
    if (build->symbols.failed && build->status == TD_OK)
        tdi_onnx_build_memory(build, sizeof build->symbols);
}

static TdStatus build_model(TdiOnnx *onnx, const char *file, const char *sizes, TdiGraph *graph,
                            TdError *err)
{
    TdiOnnxBuild build = {.onnx = onnx, .file = file, .status = TD_OK, .err = err};
    TdiOnnxScope scope = {.graph = graph};
    read_sizes(&build, graph, sizes);
    find_symbols(&build);
    graph->open = list_open(&build, graph);
    tdi_onnx_find_functions(&build);
    build_graph(&build, &scope, &onnx->graph);
    tdi_arena_free(&build.scratch);
    tdi_names_free(&build.symbols);
    tdi_names_free(&build.functions);
    tdi_text_free(&build.key);
    if (build.status != TD_OK)
        tdi_graph_free(graph);
    return build.status;
}

TdStatus tdi_graph_from_onnx(const char *path, TdiGraph *graph, TdError *err)
{
    return tdi_graph_from_onnx_sized(path, NULL, graph, err);
}

TdStatus tdi_graph_from_onnx_sized(const char *path, const char *sizes, TdiGraph *graph,
                                   TdError *err)
{
    TdiOnnx onnx;
    *graph = (TdiGraph){0};
    TdStatus status = tdi_onnx_open(path, &onnx, err);
    if (status != TD_OK)
        return status;
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    status = build_model(&onnx, name, sizes, graph, err);
    tdi_onnx_close(&onnx);
    return status;
}

TdStatus tdi_graph_from_onnx_memory(const void *bytes, size_t size, const char *name,
                                    TdiGraph *graph, TdError *err)
{
    TdiOnnx onnx;
    *graph = (TdiGraph){0};
    TdStatus status = tdi_onnx_open_memory(bytes, size, name, &onnx, err);
    if (status != TD_OK)
        return status;
    status = build_model(&onnx, name, NULL, graph, err);
    tdi_onnx_close(&onnx);
    return status;
}
