#include "graph/description_window.h"

#include <stdio.h>

enum { MOST = 65535 }; /* of kernels, strides, dilations and paddings */

static TdStatus read_along(const TdiNetBuilder *builder, const TdiNetItem *item,
                           TdiOption option, int axes, int64_t absent, int64_t *sizes)
{
    const TdiWord *word = tdi_net_option(item, option);
    for (int i = 0; i < axes; i++)
        sizes[i] = absent;
    return word == NULL
               ? TD_OK
               : tdi_net_sizes(builder, word, tdi_option_name(option), axes, 1, MOST, sizes);
}

static TdStatus read_kernel(const TdiNetBuilder *builder, const TdiNetItem *item,
                            TdiNetWindow *window)
{
    const TdiWord *word = tdi_net_option(item, TDI_OPTION_SIZE);
    if (word != NULL && item->size.length > 0)
        return tdi_net_fail(builder, word, "%s has two sizes", item->kind->name);
    return tdi_net_sizes(builder, word != NULL ? word : &item->size, "size", window->axes, 1,
                         MOST, window->kernel);
}

/* `padding=same`: n cells become n / stride, rounded up. Evenly around odd kernels; behind even
 * ones no more than they meet. */
static void pad_same(TdiNetWindow *window, int axis, int64_t n)
{
    int64_t stride = window->stride[axis];
    int64_t reach = window->dilation[axis] * (window->kernel[axis] - 1);
    int64_t before = reach / 2, behind = reach - before;
    int64_t met = (n + stride - 1) / stride * stride - stride + reach + 1 - n - before;
    if (behind > before && met < behind)
        behind = met < 0 ? 0 : met;
    window->pads[axis] = before;
    window->pads[window->axes + axis] = behind;
}

/* The same of a kernel that spreads: what it cuts off, so that they become n times stride. */
static void cut_same(TdiNetWindow *window, int axis)
{
    int64_t span = window->dilation[axis] * (window->kernel[axis] - 1) + 1;
    int64_t total = span > window->stride[axis] ? span - window->stride[axis] : 0;
    window->pads[axis] = total / 2;
    window->pads[window->axes + axis] = total - total / 2;
}

/* padding=same, valid, 1 or 1x3 */
static TdStatus read_padding(const TdiNetBuilder *builder, const TdiNetItem *item, bool spreads,
                             TdiNetWindow *window)
{
    const TdiWord *said = tdi_net_option(item, TDI_OPTION_PADDING);
    if (said == NULL)
        return TD_OK;
    TdiWord word = tdi_net_word(builder, said);
    if (tdi_word_is(&word, "valid"))
        return TD_OK;
    if (tdi_word_is(&word, "same")) {
        for (int i = 0; i < window->axes; i++)
            if (spreads)
                cut_same(window, i);
            else
                pad_same(window, i, tdi_net_shape(builder)->size[2 + i]);
        return TD_OK;
    }
    if (word.length > 0 && (word.words[0] | 32) >= 'a' && (word.words[0] | 32) <= 'z')
        return tdi_net_fail(builder, said,
                            "padding \"%.*s\" is none of same, valid, 1 and 1x3 (any numbers)",
                            tdi_word_shown(&word), word.words);
    TdStatus status =
        tdi_net_sizes(builder, said, "padding", window->axes, 0, MOST, window->pads);
    for (int i = 0; i < window->axes; i++)
        window->pads[window->axes + i] = window->pads[i];
    return status;
}

static TdStatus read_window(const TdiNetBuilder *builder, const TdiNetItem *item,
                            int64_t stride, bool spreads, TdiNetWindow *window)
{
    TdStatus status = tdi_net_need(builder, item, 4, 5, "rows and columns");
    if (status != TD_OK)
        return status;
    *window = (TdiNetWindow){.axes = tdi_net_shape(builder)->rank - 2};
    status = read_kernel(builder, item, window);
    if (status == TD_OK)
        status =
            read_along(builder, item, TDI_OPTION_STRIDE, window->axes, stride, window->stride);
    for (int i = 0; i < window->axes; i++)
        window->stride[i] = window->stride[i] == 0 ? window->kernel[i] : window->stride[i];
    if (status == TD_OK)
        status =
            read_along(builder, item, TDI_OPTION_DILATION, window->axes, 1, window->dilation);
    if (status == TD_OK)
        status = read_padding(builder, item, spreads, window);
    if (status == TD_OK)
        status = tdi_net_option_flag(builder, item, TDI_OPTION_CEIL, false, &window->ceil);
    return status;
}

/* The cells that a kernel makes of n; a window that begins beyond the last cell is none. */
static int64_t count_made(const TdiNetWindow *window, int axis, int64_t n)
{
    int64_t before = window->pads[axis], behind = window->pads[window->axes + axis];
    int64_t span = window->dilation[axis] * (window->kernel[axis] - 1) + 1;
    int64_t step = window->stride[axis], room = n + before + behind - span;
    if (room < 0)
        return 0;
    int64_t made = (room + (window->ceil ? step - 1 : 0)) / step + 1;
    return made - (window->ceil && (made - 1) * step >= n + before ? 1 : 0);
}

TdStatus tdi_net_window(const TdiNetBuilder *builder, const TdiNetItem *item, int64_t stride,
                        TdiNetWindow *window)
{
    char words[100];
    TdStatus status = read_window(builder, item, stride, false, window);
    if (status != TD_OK)
        return status;
    const TdiShape *shape = tdi_net_shape(builder);
    for (int i = 0; i < window->axes; i++) {
        window->made[i] = count_made(window, i, shape->size[2 + i]);
        if (window->made[i] < 1)
            return tdi_net_fail(builder, &item->word,
                                "the kernel is larger than what it is fed, %s; padding=same "
                                "would let it fit",
                                tdi_net_shape_words(shape, words));
    }
    return TD_OK;
}

TdStatus tdi_net_spread(const TdiNetBuilder *builder, const TdiNetItem *item,
                        TdiNetWindow *window)
{
    TdStatus status = read_window(builder, item, 0, true, window);
    if (status != TD_OK)
        return status;
    for (int i = 0; i < window->axes; i++) {
        int64_t span = window->dilation[i] * (window->kernel[i] - 1) + 1;
        int64_t cut = window->pads[i] + window->pads[window->axes + i];
        window->made[i] =
            (tdi_net_shape(builder)->size[2 + i] - 1) * window->stride[i] + span - cut;
        if (window->made[i] < 1)
            return tdi_net_fail(builder, &item->word, "the padding cuts off all that it makes");
    }
    return TD_OK;
}

void tdi_net_window_attributes(TdiStep *step, const TdiNetWindow *window)
{
    tdi_step_whole(step, "kernel_shape", window->kernel, window->axes);
    tdi_step_whole(step, "strides", window->stride, window->axes);
    tdi_step_whole(step, "pads", window->pads, 2 * window->axes);
    tdi_step_whole(step, "dilations", window->dilation, window->axes);
    if (window->ceil)
        tdi_step_whole(step, "ceil_mode", &(int64_t){1}, 1);
}

void tdi_net_window_shape(TdiStep *step, const TdiNetWindow *window, int64_t channels)
{
    if (channels != 0)
        step->shape.size[1] = channels;
    for (int i = 0; i < window->axes; i++)
        step->shape.size[2 + i] = window->made[i];
}
