/* The kernels as they are defined: plain C, one point at a time, in the stated order. */
#include "kernels/palette_constants.h"
#include "kernels/reference_math.h"
#include "kernels/tables.h"

static void dense(const TdDense *layer, const float *in, float *out, size_t stride,
                  size_t points)
{
    for (size_t o = 0; o < layer->groups * TD_OUTPUT_GRAIN; o++) {
        size_t group = o / TD_OUTPUT_GRAIN, lane = o % TD_OUTPUT_GRAIN;
        const float *weights = layer->weights + group * layer->inputs * TD_OUTPUT_GRAIN + lane;
        for (size_t p = 0; p < points; p++) {
            float sum = layer->bias[o];
            for (size_t i = 0; i < layer->inputs; i++) {
                float product = weights[i * TD_OUTPUT_GRAIN] * in[i * stride + p];
                sum = sum + product;
            }
            out[o * stride + p] = sum;
        }
    }
}

#define ACTIVATION(ID, STEM, ...)                                                              \
    static void activation_##STEM(float *values, size_t count)                                 \
    {                                                                                          \
        for (size_t i = 0; i < count; i++)                                                     \
            values[i] = tdi_ref_activations[TD_ACT_##ID](values[i]);                           \
    }
TD_ACTIVATIONS(ACTIVATION)
#undef ACTIVATION

static void add(float *sum, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum[i] = sum[i] + values[i];
}

/* NaN compares false and so becomes 0. */
static float clip(float u)
{
    float above = u > 0 ? u : 0;
    return above < 1 ? above : 1;
}

static void tone(float *values, size_t count, float scale, float offset)
{
    for (size_t i = 0; i < count; i++) {
        float scaled = values[i] * scale;
        values[i] = clip(scaled + offset);
    }
}

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

/* From Oklab to encoded sRGB at rows[0], rows[stride], rows[2 stride]. */
static void oklab_to_srgb(float L, float a, float b, float *rows, size_t stride)
{
    float l = cube(mix(L, a, b, 1, TDI_L_A, TDI_L_B));
    float m = cube(mix(L, a, b, 1, TDI_M_A, TDI_M_B));
    float s = cube(mix(L, a, b, 1, TDI_S_A, TDI_S_B));
    rows[0] = tdi_ref_srgb_encode(mix(l, m, s, TDI_R_L, TDI_R_M, TDI_R_S));
    rows[stride] = tdi_ref_srgb_encode(mix(l, m, s, TDI_G_L, TDI_G_M, TDI_G_S));
    rows[2 * stride] = tdi_ref_srgb_encode(mix(l, m, s, TDI_B_L, TDI_B_M, TDI_B_S));
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
        oklab_to_srgb(L, a, b, rows + i, stride);
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
        oklab_to_srgb(L, a, b, rows + i, stride);
    }
}

const TdKernels tdi_kernels_reference = TDI_KERNEL_TABLE(TD_CPU_REF);
