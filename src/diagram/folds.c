#include "diagram/folds.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* ---- Walking ------------------------------------------------------------------------- */

bool tdi_visit_region(const TdiRegion *region, bool (*visit)(void *, int), void *user)
{
    for (int i = 0; i < region->branch_count; i++) {
        const TdiBranch *branch = &region->branches[i];
        for (int k = 0; k < branch->core_count; k++)
            if (!visit(user, branch->core[k]))
                return false;
        if (branch->type != TDI_BRANCH_SERIES)
            continue;
        if (!tdi_visit_layers(branch->series, 0, branch->series->step_count, visit, user) ||
            !tdi_visit_region(&branch->series->after, visit, user))
            return false;
    }
    return true;
}

bool tdi_visit_layers(const TdiSeries *series, int first, int length,
                      bool (*visit)(void *user, int layer), void *user)
{
    for (int i = first; i < first + length; i++)
        if (!tdi_visit_region(&series->steps[i].before, visit, user) ||
            !visit(user, series->steps[i].layer))
            return false;
    return true;
}

void tdi_fold_sums(const TdiLayers *layers, const TdiFolded *fold, TdiSum *each, TdiSum *all)
{
    const TdiItem *item = fold->item;
    *each = *all = (TdiSum){.layers = layers};
    tdi_visit_layers(fold->series, item->drawn, item->length, tdi_add_to_sum, each);
    if (fold->fold != TDI_FOLD_BRANCHES) {
        tdi_visit_layers(fold->series, item->first, item->length * item->copies, tdi_add_to_sum,
                         all);
        return;
    }
    *all = *each; /* the others' steps stand in series of their own */
    all->count *= item->copies;
    all->parameters *= (uint64_t)item->copies;
    all->macs *= (uint64_t)item->copies;
}

typedef struct Layers {
    int *layers;
    size_t count, room;
    bool failed;
} Layers;

static bool add_layer(void *user, int layer)
{
    Layers *list = user;
    int *grown = tdi_grow(list->layers, list->count, &list->room, sizeof *grown);
    list->failed |= grown == NULL;
    if (grown == NULL)
        return false;
    list->layers = grown;
    grown[list->count++] = layer;
    return true;
}

static Layers layers_of(TdiTree *tree, const TdiSeries *series, int first, int length)
{
    Layers list = {0};
    tdi_visit_layers(series, first, length, add_layer, &list);
    tree->failed |= list.failed;
    return list;
}

/* ---- Growth -------------------------------------------------------------------------- */

/* Channels of what comes in and what goes out. */
static void widths_of(const TdiLayer *layer, int64_t width[2])
{
    width[0] = layer->in_axis >= 0 ? layer->in.size[layer->in_axis] : -1;
    width[1] = layer->axis >= 0 ? layer->shape.size[layer->axis] : -1;
}

/* Whether c comes after b as b comes after a. */
static bool goes_on(const TdiTree *tree, const Layers *a, const Layers *b, const Layers *c)
{
    if (a->count != b->count || b->count != c->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const TdiLayer *layers = tree->layers->layers;
        int64_t x[2], y[2], z[2];
        widths_of(&layers[a->layers[i]], x);
        widths_of(&layers[b->layers[i]], y);
        widths_of(&layers[c->layers[i]], z);
        if (layers[b->layers[i]].stride != layers[c->layers[i]].stride ||
            layers[a->layers[i]].stride != layers[b->layers[i]].stride ||
            y[0] - x[0] != z[0] - y[0] || y[1] - x[1] != z[1] - y[1])
            return false;
    }
    return true;
}

int tdi_count_growing(TdiTree *tree, const TdiSeries *series, int first, int length, int most)
{
    Layers before = {0}, last = layers_of(tree, series, first, length);
    int copies = 1;
    while (copies < most && !tree->failed) {
        Layers next = layers_of(tree, series, first + copies * length, length);
        bool good = before.layers == NULL ? next.count == last.count
                                          : goes_on(tree, &before, &last, &next);
        if (good)
            copies++;
        tdi_free(before.layers);
        before = last;
        last = next;
        if (!good)
            break;
    }
    tdi_free(before.layers);
    tdi_free(last.layers);
    return copies;
}

