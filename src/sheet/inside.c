/* The inside of a network as a picture. A line of neurons of one layer is drawn at once: the
 * network is evaluated up to that layer, and every neuron's row of values becomes a picture. */
#include "sheet/inside.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"
#include "base/whole.h"
#include "render/renderer.h"
#include "sheet/inside_layout.h"
#include "sheet/inside_words.h"
#include "sheet/miniature.h"

enum { FILM_SIDE = TDI_TONE_SIDE / 2, SUM_ROWS = 3 };

/* Rows of pictures that the band meets, of a block. */
typedef struct Slice {
    uint32_t block, line;
    TdiTiling tiling;
} Slice;

typedef struct Inside {
    TdPicture head;
    TdRecipe *recipe; /* of the output's picture */
    TdiInsideLayout layout;
    TdiRenderer renderer;          /* of the output; its plan serves all neurons */
    TdiView view;                  /* of a neuron */
    TdiMaps maps[TDI_MOST_BLOCKS]; /* of a network on a raster: those of each block's layer */
    TdiColour *colours; /* of the neurons, block after block; the first of a block has the
                         * palette's table */
    uint32_t at[TDI_MOST_BLOCKS + 1]; /* which colours are a block's */
    bool field;
    Slice *slices; /* of the band in hand; room for `slices_most` */
    uint32_t slice_count, slices_most;
    TdiInsideWords words;
    TdiMiniature miniature;
    TdiFont *font; /* NULL: no captions */
} Inside;

/* ---- The rows of values of a layer --------------------------------------------------- */

static size_t row_floats(const Inside *inside)
{
    return inside->renderer.points;
}

/* What is known at some pixels of a block's layer: the rows of a plan, or where the pixels lie
 * on a raster. */
typedef struct Known {
    const float *rows;
    const TdiMaps *maps;
    const TdiSpot *spots;
} Known;

/* Which row of the plan's input holds fed input number i; UINT32_MAX: it is a constant, which
 * is *value. */
static uint32_t input_row(const TdRecipe *recipe, uint32_t i, float *value)
{
    uint32_t row = 0;
    for (uint32_t input = 0; input < TD_INPUT_COUNT; input++) {
        bool varies = (td_recipe_varying(recipe) >> input & 1) != 0;
        if ((td_recipe_inputs(recipe) >> input & 1) == 0)
            continue;
        if (i-- == 0) {
            *value = varies ? 0 : (float)recipe->constants[input];
            return varies ? row : UINT32_MAX;
        }
        row += varies;
    }
    return UINT32_MAX;
}

/* Put the values of neuron `neuron` of layer `layer` into `to`. */
static void take_row(const Inside *inside, const Known *known, uint32_t layer, uint32_t neuron,
                     uint32_t points, float *to)
{
    float value = 0;
    if (known->maps != NULL) {
        tdi_maps_row(known->maps, neuron, known->spots, points, to);
        return;
    }
    uint32_t row = layer == 0 ? input_row(inside->recipe, neuron, &value) : neuron;
    if (row != UINT32_MAX) {
        memcpy(to, known->rows + row * row_floats(inside), points * sizeof *to);
        return;
    }
    for (uint32_t i = 0; i < points; i++)
        to[i] = value;
}

/* Pixels of a tile of a neuron's picture: `count` from number `first` on, filled to `points`.
 */
typedef struct Pixels {
    TdiTile tile;
    uint32_t first, count, points;
} Pixels;

static void put_input(const Inside *inside, const TdiView *view, const Pixels *pixels,
                      uint32_t sub, void *scratch)
{
    const TdPlan *plan = inside->renderer.plan;
    uint32_t grid = (uint32_t)view->grid;
    tdi_view_points(view, pixels->tile, pixels->first, pixels->points, sub % grid, sub / grid,
                    td_plan_inputs(plan), td_plan_input(plan, scratch), row_floats(inside));
}

/* Of the layer of block b, at sample number `sub` of pixels of a view; a plan has evaluated the
 * layers before `done`. */
