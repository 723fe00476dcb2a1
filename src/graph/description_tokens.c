/* Layers of transformers: tokens are (1, number, width). */
#include <stdio.h>
#include <string.h>

#include "graph/description_window.h"
#include "tiedye/recipe.h"

enum { GREATEST_WIDTH = TD_MAX_WIDTH };

static const char tokens_are[] = "tokens (input 197x768, or patch16 768 of an image)";

static TdStatus read_width(const TdiNetBuilder *builder, const TdiNetItem *item, int64_t *width)
{
    return tdi_net_number(builder, tdi_net_argument(item, 0), "width", 1, GREATEST_WIDTH,
                          width);
}

/* A table of `words` rows; its row for each number that is fed. */
TdStatus tdi_net_embed(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    int64_t width, words;
    TdStatus status = tdi_net_need(builder, item, 2, 2, "one row of numbers (input 1024)");
    if (status == TD_OK)
        status = read_width(builder, item, &width);
    if (status == TD_OK && tdi_net_option(item, TDI_OPTION_WORDS) == NULL)
        return tdi_net_fail(builder, &item->word, "embed needs the number of words, as in %s",
                            item->kind->example);
    if (status == TD_OK)
        status = tdi_net_option_number(builder, item, TDI_OPTION_WORDS, 1,
                                       TDI_NET_GREATEST_SIZE, &words);
    if (status != TD_OK)
        return status;
    const int64_t table[] = {words, width};
    const int64_t made[] = {1, tdi_net_shape(builder)->size[1], width};
    builder->graph->tensors[builder->current].element = TDI_ELEMENT_INT64;
    tdi_net_step(builder, &step, "Gather", NULL);
    builder->embedding = tdi_step_stored(builder->graph, step.name, "table", 2, table);
    step.inputs[0] = builder->embedding;
    tdi_step_input(&step, builder->current);
    step.shape = tdi_shape_of(3, made);
    return tdi_net_add_step(builder, item, &step);
}

