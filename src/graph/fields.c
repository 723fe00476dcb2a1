/* Receptive fields: what an element sees of the network's input.
 *
 * An axis that positions lie along has a field; one of channels or of a batch has none (0). The
 * three slots of a tensor belong to its last three axes, the first axis never to one. Padding
 * and the blur of smooth upsampling are not counted, nor what a norm's mean or a softmax sees.
 */
#include <math.h>

#include "graph/infer.h"

/* The axis of a slot; below 0: none. */
static int axis_of(const TdiTensor *tensor, int slot)
{
    return tensor->shape.rank - TDI_SPATIAL + slot;
}

static int slot_of(const TdiTensor *tensor, int axis)
{
    return axis - tensor->shape.rank + TDI_SPATIAL;
}

static double field_at(const TdiTensor *tensor, int axis)
{
    int slot = slot_of(tensor, axis);
    return slot < 0 || slot >= TDI_SPATIAL || axis < 0 ? 0 : tensor->field[slot];
}

/* Nothing smaller than what it already is. */
static void see(TdiTensor *tensor, int axis, double field, double jump)
{
    int slot = slot_of(tensor, axis);
    if (slot < 0 || slot >= TDI_SPATIAL || axis < 0 || field <= tensor->field[slot])
        return;
    tensor->field[slot] = field;
    tensor->jump[slot] = jump;
}

static bool sees_any(const TdiTensor *tensor)
{
    bool any = false;
    for (int k = 0; tensor != NULL && k < TDI_SPATIAL; k++)
        any |= tensor->field[k] > 0;
    return any;
}

void tdi_field_start(TdiTensor *input)
{
    const TdiShape *shape = &input->shape;
    bool whole = input->element == TDI_ELEMENT_INT64 || input->element == TDI_ELEMENT_INT32 ||
                 input->element == TDI_ELEMENT_BOOL || input->element == TDI_ELEMENT_STRING;
    if (shape->rank < 3 || shape->rank > 2 + TDI_SPATIAL || whole || sees_any(input))
        return;
    /* TensorFlow's order: few channels, last. */
    bool last = shape->rank == 4 && shape->size[3] >= 1 && shape->size[3] <= 4 &&
                (shape->size[1] < 0 || shape->size[1] > 4);
    for (int axis = last ? 1 : 2; axis < (last ? 3 : shape->rank); axis++)
        see(input, axis, 1, 1);
}

void tdi_field_none(TdiGraph *graph, const TdiOperator *op)
{
    (void)graph;
    (void)op;
}

void tdi_field_join(TdiGraph *graph, const TdiOperator *op)
{
    TdiTensor all = {
        .shape = {.rank = TDI_SPATIAL}}; /* aligned at the last axis, as they stretch */
    for (int i = 0; i < op->input_count; i++) {
        const TdiTensor *input = tdi_input(graph, op, i);
        for (int slot = 0; input != NULL && slot < TDI_SPATIAL; slot++)
            see(&all, slot, field_at(input, axis_of(input, slot)), input->jump[slot]);
    }
    for (int k = 0; k < op->output_count; k++) {
        TdiTensor *out = tdi_output(graph, op, k);
        for (int slot = 0; out != NULL && slot < TDI_SPATIAL; slot++)
            see(out, axis_of(out, slot), all.field[slot], all.jump[slot]);
    }
}

/* Wherever it sees something, it sees all. */
void tdi_field_all(TdiGraph *graph, const TdiOperator *op)
{
    bool any = false;
    for (int i = 0; i < op->input_count; i++)
        any |= sees_any(tdi_input(graph, op, i));
    for (int k = 0; any && k < op->output_count; k++) {
        TdiTensor *out = tdi_output(graph, op, k);
        for (int axis = 1; out != NULL && axis < out->shape.rank; axis++)
            see(out, axis, HUGE_VAL, 0);
    }
}

/* ---- Windows ------------------------------------------------------------------------- */

