#include "kernels/reference_math.h"

#include "kernels/math_constants.h"

#include <float.h>
#include <math.h>
#include <string.h>

#if FLT_EVAL_METHOD != 0
#error "float arithmetic must not be done in a wider type (on x86: -mfpmath=sse)"
#endif

#define SIGN 0x80000000u

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float magnitude(float x)
{
    return from_bits(bits_of(x) & ~SIGN);
}

/* y, its sign flipped where x has a sign. */
static float with_sign(float y, float x)
{
    return from_bits(bits_of(y) ^ (bits_of(x) & SIGN));
}

/* These give b where either is a NaN. */
static float least(float a, float b)
{
    return a < b ? a : b;
}

static float greatest(float a, float b)
{
    return a > b ? a : b;
}

/* The power of two that a sum with a TDI_ROUND_.._POWER has in its last bits. */
static float power(float rounded)
{
    return from_bits(bits_of(rounded) << 23);
}

/* ---- The exponential and what is made of it --------------------------------------------- */

/* exp(r) - 1 for |r| <= ln(2) / 2 and a little. Kept apart from the 1, because a power of two
 * is added with less error than it is multiplied. */
static float expm1_core(float r)
{
    float w = r * r;
    float p = TDI_EXP_6 * w + (TDI_EXP_5 * r + TDI_EXP_4);
    p = p * w + (TDI_EXP_3 * r + TDI_EXP_2);
    return p * w + r;
}

/* The power 2^n, -150 <= n <= 128, comes in two factors: a float does not reach that far. */
float tdi_ref_exp(float x)
{
    x = greatest(-TDI_EXP_LIMIT, least(TDI_EXP_HUGE, x));
    float rounded = x * TDI_LOG2_E + TDI_ROUND;
    float n = rounded - TDI_ROUND;
    float r = (x - n * TDI_LN2_1) - n * TDI_LN2_2;
    /* n and the two exponents' biases, to be dealt out to the two factors. */
    uint32_t whole = bits_of(rounded) - TDI_ROUND_BITS + 254;
    uint32_t half = whole >> 1;
    float s = from_bits(half << 23);
    return (s + s * expm1_core(r)) * from_bits((whole - half) << 23);
}

/* 2^64 exp(-(high + low)) for 0 <= high < 120 and a low part below 0.06. Scaled so, it is no
 * denormal number, and nothing is lost when it is multiplied. */
static float exp_minus_scaled(float high, float low)
{
    float rounded = TDI_ROUND_UPSCALED_POWER - high * TDI_LOG2_E;
    float n = TDI_ROUND_UPSCALED_POWER - rounded;
    float r = (n * TDI_LN2_1 - high) + (n * TDI_LN2_2 - low);
    float s = power(rounded);
    return s + s * expm1_core(r);
}

/* exp(-x) for x >= 0, beyond TDI_EXP_LIMIT what it is there. */
static float exp_minus(float x)
{
    return exp_minus_scaled(least(TDI_EXP_LIMIT, x), 0) * TDI_SCALE_DOWN;
}

/* one / (one + one * exp(-x)) with a `one` of about 2^-64: so exp(-x) does not overflow, and
 * the quotient is rounded once, denormal or not. That it is no power of two helps where exp(-x)
 * is near 2^24: the sum would lose its one there, and the result half an ulp. */
float tdi_ref_sigmoid(float x)
{
    x = greatest(-TDI_EXP_LIMIT, least(TDI_SIGMOID_LIMIT, x));
    float rounded = TDI_ROUND_DOWNSCALED_POWER - x * TDI_LOG2_E;
    float n = TDI_ROUND_DOWNSCALED_POWER - rounded;
    float r = (n * TDI_LN2_1 - x) + n * TDI_LN2_2;
    float s = from_bits((bits_of(rounded) << 23) + TDI_SIGMOID_ONE_BIT);
    return TDI_SIGMOID_ONE / ((s + TDI_SIGMOID_ONE) + s * expm1_core(r));
}

/* 2^64 exp(-a^2 / 2) for 0 <= a <= TDI_RICKER_LIMIT. exp magnifies the error of its argument by
 * the argument, so the square is taken in two parts: that of the leading 12 bits, which is
 * exact, and the rest. */
static float gaussian_scaled(float a)
{
    float leading = from_bits(bits_of(a) & TDI_SQUARE_MASK);
    float half = 0.5f * leading;
    return exp_minus_scaled(half * leading, (a - leading) * (0.5f * a + half));
}

