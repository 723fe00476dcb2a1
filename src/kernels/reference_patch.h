/* The kernels of patches in plain C, included by reference.c. */
#ifndef TDI_REFERENCE_PATCH_H
#define TDI_REFERENCE_PATCH_H

#include "tiedye/kernels.h"

enum { ORDER = TD_PATCH_ORDER, LANES = TD_PATCH_LANES };

/* NaN compares false and so becomes 0. */
static float clip(float u)
{
    float above = u > 0 ? u : 0;
    return above < 1 ? above : 1;
}

static float greater(float a, float b)
{
    return a > b ? a : b;
}

static float lesser(float a, float b)
{
    return a < b ? a : b;
}

static float magnitude(float a)
{
    return a < 0 ? 0 - a : a;
}

/* |c[n - 2]| + |c[n - 1]| of the values at one row or column of nodes, `step` nodes apart. */
static float line_tail(const TdNodes *nodes, const float *values, const size_t *at, size_t step,
                       size_t lane)
{
    float tail[2];
    for (int a = 0; a < 2; a++) {
        const float *weights = nodes->matrix[ORDER - 2 + a];
        float sum = weights[0] * values[at[0] + lane];
        for (size_t j = 1; j < ORDER; j++) {
            float product = weights[j] * values[at[j * step] + lane];
            sum = sum + product;
        }
        tail[a] = magnitude(sum);
    }
    return tail[0] + tail[1];
}

static void survey_pair(float a, float b, float *jump, float *cross)
{
    float difference = magnitude(a - b);
    *jump = greater(difference, *jump);
    if (a * b < 0)
        *cross = greater(difference, *cross);
}

static void survey_lane(const TdNodes *nodes, const float *values, const size_t *at,
                        size_t lane, TdSurvey *survey)
{
    float least = values[at[0] + lane], greatest = least, tail = 0, jump = 0, cross = 0;
    float finite = 0;
    for (size_t k = 0; k < TD_PATCH_NODES; k++) {
        float value = values[at[k] + lane];
        float nothing = value * 0;
        finite = finite + nothing;
        least = lesser(value, least);
        greatest = greater(value, greatest);
        if (k % ORDER > 0)
            survey_pair(value, values[at[k - 1] + lane], &jump, &cross);
        if (k >= ORDER)
            survey_pair(value, values[at[k - ORDER] + lane], &jump, &cross);
    }
    for (size_t i = 0; i < ORDER; i++) {
        tail = greater(line_tail(nodes, values, at + i * ORDER, 1, lane), tail);
        tail = greater(line_tail(nodes, values, at + i, ORDER, lane), tail);
    }
    survey->least[lane] = least;
    survey->greatest[lane] = greatest;
    survey->tail[lane] = tail;
    survey->jump[lane] = jump;
    survey->cross[lane] = cross;
    survey->finite[lane] = finite;
}

static void survey(const TdNodes *nodes, const float *values, const size_t *at, TdSurvey *out)
{
    for (size_t lane = 0; lane < LANES; lane++)
        survey_lane(nodes, values, at, lane, out);
}

/* The weighted sum of `count` values `step` apart. */
static float weigh(const float *weights, const float *values, size_t step, size_t count)
{
    float sum = weights[0] * values[0];
    for (size_t j = 1; j < count; j++) {
        float product = weights[j] * values[j * step];
        sum = sum + product;
    }
    return sum;
}

static void transform(const TdNodes *nodes, const float *values, float *coefficients)
{
    for (size_t lane = 0; lane < LANES; lane++) {
        float down[ORDER][ORDER];
        for (size_t a = 0; a < ORDER; a++)
            for (size_t x = 0; x < ORDER; x++)
                down[a][x] =
                    weigh(nodes->matrix[a], values + x * LANES + lane, ORDER * LANES, ORDER);
        for (size_t a = 0; a < ORDER; a++)
            for (size_t b = 0; b < ORDER; b++)
                coefficients[(a * ORDER + b) * LANES + lane] =
                    weigh(nodes->matrix[b], down[a], 1, ORDER);
    }
}

static void columns(const float *coefficients, const float *basis, size_t stride, size_t count,
                    size_t down, size_t across, float *out, size_t out_stride)
{
    for (size_t a = 0; a < down; a++)
        for (size_t x = 0; x < count; x++)
            out[a * out_stride + x] =
                weigh(coefficients + a * ORDER, basis + x, stride, across);
}

static void rows(const float *from, size_t stride, size_t count, const float *basis,
                 size_t down, size_t rows, float *out, size_t out_stride)
{
    for (size_t y = 0; y < rows; y++)
        for (size_t x = 0; x < count; x++)
            out[y * out_stride + x] = weigh(basis + y * ORDER, from + x, stride, down);
}

static void encode(const float *values, size_t stride, unsigned channels, bool wide,
                   size_t count, void *out)
{
    const float top = wide ? 65535.0f : 255.0f;
    for (size_t i = 0; i < count; i++)
        for (unsigned c = 0; c < channels; c++) {
            float scaled = top * clip(values[c * stride + i]);
            int32_t code = (int32_t)(scaled + 0.5f);
            if (wide)
                ((uint16_t *)out)[i * channels + c] = (uint16_t)code;
            else
                ((uint8_t *)out)[i * channels + c] = (uint8_t)code;
        }
}

#endif
