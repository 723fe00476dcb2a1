/* The kernels in the vector vocabulary, included once by each instruction-set stub, which
 * defines TDI_LANES, TDI_VECTORS (vectors of points a dense block holds) and TDI_TABLE (its
 * table's name). */
#include "kernels/simd_math.h"
#include "kernels/simd_palette.h"
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

const TdKernels TDI_TABLE = TDI_KERNEL_TABLE(TDI_CPU);
