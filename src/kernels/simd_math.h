/* The elementary functions of the picture's path in the vector vocabulary. They do what
 * reference_math.c does, operation by operation, and give the same bits; the reasons stand
 * there. */
#ifndef TDI_SIMD_MATH_H
#define TDI_SIMD_MATH_H

#include <float.h>
#include <string.h>

#include "kernels/math_constants.h"
#include "kernels/reference_math.h"
#include "kernels/vec.h"

/* p x + c */
TDI_INLINE vf v_horner(vf p, vf x, float c)
{
    return p * x + vf_set(c);
}

/* p x^2 + (b x + c), given x^2: two steps in the time of one. */
TDI_INLINE vf v_horner2(vf p, vf square, float b, vf x, float c)
{
    return p * square + (vf_set(b) * x + vf_set(c));
}

/* The last bits of a rounded sum as an exponent, or as a sign. */
TDI_INLINE vi v_shift_left(vf rounded, int count)
{
    return (vi)((vu)vf_bits(rounded) << count);
}

TDI_INLINE vf v_power(vf rounded)
{
    return vf_from_bits(v_shift_left(rounded, 23));
}

TDI_INLINE vf v_clamp(vf x, float low, float high)
{
    return vf_max(vf_set(low), vf_min(vf_set(high), x));
}

/* ---- The exponential and what is made of it --------------------------------------------- */

TDI_INLINE vf v_expm1_core(vf r)
{
    vf w = r * r;
    vf p = v_horner2(vf_set(TDI_EXP_6), w, TDI_EXP_5, r, TDI_EXP_4);
    p = v_horner2(p, w, TDI_EXP_3, r, TDI_EXP_2);
    return p * w + r;
}

TDI_INLINE vf v_exp(vf x)
{
    x = v_clamp(x, -TDI_EXP_LIMIT, TDI_EXP_HUGE);
    vf rounded = x * vf_set(TDI_LOG2_E) + vf_set(TDI_ROUND);
    vf n = rounded - vf_set(TDI_ROUND);
    vf r = (x - n * vf_set(TDI_LN2_1)) - n * vf_set(TDI_LN2_2);
    vi whole = vf_bits(rounded) - vi_set(TDI_ROUND_BITS - 254);
    vi half = whole >> 1;
    vf s = vf_from_bits(half << 23);
    return (s + s * v_expm1_core(r)) * vf_from_bits((whole - half) << 23);
}

TDI_INLINE vf v_exp_minus_scaled(vf high, vf low)
{
    vf rounded = vf_set(TDI_ROUND_UPSCALED_POWER) - high * vf_set(TDI_LOG2_E);
    vf n = vf_set(TDI_ROUND_UPSCALED_POWER) - rounded;
    vf r = (n * vf_set(TDI_LN2_1) - high) + (n * vf_set(TDI_LN2_2) - low);
    vf s = v_power(rounded);
    return s + s * v_expm1_core(r);
}

TDI_INLINE vf v_exp_minus(vf x)
{
    vf scaled = v_exp_minus_scaled(vf_min(vf_set(TDI_EXP_LIMIT), x), vf_set(0));
    return scaled * vf_set(TDI_SCALE_DOWN);
}

TDI_INLINE vf v_sigmoid(vf x)
{
    x = v_clamp(x, -TDI_EXP_LIMIT, TDI_SIGMOID_LIMIT);
    vf rounded = vf_set(TDI_ROUND_DOWNSCALED_POWER) - x * vf_set(TDI_LOG2_E);
    vf n = vf_set(TDI_ROUND_DOWNSCALED_POWER) - rounded;
    vf r = (n * vf_set(TDI_LN2_1) - x) + n * vf_set(TDI_LN2_2);
    vf s = vf_from_bits(v_shift_left(rounded, 23) + vi_set(TDI_SIGMOID_ONE_BIT));
    vf one = vf_set(TDI_SIGMOID_ONE);
    return one / ((s + one) + s * v_expm1_core(r));
}

