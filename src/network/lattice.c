#include "network/lattice.h"

#include "base/error.h"
#include "base/random.h"
#include "recipe/image.h"
#include "recipe/values.h"

#define STANDARD_HEIGHT 4.0 /* of the view of extent 2: where the key `raster` counts cells */

/* ---- Whole numbers ------------------------------------------------------------------- */

int32_t tdi_wrap(int32_t i, int32_t period)
{
    int32_t rest = i % period;
    return rest < 0 ? rest + period : rest;
}

int32_t tdi_floor_divide(int32_t i, int32_t by)
{
    return (i - tdi_wrap(i, by)) / by;
}

static int32_t ceil_divide(int32_t i, int32_t by)
{
    return -tdi_floor_divide(-i, by);
}

/* Values from -radius to radius that are less than v. */
static int32_t below(int32_t v, int32_t radius)
{
    return v < -radius ? 0 : v > radius ? 2 * radius + 1 : v + radius;
}

static bool within(int32_t v, int32_t radius)
{
    return v >= -radius && v <= radius;
}

/* Points of the cube (or square) of a radius that come before (x, y, z). */
static int32_t count_before(int32_t x, int32_t y, int32_t z, int32_t radius, bool solid)
{
    int32_t side = 2 * radius + 1, count = below(y, radius) * side;
    if (radius < 0)
        return 0;
    if (within(y, radius))
        count += below(x, radius);
    if (!solid)
        return count;
    return below(z, radius) * side * side + (within(z, radius) ? count : 0);
}

static int32_t magnitude(int32_t v)
{
    return v < 0 ? -v : v;
}

uint32_t tdi_tap(uint32_t size, bool solid, uint32_t t)
{
    int32_t middle = (int32_t)(size - 1) / 2;
    int32_t x = (int32_t)(t % size) - middle, y = (int32_t)(t / size % size) - middle;
    int32_t z = solid ? (int32_t)(t / size / size) - middle : 0;
    int32_t ring = magnitude(x) > magnitude(y) ? magnitude(x) : magnitude(y);
    ring = magnitude(z) > ring ? magnitude(z) : ring;
    if (ring == 0)
        return 0;
    int32_t side = 2 * ring - 1, inner = solid ? side * side * side : side * side;
    return (uint32_t)(inner + count_before(x, y, z, ring, solid) -
                      count_before(x, y, z, ring - 1, solid));
}

/* ---- Rasters ------------------------------------------------------------------------- */

double tdi_wind(double place, double around, double *first, double *second)
{
    double cosine, sine, turns = place / around, ring = around * 0.15915494309189535;
    turns = turns - (double)(int64_t)turns;
    tdi_cos_sin_degrees(turns * 360, &cosine, &sine);
    *first = ring * sine;
    *second = ring * cosine;
    return 2 * (ring * ring) * (1 - cosine);
}

/* `count` cells around the origin, each `step` wide. */
static void set_axis(TdiLattice *lattice, int axis, int32_t count, double step)
{
    lattice->low[axis] = -(count / 2);
    lattice->high[axis] = count - count / 2;
    lattice->step[axis] = step;
    lattice->origin[axis] = count % 2 == 0 ? 0.5 * step : 0;
}

/* The whole number nearest to `cells` that is even where `like` is, at least 1. */
static int32_t count_like(double cells, int32_t like)
{
    int32_t half = (int32_t)((cells - like % 2) / 2 + 0.5), count = 2 * half + like % 2;
    return count < 1                        ? 2 - like % 2
           : count > (int32_t)TD_MAX_RASTER ? (int32_t)TD_MAX_RASTER
                                            : count;
}

