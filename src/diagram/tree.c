#include "diagram/tree.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "diagram/ports.h"
#include "diagram/regions.h"

/* Of graphs with more inputs or outputs only so many are looked at for the main ones. */
enum { MOST_TRIED = 64 };

/* What begins the list of a number of what is computed, apart from those of regions.c. */
enum { LIST_LAYER = 16, LIST_OWN_INPUT, LIST_INPUT };

void tdi_tree_free(TdiTree *tree)
{
    tdi_free(tree->folds);
    tdi_free(tree->ports);
    tdi_interner_free(&tree->numbers);
    tdi_interner_free(&tree->units);
    tdi_interner_free(&tree->letters);
    tdi_arena_free(&tree->arena);
    *tree = (TdiTree){0};
}

/* ---- Uses ---------------------------------------------------------------------------- */

static bool list_uses(TdiWeave *weave)
{
    const TdiLayers *layers = weave->layers;
    int sum = 0;
    for (int i = 0; i < layers->count; i++)
        for (int k = 0; k < layers->layers[i].input_count; k++)
            if (layers->layers[i].inputs[k].layer >= 0)
                weave->first[layers->layers[i].inputs[k].layer + 1]++;
    for (int i = 0; i < layers->count; i++)
        weave->first[i + 1] += weave->first[i];
    sum = weave->first[layers->count];
    weave->uses = tdi_alloc((uint64_t)sum, sizeof *weave->uses);
    if (weave->uses == NULL)
        return false;
    memcpy(weave->place, weave->first, (size_t)layers->count * sizeof(int));
    for (int i = 0; i < layers->count; i++)
        for (int k = 0; k < layers->layers[i].input_count; k++) {
            TdiLink link = layers->layers[i].inputs[k];
            if (link.layer >= 0)
                weave->uses[weave->place[link.layer]++] = (TdiUse){i, k, link.slot};
        }
    return true;
}

/* ---- The main strand ----------------------------------------------------------------- */

/* weave->mark becomes `mark` at what follows from a graph input; how many layers do. */
static int mark_below(TdiWeave *weave, int input, int mark)
{
    const TdiLayers *layers = weave->layers;
    int count = 0;
    for (int i = 0; i < layers->count; i++) {
        bool below = false;
        for (int k = 0; k < layers->layers[i].input_count; k++) {
            TdiLink link = layers->layers[i].inputs[k];
            below |= link.layer < 0 ? link.slot == input : weave->mark[link.layer] == mark;
        }
        weave->mark[i] = below ? mark : 0;
        count += below;
    }
    return count;
}

/* weave->place becomes `mark` at what layer `output` follows from, itself included; how many of
 * these have weave->mark `below`. */
static int mark_above(TdiWeave *weave, int output, int mark, int below)
{
    int count = 0;
    memset(weave->place, 0, (size_t)weave->layers->count * sizeof(int));
    weave->place[output] = mark;
    for (int i = output; i >= 0; i--) {
        if (weave->place[i] != mark)
            continue;
        count += weave->mark[i] == below;
        const TdiLayer *layer = &weave->layers->layers[i];
        for (int k = 0; k < layer->input_count; k++)
            if (layer->inputs[k].layer >= 0)
                weave->place[layer->inputs[k].layer] = mark;
    }
    return count;
}

/* The first input that at least half as much follows from as from any: a picture stands before
 * what it is conditioned on, though a little more may follow from that. Its rivals are those
 * from which a quarter follows. */
static int find_main_input(TdiWeave *weave)
{
    TdiTree *tree = weave->tree;
    int inputs = weave->layers->graph->input_count, most = 0;
    int below[MOST_TRIED];
    inputs = inputs > MOST_TRIED ? MOST_TRIED : inputs;
    for (int k = 0; k < inputs; k++) {
        below[k] = mark_below(weave, k, 1);
        most = below[k] > most ? below[k] : most;
    }
    for (int share = 2; share <= 4 && most > 0; share += 2)
        for (int k = 0; k < inputs && tree->rival_count < (share == 2 ? 1 : TDI_MOST_RIVALS);
             k++)
            if (share * below[k] >= most && (share == 2 || k != tree->rivals[0]))
                tree->rivals[tree->rival_count++] = k;
    return tree->rival_count > 0 ? tree->rivals[0] : -1;
}

