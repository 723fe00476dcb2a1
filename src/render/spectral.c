#include "render/spectral.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "render/batch.h"
#include "render/chebyshev.h"

enum {
    SAMPLES_LEAST = 16,     /* across a tile: fewer are dense */
    SCRATCH_MOST = 64 << 20 /* bytes a worker: very wide networks are dense */
};

/* ---- A batch of tiles -------------------------------------------------------------------- */

static size_t floats_of(const TdiRenderer *renderer)
{
    size_t rows = 3 * CHANNELS + tdi_colour_spare_rows(&renderer->colour);
    return rows * BATCH + 2 * (size_t)CHANNELS * NODES * LANES;
}

static size_t block_bytes_of(const TdPlan *plan)
{
    return (td_plan_scratch(plan) + 63) / 64 * 64;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t tdi_spectral_scratch(const TdiRenderer *renderer)
{
    const TdiSpectral *spectral = &renderer->spectral;
    if (spectral->levels == 0)
        return 0;
    return spectral->blocks * block_bytes_of(renderer->plan) +
           (floats_of(renderer) + TDI_PATCH_FLOATS) * sizeof(float) +
           larger(tdi_patch_scratch(renderer), tdi_patch_check_scratch(renderer));
}

static TdiBatch lay_out(const TdiRenderer *renderer, void *scratch)
{
    TdiBatch b = {.renderer = renderer,
                  .spectral = &renderer->spectral,
                  .blocks = scratch,
                  .block_bytes = block_bytes_of(renderer->plan)};
    size_t spare = tdi_colour_spare_rows(&renderer->colour);
    b.raw = (float *)(void *)(b.blocks + renderer->spectral.blocks * b.block_bytes);
    b.encoded = b.raw + CHANNELS * BATCH;
    b.trial = b.encoded + CHANNELS * BATCH;
    b.coefficients = b.trial + (CHANNELS + spare) * BATCH;
    b.raw_coefficients = b.coefficients + CHANNELS * NODES * LANES;
    b.patch = b.raw_coefficients + CHANNELS * NODES * LANES;
    return b;
}

/* A lane without a tile repeats the last one. */
static const TdiSquare *square_of(const TdiBatch *b, size_t lane)
{
    return &b->squares[lane < b->count ? lane : b->count - 1];
}

static void put_place(const TdiBatch *b, size_t lane, size_t column, size_t row,
                      unsigned inputs, float **rows, size_t at)
{
    const TdiSquare *square = square_of(b, lane);
    double side = b->level->side;
    tdi_view_place(&b->renderer->view, square->x + side * b->spectral->place[column],
                   square->y + side * b->spectral->place[row], inputs, rows, at);
}

/* Inputs at a node, in all lanes, to rows[..][at]. */
static void put_node(const TdiBatch *b, size_t node, float **rows, size_t at)
{
    for (size_t lane = 0; lane < LANES; lane++)
        put_place(b, lane, node % ORDER, node / ORDER, td_plan_inputs(b->renderer->plan), rows,
                  at + lane);
}

/* x of the columns of nodes and y of their rows, where that is all there is to know. */
typedef struct Lines {
    float x[ORDER][LANES], y[ORDER][LANES];
} Lines;

static void find_lines(const TdiBatch *b, Lines *lines)
{
    for (size_t i = 0; i < ORDER; i++)
        for (size_t lane = 0; lane < LANES; lane++) {
            float *rows[2] = {lines->x[i], lines->y[i]};
            put_place(b, lane, i, i, 1u << TD_INPUT_X | 1u << TD_INPUT_Y, rows, lane);
        }
}

static void put_lines(const Lines *lines, unsigned inputs, size_t node, float **rows, size_t at)
{
    if ((inputs & 1u << TD_INPUT_X) != 0)
        memcpy(*rows++ + at, lines->x[node % ORDER], LANES * sizeof **rows);
    if ((inputs & 1u << TD_INPUT_Y) != 0)
        memcpy(*rows + at, lines->y[node / ORDER], LANES * sizeof **rows);
}

static size_t block_points(const TdiBatch *b, size_t block)
{
    size_t left = BATCH - block * b->spectral->points;
    return left < b->spectral->points ? left : b->spectral->points;
}

static void put_points(const TdiBatch *b)
{
    const TdPlan *plan = b->renderer->plan;
    size_t points = b->spectral->points, node = 0;
    unsigned inputs = td_plan_inputs(plan);
    bool lined = tdi_view_is_upright(&b->renderer->view) && (inputs & 1u << TD_INPUT_R) == 0;
    Lines lines;
    if (lined)
        find_lines(b, &lines);
    for (size_t block = 0; block < b->spectral->blocks; block++) {
        float *first = td_plan_input(plan, b->blocks + block * b->block_bytes);
        float *rows[TDI_INPUT_ROWS];
        for (size_t i = 0; i < TDI_INPUT_ROWS; i++)
            rows[i] = first + i * points;
        for (size_t i = 0; i < block_points(b, block); i += LANES) {
            if (lined)
                put_lines(&lines, inputs, node, rows, i);
            else
                put_node(b, node, rows, i);
            node += node + 1 < NODES; /* behind the last one it is repeated */
        }
    }
}

/* Look at `count` rows, the first block's of which are given. Whether any tile is left. */
static bool survey_rows(TdiBatch *b, const TdiBend *bend, const float *rows, uint32_t count)
{
    const TdKernels *kernels = td_plan_kernels(b->renderer->plan);
    bool any = false;
    _Alignas(64) TdSurvey survey;
    for (uint32_t o = 0; o < count; o++) {
        kernels->survey(&b->spectral->nodes, rows + o * b->spectral->points, b->spectral->at,
                        &survey);
        for (size_t lane = 0; lane < b->count; lane++)
            b->alive[lane] = b->alive[lane] && tdi_bend_holds(bend, &survey, (int)lane);
    }
    for (size_t lane = 0; lane < b->count; lane++)
        any |= b->alive[lane];
    return any;
}

/* The pre-activations of a layer; of the last one, those that are drawn. */
static bool survey_layer(TdiBatch *b, uint32_t layer, const float *rows)
{
    const TdPlan *plan = b->renderer->plan;
    bool last = layer + 1 == td_plan_depth(plan);
    return survey_rows(b, &b->spectral->bends[layer], rows,
                       last ? b->renderer->colour.outputs : td_plan_width(plan, layer));
}

/* Evaluate a layer at all nodes; gives the first block's rows. */
static float *weigh_layer(const TdiBatch *b, uint32_t layer, const TdRun *run)
{
    float *rows = NULL;
    for (size_t i = 0; i < b->spectral->blocks && !tdi_is_cancelled(run); i++) {
        float *found = td_plan_sums(b->renderer->plan, layer, b->blocks + i * b->block_bytes,
                                    block_points(b, i));
        rows = i == 0 ? found : rows;
    }
    return tdi_is_cancelled(run) ? NULL : rows;
}

/* The network at all nodes; NULL where no tile keeps the rule. */
static float *evaluate(TdiBatch *b, const TdRun *run)
{
    const TdPlan *plan = b->renderer->plan;
    float *rows = NULL;
    put_points(b);
    for (uint32_t layer = 0; layer < td_plan_depth(plan); layer++) {
        rows = weigh_layer(b, layer, run);
        if (rows == NULL || !survey_layer(b, layer, rows))
            return NULL;
        for (size_t i = 0; i < b->spectral->blocks; i++)
            td_plan_activate(plan, layer, b->blocks + i * b->block_bytes, block_points(b, i));
    }
    if (b->renderer->colour.tone == TD_TONE_LOGISTIC &&
        !survey_rows(b, &b->spectral->logistic, rows, b->renderer->colour.outputs))
        return NULL;
    return rows;
}

/* ---- What is drawn ----------------------------------------------------------------------- */

/* The orders that are worth drawing: what is left out comes to less than a 256th of the
 * tolerance. */
static void trim(const TdiBatch *b, TdiSquare *square, const float *coefficients)
{
    const float most = b->spectral->tolerance / 256;
    uint32_t channels = b->renderer->colour.channels;
    float down[ORDER] = {0}, across[ORDER] = {0};
    for (uint32_t c = 0; c < channels; c++)
        for (size_t i = 0; i < NODES; i++) {
            float magnitude = fabsf(coefficients[c * NODES + i]);
            down[i / ORDER] += magnitude;
            across[i % ORDER] += magnitude;
        }
    float left_out = 0;
    square->down = square->across = ORDER;
    for (; square->down > 1 && left_out + down[square->down - 1] < most; square->down--)
        left_out += down[square->down - 1];
    for (; square->across > 1 && left_out + across[square->across - 1] < most; square->across--)
        left_out += across[square->across - 1];
}

/* How much the picture says here. */
static void count_coefficients(const TdiBatch *b, TdiSquare *square, const float *coefficients)
{
    for (size_t i = 0; i < b->renderer->colour.channels * (size_t)NODES; i++) {
        float above = fabsf(coefficients[i]) / b->spectral->tolerance;
        square->coefficients = (uint16_t)(square->coefficients + (above > 1));
        square->bits += (float)(tdi_log(1.0 + (double)above) * 1.4426950408889634); /* log2 */
    }
}

static void take_lane(const float *from, uint32_t channels, size_t lane, float *to)
{
    for (size_t i = 0; i < (size_t)channels * NODES; i++)
        to[i] = from[i * LANES + lane];
}

static void draw_lane(const TdiBatch *b, size_t lane, const TdiCanvas *canvas, float *kept,
                      bool reports)
{
    const TdiColour *colour = &b->renderer->colour;
    TdiSquare *square = &b->squares[lane];
    take_lane(b->coefficients, colour->channels, lane, b->patch);
    square->down = square->across = ORDER;
    if (reports)
        count_coefficients(b, square, b->patch);
    if (square->verdict == TDI_VERDICT_ENCODED)
        trim(b, square, b->patch);
    else
        take_lane(b->raw_coefficients, colour->outputs, lane, b->patch);
    if (reports)
        square->error = tdi_patch_check(b->renderer, b->level, square, b->patch,
                                        b->patch + TDI_PATCH_FLOATS);
    if (kept != NULL)
        memcpy(kept + lane * TDI_PATCH_FLOATS, b->patch, TDI_PATCH_FLOATS * sizeof *kept);
    if (canvas != NULL)
        tdi_patch_draw(b->renderer, b->level, square, b->patch, canvas,
                       b->patch + TDI_PATCH_FLOATS);
}

/* The radius has a corner where it is 0, which no pre-activation shows. */
static bool holds_corner(const TdiBatch *b, const TdiSquare *square)
{
    if ((td_plan_inputs(b->renderer->plan) & 1u << TD_INPUT_R) == 0)
        return false;
    return tdi_view_radius(&b->renderer->view, square->x + 0.5 * b->level->side,
                           square->y + 0.5 * b->level->side) <
           1.5 * b->level->side * tdi_view_pixel(&b->renderer->view);
}

void tdi_spectral_try(const TdiRenderer *renderer, const TdiLevel *level, TdiSquare *squares,
                      size_t count, const TdiCanvas *canvas, float *kept,
                      const TdiWorker *worker)
{
    TdiBatch b = lay_out(renderer, worker->scratch);
    b.level = level;
    b.squares = squares;
    b.count = count;
    for (size_t lane = 0; lane < count; lane++) {
        squares[lane].verdict = TDI_VERDICT_SPLIT;
        b.alive[lane] = !holds_corner(&b, &squares[lane]);
    }
    const float *rows = evaluate(&b, worker->run);
    if (rows == NULL)
        return;
    tdi_judge(&b, rows);
    for (size_t lane = 0; lane < count; lane++)
        if (squares[lane].verdict != TDI_VERDICT_SPLIT)
            draw_lane(&b, lane, canvas, kept, worker->run->report != NULL);
}

/* ---- Making the tables ------------------------------------------------------------------- */

/* The side of the largest tiles: so that sixteen of them fill a batch, and that a row of them
 * fits into memory. */
static uint32_t largest_side(const TdRaster *raster)
{
    enum { BAND_BYTES = 32 << 20 };
    uint64_t pixels = (uint64_t)raster->width * raster->height;
    uint32_t side = TDI_SIDE_MOST;
    while (side > 1 && ((uint64_t)side * side * LANES > pixels ||
                        td_raster_row_bytes(raster) * side > BAND_BYTES))
        side /= 2;
    return side;
}

static uint32_t smallest_side(uint32_t grid)
{
    uint32_t side = 1;
    while (side * grid < SAMPLES_LEAST)
        side *= 2;
    return side;
}

/* The basis at samples first .. first + count - 1 of `pixel`'s, their mean. */
static void basis_of(uint32_t side, uint32_t grid, uint32_t pixel, uint32_t first,
                     uint32_t count, double *mean)
{
    double samples = (double)side * grid;
    memset(mean, 0, ORDER * sizeof *mean);
    for (uint32_t i = first; i < first + count && pixel < side; i++)
        tdi_basis_add((2.0 * ((double)pixel * grid + i) + 1) / samples - 1, 1.0 / count, mean);
}

/* Fill both tables of a level for some samples of its pixels; gives where they end. */
static float *fill_basis(const TdiLevel *level, uint32_t grid, uint32_t first, uint32_t count,
                         float *to)
{
    double mean[ORDER];
    for (uint32_t x = 0; x < level->columns; x++) {
        basis_of(level->side, grid, x, first, count, mean);
        for (int a = 0; a < ORDER; a++)
            to[(size_t)a * level->columns + x] = (float)mean[a];
    }
    to += (size_t)ORDER * level->columns;
    for (uint32_t y = 0; y < level->rows; y++) {
        basis_of(level->side, grid, y, first, count, mean);
        for (size_t a = 0; a < ORDER; a++)
            to[(size_t)y * ORDER + a] = (float)mean[a];
    }
    return to + level->table - (size_t)ORDER * level->columns;
}

static uint32_t fill_up(uint32_t value, uint32_t grain)
{
    return (value + grain - 1) / grain * grain;
}

static void set_sides(TdiSpectral *spectral, const TdiRenderer *renderer)
{
    uint32_t least = smallest_side((uint32_t)renderer->view.grid);
    uint32_t side = largest_side(&renderer->raster);
    for (side = side > least ? side : least; side >= least && side > 0; side /= 2)
        spectral->level[spectral->levels++] =
            (TdiLevel){.side = side,
                       .columns = fill_up(side, LANES),
                       .rows = fill_up(side, 4),
                       .table = (size_t)ORDER * 2 * fill_up(side, LANES)};
}

static void fill_levels(TdiSpectral *spectral, uint32_t grid, float *numbers)
{
    for (int i = 0; i < spectral->levels; i++) {
        TdiLevel *level = &spectral->level[i];
        level->across = numbers;
        level->down = numbers + (size_t)ORDER * level->columns;
        numbers = fill_basis(level, grid, 0, grid, numbers);
        level->samples = numbers;
        for (uint32_t sub = 0; sub < grid; sub++)
            numbers = fill_basis(level, grid, sub, 1, numbers);
    }
}

static void fill_layers(TdiSpectral *spectral, const TdPlan *plan)
{
    uint32_t depth = td_plan_depth(plan);
    for (uint32_t i = 0; i < depth; i++)
        spectral->bends[i] = tdi_bend(plan, i);
    spectral->logistic = tdi_bend_of_tone(TD_ACT_SIGMOID);
    size_t block = block_bytes_of(plan) / sizeof(float);
    for (size_t k = 0; k < NODES; k++)
        spectral->at[k] = k * LANES / spectral->points * block + k * LANES % spectral->points;
}

/* Whether the range of what is toned keeps within [0, 1]. */
static bool is_bounded(const TdiRenderer *renderer)
{
    const TdPlan *plan = renderer->plan;
    const TdiColour *colour = &renderer->colour;
    bool logistic = colour->tone == TD_TONE_LOGISTIC;
    const TdActivationInfo *info = td_activation_info(
        logistic ? TD_ACT_SIGMOID : td_plan_activation(plan, td_plan_depth(plan) - 1));
    for (uint32_t c = 0; c < colour->outputs; c++) {
        double low = info->low * colour->scale[c] + colour->offset[c];
        double high = info->high * colour->scale[c] + colour->offset[c];
        if (!(low > -1e-5 && low < 1.00001 && high > -1e-5 && high < 1.00001))
            return false;
    }
    return true;
}

/* Whether the rounding of floats stays below what is seen: outputs that the tone stretches, and
 * points that are hardly apart, show it in the picture, where no polynomial follows. */
static bool is_fine(const TdiRenderer *renderer, const TdRecipe *recipe)
{
    const TdiColour *colour = &renderer->colour;
    const TdiView *view = &renderer->view;
    const double ulp = 0x1p-23, codes = recipe->bits == 16 ? 65535 * 0.1 : 255.0;
    for (uint32_t c = 0; c < colour->outputs; c++) {
        double offset = fabs((double)colour->offset[c]), other = fabs(1 - colour->offset[c]);
        if (!((offset > other ? offset : other) * codes * ulp < 0.0015))
            return false;
    }
    /* Points are off by half a unit in the last place: a 64th of a pixel, at most. */
    double far = fabs(view->center[0]) + fabs(view->center[1]) +
                 view->step_x * (double)(view->width * view->grid) +
                 view->step_y * (double)(view->height * view->grid);
    return far * (ulp / 2) * 64 < tdi_view_pixel(view);
}

static TdStatus allocate(TdiSpectral *spectral, const TdiRenderer *renderer, TdError *err)
{
    size_t floats = 0, depth = td_plan_depth(renderer->plan);
    for (int i = 0; i < spectral->levels; i++)
        floats += spectral->level[i].table * (1 + (size_t)renderer->view.grid);
    size_t tables = floats * sizeof(float), at = NODES * sizeof(size_t);
    char *block = tdi_alloc(1, tables + at + depth * sizeof(TdiBend));
    if (block == NULL)
        return tdi_fail_memory(err, tables + at + depth * sizeof(TdiBend));
    spectral->numbers = (float *)(void *)block;
    spectral->at = (size_t *)(void *)(block + tables);
    spectral->bends = (TdiBend *)(void *)(block + tables + at);
    return TD_OK;
}

uint64_t tdi_spectral_bytes(const TdRecipe *recipe, const TdRaster *raster)
{
    uint64_t floats = 0, grid = recipe->antialias;
    for (uint32_t side = largest_side(raster); side > 0; side /= 2)
        floats += (uint64_t)ORDER * 2 * fill_up(side, LANES) * (1 + grid);
    return floats * sizeof(float) + NODES * sizeof(size_t) +
           (uint64_t)td_recipe_depth(recipe) * sizeof(TdiBend);
}

TdStatus tdi_spectral_init(TdiRenderer *renderer, const TdRecipe *recipe, const TdRun *run,
                           TdError *err)
{
    TdiSpectral made = {.top = recipe->bits == 16 ? 65535 : 255};
    if (recipe->engine == TD_ENGINE_DENSE || recipe->tone == TD_TONE_RANK ||
        !is_fine(renderer, recipe))
        return TD_OK;
    set_sides(&made, renderer);
    made.points = td_plan_points(renderer->plan);
    made.blocks = (BATCH - 1) / made.points + 1;
    made.tolerance = (float)(recipe->tolerance / made.top);
    made.linear = tdi_colour_is_linear(&renderer->colour);
    made.bounded = is_bounded(renderer);
    TdStatus status = allocate(&made, renderer, err);
    if (status != TD_OK)
        return status;
    tdi_nodes_fill(&made.nodes, made.place);
    fill_layers(&made, renderer->plan);
    fill_levels(&made, (uint32_t)renderer->view.grid, made.numbers);
    made.node_operations = tdi_node_operations(renderer->plan);
    renderer->spectral = made;
    bool pays = tdi_spectral_scratch(renderer) <= SCRATCH_MOST;
    if (pays && recipe->engine == TD_ENGINE_AUTO)
        status = tdi_spectral_choose(renderer, run, &pays, err);
    if (!pays)
        tdi_spectral_clear(&renderer->spectral);
    return status;
}

void tdi_spectral_clear(TdiSpectral *spectral)
{
    tdi_free(spectral->numbers);
    *spectral = (TdiSpectral){0};
}
