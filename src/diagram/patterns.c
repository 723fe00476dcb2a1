#include "diagram/patterns.h"

#include <string.h>

/* ---- Written out as expressions ------------------------------------------------------ */

/* An expression is an operator with its data and stored inputs in order (of sums and products
 * in any order); x, y, ... are data, the same letter the same; # are stored numbers. Inputs
 * that are not written must be stored. Longer ones stand before those that they contain. */
static const struct {
    TdiKind kind;
    const char *what, *expression;
} patterns[] = {
    {TDI_KIND_ACTIVATION, "silu", "Mul(x,Sigmoid(x))"},
    {TDI_KIND_ACTIVATION, "hard-swish", "Mul(x,HardSigmoid(x))"},
    {TDI_KIND_ACTIVATION, "hard-swish", "Div(Mul(x,Clip(Add(x,#))),#)"},
    {TDI_KIND_ACTIVATION, "hard-swish", "Mul(x,Div(Clip(Add(x,#)),#))"},
    {TDI_KIND_ACTIVATION, "hard-sigmoid", "Div(Clip(Add(x,#)),#)"},
    {TDI_KIND_ACTIVATION, "mish", "Mul(x,Tanh(Softplus(x)))"},
    {TDI_KIND_ACTIVATION, "gelu", "Mul(Mul(x,Add(Erf(Div(x,#)),#)),#)"},
    {TDI_KIND_ACTIVATION, "gelu", "Mul(Mul(x,Add(Erf(Mul(x,#)),#)),#)"},
    {TDI_KIND_ACTIVATION, "gelu", "Mul(Mul(x,#),Add(Erf(Div(x,#)),#))"},
    {TDI_KIND_ACTIVATION, "gelu", "Mul(Mul(x,#),Add(Erf(Mul(x,#)),#))"},
    {TDI_KIND_ACTIVATION, "gelu", "Mul(x,Mul(Add(Erf(Div(x,#)),#),#))"},
    {TDI_KIND_ACTIVATION, "gelu", "Mul(Mul(x,#),Add(Tanh(Mul(Add(x,Mul(Pow(x,#),#)),#)),#))"},
    {TDI_KIND_ACTIVATION, "gelu", "Mul(Mul(x,Add(Tanh(Mul(Add(x,Mul(Pow(x,#),#)),#)),#)),#)"},
    {TDI_KIND_ACTIVATION, "gelu",
     "Mul(Mul(x,#),Add(Tanh(Mul(Add(x,Mul(Mul(Mul(x,x),x),#)),#)),#))"},
    {TDI_KIND_ACTIVATION, "quick-gelu", "Mul(x,Sigmoid(Mul(x,#)))"},
    {TDI_KIND_NORM, "layer norm",
     "Add(Mul(Div(Sub(x,ReduceMean(x)),Sqrt(Add(ReduceMean(Pow(Sub(x,ReduceMean(x)),#)),#))),#)"
     ",#)"},
    {TDI_KIND_NORM, "layer norm",
     "Add(Mul(Div(Sub(x,ReduceMean(x)),Sqrt(Add(ReduceMean(Mul(Sub(x,ReduceMean(x)),"
     "Sub(x,ReduceMean(x)))),#))),#),#)"},
    {TDI_KIND_NORM, "layer norm", /* without a bias: before the RMS norm that it holds */
     "Mul(Div(Sub(x,ReduceMean(x)),Sqrt(Add(ReduceMean(Pow(Sub(x,ReduceMean(x)),#)),#))),#)"},
    {TDI_KIND_NORM, "layer norm",
     "Div(Sub(x,ReduceMean(x)),Sqrt(Add(ReduceMean(Pow(Sub(x,ReduceMean(x)),#)),#)))"},
    {TDI_KIND_NORM, "layer norm",
     "Div(Sub(x,ReduceMean(x)),Sqrt(Add(ReduceMean(Mul(Sub(x,ReduceMean(x)),"
     "Sub(x,ReduceMean(x)))),#)))"},
    {TDI_KIND_NORM, "RMS norm", "Mul(Mul(x,Reciprocal(Sqrt(Add(ReduceMean(Pow(x,#)),#)))),#)"},
    {TDI_KIND_NORM, "RMS norm", "Mul(Mul(x,Div(#,Sqrt(Add(ReduceMean(Pow(x,#)),#)))),#)"},
    {TDI_KIND_NORM, "RMS norm", "Mul(Div(x,Sqrt(Add(ReduceMean(Pow(x,#)),#))),#)"},
    {TDI_KIND_MOVE, "roll", "Concat(Slice(x),Slice(x))"},
    {TDI_KIND_MOVE, "space to depth",
     "Concat(Slice(Slice(x)),Slice(Slice(x)),Slice(Slice(x)),Slice(Slice(x)))"},
    {TDI_KIND_NORM, "group norm", "Add(Mul(Reshape(InstanceNormalization(Reshape(x))),#),#)"},
};

