/* Folding, by what is known beforehand: series whose folds can be written down, the cheapest
 * folding by trying all, cuts by taking layers out, and graphs of odd forms and sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/made_graphs.h"

/* ---- Series of letters --------------------------------------------------------------- */

/* a, b, c, ... are padded convolutions of 1, 3, 5, ... cells; A, B, C the same with a stride;
 * + makes the next one wider. */
static int add_letters(TdiGraph *graph, const char *letters, int x)
{
    for (; *letters != '\0'; letters++) {
        bool wide = *letters == '+', strides = letters[wide] < 'a';
        letters += wide;
        int kernel = 1 + 2 * (*letters - (strides ? 'A' : 'a'));
        x = add_conv_of(graph, x, channels_of(graph, x) * (wide ? 2 : 1), kernel,
                        strides ? 2 : 1, -1);
    }
    return x;
}

static void make_letters(const char *letters, TdiGraph *graph)
{
    *graph = (TdiGraph){0};
    int x = add_input(graph, "x", SIZES(1, 4, 64, 64));
    tdi_graph_output(graph, add_letters(graph, letters, x));
}

static void spell_items(const TdiTree *tree, const TdiSeries *series, const TdiItem *items,
                        int count, char *words)
{
    for (int i = 0; i < count; i++) {
        const TdiItem *item = &items[i];
        const TdiLayer *layer = &tree->layers->layers[series->steps[item->drawn].layer];
        int kernel = atoi(layer->what);
        char *end = words + strlen(words);
        if (item->inner != NULL) {
            strcpy(end, "(");
            spell_items(tree, series, item->inner, item->inner_count, words);
            strcat(words, ")");
        } else {
            if (kernel > 0)
                snprintf(end, 2, "%c", 'a' + kernel / 2);
            else
                snprintf(end, 5, "%.3s.", layer->what);
        }
        if (item->fold != TDI_FOLD_NONE)
            sprintf(words + strlen(words), "%d%s", item->copies,
                    item->fold == TDI_FOLD_LEAD     ? "!"
                    : item->fold == TDI_FOLD_GROWTH ? "~"
                                                    : "");
    }
}

/* The main series in letters: "(a2b)3", a copy that differs "!", growth "~"; other layers by
 * their first letters. */
static const char *spell(const Made *made)
{
    static char words[20000];
    const TdiSeries *series = made->tree.strands[0].series;
    words[0] = '\0';
    spell_items(&made->tree, series, series->items, series->item_count, words);
    return words;
}

static void expect_spelled(const char *letters, TdiFolding folding, const char *spelled)
{
    TdiGraph graph;
    Made made;
    make_letters(letters, &graph);
    make(&graph, folding, &made);
    assert_string_equal(spell(&made), spelled);
    unmake(&made);
    tdi_graph_free(&graph);
}

/* ---- Closed forms -------------------------------------------------------------------- */

static void repeat(char *to, const char *unit, int times)
{
    for (to[0] = '\0'; times > 0; times--)
        strcat(to, unit);
}

static void test_closed_forms(void **state)
{
    char letters[6000];
    (void)state;
    expect_spelled("a", TDI_FOLDED, "a");
    expect_spelled("abc", TDI_FOLDED, "abc");
    expect_spelled("aa", TDI_FOLDED, "a2");
    expect_spelled("aabaabaabcaabaabaabc", TDI_FOLDED, "((a2b)3c)2");
    expect_spelled("abcabcd", TDI_FOLDED, "(abc)2d");
    expect_spelled("dababababd", TDI_FOLDED, "d(ab)4d");
    expect_spelled("aabbaabbcc", TDI_FOLDED, "(a2b2)2c2");
    expect_spelled("aabbaabbcc", TDI_UNFOLDED, "aabbaabbcc");
    for (int times = 2; times < 40; times += 5) {
        char spelled[32];
        repeat(letters, "ab", times);
        snprintf(spelled, sizeof spelled, "(ab)%d", times);
        expect_spelled(letters, TDI_FOLDED, spelled);
    }
    repeat(letters, "a", 2000); /* longer than the longest period */
    expect_spelled(letters, TDI_FOLDED, "a2000");
    repeat(letters, "ab", 1001);
    strcat(letters, "a");
    expect_spelled(letters, TDI_FOLDED, "(ab)1001a");
}

