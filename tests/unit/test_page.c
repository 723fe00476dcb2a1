/* Drawings, measured: nothing lies on anything else, nothing sticks out, nothing is missing and
 * nothing is too small to read; for all networks that come with the program and random ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/font.h"
#include "diagram/page.h"
#include "graph/description.h"
#include "graph/networks.h"
#include "unit/random_graphs.h"

enum { MOST_GROUPS = 6000, LARGEST_CORE = 150 };

/* What lines and borders may overlap by, in points. */
#define SLACK 0.02

typedef struct Box {
    double left, top, right, bottom;
} Box;

typedef struct Group {
    Box box;
    int parent; /* -1: none */
    int children;
    const char *id;
} Group;

/* A figure, looked at. */
typedef struct Look {
    const TdiFigure *figure;
    TdiFont *font;
    const char *name; /* for messages */
    Group groups[MOST_GROUPS];
    int count;
    int *group_of; /* (marks) -1: none */
    Box *words;    /* (marks) of words */
} Look;

/* ---- Reading a figure ---------------------------------------------------------------- */

static Box box_of(const TdiMark *mark)
{
    return (Box){mark->x, mark->y, mark->x + mark->width, mark->y + mark->height};
}

static double measured(const Look *look, const TdiMark *mark)
{
    return tdi_font_width(look->font, mark->words) * mark->size * (mark->bold ? 1.1 : 1);
}

/* Where words stand: from the top of their capitals to their baseline. */
static Box words_box(const Look *look, const TdiMark *mark)
{
    double width = measured(look, mark);
    double left = mark->anchor == TDI_START    ? mark->x
                  : mark->anchor == TDI_MIDDLE ? mark->x - width / 2
                                               : mark->x - width;
    return (Box){left, mark->y - 0.73 * mark->size, left + width, mark->y};
}

static bool overlap(Box a, Box b)
{
    return a.left < b.right - SLACK && b.left < a.right - SLACK && a.top < b.bottom - SLACK &&
           b.top < a.bottom - SLACK;
}

static bool is_within(Box inner, Box outer)
{
    return inner.left >= outer.left - SLACK && inner.right <= outer.right + SLACK &&
           inner.top >= outer.top - SLACK && inner.bottom <= outer.bottom + SLACK;
}

/* The first box of a group is its own. */
static void look_at(Look *look)
{
    const TdiFigure *figure = look->figure;
    int open = -1;
    bool boxed = false;
    look->count = 0;
    look->group_of = calloc((size_t)figure->count + 1, sizeof *look->group_of);
    look->words = calloc((size_t)figure->count + 1, sizeof *look->words);
    for (int i = 0; i < figure->count; i++) {
        const TdiMark *mark = &figure->marks[i];
        if (mark->type == TDI_MARK_GROUP) {
            assert_true(look->count < MOST_GROUPS);
            if (open >= 0)
                look->groups[open].children++;
            look->groups[look->count] = (Group){.parent = open, .id = mark->id};
            open = look->count++;
            boxed = false;
        } else if (mark->type == TDI_MARK_BOX && open >= 0 && !boxed) {
            look->groups[open].box = box_of(mark);
            boxed = true;
        }
        look->group_of[i] = open;
        if (mark->type == TDI_MARK_WORDS)
            look->words[i] = words_box(look, mark);
        if (mark->type == TDI_MARK_END)
            open = look->groups[open].parent;
    }
    assert_int_equal(open, -1);
}

/* ---- Rules --------------------------------------------------------------------------- */

static void expect_boxes_apart(const Look *look)
{
    Box page = {0, 0, look->figure->width, look->figure->height};
    for (int i = 0; i < look->count; i++) {
        const Group *group = &look->groups[i];
        Box around = group->parent >= 0 ? look->groups[group->parent].box : page;
        if (!is_within(group->box, around))
            fail_msg("%s: %s sticks out", look->name, group->id);
        for (int k = 0; k < i && group->children == 0; k++)
            if (look->groups[k].children == 0 && overlap(group->box, look->groups[k].box))
                fail_msg("%s: %s lies on %s", look->name, group->id, look->groups[k].id);
    }
}

