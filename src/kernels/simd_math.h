/* The elementary functions of the picture's path in the vector vocabulary. They do what
 * reference_math.c does, operation by operation, and give the same bits; the reasons stand
 * there. */
#ifndef TDI_SIMD_MATH_H
#define TDI_SIMD_MATH_H

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

TDI_INLINE vf v_exp_minus(vf high, vf low)
{
    vf rounded = vf_set(TDI_ROUND_UPSCALED_POWER) - high * vf_set(TDI_LOG2_E);
    vf n = vf_set(TDI_ROUND_UPSCALED_POWER) - rounded;
    vf r = (n * vf_set(TDI_LN2_1) - high) + (n * vf_set(TDI_LN2_2) - low);
    vf s = v_power(rounded);
    return (s + s * v_expm1_core(r)) * vf_set(TDI_SCALE_DOWN);
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

TDI_INLINE vf v_gaussian(vf x)
{
    x = vf_min(vf_set(TDI_GAUSSIAN_LIMIT), vf_abs(x));
    vf leading = vf_from_bits(vf_bits(x) & vi_set((int32_t)TDI_SQUARE_MASK));
    vf half = vf_set(0.5f) * leading;
    return v_exp_minus(half * leading, (x - leading) * (vf_set(0.5f) * x + half));
}

TDI_INLINE vf v_softplus(vf x)
{
    vf t = v_exp_minus(vf_min(vf_set(TDI_EXP_LIMIT), vf_abs(x)), vf_set(0));
    vf w = t * t;
    vf p = v_horner(vf_set(TDI_LOG_10), t, TDI_LOG_9);
    p = v_horner2(p, w, TDI_LOG_8, t, TDI_LOG_7);
    p = v_horner2(p, w, TDI_LOG_6, t, TDI_LOG_5);
    p = v_horner2(p, w, TDI_LOG_4, t, TDI_LOG_3);
    vf less = (p * t) * w + vf_set(TDI_LOG_2) * w;
    return t + (vf_max(vf_set(0), x) - less);
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

/* ---- The plain ones --------------------------------------------------------------------- */

TDI_INLINE vf v_identity(vf x)
{
    return x;
}

TDI_INLINE vf v_relu(vf x)
{
    return vf_max(vf_set(0), x);
}

TDI_INLINE vf v_leaky_relu(vf x)
{
    return vf_max(vf_set(TDI_LEAK) * x, x);
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
