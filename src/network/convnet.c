/* A network on a raster, evaluated tile by tile. A tile of a layer's output needs a larger one
 * of what the layer is fed (its halo); so from the tile that is asked for all boxes are found
 * back to the inputs, and then filled, layer by layer, between two halves of the scratch.
 *
 * Cells of a tile lie in lines without gaps, so that a convolution is one run over all of them
 * with its taps at fixed distances: what comes out behind the ends of lines is not looked at.
 */
#include "tiedye/network.h"

#include <string.h>

#include "base/error.h"
#include "base/jobs.h"
#include "base/memory.h"
#include "base/whole.h"
#include "kernels/find.h"
#include "network/cells.h"
#include "network/layout.h"
#include "network/resize.h"

enum {
    CACHED_BYTES = 16 << 20, /* of tiles that are quick because they are small */
    RUN =
        8 * TD_POINT_GRAIN, /* points that all outputs of a layer are computed for at a time */
    ALIGN = 64 / sizeof(float)
};

/* A layer packed for the kernels. */
typedef struct Stage {
    TdLayer layer; /* its numbers are not looked at */
    TdiLattice before, after;
    float *weights, *bias; /* group by group of channels, each filled up to fours of outputs */
} Stage;

struct TdConvnet {
    const TdKernels *kernels;
    TdiCells cells;
    uint32_t depth, input_width;
    Stage *stages;  /* (depth) */
    float *numbers; /* what the stages point into */
};

/* ---- Boxes and layouts ------------------------------------------------------------------- */

uint64_t td_box_cells(const TdBox *box)
{
    uint64_t cells = 1;
    for (int axis = 0; axis < 3; axis++) {
        int64_t side = (int64_t)box->high[axis] - box->low[axis];
        cells = side > 0 ? tdi_mul_size(cells, (uint64_t)side) : 0;
    }
    return cells;
}

/* Lines of `line` floats, `lines` of them in each of `planes`, such that runs may go on for a
 * grain behind their end. */
static TdiLayout lay_out(TdBox box, size_t line, size_t lines, size_t planes)
{
    TdiLayout layout = {.box = box, .line = line, .plane = tdi_round_up(line * lines, ALIGN)};
    layout.channel = tdi_round_up(layout.plane * planes, ALIGN) + TD_POINT_GRAIN;
    return layout;
}

static TdiLayout lay_out_box(TdBox box)
{
    return lay_out(box, (size_t)tdi_side(&box, 0), (size_t)tdi_side(&box, 1),
                   (size_t)tdi_side(&box, 2));
}

static size_t channels_of(uint32_t width)
{
    return tdi_round_up(width, TD_OUTPUT_GRAIN);
}

/* Rows of outputs that are missing in the last four are written too. */
static size_t floats_of(const TdiLayout *layout, uint32_t width)
{
    return tdi_round_up((width + TD_OUTPUT_GRAIN - 1) * layout->channel + TD_POINT_GRAIN,
                        ALIGN);
}

/* ---- What a layer is fed, where its taps are --------------------------------------------- */

static bool is_conv(const TdLayer *layer)
{
    return layer->kind == TD_LAYER_CONV || layer->kind == TD_LAYER_DENSE;
}

/* Number of a tap along each axis. */
static void tap_along(const TdLayer *layer, bool solid, uint32_t t, uint32_t along[3])
{
    along[0] = t % layer->size;
    along[1] = t / layer->size % layer->size;
    along[2] = solid ? t / layer->size / layer->size : 0;
}

/* Cells that a convolution is fed, as it reads them. With a stride they are sorted: along every
 * axis those come first that are 0, then those that are 1, ... modulo the stride, so that those
 * that neighbouring outputs see at a tap are neighbours. */
typedef struct Feed {
    TdiLayout layout; /* of one sort */
    TdBox range;      /* cells, without regard to padding */
    uint32_t stride[3];
    size_t sort;    /* floats from one sort to the next */
    bool direct;    /* the cells lie as the layer before has left them */
    size_t channel; /* floats from channel to channel */
} Feed;

