#include "volume/mesh.h"

#include <string.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"
#include "volume/grid.h"
#include "volume/opacity.h"
#include "volume/solid.h"

enum { POINTS = 4096, CHANNELS = 3 };

/* Where the surface's values and colours come from. */
typedef struct Source {
    const TdRun *run;
    TdiSolid solid;
    TdOpacity opacity;
    TdPicture *grid;
    float *slice; /* of the grid: (rows, samples, outputs) */
    /* Of some points: rows of POINTS floats. */
    float *rows, *spare;
    TdiPlaceOfSample *places;
    void *scratch;
} Source;

/* s of outputs that stand in rows, which are changed. */
static void find_scalar(const Source *source, size_t points, float *s)
{
    tdi_colour_tone(&source->solid.colour, source->rows, POINTS, points);
    tdi_opacity_find(source->opacity, source->solid.colour.outputs, source->rows, POINTS,
                     points, s);
}

static size_t whole(size_t points)
{
    return (points + TD_POINT_GRAIN - 1) / TD_POINT_GRAIN * TD_POINT_GRAIN;
}

static TdStatus find_slice(void *user, uint32_t k, float *samples, TdError *err)
{
    Source *source = user;
    const TdRaster *raster = td_picture_raster(source->grid);
    uint32_t outputs = raster->channels;
    size_t all = (size_t)raster->width * raster->height;
    TdStatus status = td_picture_rows(source->grid, k * raster->height, raster->height,
                                      source->slice, source->run, err);
    TdiFpMode mode = tdi_fp_enter();
    for (size_t first = 0; first < all && status == TD_OK; first += POINTS) {
        size_t count = all - first < POINTS ? all - first : POINTS;
        for (uint32_t c = 0; c < source->solid.colour.outputs; c++)
            for (size_t i = 0; i < whole(count); i++)
                source->rows[c * POINTS + i] =
                    source->slice[(first + (i < count ? i : count - 1)) * outputs + c];
        find_scalar(source, whole(count), source->spare);
        memcpy(samples + first, source->spare, count * sizeof *samples);
    }
    tdi_fp_leave(mode);
    return status;
}

/* Outputs at points of space. */
static TdStatus evaluate(Source *source, const float (*points)[3], size_t count, TdError *err)
{
    for (size_t i = 0; i < count; i++)
        source->places[i] = (TdiPlaceOfSample){(double)points[i][0], (double)points[i][1],
                                               (double)points[i][2]};
    tdi_solid_evaluate(&source->solid, source->places, count, source->rows, POINTS,
                       source->scratch, source->run);
    return tdi_check_cancel(source->run, err);
}

static TdStatus find_values(void *user, const float (*points)[3], size_t count, float *scalars,
                            TdError *err)
{
    Source *source = user;
    TdiFpMode mode = tdi_fp_enter();
    TdStatus status = evaluate(source, points, count, err);
    if (status == TD_OK)
        find_scalar(source, whole(count), source->spare);
    tdi_fp_leave(mode);
    memcpy(scalars, source->spare, count * sizeof *scalars);
    return status;
}

static TdStatus find_colours(void *user, const float (*points)[3], size_t count,
                             uint8_t (*rgb)[3], TdError *err)
{
    Source *source = user;
    const TdiColour *colour = &source->solid.colour;
    TdiFpMode mode = tdi_fp_enter();
    TdStatus status = evaluate(source, points, count, err);
    if (status == TD_OK) {
        const float *encoded =
            tdi_colour_apply(colour, source->rows, POINTS, whole(count), source->spare);
        for (size_t i = 0; i < count; i++)
            for (uint32_t c = 0; c < 3; c++) {
                float u = encoded[(c < colour->channels ? c : 0) * POINTS + i];
                rgb[i][c] = (uint8_t)(255 * u + 0.5f);
            }
    }
    tdi_fp_leave(mode);
    return status;
}

static TdStatus init(Source *source, const TdRecipe *recipe, const TdRun *run, TdError *err)
{
    uint32_t channels;
    TdStatus status = tdi_colour_channels(recipe, td_recipe_channels(recipe), &channels, err);
    if (status == TD_OK)
        status = tdi_opacity_check(recipe, err);
    if (status == TD_OK)
        status = tdi_grid_create(recipe, run, &source->grid, err);
    if (status == TD_OK)
        status = tdi_solid_init(&source->solid, recipe, false, NULL, run, err);
    if (status != TD_OK)
        return status;
    const TdRaster *raster = td_picture_raster(source->grid);
    uint64_t slice = tdi_mul_size(td_raster_row_bytes(raster), raster->height);
    status = tdi_check_limit(run, slice, "size: a slice", "use fewer samples", err);
    if (status != TD_OK)
        return status;
    for (int i = 0; i < 3; i++) { /* the points are those of space */
        source->solid.frame.origin[i] = 0;
        source->solid.frame.right[i] = i == 0;
        source->solid.frame.up[i] = i == 1;
        source->solid.frame.forward[i] = i == 2;
    }
    size_t rows = (size_t)2 * CHANNELS * POINTS;
    source->slice = tdi_alloc(1, (size_t)slice);
    source->rows = tdi_alloc(rows, sizeof(float));
    source->spare = source->rows + CHANNELS * POINTS;
    source->places = tdi_alloc(POINTS, sizeof *source->places);
    source->scratch = tdi_alloc(1, tdi_solid_point_scratch(&source->solid));
    if (source->slice == NULL || source->rows == NULL || source->places == NULL ||
        source->scratch == NULL)
        return tdi_fail_memory(err, (size_t)slice + rows * sizeof(float));
    return TD_OK;
}

static void clear(Source *source)
{
    td_picture_free(source->grid);
    tdi_solid_clear(&source->solid);
    tdi_free(source->slice);
    tdi_free(source->rows);
    tdi_free(source->places);
    tdi_free(source->scratch);
}

TdStatus tdi_volume_surface(const TdRecipe *recipe, const TdRun *run, TdiSurface *surface,
                            TdError *err)
{
    TdRun resolved = td_run_resolved(run), quiet = resolved;
    Source source = {.run = &quiet, .opacity = recipe->opacity};
    *surface = (TdiSurface){0};
    quiet.progress = NULL; /* the surface tells how far it is */
    TdStatus status = init(&source, recipe, &resolved, err);
    if (status == TD_OK) {
        const TdRaster *raster = td_picture_raster(source.grid);
        TdiGrid grid = {.width = raster->width,
                        .height = raster->height,
                        .depth = raster->depth,
                        .spacing = raster->spacing};
        memcpy(grid.origin, raster->origin, sizeof grid.origin);
        TdiSurfaceSource from = {find_slice, find_values, find_colours, &source};
        status =
            tdi_surface_extract(&grid, (float)recipe->level, &from, &resolved, surface, err);
    }
    clear(&source);
    return status;
}
