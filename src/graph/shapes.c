#include "graph/shapes.h"

#include <string.h>

#include "graph/infer.h"

/* ---- Sizes --------------------------------------------------------------------------- */

int64_t tdi_times(int64_t a, int64_t b)
{
    int64_t product;
    return a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product) ? -1 : product;
}

int64_t tdi_plus(int64_t size, int64_t more)
{
    int64_t sum;
    return size < 0 || __builtin_add_overflow(size, more, &sum) || sum < 0 ? -1 : sum;
}

bool tdi_axis(int64_t axis, int rank, int *found)
{
    if (axis < -(int64_t)rank || axis >= rank)
        return false;
    *found = (int)(axis < 0 ? axis + rank : axis);
    return true;
}

bool tdi_same_size(int64_t a, int64_t b, int64_t *size)
{
    *size = a < 0 ? b : a;
    return a < 0 || b < 0 || a == b;
}

bool tdi_broadcast(const TdiShape *a, const TdiShape *b, TdiShape *to)
{
    if (a->rank < 0 || b->rank < 0)
        return false;
    TdiShape joined = {.rank = a->rank > b->rank ? a->rank : b->rank};
    for (int i = 1; i <= joined.rank; i++) {
        int64_t p = i <= a->rank ? a->size[a->rank - i] : 1;
        int64_t q = i <= b->rank ? b->size[b->rank - i] : 1;
        int64_t *size = &joined.size[joined.rank - i];
        /* An unknown size beside a known one other than 1 can only be 1 or the same. */
        if (p == 1 || q == 1)
            *size = p == 1 ? q : p;
        else if (!tdi_same_size(p, q, size))
            return false;
    }
    *to = joined;
    return true;
}

/* 12, 13: unsigned of 32 and 64 bits; 21, 22: of 4 bits. */
bool tdi_is_integer(int element)
{
    return (element >= TDI_ELEMENT_UINT8 && element <= TDI_ELEMENT_BOOL &&
            element != TDI_ELEMENT_STRING) ||
           element == 12 || element == 13 || element == 21 || element == 22;
}

/* ---- Inputs and outputs -------------------------------------------------------------- */

void tdi_put(TdiGraph *graph, const TdiOperator *op, int slot, const TdiShape *shape,
             int element)
{
    TdiTensor *out = tdi_output(graph, op, slot);
    if (out == NULL)
        return;
    if (element != TDI_ELEMENT_UNKNOWN)
        out->element = element;
    if (shape->rank < 0)
        return;
    TdiShape before = out->shape;
    out->shape = *shape;
    for (int i = 0; i < shape->rank; i++)
        if (shape->size[i] < 0)
            out->shape.size[i] = before.rank == shape->rank ? before.size[i] : -1;
}

TdiShape tdi_input_shape(const TdiGraph *graph, const TdiOperator *op, int slot)
{
    const TdiTensor *input = tdi_input(graph, op, slot);
    return input == NULL ? tdi_shape_unknown() : input->shape;
}

int tdi_input_element(const TdiGraph *graph, const TdiOperator *op, int slot)
{
    const TdiTensor *input = tdi_input(graph, op, slot);
    return input == NULL ? TDI_ELEMENT_UNKNOWN : input->element;
}

TdiList tdi_list(const TdiGraph *graph, const TdiOperator *op, const char *attribute, int slot)
{
    const TdiAttribute *found = attribute == NULL ? NULL : tdi_attribute(op, attribute);
    if (found != NULL && (found->whole != NULL || found->count == 0)) {
        static const int64_t none;
        const int64_t *whole = found->whole == NULL ? &none : found->whole;
        return (TdiList){true, whole, whole, found->count, true};
    }
    const TdiTensor *input = slot < 0 ? NULL : tdi_input(graph, op, slot);
    if (input == NULL)
        return (TdiList){.given = false};
    if (input->whole != NULL)
        return (TdiList){true, input->whole, input->whole, input->numbers, true};
    if (input->partly != NULL)
        return (TdiList){true, NULL, input->partly, input->numbers, true};
    if (input->shape.rank == 1 && input->shape.size[0] >= 0)
        return (TdiList){true, NULL, NULL, (size_t)input->shape.size[0], true};
    return (TdiList){.given = true};
}

