/* Shapes of what slides a window over the axes behind the channels, and of what resizes them.
 */
#include <math.h>
#include <string.h>

#include "graph/infer.h"

/* ---- The window ---------------------------------------------------------------------- */

/* `axes` numbers of an attribute, each at least `least`, or `absent` where there is none. */
static bool read_each(const TdiOperator *op, const char *name, int axes, int64_t least,
                      int64_t absent, int64_t *to)
{
    const TdiAttribute *found = tdi_attribute(op, name);
    bool given = found != NULL && found->whole != NULL && found->count > 0;
    if (given && found->count != (size_t)axes)
        return false;
    for (int i = 0; i < axes; i++) {
        to[i] = given ? found->whole[i] : absent;
        if (to[i] < least)
            return false;
    }
    return true;
}

static bool read_pads(const TdiOperator *op, int axes, TdiWindow *window)
{
    int64_t pads[2 * TDI_MAX_RANK];
    if (!read_each(op, "pads", 2 * axes, 0, 0, pads))
        return false;
    memcpy(window->begin, pads, (size_t)axes * sizeof *pads);
    memcpy(window->end, pads + axes, (size_t)axes * sizeof *pads);
    return true;
}

bool tdi_window(const TdiOperator *op, int axes, const TdiShape *weights, TdiWindow *window)
{
    *window = (TdiWindow){.axes = axes};
    if (axes < 0 || axes > TDI_MAX_RANK - 2)
        return false;
    if (weights != NULL && weights->rank == axes + 2)
        memcpy(window->kernel, weights->size + 2, (size_t)axes * sizeof(int64_t));
    if ((weights == NULL || weights->rank < 0) &&
        !read_each(op, "kernel_shape", axes, 1, -1, window->kernel))
        return false;
    for (int i = 0; i < axes; i++)
        if (window->kernel[i] < 1)
            return false;
    return read_each(op, "strides", axes, 1, 1, window->stride) &&
           read_each(op, "dilations", axes, 1, 1, window->dilation) &&
           read_pads(op, axes, window);
}

/* Cells from the first to the last that the kernel touches. */
static int64_t window_reach(const TdiWindow *window, int i)
{
    return tdi_plus(tdi_times(window->kernel[i] - 1, window->dilation[i]), 1);
}

static bool pads_same(const TdiOperator *op)
{
    return strncmp(tdi_attribute_words(op, "auto_pad", ""), "SAME", 4) == 0;
}

static bool pads_none(const TdiOperator *op)
{
    return strcmp(tdi_attribute_words(op, "auto_pad", ""), "VALID") == 0;
}

