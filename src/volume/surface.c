/* Making a surface from beginning to end, and its memory. */
#include "volume/surface.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"
#include "volume/surface_build.h"

void tdi_surface_clear(TdiSurface *surface)
{
    tdi_free(surface->positions);
    tdi_free(surface->normals);
    tdi_free(surface->colours);
    tdi_free(surface->triangles);
    *surface = (TdiSurface){0};
}

/* ---- Memory -------------------------------------------------------------------------- */

enum { VERTEX_BYTES = 3 * sizeof(float), TRIANGLE_BYTES = 3 * sizeof(uint32_t) };

/* What a mesh of so many vertices and triangles takes at most until it is finished: while the
 * triangles grow there are two of them. */
static uint64_t mesh_bytes(const TdiBuild *build, uint64_t vertices, uint64_t triangles)
{
    uint64_t each = 2 * VERTEX_BYTES + (build->source->colours != NULL ? 3 : 0);
    return build->other_bytes + vertices * each + triangles * 2 * TRIANGLE_BYTES;
}

/* The mesh grows with the square of the grid's side, and evenly from layer to layer. */
static TdStatus check_mesh(const TdiBuild *build, uint64_t bytes, TdError *err)
{
    const TdiGrid *grid = build->grid;
    double share = ((double)build->layer + 1) / ((double)grid->depth + 1);
    double fits = sqrt((double)build->run.max_memory * share / (double)bytes);
    uint32_t sides[3] = {grid->width, grid->height, grid->depth};
    char advice[120];
    for (int i = 0; i < 3; i++) {
        sides[i] = (uint32_t)(fits * 0.9 * sides[i]);
        sides[i] = sides[i] > 0 ? sides[i] : 1;
    }
    snprintf(advice, sizeof advice, "a grid of about %u x %u x %u samples would fit", sides[0],
             sides[1], sides[2]);
    return tdi_check_limit(&build->run, bytes, "the surface", advice, err);
}

/* Grow one array to `room` items. */
static TdStatus grow(void *array, size_t *room, size_t wanted, size_t item, TdError *err)
{
    void *old, *grown;
    memcpy(&old, array, sizeof old);
    grown = tdi_realloc(old, *room * item, wanted * item);
    if (grown == NULL)
        return tdi_fail_memory(err, wanted * item);
    memcpy(array, &grown, sizeof grown);
    *room = wanted;
    return TD_OK;
}

/* Half as much again, or a quarter where that might pass the limit. */
static size_t choose_room(const TdiBuild *build, size_t needed, uint64_t bytes)
{
    return bytes / 2 * 5 > build->run.max_memory ? needed + needed / 4 : needed + needed / 2;
}

TdStatus tdi_build_reserve(TdiBuild *build, size_t vertices, size_t triangles, TdError *err)
{
    TdiSurface *surface = build->surface;
    TdStatus status = TD_OK;
    vertices += surface->vertex_count;
    triangles += surface->triangle_count;
    if (vertices <= build->vertex_room && triangles <= build->triangle_room)
        return TD_OK;
    if (vertices > UINT32_MAX - 1 || triangles > UINT32_MAX - 1)
        return tdi_fail(err, TD_ERROR_MEMORY,
                        "the surface has more than 4294967294 vertices or triangles, which no "
                        "mesh file can number; take fewer samples");
    uint64_t bytes = mesh_bytes(build, vertices, triangles);
    status = check_mesh(build, bytes, err);
    if (status == TD_OK && vertices > build->vertex_room)
        status = grow(&surface->positions, &build->vertex_room,
                      choose_room(build, vertices, bytes), VERTEX_BYTES, err);
    if (status == TD_OK && triangles > build->triangle_room)
        status = grow(&surface->triangles, &build->triangle_room,
                      choose_room(build, triangles, bytes), TRIANGLE_BYTES, err);
    return status;
}

/* One of the arrays that are held throughout. */
static void *take(TdiBuild *build, uint64_t count, uint64_t size, bool *failed)
{
    void *block = tdi_alloc(count, size);
    build->other_bytes = tdi_add_size(build->other_bytes, tdi_mul_size(count, size));
    *failed = *failed || block == NULL;
    return block;
}

size_t tdi_build_row_vertices(const TdiBuild *build)
{
    return (size_t)build->nodes[0] * 26; /* a cell has 19 edges, and 7 nodes on the box */
}

static uint64_t slice_bytes(const TdiBuild *build)
{
    uint64_t nodes = (uint64_t)build->nodes[0] * build->nodes[1];
    uint64_t each = sizeof(float) + 1 + TDI_SLOTS * sizeof(uint32_t);
    uint64_t batch = TDI_BATCH + tdi_build_row_vertices(build);
    return tdi_add_size(tdi_mul_size(nodes, 2 * each + sizeof(float)),
                        tdi_mul_size(batch, sizeof(TdiCrossing)));
}

