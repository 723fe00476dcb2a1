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

TdStatus tdi_maps_box(const TdConvnet *convnet, uint32_t layer, const TdRecipe *recipe,
                      const TdiSpan3 *span, TdBox *box, TdError *err)
{
    double origin[3], step[3], part;
    bool solid = td_recipe_is_solid(recipe);
    td_convnet_place(convnet, layer, origin, step);
    *box = (TdBox){.high = {1, 1, 1}};
    for (int axis = 0; axis < (solid ? 3 : 2); axis++) {
        double low = (span->low[axis] - origin[axis]) / step[axis];
        double high = (span->high[axis] - origin[axis]) / step[axis];
        if (!(low > -FARTHEST && high < FARTHEST))
            return tdi_fail(err, TD_ERROR_RECIPE,
                            "extent: the view reaches farther than %d cells from the origin; "
                            "lower extent, center or raster",
                            FARTHEST);
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
        tdi_check_limit(run, bytes, "raster: its cells", "use a smaller raster", err);
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

static Four sum_lines(const float *from, size_t line, const float weights[4])
{
    Four sum = broadcast(weights[0]) * load_four(from);
    for (size_t i = 1; i < 4; i++)
        sum = sum + broadcast(weights[i]) * load_four(from + i * line);
    return sum;
}

static float cubic_value(const float *from, const TdiSpot *spot, size_t line, size_t plane,
                         bool solid)
{
    Four sum = sum_lines(from, line, spot->weights[1]);
    if (solid) {
        sum = broadcast(spot->weights[2][0]) * sum;
        for (size_t z = 1; z < 4; z++)
            sum = sum + broadcast(spot->weights[2][z]) *
                            sum_lines(from + z * plane, line, spot->weights[1]);
    }
    sum = sum * load_four(spot->weights[0]);
    return ((sum[0] + sum[1]) + sum[2]) + sum[3];
}

/* The same of one or two cells along each axis. */
static float plain_value(const float *from, const TdiSpot *spot, size_t line, size_t plane,
                         bool solid, size_t cells)
{
    float value = 0;
    for (size_t x = 0; x < cells; x++) {
        float deep = 0;
        for (size_t z = 0; z < (solid ? cells : 1); z++) {
            float sum = 0;
            for (size_t y = 0; y < cells; y++) {
                float product = spot->weights[1][y] * from[z * plane + y * line + x];
                sum = y == 0 ? product : sum + product;
            }
            float product = solid ? spot->weights[2][z] * sum : sum;
            deep = z == 0 ? product : deep + product;
        }
        float product = deep * spot->weights[0][x];
        value = x == 0 ? product : value + product;
    }
    return value;
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
