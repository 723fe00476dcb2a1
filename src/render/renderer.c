#include "render/renderer.h"

#include <string.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/whole.h"
#include "kernels/find.h"
#include "render/palette.h"

/* ---- Tiles --------------------------------------------------------------------------- */

TdiTiling tdi_tiling(uint32_t width, uint32_t y, uint32_t count, uint32_t pixels)
{
    TdiTiling t = {.width = width, .y = y, .count = count};
    t.tile_width = width < TDI_TILE_WIDTH ? width : TDI_TILE_WIDTH;
    t.tile_height = pixels / t.tile_width;
    t.across = (width - 1) / t.tile_width + 1;
    t.tiles = (size_t)t.across * ((count - 1) / t.tile_height + 1);
    return t;
}

TdiTile tdi_tiling_tile(const TdiTiling *t, size_t i)
{
    uint32_t x = (uint32_t)(i % t->across) * t->tile_width;
    uint32_t down = (uint32_t)(i / t->across) * t->tile_height;
    TdiTile tile = {x, t->y + down, t->width - x, t->count - down};
    tile.width = tile.width < t->tile_width ? tile.width : t->tile_width;
    tile.height = tile.height < t->tile_height ? tile.height : t->tile_height;
    return tile;
}

enum { SUM_ROWS = 3 }; /* behind the plan's scratch; then what colour wants to spare */

/* ---- Drawing one --------------------------------------------------------------------- */

static size_t network_bytes(const TdiRenderer *renderer)
{
    return tdi_round_up(renderer->plan != NULL ? td_plan_scratch(renderer->plan)
                                               : tdi_raster_scratch(renderer),
                        64);
}

static size_t block_bytes(const TdiRenderer *renderer)
{
    size_t row_bytes = renderer->points * sizeof(float);
    return network_bytes(renderer) +
           (SUM_ROWS + tdi_colour_spare_rows(&renderer->colour)) * row_bytes;
}

/* What the columns of a tile share, for each sample across a pixel: half of a second-level
 * cache at most, else computing it anew is cheaper. 0 where nothing is shared. */
static size_t shared_bytes(const TdiRenderer *renderer)
{
    enum { MOST = 256 * 1024 };
    if (renderer->plan == NULL)
        return 0;
    uint64_t rows = (uint64_t)td_plan_columns(renderer->plan) * (uint64_t)renderer->view.grid;
    uint64_t bytes = rows * TDI_TILE_WIDTH * sizeof(float);
    return tdi_view_is_upright(&renderer->view) && bytes <= MOST ? (size_t)bytes : 0;
}

size_t tdi_renderer_scratch(const TdiRenderer *renderer)
{
    return block_bytes(renderer) + shared_bytes(renderer);
}

/* The shared columns of a tile behind the block's scratch, sample after sample; NULL where the
 * tile is not whole vectors wide. */
static const float *share_columns(const TdiRenderer *renderer, TdiTile tile, char *scratch)
{
    const TdPlan *plan = renderer->plan;
    float *columns = (float *)(void *)(scratch + block_bytes(renderer));
    if (shared_bytes(renderer) == 0 || tile.width % TD_POINT_GRAIN != 0)
        return NULL;
    for (uint32_t sub_x = 0; sub_x < (uint32_t)renderer->view.grid; sub_x++) {
        _Alignas(64) float x[TDI_TILE_WIDTH];
        tdi_view_columns(&renderer->view, tile, sub_x, x);
        td_plan_share(plan, x, tile.width,
                      columns + sub_x * td_plan_columns(plan) * tile.width);
    }
    return columns;
}

/* A block of a tile: `count` pixels from number `first` on, filled up to `points`. */
typedef struct Block {
    TdiTile tile;
    uint32_t first, count, points;
    const float *columns; /* what the tile's columns share, or NULL */
} Block;

/* The first layer row by row, then the others. */
static float *evaluate_rows(const TdiRenderer *renderer, const Block *block, uint32_t sub_x,
                            uint32_t sub_y, void *scratch)
{
    const TdPlan *plan = renderer->plan;
    uint32_t width = block->tile.width, at = 0;
    const float *columns = block->columns + sub_x * td_plan_columns(plan) * width;
    while (at < block->points) {
        uint32_t row = (block->first + at) / width, column = (block->first + at) % width;
        uint32_t points = block->points - at;
        points = points < width - column ? points : width - column;
        td_plan_row(plan, columns + column, width,
                    tdi_view_row(&renderer->view, block->tile, row, sub_y), scratch, at,
                    points);
        at += points;
    }
    return td_plan_finish(plan, scratch, block->points);
}