static Known look_up(const Inside *inside, const TdiView *view, uint32_t b,
                     const Pixels *pixels, uint32_t sub, uint32_t done, void *scratch)
{
    const TdPlan *plan = inside->renderer.plan;
    uint32_t grid = (uint32_t)view->grid, layer = inside->layout.blocks[b].layer;
    if (plan == NULL)
        return (Known){.maps = &inside->maps[b],
                       .spots = tdi_raster_spots(&inside->renderer, view, &inside->maps[b],
                                                 pixels->tile, pixels->first, pixels->points,
                                                 sub % grid, sub / grid, scratch)};
    if (done == 0)
        put_input(inside, view, pixels, sub, scratch);
    return (Known){.rows = td_plan_layers(plan, done, layer, scratch, pixels->points)};
}

/* ---- What a tone wants to know ------------------------------------------------------- */

/* Values at the points of the tones' sample, neuron after neuron of all blocks; of a film, at
 * fewer points of some of its frames. */
typedef struct Sample {
    const Inside *inside;
    TdiView view;
    uint32_t side; /* of a frame's points */
    size_t points; /* of all frames together */
    size_t begin;  /* where this frame's are */
    TdiTiling tiling;
    float *values; /* (colours, points) */
} Sample;

static void keep_sample(const Sample *sample, const TdiBlock *block, uint32_t at,
                        const Known *known, const Pixels *pixels, float *row)
{
    size_t begin = sample->begin + pixels->tile.y * sample->side + pixels->first;
    for (uint32_t i = 0; i < block->shown; i++) {
        take_row(sample->inside, known, block->layer, tdi_block_neuron(block, i),
                 pixels->points, row);
        memcpy(sample->values + (at + i) * sample->points + begin, row,
               pixels->count * sizeof *row);
    }
}

static void sample_block(const Sample *sample, const Pixels *pixels, char *scratch)
{
    const Inside *inside = sample->inside;
    float *row = (float *)(void *)(scratch + tdi_renderer_scratch(&inside->renderer));
    uint32_t done = 0;
    for (uint32_t b = 0; b < inside->layout.count; b++) {
        const TdiBlock *block = &inside->layout.blocks[b];
        if (block->whole)
            continue;
        Known known = look_up(inside, &sample->view, b, pixels, 0, done, scratch);
        done = block->layer;
        keep_sample(sample, block, inside->at[b], &known, pixels, row);
    }
}

static void work_sample(const void *user, size_t job, const TdiWorker *worker)
{
    const Sample *sample = user;
    TdiTile tile = tdi_tiling_tile(&sample->tiling, job);
    uint32_t all = tile.width * tile.height, most = (uint32_t)row_floats(sample->inside);
    for (uint32_t first = 0; first < all && !tdi_is_cancelled(worker->run); first += most) {
        uint32_t count = all - first < most ? all - first : most;
        sample_block(
            sample,
            &(Pixels){tile, first, count, (uint32_t)tdi_round_up(count, TD_POINT_GRAIN)},
            worker->scratch);
    }
}

/* Of one picture, or of one frame. */
static TdStatus sample_frame(Sample *sample, const Inside *inside, const TdRun *run,
                             TdError *err)
{
    enum { TILE = 512 }; /* whole rows */
    const TdiView *view = &inside->view;
    uint32_t side = sample->side;
    sample->inside = inside;
    sample->view = tdi_view(inside->recipe, side, side, 1);
    sample->view.step_x = view->step_x * (double)(view->width * view->grid) / side;
    sample->tiling = tdi_tiling(side, 0, side, TILE);
    TdiJobs jobs = {.count = sample->tiling.tiles,
                    .scratch_bytes = tdi_renderer_scratch(&inside->renderer) +
                                     row_floats(inside) * sizeof(float),
                    .work = work_sample,
                    .user = sample};
    return tdi_run_jobs(&jobs, run, err);
}

