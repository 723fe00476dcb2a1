/* Networks on a raster, cell by cell from their definition (docs/RASTERS.md) in double
 * precision, with every value computed when it is asked for. Include after cmocka.h. */
#ifndef TEST_SLOW_RASTER_H
#define TEST_SLOW_RASTER_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exact_activations.h"
#include "tiedye/network.h"

enum { SLOW_SLOTS = 1 << 18, SLOW_WIDEST = 32 };

/* What was computed, by layer and cell. */
typedef struct SlowCell {
    int layer; /* from 1 on; 0: the slot is free */
    long at[3];
    double values[SLOW_WIDEST];
} SlowCell;

typedef struct Slow {
    const TdNetwork *network;
    const TdConvnet *convnet; /* its inputs are taken as they are */
    long width, height;       /* the frame of the inputs, around the origin; its depth: */
    long depth;
    SlowCell *cells;
    size_t held;
} Slow;

static Slow slow_create(const TdNetwork *network, const TdConvnet *convnet, long width,
                        long height, long depth)
{
    Slow slow = {network, convnet, width, height, depth, calloc(SLOW_SLOTS, sizeof *slow.cells),
                 0};
    assert_non_null(slow.cells);
    return slow;
}

/* floor(a / b) and ceil(a / b). */
static long down(long a, long b)
{
    return (long)floor((double)a / (double)b);
}

static long up(long a, long b)
{
    return (long)ceil((double)a / (double)b);
}

/* The frame of what layer `layer` makes, along an axis. */
static void slow_frame(const Slow *slow, int layer, int axis, long *low, long *high)
{
    long size = axis == 0 ? slow->width : axis == 1 ? slow->height : slow->depth;
    *low = -(size / 2);
    *high = *low + size;
    for (int i = 0; i < layer; i++) {
        const TdLayer *l = &slow->network->layers[i];
        if (l->kind == TD_LAYER_UPSAMPLE) {
            *low *= (long)l->size;
            *high *= (long)l->size;
        } else {
            *low = up(*low, (long)l->stride);
            *high = up(*high, (long)l->stride);
        }
    }
}

static const double *slow_value(Slow *slow, int layer, const long at[3]);

/* What a kernel of layer `layer` + 1 finds at a place; NULL: zeros. */
static const double *slow_padded(Slow *slow, int layer, const long at[3])
{
    const TdLayer *next = &slow->network->layers[layer];
    long cell[3] = {at[0], at[1], at[2]};
    for (int axis = 0; axis < (slow->network->solid ? 3 : 2); axis++) {
        long low, high;
        slow_frame(slow, layer, axis, &low, &high);
        if (next->padding == TD_PADDING_ZERO && (cell[axis] < low || cell[axis] >= high))
            return NULL;
        while (next->padding == TD_PADDING_MIRROR && (cell[axis] < low || cell[axis] >= high))
            cell[axis] =
                cell[axis] < low ? 2 * low - 1 - cell[axis] : 2 * high - 1 - cell[axis];
        if (next->padding == TD_PADDING_CIRCULAR)
            cell[axis] -= down(cell[axis] - low, high - low) * (high - low);
    }
    return slow_value(slow, layer, cell);
}

/* What a tap of a layer finds; kernels of one cell never look beyond a frame. */
static const double *slow_under(Slow *slow, int layer, const long at[3])
{
    return slow->network->layers[layer - 1].size == 1 ? slow_value(slow, layer - 1, at)
                                                      : slow_padded(slow, layer - 1, at);
}

static void slow_conv(Slow *slow, int layer, const long at[3], double *out)
{
    const TdLayer *l = &slow->network->layers[layer - 1];
    long size = (long)l->size, middle = (size - 1) / 2, deep = slow->network->solid ? size : 1;
    long stride = (long)l->stride, gap = (long)l->dilation;
    uint32_t in = l->in / l->groups, each = l->out / l->groups;
    for (uint32_t o = 0; o < l->out; o++)
        out[o] = (double)l->bias[o];
    for (long t = 0; t < (long)l->taps; t++) {
        long x = t % size, y = t / size % size, z = t / size / size;
        long place[3] = {at[0] * stride + (x - middle) * gap,
                         at[1] * stride + (y - middle) * gap,
                         deep == 1 ? at[2] : at[2] * stride + (z - middle) * gap};
        const double *from = slow_under(slow, layer, place);
        for (uint32_t o = 0; o < l->out && from != NULL; o++)
            for (uint32_t i = 0; i < in; i++)
                out[o] += (double)l->weights[((size_t)o * in + i) * l->taps + (size_t)t] *
                          from[o / each * in + i];
    }
    for (uint32_t o = 0; o < l->out; o++)
        out[o] = exact_activations[l->act].value(out[o]);
    if (!l->residual)
        return;
    long here[3] = {at[0] * stride, at[1] * stride,
                    slow->network->solid ? at[2] * stride : at[2]};
    const double *from = slow_under(slow, layer, here);
    for (uint32_t o = 0; o < l->out && o < l->in && from != NULL; o++)
        out[o] += from[o];
}