float tdi_ref_gaussian(float x)
{
    return gaussian_scaled(least(TDI_GAUSSIAN_LIMIT, magnitude(x))) * TDI_SCALE_DOWN;
}

float tdi_ref_exp_decay(float x)
{
    return exp_minus(magnitude(x));
}

/* The first factor is (1 - x)(1 + x), which keeps its digits at its zeros. */
float tdi_ref_ricker(float x)
{
    float a = least(TDI_RICKER_LIMIT, magnitude(x));
    return (((1 - a) * (1 + a)) * gaussian_scaled(a)) * TDI_SCALE_DOWN;
}

/* t - log(1 + t) for 0 <= t <= 1. */
static float log_less(float t)
{
    float w = t * t;
    float p = TDI_LOG_10 * t + TDI_LOG_9;
    p = p * w + (TDI_LOG_8 * t + TDI_LOG_7);
    p = p * w + (TDI_LOG_6 * t + TDI_LOG_5);
    p = p * w + (TDI_LOG_4 * t + TDI_LOG_3);
    return (p * t) * w + TDI_LOG_2 * w;
}

/* max(x, 0) + log(1 + t) with t = exp(-|x|). t is added last, to a sum that is small around 0,
 * where the three parts of the logarithm weigh most. */
float tdi_ref_softplus(float x)
{
    float t = exp_minus(magnitude(x));
    return t + (greatest(0, x) - log_less(t));
}

/* 1 + |x| = 2^k (1 + t); below 1, where the sum would lose digits, t is |x| itself. */
float tdi_ref_symlog(float x)
{
    float a = magnitude(x);
    uint32_t sum = bits_of(1 + a);
    float k = from_bits((sum >> 23) + (TDI_ROUND_BITS - 127)) - TDI_ROUND;
    float t = from_bits((sum & 0x7fffff) | 0x3f800000) - 1;
    k = a < 1 ? 0 : k;
    t = a < 1 ? a : t;
    float y = k * TDI_LN2_1 + (t - (log_less(t) - k * TDI_LN2_2));
    return with_sign(a <= FLT_MAX ? y : a, x);
}

/* exp(x) - 1 for x <= 0; the power of two is taken off the 1 without error. */
static float expm1_minus(float x)
{
    x = greatest(-TDI_ELU_LIMIT, x);
    float rounded = x * TDI_LOG2_E + TDI_ROUND_POWER;
    float n = rounded - TDI_ROUND_POWER;
    float r = (x - n * TDI_LN2_1) - n * TDI_LN2_2;
    float s = power(rounded);
    return (s - 1) + s * expm1_core(r);
}

float tdi_ref_elu(float x)
{
    return x >= 0 ? x : expm1_minus(x);
}

float tdi_ref_selu(float x)
{
    return x >= 0 ? TDI_SELU * x : TDI_SELU_ALPHA * expm1_minus(x);
}

/* With t = exp(-|x|): x / (1 + t), or x t / (1 + t) on the left, where t is scaled until the
 * last step, so that a denormal result is rounded once. */
float tdi_ref_silu(float x)
{
    bool left = x < 0;
    float scaled = exp_minus_scaled(least(TDI_SILU_LIMIT, magnitude(x)), 0);
    float t = scaled * TDI_SCALE_DOWN;
    float y = (greatest(-TDI_SILU_LIMIT, x) * (left ? scaled : 1)) / (1 + t);
    return y * (left ? TDI_SCALE_DOWN : 1);
}

/* tanh(log(1 + exp(x))) is n / (n + 2) with n = exp(x)^2 + 2 exp(x). In t = exp(-|x|) that is
 * (1 + 2 t) / ((1 + 2 t) + 2 t^2) on the right. */
float tdi_ref_mish(float x)
{
    bool left = x < 0;
    float scaled = exp_minus_scaled(least(TDI_SILU_LIMIT, magnitude(x)), 0);
    float t = scaled * TDI_SCALE_DOWN;
    float n = scaled * t + 2 * scaled, right_part = 1 + 2 * t;
    float numerator = left ? n : right_part;
    float denominator = left ? n * TDI_SCALE_DOWN + 2 : right_part + (2 * t) * t;
    float y = (greatest(-TDI_SILU_LIMIT, x) * numerator) / denominator;
    return y * (left ? TDI_SCALE_DOWN : 1);
}

