/* The surface on which a scalar of space equals a level, as a closed mesh of triangles.
 *
 * The scalar is sampled on a grid; inside is where it is above the level, a NaN is outside. The
 * solid ends at the faces of the grid's box, which lie half a spacing outside of the outermost
 * samples (samples are at the centres of cells), and is closed there by flat caps.
 *
 * Method: marching tetrahedra. Every cell is cut into the six tetrahedra around its diagonal
 * from the lowest to the highest corner (H. W. Kuhn, Some combinatorial lemmas in topology,
 * 1960), whose faces fit those of the next cell, so that there are no ambiguous cases: the mesh
 * is the boundary of a solid, every edge belongs to two triangles and every vertex to one fan.
 * Triangles run counterclockwise as seen from outside. Vertices stand on edges between samples,
 * never nearer to an end than a fiftieth of the edge, so that no triangle is degenerate;
 * triangles stay in their tetrahedra, so that none meets another.
 *
 * Same samples, same mesh, on every machine. */
#ifndef TDI_SURFACE_H
#define TDI_SURFACE_H

#include "tiedye/base.h"

/* width x height x depth samples, the first at `origin`; x to the right, y up, z to the viewer.
 */
typedef struct TdiGrid {
    uint32_t width, height, depth;
    double origin[3], spacing;
} TdiGrid;

/* Where the scalar comes from. All are called from the calling thread. */
typedef struct TdiSurfaceSource {
    /* Slice k of the samples, rows from the lowest y, in a row from the lowest x. Called once
     * for each k, from 0 on. */
    TdStatus (*slice)(void *user, uint32_t k, float *samples, TdError *err);
    /* The scalar at any points of the box or a quarter of a spacing outside, 4096 at most. With
     * it vertices are moved to where it equals the level, by two steps along their edges
     * (parabolas through three values), normals follow its slope, and it is asked on the box's
     * faces too. NULL: it is taken as linear between samples, and as constant over the half
     * spacing between the outermost samples and the faces. */
    TdStatus (*values)(void *user, const float (*points)[3], size_t count, float *scalars,
                       TdError *err);
    /* Colours (sRGB) at any points of the box, 4096 at most. NULL: the surface has none. */
    TdStatus (*colours)(void *user, const float (*points)[3], size_t count, uint8_t (*rgb)[3],
                        TdError *err);
    void *user;
} TdiSurfaceSource;

typedef struct TdiSurface {
    size_t vertex_count, triangle_count;
    float (*positions)[3];
    /* Of length 1: down the slope of the scalar, and on the box's faces, or where its values
     * are not to be had, means of the triangles around by their areas. */
    float (*normals)[3];
    uint8_t (*colours)[3];    /* NULL where the source gives none */
    uint32_t (*triangles)[3]; /* numbers of vertices */
} TdiSurface;

/* Make the surface where the scalar is `level`. TD_ERROR_RECIPE where nothing is above it (the
 * message tells the range of the samples) or where the spacing is too small for float32
 * coordinates; TD_ERROR_MEMORY where it takes more than the run allows (the message tells a
 * grid that would fit) or has more than 2^32 - 2 vertices or triangles; TD_ERROR_CANCELLED;
 * whatever the source returns. The caller frees *surface with tdi_surface_clear; after a
 * failure it is empty. */
TdStatus tdi_surface_extract(const TdiGrid *grid, float level, const TdiSurfaceSource *source,
                             const TdRun *run, TdiSurface *surface, TdError *err);

/* Free what it holds. */
void tdi_surface_clear(TdiSurface *surface);

#endif
