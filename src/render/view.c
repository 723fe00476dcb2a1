#include "render/view.h"

#include "base/random.h"
#include "network/lattice.h"

TdiView tdi_view(const TdRecipe *recipe, uint32_t width, uint32_t height, uint32_t grid)
{
    TdiView view = {.center = {recipe->center[0], recipe->center[1]},
                    .z = recipe->constants[TD_INPUT_Z],
                    .width = width,
                    .height = height,
                    .grid = grid,
                    .torus = recipe->tile == TD_TILE_TORUS};
    view.step_x = view.step_y = recipe->extent / ((double)height * (double)grid);
    tdi_cos_sin_degrees(recipe->rotate, &view.cosine, &view.sine);
    return view;
}

/* The point that lies `right` and `up` half steps from the centre. */
static void turn(const TdiView *view, double right, double up, double *x, double *y)
{
    right = right * view->step_x;
    up = up * view->step_y;
    *x = view->center[0] + (view->cosine * right - view->sine * up);
    *y = view->center[1] + (view->sine * right + view->cosine * up);
}

static double radius(const TdiView *view, double x, double y)
{
    return __builtin_sqrt((x * x + y * y) + view->z * view->z);
}

/* The view's own place in the period decides, so that both edges are the same point. */
static TdiPoint point_of_torus(const TdiView *view, double x, double y)
{
    double width = 2 * view->step_x * (double)(view->width * view->grid);
    double height = 2 * view->step_y * (double)(view->height * view->grid);
    TdiPoint point = {.z = view->z};
    double chords = tdi_wind(x, width, &point.x, &point.x2);
    chords = chords + tdi_wind(y, height, &point.y, &point.y2);
    point.r = __builtin_sqrt(chords + view->z * view->z);
    return point;
}

/* The radius is found only where it is wanted. */
static TdiPoint point_at(const TdiView *view, double x, double y, uint32_t inputs)
{
    if (view->torus)
        return point_of_torus(view, x, y);
    TdiPoint point = {.x = x, .y = y, .z = view->z};
    if ((inputs & 1u << TD_INPUT_R) != 0)
        point.r = radius(view, x, y);
    return point;
}

static int64_t wrap(int64_t i, int64_t period)
{
    int64_t rest = i % period;
    return rest < 0 ? rest + period : rest;
}

/* The point of sample (column, row) of the picture's fine grid of width * grid by height *
 * grid. */
static TdiPoint locate(const TdiView *view, int64_t column, int64_t row, uint32_t inputs)
{
    int64_t across = view->width * view->grid, down = view->height * view->grid;
    double x, y;
    if (view->torus) {
        column = wrap(column, across);
        row = wrap(row, down);
    }
    turn(view, (double)(2 * column + 1 - across), (double)(down - 2 * row - 1), &x, &y);
    return point_at(view, x, y, inputs);
}

static TdiPoint locate_pixel(const TdiView *view, double column, double row, uint32_t inputs)
{
    double grid = (double)view->grid, x, y;
    turn(view, (2 * column - (double)view->width) * grid,
         ((double)view->height - 2 * row) * grid, &x, &y);
    return point_at(view, x, y, inputs);
}

void tdi_view_place(const TdiView *view, double column, double row, uint32_t inputs,
                    float **rows, size_t at)
{
    TdiPoint point = locate_pixel(view, column, row, inputs);
    tdi_point_put(&point, inputs, rows, at);
}

double tdi_view_radius(const TdiView *view, double column, double row)
{
    return locate_pixel(view, column, row, 1u << TD_INPUT_R).r;
}

double tdi_view_pixel(const TdiView *view)
{
    return 2 * view->step_y * (double)view->grid;
}

void tdi_view_plane(const TdiView *view, TdiTile tile, uint32_t first, uint32_t count,
                    uint32_t sub_x, uint32_t sub_y, double (*places)[3])
{
    int64_t across = view->width * view->grid, down = view->height * view->grid;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t last = tile.width * tile.height - 1, at = first + i < last ? first + i : last;
        int64_t column = (int64_t)(tile.x + at % tile.width) * view->grid + sub_x;
        int64_t row = (int64_t)(tile.y + at / tile.width) * view->grid + sub_y;
        turn(view, (double)(2 * column + 1 - across), (double)(down - 2 * row - 1),
             &places[i][0], &places[i][1]);
        places[i][2] = view->z;
    }
}

void tdi_view_bounds(const TdiView *view, TdiTile tile, double low[3], double high[3])
{
    double across = (double)(view->width * view->grid);
    double down = (double)(view->height * view->grid), grid = (double)view->grid;
    low[2] = high[2] = view->z;
    for (int i = 0; i < 4; i++) {
        double column = tile.x + (double)(i & 1) * tile.width, place[2];
        double row = tile.y + (double)(i >> 1) * tile.height;
        turn(view, 2 * column * grid - across, down - 2 * row * grid, &place[0], &place[1]);
        for (int axis = 0; axis < 2; axis++) {
            low[axis] = i == 0 || place[axis] < low[axis] ? place[axis] : low[axis];
            high[axis] = i == 0 || place[axis] > high[axis] ? place[axis] : high[axis];
        }
    }
}

void tdi_view_points(const TdiView *view, TdiTile tile, uint32_t first, uint32_t count,
                     uint32_t sub_x, uint32_t sub_y, uint32_t inputs, float *rows,
                     size_t stride)
{
    float *starts[TDI_INPUT_ROWS];
    for (size_t i = 0; i < TDI_INPUT_ROWS; i++)
        starts[i] = rows + i * stride;
    uint32_t column = first % tile.width, row = first / tile.width;
    for (uint32_t i = 0; i < count; i++) {
        TdiPoint point = locate(view, (int64_t)(tile.x + column) * view->grid + sub_x,
                                (int64_t)(tile.y + row) * view->grid + sub_y, inputs);
        tdi_point_put(&point, inputs, starts, i);
        if (column + 1 < tile.width)
            column++;
        else if (row + 1 < tile.height)
            column = 0, row++;
    }
}

bool tdi_view_is_upright(const TdiView *view)
{
    return view->cosine == 1 && view->sine == 0 && !view->torus;
}

void tdi_view_columns(const TdiView *view, TdiTile tile, uint32_t sub_x, float *x)
{
    for (uint32_t i = 0; i < tile.width; i++)
        x[i] = (float)locate(view, (int64_t)(tile.x + i) * view->grid + sub_x, 0, 0).x;
}

float tdi_view_row(const TdiView *view, TdiTile tile, uint32_t row, uint32_t sub_y)
{
    return (float)locate(view, 0, (int64_t)(tile.y + row) * view->grid + sub_y, 0).y;
}
