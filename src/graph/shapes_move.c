/* Shapes where numbers only move: cut, joined, picked, turned, laid out anew. */
#include <string.h>

#include "graph/infer.h"

static void put(TdiGraph *graph, const TdiOperator *op, const TdiShape *shape)
{
    tdi_put(graph, op, 0, shape, TDI_ELEMENT_UNKNOWN);
}

static TdiShape all_unknown(int rank)
{
    TdiShape shape = {.rank = rank};
    for (int i = 0; i < rank; i++)
        shape.size[i] = -1;
    return shape;
}

/* ---- Joining and cutting ------------------------------------------------------------- */

/* Joins inputs first, first + step, ... along an axis. */
static bool join(const TdiGraph *graph, const TdiOperator *op, int first, int step,
                 TdiShape *out)
{
    int axis;
    *out = tdi_input_shape(graph, op, first);
    if (out->rank < 1 || !tdi_axis(tdi_attribute_whole(op, "axis", 1), out->rank, &axis))
        return false;
    for (int i = first + step; i < op->input_count; i += step) {
        TdiShape next = tdi_input_shape(graph, op, i);
        if (next.rank != out->rank)
            return false;
        for (int k = 0; k < out->rank; k++)
            if (k == axis)
                out->size[k] = next.size[k] < 0 ? -1 : tdi_plus(out->size[k], next.size[k]);
            else if (!tdi_same_size(out->size[k], next.size[k], &out->size[k]))
                return false;
    }
    return true;
}

void tdi_infer_concat(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out;
    if (join(graph, op, 0, 1, &out))
        put(graph, op, &out);
}

/* The output's scale and zero, then each input with its own. */
void tdi_infer_qlinear_concat(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out;
    if (join(graph, op, 2, 3, &out))
        tdi_put(graph, op, 0, &out, tdi_input_element(graph, op, 1));
}

/* The size of part k of `parts` where the network does not say. */
static int64_t even_part(const TdiOperator *op, int64_t size, int parts, int k)
{
    if (size < 0 || size % parts == 0)
        return size < 0 ? -1 : size / parts;
    if (tdi_attribute(op, "num_outputs") == NULL)
        return -1;
    int64_t each = size / parts + 1, before = tdi_times(each, k);
    int64_t left = before < 0 ? -1 : tdi_plus(size, -before);
    return left < each ? left : each;
}

void tdi_infer_split(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    TdiList sizes = tdi_list(graph, op, "split", 1);
    int axis;
    if (x.rank < 1 || !tdi_axis(tdi_attribute_whole(op, "axis", 0), x.rank, &axis) ||
        (sizes.whole != NULL && sizes.count != (size_t)op->output_count))
        return;
    for (int k = 0; k < op->output_count; k++) {
        TdiShape out = x;
        if (sizes.whole != NULL)
            out.size[axis] = sizes.whole[k];
        else
            out.size[axis] =
                sizes.given ? -1 : even_part(op, x.size[axis], op->output_count, k);
        tdi_put(graph, op, k, &out, TDI_ELEMENT_UNKNOWN);
    }
}

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* What one axis of `size` cells is cut to. */
static TdiSlice cut(int axis, int64_t size, int64_t start, int64_t end, int64_t step)
{
    TdiSlice slice = {.axis = axis, .step = step, .size = -1};
    if (size < 0 || step == 0)
        return slice;
    if (step == INT64_MIN)
        step = -INT64_MAX;
    if (size == 0) {
        slice.size = 0;
        return slice;
    }
    start += start < 0 ? size : 0;
    end += end < 0 ? size : 0;
    start = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1);
    end = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
    int64_t run = step > 0 ? end - start : start - end, pace = step > 0 ? step : -step;
    slice.start = start;
    slice.step = step;
    slice.size = run <= 0 ? 0 : (run - 1) / pace + 1;
    return slice;
}

int tdi_slices(const TdiGraph *graph, const TdiOperator *op, TdiSlice *slices, int most)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    TdiList starts = tdi_list(graph, op, "starts", 1), ends = tdi_list(graph, op, "ends", 2);
    TdiList axes = tdi_list(graph, op, "axes", 3), steps = tdi_list(graph, op, "steps", 4);
    size_t count = starts.count;
    if (x.rank < 0 || starts.whole == NULL || ends.whole == NULL || ends.count != count ||
        (axes.given && (axes.whole == NULL || axes.count != count)) ||
        (steps.given && (steps.whole == NULL || steps.count != count)) || count > (size_t)most)
        return -1;
    for (size_t i = 0; i < count; i++) {
        int axis;
        if (!tdi_axis(axes.given ? axes.whole[i] : (int64_t)i, x.rank, &axis))
            return -1;
        slices[i] = cut(axis, x.size[axis], starts.whole[i], ends.whole[i],
                        steps.given ? steps.whole[i] : 1);
    }
    return (int)count;
}

