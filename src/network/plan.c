/* A network packed for the kernels. */
#include <string.h>

#include "base/error.h"
#include "base/jobs.h"
#include "base/memory.h"
#include "kernels/find.h"
#include "network/lattice.h"
#include "tiedye/network.h"

enum {
    MOST_POINTS = 512,
    /* Two rows of a block should stay in the first-level cache beside each other. */
    BLOCK_BYTES = 24 * 1024
};

typedef struct Step {
    TdDense dense;
    uint32_t in, out;
    bool residual;
} Step;

struct TdPlan {
    const TdKernels *kernels;
    uint32_t inputs, depth;
    size_t points, widest;        /* points a block; padded rows of the widest layer */
    Step *steps;                  /* (depth) */
    float *x_weights, *y_weights; /* (padded outputs) of layer 0, where it shares rows */
};

static size_t padded(size_t width)
{
    return (width + TD_OUTPUT_GRAIN - 1) / TD_OUTPUT_GRAIN * TD_OUTPUT_GRAIN;
}

/* Whether column i of layer 0 varies over a picture. */
static bool column_varies(const TdNetwork *network, uint32_t column)
{
    return (network->varying & 1u << td_network_input(network, column)) != 0;
}

static uint32_t packed_inputs(const TdNetwork *network, uint32_t index)
{
    uint32_t count = 0;
    if (index > 0)
        return network->layers[index].in;
    for (uint32_t i = 0; i < network->input_width; i++)
        count += column_varies(network, i);
    return count;
}

/* One layer's weights, packed group by group, input by input, four neurons together. */
typedef struct PackJobs {
    const TdNetwork *network;
    uint32_t index, inputs; /* of the layer; that vary */
    float *packed;
} PackJobs;

enum { GROUPS_A_JOB = 64 };

static void pack_group(const PackJobs *jobs, uint32_t group)
{
    const TdLayer *layer = &jobs->network->layers[jobs->index];
    uint32_t first = group * TD_OUTPUT_GRAIN, left = layer->out - first;
    uint32_t neurons = left < TD_OUTPUT_GRAIN ? left : TD_OUTPUT_GRAIN;
    float *to = jobs->packed + (size_t)group * jobs->inputs * TD_OUTPUT_GRAIN;
    for (uint32_t i = 0; i < layer->in; i++) {
        if (jobs->index == 0 && !column_varies(jobs->network, i))
            continue;
        for (uint32_t k = 0; k < neurons; k++)
            to[k] = layer->weights[(size_t)(first + k) * layer->in + i];
        to += TD_OUTPUT_GRAIN;
    }
}

static void pack_groups(const void *user, size_t job, const TdiWorker *worker)
{
    const PackJobs *jobs = user;
    uint32_t groups =
        (uint32_t)(padded(jobs->network->layers[jobs->index].out) / TD_OUTPUT_GRAIN);
    uint32_t begin = (uint32_t)job * GROUPS_A_JOB;
    (void)worker;
    for (uint32_t group = begin; group < groups && group - begin < GROUPS_A_JOB; group++)
        pack_group(jobs, group);
}

static TdStatus pack_layer(const TdNetwork *network, uint32_t index,
                           const double constants[TD_INPUT_COUNT], const TdRun *run, Step *step,
                           float **numbers, TdError *err)
{
    const TdLayer *layer = &network->layers[index];
    uint32_t inputs = packed_inputs(network, index);
    size_t groups = padded(layer->out) / TD_OUTPUT_GRAIN;
    float *bias = *numbers, *weights = bias + padded(layer->out);
    if (index == 0)
        td_network_fold(network, constants, bias);
    else
        memcpy(bias, layer->bias, layer->out * sizeof *bias);
    *step = (Step){.dense = {weights, bias, inputs, layer->out, layer->act},
                   .in = layer->in,
                   .out = layer->out,
                   .residual = layer->residual};
    *numbers = weights + (size_t)inputs * padded(layer->out);
    PackJobs packed = {network, index, inputs, weights};
    TdiJobs jobs = {
        .count = (groups - 1) / GROUPS_A_JOB + 1, .work = pack_groups, .user = &packed};
    return tdi_run_jobs(&jobs, run, err);
}

