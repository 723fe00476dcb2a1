/* The kernels in the vector vocabulary, included once by each instruction-set stub, which
 * defines TDI_LANES, TDI_VECTORS (vectors of points a dense block holds) and TDI_TABLE (its
 * table's name). */
#include "kernels/simd_math.h"
#include "kernels/simd_palette.h"
#include "kernels/simd_patch.h"
#include "kernels/simd_ray.h"
#include "kernels/tables.h"

_Static_assert(TD_POINT_GRAIN % (TDI_LANES * TDI_VECTORS) == 0, "blocks fill the point grain");

/* Four neurons by TDI_VECTORS vectors of points: all sums stay in registers. */
TDI_INLINE void dense_block(const float *weights, const float *bias, size_t inputs,
                            const float *in, float *out, size_t stride)
{
    vf sum[TD_OUTPUT_GRAIN][TDI_VECTORS];
    TDI_UNROLL
    for (int o = 0; o < TD_OUTPUT_GRAIN; o++)
        TDI_UNROLL
    for (int v = 0; v < TDI_VECTORS; v++)
        sum[o][v] = vf_set(bias[o]);
    for (size_t i = 0; i < inputs; i++) {
        vf x[TDI_VECTORS];
        TDI_UNROLL
        for (int v = 0; v < TDI_VECTORS; v++)
            x[v] = vf_load(in + i * stride + (size_t)v * TDI_LANES);
        TDI_UNROLL
        for (int o = 0; o < TD_OUTPUT_GRAIN; o++) {
            vf weight = vf_set(weights[i * TD_OUTPUT_GRAIN + (size_t)o]);
            TDI_UNROLL
            for (int v = 0; v < TDI_VECTORS; v++)
                sum[o][v] = sum[o][v] + weight * x[v];
        }
    }
    TDI_UNROLL
    for (int o = 0; o < TD_OUTPUT_GRAIN; o++)
        TDI_UNROLL
    for (int v = 0; v < TDI_VECTORS; v++)
        vf_store(out + (size_t)o * stride + (size_t)v * TDI_LANES, sum[o][v]);
}

/* Vectors that go through an activation together, step by step, so that none waits for its own
 * chain of operations alone. */
enum { TOGETHER = 4 };
_Static_assert(TD_POINT_GRAIN % (TDI_LANES * TOGETHER) == 0, "rows are whole rounds");

#define ACTIVATION(ID, STEM, ...)                                                              \
    static void activation_##STEM(float *values, size_t count)                                 \
    {                                                                                          \
        for (size_t i = 0; i < count; i += TDI_LANES * TOGETHER) {                             \
            vf y[TOGETHER];                                                                    \
            TDI_UNROLL                                                                         \
            for (int v = 0; v < TOGETHER; v++)                                                 \
                y[v] = v_##STEM(vf_load(values + i + (size_t)v * TDI_LANES));                  \
            TDI_UNROLL                                                                         \
            for (int v = 0; v < TOGETHER; v++)                                                 \
                vf_store(values + i + (size_t)v * TDI_LANES, y[v]);                            \
        }                                                                                      \
    }
TD_ACTIVATIONS(ACTIVATION)
#undef ACTIVATION

static void (*const activations[TD_ACT_COUNT])(float *,
                                               size_t) = {TD_ACTIVATIONS(TDI_ACTIVATION_ENTRY)};

/* Four neurons after the other, each group's sums activated while they are in the first-level
 * cache. */
static void dense(const TdDense *layer, const float *in, float *out, size_t stride,
                  size_t points)
{
    for (size_t first = 0; first < layer->outputs; first += TD_OUTPUT_GRAIN) {
        const float *weights = layer->weights + first * layer->inputs;
        float *rows = out + first * stride;
        for (size_t p = 0; p < points; p += TDI_LANES * TDI_VECTORS)
            dense_block(weights, layer->bias + first, layer->inputs, in + p, rows + p, stride);
        for (size_t o = 0; o < TD_OUTPUT_GRAIN && first + o < layer->outputs; o++)
            if (layer->act != TD_ACT_IDENTITY)
                activations[layer->act](rows + o * stride, points);
    }
}

/* Four outputs by TDI_VECTORS vectors of points. */
TDI_INLINE void conv_block(const TdConv *layer, const float *weights, const float *bias,
                           const float *in, size_t in_stride, float *out, size_t out_stride)
{
    vf sum[TD_OUTPUT_GRAIN][TDI_VECTORS];
    TDI_UNROLL
    for (int o = 0; o < TD_OUTPUT_GRAIN; o++)
        TDI_UNROLL
    for (int v = 0; v < TDI_VECTORS; v++)
        sum[o][v] = vf_set(bias[o]);
    for (size_t i = 0; i < layer->inputs; i++, in += in_stride) {
        for (size_t t = 0; t < layer->tap_count; t++, weights += TD_OUTPUT_GRAIN) {
            const float *from = in + layer->taps[t];
            vf x[TDI_VECTORS];
            TDI_UNROLL
            for (int v = 0; v < TDI_VECTORS; v++)
                x[v] = vf_load_any(from + (size_t)v * TDI_LANES);
            TDI_UNROLL
            for (int o = 0; o < TD_OUTPUT_GRAIN; o++) {
                vf weight = vf_set(weights[o]);
                TDI_UNROLL
                for (int v = 0; v < TDI_VECTORS; v++)
                    sum[o][v] = sum[o][v] + weight * x[v];
            }
        }
    }
    TDI_UNROLL
    for (int o = 0; o < TD_OUTPUT_GRAIN; o++)
        TDI_UNROLL
    for (int v = 0; v < TDI_VECTORS; v++)
        vf_store(out + (size_t)o * out_stride + (size_t)v * TDI_LANES, sum[o][v]);
}

static void conv(const TdConv *layer, const float *in, size_t in_stride, float *out,
                 size_t out_stride, size_t points)
{
    for (size_t first = 0; first < layer->outputs; first += TD_OUTPUT_GRAIN) {
        const float *weights = layer->weights + first * layer->inputs * layer->tap_count;
        float *rows = out + first * out_stride;
        for (size_t p = 0; p < points; p += TDI_LANES * TDI_VECTORS)
            conv_block(layer, weights, layer->bias + first, in + p, in_stride, rows + p,
                       out_stride);
        for (size_t o = 0; o < TD_OUTPUT_GRAIN && first + o < layer->outputs; o++)
            if (layer->act != TD_ACT_IDENTITY)
                activations[layer->act](rows + o * out_stride, points);
    }
}

static void row(const TdRow *first, float y, float *out, size_t stride, size_t points)
{
    for (size_t o = 0; o < first->outputs; o++) {
        const float *columns = first->columns + o * first->stride;
        float *to = out + o * stride;
        vf weight = vf_set(first->weights[o]), height = vf_set(y);
        for (size_t p = 0; p < points; p += TDI_LANES)
            vf_store(to + p, vf_load(columns + p) + weight * height);
        if (first->act != TD_ACT_IDENTITY)
            activations[first->act](to, points);
    }
}

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

const TdKernels TDI_TABLE = TDI_KERNEL_TABLE(TDI_CPU, TDI_FUSED);
