/* Known numbers: shapes and what is computed from them, axes, scales. Only a few at a time
 * (TDI_MOST_NUMBERS). Integers may have holes, TDI_HOLE: a shape with a size that is not known.
 */
#include <math.h>

#include "graph/numbers.h"

/* ---- Taking and giving --------------------------------------------------------------- */

const int64_t *tdi_wholes(const TdiTensor *tensor)
{
    return tensor->whole != NULL ? tensor->whole : tensor->partly;
}

bool tdi_is_known(const TdiTensor *tensor)
{
    return tensor != NULL && (tdi_wholes(tensor) != NULL || tensor->real != NULL) &&
           tdi_shape_elements(&tensor->shape) == (int64_t)tensor->numbers;
}

bool tdi_few(const TdiTensor *out, size_t *count)
{
    int64_t elements = out == NULL ? -1 : tdi_shape_elements(&out->shape);
    *count = elements < 0 ? 0 : (size_t)elements;
    return elements >= 0 && elements <= TDI_MOST_NUMBERS;
}

/* A small file can ask for many lists of numbers: at some point only shapes are followed. */
enum { SHORT = 4 * TDI_MAX_RANK, MUCH_MEMORY = 1 << 28 };

bool tdi_begin(TdiGraph *graph, const TdiOperator *op, int slot, bool whole, TdiResult *result)
{
    TdiTensor *out = tdi_output(graph, op, slot);
    *result = (TdiResult){0};
    if (!tdi_few(out, &result->count) ||
        (result->count > SHORT && graph->arena.total > MUCH_MEMORY))
        return false;
    void *room = tdi_arena_take(&graph->arena, result->count, sizeof(int64_t));
    graph->failed |= room == NULL;
    result->whole = whole ? room : NULL;
    result->real = whole ? NULL : room;
    return room != NULL;
}

void tdi_finish(const TdiGraph *graph, const TdiOperator *op, int slot, const TdiResult *result)
{
    TdiTensor *out = tdi_output(graph, op, slot);
    bool holes = false;
    for (size_t i = 0; i < result->count && result->whole != NULL; i++)
        holes |= result->whole[i] == TDI_HOLE;
    out->whole = holes ? NULL : result->whole;
    out->partly = holes ? result->whole : NULL;
    out->real = result->real;
    out->numbers = result->count;
}

void tdi_copy_number(const TdiTensor *from, size_t i, const TdiResult *to, size_t k)
{
    if (to->whole != NULL)
        to->whole[k] = tdi_wholes(from)[i];
    else
        to->real[k] = from->real[i];
}

double tdi_rounded(double value, int element)
{
    return element == TDI_ELEMENT_DOUBLE ? value : (double)(float)value;
}

bool tdi_rounds(int element)
{
    return element == TDI_ELEMENT_FLOAT || element == TDI_ELEMENT_DOUBLE;
}

/* ---- The same numbers in another shape ----------------------------------------------- */

void tdi_number_same(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    TdiTensor *out = tdi_output(graph, op, 0);
    if (!tdi_is_known(from) || out == NULL ||
        tdi_shape_elements(&out->shape) != (int64_t)from->numbers)
        return;
    out->whole = from->whole;
    out->partly = from->partly;
    out->real = from->real;
    out->numbers = from->numbers;
}

static bool cast_down(const TdiTensor *from, const TdiResult *result)
{
    for (size_t i = 0; i < result->count; i++) {
        if (!(fabs(from->real[i]) < 0x1p63))
            return false;
        result->whole[i] = (int64_t)from->real[i];
    }
    return true;
}

void tdi_number_cast(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0), *out = tdi_output(graph, op, 0);
    TdiResult result;
    if (!tdi_is_known(from) || out == NULL)
        return;
    bool whole = tdi_is_integer(out->element), truth = out->element == TDI_ELEMENT_BOOL;
    if (!whole && !tdi_rounds(out->element) && out->element != from->element)
        return;
    if (truth   ? from->element == TDI_ELEMENT_BOOL
        : whole ? tdi_wholes(from) != NULL
                : out->element == from->element) {
        tdi_number_same(graph, op);
        return;
    }
    if (from->partly != NULL || !tdi_begin(graph, op, 0, whole, &result))
        return;
    if (truth)
        for (size_t i = 0; i < result.count; i++)
            result.whole[i] = from->whole != NULL ? from->whole[i] != 0 : from->real[i] != 0;
    else if (whole && !cast_down(from, &result))
        return;
    else if (!whole)
        for (size_t i = 0; i < result.count; i++)
            result.real[i] = tdi_rounded(
                from->whole != NULL ? (double)from->whole[i] : from->real[i], out->element);
    tdi_finish(graph, op, 0, &result);
}

/* ---- Shapes as numbers --------------------------------------------------------------- */

