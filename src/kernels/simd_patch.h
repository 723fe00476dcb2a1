/* The kernels of patches in the vector vocabulary, included by simd.h. Lanes are tiles in
 * `survey` and `transform`, columns of pixels in the others. */
#ifndef TDI_SIMD_PATCH_H
#define TDI_SIMD_PATCH_H

#include "kernels/vec.h"
#include "tiedye/kernels.h"

enum { ORDER = TD_PATCH_ORDER, LANES = TD_PATCH_LANES };
_Static_assert(TD_PATCH_LANES % TDI_LANES == 0, "tiles fill vectors");

/* ---- Looking at nodes -------------------------------------------------------------------- */

/* A sum begins with its first product. */
TDI_INLINE vf gather(bool first, vf sum, vf product)
{
    if (first)
        return product;
    return sum + product;
}

typedef struct Watch {
    vf jump, cross;
} Watch;

TDI_INLINE void watch_pair(vf a, vf b, Watch *watch)
{
    vf difference = vf_abs(a - b);
    vi crosses = a * b < vf_set(0);
    watch->jump = vf_max(difference, watch->jump);
    watch->cross = vf_max(vf_from_bits(vf_bits(difference) & crosses), watch->cross);
}

/* One group of lanes; `values` begins at its first. */
TDI_INLINE void survey_lanes(const TdNodes *nodes, const float *values, const size_t *at,
                             int lane, TdSurvey *survey)
{
    const float *next = nodes->matrix[ORDER - 2], *last = nodes->matrix[ORDER - 1];
    vf above[ORDER], down_next[ORDER], down_last[ORDER];
    vf least = vf_load(values + at[0]), greatest = least, finite = vf_set(0);
    vf tail = vf_set(0);
    Watch watch = {vf_set(0), vf_set(0)};
    for (int i = 0; i < ORDER; i++) {
        vf z[ORDER], across_next = vf_set(0), across_last = vf_set(0);
        TDI_UNROLL
        for (int j = 0; j < ORDER; j++) {
            z[j] = vf_load(values + at[i * ORDER + j]);
            finite = finite + z[j] * vf_set(0);
            least = vf_min(z[j], least);
            greatest = vf_max(z[j], greatest);
            if (j > 0)
                watch_pair(z[j], z[j - 1], &watch);
            if (i > 0)
                watch_pair(z[j], above[j], &watch);
            vf by_next = vf_set(next[j]) * z[j], by_last = vf_set(last[j]) * z[j];
            across_next = gather(j == 0, across_next, by_next);
            across_last = gather(j == 0, across_last, by_last);
            by_next = vf_set(next[i]) * z[j];
            by_last = vf_set(last[i]) * z[j];
            down_next[j] = gather(i == 0, down_next[j], by_next);
            down_last[j] = gather(i == 0, down_last[j], by_last);
            above[j] = z[j];
        }
        tail = vf_max(vf_abs(across_next) + vf_abs(across_last), tail);
    }
    TDI_UNROLL
    for (int j = 0; j < ORDER; j++)
        tail = vf_max(vf_abs(down_next[j]) + vf_abs(down_last[j]), tail);
    vf_store(survey->least + lane, least);
    vf_store(survey->greatest + lane, greatest);
    vf_store(survey->tail + lane, tail);
    vf_store(survey->jump + lane, watch.jump);
    vf_store(survey->cross + lane, watch.cross);
    vf_store(survey->finite + lane, finite);
}

static void survey(const TdNodes *nodes, const float *values, const size_t *at, TdSurvey *out)
{
    for (int lane = 0; lane < LANES; lane += TDI_LANES)
        survey_lanes(nodes, values + lane, at, lane, out);
}

/* All coefficients of what stands `step` floats apart. */
TDI_INLINE void transform_line(const TdNodes *nodes, const float *from, size_t step, float *to,
                               size_t to_step)
{
    vf value[ORDER];
    TDI_UNROLL
    for (size_t j = 0; j < ORDER; j++)
        value[j] = vf_load(from + j * step);
    for (size_t a = 0; a < ORDER; a++) {
        vf sum = vf_set(nodes->matrix[a][0]) * value[0];
        TDI_UNROLL
        for (size_t j = 1; j < ORDER; j++)
            sum = sum + vf_set(nodes->matrix[a][j]) * value[j];
        vf_store(to + a * to_step, sum);
    }
}

static void transform(const TdNodes *nodes, const float *values, float *coefficients)
{
    _Alignas(64) float down[TD_PATCH_NODES * TDI_LANES];
    for (size_t lane = 0; lane < LANES; lane += TDI_LANES) {
        for (size_t x = 0; x < ORDER; x++)
            transform_line(nodes, values + x * LANES + lane, ORDER * LANES,
                           down + x * TDI_LANES, ORDER * TDI_LANES);
        for (size_t a = 0; a < ORDER; a++)
            transform_line(nodes, down + a * ORDER * TDI_LANES, TDI_LANES,
                           coefficients + a * ORDER * LANES + lane, LANES);
    }
}