/* The output with the most layers between it and the main input; ties go to the first. */
static void find_main(TdiWeave *weave, int *input, int *output)
{
    const TdiLayers *layers = weave->layers;
    int most = 0, usual = find_main_input(weave);
    *output = -1;
    *input = *input >= 0 ? *input : usual;
    if (*input >= 0)
        mark_below(weave, *input, 1);
    for (int k = 0; k < layers->output_count && k < MOST_TRIED && *input >= 0; k++) {
        int layer = layers->outputs[k].layer;
        int count = layer < 0 || weave->mark[layer] != 1 ? 0 : mark_above(weave, layer, 1, 1);
        if (count > most) {
            most = count;
            *output = layer;
        }
    }
}

/* ---- Strands ------------------------------------------------------------------------- */

/* Layers outside the main strand that take from each other are of one strand. The number of
 * strands; weave->strand becomes the number of each layer's. */
static int number_strands(TdiWeave *weave, bool main)
{
    const TdiLayers *layers = weave->layers;
    int *parent = weave->place, count = main ? 1 : 0;
    for (int i = 0; i < layers->count; i++)
        parent[i] = i;
    for (int i = 0; i < layers->count; i++)
        for (int k = 0; k < layers->layers[i].input_count; k++) {
            int from = layers->layers[i].inputs[k].layer;
            if (from < 0 || weave->strand[i] == 0 || weave->strand[from] == 0)
                continue;
            int a = tdi_root_of(parent, from), b = tdi_root_of(parent, i);
            parent[a > b ? a : b] = a > b ? b : a;
        }
    for (int i = 0; i < layers->count; i++)
        if (weave->strand[i] != 0) {
            int root = tdi_root_of(parent, i);
            weave->strand[i] = root == i ? count++ : weave->strand[root];
        }
    return count;
}

/* The graph input that the first layer of a strand takes, -1: none. */
static int find_input(const TdiWeave *weave, const TdiStrand *strand)
{
    const TdiLayer *first = &weave->layers->layers[strand->layers[0]];
    for (int k = 0; k < first->input_count; k++)
        if (first->inputs[k].layer < 0)
            return first->inputs[k].slot;
    return -1;
}

static bool fill_strands(TdiWeave *weave, int count, bool main)
{
    TdiTree *tree = weave->tree;
    int layers = weave->layers->count;
    tree->strands = tdi_arena_take(&tree->arena, (uint64_t)count, sizeof *tree->strands);
    if (tree->strands == NULL)
        return false;
    tree->strand_count = count;
    for (int i = 0; i < layers; i++)
        tree->strands[weave->strand[i]].count++;
    for (int k = 0; k < count; k++) {
        TdiStrand *strand = &tree->strands[k];
        strand->main = main && k == 0;
        strand->layers = tdi_arena_take(&tree->arena, (uint64_t)strand->count, sizeof(int));
        if (strand->layers == NULL)
            return false;
        strand->count = 0;
    }
    for (int i = 0; i < layers; i++) {
        TdiStrand *strand = &tree->strands[weave->strand[i]];
        ((int *)strand->layers)[strand->count++] = i;
    }
    for (int k = 0; k < count; k++) {
        TdiStrand *strand = &tree->strands[k];
        strand->input = strand->main ? weave->main_input : find_input(weave, strand);
    }
    return true;
}

static bool find_strands(TdiWeave *weave)
{
    int output, layers = weave->layers->count;
    find_main(weave, &weave->main_input, &output);
    weave->tree->main_input = weave->main_input;
    bool main = output >= 0;
    memset(weave->strand, -1, (size_t)layers * sizeof(int));
    if (main) {
        mark_below(weave, weave->main_input, 1);
        mark_above(weave, output, 1, 1);
        for (int i = 0; i < layers; i++)
            if (weave->mark[i] == 1 && weave->place[i] == 1)
                weave->strand[i] = 0;
    }
    return fill_strands(weave, number_strands(weave, main), main);
}

/* ---- What is computed ---------------------------------------------------------------- */

static void count_input_uses(const TdiWeave *weave, int *uses)
{
    for (int i = 0; i < weave->layers->count; i++) {
        const TdiLayer *layer = &weave->layers->layers[i];
        for (int k = 0; k < layer->input_count; k++)
            if (layer->inputs[k].layer < 0)
                uses[layer->inputs[k].slot]++;
    }
}

/* An input that one layer alone takes is like any other of its shape: each layer of a decoder
 * has a past of its own. */
