/* Shapes of what is made from numbers, and of what holds other graphs. */
#include <math.h>
#include <string.h>

#include "graph/infer.h"

void tdi_infer_nothing(TdiGraph *graph, const TdiOperator *op)
{
    (void)graph;
    (void)op;
}

void tdi_infer_scalar(TdiGraph *graph, const TdiOperator *op)
{
    const TdiShape scalar = {.rank = 0};
    bool asks = strncmp(op->type, "Optional", 8) == 0;
    tdi_put(graph, op, 0, &scalar, asks ? TDI_ELEMENT_BOOL : TDI_ELEMENT_INT64);
}

static int asked_element(const TdiOperator *op, const char *name, int absent)
{
    int64_t code = tdi_attribute_whole(op, name, absent);
    return code > 0 && code < 64 ? (int)code : absent;
}

/* ---- Numbers ------------------------------------------------------------------------- */

/* A tensor that stands in the operator itself: readers store it; what is left are the numbers
 * in attributes. */
void tdi_infer_constant(TdiGraph *graph, const TdiOperator *op)
{
    static const struct {
        const char *name;
        int rank, element;
    } forms[] = {
        {"value_int", 0, TDI_ELEMENT_INT64},     {"value_ints", 1, TDI_ELEMENT_INT64},
        {"value_float", 0, TDI_ELEMENT_FLOAT},   {"value_floats", 1, TDI_ELEMENT_FLOAT},
        {"value_string", 0, TDI_ELEMENT_STRING}, {"value_strings", 1, TDI_ELEMENT_STRING}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const TdiAttribute *found = tdi_attribute(op, forms[i].name);
        if (found == NULL || (uint64_t)found->count > INT64_MAX)
            continue;
        TdiShape shape = {.rank = forms[i].rank, .size = {(int64_t)found->count}};
        tdi_put(graph, op, 0, &shape, forms[i].element);
    }
    if (tdi_output(graph, op, 0) != NULL)
        tdi_output(graph, op, 0)->constant = true;
}

void tdi_infer_constant_of_shape(TdiGraph *graph, const TdiOperator *op)
{
    TdiList sizes = tdi_list(graph, op, "shape", 0);
    const TdiAttribute *value = tdi_attribute(op, "value");
    bool whole = value != NULL && value->whole != NULL;
    TdiShape out = tdi_list_shape(&sizes);
    tdi_put(graph, op, 0, &out, whole ? TDI_ELEMENT_INT64 : TDI_ELEMENT_FLOAT);
}

void tdi_infer_shape(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), out = {.rank = 1, .size = {-1}};
    if (x.rank >= 0) {
        int64_t start = tdi_attribute_whole(op, "start", 0);
        int64_t end = tdi_attribute_whole(op, "end", x.rank);
        start += start < 0 ? x.rank : 0;
        end += end < 0 ? x.rank : 0;
        start = start < 0 ? 0 : start > x.rank ? x.rank : start;
        end = end < 0 ? 0 : end > x.rank ? x.rank : end;
        out.size[0] = end > start ? end - start : 0;
    }
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_INT64);
}

void tdi_infer_size(TdiGraph *graph, const TdiOperator *op)
{
    const TdiShape scalar = {.rank = 0};
    tdi_put(graph, op, 0, &scalar, TDI_ELEMENT_INT64);
}

static bool one_number(const TdiTensor *tensor, double *number)
{
    if (tensor == NULL || tensor->numbers != 1 ||
        (tensor->whole == NULL && tensor->real == NULL))
        return false;
    *number = tensor->whole != NULL ? (double)tensor->whole[0] : tensor->real[0];
    return true;
}

