#include "render/renderer.h"

#include <string.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"

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

/* ---- Drawing one --------------------------------------------------------------------- */

static size_t round_up(size_t value, size_t grain)
{
    return (value + grain - 1) / grain * grain;
}

enum { SUM_ROWS = 3 }; /* behind the plan's scratch; then what colour wants to spare */

size_t tdi_renderer_scratch(const TdiRenderer *renderer)
{
    size_t row_bytes = td_plan_points(renderer->plan) * sizeof(float);
    return round_up(td_plan_scratch(renderer->plan), 64) +
           (SUM_ROWS + tdi_colour_spare_rows(&renderer->colour)) * row_bytes;
}

/* The network's outputs at sample (sub_x, sub_y) of the block's pixels. */
static float *evaluate(const TdiRenderer *renderer, TdiTile tile, uint32_t first,
                       uint32_t points, uint32_t sub_x, uint32_t sub_y, void *scratch)
{
    const TdPlan *plan = renderer->plan;
    tdi_view_points(&renderer->view, tile, first, points, sub_x, sub_y, td_plan_inputs(plan),
                    td_plan_input(plan, scratch), td_plan_points(plan));
    return td_plan_evaluate(plan, scratch, points);
}

/* Sums of the encoded samples of the block's pixels, row by row of the k x k points. */
static void add_samples(const TdiRenderer *renderer, TdiTile tile, uint32_t first,
                        uint32_t points, const TdiWorker *worker, float *sums)
{
    const TdKernels *kernels = td_plan_kernels(renderer->plan);
    size_t stride = td_plan_points(renderer->plan);
    uint32_t channels = renderer->raster.channels, grid = (uint32_t)renderer->view.grid;
    float *spare = sums + SUM_ROWS * stride;
    for (uint32_t sub = 0; sub < grid * grid && !tdi_is_cancelled(worker->run); sub++) {
        float *rows =
            evaluate(renderer, tile, first, points, sub % grid, sub / grid, worker->scratch);
        rows = tdi_colour_apply(&renderer->colour, rows, stride, points, spare);
        for (uint32_t c = 0; c < channels; c++) {
            if (sub == 0)
                memcpy(sums + c * stride, rows + c * stride, points * sizeof *sums);
            else
                kernels->add(sums + c * stride, rows + c * stride, points);
        }
    }
}

/* The outputs themselves; NaNs become the one of `.npy`. */
static void store_field(const TdiRenderer *renderer, TdiTile tile, uint32_t first,
                        uint32_t count, const float *rows, unsigned char *out, size_t row_bytes)
{
    static const uint32_t canonical_nan = 0x7fc00000;
    size_t stride = td_plan_points(renderer->plan);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = (first + i) / tile.width, column = (first + i) % tile.width;
        float *at =
            (float *)(void *)(out + row * row_bytes) + (size_t)column * renderer->outputs;
        for (uint32_t c = 0; c < renderer->outputs; c++) {
            float value = rows[c * stride + i];
            if (value != value)
                memcpy(&value, &canonical_nan, sizeof value);
            at[c] = value;
        }
    }
}

void tdi_renderer_tile(const TdiRenderer *renderer, TdiTile tile, const TdiWorker *worker,
                       void *out, size_t row_bytes)
{
    uint32_t pixels = tile.width * tile.height;
    uint32_t block = (uint32_t)td_plan_points(renderer->plan);
    char *scratch = worker->scratch;
    float samples = (float)(renderer->view.grid * renderer->view.grid);
    float *sums = (float *)(void *)(scratch + round_up(td_plan_scratch(renderer->plan), 64));
    for (uint32_t first = 0; first < pixels && !tdi_is_cancelled(worker->run); first += block) {
        uint32_t count = pixels - first < block ? pixels - first : block;
        uint32_t points = (uint32_t)round_up(count, TD_POINT_GRAIN);
        if (renderer->raster.type == TD_SAMPLE_F32) {
            float *rows = evaluate(renderer, tile, first, points, 0, 0, scratch);
            store_field(renderer, tile, first, count, rows, out, row_bytes);
        } else {
            add_samples(renderer, tile, first, points, worker, sums);
            tdi_colour_store(&renderer->colour, tile, first, count, sums, block, samples, out,
                             row_bytes);
        }
    }
}

/* ---- Making one ---------------------------------------------------------------------- */

TdStatus tdi_renderer_raster(const TdRecipe *recipe, TdSamples samples, TdRaster *raster,
                             TdError *err)
{
    uint32_t channels = td_recipe_channels(recipe);
    TdSize size = td_recipe_size(recipe);
    *raster = (TdRaster){size.width, size.height, channels, TD_SAMPLE_F32, size.dots_per_inch};
    if (samples == TD_SAMPLES_FIELD)
        return TD_OK;
    raster->type = recipe->bits == 16 ? TD_SAMPLE_U16 : TD_SAMPLE_U8;
    return tdi_colour_channels(recipe, channels, &raster->channels, err);
}

static TdStatus make_plan(const TdRecipe *recipe, const TdRun *run, TdPlan **plan, TdError *err)
{
    TdNetwork *network;
    TdStatus status = td_network_create(recipe, run, &network, err);
    if (status == TD_OK)
        status = td_plan_create(network, recipe->constants, run, plan, err);
    td_network_free(network);
    return status;
}

static TdStatus init_colour(TdiRenderer *renderer, const TdRecipe *recipe, const TdRun *run,
                            TdError *err)
{
    float *sample = NULL;
    TdStatus status = tdi_colour_init(&renderer->colour, recipe, renderer->outputs,
                                      td_plan_kernels(renderer->plan), err);
    if (status == TD_OK && tdi_tone_needs_sample(recipe))
        status = tdi_renderer_sample(renderer, recipe, run, &sample, err);
    if (status == TD_OK)
        tdi_colour_set_tone(&renderer->colour, recipe, sample, renderer->outputs);
    tdi_free(sample);
    return status;
}

static TdStatus init(TdiRenderer *renderer, const TdRecipe *recipe, TdSamples samples,
                     const TdRun *run, TdError *err)
{
    *renderer = (TdiRenderer){.outputs = td_recipe_channels(recipe)};
    TdStatus status = tdi_renderer_raster(recipe, samples, &renderer->raster, err);
    if (status != TD_OK)
        return status;
    status = make_plan(recipe, run, &renderer->plan, err);
    if (status != TD_OK)
        return status;
    renderer->view = tdi_view(recipe, renderer->raster.width, renderer->raster.height,
                              samples == TD_SAMPLES_FIELD ? 1 : recipe->antialias);
    if (samples == TD_SAMPLES_COLOUR)
        status = init_colour(renderer, recipe, run, err);
    if (status != TD_OK)
        tdi_renderer_clear(renderer);
    return status;
}

/* The view and the tone's line are part of the picture's arithmetic. */
TdStatus tdi_renderer_init(TdiRenderer *renderer, const TdRecipe *recipe, TdSamples samples,
                           const TdRun *run, TdError *err)
{
    TdiFpMode mode = tdi_fp_enter();
    TdStatus status = init(renderer, recipe, samples, run, err);
    tdi_fp_leave(mode);
    return status;
}

void tdi_renderer_clear(TdiRenderer *renderer)
{
    td_plan_free(renderer->plan);
    tdi_colour_clear(&renderer->colour);
    *renderer = (TdiRenderer){0};
}