static void expect_words_apart(const Look *look)
{
    const TdiFigure *figure = look->figure;
    Box page = {0, 0, figure->width, figure->height};
    for (int i = 0; i < figure->count; i++) {
        const TdiMark *mark = &figure->marks[i];
        if (mark->type != TDI_MARK_WORDS)
            continue;
        int group = look->group_of[i];
        Box box = look->words[i];
        if (!is_within(box, group >= 0 ? look->groups[group].box : page))
            fail_msg("%s: \"%s\" sticks out", look->name, mark->words);
        if (mark->size < 8 - 1e-9)
            fail_msg("%s: \"%s\" is %g high", look->name, mark->words, mark->size);
        if (mark->width < measured(look, mark) * 0.99 - 1)
            fail_msg("%s: \"%s\" is squeezed", look->name, mark->words);
        for (int k = 0; k < i; k++)
            if (figure->marks[k].type == TDI_MARK_WORDS && overlap(box, look->words[k]))
                fail_msg("%s: \"%s\" lies on \"%s\"", look->name, mark->words,
                         figure->marks[k].words);
        for (int k = 0; k < look->count; k++)
            if (k != group && look->groups[k].children == 0 &&
                overlap(box, look->groups[k].box))
                fail_msg("%s: \"%s\" lies on %s", look->name, mark->words, look->groups[k].id);
    }
}

/* Whether a straight line comes into a box, by halving: lines are few and boxes small. */
static bool comes_into(const double *from, const double *to, Box box)
{
    double low = 0, high = 1;
    const double start[2] = {from[0], from[1]}, way[2] = {to[0] - from[0], to[1] - from[1]};
    const double least[2] = {box.left + 0.2, box.top + 0.2};
    const double most[2] = {box.right - 0.2, box.bottom - 0.2};
    for (int axis = 0; axis < 2; axis++) {
        if (way[axis] == 0) {
            if (start[axis] <= least[axis] || start[axis] >= most[axis])
                return false;
            continue;
        }
        double a = (least[axis] - start[axis]) / way[axis];
        double b = (most[axis] - start[axis]) / way[axis];
        low = a < b ? (a > low ? a : low) : (b > low ? b : low);
        high = a < b ? (b < high ? b : high) : (a < high ? a : high);
    }
    return low < high;
}

/* The page without its margins, or the group that a mark is of. */
static Box box_around(const Look *look, int group)
{
    const TdiFigure *figure = look->figure;
    return group < 0 ? (Box){10, 10, figure->width - 10, figure->height - 10}
                     : look->groups[group].box;
}

static void expect_lines_free(const Look *look)
{
    const TdiFigure *figure = look->figure;
    for (int i = 0; i < figure->count; i++) {
        const TdiMark *mark = &figure->marks[i];
        for (int k = 0; mark->type == TDI_MARK_LINE && k + 1 < mark->count; k++) {
            const double *from = mark->points + 2 * k, *to = from + 2;
            Box around = box_around(look, look->group_of[i]);
            if (!is_within((Box){from[0], from[1], from[0], from[1]}, around) ||
                !is_within((Box){to[0], to[1], to[0], to[1]}, around))
                fail_msg("%s: a line from (%g, %g) to (%g, %g) leaves what it is of",
                         look->name, from[0], from[1], to[0], to[1]);
            for (int g = 0; g < look->count; g++)
                if (look->groups[g].children == 0 && comes_into(from, to, look->groups[g].box))
                    fail_msg("%s: a line from (%g, %g) to (%g, %g) runs through %s at (%g, %g)",
                             look->name, from[0], from[1], to[0], to[1], look->groups[g].id,
                             look->groups[g].box.left, look->groups[g].box.top);
        }
    }
}

/* ---- What is drawn ------------------------------------------------------------------- */

