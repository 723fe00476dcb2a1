/* tiedye/kernels.h - the numeric kernels: one table of functions for each instruction set.
 *
 * Values lie in rows: one row a neuron (or channel), one column a point. Rows are aligned to 64
 * bytes, and every number of points or values is a multiple of TD_POINT_GRAIN, so that no
 * kernel has a tail. All tables but the fused ones give the same bits (NaN as a class);
 * TD_CPU_REF is the definition, in unfused IEEE float32. No kernel fails, allocates or keeps
 * state. */
#ifndef TIEDYE_KERNELS_H
#define TIEDYE_KERNELS_H

#include "tiedye/base.h"
#include "tiedye/recipe.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TD_POINT_GRAIN 64 /* points come in multiples of this */
#define TD_OUTPUT_GRAIN 4 /* neurons of a dense layer are computed in groups of this */

/* Operands of a dense layer. A group of 4 neurons keeps its weights together, input by input,
 * as the kernel reads them; missing neurons of the last group are zeros. */
typedef struct TdDense {
    const float *weights; /* (groups, inputs, 4) */
    const float *bias;    /* (groups, 4) */
    size_t inputs;        /* 0 or more */
    size_t outputs;       /* neurons, in (outputs + 3) / 4 groups */
    TdActivation act;
} TdDense;

/* Operands of a convolution, packed as those of a dense layer: for each input one weight a tap,
 * tap by tap. A tap is where its input lies, in floats from the place of the output. */
typedef struct TdConv {
    const float *weights; /* (groups, inputs, tap_count, 4) */
    const float *bias;    /* (groups, 4) */
    const size_t *taps;   /* (tap_count) */
    size_t tap_count;
    size_t inputs, outputs;
    TdActivation act;
} TdConv;

/* With t = tanh(.9 (2 u - 1)): L = base[0] + turn[0][0] t0 + turn[0][1] t1 + turn[0][2] t2, a
 * and b likewise. */
typedef struct TdOklabTurn {
    float base[3], turn[3][3];
} TdOklabTurn;

/* The first layer on a row of a picture, whose points share y: `columns` holds what its columns
 * share, bias + weight of x * x, and is added weight of y * y. */
typedef struct TdRow {
    const float *columns; /* (outputs) rows, `stride` floats apart */
    size_t stride;
    const float *weights; /* (outputs) of y */
    size_t outputs;
    TdActivation act;
} TdRow;

/* A patch is a polynomial in x and y of degree TD_PATCH_ORDER - 1 in either, in Chebyshev's
 * basis on a square tile. It is made from values at TD_PATCH_ORDER x TD_PATCH_ORDER points, the
 * Chebyshev-Lobatto nodes, row by row. TD_PATCH_LANES tiles are looked at together: a value of
 * theirs is that many floats, one a tile (a lane). */
#define TD_PATCH_ORDER 9
#define TD_PATCH_NODES (TD_PATCH_ORDER * TD_PATCH_ORDER)
#define TD_PATCH_LANES 16

/* From values at the nodes to coefficients: c[a] = sum over j of matrix[a][j] f[j]. */
typedef struct TdNodes {
    float matrix[TD_PATCH_ORDER][TD_PATCH_ORDER];
} TdNodes;

/* What a neuron does at the nodes of a tile, in every lane: */
typedef struct TdSurvey {
    float least[TD_PATCH_LANES], greatest[TD_PATCH_LANES];
    float tail[TD_PATCH_LANES];   /* of all rows and columns of nodes, the largest sum of the
                                   * magnitudes of the last two coefficients */
    float jump[TD_PATCH_LANES];   /* largest difference of adjacent nodes... */
    float cross[TD_PATCH_LANES];  /* ... and of those whose product is negative */
    float finite[TD_PATCH_LANES]; /* 0, or NaN where a value is not finite */
} TdSurvey;