/* ---- How the first differs ----------------------------------------------------------- */

/* Add words once. */
static void add_once(TdiText *text, const char *words)
{
    if (text->data != NULL && strstr(text->data, words) != NULL)
        return;
    tdi_text_format(text, "%s%s", text->length > 0 ? ", " : "", words);
}

/* Marks but for the stride, which has words of its own. */
static const char *own_marks(const TdiLayer *layer)
{
    const char *marks = layer->marks;
    if (marks[0] == '/')
        marks += strcspn(marks, " ");
    return marks + strspn(marks, " ");
}

static void compare_layers(const TdiLayer *first, const TdiLayer *usual, TdiText *text)
{
    TdiText words = {0};
    if (first->stride != usual->stride)
        tdi_text_format(&words, "stride %lld", (long long)first->stride);
    else if (strcmp(first->width, usual->width) != 0)
        tdi_text_format(&words, "%s%s for %s", first->width,
                        strstr(first->width, "×") != NULL ? "" : " wide", usual->width);
    if (words.length > 0)
        add_once(text, words.data);
    tdi_text_free(&words);
    if (first->parameters > 0 && usual->parameters == 0)
        add_once(text, "has the weights that all share");
    else if (own_marks(first)[0] != '\0' && strcmp(own_marks(first), own_marks(usual)) != 0)
        add_once(text, own_marks(first));
}

static void compare_steps(const TdiTree *tree, const TdiStep *first, const TdiStep *usual,
                          TdiText *text);

static void compare_series(const TdiTree *tree, const TdiSeries *first, const TdiSeries *usual,
                           TdiText *text)
{
    for (int i = 0; i < first->step_count && i < usual->step_count; i++)
        compare_steps(tree, &first->steps[i], &usual->steps[i], text);
}

/* The branch of `region` that is an edge, NULL: there is none. */
static const TdiBranch *find_edge(const TdiRegion *region)
{
    for (int i = 0; i < region->branch_count; i++)
        if (region->branches[i].type == TDI_BRANCH_EDGE)
            return &region->branches[i];
    return NULL;
}

/* Branch by branch; a branch that is an edge in one alone is a projection in the other. */
static void compare_regions(const TdiTree *tree, const TdiRegion *first, const TdiRegion *usual,
                            TdiText *text)
{
    bool projects =
        !first->plain && !usual->plain && find_edge(first) == NULL && find_edge(usual) != NULL;
    int k = 0;
    if (projects)
        add_once(text, "projection");
    for (int i = 0; i < first->branch_count && i < usual->branch_count; i++) {
        const TdiBranch *a = &first->branches[i], *b = &usual->branches[k++];
        if (a->type == TDI_BRANCH_SERIES && b->type == TDI_BRANCH_SERIES)
            compare_series(tree, a->series, b->series, text);
    }
}

static void compare_steps(const TdiTree *tree, const TdiStep *first, const TdiStep *usual,
                          TdiText *text)
{
    compare_regions(tree, &first->before, &usual->before, text);
    compare_layers(&tree->layers->layers[first->layer], &tree->layers->layers[usual->layer],
                   text);
}

static int64_t width_in(const TdiTree *tree, const TdiSeries *series, int first)
{
    Layers layers = {0};
    int64_t width[2] = {-1, -1};
    tdi_visit_layers(series, first, 1, add_layer, &layers);
    if (layers.count > 0)
        widths_of(&tree->layers->layers[layers.layers[0]], width);
    tdi_free(layers.layers);
    return width[0];
}

