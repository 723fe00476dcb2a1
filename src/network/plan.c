/* A network packed for the kernels. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "tiedye/network.h"

enum {
    MOST_POINTS = 512,
    /* Two rows of a block should stay in the first-level cache beside each other. */
    BLOCK_BYTES = 24 * 1024,
    VARYING = 1u << TD_INPUT_X | 1u << TD_INPUT_Y | 1u << TD_INPUT_R
};

typedef struct Step {
    TdDense dense;
    TdActivation act;
    uint32_t in, out;
    bool residual;
} Step;

struct TdPlan {
    const TdKernels *kernels;
    uint32_t inputs, depth;
    size_t points, widest; /* points a block; padded rows of the widest layer */
    Step *steps;           /* (depth) */
};

static size_t padded(size_t width)
{
    return (width + TD_OUTPUT_GRAIN - 1) / TD_OUTPUT_GRAIN * TD_OUTPUT_GRAIN;
}

/* Whether column i of layer 0 varies over a picture. */
static bool column_varies(const TdNetwork *network, uint32_t column)
{
    for (uint32_t input = 0; input < TD_INPUT_COUNT; input++)
        if ((network->inputs & 1u << input) != 0 && column-- == 0)
            return (VARYING & 1u << input) != 0;
    return false;
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

/* Group by group, input by input, four neurons together. */
static void pack_weights(const TdNetwork *network, uint32_t index, uint32_t inputs,
                         float *packed)
{
    const TdLayer *layer = &network->layers[index];
    for (uint32_t i = 0, column = 0; i < layer->in; i++) {
        if (index == 0 && !column_varies(network, i))
            continue;
        for (uint32_t o = 0; o < layer->out; o++) {
            size_t group = o / TD_OUTPUT_GRAIN;
            packed[(group * inputs + column) * TD_OUTPUT_GRAIN + o % TD_OUTPUT_GRAIN] =
                layer->weights[(size_t)o * layer->in + i];
        }
        column++;
    }
}

static void pack_layer(const TdNetwork *network, uint32_t index,
                       const double constants[TD_INPUT_COUNT], Step *step, float **numbers)
{
    const TdLayer *layer = &network->layers[index];
    uint32_t inputs = packed_inputs(network, index);
    float *bias = *numbers, *weights = bias + padded(layer->out);
    pack_weights(network, index, inputs, weights);
    if (index == 0)
        td_network_fold(network, constants, bias);
    else
        memcpy(bias, layer->bias, layer->out * sizeof *bias);
    *step = (Step){.dense = {weights, bias, inputs, padded(layer->out) / TD_OUTPUT_GRAIN},
                   .act = layer->act,
                   .in = layer->in,
                   .out = layer->out,
                   .residual = layer->residual};
    *numbers = weights + (size_t)inputs * padded(layer->out);
}

static size_t block_points(size_t widest)
{
    size_t points = BLOCK_BYTES / sizeof(float) / widest / TD_POINT_GRAIN * TD_POINT_GRAIN;
    return points < TD_POINT_GRAIN ? TD_POINT_GRAIN
           : points > MOST_POINTS  ? MOST_POINTS
                                   : points;
}

TdStatus td_plan_create(const TdNetwork *network, const double constants[TD_INPUT_COUNT],
                        const TdRun *run, TdPlan **plan, TdError *err)
{
    size_t floats = 0, widest = padded(3); /* three rows of input */
    for (uint32_t i = 0; i < network->depth; i++) {
        size_t out = padded(network->layers[i].out);
        floats += (packed_inputs(network, i) + (size_t)1) * out;
        widest = out > widest ? out : widest;
    }
    size_t head = sizeof **plan + network->depth * sizeof(Step);
    head = (head + 63) / 64 * 64;
    size_t bytes = head + floats * sizeof(float);
    *plan = NULL;
    TdPlan *made = tdi_alloc(1, bytes);
    if (made == NULL)
        return tdi_fail_memory(err, bytes);
    made->kernels = td_kernels(td_run_resolved(run).cpu);
    if (made->kernels == NULL) {
        tdi_free(made);
        return tdi_fail(err, TD_ERROR_UNSUPPORTED, "this machine does not have %s",
                        td_cpu_name(run->cpu));
    }
    made->inputs = network->inputs & VARYING;
    made->depth = network->depth;
    made->widest = widest;
    made->points = block_points(widest);
    made->steps = (Step *)(made + 1);
    float *numbers = (float *)((char *)made + head);
    for (uint32_t i = 0; i < network->depth; i++)
        pack_layer(network, i, constants, &made->steps[i], &numbers);
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

static void evaluate_step(const TdPlan *plan, const Step *step, const float *in, float *out,
                          size_t points)
{
    const TdKernels *kernels = plan->kernels;
    uint32_t shared = step->in < step->out ? step->in : step->out;
    kernels->dense(&step->dense, in, out, plan->points, points);
    for (uint32_t o = 0; o < step->out; o++)
        if (step->act != TD_ACT_IDENTITY)
            kernels->activation[step->act](out + o * plan->points, points);
    for (uint32_t o = 0; step->residual && o < shared; o++)
        kernels->add(out + o * plan->points, in + o * plan->points, points);
}

float *td_plan_evaluate(const TdPlan *plan, void *scratch, size_t points)
{
    float *in = scratch, *out = in + plan->widest * plan->points;
    for (uint32_t i = 0; i < plan->depth; i++) {
        evaluate_step(plan, &plan->steps[i], in, out, points);
        float *swap = in;
        in = out;
        out = swap;
    }
    return in;
}
