/* What the tests of surfaces share: fields on grids, and what a mesh is judged by. */
#ifndef TDI_TEST_SURFACES_H
#define TDI_TEST_SURFACES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "volume/surface.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Fields ------------------------------------------------------------------------- */

typedef struct Field {
    TdiGrid grid;
    float (*at)(const struct Field *field, double x, double y, double z);
    double a, b;
    uint32_t seed;
    long calls; /* after which `slice` fails, -1: never */
} Field;

static inline TdStatus field_slice(void *user, uint32_t k, float *samples, TdError *err)
{
    Field *field = user;
    const TdiGrid *grid = &field->grid;
    (void)err;
    if (field->calls-- == 0)
        return TD_ERROR_IO;
    for (uint32_t y = 0; y < grid->height; y++)
        for (uint32_t x = 0; x < grid->width; x++)
            *samples++ = field->at(field, grid->origin[0] + grid->spacing * x,
                                   grid->origin[1] + grid->spacing * y,
                                   grid->origin[2] + grid->spacing * k);
    return TD_OK;
}

static inline TdStatus field_values(void *user, const float (*points)[3], size_t count,
                                    float *scalars, TdError *err)
{
    const Field *field = user;
    (void)err;
    assert_in_range(count, 1, 4096);
    for (size_t i = 0; i < count; i++)
        scalars[i] =
            field->at(field, (double)points[i][0], (double)points[i][1], (double)points[i][2]);
    return TD_OK;
}

/* Colours that tell the place. */
static inline TdStatus field_colours(void *user, const float (*points)[3], size_t count,
                                     uint8_t (*rgb)[3], TdError *err)
{
    const TdiGrid *grid = &((const Field *)user)->grid;
    const uint32_t sides[3] = {grid->width, grid->height, grid->depth};
    (void)err;
    assert_in_range(count, 1, 4096);
    for (size_t i = 0; i < count; i++)
        for (int c = 0; c < 3; c++) {
            double share = ((double)points[i][c] - grid->origin[c]) / grid->spacing / sides[c];
            rgb[i][c] = (uint8_t)fmin(fmax(share * 255, 0), 255);
        }
    return TD_OK;
}

static inline float sphere(const Field *field, double x, double y, double z)
{
    return (float)(field->a - sqrt(x * x + y * y + z * z));
}

static inline float torus(const Field *field, double x, double y, double z)
{
    double ring = sqrt(x * x + y * y) - field->a;
    return (float)(field->b - sqrt(ring * ring + z * z));
}

/* Sines of seeded frequencies and phases, about two waves across. */
static inline float waves(const Field *field, double x, double y, double z)
{
    uint32_t state = field->seed * 2654435761u + 1;
    double sum = field->b;
    for (int i = 0; i < 6; i++) {
        double k[4];
        for (int j = 0; j < 4; j++) {
            state = state * 1664525u + 1013904223u;
            k[j] = ((double)(state >> 8) / 0x1p24 - 0.5) * 2 * field->a;
        }
        sum += sin(k[0] * x + k[1] * y + k[2] * z + 7 * k[3]);
    }
    return (float)sum;
}

static inline uint32_t mix(uint32_t hash, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    hash ^= (uint32_t)(bits >> 32) ^ (uint32_t)bits;
    hash *= 0x9e3779b1u;
    return hash ^ hash >> 15;
}

/* Every sample for itself. */
static inline float noise(const Field *field, double x, double y, double z)
{
    uint32_t hash = mix(mix(mix(mix(field->seed + 77, x), y), z), 3);
    return (float)(hash >> 8) * 0x1p-24f - 0.5f + (float)field->b;
}

/* -1, 0 or 1: half of the samples that are not inside equal the level 0. */
static inline float whole(const Field *field, double x, double y, double z)
{
    return (float)((int)(mix(mix(mix(field->seed, x), y), z) >> 9) % 3 - 1);
}

static inline float constant(const Field *field, double x, double y, double z)
{
    (void)x;
    (void)y;
    (void)z;
    return (float)field->a;
}