/* The first of several may be wider on the one side, or have a stride. */
static void test_leads(void **state)
{
    (void)state;
    expect_spelled("Aaaa", TDI_FOLDED, "a4!");
    expect_spelled("Aaa", TDI_FOLDED, "a3!");
    expect_spelled("Aa", TDI_FOLDED, "aa"); /* a note is more to read than a layer */
    expect_spelled("aBcabcabc", TDI_FOLDED, "(abc)3!");
    expect_spelled("eAbcdabcdabcde", TDI_FOLDED, "e(abcd)3!e");
    expect_spelled("+bcbcbc", TDI_FOLDED, "(bc)3!");
    expect_spelled("+bcbc", TDI_FOLDED, "(bc)2!"); /* but for what comes in, they are equal */
    expect_spelled("+abcdabcd", TDI_FOLDED, "(abcd)2!");
    expect_spelled("abcAbc", TDI_FOLDED, "abcabc"); /* what the first gives is not the same */
    expect_spelled("a+bab", TDI_FOLDED, "abab"); /* equal but for widths of all that is made */
    expect_spelled("+a+a+a+a", TDI_FOLDED, "aaaa");
}

static const TdiFolded *only_fold(const Made *made)
{
    assert_int_equal(made->tree.fold_count, 1);
    return &made->tree.folds[0];
}

static void expect_note(const char *letters, const char *note)
{
    TdiGraph graph;
    Made made;
    make_letters(letters, &graph);
    make(&graph, TDI_FOLDED, &made);
    assert_string_equal(only_fold(&made)->first, note);
    unmake(&made);
    tdi_graph_free(&graph);
}

static int add_bottleneck(TdiGraph *graph, int x, int width, int stride, bool projects)
{
    int y = add_one(graph, "Relu", add_conv(graph, x, width / 4, 1));
    y = add_one(graph, "Relu", add_conv_of(graph, y, width / 4, 3, stride, -1));
    y = add_conv(graph, y, width, 1);
    int shortcut = projects ? add_conv_of(graph, x, width, 1, stride, -1) : x;
    return add_one(graph, "Relu", add_two(graph, "Add", y, shortcut));
}

/* Stages as of a ResNet: all copies but the first are equal, letters by stage. */
static void test_stages(void **state)
{
    const int copies[4] = {3, 8, 36, 3};
    TdiGraph graph = {0};
    Made made;
    (void)state;
    expect_note("aBcabcabc", "stride 2");
    expect_note("+bcbcbc", "4 channels in");
    int x = add_input(&graph, "x", SIZES(1, 16, 64, 64));
    for (int stage = 0; stage < 4; stage++)
        for (int i = 0; i < copies[stage]; i++)
            x = add_bottleneck(&graph, x, 32 << stage, i == 0 && stage > 0 ? 2 : 1, i == 0);
    tdi_graph_output(&graph, x);
    make(&graph, TDI_FOLDED, &made);
    assert_int_equal(made.tree.fold_count, 4);
    for (int stage = 0; stage < 4; stage++) {
        const TdiFolded *fold = &made.tree.folds[stage];
        assert_int_equal(fold->count, copies[stage]);
        assert_int_equal(fold->letter, stage);
        assert_int_equal(fold->fold, TDI_FOLD_LEAD);
        assert_string_equal(fold->first, stage > 0 ? "projection, stride 2" : "projection");
    }
    unmake(&made);
    tdi_graph_free(&graph);
}

/* The same unit elsewhere has the same letter. */
static void test_letters(void **state)
{
    TdiGraph graph;
    Made made;
    (void)state;
    make_letters("ababcdcdcdeababab", &graph);
    make(&graph, TDI_FOLDED, &made);
    assert_string_equal(spell(&made), "(ab)2(cd)3e(ab)3");
    assert_int_equal(made.tree.folds[0].letter, 0);
    assert_int_equal(made.tree.folds[1].letter, 1);
    assert_int_equal(made.tree.folds[2].letter, 0);
    unmake(&made);
    tdi_graph_free(&graph);
}

