#include "graph/step.h"

#include <stdio.h>
#include <string.h>

void tdi_step_input(TdiStep *step, int tensor)
{
    step->inputs[step->inputs_used++] = tensor;
}

void tdi_step_whole(TdiStep *step, const char *name, const int64_t *numbers, int count)
{
    int row = step->attributes_used++;
    for (int i = 0; i < count; i++)
        step->numbers[row][i] = numbers[i];
    step->attributes[row] =
        (TdiAttribute){.name = name, .whole = step->numbers[row], .count = (size_t)count};
}

void tdi_step_real(TdiStep *step, const char *name, double number)
{
    int row = step->attributes_used++;
    step->real[row] = number;
    step->attributes[row] = (TdiAttribute){.name = name, .real = &step->real[row], .count = 1};
}

void tdi_step_words(TdiStep *step, const char *name, const char *words)
{
    step->attributes[step->attributes_used++] =
        (TdiAttribute){.name = name, .words = words, .count = 1};
}

/* Operators of com.microsoft have rows of their own; ours have none. */
static TdiOp row_of(const TdiStep *step)
{
    bool ours = step->domain != NULL && strcmp(step->domain, "tiedye") == 0;
    return ours ? TDI_OP_UNKNOWN : tdi_op_find(step->type, strlen(step->type));
}

int tdi_step_add(TdiGraph *graph, const TdiStep *step)
{
    int output = tdi_graph_tensor(graph, NULL, 0);
    if (output < 0)
        return -1;
    TdiOperator op = {.op = row_of(step),
                      .type = step->type,
                      .domain = step->domain,
                      .name = step->name,
                      .block = step->block,
                      .inputs = step->many != NULL ? step->many : step->inputs,
                      .input_count = step->inputs_used,
                      .outputs = &output,
                      .output_count = 1,
                      .attributes = step->attributes,
                      .attribute_count = step->attributes_used};
    if (tdi_graph_operator(graph, &op) < 0)
        return -1;
    TdiTensor *made = &graph->tensors[output];
    if (step->shape.rank >= 0)
        made->shape = step->shape;
    if (made->element == TDI_ELEMENT_UNKNOWN)
        made->element = TDI_ELEMENT_FLOAT;
    if (op.op == TDI_OP_UNKNOWN) { /* ours see what they are fed */
        const TdiTensor *fed = &graph->tensors[op.inputs[0]];
        memcpy(made->field, fed->field, sizeof made->field);
        memcpy(made->jump, fed->jump, sizeof made->jump);
    }
    return output;
}

/* "NAME.PART", cut where it is long. */
static void join(char *joined, size_t size, const char *name, const char *part)
{
    int written = snprintf(joined, size, "%s.%s", name, part);
    if (written < 0)
        joined[0] = '\0';
}

int tdi_step_stored(TdiGraph *graph, const char *name, const char *part, int rank,
                    const int64_t *sizes)
{
    char joined[256];
    TdiShape shape = tdi_shape_of(rank, sizes);
    join(joined, sizeof joined, name, part);
    return tdi_graph_stored(graph, joined, &shape, TDI_ELEMENT_FLOAT);
}

static int constant(TdiGraph *graph, const char *name, const char *part, int count, int element)
{
    char joined[256];
    const int64_t size = count;
    TdiShape shape = tdi_shape_of(1, &size);
    join(joined, sizeof joined, name, part);
    int tensor = tdi_graph_stored(graph, joined, &shape, element);
    if (tensor >= 0)
        graph->tensors[tensor].constant = true;
    return tensor;
}

int tdi_step_constant(TdiGraph *graph, const char *name, const char *part,
                      const int64_t *numbers, int count)
{
    int tensor = constant(graph, name, part, count, TDI_ELEMENT_INT64);
    int64_t *copy = tdi_graph_whole(graph, (size_t)count);
    if (tensor < 0 || copy == NULL)
        return tensor;
    memcpy(copy, numbers, (size_t)count * sizeof *copy);
    graph->tensors[tensor].whole = copy;
    graph->tensors[tensor].numbers = (size_t)count;
    return tensor;
}

int tdi_step_scalar(TdiGraph *graph, const char *name, const char *part, int64_t number)
{
    int tensor = tdi_step_constant(graph, name, part, &number, 1);
    if (tensor >= 0)
        graph->tensors[tensor].shape = (TdiShape){.rank = 0};
    return tensor;
}

int tdi_step_constant_real(TdiGraph *graph, const char *name, const char *part,
                           const double *numbers, int count)
{
    int tensor = constant(graph, name, part, count, TDI_ELEMENT_FLOAT);
    double *copy = tdi_arena_take(&graph->arena, (uint64_t)count, sizeof *copy);
    graph->failed |= copy == NULL;
    if (tensor < 0 || copy == NULL)
        return tensor;
    memcpy(copy, numbers, (size_t)count * sizeof *copy);
    graph->tensors[tensor].real = copy;
    graph->tensors[tensor].numbers = (size_t)count;
    return tensor;
}

/* ---- Activations ------------------------------------------------------------------------- */

/* ONNX's operators that compute the same; what has no row here is drawn under our own name. */
static const struct Same {
    const char *type, *domain;
} same[TD_ACT_COUNT] = {
    [TD_ACT_TANH] = {"Tanh", NULL},
    [TD_ACT_ERF] = {"Erf", NULL},
    [TD_ACT_ATAN] = {"Atan", NULL},
    [TD_ACT_SOFTSIGN] = {"Softsign", NULL},
    [TD_ACT_SIGMOID] = {"Sigmoid", NULL},
    [TD_ACT_HARD_SIGMOID] = {"HardSigmoid", NULL},
    [TD_ACT_RELU] = {"Relu", NULL},
    [TD_ACT_LEAKY_RELU] = {"LeakyRelu", NULL},
    [TD_ACT_ELU] = {"Elu", NULL},
    [TD_ACT_SELU] = {"Selu", NULL},
    [TD_ACT_SOFTPLUS] = {"Softplus", NULL},
    [TD_ACT_GELU] = {"Gelu", "com.microsoft"},
    [TD_ACT_HARD_SWISH] = {"HardSwish", NULL},
    [TD_ACT_SIN] = {"Sin", NULL},
    [TD_ACT_COS] = {"Cos", NULL},
    [TD_ACT_ABS] = {"Abs", NULL},
    [TD_ACT_SIGN] = {"Sign", NULL},
};

bool tdi_step_activation(TdiStep *step, TdActivation act)
{
    if (act == TD_ACT_IDENTITY)
        return false;
    step->type = same[act].type;
    step->domain = same[act].domain;
    if (step->type == NULL) {
        step->type = td_activation_info(act)->name;
        step->domain = "tiedye";
    }
    if (act == TD_ACT_LEAKY_RELU)
        tdi_step_real(step, "alpha", 0.01);
    if (act == TD_ACT_HARD_SIGMOID)
        tdi_step_real(step, "alpha", 1.0 / 6);
    return true;
}