void tdi_infer_slice(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    TdiSlice slices[TDI_MAX_RANK];
    if (out.rank < 0)
        return;
    int count = tdi_slices(graph, op, slices, TDI_MAX_RANK);
    for (int i = 0; i < count; i++)
        out.size[slices[i].axis] = slices[i].size;
    if (count >= 0) {
        put(graph, op, &out);
        return;
    }
    /* Which axes are cut may be known where the cuts are not. */
    TdiList axes = tdi_list(graph, op, "axes", 3);
    TdiShape unknown = all_unknown(out.rank);
    for (size_t i = 0; axes.whole != NULL && i < axes.count; i++) {
        int axis;
        if (!tdi_axis(axes.whole[i], out.rank, &axis))
            return;
        out.size[axis] = -1;
    }
    put(graph, op, axes.whole != NULL ? &out : &unknown);
}

/* ---- Picking ------------------------------------------------------------------------- */

/* `shape` with the sizes of `more` behind its own; false: too many. */
static bool append(TdiShape *shape, const int64_t *more, int count)
{
    if (count < 0 || shape->rank + count > TDI_MAX_RANK)
        return false;
    for (int i = 0; i < count; i++)
        shape->size[shape->rank++] = more[i];
    return true;
}

void tdi_infer_gather(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), picks = tdi_input_shape(graph, op, 1);
    int axis;
    if (x.rank < 1 || picks.rank < 0 ||
        !tdi_axis(tdi_attribute_whole(op, "axis", 0), x.rank, &axis))
        return;
    TdiShape out = tdi_shape_of(axis, x.size);
    if (append(&out, picks.size, picks.rank) &&
        append(&out, x.size + axis + 1, x.rank - axis - 1))
        put(graph, op, &out);
}

void tdi_infer_gather_elements(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 1);
    put(graph, op, &out);
}

void tdi_infer_gather_nd(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), picks = tdi_input_shape(graph, op, 1);
    int64_t batch = tdi_attribute_whole(op, "batch_dims", 0);
    if (x.rank < 1 || picks.rank < 1 || batch < 0 || batch >= x.rank)
        return;
    int64_t depth = picks.size[picks.rank - 1];
    if (depth < 1 || depth > x.rank - batch)
        return;
    int from = (int)(batch + depth);
    TdiShape out = tdi_shape_of(picks.rank - 1, picks.size);
    if (append(&out, x.size + from, x.rank - from))
        put(graph, op, &out);
}

/* An unknown number of slices along an axis, or of elements. */
void tdi_infer_compress(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    int axis;
    if (tdi_attribute(op, "axis") == NULL)
        out = all_unknown(1);
    else if (out.rank < 1 || !tdi_axis(tdi_attribute_whole(op, "axis", 0), out.rank, &axis))
        return;
    else
        out.size[axis] = -1;
    put(graph, op, &out);
}

/* Sequences of tensors are not followed. */
void tdi_infer_sequence_of(TdiGraph *graph, const TdiOperator *op)
{
    (void)graph;
    (void)op;
}

/* ---- Turning ------------------------------------------------------------------------- */

void tdi_infer_transpose(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), out = x;
    TdiList order = tdi_list(graph, op, "perm", -1);
    unsigned seen = 0;
    if (x.rank < 0 || (order.given && order.count != (size_t)x.rank))
        return;
    for (int i = 0; i < x.rank; i++) {
        int from = x.rank - 1 - i;
        if (order.given && !tdi_axis(order.whole[i], x.rank, &from))
            return;
        out.size[i] = x.size[from];
        seen |= 1u << from;
    }
    if (seen == (1u << x.rank) - 1)
        put(graph, op, &out);
}

/* ---- Laying out anew ----------------------------------------------------------------- */

/* The target of Reshape. */
typedef struct Target {
    TdiShape out;
    int at;        /* the size that is what is left of the elements; -1: none */
    unsigned kept; /* bit i: size i is the input's */
} Target;

/* False: it is none. */
static bool read_target(const TdiList *list, const TdiShape *x, bool zeros, Target *target)
{
    *target = (Target){.out = tdi_list_shape(list), .at = -1};
    int holes = 0, hole = -1;
    for (int i = 0; i < target->out.rank && list->partly != NULL; i++) {
        int64_t asked = list->partly[i], *size = &target->out.size[i];
        if (asked == TDI_HOLE) {
            holes++;
            hole = i;
        } else if (asked < -1 || (asked == -1 && target->at >= 0)) {
            return false;
        } else if (asked == -1) {
            target->at = i;
        } else if (asked == 0 && !zeros) {
            *size = x->rank > i ? x->size[i] : -1;
            target->kept |= 1u << i;
        }
    }
    if (holes == 1 && target->at < 0)
        target->at = hole;
    return target->out.rank >= 0;
}