static bool same_neurons(const TdRecipe *a, const TdRecipe *b)
{
    bool same = td_recipe_depth(a) == td_recipe_depth(b);
    for (uint32_t i = 0; same && i < td_recipe_depth(a); i++)
        same = td_recipe_layer(a, i).width == td_recipe_layer(b, i).width;
    return same;
}

static void clear_maps(Inside *inside)
{
    for (uint32_t b = 0; b < inside->layout.count; b++)
        tdi_maps_clear(&inside->maps[b]);
}

/* The cells of a block's layer under the view. */
static TdStatus find_box(const Inside *inside, uint32_t b, TdBox *box, TdError *err)
{
    const TdiView *view = &inside->view;
    TdiRegion span;
    tdi_view_bounds(view, (TdiTile){0, 0, (uint32_t)view->width, (uint32_t)view->height},
                    span.low, span.high);
    return tdi_maps_box(inside->renderer.convnet, inside->layout.blocks[b].layer,
                        inside->recipe, &span, box, err);
}

/* All feature maps are held at once. */
static TdStatus check_maps(const Inside *inside, const TdRun *run, TdError *err)
{
    uint64_t bytes = 0;
    TdBox box;
    for (uint32_t b = 0; b < inside->layout.count; b++) {
        const TdiBlock *block = &inside->layout.blocks[b];
        TdStatus status = block->whole ? TD_OK : find_box(inside, b, &box, err);
        if (status != TD_OK)
            return status;
        if (!block->whole)
            bytes = tdi_add_size(bytes, tdi_maps_bytes(&box, block->neurons));
    }
    return tdi_check_limit(run, bytes, "raster: holding the feature maps of all layers",
                           "use a smaller raster, or draw one layer alone", err);
}

/* The feature maps under the view, of every block's layer. */
static TdStatus make_maps(Inside *inside, const TdRun *run, TdError *err)
{
    const TdConvnet *convnet = inside->renderer.convnet;
    TdBox box;
    if (convnet == NULL)
        return TD_OK;
    TdStatus status = check_maps(inside, run, err);
    for (uint32_t b = 0; b < inside->layout.count && status == TD_OK; b++) {
        if (inside->layout.blocks[b].whole)
            continue;
        status = find_box(inside, b, &box, err);
        if (status == TD_OK)
            status = tdi_maps_fill(&inside->maps[b], convnet, inside->layout.blocks[b].layer,
                                   inside->recipe, &box, run, err);
    }
    return status;
}

/* A frame's network and view in the place of the picture's. */
static TdStatus sample_still(Sample *sample, const Inside *inside, TdRecipe *still,
                             const TdRun *run, TdError *err)
{
    Inside other = *inside;
    const TdiView *view = &inside->view;
    other.recipe = still;
    memset(other.maps, 0, sizeof other.maps);
    TdStatus status =
        tdi_plan_of(still, NULL, run, &other.renderer.plan, &other.renderer.convnet, err);
    if (status != TD_OK)
        return status;
    other.view =
        tdi_view(still, (uint32_t)view->width, (uint32_t)view->height, (uint32_t)view->grid);
    status = make_maps(&other, run, err);
    if (status == TD_OK)
        status = sample_frame(sample, &other, run, err);
    clear_maps(&other);
    td_plan_free(other.renderer.plan);
    td_convnet_free(other.renderer.convnet);
    return status;
}

/* The frames of its film that have the same neurons; stills[0 .. *count - 1] are the caller's
 * to free, and so they are on failure. */
static TdStatus find_stills(const TdRecipe *recipe, TdRecipe **stills, uint32_t *count,
                            TdError *err)
{
    *count = 0;
    if (recipe->frame == 0 || recipe->path_count == 0)
        return TD_OK;
    for (uint32_t i = 0; i < tdi_look_count(recipe); i++) {
        TdStatus status = tdi_look_still(recipe, i, &stills[*count], err);
        if (status != TD_OK)
            return status;
        if (same_neurons(stills[*count], recipe))
            ++*count;
        else
            td_recipe_free(stills[*count]);
    }
    return TD_OK;
}