/* The network's outputs at sample (sub_x, sub_y) of the block's pixels. */
static float *evaluate(const TdiRenderer *renderer, const Block *block, uint32_t sub_x,
                       uint32_t sub_y, void *scratch)
{
    const TdPlan *plan = renderer->plan;
    if (plan == NULL)
        return tdi_raster_evaluate(renderer, block->tile, block->first, block->points, sub_x,
                                   sub_y, scratch);
    if (block->columns != NULL)
        return evaluate_rows(renderer, block, sub_x, sub_y, scratch);
    tdi_view_points(&renderer->view, block->tile, block->first, block->points, sub_x, sub_y,
                    td_plan_inputs(plan), td_plan_input(plan, scratch), td_plan_points(plan));
    return td_plan_evaluate(plan, scratch, block->points);
}

/* Sums of the encoded samples of the block's pixels, row by row of the k x k points. */
static void add_samples(const TdiRenderer *renderer, const Block *block,
                        const TdiWorker *worker, float *sums)
{
    const TdKernels *kernels = renderer->kernels;
    size_t stride = renderer->points;
    uint32_t channels = renderer->raster.channels, grid = (uint32_t)renderer->view.grid;
    size_t points = block->points;
    float *spare = sums + SUM_ROWS * stride;
    for (uint32_t sub = 0; sub < grid * grid && !tdi_is_cancelled(worker->run); sub++) {
        float *rows = evaluate(renderer, block, sub % grid, sub / grid, worker->scratch);
        rows = tdi_colour_apply(&renderer->colour, rows, stride, points, spare);
        for (uint32_t c = 0; c < channels; c++) {
            if (sub == 0)
                memcpy(sums + c * stride, rows + c * stride, points * sizeof *sums);
            else
                kernels->add(sums + c * stride, rows + c * stride, points);
        }
    }
}

/* NaNs become the one of `.npy`. Four values at a time: a field of a small network takes as
 * long to store as a layer takes to compute. */
static void unify_nans(float *values, size_t count)
{
    typedef float Four __attribute__((vector_size(16), may_alias));
    typedef int32_t FourBits __attribute__((vector_size(16), may_alias));
    const FourBits canonical = (FourBits){0} + 0x7fc00000;
    for (size_t i = 0; i < count; i += 4) {
        Four *four = (Four *)(void *)(values + i);
        FourBits number = *four == *four;
        *four = (Four)(((FourBits)*four & number) | (canonical & ~number));
    }
}

/* A run of pixels, channels side by side; rows of values are `stride` floats apart. */
static void interleave(const float *rows, size_t stride, uint32_t channels, uint32_t count,
                       float *to)
{
    const float *red = rows, *green = rows + stride, *blue = rows + 2 * stride;
    if (channels == 3) {
        for (uint32_t i = 0; i < count; i++, to += 3) {
            to[0] = red[i];
            to[1] = green[i];
            to[2] = blue[i];
        }
        return;
    }
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t i = 0; i < count; i++)
            to[(size_t)i * channels + c] = rows[c * stride + i];
}

void tdi_field_store(float *rows, size_t stride, uint32_t channels, TdiTile tile,
                     uint32_t first, uint32_t count, unsigned char *out, size_t row_bytes)
{
    uint32_t width = tile.width, run;
    for (uint32_t c = 0; c < channels; c++)
        unify_nans(rows + c * stride, tdi_round_up(count, TD_POINT_GRAIN));
    for (uint32_t done = 0; done < count; done += run) {
        uint32_t row = (first + done) / width, column = (first + done) % width;
        float *at = (float *)(void *)(out + row * row_bytes) + (size_t)column * channels;
        run = count - done < width - column ? count - done : width - column;
        interleave(rows + done, stride, channels, run, at);
    }
}

