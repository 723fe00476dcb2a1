/* The elementary functions of the picture's path, one value at a time: the definition.
 *
 * Float32, unfused, no libm: + - * / sqrt, comparisons and integer bit operations in the order
 * written, so that every machine gives the same bits. simd_math.h says the same in vectors. The
 * errors stated in the table of activations are against the exact function, over all floats. */
#ifndef TDI_REFERENCE_MATH_H
#define TDI_REFERENCE_MATH_H

#include "tiedye/base.h"

float tdi_ref_exp(float x);

/* tdi_ref_tanh and so on, for each activation. Zeros keep their sign where the function is odd;
 * NaN gives NaN; infinities give the limit, or NaN where there is none. */
#define TDI_REFERENCE(ID, STEM, ...) float tdi_ref_##STEM(float x);
TD_ACTIVATIONS(TDI_REFERENCE)
#undef TDI_REFERENCE

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
