/* Branches, and points that are saved for later. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "graph/description_build.h"

TdStatus tdi_net_same(TdiNetBuilder *builder, const TdiNetItem *item)
{
    return tdi_net_need(builder, item, 2, 5, "");
}

/* ---- Saved points ------------------------------------------------------------------------ */

/* A name that the same block has saved before now means this point. */
TdStatus tdi_net_save_as(TdiNetBuilder *builder, const TdiWord *name)
{
    TdiNetSaved *old = builder->saved;
    unsigned number = old == NULL ? 0 : old->number + 1;
    while (old != builder->inherited && !tdi_word_equal(&old->name, name))
        old = old->before;
    if (old != builder->inherited) {
        old->tensor = builder->current;
        return TD_OK;
    }
    if (number >= TDI_NET_MOST_SAVED)
        return tdi_net_fail(builder, name, "more than %d points are saved", TDI_NET_MOST_SAVED);
    TdiNetSaved *saved = tdi_arena_take(&builder->net->arena, 1, sizeof *saved);
    if (saved == NULL)
        return tdi_fail_memory(builder->err, sizeof *saved);
    *saved = (TdiNetSaved){*name, builder->current, number, builder->saved};
    builder->saved = saved;
    return TD_OK;
}

TdStatus tdi_net_save(TdiNetBuilder *builder, const TdiNetItem *item)
{
    const TdiWord *name = tdi_net_argument(item, 0);
    TdStatus status = tdi_net_need(builder, item, 2, 5, "");
    if (status == TD_OK && !tdi_word_is_name(name))
        return tdi_net_fail(builder, name, "\"%.*s\" is no name (letters, digits, - and _)",
                            tdi_word_shown(name), name->words);
    return status == TD_OK ? tdi_net_save_as(builder, name) : status;
}

static TdStatus unknown_point(const TdiNetBuilder *builder, const TdiWord *name)
{
    enum { MOST = 64 };
    char letters[MOST][64];
    const char *names[MOST];
    size_t count = 0;
    for (const TdiNetSaved *s = builder->saved; s != NULL && count < MOST; s = s->before) {
        memcpy(letters[count], s->name.words, s->name.length);
        letters[count][s->name.length] = '\0';
        names[count] = letters[count];
        count++;
    }
    const char *near = tdi_nearest_name(name->words, name->length, names, count);
    return tdi_net_fail(builder, name, "no point \"%.*s\" was saved before; %s%s%s",
                        tdi_word_shown(name), name->words,
                        near != NULL ? "did you mean " : "write `save NAME` where it is",
                        near != NULL ? near : "", near != NULL ? "?" : "");
}

TdStatus tdi_net_from(TdiNetBuilder *builder, const TdiNetItem *item)
{
    const TdiWord *name = tdi_net_argument(item, 0);
    const TdiNetSaved *saved = builder->saved;
    while (saved != NULL && !tdi_word_equal(&saved->name, name))
        saved = saved->before;
    if (saved == NULL)
        return unknown_point(builder, name);
    builder->current = saved->tensor;
    return TD_OK;
}

/* ---- Branches ---------------------------------------------------------------------------- */

/* Evaluate the branches; *ends is what each makes. The caller frees it. */
static TdStatus branch(TdiNetBuilder *builder, const TdiNetItem *item, int **ends, int *count)
{
    int start = builder->current, used = 0;
    char label[sizeof builder->label];
    memcpy(label, builder->label, sizeof label);
    *count = 0;
    for (const TdiNetList *list = item->branches; list != NULL; list = list->next)
        ++*count;
    *ends = tdi_alloc((uint64_t)*count, sizeof **ends);
    if (*ends == NULL)
        return tdi_fail_memory(builder->err, (uint64_t)*count * sizeof **ends);
    TdStatus status = TD_OK;
    for (const TdiNetList *list = item->branches; list != NULL && status == TD_OK;
         list = list->next) {
        builder->current = start;
        status = tdi_net_list(builder, list);
        if (status == TD_OK) /* an empty block may be all there is */
            status = tdi_net_need(builder, item, 2, 5, "");
        (*ends)[used++] = builder->current;
    }
    memcpy(builder->label, label, sizeof label);
    return status;
}

static const TdiShape *shape_of(const TdiNetBuilder *builder, int tensor)
{
    return &builder->graph->tensors[tensor].shape;
}