static bool same_box(const TdBox *a, const TdBox *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* before: of the cells that the layer before has made. */
static Feed feed_of(const Stage *stage, const TdiLayout *before, const TdBox *after)
{
    const TdLayer *layer = &stage->layer;
    bool solid = stage->before.solid;
    Feed feed = {.range = tdi_box_before(layer, solid, *after), .stride = {1, 1, 1}};
    size_t count[3], sorts = 1;
    for (int axis = 0; axis < 3; axis++) {
        uint32_t stride = axis < 2 || solid ? layer->stride : 1;
        size_t reach = (size_t)(tdi_side(&feed.range, axis) - 1) -
                       (size_t)(tdi_side(after, axis) - 1) * stride;
        feed.stride[axis] = stride;
        count[axis] = (size_t)tdi_side(after, axis) + reach / stride;
        sorts *= stride;
    }
    feed.direct = sorts == 1 && same_box(&feed.range, &before->box);
    feed.layout = feed.direct ? *before : lay_out(feed.range, count[0], count[1], count[2]);
    feed.sort = tdi_round_up(feed.layout.plane * count[2], ALIGN);
    feed.channel = feed.direct ? before->channel : feed.sort * sorts + TD_POINT_GRAIN;
    return feed;
}

/* Where tap t lies from the place of an output. */
static size_t tap_place(const Stage *stage, const Feed *feed, uint32_t t)
{
    uint32_t along[3];
    size_t place = 0, sort = 0;
    const size_t step[3] = {1, feed->layout.line, feed->layout.plane};
    tap_along(&stage->layer, stage->before.solid, t, along);
    for (int axis = 2; axis >= 0; axis--) {
        uint32_t cell = along[axis] * stage->layer.dilation;
        place += cell / feed->stride[axis] * step[axis];
        sort = sort * feed->stride[axis] + cell % feed->stride[axis];
    }
    return sort * feed->sort + place;
}

/* The tap in the middle. */
static uint32_t middle_tap(const Stage *stage)
{
    uint32_t size = stage->layer.size, middle = (size - 1) / 2;
    uint32_t flat = middle * size + middle;
    return stage->before.solid ? middle * size * size + flat : flat;
}

/* One line of one sort, of one channel. */
static void gather_line(const Stage *stage, const TdiLayout *before, const float *from,
                        const Feed *feed, const int32_t at[3], float *to)
{
    const TdLayer *layer = &stage->layer;
    int32_t y = tdi_padded_cell(&stage->before, layer, 1, at[1]);
    int32_t z = tdi_padded_cell(&stage->before, layer, 2, at[2]);
    if (y == INT32_MIN || z == INT32_MIN) {
        memset(to, 0, feed->layout.line * sizeof *to);
        return;
    }
    const float *line = from + tdi_place(before, before->box.low[0], y, z);
    for (size_t i = 0; i < feed->layout.line; i++) {
        int32_t cell = at[0] + (int32_t)(i * feed->stride[0]);
        int32_t x = cell < feed->range.high[0] ? tdi_padded_cell(&stage->before, layer, 0, cell)
                                               : INT32_MIN; /* behind the last that is needed */
        to[i] = x == INT32_MIN ? 0 : line[x - before->box.low[0]];
    }
}

/* All cells of one sort of one channel; `phase` are the remainders. */
static void gather_sort(const Stage *stage, const TdiLayout *before, const float *from,
                        const Feed *feed, const uint32_t phase[3], float *to)
{
    const TdBox *range = &feed->range;
    int32_t at[3] = {range->low[0] + (int32_t)phase[0], 0, 0};
    size_t z = 0;
    for (at[2] = range->low[2] + (int32_t)phase[2]; at[2] < range->high[2];
         at[2] += (int32_t)feed->stride[2], z++) {
        float *line = to + z * feed->layout.plane;
        for (at[1] = range->low[1] + (int32_t)phase[1]; at[1] < range->high[1];
             at[1] += (int32_t)feed->stride[1], line += feed->layout.line)
            gather_line(stage, before, from, feed, at, line);
    }
}

static void gather(const Stage *stage, const TdiLayout *before, const float *from,
                   const Feed *feed, float *to)
{
    const uint32_t *stride = feed->stride;
    uint32_t sorts = stride[0] * stride[1] * stride[2];
    for (uint32_t c = 0; c < stage->layer.in; c++) {
        for (uint32_t sort = 0; sort < sorts; sort++) {
            uint32_t phase[3] = {sort % stride[0], sort / stride[0] % stride[1],
                                 sort / stride[0] / stride[1]};
            gather_sort(stage, before, from, feed, phase, to + sort * feed->sort);
        }
        from += before->channel;
        to += feed->channel;
    }
}

/* ---- Layers ------------------------------------------------------------------------------ */

/* y = x + act(...): what stands under the middle tap is added. */
static void add_middle(const Stage *stage, const Feed *feed, const float *from,
                       const TdiLayout *after, size_t begin, size_t points, float *to)
{
    const TdLayer *layer = &stage->layer;
    uint32_t shared = layer->in < layer->out ? layer->in : layer->out;
    size_t middle = tap_place(stage, feed, middle_tap(stage)) + begin;
    for (uint32_t c = 0; layer->residual && c < shared; c++) {
        const float *x = from + c * feed->channel + middle;
        float *y = to + c * after->channel + begin;
        for (size_t p = 0; p < points; p++)
            y[p] = y[p] + x[p];
    }
}

/* Points begin .. begin + points - 1 of a plane. */
static void run_conv(const TdConvnet *convnet, const Stage *stage, const Feed *feed,
                     const size_t *taps, const float *from, const TdiLayout *after,
                     size_t begin, size_t points, float *to)
{
    const TdLayer *layer = &stage->layer;
    uint32_t in = layer->in / layer->groups, out = layer->out / layer->groups;
    size_t packed = channels_of(out);
    for (uint32_t g = 0; g < layer->groups; g++) {
        TdConv conv = {.weights = stage->weights + g * packed * in * layer->taps,
                       .bias = stage->bias + g * packed,
                       .taps = taps,
                       .tap_count = layer->taps,
                       .inputs = in,
                       .outputs = out,
                       .act = layer->act};
        convnet->kernels->conv(&conv, from + (size_t)g * in * feed->channel + begin,
                               feed->channel, to + (size_t)g * out * after->channel + begin,
                               after->channel, points);
    }
    add_middle(stage, feed, from, after, begin, points, to);
}

/* What comes out lies in lines as long as those of the feed. */
static TdiLayout conv_layout(const Feed *feed, TdBox after)
{
    TdiLayout layout = feed->layout;
    layout.box = after;
    layout.channel =
        tdi_round_up(layout.plane * (size_t)tdi_side(&after, 2), ALIGN) + TD_POINT_GRAIN;
    return layout;
}

static void do_conv(const TdConvnet *convnet, const Stage *stage, const Feed *feed,
                    const float *from, const TdiLayout *after, size_t *taps, float *to,
                    const TdRun *run)
{
    size_t last =
        (size_t)(tdi_side(&after->box, 1) - 1) * after->line + (size_t)tdi_side(&after->box, 0);
    for (uint32_t t = 0; t < stage->layer.taps; t++)
        taps[t] = tap_place(stage, feed, t);
    for (int32_t z = 0; z < tdi_side(&after->box, 2); z++) {
        size_t plane = (size_t)z * after->plane;
        for (size_t p = 0; p < last && !tdi_is_cancelled(run); p += RUN) {
            size_t points = tdi_round_up(last - p < RUN ? last - p : RUN, TD_POINT_GRAIN);
            run_conv(convnet, stage, feed, taps, from, after, plane + p, points, to);
        }
    }
}

/* ---- A tile ------------------------------------------------------------------------------ */

/* The cells that are needed of a layer's input to have some of its output. */
static TdBox box_needed(const Stage *stage, TdBox after)
{
    TdBox before = tdi_box_before(&stage->layer, stage->before.solid, after);
    return tdi_box_padded(&stage->before, &stage->layer, before);
}

/* What a tile takes: floats of each half of the scratch, of what is gathered, taps; and an
 * estimate of multiply-adds. */
typedef struct Need {
    size_t half, gathered, taps;
    double work;
} Need;

static void need_more(size_t *most, size_t floats)
{
    *most = floats > *most ? floats : *most;
}

static TdiLayout next_layout(const Stage *stage, const TdiLayout *before, TdBox after,
                             Feed *feed)
{
    if (!is_conv(&stage->layer))
        return lay_out_box(after);
    *feed = feed_of(stage, before, &after);
    return conv_layout(feed, after);
}

/* The boxes of all layers up to `layer`, whose own is boxes[layer]. */
static void find_boxes(const TdConvnet *convnet, uint32_t layer, TdBox *boxes)
{
    for (uint32_t i = layer; i > 0; i--)
        boxes[i - 1] = box_needed(&convnet->stages[i - 1], boxes[i]);
}

static Need need_of(const TdConvnet *convnet, uint32_t layer, TdBox *boxes)
{
    TdiLayout now;
    Need need = {0};
    find_boxes(convnet, layer, boxes);
    now = lay_out_box(boxes[0]);
    need_more(&need.half, floats_of(&now, convnet->input_width));
    need.work = 400.0 * (double)td_box_cells(&boxes[0]);
    for (uint32_t i = 0; i < layer; i++) {
        const Stage *stage = &convnet->stages[i];
        Feed feed = {.direct = true};
        now = next_layout(stage, &now, boxes[i + 1], &feed);
        need_more(&need.half, floats_of(&now, stage->layer.out));
        need_more(&need.taps, stage->layer.taps);
        if (!feed.direct)
            need_more(&need.gathered,
                      tdi_round_up(stage->layer.in * feed.channel + 2 * TD_POINT_GRAIN, ALIGN));
        if (!is_conv(&stage->layer))
            need_more(&need.gathered,
                      tdi_round_up(tdi_resize_scratch(&stage->layer, &boxes[i], &boxes[i + 1]),
                                   ALIGN));
        double each = (double)(stage->layer.in / stage->layer.groups) * stage->layer.taps + 16;
        need.work += each * stage->layer.out * (double)td_box_cells(&boxes[i + 1]);
    }
    return need;
}

static size_t need_bytes(const Need *need)
{
    return (2 * need->half + need->gathered) * sizeof(float) +
           tdi_round_up(need->taps * sizeof(size_t), 64);
}

static void fill_inputs(const TdConvnet *convnet, const TdiLayout *layout, float *to,
                        const TdRun *run)
{
    const TdBox *box = &layout->box;
    for (int32_t z = box->low[2]; z < box->high[2]; z++)
        for (int32_t y = box->low[1]; y < box->high[1] && !tdi_is_cancelled(run); y++)
            tdi_cells_line(&convnet->cells, box->low[0], y, z, tdi_side(box, 0),
                           to + tdi_place(layout, box->low[0], y, z), layout->channel);
}

/* Evaluate layers up to `layer` on a tile; gives where its channels are, and how they lie. */
static const float *evaluate(const TdConvnet *convnet, uint32_t layer, TdBox *boxes,
                             const Need *need, void *scratch, const TdRun *run,
                             TdiLayout *layout)
{
    float *half[2] = {scratch, (float *)scratch + need->half};
    float *gathered = half[1] + need->half;
    size_t *taps = (size_t *)(void *)(gathered + need->gathered);
    find_boxes(convnet, layer, boxes);
    TdiLayout now = lay_out_box(boxes[0]);
    fill_inputs(convnet, &now, half[0], run);
    for (uint32_t i = 0; i < layer && !tdi_is_cancelled(run); i++) {
        const Stage *stage = &convnet->stages[i];
        const float *from = half[i % 2];
        float *to = half[(i + 1) % 2];
        Feed feed = {.direct = true};
        TdiLayout next = next_layout(stage, &now, boxes[i + 1], &feed);
        if (!feed.direct) {
            gather(stage, &now, from, &feed, gathered);
            from = gathered;
        }
        if (is_conv(&stage->layer))
            do_conv(convnet, stage, &feed, from, &next, taps, to, run);
        else
            tdi_resize(&stage->layer, stage->before.solid, &now, from, &next, to, gathered);
        now = next;
    }
    *layout = now;
    return half[layer % 2];
}

/* ---- Boxes of any size ------------------------------------------------------------------- */

/* How a box is cut into tiles. */
typedef struct Cut {
    TdBox box;
    int32_t parts[3];
    Need need; /* of the largest tile */
    double work;
} Cut;

static size_t count_tiles(const Cut *cut)
{
    return (size_t)cut->parts[0] * (size_t)cut->parts[1] * (size_t)cut->parts[2];
}

static TdBox tile_of(const Cut *cut, size_t number)
{
    TdBox tile = cut->box;
    for (int axis = 0; axis < 3; axis++) {
        int64_t parts = cut->parts[axis], i = (int64_t)(number % (size_t)parts);
        int64_t side = tdi_side(&cut->box, axis);
        number /= (size_t)parts;
        tile.high[axis] = cut->box.low[axis] + (int32_t)(side * (i + 1) / parts);
        tile.low[axis] = cut->box.low[axis] + (int32_t)(side * i / parts);
    }
    return tile;
}

/* What all tiles take: the largest of each, and the work in all. */
static void look_at_tiles(const TdConvnet *convnet, uint32_t layer, TdBox *boxes, Cut *cut)
{
    cut->need = (Need){0};
    cut->work = 0;
    for (size_t i = 0; i < count_tiles(cut); i++) {
        boxes[layer] = tile_of(cut, i);
        Need need = need_of(convnet, layer, boxes);
        need_more(&cut->need.half, need.half);
        need_more(&cut->need.gathered, need.gathered);
        need_more(&cut->need.taps, need.taps);
        cut->work += need.work;
    }
}

/* Halve the longest sides of tiles. False where nothing is left to be cut. */
static bool cut_more(Cut *cut)
{
    int longest = 0;
    double most = 0;
    for (int axis = 0; axis < 3; axis++) {
        double side = (double)tdi_side(&cut->box, axis) / cut->parts[axis];
        if (side > most) {
            most = side;
            longest = axis;
        }
    }
    if (most < 2)
        return false;
    cut->parts[longest] *= 2;
    return true;
}

/* How long a cut takes, about: its work, more where tiles do not stay in a cache, shared by the
 * threads that have some. */
static double cost_of(const Cut *cut, const TdRun *run)
{
    size_t tiles = count_tiles(cut), threads = (size_t)run->threads;
    double share = (double)((tiles + threads - 1) / threads) / (double)tiles;
    return cut->work * (need_bytes(&cut->need) > CACHED_BYTES ? 1.1 : 1) * share;
}

/* Of all cuts into halves of halves whose tiles fit the memory of every thread, the quickest.
 */
static TdStatus choose_cut(const TdConvnet *convnet, uint32_t layer, const TdBox *box,
                           const TdRun *run, TdBox *boxes, Cut *cut, TdError *err)
{
    uint64_t most = run->max_memory / (2 * (uint64_t)run->threads);
    Cut next = {.box = *box, .parts = {1, 1, 1}};
    *cut = next;
    do {
        look_at_tiles(convnet, layer, boxes, &next);
        bool first = need_bytes(&cut->need) > most || cut->work == 0;
        if (first || cost_of(&next, run) < cost_of(cut, run))
            *cut = next;
    } while ((need_bytes(&next.need) > CACHED_BYTES || need_bytes(&next.need) > most ||
              count_tiles(&next) < 2 * (size_t)run->threads) &&
             !tdi_is_cancelled(run) && cut_more(&next));
    return tdi_check_limit(run, need_bytes(&cut->need) * (uint64_t)run->threads,
                           "layers: a tile of the raster",
                           "use fewer or narrower layers, or fewer --threads", err);
}

typedef struct Tiles {
    const TdConvnet *convnet;
    uint32_t layer;
    Cut cut;
    float *maps;
} Tiles;

static void copy_tile(const Tiles *tiles, const TdiLayout *layout, const float *from)
{
    const TdBox *tile = &layout->box, *box = &tiles->cut.box;
    size_t line = (size_t)tdi_side(box, 0), plane = line * (size_t)tdi_side(box, 1);
    size_t width = (size_t)tdi_side(tile, 0);
    for (uint32_t c = 0; c < td_convnet_channels(tiles->convnet, tiles->layer); c++)
        for (int32_t z = tile->low[2]; z < tile->high[2]; z++)
            for (int32_t y = tile->low[1]; y < tile->high[1]; y++) {
                size_t to = (c * (size_t)tdi_side(box, 2) + (size_t)(z - box->low[2])) * plane +
                            (size_t)(y - box->low[1]) * line +
                            (size_t)(tile->low[0] - box->low[0]);
                memcpy(tiles->maps + to,
                       from + c * layout->channel + tdi_place(layout, tile->low[0], y, z),
                       width * sizeof(float));
            }
}

static void work_tile(const void *user, size_t job, const TdiWorker *worker)
{
    const Tiles *tiles = user;
    TdBox *boxes = worker->scratch;
    size_t head = tdi_round_up((tiles->layer + 1) * sizeof *boxes, 64);
    TdiLayout layout;
    boxes[tiles->layer] = tile_of(&tiles->cut, job);
    const float *maps = evaluate(tiles->convnet, tiles->layer, boxes, &tiles->cut.need,
                                 (char *)worker->scratch + head, worker->run, &layout);
    if (!tdi_is_cancelled(worker->run))
        copy_tile(tiles, &layout, maps);
}

/* Whether a box's cells, and those of all layers before that lie there, can be counted. */
static bool is_near(const TdConvnet *convnet, uint32_t layer, const TdBox *box)
{
    const double most = 1 << 29;
    double origin[3], step[3], before[3];
    td_convnet_place(convnet, layer, origin, step);
    for (uint32_t i = 0; i <= layer; i++) {
        td_convnet_place(convnet, i, origin, before);
        for (int axis = 0; axis < 3; axis++)
            if (box->low[axis] * step[axis] / before[axis] < -most ||
                box->high[axis] * step[axis] / before[axis] > most)
                return false;
    }
    return true;
}

TdStatus td_convnet_maps(const TdConvnet *convnet, uint32_t layer, const TdBox *box,
                         const TdRun *run, float *maps, TdError *err)
{
    TdRun resolved = td_run_resolved(run);
    Tiles tiles = {.convnet = convnet, .layer = layer, .maps = maps};
    if (layer > convnet->depth || td_box_cells(box) == 0 || !is_near(convnet, layer, box))
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "no such layer, or a box without cells or too far away");
    TdBox *boxes = tdi_alloc(layer + 1, sizeof *boxes);
    if (boxes == NULL)
        return tdi_fail_memory(err, (layer + 1) * sizeof *boxes);
    TdStatus status = choose_cut(convnet, layer, box, &resolved, boxes, &tiles.cut, err);
    tdi_free(boxes);
    if (status != TD_OK)
        return status;
    TdiJobs jobs = {.count = count_tiles(&tiles.cut),
                    .scratch_bytes = tdi_round_up((layer + 1) * sizeof *boxes, 64) +
                                     need_bytes(&tiles.cut.need),
                    .work = work_tile,
                    .user = &tiles,
                    .stage = "cells",
                    .span = td_box_cells(box),
                    .total = td_box_cells(box)};
    return tdi_run_jobs(&jobs, &resolved, err);
}

