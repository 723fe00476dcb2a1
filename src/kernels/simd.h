/* The kernels in the vector vocabulary, included once by each instruction-set stub, which
 * defines TDI_LANES, TDI_VECTORS (vectors of points a dense block holds) and TDI_TABLE (its
 * table's name). */
#include "kernels/palette_constants.h"
#include "kernels/simd_math.h"
#include "kernels/tables.h"

_Static_assert(TD_POINT_GRAIN % (TDI_LANES * TDI_VECTORS) == 0, "blocks fill the point grain");

/* Four neurons by TDI_VECTORS vectors of points: all sums stay in registers. */
TDI_INLINE void dense_block(const float *weights, const float *bias, size_t inputs,
                            const float *in, float *out, size_t stride)
{
    vf sum[TD_OUTPUT_GRAIN][TDI_VECTORS];
    for (int o = 0; o < TD_OUTPUT_GRAIN; o++)
        for (int v = 0; v < TDI_VECTORS; v++)
            sum[o][v] = vf_set(bias[o]);
    for (size_t i = 0; i < inputs; i++) {
        vf x[TDI_VECTORS];
        for (int v = 0; v < TDI_VECTORS; v++)
            x[v] = vf_load(in + i * stride + (size_t)v * TDI_LANES);
        for (int o = 0; o < TD_OUTPUT_GRAIN; o++) {
            vf weight = vf_set(weights[i * TD_OUTPUT_GRAIN + (size_t)o]);
            for (int v = 0; v < TDI_VECTORS; v++)
                sum[o][v] = sum[o][v] + weight * x[v];
        }
    }
    for (int o = 0; o < TD_OUTPUT_GRAIN; o++)
        for (int v = 0; v < TDI_VECTORS; v++)
            vf_store(out + (size_t)o * stride + (size_t)v * TDI_LANES, sum[o][v]);
}

static void dense(const TdDense *layer, const float *in, float *out, size_t stride,
                  size_t points)
{
    for (size_t group = 0; group < layer->groups; group++) {
        const float *weights = layer->weights + group * layer->inputs * TD_OUTPUT_GRAIN;
        const float *bias = layer->bias + group * TD_OUTPUT_GRAIN;
        float *rows = out + group * TD_OUTPUT_GRAIN * stride;
        for (size_t p = 0; p < points; p += TDI_LANES * TDI_VECTORS)
            dense_block(weights, bias, layer->inputs, in + p, rows + p, stride);
    }
}

#define ACTIVATION(ID, STEM, ...)                                                              \
    static void activation_##STEM(float *values, size_t count)                                 \
    {                                                                                          \
        for (size_t i = 0; i < count; i += TDI_LANES)                                          \
            vf_store(values + i, v_##STEM(vf_load(values + i)));                               \
    }
TD_ACTIVATIONS(ACTIVATION)
#undef ACTIVATION

static void add(float *sum, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i += TDI_LANES)
        vf_store(sum + i, vf_load(sum + i) + vf_load(values + i));
}

static void tone(float *values, size_t count, float scale, float offset)
{
    const vf factor = vf_set(scale), shift = vf_set(offset);
    for (size_t i = 0; i < count; i += TDI_LANES) {
        vf u = vf_load(values + i) * factor + shift;
        vf_store(values + i, vf_min(vf_max(u, vf_set(0)), vf_set(1)));
    }
}

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

TDI_INLINE void oklab_to_srgb(vf L, vf a, vf b, float *rows, size_t stride)
{
    vf l = cube(mix(L, a, b, 1, TDI_L_A, TDI_L_B));
    vf m = cube(mix(L, a, b, 1, TDI_M_A, TDI_M_B));
    vf s = cube(mix(L, a, b, 1, TDI_S_A, TDI_S_B));
    vf_store(rows, v_srgb_encode(mix(l, m, s, TDI_R_L, TDI_R_M, TDI_R_S)));
    vf_store(rows + stride, v_srgb_encode(mix(l, m, s, TDI_G_L, TDI_G_M, TDI_G_S)));
    vf_store(rows + 2 * stride, v_srgb_encode(mix(l, m, s, TDI_B_L, TDI_B_M, TDI_B_S)));
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
        oklab_to_srgb(L, a, b, rows + i, stride);
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
        oklab_to_srgb(L, a, b, rows + i, stride);
    }
}

const TdKernels TDI_TABLE = TDI_KERNEL_TABLE(TDI_CPU);
