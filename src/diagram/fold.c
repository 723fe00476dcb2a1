/* Folding repeats. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "diagram/folds.h"
#include "diagram/tree.h"

/* Longer units are not looked for: the time is that of steps times periods. */
enum { LONGEST_PERIOD = 512 };

/* Fewer equal branches than these are drawn one by one. */
enum { LEAST_BRANCHES = 4 };

/* What a frame with its label, and a note about its first copy, cost, in layers. */
#define FRAME_COST 0.5
#define NOTE_COST 0.75

/* The best way to begin at a step: a single one, or a fold. */
typedef struct Choice {
    double cost; /* of all from here on */
    TdiFold fold;
    int length, copies;
    int square; /* the last in the scan's list that begins here, plus 1; 0: none */
} Choice;

/* Two equal units or more, one after the other, of which none is itself a shorter one several
 * times: few begin at the same step. */
typedef struct Square {
    int length, copies; /* as many as are best */
    int next;           /* another that begins at the same step, plus 1; 0: none */
} Square;

typedef struct Folder {
    TdiTree *tree;
    const TdRun *run;
    TdiFolding folding;
    double *unit_cost; /* by the number of a unit's list of steps; 0: not known */
    size_t known, room;
} Folder;

/* A stretch of a series: steps begin .. end - 1. */
typedef struct Stretch {
    const TdiSeries *series;
    int begin, end;
} Stretch;

/* What is known of a stretch, from the step that is looked at to its end. */
typedef struct Scan {
    Choice *choices; /* (steps + 1) */
    Square *squares; /* (count) */
    size_t count, room;
} Scan;

static void *take(TdiTree *tree, uint64_t count, size_t size)
{
    void *piece = tdi_arena_take(&tree->arena, count, size);
    tree->failed |= piece == NULL;
    return piece;
}

static int number_at(const Stretch *stretch, int i, TdiLikeness likeness)
{
    return stretch->series->steps[i].number[likeness];
}

/* Whether `length` steps from a and from b on are alike. */
static bool are_alike(const Stretch *stretch, int a, int b, int length, TdiLikeness likeness)
{
    if (a + length > stretch->end || b + length > stretch->end)
        return false;
    for (int i = 0; i < length; i++)
        if (number_at(stretch, a + i, likeness) != number_at(stretch, b + i, likeness))
            return false;
    return true;
}

/* ---- The cost of a unit -------------------------------------------------------------- */

static Choice *choose_all(Folder *folder, const Stretch *stretch);

static double fold_cost(Folder *folder, const Stretch *stretch)
{
    Choice *choices = choose_all(folder, stretch);
    double cost = choices != NULL ? choices[0].cost : 0;
    tdi_free(choices);
    return cost;
}

/* Units that are equal cost the same: that of each is computed once. */
static double unit_cost(Folder *folder, const TdiSeries *series, int first, int length)
{
    if (length == 1)
        return series->steps[first].cost;
    int *list = tdi_alloc((uint64_t)length, sizeof *list);
    folder->tree->failed |= list == NULL;
    if (list == NULL)
        return 0;
    for (int i = 0; i < length; i++)
        list[i] = series->steps[first + i].number[TDI_SAME];
    int number = tdi_intern_numbers(&folder->tree->units, list, (size_t)length);
    tdi_free(list);
    while (number >= 0 && (size_t)number >= folder->known) {
        double *grown =
            tdi_grow(folder->unit_cost, folder->known, &folder->room, sizeof *grown);
        if (grown == NULL)
            number = -1;
        else {
            folder->unit_cost = grown;
            grown[folder->known++] = 0;
        }
    }
    folder->tree->failed |= number < 0;
    if (number < 0)
        return 0;
    if (folder->unit_cost[number] == 0) {
        double cost = fold_cost(folder, &(Stretch){series, first, first + length});
        folder->unit_cost[number] = cost;
    }
    return folder->unit_cost[number];
}

/* ---- Choosing ------------------------------------------------------------------------ */