/* The torus's circumference is so many whole cells. */
static void set_torus(TdiLattice *lattice, const TdRecipe *recipe, double step)
{
    TdSize size = td_recipe_size(recipe);
    double height = 2 * recipe->extent, width = height * size.width / size.height;
    double across = width / step + 0.5, down = height / step + 0.5;
    int32_t most = (int32_t)TD_MAX_RASTER;
    int32_t columns = across > most ? most : across < 1 ? 1 : (int32_t)across;
    int32_t rows = down > most ? most : down < 1 ? 1 : (int32_t)down;
    set_axis(lattice, 0, columns, width / columns);
    set_axis(lattice, 1, rows, height / rows);
}

/* Cells along a side of the frame: as many as the image has pixels, or square ones. */
TdiLattice tdi_lattice_inputs(const TdRecipe *recipe)
{
    TdiLattice lattice = {.solid = td_recipe_is_solid(recipe),
                          .circular = recipe->tile == TD_TILE_TORUS ||
                                      recipe->padding == TD_PADDING_CIRCULAR};
    const TdImage *image = recipe->pixels;
    TdSize size = td_recipe_size(recipe);
    double across = image != NULL ? image->width : size.width;
    double down = image != NULL ? image->height : size.height;
    bool own = image != NULL && recipe->raster == 0;
    int32_t rows = own                   ? (int32_t)image->height
                   : recipe->raster != 0 ? (int32_t)recipe->raster
                                         : (int32_t)TDI_RASTER_CELLS;
    int32_t columns = own ? (int32_t)image->width : count_like(rows * across / down, rows);
    double step = STANDARD_HEIGHT / rows;
    set_axis(&lattice, 0, columns, step);
    set_axis(&lattice, 1, rows, step);
    set_axis(&lattice, 2, lattice.solid ? rows : 1, step);
    if (recipe->tile == TD_TILE_TORUS)
        set_torus(&lattice, recipe, step);
    for (size_t i = 0; i < recipe->layer_items; i++)
        if (recipe->layers[i].padding == TD_PADDING_CIRCULAR)
            lattice.circular = true;
    return lattice;
}

double tdi_lattice_scale(const TdRecipe *recipe)
{
    double scale = 1;
    for (size_t i = 0; i < recipe->layer_items; i++) {
        const TdLayerItem *item = &recipe->layers[i];
        double size = item->size, stride = item->kind == TD_LAYER_POOL ? size : item->stride;
        if (item->kind == TD_LAYER_DENSE || (stride == 1 && item->kind != TD_LAYER_UPSAMPLE))
            continue;
        for (uint32_t k = 0; k < item->repeat && scale > 1e-9 && scale < 1e9; k++)
            scale = item->kind == TD_LAYER_UPSAMPLE ? scale * size : scale / stride;
    }
    return scale;
}

static int axes_of(bool solid)
{
    return solid ? 3 : 2;
}

TdiLattice tdi_lattice_next(const TdiLattice *lattice, const TdLayer *layer)
{
    TdiLattice next = *lattice;
    int32_t size = (int32_t)layer->size, stride = (int32_t)layer->stride;
    for (int axis = 0; axis < axes_of(lattice->solid); axis++) {
        double step = lattice->step[axis];
        if (layer->kind == TD_LAYER_UPSAMPLE) {
            next.step[axis] = step / size;
            next.origin[axis] = lattice->origin[axis] - step * (size - 1) / (2 * size);
            next.low[axis] = lattice->low[axis] * size;
            next.high[axis] = lattice->high[axis] * size;
            continue;
        }
        bool between = layer->kind == TD_LAYER_CONV && size % 2 == 0;
        double middle = between ? 0.5 * layer->dilation : 0;
        if (layer->kind == TD_LAYER_POOL)
            middle = 0.5 * (size - 1);
        next.step[axis] = step * stride;
        next.origin[axis] = lattice->origin[axis] + step * middle;
        next.low[axis] = ceil_divide(lattice->low[axis], stride);
        next.high[axis] = ceil_divide(lattice->high[axis], stride);
    }
    return next;
}

