/* Known numbers: shapes and what is computed from them, axes, scales. Only a few at a time
 * (TDI_MOST_NUMBERS), and only where all of an operator's are known. */
#include <math.h>

#include "diagram/infer.h"

/* ---- Taking and giving --------------------------------------------------------------- */

static bool is_known(const TdiTensor *tensor)
{
    return tensor != NULL && (tensor->whole != NULL || tensor->real != NULL) &&
           tdi_shape_elements(&tensor->shape) == (int64_t)tensor->numbers;
}

static bool is_whole(int element)
{
    return element == TDI_ELEMENT_INT64 || element == TDI_ELEMENT_INT32 ||
           element == TDI_ELEMENT_BOOL || (element >= 2 && element <= 5) || element == 12;
}

/* The output's number of elements, where they are few enough to be followed. */
static bool few(const TdiTensor *out, size_t *count)
{
    int64_t elements = out == NULL ? -1 : tdi_shape_elements(&out->shape);
    *count = elements < 0 ? 0 : (size_t)elements;
    return elements >= 0 && elements <= TDI_MOST_NUMBERS;
}

/* A small file can ask for many lists of numbers: at some point only shapes are followed. */
enum { SHORT = 4 * TDI_MAX_RANK, MUCH_MEMORY = 1 << 28 };

/* Room for the numbers of output `slot`, of one of the two kinds. */
typedef struct Result {
    int64_t *whole;
    double *real;
    size_t count;
} Result;

static bool begin(TdiGraph *graph, const TdiOperator *op, int slot, bool whole, Result *result)
{
    TdiTensor *out = tdi_output(graph, op, slot);
    *result = (Result){0};
    if (!few(out, &result->count) ||
        (result->count > SHORT && graph->arena.total > MUCH_MEMORY))
        return false;
    void *room = tdi_arena_take(&graph->arena, result->count, sizeof(int64_t));
    graph->failed |= room == NULL;
    result->whole = whole ? room : NULL;
    result->real = whole ? NULL : room;
    return room != NULL;
}

static void finish(const TdiGraph *graph, const TdiOperator *op, int slot, const Result *result)
{
    TdiTensor *out = tdi_output(graph, op, slot);
    out->whole = result->whole;
    out->real = result->real;
    out->numbers = result->count;
}

static void copy_number(const TdiTensor *from, size_t i, const Result *to, size_t k)
{
    if (to->whole != NULL)
        to->whole[k] = from->whole[i];
    else
        to->real[k] = from->real[i];
}

/* ---- The same numbers in another shape ----------------------------------------------- */

void tdi_number_same(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    TdiTensor *out = tdi_output(graph, op, 0);
    if (!is_known(from) || out == NULL ||
        tdi_shape_elements(&out->shape) != (int64_t)from->numbers)
        return;
    out->whole = from->whole;
    out->real = from->real;
    out->numbers = from->numbers;
}

static bool cast_down(const TdiTensor *from, const Result *result)
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
    Result result;
    if (!is_known(from) || out == NULL)
        return;
    bool whole = is_whole(out->element), truth = out->element == TDI_ELEMENT_BOOL;
    if (!whole && out->element != TDI_ELEMENT_FLOAT && out->element != from->element)
        return; /* of another precision */
    if (whole == (from->whole != NULL) && !truth) {
        tdi_number_same(graph, op);
        return;
    }
    if (!begin(graph, op, 0, whole, &result))
        return;
    if (truth)
        for (size_t i = 0; i < result.count; i++)
            result.whole[i] = from->whole != NULL ? from->whole[i] != 0 : from->real[i] != 0;
    else if (whole && !cast_down(from, &result))
        return;
    else if (!whole)
        for (size_t i = 0; i < result.count; i++)
            result.real[i] = (double)(float)from->whole[i];
    finish(graph, op, 0, &result);
}

/* ---- Shapes as numbers --------------------------------------------------------------- */