/* The size at target->at. An unknown size that is kept stands on both sides. */
static int64_t rest(const TdiShape *x, const Target *target)
{
    int64_t others = 1, all = 1;
    for (int i = 0; i < x->rank; i++)
        if ((target->kept >> i & 1) == 0 || x->size[i] >= 0)
            all = tdi_times(all, x->size[i]);
    for (int i = 0; i < target->out.rank; i++)
        if (i != target->at && ((target->kept >> i & 1) == 0 || target->out.size[i] >= 0))
            others = tdi_times(others, target->out.size[i]);
    return x->rank < 0 || all < 0 || others < 1 || all % others != 0 ? -1 : all / others;
}

void tdi_infer_reshape(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    TdiList list = tdi_list(graph, op, "shape", 1);
    Target target;
    if (!read_target(&list, &x, tdi_attribute_whole(op, "allowzero", 0) != 0, &target))
        return;
    int64_t before = tdi_shape_elements(&x), after = tdi_shape_elements(&target.out);
    if (target.at >= 0)
        target.out.size[target.at] = rest(&x, &target);
    else if (before >= 0 && after >= 0 && before != after)
        return;
    put(graph, op, &target.out);
}

void tdi_infer_flatten(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), out = {.rank = 2, .size = {1, 1}};
    int64_t axis = tdi_attribute_whole(op, "axis", 1);
    if (x.rank < 0 || axis < -x.rank || axis > x.rank)
        return;
    axis += axis < 0 ? x.rank : 0;
    for (int i = 0; i < x.rank; i++)
        out.size[i >= axis] = tdi_times(out.size[i >= axis], x.size[i]);
    put(graph, op, &out);
}

/* The axes of a list as bits; false: not known, or not sound. */
static bool axes_bits(const TdiList *axes, int rank, unsigned *bits)
{
    *bits = 0;
    if (axes->whole == NULL || axes->count > TDI_MAX_RANK)
        return false;
    for (size_t i = 0; i < axes->count; i++) {
        int axis;
        if (!tdi_axis(axes->whole[i], rank, &axis) || (*bits >> axis & 1) != 0)
            return false;
        *bits |= 1u << axis;
    }
    return true;
}

void tdi_infer_squeeze(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), out = {.rank = 0};
    TdiList axes = tdi_list(graph, op, "axes", 1);
    unsigned gone = 0;
    if (x.rank < 0)
        return;
    if (axes.given && !axes_bits(&axes, x.rank, &gone)) {
        if (axes.counted && axes.count <= (size_t)x.rank && axes.whole == NULL) {
            out = all_unknown(x.rank - (int)axes.count);
            put(graph, op, &out);
        }
        return;
    }
    for (int i = 0; i < x.rank; i++) {
        if (!axes.given && x.size[i] < 0)
            return;
        bool drop = axes.given ? (gone >> i & 1) != 0 : x.size[i] == 1;
        if (!drop)
            out.size[out.rank++] = x.size[i];
    }
    put(graph, op, &out);
}

void tdi_infer_unsqueeze(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    TdiList axes = tdi_list(graph, op, "axes", 1);
    unsigned added;
    if (x.rank < 0 || !axes.counted || axes.count > (size_t)(TDI_MAX_RANK - x.rank))
        return;
    TdiShape out = all_unknown(x.rank + (int)axes.count);
    if (axes_bits(&axes, out.rank, &added))
        for (int i = 0, from = 0; i < out.rank; i++)
            out.size[i] = (added >> i & 1) != 0 ? 1 : x.size[from++];
    else if (axes.whole != NULL)
        return;
    put(graph, op, &out);
}

/* ---- Repeating ----------------------------------------------------------------------- */

void tdi_infer_expand(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), out;
    TdiList target = tdi_list(graph, op, NULL, 1);
    TdiShape asked = tdi_list_shape(&target);
    if (!tdi_broadcast(&x, &asked, &out))
        return;
    /* What is asked for may turn out to be 1, and the other size stays. */
    put(graph, op, &out);
}

void tdi_infer_tile(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    TdiList times = tdi_list(graph, op, NULL, 1);
    if (out.rank < 0 || op->input_count > 2)
        return;
    if (times.whole != NULL && times.count != (size_t)out.rank)
        return;
    for (int i = 0; i < out.rank; i++)
        out.size[i] = times.whole == NULL ? -1 : tdi_times(out.size[i], times.whole[i]);
    put(graph, op, &out);
}
