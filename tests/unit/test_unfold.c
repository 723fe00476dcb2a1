/* What is folded can be unfolded: trees of random networks, walked by a second writing of what
 * tree.h says, give the layers that they were made of. And they do not depend on the order in
 * which the file has its operators, nor on names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "graph/description.h"
#include "graph/networks.h"
#include "unit/random_graphs.h"

enum { RANDOM_NETWORKS = 400 };

/* ---- Numbers of what is computed ----------------------------------------------------- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    Chance chance = a * 0x2545f4914f6cdd1du ^ (b + 0x632be59bd9b4e019u);
    return chance_next(&chance);
}

static uint64_t mix_words(uint64_t hash, const char *words)
{
    for (; words != NULL && *words != '\0'; words++)
        hash = mix(hash, (unsigned char)*words);
    return mix(hash, words == NULL ? 1 : 2);
}

/* A layer by itself: all that is drawn and counted; `coarse`: but for sizes. */
static uint64_t number_itself(const TdiLayer *layer, bool coarse)
{
    uint64_t hash = mix_words(mix(layer->kind, layer->unknown), layer->what);
    hash = mix_words(mix_words(hash, layer->norm), layer->act);
    if (coarse)
        return hash;
    hash = mix_words(mix_words(hash, layer->width), layer->marks);
    hash = mix(mix(hash, layer->parameters), layer->macs);
    for (int i = 1; i < layer->shape.rank; i++)
        hash = mix(hash, (uint64_t)layer->shape.size[i]);
    return hash;
}

enum { MAIN_INPUT = 77, SHARED_INPUT, OWN_INPUT };

static int count_uses(const TdiLayers *layers, int input)
{
    int uses = 0;
    for (int i = 0; i < layers->count; i++)
        for (int k = 0; k < layers->layers[i].input_count; k++)
            uses += layers->layers[i].inputs[k].layer < 0 &&
                    layers->layers[i].inputs[k].slot == input;
    return uses;
}