/* What a stretch's runs are like at the step that is looked at: how many steps from it on equal
 * those a period later. */
typedef struct Runs {
    int same[LONGEST_PERIOD + 1], skeleton[LONGEST_PERIOD + 1];
} Runs;

static void update_runs(const Stretch *stretch, int i, Runs *runs)
{
    for (int p = 1; p <= LONGEST_PERIOD && i + p < stretch->end; p++) {
        bool same = number_at(stretch, i, TDI_SAME) == number_at(stretch, i + p, TDI_SAME);
        bool alike =
            number_at(stretch, i, TDI_SKELETON) == number_at(stretch, i + p, TDI_SKELETON);
        runs->same[p] = same ? runs->same[p] + 1 : 0;
        runs->skeleton[p] = alike ? runs->skeleton[p] + 1 : 0;
    }
}

/* Take the fold if it is cheaper than what was chosen. Periods come in ascending order, so that
 * of equally good ones the shortest stays. */
static void offer(Folder *folder, const Stretch *stretch, int i, Choice fold, int drawn,
                  Choice *choices)
{
    Choice *chosen = &choices[i - stretch->begin];
    int end = i + fold.length * fold.copies;
    double rest = choices[end - stretch->begin].cost;
    fold.cost = unit_cost(folder, stretch->series, drawn, fold.length) + FRAME_COST + rest;
    fold.cost += fold.fold == TDI_FOLD_EXACT ? 0 : NOTE_COST;
    fold.square = chosen->square;
    if (fold.cost < chosen->cost || (fold.cost == chosen->cost && chosen->length == 1))
        *chosen = fold;
}

/* Whether a unit is itself a shorter one several times. */
static bool is_power(const Stretch *stretch, int first, int length)
{
    for (int q = 1; q <= length / 2; q++)
        if (length % q == 0 && are_alike(stretch, first, first + q, length - q, TDI_SAME))
            return true;
    return false;
}

/* The same of the unit at the step that is looked at. */
static bool begins_with_power(const Runs *runs, int length)
{
    for (int q = 1; q <= length / 2; q++)
        if (runs->same[q] >= length - q && length % q == 0)
            return true;
    return false;
}

/* How many equal units of `length` steps are best folded together from step i on, 1 where there
 * are no two or they are shorter ones. */
static int best_copies(const Scan *scan, const Stretch *stretch, int i, int length)
{
    if (i >= stretch->end)
        return 1;
    for (int k = scan->choices[i - stretch->begin].square; k > 0; k = scan->squares[k - 1].next)
        if (scan->squares[k - 1].length == length)
            return scan->squares[k - 1].copies;
    return 1;
}

/* Equal units, as many as are best: all, but where the last serve better in another fold. */
static void offer_exact(Folder *folder, const Stretch *stretch, int i, int p, Scan *scan)
{
    Choice *choices = scan->choices, *chosen = &choices[i - stretch->begin];
    int copies = best_copies(scan, stretch, i + p, p) + 1;
    if (choices[i + 2 * p - stretch->begin].cost <
        choices[i + copies * p - stretch->begin].cost)
        copies = 2;
    Square *grown = tdi_grow(scan->squares, scan->count, &scan->room, sizeof *grown);
    folder->tree->failed |= grown == NULL;
    if (grown == NULL)
        return;
    scan->squares = grown;
    grown[scan->count++] = (Square){p, copies, chosen->square};
    chosen->square = (int)scan->count;
    offer(folder, stretch, i, (Choice){.fold = TDI_FOLD_EXACT, .length = p, .copies = copies},
          i, choices);
}

/* Whether two steps give tensors of the same shape: the first copy of a run may take another
 * than the rest, but not give one. */
static bool give_same(const Folder *folder, const Stretch *stretch, int a, int b)
{
    const TdiLayer *layers = folder->tree->layers->layers;
    const TdiStep *steps = stretch->series->steps;
    return tdi_shape_equal(&layers[steps[a].layer].shape, &layers[steps[b].layer].shape);
}

