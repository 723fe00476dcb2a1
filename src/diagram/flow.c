#include "diagram/flow.h"

#include <string.h>

#include "base/memory.h"

static bool is_float(int element)
{
    return element == TDI_ELEMENT_FLOAT || element == TDI_ELEMENT_FLOAT16 ||
           element == TDI_ELEMENT_DOUBLE || element == TDI_ELEMENT_BFLOAT16;
}

/* A window of one cell. */
static bool is_one(const TdiOperator *op)
{
    const TdiAttribute *kernel = tdi_attribute(op, "kernel_shape");
    bool one = kernel != NULL && kernel->whole != NULL;
    for (size_t i = 0; one && i < kernel->count; i++)
        one = kernel->whole[i] == 1;
    return one;
}

/* Hands its first input on as it is, as far as a drawing goes. */
static bool passes(const TdiGraph *graph, const TdiOperator *op)
{
    if (tdi_is_type(op, "Identity") || tdi_is_type(op, "Dropout"))
        return true;
    if (tdi_is_type(op, "Concat") || tdi_is_type(op, "Sum") || tdi_is_type(op, "Mean"))
        return op->input_count == 1;
    const TdiTensor *from = tdi_input(graph, op, 0), *to = tdi_output(graph, op, 0);
    if (tdi_is_type(op, "AveragePool") || tdi_is_type(op, "MaxPool"))
        return is_one(op) && from != NULL && to != NULL &&
               tdi_shape_equal(&from->shape, &to->shape);
    if (tdi_is_type(op, "Pad") || tdi_is_type(op, "Slice") || tdi_is_type(op, "Expand") ||
        tdi_is_type(op, "Tile") || tdi_is_type(op, "Reshape")) /* to the shape that it has */
        return from != NULL && to != NULL && tdi_shape_elements(&from->shape) > 0 &&
               tdi_shape_equal(&from->shape, &to->shape);
    return tdi_is_type(op, "Cast") && from != NULL && to != NULL && is_float(from->element) &&
           is_float(to->element);
}

static bool tells_shape(const TdiOperator *op)
{
    return tdi_is_type(op, "Shape") || tdi_is_type(op, "Size");
}

static bool is_operand(const TdiOperator *op, int slot)
{
    const TdiOperatorInfo *info = tdi_op_info(op->op);
    return info != NULL && slot < 32 && (info->operands >> slot & 1) != 0;
}

static bool is_data(const TdiFlow *flow, const TdiOperator *op, int slot)
{
    return op->inputs[slot] >= 0 && flow->data[op->inputs[slot]];
}

/* Of a stored table, what says where to look is data: an embedding. */
static bool looks_up(const TdiFlow *flow, const TdiOperator *op)
{
    for (int k = 0; k < op->input_count; k++)
        if (!is_operand(op, k) && is_data(flow, op, k))
            return false;
    return true;
}

bool tdi_flow_input(const TdiFlow *flow, const TdiOperator *op, int slot, int *tensor)
{
    if (!is_data(flow, op, slot) || (is_operand(op, slot) && !looks_up(flow, op)))
        return false;
    *tensor = flow->root[op->inputs[slot]];
    return true;
}

static bool takes_data(const TdiFlow *flow, const TdiOperator *op)
{
    int tensor;
    for (int k = 0; k < op->input_count; k++)
        if (tdi_flow_input(flow, op, k, &tensor))
            return true;
    /* What a body takes from outside is not listed: it may be data. */
    return op->body_count > 0;
}

static void mark_data(TdiFlow *flow)
{
    const TdiGraph *graph = flow->graph;
    for (int t = 0; t < graph->tensor_count; t++) {
        flow->root[t] = t;
        flow->data[t] = graph->tensors[t].producer < 0 && !graph->tensors[t].stored;
    }
    for (int i = 0; i < graph->operator_count; i++) {
        const TdiOperator *op = &graph->operators[i];
        bool data = takes_data(flow, op) && !tells_shape(op);
        bool hands_on =
            data && op->input_count > 0 && is_data(flow, op, 0) && passes(graph, op);
        flow->live[i] = data && !hands_on;
        for (int k = 0; k < op->output_count; k++) {
            if (op->outputs[k] < 0)
                continue;
            flow->data[op->outputs[k]] = data && !(hands_on && k > 0); /* masks of Dropout */
            if (hands_on && k == 0)
                flow->root[op->outputs[k]] = flow->root[op->inputs[0]];
        }
    }
}

/* Call `count` for every taking, in ascending order of takers; with `fill` it is put down. */
static void list_takers(TdiFlow *flow, bool fill)
{
    const TdiGraph *graph = flow->graph;
    int tensor;
    for (int i = 0; i < graph->operator_count; i++) {
        const TdiOperator *op = &graph->operators[i];
        for (int k = 0; flow->live[i] && k < op->input_count; k++)
            if (tdi_flow_input(flow, op, k, &tensor)) {
                if (fill)
                    flow->taker[flow->first[tensor]] = i;
                flow->first[tensor]++;
            }
    }
    for (int k = 0; k < graph->output_count; k++) {
        tensor = flow->root[graph->outputs[k]];
        if (fill)
            flow->taker[flow->first[tensor]] = graph->operator_count;
        flow->first[tensor]++;
    }
}

/* Sums of counts, shifted by `shift` places: where every list begins. */
static int sum_up(TdiFlow *flow)
{
    int sum = 0;
    for (int t = 0; t <= flow->graph->tensor_count; t++) {
        int count = flow->first[t];
        flow->first[t] = sum;
        sum += count;
    }
    return sum;
}

/* Filling has moved every beginning to its end, which is the next one's beginning. */
static void shift_back(TdiFlow *flow)
{
    memmove(flow->first + 1, flow->first, (size_t)flow->graph->tensor_count * sizeof(int));
    flow->first[0] = 0;
}

bool tdi_flow_make(const TdiGraph *graph, TdiFlow *flow)
{
    uint64_t tensors = (uint64_t)graph->tensor_count;
    *flow = (TdiFlow){.graph = graph,
                      .root = tdi_alloc(tensors, sizeof(int)),
                      .data = tdi_alloc(tensors, sizeof(bool)),
                      .live = tdi_alloc((uint64_t)graph->operator_count, sizeof(bool)),
                      .first = tdi_alloc(tensors + 1, sizeof(int))};
    if (flow->root == NULL || flow->data == NULL || flow->live == NULL || flow->first == NULL)
        return false;
    mark_data(flow);
    list_takers(flow, false);
    int sum = sum_up(flow);
    flow->taker = tdi_alloc((uint64_t)sum, sizeof(int));
    if (flow->taker == NULL)
        return false;
    list_takers(flow, true);
    shift_back(flow);
    return true;
}

void tdi_flow_free(TdiFlow *flow)
{
    tdi_free(flow->root);
    tdi_free(flow->data);
    tdi_free(flow->live);
    tdi_free(flow->first);
    tdi_free(flow->taker);
    *flow = (TdiFlow){0};
}

int tdi_flow_takers(const TdiFlow *flow, int tensor)
{
    return flow->first[tensor + 1] - flow->first[tensor];
}
