#include "graph/count.h"

#include <string.h>

#include "base/memory.h"
#include "graph/infer.h"

/* ---- Parameters ---------------------------------------------------------------------- */

/* What was counted of a tensor. */
enum { COUNTED = 1, STORED = 2 };

static bool is_type(const TdiOperator *op, const char *const *types)
{
    for (; *types != NULL; types++)
        if (strcmp(op->type, *types) == 0)
            return true;
    return false;
}

/* Operators whose integers are weights. */
static bool takes_integers(const TdiOperator *op)
{
    static const char *const types[] = {"ConvInteger",
                                        "DequantizeLinear",
                                        "DynamicQuantizeLSTM",
                                        "DynamicQuantizeMatMul",
                                        "MatMulBnb4",
                                        "MatMulFpQ4",
                                        "MatMulInteger",
                                        "MatMulIntegerToFloat",
                                        "MatMulNBits",
                                        "QAttention",
                                        "QGemm",
                                        "QLinearAdd",
                                        "QLinearConv",
                                        "QLinearConcat",
                                        "QLinearMatMul",
                                        "QLinearMul",
                                        "QMoE",
                                        "QEmbedLayerNormalization",
                                        NULL};
    return is_type(op, types);
}

static bool is_moment(const TdiOperator *op, int slot)
{
    static const char *const types[] = {"BatchNormalization", "FusedBatchNormalization", NULL};
    return (slot == 3 || slot == 4) && is_type(op, types);
}

static bool is_parameter(const TdiOperator *op, const TdiTensor *tensor, int slot)
{
    const TdiOperatorInfo *info = tdi_op_info(op->op);
    unsigned operands = info == NULL ? 0 : info->operands;
    if (tensor == NULL || !tensor->stored || tensor->constant || tensor->shape.rank < 1 ||
        (slot < 32 && (operands >> slot & 1) != 0) || is_moment(op, slot))
        return false;
    int element = tensor->element;
    if (element == TDI_ELEMENT_BOOL || element == TDI_ELEMENT_STRING)
        return false;
    return !tdi_is_integer(element) || takes_integers(op);
}

/* A graph that is being counted, and the one around it. */
typedef struct Count {
    TdiGraph *graph;
    unsigned char *seen; /* (tensor_count) */
    uint64_t *carried;   /* (tensor_count) parameters that a derived tensor was made of */
    struct Count *around;
    TdiTotals totals;
} Count;

/* Whether a tensor, or the one around that it is, has no such mark yet; it has afterwards. */
static bool is_first(const Count *count, int tensor, unsigned char mark)
{
    while (count->around != NULL && count->graph->tensors[tensor].outer >= 0) {
        tensor = count->graph->tensors[tensor].outer;
        count = count->around;
    }
    for (int hops = 0; hops < 64 && mark == STORED && count->graph->tensors[tensor].alias >= 0;
         hops++)
        tensor = count->graph->tensors[tensor].alias;
    bool first = (count->seen[tensor] & mark) == 0;
    count->seen[tensor] |= mark;
    return first;
}

/* Weights of 4 bits lie two in a byte; how many there are stands beside them. */
static int64_t elements_of(const TdiOperator *op, const TdiTensor *tensor, int slot)
{
    static const char *const packed[] = {"MatMulBnb4", "MatMulFpQ4", "MatMulFpQ4",
                                         "MatMulNBits", NULL};
    int64_t rows = tdi_attribute_whole(op, "K", -1), columns = tdi_attribute_whole(op, "N", -1);
    bool few = slot == 1 && is_type(op, packed) && tdi_times(rows, columns) > 0;
    return few ? tdi_times(rows, columns) : tdi_shape_elements(&tensor->shape);
}

/* Parameters that no operator before took. */
static uint64_t new_parameters(Count *count, const TdiOperator *op)
{
    uint64_t sum = 0;
    for (int slot = 0; slot < op->input_count; slot++) {
        const TdiTensor *tensor = tdi_input(count->graph, op, slot);
        if (tensor != NULL && tensor->derived) {
            sum = tdi_add_size(sum, count->carried[op->inputs[slot]]);
            count->carried[op->inputs[slot]] = 0;
        }
        if (!is_parameter(op, tensor, slot) || !is_first(count, op->inputs[slot], COUNTED))
            continue;
        int64_t elements = elements_of(op, tensor, slot);
        uint64_t more = elements < 0 ? 0 : (uint64_t)elements;
        sum = tdi_add_size(sum, more);
        if (is_first(count, op->inputs[slot], STORED))
            count->totals.stored = tdi_add_size(count->totals.stored, more);
    }
    return sum;
}

/* An operator that makes a derived tensor leaves its parameters to who takes that. */
static void count_parameters(Count *count, TdiOperator *op)
{
    op->parameters = new_parameters(count, op);
    for (int k = 0; k < op->output_count; k++)
        if (op->outputs[k] >= 0 && count->graph->tensors[op->outputs[k]].derived) {
            count->carried[op->outputs[k]] = op->parameters;
            op->parameters = 0;
        }
}

