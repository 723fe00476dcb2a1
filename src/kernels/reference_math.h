/* The elementary functions of the picture's path, one value at a time: the definition.
 *
 * Float32, unfused, no libm: + - * / sqrt, comparisons and integer bit operations in the order
 * written, so that every machine gives the same bits. simd_math.h says the same in vectors. The
 * errors stated in the table of activations are against the exact function, over all floats. */
#ifndef TDI_REFERENCE_MATH_H
#define TDI_REFERENCE_MATH_H

#include "tiedye/base.h"

float tdi_ref_exp(float x);

float tdi_ref_identity(float x);
float tdi_ref_tanh(float x);       /* odd, never beyond -1 and 1 */
float tdi_ref_sigmoid(float x);    /* 1 / (1 + exp(-x)) */
float tdi_ref_relu(float x);       /* x where 0 > x is false: -0 stays -0, NaN stays NaN */
float tdi_ref_leaky_relu(float x); /* 0.01f * x for x < 0, else x */
float tdi_ref_softplus(float x);   /* log(1 + exp(x)) */
float tdi_ref_sin(float x);
float tdi_ref_cos(float x);
float tdi_ref_gaussian(float x); /* exp(-x^2 / 2) */
float tdi_ref_abs(float x);
float tdi_ref_step(float x); /* 1 for x > 0, NaN for NaN, else 0 */

/* Linear light to sRGB. The argument is clamped to [0, 1], NaN counts as 0; the absolute error
 * is below 5e-7. */
float tdi_ref_srgb_encode(float u);

/* The functions by TdActivation. */
extern float (*const tdi_ref_activations[TD_ACT_COUNT])(float);

/* sin and cos of a finite or infinite x with |x| >= TDI_SIN_LIMIT, by integer arithmetic. Both
 * writings call them for such values. */
float tdi_huge_sin(float x);
float tdi_huge_cos(float x);

#endif