/* Near 0 x times the normal distribution. Elsewhere x minus |x| times the distribution's tail
 * on the right, minus that product alone on the left: the tail is exp(-a^2 / 2) / (a + 4) times
 * a polynomial in (a - 4) / (a + 4). */
float tdi_ref_gelu(float x)
{
    float a = least(TDI_GAUSSIAN_LIMIT, magnitude(x)), u = a * a;
    float near = TDI_NORMAL_6 * u + TDI_NORMAL_4;
    near = (near * u + TDI_NORMAL_2) * u + TDI_NORMAL_0;
    float q = a / (a + TDI_MILLS_POLE);
    float t = (q + q) - 1, w = t * t;
    float p = TDI_MILLS_8 * w + (TDI_MILLS_7 * t + TDI_MILLS_6);
    p = p * w + (TDI_MILLS_5 * t + TDI_MILLS_4);
    p = p * w + (TDI_MILLS_3 * t + TDI_MILLS_2);
    p = p * w + (TDI_MILLS_1 * t + TDI_MILLS_0);
    float tail = ((q * p) * gaussian_scaled(a)) * TDI_SCALE_DOWN;
    return a < TDI_GELU_SPLIT ? x * (0.5f + x * near) : greatest(0, x) - tail;
}

/* Near 0 an odd polynomial; farther out 1 - exp(-p) with a polynomial p, whose error weighs
 * the less the nearer the result is to 1. */
float tdi_ref_erf(float x)
{
    float a = least(TDI_ERF_LIMIT, magnitude(x)), w = a * a;
    float near = TDI_ERF_NEAR_10 * w + TDI_ERF_NEAR_8;
    near = near * w + TDI_ERF_NEAR_6;
    near = near * w + TDI_ERF_NEAR_4;
    near = near * w + TDI_ERF_NEAR_2;
    near = near * w + TDI_ERF_NEAR_0;
    float far = TDI_ERF_FAR_7 * a + TDI_ERF_FAR_6;
    far = far * w + (TDI_ERF_FAR_5 * a + TDI_ERF_FAR_4);
    far = far * w + (TDI_ERF_FAR_3 * a + TDI_ERF_FAR_2);
    far = far * w + (TDI_ERF_FAR_1 * a + TDI_ERF_FAR_0);
    return with_sign(a < TDI_ERF_SPLIT ? a + a * near : 1 - exp_minus(far), x);
}

/* With |x| = n ln(2)/2 + r, s = 2^(n - 1) and t = tanh(r), the addition theorem says
 *     tanh |x| = ((s - 1/2) + (s + 1/2) t) / ((s + 1/2) + (s - 1/2) t).
 * The denominator is the numerator and 1 - t: written so, the two share their rounding errors,
 * which then fall out where tanh is near 1. Without n it is t, with all its digits. The bias of
 * the rounding puts the steps in n where numerator and denominator have the most digits. */
float tdi_ref_tanh(float x)
{
    float a = least(TDI_TANH_LIMIT, magnitude(x));
    float rounded = (a * TDI_TANH_INVERSE_STEP - TDI_TANH_BIAS) + TDI_ROUND_HALF_POWER;
    float n = rounded - TDI_ROUND_HALF_POWER;
    float r = a - n * TDI_TANH_STEP;
    float w = r * r;
    float p = (TDI_TANH_7 * w + TDI_TANH_5) * w + TDI_TANH_3;
    float t = r + (r * w) * p;
    float s = power(rounded);
    float numerator = (s - 0.5f) + (s + 0.5f) * t;
    float result = numerator / (numerator + (1 - t));
    return with_sign(result, x);
}

float tdi_ref_lecun_tanh(float x)
{
    return TDI_LECUN_GAIN * tdi_ref_tanh(TDI_TWO_THIRDS * x);
}

/* ---- Sine and cosine -------------------------------------------------------------------- */

/* sin(r) for |r| <= pi / 2 and a little. */
static float sine_core(float r)
{
    float w = r * r;
    float p = TDI_SIN_9 * w + TDI_SIN_7;
    p = p * w + TDI_SIN_5;
    p = p * w + TDI_SIN_3;
    return r + (r * w) * p;
}

/* a - n pi. The first two parts are taken off without error. The other two are added first, and
 * what their sum lost is taken off last: so a result of ordinary size is rounded once, and one
 * near 0 keeps its digits. */
