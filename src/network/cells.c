#include "network/cells.h"

#include "base/error.h"
#include "base/random.h"

static bool is_fed(const TdiCells *cells, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i <= to; i++)
        if ((cells->inputs >> i & 1) != 0)
            return true;
    return false;
}

TdStatus tdi_cells_init(TdiCells *cells, const TdRecipe *recipe, TdError *err)
{
    TdSize size = td_recipe_size(recipe);
    *cells = (TdiCells){
        .lattice = tdi_lattice_inputs(recipe),
        .inputs = td_recipe_inputs(recipe),
        .torus = recipe->tile == TD_TILE_TORUS,
        .around = {2 * recipe->extent * size.width / size.height, 2 * recipe->extent},
        .seed = recipe->seed,
        .other_seed = recipe->morph_seed.seed,
        .turns = recipe->morph_seed.set && recipe->morph != 0};
    for (int i = 0; i < TD_INPUT_COUNT; i++)
        cells->constants[i] = recipe->constants[i];
    if (cells->turns)
        tdi_cos_sin_degrees(recipe->morph, &cells->cosine, &cells->sine);
    if (is_fed(cells, TD_INPUT_RED, TD_INPUT_BLUE) && recipe->pixels == NULL)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "inputs: red, green and blue are an image's; name one, as --image in.png");
    cells->image = tdi_image_hold(recipe->pixels);
    return TD_OK;
}

void tdi_cells_clear(TdiCells *cells)
{
    tdi_image_drop(cells->image);
    *cells = (TdiCells){0};
}

/* ---- Coordinates and constants ----------------------------------------------------------- */

static double centre(const TdiLattice *lattice, int axis, int32_t i)
{
    return lattice->origin[axis] + i * lattice->step[axis];
}

/* The values of a cell that do not come from tables, by input. */
static void fill_point(const TdiCells *cells, const int32_t at[3],
                       double values[TD_INPUT_COUNT])
{
    const TdiLattice *lattice = &cells->lattice;
    double x = centre(lattice, 0, at[0]), y = centre(lattice, 1, at[1]);
    double z = lattice->solid ? centre(lattice, 2, at[2]) : cells->constants[TD_INPUT_Z];
    double squares = x * x + y * y;
    values[TD_INPUT_X] = x;
    values[TD_INPUT_Y] = y;
    if (cells->torus) {
        squares = tdi_wind(x, cells->around[0], &values[TD_INPUT_X], &values[TD_INPUT_X2]);
        squares =
            squares + tdi_wind(y, cells->around[1], &values[TD_INPUT_Y], &values[TD_INPUT_Y2]);
    }
    values[TD_INPUT_Z] = z;
    values[TD_INPUT_R] = __builtin_sqrt(squares + z * z);
}

/* ---- Noise ------------------------------------------------------------------------------- */

/* Normal deviates of four channels. */
static void fill_noise(const TdiCells *cells, const int32_t at[3], uint32_t channel,
                       double *values)
{
    double own[4], other[4];
    tdi_noise4(cells->seed, at, channel / 4, own);
    if (cells->turns)
        tdi_noise4(cells->other_seed, at, channel / 4, other);
    for (int i = 0; i < 4; i++) {
        if ((cells->inputs >> (TD_INPUT_N1 + channel + (uint32_t)i) & 1) == 0)
            continue;
        double value = tdi_normal_quantile(own[i]);
        if (cells->turns)
            value = cells->cosine * value + cells->sine * tdi_normal_quantile(other[i]);
        values[i] = value;
    }
}

/* ---- Images ------------------------------------------------------------------------------ */

/* Pixels along an axis that a cell covers: from first to last, with the share that the outer
 * ones have. */
typedef struct Cover {
    int32_t first, last;
    double low, high; /* shares of the first and of the last */
} Cover;

/* Cell i of `count` of a line of `pixels`, which is mirrored beyond its ends. */
static Cover cover(int32_t i, int32_t count, int32_t pixels)
{
    int32_t place = tdi_wrap(i, 2 * count);
    place = place < count ? place : 2 * count - 1 - place;
    double from = (double)place * pixels / count, to = (double)(place + 1) * pixels / count;
    Cover c = {.first = (int32_t)from, .last = (int32_t)to};
    c.low = (double)(c.first + 1) - from;
    c.high = to - c.last;
    if (c.high <= 0 || c.last >= pixels) { /* it ends at a pixel's end */
        c.last--;
        c.high = 1;
    }
    if (c.first == c.last)
        c.low = c.high = to - from;
    return c;
}

static double share_of(const Cover *c, int32_t i)
{
    return i == c->first ? c->low : i == c->last ? c->high : 1;
}

/* The mean colour of what a cell covers of the image. */
static void fill_colours(const TdiCells *cells, const int32_t at[3], double values[3])
{
    const TdiLattice *lattice = &cells->lattice;
    const TdImage *image = cells->image;
    size_t plane = (size_t)image->width * image->height;
    Cover x = cover(at[0] - lattice->low[0], lattice->high[0] - lattice->low[0],
                    (int32_t)image->width);
    Cover y = cover(lattice->high[1] - 1 - at[1], lattice->high[1] - lattice->low[1],
                    (int32_t)image->height);
    for (size_t c = 0; c < 3; c++) {
        double sum = 0, weight = 0;
        for (int32_t row = y.first; row <= y.last; row++)
            for (int32_t column = x.first; column <= x.last; column++) {
                double share = share_of(&y, row) * share_of(&x, column);
                size_t pixel = (size_t)row * image->width + (size_t)column;
                sum = sum + share * (double)image->values[c * plane + pixel];
                weight = weight + share;
            }
        values[c] = sum / weight;
    }
}

/* ---- Lines of cells ---------------------------------------------------------------------- */

static int32_t around(const TdiLattice *lattice, int axis, int32_t i)
{
    int32_t low = lattice->low[axis], count = lattice->high[axis] - low;
    if (!lattice->circular || (axis == 2 && !lattice->solid))
        return i;
    return low + tdi_wrap(i - low, count);
}

static void fill_cell(const TdiCells *cells, const int32_t at[3], double values[TD_INPUT_COUNT])
{
    fill_point(cells, at, values);
    for (uint32_t channel = 0; channel < 8; channel += 4)
        if (is_fed(cells, TD_INPUT_N1 + channel, TD_INPUT_N1 + channel + 3))
            fill_noise(cells, at, channel, &values[TD_INPUT_N1 + channel]);
    if (is_fed(cells, TD_INPUT_RED, TD_INPUT_BLUE))
        fill_colours(cells, at, &values[TD_INPUT_RED]);
}

void tdi_cells_line(const TdiCells *cells, int32_t x, int32_t y, int32_t z, int32_t count,
                    float *out, size_t stride)
{
    double values[TD_INPUT_COUNT];
    for (int i = 0; i < TD_INPUT_COUNT; i++)
        values[i] = cells->constants[i];
    for (int32_t i = 0; i < count; i++) {
        int32_t at[3] = {around(&cells->lattice, 0, x + i), around(&cells->lattice, 1, y),
                         around(&cells->lattice, 2, z)};
        float *to = out + i;
        fill_cell(cells, at, values);
        for (int input = 0; input < TD_INPUT_COUNT; input++)
            if ((cells->inputs >> input & 1) != 0) {
                *to = (float)values[input];
                to += stride;
            }
    }
}