/* A grid of the cube from -1 to 1 (or the part of it that its shape leaves). */
static inline TdiGrid cube(uint32_t width, uint32_t height, uint32_t depth)
{
    uint32_t most = width > height ? width : height;
    most = most > depth ? most : depth;
    TdiGrid grid = {width, height, depth, {0, 0, 0}, 2.0 / most};
    const uint32_t sides[3] = {width, height, depth};
    for (int i = 0; i < 3; i++)
        grid.origin[i] = -grid.spacing * (sides[i] - 1) / 2;
    return grid;
}

/* ---- Meshes ------------------------------------------------------------------------- */

typedef struct HalfEdge {
    uint32_t from, to, apex;
} HalfEdge;

static inline int compare_half_edges(const void *left, const void *right)
{
    const HalfEdge *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

static inline HalfEdge *sort_half_edges(const TdiSurface *surface)
{
    HalfEdge *edges = malloc(3 * surface->triangle_count * sizeof *edges + 1);
    assert_non_null(edges);
    for (size_t i = 0; i < surface->triangle_count; i++)
        for (int s = 0; s < 3; s++)
            edges[3 * i + (size_t)s] =
                (HalfEdge){surface->triangles[i][s], surface->triangles[i][(s + 1) % 3],
                           surface->triangles[i][(s + 2) % 3]};
    qsort(edges, 3 * surface->triangle_count, sizeof *edges, compare_half_edges);
    return edges;
}

static inline const HalfEdge *find_half_edge(const HalfEdge *edges, size_t count, uint32_t from,
                                             uint32_t to)
{
    HalfEdge key = {from, to, 0};
    return bsearch(&key, edges, count, sizeof key, compare_half_edges);
}

/* Every edge has its twin, once; the triangles around every vertex are one cycle. */
static inline void check_closed(const TdiSurface *surface)
{
    size_t count = 3 * surface->triangle_count, first = 0, vertices = 0;
    HalfEdge *edges = sort_half_edges(surface);
    for (size_t i = 0; i < count; i++) {
        assert_int_not_equal(edges[i].from, edges[i].to);
        assert_true(edges[i].from < surface->vertex_count);
        if (i + 1 < count)
            assert_true(compare_half_edges(&edges[i], &edges[i + 1]) < 0);
        assert_non_null(find_half_edge(edges, count, edges[i].to, edges[i].from));
    }
    while (first < count) {
        size_t degree = 0, steps = 0;
        while (first + degree < count && edges[first + degree].from == edges[first].from)
            degree++;
        const HalfEdge *edge = &edges[first];
        do {
            edge = find_half_edge(edges, count, edge->from, edge->apex);
            assert_non_null(edge);
            steps++;
        } while (edge != &edges[first] && steps <= degree);
        assert_int_equal(steps, degree);
        first += degree;
        vertices++;
    }
    assert_int_equal(vertices, surface->vertex_count); /* none is left over */
    free(edges);
}

static inline void cross(const TdiSurface *surface, size_t triangle, double *normal)
{
    const uint32_t *corners = surface->triangles[triangle];
    double side[2][3];
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < 3; i++)
            side[s][i] = (double)surface->positions[corners[s + 1]][i] -
                         (double)surface->positions[corners[0]][i];
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        normal[i] = side[0][j] * side[1][k] - side[0][k] * side[1][j];
    }
}

/* Area of the smallest triangle, in square spacings. */
static inline double smallest_area(const TdiSurface *surface, double spacing)
{
    double smallest = INFINITY;
    for (size_t i = 0; i < surface->triangle_count; i++) {
        double n[3];
        cross(surface, i, n);
        double area = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]) / 2;
        smallest = fmin(smallest, area / (spacing * spacing));
    }
    return smallest;
}

static inline double volume_of(const TdiSurface *surface)
{
    double sum = 0;
    for (size_t i = 0; i < surface->triangle_count; i++) {
        const float *corner = surface->positions[surface->triangles[i][0]];
        double n[3];
        cross(surface, i, n);
        for (int c = 0; c < 3; c++)
            sum += n[c] * (double)corner[c] / 6;
    }
    return sum;
}

static inline long euler_of(const TdiSurface *surface)
{
    return (long)surface->vertex_count - (long)surface->triangle_count / 2;
}

#endif