/* Widths that grow evenly fold only where that is asked for, those that do not never. */
static void test_growth(void **state)
{
    const int widths[2][6] = {{8, 12, 16, 20, 24, 28}, {8, 12, 16, 20, 25, 31}};
    (void)state;
    for (int even = 0; even < 2; even++)
        for (int growing = 0; growing < 2; growing++) {
            TdiGraph graph = {0};
            Made made;
            int x = add_input(&graph, "x", SIZES(1, 4, 8, 8));
            for (int i = 0; i < 6; i++)
                x = add_conv(&graph, x, widths[!even][i], 3);
            tdi_graph_output(&graph, x);
            make(&graph, growing ? TDI_GROWING : TDI_FOLDED, &made);
            assert_string_equal(spell(&made), !growing ? "bbbbbb" : even ? "b6~" : "b4~bb");
            if (growing)
                assert_string_equal(only_fold(&made)->first, "+4 each");
            unmake(&made);
            tdi_graph_free(&graph);
        }
}

/* Where sizes alone change, that is said. */
static void test_shrinking(void **state)
{
    TdiGraph graph;
    Made made;
    (void)state;
    make_letters("BBBB", &graph);
    make(&graph, TDI_GROWING, &made);
    assert_string_equal(spell(&made), "b4~");
    assert_string_equal(only_fold(&made)->first, "each of another size");
    unmake(&made);
    tdi_graph_free(&graph);
}

/* What counts otherwise is no equal copy: weights that all share belong to the first. */
static void test_shared_weights(void **state)
{
    TdiGraph graph = {0};
    Made made;
    (void)state;
    int x = add_input(&graph, "x", SIZES(1, 4, 8, 8));
    int weight = add_stored(&graph, SIZES(4, 4, 3, 3)),
        other = add_stored(&graph, SIZES(4, 4, 5, 5));
    for (int i = 0; i < 6; i++) {
        x = add_conv_of(&graph, x, 4, 3, 1, weight);
        x = add_conv_of(&graph, x, 4, 5, 1, other);
    }
    tdi_graph_output(&graph, x);
    make(&graph, TDI_FOLDED, &made);
    assert_string_equal(spell(&made), "(bc)6!");
    assert_string_equal(only_fold(&made)->first, "has the weights that all share");
    assert_int_equal(made.totals.parameters, 4 * 4 * (9 + 25));
    unmake(&made);
    tdi_graph_free(&graph);
}

/* What is drawn differently is not equal, though it is written with equal operators. */
static void test_same_operators(void **state)
{
    TdiGraph graph = {0};
    Made made;
    (void)state;
    int x = add_input(&graph, "x", SIZES(1, 4, 8, 8)), zero = add_number(&graph, 0);
    for (int i = 0; i < 4; i++) {
        x = add_conv(&graph, x, 4, 3);
        x = add(&graph, "Clip", INPUTS(x, zero, add_number(&graph, i < 2 ? 6 : 1)));
    }
    tdi_graph_output(&graph, x);
    make(&graph, TDI_FOLDED, &made);
    assert_string_equal(spell(&made), "b2b2");
    assert_string_equal(made.layers.layers[0].act, "relu6");
    assert_string_equal(made.layers.layers[3].act, "clip");
    assert_int_not_equal(made.tree.folds[0].letter, made.tree.folds[1].letter);
    unmake(&made);
    tdi_graph_free(&graph);
}

/* Numbers that are moved for what comes behind the last copy do not set it apart. */
static void test_moves(void **state)
{
    TdiGraph graph = {0};
    Made made;
    (void)state;
    int x = add_input(&graph, "x", SIZES(1, 4, 8, 8));
    for (int i = 0; i < 3; i++)
        x = add_two(&graph, "Add", add_conv(&graph, x, 4, 3), x);
    x = add_with(&graph, "Transpose", INPUTS(x), "perm", SIZES(0, 2, 3, 1));
    tdi_graph_output(&graph, add_dense(&graph, x, 8));
    make(&graph, TDI_FOLDED, &made);
    assert_string_equal(spell(&made), "add.3den.");
    assert_int_equal(made.layers.layers[5].operators, 2);
    unmake(&made);
    tdi_graph_free(&graph);
}

/* ---- The cheapest folding ------------------------------------------------------------ */

