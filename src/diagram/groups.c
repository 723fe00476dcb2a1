#include "diagram/groups.h"

#include <string.h>

#include "base/memory.h"
#include "diagram/labels.h"
#include "diagram/patterns.h"

typedef struct Grouping {
    const TdiFlow *flow;
    const TdiGraph *graph;
    TdiGroups *groups;
} Grouping;

static int data_inputs(const TdiFlow *flow, const TdiOperator *op)
{
    int count = 0, tensor;
    for (int k = 0; k < op->input_count; k++)
        count += tdi_flow_input(flow, op, k, &tensor);
    return count;
}

static bool is_ours(const TdiOperator *op)
{
    return strcmp(op->domain, "tiedye") == 0; /* activations that only tiedye has */
}

TdiKind tdi_kind_here(const TdiFlow *flow, const TdiOperator *op)
{
    const TdiOperatorInfo *info = tdi_op_info(op->op);
    if (is_ours(op))
        return TDI_KIND_ACTIVATION;
    if (info == NULL)
        return TDI_KIND_UNKNOWN;
    if (tdi_is_elementwise(op))
        return data_inputs(flow, op) > 1 ? TDI_KIND_MERGE : TDI_KIND_ARITHMETIC;
    return info->kind;
}

/* ---- Making -------------------------------------------------------------------------- */

static TdiGroup *add_group(Grouping *grouping, int op)
{
    TdiGroups *groups = grouping->groups;
    TdiGroup *grown =
        tdi_grow(groups->groups, (size_t)groups->count, &groups->room, sizeof *grown);
    if (grown == NULL)
        return NULL;
    groups->groups = grown;
    groups->of[op] = groups->count;
    groups->next[op] = -1;
    grown[groups->count] =
        (TdiGroup){.main = op,
                   .last = op,
                   .drawn = op,
                   .first = op,
                   .count = 1,
                   .kind = tdi_kind_here(grouping->flow, &grouping->graph->operators[op])};
    return &grown[groups->count++];
}

static void sort_few(int *numbers, int count)
{
    for (int i = 1; i < count; i++)
        for (int k = i; k > 0 && numbers[k - 1] > numbers[k]; k--) {
            int other = numbers[k];
            numbers[k] = numbers[k - 1];
            numbers[k - 1] = other;
        }
}

static bool add_match(Grouping *grouping, TdiMatch *match)
{
    int root = match->operators[0];
    TdiGroup *group = add_group(grouping, root);
    if (group == NULL)
        return false;
    sort_few(match->operators, match->count);
    for (int i = 0; i < match->count; i++) {
        grouping->groups->of[match->operators[i]] = grouping->groups->count - 1;
        grouping->groups->next[match->operators[i]] =
            i + 1 < match->count ? match->operators[i + 1] : -1;
    }
    group->first = match->operators[0];
    group->last = group->drawn = match->operators[match->count - 1];
    group->count = match->count;
    group->kind = match->kind;
    group->pattern = match->what;
    return true;
}

/* From the last operator to the first, so that a pattern is found before those that it holds.
 */
static bool find_patterns(Grouping *grouping)
{
    const TdiFlow *flow = grouping->flow;
    bool *taken = tdi_alloc((uint64_t)grouping->graph->operator_count, sizeof *taken);
    if (taken == NULL)
        return false;
    bool good = true;
    for (int op = grouping->graph->operator_count - 1; op >= 0 && good; op--) {
        TdiMatch match;
        if (!flow->live[op] || taken[op] || !tdi_pattern_match(flow, taken, op, &match))
            continue;
        for (int i = 0; i < match.count; i++)
            taken[match.operators[i]] = true;
        good = add_match(grouping, &match);
    }
    tdi_free(taken);
    return good;
}

/* ---- Joining ------------------------------------------------------------------------- */

/* The first operator of what alone takes from a group, -1: nobody or several, or they take from
 * more than its first output. */