void tdi_number_shape(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    Result result;
    if (x.rank < 0 || !begin(graph, op, 0, true, &result))
        return;
    int64_t start = tdi_attribute_whole(op, "start", 0);
    start += start < 0 ? x.rank : 0;
    start = start < 0 ? 0 : start;
    for (size_t i = 0; i < result.count; i++) {
        result.whole[i] = x.size[start + (int64_t)i];
        if (result.whole[i] < 0)
            return;
    }
    finish(graph, op, 0, &result);
}

void tdi_number_size(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    int64_t elements = tdi_shape_elements(&x);
    Result result;
    if (elements < 0 || !begin(graph, op, 0, true, &result))
        return;
    result.whole[0] = elements;
    finish(graph, op, 0, &result);
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
    Result result;
    if ((value != NULL && !whole && !real) || !begin(graph, op, 0, whole, &result))
        return;
    for (size_t i = 0; i < result.count; i++)
        if (whole)
            result.whole[i] = value->whole[0];
        else
            result.real[i] = real ? value->real[0] : 0;
    finish(graph, op, 0, &result);
}

void tdi_number_range(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *start = tdi_input(graph, op, 0), *delta = tdi_input(graph, op, 2);
    Result result;
    if (!is_known(start) || !is_known(delta) || start->numbers != 1 || delta->numbers != 1)
        return;
    bool whole = start->whole != NULL && delta->whole != NULL;
    if ((!whole && (start->whole != NULL || delta->whole != NULL)) ||
        !begin(graph, op, 0, whole, &result))
        return;
    for (size_t i = 0; i < result.count; i++) {
        int64_t step;
        if (!whole)
            result.real[i] = start->real[0] + (double)i * delta->real[0];
        else if (__builtin_mul_overflow((int64_t)i, delta->whole[0], &step) ||
                 __builtin_add_overflow(start->whole[0], step, &result.whole[i]))
            return;
    }
    finish(graph, op, 0, &result);
}

/* ---- Numbers that move --------------------------------------------------------------- */

/* Where each element of an output lies in an input: an offset, and a step an axis. */
typedef struct Walk {
    int64_t offset, step[TDI_MAX_RANK];
} Walk;

static void row_major(const TdiShape *shape, int64_t *step)
{
    int64_t cells = 1;
    for (int i = shape->rank - 1; i >= 0; i--) {
        step[i] = cells;
        cells = tdi_times(cells, shape->size[i]);
    }
}

/* The input's element that is the output's element k. */
static size_t walk_to(const Walk *walk, const TdiShape *out, size_t k)
{
    int64_t at = walk->offset;
    for (int i = out->rank - 1; i >= 0; i--) {
        at += (int64_t)(k % (size_t)out->size[i]) * walk->step[i];
        k /= (size_t)out->size[i];
    }
    return (size_t)at;
}

static void copy_walk(TdiGraph *graph, const TdiOperator *op, int slot, const Walk *walk)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    Result result;
    if (!begin(graph, op, slot, from->whole != NULL, &result))
        return;
    const TdiShape shape = tdi_output(graph, op, slot)->shape;
    for (size_t k = 0; k < result.count; k++) {
        size_t at = walk_to(walk, &shape, k);
        if (at >= from->numbers)
            return;
        copy_number(from, at, &result, k);
    }
    finish(graph, op, slot, &result);
}