static TdStatus make_room(Sample *sample, const Inside *inside, const TdRun *run, TdError *err)
{
    size_t floats = inside->at[inside->layout.count] * sample->points;
    TdStatus status = tdi_check_limit(run, floats * sizeof(float), "the neurons' ranges",
                                      "draw one layer or neuron alone", err);
    if (status != TD_OK)
        return status;
    sample->values = tdi_alloc(floats, sizeof(float));
    return sample->values == NULL ? tdi_fail_memory(err, floats * sizeof(float)) : TD_OK;
}

/* sample->values is the caller's to free. */
static TdStatus take_sample(const Inside *inside, Sample *sample, const TdRun *run,
                            TdError *err)
{
    TdRecipe *stills[TDI_LOOK_FRAMES];
    uint32_t count;
    TdStatus status = find_stills(inside->recipe, stills, &count, err);
    sample->side = count > 0 ? FILM_SIDE : TDI_TONE_SIDE;
    sample->points = (size_t)(count > 0 ? count : 1) * sample->side * sample->side;
    if (status == TD_OK)
        status = make_room(sample, inside, run, err);
    if (status == TD_OK && count == 0)
        status = sample_frame(sample, inside, run, err);
    for (uint32_t i = 0; i < count && status == TD_OK; i++) {
        sample->begin = (size_t)i * sample->side * sample->side;
        status = sample_still(sample, inside, stills[i], run, err);
    }
    for (uint32_t i = 0; i < count; i++)
        td_recipe_free(stills[i]);
    return status;
}

/* ---- Colours ------------------------------------------------------------------------- */

static TdActivation act_of(const TdRecipe *recipe, const TdiBlock *block)
{
    return block->layer == 0 ? TD_ACT_IDENTITY : td_recipe_layer(recipe, block->layer - 1).act;
}

/* The recipe of a block's colours: as if the network ended there, with one output. It borrows
 * the layers of `recipe`, and `item`. */
static TdRecipe neuron_recipe(const TdRecipe *recipe, const TdiBlock *block, TdLayerItem *item)
{
    TdRecipe plain = *recipe;
    *item = (TdLayerItem){
        .width = 1, .repeat = 1, .act = act_of(recipe, block), .size = 1, .groups = 1};
    plain.layers = item;
    plain.layer_items = 1;
    plain.channels = 0;
    if (recipe->palette != TD_PALETTE_GRAY &&
        td_palette_info(recipe->palette)->kind != TD_PALETTE_OF_ONE)
        plain.palette = TD_PALETTE_TIDE;
    return plain;
}

/* Values without bounds: each neuron's own largest one takes the place of the bound. */
static bool is_signed(const TdRecipe *recipe, const TdiBlock *block)
{
    const TdActivationInfo *info = td_activation_info(act_of(recipe, block));
    return recipe->tone == TD_TONE_AFFINE && !(isfinite(info->low) && isfinite(info->high));
}

static bool needs_sample(const Inside *inside)
{
    bool needed = tdi_tone_needs_sample(inside->recipe);
    for (uint32_t b = 0; b < inside->layout.count; b++)
        needed |= !inside->layout.blocks[b].whole &&
                  is_signed(inside->recipe, &inside->layout.blocks[b]);
    return needed;
}

/* Every neuron has the palette of the first, and ranks of its own. */
static TdStatus copy_colour(const TdiColour *first, TdiColour *colour, TdError *err)
{
    enum { RANKS = TDI_RANK_PARTS + 1 };
    *colour = *first;
    if (first->ranks != NULL)
        colour->ranks = tdi_alloc(RANKS, sizeof(float));
    return first->ranks != NULL && colour->ranks == NULL
               ? tdi_fail_memory(err, RANKS * sizeof(float))
               : TD_OK;
}