typedef struct TdKernels {
    TdCpu cpu;
    bool fused; /* multiply and add are one operation: faster, but not the contract's bits */
    /* out[o][p] = act(bias[o] + sum over i, in ascending order, of weight[o][i] * in[i][p]);
     * rows of both have `stride` floats, `points` of them are computed; in and out do not
     * overlap. Rows of missing neurons, up to a multiple of 4, are left undefined. */
    void (*dense)(const TdDense *layer, const float *in, float *out, size_t stride,
                  size_t points);
    /* out[o][p] = act(bias[o] + sum over i, and for each over t, in ascending order, of
     * weight[o][i][t] * in[i][taps[t] + p]); rows of `in` are `in_stride` floats apart and need
     * no alignment, those of `out` are `out_stride` apart. Rows of missing outputs, up to a
     * multiple of 4, are left undefined. */
    void (*conv)(const TdConv *layer, const float *in, size_t in_stride, float *out,
                 size_t out_stride, size_t points);
    /* out[o][p] = act(columns[o][p] + weights[o] * y), `points` of each row; rows of `out` are
     * `stride` floats apart. */
    void (*row)(const TdRow *row, float y, float *out, size_t stride, size_t points);
    /* values[i] = activation(values[i]) */
    void (*activation[TD_ACT_COUNT])(float *values, size_t count);
    /* sum[i] += values[i] */
    void (*add)(float *sum, const float *values, size_t count);
    /* values[i] = values[i] * scale + offset, clipped to [0, 1]; NaN becomes 0 */
    void (*tone)(float *values, size_t count, float scale, float offset);
    /* out[i] = the table at values[i] in [0, 1]: it has parts + 1 entries, equally far apart,
     * and is linear between them. values and out may be the same. */
    void (*lookup)(const float *table, size_t parts, const float *values, float *out,
                   size_t count);
    /* Three rows of `count` values u in [0, 1], `stride` floats apart, become linear sRGB in
     * place, unclipped (gray: luma, in the first row). NULL where a palette needs no kernel of
     * its own: TD_PALETTE_RGB, the one below, and those that are tables. */
    void (*palette[TD_PALETTE_COUNT])(float *rows, size_t stride, size_t count);
    /* The same for TD_PALETTE_OKLAB_SEEDED. */
    void (*oklab_turned)(const TdOklabTurn *turn, float *rows, size_t stride, size_t count);
    /* values[i] = the encoded value in [0, 1] of the linear sRGB value; NaN becomes 0 */
    void (*srgb)(float *values, size_t count);
    /* Look at one neuron: node k's lanes begin at values[at[k]]. Sums are in ascending order of
     * nodes, beginning with the first product. */
    void (*survey)(const TdNodes *nodes, const float *values, const size_t *at,
                   TdSurvey *survey);
    /* coefficients[a][b] (degree a down, b across; lanes side by side) from (nodes, lanes)
     * values: first down, then across, sums as in `survey`. */
    void (*transform)(const TdNodes *nodes, const float *values, float *coefficients);
    /* out[a][x] = sum over b < across of coefficients[a][b] basis[b][x], for a < down: a
     * patch's polynomials in y for `count` columns, a multiple of TD_PATCH_LANES. Rows of
     * `basis` are `stride`, those of `out` `out_stride` floats apart, `coefficients` are one
     * tile's; down and across are 1 to TD_PATCH_ORDER. Sums as in `survey`. */
    void (*columns)(const float *coefficients, const float *basis, size_t stride, size_t count,
                    size_t down, size_t across, float *out, size_t out_stride);
    /* out[y][x] = sum over a < down of basis[y][a] columns[a][x], for `rows` (a multiple of 4)
     * rows of TD_PATCH_ORDER numbers `basis`. Rows of `columns` and `out` are `stride` and
     * `out_stride` floats apart. Sums as in `survey`. */
    void (*rows)(const float *columns, size_t stride, size_t count, const float *basis,
                 size_t down, size_t rows, float *out, size_t out_stride);
    /* What a ray sees of polynomials along it: LANES rays side by side, `count` samples of
     * each. out[c * out_stride + j * LANES + x] = sum over n of line[n] T_n(first[x] + j
     * step[x]), T_n by its recurrence, sums as in `survey`; channel c's line n begins at
     * lines[(c * TD_PATCH_ORDER + n) * stride]. LANES is TD_PATCH_LANES. */
    void (*along)(const float *lines, size_t stride, size_t channels, const float *first,
                  const float *step, size_t count, float *out, size_t out_stride);
    /* Light and shade on `count` samples of three rows of colour, from the gradients in three
     * rows (to the right, up, away; all `stride` floats apart). Two-sided, weighted by the
     * gradient's magnitude; `shading` is from 0 to 1. */
    void (*shade)(float *colours, const float *gradients, size_t stride, float shading,
                  size_t count);
    /* Lay samples behind what has been seen, front to back: `count` samples of each of LANES
     * rays, three rows of colours `stride` floats apart, and the share of light that each
     * sample lets through. light[LANES] is what still comes through, seen[3][LANES] what has
     * been seen. A ray that lets less than `least` through sees no more. */
    void (*composite)(const float *colours, size_t stride, const float *through, size_t count,
                      float least, float *light, float *seen, size_t seen_stride);
    /* Codes floor(top u + 1/2), top = 255 or (wide) 65535, of `count` (any number) pixels whose
     * values u stand in `channels` (1 or 3) rows `stride` floats apart, with room for a
     * multiple of TD_PATCH_LANES; u is clipped to [0, 1], NaN is 0. Channels side by side go to
     * `out`, bytes or (wide) uint16_t, and nothing else is written. */
    void (*encode)(const float *values, size_t stride, unsigned channels, bool wide,
                   size_t count, void *out);
} TdKernels;

/* The table of an instruction set (TD_CPU_BEST: of the best), with `fast` the fused one where
 * there is one (AVX2, AVX-512 and NEON have). Static. NULL where this build or this machine
 * does not have the instruction set. */
TD_API const TdKernels *td_kernels(TdCpu cpu, bool fast);

#ifdef __cplusplus
}
#endif
#endif
