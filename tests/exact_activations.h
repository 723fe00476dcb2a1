/* The activations in double precision, from libm and their formulas: what the kernels are
 * compared with. A row of the table that is missing here does not compile. */
#ifndef EXACT_ACTIVATIONS_H
#define EXACT_ACTIVATIONS_H

#include <math.h>

#include "tiedye/base.h"

static double exact_identity(double x)
{
    return x;
}

static double exact_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double exact_relu(double x)
{
    return 0 > x ? 0 : x;
}

static double exact_leaky_relu(double x)
{
    return x < 0 ? 0.01 * x : x;
}

static double exact_softplus(double x)
{
    return (0 > x ? 0 : x) + log1p(exp(-fabs(x)));
}

static double exact_gaussian(double x)
{
    return exp(-x * x / 2);
}

static double exact_step(double x)
{
    return isnan(x) ? x : x > 0;
}

static double exact_sign(double x)
{
    return x > 0 ? 1 : x < 0 ? -1 : x;
}

static double exact_lecun_tanh(double x)
{
    return 1.7159 * tanh(2 * x / 3);
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double exact_hard_tanh(double x)
{
    return clamp(x, -1, 1);
}

static double exact_softsign(double x)
{
    return isinf(x) ? exact_sign(x) : x / (1 + fabs(x));
}

static double exact_symlog(double x)
{
    return copysign(log1p(fabs(x)), x);
}

static double exact_hard_sigmoid(double x)
{
    return clamp(x + 3, 0, 6) / 6;
}

static double exact_relu6(double x)
{
    return clamp(x, 0, 6);
}

static double exact_elu(double x)
{
    return x < 0 ? expm1(x) : x;
}

static double exact_selu(double x)
{
    return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * expm1(x) : x);
}

/* The limit on the left of functions whose formula makes a NaN there. */
static double or_left_zero(double x, double value)
{
    return x == -INFINITY ? 0 : value;
}

static double exact_gelu(double x)
{
    return or_left_zero(x, x * (erfc(-x * 0.70710678118654752440) / 2));
}

static double exact_silu(double x)
{
    return or_left_zero(x, x / (1 + exp(-x)));
}

static double exact_mish(double x)
{
    return or_left_zero(x, x * tanh(exact_softplus(x)));
}

static double exact_hard_swish(double x)
{
    return or_left_zero(x, x * exact_hard_sigmoid(x));
}

static double exact_sinc(double x)
{
    return x == 0 ? 1 : isinf(x) ? 0 : sin(x) / x;
}

static double exact_triangle(double x)
{
    double a = fmod(fabs(x), 4);
    return copysign(1, x) * (a < 1 ? a : a < 3 ? 2 - a : a - 4);
}

static double exact_square(double x)
{
    return exact_sign(exact_triangle(x));
}

static double exact_sawtooth(double x)
{
    return x - 2 * floor((x + 1) / 2);
}

static double exact_exp_decay(double x)
{
    return exp(-fabs(x));
}

static double exact_cauchy(double x)
{
    return 1 / (1 + x * x);
}

static double exact_hat(double x)
{
    return 1 < fabs(x) ? 0 : 1 - fabs(x);
}

static double exact_ricker(double x)
{
    return isinf(x) ? 0 : (1 - x * x) * exp(-x * x / 2);
}

static double exact_quadratic(double x)
{
    return x * x;
}

static double exact_cubic(double x)
{
    return x * x * x;
}

/* Function, and symmetry: 1 even, -1 odd, 0 none. */
#define ACT_IDENTITY exact_identity, -1
#define ACT_TANH tanh, -1
#define ACT_LECUN_TANH exact_lecun_tanh, -1
#define ACT_HARD_TANH exact_hard_tanh, -1
#define ACT_ERF erf, -1
#define ACT_ATAN atan, -1
#define ACT_SOFTSIGN exact_softsign, -1
#define ACT_SYMLOG exact_symlog, -1
#define ACT_SIGMOID exact_sigmoid, 0
#define ACT_HARD_SIGMOID exact_hard_sigmoid, 0
#define ACT_RELU exact_relu, 0
#define ACT_LEAKY_RELU exact_leaky_relu, 0
#define ACT_RELU6 exact_relu6, 0
#define ACT_ELU exact_elu, 0
#define ACT_SELU exact_selu, 0
#define ACT_SOFTPLUS exact_softplus, 0
#define ACT_GELU exact_gelu, 0
#define ACT_SILU exact_silu, 0
#define ACT_MISH exact_mish, 0
#define ACT_HARD_SWISH exact_hard_swish, 0
#define ACT_SIN sin, -1
#define ACT_COS cos, 1
#define ACT_SINC exact_sinc, 1
#define ACT_TRIANGLE exact_triangle, -1
#define ACT_SQUARE exact_square, -1
#define ACT_SAWTOOTH exact_sawtooth, 0
#define ACT_GAUSSIAN exact_gaussian, 1
#define ACT_EXP_DECAY exact_exp_decay, 1
#define ACT_CAUCHY exact_cauchy, 1
#define ACT_HAT exact_hat, 1
#define ACT_RICKER exact_ricker, 1
#define ACT_ABS fabs, 1
#define ACT_QUADRATIC exact_quadratic, 1
#define ACT_CUBIC exact_cubic, -1
#define ACT_STEP exact_step, 0
#define ACT_SIGN exact_sign, -1

static const struct {
    double (*value)(double);
    int symmetry;
} exact_activations[TD_ACT_COUNT] = {
#define EXACT(ID, ...) [TD_ACT_##ID] = {ACT_##ID},
    TD_ACTIVATIONS(EXACT)
#undef EXACT
};

#endif