typedef struct Wanted {
    const TdiTree *tree;
    bool *seen;  /* (letters) */
    int *layers; /* (layers) how often each is to be drawn */
    int *folds;  /* (folds) likewise */
    int depth;
} Wanted;

static void want_items(Wanted *wanted, const TdiSeries *series, const TdiItem *items, int count,
                       int level);

static void want_region(Wanted *wanted, const TdiRegion *region, int level)
{
    if (region->plain || (wanted->depth > 0 && level >= wanted->depth))
        return;
    for (int i = 0; i < region->branch_count; i++) {
        const TdiBranch *branch = &region->branches[i];
        for (int k = 0; k < branch->core_count && branch->core_count <= LARGEST_CORE; k++)
            wanted->layers[branch->core[k]]++;
        if (branch->type != TDI_BRANCH_SERIES || branch->copies == 0)
            continue;
        const TdiSeries *series = branch->series;
        if (branch->copies > 1 && (series->step_count > 1 || !series->steps[0].before.plain))
            wanted->folds[branch->fold_index]++;
        want_items(wanted, series, series->items, series->item_count, level + 1);
        want_region(wanted, &series->after, level + 1);
    }
}

/* A unit of several steps that was drawn before is not drawn again. */
static void want_items(Wanted *wanted, const TdiSeries *series, const TdiItem *items, int count,
                       int level)
{
    for (int i = 0; i < count; i++) {
        const TdiItem *item = &items[i];
        const TdiStep *step = &series->steps[item->drawn];
        if (item->fold != TDI_FOLD_NONE && (item->length > 1 || !step->before.plain)) {
            bool *seen = &wanted->seen[wanted->tree->folds[item->fold_index].letter];
            wanted->folds[item->fold_index]++;
            if (*seen && item->length > 1)
                continue;
            *seen = true;
        }
        if (item->inner != NULL) {
            want_items(wanted, series, item->inner, item->inner_count, level);
            continue;
        }
        want_region(wanted, &step->before, level);
        wanted->layers[step->layer]++;
    }
}

static void expect_drawn(const Look *look, const TdiTree *tree, int depth)
{
    size_t layers = (size_t)tree->layers->count + 1, folds = (size_t)tree->fold_count + 1;
    Wanted wanted = {tree, calloc(folds, sizeof(bool)), calloc(layers, sizeof(int)),
                     calloc(folds, sizeof(int)), depth};
    for (int k = 0; k < tree->strand_count; k++) {
        const TdiSeries *series = tree->strands[k].series;
        want_items(&wanted, series, series->items, series->item_count, 0);
        want_region(&wanted, &series->after, 0);
    }
    for (int i = 0; i < look->count; i++) {
        const char *id = look->groups[i].id;
        if (id != NULL && strncmp(id, "layer-", 6) == 0)
            wanted.layers[atoi(id + 6) - 1]--;
        else if (id != NULL && strncmp(id, "fold-", 5) == 0)
            wanted.folds[atoi(id + 5) - 1]--;
    }
    for (int i = 0; i < tree->layers->count; i++)
        if (wanted.layers[i] != 0)
            fail_msg("%s: layer %d is drawn %d times too little", look->name, i + 1,
                     wanted.layers[i]);
    for (int i = 0; i < tree->fold_count; i++)
        if (wanted.folds[i] != 0)
            fail_msg("%s: fold %d is drawn %d times too little", look->name, i + 1,
                     wanted.folds[i]);
    free(wanted.seen);
    free(wanted.layers);
    free(wanted.folds);
}

/* ---- Pages --------------------------------------------------------------------------- */

static void expect_good(const TdiPage *page, const char *name)
{
    static Look look;
    const char *note;
    TdiFigure figure;
    assert_int_equal(tdi_page_figure(page, &figure, NULL), TD_OK);
    look = (Look){.figure = &figure, .name = name, .font = tdi_font_open(&note)};
    look_at(&look);
    assert_true(look.count > 0);
    expect_boxes_apart(&look);
    expect_words_apart(&look);
    expect_lines_free(&look);
    expect_drawn(&look, page->tree, page->depth);
    tdi_font_close(look.font);
    free(look.group_of);
    free(look.words);
    tdi_figure_free(&figure);
}

