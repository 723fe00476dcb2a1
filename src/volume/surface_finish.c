/* Normals and colours of a surface whose vertices have their places. */
#include "base/error.h"
#include "base/memory.h"
#include "volume/surface_build.h"

/* ---- Normals ------------------------------------------------------------------------- */

/* A vector as long as twice the area, in square spacings so that small boxes do not vanish. */
static void add_normal(const TdiSurface *surface, const uint32_t *triangle, double scale)
{
    double side[2][3], normal[3];
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < 3; i++)
            side[s][i] = scale * ((double)surface->positions[triangle[s + 1]][i] -
                                  (double)surface->positions[triangle[0]][i]);
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        normal[i] = side[0][j] * side[1][k] - side[0][k] * side[1][j];
    }
    for (int v = 0; v < 3; v++)
        for (int i = 0; i < 3; i++)
            surface->normals[triangle[v]][i] += (float)normal[i];
}

/* To length 1; what cancels out looks at the viewer. */
static void normalize(float *normal)
{
    double x = (double)normal[0], y = (double)normal[1], z = (double)normal[2];
    double length = sqrt(x * x + y * y + z * z);
    normal[0] = length > 0 ? (float)(x / length) : 0;
    normal[1] = length > 0 ? (float)(y / length) : 0;
    normal[2] = length > 0 ? (float)(z / length) : 1;
}

static TdStatus add_normals(TdiBuild *build, TdError *err)
{
    TdiSurface *surface = build->surface;
    surface->normals = tdi_alloc(surface->vertex_count, sizeof *surface->normals);
    if (surface->normals == NULL)
        return tdi_fail_memory(err, surface->vertex_count * sizeof *surface->normals);
    for (size_t i = 0; i < surface->triangle_count; i++)
        add_normal(surface, surface->triangles[i], 1 / build->grid->spacing);
    for (size_t i = 0; i < surface->vertex_count; i++)
        normalize(surface->normals[i]);
    return TD_OK;
}

/* ---- Slopes -------------------------------------------------------------------------- */

/* Means of triangles show the pattern of the cells; the scalar's own slope does not. Four
 * points around a vertex, the corners of a tetrahedron, give it to second order. */
static const int8_t around[4][3] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};

static void place_around(const TdiBuild *build, const float *vertex, float (*points)[3])
{
    for (int p = 0; p < 4; p++)
        for (int i = 0; i < 3; i++)
            points[p][i] = (float)((double)vertex[i] + build->grid->spacing / 8 * around[p][i]);
}

/* The normal down the slope, unless it goes another way than the triangles: where the scalar
 * jumps, slopes say nothing. */
static void turn(float *normal, const float *scalars)
{
    double down[3], square = 0, along = 0;
    for (int i = 0; i < 3; i++) {
        down[i] = 0;
        for (int p = 0; p < 4; p++)
            down[i] -= (double)scalars[p] * around[p][i];
        square += down[i] * down[i];
        along += down[i] * (double)normal[i];
    }
    double length = sqrt(square);
    if (!(along > 0.2 * length))
        return;
    for (int i = 0; i < 3; i++)
        normal[i] = (float)(down[i] / length);
}

/* Caps are flat, whatever the slope is there. */
static bool is_on_face(const float *point, const float (*faces)[3])
{
    for (int i = 0; i < 3; i++)
        if (point[i] <= faces[0][i] || point[i] >= faces[1][i])
            return true;
    return false;
}

static TdStatus turn_batch(TdiBuild *build, size_t first, size_t count, TdError *err)
{
    const TdiSurface *surface = build->surface;
    const TdiSurfaceSource *source = build->source;
    const uint32_t low[3] = {0, 0, 0};
    const uint32_t high[3] = {build->nodes[0] - 1, build->nodes[1] - 1, build->nodes[2] - 1};
    float faces[2][3];
    tdi_build_place(build, low, 0, 0, faces[0]);
    tdi_build_place(build, high, 0, 0, faces[1]);
    for (size_t i = 0; i < count; i++)
        place_around(build, surface->positions[first + i], build->points + 4 * i);
    TdStatus status = source->values(source->user, (const float(*)[3])build->points, 4 * count,
                                     build->scalars, err);
    for (size_t i = 0; i < count && status == TD_OK; i++)
        if (!is_on_face(surface->positions[first + i], (const float(*)[3])faces))
            turn(surface->normals[first + i], build->scalars + 4 * i);
    return status;
}

static TdStatus turn_normals(TdiBuild *build, TdError *err)
{
    size_t count = build->surface->vertex_count, step = TDI_BATCH / 4;
    TdStatus status = TD_OK;
    for (size_t at = 0; at < count && status == TD_OK; at += step) {
        size_t part = count - at < step ? count - at : step;
        status = tdi_check_cancel(&build->run, err);
        if (status == TD_OK)
            status = turn_batch(build, at, part, err);
        if (status == TD_OK && build->run.progress != NULL)
            build->run.progress(build->run.user, "normals", at + part, count);
    }
    return status;
}

/* ---- Colours ------------------------------------------------------------------------- */

static TdStatus add_colours(TdiBuild *build, TdError *err)
{
    TdiSurface *surface = build->surface;
    const TdiSurfaceSource *source = build->source;
    size_t count = surface->vertex_count;
    surface->colours = tdi_alloc(count, sizeof *surface->colours);
    if (surface->colours == NULL)
        return tdi_fail_memory(err, count * sizeof *surface->colours);
    TdStatus status = TD_OK;
    for (size_t at = 0; at < count && status == TD_OK; at += TDI_BATCH) {
        size_t part = count - at < TDI_BATCH ? count - at : TDI_BATCH;
        status = tdi_check_cancel(&build->run, err);
        if (status == TD_OK)
            status = source->colours(source->user, (const float(*)[3])(surface->positions + at),
                                     part, surface->colours + at, err);
        if (status == TD_OK && build->run.progress != NULL)
            build->run.progress(build->run.user, "colours", at + part, count);
    }
    return status;
}

TdStatus tdi_build_finish(TdiBuild *build, TdError *err)
{
    TdStatus status = add_normals(build, err);
    if (status == TD_OK && build->source->values != NULL)
        status = turn_normals(build, err);
    return status == TD_OK && build->source->colours != NULL ? add_colours(build, err) : status;
}