/* Inputs of single layers are alike by their shapes. */
static uint64_t number_input(const TdiTree *tree, int input)
{
    const TdiGraph *graph = tree->layers->graph;
    if (input == tree->main_input)
        return MAIN_INPUT;
    uint64_t hash = mix(SHARED_INPUT, (uint64_t)input);
    if (count_uses(tree->layers, input) == 1) {
        const TdiShape *shape = &graph->tensors[graph->inputs[input]].shape;
        hash = OWN_INPUT;
        for (int i = 0; i < shape->rank; i++)
            hash = mix(hash, (uint64_t)shape->size[i]);
    }
    return hash;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t number_with(uint64_t hash, const TdiLayer *layer, uint64_t *inputs)
{
    if (layer->commutative)
        qsort(inputs, (size_t)layer->input_count, sizeof *inputs, compare);
    for (int k = 0; k < layer->input_count; k++)
        hash = mix(hash, inputs[k]);
    return hash;
}

/* Numbers of all layers as the graph has them. */
static uint64_t *number_layers(const TdiTree *tree, bool coarse)
{
    const TdiLayers *layers = tree->layers;
    uint64_t *numbers = calloc((size_t)layers->count + 1, sizeof *numbers);
    for (int i = 0; i < layers->count; i++) {
        const TdiLayer *layer = &layers->layers[i];
        uint64_t *inputs = calloc((size_t)layer->input_count + 1, sizeof *inputs);
        for (int k = 0; k < layer->input_count; k++) {
            TdiLink link = layer->inputs[k];
            assert_true(link.layer < i);
            inputs[k] = link.layer < 0 ? mix(number_input(tree, link.slot), 0)
                                       : mix(numbers[link.layer], (uint64_t)link.slot);
        }
        numbers[i] = number_with(number_itself(layer, coarse), layer, inputs);
        free(inputs);
    }
    return numbers;
}

/* ---- Unfolding ----------------------------------------------------------------------- */

typedef struct Unfolder {
    const TdiTree *tree;
    bool coarse;
    int strand;
    const int *strand_of;      /* (layers) */
    const uint64_t *originals; /* (layers) what other strands give */
    uint64_t *now;             /* (layers) what stands for a drawn layer at the moment */
    uint64_t source;           /* ... and for the main input */
    uint64_t *numbers;         /* (count) of all that came out */
    size_t count, room;
    uint64_t parameters, macs;
    bool grows; /* something does */
} Unfolder;

static uint64_t value_of(const Unfolder *unfolder, TdiLink link)
{
    if (link.layer >= 0)
        return mix(unfolder->strand_of[link.layer] == unfolder->strand
                       ? unfolder->now[link.layer]
                       : unfolder->originals[link.layer],
                   (uint64_t)link.slot);
    if (link.slot == unfolder->tree->strands[unfolder->strand].input)
        return mix(unfolder->source, 0);
    return mix(number_input(unfolder->tree, link.slot), 0);
}

static void emit(Unfolder *unfolder, int index)
{
    const TdiLayer *layer = &unfolder->tree->layers->layers[index];
    uint64_t *inputs = calloc((size_t)layer->input_count + 1, sizeof *inputs);
    for (int k = 0; k < layer->input_count; k++)
        inputs[k] = value_of(unfolder, layer->inputs[k]);
    unfolder->now[index] = number_with(number_itself(layer, unfolder->coarse), layer, inputs);
    free(inputs);
    if (unfolder->count == unfolder->room) {
        unfolder->room = unfolder->room * 2 + 64;
        unfolder->numbers = realloc(unfolder->numbers, unfolder->room * sizeof(uint64_t));
    }
    unfolder->numbers[unfolder->count++] = unfolder->now[index];
    unfolder->parameters += layer->parameters;
    unfolder->macs += layer->macs;
}

/* What a drawn layer (-1: the source) stands for from here on. */
static void set_now(Unfolder *unfolder, int layer, uint64_t number)
{
    if (layer < 0)
        unfolder->source = number;
    else
        unfolder->now[layer] = number;
}

static void unfold_items(Unfolder *unfolder, const TdiSeries *series, const TdiItem *items,
                         int count, int from, uint64_t *last);

static int last_layer(const TdiSeries *series)
{
    return series->steps[series->step_count - 1].layer;
}

/* `last` is what comes in from `from`. Of equal branches the first is drawn. */
static void unfold_region(Unfolder *unfolder, const TdiRegion *region, int from, uint64_t last)
{
    const TdiSeries *series = NULL;
    int left = 0;
    for (int i = 0; i < region->branch_count; i++) {
        const TdiBranch *branch = &region->branches[i];
        for (int k = 0; k < branch->core_count; k++)
            emit(unfolder, branch->core[k]);
        if (branch->type != TDI_BRANCH_SERIES)
            continue;
        assert_true(left == 0 ? branch->copies > 0 : branch->copies == 0);
        if (left == 0) {
            series = branch->series;
            left = branch->copies;
        }
        left--;
        uint64_t end = last;
        unfold_items(unfolder, series, series->items, series->item_count, from, &end);
        unfold_region(unfolder, &series->after, last_layer(series), end);
        set_now(unfolder, last_layer(branch->series), end);
        set_now(unfolder, from, last); /* copies have put others in its place */
    }
    assert_int_equal(left, 0);
}

static int layer_before(const TdiSeries *series, int step, int from)
{
    return step > 0 ? series->steps[step - 1].layer : from;
}

static void unfold_step(Unfolder *unfolder, const TdiSeries *series, int step, int from,
                        uint64_t *last)
{
    int before = layer_before(series, step, from);
    set_now(unfolder, before, *last);
    unfold_region(unfolder, &series->steps[step].before, before, *last);
    emit(unfolder, series->steps[step].layer);
    *last = unfolder->now[series->steps[step].layer];
}

static void unfold_items(Unfolder *unfolder, const TdiSeries *series, const TdiItem *items,
                         int count, int from, uint64_t *last)
{
    for (int i = 0; i < count; i++) {
        const TdiItem *item = &items[i];
        unfolder->grows |= item->fold == TDI_FOLD_GROWTH;
        for (int copy = 0; copy < item->copies; copy++) {
            bool lead = item->fold == TDI_FOLD_LEAD && copy == 0;
            int first = lead ? item->first : item->drawn;
            set_now(unfolder, layer_before(series, first, from), *last);
            if (!lead && item->inner != NULL)
                unfold_items(unfolder, series, item->inner, item->inner_count, from, last);
            else
                for (int k = 0; k < item->length; k++)
                    unfold_step(unfolder, series, first + k, from, last);
        }
        set_now(unfolder, series->steps[item->first + item->length * item->copies - 1].layer,
                *last);
    }
}

static void unfold_all(Unfolder *unfolder)
{
    const TdiTree *tree = unfolder->tree;
    for (int k = 0; k < tree->strand_count; k++) {
        const TdiSeries *series = tree->strands[k].series;
        int input = tree->strands[k].input;
        uint64_t last = input >= 0 ? number_input(tree, input) : MAIN_INPUT;
        unfolder->strand = k;
        unfolder->source = last;
        unfold_items(unfolder, series, series->items, series->item_count, -1, &last);
        unfold_region(unfolder, &series->after, layer_before(series, series->step_count, -1),
                      last);
    }
}

/* The tree gives all layers back, each with the same before it. Copies of what grows are known
 * but for their widths. */
static void expect_whole(const TdiTree *tree, const TdiTotals *totals, bool coarse)
{
    const TdiLayers *layers = tree->layers;
    int *strand_of = calloc((size_t)layers->count + 1, sizeof *strand_of);
    uint64_t *originals = number_layers(tree, coarse);
    Unfolder unfolder = {.tree = tree,
                         .coarse = coarse,
                         .strand_of = strand_of,
                         .originals = originals,
                         .now = calloc((size_t)layers->count + 1, sizeof(uint64_t))};
    for (int k = 0; k < tree->strand_count; k++)
        for (int i = 0; i < tree->strands[k].count; i++)
            strand_of[tree->strands[k].layers[i]] = k;
    unfold_all(&unfolder);
    bool again = unfolder.grows && !coarse;
    assert_int_equal(unfolder.count, layers->count);
    qsort(unfolder.numbers, unfolder.count, sizeof(uint64_t), compare);
    qsort(originals, (size_t)layers->count, sizeof(uint64_t), compare);
    for (int i = 0; i < layers->count && !again; i++)
        assert_true(unfolder.numbers[i] == originals[i]);
    if (!coarse && !again) {
        assert_true(unfolder.parameters == totals->parameters);
        assert_true(unfolder.macs == totals->macs);
    }
    free(unfolder.now);
    free(unfolder.numbers);
    free(originals);
    free(strand_of);
    if (again)
        expect_whole(tree, totals, true);
}

/* ---- A tree in words ----------------------------------------------------------------- */

typedef struct Dump {
    FILE *file;
    const TdiTree *tree;
    bool main; /* of the main strand; ends of others come in any order */
} Dump;

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Put down words, sorted if that is asked for, and free them. */
static void put_words(FILE *file, char **words, int count, bool sort)
{
    if (sort)
        qsort(words, (size_t)count, sizeof *words, compare_words);
    for (int i = 0; i < count; i++) {
        fputs(words[i], file);
        free(words[i]);
    }
    free(words);
}

static void dump_layer(const Dump *dump, int index)
{
    const TdiLayer *layer = &dump->tree->layers->layers[index];
    fprintf(dump->file, "%s %s %s %s %s;", layer->what, layer->width, layer->marks,
            layer->norm != NULL ? layer->norm : "", layer->act != NULL ? layer->act : "");
}

static void dump_items(const Dump *dump, const TdiSeries *series, const TdiItem *items,
                       int count);

static void dump_region(const Dump *dump, const TdiRegion *region);

static void dump_branch(const Dump *dump, const TdiBranch *branch)
{
    char **core = calloc((size_t)branch->core_count + 1, sizeof *core);
    size_t size;
    fprintf(dump->file, "(%d %d %d %d %d:", (int)branch->type, branch->first_slot, branch->from,
            branch->to, branch->copies);
    for (int k = 0; k < branch->core_count; k++) {
        Dump layer = *dump;
        layer.file = open_memstream(&core[k], &size);
        dump_layer(&layer, branch->core[k]);
        fclose(layer.file);
    }
    put_words(dump->file, core, branch->core_count, !dump->main);
    if (branch->type == TDI_BRANCH_SERIES) {
        dump_items(dump, branch->series, branch->series->items, branch->series->item_count);
        dump_region(dump, &branch->series->after);
    }
    fprintf(dump->file, ")");
}

static void dump_region(const Dump *dump, const TdiRegion *region)
{
    char **branches = calloc((size_t)region->branch_count + 1, sizeof *branches);
    size_t size;
    for (int i = 0; i < region->branch_count; i++) {
        Dump branch = *dump;
        branch.file = open_memstream(&branches[i], &size);
        dump_branch(&branch, &region->branches[i]);
        fclose(branch.file);
    }
    put_words(dump->file, branches, region->branch_count, !dump->main);
}

static void dump_items(const Dump *dump, const TdiSeries *series, const TdiItem *items,
                       int count)
{
    for (int i = 0; i < count; i++) {
        const TdiItem *item = &items[i];
        const TdiFolded *fold =
            item->fold_index < 0 ? NULL : &dump->tree->folds[item->fold_index];
        if (fold != NULL)
            fprintf(dump->file, "%dx%d%c'%s'[", item->copies, item->length,
                    dump->main ? 'A' + fold->letter : '*', fold->first);
        if (item->inner != NULL) {
            dump_items(dump, series, item->inner, item->inner_count);
        } else {
            dump_region(dump, &series->steps[item->drawn].before);
            dump_layer(dump, series->steps[item->drawn].layer);
        }
        fprintf(dump->file, fold != NULL ? "]\n" : "\n");
    }
}

/* The main strand first, the others in the order of their words. */
static char *tree_words(const TdiTree *tree)
{
    char **strands = calloc((size_t)tree->strand_count + 1, sizeof *strands), *words;
    size_t size;
    for (int k = 0; k < tree->strand_count; k++) {
        Dump dump = {.tree = tree, .main = tree->strands[k].main};
        dump.file = open_memstream(&strands[k], &size);
        fprintf(dump.file, "%s:\n", dump.main ? "main" : "side");
        dump_items(&dump, tree->strands[k].series, tree->strands[k].series->items,
                   tree->strands[k].series->item_count);
        dump_region(&dump, &tree->strands[k].series->after);
        fclose(dump.file);
    }
    FILE *file = open_memstream(&words, &size);
    put_words(file, strands, tree->strand_count, true);
    fprintf(file, "%d folds\n", tree->fold_count);
    fclose(file);
    return words;
}

static char *words_of(TdiGraph *graph, TdiFolding folding)
{
    Made made;
    make(graph, folding, &made);
    char *words = tree_words(&made.tree);
    unmake(&made);
    return words;
}

/* ---- Tests --------------------------------------------------------------------------- */

static const TdiFolding foldings[] = {TDI_FOLDED, TDI_GROWING, TDI_UNFOLDED};

static void expect_all_whole(TdiGraph *graph)
{
    for (int i = 0; i < 3; i++) {
        Made made;
        uint64_t parameters = 0, macs = 0;
        make(graph, foldings[i], &made);
        expect_whole(&made.tree, &made.totals, false);
        for (int k = 0; k < made.layers.count; k++) {
            parameters += made.layers.layers[k].parameters;
            macs += made.layers.layers[k].macs;
        }
        assert_true(parameters == made.totals.parameters);
        assert_true(macs == made.totals.macs);
        if (foldings[i] == TDI_UNFOLDED)
            assert_int_equal(made.tree.fold_count, 0);
        unmake(&made);
    }
}

static void test_random_whole(void **state)
{
    int folds = 0, leads = 0, growing = 0, layers = 0, sides = 0;
    (void)state;
    for (uint64_t seed = 0; seed < RANDOM_NETWORKS; seed++) {
        TdiGraph graph;
        Made made;
        grow_network(seed, &graph);
        expect_all_whole(&graph);
        make(&graph, TDI_GROWING, &made);
        for (int i = 0; i < made.tree.fold_count; i++) {
            leads += made.tree.folds[i].fold == TDI_FOLD_LEAD;
            growing += made.tree.folds[i].fold == TDI_FOLD_GROWTH;
            folds++;
        }
        layers += made.layers.count;
        sides += made.tree.strand_count - 1;
        unmake(&made);
        tdi_graph_free(&graph);
    }
    /* The networks have what is to be tested. */
    assert_true(folds > RANDOM_NETWORKS && leads > RANDOM_NETWORKS / 10);
    assert_true(growing > RANDOM_NETWORKS / 20 && layers > 10 * RANDOM_NETWORKS);
    assert_true(sides > RANDOM_NETWORKS / 10);
}

static void test_networks_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < tdi_network_count; i++) {
        const TdiNetworkText *network = &tdi_network_texts[i];
        TdiGraph graph;
        assert_int_equal(tdi_graph_from_description(network->name, network->text,
                                                    strlen(network->text), &graph, NULL, NULL),
                         TD_OK);
        expect_all_whole(&graph);
        tdi_graph_free(&graph);
    }
}