static void describe_lead(const TdiTree *tree, const TdiSeries *series, const TdiItem *item,
                          TdiText *text)
{
    for (int i = 0; i < item->length; i++)
        compare_steps(tree, &series->steps[item->first + i], &series->steps[item->drawn + i],
                      text);
    int64_t in = width_in(tree, series, item->first);
    if (text->length == 0 && in > 0 && in != width_in(tree, series, item->drawn))
        tdi_text_format(text, "%lld channels in", (long long)in);
    if (text->length == 0)
        tdi_text_add(text, "differs");
}

/* By how much what comes out grows. */
static void describe_growth(const TdiTree *tree, const TdiSeries *series, const TdiItem *item,
                            TdiText *text)
{
    int64_t a[2], b[2];
    int last = item->first + item->length - 1;
    widths_of(&tree->layers->layers[series->steps[last].layer], a);
    widths_of(&tree->layers->layers[series->steps[last + item->length].layer], b);
    if (b[1] != a[1])
        tdi_text_format(text, "%+lld each", (long long)(b[1] - a[1]));
    else
        tdi_text_add(text, "each of another size");
}

/* ---- Names --------------------------------------------------------------------------- */

/* What all names of a unit's layers begin with, whole parts between slashes: its scope. */
typedef struct Scope {
    const TdiLayers *layers;
    const char *name; /* NULL: no name was seen */
    size_t length;
} Scope;

static bool narrow_scope(void *user, int layer)
{
    Scope *scope = user;
    const char *name = scope->layers->layers[layer].name;
    size_t same = 0, whole = 0;
    if (scope->name == NULL) {
        const char *last = strrchr(name, '/');
        scope->name = name;
        scope->length = last != NULL ? (size_t)(last - name) : 0;
        return true;
    }
    for (; same < scope->length && name[same] == scope->name[same]; same++)
        if (name[same] == '/')
            whole = same;
    if (same == scope->length && (name[same] == '/' || name[same] == '\0'))
        whole = same;
    scope->length = whole;
    return true;
}

/* The last part of the scope without its number: "layer3" of "/layer3/layer3.1". */
static const char *name_by_scope(TdiTree *tree, const TdiSeries *series, const TdiItem *item)
{
    Scope scope = {.layers = tree->layers};
    tdi_visit_layers(series, item->drawn, item->length, narrow_scope, &scope);
    if (scope.name == NULL || scope.length == 0)
        return NULL;
    size_t begin = scope.length, end = scope.length;
    while (begin > 0 && scope.name[begin - 1] != '/')
        begin--;
    while (end > begin && scope.name[end - 1] >= '0' && scope.name[end - 1] <= '9')
        end--;
    while (end > begin && strchr("._-", scope.name[end - 1]) != NULL)
        end--;
    if (end == begin)
        return NULL;
    const char *words = tdi_arena_words(&tree->arena, scope.name + begin, end - begin);
    tree->failed |= words == NULL;
    return words;
}

/* The block that the last step of a unit is of, where a description names it. */
static const char *name_of(TdiTree *tree, const TdiSeries *series, const TdiItem *item)
{
    int last = series->steps[item->drawn + item->length - 1].layer;
    const char *block = tree->layers->layers[last].block;
    return block != NULL ? block : name_by_scope(tree, series, item);
}

/* ---- Listing ------------------------------------------------------------------------- */

/* Equal units have the same letter. */
static int letter_of(TdiTree *tree, const TdiSeries *series, const TdiItem *item)
{
    Layers list = {0};
    for (int i = 0; i < item->length; i++)
        add_layer(&list, series->steps[item->drawn + i].number[TDI_SAME]);
    tree->failed |= list.failed;
    int letter = tdi_intern_numbers(&tree->letters, list.layers, list.count);
    tree->failed |= letter < 0;
    tdi_free(list.layers);
    return letter;
}

