/* The kernels of rays in plain C, included by reference.c. */
#ifndef TDI_REFERENCE_RAY_H
#define TDI_REFERENCE_RAY_H

#include "kernels/ray_constants.h"
#include "kernels/reference_patch.h"

static void along(const float *lines, size_t stride, size_t channels, const float *first,
                  const float *step, size_t count, float *out, size_t out_stride)
{
    for (size_t j = 0; j < count; j++)
        for (size_t x = 0; x < LANES; x++) {
            float moved = (float)j * step[x], t = first[x] + moved, twice = t + t;
            float basis[ORDER] = {1, t};
            for (int n = 2; n < ORDER; n++) {
                float product = twice * basis[n - 1];
                basis[n] = product - basis[n - 2];
            }
            for (size_t c = 0; c < channels; c++) {
                const float *line = lines + c * ORDER * stride + x;
                float sum = line[0] * basis[0];
                for (size_t n = 1; n < ORDER; n++) {
                    float product = line[n * stride] * basis[n];
                    sum = sum + product;
                }
                out[c * out_stride + j * LANES + x] = sum;
            }
        }
}

/* NaNs, which only fields without bounds have, leave no trace. */
static void shade(float *colours, const float *gradients, size_t stride, float shading,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float right = gradients[i], up = gradients[stride + i],
              away = gradients[2 * stride + i];
        float squares = right * right, more = up * up;
        squares = squares + more;
        more = away * away;
        squares = squares + more;
        float length = __builtin_sqrtf(squares) + TDI_SHADE_NOTHING;
        float part = TDI_LIGHT_RIGHT * right, other = TDI_LIGHT_UP * up;
        float facing = part + other;
        other = TDI_LIGHT_AWAY * away;
        facing = magnitude(facing + other) / length;
        part = TDI_GLOSS_RIGHT * right;
        other = TDI_GLOSS_UP * up;
        float gloss = part + other;
        other = TDI_GLOSS_AWAY * away;
        gloss = magnitude(gloss + other) / length;
        for (int k = 0; k < TDI_GLOSS_SQUARES; k++)
            gloss = gloss * gloss;
        float weight = shading * (length / (length + TDI_SHADE_HALF));
        float dark = 1 - facing;
        dark = dark * TDI_SHADE_DARK;
        float dimmed = weight * dark;
        float keep = 1 - dimmed;
        float shine = weight * TDI_GLOSS_STRENGTH;
        shine = shine * gloss;
        for (size_t c = 0; c < 3; c++) {
            float lit = colours[c * stride + i] * keep;
            colours[c * stride + i] = clip(lit + shine);
        }
    }
}

static void composite(const float *colours, size_t stride, const float *through, size_t count,
                      float least, float *light, float *seen, size_t seen_stride)
{
    for (size_t j = 0; j < count; j++)
        for (size_t x = 0; x < LANES; x++) {
            size_t i = j * LANES + x;
            float left = light[x] * through[i];
            float weight = light[x] - left;
            if (!(light[x] >= least))
                continue;
            for (size_t c = 0; c < 3; c++) {
                float added = weight * colours[c * stride + i];
                seen[c * seen_stride + x] = seen[c * seen_stride + x] + added;
            }
            light[x] = left;
        }
}

#endif