void tdi_number_slice(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    TdiSlice slices[TDI_MAX_RANK];
    Walk walk = {0};
    int count = is_known(from) ? tdi_slices(graph, op, slices, TDI_MAX_RANK) : -1;
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
    Walk walk = {0};
    if (!is_known(from) || out == NULL || out->shape.rank != from->shape.rank)
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

/* How an input that stretches to a shape is walked; both are known. */
static Walk stretch(const TdiShape *from, const TdiShape *to)
{
    Walk walk = {0};
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
    if (!is_known(from) || !few(out, &count))
        return;
    Walk walk = stretch(&from->shape, &out->shape);
    copy_walk(graph, op, 0, &walk);
}

void tdi_number_split(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    Walk walk = {0};
    int axis;
    if (!is_known(from) ||
        !tdi_axis(tdi_attribute_whole(op, "axis", 0), from->shape.rank, &axis))
        return;
    row_major(&from->shape, walk.step);
    for (int k = 0; k < op->output_count; k++) {
        size_t count;
        if (!few(tdi_output(graph, op, k), &count))
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
    Result result;
    int axis;
    if (!is_known(from) || !is_known(picks) || picks->whole == NULL ||
        !tdi_axis(tdi_attribute_whole(op, "axis", 0), from->shape.rank, &axis) || axis != 0 ||
        picks->numbers == 0 || !begin(graph, op, 0, from->whole != NULL, &result))
        return;
    size_t each = result.count / picks->numbers;
    for (size_t i = 0; i < picks->numbers; i++) {
        int64_t pick = picks->whole[i], size = from->shape.size[0];
        pick += pick < 0 ? size : 0;
        if (pick < 0 || pick >= size)
            return;
        for (size_t k = 0; k < each; k++)
            copy_number(from, (size_t)pick * each + k, &result, i * each + k);
    }
    finish(graph, op, 0, &result);
}

/* Of lists. */
void tdi_number_concat(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *first = tdi_input(graph, op, 0);
    Result result;
    size_t at = 0;
    if (!is_known(first) || first->shape.rank != 1 ||
        !begin(graph, op, 0, first->whole != NULL, &result))
        return;
    for (int i = 0; i < op->input_count; i++) {
        const TdiTensor *part = tdi_input(graph, op, i);
        if (!is_known(part) || (part->whole != NULL) != (result.whole != NULL) ||
            part->numbers > result.count - at)
            return;
        for (size_t k = 0; k < part->numbers; k++)
            copy_number(part, k, &result, at++);
    }
    if (at == result.count)
        finish(graph, op, 0, &result);
}

void tdi_number_non_zero(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    TdiTensor *out = tdi_output(graph, op, 0);
    if (!is_known(from) || from->shape.rank != 1 || out == NULL ||
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

/* ---- Arithmetic ---------------------------------------------------------------------- */

typedef bool Whole2(int64_t a, int64_t b, int64_t *to); /* false: not known */
typedef double Real2(double a, double b);

/* As numbers of single precision. */
static double single(double value)
{
    return (double)(float)value;
}

static void combine(TdiGraph *graph, const TdiOperator *op, int first, Whole2 *whole,
                    Real2 *real, bool truth)
{
    const TdiTensor *a = tdi_input(graph, op, first), *b = tdi_input(graph, op, first + 1);
    const TdiTensor *out = tdi_output(graph, op, 0);
    size_t count;
    Result result;
    if (!is_known(a) || !is_known(b) || (a->whole != NULL) != (b->whole != NULL) ||
        !few(out, &count) || op->input_count != first + 2)
        return;
    bool reals = a->whole == NULL;
    if ((reals && real == NULL) || !begin(graph, op, 0, !reals || truth, &result))
        return;
    const TdiShape shape = out->shape;
    Walk walk_a = stretch(&a->shape, &shape), walk_b = stretch(&b->shape, &shape);
    for (size_t k = 0; k < count; k++) {
        size_t i = walk_to(&walk_a, &shape, k), j = walk_to(&walk_b, &shape, k);
        if (i >= a->numbers || j >= b->numbers)
            return;
        if (reals && truth)
            result.whole[k] = real(a->real[i], b->real[j]) != 0;
        else if (reals)
            result.real[k] = single(real(a->real[i], b->real[j]));
        else if (!whole(a->whole[i], b->whole[j], &result.whole[k]))
            return;
    }
    finish(graph, op, 0, &result);
}

static bool add(int64_t a, int64_t b, int64_t *to)
{
    return !__builtin_add_overflow(a, b, to);
}

static double add_real(double a, double b)
{
    return a + b;
}

static bool sub(int64_t a, int64_t b, int64_t *to)
{
    return !__builtin_sub_overflow(a, b, to);
}

static double sub_real(double a, double b)
{
    return a - b;
}

static bool mul(int64_t a, int64_t b, int64_t *to)
{
    return !__builtin_mul_overflow(a, b, to);
}

static double mul_real(double a, double b)
{
    return a * b;
}

static bool divide(int64_t a, int64_t b, int64_t *to)
{
    if (b == 0 || (a == INT64_MIN && b == -1))
        return false;
    *to = a / b;
    return true;
}

static double divide_real(double a, double b)
{
    return a / b;
}

/* The sign is the divisor's, as in Python. */
static bool modulo(int64_t a, int64_t b, int64_t *to)
{
    if (b == 0 || b == -1)
        return false;
    int64_t rest = a % b;
    *to = rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    return true;
}

static bool lesser(int64_t a, int64_t b, int64_t *to)
{
    *to = a < b ? a : b;
    return true;
}

static double lesser_real(double a, double b)
{
    return a < b ? a : b;
}

static bool greater(int64_t a, int64_t b, int64_t *to)
{
    *to = a > b ? a : b;
    return true;
}

static double greater_real(double a, double b)
{
    return a > b ? a : b;
}

static bool equal(int64_t a, int64_t b, int64_t *to)
{
    *to = a == b;
    return true;
}

static double equal_real(double a, double b)
{
    return a == b;
}

static bool is_less(int64_t a, int64_t b, int64_t *to)
{
    *to = a < b;
    return true;
}

static double less_real(double a, double b)
{
    return a < b;
}

static bool is_greater(int64_t a, int64_t b, int64_t *to)
{
    *to = a > b;
    return true;
}

static double is_greater_real(double a, double b)
{
    return a > b;
}

static bool both(int64_t a, int64_t b, int64_t *to)
{
    *to = a != 0 && b != 0;
    return true;
}

static bool either(int64_t a, int64_t b, int64_t *to)
{
    *to = a != 0 || b != 0;
    return true;
}

void tdi_number_add(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, add, add_real, false);
}

void tdi_number_sub(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, sub, sub_real, false);
}

void tdi_number_mul(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, mul, mul_real, false);
}

void tdi_number_div(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, divide, divide_real, false);
}

