/* The reference kernels of palettes, included by reference.c. */
#ifndef TDI_REFERENCE_PALETTE_H
#define TDI_REFERENCE_PALETTE_H

#include "kernels/palette_constants.h"
#include "kernels/reference_math.h"
#include "tiedye/kernels.h"

static void palette_gray(float *rows, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float red = TDI_LUMA_R * rows[i];
        float green = TDI_LUMA_G * rows[stride + i];
        float blue = TDI_LUMA_B * rows[2 * stride + i];
        rows[i] = (red + green) + blue;
    }
}

static float mix(float x, float y, float z, float wx, float wy, float wz)
{
    float a = wx * x, b = wy * y, c = wz * z;
    return (a + b) + c;
}

static float cube(float x)
{
    return (x * x) * x;
}

/* From Oklab to linear sRGB at rows[0], rows[stride], rows[2 stride]. */
static void oklab_to_linear(float L, float a, float b, float *rows, size_t stride)
{
    float l = cube(mix(L, a, b, 1, TDI_L_A, TDI_L_B));
    float m = cube(mix(L, a, b, 1, TDI_M_A, TDI_M_B));
    float s = cube(mix(L, a, b, 1, TDI_S_A, TDI_S_B));
    rows[0] = mix(l, m, s, TDI_R_L, TDI_R_M, TDI_R_S);
    rows[stride] = mix(l, m, s, TDI_G_L, TDI_G_M, TDI_G_S);
    rows[2 * stride] = mix(l, m, s, TDI_B_L, TDI_B_M, TDI_B_S);
}

static float centred(float u)
{
    return 2 * u - 1;
}

static void palette_oklab(float *rows, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float L = TDI_OKLAB_BASE + TDI_OKLAB_RANGE * centred(rows[i]);
        float a = TDI_OKLAB_SHIFT + TDI_OKLAB_SPREAD * centred(rows[stride + i]);
        float b = TDI_OKLAB_SHIFT + TDI_OKLAB_SPREAD * centred(rows[2 * stride + i]);
        oklab_to_linear(L, a, b, rows + i, stride);
    }
}

static float softened(float u)
{
    return tdi_ref_activations[TD_ACT_TANH](TDI_SOFT_GAIN * centred(u));
}

static void palette_oklab_soft(float *rows, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float L = TDI_SOFT_BASE + TDI_SOFT_RANGE * softened(rows[i]);
        float a = TDI_SOFT_SHIFT + TDI_SOFT_SPREAD * softened(rows[stride + i]);
        float b = TDI_SOFT_SHIFT + TDI_SOFT_SPREAD * softened(rows[2 * stride + i]);
        oklab_to_linear(L, a, b, rows + i, stride);
    }
}

static float turned(const TdOklabTurn *turn, int axis, const float t[3])
{
    const float *weights = turn->turn[axis];
    return turn->base[axis] + mix(t[0], t[1], t[2], weights[0], weights[1], weights[2]);
}

static void oklab_turned(const TdOklabTurn *turn, float *rows, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float t[3] = {softened(rows[i]), softened(rows[stride + i]),
                      softened(rows[2 * stride + i])};
        oklab_to_linear(turned(turn, 0, t), turned(turn, 1, t), turned(turn, 2, t), rows + i,
                        stride);
    }
}

static void srgb(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = tdi_ref_srgb_encode(values[i]);
}

/* values[i] = 1 is the end of the last part. */
static void lookup(const float *table, size_t parts, const float *values, float *out,
                   size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float place = values[i] * (float)parts;
        int32_t part = (int32_t)place, last = (int32_t)parts - 1;
        part = part < last ? part : last;
        float share = place - (float)part, low = table[part], high = table[part + 1];
        float rise = share * (high - low);
        out[i] = low + rise;
    }
}

#endif
