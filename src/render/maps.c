#include "render/maps.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { FARTHEST = 1 << 28 }; /* cells from the origin */

/* Cells along an axis that a value is made of. */
static int32_t reach_of(TdResample resample)
{
    return resample == TD_RESAMPLE_NEAREST ? 1 : resample == TD_RESAMPLE_LINEAR ? 2 : 4;
}

/* The cell at or below u, for |u| up to FARTHEST. */
static int32_t floor_of(double u)
{
    int32_t whole = (int32_t)u;
    return whole - ((double)whole > u);
}

/* The first of a value's cells, and how far behind it the point is, from 0 to 1 (of four cells:
 * behind the second). */
static int32_t first_cell(TdResample resample, double u, double *part)
{
    if (resample == TD_RESAMPLE_NEAREST) {
        *part = 0;
        return floor_of(u + 0.5);
    }
    int32_t whole = floor_of(u);
    *part = u - whole;
    return resample == TD_RESAMPLE_LINEAR ? whole : whole - 1;
}

/* ---- Boxes --------------------------------------------------------------------------- */

/* Whether the cells of all layers under a part of space can be counted. */
static bool is_near(const TdConvnet *convnet, uint32_t layer, int axis, const TdiRegion *span)
{
    double origin[3], step[3];
    for (uint32_t i = 0; i <= layer; i++) {
        td_convnet_place(convnet, i, origin, step);
        if (!(span->low[axis] > -FARTHEST * step[axis] &&
              span->high[axis] < FARTHEST * step[axis]))
            return false;
    }
    return true;
}

TdStatus tdi_maps_box(const TdConvnet *convnet, uint32_t layer, const TdRecipe *recipe,
                      const TdiRegion *span, TdBox *box, TdError *err)
{
    double origin[3], step[3], part;
    bool solid = td_recipe_is_solid(recipe);
    *box = (TdBox){.high = {1, 1, 1}};
    for (int axis = 0; axis < (solid ? 3 : 2); axis++) {
        if (!is_near(convnet, layer, axis, span))
            return tdi_fail(err, TD_ERROR_RECIPE,
                            "extent: the view reaches farther than %d cells from the origin; "
                            "lower extent, center or raster",
                            FARTHEST);
        td_convnet_place(convnet, layer, origin, step);
        double low = (span->low[axis] - origin[axis]) / step[axis];
        double high = (span->high[axis] - origin[axis]) / step[axis];
        /* One more on both sides for what rounding does. */
        box->low[axis] = first_cell(recipe->resample, low, &part) - 1;
        box->high[axis] =
            first_cell(recipe->resample, high, &part) + reach_of(recipe->resample) + 1;
    }
    return TD_OK;
}

uint64_t tdi_maps_bytes(const TdBox *box, uint32_t channels)
{
    return tdi_mul_size(tdi_mul_size(td_box_cells(box), channels), sizeof(float));
}

bool tdi_maps_cover(const TdiMaps *maps, const TdBox *box)
{
    for (int axis = 0; axis < 3; axis++)
        if (box->low[axis] < maps->box.low[axis] || box->high[axis] > maps->box.high[axis])
            return false;
    return maps->values != NULL;
}

void tdi_maps_clear(TdiMaps *maps)
{
    if (!maps->borrowed)
        tdi_free(maps->values);
    *maps = (TdiMaps){0};
}

TdStatus tdi_maps_fill(TdiMaps *maps, const TdConvnet *convnet, uint32_t layer,
                       const TdRecipe *recipe, const TdBox *box, const TdRun *run, TdError *err)
{
    uint32_t channels = td_convnet_channels(convnet, layer);
    uint64_t bytes = tdi_maps_bytes(box, channels);
    tdi_maps_clear(maps);
    TdStatus status =
        tdi_check_limit(run, bytes, "raster: what lies under a part of the picture",
                        "use a smaller raster or extent", err);
    if (status != TD_OK)
        return status;
    float *values = tdi_alloc(1, bytes + 4 * sizeof(float)); /* four are read at once */
    if (values == NULL)
        return tdi_fail_memory(err, bytes);
    status = td_convnet_maps(convnet, layer, box, run, values, err);
    if (status != TD_OK) {
        tdi_free(values);
        return status;
    }
    *maps = (TdiMaps){.values = values,
                      .box = *box,
                      .layer = layer,
                      .channels = channels,
                      .resample = recipe->resample,
                      .solid = td_recipe_is_solid(recipe)};
    td_convnet_place(convnet, layer, maps->origin, maps->step);
    return TD_OK;
}