static float less_pi(float a, float n)
{
    a = (a - n * TDI_PI_1) - n * TDI_PI_2;
    float third = n * TDI_PI_3, fourth = n * TDI_PI_4;
    float sum = third + fourth;
    float lost = fourth - (sum - third);
    return (a - sum) - lost;
}

/* sin(a) = (-1)^n sin(a - n pi), and the sign of x apart, which keeps -0. */
float tdi_ref_sin(float x)
{
    float a = magnitude(x);
    if (a >= TDI_SIN_LIMIT)
        return tdi_huge_sin(x);
    float rounded = a * TDI_INVERSE_PI + TDI_ROUND;
    float y = sine_core(less_pi(a, rounded - TDI_ROUND));
    return from_bits(bits_of(y) ^ ((bits_of(x) ^ bits_of(rounded) << 31) & SIGN));
}

/* cos(a) = (-1)^(n + 1) sin(a - (n + 1/2) pi); TDI_ROUND_ODD counts the 1. */
float tdi_ref_cos(float x)
{
    float a = magnitude(x);
    if (a >= TDI_SIN_LIMIT)
        return tdi_huge_cos(x);
    float rounded = (a * TDI_INVERSE_PI - 0.5f) + TDI_ROUND_ODD;
    float y = sine_core(less_pi(a, (rounded - TDI_ROUND_ODD) + 0.5f));
    return from_bits(bits_of(y) ^ bits_of(rounded) << 31);
}

/* |x| / pi modulo 2, in units of 2^-63, for |x| from 2^15 up: the 24 bits of x times 96 bits of
 * 1 / pi, from the first on that does not only count even numbers (Payne and Hanek). */
static uint64_t huge_phase(float x)
{
    static const uint32_t inverse_pi[] = TDI_INVERSE_PI_WORDS;
    uint32_t bits = bits_of(x);
    uint64_t mantissa = (bits & 0x7fffff) | 0x800000;
    unsigned exponent = (bits >> 23 & 0xff) - 150; /* of the mantissa's last bit */
    unsigned first = exponent + 31;
    const uint32_t *words = inverse_pi + first / 32;
    uint32_t window[3];
    for (int k = 0; k < 3; ++k) {
        uint64_t pair = (uint64_t)words[k] << 32 | words[k + 1];
        window[k] = (uint32_t)(pair << first % 32 >> 32);
    }
    uint64_t middle = mantissa * window[1] + (mantissa * window[2] >> 32);
    uint64_t top = mantissa * window[0] + (middle >> 32);
    return top << 32 | (middle & 0xffffffff);
}

/* sin(pi * phase * 2^-63). Doubles serve to turn the phase into one float, no more: each of
 * these operations is rounded once, on every machine alike. */
static float sine_of_phase(uint64_t phase)
{
    int64_t fraction = (int64_t)(phase << 1); /* from -1/2 to 1/2, in units of 2^-64 */
    bool odd = phase >> 63 != (fraction < 0);
    float y = sine_core((float)((double)fraction * TDI_PI_64));
    return odd ? -y : y;
}

float tdi_huge_sin(float x)
{
    if (magnitude(x) > FLT_MAX)
        return x - x;
    float y = sine_of_phase(huge_phase(x));
    return with_sign(y, x);
}

float tdi_huge_cos(float x)
{
    if (magnitude(x) > FLT_MAX)
        return x - x;
    return sine_of_phase(huge_phase(x) + (UINT64_C(1) << 62));
}

float tdi_ref_sinc(float x)
{
    float a = magnitude(x);
    if (a == 0)
        return 1;
    return a > FLT_MAX ? 0 : tdi_ref_sin(a) / a;
}

/* ---- Waves with a period of 4 or 2, which are exact ------------------------------------- */

/* |x| - 2 n, from -1 to 1; *odd gets n's last bit as a sign. From 2^24 on floats are even, and
 * what is left is 0; of an infinity it is NaN. */
static float less_even(float x, uint32_t *odd)
{
    float a = magnitude(x);
    a = a < TDI_ROUND_EVEN ? a : a - a;
    float rounded = a + TDI_ROUND_EVEN;
    *odd = bits_of(rounded) << 31;
    return a - (rounded - TDI_ROUND_EVEN);
}

