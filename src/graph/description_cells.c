/* Layers without weights: inputs, pooling, resizing, what only moves numbers. */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "graph/description_window.h"

enum { GREATEST_FACTOR = 1024, MOST_AXES = 1 + TDI_SPATIAL };

/* "28x28x1", "197x768" or "784": the channels stand last. */
static TdStatus read_shape(const TdiNetBuilder *builder, const TdiWord *word, TdiShape *shape)
{
    TdiWord rest = *word, piece, behind;
    int64_t sizes[MOST_AXES];
    int count = 0;
    bool more = true;
    while (more && count < MOST_AXES) {
        more = tdi_word_split(&rest, 'x', &piece, &behind);
        TdStatus status =
            tdi_net_number(builder, &piece, "size", 1, TDI_NET_GREATEST_SIZE, &sizes[count++]);
        if (status != TD_OK)
            return status;
        if (more)
            rest = behind;
    }
    if (more)
        return tdi_net_fail(builder, word,
                            "input has more than depth x height x width x "
                            "channels");
    *shape = (TdiShape){.rank = count + 1, .size = {1}};
    if (count == 2) { /* tokens: their channels last */
        shape->size[1] = sizes[0];
        shape->size[2] = sizes[1];
        return TD_OK;
    }
    shape->size[1] = sizes[count - 1];
    memcpy(shape->size + 2, sizes, (size_t)(count - 1) * sizeof *sizes);
    return TD_OK;
}

TdStatus tdi_net_input(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiShape shape;
    char name[64] = "input";
    const TdiWord *size = tdi_net_argument(item, 0), *called = tdi_net_argument(item, 1);
    TdStatus status = read_shape(builder, size, &shape);
    if (status == TD_OK && called != NULL && !tdi_word_is_name(called))
        return tdi_net_fail(builder, called, "\"%.*s\" is no name (letters, digits, - and _)",
                            tdi_word_shown(called), called->words);
    if (status != TD_OK)
        return status;
    if (called != NULL)
        memcpy(name, called->words, called->length), name[called->length] = '\0';
    builder->current = tdi_graph_tensor(builder->graph, name, strlen(name));
    if (builder->current < 0)
        return tdi_fail_memory(builder->err, sizeof(TdiTensor));
    builder->graph->tensors[builder->current].shape = shape;
    builder->graph->tensors[builder->current].element = TDI_ELEMENT_FLOAT;
    tdi_graph_input(builder->graph, builder->current);
    return called == NULL ? TD_OK : tdi_net_save_as(builder, called);
}

/* ---- Pooling and resizing ---------------------------------------------------------------- */

static TdStatus pool(TdiNetBuilder *builder, const TdiNetItem *item, const char *type)
{
    TdiNetWindow window;
    TdiStep step;
    TdStatus status = tdi_net_window(builder, item, 0, &window);
    if (status != TD_OK)
        return status;
    tdi_net_step(builder, &step, type, NULL);
    tdi_net_window_attributes(&step, &window);
    tdi_net_window_shape(&step, &window, 0);
    return tdi_net_add_step(builder, item, &step);
}

/* Of all cells, or of all tokens. */
static TdStatus pool_all(TdiNetBuilder *builder, const TdiNetItem *item, const char *cells,
                         const char *tokens)
{
    TdiStep step;
    const TdiWord *stride = tdi_net_option(item, TDI_OPTION_STRIDE);
    TdStatus status = tdi_net_need(builder, item, 3, 5, "rows and columns, or tokens");
    if (status != TD_OK)
        return status;
    if (stride != NULL)
        return tdi_net_fail(builder, stride,
                            "%s without a size is of all cells, and has no "
                            "stride",
                            item->kind->name);
    if (tdi_net_shape(builder)->rank == 3) {
        tdi_net_step(builder, &step, tokens, NULL);
        tdi_step_whole(&step, "axes", &(int64_t){1}, 1);
        tdi_step_whole(&step, "keepdims", &(int64_t){0}, 1);
        const int64_t sizes[] = {1, step.shape.size[2]};
        step.shape = tdi_shape_of(2, sizes);
        return tdi_net_add_step(builder, item, &step);
    }
    tdi_net_step(builder, &step, cells, NULL);
    for (int i = 2; i < step.shape.rank; i++)
        step.shape.size[i] = 1;
    return tdi_net_add_step(builder, item, &step);
}