static TdStatus make_block_colours(Inside *inside, uint32_t b, const Sample *sample,
                                   TdError *err)
{
    const TdiBlock *block = &inside->layout.blocks[b];
    TdLayerItem item;
    TdRecipe recipe = neuron_recipe(inside->recipe, block, &item);
    for (uint32_t k = inside->at[b]; k < inside->at[b + 1]; k++) {
        TdiColour *colour = &inside->colours[k];
        const float *values =
            sample->values != NULL ? sample->values + k * sample->points : NULL;
        TdStatus status =
            k == 0 ? tdi_colour_init(colour, &recipe, 1, inside->renderer.kernels, err)
                   : copy_colour(&inside->colours[0], colour, err);
        if (status != TD_OK)
            return status;
        if (is_signed(inside->recipe, block))
            tdi_colour_set_signed(colour, &recipe, values, sample->points);
        else
            tdi_colour_set_tone(colour, &recipe, values, sample->points, 1);
    }
    return TD_OK;
}

static TdStatus make_colours(Inside *inside, const TdRun *run, TdError *err)
{
    uint32_t count = inside->at[inside->layout.count];
    Sample sample = {0};
    TdStatus status = TD_OK;
    if (inside->field)
        return TD_OK;
    inside->colours = tdi_alloc(count, sizeof *inside->colours);
    if (inside->colours == NULL)
        return tdi_fail_memory(err, count * sizeof *inside->colours);
    if (needs_sample(inside))
        status = take_sample(inside, &sample, run, err);
    TdiFpMode mode = tdi_fp_enter();
    for (uint32_t b = 0; b < inside->layout.count && status == TD_OK; b++)
        status = make_block_colours(inside, b, &sample, err);
    tdi_fp_leave(mode);
    tdi_free(sample.values);
    return status;
}

static void free_colours(Inside *inside)
{
    uint32_t count = inside->colours != NULL ? inside->at[inside->layout.count] : 0;
    for (uint32_t k = 0; k < count; k++)
        tdi_free(inside->colours[k].ranks);
    if (count > 0)
        tdi_free(inside->colours[0].table); /* the others borrow it */
    tdi_free(inside->colours);
}

/* ---- Drawing a band ------------------------------------------------------------------ */

static void add_slice(Inside *inside, const TdiBand *band, uint32_t b, uint32_t line,
                      TdiBandJobs *jobs)
{
    const TdiBlock *block = &inside->layout.blocks[b];
    uint32_t top = block->y + line * (block->height + inside->layout.gap);
    uint32_t bottom = top + block->height, end = band->y + band->count;
    uint32_t from = band->y > top ? band->y : top, to = end < bottom ? end : bottom;
    if (from >= to)
        return;
    Slice *slice = &inside->slices[inside->slice_count++];
    *slice = (Slice){b, line, tdi_tiling(block->width, from - top, to - from, TDI_TILE_PIXELS)};
    jobs->count += slice->tiling.tiles;
}

static size_t scratch_bytes(const Inside *inside)
{
    size_t rows = 0;
    for (uint32_t b = 0; b < inside->layout.count; b++)
        rows =
            inside->layout.blocks[b].columns > rows ? inside->layout.blocks[b].columns : rows;
    rows = SUM_ROWS * rows + SUM_ROWS + 1; /* sums, what colour wants to spare, one neuron's */
    return tdi_renderer_scratch(&inside->renderer) + rows * row_floats(inside) * sizeof(float) +
           TDI_TILE_PIXELS * td_sample_size(inside->head.raster.type);
}

/* Where pixel (0, 0) of picture i of a slice's line would go, and the tile from there. */
static unsigned char *place_of(const Inside *inside, const Slice *slice, uint32_t i,
                               TdiTile tile, const TdiBand *band)
{
    const TdiBlock *block = &inside->layout.blocks[slice->block];
    const TdRaster *raster = &inside->head.raster;
    uint32_t y = block->y + slice->line * (block->height + inside->layout.gap) + tile.y;
    uint32_t x = block->x + i * (block->width + inside->layout.gap) + tile.x;
    return band->rows + (y - band->y) * band->row_bytes +
           (size_t)x * raster->channels * td_sample_size(raster->type);
}

