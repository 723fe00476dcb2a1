/* Layers and their weights. */
#include "tiedye/network.h"

#include "base/error.h"
#include "base/fpmode.h"
#include "base/jobs.h"
#include "base/memory.h"
#include "base/random.h"
#include "network/lattice.h"
#include "recipe/values.h"

/* Numbers that one job draws, about. */
enum { PIECE = 1 << 18 };

/* One layer, whose neurons are drawn `rows` at a time. */
typedef struct LayerJobs {
    const TdRecipe *recipe;
    const TdLayer *layer;
    bool first, solid;
    uint32_t rows;
    uint16_t stream;
    bool turns;          /* into the network of another seed, */
    double cosine, sine; /* with these shares of both */
} LayerJobs;

static uint32_t count_bits(uint32_t bits)
{
    uint32_t count = 0;
    for (; bits != 0; bits &= bits - 1)
        count++;
    return count;
}

/* Weights of one input of an output. */
static uint32_t count_taps(const TdRecipe *recipe, const TdLayerItem *item)
{
    if (item->kind != TD_LAYER_CONV)
        return 1;
    uint32_t flat = item->size * item->size;
    return td_recipe_is_solid(recipe) ? flat * item->size : flat;
}

/* Numbers of one output of a layer that is fed `in` channels: its weights and its bias. */
static uint64_t row_numbers(const TdRecipe *recipe, const TdLayerItem *item, uint64_t in)
{
    uint64_t weights = tdi_mul_size(in / item->groups, count_taps(recipe, item));
    return tdi_layer_has_weights(item->kind) ? tdi_add_size(weights, 1) : 0;
}

uint64_t td_network_parameters(const TdRecipe *recipe)
{
    uint64_t sum = 0, in = count_bits(td_recipe_inputs(recipe));
    for (size_t i = 0; i < recipe->layer_items; i++) {
        const TdLayerItem *item = &recipe->layers[i];
        for (uint32_t k = 1; k <= item->repeat; k++) {
            bool last = i + 1 == recipe->layer_items && k == item->repeat;
            uint64_t out = last                                ? td_recipe_channels(recipe)
                           : tdi_layer_has_weights(item->kind) ? item->width
                                                               : in;
            sum = tdi_add_size(sum, tdi_mul_size(row_numbers(recipe, item, in), out));
            in = out;
        }
    }
    return sum;
}

/* The deviate of unit variance that u stands for. */
static double deviate(double u, TdDist dist)
{
    return dist == TD_DIST_NORMAL ? tdi_normal_quantile(u)
                                  : (2 * u - 1) * 0x1.bb67ae8584caap0; /* sqrt(3) */
}

/* Four places of the stream of the network, and of that which it turns into. */
typedef struct Four {
    double own[4], other[4];
} Four;

static Four draw_four(const LayerJobs *jobs, TdiPlace place)
{
    Four four;
    tdi_uniform4(jobs->recipe->seed, place, four.own);
    if (jobs->turns)
        tdi_uniform4(jobs->recipe->morph_seed.seed, place, four.other);
    return four;
}

/* The deviate at place i of four. Sums of two weighted by cosine and sine have unit variance.
 */
static double take(const LayerJobs *jobs, const Four *four, uint32_t i)
{
    double own = deviate(four->own[i], jobs->recipe->dist);
    if (!jobs->turns)
        return own;
    return jobs->cosine * own + jobs->sine * deviate(four->other[i], jobs->recipe->dist);
}

/* The weights into neuron `to` at tap `tap` of a layer whose inputs are 0, 1, 2, ..., or with
 * groups `first_from`, `first_from` + 1, ... */
static void draw_row(const LayerJobs *jobs, uint32_t to, uint32_t tap, double sigma, float *row)
{
    const TdLayer *layer = jobs->layer;
    uint32_t count = layer->in / layer->groups, each = layer->out / layer->groups;
    uint32_t first = to / each * count;
    Four four = {0};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = first + i;
        TdiPlace place = {from / 4 * 4, to, jobs->stream, (uint16_t)tap, TDI_RANDOM_WEIGHT};
        if (i == 0 || from % 4 == 0)
            four = draw_four(jobs, place);
        row[(size_t)i * layer->taps] = (float)(take(jobs, &four, from % 4) * sigma);
    }
}

/* The same for the first layer, whose inputs have fixed indices by name. With groups, each has
 * its share of those that are fed. */