TdBox tdi_box_before(const TdLayer *layer, bool solid, TdBox box)
{
    int32_t size = (int32_t)layer->size, stride = (int32_t)layer->stride;
    for (int axis = 0; axis < axes_of(solid); axis++) {
        int32_t first = box.low[axis], last = box.high[axis] - 1;
        if (layer->kind == TD_LAYER_UPSAMPLE && layer->upsample == TD_UPSAMPLE_LINEAR) {
            box.low[axis] = tdi_floor_divide(2 * first + 1 - size, 2 * size);
            box.high[axis] = tdi_floor_divide(2 * last + 1 - size, 2 * size) + 2;
        } else if (layer->kind == TD_LAYER_UPSAMPLE) {
            box.low[axis] = tdi_floor_divide(first, size);
            box.high[axis] = tdi_floor_divide(last, size) + 1;
        } else if (layer->kind == TD_LAYER_POOL) {
            box.low[axis] = first * size;
            box.high[axis] = (last + 1) * size;
        } else if (layer->kind == TD_LAYER_CONV) {
            int32_t middle = (size - 1) / 2, gap = (int32_t)layer->dilation;
            box.low[axis] = first * stride - middle * gap;
            box.high[axis] = last * stride + (size - 1 - middle) * gap + 1;
        }
    }
    return box;
}

static bool pads(const TdLayer *layer)
{
    return layer->kind == TD_LAYER_CONV && layer->size > 1 &&
           (layer->padding == TD_PADDING_MIRROR || layer->padding == TD_PADDING_ZERO);
}

int32_t tdi_padded_cell(const TdiLattice *lattice, const TdLayer *layer, int axis, int32_t i)
{
    int32_t low = lattice->low[axis], high = lattice->high[axis];
    if (!pads(layer) || (i >= low && i < high) || (axis == 2 && !lattice->solid))
        return i;
    if (layer->padding == TD_PADDING_ZERO)
        return INT32_MIN;
    int32_t count = high - low, place = tdi_wrap(i - low, 2 * count);
    return low + (place < count ? place : 2 * count - 1 - place);
}

TdBox tdi_box_padded(const TdiLattice *lattice, const TdLayer *layer, TdBox box)
{
    TdBox needed = box;
    for (int axis = 0; axis < axes_of(lattice->solid); axis++) {
        int32_t least = INT32_MAX, most = INT32_MIN;
        for (int32_t i = box.low[axis]; i < box.high[axis]; i++) {
            int32_t cell = tdi_padded_cell(lattice, layer, axis, i);
            if (cell == INT32_MIN)
                continue;
            least = cell < least ? cell : least;
            most = cell > most ? cell : most;
        }
        if (least > most) /* zeros all over: any cell will do */
            least = most = lattice->low[axis];
        needed.low[axis] = least;
        needed.high[axis] = most + 1;
    }
    return needed;
}

/* ---- Checks -------------------------------------------------------------------------- */

static TdStatus check_groups(const TdLayerItem *item, uint32_t in, uint32_t out, TdError *err)
{
    if (in % item->groups == 0 && out % item->groups == 0)
        return TD_OK;
    return tdi_fail(err, TD_ERROR_RECIPE,
                    "layers: a layer is fed %u channels and makes %u, which its groups=%u does "
                    "not divide",
                    (unsigned)in, (unsigned)out, (unsigned)item->groups);
}

TdStatus tdi_check_channels(const TdRecipe *recipe, TdError *err)
{
    uint32_t in = (uint32_t)__builtin_popcount(td_recipe_inputs(recipe));
    TdStatus status = TD_OK;
    for (size_t i = 0; i < recipe->layer_items && status == TD_OK; i++) {
        const TdLayerItem *item = &recipe->layers[i];
        bool last = i + 1 == recipe->layer_items;
        uint32_t out = tdi_layer_has_weights(item->kind) ? item->width : in;
        if (!last || item->repeat > 1)
            status = check_groups(item, in, out, err);
        in = last && item->repeat == 1 ? in : out;
        if (status == TD_OK && last)
            status = check_groups(item, in, td_recipe_channels(recipe), err);
    }
    return status;
}