/* Sums of the encoded samples of each neuron of a line, SUM_ROWS rows a neuron. */
static void add_neurons(const Inside *inside, const Slice *slice, const Pixels *pixels,
                        uint32_t sub, char *scratch, float *sums)
{
    const TdiBlock *block = &inside->layout.blocks[slice->block];
    const TdKernels *kernels = inside->renderer.kernels;
    size_t stride = row_floats(inside);
    uint32_t first = slice->line * block->columns,
             count = tdi_block_in_line(block, slice->line);
    float *row = sums + (size_t)SUM_ROWS * block->columns * stride, *spare = row + stride;
    Known known = look_up(inside, &inside->view, slice->block, pixels, sub, 0, scratch);
    for (uint32_t i = 0; i < count; i++) {
        const TdiColour *colour = &inside->colours[inside->at[slice->block] + first + i];
        take_row(inside, &known, block->layer, tdi_block_neuron(block, first + i),
                 pixels->points, row);
        const float *codes = tdi_colour_apply(colour, row, stride, pixels->points, spare);
        for (uint32_t c = 0; c < colour->channels; c++) {
            float *sum = sums + ((size_t)SUM_ROWS * i + c) * stride;
            if (sub == 0)
                memcpy(sum, codes + c * stride, pixels->points * sizeof *sum);
            else
                kernels->add(sum, codes + c * stride, pixels->points);
        }
    }
}

static void draw_pixels(const Inside *inside, const Slice *slice, const Pixels *pixels,
                        const TdiBand *band, char *scratch)
{
    const TdiBlock *block = &inside->layout.blocks[slice->block];
    float *sums = (float *)(void *)(scratch + tdi_renderer_scratch(&inside->renderer));
    uint32_t samples = (uint32_t)(inside->view.grid * inside->view.grid);
    uint32_t first = slice->line * block->columns;
    for (uint32_t sub = 0; sub < samples; sub++)
        add_neurons(inside, slice, pixels, sub, scratch, sums);
    for (uint32_t i = 0; i < tdi_block_in_line(block, slice->line); i++)
        tdi_colour_store(
            &inside->colours[inside->at[slice->block] + first + i], pixels->tile, pixels->first,
            pixels->count, sums + (size_t)SUM_ROWS * i * row_floats(inside), row_floats(inside),
            (float)samples, place_of(inside, slice, i, pixels->tile, band), band->row_bytes);
}

static void draw_field(const Inside *inside, const Slice *slice, const Pixels *pixels,
                       const TdiBand *band, char *scratch)
{
    const TdiBlock *block = &inside->layout.blocks[slice->block];
    float *row = (float *)(void *)(scratch + tdi_renderer_scratch(&inside->renderer));
    Known known = look_up(inside, &inside->view, slice->block, pixels, 0, 0, scratch);
    take_row(inside, &known, block->layer, tdi_block_neuron(block, 0), pixels->points, row);
    tdi_field_store(row, row_floats(inside), 1, pixels->tile, pixels->first, pixels->count,
                    place_of(inside, slice, 0, pixels->tile, band), band->row_bytes);
}

/* The output's picture; a gray one becomes as coloured as its neighbours. */
static void draw_whole(const Inside *inside, const Slice *slice, TdiTile tile,
                       const TdiBand *band, const TdiWorker *worker)
{
    unsigned char *out = place_of(inside, slice, 0, tile, band);
    size_t sample = td_sample_size(inside->head.raster.type);
    if (inside->renderer.raster.channels == inside->head.raster.channels) {
        tdi_renderer_tile(&inside->renderer, tile, worker, out, band->row_bytes);
        return;
    }
    unsigned char *gray =
        (unsigned char *)worker->scratch + tdi_renderer_scratch(&inside->renderer);
    tdi_renderer_tile(&inside->renderer, tile, worker, gray, tile.width * sample);
    tdi_spread_gray(gray, sample, tile, out, band->row_bytes);
}

