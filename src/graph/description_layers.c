/* Layers with weights, norms, activations. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "graph/description_window.h"
#include "tiedye/recipe.h"

enum { GREATEST_WIDTH = TD_MAX_WIDTH };

typedef enum Norm { NORM_NONE, NORM_BATCH, NORM_LAYER, NORM_GROUP } Norm;
static const char *const norms[] = {"none", "batch", "layer", "group", NULL};

enum { USUAL_GROUPS = 32 };

/* ---- Activations ------------------------------------------------------------------------- */

TdStatus tdi_net_softmax(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    TdStatus status = tdi_net_need(builder, item, 2, 5, "");
    if (status != TD_OK)
        return status;
    tdi_net_step(builder, &step, "Softmax",
                 item->kind->build == tdi_net_softmax ? NULL : "softmax");
    int64_t axis = tdi_net_channel_axis(tdi_net_shape(builder));
    tdi_step_whole(&step, "axis", &axis, 1);
    return tdi_net_add_step(builder, item, &step);
}

static TdStatus activate(TdiNetBuilder *builder, const TdiNetItem *item, TdActivation act,
                         const char *suffix)
{
    TdiStep step;
    tdi_net_step(builder, &step, NULL, suffix);
    return tdi_step_activation(&step, act) ? tdi_net_add_step(builder, item, &step) : TD_OK;
}

TdStatus tdi_net_activation(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdStatus status = tdi_net_need(builder, item, 2, 5, "");
    return status == TD_OK ? activate(builder, item, item->kind->activation, NULL) : status;
}

static TdStatus unknown_activation(TdiNetBuilder *builder, const TdiWord *said,
                                   const TdiWord *word)
{
    const char *names[TD_ACT_COUNT + 2];
    for (int i = 0; i < TD_ACT_COUNT; i++)
        names[i] = td_activation_info((TdActivation)i)->name;
    names[TD_ACT_COUNT] = "softmax";
    names[TD_ACT_COUNT + 1] = "none";
    const char *near = tdi_nearest_name(word->words, word->length, names, TD_ACT_COUNT + 2);
    return tdi_net_fail(builder, said, "\"%.*s\" is no activation; %s%s%s",
                        tdi_word_shown(word), word->words,
                        near != NULL ? "did you mean " : "there are relu, tanh, softmax, none",
                        near != NULL ? near : " and those that `tiedye list activations` names",
                        near != NULL ? "?" : "");
}

static TdStatus add_activation(TdiNetBuilder *builder, const TdiNetItem *item,
                               const TdiWord *said)
{
    char name[40];
    TdiWord word = tdi_net_word(builder, said);
    if (tdi_word_is(&word, "none"))
        return TD_OK;
    if (tdi_word_is(&word, "softmax"))
        return tdi_net_softmax(builder, item);
    snprintf(name, sizeof name, "%.*s", tdi_word_shown(&word), word.words);
    TdActivation act = word.length < sizeof name ? td_activation_find(name) : TD_ACT_COUNT;
    if (act == TD_ACT_COUNT)
        return unknown_activation(builder, said, &word);
    return activate(builder, item, act, td_activation_info(act)->name);
}

/* ---- Norms ------------------------------------------------------------------------------- */

static TdStatus add_batch_norm(TdiNetBuilder *builder, const TdiNetItem *item,
                               const char *suffix)
{
    static const char *const parts[] = {"scale", "bias", "mean", "var"};
    TdiStep step;
    TdStatus status = tdi_net_need(builder, item, 2, 5, "");
    if (status != TD_OK)
        return status;
    const char *type = "BatchNormalization";
    int64_t channels = tdi_net_channels(tdi_net_shape(builder));
    int inputs[5] = {builder->current};
    tdi_net_step(builder, &step, type, suffix);
    for (int i = 0; i < 4; i++)
        inputs[1 + i] = tdi_step_stored(builder->graph, step.name, parts[i], 1, &channels);
    step.many = inputs;
    step.inputs_used = 5;
    return tdi_net_add_step(builder, item, &step);
}