static void slow_pool(Slow *slow, int layer, const long at[3], double *out)
{
    const TdLayer *l = &slow->network->layers[layer - 1];
    long size = (long)l->size, deep = slow->network->solid ? size : 1;
    for (uint32_t c = 0; c < l->out; c++)
        out[c] = l->pool == TD_POOL_MEAN ? 0 : -INFINITY;
    for (long i = 0; i < size * size * deep; i++) {
        long place[3] = {at[0] * size + i % size, at[1] * size + i / size % size,
                         at[2] * deep + i / size / size};
        const double *from = slow_value(slow, layer - 1, place);
        for (uint32_t c = 0; c < l->out; c++)
            out[c] = l->pool == TD_POOL_MEAN ? out[c] + from[c] / (double)(size * size * deep)
                                             : fmax(out[c], from[c]);
    }
}

/* A straight line along every axis from cell to cell; corner by corner. */
static void slow_linear(Slow *slow, int layer, const long at[3], double *out)
{
    const TdLayer *l = &slow->network->layers[layer - 1];
    int axes = slow->network->solid ? 3 : 2;
    for (uint32_t c = 0; c < l->out; c++)
        out[c] = 0;
    for (int corner = 0; corner < 1 << axes; corner++) {
        long place[3] = {at[0], at[1], at[2]};
        double share = 1;
        for (int axis = 0; axis < axes; axis++) {
            double u = ((double)at[axis] + 0.5) / l->size - 0.5, part = u - floor(u);
            int far = corner >> axis & 1;
            place[axis] = (long)floor(u) + far;
            share *= far ? part : 1 - part;
        }
        const double *from = slow_value(slow, layer - 1, place);
        for (uint32_t c = 0; c < l->out; c++)
            out[c] += share * from[c];
    }
}

static void slow_input(const Slow *slow, const long at[3], double *out)
{
    float values[SLOW_WIDEST];
    TdBox box = {{(int32_t)at[0], (int32_t)at[1], (int32_t)at[2]},
                 {(int32_t)at[0] + 1, (int32_t)at[1] + 1, (int32_t)at[2] + 1}};
    TdRun alone = {.threads = 1};
    assert_int_equal(td_convnet_maps(slow->convnet, 0, &box, &alone, values, NULL), TD_OK);
    for (uint32_t c = 0; c < slow->network->input_width; c++)
        out[c] = (double)values[c];
}

static void slow_fill(Slow *slow, int layer, const long at[3], double *out)
{
    if (layer == 0) {
        slow_input(slow, at, out);
        return;
    }
    const TdLayer *l = &slow->network->layers[layer - 1];
    if (l->kind == TD_LAYER_POOL)
        slow_pool(slow, layer, at, out);
    else if (l->kind == TD_LAYER_UPSAMPLE && l->upsample == TD_UPSAMPLE_LINEAR)
        slow_linear(slow, layer, at, out);
    else if (l->kind == TD_LAYER_UPSAMPLE) {
        long size = (long)l->size;
        long place[3] = {down(at[0], size), down(at[1], size),
                         slow->network->solid ? down(at[2], size) : at[2]};
        memcpy(out, slow_value(slow, layer - 1, place), SLOW_WIDEST * sizeof *out);
    } else
        slow_conv(slow, layer, at, out);
}

/* The channels of a cell of what layer `layer` makes (0: the inputs). They stay where they are.
 */
static const double *slow_value(Slow *slow, int layer, const long at[3])
{
    size_t hash = (size_t)((layer + 1) * 73856093L ^ at[0] * 19349663L ^ at[1] * 83492791L ^
                           at[2] * 2654435761L);
    SlowCell *cell = &slow->cells[hash % SLOW_SLOTS];
    while (cell->layer != 0 &&
           (cell->layer != layer + 1 || memcmp(cell->at, at, sizeof cell->at) != 0))
        cell = cell + 1 < slow->cells + SLOW_SLOTS ? cell + 1 : slow->cells;
    if (cell->layer != 0)
        return cell->values;
    double values[SLOW_WIDEST] = {0};
    slow_fill(slow, layer, at, values);
    while (cell->layer != 0) /* others may have come in between */
        cell = cell + 1 < slow->cells + SLOW_SLOTS ? cell + 1 : slow->cells;
    assert_true(++slow->held < SLOW_SLOTS / 2);
    cell->layer = layer + 1;
    memcpy(cell->at, at, sizeof cell->at);
    memcpy(cell->values, values, sizeof values);
    return cell->values;
}

#endif