static void work(const TdPicture *picture, const TdiBand *band, size_t job,
                 const TdiWorker *worker)
{
    const Inside *inside = (const Inside *)picture;
    const Slice *slice = inside->slices;
    for (; job >= slice->tiling.tiles; slice++)
        job -= slice->tiling.tiles;
    TdiTile tile = tdi_tiling_tile(&slice->tiling, job);
    uint32_t all = tile.width * tile.height, most = (uint32_t)row_floats(inside);
    if (inside->layout.blocks[slice->block].whole) {
        draw_whole(inside, slice, tile, band, worker);
        return;
    }
    for (uint32_t first = 0; first < all && !tdi_is_cancelled(worker->run); first += most) {
        uint32_t count = all - first < most ? all - first : most;
        Pixels pixels = {tile, first, count, (uint32_t)tdi_round_up(count, TD_POINT_GRAIN)};
        if (inside->field)
            draw_field(inside, slice, &pixels, band, worker->scratch);
        else
            draw_pixels(inside, slice, &pixels, band, worker->scratch);
    }
}

static TdStatus prepare(TdPicture *picture, const TdiBand *band, TdiBandJobs *jobs,
                        TdError *err)
{
    Inside *inside = (Inside *)picture;
    memset(band->rows, TDI_PAPER, band->count * band->row_bytes);
    tdi_miniature_draw(&inside->miniature, &picture->raster, band);
    inside->slice_count = 0;
    for (uint32_t b = 0; b < inside->layout.count; b++)
        for (uint32_t line = 0; line < tdi_block_lines(&inside->layout.blocks[b]); line++)
            add_slice(inside, band, b, line, jobs);
    jobs->scratch_bytes = scratch_bytes(inside);
    jobs->work = work;
    return inside->font == NULL ? TD_OK
                                : tdi_inside_words_draw(&inside->words, inside->font,
                                                        &picture->raster, band, err);
}

static TdStatus draw(TdPicture *picture, TdiBand *band, const TdRun *run, TdError *err)
{
    TdiBandJobs jobs = {0};
    TdStatus status = prepare(picture, band, &jobs, err);
    return status == TD_OK ? tdi_draw_jobs(picture, band, &jobs, run, err) : status;
}

static void free_inside(TdPicture *picture)
{
    Inside *inside = (Inside *)picture;
    tdi_font_close(inside->font);
    tdi_inside_words_clear(&inside->words);
    tdi_miniature_clear(&inside->miniature);
    free_colours(inside);
    clear_maps(inside);
    tdi_renderer_clear(&inside->renderer);
    tdi_free(inside->slices);
    td_recipe_free(inside->recipe);
    tdi_free(inside);
}

/* ---- Making one ---------------------------------------------------------------------- */

/* The block of the output's picture, or NULL. */
static const TdiBlock *find_whole(const TdiInsideLayout *layout)
{
    for (uint32_t b = 0; b < layout->count; b++)
        if (layout->blocks[b].whole)
            return &layout->blocks[b];
    return NULL;
}

static TdStatus make_renderer(Inside *inside, const TdRun *run, TdError *err)
{
    const TdiBlock *whole = find_whole(&inside->layout), *first = &inside->layout.blocks[0];
    TdRun quiet = *run;
    quiet.progress = NULL;
    inside->recipe->engine = TD_ENGINE_DENSE; /* neurons share what is evaluated */
    inside->recipe->size = (TdSize){.width = whole != NULL ? whole->width : first->width,
                                    .height = whole != NULL ? whole->height : first->height};
    TdStatus status = tdi_renderer_init(&inside->renderer, inside->recipe,
                                        whole != NULL ? TD_SAMPLES_COLOUR : TD_SAMPLES_FIELD,
                                        NULL, &quiet, err);
    if (status != TD_OK)
        return status;
    TdiFpMode mode = tdi_fp_enter();
    inside->view = tdi_view(inside->recipe, first->width, first->height,
                            inside->field ? 1 : inside->recipe->antialias);
    tdi_fp_leave(mode);
    status = make_maps(inside, &quiet, err);
    if (status == TD_OK && inside->renderer.convnet != NULL && whole != NULL)
        status = tdi_raster_prepare(&inside->renderer,
                                    (TdiTile){0, 0, whole->width, whole->height}, &quiet, err);
    return status == TD_OK ? make_colours(inside, &quiet, err) : status;
}