void tdi_number_mod(TdiGraph *graph, const TdiOperator *op)
{
    if (tdi_attribute_whole(op, "fmod", 0) == 0)
        combine(graph, op, 0, modulo, NULL, false);
}

void tdi_number_min(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, lesser, lesser_real, false);
}

void tdi_number_max(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, greater, greater_real, false);
}

void tdi_number_equal(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, equal, equal_real, true);
}

void tdi_number_less(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, is_less, less_real, true);
}

void tdi_number_greater(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, is_greater, is_greater_real, true);
}

void tdi_number_and(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, both, NULL, true);
}

void tdi_number_or(TdiGraph *graph, const TdiOperator *op)
{
    combine(graph, op, 0, either, NULL, true);
}

void tdi_number_where(TdiGraph *graph, const TdiOperator *op)
{
    const TdiTensor *ask = tdi_input(graph, op, 0), *a = tdi_input(graph, op, 1),
                    *b = tdi_input(graph, op, 2), *out = tdi_output(graph, op, 0);
    size_t count;
    Result result;
    if (!is_known(ask) || !is_known(a) || !is_known(b) || ask->whole == NULL ||
        (a->whole != NULL) != (b->whole != NULL) || !few(out, &count) ||
        !begin(graph, op, 0, a->whole != NULL, &result))
        return;
    const TdiShape shape = out->shape;
    Walk walks[3] = {stretch(&ask->shape, &shape), stretch(&a->shape, &shape),
                     stretch(&b->shape, &shape)};
    for (size_t k = 0; k < count; k++) {
        size_t at = walk_to(&walks[0], &shape, k);
        if (at >= ask->numbers)
            return;
        const TdiTensor *from = ask->whole[at] != 0 ? a : b;
        at = walk_to(&walks[from == a ? 1 : 2], &shape, k);
        if (at >= from->numbers)
            return;
        copy_number(from, at, &result, k);
    }
    finish(graph, op, 0, &result);
}