static TdStatus take_all(TdiBuild *build, TdError *err)
{
    uint64_t nodes = (uint64_t)build->nodes[0] * build->nodes[1];
    bool failed = false;
    TdStatus status = tdi_check_limit(&build->run, slice_bytes(build), "a slice of the surface",
                                      "take fewer samples", err);
    if (status != TD_OK)
        return status;
    for (int i = 0; i < 2; i++) {
        build->samples[i] = take(build, nodes, sizeof(float), &failed);
        build->inside[i] = take(build, nodes, 1, &failed);
        build->slots[i] = take(build, nodes, TDI_SLOTS * sizeof(uint32_t), &failed);
    }
    build->slice =
        take(build, (uint64_t)build->grid->width * build->grid->height, sizeof(float), &failed);
    build->crossings = take(build, TDI_BATCH + tdi_build_row_vertices(build),
                            sizeof *build->crossings, &failed);
    build->points = take(build, TDI_BATCH, sizeof *build->points, &failed);
    build->scalars = take(build, TDI_BATCH, sizeof(float), &failed);
    build->targets = take(build, TDI_BATCH, sizeof(uint32_t), &failed);
    return failed ? tdi_fail_memory(err, build->other_bytes) : TD_OK;
}

static void give_back(TdiBuild *build)
{
    for (int i = 0; i < 2; i++) {
        tdi_free(build->samples[i]);
        tdi_free(build->inside[i]);
        tdi_free(build->slots[i]);
    }
    tdi_free(build->slice);
    tdi_free(build->crossings);
    tdi_free(build->points);
    tdi_free(build->scalars);
    tdi_free(build->targets);
}

/* ---- From beginning to end ----------------------------------------------------------- */

/* A fiftieth of the spacing must be more than the rounding of a coordinate. */
static TdStatus check_grid(const TdiGrid *grid, float level, TdError *err)
{
    const uint32_t sides[3] = {grid->width, grid->height, grid->depth};
    double most = 0;
    for (int i = 0; i < 3; i++) {
        if (sides[i] < 1 || sides[i] > INT32_MAX - 2)
            return tdi_fail(err, TD_ERROR_ARGUMENT,
                            "a surface needs 1 to 2147483645 samples "
                            "along each axis");
        double first = fabs(grid->origin[i] - grid->spacing);
        double last = fabs(grid->origin[i] + grid->spacing * sides[i]);
        most = first > most ? first : most;
        most = last > most ? last : most;
    }
    if (!isfinite(level))
        return tdi_fail(err, TD_ERROR_RECIPE, "level: it must be a finite number");
    if (!(most < (double)FLT_MAX && grid->spacing > (double)FLT_MIN))
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "extent: samples %g apart, at coordinates up to %g, are beyond the "
                        "range of float32",
                        grid->spacing, most);
    if (grid->spacing < most * 0x1p-17)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "extent: samples %g apart are too near for float32 coordinates of up "
                        "to %g; move the center towards 0, or take fewer samples",
                        grid->spacing, most);
    return TD_OK;
}

static TdStatus check_empty(const TdiBuild *build, TdError *err)
{
    double level = (double)build->level;
    if (build->surface->triangle_count > 0)
        return TD_OK;
    if (build->lowest > build->highest)
        return tdi_fail(err, TD_ERROR_RECIPE, "level: nothing is above %g; every sample is NaN",
                        level);
    return tdi_fail(err, TD_ERROR_RECIPE,
                    "level: nothing is above %g; the samples lie between %g and %g, choose a "
                    "level below %g",
                    level, (double)build->lowest, (double)build->highest,
                    (double)build->highest);
}

static void swap_slices(TdiBuild *build)
{
    float *samples = build->samples[0];
    uint8_t *inside = build->inside[0];
    uint32_t *slots = build->slots[0];
    build->samples[0] = build->samples[1];
    build->inside[0] = build->inside[1];
    build->slots[0] = build->slots[1];
    build->samples[1] = samples;
    build->inside[1] = inside;
    build->slots[1] = slots;
}

static TdStatus make_layers(TdiBuild *build, TdError *err)
{
    TdStatus status = tdi_build_load(build, 0, err);
    for (uint32_t z = 1; z < build->nodes[2] && status == TD_OK; z++) {
        build->layer = z - 1;
        swap_slices(build);
        status = tdi_check_cancel(&build->run, err);
        if (status == TD_OK)
            status = tdi_build_load(build, z, err);
        if (status == TD_OK)
            status = tdi_build_cells(build, err);
        if (status == TD_OK && build->run.progress != NULL)
            build->run.progress(build->run.user, "slices", z, build->nodes[2] - 1);
    }
    if (status == TD_OK)
        status = tdi_build_refine(build, true, err);
    return status;
}

TdStatus tdi_surface_extract(const TdiGrid *grid, float level, const TdiSurfaceSource *source,
                             const TdRun *run, TdiSurface *surface, TdError *err)
{
    TdiBuild build = {.grid = grid,
                      .source = source,
                      .run = td_run_resolved(run),
                      .level = level,
                      .nodes = {grid->width + 2, grid->height + 2, grid->depth + 2},
                      .lowest = INFINITY,
                      .highest = -INFINITY,
                      .surface = surface};
    *surface = (TdiSurface){0};
    TdStatus status = check_grid(grid, level, err);
    if (status != TD_OK)
        return status;
    TdiFpMode mode = tdi_fp_enter();
    status = take_all(&build, err);
    if (status == TD_OK)
        status = make_layers(&build, err);
    if (status == TD_OK)
        status = check_empty(&build, err);
    if (status == TD_OK)
        status = tdi_build_finish(&build, err);
    tdi_fp_leave(mode);
    give_back(&build);
    if (status != TD_OK)
        tdi_surface_clear(surface);
    return status;
}