static TdStatus fail_shapes(const TdiNetBuilder *builder, const TdiNetItem *item,
                            const TdiShape *a, const TdiShape *b)
{
    char first[100], second[100];
    return tdi_net_fail(builder, &item->word, "branches of %s make %s and %s, which do not fit",
                        item->kind->name, tdi_net_shape_words(a, first),
                        tdi_net_shape_words(b, second));
}

/* All are equal but for their channels, which add up. */
static TdStatus join_channels(TdiNetBuilder *builder, const TdiNetItem *item, const int *ends,
                              int count)
{
    TdiStep step;
    const TdiShape *first = shape_of(builder, ends[0]);
    int64_t axis = tdi_net_channel_axis(first), channels = 0;
    for (int i = 0; i < count; i++) {
        TdiShape other = *shape_of(builder, ends[i]);
        channels += other.size[axis];
        other.size[axis] = first->size[axis];
        if (!tdi_shape_equal(first, &other))
            return fail_shapes(builder, item, first, shape_of(builder, ends[i]));
    }
    builder->current = ends[0];
    tdi_net_step(builder, &step, "Concat", NULL);
    tdi_step_whole(&step, "axis", &axis, 1);
    step.shape.size[axis] = channels;
    step.many = ends;
    step.inputs_used = count;
    return tdi_net_add_step(builder, item, &step);
}

/* What stays where sizes of 1 are stretched. */
static bool stretch(TdiShape *shape, const TdiShape *other)
{
    if (shape->rank != other->rank)
        return false;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->size[i] != other->size[i] && shape->size[i] != 1 && other->size[i] != 1)
            return false;
        shape->size[i] = shape->size[i] == 1 ? other->size[i] : shape->size[i];
    }
    return true;
}

/* `type` takes two, `many` any number; NULL: two by two. */
static TdStatus combine(TdiNetBuilder *builder, const TdiNetItem *item, const int *ends,
                        int count, const char *type, const char *many)
{
    TdiShape shape = *shape_of(builder, ends[0]);
    TdStatus status = TD_OK;
    TdiStep step;
    bool once = count > 2 && many != NULL;
    builder->current = ends[0];
    for (int i = 1; i < count && status == TD_OK; i++) {
        if (!stretch(&shape, shape_of(builder, ends[i])))
            return fail_shapes(builder, item, &shape, shape_of(builder, ends[i]));
        if (once)
            continue;
        tdi_net_step(builder, &step, type, NULL);
        step.shape = shape;
        tdi_step_input(&step, ends[i]);
        status = tdi_net_add_step(builder, item, &step);
    }
    if (!once)
        return status;
    tdi_net_step(builder, &step, many, NULL);
    step.shape = shape;
    step.many = ends;
    step.inputs_used = count;
    return tdi_net_add_step(builder, item, &step);
}

/* Some branch may be fed nothing where it begins with `from`. */
static TdStatus merge(TdiNetBuilder *builder, const TdiNetItem *item, const char *type,
                      const char *many)
{
    int *ends = NULL, count = 0;
    TdStatus status = branch(builder, item, &ends, &count);
    if (status == TD_OK)
        status = type == NULL ? join_channels(builder, item, ends, count)
                              : combine(builder, item, ends, count, type, many);
    tdi_free(ends);
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

TdStatus tdi_net_concat(TdiNetBuilder *builder, const TdiNetItem *item)
{
    return merge(builder, item, NULL, NULL);
}

TdStatus tdi_net_add(TdiNetBuilder *builder, const TdiNetItem *item)
{
    return merge(builder, item, "Add", "Sum");
}

TdStatus tdi_net_mul(TdiNetBuilder *builder, const TdiNetItem *item)
{
    return merge(builder, item, "Mul", NULL);
}

/* Layers that lead to an output of their own; what follows goes on from before them. */
TdStatus tdi_net_output(TdiNetBuilder *builder, const TdiNetItem *item)
{
    int start = builder->current;
    TdStatus status = tdi_net_list(builder, item->branches);
    if (status == TD_OK)
        status = tdi_net_need(builder, item, 2, 5, "");
    if (status == TD_OK)
        tdi_graph_output(builder->graph, builder->current);
    builder->current = start;
    return status;
}
