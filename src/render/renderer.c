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

size_t tdi_renderer_scratch(const TdiRenderer *renderer)
{
    size_t sums = 3 * td_plan_points(renderer->plan) * sizeof(float);
    return round_up(td_plan_scratch(renderer->plan), 64) + sums;
}

/* u in [0, 1] from the outputs, then encoded colour, in place. */
static void colour(const TdiRenderer *renderer, float *rows, size_t stride, size_t points)
{
    const TdKernels *kernels = td_plan_kernels(renderer->plan);
    for (uint32_t c = 0; c < renderer->outputs; c++) {
        if (renderer->tone == TD_TONE_LOGISTIC)
            kernels->activation[TD_ACT_SIGMOID](rows + c * stride, points);
        kernels->tone(rows + c * stride, points, renderer->scale[c], renderer->offset[c]);
    }
    if (renderer->outputs == 3 && kernels->palette[renderer->palette] != NULL)
        kernels->palette[renderer->palette](rows, stride, points);
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
    for (uint32_t sub = 0; sub < grid * grid && !tdi_is_cancelled(worker->run); sub++) {
        float *rows =
            evaluate(renderer, tile, first, points, sub % grid, sub / grid, worker->scratch);
        colour(renderer, rows, stride, points);
        for (uint32_t c = 0; c < channels; c++) {
            if (sub == 0)
                memcpy(sums + c * stride, rows + c * stride, points * sizeof *sums);
            else
                kernels->add(sums + c * stride, rows + c * stride, points);
        }
    }
}

/* floor(top mean + 1/2) of the block's pixels, interleaved, to where they belong. */
static void store_encoded(const TdiRenderer *renderer, TdiTile tile, uint32_t first,
                          uint32_t count, const float *sums, unsigned char *out,
                          size_t row_bytes)
{
    size_t stride = td_plan_points(renderer->plan);
    uint32_t channels = renderer->raster.channels;
    bool wide = renderer->raster.type == TD_SAMPLE_U16;
    float samples = (float)(renderer->view.grid * renderer->view.grid);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = (first + i) / tile.width, column = (first + i) % tile.width;
        unsigned char *at = out + row * row_bytes;
        for (uint32_t c = 0; c < channels; c++) {
            float mean = sums[c * stride + i] / samples;
            size_t place = (size_t)column * channels + c;
            if (wide)
                ((uint16_t *)(void *)at)[place] = (uint16_t)(int32_t)(65535 * mean + 0.5f);
            else
                at[place] = (uint8_t)(int32_t)(255 * mean + 0.5f);
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
    float *sums = (float *)(void *)(scratch + round_up(td_plan_scratch(renderer->plan), 64));
    for (uint32_t first = 0; first < pixels && !tdi_is_cancelled(worker->run); first += block) {
        uint32_t count = pixels - first < block ? pixels - first : block;
        uint32_t points = (uint32_t)round_up(count, TD_POINT_GRAIN);
        if (renderer->raster.type == TD_SAMPLE_F32) {
            float *rows = evaluate(renderer, tile, first, points, 0, 0, scratch);
            store_field(renderer, tile, first, count, rows, out, row_bytes);
        } else {
            add_samples(renderer, tile, first, points, worker, sums);
            store_encoded(renderer, tile, first, count, sums, out, row_bytes);
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
    if (channels != 1 && channels != 3)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "layers: a picture has 1 or 3 channels, this network has %u; end the list "
            "with 1 or 3, or draw the raw field (-o FILE.npy)",
            (unsigned)channels);
    raster->channels = recipe->palette == TD_PALETTE_GRAY ? 1 : channels;
    raster->type = recipe->bits == 16 ? TD_SAMPLE_U16 : TD_SAMPLE_U8;
    return TD_OK;
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

static TdStatus init(TdiRenderer *renderer, const TdRecipe *recipe, TdSamples samples,
                     const TdRun *run, TdError *err)
{
    *renderer = (TdiRenderer){.tone = recipe->tone,
                              .palette = recipe->palette,
                              .outputs = td_recipe_channels(recipe)};
    TdStatus status = tdi_renderer_raster(recipe, samples, &renderer->raster, err);
    if (status != TD_OK)
        return status;
    status = make_plan(recipe, run, &renderer->plan, err);
    if (status != TD_OK)
        return status;
    renderer->view = tdi_view(recipe, renderer->raster.width, renderer->raster.height,
                              samples == TD_SAMPLES_FIELD ? 1 : recipe->antialias);
    if (samples == TD_SAMPLES_COLOUR)
        status = tdi_tone_init(renderer, recipe, run, err);
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
    *renderer = (TdiRenderer){0};
}
