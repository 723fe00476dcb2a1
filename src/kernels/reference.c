/* The kernels as they are defined: plain C, one point at a time, in the stated order. */
#include "kernels/reference_math.h"
#include "kernels/reference_palette.h"
#include "kernels/reference_patch.h"
#include "kernels/reference_ray.h"
#include "kernels/tables.h"

static void dense(const TdDense *layer, const float *in, float *out, size_t stride,
                  size_t points)
{
    for (size_t o = 0; o < layer->outputs; o++) {
        size_t group = o / TD_OUTPUT_GRAIN, lane = o % TD_OUTPUT_GRAIN;
        const float *weights = layer->weights + group * layer->inputs * TD_OUTPUT_GRAIN + lane;
        for (size_t p = 0; p < points; p++) {
            float sum = layer->bias[o];
            for (size_t i = 0; i < layer->inputs; i++) {
                float product = weights[i * TD_OUTPUT_GRAIN] * in[i * stride + p];
                sum = sum + product;
            }
            out[o * stride + p] = tdi_ref_activations[layer->act](sum);
        }
    }
}

static void conv(const TdConv *layer, const float *in, size_t in_stride, float *out,
                 size_t out_stride, size_t points)
{
    size_t each = layer->inputs * layer->tap_count;
    for (size_t o = 0; o < layer->outputs; o++) {
        size_t group = o / TD_OUTPUT_GRAIN, lane = o % TD_OUTPUT_GRAIN;
        for (size_t p = 0; p < points; p++) {
            const float *weight = layer->weights + group * each * TD_OUTPUT_GRAIN + lane;
            float sum = layer->bias[o];
            for (size_t i = 0; i < layer->inputs; i++)
                for (size_t t = 0; t < layer->tap_count; t++, weight += TD_OUTPUT_GRAIN) {
                    float product = *weight * in[i * in_stride + layer->taps[t] + p];
                    sum = sum + product;
                }
            out[o * out_stride + p] = tdi_ref_activations[layer->act](sum);
        }
    }
}

static void row(const TdRow *first, float y, float *out, size_t stride, size_t points)
{
    for (size_t o = 0; o < first->outputs; o++) {
        float shift = first->weights[o] * y;
        for (size_t p = 0; p < points; p++) {
            float sum = first->columns[o * first->stride + p] + shift;
            out[o * stride + p] = tdi_ref_activations[first->act](sum);
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

static void tone(float *values, size_t count, float scale, float offset)
{
    for (size_t i = 0; i < count; i++) {
        float scaled = values[i] * scale;
        values[i] = clip(scaled + offset);
    }
}

const TdKernels tdi_kernels_reference = TDI_KERNEL_TABLE(TD_CPU_REF, false);
