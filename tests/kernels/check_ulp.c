/* check_ulp [--all] [NAME...]: the error of the elementary functions (of those named), a line
 * for each, against the doubles of libm, whose own error does not count here. Without --all
 * every STRIDE-th float and the places where things go wrong, with it all 2^32 floats. Exits
 * with 1 where a function exceeds its stated error, its bounds, or breaks its symmetry. */
#include "exact_activations.h"
#include "kernels/reference_math.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STRIDE = 4093, NEAR = 32, HALF_TURNS = 40000 };

typedef struct Function {
    const char *name;
    float (*value)(float);
    double (*exact)(double);
    double stated;    /* in ulp, or absolute */
    double low, high; /* infinite where there is no bound */
    int symmetry;     /* 1 even, -1 odd, 0 none */
    bool absolute;
} Function;

typedef struct Result {
    double worst; /* error in ulp, or absolute */
    uint32_t where;
    uint64_t rounded, count;
    bool broken; /* a NaN, a bound or a symmetry is wrong at `broken_at` */
    uint32_t broken_at;
} Result;

/* ---- The functions --------------------------------------------------------------------- */

static double exact_srgb_encode(double u)
{
    u = u > 0 ? fmin(u, 1) : 0;
    return u <= 0.0031308 ? 12.92 * u : 1.055 * pow(u, 1 / 2.4) - 0.055;
}

static Function of_activation(TdActivation act)
{
    const TdActivationInfo *info = td_activation_info(act);
    return (Function){.name = info->name,
                      .value = tdi_ref_activations[act],
                      .exact = exact_activations[act].value,
                      .stated = info->ulp,
                      .low = info->low,
                      .high = info->high,
                      .symmetry = exact_activations[act].symmetry};
}

/* ---- One value -------------------------------------------------------------------------- */

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool same(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* The distance between the floats around `exact`. */
static double ulp_of(double exact)
{
    int exponent;
    frexp(exact, &exponent);
    if (exponent < FLT_MIN_EXP)
        exponent = FLT_MIN_EXP;
    return ldexp(1, exponent - FLT_MANT_DIG);
}

static double error_of(const Function *f, float value, double exact)
{
    if (isinf(value) && value == (float)exact)
        return 0;
    return fabs(value - exact) / (f->absolute ? 1 : ulp_of(exact));
}

static bool is_broken(const Function *f, float x, float value, double exact)
{
    if (isnan(exact) || isnan(value))
        return !(isnan(exact) && isnan(value));
    if (!(value >= f->low && value <= f->high))
        return true;
    float other = f->symmetry == 0 ? value : f->value(-x);
    return !same(value, f->symmetry < 0 ? -other : other);
}

static void examine(const Function *f, uint32_t bits, Result *result)
{
    float x = from_bits(bits), value = f->value(x);
    double exact = f->exact(x);
    ++result->count;
    result->rounded += same(value, (float)exact) || value == (float)exact;
    if (is_broken(f, x, value, exact)) {
        result->broken = true;
        result->broken_at = bits;
    }
    double error = isnan(exact) ? 0 : error_of(f, value, exact);
    if (error > result->worst) {
        result->worst = error;
        result->where = bits;
    }
}

/* ---- Many values ------------------------------------------------------------------------ */

/* Around every power of two and its negative, and around the multiples of pi / 2. */
static uint32_t special(uint32_t index)
{
    uint32_t offset = index % (2 * NEAR) - NEAR, place = index / (2 * NEAR);
    if (place < 512)
        return (place << 23) + offset;
    float turn = (float)((place - 511) * 1.57079632679489662);
    uint32_t bits;
    memcpy(&bits, &turn, sizeof bits);
    return bits + offset;
}

static void merge(Result *into, const Result *from)
{
    into->rounded += from->rounded;
    into->count += from->count;
    if (from->broken && !into->broken) {
        into->broken = true;
        into->broken_at = from->broken_at;
    }
    if (from->worst > into->worst ||
        (from->worst == into->worst && from->where < into->where)) {
        into->worst = from->worst;
        into->where = from->where;
    }
}

static Result measure(const Function *f, bool all)
{
    Result total = {0};
    const int64_t specials = (512 + HALF_TURNS) * 2 * NEAR;
    const int64_t step = all ? 1 : STRIDE, strided = ((INT64_C(1) << 32) + step - 1) / step;
#pragma omp parallel
    {
        Result part = {0};
#pragma omp for schedule(dynamic, 1 << 14) nowait
        for (int64_t k = 0; k < strided; ++k)
            examine(f, (uint32_t)(k * step), &part);
#pragma omp for schedule(dynamic, 1 << 14)
        for (int64_t k = all ? specials : 0; k < specials; ++k)
            examine(f, special((uint32_t)k), &part);
#pragma omp critical
        merge(&total, &part);
    }
    return total;
}

static bool report(const Function *f, bool all)
{
    Result r = measure(f, all);
    float x = from_bits(r.where);
    bool good = r.worst <= f->stated && !r.broken;
    printf("%-12s %7.4g %s at %-14.9g (%a), stated %g, %5.1f%% rounded correctly%s\n", f->name,
           r.worst, f->absolute ? "absolute" : "ulp", x, x, f->stated,
           100 * (double)r.rounded / (double)r.count, good ? "" : "  FAILED");
    if (r.broken)
        printf("%-12s wrong NaN, bound or symmetry at %a\n", f->name, from_bits(r.broken_at));
    fflush(stdout);
    return good;
}

#define ROW(ID, ...) of_activation(TD_ACT_##ID),
#define UNBOUNDED .low = -INFINITY, .high = INFINITY

int main(int argc, char **argv)
{
    const Function functions[] = {
        TD_ACTIVATIONS(ROW){
            .name = "exp", .value = tdi_ref_exp, .exact = exp, .stated = 1.5, UNBOUNDED},
        {.name = "srgb-encode",
         .value = tdi_ref_srgb_encode,
         .exact = exact_srgb_encode,
         .stated = 5e-7,
         .high = 1,
         .absolute = true},
    };
    enum { COUNT = sizeof functions / sizeof *functions };
    bool all = argc > 1 && strcmp(argv[1], "--all") == 0, good = true;
    int first = all ? 2 : 1;
    for (int k = first; k < (argc > first ? argc : first + COUNT); ++k) {
        size_t which = argc > first ? 0 : (size_t)(k - first);
        while (argc > first && which < COUNT && strcmp(functions[which].name, argv[k]) != 0)
            ++which;
        if (which == COUNT) {
            fprintf(stderr, "check_ulp: no function %s; usage: check_ulp [--all] [NAME...]\n",
                    argv[k]);
            return 2;
        }
        good = report(&functions[which], all) && good;
    }
    return good ? 0 : 1;
}
