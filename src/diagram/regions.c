#include "diagram/regions.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* Nested deeper, regions are cores: hostile graphs would take quadratic time. */
enum { DEEPEST = 100 };

/* More branches are left as they come: gathering takes quadratic time. */
enum { MOST_GATHERED = 2000 };

/* What begins the list of a structure, so that none is mistaken for another. */
enum { LIST_EDGE, LIST_SERIES, LIST_CORE, LIST_STEP, LIST_REGION };

/* ---- Lists of numbers ---------------------------------------------------------------- */

typedef struct List {
    int *numbers;
    size_t count, room;
} List;

static void *keep(TdiTree *tree, void *piece)
{
    tree->failed |= piece == NULL;
    return piece;
}

static void *take(TdiWeave *weave, int count, size_t size)
{
    return keep(weave->tree, tdi_arena_take(&weave->tree->arena, (uint64_t)count, size));
}

static void push(TdiTree *tree, List *list, int number)
{
    int *grown = keep(tree, tdi_grow(list->numbers, list->count, &list->room, sizeof *grown));
    if (grown == NULL)
        return;
    list->numbers = grown;
    grown[list->count++] = number;
}

static int compare(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

int tdi_root_of(int *parent, int node)
{
    while (parent[node] != node)
        node = parent[node] = parent[parent[node]];
    return node;
}

int tdi_tree_number(TdiTree *tree, const int *list, size_t count)
{
    int number = tdi_intern_numbers(&tree->numbers, list, count);
    tree->failed |= number < 0;
    return number;
}

static int finish(TdiTree *tree, List *list)
{
    int number = tdi_tree_number(tree, list->numbers, list->count);
    tdi_free(list->numbers);
    *list = (List){0};
    return number;
}

static int key_of(const TdiLayer *layer, int likeness)
{
    return likeness == TDI_SAME    ? layer->key
           : likeness == TDI_ENTRY ? layer->entry
                                   : layer->skeleton;
}

/* ---- Links --------------------------------------------------------------------------- */

static const TdiLayer *layer_at(const TdiWeave *weave, int layer)
{
    return &weave->layers->layers[layer];
}

/* Whether what a layer takes comes from its own strand. */
static bool is_within(const TdiWeave *weave, int strand, TdiLink link)
{
    return link.layer >= 0 && weave->strand[link.layer] == strand;
}

/* The other end of what a layer takes, as its strand sees it. */
static int end_of(const TdiWeave *weave, int strand, TdiLink link)
{
    if (is_within(weave, strand, link))
        return link.layer;
    bool first = link.layer < 0 && link.slot == weave->tree->strands[strand].input;
    return first ? TDI_SOURCE : TDI_PORT;
}

/* Which of its outputs the other end gives; the main input is as good as a first one. */
static int slot_of(TdiLink link)
{
    return link.layer < 0 ? 0 : link.slot;
}

/* Whether the source feeds a layer: the strand's input does, or it takes from no layer of its
 * own strand. */
static bool begins(const TdiWeave *weave, int strand, int layer)
{
    const TdiLayer *of = layer_at(weave, layer);
    bool within = false;
    for (int k = 0; k < of->input_count; k++) {
        int end = end_of(weave, strand, of->inputs[k]);
        if (end == TDI_SOURCE)
            return true;
        within |= end != TDI_PORT;
    }
    return !within;
}

static bool ends(const TdiWeave *weave, int strand, int layer)
{
    for (int i = weave->first[layer]; i < weave->first[layer + 1]; i++)
        if (weave->strand[weave->uses[i].layer] == strand)
            return false;
    return true;
}

static bool is_commutative(const TdiWeave *weave, int layer)
{
    return layer >= 0 && layer_at(weave, layer)->commutative;
}

/* ---- Ports: what comes from other strands -------------------------------------------- */

static void push_ports(TdiWeave *weave, int strand, int layer, List *list)
{
    const TdiLayer *of = layer_at(weave, layer);
    for (int k = 0; k < of->input_count; k++) {
        TdiLink link = of->inputs[k];
        if (end_of(weave, strand, link) != TDI_PORT)
            continue;
        push(weave->tree, list, k);
        push(weave->tree, list,
             link.layer < 0 ? weave->input[link.slot] : weave->source[link.layer]);
        push(weave->tree, list, link.layer < 0 ? 0 : link.slot);
    }
}

/* ---- Branches ------------------------------------------------------------------------ */

/* An edge's numbers: the slots, but where `to` takes its inputs in any order. */
static void number_edge(TdiWeave *weave, int to, TdiBranch *branch)
{
    int list[3] = {LIST_EDGE, branch->from, is_commutative(weave, to) ? 0 : branch->to};
    for (int likeness = 0; likeness < TDI_LIKENESSES; likeness++)
        branch->number[likeness] = tdi_tree_number(weave->tree, list, 3);
}

/* Whether a branch is what a shortcut turns into where the shape changes. */
static bool is_projection(const TdiWeave *weave, const TdiBranch *branch, int to)
{
    if (branch->type != TDI_BRANCH_SERIES || !is_commutative(weave, to))
        return false;
    for (int i = 0; i < branch->series->step_count; i++) {
        const TdiStep *step = &branch->series->steps[i];
        if (!step->before.plain || !layer_at(weave, step->layer)->projects)
            return false;
    }
    return branch->series->after.plain;
}

static void number_series(TdiWeave *weave, int to, TdiBranch *branch)
{
    TdiSeries *series = branch->series;
    for (int likeness = 0; likeness < TDI_LIKENESSES; likeness++) {
        List list = {0};
        push(weave->tree, &list, LIST_SERIES);
        for (int i = 0; i < series->step_count; i++)
            push(weave->tree, &list, series->steps[i].number[likeness]);
        push(weave->tree, &list, series->after.number[likeness]);
        series->number[likeness] = finish(weave->tree, &list);
        branch->number[likeness] = series->number[likeness];
    }
    if (is_projection(weave, branch, to)) {
        TdiBranch edge = {0};
        number_edge(weave, to, &edge);
        branch->number[TDI_ENTRY] = edge.number[TDI_ENTRY];
        branch->number[TDI_SKELETON] = edge.number[TDI_SKELETON];
    }
}

/* Put the layers of a core in the order of a walk from its exits up along the inputs, so that
 * the order in the file does not matter; weave->place becomes their place in it. */
static void walk_core(TdiWeave *weave, int strand, int root, int mark, int *core, int *count,
                      List *stack)
{
    push(weave->tree, stack, root);
    push(weave->tree, stack, 0); /* the input that comes next */
    while (stack->count > 0 && !weave->tree->failed) {
        int layer = stack->numbers[stack->count - 2], next = -1;
        int *input = &stack->numbers[stack->count - 1];
        const TdiLayer *of = layer_at(weave, layer);
        while (*input < of->input_count && next < 0 && weave->place[layer] < 0) {
            TdiLink link = of->inputs[(*input)++];
            if (is_within(weave, strand, link) && weave->mark[link.layer] == mark &&
                weave->place[link.layer] < 0)
                next = link.layer;
        }
        if (next >= 0) { /* first what it takes from */
            push(weave->tree, stack, next);
            push(weave->tree, stack, 0);
            continue;
        }
        stack->count -= 2;
        if (weave->place[layer] < 0) {
            weave->place[layer] = *count;
            core[(*count)++] = layer;
        }
    }
}

static void push_core_layer(TdiWeave *weave, int strand, int from, int layer, int mark,
                            int likeness, List *list)
{
    const TdiLayer *of = layer_at(weave, layer);
    push(weave->tree, list, key_of(of, likeness));
    push(weave->tree, list, of->input_count);
    for (int k = 0; k < of->input_count; k++) {
        TdiLink link = of->inputs[k];
        bool inside = is_within(weave, strand, link) && weave->mark[link.layer] == mark;
        int end = end_of(weave, strand, link);
        push(weave->tree, list, inside ? weave->place[link.layer] : end == from ? -1 : -2);
        push(weave->tree, list, slot_of(link));
    }
    push_ports(weave, strand, layer, list);
}

/* Call with nodes marked `mark`. Exits are the inputs of `to` that the core feeds. */
static void number_core(TdiWeave *weave, int strand, int from, int to, int mark,
                        TdiBranch *branch)
{
    for (int likeness = 0; likeness < TDI_LIKENESSES; likeness++) {
        List list = {0};
        push(weave->tree, &list, LIST_CORE);
        for (int i = 0; i < branch->core_count; i++)
            push_core_layer(weave, strand, from, branch->core[i], mark, likeness, &list);
        for (int k = 0; to >= 0 && k < layer_at(weave, to)->input_count; k++) {
            TdiLink link = layer_at(weave, to)->inputs[k];
            if (!is_within(weave, strand, link) || weave->mark[link.layer] != mark)
                continue;
            push(weave->tree, &list, is_commutative(weave, to) ? 0 : k);
            push(weave->tree, &list, weave->place[link.layer]);
            push(weave->tree, &list, link.slot);
        }
        branch->number[likeness] = finish(weave->tree, &list);
    }
}

static void make_core(TdiWeave *weave, int strand, int from, int to, const int *nodes,
                      int count, TdiBranch *branch)
{
    int mark = ++weave->marks, *core = take(weave, count, sizeof *core);
    List stack = {0};
    if (core == NULL)
        return;
    for (int i = 0; i < count; i++) {
        weave->mark[nodes[i]] = mark;
        weave->place[nodes[i]] = -1;
    }
    branch->type = TDI_BRANCH_CORE;
    branch->core = core;
    if (to >= 0)
        for (int k = 0; k < layer_at(weave, to)->input_count; k++) {
            TdiLink link = layer_at(weave, to)->inputs[k];
            if (is_within(weave, strand, link) && weave->mark[link.layer] == mark)
                walk_core(weave, strand, link.layer, mark, core, &branch->core_count, &stack);
        }
    for (int i = count - 1; i >= 0; i--) /* towards the sink */
        if (weave->place[nodes[i]] == -1)
            walk_core(weave, strand, nodes[i], mark, core, &branch->core_count, &stack);
    tdi_free(stack.numbers);
    if (!weave->tree->failed)
        number_core(weave, strand, from, to, mark, branch);
}

/* ---- Cuts ---------------------------------------------------------------------------- */

/* The furthest position that `layer` feeds among nodes of the mark, whose
 * positions are their places; `end` is the one of `to`. */
static int reach_of(const TdiWeave *weave, int strand, int layer, int to, int mark, int end)
{
    int reach = to == TDI_SINK && ends(weave, strand, layer) ? end : 0;
    for (int i = weave->first[layer]; i < weave->first[layer + 1]; i++) {
        int user = weave->uses[i].layer;
        if (user == to)
            return end;
        if (weave->strand[user] == strand && weave->mark[user] == mark &&
            weave->place[user] > reach)
            reach = weave->place[user];
    }
    return reach;
}

static bool takes(const TdiWeave *weave, int layer, int from)
{
    const TdiLayer *of = layer_at(weave, layer);
    for (int k = 0; k < of->input_count; k++)
        if (of->inputs[k].layer == from)
            return true;
    return false;
}

/* Mark which of the nodes all ways from `from` to `to` pass; how many. */
static int find_cuts(TdiWeave *weave, int strand, int from, int to, const int *nodes, int count,
                     bool *cut)
{
    int mark = ++weave->marks, furthest = 0, cuts = 0;
    for (int i = 0; i < count; i++) {
        weave->mark[nodes[i]] = mark;
        weave->place[nodes[i]] = i + 1;
    }
    for (int i = 0; i < count; i++) /* edges from end to end are branches of their own */
        if (from == TDI_SOURCE ? begins(weave, strand, nodes[i]) : takes(weave, nodes[i], from))
            furthest = i + 1;
    for (int i = 0; i < count; i++) {
        cut[i] = furthest <= i + 1;
        cuts += cut[i];
        int reach = reach_of(weave, strand, nodes[i], to, mark, count + 1);
        furthest = reach > furthest ? reach : furthest;
    }
    return cuts;
}

static void make_series(TdiWeave *weave, int strand, int from, int to, const int *nodes,
                        int count, const bool *cut, int cuts, int depth, TdiBranch *branch)
{
    TdiSeries *series = take(weave, 1, sizeof *series);
    TdiStep *steps = take(weave, cuts, sizeof *steps);
    if (series == NULL || steps == NULL)
        return;
    branch->type = TDI_BRANCH_SERIES;
    branch->series = series;
    series->steps = steps;
    int begin = 0;
    for (int i = 0; i < count && !weave->tree->failed; i++) {
        if (!cut[i])
            continue;
        TdiStep *step = &steps[series->step_count++];
        step->layer = nodes[i];
        tdi_region_make(weave, strand, from, nodes[i], nodes + begin, i - begin, depth + 1,
                        &step->before);
        tdi_step_number(weave, strand, step);
        from = nodes[i];
        begin = i + 1;
    }
    tdi_region_make(weave, strand, from, to, nodes + begin, count - begin, depth + 1,
                    &series->after);
}

static void make_branch(TdiWeave *weave, int strand, int from, int to, const int *nodes,
                        int count, int depth, TdiBranch *branch)
{
    bool *cut = take(weave, count, sizeof *cut);
    if (cut == NULL)
        return;
    int cuts = depth < DEEPEST ? find_cuts(weave, strand, from, to, nodes, count, cut) : 0;
    if (cuts > 0) {
        make_series(weave, strand, from, to, nodes, count, cut, cuts, depth, branch);
        if (!weave->tree->failed)
            number_series(weave, to, branch);
    } else {
        make_core(weave, strand, from, to, nodes, count, branch);
    }
}

/* ---- Components ---------------------------------------------------------------------- */

/* Join what takes from each other; in weave->place each node has the number of its component,
 * in the order of their first nodes. How many there are. */
static int find_components(TdiWeave *weave, int strand, const int *nodes, int count)
{
    int mark = ++weave->marks, components = 0, *parent = weave->place;
    for (int i = 0; i < count; i++) {
        weave->mark[nodes[i]] = mark;
        parent[nodes[i]] = nodes[i];
    }
    for (int i = 0; i < count; i++) {
        const TdiLayer *layer = layer_at(weave, nodes[i]);
        for (int k = 0; k < layer->input_count; k++) {
            TdiLink link = layer->inputs[k];
            if (!is_within(weave, strand, link) || weave->mark[link.layer] != mark)
                continue;
            int a = tdi_root_of(parent, link.layer), b = tdi_root_of(parent, nodes[i]);
            parent[a > b ? a : b] = a > b ? b : a; /* the root is the first node */
        }
    }
    for (int i = 0; i < count; i++)
        components += tdi_root_of(parent, nodes[i]) == nodes[i];
    return components;
}

typedef struct Pieces {
    int *nodes; /* (count) component by component, ascending in each */
    int *end;   /* (components) where each ends */
    int *slot;  /* (components) the lowest input of the cut behind them that each feeds */
    int count;
} Pieces;

/* Call with weave->place the number of each node's component. */
static void find_slots(const TdiWeave *weave, int strand, int to, int mark, Pieces *pieces)
{
    for (int k = to >= 0 ? layer_at(weave, to)->input_count - 1 : -1; k >= 0; k--) {
        TdiLink link = layer_at(weave, to)->inputs[k];
        if (is_within(weave, strand, link) && weave->mark[link.layer] == mark)
            pieces->slot[weave->place[link.layer]] = k;
    }
}

static bool split(TdiWeave *weave, int strand, int to, const int *nodes, int count,
                  Pieces *pieces)
{
    pieces->count = find_components(weave, strand, nodes, count);
    pieces->nodes = take(weave, count, sizeof(int));
    pieces->end = take(weave, pieces->count + 1, sizeof(int));
    pieces->slot = take(weave, pieces->count, sizeof(int));
    int *number = take(weave, count, sizeof(int)), next = 0;
    if (pieces->nodes == NULL || pieces->end == NULL || pieces->slot == NULL || number == NULL)
        return false;
    for (int i = 0; i < count; i++)
        number[i] = tdi_root_of(weave->place, nodes[i]);
    for (int i = 0; i < count; i++) /* the root, which comes first, gets the number */
        if (number[i] == nodes[i])
            weave->place[nodes[i]] = next++;
    for (int i = 0; i < count; i++) {
        number[i] = weave->place[number[i]];
        pieces->end[number[i] + 1]++;
    }
    for (int i = 0; i < pieces->count; i++)
        pieces->end[i + 1] += pieces->end[i];
    for (int i = 0; i < count; i++)
        pieces->nodes[pieces->end[number[i]]++] = nodes[i];
    for (int i = 0; i < count; i++)
        weave->place[nodes[i]] = number[i];
    find_slots(weave, strand, to, weave->mark[nodes[0]], pieces);
    return true;
}

/* ---- Regions ------------------------------------------------------------------------- */

static void add_edge(TdiWeave *weave, int to, int slot, TdiRegion *region)
{
    TdiBranch *branch = &region->branches[region->branch_count++];
    *branch = (TdiBranch){.type = TDI_BRANCH_EDGE,
                          .from = slot_of(layer_at(weave, to)->inputs[slot]),
                          .to = slot,
                          .first_slot = slot};
    number_edge(weave, to, branch);
}

/* What goes from end to end, by ascending inputs of `to`; without a region it is only counted.
 * Layers that many take from, or that take from many, are looked at from their other end. */
static int add_edges(TdiWeave *weave, int strand, int from, int to, TdiRegion *region)
{
    int count = 0, uses = from >= 0 ? weave->first[from + 1] - weave->first[from] : 0;
    if (to < 0)
        return 0;
    if (from >= 0 && uses < layer_at(weave, to)->input_count) {
        for (int i = weave->first[from]; i < weave->first[from + 1]; i++)
            if (weave->uses[i].layer == to && ++count > 0 && region != NULL)
                add_edge(weave, to, weave->uses[i].slot, region);
        return count;
    }
    for (int k = 0; k < layer_at(weave, to)->input_count; k++)
        if (end_of(weave, strand, layer_at(weave, to)->inputs[k]) == from && ++count > 0 &&
            region != NULL)
            add_edge(weave, to, k, region);
    return count;
}

static int compare_slots(const void *a, const void *b)
{
    const TdiBranch *x = a, *y = b;
    return (x->first_slot > y->first_slot) - (x->first_slot < y->first_slot);
}

/* As the cut behind them takes them; no two begin with the same input of it. */
static void sort_branches(TdiRegion *region)
{
    qsort(region->branches, (size_t)region->branch_count, sizeof *region->branches,
          compare_slots);
}

/* What ends nowhere has no order of its own: equal branches stand together. */
static void gather_branches(TdiRegion *region)
{
    TdiBranch *branches = region->branches;
    for (int i = 0; i + 1 < region->branch_count; i++) {
        int next = i + 1;
        while (next < region->branch_count &&
               branches[next].number[TDI_SAME] != branches[i].number[TDI_SAME])
            next++;
        if (next == region->branch_count)
            continue;
        TdiBranch other = branches[next];
        for (; next > i + 1; next--)
            branches[next] = branches[next - 1];
        branches[next] = other;
    }
}

static void number_region(TdiWeave *weave, int to, TdiRegion *region)
{
    for (int i = 0; i < region->branch_count; i++) {
        region->branches[i].copies = 1;
        region->branches[i].fold_index = -1;
    }
    for (int likeness = 0; likeness < TDI_LIKENESSES && !weave->tree->failed; likeness++) {
        List list = {0};
        push(weave->tree, &list, LIST_REGION);
        for (int i = 0; i < region->branch_count; i++)
            push(weave->tree, &list, region->branches[i].number[likeness]);
        if (is_commutative(weave, to) && list.count > 2)
            qsort(list.numbers + 1, list.count - 1, sizeof(int), compare);
        region->number[likeness] = finish(weave->tree, &list);
    }
    region->plain = region->branch_count == 0 ||
                    (region->branch_count == 1 && region->branches[0].type == TDI_BRANCH_EDGE);
}

void tdi_region_make(TdiWeave *weave, int strand, int from, int to, const int *nodes, int count,
                     int depth, TdiRegion *region)
{
    int edges = add_edges(weave, strand, from, to, NULL);
    Pieces pieces = {0};
    weave->cancelled |= tdi_check_cancel(weave->run, NULL) != TD_OK;
    weave->tree->failed |= weave->cancelled;
    if (weave->tree->failed || (count > 0 && !split(weave, strand, to, nodes, count, &pieces)))
        return;
    region->branches = take(weave, edges + pieces.count, sizeof *region->branches);
    if (region->branches == NULL)
        return;
    add_edges(weave, strand, from, to, region);
    for (int i = 0, begin = 0; i < pieces.count && !weave->tree->failed; i++) {
        TdiBranch *branch = &region->branches[region->branch_count++];
        branch->first_slot = pieces.slot[i];
        make_branch(weave, strand, from, to, pieces.nodes + begin, pieces.end[i] - begin, depth,
                    branch);
        begin = pieces.end[i];
    }
    if (to >= 0)
        sort_branches(region);
    if (to < 0 && region->branch_count <= MOST_GATHERED)
        gather_branches(region);
    number_region(weave, to, region);
}

/* ---- Steps --------------------------------------------------------------------------- */

double tdi_layer_cost(const TdiLayer *layer)
{
    return layer->kind == TDI_KIND_MOVE ? 0.25 : 1;
}

static double series_cost(const TdiSeries *series)
{
    double cost = 0;
    for (int i = 0; i < series->step_count; i++)
        cost += series->steps[i].cost;
    return cost;
}

static double region_cost(const TdiRegion *region)
{
    double cost = 0;
    for (int i = 0; i < region->branch_count && !region->plain; i++)
        cost += region->branches[i].type == TDI_BRANCH_SERIES
                    ? series_cost(region->branches[i].series)
                : region->branches[i].type == TDI_BRANCH_CORE ? region->branches[i].core_count
                                                              : 0.25;
    return cost;
}

void tdi_step_number(TdiWeave *weave, int strand, TdiStep *step)
{
    const TdiLayer *layer = layer_at(weave, step->layer);
    step->cost = tdi_layer_cost(layer) + region_cost(&step->before);
    for (int likeness = 0; likeness < TDI_LIKENESSES && !weave->tree->failed; likeness++) {
        List list = {0};
        push(weave->tree, &list, LIST_STEP);
        push(weave->tree, &list, step->before.number[likeness]);
        push(weave->tree, &list, key_of(layer, likeness));
        push(weave->tree, &list, layer->input_count);
        push_ports(weave, strand, step->layer, &list);
        step->number[likeness] = finish(weave->tree, &list);
    }
}