/* What nobody took, as outputs of the graph, stays with who made it. */
static void return_parameters(Count *count)
{
    for (int i = 0; i < count->graph->tensor_count; i++) {
        int producer = count->graph->tensors[i].producer;
        if (count->carried[i] > 0 && producer >= 0) {
            TdiOperator *op = &count->graph->operators[producer];
            op->parameters = tdi_add_size(op->parameters, count->carried[i]);
        }
    }
}

/* ---- Multiply-adds ------------------------------------------------------------------- */

/* How often a body is gone through; false: not known. */
static bool rounds_of(const TdiGraph *graph, const TdiOperator *op, uint64_t *rounds)
{
    int64_t scanned = tdi_attribute_whole(op, "num_scan_inputs", -1);
    *rounds = 1;
    if (strcmp(op->type, "If") == 0)
        return true;
    if (strcmp(op->type, "Scan") != 0 || scanned < 1 || scanned > op->input_count)
        return false;
    TdiShape first = tdi_input_shape(graph, op, op->input_count - (int)scanned);
    const TdiAttribute *axes = tdi_attribute(op, "scan_input_axes");
    bool given = axes != NULL && axes->whole != NULL && axes->count > 0;
    int axis;
    if (!tdi_axis(given ? axes->whole[0] : 0, first.rank, &axis) || first.size[axis] < 0)
        return false;
    *rounds = (uint64_t)first.size[axis];
    return true;
}

static TdiTotals count_graph(TdiGraph *graph, Count *around);

/* All figures of the bodies; what they cost becomes the operator's. */
static void count_bodies(Count *count, TdiOperator *op)
{
    TdiTotals *totals = &count->totals;
    uint64_t most = 0, rounds;
    bool known = rounds_of(count->graph, op, &rounds);
    op->macs_known = true;
    for (int k = 0; k < op->body_count; k++) {
        TdiTotals body = count_graph(op->bodies[k], count);
        op->parameters = tdi_add_size(op->parameters, body.parameters);
        totals->stored = tdi_add_size(totals->stored, body.stored);
        totals->operators += body.operators;
        totals->unknown += body.unknown;
        totals->macs_unknown += body.macs_unknown;
        if (totals->unknown_name == NULL)
            totals->unknown_name = body.unknown_name;
        most = body.macs > most ? body.macs : most;
        op->macs_known &= body.macs_unknown == 0;
    }
    op->macs = known ? tdi_mul_size(most, rounds) : 0;
    if (!known && most > 0) {
        op->macs_known = false;
        totals->macs_unknown++;
    }
}

/* Activations of our own, which have no row and multiply nothing. */
static bool is_ours(const TdiOperator *op)
{
    return strcmp(op->domain, "tiedye") == 0;
}

static void count_macs(Count *count, TdiOperator *op)
{
    const TdiOperatorInfo *info = tdi_op_info(op->op);
    op->macs = 0;
    op->macs_known = info != NULL || is_ours(op);
    if (info != NULL && info->macs != NULL)
        op->macs_known = info->macs(count->graph, op, &op->macs);
    if (!op->macs_known) {
        op->macs = 0;
        count->totals.macs_unknown++;
    }
}

/* ---- All of it ----------------------------------------------------------------------- */

static void count_operator(Count *count, TdiOperator *op)
{
    TdiTotals *totals = &count->totals;
    totals->operators++;
    if (tdi_op_info(op->op) == NULL && !is_ours(op)) {
        totals->unknown++;
        if (totals->unknown_name == NULL)
            totals->unknown_name = op->type;
    }
    count_parameters(count, op);
    if (op->body_count > 0)
        count_bodies(count, op);
    else
        count_macs(count, op);
    totals->macs = tdi_add_size(totals->macs, op->macs);
}

static TdiTotals count_graph(TdiGraph *graph, Count *around)
{
    Count count = {.graph = graph, .around = around};
    count.seen = tdi_alloc((uint64_t)graph->tensor_count, sizeof *count.seen);
    count.carried = tdi_alloc((uint64_t)graph->tensor_count, sizeof *count.carried);
    graph->failed |= count.seen == NULL || count.carried == NULL;
    if (count.seen != NULL && count.carried != NULL) {
        for (int i = 0; i < graph->operator_count; i++)
            count_operator(&count, &graph->operators[i]);
        return_parameters(&count);
    }
    for (int i = 0; i < graph->operator_count; i++)
        count.totals.parameters =
            tdi_add_size(count.totals.parameters, graph->operators[i].parameters);
    tdi_free(count.seen);
    tdi_free(count.carried);
    return count.totals;
}

TdiTotals tdi_graph_count(TdiGraph *graph)
{
    return count_graph(graph, NULL);
}