/* Cells that a layer may step over: those of the frame's shorter side where it knows one, else
 * those in the standard view's height. */
static int32_t cells_of(const TdiLattice *first, const TdLayer *layer)
{
    int32_t across = first->high[0] - first->low[0], down = first->high[1] - first->low[1];
    return (pads(layer) || first->circular) && across < down ? across : down;
}

/* share: cells of what the layer is fed (before) and makes (after) for one of the inputs'. */
static TdStatus check_layer(const TdiLattice *first, const TdLayer *layer, uint32_t number,
                            double before, double after, TdError *err)
{
    enum { MOST_CELLS = 1 << 20 };
    double cells = cells_of(first, layer);
    if (layer->kind == TD_LAYER_CONV && layer->size > 1 && layer->dilation > 1 &&
        layer->dilation >= cells * before)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "layers: layer %u looks at every %u. cell, and its raster has %d; use a "
            "smaller dilation or a larger --raster",
            (unsigned)number, (unsigned)layer->dilation, (int)(cells * before));
    if (cells * after < 1 && layer->stride > 1)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "layers: layer %u (with steps of %u cells) leaves nothing of a raster "
                        "of %d; use fewer or smaller ones, or a larger --raster",
                        (unsigned)number, (unsigned)layer->stride, (int)cells);
    if (cells * after > MOST_CELLS)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "layers: layer %u makes a raster of more than %d cells a side",
                        (unsigned)number, MOST_CELLS);
    return TD_OK;
}

/* What goes around must come back to where it was. */
static TdStatus check_circle(const TdiLattice *lattice, const TdLayer *layer, uint32_t number,
                             bool torus, TdError *err)
{
    bool alone = layer->kind == TD_LAYER_CONV && layer->size > 1 && !torus &&
                 layer->padding == TD_PADDING_NONE;
    if (pads(layer) || alone)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "padding: layer %u has another one than circular, which joins the edges "
            "for all layers (as tile = torus does); use one of them alone",
            (unsigned)number);
    for (int axis = 0; axis < axes_of(lattice->solid); axis++) {
        int32_t around = lattice->high[axis] - lattice->low[axis];
        if (around % (int32_t)layer->stride != 0)
            return tdi_fail(err, TD_ERROR_RECIPE,
                            "padding: a circle of %d cells is not divided by layer %u's steps "
                            "of %u; choose another --raster or --size",
                            (int)around, (unsigned)number, (unsigned)layer->stride);
    }
    return TD_OK;
}

TdStatus tdi_check_raster(const TdRecipe *recipe, const TdNetwork *network, TdError *err)
{
    const double farthest = 1 << 27;
    TdiLattice first = tdi_lattice_inputs(recipe), lattice = first;
    double reach = 0; /* of all kernels together, in cells of the inputs and of the finest */
    for (uint32_t i = 0; i < network->depth; i++) {
        const TdLayer *layer = &network->layers[i];
        TdiLattice next = tdi_lattice_next(&lattice, layer);
        double before = first.step[0] / lattice.step[0], after = first.step[0] / next.step[0];
        TdStatus status = check_layer(&first, layer, i + 1, before, after, err);
        if (status == TD_OK && first.circular)
            status = check_circle(&lattice, layer, i + 1, recipe->tile == TD_TILE_TORUS, err);
        if (status != TD_OK)
            return status;
        double cells = (double)layer->size * layer->dilation;
        reach += before < 1 ? cells / before : cells;
        if (reach > farthest)
            return tdi_fail(
                err, TD_ERROR_RECIPE,
                "layers: up to layer %u kernels reach over more than %.0f cells; use "
                "fewer or smaller ones",
                (unsigned)i + 1, farthest);
        lattice = next;
    }
    return TD_OK;
}