/* Of each cell or token, over its channels, which must be the last axis. */
static TdStatus add_layer_norm(TdiNetBuilder *builder, const TdiNetItem *item,
                               const char *suffix)
{
    static const int64_t forth[][5] = {{0, 2, 3, 1}, {0, 2, 3, 4, 1}};
    static const int64_t back[][5] = {{0, 3, 1, 2}, {0, 4, 1, 2, 3}};
    TdiStep step;
    TdStatus status = tdi_net_need(builder, item, 2, 5, "");
    if (status != TD_OK)
        return status;
    int rank = tdi_net_shape(builder)->rank;
    int64_t channels = tdi_net_channels(tdi_net_shape(builder));
    if (rank > 3)
        status = tdi_net_transpose(builder, item, "channels-last", forth[rank - 4]);
    if (status != TD_OK)
        return status;
    tdi_net_step(builder, &step, "LayerNormalization", suffix);
    tdi_step_whole(&step, "axis", &(int64_t){-1}, 1);
    tdi_net_stored(builder, &step, "scale", 1, &channels);
    tdi_net_stored(builder, &step, "bias", 1, &channels);
    status = tdi_net_add_step(builder, item, &step);
    if (status == TD_OK && rank > 3)
        status = tdi_net_transpose(builder, item, "channels-first", back[rank - 4]);
    return status;
}

static TdStatus add_group_norm(TdiNetBuilder *builder, const TdiNetItem *item,
                               const char *suffix, int64_t groups)
{
    TdiStep step;
    TdStatus status = tdi_net_need(builder, item, 4, 5, "rows and columns");
    if (status != TD_OK)
        return status;
    int64_t channels = tdi_net_channels(tdi_net_shape(builder));
    if (channels % groups != 0)
        return tdi_net_fail(builder, &item->word, "%lld groups do not divide %lld channels",
                            (long long)groups, (long long)channels);
    tdi_net_step(builder, &step, "GroupNormalization", suffix);
    tdi_step_whole(&step, "num_groups", &groups, 1);
    tdi_net_stored(builder, &step, "scale", 1, &channels);
    tdi_net_stored(builder, &step, "bias", 1, &channels);
    return tdi_net_add_step(builder, item, &step);
}

