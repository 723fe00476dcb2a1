/* The constants of the elementary functions, shared by both their writings.
 * Made by scripts/fit_math.sollya; edit that, not this. */
#ifndef TDI_MATH_CONSTANTS_H
#define TDI_MATH_CONSTANTS_H

/* Adding 1.5 * 2^23 rounds a float to a whole number, which then stands in its last bits.
 * An addend on top of that stands there too: 127 makes the last bits, shifted left by 23,
 * the float 2^n, 126 2^(n - 1), 63 2^(n - 64), 191 2^(n + 64); 1 flips the parity. */
#define TDI_ROUND 0x1.8p23f
#define TDI_ROUND_POWER 0x1.8000fep23f
#define TDI_ROUND_HALF_POWER 0x1.8000fcp23f
#define TDI_ROUND_DOWNSCALED_POWER 0x1.80007ep23f
#define TDI_ROUND_UPSCALED_POWER 0x1.80017ep23f
#define TDI_ROUND_ODD 0x1.800002p23f
#define TDI_SCALE_DOWN 0x1p-64f
#define TDI_ROUND_BITS 0x4b400000 /* the bits of TDI_ROUND */

/* ln 2: 16 bits, whose product with a whole number of up to 8 bits is exact, and the rest. */
#define TDI_LOG2_E 0x1.715476p0f
#define TDI_LN2_1 0x1.62e4p-1f
#define TDI_LN2_2 0x1.7f7d1cp-20f

/* exp(r) = 1 + r + r^2 (EXP_2 + EXP_3 r + ...) for -0.404 <= r <= 0.348, absolute. What is
 * beyond ln(2) / 2 on the left is for the low part of a square. Below -EXP_LIMIT the
 * function rounds to 0, above EXP_HUGE it is infinite. */
#define TDI_EXP_2 0x1.fffff6p-2f
#define TDI_EXP_3 0x1.55545ep-3f
#define TDI_EXP_4 0x1.555fd2p-5f
#define TDI_EXP_5 0x1.125a4cp-7f
#define TDI_EXP_6 0x1.63fb2ap-10f
#define TDI_EXP_LIMIT 0x1.ap6f
#define TDI_EXP_HUGE 0x1.64p6f

/* The 1 in 1 / (1 + exp(-x)), whose multiples by a power of two have one bit more than the
 * power; and where the quotient has been 1 for a while. */
#define TDI_SIGMOID_ONE 0x1.8p-64f
#define TDI_SIGMOID_ONE_BIT 0x00400000 /* added to the bits of a power: 1.5 times it */
#define TDI_SIGMOID_LIMIT 0x1.4p4f

/* Where exp(-x^2 / 2) has been 0 for a while, and the bits of x whose square is exact. */
#define TDI_GAUSSIAN_LIMIT 0x1.dp3f
#define TDI_SQUARE_MASK 0xfffff000

/* tanh(r) = r + r^3 (TANH_3 + TANH_5 r^2 + ...) for -1/4 <= r / (ln(2) / 2) <= 3/4, relative;
 * TANH_BIAS makes that the range. The float nearest ln(2) / 2 ends in three zero bits and is
 * within 0.04 ulp, so the products that matter are exact. */
#define TDI_TANH_INVERSE_STEP 0x1.715476p1f
#define TDI_TANH_BIAS 0x1p-2f
#define TDI_TANH_STEP 0x1.62e43p-2f
#define TDI_TANH_3 -0x1.555506p-2f
#define TDI_TANH_5 0x1.10d93ep-3f
#define TDI_TANH_7 -0x1.a3a1dp-5f
#define TDI_TANH_LIMIT 0x1.28p3f

/* log(1 + t) = t - t^2 (LOG_2 + LOG_3 t + ...) for 0 <= t <= 1, relative. */
#define TDI_LOG_2 0x1.ffffd2p-2f
#define TDI_LOG_3 -0x1.554ddap-2f
#define TDI_LOG_4 0x1.ff2556p-3f
#define TDI_LOG_5 -0x1.935568p-3f
#define TDI_LOG_6 0x1.3a6736p-3f
#define TDI_LOG_7 -0x1.b53c48p-4f
#define TDI_LOG_8 0x1.d7efa8p-5f
#define TDI_LOG_9 -0x1.4a9226p-6f
#define TDI_LOG_10 0x1.b22adep-9f

/* sin(r) = r + r^3 (SIN_3 + SIN_5 r^2 + ...) for |r| <= pi / 2, absolute. pi in parts of 9
 * bits: times a whole or half number below SIN_LIMIT / pi they are exact. From SIN_LIMIT on
 * the reduction is done in integers: 39086 is so close to a zero of the cosine that the parts
 * have too few digits. */
#define TDI_SIN_3 -0x1.555548p-3f
#define TDI_SIN_5 0x1.110e5ap-7f
#define TDI_SIN_7 -0x1.9f5d5p-13f
#define TDI_SIN_9 0x1.5cd6d2p-19f
#define TDI_INVERSE_PI 0x1.45f306p-2f
#define TDI_PI_1 0x1.92p1f
#define TDI_PI_2 0x1.fbp-11f
#define TDI_PI_3 0x1.51p-21f
#define TDI_PI_4 0x1.0b4612p-33f
#define TDI_PI_64 0x1.921fb54442d18p-63 /* a double: pi * 2^-64 */
#define TDI_SIN_LIMIT 0x1.3p15f

/* The bits of 1 / pi after the point, 32 to a word, after one word of zeros: enough for the
 * largest float. */
#define TDI_INVERSE_PI_WORDS                                                                   \
    {                                                                                          \
        0u, 1367130551u, 656542356u, 4262702056u, 4204424928u, 1840335564u, 2653014048u,       \
            4280857045u                                                                        \
    }