void tdi_infer_range(TdiGraph *graph, const TdiOperator *op)
{
    double start, limit, delta;
    TdiShape out = {.rank = 1, .size = {-1}};
    if (one_number(tdi_input(graph, op, 0), &start) &&
        one_number(tdi_input(graph, op, 1), &limit) &&
        one_number(tdi_input(graph, op, 2), &delta) && delta != 0) {
        double count = ceil((limit - start) / delta);
        if (count < 0x1p53) /* NaN is not */
            out.size[0] = count > 0 ? (int64_t)count : 0;
    }
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

/* ---- Chance -------------------------------------------------------------------------- */

void tdi_infer_random(TdiGraph *graph, const TdiOperator *op)
{
    TdiList sizes = tdi_list(graph, op, "shape", -1);
    if (sizes.given && sizes.count <= TDI_MAX_RANK) {
        TdiShape out = tdi_shape_of((int)sizes.count, sizes.whole);
        tdi_put(graph, op, 0, &out, asked_element(op, "dtype", TDI_ELEMENT_FLOAT));
    }
}

void tdi_infer_multinomial(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    TdiShape out = {
        .rank = 2,
        .size = {x.rank == 2 ? x.size[0] : -1, tdi_attribute_whole(op, "sample_size", 1)}};
    tdi_put(graph, op, 0, &out, asked_element(op, "dtype", TDI_ELEMENT_INT32));
}

/* ---- Searches ------------------------------------------------------------------------ */

void tdi_infer_one_hot(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), out = {.rank = x.rank + 1};
    const TdiTensor *depth = tdi_input(graph, op, 1);
    double count;
    int axis;
    if (x.rank < 0 || out.rank > TDI_MAX_RANK ||
        !tdi_axis(tdi_attribute_whole(op, "axis", -1), out.rank, &axis))
        return;
    if (!one_number(depth, &count) || !(count >= 0 && count < 0x1p53))
        count = -1;
    for (int i = 0, from = 0; i < out.rank; i++)
        if (i == axis)
            out.size[i] = (int64_t)count;
        else
            out.size[i] = x.size[from++];
    tdi_put(graph, op, 0, &out, tdi_input_element(graph, op, 2));
}

void tdi_infer_non_zero(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    TdiShape out = {.rank = 2, .size = {x.rank > 0 ? x.rank : x.rank == 0 ? 1 : -1, -1}};
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_INT64);
}

/* Rows of batch, class and box. */
void tdi_infer_non_max(TdiGraph *graph, const TdiOperator *op)
{
    const TdiShape out = {.rank = 2, .size = {-1, 3}};
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_INT64);
}

void tdi_infer_top_k(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    TdiList count = tdi_list(graph, op, "k", 1);
    int axis;
    if (out.rank < 1 || !tdi_axis(tdi_attribute_whole(op, "axis", -1), out.rank, &axis))
        return;
    out.size[axis] = count.whole != NULL && count.count == 1 ? count.whole[0] : -1;
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
    tdi_put(graph, op, 1, &out, TDI_ELEMENT_INT64);
}

void tdi_infer_unique(TdiGraph *graph, const TdiOperator *op)
{
    const TdiShape list = {.rank = 1, .size = {-1}};
    TdiShape out = tdi_input_shape(graph, op, 0);
    int axis;
    if (tdi_attribute(op, "axis") == NULL)
        out = list;
    else if (out.rank < 1 || !tdi_axis(tdi_attribute_whole(op, "axis", 0), out.rank, &axis))
        out = tdi_shape_unknown();
    else
        out.size[axis] = -1;
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
    for (int k = 1; k < 4; k++)
        tdi_put(graph, op, k, &list, TDI_ELEMENT_INT64);
}

/* Windows of signal processing: as many numbers as the input says. */
void tdi_infer_window_of(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = {.rank = 1, .size = {-1}};
    int64_t count;
    if (tdi_input_whole(graph, op, 0, &count))
        out.size[0] = count;
    tdi_put(graph, op, 0, &out, asked_element(op, "output_datatype", TDI_ELEMENT_FLOAT));
}

/* ---- Graphs inside ------------------------------------------------------------------- */