void tdi_renderer_tile(const TdiRenderer *renderer, TdiTile tile, const TdiWorker *worker,
                       void *out, size_t row_bytes)
{
    uint32_t pixels = tile.width * tile.height;
    uint32_t most = (uint32_t)renderer->points;
    char *scratch = worker->scratch;
    Block block = {.tile = tile, .columns = share_columns(renderer, tile, scratch)};
    float samples = (float)(renderer->view.grid * renderer->view.grid);
    float *sums = (float *)(void *)(scratch + network_bytes(renderer));
    for (uint32_t first = 0; first < pixels && !tdi_is_cancelled(worker->run); first += most) {
        uint32_t count = pixels - first < most ? pixels - first : most;
        block.first = first;
        block.count = count;
        block.points = (uint32_t)tdi_round_up(count, TD_POINT_GRAIN);
        if (renderer->raster.type == TD_SAMPLE_F32) {
            float *rows = evaluate(renderer, &block, 0, 0, scratch);
            tdi_field_store(rows, most, renderer->outputs, tile, first, count, out, row_bytes);
        } else {
            add_samples(renderer, &block, worker, sums);
            tdi_colour_store(&renderer->colour, tile, first, count, sums, most, samples, out,
                             row_bytes);
        }
    }
}

void tdi_renderer_block(const TdiRenderer *renderer, uint32_t y, uint32_t *begin, uint32_t *end)
{
    uint32_t side = renderer->spectral.levels > 0 ? renderer->spectral.level[0].side
                    : renderer->convnet != NULL   ? tdi_raster_rows(renderer)
                                                  : 1;
    uint32_t left = renderer->raster.height - y / side * side;
    *begin = y / side * side;
    *end = *begin + (side < left ? side : left);
}

/* ---- Making one ---------------------------------------------------------------------- */

/* A tile that is turned would not meet itself at its edges. */
static TdStatus check_torus(const TdRecipe *recipe, TdError *err)
{
    double cosine, sine;
    tdi_cos_sin_degrees(recipe->rotate, &cosine, &sine);
    if (recipe->tile != TD_TILE_TORUS || sine == 0)
        return TD_OK;
    return tdi_fail(err, TD_ERROR_RECIPE,
                    "rotate: a tile (tile = torus) that is turned has seams; leave one of them "
                    "out");
}

TdStatus tdi_renderer_raster(const TdRecipe *recipe, TdSamples samples, TdRaster *raster,
                             TdError *err)
{
    uint32_t channels = td_recipe_channels(recipe);
    TdSize size = td_recipe_size(recipe);
    TdStatus status = check_torus(recipe, err);
    if (status != TD_OK)
        return status;
    *raster = (TdRaster){.width = size.width,
                         .height = size.height,
                         .channels = channels,
                         .type = TD_SAMPLE_F32,
                         .dots_per_inch = size.dots_per_inch};
    if (samples == TD_SAMPLES_FIELD)
        return TD_OK;
    if (samples == TD_SAMPLES_COST) {
        raster->type = TD_SAMPLE_U8;
        raster->channels = 3;
        return TD_OK;
    }
    raster->type = recipe->bits == 16 ? TD_SAMPLE_U16 : TD_SAMPLE_U8;
    return tdi_colour_channels(recipe, channels, &raster->channels, err);
}

static TdStatus pack(const TdRecipe *recipe, const TdNetwork *network, const TdRun *run,
                     TdPlan **plan, TdConvnet **convnet, TdError *err)
{
    return network->raster ? td_convnet_create(recipe, network, run, convnet, err)
                           : td_plan_create(network, recipe->constants, run, plan, err);
}

TdStatus tdi_plan_of(const TdRecipe *recipe, const TdiShared *shared, const TdRun *run,
                     TdPlan **plan, TdConvnet **convnet, TdError *err)
{
    TdNetwork *network;
    *plan = NULL;
    *convnet = NULL;
    if (shared != NULL && shared->network != NULL)
        return pack(recipe, shared->network, run, plan, convnet, err);
    TdStatus status = td_network_create(recipe, run, &network, err);
    if (status == TD_OK)
        status = pack(recipe, network, run, plan, convnet, err);
    td_network_free(network);
    return status;
}

static TdStatus init_colour(TdiRenderer *renderer, const TdRecipe *recipe,
                            const TdiShared *shared, const TdRun *run, TdError *err)
{
    float *own = NULL;
    const float *sample = shared != NULL ? shared->sample : NULL;
    size_t points = shared != NULL ? shared->points : (size_t)TDI_TONE_SIDE * TDI_TONE_SIDE;
    TdStatus status =
        tdi_colour_init(&renderer->colour, recipe, renderer->outputs, renderer->kernels, err);
    if (status == TD_OK && tdi_tone_needs_sample(recipe) && sample == NULL) {
        status = recipe->frame > 0 && recipe->path_count > 0
                     ? tdi_renderer_look(recipe, run, &own, &points, err)
                     : tdi_renderer_sample(renderer, recipe, run, &own, err);
        sample = own;
    }
    if (status == TD_OK)
        tdi_colour_set_tone(&renderer->colour, recipe, sample, points, renderer->outputs);
    tdi_free(own);
    return status;
}