static void draw_input_row(const LayerJobs *jobs, uint32_t to, uint32_t tap, double sigma,
                           float *row)
{
    const TdLayer *layer = jobs->layer;
    uint32_t inputs = td_recipe_inputs(jobs->recipe), fed = 0;
    uint32_t count = layer->in / layer->groups, group = to / (layer->out / layer->groups);
    for (uint32_t first = 0; first < TD_INPUT_COUNT; first += 4) {
        if ((inputs >> first & 15) == 0)
            continue;
        TdiPlace place = {first, to, jobs->stream, (uint16_t)tap, TDI_RANDOM_WEIGHT};
        Four four = draw_four(jobs, place);
        for (uint32_t i = 0; i < 4; i++) {
            if ((inputs & 1u << (first + i)) == 0)
                continue;
            if (fed / count == group)
                row[(size_t)(fed % count) * layer->taps] =
                    (float)(take(jobs, &four, i) * sigma);
            fed++;
        }
    }
}

static void draw_bias(const LayerJobs *jobs, uint32_t to, float *bias)
{
    TdiPlace place = {0, to, jobs->stream, 0, TDI_RANDOM_BIAS};
    Four four = draw_four(jobs, place);
    *bias = (float)(take(jobs, &four, 0) * jobs->recipe->sigma_b);
}

/* Weights and biases of the neurons from `begin` to `end`. */
static void draw_neurons(const LayerJobs *jobs, uint32_t begin, uint32_t end)
{
    const TdLayer *layer = jobs->layer;
    float *weights = (float *)layer->weights, *bias = (float *)layer->bias;
    size_t numbers = (size_t)(layer->in / layer->groups) * layer->taps;
    double sigma = jobs->recipe->sigma_w;
    if (jobs->recipe->init == TD_INIT_FAN_IN)
        sigma = sigma / __builtin_sqrt((double)numbers);
    for (uint32_t to = begin; to < end; to++) {
        for (uint32_t t = 0; t < layer->taps; t++) {
            uint32_t tap =
                layer->kind == TD_LAYER_CONV ? tdi_tap(layer->size, jobs->solid, t) : 0;
            float *row = weights + to * numbers + t;
            if (jobs->first)
                draw_input_row(jobs, to, tap, sigma, row);
            else
                draw_row(jobs, to, tap, sigma, row);
        }
        draw_bias(jobs, to, &bias[to]);
    }
}

/* Neurons are drawn in pieces, each a job. */
static void draw_piece(const void *user, size_t piece, const TdiWorker *worker)
{
    const LayerJobs *jobs = user;
    uint32_t begin = (uint32_t)piece * jobs->rows, left = jobs->layer->out - begin;
    (void)worker;
    draw_neurons(jobs, begin, left < jobs->rows ? jobs->layer->out : begin + jobs->rows);
}

/* Whether what a layer is fed are the network's inputs, in their order: no layer with weights
 * comes before. */
static bool is_fed_inputs(const TdNetwork *network, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (network->layers[i].weights != NULL)
            return false;
    return true;
}

/* stream: how many layers with weights come before. */
static TdStatus draw_layer(const TdRecipe *recipe, const TdNetwork *network, uint32_t index,
                           uint16_t stream, const TdRun *run, TdError *err)
{
    const TdLayer *layer = &network->layers[index];
    bool last = index + 1 == network->depth;
    uint64_t each = (uint64_t)(layer->in / layer->groups) * layer->taps;
    uint32_t rows = each >= PIECE ? 1 : PIECE / (uint32_t)each;
    LayerJobs drawn = {.recipe = recipe,
                       .layer = layer,
                       .first = is_fed_inputs(network, index),
                       .solid = network->solid,
                       .rows = rows,
                       .stream = last ? TDI_OUTPUT_LAYER : stream,
                       .turns = recipe->morph_seed.set && recipe->morph != 0};
    if (drawn.turns)
        tdi_cos_sin_degrees(recipe->morph, &drawn.cosine, &drawn.sine);
    TdiJobs jobs = {.count = (layer->out - 1) / rows + 1,
                    .work = draw_piece,
                    .user = &drawn,
                    .stage = "layers",
                    .done = index,
                    .span = 1,
                    .total = network->depth};
    return tdi_run_jobs(&jobs, run, err);
}

/* Layer `index` of an item that is fed `in` channels; its numbers are not there yet. */
static TdLayer layer_of(const TdRecipe *recipe, const TdLayerItem *item, uint32_t index,
                        bool last, uint32_t in)
{
    bool weights = tdi_layer_has_weights(item->kind);
    TdActivation act = item->act != TD_ACT_COUNT ? item->act : last ? recipe->out : recipe->act;
    return (TdLayer){.in = in,
                     .out = last      ? td_recipe_channels(recipe)
                            : weights ? item->width
                                      : in,
                     .act = weights ? act : TD_ACT_IDENTITY,
                     .residual = recipe->residual && index > 0 && !last && weights,
                     .kind = item->kind,
                     .size = item->kind == TD_LAYER_DENSE ? 1 : item->size,
                     .taps = count_taps(recipe, item),
                     .dilation = item->dilation,
                     .stride = item->kind == TD_LAYER_POOL ? item->size : item->stride,
                     .groups = item->groups,
                     .padding =
                         item->padding == TD_PADDING_COUNT ? recipe->padding : item->padding,
                     .pool = item->pool,
                     .upsample = item->upsample};
}