/* ---- Values between cells ---------------------------------------------------------------- */

/* Catmull and Rom's spline (1974) through four values, at `part` between the inner ones. */
static void cubic_weights(double part, float weights[4])
{
    double a = part * part, b = a * part;
    weights[0] = (float)((2 * a - b - part) / 2);
    weights[1] = (float)((3 * b - 5 * a + 2) / 2);
    weights[2] = (float)((4 * a - 3 * b + part) / 2);
    weights[3] = (float)((b - a) / 2);
}

static void set_weights(TdResample resample, double part, float weights[4])
{
    if (resample == TD_RESAMPLE_CUBIC)
        cubic_weights(part, weights);
    else if (resample == TD_RESAMPLE_LINEAR) {
        weights[0] = (float)(1 - part);
        weights[1] = (float)part;
    } else
        weights[0] = 1;
}

void tdi_maps_spots(const TdiMaps *maps, const double (*places)[3], size_t count,
                    TdiSpot *spots)
{
    const TdBox *box = &maps->box;
    size_t line = (size_t)(box->high[0] - box->low[0]);
    const size_t pitch[3] = {1, line, line * (size_t)(box->high[1] - box->low[1])};
    for (size_t i = 0; i < count; i++) {
        TdiSpot *spot = &spots[i];
        spot->first = 0;
        for (int axis = 0; axis < (maps->solid ? 3 : 2); axis++) {
            double part, u = (places[i][axis] - maps->origin[axis]) / maps->step[axis];
            int32_t cell = first_cell(maps->resample, u, &part);
            spot->first += (size_t)(cell - box->low[axis]) * pitch[axis];
            if (axis < 2)
                spot->cell[axis] = (uint32_t)(cell - box->low[axis]);
            set_weights(maps->resample, part, spot->weights[axis]);
        }
    }
}

/* Four neighbours along x at once. */
typedef float Four __attribute__((vector_size(16)));

static Four load_four(const float *from)
{
    Four four;
    memcpy(&four, from, sizeof four);
    return four;
}

static Four broadcast(float value)
{
    return (Four){value, value, value, value};
}

/* Four neighbours, in space with those behind them. */
static Four sum_deep(const float *from, const float *weights, size_t plane, bool solid)
{
    if (!solid)
        return load_four(from);
    Four sum = broadcast(weights[0]) * load_four(from);
    for (size_t z = 1; z < 4; z++)
        sum = sum + broadcast(weights[z]) * load_four(from + z * plane);
    return sum;
}

static float sum_four(Four values, const float *weights)
{
    values = values * load_four(weights);
    return ((values[0] + values[1]) + values[2]) + values[3];
}

static float cubic_value(const float *from, const TdiSpot *spot, size_t line, size_t plane,
                         bool solid)
{
    const float *deep = spot->weights[2], *high = spot->weights[1];
    Four sum = broadcast(high[0]) * sum_deep(from, deep, plane, solid);
    for (size_t y = 1; y < 4; y++)
        sum = sum + broadcast(high[y]) * sum_deep(from + y * line, deep, plane, solid);
    return sum_four(sum, spot->weights[0]);
}

/* A sum of `cells` values that lie `step` apart. */
static float sum_along(const float *from, size_t step, const float *weights, size_t cells)
{
    float sum = weights[0] * from[0];
    for (size_t i = 1; i < cells; i++) {
        float product = weights[i] * from[i * step];
        sum = sum + product;
    }
    return sum;
}

/* The same of one or two cells along each axis. */
static float plain_value(const float *from, const TdiSpot *spot, size_t line, size_t plane,
                         bool solid, size_t cells)
{
    float rows[2], columns[2];
    for (size_t x = 0; x < cells; x++) {
        for (size_t y = 0; y < cells; y++) {
            const float *at = from + y * line + x;
            rows[y] = solid ? sum_along(at, plane, spot->weights[2], cells) : *at;
        }
        columns[x] = sum_along(rows, 1, spot->weights[1], cells);
    }
    return sum_along(columns, 1, spot->weights[0], cells);
}