static void expect_all_good(TdiGraph *graph, const char *title)
{
    static const struct {
        TdiFolding folding;
        double aspect;
        int depth;
        bool bare;
    } kinds[] = {{TDI_FOLDED, 0, 0, false},   {TDI_FOLDED, 0, 1, false},
                 {TDI_FOLDED, 0.5, 2, false}, {TDI_FOLDED, 4, 0, true},
                 {TDI_GROWING, 0, 0, false},  {TDI_UNFOLDED, 0, 0, false},
                 {TDI_UNFOLDED, 0.1, 0, true}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        Made made;
        char name[100];
        snprintf(name, sizeof name, "%s, page %d", title, (int)i);
        make(graph, kinds[i].folding, &made);
        expect_good(&(TdiPage){.tree = &made.tree,
                               .totals = &made.totals,
                               .title = title,
                               .aspect = kinds[i].aspect,
                               .depth = kinds[i].depth,
                               .bare = kinds[i].bare},
                    name);
        unmake(&made);
    }
}

static void read_network(const TdiNetworkText *network, TdiGraph *graph)
{
    assert_int_equal(tdi_graph_from_description(network->name, network->text,
                                                strlen(network->text), graph, NULL, NULL),
                     TD_OK);
}

static void test_networks(void **state)
{
    (void)state;
    for (size_t i = 0; i < tdi_network_count; i++) {
        TdiGraph graph;
        read_network(&tdi_network_texts[i], &graph);
        expect_all_good(&graph, tdi_network_texts[i].title);
        tdi_graph_free(&graph);
    }
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        TdiGraph graph;
        char title[40];
        grow_network(seed, &graph);
        snprintf(title, sizeof title, "random %d", (int)seed);
        expect_all_good(&graph, title);
        tdi_graph_free(&graph);
    }
}

/* Skips within skips, many branches, a row of layers of all kinds. */
static void test_extremes(void **state)
{
    enum { DEEP = 400, WIDE = 600 };
    static int x[DEEP + WIDE];
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        TdiGraph graph = {0};
        Made made;
        int y = x[0] = add_input(&graph, "x", SIZES(1, 4, 8, 8));
        for (int i = 1; i < DEEP && kind == 0; i++)
            y = x[i] = add_conv(&graph, x[i - 1], 4, 1);
        for (int i = DEEP - 2; i > 0 && kind == 0; i--)
            y = add_two(&graph, "Add", y, x[i]);
        for (int i = 0; i < WIDE && kind == 1; i++)
            x[i] = add_conv(&graph, y, 4, 2 * (i % 5) + 1);
        tdi_graph_output(&graph, kind == 0 ? y : add_concat(&graph, WIDE, x));
        make(&graph, TDI_FOLDED, &made);
        expect_good(&(TdiPage){.tree = &made.tree, .totals = &made.totals, .title = "Extreme"},
                    kind == 0 ? "deep" : "wide");
        unmake(&made);
        tdi_graph_free(&graph);
    }
}

/* The whole of a large network on a slide. */
static void test_slides(void **state)
{
    static const char *const names[] = {"inception-v4", "resnet-152"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const TdiNetworkText *network = tdi_network_find(names[i], NULL);
        TdiGraph graph;
        Made made;
        TdiFigure figure;
        read_network(network, &graph);
        make(&graph, TDI_FOLDED, &made);
        TdiPage page = {.tree = &made.tree, .totals = &made.totals, .title = network->title};
        assert_int_equal(tdi_page_figure(&page, &figure, NULL), TD_OK);
        assert_true(figure.width <= 960 && figure.height <= 540);
        assert_non_null(strstr(figure.description, network->title));
        tdi_figure_free(&figure);
        unmake(&made);
        tdi_graph_free(&graph);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_slides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