float tdi_ref_triangle(float x)
{
    uint32_t odd;
    float rest = less_even(x, &odd);
    return from_bits(bits_of(rest) ^ odd ^ (bits_of(x) & SIGN));
}

float tdi_ref_square(float x)
{
    return tdi_ref_sign(tdi_ref_triangle(x));
}

float tdi_ref_sawtooth(float x)
{
    uint32_t odd;
    float y = with_sign(less_even(x, &odd), x);
    return y == 1 ? -1 : y;
}

/* ---- The inverse tangent and fractions -------------------------------------------------- */

/* atan(a) = pi / 4 + atan((a - 1) / (a + 1)) = pi / 2 + atan(-1 / a), for one division. */
float tdi_ref_atan(float x)
{
    float a = magnitude(x);
    bool middle = a > TDI_ATAN_SPLIT, large = a > TDI_ATAN_SPLIT_INVERSE;
    float numerator = large ? -1 : middle ? a - 1 : a;
    float denominator = large ? a : middle ? a + 1 : 1;
    float turns = large ? 1 : middle ? 0.5f : 0;
    float t = numerator / denominator, w = t * t;
    float p = (TDI_ATAN_11 * w + TDI_ATAN_9) * w + TDI_ATAN_7;
    p = (p * w + TDI_ATAN_5) * w + TDI_ATAN_3;
    float y = t + (t * w) * p;
    return with_sign(turns * TDI_HALF_PI + (y + turns * TDI_HALF_PI_REST), x);
}

float tdi_ref_softsign(float x)
{
    float a = least(TDI_SOFTSIGN_LIMIT, magnitude(x));
    return with_sign(a / (1 + a), x);
}

/* Scaled, so that the square overflows only where the result is 0. */
float tdi_ref_cauchy(float x)
{
    float a = TDI_SCALE_HALF * x;
    return TDI_SCALE_DOWN / (TDI_SCALE_DOWN + a * a);
}

/* ---- The plain ones --------------------------------------------------------------------- */

float tdi_ref_identity(float x)
{
    return x;
}

/* The sum makes 0 of -0: clang 14 for WebAssembly takes one for the other in such a comparison
 * with zero, so that -0 would not be the same everywhere. */
float tdi_ref_relu(float x)
{
    return greatest(0, x) + 0;
}

float tdi_ref_leaky_relu(float x)
{
    return x < 0 ? TDI_LEAK * x : x;
}

float tdi_ref_relu6(float x)
{
    return least(6, tdi_ref_relu(x));
}

float tdi_ref_hard_tanh(float x)
{
    return greatest(-1, least(1, x));
}

float tdi_ref_hard_sigmoid(float x)
{
    return tdi_ref_relu6(x + 3) * TDI_SIXTH;
}

/* From -3 down the other factor is 0, and would make a NaN of minus infinity. */
float tdi_ref_hard_swish(float x)
{
    return greatest(-3, x) * tdi_ref_hard_sigmoid(x);
}

float tdi_ref_hat(float x)
{
    return greatest(0, 1 - magnitude(x));
}

float tdi_ref_quadratic(float x)
{
    return x * x;
}

float tdi_ref_cubic(float x)
{
    return (x * x) * x;
}

float tdi_ref_abs(float x)
{
    return magnitude(x);
}

float tdi_ref_step(float x)
{
    if (x != x)
        return x;
    return x > 0 ? 1 : 0;
}

float tdi_ref_sign(float x)
{
    return x > 0 ? 1 : x < 0 ? -1 : x;
}

/* In the fourth root of u the curve is nearly straight. Its square is at hand. */
float tdi_ref_srgb_encode(float u)
{
    u = least(greatest(u, 0), 1);
    float w = sqrtf(u), q = sqrtf(w);
    float p = TDI_SRGB_8 * w + (TDI_SRGB_7 * q + TDI_SRGB_6);
    p = p * w + (TDI_SRGB_5 * q + TDI_SRGB_4);
    p = p * w + (TDI_SRGB_3 * q + TDI_SRGB_2);
    p = p * w + (TDI_SRGB_1 * q + TDI_SRGB_0);
    return u < TDI_SRGB_KNEE ? u * TDI_SRGB_SLOPE : least(p, 1);
}

#define ROW(ID, STEM, ...) [TD_ACT_##ID] = tdi_ref_##STEM,
float (*const tdi_ref_activations[TD_ACT_COUNT])(float) = {TD_ACTIVATIONS(ROW)};
#undef ROW