TdiShape tdi_list_shape(const TdiList *list)
{
    TdiShape shape = {.rank = (int)list->count};
    if (!list->given || !list->counted || list->count > TDI_MAX_RANK)
        return tdi_shape_unknown();
    for (int i = 0; i < shape.rank; i++)
        shape.size[i] = list->partly == NULL || list->partly[i] < 0 ? -1 : list->partly[i];
    return shape;
}

bool tdi_input_whole(const TdiGraph *graph, const TdiOperator *op, int slot, int64_t *number)
{
    const TdiTensor *input = tdi_input(graph, op, slot);
    if (input == NULL || input->whole == NULL || input->numbers != 1)
        return false;
    *number = input->whole[0];
    return true;
}

/* ---- One operator -------------------------------------------------------------------- */

static void infer(TdiGraph *graph, const TdiOperator *op, const TdiOperatorInfo *info)
{
    if (info->infer != NULL) {
        info->infer(graph, op);
        return;
    }
    TdiShape shape = tdi_input_shape(graph, op, 0);
    tdi_put(graph, op, 0, &shape, TDI_ELEMENT_UNKNOWN);
}

/* Most operators give what they take. */
static void fill_elements(TdiGraph *graph, const TdiOperator *op)
{
    for (int k = 0; k < op->output_count; k++) {
        TdiTensor *out = tdi_output(graph, op, k);
        if (out != NULL && out->element == TDI_ELEMENT_UNKNOWN)
            out->element = tdi_input_element(graph, op, 0);
    }
}

/* Whether the numbers of an operator's outputs are those of weights. Shapes of weights are not.
 */
static bool takes_weights(const TdiGraph *graph, const TdiOperator *op)
{
    bool takes = false;
    for (int i = 0; i < op->input_count; i++) {
        const TdiTensor *input = tdi_input(graph, op, i);
        bool whole = input != NULL && tdi_is_integer(input->element);
        takes |=
            input != NULL && !input->constant && !whole && (input->stored || input->derived);
    }
    return takes && strcmp(op->type, "Shape") != 0 && strcmp(op->type, "Size") != 0;
}

/* Outputs that come from constants alone, or whose numbers are known and are no weights, are
 * constants; those that come from stored tensors alone are derived. */
static void mark_still(TdiGraph *graph, const TdiOperator *op, TdiKind kind)
{
    bool constant = op->input_count > 0 && kind != TDI_KIND_CONTROL, still = constant;
    bool weights = takes_weights(graph, op);
    for (int i = 0; i < op->input_count; i++) {
        const TdiTensor *input = tdi_input(graph, op, i);
        constant &= input == NULL || input->constant;
        still &= input == NULL || input->constant || input->stored || input->derived;
    }
    for (int k = 0; k < op->output_count; k++) {
        TdiTensor *out = tdi_output(graph, op, k);
        if (out == NULL)
            continue;
        bool known = out->whole != NULL || out->real != NULL;
        out->constant |= constant || (known && !weights);
        out->derived = still && !out->constant;
    }
}

static void start_fields(TdiGraph *graph, const TdiOperator *op)
{
    for (int i = 0; i < op->input_count; i++) {
        TdiTensor *input = tdi_input(graph, op, i);
        if (input != NULL && input->producer < 0 && !input->stored && !input->constant &&
            input->outer < 0)
            tdi_field_start(input);
    }
}

/* More than any operator has: looking for one among very many would take long. */
enum { MOST_ATTRIBUTES = 256 };

void tdi_infer_shapes(TdiGraph *graph, const TdiOperator *op)
{
    const TdiOperatorInfo *info = tdi_op_info(op->op);
    start_fields(graph, op);
    if (info == NULL || op->attribute_count > MOST_ATTRIBUTES) {
        mark_still(graph, op, TDI_KIND_UNKNOWN);
        return;
    }
    infer(graph, op, info);
    fill_elements(graph, op);
    if (info->numbers != NULL)
        info->numbers(graph, op);
    mark_still(graph, op, info->kind);
    if (info->field != NULL)
        info->field(graph, op);
    else
        tdi_field_join(graph, op);
}