/* Carve the layers and their numbers out of the block behind `network`. */
static void lay_out(const TdRecipe *recipe, TdNetwork *network)
{
    TdLayer *layers = (TdLayer *)(network + 1);
    float *numbers = (float *)(layers + network->depth);
    uint32_t index = 0, in = network->input_width;
    for (size_t i = 0; i < recipe->layer_items; i++) {
        const TdLayerItem *item = &recipe->layers[i];
        for (uint32_t k = 0; k < item->repeat; k++, index++) {
            TdLayer *layer = &layers[index];
            *layer = layer_of(recipe, item, index, index + 1 == network->depth, in);
            in = layer->out;
            if (!tdi_layer_has_weights(layer->kind))
                continue;
            size_t weights = (size_t)(layer->in / layer->groups) * layer->taps * layer->out;
            layer->weights = numbers;
            layer->bias = numbers + weights;
            numbers += weights + layer->out;
        }
    }
    network->layers = layers;
}

/* Bytes that a network needs until it is drawn: its numbers as they are made, the plan, and
 * each thread's rows of the widest layer. */
static uint64_t memory_needed(const TdRecipe *recipe, const TdRun *run)
{
    uint64_t widest = td_recipe_channels(recipe);
    for (size_t i = 0; i < recipe->layer_items; i++)
        widest = recipe->layers[i].width > widest ? recipe->layers[i].width : widest;
    uint64_t rows = widest * 2 * TD_POINT_GRAIN * sizeof(float) * (uint64_t)run->threads;
    uint64_t numbers = tdi_mul_size(td_network_parameters(recipe), sizeof(float));
    uint64_t layers = (uint64_t)td_recipe_depth(recipe) * sizeof(TdLayer);
    return tdi_add_size(tdi_add_size(numbers, layers + rows), td_plan_bytes(recipe));
}

TdStatus td_network_create(const TdRecipe *recipe, const TdRun *run, TdNetwork **network,
                           TdError *err)
{
    TdRun resolved = td_run_resolved(run);
    uint32_t depth = td_recipe_depth(recipe);
    *network = NULL;
    TdStatus status = tdi_check_channels(recipe, err);
    if (status == TD_OK)
        status = tdi_check_limit(&resolved, memory_needed(recipe, &resolved),
                                 "layers: the network", "use fewer or narrower layers", err);
    if (status != TD_OK)
        return status;
    uint64_t bytes = td_network_parameters(recipe) * sizeof(float);
    bytes += sizeof **network + depth * sizeof(TdLayer);
    TdNetwork *made = tdi_alloc(1, bytes);
    if (made == NULL)
        return tdi_fail_memory(err, bytes);
    made->inputs = td_recipe_inputs(recipe);
    made->varying = td_recipe_varying(recipe);
    made->input_width = count_bits(made->inputs);
    made->depth = depth;
    made->raster = td_recipe_is_raster(recipe);
    made->solid = made->raster && td_recipe_is_solid(recipe);
    lay_out(recipe, made);
    uint16_t stream = 0;
    for (uint32_t i = 0; i < depth && status == TD_OK; i++)
        if (made->layers[i].weights != NULL)
            status = draw_layer(recipe, made, i, stream++, &resolved, err);
    if (status != TD_OK) {
        td_network_free(made);
        return status;
    }
    *network = made;
    return TD_OK;
}

void td_network_free(TdNetwork *network)
{
    tdi_free(network);
}

TdInput td_network_input(const TdNetwork *network, uint32_t column)
{
    unsigned input = 0;
    for (; input < TD_INPUT_COUNT; input++)
        if ((network->inputs & 1u << input) != 0 && column-- == 0)
            break;
    return (TdInput)input;
}

void td_network_fold(const TdNetwork *network, const double constants[TD_INPUT_COUNT],
                     float *bias)
{
    const TdLayer *layer = &network->layers[0];
    TdiFpMode mode = tdi_fp_enter();
    for (uint32_t o = 0; o < layer->out; o++) {
        float sum = layer->bias[o];
        for (uint32_t i = 0; i < layer->in; i++) {
            TdInput input = td_network_input(network, i);
            if ((network->varying & 1u << input) != 0)
                continue;
            float product = layer->weights[(size_t)o * layer->in + i] * (float)constants[input];
            sum = sum + product;
        }
        bias[o] = sum;
    }
    tdi_fp_leave(mode);
}
