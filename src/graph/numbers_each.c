/* Known numbers: arithmetic, comparisons, sums. */
#include <math.h>

#include "graph/numbers.h"

/* ---- Arithmetic ---------------------------------------------------------------------- */

typedef bool Whole2(int64_t a, int64_t b, int64_t *to); /* false: not known */
typedef double Real2(double a, double b);

static void combine(TdiGraph *graph, const TdiOperator *op, int first, Whole2 *whole,
                    Real2 *real, bool truth)
{
    const TdiTensor *a = tdi_input(graph, op, first), *b = tdi_input(graph, op, first + 1);
    const TdiTensor *out = tdi_output(graph, op, 0);
    size_t count;
    TdiResult result;
    if (!tdi_is_known(a) || !tdi_is_known(b) || (a->real != NULL) != (b->real != NULL) ||
        !tdi_few(out, &count) || op->input_count != first + 2)
        return;
    bool reals = a->real != NULL;
    int element = out->element;
    if ((reals && (real == NULL || !(truth || tdi_rounds(element)))) ||
        !tdi_begin(graph, op, 0, !reals || truth, &result))
        return;
    const TdiShape shape = out->shape;
    TdiWalk walk_a = tdi_stretch(&a->shape, &shape), walk_b = tdi_stretch(&b->shape, &shape);
    for (size_t k = 0; k < count; k++) {
        size_t i = tdi_walk_to(&walk_a, &shape, k), j = tdi_walk_to(&walk_b, &shape, k);
        if (i >= a->numbers || j >= b->numbers)
            return;
        if (reals && truth)
            result.whole[k] = real(a->real[i], b->real[j]) != 0;
        else if (reals)
            result.real[k] = tdi_rounded(real(a->real[i], b->real[j]), element);
        else if (tdi_wholes(a)[i] == TDI_HOLE || tdi_wholes(b)[j] == TDI_HOLE)
            result.whole[k] = TDI_HOLE;
        else if (!whole(tdi_wholes(a)[i], tdi_wholes(b)[j], &result.whole[k]))
            return;
    }
    tdi_finish(graph, op, 0, &result);
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
    TdiResult result;
    if (!tdi_is_known(ask) || !tdi_is_known(a) || !tdi_is_known(b) || ask->whole == NULL ||
        (a->real != NULL) != (b->real != NULL) || !tdi_few(out, &count) ||
        !tdi_begin(graph, op, 0, a->real == NULL, &result))
        return;
    const TdiShape shape = out->shape;
    TdiWalk walks[3] = {tdi_stretch(&ask->shape, &shape), tdi_stretch(&a->shape, &shape),
                        tdi_stretch(&b->shape, &shape)};
    for (size_t k = 0; k < count; k++) {
        size_t at = tdi_walk_to(&walks[0], &shape, k);
        if (at >= ask->numbers)
            return;
        const TdiTensor *from = ask->whole[at] != 0 ? a : b;
        at = tdi_walk_to(&walks[from == a ? 1 : 2], &shape, k);
        if (at >= from->numbers)
            return;
        tdi_copy_number(from, at, &result, k);
    }
    tdi_finish(graph, op, 0, &result);
}

/* ---- One number at a time ------------------------------------------------------------ */

typedef bool Whole1(int64_t a, int64_t *to);
typedef double Real1(double a);

static void each(TdiGraph *graph, const TdiOperator *op, Whole1 *whole, Real1 *real)
{
    const TdiTensor *from = tdi_input(graph, op, 0);
    TdiResult result;
    if (!tdi_is_known(from) || from->partly != NULL ||
        (from->real != NULL && !tdi_rounds(from->element)) ||
        (from->whole != NULL ? whole == NULL : real == NULL) ||
        !tdi_begin(graph, op, 0, from->whole != NULL, &result) || result.count != from->numbers)
        return;
    for (size_t i = 0; i < result.count; i++)
        if (result.whole == NULL)
            result.real[i] = tdi_rounded(real(from->real[i]), from->element);
        else if (!whole(from->whole[i], &result.whole[i]))
            return;
    tdi_finish(graph, op, 0, &result);
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
    TdiResult result;
    if (!tdi_is_known(from) || from->partly != NULL || from->shape.rank > 1 ||
        from->numbers == 0 || out == NULL || tdi_shape_elements(&out->shape) != 1 ||
        !tdi_begin(graph, op, 0, from->whole != NULL, &result))
        return;
    tdi_copy_number(from, 0, &result, 0);
    for (size_t i = 1; i < from->numbers; i++)
        if (result.whole == NULL)
            result.real[0] = tdi_rounded(real(result.real[0], from->real[i]), from->element);
        else if (!whole(result.whole[0], from->whole[i], &result.whole[0]))
            return;
    tdi_finish(graph, op, 0, &result);
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