/* ---- Making one -------------------------------------------------------------------------- */

/* Floats that a layer's packed weights and biases take. */
static uint64_t packed_floats(const TdLayer *layer)
{
    uint64_t outputs = channels_of(layer->out / layer->groups);
    uint64_t each = (uint64_t)(layer->in / layer->groups) * layer->taps + 1;
    return layer->weights == NULL ? 0 : tdi_mul_size(outputs * layer->groups, each);
}

uint64_t tdi_convnet_bytes(const TdRecipe *recipe)
{
    uint64_t most = 0;
    for (size_t i = 0; i < recipe->layer_items; i++) {
        uint64_t each = recipe->layers[i].groups; /* outputs of a group are filled up to four */
        most = each > most ? each : most;
    }
    uint64_t floats = tdi_mul_size(td_network_parameters(recipe), most > 1 ? 4 : 1);
    return tdi_add_size(tdi_mul_size(floats, sizeof(float)),
                        td_recipe_depth(recipe) * sizeof(Stage));
}

/* Of each four outputs, input by input and tap by tap. */
static void pack_group(const TdLayer *layer, uint32_t g, float *weights, float *bias)
{
    uint32_t out = layer->out / layer->groups, first = g * out;
    size_t each = (size_t)(layer->in / layer->groups) * layer->taps;
    for (uint32_t o = 0; o < out; o++) {
        const float *row = layer->weights + (first + o) * each;
        float *to =
            weights + o / TD_OUTPUT_GRAIN * TD_OUTPUT_GRAIN * each + o % TD_OUTPUT_GRAIN;
        for (size_t i = 0; i < each; i++)
            to[i * TD_OUTPUT_GRAIN] = row[i];
        bias[o] = layer->bias[first + o];
    }
}

