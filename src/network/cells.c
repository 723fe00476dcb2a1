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

/* Cells along x, and the rows that they fill. */
typedef struct Line {
    const TdiCells *cells;
    int32_t x, y, z, count; /* y and z of the frame where it goes around */
    float *out;
    size_t stride;
} Line;

static int32_t around(const TdiLattice *lattice, int axis, int32_t i)
{
    int32_t low = lattice->low[axis], count = lattice->high[axis] - low;
    if (!lattice->circular || (axis == 2 && !lattice->solid))
        return i;
    return low + tdi_wrap(i - low, count);
}

/* The row of an input, NULL where it is not fed. */
static float *row_of(const Line *line, uint32_t input)
{
    uint32_t inputs = line->cells->inputs, before = inputs & ((1u << input) - 1);
    if ((inputs >> input & 1) == 0)
        return NULL;
    return line->out + (size_t)__builtin_popcount(before) * line->stride;
}

/* All cells have the same value. */
static void fill_same(const Line *line, uint32_t input, double value)
{
    float *row = row_of(line, input), same = (float)value;
    for (int32_t i = 0; row != NULL && i < line->count; i++)
        row[i] = same;
}

/* x, and the distance from the origin, whose squares along y and z are given. */
static void fill_flat(const Line *line, double squares_y, double squares_z)
{
    const TdiLattice *lattice = &line->cells->lattice;
    float *across = row_of(line, TD_INPUT_X), *distance = row_of(line, TD_INPUT_R);
    for (int32_t i = 0; across != NULL && i < line->count; i++)
        across[i] = (float)centre(lattice, 0, around(lattice, 0, line->x + i));
    for (int32_t i = 0; distance != NULL && i < line->count; i++) {
        double x = centre(lattice, 0, around(lattice, 0, line->x + i));
        distance[i] = (float)__builtin_sqrt(x * x + squares_y + squares_z);
    }
}

/* The same on a torus. */
static void fill_wound(const Line *line, double squares_y, double squares_z)
{
    const TdiCells *cells = line->cells;
    float *first = row_of(line, TD_INPUT_X), *second = row_of(line, TD_INPUT_X2);
    float *distance = row_of(line, TD_INPUT_R);
    for (int32_t i = 0; i < line->count; i++) {
        double values[2];
        double x = centre(&cells->lattice, 0, around(&cells->lattice, 0, line->x + i));
        double squares = tdi_wind(x, cells->around[0], &values[0], &values[1]) + squares_y;
        if (first != NULL)
            first[i] = (float)values[0];
        if (second != NULL)
            second[i] = (float)values[1];
        if (distance != NULL)
            distance[i] = (float)__builtin_sqrt(squares + squares_z);
    }
}

static void fill_places(const Line *line)
{
    const TdiCells *cells = line->cells;
    const TdiLattice *lattice = &cells->lattice;
    double y = centre(lattice, 1, line->y), up[2], squares_y = y * y;
    double z = lattice->solid ? centre(lattice, 2, line->z) : cells->constants[TD_INPUT_Z];
    if (cells->torus)
        squares_y = tdi_wind(y, cells->around[1], &up[0], &up[1]);
    fill_same(line, TD_INPUT_Y, cells->torus ? up[0] : y);
    if (cells->torus)
        fill_same(line, TD_INPUT_Y2, up[1]);
    fill_same(line, TD_INPUT_Z, z);
    if (cells->torus)
        fill_wound(line, squares_y, z * z);
    else
        fill_flat(line, squares_y, z * z);
}

/* ---- Noise ------------------------------------------------------------------------------- */

/* Normal deviates of four channels. */
static void fill_noise(const Line *line, uint32_t channel)
{
    const TdiCells *cells = line->cells;
    float *rows[4];
    double own[4], other[4];
    for (uint32_t c = 0; c < 4; c++)
        rows[c] = row_of(line, TD_INPUT_N1 + channel + c);
    for (int32_t i = 0; i < line->count; i++) {
        int32_t at[3] = {around(&cells->lattice, 0, line->x + i), line->y, line->z};
        tdi_noise4(cells->seed, at, channel / 4, own);
        if (cells->turns)
            tdi_noise4(cells->other_seed, at, channel / 4, other);
        for (int c = 0; c < 4; c++) {
            if (rows[c] == NULL)
                continue;
            double value = tdi_normal_quantile(own[c]);
            if (cells->turns)
                value = cells->cosine * value + cells->sine * tdi_normal_quantile(other[c]);
            rows[c][i] = (float)value;
        }
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
static void find_colours(const TdiCells *cells, const int32_t at[3], double values[3])
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

static void fill_colours(const Line *line)
{
    float *rows[3];
    for (uint32_t c = 0; c < 3; c++)
        rows[c] = row_of(line, TD_INPUT_RED + c);
    for (int32_t i = 0; i < line->count; i++) {
        double values[3];
        int32_t at[3] = {around(&line->cells->lattice, 0, line->x + i), line->y, line->z};
        find_colours(line->cells, at, values);
        for (int c = 0; c < 3; c++)
            if (rows[c] != NULL)
                rows[c][i] = (float)values[c];
    }
}

/* ---- Lines of cells ---------------------------------------------------------------------- */

void tdi_cells_line(const TdiCells *cells, int32_t x, int32_t y, int32_t z, int32_t count,
                    float *out, size_t stride)
{
    Line line = {.cells = cells,
                 .x = x,
                 .y = around(&cells->lattice, 1, y),
                 .z = around(&cells->lattice, 2, z),
                 .count = count,
                 .out = out,
                 .stride = stride};
    for (uint32_t input = 0; input < TD_INPUT_COUNT; input++)
        fill_same(&line, input, cells->constants[input]);
    fill_places(&line);
    for (uint32_t channel = 0; channel < 8; channel += 4)
        if (is_fed(cells, TD_INPUT_N1 + channel, TD_INPUT_N1 + channel + 3))
            fill_noise(&line, channel);
    if (is_fed(cells, TD_INPUT_RED, TD_INPUT_BLUE))
        fill_colours(&line);
}