TdStatus tdi_net_batch_norm(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdStatus status = add_batch_norm(builder, item, NULL);
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

TdStatus tdi_net_layer_norm(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdStatus status = add_layer_norm(builder, item, NULL);
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

TdStatus tdi_net_group_norm(TdiNetBuilder *builder, const TdiNetItem *item)
{
    int64_t groups;
    TdStatus status = tdi_net_option_number(builder, item, TDI_OPTION_GROUPS, USUAL_GROUPS,
                                            GREATEST_WIDTH, &groups);
    if (status == TD_OK)
        status = add_group_norm(builder, item, NULL, groups);
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

/* Local response normalisation. */
TdStatus tdi_net_lrn(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    int64_t size;
    TdStatus status = tdi_net_need(builder, item, 4, 5, "rows and columns");
    if (status == TD_OK)
        status =
            tdi_net_option_number(builder, item, TDI_OPTION_SIZE, 5, GREATEST_WIDTH, &size);
    if (status != TD_OK)
        return status;
    tdi_net_step(builder, &step, "LRN", NULL);
    tdi_step_whole(&step, "size", &size, 1);
    status = tdi_net_add_step(builder, item, &step);
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

static TdStatus add_norm(TdiNetBuilder *builder, const TdiNetItem *item)
{
    unsigned norm;
    TdStatus status =
        tdi_net_option_choice(builder, item, TDI_OPTION_NORM, norms, NORM_NONE, &norm);
    if (status != TD_OK || norm == NORM_NONE)
        return status;
    if (norm == NORM_BATCH)
        return add_batch_norm(builder, item, "batch-norm");
    return norm == NORM_LAYER ? add_layer_norm(builder, item, "layer-norm")
                              : add_group_norm(builder, item, "group-norm", USUAL_GROUPS);
}

TdStatus tdi_net_finish(TdiNetBuilder *builder, const TdiNetItem *item)
{
    const TdiWord *act =
        item->act.words != NULL ? &item->act : tdi_net_option(item, TDI_OPTION_ACT);
    TdStatus status = add_norm(builder, item);
    if (status == TD_OK && act != NULL)
        status = add_activation(builder, item, act);
    return status;
}

TdStatus tdi_net_bias(const TdiNetBuilder *builder, const TdiNetItem *item, bool *bias)
{
    unsigned norm;
    TdStatus status =
        tdi_net_option_choice(builder, item, TDI_OPTION_NORM, norms, NORM_NONE, &norm);
    if (status != TD_OK)
        return status;
    return tdi_net_option_flag(builder, item, TDI_OPTION_BIAS, norm == NORM_NONE, bias);
}

/* ---- Convolutions ------------------------------------------------------------------------ */

/* A convolution, or (spreads) its transpose, whose weights have the channels it is fed first.
 */
static TdStatus convolve(TdiNetBuilder *builder, const TdiNetItem *item, bool spreads,
                         int64_t width, int64_t groups)
{
    TdiNetWindow window;
    TdiStep step;
    bool bias;
    TdStatus status = spreads ? tdi_net_spread(builder, item, &window)
                              : tdi_net_window(builder, item, 1, &window);
    if (status == TD_OK)
        status = tdi_net_bias(builder, item, &bias);
    if (status != TD_OK)
        return status;
    int64_t in = tdi_net_channels(tdi_net_shape(builder));
    if (in % groups != 0 || width % groups != 0)
        return tdi_net_fail(builder, &item->word,
                            "%lld groups do not divide %lld channels to %lld",
                            (long long)groups, (long long)in, (long long)width);
    int64_t sizes[2 + TDI_SPATIAL] = {spreads ? in : width,
                                      spreads ? width / groups : in / groups};
    memcpy(sizes + 2, window.kernel, sizeof window.kernel);
    tdi_net_step(builder, &step, spreads ? "ConvTranspose" : "Conv", NULL);
    tdi_net_window_attributes(&step, &window);
    tdi_step_whole(&step, "group", &groups, 1);
    tdi_net_window_shape(&step, &window, width);
    tdi_net_stored(builder, &step, "weight", 2 + window.axes, sizes);
    if (bias)
        tdi_net_stored(builder, &step, "bias", 1, &width);
    status = tdi_net_add_step(builder, item, &step);
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

static TdStatus convolve_wide(TdiNetBuilder *builder, const TdiNetItem *item, bool spreads)
{
    int64_t width, groups;
    TdStatus status =
        tdi_net_number(builder, tdi_net_argument(item, 0), "width", 1, GREATEST_WIDTH, &width);
    if (status == TD_OK)
        status =
            tdi_net_option_number(builder, item, TDI_OPTION_GROUPS, 1, GREATEST_WIDTH, &groups);
    return status == TD_OK ? convolve(builder, item, spreads, width, groups) : status;
}

TdStatus tdi_net_conv(TdiNetBuilder *builder, const TdiNetItem *item)
{
    return convolve_wide(builder, item, false);
}

TdStatus tdi_net_upconv(TdiNetBuilder *builder, const TdiNetItem *item)
{
    return convolve_wide(builder, item, true);
}

TdStatus tdi_net_depthwise(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdStatus status = tdi_net_need(builder, item, 4, 5, "rows and columns");
    if (status != TD_OK)
        return status;
    int64_t channels = tdi_net_channels(tdi_net_shape(builder));
    return convolve(builder, item, false, channels, channels);
}

/* ---- Dense layers ------------------------------------------------------------------------ */

static TdStatus multiply_row(TdiNetBuilder *builder, const TdiNetItem *item, int64_t width,
                             bool bias)
{
    TdiStep step;
    int64_t sizes[] = {width, tdi_net_channels(tdi_net_shape(builder))};
    tdi_net_step(builder, &step, "Gemm", NULL);
    tdi_step_whole(&step, "transB", &(int64_t){1}, 1);
    tdi_net_stored(builder, &step, "weight", 2, sizes);
    if (bias)
        tdi_net_stored(builder, &step, "bias", 1, &width);
    step.shape.size[1] = width;
    return tdi_net_add_step(builder, item, &step);
}

TdStatus tdi_net_product(TdiNetBuilder *builder, const TdiNetItem *item, int64_t width,
                         bool bias)
{
    TdiStep step;
    if (tdi_net_shape(builder)->rank == 2)
        return multiply_row(builder, item, width, bias);
    int64_t sizes[] = {tdi_net_channels(tdi_net_shape(builder)), width};
    tdi_net_step(builder, &step, "MatMul", NULL);
    tdi_net_stored(builder, &step, "weight", 2, sizes);
    step.shape.size[2] = width;
    TdStatus status = tdi_net_add_step(builder, item, &step);
    if (status != TD_OK || !bias)
        return status;
    tdi_net_step(builder, &step, "Add", "bias");
    tdi_net_stored(builder, &step, "bias", 1, &width);
    return tdi_net_add_step(builder, item, &step);
}

TdStatus tdi_net_dense(TdiNetBuilder *builder, const TdiNetItem *item)
{
    int64_t width;
    bool bias;
    TdStatus status = tdi_net_need(builder, item, 2, 5, "");
    if (status == TD_OK)
        status = tdi_net_number(builder, tdi_net_argument(item, 0), "width", 1, GREATEST_WIDTH,
                                &width);
    if (status == TD_OK)
        status = tdi_net_bias(builder, item, &bias);
    if (status == TD_OK && tdi_net_shape(builder)->rank > 3)
        status = tdi_net_flatten(builder, item);
    if (status == TD_OK)
        status = tdi_net_product(builder, item, width, bias);
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

/* A learned factor for each channel, and a summand. */
TdStatus tdi_net_scale(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    bool bias;
    TdStatus status = tdi_net_need(builder, item, 2, 5, "");
    if (status == TD_OK)
        status = tdi_net_option_flag(builder, item, TDI_OPTION_BIAS, false, &bias);
    if (status != TD_OK)
        return status;
    /* (channels, 1, 1) or (channels) */
    int rank = tdi_net_shape(builder)->rank;
    int64_t sizes[1 + TDI_SPATIAL] = {tdi_net_channels(tdi_net_shape(builder)), 1, 1, 1};
    int axes = rank > 3 ? rank - 1 : 1;
    tdi_net_step(builder, &step, "Mul", NULL);
    tdi_net_stored(builder, &step, "factor", axes, sizes);
    status = tdi_net_add_step(builder, item, &step);
    if (status == TD_OK && bias) {
        tdi_net_step(builder, &step, "Add", "bias");
        tdi_net_stored(builder, &step, "bias", axes, sizes);
        status = tdi_net_add_step(builder, item, &step);
    }
    return status == TD_OK ? tdi_net_finish(builder, item) : status;
}

/* Distances to fixed centres, which are no weights. */
TdStatus tdi_net_rbf(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiStep step;
    int64_t width;
    TdStatus status = tdi_net_need(builder, item, 2, 2, "one row of numbers");
    if (status == TD_OK)
        status = tdi_net_number(builder, tdi_net_argument(item, 0), "width", 1, GREATEST_WIDTH,
                                &width);
    if (status != TD_OK)
        return status;
    tdi_net_step(builder, &step, "rbf", NULL);
    step.domain = "tiedye";
    step.shape.size[1] = width;
    return tdi_net_add_step(builder, item, &step);
}