/* By trying all units at the beginning and all numbers of copies. */
static double cheapest(const char *letters, int length)
{
    if (length == 0)
        return 0;
    double best = 1 + cheapest(letters + 1, length - 1);
    for (int unit = 1; 2 * unit <= length; unit++)
        for (int end = 2 * unit; end <= length; end += unit) {
            if (memcmp(letters, letters + end - unit, (size_t)unit) != 0)
                break;
            double cost = 0.5 + cheapest(letters, unit) + cheapest(letters + end, length - end);
            best = cost < best ? cost : best;
        }
    return best;
}

static double cost_of(const TdiSeries *series, const TdiItem *items, int count)
{
    double cost = 0;
    for (int i = 0; i < count; i++) {
        assert_true(items[i].fold == TDI_FOLD_NONE || items[i].fold == TDI_FOLD_EXACT);
        cost += items[i].fold == TDI_FOLD_EXACT ? 0.5 : 0;
        cost += items[i].inner == NULL ? series->steps[items[i].drawn].cost
                                       : cost_of(series, items[i].inner, items[i].inner_count);
    }
    return cost;
}

static void expect_cheapest(const char *letters)
{
    TdiGraph graph;
    Made made;
    make_letters(letters, &graph);
    make(&graph, TDI_FOLDED, &made);
    const TdiSeries *series = made.tree.strands[0].series;
    assert_int_equal(series->step_count, strlen(letters));
    double cost = cost_of(series, series->items, series->item_count);
    double least = cheapest(letters, (int)strlen(letters));
    if (cost != least)
        fail_msg("%s: %s costs %g for %g", letters, spell(&made), cost, least);
    unmake(&made);
    tdi_graph_free(&graph);
}

static void test_cheapest(void **state)
{
    char letters[13] = "";
    Chance chance = 5;
    (void)state;
    for (int length = 1; length <= 9; length++) /* all of two letters */
        for (int bits = 0; bits < 1 << length; bits++) {
            for (int i = 0; i < length; i++)
                letters[i] = (char)('a' + (bits >> i & 1));
            letters[length] = '\0';
            expect_cheapest(letters);
        }
    for (int i = 0; i < 1500; i++) {
        int length = 10 + chance_below(&chance, 3), most = 2 + chance_below(&chance, 2);
        for (int k = 0; k < length; k++)
            letters[k] = (char)('a' + chance_below(&chance, most));
        letters[length] = '\0';
        expect_cheapest(letters);
    }
}

/* ---- Cuts ---------------------------------------------------------------------------- */

/* Whether a way leads from the input to the last layer that does not pass `without`. */
static bool leads_around(const TdiLayers *layers, int last, int without)
{
    bool *reached = calloc((size_t)layers->count, 1), found;
    for (int i = 0; i <= last; i++)
        for (int k = 0; k < layers->layers[i].input_count && i != without; k++) {
            TdiLink link = layers->layers[i].inputs[k];
            reached[i] |= link.layer < 0 || reached[link.layer];
        }
    found = reached[last];
    free(reached);
    return found;
}

static bool is_step(const TdiSeries *series, int layer)
{
    for (int i = 0; i < series->step_count; i++)
        if (series->steps[i].layer == layer)
            return true;
    return false;
}

static void test_cuts(void **state)
{
    int cuts = 0, others = 0;
    (void)state;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        Chance chance = seed;
        TdiGraph graph = {0};
        Made made;
        int made_so_far[20] = {add_input(&graph, "x", SIZES(1, 4, 8, 8))};
        int count = 3 + chance_below(&chance, 14), near = 2 + chance_below(&chance, 4);
        for (int i = 1; i <= count; i++) {
            int least = i > near ? i - near : 0;
            int a = made_so_far[least + chance_below(&chance, i - least)];
            int b = made_so_far[least + chance_below(&chance, i - least)];
            made_so_far[i] = chance_below(&chance, 3) == 0 ? add_conv(&graph, a, 4, 3)
                                                           : add_two(&graph, "Sub", a, b);
        }
        tdi_graph_output(&graph, made_so_far[count]);
        make(&graph, TDI_FOLDED, &made);
        int last = made.layers.outputs[0].layer;
        const TdiStrand *main = &made.tree.strands[0];
        for (int i = 0; i < main->count; i++) {
            bool cut = !leads_around(&made.layers, last, main->layers[i]);
            assert_true(is_step(main->series, main->layers[i]) == cut);
            cuts += cut;
            others += !cut;
        }
        unmake(&made);
        tdi_graph_free(&graph);
    }
    assert_true(cuts > 3000 && others > 3000);
}