TDI_INLINE vf v_gaussian_scaled(vf a)
{
    vf leading = vf_from_bits(vf_bits(a) & vi_set((int32_t)TDI_SQUARE_MASK));
    vf half = vf_set(0.5f) * leading;
    return v_exp_minus_scaled(half * leading, (a - leading) * (vf_set(0.5f) * a + half));
}

TDI_INLINE vf v_gaussian(vf x)
{
    vf a = vf_min(vf_set(TDI_GAUSSIAN_LIMIT), vf_abs(x));
    return v_gaussian_scaled(a) * vf_set(TDI_SCALE_DOWN);
}

TDI_INLINE vf v_exp_decay(vf x)
{
    return v_exp_minus(vf_abs(x));
}

TDI_INLINE vf v_ricker(vf x)
{
    vf a = vf_min(vf_set(TDI_RICKER_LIMIT), vf_abs(x)), one = vf_set(1);
    return (((one - a) * (one + a)) * v_gaussian_scaled(a)) * vf_set(TDI_SCALE_DOWN);
}

TDI_INLINE vf v_log_less(vf t)
{
    vf w = t * t;
    vf p = v_horner(vf_set(TDI_LOG_10), t, TDI_LOG_9);
    p = v_horner2(p, w, TDI_LOG_8, t, TDI_LOG_7);
    p = v_horner2(p, w, TDI_LOG_6, t, TDI_LOG_5);
    p = v_horner2(p, w, TDI_LOG_4, t, TDI_LOG_3);
    return (p * t) * w + vf_set(TDI_LOG_2) * w;
}

TDI_INLINE vf v_softplus(vf x)
{
    vf t = v_exp_minus(vf_abs(x));
    return t + (vf_max(vf_set(0), x) - v_log_less(t));
}

TDI_INLINE vf v_symlog(vf x)
{
    vf a = vf_abs(x), one = vf_set(1);
    vi sum = vf_bits(one + a), small = a < one;
    vf k = vf_from_bits((sum >> 23) + vi_set(TDI_ROUND_BITS - 127)) - vf_set(TDI_ROUND);
    vf t = vf_from_bits((sum & vi_set(0x7fffff)) | vf_bits(one)) - one;
    k = vf_select(small, vf_set(0), k);
    t = vf_select(small, a, t);
    vf y = k * vf_set(TDI_LN2_1) + (t - (v_log_less(t) - k * vf_set(TDI_LN2_2)));
    return vf_flip_sign(vf_select(a <= vf_set(FLT_MAX), y, a), vf_bits(x));
}

TDI_INLINE vf v_expm1_minus(vf x)
{
    x = vf_max(vf_set(-TDI_ELU_LIMIT), x);
    vf rounded = x * vf_set(TDI_LOG2_E) + vf_set(TDI_ROUND_POWER);
    vf n = rounded - vf_set(TDI_ROUND_POWER);
    vf r = (x - n * vf_set(TDI_LN2_1)) - n * vf_set(TDI_LN2_2);
    vf s = v_power(rounded);
    return (s - vf_set(1)) + s * v_expm1_core(r);
}

TDI_INLINE vf v_elu(vf x)
{
    return vf_select(x >= vf_set(0), x, v_expm1_minus(x));
}

TDI_INLINE vf v_selu(vf x)
{
    vf left = vf_set(TDI_SELU_ALPHA) * v_expm1_minus(x);
    return vf_select(x >= vf_set(0), vf_set(TDI_SELU) * x, left);
}

TDI_INLINE vf v_silu(vf x)
{
    vi left = x < vf_set(0);
    vf limit = vf_set(TDI_SILU_LIMIT), one = vf_set(1), down = vf_set(TDI_SCALE_DOWN);
    vf scaled = v_exp_minus_scaled(vf_min(limit, vf_abs(x)), vf_set(0));
    vf t = scaled * down;
    vf y = (vf_max(-limit, x) * vf_select(left, scaled, one)) / (one + t);
    return y * vf_select(left, down, one);
}

