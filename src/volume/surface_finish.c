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
    return status == TD_OK && build->source->colours != NULL ? add_colours(build, err) : status;
}