/* ---- Ports, heads, several inputs ---------------------------------------------------- */

/* What many take from outside is no obstacle, and not mistaken for another. */
static void test_ports(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) { /* one, in turn, own ones, computed */
        TdiGraph graph = {0};
        Made made;
        int x = add_input(&graph, "x", SIZES(1, 4, 8, 8));
        int masks[2] = {add_input(&graph, "mask", SIZES(1, 4, 8, 8)),
                        add_input(&graph, "other", SIZES(1, 4, 8, 8))};
        x = add_letters(&graph, "dd", x);
        if (kind == 3)
            masks[0] = add_one(&graph, "Sigmoid", add_conv(&graph, masks[0], 4, 5));
        for (int i = 0; i < 6; i++) {
            int mask = kind == 1   ? masks[i % 2]
                       : kind == 2 ? add_input(&graph, "past", SIZES(1, 4, 8, 8))
                                   : masks[0];
            x = add_two(&graph, "Add", add_conv(&graph, x, 4, 3), mask);
        }
        tdi_graph_output(&graph, x);
        make(&graph, TDI_FOLDED, &made);
        assert_int_equal(made.tree.main_input, 0);
        assert_int_equal(made.tree.strand_count, kind == 3 ? 2 : 1);
        assert_string_equal(spell(&made), kind == 1 ? "d2(badd.badd.)3" : "d2(badd.)6");
        unmake(&made);
        tdi_graph_free(&graph);
    }
}

/* Own inputs of other sizes are told apart. */
static void test_own_inputs(void **state)
{
    TdiGraph graph = {0};
    Made made;
    (void)state;
    int x = add_input(&graph, "x", SIZES(1, 4, 8, 8));
    for (int i = 0; i < 6; i++) {
        int past = i < 3 ? add_input(&graph, "past", SIZES(1, 4, 8, 8))
                         : add_input(&graph, "past", SIZES(1, 4, 1, 1));
        x = add_two(&graph, "Add", add_conv(&graph, x, 4, 3), past);
    }
    tdi_graph_output(&graph, x);
    make(&graph, TDI_FOLDED, &made);
    assert_string_equal(spell(&made), "(badd.)3(badd.)3");
    unmake(&made);
    tdi_graph_free(&graph);
}

/* Heads that hang on a series do not divide it. */
static void test_heads(void **state)
{
    TdiGraph graph = {0};
    Made made;
    (void)state;
    int x = add_input(&graph, "x", SIZES(1, 4, 8, 8));
    for (int i = 0; i < 6; i++) {
        x = add_conv(&graph, x, 4, 3);
        if (i % 2 == 1)
            tdi_graph_output(&graph, add_conv(&graph, add_conv(&graph, x, 10, 1), 4, 1));
    }
    tdi_graph_output(&graph, x);
    make(&graph, TDI_FOLDED, &made);
    /* The last head is further from the input than the last of the series. */
    assert_int_equal(made.tree.strand_count, 3);
    assert_string_equal(spell(&made), "b6aa");
    assert_int_equal(made.layers.output_count, 4);
    unmake(&made);
    tdi_graph_free(&graph);
}

/* Heads of one kind stand together, in whatever order the file has them. */
static void test_equal_heads(void **state)
{
    TdiGraph graph = {0};
    Made made;
    (void)state;
    int x = add_letters(&graph, "abababab", add_input(&graph, "x", SIZES(1, 4, 8, 8)));
    int y = add_conv(&graph, x, 4, 9);
    for (int i = 0; i < 8; i++)
        tdi_graph_output(&graph, add_conv(&graph, y, 10, i % 2 == 0 ? 3 : 5));
    tdi_graph_output(&graph, add_letters(&graph, "ccdd", x));
    make(&graph, TDI_FOLDED, &made);
    assert_int_equal(made.tree.strand_count, 2);
    const TdiRegion *region = &made.tree.strands[1].series->after;
    assert_int_equal(region->branch_count, 8);
    for (int i = 0; i < 8; i++)
        assert_int_equal(region->branches[i].copies, i % 4 == 0 ? 4 : 0);
    unmake(&made);
    tdi_graph_free(&graph);
}