static void offer_lead(Folder *folder, const Stretch *stretch, int i, int p, Scan *scan)
{
    if (is_power(stretch, i + p, p) || !give_same(folder, stretch, i + p - 1, i + 2 * p - 1))
        return;
    int copies = best_copies(scan, stretch, i + p, p);
    /* One copy makes no run: then only what an entry needs may differ. */
    if (copies > 1 || are_alike(stretch, i, i + p, p, TDI_ENTRY))
        offer(folder, stretch, i,
              (Choice){.fold = TDI_FOLD_LEAD, .length = p, .copies = copies + 1}, i + p,
              scan->choices);
}

static void offer_growth(Folder *folder, const Stretch *stretch, int i, int p, int run,
                         Choice *choices)
{
    int copies = tdi_count_growing(folder->tree, stretch->series, i, p, run / p + 1);
    if (copies > 2)
        offer(folder, stretch, i,
              (Choice){.fold = TDI_FOLD_GROWTH, .length = p, .copies = copies}, i, choices);
}

static void choose(Folder *folder, const Stretch *stretch, int i, Runs *runs, Scan *scan)
{
    Choice *chosen = &scan->choices[i - stretch->begin];
    *chosen = (Choice){
        .cost = stretch->series->steps[i].cost + chosen[1].cost, .length = 1, .copies = 1};
    if (folder->folding == TDI_UNFOLDED)
        return;
    update_runs(stretch, i, runs);
    for (int p = 1; p <= LONGEST_PERIOD && i + 2 * p <= stretch->end; p++) {
        if (runs->skeleton[p] < p)
            continue;
        if (runs->same[p] >= p) {
            if (!begins_with_power(runs, p))
                offer_exact(folder, stretch, i, p, scan);
            continue;
        }
        offer_lead(folder, stretch, i, p, scan);
        if (folder->folding == TDI_GROWING)
            offer_growth(folder, stretch, i, p, runs->skeleton[p], scan->choices);
    }
}

/* A choice for every step, from the last to the first, and one for the end: the cost of the
 * first is that of the whole. NULL after a failure, which is remembered. */
static Choice *choose_all(Folder *folder, const Stretch *stretch)
{
    TdiTree *tree = folder->tree;
    Scan scan = {.choices = tdi_alloc((uint64_t)(stretch->end - stretch->begin) + 1,
                                      sizeof *scan.choices)};
    Runs *runs = tdi_alloc(1, sizeof *runs);
    tree->failed |= runs == NULL || scan.choices == NULL;
    for (int i = stretch->end - 1; i >= stretch->begin && !tree->failed; i--) {
        if (i % 256 == 0)
            tree->failed |= tdi_check_cancel(folder->run, NULL) != TD_OK;
        choose(folder, stretch, i, runs, &scan);
    }
    tdi_free(runs);
    tdi_free(scan.squares);
    if (!tree->failed)
        return scan.choices;
    tdi_free(scan.choices);
    return NULL;
}

/* ---- Items --------------------------------------------------------------------------- */

static int count_items(const Choice *choices, int count)
{
    int items = 0;
    for (int i = 0; i < count; i += choices[i].length * choices[i].copies)
        items++;
    return items;
}

/* The items of a stretch, and what they cost. */
static const TdiItem *make_items(Folder *folder, const Stretch *stretch, int *count,
                                 double *cost)
{
    int steps = stretch->end - stretch->begin, made = 0;
    Choice *choices = choose_all(folder, stretch);
    TdiItem *items = NULL;
    *cost = choices != NULL ? choices[0].cost : 0;
    if (choices != NULL) {
        items = take(folder->tree, (uint64_t)count_items(choices, steps), sizeof *items);
        for (int i = 0; items != NULL && i < steps;) {
            const Choice *choice = &choices[i];
            TdiItem *item = &items[made++];
            *item = (TdiItem){.fold = choice->fold,
                              .first = stretch->begin + i,
                              .length = choice->length,
                              .copies = choice->copies,
                              .fold_index = -1};
            item->drawn = item->first + (choice->fold == TDI_FOLD_LEAD ? choice->length : 0);
            i += choice->length * choice->copies;
            if (item->length > 1)
                item->inner = make_items(
                    folder,
                    &(Stretch){stretch->series, item->drawn, item->drawn + item->length},
                    &item->inner_count, &(double){0});
        }
    }
    tdi_free(choices);
    *count = made;
    return items;
}