enum { PATTERN_COUNT = sizeof patterns / sizeof *patterns, LETTERS = 26 };

typedef struct Matcher {
    const TdiFlow *flow;
    const bool *taken;
    int bound[LETTERS]; /* the tensor that a letter stands for, -1: none yet */
    int operators[TDI_PATTERN_OPERATORS], count;
} Matcher;

/* Behind the expression that begins at `at`. */
static const char *skip(const char *at)
{
    int depth = 0;
    for (; *at != '\0'; at++) {
        if (depth == 0 && (*at == ',' || *at == ')'))
            return at;
        depth += (*at == '(') - (*at == ')');
    }
    return at;
}

static bool match_tensor(Matcher *matcher, const char *at, int tensor);

static bool is_stored(const Matcher *matcher, int tensor)
{
    return !matcher->flow->data[tensor];
}

/* Inputs in the order that `swap` says, against the list of expressions behind a parenthesis.
 */
static bool match_inputs(Matcher *matcher, const char *at, const TdiOperator *op, bool swap)
{
    int slot = 0;
    for (; *at != ')'; slot++) {
        int place = swap ? 1 - slot : slot;
        if (place >= op->input_count || op->inputs[place] < 0 ||
            !match_tensor(matcher, at, op->inputs[place]))
            return false;
        at = skip(at);
        at += *at == ',';
    }
    for (; slot < op->input_count; slot++)
        if (op->inputs[slot] >= 0 && !is_stored(matcher, op->inputs[slot]))
            return false;
    return true;
}

static bool add_operator(Matcher *matcher, int op)
{
    for (int i = 0; i < matcher->count; i++)
        if (matcher->operators[i] == op)
            return true;
    if (matcher->count == TDI_PATTERN_OPERATORS)
        return false;
    matcher->operators[matcher->count++] = op;
    return true;
}

static bool match_operator(Matcher *matcher, const char *at, int index)
{
    const TdiOperator *op = &matcher->flow->graph->operators[index];
    const char *open = strchr(at, '(');
    size_t length = (size_t)(open - at);
    if (!matcher->flow->live[index] || matcher->taken[index] || strlen(op->type) != length ||
        memcmp(op->type, at, length) != 0)
        return false;
    Matcher before = *matcher;
    if (!add_operator(matcher, index))
        return false;
    if (match_inputs(matcher, open + 1, op, false))
        return true;
    if ((strcmp(op->type, "Add") != 0 && strcmp(op->type, "Mul") != 0) || op->input_count != 2)
        return false;
    *matcher = before;
    add_operator(matcher, index);
    return match_inputs(matcher, open + 1, op, true);
}

static bool match_tensor(Matcher *matcher, const char *at, int tensor)
{
    if (*at == '#')
        return is_stored(matcher, tensor);
    if (is_stored(matcher, tensor))
        return false;
    tensor = matcher->flow->root[tensor];
    if (*at >= 'a' && *at <= 'z') {
        int *bound = &matcher->bound[*at - 'a'];
        if (*bound < 0)
            *bound = tensor;
        return *bound == tensor;
    }
    int producer = matcher->flow->graph->tensors[tensor].producer;
    return producer >= 0 && match_operator(matcher, at, producer);
}

/* ---- Whether others take from within ------------------------------------------------- */

static bool holds(const TdiMatch *match, int op)
{
    for (int i = 0; i < match->count; i++)
        if (match->operators[i] == op)
            return true;
    return false;
}

/* Whether all that take from an operator belong to the match. */
static bool is_inside(const TdiFlow *flow, const TdiMatch *match, int op)
{
    const TdiOperator *operator_ = &flow->graph->operators[op];
    for (int k = 0; k < operator_->output_count; k++)
        for (int i = operator_->outputs[k] < 0 ? 0 : flow->first[operator_->outputs[k]];
             operator_->outputs[k] >= 0 && i < flow->first[operator_->outputs[k] + 1]; i++)
            if (!holds(match, flow->taker[i]))
                return false;
    return true;
}

static bool is_closed(const TdiFlow *flow, const TdiMatch *match)
{
    for (int i = 1; i < match->count; i++)
        if (!is_inside(flow, match, match->operators[i]))
            return false;
    return true;
}

static bool match_expression(const TdiFlow *flow, const bool *taken, int root, int row,
                             TdiMatch *match)
{
    Matcher matcher = {.flow = flow, .taken = taken};
    for (int i = 0; i < LETTERS; i++)
        matcher.bound[i] = -1;
    if (!match_operator(&matcher, patterns[row].expression, root))
        return false;
    match->kind = patterns[row].kind;
    match->what = patterns[row].what;
    match->count = matcher.count;
    memcpy(match->operators, matcher.operators, sizeof match->operators);
    return is_closed(flow, match);
}

