/* The palettes in the vector vocabulary, included by simd.h. */
#ifndef TDI_SIMD_PALETTE_H
#define TDI_SIMD_PALETTE_H

#include "kernels/palette_constants.h"
#include "kernels/simd_math.h"
#include "tiedye/kernels.h"

TDI_INLINE vf mix(vf x, vf y, vf z, float wx, float wy, float wz)
{
    return (vf_set(wx) * x + vf_set(wy) * y) + vf_set(wz) * z;
}

TDI_INLINE vf cube(vf x)
{
    return (x * x) * x;
}

static void palette_gray(float *rows, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i += TDI_LANES) {
        vf red = vf_load(rows + i), green = vf_load(rows + stride + i);
        vf blue = vf_load(rows + 2 * stride + i);
        vf_store(rows + i, mix(red, green, blue, TDI_LUMA_R, TDI_LUMA_G, TDI_LUMA_B));
    }
}

TDI_INLINE void oklab_to_linear(vf L, vf a, vf b, float *rows, size_t stride)
{
    vf l = cube(mix(L, a, b, 1, TDI_L_A, TDI_L_B));
    vf m = cube(mix(L, a, b, 1, TDI_M_A, TDI_M_B));
    vf s = cube(mix(L, a, b, 1, TDI_S_A, TDI_S_B));
    vf_store(rows, mix(l, m, s, TDI_R_L, TDI_R_M, TDI_R_S));
    vf_store(rows + stride, mix(l, m, s, TDI_G_L, TDI_G_M, TDI_G_S));
    vf_store(rows + 2 * stride, mix(l, m, s, TDI_B_L, TDI_B_M, TDI_B_S));
}

TDI_INLINE vf centred(const float *from)
{
    return vf_set(2) * vf_load(from) - vf_set(1);
}

static void palette_oklab(float *rows, size_t stride, size_t count)
{
    const vf shift = vf_set(TDI_OKLAB_SHIFT), spread = vf_set(TDI_OKLAB_SPREAD);
    for (size_t i = 0; i < count; i += TDI_LANES) {
        vf L = vf_set(TDI_OKLAB_BASE) + vf_set(TDI_OKLAB_RANGE) * centred(rows + i);
        vf a = shift + spread * centred(rows + stride + i);
        vf b = shift + spread * centred(rows + 2 * stride + i);
        oklab_to_linear(L, a, b, rows + i, stride);
    }
}

TDI_INLINE vf softened(const float *from)
{
    return v_tanh(vf_set(TDI_SOFT_GAIN) * centred(from));
}

static void palette_oklab_soft(float *rows, size_t stride, size_t count)
{
    const vf shift = vf_set(TDI_SOFT_SHIFT), spread = vf_set(TDI_SOFT_SPREAD);
    for (size_t i = 0; i < count; i += TDI_LANES) {
        vf L = vf_set(TDI_SOFT_BASE) + vf_set(TDI_SOFT_RANGE) * softened(rows + i);
        vf a = shift + spread * softened(rows + stride + i);
        vf b = shift + spread * softened(rows + 2 * stride + i);
        oklab_to_linear(L, a, b, rows + i, stride);
    }
}

TDI_INLINE vf turned(const TdOklabTurn *turn, int axis, vf t0, vf t1, vf t2)
{
    const float *weights = turn->turn[axis];
    return vf_set(turn->base[axis]) + mix(t0, t1, t2, weights[0], weights[1], weights[2]);
}

static void oklab_turned(const TdOklabTurn *turn, float *rows, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i += TDI_LANES) {
        vf t0 = softened(rows + i), t1 = softened(rows + stride + i);
        vf t2 = softened(rows + 2 * stride + i);
        oklab_to_linear(turned(turn, 0, t0, t1, t2), turned(turn, 1, t0, t1, t2),
                        turned(turn, 2, t0, t1, t2), rows + i, stride);
    }
}

/* Vectors go together, so that none waits for its own roots alone. */
static void srgb(float *values, size_t count)
{
    for (size_t i = 0; i < count; i += 2 * TDI_LANES) {
        vf a = v_srgb_encode(vf_load(values + i));
        vf b = v_srgb_encode(vf_load(values + i + TDI_LANES));
        vf_store(values + i, a);
        vf_store(values + i + TDI_LANES, b);
    }
}

static void lookup(const float *table, size_t parts, const float *values, float *out,
                   size_t count)
{
    const vf scale = vf_set((float)parts), last = vf_set((float)(parts - 1));
    for (size_t i = 0; i < count; i += TDI_LANES) {
        vf place = vf_load(values + i) * scale, low, high;
        vi part = __builtin_convertvector(vf_min(place, last), vi); /* never out of range */
        for (int lane = 0; lane < TDI_LANES; lane++) {
            low[lane] = table[part[lane]];
            high[lane] = table[part[lane] + 1];
        }
        vf share = place - __builtin_convertvector(part, vf);
        vf_store(out + i, low + share * (high - low));
    }
}

#endif
