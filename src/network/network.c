/* Layers and their weights. */
#include "tiedye/network.h"

#include "base/error.h"
#include "base/fpmode.h"
#include "base/jobs.h"
#include "base/memory.h"
#include "base/random.h"

/* Numbers that one job draws, about. */
enum { PIECE = 1 << 18 };

/* One layer, whose neurons are drawn `rows` at a time. */
typedef struct LayerJobs {
    const TdRecipe *recipe;
    const TdLayer *layer;
    bool first;
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

uint64_t td_network_parameters(const TdRecipe *recipe)
{
    uint64_t sum = 0, in = count_bits(td_recipe_inputs(recipe));
    for (size_t i = 0; i < recipe->layer_items; i++) {
        for (uint32_t k = 1; k <= recipe->layers[i].repeat; k++) {
            bool last = i + 1 == recipe->layer_items && k == recipe->layers[i].repeat;
            uint64_t out = last ? td_recipe_channels(recipe) : recipe->layers[i].width;
            sum = tdi_add_size(sum, tdi_mul_size(in + 1, out));
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

/* The weights into neuron `to` of a layer whose inputs are 0, 1, 2, ... */
static void draw_row(const LayerJobs *jobs, uint32_t to, double sigma, float *row)
{
    Four four;
    for (uint32_t from = 0; from < jobs->layer->in; from++) {
        TdiPlace place = {from, to, jobs->stream, 0, TDI_RANDOM_WEIGHT};
        if (from % 4 == 0)
            four = draw_four(jobs, place);
        row[from] = (float)(take(jobs, &four, from % 4) * sigma);
    }
}

/* The same for the first layer, whose inputs have fixed indices by name. */
static void draw_input_row(const LayerJobs *jobs, uint32_t to, double sigma, float *row)
{
    Four four;
    uint32_t inputs = td_recipe_inputs(jobs->recipe);
    for (uint32_t from = 0; from < TD_INPUT_COUNT; from++) {
        TdiPlace place = {from, to, jobs->stream, 0, TDI_RANDOM_WEIGHT};
        if (from % 4 == 0)
            four = draw_four(jobs, place);
        if (inputs & 1u << from)
            *row++ = (float)(take(jobs, &four, from % 4) * sigma);
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
    double sigma = jobs->recipe->sigma_w;
    if (jobs->recipe->init == TD_INIT_FAN_IN)
        sigma = sigma / __builtin_sqrt((double)layer->in);
    for (uint32_t to = begin; to < end; to++) {
        float *row = weights + (size_t)to * layer->in;
        if (jobs->first)
            draw_input_row(jobs, to, sigma, row);
        else
            draw_row(jobs, to, sigma, row);
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

static TdStatus draw_layer(const TdRecipe *recipe, const TdNetwork *network, uint32_t index,
                           const TdRun *run, TdError *err)
{
    const TdLayer *layer = &network->layers[index];
    bool last = index + 1 == network->depth;
    uint32_t rows = layer->in >= PIECE ? 1 : PIECE / layer->in;
    LayerJobs drawn = {.recipe = recipe,
                       .layer = layer,
                       .first = index == 0,
                       .rows = rows,
                       .stream = last ? TDI_OUTPUT_LAYER : (uint16_t)index,
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

/* Carve the layers and their numbers out of the block behind `network`. */
static void lay_out(const TdRecipe *recipe, TdNetwork *network)
{
    TdLayer *layers = (TdLayer *)(network + 1);
    float *numbers = (float *)(layers + network->depth);
    uint32_t index = 0, in = network->input_width;
    for (size_t i = 0; i < recipe->layer_items; i++) {
        TdLayerItem item = recipe->layers[i];
        for (uint32_t k = 0; k < item.repeat; k++, index++) {
            bool last = index + 1 == network->depth;
            uint32_t out = last ? td_recipe_channels(recipe) : item.width;
            TdActivation act = item.act != TD_ACT_COUNT ? item.act
                               : last                   ? recipe->out
                                                        : recipe->act;
            layers[index] = (TdLayer){in,      out,
                                      act,     recipe->residual && index > 0 && !last,
                                      numbers, numbers + (size_t)in * out};
            numbers += ((size_t)in + 1) * out;
            in = out;
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
    TdStatus status =
        tdi_check_limit(&resolved, memory_needed(recipe, &resolved), "layers: the network",
                        "use fewer or narrower layers", err);
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
    lay_out(recipe, made);
    for (uint32_t i = 0; i < depth && status == TD_OK; i++)
        status = draw_layer(recipe, made, i, &resolved, err);
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