/* Back to words, by the same table. */
TdStatus tdi_net_unembed(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    TdStatus status = tdi_net_need(builder, item, 3, 3, tokens_are);
    if (status != TD_OK)
        return status;
    if (builder->embedding < 0)
        return tdi_net_fail(builder, &item->word, "unembed needs an embed before it");
    const TdiShape table = builder->graph->tensors[builder->embedding].shape;
    int64_t width = tdi_net_channels(tdi_net_shape(builder));
    if (width != table.size[1])
        return tdi_net_fail(builder, &item->word,
                            "unembed is fed a width of %lld, and the embedding has %lld",
                            (long long)width, (long long)table.size[1]);
    tdi_net_step(builder, &step, "FusedMatMul", NULL);
    step.domain = "com.microsoft";
    tdi_step_whole(&step, "transB", &(int64_t){1}, 1);
    tdi_step_input(&step, builder->embedding);
    step.shape.size[2] = table.size[0];
    status = tdi_net_add_step(builder, item, &step);
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

/* Rows and columns become tokens. */
TdStatus tdi_net_tokens(TdiNetBuilder *builder, const TdiNetItem *item)
{
    static const int64_t order[] = {0, 2, 1};
    TdiStep step;
    TdStatus status = tdi_net_need(builder, item, 4, 5, "rows and columns");
    if (status != TD_OK)
        return status;
    TdiShape cells = *tdi_net_shape(builder);
    int64_t channels = cells.size[1];
    cells.size[1] = 1;
    int64_t sizes[] = {1, channels, tdi_shape_elements(&cells)};
    if (sizes[2] < 0 || sizes[2] > TDI_NET_GREATEST_SIZE)
        return tdi_net_fail(builder, &item->word, "these are too many tokens");
    tdi_net_step(builder, &step, "Reshape", "reshape");
    tdi_step_input(&step, tdi_step_constant(builder->graph, step.name, "sizes", sizes, 3));
    step.shape = tdi_shape_of(3, sizes);
    status = tdi_net_add_step(builder, item, &step);
    return status == TD_OK ? tdi_net_transpose(builder, item, NULL, order) : status;
}

/* An image in patches, each one token. */
TdStatus tdi_net_patch(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiNetWindow window;
    TdiStep step;
    int64_t width;
    bool bias;
    TdStatus status = tdi_net_window(builder, item, 0, &window);
    if (status == TD_OK)
        status = read_width(builder, item, &width);
    if (status == TD_OK)
        status = tdi_net_option_flag(builder, item, TDI_OPTION_BIAS, true, &bias);
    if (status != TD_OK)
        return status;
    int64_t sizes[2 + TDI_SPATIAL] = {width, tdi_net_channels(tdi_net_shape(builder))};
    memcpy(sizes + 2, window.kernel, sizeof window.kernel);
    tdi_net_step(builder, &step, "Conv", NULL);
    tdi_net_window_attributes(&step, &window);
    tdi_net_window_shape(&step, &window, width);
    tdi_net_stored(builder, &step, "weight", 2 + window.axes, sizes);
    if (bias)
        tdi_net_stored(builder, &step, "bias", 1, &width);
    status = tdi_net_add_step(builder, item, &step);
    return status == TD_OK ? tdi_net_tokens(builder, item) : status;
}

/* A learned token before the others. */
TdStatus tdi_net_class_token(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    TdStatus status = tdi_net_need(builder, item, 3, 3, tokens_are);
    if (status != TD_OK)
        return status;
    int64_t sizes[] = {1, 1, tdi_net_shape(builder)->size[2]};
    tdi_net_step(builder, &step, "Concat", NULL);
    step.inputs[0] = tdi_step_stored(builder->graph, step.name, "token", 3, sizes);
    tdi_step_input(&step, builder->current);
    tdi_step_whole(&step, "axis", &(int64_t){1}, 1);
    step.shape.size[1]++;
    return tdi_net_add_step(builder, item, &step);
}

TdStatus tdi_net_first_token(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    TdStatus status = tdi_net_need(builder, item, 3, 3, tokens_are);
    if (status != TD_OK)
        return status;
    const int64_t sizes[] = {1, tdi_net_shape(builder)->size[2]};
    tdi_net_step(builder, &step, "Gather", NULL);
    tdi_step_whole(&step, "axis", &(int64_t){1}, 1);
    tdi_step_input(&step, tdi_step_scalar(builder->graph, step.name, "index", 0));
    step.shape = tdi_shape_of(2, sizes);
    return tdi_net_add_step(builder, item, &step);
}

/* A learned summand for each place and channel. */
TdStatus tdi_net_position(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    TdStatus status = tdi_net_need(builder, item, 3, 3, tokens_are);
    if (status != TD_OK)
        return status;
    const TdiShape shape = *tdi_net_shape(builder);
    tdi_net_step(builder, &step, "Add", NULL);
    tdi_net_stored(builder, &step, "position", 3, shape.size);
    return tdi_net_add_step(builder, item, &step);
}

/* Queries, keys, values and what is made of them: four products of (width, width). */
TdStatus tdi_net_attention(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    int64_t heads, width, three, one = 1;
    bool causal, bias;
    TdStatus status = tdi_net_need(builder, item, 3, 3, tokens_are);
    if (status == TD_OK)
        status =
            tdi_net_option_number(builder, item, TDI_OPTION_HEADS, 1, GREATEST_WIDTH, &heads);
    if (status == TD_OK)
        status = tdi_net_option_flag(builder, item, TDI_OPTION_CAUSAL, false, &causal);
    if (status == TD_OK)
        status = tdi_net_option_flag(builder, item, TDI_OPTION_BIAS, true, &bias);
    if (status != TD_OK)
        return status;
    width = tdi_net_shape(builder)->size[2];
    three = 3 * width;
    if (width % heads != 0)
        return tdi_net_fail(builder, &item->word, "%lld heads do not divide a width of %lld",
                            (long long)heads, (long long)width);
    const int64_t sizes[] = {width, three};
    tdi_net_step(builder, &step, "Attention", NULL);
    step.domain = "com.microsoft";
    tdi_step_whole(&step, "num_heads", &heads, 1);
    if (causal)
        tdi_step_whole(&step, "unidirectional", &one, 1);
    tdi_net_stored(builder, &step, "weight", 2, sizes);
    if (bias)
        tdi_net_stored(builder, &step, "bias", 1, &three);
    status = tdi_net_add_step(builder, item, &step);
    if (status != TD_OK)
        return status;
    snprintf(builder->label + strlen(builder->label),
             sizeof builder->label - strlen(builder->label), "/projection");
    return tdi_net_product(builder, item, width, bias);
}