/* ---- Branches ------------------------------------------------------------------------ */

/* Many equal branches are one, with so many copies; few are drawn. */
static void test_equal_branches(void **state)
{
    (void)state;
    for (int count = 2; count < 7; count++)
        for (int folding = TDI_UNFOLDED; folding <= TDI_FOLDED; folding++) {
            int branches[8];
            TdiGraph graph = {0};
            Made made;
            int x = add_input(&graph, "x", SIZES(1, 4, 8, 8));
            for (int i = 0; i < count; i++)
                branches[i] = add_letters(&graph, "ab", x);
            branches[count] = add_letters(&graph, "ac", x);
            tdi_graph_output(&graph, add_concat(&graph, count + 1, branches));
            make(&graph, (TdiFolding)folding, &made);
            const TdiRegion *region = &made.tree.strands[0].series->steps[0].before;
            bool folds = folding == TDI_FOLDED && count >= 4;
            for (int i = 0; i <= count; i++)
                assert_int_equal(region->branches[i].copies, !folds || i == count ? 1
                                                             : i == 0             ? count
                                                                                  : 0);
            assert_int_equal(made.tree.fold_count, folds);
            unmake(&made);
            tdi_graph_free(&graph);
        }
}

/* The order of what is summed says nothing, of what is concatenated it does. */
static void test_order_of_inputs(void **state)
{
    (void)state;
    for (int concats = 0; concats < 2; concats++) {
        TdiGraph graph = {0};
        Made made;
        int x = add_input(&graph, "x", SIZES(1, 4, 8, 8));
        for (int i = 0; i < 4; i++) {
            int b = add_letters(&graph, "b", x), c = add_letters(&graph, "c", x);
            int first = i % 2 == 0 ? b : c, second = i % 2 == 0 ? c : b;
            x = concats ? add_concat(&graph, INPUTS(first, second))
                        : add_two(&graph, "Add", first, second);
            x = add_conv(&graph, x, 4, 1);
        }
        tdi_graph_output(&graph, x);
        make(&graph, TDI_FOLDED, &made);
        assert_string_equal(spell(&made), concats ? "(con.acon.a)2" : "(add.a)4");
        unmake(&made);
        tdi_graph_free(&graph);
    }
}

/* Towers: one far longer is the main one, the other feeds it. */
static void test_towers(void **state)
{
    TdiGraph graph = {0};
    Made made;
    (void)state;
    int a = add_input(&graph, "a", SIZES(1, 4, 64, 64));
    int b = add_input(&graph, "b", SIZES(1, 4, 64, 64));
    a = add_letters(&graph, "dccc", a);
    b = add_letters(&graph, "bbbbbbbbbbbbbbbb", b);
    tdi_graph_output(&graph, add_letters(&graph, "aa", add_concat(&graph, INPUTS(a, b))));
    make(&graph, TDI_FOLDED, &made);
    assert_int_equal(made.tree.main_input, 1);
    assert_int_equal(made.tree.strand_count, 2);
    assert_string_equal(spell(&made), "b16con.a2");
    const TdiSeries *other = made.tree.strands[1].series;
    assert_int_equal(other->item_count, 2);
    assert_int_equal(other->items[1].copies, 3);
    unmake(&made);
    tdi_graph_free(&graph);
}

/* ---- Little and nothing -------------------------------------------------------------- */

static void expect_layers(TdiGraph *graph, int layers, int strands)
{
    for (TdiFolding folding = TDI_UNFOLDED; folding <= TDI_GROWING; folding++) {
        Made made;
        make(graph, folding, &made);
        assert_int_equal(made.layers.count, layers);
        assert_int_equal(made.tree.strand_count, strands);
        assert_int_equal(made.tree.fold_count, 0);
        unmake(&made);
    }
    tdi_graph_free(graph);
}