void tdi_add_letters(TdiText *text, int number, bool capital)
{
    char letters[8];
    int at = sizeof letters - 1;
    letters[at] = '\0';
    for (int rest = number + 1; rest > 0 && at > 0; rest = (rest - 1) / 26)
        letters[--at] = (char)((capital ? 'A' : 'a') + (rest - 1) % 26);
    tdi_text_add(text, letters + at);
}

/* The letter and the name: "A inception-a" */
static const char *label_of(TdiTree *tree, int letter, const char *name)
{
    TdiText text = {0};
    tdi_add_letters(&text, letter, true);
    if (name != NULL)
        tdi_text_format(&text, " %s", name);
    const char *label =
        text.failed ? NULL : tdi_arena_words(&tree->arena, text.data, text.length);
    tree->failed |= label == NULL;
    tdi_text_free(&text);
    return label != NULL ? label : "";
}

static void add_fold(TdiTree *tree, const TdiSeries *series, TdiItem *item)
{
    TdiText first = {0};
    TdiFolded *grown =
        tdi_grow(tree->folds, (size_t)tree->fold_count, &tree->fold_room, sizeof *grown);
    tree->failed |= grown == NULL;
    if (grown == NULL)
        return;
    tree->folds = grown;
    if (item->fold == TDI_FOLD_LEAD)
        describe_lead(tree, series, item, &first);
    if (item->fold == TDI_FOLD_GROWTH)
        describe_growth(tree, series, item, &first);
    if (item->fold == TDI_FOLD_BRANCHES)
        tdi_text_add(&first, "side by side");
    const char *words =
        first.length > 0 ? tdi_arena_words(&tree->arena, first.data, first.length) : "";
    tree->failed |= words == NULL || first.failed;
    tdi_text_free(&first);
    const char *name = name_of(tree, series, item);
    int letter = letter_of(tree, series, item);
    item->fold_index = tree->fold_count++;
    grown[item->fold_index] = (TdiFolded){.name = name,
                                          .letter = letter,
                                          .label = label_of(tree, letter, name),
                                          .count = item->copies,
                                          .fold = item->fold,
                                          .first = words,
                                          .series = series,
                                          .item = item};
}

static void list_region(TdiTree *tree, const TdiRegion *region);

static void list_items(TdiTree *tree, const TdiSeries *series, const TdiItem *items, int count)
{
    for (int i = 0; i < count && !tree->failed; i++) {
        TdiItem *item = (TdiItem *)&items[i];
        if (item->fold != TDI_FOLD_NONE)
            add_fold(tree, series, item);
        if (item->inner != NULL)
            list_items(tree, series, item->inner, item->inner_count);
        else
            list_region(tree, &series->steps[item->drawn].before);
    }
}

/* A folded branch as an item: all steps of its series. */
static void add_branches(TdiTree *tree, TdiBranch *branch)
{
    TdiItem *item = tdi_arena_take(&tree->arena, 1, sizeof *item);
    tree->failed |= item == NULL;
    if (item == NULL)
        return;
    *item = (TdiItem){.fold = TDI_FOLD_BRANCHES,
                      .length = branch->series->step_count,
                      .copies = branch->copies};
    add_fold(tree, branch->series, item);
    branch->fold_index = item->fold_index;
}

static void list_region(TdiTree *tree, const TdiRegion *region)
{
    for (int i = 0; i < region->branch_count && !tree->failed; i++) {
        TdiBranch *branch = &region->branches[i];
        if (branch->type != TDI_BRANCH_SERIES || branch->copies == 0)
            continue;
        if (branch->copies > 1)
            add_branches(tree, branch);
        list_items(tree, branch->series, branch->series->items, branch->series->item_count);
        list_region(tree, &branch->series->after);
    }
}

void tdi_list_folds(TdiTree *tree)
{
    for (int k = 0; k < tree->strand_count; k++) {
        const TdiSeries *series = tree->strands[k].series;
        list_items(tree, series, series->items, series->item_count);
        list_region(tree, &series->after);
    }
}