void tdi_number_shape(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    TdiResult result;
    if (x.rank < 0 || !tdi_begin(graph, op, 0, true, &result))
        return;
    int64_t start = tdi_attribute_whole(op, "start", 0);
    start += start < 0 ? x.rank : 0;
    start = start < 0 ? 0 : start;
    for (size_t i = 0; i < result.count; i++) {
        int64_t size = x.size[start + (int64_t)i];
        result.whole[i] = size < 0 ? TDI_HOLE : size;
    }
    tdi_finish(graph, op, 0, &result);
}

void tdi_number_size(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    int64_t elements = tdi_shape_elements(&x);
    TdiResult result;
    if (elements < 0 || !tdi_begin(graph, op, 0, true, &result))
        return;
    result.whole[0] = elements;
    tdi_finish(graph, op, 0, &result);
}

void tdi_number_constant(TdiGraph *graph, const TdiOperator *op)
{
    static const char *const names[] = {"value", "value_int", "value_ints", "value_float",
                                        "value_floats"};
    TdiTensor *out = tdi_output(graph, op, 0);
    for (size_t i = 0; out != NULL && i < sizeof names / sizeof *names; i++) {
        const TdiAttribute *found = tdi_attribute(op, names[i]);
        if (found == NULL || (found->whole == NULL && found->real == NULL) ||
            found->count > TDI_MOST_NUMBERS ||
            tdi_shape_elements(&out->shape) != (int64_t)found->count)
            continue;
        out->whole = found->whole;
        out->real = found->whole != NULL ? NULL : found->real;
        out->numbers = found->count;
    }
}

/* ConstantOfShape */
void tdi_number_fill(TdiGraph *graph, const TdiOperator *op)
{
    const TdiAttribute *value = tdi_attribute(op, "value");
    bool whole = value != NULL && value->whole != NULL && value->count == 1;
    bool real = value != NULL && value->real != NULL && value->count == 1;
    TdiResult result;
    if ((value != NULL && !whole && !real) || !tdi_begin(graph, op, 0, whole, &result))
        return;
    for (size_t i = 0; i < result.count; i++)
        if (whole)
            result.whole[i] = value->whole[0];
        else
            result.real[i] = real ? value->real[0] : 0;
    tdi_finish(graph, op, 0, &result);
}

void tdi_number_range(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *start = tdi_input(graph, op, 0), *delta = tdi_input(graph, op, 2);
    TdiResult result;
    if (!tdi_is_known(start) || !tdi_is_known(delta) || start->partly != NULL ||
        delta->partly != NULL || start->numbers != 1 || delta->numbers != 1)
        return;
    bool whole = start->whole != NULL && delta->whole != NULL;
    int element = tdi_input_element(graph, op, 0);
    if ((!whole && (start->whole != NULL || delta->whole != NULL || !tdi_rounds(element))) ||
        !tdi_begin(graph, op, 0, whole, &result))
        return;
    for (size_t i = 0; i < result.count; i++) {
        int64_t step;
        if (!whole)
            result.real[i] = tdi_rounded(start->real[0] + (double)i * delta->real[0], element);
        else if (__builtin_mul_overflow((int64_t)i, delta->whole[0], &step) ||
                 __builtin_add_overflow(start->whole[0], step, &result.whole[i]))
            return;
    }
    tdi_finish(graph, op, 0, &result);
}

/* ---- Numbers that move --------------------------------------------------------------- */

static void row_major(const TdiShape *shape, int64_t *step)
{
    int64_t cells = 1;
    for (int i = shape->rank - 1; i >= 0; i--) {
        step[i] = cells;
        cells = tdi_times(cells, shape->size[i]);
    }
}

size_t tdi_walk_to(const TdiWalk *walk, const TdiShape *out, size_t k)
{
    int64_t at = walk->offset;
    for (int i = out->rank - 1; i >= 0; i--) {
        at += (int64_t)(k % (size_t)out->size[i]) * walk->step[i];
        k /= (size_t)out->size[i];
    }
    return (size_t)at;
}

static void copy_walk(TdiGraph *graph, const TdiOperator *op, int slot, const TdiWalk *walk)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    TdiResult result;
    if (!tdi_begin(graph, op, slot, tdi_wholes(from) != NULL, &result))
        return;
    const TdiShape shape = tdi_output(graph, op, slot)->shape;
    for (size_t k = 0; k < result.count; k++) {
        size_t at = tdi_walk_to(walk, &shape, k);
        if (at >= from->numbers)
            return;
        tdi_copy_number(from, at, &result, k);
    }
    tdi_finish(graph, op, slot, &result);
}

void tdi_number_slice(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    TdiSlice slices[TDI_MAX_RANK];
    TdiWalk walk = {0};
    int count = tdi_is_known(from) ? tdi_slices(graph, op, slices, TDI_MAX_RANK) : -1;
    if (count < 0)
        return;
    row_major(&from->shape, walk.step);
    for (int i = 0; i < count; i++) {
        if (slices[i].size <= 0) /* nothing is left */
            continue;
        int64_t *step = &walk.step[slices[i].axis], begin_at;
        if (__builtin_mul_overflow(slices[i].start, *step, &begin_at) ||
            __builtin_add_overflow(walk.offset, begin_at, &walk.offset) ||
            __builtin_mul_overflow(slices[i].step, *step, step))
            return;
    }
    copy_walk(graph, op, 0, &walk);
}

