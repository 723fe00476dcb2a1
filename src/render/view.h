/* From pixels to points of the plane. */
#ifndef TDI_VIEW_H
#define TDI_VIEW_H

#include "tiedye/recipe.h"

/* A view of a picture of width x height pixels, each sampled at `grid` x `grid` points. */
typedef struct TdiView {
    double center[2], cosine, sine, z;
    double step_x, step_y; /* half the distance of two samples */
    int64_t width, height, grid;
    bool torus; /* the plane is wound up: see below */
} TdiView;

/* A point that a network is fed. On a torus a is the circle's angle (360 degrees are the view's
 * width), R the radius whose circumference is that width, and x = R sin a, x2 = R cos a; y
 * likewise. Around the point (0, 0) that is the plane but for its curvature. */
typedef struct TdiPoint {
    double x, y, z, r, x2, y2;
} TdiPoint;

/* Put the inputs of `inputs` to rows[0][at], rows[1][at], ... */
static inline void tdi_point_put(const TdiPoint *point, uint32_t inputs, float **rows,
                                 size_t at)
{
    const double values[] = {point->x, point->y, point->z, point->r, 0, point->x2, point->y2};
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++)
        if ((inputs & 1u << i) != 0)
            (*rows++)[at] = (float)values[i];
}

enum { TDI_INPUT_ROWS = 6 }; /* at most */

TdiView tdi_view(const TdRecipe *recipe, uint32_t width, uint32_t height, uint32_t grid);

/* The part of a raster that a tile covers. */
typedef struct TdiTile {
    uint32_t x, y, width, height;
} TdiTile;

/* Coordinates of `count` points: the samples (sub_x, sub_y) of the tile's pixels from number
 * `first` on, row by row; what lies behind the tile's end repeats its last pixel. One row of
 * `stride` floats for each input of `inputs` (bit by TdInput) goes to `rows`. Computed in
 * double from the pixel's index in the whole picture and rounded once. */
void tdi_view_points(const TdiView *view, TdiTile tile, uint32_t first, uint32_t count,
                     uint32_t sub_x, uint32_t sub_y, uint32_t inputs, float *rows,
                     size_t stride);

/* The same samples as points of the plane, which is not wound up, and the view's z. */
void tdi_view_plane(const TdiView *view, TdiTile tile, uint32_t first, uint32_t count,
                    uint32_t sub_x, uint32_t sub_y, double (*places)[3]);

/* The smallest upright box of the plane that a tile lies in. */
void tdi_view_bounds(const TdiView *view, TdiTile tile, double low[3], double high[3]);

/* The point at (x, y) pixels from the picture's left upper corner, between pixels too: one
 * float for each input goes to rows[..][at]. */
void tdi_view_place(const TdiView *view, double x, double y, uint32_t inputs, float **rows,
                    size_t at);

/* The radius r there, and the width of a pixel. */
double tdi_view_radius(const TdiView *view, double x, double y);
double tdi_view_pixel(const TdiView *view);

/* Whether all points of a row have one y, and all points of a column one x. */
bool tdi_view_is_upright(const TdiView *view);

/* x of the samples sub_x of the tile's columns, and y of the samples sub_y of its row `row`; of
 * an upright view, the same as tdi_view_points gives. */
void tdi_view_columns(const TdiView *view, TdiTile tile, uint32_t sub_x, float *x);
float tdi_view_row(const TdiView *view, TdiTile tile, uint32_t row, uint32_t sub_y);

#endif