static void expect_order_free(TdiGraph *graph, Chance *chance)
{
    TdiGraph other;
    reorder(graph, chance, &other);
    for (int i = 0; i < 3; i++) {
        char *words = words_of(graph, foldings[i]), *others = words_of(&other, foldings[i]);
        assert_string_equal(words, others);
        free(words);
        free(others);
    }
    tdi_graph_free(&other);
}

static void test_order(void **state)
{
    Chance chance = 1;
    (void)state;
    for (uint64_t seed = 0; seed < RANDOM_NETWORKS; seed++) {
        TdiGraph graph;
        grow_network(seed, &graph);
        expect_order_free(&graph, &chance);
        tdi_graph_free(&graph);
    }
}

static void test_again(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < RANDOM_NETWORKS; seed++) {
        TdiGraph graph;
        Made made;
        grow_network(seed, &graph);
        make(&graph, TDI_FOLDED, &made);
        char *once = tree_words(&made.tree);
        assert_int_equal(tdi_tree_fold(&made.tree, TDI_FOLDED, NULL, NULL), TD_OK);
        char *twice = tree_words(&made.tree), *anew = words_of(&graph, TDI_FOLDED);
        assert_string_equal(once, twice);
        assert_string_equal(once, anew);
        free(once);
        free(twice);
        free(anew);
        assert_int_equal(tdi_tree_fold(&made.tree, TDI_UNFOLDED, NULL, NULL), TD_OK);
        once = tree_words(&made.tree);
        anew = words_of(&graph, TDI_UNFOLDED);
        assert_string_equal(once, anew);
        free(once);
        free(anew);
        unmake(&made);
        tdi_graph_free(&graph);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_whole),
        cmocka_unit_test(test_networks_whole),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