/* ---- One number at a time ------------------------------------------------------------ */

typedef bool Whole1(int64_t a, int64_t *to);
typedef double Real1(double a);

static void each(TdiGraph *graph, const TdiOperator *op, Whole1 *whole, Real1 *real)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    Result result;
    if (!is_known(from) || (from->whole != NULL ? whole == NULL : real == NULL) ||
        !begin(graph, op, 0, from->whole != NULL, &result) || result.count != from->numbers)
        return;
    for (size_t i = 0; i < result.count; i++)
        if (result.whole == NULL)
            result.real[i] = single(real(from->real[i]));
        else if (!whole(from->whole[i], &result.whole[i]))
            return;
    finish(graph, op, 0, &result);
}

static bool not_whole(int64_t a, int64_t *to)
{
    *to = a == 0;
    return true;
}

static bool negate(int64_t a, int64_t *to)
{
    return !__builtin_sub_overflow((int64_t)0, a, to);
}

static double negate_real(double a)
{
    return -a;
}

static bool magnitude(int64_t a, int64_t *to)
{
    *to = a;
    return a >= 0 || negate(a, to);
}

void tdi_number_not(TdiGraph *graph, const TdiOperator *op)
{
    each(graph, op, not_whole, NULL);
}

void tdi_number_neg(TdiGraph *graph, const TdiOperator *op)
{
    each(graph, op, negate, negate_real);
}

void tdi_number_abs(TdiGraph *graph, const TdiOperator *op)
{
    each(graph, op, magnitude, fabs);
}

void tdi_number_floor(TdiGraph *graph, const TdiOperator *op)
{
    each(graph, op, NULL, floor);
}

void tdi_number_ceil(TdiGraph *graph, const TdiOperator *op)
{
    each(graph, op, NULL, ceil);
}

void tdi_number_sqrt(TdiGraph *graph, const TdiOperator *op)
{
    each(graph, op, NULL, sqrt);
}

/* ---- All to one ---------------------------------------------------------------------- */

/* Of a list, to one number. */
static void fold(TdiGraph *graph, const TdiOperator *op, Whole2 *whole, Real2 *real)
{
    const TdiTensor *from = tdi_input(graph, op, 0), *out = tdi_output(graph, op, 0);
    Result result;
    if (!is_known(from) || from->shape.rank > 1 || from->numbers == 0 || out == NULL ||
        tdi_shape_elements(&out->shape) != 1 ||
        !begin(graph, op, 0, from->whole != NULL, &result))
        return;
    copy_number(from, 0, &result, 0);
    for (size_t i = 1; i < from->numbers; i++)
        if (result.whole == NULL)
            result.real[0] = single(real(result.real[0], from->real[i]));
        else if (!whole(result.whole[0], from->whole[i], &result.whole[0]))
            return;
    finish(graph, op, 0, &result);
}

void tdi_number_product(TdiGraph *graph, const TdiOperator *op)
{
    fold(graph, op, mul, mul_real);
}

void tdi_number_sum(TdiGraph *graph, const TdiOperator *op)
{
    fold(graph, op, add, add_real);
}

void tdi_number_reduce_max(TdiGraph *graph, const TdiOperator *op)
{
    fold(graph, op, greater, greater_real);
}

void tdi_number_reduce_min(TdiGraph *graph, const TdiOperator *op)
{
    fold(graph, op, lesser, lesser_real);
}