static bool has_size(const TdiNetItem *item)
{
    return item->size.length > 0 || tdi_net_option(item, TDI_OPTION_SIZE) != NULL;
}

TdStatus tdi_net_max(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdStatus status = has_size(item) ? pool(builder, item, "MaxPool")
                                     : pool_all(builder, item, "GlobalMaxPool", "ReduceMax");
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

TdStatus tdi_net_mean(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdStatus status = has_size(item)
                          ? pool(builder, item, "AveragePool")
                          : pool_all(builder, item, "GlobalAveragePool", "ReduceMean");
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

TdStatus tdi_net_upsample(TdiNetBuilder *builder, const TdiNetItem *item)
{
    static const char *const modes[] = {"nearest", "linear", NULL};
    TdiStep step;
    unsigned mode;
    int64_t factors[TDI_SPATIAL];
    double scales[2 + TDI_SPATIAL] = {1, 1};
    const TdiWord *size = tdi_net_option(item, TDI_OPTION_SIZE);
    TdStatus status = tdi_net_need(builder, item, 4, 5, "rows and columns");
    if (status != TD_OK)
        return status;
    int rank = tdi_net_shape(builder)->rank;
    status = tdi_net_sizes(builder, size != NULL ? size : &item->size, "size", rank - 2, 1,
                           GREATEST_FACTOR, factors);
    if (status == TD_OK)
        status = tdi_net_option_choice(builder, item, TDI_OPTION_MODE, modes, 0, &mode);
    if (status != TD_OK)
        return status;
    tdi_net_step(builder, &step, "Resize", NULL);
    tdi_step_words(&step, "mode", modes[mode]);
    for (int i = 2; i < rank; i++) {
        scales[i] = (double)factors[i - 2];
        step.shape.size[i] *= factors[i - 2];
    }
    tdi_step_input(&step, -1);
    tdi_step_input(&step,
                   tdi_step_constant_real(builder->graph, step.name, "scales", scales, rank));
    status = tdi_net_add_step(builder, item, &step);
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

/* The middle of rows and columns. */
TdStatus tdi_net_crop(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    char words[100];
    int64_t sizes[TDI_SPATIAL], starts[TDI_SPATIAL], ends[TDI_SPATIAL], axes[TDI_SPATIAL];
    const TdiWord *word = tdi_net_argument(item, 0);
    TdStatus status = tdi_net_need(builder, item, 4, 5, "rows and columns");
    if (status != TD_OK)
        return status;
    const TdiShape *shape = tdi_net_shape(builder);
    int count = shape->rank - 2;
    status = tdi_net_sizes(builder, word, "size", count, 1, TDI_NET_GREATEST_SIZE, sizes);
    if (status != TD_OK)
        return status;
    for (int i = 0; i < count; i++) {
        if (sizes[i] > shape->size[2 + i])
            return tdi_net_fail(builder, word, "%.*s is more than what is fed, %s",
                                tdi_word_shown(word), word->words,
                                tdi_net_shape_words(shape, words));
        starts[i] = (shape->size[2 + i] - sizes[i]) / 2;
        ends[i] = starts[i] + sizes[i];
        axes[i] = 2 + i;
    }
    tdi_net_step(builder, &step, "Slice", NULL);
    memcpy(step.shape.size + 2, sizes, (size_t)count * sizeof *sizes);
    const int inputs[] = {builder->current,
                          tdi_step_constant(builder->graph, step.name, "starts", starts, count),
                          tdi_step_constant(builder->graph, step.name, "ends", ends, count),
                          tdi_step_constant(builder->graph, step.name, "axes", axes, count)};
    step.many = inputs;
    step.inputs_used = 4;
    return tdi_net_add_step(builder, item, &step);
}

/* ---- What only moves numbers ------------------------------------------------------------- */

TdStatus tdi_net_transpose(TdiNetBuilder *builder, const TdiNetItem *item, const char *suffix,
                           const int64_t *order)
{
    TdiStep step;
    const TdiShape shape = *tdi_net_shape(builder);
    tdi_net_step(builder, &step, "Transpose", suffix);
    tdi_step_whole(&step, "perm", order, shape.rank);
    for (int i = 0; i < shape.rank; i++)
        step.shape.size[i] = shape.size[order[i]];
    return tdi_net_add_step(builder, item, &step);
}

TdStatus tdi_net_flatten(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    TdStatus status = tdi_net_need(builder, item, 2, 5, "");
    if (status != TD_OK || tdi_net_shape(builder)->rank == 2)
        return status;
    const int64_t sizes[] = {1, tdi_shape_elements(tdi_net_shape(builder))};
    tdi_net_step(builder, &step, "Flatten",
                 item->kind->build == tdi_net_flatten ? NULL : "flatten");
    tdi_step_whole(&step, "axis", &(int64_t){1}, 1);
    step.shape = tdi_shape_of(2, sizes);
    return tdi_net_add_step(builder, item, &step);
}

TdStatus tdi_net_dropout(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    double ratio = 0.5;
    const TdiWord *said = tdi_net_argument(item, 0);
    TdStatus status = tdi_net_need(builder, item, 2, 5, "");
    if (status != TD_OK)
        return status;
    TdiWord word = said == NULL ? (TdiWord){0} : tdi_net_word(builder, said);
    if (said != NULL &&
        (!tdi_parse_real(word.words, word.length, &ratio) || ratio < 0 || ratio >= 1))
        return tdi_net_fail(builder, said,
                            "\"%.*s\" is no share from 0 to 1, as in dropout 0.5",
                            tdi_word_shown(&word), word.words);
    tdi_net_step(builder, &step, "Dropout", NULL);
    tdi_step_real(&step, "ratio", ratio);
    return tdi_net_add_step(builder, item, &step);
}

/* The channels that are named, which count from 1; *count is the room there is. */
static TdStatus read_picked(const TdiNetBuilder *builder, const TdiNetItem *item,
                            int64_t *picked, int *count)
{
    const TdiNetArgument *argument = item->arguments;
    int64_t channels = tdi_net_channels(tdi_net_shape(builder));
    int most = *count;
    for (*count = 0; argument != NULL; argument = argument->next) {
        if (*count == most)
            return tdi_net_fail(builder, &argument->value, "more than %d channels are picked",
                                most);
        TdStatus status =
            tdi_net_number(builder, &argument->value, "channel", 1, channels, &picked[*count]);
        if (status != TD_OK)
            return status;
        picked[(*count)++]--;
    }
    return TD_OK;
}

TdStatus tdi_net_pick(TdiNetBuilder *builder, const TdiNetItem *item)
{
    enum { MOST = 1024 };
    TdiStep step;
    int64_t picked[MOST];
    int count = MOST;
    TdStatus status = tdi_net_need(builder, item, 2, 5, "");
    if (status == TD_OK)
        status = read_picked(builder, item, picked, &count);
    if (status != TD_OK)
        return status;
    int64_t axis = tdi_net_channel_axis(tdi_net_shape(builder));
    builder->layers += (unsigned)count; /* so much room it takes */
    tdi_net_step(builder, &step, "Gather", NULL);
    tdi_step_whole(&step, "axis", &axis, 1);
    step.shape.size[axis] = count;
    tdi_step_input(&step,
                   tdi_step_constant(builder->graph, step.name, "channels", picked, count));
    return tdi_net_add_step(builder, item, &step);
}
