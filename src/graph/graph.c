#include "graph/graph.h"

#include <string.h>

#include "base/memory.h"
#include "graph/shapes.h"
#include "tiedye/base.h"

void tdi_graph_free(TdiGraph *graph)
{
    for (int i = 0; i < graph->operator_count; i++)
        for (int k = 0; k < graph->operators[i].body_count; k++) {
            tdi_graph_free(graph->operators[i].bodies[k]);
            tdi_free(graph->operators[i].bodies[k]);
        }
    tdi_free(graph->tensors);
    tdi_free(graph->operators);
    tdi_free(graph->inputs);
    tdi_free(graph->outputs);
    tdi_arena_free(&graph->arena);
    *graph = (TdiGraph){0};
}

static void *keep(TdiGraph *graph, void *piece)
{
    graph->failed |= piece == NULL;
    return piece;
}

const char *tdi_graph_words(TdiGraph *graph, const char *words, size_t length)
{
    const char *copy = length == 0 ? "" : tdi_arena_words(&graph->arena, words, length);
    graph->failed |= copy == NULL;
    if (copy == NULL || length == 0)
        return "";
    td_clean_text((char *)copy);
    return copy;
}

static void *copy_array(TdiGraph *graph, const void *from, size_t count, size_t size)
{
    void *copy = keep(graph, tdi_arena_take(&graph->arena, count, size));
    if (copy != NULL && count > 0)
        memcpy(copy, from, count * size);
    return copy;
}

int64_t *tdi_graph_whole(TdiGraph *graph, size_t count)
{
    return keep(graph, tdi_arena_take(&graph->arena, count, sizeof(int64_t)));
}

/* ---- Adding -------------------------------------------------------------------------- */

int tdi_graph_tensor(TdiGraph *graph, const char *name, size_t length)
{
    TdiTensor *grown = keep(graph, tdi_grow(graph->tensors, (size_t)graph->tensor_count,
                                            &graph->tensor_room, sizeof *grown));
    if (grown == NULL)
        return -1;
    graph->tensors = grown;
    grown[graph->tensor_count] =
        (TdiTensor){.name = tdi_graph_words(graph, name, name == NULL ? 0 : length),
                    .shape = tdi_shape_unknown(),
                    .producer = -1,
                    .alias = -1,
                    .outer = -1};
    return graph->tensor_count++;
}

int tdi_graph_stored(TdiGraph *graph, const char *name, const TdiShape *shape, int element)
{
    int index = tdi_graph_tensor(graph, name, name == NULL ? 0 : strlen(name));
    if (index < 0)
        return -1;
    graph->tensors[index].shape = *shape;
    graph->tensors[index].element = element;
    graph->tensors[index].stored = true;
    return index;
}

static TdiAttribute copy_attribute(TdiGraph *graph, const TdiAttribute *from)
{
    TdiAttribute copy = {.name = tdi_graph_words(graph, from->name, strlen(from->name)),
                         .count = from->count};
    if (from->whole != NULL)
        copy.whole = copy_array(graph, from->whole, from->count, sizeof *from->whole);
    if (from->real != NULL)
        copy.real = copy_array(graph, from->real, from->count, sizeof *from->real);
    if (from->words != NULL)
        copy.words = tdi_graph_words(graph, from->words, strlen(from->words));
    return copy;
}

static void copy_attributes(TdiGraph *graph, const TdiOperator *from, TdiOperator *to)
{
    TdiAttribute *copies = keep(
        graph, tdi_arena_take(&graph->arena, (uint64_t)from->attribute_count, sizeof *copies));
    to->attribute_count = copies == NULL ? 0 : from->attribute_count;
    for (int i = 0; i < to->attribute_count; i++)
        copies[i] = copy_attribute(graph, &from->attributes[i]);
    to->attributes = copies;
}

static void copy_operator(TdiGraph *graph, const TdiOperator *from, TdiOperator *to)
{
    *to = *from;
    to->type = tdi_graph_words(graph, from->type, strlen(from->type));
    to->domain =
        from->domain == NULL ? "" : tdi_graph_words(graph, from->domain, strlen(from->domain));
    to->name = from->name == NULL ? "" : tdi_graph_words(graph, from->name, strlen(from->name));
    if (from->block != NULL)
        to->block = tdi_graph_words(graph, from->block, strlen(from->block));
    to->inputs = copy_array(graph, from->inputs, (size_t)from->input_count, sizeof(int));
    to->outputs = copy_array(graph, from->outputs, (size_t)from->output_count, sizeof(int));
    to->bodies = copy_array(graph, from->bodies, (size_t)from->body_count, sizeof *to->bodies);
    copy_attributes(graph, from, to);
    if (to->inputs == NULL)
        to->input_count = 0;
    if (to->outputs == NULL)
        to->output_count = 0;
}