/* Output k of a body; NULL where there is none. */
static const TdiTensor *body_output(const struct TdiGraph *body, int k)
{
    return k < body->output_count && body->outputs[k] >= 0 ? &body->tensors[body->outputs[k]]
                                                           : NULL;
}

/* What two shapes have in common. */
static TdiShape agree(const TdiShape *a, const TdiShape *b)
{
    if (a->rank != b->rank)
        return tdi_shape_unknown();
    TdiShape common = *a;
    for (int i = 0; i < a->rank; i++)
        if (a->size[i] != b->size[i])
            common.size[i] = -1;
    return common;
}

void tdi_infer_if(TdiGraph *graph, const TdiOperator *op)
{
    for (int k = 0; k < op->output_count && op->body_count == 2; k++) {
        const TdiTensor *first = body_output(op->bodies[0], k);
        const TdiTensor *other = body_output(op->bodies[1], k);
        if (first == NULL || other == NULL)
            continue;
        TdiShape shape = agree(&first->shape, &other->shape);
        tdi_put(graph, op, k, &shape, first->element);
    }
}

/* A body's result, once a round: an axis of `rounds` more at `axis`. */
static void put_rounds(TdiGraph *graph, const TdiOperator *op, int slot, const TdiTensor *each,
                       int64_t axis, int64_t rounds)
{
    int at;
    if (each == NULL || each->shape.rank < 0 || each->shape.rank >= TDI_MAX_RANK ||
        !tdi_axis(axis, each->shape.rank + 1, &at))
        return;
    TdiShape shape = {.rank = each->shape.rank + 1};
    for (int i = 0, from = 0; i < shape.rank; i++)
        shape.size[i] = i == at ? rounds : each->shape.size[from++];
    tdi_put(graph, op, slot, &shape, each->element);
}

/* What goes round and round keeps its shape only where it goes in as it comes out. */
static void put_state(TdiGraph *graph, const TdiOperator *op, int slot, int input,
                      const TdiTensor *body)
{
    if (body == NULL)
        return;
    TdiShape in = tdi_input_shape(graph, op, input), shape = agree(&in, &body->shape);
    tdi_put(graph, op, slot, &shape, body->element);
}

/* Inputs: rounds, whether to begin, states. A body gives whether to go on, states, results. */
void tdi_infer_loop(TdiGraph *graph, const TdiOperator *op)
{
    int states = op->input_count - 2;
    for (int k = 0; k < op->output_count && op->body_count > 0; k++) {
        const TdiTensor *each = body_output(op->bodies[0], k + 1);
        if (k < states)
            put_state(graph, op, k, k + 2, each);
        else
            put_rounds(graph, op, k, each, 0, -1);
    }
}

/* The k-th number of a list of axes, 0 where it has none. */
static int64_t listed(const TdiOperator *op, const char *name, int k)
{
    const TdiAttribute *list = tdi_attribute(op, name);
    return list != NULL && list->whole != NULL && (size_t)k < list->count ? list->whole[k] : 0;
}

/* Inputs: states, then what is scanned. */
void tdi_infer_scan(TdiGraph *graph, const TdiOperator *op)
{
    int64_t scanned = tdi_attribute_whole(op, "num_scan_inputs", -1);
    /* Before version 9 there was another input, and a batch. */
    if (op->body_count < 1 || scanned < 1 || scanned > op->input_count ||
        op->bodies[0]->input_count != op->input_count)
        return;
    int states = op->input_count - (int)scanned, axis;
    TdiShape first = tdi_input_shape(graph, op, states);
    bool known = tdi_axis(listed(op, "scan_input_axes", 0), first.rank, &axis);
    for (int k = 0; k < op->output_count; k++) {
        const TdiTensor *each = body_output(op->bodies[0], k);
        if (k < states)
            put_state(graph, op, k, k, each);
        else
            put_rounds(graph, op, k, each, listed(op, "scan_output_axes", k - states),
                       known ? first.size[axis] : -1);
    }
}