static int64_t divide_up(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

/* How many places the window has along axis i of `size` cells. */
static int64_t window_places(const TdiOperator *op, const TdiWindow *window, int i,
                             int64_t size)
{
    int64_t stride = window->stride[i], reach = window_reach(window, i);
    if (size < 0 || reach < 0)
        return -1;
    if (pads_same(op))
        return divide_up(size, stride);
    int64_t begin = pads_none(op) ? 0 : window->begin[i];
    int64_t end = pads_none(op) ? 0 : window->end[i];
    int64_t room = tdi_plus(tdi_plus(size, begin), end);
    if (room < reach)
        return -1;
    if (tdi_attribute_whole(op, "ceil_mode", 0) == 0)
        return (room - reach) / stride + 1;
    int64_t places = divide_up(room - reach, stride) + 1;
    /* A last window that would begin in the padding is left out. */
    if (tdi_times(places - 1, stride) >= tdi_plus(size, begin))
        places--;
    return places;
}

static void slide(const TdiOperator *op, const TdiWindow *window, const TdiShape *input,
                  TdiShape *out)
{
    for (int i = 0; i < window->axes; i++)
        out->size[i + 2] =
            input->rank < 0 ? -1 : window_places(op, window, i, input->size[i + 2]);
}

/* ---- Convolutions -------------------------------------------------------------------- */

int tdi_weights_slot(const TdiOperator *op)
{
    return strcmp(op->type, "QLinearConv") == 0 ? 3 : 1;
}

/* The input and the weights, of one rank, where that much is known. */
static bool conv_shapes(const TdiGraph *graph, const TdiOperator *op, TdiShape *x, TdiShape *w)
{
    *x = tdi_input_shape(graph, op, 0);
    *w = tdi_input_shape(graph, op, tdi_weights_slot(op));
    if (tdi_attribute_whole(op, "channels_last", 0) != 0 || (x->rank >= 0 && x->rank < 2))
        return false;
    return w->rank >= 2 && (x->rank < 0 || x->rank == w->rank);
}

static int conv_element(const TdiGraph *graph, const TdiOperator *op)
{
    if (strcmp(op->type, "ConvInteger") == 0)
        return TDI_ELEMENT_INT32;
    bool quantised = strcmp(op->type, "QLinearConv") == 0;
    return quantised ? tdi_input_element(graph, op, 7) : TDI_ELEMENT_UNKNOWN;
}

void tdi_infer_conv(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x, w;
    TdiWindow window;
    int64_t channels, groups = tdi_attribute_whole(op, "group", 1);
    if (!conv_shapes(graph, op, &x, &w) || !tdi_window(op, w.rank - 2, &w, &window) ||
        groups < 1 || (w.size[1] >= 0 && tdi_times(w.size[1], groups) < 0))
        return;
    if (x.rank >= 0 && !tdi_same_size(x.size[1], tdi_times(w.size[1], groups), &channels))
        return;
    TdiShape out = {.rank = w.rank, .size = {x.rank < 0 ? -1 : x.size[0], w.size[0]}};
    slide(op, &window, &x, &out);
    tdi_put(graph, op, 0, &out, conv_element(graph, op));
}

/* Multiply-adds of `cells` cells, each with all numbers of the kernels behind the first axis.
 */
static bool each_with_kernels(int64_t cells, const TdiShape *w, uint64_t *macs)
{
    for (int i = 1; i < w->rank; i++)
        cells = tdi_times(cells, w->size[i]);
    *macs = cells < 0 ? 0 : (uint64_t)cells;
    return cells >= 0;
}

bool tdi_macs_conv(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    const TdiTensor *out = tdi_output(graph, op, 0);
    TdiShape x, w;
    if (out == NULL || !conv_shapes(graph, op, &x, &w))
        return false;
    return each_with_kernels(tdi_shape_elements(&out->shape), &w, macs);
}

/* One axis of a transposed convolution. */
static int64_t grow(const TdiOperator *op, const TdiWindow *window, int i, int64_t size,
                    int64_t more)
{
    if (size < 1)
        return -1;
    if (pads_same(op))
        return tdi_times(size, window->stride[i]);
    int64_t full = tdi_plus(tdi_times(size - 1, window->stride[i]), window_reach(window, i));
    if (window_reach(window, i) < 0)
        return -1;
    full = tdi_plus(full, more);
    if (pads_none(op))
        return full;
    full = tdi_plus(tdi_plus(full, -window->begin[i]), -window->end[i]);
    return full < 1 ? -1 : full;
}

void tdi_infer_conv_transpose(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x, w;
    TdiWindow window;
    int64_t more[TDI_MAX_RANK], channels, groups = tdi_attribute_whole(op, "group", 1);
    if (!conv_shapes(graph, op, &x, &w) || groups < 1 ||
        !tdi_window(op, w.rank - 2, &w, &window) ||
        !read_each(op, "output_padding", window.axes, 0, 0, more))
        return;
    if (x.rank >= 0 && !tdi_same_size(x.size[1], w.size[0], &channels))
        return;
    TdiShape out = {
        .rank = w.rank,
        .size = {x.rank < 0 ? -1 : x.size[0], tdi_times(w.size[1], groups)},
    };
    TdiList asked = tdi_list(graph, op, "output_shape", -1);
    bool given = asked.given && asked.count >= (size_t)window.axes && window.axes > 0;
    for (int i = 0; i < window.axes; i++) {
        if (given) /* the last numbers of it: some write batch and channels before them */
            out.size[i + 2] = asked.whole[asked.count - (size_t)(window.axes - i)];
        else
            out.size[i + 2] = x.rank < 0 ? -1 : grow(op, &window, i, x.size[i + 2], more[i]);
    }
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

bool tdi_macs_conv_transpose(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    TdiShape x, w;
    return conv_shapes(graph, op, &x, &w) &&
           each_with_kernels(tdi_shape_elements(&x), &w, macs);
}

/* ---- Pools --------------------------------------------------------------------------- */

void tdi_infer_pool(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    TdiWindow window;
    if (x.rank < 2 || tdi_attribute_whole(op, "channels_last", 0) != 0 ||
        !tdi_window(op, x.rank - 2, NULL, &window))
        return;
    TdiShape out = x;
    slide(op, &window, &x, &out);
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
    tdi_put(graph, op, 1, &out, TDI_ELEMENT_INT64);
}

void tdi_infer_global_pool(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    bool last = tdi_attribute_whole(op, "channels_last", 0) != 0;
    for (int i = last ? 1 : 2; i < (last ? out.rank - 1 : out.rank); i++)
        out.size[i] = 1;
    if (out.rank >= 2)
        tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

void tdi_infer_unpool(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    TdiWindow window;
    TdiList asked = tdi_list(graph, op, NULL, 2);
    if (out.rank < 2 || !tdi_window(op, out.rank - 2, NULL, &window) ||
        (asked.given && asked.whole != NULL && asked.count != (size_t)out.rank))
        return;
    for (int i = 0; i < out.rank; i++) {
        if (asked.given)
            out.size[i] = asked.whole == NULL ? -1 : asked.whole[i];
        else if (i >= 2)
            out.size[i] = grow(op, &window, i - 2, out.size[i], 0);
    }
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

/* [regions, channels, height, width] */
static void put_regions(TdiGraph *graph, const TdiOperator *op, int64_t height, int64_t width)
{
    TdiShape x = tdi_input_shape(graph, op, 0), regions = tdi_input_shape(graph, op, 1);
    if ((x.rank >= 0 && x.rank != 4) || (regions.rank >= 0 && regions.rank != 2))
        return;
    TdiShape out = {.rank = 4,
                    .size = {regions.rank < 0 ? -1 : regions.size[0],
                             x.rank < 0 ? -1 : x.size[1], height, width}};
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

void tdi_infer_roi_pool(TdiGraph *graph, const TdiOperator *op)
{
    TdiList shape = tdi_list(graph, op, "pooled_shape", -1);
    if (shape.given && shape.count == 2)
        put_regions(graph, op, shape.whole[0], shape.whole[1]);
}

void tdi_infer_roi_align(TdiGraph *graph, const TdiOperator *op)
{
    put_regions(graph, op, tdi_attribute_whole(op, "output_height", 1),
                tdi_attribute_whole(op, "output_width", 1));
}

void tdi_infer_grid_sample(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0), grid = tdi_input_shape(graph, op, 1);
    if (out.rank < 3 || grid.rank != out.rank)
        return;
    for (int i = 2; i < out.rank; i++)
        out.size[i] = grid.size[i - 1];
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

/* ---- Other sizes of the same picture ------------------------------------------------- */

/* A size times a factor, as ONNX rounds it: in single precision, downwards. */
static int64_t scale_size(int64_t size, double factor)
{
    double product = floor((double)((float)size * (float)factor));
    return size >= 0 && factor > 0 && product >= 0 && product < 0x1p62 ? (int64_t)product : -1;
}

/* The axis of the i-th number of Resize; false: there is none. */
static bool resized_axis(const TdiOperator *op, int rank, size_t i, int *axis)
{
    const TdiAttribute *axes = tdi_attribute(op, "axes");
    if (axes == NULL || axes->whole == NULL)
        return tdi_axis((int64_t)i, rank, axis);
    return i < axes->count && tdi_axis(axes->whole[i], rank, axis);
}

static bool resize_to(const TdiOperator *op, const TdiTensor *sizes, TdiShape *out)
{
    if (sizes->whole == NULL || sizes->numbers > TDI_MAX_RANK ||
        strcmp(tdi_attribute_words(op, "keep_aspect_ratio_policy", "stretch"), "stretch") != 0)
        return false;
    for (size_t i = 0; i < sizes->numbers; i++) {
        int axis;
        if (!resized_axis(op, out->rank, i, &axis))
            return false;
        out->size[axis] = sizes->whole[i];
    }
    return true;
}

static bool resize_by(const TdiOperator *op, const double *factors, size_t count, TdiShape *out)
{
    if (factors == NULL || count > TDI_MAX_RANK ||
        strcmp(tdi_attribute_words(op, "coordinate_transformation_mode", ""),
               "tf_crop_and_resize") == 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        int axis;
        if (!resized_axis(op, out->rank, i, &axis))
            return false;
        out->size[axis] = scale_size(out->size[axis], factors[i]);
    }
    return true;
}

void tdi_infer_resize(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    if (out.rank < 0)
        return;
    const TdiTensor *scales = tdi_input(graph, op, op->input_count == 2 ? 1 : 2);
    const TdiTensor *sizes = tdi_input(graph, op, 3);
    const TdiAttribute *given = tdi_attribute(op, "scales");
    bool known = false;
    if (sizes != NULL)
        known = resize_to(op, sizes, &out);
    else if (scales != NULL && (scales->real != NULL || scales->numbers == 0))
        known = resize_by(op, scales->real, scales->numbers, &out);
    else if (given != NULL)
        known = resize_by(op, given->real, given->count, &out);
    for (int i = 0; i < out.rank && !known; i++)
        out.size[i] = -1;
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

static int64_t divide(int64_t size, int64_t by)
{
    return size < 0 || by < 1 || size % by != 0 ? -1 : size / by;
}

void tdi_infer_depth_to_space(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    int64_t block = tdi_attribute_whole(op, "blocksize", -1);
    if (x.rank != 4 || block < 1)
        return;
    TdiShape out = {.rank = 4,
                    .size = {x.size[0], divide(divide(x.size[1], block), block),
                             tdi_times(x.size[2], block), tdi_times(x.size[3], block)}};
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

void tdi_infer_space_to_depth(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    int64_t block = tdi_attribute_whole(op, "blocksize", -1);
    if (x.rank != 4 || block < 1)
        return;
    TdiShape out = {.rank = 4,
                    .size = {x.size[0], tdi_times(tdi_times(x.size[1], block), block),
                             divide(x.size[2], block), divide(x.size[3], block)}};
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

/* ---- Margins ------------------------------------------------------------------------- */

static void put_unknown_sizes(TdiGraph *graph, const TdiOperator *op, TdiShape shape)
{
    for (int i = 0; i < shape.rank; i++)
        shape.size[i] = -1;
    tdi_put(graph, op, 0, &shape, TDI_ELEMENT_UNKNOWN);
}

void tdi_infer_pad(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    const char *name = tdi_attribute(op, "paddings") != NULL ? "paddings" : "pads";
    TdiList pads = tdi_list(graph, op, name, 1), axes = tdi_list(graph, op, NULL, 3);
    if (out.rank < 0)
        return;
    size_t count = pads.count / 2;
    if (!pads.given || pads.whole == NULL || count > TDI_MAX_RANK ||
        (axes.given && (axes.whole == NULL || axes.count != count))) {
        put_unknown_sizes(graph, op, out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        int axis;
        if (!tdi_axis(axes.given ? axes.whole[i] : (int64_t)i, out.rank, &axis))
            return;
        out.size[axis] = tdi_plus(out.size[axis], pads.whole[i]);
        out.size[axis] = tdi_plus(out.size[axis], pads.whole[count + i]);
    }
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

/* [batch, channels x block, places] to [batch, channels, height, width] */
void tdi_infer_col2im(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0);
    TdiList image = tdi_list(graph, op, NULL, 1), block = tdi_list(graph, op, NULL, 2);
    if (x.rank != 3 || image.whole == NULL || block.whole == NULL ||
        image.count != block.count || image.count > TDI_MAX_RANK - 2)
        return;
    TdiShape out = {.rank = (int)image.count + 2, .size = {x.size[0], x.size[1]}};
    for (size_t i = 0; i < image.count; i++) {
        out.size[1] = divide(out.size[1], block.whole[i]);
        out.size[i + 2] = image.whole[i];
    }
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

void tdi_infer_crop_or_pad(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    TdiList shape = tdi_list(graph, op, NULL, 1), axes = tdi_list(graph, op, "axes", -1);
    if (out.rank < 0)
        return;
    if (shape.whole == NULL || shape.count > TDI_MAX_RANK ||
        (axes.given && axes.count != shape.count)) {
        put_unknown_sizes(graph, op, out);
        return;
    }
    for (size_t i = 0; i < shape.count; i++) {
        int axis;
        if (!tdi_axis(axes.given ? axes.whole[i] : (int64_t)i, out.rank, &axis))
            return;
        out.size[axis] = shape.whole[i];
    }
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}