static bool read_window(const TdiGraph *graph, const TdiOperator *op, bool weighted,
                        TdiWindow *window)
{
    const TdiTensor *x = tdi_input(graph, op, 0);
    TdiShape w = tdi_input_shape(graph, op, tdi_weights_slot(op));
    return x != NULL && x->shape.rank >= 2 && (!weighted || w.rank == x->shape.rank) &&
           tdi_window(op, x->shape.rank - 2, weighted ? &w : NULL, window);
}

static void slide(TdiGraph *graph, const TdiOperator *op, bool up)
{
    bool weighted = tdi_op_info(op->op)->kind == TDI_KIND_CONVOLUTION;
    const TdiTensor *x = tdi_input(graph, op, 0);
    TdiWindow window;
    if (!read_window(graph, op, weighted, &window))
        return;
    for (int k = 0; k < op->output_count; k++) {
        TdiTensor *out = tdi_output(graph, op, k);
        for (int i = 0; out != NULL && i < window.axes; i++) {
            double field = field_at(x, i + 2);
            if (field == 0 || out->shape.rank != x->shape.rank)
                continue;
            double jump = x->jump[slot_of(x, i + 2)], stride = (double)window.stride[i];
            double reach = (double)(window.kernel[i] - 1) * (double)window.dilation[i];
            /* The cells below a kernel that is laid on a grid `stride` times as fine. */
            double cells = up ? ceil((reach + 1) / stride) - 1 : reach;
            see(out, i + 2, field + cells * jump, up ? jump / stride : jump * stride);
        }
    }
}

void tdi_field_window(TdiGraph *graph, const TdiOperator *op)
{
    slide(graph, op, false);
}

void tdi_field_transposed(TdiGraph *graph, const TdiOperator *op)
{
    slide(graph, op, true);
}

/* Resized: the steps between neighbours change with the size. */
void tdi_field_scaled(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *x = tdi_input(graph, op, 0);
    TdiTensor *out = tdi_output(graph, op, 0);
    if (x == NULL || out == NULL || x->shape.rank != out->shape.rank)
        return;
    for (int axis = 1; axis < x->shape.rank; axis++) {
        int64_t before = x->shape.size[axis], after = out->shape.size[axis];
        double jump = field_at(x, axis) > 0 ? x->jump[slot_of(x, axis)] : 0;
        if (before > 0 && after > 0)
            see(out, axis, field_at(x, axis), jump * (double)before / (double)after);
    }
}

/* A slice with steps. */
void tdi_field_slice(TdiGraph *graph, const TdiOperator *op)
{
    TdiSlice slices[TDI_MAX_RANK];
    TdiTensor *out = tdi_output(graph, op, 0);
    int count = tdi_slices(graph, op, slices, TDI_MAX_RANK);
    tdi_field_join(graph, op);
    for (int i = 0; out != NULL && i < count; i++)
        if (field_at(out, slices[i].axis) > 0)
            out->jump[slot_of(out, slices[i].axis)] *= fabs((double)slices[i].step);
}

/* ---- All of an axis ------------------------------------------------------------------ */

/* Of the axes in the bits everything is seen; those that are gone leave a mark on the last. */
static void see_all_of(const TdiTensor *x, TdiTensor *out, unsigned axes)
{
    bool kept = x->shape.rank == out->shape.rank, gone = false;
    for (int axis = 0, to = 0; axis < x->shape.rank; axis++) {
        bool all = (axes >> axis & 1) != 0;
        double field = field_at(x, axis);
        if (all && !kept) {
            gone |= field > 0;
            continue;
        }
        if (field > 0)
            see(out, to, all ? HUGE_VAL : field, all ? 0 : x->jump[slot_of(x, axis)]);
        to++;
    }
    if (gone && !sees_any(out))
        see(out, out->shape.rank - 1, HUGE_VAL, 0);
}

void tdi_field_global(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *x = tdi_input(graph, op, 0);
    TdiTensor *out = tdi_output(graph, op, 0);
    if (x != NULL && out != NULL && x->shape.rank == out->shape.rank)
        see_all_of(x, out, ~0u);
}