void tdi_maps_row(const TdiMaps *maps, uint32_t channel, const TdiSpot *spots, size_t count,
                  float *row)
{
    const TdBox *box = &maps->box;
    size_t line = (size_t)(box->high[0] - box->low[0]);
    size_t plane = line * (size_t)(box->high[1] - box->low[1]);
    const float *from = maps->values + channel * plane * (size_t)(box->high[2] - box->low[2]);
    size_t cells = (size_t)reach_of(maps->resample);
    if (maps->resample == TD_RESAMPLE_CUBIC) {
        for (size_t i = 0; i < count; i++)
            row[i] = cubic_value(from + spots[i].first, &spots[i], line, plane, maps->solid);
        return;
    }
    for (size_t i = 0; i < count; i++)
        row[i] = plain_value(from + spots[i].first, &spots[i], line, plane, maps->solid, cells);
}

/* ---- Many points at once ----------------------------------------------------------------- */

TdStatus tdi_maps_slice(const TdiMaps *maps, double z, TdiMaps *flat, TdError *err)
{
    const TdBox *box = &maps->box;
    const double place[3] = {maps->origin[0] + box->low[0] * maps->step[0],
                             maps->origin[1] + box->low[1] * maps->step[1], z};
    size_t plane = (size_t)(box->high[0] - box->low[0]) * (size_t)(box->high[1] - box->low[1]);
    size_t deep = (size_t)(box->high[2] - box->low[2]),
           cells = (size_t)reach_of(maps->resample);
    double part, u = (place[2] - maps->origin[2]) / maps->step[2];
    float weights[4];
    size_t first = (size_t)(first_cell(maps->resample, u, &part) - box->low[2]);
    set_weights(maps->resample, part, weights);
    float *values = tdi_alloc(plane * maps->channels + 4, sizeof *values);
    *flat = (TdiMaps){0};
    if (values == NULL)
        return tdi_fail_memory(err, plane * maps->channels * sizeof *values);
    for (uint32_t c = 0; c < maps->channels; c++) {
        const float *from = maps->values + (c * deep + first) * plane;
        for (size_t i = 0; i < plane; i++)
            values[c * plane + i] = sum_along(from + i, plane, weights, cells);
    }
    *flat = *maps;
    flat->values = values;
    flat->borrowed = false;
    flat->solid = false;
    flat->box.low[2] = 0;
    flat->box.high[2] = 1;
    return TD_OK;
}

/* The cells that columns need: from the least first one on. */
static uint32_t cells_of(const TdiMaps *maps, const TdiSpot *columns, uint32_t count,
                         uint32_t *from)
{
    uint32_t least = columns[0].cell[0], most = least;
    for (uint32_t i = 1; i < count; i++) {
        least = columns[i].cell[0] < least ? columns[i].cell[0] : least;
        most = columns[i].cell[0] > most ? columns[i].cell[0] : most;
    }
    *from = least;
    return most - least + (uint32_t)reach_of(maps->resample);
}

size_t tdi_maps_line(const TdiMaps *maps, const TdiSpot *columns, uint32_t column_count)
{
    uint32_t from;
    return cells_of(maps, columns, column_count, &from) + 4;
}

void tdi_maps_grid(const TdiMaps *maps, uint32_t channel, const TdiSpot *columns,
                   uint32_t column_count, const TdiSpot *rows, uint32_t row_count, float *line,
                   float *out)
{
    const TdBox *box = &maps->box;
    size_t width = (size_t)(box->high[0] - box->low[0]);
    const float *values = maps->values + channel * width * (size_t)(box->high[1] - box->low[1]);
    size_t reach = (size_t)reach_of(maps->resample);
    uint32_t from, cells = cells_of(maps, columns, column_count, &from);
    for (uint32_t y = 0; y < row_count; y++) {
        const float *at = values + rows[y].cell[1] * width + from,
                    *weights = rows[y].weights[1];
        for (uint32_t i = 0; i < cells; i++)
            line[i] = weights[0] * at[i];
        for (size_t k = 1; k < reach; k++)
            for (uint32_t i = 0; i < cells; i++) {
                float product = weights[k] * at[k * width + i];
                line[i] = line[i] + product;
            }
        float *to = out + (size_t)y * column_count;
        for (uint32_t x = 0; x < column_count; x++) {
            const float *near = line + (columns[x].cell[0] - from);
            to[x] = reach == 4 ? sum_four(load_four(near), columns[x].weights[0])
                               : sum_along(near, 1, columns[x].weights[0], reach);
        }
    }
}
