#include "render/view.h"

#include "base/random.h"

TdiView tdi_view(const TdRecipe *recipe, uint32_t width, uint32_t height, uint32_t grid)
{
    TdiView view = {.center = {recipe->center[0], recipe->center[1]},
                    .z = recipe->constants[TD_INPUT_Z],
                    .width = width,
                    .height = height,
                    .grid = grid};
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

/* The point of sample (column, row) of the picture's fine grid of width * grid by height *
 * grid. */
static void locate(const TdiView *view, int64_t column, int64_t row, double *x, double *y)
{
    turn(view, (double)(2 * column + 1 - view->width * view->grid),
         (double)(view->height * view->grid - 2 * row - 1), x, y);
}

static void locate_pixel(const TdiView *view, double column, double row, double *x, double *y)
{
    double grid = (double)view->grid;
    turn(view, (2 * column - (double)view->width) * grid,
         ((double)view->height - 2 * row) * grid, x, y);
}

static double radius(const TdiView *view, double x, double y)
{
    return __builtin_sqrt((x * x + y * y) + view->z * view->z);
}

void tdi_view_place(const TdiView *view, double column, double row, uint32_t inputs,
                    float **rows, size_t at)
{
    double x, y;
    int next = 0;
    locate_pixel(view, column, row, &x, &y);
    if ((inputs & 1u << TD_INPUT_X) != 0)
        rows[next++][at] = (float)x;
    if ((inputs & 1u << TD_INPUT_Y) != 0)
        rows[next++][at] = (float)y;
    if ((inputs & 1u << TD_INPUT_R) != 0)
        rows[next][at] = (float)radius(view, x, y);
}

double tdi_view_radius(const TdiView *view, double column, double row)
{
    double x, y;
    locate_pixel(view, column, row, &x, &y);
    return radius(view, x, y);
}

double tdi_view_pixel(const TdiView *view)
{
    return 2 * view->step_y * (double)view->grid;
}

void tdi_view_points(const TdiView *view, TdiTile tile, uint32_t first, uint32_t count,
                     uint32_t sub_x, uint32_t sub_y, uint32_t inputs, float *rows,
                     size_t stride)
{
    float *x_row = rows, *y_row = x_row + ((inputs & 1u << TD_INPUT_X) != 0 ? stride : 0);
    float *r_row = y_row + ((inputs & 1u << TD_INPUT_Y) != 0 ? stride : 0);
    uint32_t column = first % tile.width, row = first / tile.width;
    double x, y;
    for (uint32_t i = 0; i < count; i++) {
        locate(view, (int64_t)(tile.x + column) * view->grid + sub_x,
               (int64_t)(tile.y + row) * view->grid + sub_y, &x, &y);
        if ((inputs & 1u << TD_INPUT_X) != 0)
            x_row[i] = (float)x;
        if ((inputs & 1u << TD_INPUT_Y) != 0)
            y_row[i] = (float)y;
        if ((inputs & 1u << TD_INPUT_R) != 0)
            r_row[i] = (float)radius(view, x, y);
        if (column + 1 < tile.width)
            column++;
        else if (row + 1 < tile.height)
            column = 0, row++;
    }
}

bool tdi_view_is_upright(const TdiView *view)
{
    return view->cosine == 1 && view->sine == 0;
}

void tdi_view_columns(const TdiView *view, TdiTile tile, uint32_t sub_x, float *x)
{
    double exact, y;
    for (uint32_t i = 0; i < tile.width; i++) {
        locate(view, (int64_t)(tile.x + i) * view->grid + sub_x, 0, &exact, &y);
        x[i] = (float)exact;
    }
}

float tdi_view_row(const TdiView *view, TdiTile tile, uint32_t row, uint32_t sub_y)
{
    double x, exact;
    locate(view, 0, (int64_t)(tile.y + row) * view->grid + sub_y, &x, &exact);
    return (float)exact;
}