static size_t block_points(size_t widest)
{
    size_t points = BLOCK_BYTES / sizeof(float) / widest / TD_POINT_GRAIN * TD_POINT_GRAIN;
    return points < TD_POINT_GRAIN ? TD_POINT_GRAIN
           : points > MOST_POINTS  ? MOST_POINTS
                                   : points;
}

/* Bytes of a plan's head: the structure and its steps, such that floats can follow. */
static size_t head_bytes(const TdNetwork *network)
{
    return (sizeof(TdPlan) + network->depth * sizeof(Step) + 63) / 64 * 64;
}

uint64_t td_plan_bytes(const TdRecipe *recipe)
{
    if (td_recipe_is_raster(recipe))
        return tdi_convnet_bytes(recipe);
    uint64_t floats = 0, in = 5; /* inputs at most */
    for (size_t i = 0; i < recipe->layer_items; i++) {
        for (uint32_t k = 1; k <= recipe->layers[i].repeat; k++) {
            bool last = i + 1 == recipe->layer_items && k == recipe->layers[i].repeat;
            uint64_t out = last ? td_recipe_channels(recipe) : recipe->layers[i].width;
            uint64_t rows = in + 1 + (i == 0 && k == 1 ? 2 : 0); /* x and y apart */
            floats = tdi_add_size(floats, tdi_mul_size(rows, padded((size_t)out)));
            in = out;
        }
    }
    uint64_t steps = (uint64_t)td_recipe_depth(recipe) * sizeof(Step) + sizeof(TdPlan) + 64;
    return tdi_add_size(tdi_mul_size(floats, sizeof(float)), steps);
}

/* Whether layer 0 is fed x and y, and nothing else that varies. */
static bool shares_rows(const TdPlan *plan)
{
    return plan->inputs == (1u << TD_INPUT_X | 1u << TD_INPUT_Y);
}

/* The columns of x and of y in layer 0, apart. */
static void pack_shared(TdPlan *plan, float *numbers)
{
    const TdDense *first = &plan->steps[0].dense;
    size_t outputs = padded(first->outputs);
    plan->x_weights = numbers;
    plan->y_weights = numbers + outputs;
    for (size_t o = 0; o < outputs; o++) {
        size_t group = o / TD_OUTPUT_GRAIN, lane = o % TD_OUTPUT_GRAIN;
        const float *pair = first->weights + group * 2 * TD_OUTPUT_GRAIN + lane;
        plan->x_weights[o] = pair[0];
        plan->y_weights[o] = pair[TD_OUTPUT_GRAIN];
    }
}

static TdPlan *allocate(const TdNetwork *network, size_t *bytes)
{
    size_t floats = 0, widest = padded(packed_inputs(network, 0)); /* rows of input */
    for (uint32_t i = 0; i < network->depth; i++) {
        size_t out = padded(network->layers[i].out);
        floats += (packed_inputs(network, i) + (size_t)1) * out;
        widest = out > widest ? out : widest;
    }
    floats += 2 * padded(network->layers[0].out); /* x and y apart */
    *bytes = head_bytes(network) + floats * sizeof(float);
    TdPlan *plan = tdi_alloc(1, *bytes);
    if (plan != NULL) {
        plan->inputs = network->varying;
        plan->depth = network->depth;
        plan->widest = widest;
        plan->points = block_points(widest);
        plan->steps = (Step *)(plan + 1);
    }
    return plan;
}

TdStatus td_plan_create(const TdNetwork *network, const double constants[TD_INPUT_COUNT],
                        const TdRun *run, TdPlan **plan, TdError *err)
{
    TdRun resolved = td_run_resolved(run);
    const TdKernels *kernels;
    size_t bytes;
    *plan = NULL;
    TdStatus status = tdi_kernels_of(&resolved, &kernels, err);
    if (status != TD_OK)
        return status;
    if (network->raster)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "layers: a network on a raster has no value at a point alone");
    TdPlan *made = allocate(network, &bytes);
    if (made == NULL)
        return tdi_fail_memory(err, bytes);
    made->kernels = kernels;
    float *numbers = (float *)(void *)((char *)made + head_bytes(network));
    for (uint32_t i = 0; i < network->depth && status == TD_OK; i++)
        status = pack_layer(network, i, constants, &resolved, &made->steps[i], &numbers, err);
    if (status != TD_OK) {
        td_plan_free(made);
        return status;
    }
    if (shares_rows(made))
        pack_shared(made, numbers);
    *plan = made;
    return TD_OK;
}