/* The palette of what a picture costs. Only now that the engine was chosen for the picture the
 * raster becomes the map's. */
static TdStatus init_cost(TdiRenderer *renderer, const TdRecipe *recipe, TdError *err)
{
    TdRecipe plain = *recipe; /* borrows the layers */
    size_t floats = (size_t)3 * (TDI_PALETTE_PARTS + 1);
    plain.palette = TD_PALETTE_EMBER;
    renderer->cost = tdi_alloc(floats, sizeof(float));
    if (renderer->cost == NULL)
        return tdi_fail_memory(err, floats * sizeof(float));
    tdi_palette_table(&plain, renderer->cost);
    return tdi_renderer_raster(recipe, TD_SAMPLES_COST, &renderer->raster, err);
}

TdStatus tdi_renderer_network(TdiRenderer *renderer, const TdRecipe *recipe,
                              const TdiShared *shared, const TdRun *run, TdError *err)
{
    TdStatus status = tdi_kernels_of(run, &renderer->kernels, err);
    if (status == TD_OK)
        status = tdi_plan_of(recipe, shared, run, &renderer->plan, &renderer->convnet, err);
    renderer->points =
        renderer->plan != NULL ? td_plan_points(renderer->plan) : TDI_TILE_PIXELS;
    if (status != TD_OK || renderer->convnet == NULL)
        return status;
    renderer->recipe = td_recipe_copy(recipe);
    if (renderer->recipe == NULL) {
        td_convnet_free(renderer->convnet);
        renderer->convnet = NULL;
        return tdi_fail_memory(err, sizeof *recipe);
    }
    if (shared != NULL && shared->maps != NULL) {
        renderer->maps = *shared->maps;
        renderer->maps.borrowed = true;
    }
    return TD_OK;
}

static TdStatus init(TdiRenderer *renderer, const TdRecipe *recipe, TdSamples samples,
                     const TdiShared *shared, const TdRun *run, TdError *err)
{
    *renderer = (TdiRenderer){.outputs = td_recipe_channels(recipe)};
    TdSamples drawn = samples == TD_SAMPLES_COST ? TD_SAMPLES_COLOUR : samples;
    TdStatus status = tdi_renderer_raster(recipe, drawn, &renderer->raster, err);
    if (status != TD_OK)
        return status;
    status = tdi_renderer_network(renderer, recipe, shared, run, err);
    if (status != TD_OK)
        return status;
    renderer->view = tdi_view(recipe, renderer->raster.width, renderer->raster.height,
                              samples == TD_SAMPLES_FIELD ? 1 : recipe->antialias);
    if (samples != TD_SAMPLES_FIELD)
        status = init_colour(renderer, recipe, shared, run, err);
    if (status == TD_OK && samples != TD_SAMPLES_FIELD && renderer->plan != NULL)
        status = tdi_spectral_init(renderer, recipe, run, err);
    if (status == TD_OK && samples == TD_SAMPLES_COST)
        status = init_cost(renderer, recipe, err);
    if (status != TD_OK)
        tdi_renderer_clear(renderer);
    return status;
}

/* The view and the tone's line are part of the picture's arithmetic. */
TdStatus tdi_renderer_init(TdiRenderer *renderer, const TdRecipe *recipe, TdSamples samples,
                           const TdiShared *shared, const TdRun *run, TdError *err)
{
    TdiFpMode mode = tdi_fp_enter();
    TdStatus status = init(renderer, recipe, samples, shared, run, err);
    tdi_fp_leave(mode);
    return status;
}

void tdi_renderer_clear(TdiRenderer *renderer)
{
    td_plan_free(renderer->plan);
    td_convnet_free(renderer->convnet);
    td_recipe_free(renderer->recipe);
    tdi_maps_clear(&renderer->maps);
    tdi_maps_clear(&renderer->flat);
    tdi_colour_clear(&renderer->colour);
    tdi_spectral_clear(&renderer->spectral);
    tdi_free(renderer->cost);
    *renderer = (TdiRenderer){0};
}
