/* The kernels of rays in the vector vocabulary, included by simd.h. Lanes are rays. */
#ifndef TDI_SIMD_RAY_H
#define TDI_SIMD_RAY_H

#include "kernels/ray_constants.h"
#include "kernels/simd_patch.h"

static void along(const float *lines, size_t stride, size_t channels, const float *first,
                  const float *step, size_t count, float *out, size_t out_stride)
{
    for (size_t x = 0; x < LANES; x += TDI_LANES) {
        const vf start = vf_load(first + x), stride_of = vf_load(step + x);
        for (size_t j = 0; j < count; j++) {
            vf t = start + vf_set((float)j) * stride_of, twice = t + t, basis[ORDER];
            basis[0] = vf_set(1);
            basis[1] = t;
            TDI_UNROLL
            for (int n = 2; n < ORDER; n++)
                basis[n] = twice * basis[n - 1] - basis[n - 2];
            for (size_t c = 0; c < channels; c++) {
                const float *line = lines + c * ORDER * stride + x;
                vf sum = vf_load(line) * basis[0];
                TDI_UNROLL
                for (size_t n = 1; n < ORDER; n++)
                    sum = sum + vf_load(line + n * stride) * basis[n];
                vf_store(out + c * out_stride + j * LANES + x, sum);
            }
        }
    }
}

static void shade(float *colours, const float *gradients, size_t stride, float shading,
                  size_t count)
{
    for (size_t i = 0; i < count; i += TDI_LANES) {
        vf right = vf_load(gradients + i), up = vf_load(gradients + stride + i);
        vf away = vf_load(gradients + 2 * stride + i);
        vf squares = right * right + up * up;
        squares = squares + away * away;
        vf length = vf_sqrt(squares) + vf_set(TDI_SHADE_NOTHING);
        vf facing = vf_set(TDI_LIGHT_RIGHT) * right + vf_set(TDI_LIGHT_UP) * up;
        facing = vf_abs(facing + vf_set(TDI_LIGHT_AWAY) * away) / length;
        vf gloss = vf_set(TDI_GLOSS_RIGHT) * right + vf_set(TDI_GLOSS_UP) * up;
        gloss = vf_abs(gloss + vf_set(TDI_GLOSS_AWAY) * away) / length;
        TDI_UNROLL
        for (int k = 0; k < TDI_GLOSS_SQUARES; k++)
            gloss = gloss * gloss;
        vf weight = vf_set(shading) * (length / (length + vf_set(TDI_SHADE_HALF)));
        vf dark = (vf_set(1) - facing) * vf_set(TDI_SHADE_DARK);
        vf keep = vf_set(1) - weight * dark;
        vf shine = weight * vf_set(TDI_GLOSS_STRENGTH) * gloss;
        for (size_t c = 0; c < 3; c++) {
            vf lit = vf_load(colours + c * stride + i) * keep + shine;
            vf_store(colours + c * stride + i, vf_min(vf_max(lit, vf_set(0)), vf_set(1)));
        }
    }
}

static void composite(const float *colours, size_t stride, const float *through, size_t count,
                      float least, float *light, float *seen, size_t seen_stride)
{
    for (size_t x = 0; x < LANES; x += TDI_LANES) {
        vf now = vf_load(light + x), sum[3];
        TDI_UNROLL
        for (size_t c = 0; c < 3; c++)
            sum[c] = vf_load(seen + c * seen_stride + x);
        for (size_t j = 0; j < count; j++) {
            size_t i = j * LANES + x;
            vi sees = now >= vf_set(least);
            vf left = now * vf_load(through + i), weight = now - left;
            TDI_UNROLL
            for (size_t c = 0; c < 3; c++)
                sum[c] = vf_select(sees, sum[c] + weight * vf_load(colours + c * stride + i),
                                   sum[c]);
            now = vf_select(sees, left, now);
        }
        vf_store(light + x, now);
        TDI_UNROLL
        for (size_t c = 0; c < 3; c++)
            vf_store(seen + c * seen_stride + x, sum[c]);
    }
}

#endif
