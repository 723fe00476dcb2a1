/* The triangles of a layer of cells. A corner of a cell is a set of axes, as a way is: corner 0
 * is the lowest, 7 the highest, and the edge between two corners that include each other begins
 * at the smaller one and goes the way of their difference. */
#include "volume/surface_build.h"

typedef struct Cell {
    uint32_t at[3];
    unsigned inside; /* bit c: corner c is */
} Cell;

static size_t node_index(const TdiBuild *build, const Cell *cell, unsigned corner)
{
    return (size_t)(cell->at[1] + (corner >> 1 & 1)) * build->nodes[0] + cell->at[0] +
           (corner & 1);
}

static double scalar_at(const TdiBuild *build, const Cell *cell, unsigned corner)
{
    return (double)build->samples[corner >> 2][node_index(build, cell, corner)] -
           (double)build->level;
}

/* The vertex on the edge between two corners; at a corner where they are one. */
static uint32_t vertex_of(TdiBuild *build, const Cell *cell, unsigned a, unsigned b)
{
    unsigned low = a < b ? a : b, way = a ^ b;
    uint32_t *slot = &build->slots[low >> 2][node_index(build, cell, low) * TDI_SLOTS + way];
    if (*slot == TDI_NO_VERTEX) {
        const uint32_t node[3] = {cell->at[0] + (low & 1), cell->at[1] + (low >> 1 & 1),
                                  cell->at[2] + (low >> 2)};
        *slot = tdi_build_vertex(build, node, way, scalar_at(build, cell, low),
                                 scalar_at(build, cell, low ^ way));
    }
    return *slot;
}

static void add_triangle(TdiBuild *build, uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t *triangle = build->surface->triangles[build->surface->triangle_count++];
    triangle[0] = a;
    triangle[1] = b;
    triangle[2] = c;
}

/* ---- Tetrahedra ---------------------------------------------------------------------- */

/* Corners 0 and 7 and two on the way between them, so ordered that the determinant of the edges
 * from the first is positive. */
static const uint8_t tetrahedra[6][4] = {{0, 1, 3, 7}, {0, 2, 6, 7}, {0, 4, 5, 7},
                                         {0, 1, 7, 5}, {0, 2, 7, 3}, {0, 4, 7, 6}};

/* By the set of corners inside: the edges that are crossed, counterclockwise as seen from
 * outside, the two ends of each in one hexadecimal number. */
static const struct {
    uint8_t count, edges[4];
} crossed[16] = {{0, {0}},
                 {3, {0x01, 0x02, 0x03}},
                 {3, {0x10, 0x13, 0x12}},
                 {4, {0x02, 0x03, 0x13, 0x12}},
                 {3, {0x23, 0x20, 0x21}},
                 {4, {0x03, 0x01, 0x21, 0x23}},
                 {4, {0x10, 0x13, 0x23, 0x20}},
                 {3, {0x30, 0x31, 0x32}},
                 {3, {0x32, 0x31, 0x30}},
                 {4, {0x01, 0x02, 0x32, 0x31}},
                 {4, {0x12, 0x10, 0x30, 0x32}},
                 {3, {0x21, 0x20, 0x23}},
                 {4, {0x20, 0x21, 0x31, 0x30}},
                 {3, {0x12, 0x13, 0x10}},
                 {3, {0x03, 0x02, 0x01}},
                 {0, {0}}};

static void add_tetrahedron(TdiBuild *build, const Cell *cell, const uint8_t *corners)
{
    unsigned inside = 0;
    uint32_t found[4];
    for (unsigned i = 0; i < 4; i++)
        inside |= (cell->inside >> corners[i] & 1) << i;
    unsigned count = crossed[inside].count;
    for (unsigned i = 0; i < count; i++) {
        uint8_t edge = crossed[inside].edges[i];
        found[i] = vertex_of(build, cell, corners[edge >> 4], corners[edge & 15]);
    }
    if (count >= 3)
        add_triangle(build, found[0], found[1], found[2]);
    if (count == 4)
        add_triangle(build, found[0], found[2], found[3]);
}

/* ---- Caps ---------------------------------------------------------------------------- */

/* What is inside of a triangle on a face of the box. */
static void add_cap(TdiBuild *build, const Cell *cell, const unsigned *corners)
{
    uint32_t found[4];
    unsigned count = 0;
    for (int i = 0; i < 3; i++) {
        unsigned here = corners[i], next = corners[(i + 1) % 3];
        bool inside = (cell->inside >> here & 1) != 0;
        if (inside)
            found[count++] = vertex_of(build, cell, here, here);
        if (inside != ((cell->inside >> next & 1) != 0))
            found[count++] = vertex_of(build, cell, here, next);
    }
    for (unsigned i = 2; i < count; i++)
        add_triangle(build, found[0], found[i - 1], found[i]);
}

/* The cell's faces that are the box's. The diagonal of a face goes from its lowest corner to
 * its highest, as those of the tetrahedra do. */
static void add_caps(TdiBuild *build, const Cell *cell)
{
    for (unsigned axis = 0; axis < 3; axis++) {
        bool low = cell->at[axis] == 0, high = cell->at[axis] == build->nodes[axis] - 2;
        unsigned a = 1u << (axis + 1) % 3, b = 1u << (axis + 2) % 3, face = 1u << axis;
        if (low) {
            add_cap(build, cell, (const unsigned[]){0, a | b, a});
            add_cap(build, cell, (const unsigned[]){0, b, a | b});
        }
        if (high) {
            add_cap(build, cell, (const unsigned[]){face, face | a, face | a | b});
            add_cap(build, cell, (const unsigned[]){face, face | a | b, face | b});
        }
    }
}

/* ---- Rows ---------------------------------------------------------------------------- */

/* Corners of even number of the cell at x; shifted by one, those of odd number of the cell
 * before. */
static unsigned column(const uint8_t *const *rows, size_t x)
{
    return (unsigned)rows[0][x] | (unsigned)rows[1][x] << 2 | (unsigned)rows[2][x] << 4 |
           (unsigned)rows[3][x] << 6;
}

static void add_row(TdiBuild *build, uint32_t y)
{
    size_t width = build->nodes[0], first = y * width, second = first + width;
    const uint8_t *const rows[4] = {build->inside[0] + first, build->inside[0] + second,
                                    build->inside[1] + first, build->inside[1] + second};
    bool rim = y == 0 || y == build->nodes[1] - 2 || build->layer == 0 ||
               build->layer == build->nodes[2] - 2;
    unsigned next = column(rows, 0);
    for (uint32_t x = 0; x + 1 < width; x++) {
        Cell cell = {{x, y, build->layer}, next};
        next = column(rows, x + 1);
        cell.inside |= next << 1;
        if (cell.inside == 0)
            continue;
        if (cell.inside != 0xff)
            for (int i = 0; i < 6; i++)
                add_tetrahedron(build, &cell, tetrahedra[i]);
        if (rim || x == 0 || x == width - 2)
            add_caps(build, &cell);
    }
}

TdStatus tdi_build_cells(TdiBuild *build, TdError *err)
{
    /* A cell makes at most 12 triangles inside and 12 on three faces. */
    size_t vertices = tdi_build_row_vertices(build), triangles = (size_t)build->nodes[0] * 24;
    TdStatus status = TD_OK;
    for (uint32_t y = 0; y + 1 < build->nodes[1] && status == TD_OK; y++) {
        status = tdi_build_reserve(build, vertices, triangles, err);
        if (status != TD_OK)
            break;
        add_row(build, y);
        status = tdi_build_refine(build, false, err);
    }
    return status;
}