TDI_INLINE vf v_mish(vf x)
{
    vi left = x < vf_set(0);
    vf limit = vf_set(TDI_SILU_LIMIT), one = vf_set(1), two = vf_set(2);
    vf down = vf_set(TDI_SCALE_DOWN);
    vf scaled = v_exp_minus_scaled(vf_min(limit, vf_abs(x)), vf_set(0));
    vf t = scaled * down;
    vf n = scaled * t + two * scaled, right_part = one + two * t;
    vf numerator = vf_select(left, n, right_part);
    vf denominator = vf_select(left, n * down + two, right_part + (two * t) * t);
    vf y = (vf_max(-limit, x) * numerator) / denominator;
    return y * vf_select(left, down, one);
}

TDI_INLINE vf v_gelu(vf x)
{
    vf a = vf_min(vf_set(TDI_GAUSSIAN_LIMIT), vf_abs(x)), u = a * a;
    vf near = v_horner(vf_set(TDI_NORMAL_6), u, TDI_NORMAL_4);
    near = v_horner(v_horner(near, u, TDI_NORMAL_2), u, TDI_NORMAL_0);
    vf q = a / (a + vf_set(TDI_MILLS_POLE));
    vf t = (q + q) - vf_set(1), w = t * t;
    vf p = v_horner2(vf_set(TDI_MILLS_8), w, TDI_MILLS_7, t, TDI_MILLS_6);
    p = v_horner2(p, w, TDI_MILLS_5, t, TDI_MILLS_4);
    p = v_horner2(p, w, TDI_MILLS_3, t, TDI_MILLS_2);
    p = v_horner2(p, w, TDI_MILLS_1, t, TDI_MILLS_0);
    vf tail = ((q * p) * v_gaussian_scaled(a)) * vf_set(TDI_SCALE_DOWN);
    return vf_select(a < vf_set(TDI_GELU_SPLIT), x * (vf_set(0.5f) + x * near),
                     vf_max(vf_set(0), x) - tail);
}

TDI_INLINE vf v_erf(vf x)
{
    vf a = vf_min(vf_set(TDI_ERF_LIMIT), vf_abs(x)), w = a * a;
    vf near = v_horner(vf_set(TDI_ERF_NEAR_10), w, TDI_ERF_NEAR_8);
    near = v_horner(near, w, TDI_ERF_NEAR_6);
    near = v_horner(near, w, TDI_ERF_NEAR_4);
    near = v_horner(near, w, TDI_ERF_NEAR_2);
    near = v_horner(near, w, TDI_ERF_NEAR_0);
    vf far = v_horner(vf_set(TDI_ERF_FAR_7), a, TDI_ERF_FAR_6);
    far = v_horner2(far, w, TDI_ERF_FAR_5, a, TDI_ERF_FAR_4);
    far = v_horner2(far, w, TDI_ERF_FAR_3, a, TDI_ERF_FAR_2);
    far = v_horner2(far, w, TDI_ERF_FAR_1, a, TDI_ERF_FAR_0);
    vf y = vf_select(a < vf_set(TDI_ERF_SPLIT), a + a * near, vf_set(1) - v_exp_minus(far));
    return vf_flip_sign(y, vf_bits(x));
}

TDI_INLINE vf v_tanh(vf x)
{
    vf a = vf_min(vf_set(TDI_TANH_LIMIT), vf_abs(x)), half = vf_set(0.5f);
    vf steps = a * vf_set(TDI_TANH_INVERSE_STEP) - vf_set(TDI_TANH_BIAS);
    vf rounded = steps + vf_set(TDI_ROUND_HALF_POWER);
    vf n = rounded - vf_set(TDI_ROUND_HALF_POWER);
    vf r = a - n * vf_set(TDI_TANH_STEP);
    vf w = r * r;
    vf p = v_horner(v_horner(vf_set(TDI_TANH_7), w, TDI_TANH_5), w, TDI_TANH_3);
    vf t = r + (r * w) * p;
    vf s = v_power(rounded);
    vf numerator = (s - half) + (s + half) * t;
    return vf_flip_sign(numerator / (numerator + (vf_set(1) - t)), vf_bits(x));
}

TDI_INLINE vf v_lecun_tanh(vf x)
{
    return vf_set(TDI_LECUN_GAIN) * v_tanh(vf_set(TDI_TWO_THIRDS) * x);
}