static void free_bodies(const TdiOperator *operator_)
{
    for (int k = 0; k < operator_->body_count; k++) {
        tdi_graph_free(operator_->bodies[k]);
        tdi_free(operator_->bodies[k]);
    }
}

int tdi_graph_operator(TdiGraph *graph, const TdiOperator *operator_)
{
    TdiOperator *grown = keep(graph, tdi_grow(graph->operators, (size_t)graph->operator_count,
                                              &graph->operator_room, sizeof *grown));
    if (grown == NULL) {
        free_bodies(operator_);
        return -1;
    }
    graph->operators = grown;
    TdiOperator *op = &grown[graph->operator_count];
    copy_operator(graph, operator_, op);
    if (op->bodies == NULL) {
        free_bodies(operator_);
        op->body_count = 0;
    }
    int index = graph->operator_count++;
    for (int k = 0; k < op->output_count; k++)
        if (op->outputs[k] >= 0)
            graph->tensors[op->outputs[k]].producer = index;
    tdi_infer_shapes(graph, op);
    return index;
}

static void add_index(TdiGraph *graph, int **array, int *count, size_t *room, int tensor)
{
    int *grown = keep(graph, tdi_grow(*array, (size_t)*count, room, sizeof **array));
    if (grown == NULL)
        return;
    *array = grown;
    grown[(*count)++] = tensor;
}

void tdi_graph_input(TdiGraph *graph, int tensor)
{
    add_index(graph, &graph->inputs, &graph->input_count, &graph->input_room, tensor);
}

void tdi_graph_output(TdiGraph *graph, int tensor)
{
    add_index(graph, &graph->outputs, &graph->output_count, &graph->output_room, tensor);
}

/* ---- Reading ------------------------------------------------------------------------- */

const TdiAttribute *tdi_attribute(const TdiOperator *op, const char *name)
{
    for (int i = 0; i < op->attribute_count; i++)
        if (strcmp(op->attributes[i].name, name) == 0)
            return &op->attributes[i];
    return NULL;
}

int64_t tdi_attribute_whole(const TdiOperator *op, const char *name, int64_t absent)
{
    const TdiAttribute *attribute = tdi_attribute(op, name);
    return attribute != NULL && attribute->whole != NULL && attribute->count > 0
               ? attribute->whole[0]
               : absent;
}

const char *tdi_attribute_words(const TdiOperator *op, const char *name, const char *absent)
{
    const TdiAttribute *attribute = tdi_attribute(op, name);
    return attribute != NULL && attribute->words != NULL ? attribute->words : absent;
}

bool tdi_is_type(const TdiOperator *op, const char *type)
{
    return strcmp(op->type, type) == 0;
}

TdiTensor *tdi_input(const TdiGraph *graph, const TdiOperator *op, int slot)
{
    bool there = slot < op->input_count && op->inputs[slot] >= 0;
    return there ? &graph->tensors[op->inputs[slot]] : NULL;
}

TdiTensor *tdi_output(const TdiGraph *graph, const TdiOperator *op, int slot)
{
    bool there = slot < op->output_count && op->outputs[slot] >= 0;
    return there ? &graph->tensors[op->outputs[slot]] : NULL;
}

/* ---- Shapes -------------------------------------------------------------------------- */

TdiShape tdi_shape_unknown(void)
{
    return (TdiShape){.rank = -1};
}

TdiShape tdi_shape_of(int rank, const int64_t *size)
{
    TdiShape shape = {.rank = rank};
    if (rank > TDI_MAX_RANK)
        return tdi_shape_unknown();
    for (int i = 0; i < rank; i++)
        shape.size[i] = size[i];
    return shape;
}

int64_t tdi_shape_elements(const TdiShape *shape)
{
    int64_t product = 1;
    if (shape->rank < 0)
        return -1;
    for (int i = 0; i < shape->rank; i++)
        if (shape->size[i] < 0 || __builtin_mul_overflow(product, shape->size[i], &product))
            return -1;
    return product;
}

bool tdi_shape_equal(const TdiShape *a, const TdiShape *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->size[i] != b->size[i])
            return false;
    return true;
}