/* ---- Drawing patches --------------------------------------------------------------------- */

/* 4 rows by `vectors` vectors of columns. */
TDI_INLINE void rows_block(const float *from, size_t stride, const float *basis, size_t down,
                           float *out, size_t out_stride, const int vectors)
{
    vf sum[4][TDI_VECTORS];
    TDI_UNROLL
    for (int y = 0; y < 4; y++)
        TDI_UNROLL
    for (int v = 0; v < vectors; v++)
        sum[y][v] = vf_set(basis[y * ORDER]) * vf_load(from + (size_t)v * TDI_LANES);
    for (size_t a = 1; a < down; a++) {
        vf x[TDI_VECTORS];
        TDI_UNROLL
        for (int v = 0; v < vectors; v++)
            x[v] = vf_load(from + a * stride + (size_t)v * TDI_LANES);
        TDI_UNROLL
        for (int y = 0; y < 4; y++) {
            vf weight = vf_set(basis[(size_t)y * ORDER + a]);
            TDI_UNROLL
            for (int v = 0; v < vectors; v++)
                sum[y][v] = sum[y][v] + weight * x[v];
        }
    }
    TDI_UNROLL
    for (int y = 0; y < 4; y++)
        TDI_UNROLL
    for (int v = 0; v < vectors; v++)
        vf_store(out + (size_t)y * out_stride + (size_t)v * TDI_LANES, sum[y][v]);
}

static void rows(const float *from, size_t stride, size_t count, const float *basis,
                 size_t down, size_t rows, float *out, size_t out_stride)
{
    for (size_t y = 0; y < rows; y += 4, basis += 4 * ORDER, out += 4 * out_stride) {
        size_t x = 0;
        for (; x + TDI_LANES * TDI_VECTORS <= count; x += TDI_LANES * TDI_VECTORS)
            rows_block(from + x, stride, basis, down, out + x, out_stride, TDI_VECTORS);
        for (; x < count; x += TDI_LANES)
            rows_block(from + x, stride, basis, down, out + x, out_stride, 1);
    }
}

static void columns(const float *coefficients, const float *basis, size_t stride, size_t count,
                    size_t down, size_t across, float *out, size_t out_stride)
{
    for (size_t x = 0; x < count; x += TDI_LANES) {
        for (size_t a = 0; a < down; a++) {
            const float *row = coefficients + a * ORDER;
            vf sum = vf_set(row[0]) * vf_load(basis + x);
            for (size_t b = 1; b < across; b++)
                sum = sum + vf_set(row[b]) * vf_load(basis + b * stride + x);
            vf_store(out + a * out_stride + x, sum);
        }
    }
}

TDI_INLINE vi code_of(const float *values, float top)
{
    vf u = vf_min(vf_max(vf_load(values), vf_set(0)), vf_set(1));
    return __builtin_convertvector(vf_set(top) * u + vf_set(0.5f), vi);
}

TDI_INLINE void encode_bytes(const float *values, size_t stride, unsigned channels,
                             uint8_t *out)
{
    vi red = code_of(values, 255);
    if (channels == 1) {
        vi_store_bytes(red, out);
        return;
    }
    vi green = code_of(values + stride, 255), blue = code_of(values + 2 * stride, 255);
    vi_store_triples(red | green << 8 | blue << 16, out);
}

TDI_INLINE void encode_words(const float *values, size_t stride, unsigned channels,
                             uint16_t *out)
{
    for (unsigned c = 0; c < channels; c++) {
        vi code = code_of(values + c * stride, 65535);
        for (unsigned i = 0; i < TDI_LANES; i++)
            out[i * channels + c] = (uint16_t)code[i];
    }
}

/* A vector's pixels, all of which are written. */
TDI_INLINE void encode_vector(const float *values, size_t stride, unsigned channels, bool wide,
                              void *out)
{
    if (wide)
        encode_words(values, stride, channels, out);
    else
        encode_bytes(values, stride, channels, out);
}

static void encode(const float *values, size_t stride, unsigned channels, bool wide,
                   size_t count, void *out)
{
    uint8_t *to = out;
    const size_t pixel = channels * (wide ? 2 : 1);
    size_t i = 0;
    if (!wide && channels == 3) /* what nearly all pictures are */
        for (; i + TDI_LANES <= count; i += TDI_LANES)
            encode_bytes(values + i, stride, 3, to + i * 3);
    for (; i + TDI_LANES <= count; i += TDI_LANES)
        encode_vector(values + i, stride, channels, wide, to + i * pixel);
    if (i < count) {
        uint16_t whole[3 * TDI_LANES];
        encode_vector(values + i, stride, channels, wide, whole);
        memcpy(to + i * pixel, whole, (count - i) * pixel);
    }
}

#endif