static void number_inputs(TdiWeave *weave)
{
    const TdiGraph *graph = weave->layers->graph;
    int *uses = weave->input;
    count_input_uses(weave, uses);
    for (int k = 0; k < graph->input_count; k++) {
        const TdiShape *shape = &graph->tensors[graph->inputs[k]].shape;
        int list[2 + TDI_MAX_RANK] = {LIST_INPUT, k};
        if (uses[k] == 1 && k != weave->main_input) {
            list[0] = LIST_OWN_INPUT;
            list[1] = shape->rank;
            for (int i = 0; i < shape->rank; i++)
                list[2 + i] = (int)shape->size[i];
        }
        weave->input[k] = tdi_tree_number(weave->tree, list, 2 + TDI_MAX_RANK);
    }
}

static bool number_layer(TdiWeave *weave, int i)
{
    const TdiLayer *layer = &weave->layers->layers[i];
    size_t count = 2 + 2 * (size_t)layer->input_count;
    int *list = tdi_alloc(count, sizeof *list);
    if (list == NULL)
        return false;
    list[0] = LIST_LAYER;
    list[1] = layer->key;
    for (int k = 0; k < layer->input_count; k++) {
        TdiLink link = layer->inputs[k];
        list[2 + 2 * k] = link.layer < 0 ? weave->input[link.slot] : weave->source[link.layer];
        list[3 + 2 * k] = link.layer < 0 ? -1 : link.slot;
    }
    weave->source[i] = tdi_tree_number(weave->tree, list, count);
    tdi_free(list);
    return true;
}

/* ---- All ----------------------------------------------------------------------------- */

static bool prepare(TdiWeave *weave)
{
    uint64_t count = (uint64_t)weave->layers->count;
    weave->first = tdi_alloc(count + 1, sizeof(int));
    weave->strand = tdi_alloc(count, sizeof(int));
    weave->mark = tdi_alloc(count, sizeof(int));
    weave->place = tdi_alloc(count, sizeof(int));
    weave->source = tdi_alloc(count, sizeof(int));
    weave->input = tdi_alloc((uint64_t)weave->layers->graph->input_count, sizeof(int));
    if (weave->first == NULL || weave->strand == NULL || weave->mark == NULL ||
        weave->place == NULL || weave->source == NULL || weave->input == NULL ||
        !list_uses(weave) || !find_strands(weave))
        return false;
    number_inputs(weave);
    for (int i = 0; i < weave->layers->count; i++)
        if (!number_layer(weave, i))
            return false;
    weave->marks = 1; /* those of find_strands */
    return true;
}

/* A strand as a series whose end is the sink: a region of one or more branches, so that several
 * of them stand behind the last cut. */
static bool make_strand(TdiWeave *weave, int index)
{
    TdiStrand *strand = &weave->tree->strands[index];
    TdiRegion region = {0};
    tdi_region_make(weave, index, TDI_SOURCE, TDI_SINK, strand->layers, strand->count, 0,
                    &region);
    if (weave->tree->failed)
        return false;
    if (region.branch_count == 1 && region.branches[0].type == TDI_BRANCH_SERIES) {
        strand->series = region.branches[0].series;
        return true;
    }
    strand->series = tdi_arena_take(&weave->tree->arena, 1, sizeof *strand->series);
    if (strand->series == NULL)
        return false;
    strand->series->after = region;
    memcpy(strand->series->number, region.number, sizeof region.number);
    return true;
}

static void free_weave(TdiWeave *weave)
{
    tdi_free(weave->first);
    tdi_free(weave->uses);
    tdi_free(weave->strand);
    tdi_free(weave->mark);
    tdi_free(weave->place);
    tdi_free(weave->source);
    tdi_free(weave->input);
}

TdStatus tdi_tree_make(const TdiLayers *layers, const TdRun *run, TdiTree *tree, TdError *err)
{
    return tdi_tree_make_from(layers, -1, run, tree, err);
}

TdStatus tdi_tree_make_from(const TdiLayers *layers, int input, const TdRun *run, TdiTree *tree,
                            TdError *err)
{
    TdiWeave weave = {.tree = tree, .layers = layers, .run = run, .main_input = input};
    *tree = (TdiTree){.layers = layers};
    bool good = prepare(&weave);
    for (int k = 0; good && k < tree->strand_count; k++)
        good = make_strand(&weave, k);
    if (good)
        tdi_ports_make(&weave);
    free_weave(&weave);
    if (good && !tree->failed && !tree->numbers.failed)
        return TD_OK;
    tdi_tree_free(tree);
    return weave.cancelled ? tdi_check_cancel(run, err)
                           : tdi_fail_memory(err, (uint64_t)layers->count * sizeof(TdiStep));
}
