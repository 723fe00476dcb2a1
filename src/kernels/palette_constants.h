/* What the palettes are made of; shared by the reference and the vector kernels. Oklab: Bjorn
 * Ottosson, "A perceptual color space for image processing" (2020), with sRGB's primaries. */
#ifndef TDI_PALETTE_CONSTANTS_H
#define TDI_PALETTE_CONSTANTS_H

/* Rec. 709 luma. */
#define TDI_LUMA_R 0.2126f
#define TDI_LUMA_G 0.7152f
#define TDI_LUMA_B 0.0722f

/* L = base + range t0, a = shift + spread t1, b = shift + spread t2, for t = 2 u - 1. */
#define TDI_OKLAB_BASE 0.62f
#define TDI_OKLAB_RANGE 0.33f
#define TDI_OKLAB_SHIFT 0.0f
#define TDI_OKLAB_SPREAD 0.20f

/* The same for t = tanh(gain (2 u - 1)). */
#define TDI_SOFT_GAIN 0.9f
#define TDI_SOFT_BASE 0.60f
#define TDI_SOFT_RANGE 0.36f
#define TDI_SOFT_SHIFT 0.02f
#define TDI_SOFT_SPREAD 0.17f

/* Oklab to the cube roots of cone responses l, m, s: L + A a + B b. */
#define TDI_L_A 0.3963377774f
#define TDI_L_B 0.2158037573f
#define TDI_M_A -0.1055613458f
#define TDI_M_B -0.0638541728f
#define TDI_S_A -0.0894841775f
#define TDI_S_B -1.2914855480f

/* Cone responses to linear red, green, blue. */
#define TDI_R_L 4.0767416621f
#define TDI_R_M -3.3077115913f
#define TDI_R_S 0.2309699292f
#define TDI_G_L -1.2684380046f
#define TDI_G_M 2.6097574011f
#define TDI_G_S -0.3413193965f
#define TDI_B_L -0.0041960863f
#define TDI_B_M -0.7034186147f
#define TDI_B_S 1.7076147010f

#endif