void tdi_number_transpose(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0), *out = tdi_output(graph, op, 0);
    TdiList order = tdi_list(graph, op, "perm", -1);
    int64_t step[TDI_MAX_RANK];
    TdiWalk walk = {0};
    if (!tdi_is_known(from) || out == NULL || out->shape.rank != from->shape.rank)
        return;
    row_major(&from->shape, step);
    for (int i = 0; i < from->shape.rank; i++) {
        int axis = from->shape.rank - 1 - i;
        if (order.given && (order.count != (size_t)from->shape.rank ||
                            !tdi_axis(order.whole[i], from->shape.rank, &axis)))
            return;
        walk.step[i] = step[axis];
    }
    copy_walk(graph, op, 0, &walk);
}

TdiWalk tdi_stretch(const TdiShape *from, const TdiShape *to)
{
    TdiWalk walk = {0};
    int64_t step[TDI_MAX_RANK];
    row_major(from, step);
    for (int i = 1; i <= from->rank && i <= to->rank; i++)
        walk.step[to->rank - i] = from->size[from->rank - i] == 1 ? 0 : step[from->rank - i];
    return walk;
}

void tdi_number_expand(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0), *out = tdi_output(graph, op, 0);
    size_t count;
    if (!tdi_is_known(from) || !tdi_few(out, &count))
        return;
    TdiWalk walk = tdi_stretch(&from->shape, &out->shape);
    copy_walk(graph, op, 0, &walk);
}

void tdi_number_split(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    TdiWalk walk = {0};
    int axis;
    if (!tdi_is_known(from) ||
        !tdi_axis(tdi_attribute_whole(op, "axis", 0), from->shape.rank, &axis))
        return;
    row_major(&from->shape, walk.step);
    for (int k = 0; k < op->output_count; k++) {
        size_t count;
        if (!tdi_few(tdi_output(graph, op, k), &count))
            return;
        copy_walk(graph, op, k, &walk);
        int64_t cells = tdi_times(tdi_output(graph, op, k)->shape.size[axis], walk.step[axis]);
        if (cells < 0 || cells > TDI_MOST_NUMBERS)
            return;
        walk.offset += cells;
    }
}

/* Along the first axis: of lists, mostly. */
void tdi_number_gather(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0), *picks = tdi_input(graph, op, 1);
    TdiResult result;
    int axis;
    if (!tdi_is_known(from) || !tdi_is_known(picks) || picks->whole == NULL ||
        !tdi_axis(tdi_attribute_whole(op, "axis", 0), from->shape.rank, &axis) || axis != 0 ||
        picks->numbers == 0 || !tdi_begin(graph, op, 0, tdi_wholes(from) != NULL, &result))
        return;
    size_t each = result.count / picks->numbers;
    for (size_t i = 0; i < picks->numbers; i++) {
        int64_t pick = picks->whole[i], size = from->shape.size[0];
        pick += pick < 0 ? size : 0;
        if (pick < 0 || pick >= size)
            return;
        for (size_t k = 0; k < each; k++)
            tdi_copy_number(from, (size_t)pick * each + k, &result, i * each + k);
    }
    tdi_finish(graph, op, 0, &result);
}

/* Of lists. */
void tdi_number_concat(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *first = tdi_input(graph, op, 0);
    TdiResult result;
    size_t at = 0;
    if (!tdi_is_known(first) || first->shape.rank != 1 ||
        !tdi_begin(graph, op, 0, tdi_wholes(first) != NULL, &result))
        return;
    for (int i = 0; i < op->input_count; i++) {
        const TdiTensor *part = tdi_input(graph, op, i);
        if (!tdi_is_known(part) || (tdi_wholes(part) != NULL) != (result.whole != NULL) ||
            part->numbers > result.count - at)
            return;
        for (size_t k = 0; k < part->numbers; k++)
            tdi_copy_number(part, k, &result, at++);
    }
    if (at == result.count)
        tdi_finish(graph, op, 0, &result);
}

void tdi_number_non_zero(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    TdiTensor *out = tdi_output(graph, op, 0);
    if (!tdi_is_known(from) || from->partly != NULL || from->shape.rank != 1 || out == NULL ||
        from->numbers > TDI_MOST_NUMBERS || graph->arena.total > MUCH_MEMORY)
        return;
    int64_t *places = tdi_graph_whole(graph, from->numbers), found = 0;
    if (places == NULL)
        return;
    for (size_t i = 0; i < from->numbers; i++)
        if (from->whole != NULL ? from->whole[i] != 0 : from->real[i] != 0)
            places[found++] = (int64_t)i;
    TdiShape shape = {.rank = 2, .size = {1, found}};
    tdi_put(graph, op, 0, &shape, TDI_ELEMENT_INT64);
    out->whole = places;
    out->numbers = (size_t)found;
}