static int only_taker(const Grouping *grouping, const TdiGroup *group)
{
    const TdiFlow *flow = grouping->flow;
    const TdiOperator *last = &grouping->graph->operators[group->last];
    int first = -1, owner = -1;
    for (int k = 0; k < last->output_count; k++) {
        int tensor = last->outputs[k];
        for (int i = tensor < 0 ? 0 : flow->first[tensor];
             tensor >= 0 && i < flow->first[tensor + 1]; i++) {
            int taker = flow->taker[i];
            if (k > 0 || taker == grouping->graph->operator_count)
                return -1;
            int of = grouping->groups->of[taker];
            if (first >= 0 && taker != first && (of < 0 || of != owner))
                return -1;
            first = first < 0 ? taker : first;
            owner = of;
        }
    }
    return first;
}

/* A sum or product with stored numbers: a bias, a scale. */
static bool is_affine(const TdiFlow *flow, const TdiOperator *op)
{
    static const char *const types[] = {"Add", "Mul", "Sub", "Div"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(op->type, types[i]) == 0)
            return op->input_count == 2 && data_inputs(flow, op) == 1;
    return false;
}

/* Moves numbers of one tensor about, all of them. */
static bool is_move(const TdiFlow *flow, const TdiOperator *op)
{
    static const char *const types[] = {"Reshape", "Flatten", "Transpose", "Squeeze",
                                        "Unsqueeze"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(op->type, types[i]) == 0)
            return data_inputs(flow, op) == 1;
    return false;
}

static bool is_softmax(const char *what)
{
    return strstr(what, "oftmax") != NULL || strcmp(what, "Hardmax") == 0;
}

typedef enum Join { JOIN_NOT, JOIN_NORM, JOIN_ACT, JOIN_AFFINE, JOIN_MOVE } Join;

static bool has_weights(TdiKind kind)
{
    return kind == TDI_KIND_CONVOLUTION || kind == TDI_KIND_DENSE;
}

/* As what something of kind `kind`, called `what`, may join a group. */
static Join join_as(const TdiGroup *group, TdiKind kind, const char *what)
{
    bool plain = group->act == NULL && !group->moved;
    if (group->kind == TDI_KIND_CONTROL || group->kind == TDI_KIND_UNKNOWN ||
        group->kind == TDI_KIND_ACTIVATION)
        return JOIN_NOT;
    if (kind == TDI_KIND_NORM && plain && group->norm == NULL &&
        (group->kind == TDI_KIND_CONVOLUTION ||
         (group->kind == TDI_KIND_DENSE && strcmp(what, "BatchNormalization") == 0)))
        return JOIN_NORM;
    if (kind == TDI_KIND_ACTIVATION && plain && !is_softmax(what) &&
        group->kind != TDI_KIND_MOVE)
        return JOIN_ACT;
    if (kind == TDI_KIND_MOVE && group->kind == TDI_KIND_MOVE)
        return JOIN_MOVE;
    return JOIN_NOT;
}

static Join join_operator(const Grouping *grouping, const TdiGroup *group, int op)
{
    const TdiOperator *operator_ = &grouping->graph->operators[op];
    bool weighs = has_weights(group->kind) || group->kind == TDI_KIND_NORM;
    if (is_move(grouping->flow, operator_) && group->kind != TDI_KIND_CONTROL &&
        group->kind != TDI_KIND_UNKNOWN)
        return JOIN_MOVE;
    if (is_affine(grouping->flow, operator_) && group->act == NULL && !group->moved &&
        (weighs || group->kind == TDI_KIND_ARITHMETIC))
        return JOIN_AFFINE;
    TdiKind kind = tdi_kind_here(grouping->flow, operator_);
    if (kind == TDI_KIND_MOVE && data_inputs(grouping->flow, operator_) > 1)
        return JOIN_NOT;
    return join_as(group, kind, operator_->type);
}