/* sRGB: 1.055 u^(1/2.4) - 0.055 = SRGB_0 + SRGB_1 q + ... with q = u^(1/4), for u from
 * SRGB_KNEE to 1, absolute. */
#define TDI_SRGB_KNEE 0x1.9a5c38p-9f
#define TDI_SRGB_SLOPE 0x1.9d70a4p3f
#define TDI_SRGB_0 -0x1.d8d402p-5f
#define TDI_SRGB_1 0x1.c888acp-4f
#define TDI_SRGB_2 0x1.8bdccp0f
#define TDI_SRGB_3 -0x1.7b7594p0f
#define TDI_SRGB_4 0x1.f7276cp0f
#define TDI_SRGB_5 -0x1.fb312ep0f
#define TDI_SRGB_6 0x1.550af4p0f
#define TDI_SRGB_7 -0x1.0d5516p-1f
#define TDI_SRGB_8 0x1.78043ap-4f

/* leaky relu */
#define TDI_LEAK 0x1.47ae14p-7f

/* erf: below ERF_SPLIT x + x (ERF_NEAR_0 + ERF_NEAR_2 x^2 + ...); from there to ERF_LIMIT,
 * where it has been 1 for a while, 1 - exp(-(ERF_FAR_0 + ERF_FAR_1 x + ...)). */
#define TDI_ERF_SPLIT 0x1.ep-1f
#define TDI_ERF_LIMIT 0x1p2f
#define TDI_ERF_NEAR_0 0x1.06eba6p-3f
#define TDI_ERF_NEAR_2 -0x1.8126ep-2f
#define TDI_ERF_NEAR_4 0x1.ce18fep-4f
#define TDI_ERF_NEAR_6 -0x1.b6721p-6f
#define TDI_ERF_NEAR_8 0x1.46956p-8f
#define TDI_ERF_NEAR_10 -0x1.373d26p-11f
#define TDI_ERF_FAR_0 -0x1.763d34p-13f
#define TDI_ERF_FAR_1 0x1.212916p0f
#define TDI_ERF_FAR_2 0x1.444132p-1f
#define TDI_ERF_FAR_3 0x1.bbaedcp-4f
#define TDI_ERF_FAR_4 -0x1.9bfe42p-6f
#define TDI_ERF_FAR_5 0x1.120584p-8f
#define TDI_ERF_FAR_6 -0x1.c9c7f6p-12f
#define TDI_ERF_FAR_7 0x1.64ff3cp-16f

/* The normal distribution's tail is exp(-a^2 / 2) / (a + 4) (MILLS_0 + MILLS_1 t + ...) with
 * t = (a - 4) / (a + 4), for GELU_SPLIT <= a <= 14.6, relative; nearer to 0 the distribution is
 * 1 / 2 + x (NORMAL_0 + NORMAL_2 x^2 + ...). */
#define TDI_GELU_SPLIT 0x1.6p-1f
#define TDI_MILLS_POLE 0x1p2f
#define TDI_MILLS_0 0x1.82b4bcp-1f
#define TDI_MILLS_1 -0x1.373e36p-1f
#define TDI_MILLS_2 0x1.8c6d84p-2f
#define TDI_MILLS_3 -0x1.7e01acp-3f
#define TDI_MILLS_4 0x1.eedfbcp-5f
#define TDI_MILLS_5 -0x1.eb23cap-8f
#define TDI_MILLS_6 -0x1.d02e42p-9f
#define TDI_MILLS_7 0x1.7e99cep-10f
#define TDI_MILLS_8 0x1.d8a5bap-13f
#define TDI_NORMAL_0 0x1.98845p-2f
#define TDI_NORMAL_2 -0x1.10552p-4f
#define TDI_NORMAL_4 0x1.45cf4p-7f
#define TDI_NORMAL_6 -0x1.1bed4cp-10f

/* atan(t) = t + t^3 (ATAN_3 + ATAN_5 t^2 + ...) for |t| <= ATAN_SPLIT, absolute in
 * atan(t) / t; from there and from its inverse on, it is pi / 4 and pi / 2 off. */
#define TDI_ATAN_3 -0x1.5554c6p-2f
#define TDI_ATAN_5 0x1.99627p-3f
#define TDI_ATAN_7 -0x1.211398p-3f
#define TDI_ATAN_9 0x1.941e16p-4f
#define TDI_ATAN_11 -0x1.7c3a9p-5f
#define TDI_ATAN_SPLIT 0x1.18p-1f
#define TDI_ATAN_SPLIT_INVERSE 0x1.d41d42p0f
#define TDI_HALF_PI 0x1.921fb6p0f
#define TDI_HALF_PI_REST -0x1.777a5cp-25f

/* selu (Klambauer et al. 2017) and its product with alpha; LeCun's tanh; 1 / 6 */
#define TDI_SELU 0x1.0cfabep0f
#define TDI_SELU_ALPHA 0x1.c212ccp0f
#define TDI_LECUN_GAIN 0x1.b74538p0f
#define TDI_TWO_THIRDS 0x1.555556p-1f
#define TDI_SIXTH 0x1.555556p-3f

/* Where these have been at their limit for a while: elu, silu and mish on the left, ricker,
 * softsign. */
#define TDI_ELU_LIMIT 0x1.2p4f
#define TDI_SILU_LIMIT 0x1.cp6f
#define TDI_RICKER_LIMIT 0x1.ep3f
#define TDI_SOFTSIGN_LIMIT 0x1p64f

/* 2^24, added to a float from 0 to itself, rounds it to an even number; the last bit is the
 * parity of half of that. SCALE_HALF keeps squares of large numbers finite. */
#define TDI_ROUND_EVEN 0x1p24f
#define TDI_SCALE_HALF 0x1p-32f

#endif