/* ---- Sine and cosine -------------------------------------------------------------------- */

TDI_INLINE vf v_sine_core(vf r)
{
    vf w = r * r;
    vf p = v_horner(vf_set(TDI_SIN_9), w, TDI_SIN_7);
    p = v_horner(p, w, TDI_SIN_5);
    p = v_horner(p, w, TDI_SIN_3);
    return r + (r * w) * p;
}

TDI_INLINE vf v_less_pi(vf a, vf n)
{
    a = (a - n * vf_set(TDI_PI_1)) - n * vf_set(TDI_PI_2);
    vf third = n * vf_set(TDI_PI_3), fourth = n * vf_set(TDI_PI_4);
    vf sum = third + fourth;
    vf lost = fourth - (sum - third);
    return (a - sum) - lost;
}

/* Replaces y by huge(x) in the lanes with huge x, of which there is at least one. Out of line,
 * and in terms of arrays: it is rare, and must not cost the others registers. */
static __attribute__((noinline, cold, unused)) void v_huge(const vf *x, vf *y,
                                                           float (*huge)(float))
{
    float from[TDI_LANES], to[TDI_LANES];
    memcpy(from, x, sizeof from);
    memcpy(to, y, sizeof to);
    for (int lane = 0; lane < TDI_LANES; ++lane)
        if (from[lane] >= TDI_SIN_LIMIT || from[lane] <= -TDI_SIN_LIMIT)
            to[lane] = huge(from[lane]);
    memcpy(y, to, sizeof to);
}

TDI_INLINE vf v_sin(vf x)
{
    vf a = vf_abs(x);
    vf rounded = a * vf_set(TDI_INVERSE_PI) + vf_set(TDI_ROUND);
    vf y = v_sine_core(v_less_pi(a, rounded - vf_set(TDI_ROUND)));
    y = vf_flip_sign(y, vf_bits(x) ^ v_shift_left(rounded, 31));
    if (vi_any(a >= vf_set(TDI_SIN_LIMIT)))
        v_huge(&x, &y, tdi_huge_sin);
    return y;
}

TDI_INLINE vf v_cos(vf x)
{
    vf a = vf_abs(x), half = vf_set(0.5f);
    vf rounded = (a * vf_set(TDI_INVERSE_PI) - half) + vf_set(TDI_ROUND_ODD);
    vf y = v_sine_core(v_less_pi(a, (rounded - vf_set(TDI_ROUND_ODD)) + half));
    y = vf_flip_sign(y, v_shift_left(rounded, 31));
    if (vi_any(a >= vf_set(TDI_SIN_LIMIT)))
        v_huge(&x, &y, tdi_huge_cos);
    return y;
}

TDI_INLINE vf v_sinc(vf x)
{
    vf a = vf_abs(x);
    vf y = vf_select(a == vf_set(0), vf_set(1), v_sin(a) / a);
    return vf_select(a > vf_set(FLT_MAX), vf_set(0), y);
}

/* ---- Waves with a period of 4 or 2, which are exact ------------------------------------- */

TDI_INLINE vf v_less_even(vf x, vi *odd)
{
    vf a = vf_abs(x), even = vf_set(TDI_ROUND_EVEN);
    a = vf_select(a < even, a, a - a);
    vf rounded = a + even;
    *odd = v_shift_left(rounded, 31);
    return a - (rounded - even);
}

TDI_INLINE vf v_triangle(vf x)
{
    vi odd;
    vf rest = v_less_even(x, &odd);
    return vf_flip_sign(rest, odd ^ vf_bits(x));
}

TDI_INLINE vf v_sign(vf x)
{
    vf y = vf_select(x < vf_set(0), vf_set(-1), x);
    return vf_select(x > vf_set(0), vf_set(1), y);
}

TDI_INLINE vf v_square(vf x)
{
    return v_sign(v_triangle(x));
}

TDI_INLINE vf v_sawtooth(vf x)
{
    vi odd;
    vf y = vf_flip_sign(v_less_even(x, &odd), vf_bits(x));
    return vf_select(y == vf_set(1), vf_set(-1), y);
}