static void test_small(void **state)
{
    TdiGraph graph = {0};
    (void)state;
    expect_layers(&graph, 0, 0);
    tdi_graph_output(&graph, add_input(&graph, "x", SIZES(1, 4, 8, 8)));
    expect_layers(&graph, 0, 0); /* goes out as it came in */
    tdi_graph_output(&graph, add_one(&graph, "Relu", add_stored(&graph, SIZES(1, 4))));
    expect_layers(&graph, 0, 0); /* a constant */
    tdi_graph_output(&graph,
                     add_one(&graph, "Relu", add_input(&graph, "x", SIZES(1, 4, 8, 8))));
    expect_layers(&graph, 1, 1);
    add_one(&graph, "Relu", add_input(&graph, "x", SIZES(1, 4, 8, 8)));
    expect_layers(&graph, 1, 1); /* no output */
    for (int i = 0; i < 3; i++)
        tdi_graph_output(&graph,
                         add_one(&graph, "Softmax", add_input(&graph, "x", SIZES(1, 4))));
    expect_layers(&graph, 3, 3); /* nothing to do with each other */
}

/* What is handed on by a Dropout, and the mask that it gives. */
static void test_masks(void **state)
{
    TdiGraph graph = {0};
    Made made;
    (void)state;
    int x = add_conv(&graph, add_input(&graph, "x", SIZES(1, 4, 8, 8)), 4, 3);
    int ratio = add_input(&graph, "ratio", 0, NULL);
    int dropped = add_full(&graph, "Dropout", INPUTS(x), 0, NULL, 2);
    tdi_graph_output(&graph, dropped + 1);
    tdi_graph_output(&graph,
                     add_two(&graph, "Mul", add_conv(&graph, dropped, 4, 3), dropped + 1));
    int stored = add_two(&graph, "Dropout", add_stored(&graph, SIZES(1, 4)), ratio);
    tdi_graph_output(&graph, add_one(&graph, "Softmax", stored));
    tdi_graph_output(&graph, stored);
    make(&graph, TDI_FOLDED, &made);
    for (int i = 0; i < made.layers.count; i++)
        for (int k = 0; k < made.layers.layers[i].input_count; k++) {
            TdiLink link = made.layers.layers[i].inputs[k];
            assert_true(link.layer >= -1 && link.layer < i);
            assert_true(link.slot >= 0 && (link.layer >= 0 || link.slot < graph.input_count));
        }
    for (int k = 0; k < made.layers.output_count; k++)
        assert_true(made.layers.outputs[k].layer >= 0);
    assert_string_equal(spell(&made), "bb");
    unmake(&made);
    tdi_graph_free(&graph);
}

/* ---- Concatenations ------------------------------------------------------------------ */

/* What a concatenation hands on changed is not what another one begins with. */
static void test_concats(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3;
         kind++) { /* the same, with an activation, along another axis */
        TdiGraph graph = {0};
        Made made;
        int a = add_input(&graph, "x", SIZES(1, 4, 8, 8)), b = add_conv(&graph, a, 4, 3);
        int ab = kind == 2 ? add_with(&graph, "Concat", INPUTS(a, b), "axis", SIZES(2))
                           : add_concat(&graph, INPUTS(a, b));
        ab = kind == 1 ? add_one(&graph, "Relu", ab) : ab;
        tdi_graph_output(&graph, add_conv(&graph, ab, 4, 5));
        tdi_graph_output(&graph, add_concat(&graph, INPUTS(a, b, b)));
        make(&graph, TDI_FOLDED, &made);
        const TdiLayer *last = &made.layers.layers[made.layers.count - 1];
        assert_string_equal(last->what, "concat");
        assert_int_equal(last->input_count, kind == 0 ? 2 : 3);
        unmake(&made);
        tdi_graph_free(&graph);
    }
    for (int axis = 1; axis <= 2; axis++) { /* of concatenations */
        TdiGraph graph = {0};
        Made made;
        int a = add_input(&graph, "x", SIZES(1, 4, 8, 8)), b = add_conv(&graph, a, 4, 3);
        int ab = add_with(&graph, "Concat", INPUTS(a, b), "axis", SIZES(axis));
        int c = axis == 1 ? a : add_with(&graph, "Resize", INPUTS(a), "x", SIZES(1));
        tdi_graph_output(&graph, add_concat(&graph, INPUTS(ab, c)));
        make(&graph, TDI_FOLDED, &made);
        int concats = 0;
        for (int i = 0; i < made.layers.count; i++)
            concats += strcmp(made.layers.layers[i].what, "concat") == 0;
        assert_int_equal(concats, axis);
        unmake(&made);
        tdi_graph_free(&graph);
    }
}