/* ---- From the innermost series out --------------------------------------------------- */

static double fold_series(Folder *folder, TdiSeries *series);

/* Whether two branches are equal but for the input of the join that they end at. */
static bool are_equal(const TdiBranch *a, const TdiBranch *b)
{
    if (a->type != TDI_BRANCH_SERIES || b->type != TDI_BRANCH_SERIES ||
        a->series->step_count != b->series->step_count || !a->series->after.plain ||
        !b->series->after.plain)
        return false;
    for (int i = 0; i < a->series->step_count; i++)
        if (a->series->steps[i].number[TDI_SAME] != b->series->steps[i].number[TDI_SAME])
            return false;
    return true;
}

/* How many branches from number i on are equal series. */
static int count_equal(const TdiRegion *region, int i)
{
    int count = 1;
    while (i + count < region->branch_count &&
           are_equal(&region->branches[i], &region->branches[i + count]))
        count++;
    return count;
}

/* Equal branches side by side become one, if they are many: of two or three it is seen at a
 * glance that they are equal. */
static void fold_branches(TdiRegion *region)
{
    for (int i = 0, count; i < region->branch_count; i += count) {
        count = count_equal(region, i);
        for (int k = 0; k < count && count >= LEAST_BRANCHES; k++)
            region->branches[i + k].copies = k == 0 ? count : 0;
    }
}

static double fold_region(Folder *folder, TdiRegion *region)
{
    double cost = 0;
    for (int i = 0; i < region->branch_count; i++) { /* of an earlier folding */
        region->branches[i].copies = 1;
        region->branches[i].fold_index = -1;
    }
    if (folder->folding != TDI_UNFOLDED)
        fold_branches(region);
    for (int i = 0; i < region->branch_count && !region->plain; i++) {
        TdiBranch *branch = &region->branches[i];
        double own = branch->type == TDI_BRANCH_SERIES ? fold_series(folder, branch->series)
                     : branch->type == TDI_BRANCH_CORE ? branch->core_count
                                                       : 0.25;
        cost += branch->copies > 0 ? own : 0;
    }
    return cost;
}

static double fold_series(Folder *folder, TdiSeries *series)
{
    if (folder->tree->failed)
        return 0;
    for (int i = 0; i < series->step_count; i++)
        series->steps[i].cost =
            tdi_layer_cost(&folder->tree->layers->layers[series->steps[i].layer]) +
            fold_region(folder, &series->steps[i].before);
    double after = fold_region(folder, &series->after);
    Stretch all = {series, 0, series->step_count};
    double cost;
    series->items = make_items(folder, &all, &series->item_count, &cost);
    return cost + after;
}

TdStatus tdi_tree_fold(TdiTree *tree, TdiFolding folding, const TdRun *run, TdError *err)
{
    Folder folder = {.tree = tree, .run = run, .folding = folding};
    tree->fold_count = 0; /* of an earlier folding */
    tree->cost = 0;
    for (int k = 0; k < tree->strand_count; k++)
        tree->cost += fold_series(&folder, tree->strands[k].series);
    tdi_free(folder.unit_cost);
    if (!tree->failed)
        tdi_list_folds(tree);
    if (!tree->failed && !tree->units.failed)
        return TD_OK;
    TdStatus status = tdi_check_cancel(run, err);
    return status != TD_OK ? status : tdi_fail_memory(err, sizeof(Runs));
}