static float *pack_stage(Stage *stage, const TdLayer *layer, float *numbers)
{
    size_t packed = channels_of(layer->out / layer->groups);
    size_t each = (size_t)(layer->in / layer->groups) * layer->taps;
    if (layer->weights == NULL)
        return numbers;
    stage->weights = numbers;
    stage->bias = numbers + packed * each * layer->groups;
    for (uint32_t g = 0; g < layer->groups; g++)
        pack_group(layer, g, stage->weights + g * packed * each, stage->bias + g * packed);
    return stage->bias + packed * layer->groups;
}

static TdStatus make_stages(TdConvnet *convnet, const TdNetwork *network, TdError *err)
{
    TdiLattice lattice = convnet->cells.lattice;
    uint64_t floats = 0;
    for (uint32_t i = 0; i < network->depth; i++)
        floats = tdi_add_size(floats, packed_floats(&network->layers[i]));
    convnet->stages = tdi_alloc(network->depth, sizeof *convnet->stages);
    convnet->numbers = tdi_alloc(floats, sizeof(float));
    if (convnet->stages == NULL || convnet->numbers == NULL)
        return tdi_fail_memory(err, tdi_mul_size(floats, sizeof(float)));
    float *numbers = convnet->numbers;
    for (uint32_t i = 0; i < network->depth; i++) {
        Stage *stage = &convnet->stages[i];
        stage->layer = network->layers[i];
        stage->before = lattice;
        stage->after = lattice = tdi_lattice_next(&lattice, &stage->layer);
        numbers = pack_stage(stage, &network->layers[i], numbers);
    }
    return TD_OK;
}