/* ---- The inverse tangent and fractions -------------------------------------------------- */

TDI_INLINE vf v_atan(vf x)
{
    vf a = vf_abs(x), one = vf_set(1);
    vi middle = a > vf_set(TDI_ATAN_SPLIT), large = a > vf_set(TDI_ATAN_SPLIT_INVERSE);
    vf numerator = vf_select(large, -one, vf_select(middle, a - one, a));
    vf denominator = vf_select(large, a, vf_select(middle, a + one, one));
    vf turns = vf_select(large, one, vf_select(middle, vf_set(0.5f), vf_set(0)));
    vf t = numerator / denominator, w = t * t;
    vf p = v_horner(v_horner(vf_set(TDI_ATAN_11), w, TDI_ATAN_9), w, TDI_ATAN_7);
    p = v_horner(v_horner(p, w, TDI_ATAN_5), w, TDI_ATAN_3);
    vf y = t + (t * w) * p;
    y = turns * vf_set(TDI_HALF_PI) + (y + turns * vf_set(TDI_HALF_PI_REST));
    return vf_flip_sign(y, vf_bits(x));
}

TDI_INLINE vf v_softsign(vf x)
{
    vf a = vf_min(vf_set(TDI_SOFTSIGN_LIMIT), vf_abs(x));
    return vf_flip_sign(a / (vf_set(1) + a), vf_bits(x));
}

TDI_INLINE vf v_cauchy(vf x)
{
    vf a = vf_set(TDI_SCALE_HALF) * x, down = vf_set(TDI_SCALE_DOWN);
    return down / (down + a * a);
}

/* ---- The plain ones --------------------------------------------------------------------- */

TDI_INLINE vf v_identity(vf x)
{
    return x;
}

TDI_INLINE vf v_relu(vf x)
{
    return vf_max(vf_set(0), x) + vf_set(0);
}

TDI_INLINE vf v_leaky_relu(vf x)
{
    return vf_max(vf_set(TDI_LEAK) * x, x);
}

TDI_INLINE vf v_relu6(vf x)
{
    return vf_min(vf_set(6), v_relu(x));
}

TDI_INLINE vf v_hard_tanh(vf x)
{
    return v_clamp(x, -1, 1);
}

TDI_INLINE vf v_hard_sigmoid(vf x)
{
    return v_relu6(x + vf_set(3)) * vf_set(TDI_SIXTH);
}

TDI_INLINE vf v_hard_swish(vf x)
{
    return vf_max(vf_set(-3), x) * v_hard_sigmoid(x);
}

TDI_INLINE vf v_hat(vf x)
{
    return vf_max(vf_set(0), vf_set(1) - vf_abs(x));
}

TDI_INLINE vf v_quadratic(vf x)
{
    return x * x;
}

TDI_INLINE vf v_cubic(vf x)
{
    return (x * x) * x;
}

TDI_INLINE vf v_abs(vf x)
{
    return vf_abs(x);
}

TDI_INLINE vf v_step(vf x)
{
    vf step = vf_from_bits((x > vf_set(0)) & vf_bits(vf_set(1)));
    return vf_select(x == x, step, x);
}

TDI_INLINE vf v_srgb_encode(vf u)
{
    u = vf_min(vf_max(u, vf_set(0)), vf_set(1));
    vf w = vf_sqrt(u), q = vf_sqrt(w);
    vf p = v_horner2(vf_set(TDI_SRGB_8), w, TDI_SRGB_7, q, TDI_SRGB_6);
    p = v_horner2(p, w, TDI_SRGB_5, q, TDI_SRGB_4);
    p = v_horner2(p, w, TDI_SRGB_3, q, TDI_SRGB_2);
    p = v_horner2(p, w, TDI_SRGB_1, q, TDI_SRGB_0);
    vf linear = u * vf_set(TDI_SRGB_SLOPE);
    return vf_select(u < vf_set(TDI_SRGB_KNEE), linear, vf_min(p, vf_set(1)));
}

#endif