/* ---- Attention ----------------------------------------------------------------------- */

/* softmax(q k' scaled, masked) v is written in too many ways for expressions: scales before or
 * after the product, masks added or chosen, moves between. So one begins at the last product
 * and walks up. */

static bool is_one_of(const TdiOperator *op, const char *const *types)
{
    for (; *types != NULL; types++)
        if (strcmp(op->type, *types) == 0)
            return true;
    return false;
}

/* The live operator that makes the first data input (of a choice: of the data) of `op`, -1. */
static int above(const TdiFlow *flow, const TdiOperator *op, int slot)
{
    int tensor;
    for (int k = slot; k < op->input_count; k++)
        if (tdi_flow_input(flow, op, k, &tensor))
            return flow->graph->tensors[tensor].producer;
    return -1;
}

static const char *const scalings[] = {"Div",       "Mul",     "Add",        "Sub",  "Where",
                                       "Max",       "Min",     "MaskedFill", "Clip", "Reshape",
                                       "Unsqueeze", "Squeeze", "Transpose",  NULL};

/* From `op` up to an operator of one of the types, over scalings and masks, all put down. A
 * sum's or choice's way up is the one that comes to it first, so the walk tries them all. */
static int climb(const TdiFlow *flow, const bool *taken, int op, const char *const *types,
                 TdiMatch *match, int steps)
{
    if (op < 0 || steps == 0 || taken[op] || match->count == TDI_PATTERN_OPERATORS)
        return -1;
    const TdiOperator *operator_ = &flow->graph->operators[op];
    int count = match->count, found = -1, tensor;
    match->operators[match->count++] = op;
    if (is_one_of(operator_, types))
        return op;
    if (is_one_of(operator_, scalings))
        for (int k = 0; k < operator_->input_count && found < 0; k++)
            if (tdi_flow_input(flow, operator_, k, &tensor))
                found = climb(flow, taken, flow->graph->tensors[tensor].producer, types, match,
                              steps - 1);
    if (found < 0)
        match->count = count;
    return found;
}

/* Moves and scalings by stored numbers that lead into the match and nowhere else join it. */
static void absorb(const TdiFlow *flow, const bool *taken, TdiMatch *match)
{
    for (int i = 0; i < match->count; i++) {
        const TdiOperator *op = &flow->graph->operators[match->operators[i]];
        for (int k = 0; k < op->input_count; k++) {
            int tensor, from;
            if (!tdi_flow_input(flow, op, k, &tensor))
                continue;
            from = flow->graph->tensors[tensor].producer;
            if (from < 0 || taken[from] || holds(match, from) ||
                !is_inside(flow, match, from) || match->count == TDI_PATTERN_OPERATORS)
                continue;
            const TdiOperator *up = &flow->graph->operators[from];
            const TdiOperatorInfo *info = tdi_op_info(up->op);
            static const char *const scales[] = {"Div", "Mul", NULL};
            bool scales_only = is_one_of(up, scales) && up->input_count == 2 &&
                               flow->data[up->inputs[0]] != flow->data[up->inputs[1]];
            if (scales_only ||
                (info != NULL && info->kind == TDI_KIND_MOVE && above(flow, up, 1) < 0)) {
                match->operators[match->count++] = from;
                i = -1; /* what leads to several of the match may be inside only now */
                break;
            }
        }
    }
}

static bool match_attention(const TdiFlow *flow, const bool *taken, int root, TdiMatch *match)
{
    static const char *const softmaxes[] = {"Softmax", NULL};
    static const char *const products[] = {"MatMul", "Einsum", NULL};
    const TdiOperator *product = &flow->graph->operators[root];
    int tensor;
    if (!is_one_of(product, products) || product->input_count != 2 ||
        !tdi_flow_input(flow, product, 0, &tensor) ||
        !tdi_flow_input(flow, product, 1, &tensor))
        return false;
    *match = (TdiMatch){
        .kind = TDI_KIND_ATTENTION, .what = "attention", .operators = {root}, .count = 1};
    tdi_flow_input(flow, product, 0, &tensor);
    int softmax =
        climb(flow, taken, flow->graph->tensors[tensor].producer, softmaxes, match, 4);
    if (softmax < 0)
        return false;
    int scores = climb(flow, taken, above(flow, &flow->graph->operators[softmax], 0), products,
                       match, 8);
    if (scores < 0 || !is_closed(flow, match))
        return false;
    absorb(flow, taken, match);
    return true;
}

bool tdi_pattern_match(const TdiFlow *flow, const bool *taken, int root, TdiMatch *match)
{
    if (match_attention(flow, taken, root, match))
        return true;
    for (int row = 0; row < PATTERN_COUNT; row++)
        if (match_expression(flow, taken, root, row, match))
            return true;
    return false;
}
