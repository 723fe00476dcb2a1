#include "network/resize.h"

#include <string.h>

#include "network/lattice.h"

/* ---- Pooling ----------------------------------------------------------------------------- */

/* The greatest value of a window, or its mean, with its cells in ascending order. */
static float pool_cell(const TdLayer *layer, bool solid, const TdiLayout *before,
                       const float *from)
{
    size_t size = layer->size, deep = solid ? size : 1;
    float most = from[0], sum = 0;
    for (size_t z = 0; z < deep; z++)
        for (size_t y = 0; y < size; y++)
            for (size_t x = 0; x < size; x++) {
                float value = from[z * before->plane + y * before->line + x];
                most = value > most ? value : most;
                sum = x + y + z == 0 ? value : sum + value;
            }
    return layer->pool == TD_POOL_MEAN ? sum / (float)(deep * size * size) : most;
}

static void pool(const TdLayer *layer, bool solid, const TdiLayout *before, const float *from,
                 const TdiLayout *after, float *to)
{
    const TdBox *box = &after->box;
    int32_t size = (int32_t)layer->size;
    for (int32_t z = box->low[2]; z < box->high[2]; z++)
        for (int32_t y = box->low[1]; y < box->high[1]; y++) {
            float *line = to + tdi_place(after, box->low[0], y, z);
            const float *window =
                from + tdi_place(before, box->low[0] * size, y * size, solid ? z * size : z);
            for (int32_t x = 0; x < tdi_side(box, 0); x++, window += size)
                line[x] = pool_cell(layer, solid, before, window);
        }
}

/* ---- Nearest ----------------------------------------------------------------------------- */

/* A line that is one of the same cells as the last is a copy of it. */
static void repeat(const TdLayer *layer, bool solid, const TdiLayout *before, const float *from,
                   const TdiLayout *after, float *to)
{
    const TdBox *box = &after->box;
    int32_t size = (int32_t)layer->size;
    size_t width = (size_t)tdi_side(box, 0);
    for (int32_t z = box->low[2]; z < box->high[2]; z++)
        for (int32_t y = box->low[1]; y < box->high[1]; y++) {
            int32_t row = tdi_floor_divide(y, size),
                    deep = solid ? tdi_floor_divide(z, size) : z;
            float *line = to + tdi_place(after, box->low[0], y, z);
            const float *cells = from + tdi_place(before, before->box.low[0], row, deep);
            if (y > box->low[1] && row == tdi_floor_divide(y - 1, size)) {
                memcpy(line, line - after->line, width * sizeof *line);
                continue;
            }
            cells += tdi_floor_divide(box->low[0], size) - before->box.low[0];
            int32_t phase = tdi_wrap(box->low[0], size);
            for (size_t x = 0; x < width; x++) {
                line[x] = *cells;
                phase = phase + 1 < size ? phase + 1 : 0;
                cells += phase == 0;
            }
        }
}

/* ---- Linear ------------------------------------------------------------------------------ */

/* Between which two cells the centre of cell i of the finer raster lies: gives the lower one,
 * and how far behind its centre, 0 to 1. */
static int32_t between(int32_t i, int32_t size, float *part)
{
    int32_t halves = 2 * i + 1 - size, cell = tdi_floor_divide(halves, 2 * size);
    *part = (float)(halves - 2 * size * cell) / (float)(2 * size);
    return cell;
}

static float mix(float near, float far, float part)
{
    float a = near * (1 - part), b = far * part;
    return a + b;
}

/* All lines of the coarse raster, made fine along x: one after the other. */
static void widen_lines(const TdLayer *layer, const TdiLayout *before, const float *from,
                        const TdBox *after, float *lines)
{
    const TdBox *box = &before->box;
    int32_t width = tdi_side(after, 0);
    for (int32_t z = box->low[2]; z < box->high[2]; z++)
        for (int32_t y = box->low[1]; y < box->high[1]; y++, lines += width) {
            const float *cells = from + tdi_place(before, box->low[0], y, z);
            for (int32_t x = 0; x < width; x++) {
                float part;
                const float *at = cells +
                                  between(after->low[0] + x, (int32_t)layer->size, &part) -
                                  box->low[0];
                lines[x] = mix(at[0], at[1], part);
            }
        }
}

/* A line of the fine raster: along y between two lines, and in space along z between two such.
 */
static void mix_lines(const float *near, size_t width, size_t plane, bool solid, float down,
                      float deep, float *line)
{
    const float *far = near + width;
    if (!solid) {
        for (size_t x = 0; x < width; x++)
            line[x] = mix(near[x], far[x], down);
        return;
    }
    for (size_t x = 0; x < width; x++)
        line[x] =
            mix(mix(near[x], far[x], down), mix(near[plane + x], far[plane + x], down), deep);
}

static void interpolate(const TdLayer *layer, bool solid, const TdiLayout *before,
                        const float *from, const TdiLayout *after, float *to, float *lines)
{
    const TdBox *box = &after->box, *coarse = &before->box;
    int32_t size = (int32_t)layer->size;
    size_t width = (size_t)tdi_side(box, 0), rows = (size_t)tdi_side(coarse, 1);
    widen_lines(layer, before, from, box, lines);
    for (int32_t z = box->low[2]; z < box->high[2]; z++)
        for (int32_t y = box->low[1]; y < box->high[1]; y++) {
            float down, deep = 0;
            int32_t row = between(y, size, &down) - coarse->low[1];
            int32_t plane = solid ? between(z, size, &deep) - coarse->low[2] : 0;
            mix_lines(lines + ((size_t)plane * rows + (size_t)row) * width, width, rows * width,
                      solid, down, deep, to + tdi_place(after, box->low[0], y, z));
        }
}

size_t tdi_resize_scratch(const TdLayer *layer, const TdBox *before, const TdBox *after)
{
    if (layer->kind != TD_LAYER_UPSAMPLE || layer->upsample != TD_UPSAMPLE_LINEAR)
        return 0;
    return (size_t)tdi_side(after, 0) * (size_t)tdi_side(before, 1) *
           (size_t)tdi_side(before, 2);
}

void tdi_resize(const TdLayer *layer, bool solid, const TdiLayout *before, const float *from,
                const TdiLayout *after, float *to, float *scratch)
{
    for (uint32_t c = 0; c < layer->out; c++) {
        if (layer->kind == TD_LAYER_POOL)
            pool(layer, solid, before, from, after, to);
        else if (layer->upsample == TD_UPSAMPLE_LINEAR)
            interpolate(layer, solid, before, from, after, to, scratch);
        else
            repeat(layer, solid, before, from, after, to);
        from += before->channel;
        to += after->channel;
    }
}
