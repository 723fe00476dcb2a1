/* A surface while it is made, layer of cells by layer.
 *
 * Nodes are the samples and, half a spacing outside of the outermost ones, those on the faces
 * of the box: two more along every axis. Cells lie between nodes. An edge is named by its lower
 * node and its way, a set of axes (bit 0 x, 1 y, 2 z) along which it goes up: seven ways leave
 * a node. Two slices of nodes are held at a time. */
#ifndef TDI_SURFACE_BUILD_H
#define TDI_SURFACE_BUILD_H

#include "volume/surface.h"

enum {
    TDI_BATCH = 4096, /* points that a source is asked for at a time */
    TDI_SLOTS = 8,    /* of a node: its own vertex (way 0), and those on its seven edges */
};

#define TDI_NO_VERTEX UINT32_MAX

/* Where a surface crosses an edge, while it is searched. `t` goes from 0 at the lower node to
 * 1; the scalar less the level is `low` at low_t and `high` at high_t, one of them above 0. */
typedef struct TdiCrossing {
    uint32_t vertex, node[3];
    unsigned way;
    double t, low_t, high_t, low, high;
} TdiCrossing;

typedef struct TdiBuild {
    const TdiGrid *grid;
    const TdiSurfaceSource *source;
    TdRun run; /* resolved */
    float level;
    uint32_t nodes[3];     /* along each axis */
    uint32_t layer;        /* of cells, the one in hand */
    float lowest, highest; /* of all samples but NaNs */
    TdiSurface *surface;
    size_t vertex_room, triangle_room;
    uint64_t other_bytes;   /* held beside the mesh */
    float *samples[2];      /* of the lower and upper slice of nodes */
    uint8_t *inside[2];     /* 1: above the level */
    uint32_t *slots[2];     /* numbers of vertices, TDI_SLOTS a node */
    float *slice;           /* as it comes from the source */
    TdiCrossing *crossings; /* not yet refined */
    size_t crossing_count;
    float (*points)[3]; /* the batch in hand */
    float *scalars;
    uint32_t *targets; /* the nodes that the batch is of */
} TdiBuild;

/* Room for so many more vertices and triangles. */
TdStatus tdi_build_reserve(TdiBuild *build, size_t vertices, size_t triangles, TdError *err);

/* Fill the upper slice with slice `index` of the nodes. */
TdStatus tdi_build_load(TdiBuild *build, uint32_t index, TdError *err);

/* The point at t along an edge (of way 0: its node). */
void tdi_build_place(const TdiBuild *build, const uint32_t *node, unsigned way, double t,
                     float *point);

/* A vertex at a node, or on an edge between the scalars low and high (less the level). There
 * is room for it. */
uint32_t tdi_build_vertex(TdiBuild *build, const uint32_t *node, unsigned way, double low,
                          double high);

/* Refine what has been crossed: at least when a batch is full, or all of it. */
TdStatus tdi_build_refine(TdiBuild *build, bool all, TdError *err);

/* The triangles of the layer of cells between the two slices. */
TdStatus tdi_build_cells(TdiBuild *build, TdError *err);

/* Normals and colours. */
TdStatus tdi_build_finish(TdiBuild *build, TdError *err);

/* Most vertices and triangles that a row of cells makes. */
size_t tdi_build_row_vertices(const TdiBuild *build);

#endif