static void append(Grouping *grouping, int to, int first, int count, int last)
{
    TdiGroups *groups = grouping->groups;
    TdiGroup *group = &groups->groups[to];
    int end = group->first;
    while (groups->next[end] >= 0)
        end = groups->next[end];
    groups->next[end] = first;
    for (int op = first; op >= 0; op = groups->next[op])
        groups->of[op] = to;
    group->count += count;
    group->last = last;
}

static const TdiShape *shape_of(const Grouping *grouping, int op)
{
    const TdiTensor *tensor = tdi_output(grouping->graph, &grouping->graph->operators[op], 0);
    return tensor != NULL ? &tensor->shape : NULL;
}

static void join(Grouping *grouping, int to, Join as, const char *what)
{
    TdiGroup *group = &grouping->groups->groups[to];
    if (as == JOIN_NORM)
        group->norm = what;
    if (as == JOIN_ACT) {
        group->act = what;
        group->act_operator = group->last;
    }
    if (as != JOIN_MOVE) {
        group->drawn = group->last;
        return;
    }
    const TdiShape *own = shape_of(grouping, group->drawn),
                   *now = shape_of(grouping, group->last);
    group->shuffled = group->moved && own != NULL && now != NULL && own->rank > 0 &&
                      tdi_shape_equal(own, now);
    group->moved = true;
}

/* Join what follows, as long as something does. */
static void extend(Grouping *grouping, int to)
{
    TdiGroups *groups = grouping->groups;
    for (;;) {
        const TdiGroup *group = &groups->groups[to];
        int op = only_taker(grouping, group);
        int other = op < 0 ? -1 : groups->of[op];
        if (op < 0 || other == to)
            return;
        TdiGroup *joined = other < 0 ? NULL : &groups->groups[other];
        const char *what =
            joined != NULL ? joined->pattern : grouping->graph->operators[op].type;
        Join as = joined == NULL ? join_operator(grouping, group, op)
                                 : join_as(group, joined->kind, joined->pattern);
        if (as == JOIN_NOT)
            return;
        if (joined == NULL) {
            groups->next[op] = -1;
            append(grouping, to, op, 1, op);
        } else {
            append(grouping, to, joined->first, joined->count, joined->last);
        }
        join(grouping, to, as, what);
    }
}

static bool make_groups(Grouping *grouping)
{
    for (int op = 0; op < grouping->graph->operator_count; op++) {
        if (!grouping->flow->live[op])
            continue;
        int of = grouping->groups->of[op];
        if (of < 0 && add_group(grouping, op) == NULL)
            return false;
        of = grouping->groups->of[op];
        if (grouping->groups->groups[of].last == op && !grouping->graph->weights)
            extend(grouping, of);
    }
    return true;
}

/* Those that are left by their last operators: as these stand in the graph. */
static bool order_groups(Grouping *grouping)
{
    TdiGroups *groups = grouping->groups;
    int left = 0;
    groups->order = tdi_alloc((uint64_t)groups->count, sizeof *groups->order);
    for (int op = 0; groups->order != NULL && op < grouping->graph->operator_count; op++) {
        int of = groups->of[op];
        if (of >= 0 && groups->groups[of].last == op)
            groups->order[left++] = of;
    }
    groups->count = left;
    return groups->order != NULL;
}

bool tdi_groups_make(const TdiFlow *flow, TdiGroups *groups)
{
    uint64_t count = (uint64_t)flow->graph->operator_count;
    Grouping grouping = {flow, flow->graph, groups};
    *groups =
        (TdiGroups){.of = tdi_alloc(count, sizeof(int)), .next = tdi_alloc(count, sizeof(int))};
    if (groups->of == NULL || groups->next == NULL)
        return false;
    memset(groups->of, -1, (size_t)count * sizeof(int));
    return find_patterns(&grouping) && make_groups(&grouping) && order_groups(&grouping);
}

void tdi_groups_free(TdiGroups *groups)
{
    tdi_free(groups->groups);
    tdi_free(groups->of);
    tdi_free(groups->next);
    tdi_free(groups->order);
    *groups = (TdiGroups){0};
}