/* ---- Large --------------------------------------------------------------------------- */

/* Skips within skips: no stack and no time is lost on them. */
static void test_deep(void **state)
{
    enum { DEEP = 10000 };
    static int x[DEEP + 1];
    TdiGraph graph = {0};
    Made made;
    (void)state;
    x[0] = add_input(&graph, "x", SIZES(1, 1, 1, 1));
    for (int i = 0; i < DEEP; i++)
        x[i + 1] = add_conv(&graph, x[i], 1, 1);
    int y = x[DEEP];
    for (int i = DEEP - 1; i > 0; i--)
        y = add_two(&graph, "Add", y, x[i]);
    tdi_graph_output(&graph, y);
    make(&graph, TDI_FOLDED, &made);
    assert_int_equal(made.layers.count, 2 * DEEP - 1);
    assert_int_equal(made.tree.strands[0].series->step_count, 2); /* the first and the last */
    unmake(&made);
    tdi_graph_free(&graph);
}

static void test_wide(void **state)
{
    enum { WIDE = 5000 };
    static int branches[WIDE];
    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        TdiGraph graph = {0};
        Made made;
        int x = add_conv(&graph, add_input(&graph, "x", SIZES(1, 1, 1, 1)), 1, 1);
        for (int i = 0; i < WIDE; i++)
            branches[backwards ? WIDE - 1 - i : i] = add_conv(&graph, x, 1, i % 7 * 2 + 1);
        tdi_graph_output(&graph, add_concat(&graph, WIDE, branches));
        make(&graph, TDI_FOLDED, &made);
        const TdiSeries *series = made.tree.strands[0].series;
        assert_int_equal(series->step_count, 2);
        const TdiRegion *region = &series->steps[1].before;
        assert_int_equal(region->branch_count, WIDE);
        for (int i = 0; i < WIDE; i++)
            assert_int_equal(region->branches[i].first_slot, i);
        unmake(&made);
        tdi_graph_free(&graph);
    }
}

/* A unit of many layers, many times. */
static void test_long_units(void **state)
{
    enum { LONG = 99, TIMES = 100 };
    char unit[LONG + 1], letters[LONG * TIMES + 1];
    Chance chance = 3;
    TdiGraph graph;
    Made made;
    (void)state;
    for (int i = 0; i < LONG; i++)
        unit[i] = (char)('a' + chance_below(&chance, 6));
    unit[LONG] = '\0';
    for (int i = 0; i <= LONG * TIMES; i++)
        letters[i] = i < LONG * TIMES ? unit[i % LONG] : '\0';
    make_letters(letters, &graph);
    make(&graph, TDI_FOLDED, &made);
    const TdiSeries *series = made.tree.strands[0].series;
    assert_int_equal(series->item_count, 1);
    assert_int_equal(series->items[0].length, LONG);
    assert_int_equal(series->items[0].copies, TIMES);
    unmake(&made);
    tdi_graph_free(&graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms),   cmocka_unit_test(test_leads),
        cmocka_unit_test(test_stages),         cmocka_unit_test(test_letters),
        cmocka_unit_test(test_growth),         cmocka_unit_test(test_shared_weights),
        cmocka_unit_test(test_shrinking),      cmocka_unit_test(test_same_operators),
        cmocka_unit_test(test_cheapest),       cmocka_unit_test(test_moves),
        cmocka_unit_test(test_cuts),           cmocka_unit_test(test_ports),
        cmocka_unit_test(test_own_inputs),     cmocka_unit_test(test_heads),
        cmocka_unit_test(test_towers),         cmocka_unit_test(test_equal_heads),
        cmocka_unit_test(test_equal_branches), cmocka_unit_test(test_order_of_inputs),
        cmocka_unit_test(test_small),          cmocka_unit_test(test_masks),
        cmocka_unit_test(test_concats),        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_wide),           cmocka_unit_test(test_long_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