TdStatus td_convnet_create(const TdRecipe *recipe, const TdNetwork *network, const TdRun *run,
                           TdConvnet **convnet, TdError *err)
{
    TdRun resolved = td_run_resolved(run);
    const TdKernels *kernels;
    *convnet = NULL;
    TdStatus status = tdi_kernels_of(&resolved, &kernels, err);
    if (status == TD_OK)
        status = tdi_check_raster(recipe, network, err);
    if (status != TD_OK)
        return status;
    TdConvnet *made = tdi_alloc(1, sizeof *made);
    if (made == NULL)
        return tdi_fail_memory(err, sizeof *made);
    made->kernels = kernels;
    made->depth = network->depth;
    made->input_width = network->input_width;
    status = tdi_cells_init(&made->cells, recipe, err);
    if (status == TD_OK)
        status = make_stages(made, network, err);
    if (status != TD_OK) {
        td_convnet_free(made);
        return status;
    }
    *convnet = made;
    return TD_OK;
}

void td_convnet_free(TdConvnet *convnet)
{
    if (convnet == NULL)
        return;
    tdi_cells_clear(&convnet->cells);
    tdi_free(convnet->stages);
    tdi_free(convnet->numbers);
    tdi_free(convnet);
}

uint32_t td_convnet_depth(const TdConvnet *convnet)
{
    return convnet->depth;
}

uint32_t td_convnet_channels(const TdConvnet *convnet, uint32_t layer)
{
    return layer == 0 ? convnet->input_width : convnet->stages[layer - 1].layer.out;
}

void td_convnet_place(const TdConvnet *convnet, uint32_t layer, double origin[3],
                      double step[3])
{
    const TdiLattice *lattice =
        layer == 0 ? &convnet->cells.lattice : &convnet->stages[layer - 1].after;
    for (int axis = 0; axis < 3; axis++) {
        origin[axis] = lattice->origin[axis];
        step[axis] = lattice->step[axis];
    }
}