void td_plan_free(TdPlan *plan)
{
    tdi_free(plan);
}

uint32_t td_plan_inputs(const TdPlan *plan)
{
    return plan->inputs;
}

uint32_t td_plan_depth(const TdPlan *plan)
{
    return plan->depth;
}

uint32_t td_plan_width(const TdPlan *plan, uint32_t layer)
{
    return plan->steps[layer].out;
}

TdActivation td_plan_activation(const TdPlan *plan, uint32_t layer)
{
    return plan->steps[layer].dense.act;
}

uint32_t td_plan_outputs(const TdPlan *plan)
{
    return plan->steps[plan->depth - 1].out;
}

size_t td_plan_points(const TdPlan *plan)
{
    return plan->points;
}

const TdKernels *td_plan_kernels(const TdPlan *plan)
{
    return plan->kernels;
}

size_t td_plan_scratch(const TdPlan *plan)
{
    return 2 * plan->widest * plan->points * sizeof(float);
}

float *td_plan_input(const TdPlan *plan, void *scratch)
{
    (void)plan;
    return scratch;
}

/* What a residual layer adds. */
static void add_input(const TdPlan *plan, const Step *step, const float *in, float *out,
                      size_t points)
{
    uint32_t shared = step->in < step->out ? step->in : step->out;
    for (uint32_t o = 0; step->residual && o < shared; o++)
        plan->kernels->add(out + o * plan->points, in + o * plan->points, points);
}

static void evaluate_step(const TdPlan *plan, const Step *step, const float *in, float *out,
                          size_t points)
{
    plan->kernels->dense(&step->dense, in, out, plan->points, points);
    add_input(plan, step, in, out, points);
}

/* Steps go in turn between the two halves of the scratch. */
float *td_plan_layers(const TdPlan *plan, uint32_t first, uint32_t end, void *scratch,
                      size_t points)
{
    float *half[2] = {scratch, (float *)scratch + plan->widest * plan->points};
    for (uint32_t i = first; i < end; i++)
        evaluate_step(plan, &plan->steps[i], half[i % 2], half[(i + 1) % 2], points);
    return half[end % 2];
}

float *td_plan_evaluate(const TdPlan *plan, void *scratch, size_t points)
{
    return td_plan_layers(plan, 0, plan->depth, scratch, points);
}

float *td_plan_sums(const TdPlan *plan, uint32_t layer, void *scratch, size_t points)
{
    float *half[2] = {scratch, (float *)scratch + plan->widest * plan->points};
    TdDense dense = plan->steps[layer].dense;
    float *out = half[(layer + 1) % 2];
    dense.act = TD_ACT_IDENTITY;
    plan->kernels->dense(&dense, half[layer % 2], out, plan->points, points);
    return out;
}

float *td_plan_activate(const TdPlan *plan, uint32_t layer, void *scratch, size_t points)
{
    float *half[2] = {scratch, (float *)scratch + plan->widest * plan->points};
    const Step *step = &plan->steps[layer];
    float *out = half[(layer + 1) % 2];
    for (uint32_t o = 0; o < step->out; o++)
        plan->kernels->activation[step->dense.act](out + o * plan->points, points);
    add_input(plan, step, half[layer % 2], out, points);
    return out;
}

/* ---- Rows that share y ------------------------------------------------------------------- */

size_t td_plan_columns(const TdPlan *plan)
{
    return shares_rows(plan) ? padded(plan->steps[0].out) : 0;
}

void td_plan_share(const TdPlan *plan, const float *x, size_t points, float *columns)
{
    TdDense part = plan->steps[0].dense;
    part.weights = plan->x_weights;
    part.inputs = 1;
    part.act = TD_ACT_IDENTITY;
    plan->kernels->dense(&part, x, columns, points, points);
}

void td_plan_row(const TdPlan *plan, const float *columns, size_t stride, float y,
                 void *scratch, size_t at, size_t points)
{
    const TdDense *first = &plan->steps[0].dense;
    TdRow row = {columns, stride, plan->y_weights, first->outputs, first->act};
    float *out = (float *)scratch + plan->widest * plan->points + at;
    plan->kernels->row(&row, y, out, plan->points, points);
}

float *td_plan_finish(const TdPlan *plan, void *scratch, size_t points)
{
    return td_plan_layers(plan, 1, plan->depth, scratch, points);
}