void tdi_field_reduce(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *x = tdi_input(graph, op, 0);
    TdiTensor *out = tdi_output(graph, op, 0);
    unsigned axes;
    if (x != NULL && out != NULL && out->shape.rank >= 0 &&
        tdi_reduced_axes(graph, op, x->shape.rank, &axes))
        see_all_of(x, out, axes);
}

/* ---- Matrix products ----------------------------------------------------------------- */

/* Summed over the last axis of the left and the last but one of the right. Products of two
 * tensors that both see the image are attention, and see all. */
void tdi_field_matmul(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *a = tdi_input(graph, op, 0), *b = tdi_input(graph, op, 1);
    TdiTensor *out = tdi_output(graph, op, 0);
    if (a == NULL || b == NULL || out == NULL || out->shape.rank < 1)
        return;
    if (sees_any(a) && sees_any(b)) {
        tdi_field_all(graph, op);
        return;
    }
    const TdiTensor *x = sees_any(a) ? a : b;
    int end = out->shape.rank - 1, summed = x->shape.rank - (x == a ? 1 : 2);
    int left = x->shape.rank - (x == a ? 2 : 1), to = x == a ? end - 1 : end;
    if (!sees_any(x) || summed < 0)
        return;
    for (int axis = 0; axis < x->shape.rank - 2; axis++)
        if (field_at(x, axis) > 0)
            see(out, axis + out->shape.rank - x->shape.rank, field_at(x, axis),
                x->jump[slot_of(x, axis)]);
    if (left >= 0 && field_at(x, left) > 0)
        see(out, to, field_at(x, left), x->jump[slot_of(x, left)]);
    if (field_at(x, summed) > 0)
        see(out, x == a ? end : end - 1, HUGE_VAL, 0);
}

/* ---- Axes that move ------------------------------------------------------------------ */

void tdi_field_transpose(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *x = tdi_input(graph, op, 0);
    TdiTensor *out = tdi_output(graph, op, 0);
    TdiList order = tdi_list(graph, op, "perm", -1);
    if (x == NULL || out == NULL || x->shape.rank < 0 || out->shape.rank != x->shape.rank ||
        (order.given && order.count != (size_t)x->shape.rank))
        return;
    for (int i = 0; i < x->shape.rank; i++) {
        int from = x->shape.rank - 1 - i;
        if (order.given && !tdi_axis(order.whole[i], x->shape.rank, &from))
            return;
        if (field_at(x, from) > 0)
            see(out, i, field_at(x, from), x->jump[slot_of(x, from)]);
    }
}

/* The axes of x from `from` to `to` became those of out from `first` to `last`. */
static void carry(const TdiTensor *x, int from, int to, TdiTensor *out, int first, int last)
{
    for (int axis = from; axis < to; axis++)
        for (int k = first; k < last && field_at(x, axis) > 0; k++)
            see(out, k, field_at(x, axis), x->jump[slot_of(x, axis)]);
}

/* Laid out anew: runs of axes with the same number of elements belong together. */
void tdi_field_reshape(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *x = tdi_input(graph, op, 0);
    TdiTensor *out = tdi_output(graph, op, 0);
    if (x == NULL || out == NULL || tdi_shape_elements(&x->shape) < 1 ||
        tdi_shape_elements(&x->shape) != tdi_shape_elements(&out->shape))
        return;
    const TdiShape *a = &x->shape, *b = &out->shape;
    for (int i = 0, k = 0; i < a->rank && k < b->rank;) {
        int from = i, first = k;
        int64_t left = a->size[i++], right = b->size[k++];
        while (left != right && (left < right ? i < a->rank : k < b->rank)) {
            if (left < right)
                left *= a->size[i++];
            else
                right *= b->size[k++];
        }
        if (k == b->rank) /* sizes of 1 at the end */
            i = a->rank;
        carry(x, from, i, out, first, k);
    }
}