static void set_raster(Inside *inside, TdSize size)
{
    const TdRecipe *recipe = inside->recipe;
    TdSampleType type = inside->field        ? TD_SAMPLE_F32
                        : recipe->bits == 16 ? TD_SAMPLE_U16
                                             : TD_SAMPLE_U8;
    uint32_t channels = inside->field || recipe->palette == TD_PALETTE_GRAY ? 1 : 3;
    inside->head.raster = (TdRaster){.width = inside->layout.width,
                                     .height = inside->layout.height,
                                     .channels = channels,
                                     .type = type,
                                     .dots_per_inch = size.dots_per_inch};
}

static TdStatus check_field(const TdRecipe *recipe, TdSamples samples, TdError *err)
{
    if (samples != TD_SAMPLES_FIELD || recipe->neuron != 0)
        return TD_OK;
    return tdi_fail(err, TD_ERROR_RECIPE,
                    "draw: the raw field is of one neuron; choose it with layer and neuron");
}

static TdStatus init(Inside *inside, const TdRecipe *recipe, TdDetail detail, const TdRun *run,
                     TdError *err)
{
    TdStatus status = tdi_inside_layout(recipe, &inside->layout, err);
    if (status != TD_OK)
        return status;
    for (uint32_t b = 0; b < inside->layout.count; b++) {
        const TdiBlock *block = &inside->layout.blocks[b];
        inside->at[b + 1] = inside->at[b] + (block->whole ? 0 : block->shown);
        inside->slices_most += tdi_block_lines(block);
    }
    inside->recipe = td_recipe_copy(recipe);
    inside->slices = tdi_alloc(inside->slices_most, sizeof *inside->slices);
    if (inside->recipe == NULL || inside->slices == NULL)
        return tdi_fail_memory(err, inside->slices_most * sizeof *inside->slices);
    set_raster(inside, recipe->size);
    status = make_renderer(inside, run, err);
    if (status == TD_OK && detail == TD_DETAIL_ALL && inside->layout.diagram_height > 0)
        status = tdi_miniature_make(recipe, inside->layout.width, inside->layout.diagram_height,
                                    run, &inside->miniature, &inside->head.note, err);
    if (status != TD_OK || detail != TD_DETAIL_ALL || inside->layout.letter == 0)
        return status;
    inside->font = tdi_font_open(&inside->head.note);
    return tdi_inside_words_init(&inside->words, inside->recipe, &inside->layout, err);
}

TdStatus tdi_inside_create(const TdRecipe *recipe, TdSamples samples, TdDetail detail,
                           const TdRun *run, TdPicture **picture, TdError *err)
{
    static const TdiPictureKind kind = {draw, NULL, free_inside};
    TdRun resolved = td_run_resolved(run);
    TdStatus status = check_field(recipe, samples, err);
    if (status != TD_OK)
        return status;
    Inside *inside = tdi_alloc(1, sizeof *inside);
    if (inside == NULL)
        return tdi_fail_memory(err, sizeof *inside);
    inside->head.kind = &kind;
    inside->field = samples == TD_SAMPLES_FIELD;
    status = init(inside, recipe, detail, &resolved, err);
    if (status != TD_OK) {
        free_inside(&inside->head);
        return status;
    }
    *picture = &inside->head;
    return TD_OK;
}
