#include "diagram/labels.h"

#include <ctype.h>
#include <string.h>

static bool is_in(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

const char *tdi_layers_words(TdiLayers *layers, TdiText *text)
{
    const char *copy = "";
    if (text->length > 0)
        copy = tdi_arena_words(&layers->arena, text->data, text->length);
    layers->failed |= copy == NULL || text->failed;
    tdi_text_free(text);
    *text = (TdiText){0};
    return copy != NULL ? copy : "";
}

bool tdi_is_elementwise(const TdiOperator *op)
{
    static const char *const types[] = {"Add",
                                        "Sub",
                                        "Mul",
                                        "Div",
                                        "Max",
                                        "Min",
                                        "Pow",
                                        "Sum",
                                        "Mean",
                                        "Where",
                                        "Mod",
                                        "And",
                                        "Or",
                                        "Xor",
                                        "Equal",
                                        "Less",
                                        "Greater",
                                        "LessOrEqual",
                                        "GreaterOrEqual",
                                        NULL};
    return is_in(op->type, types);
}

static bool is_commutative(const TdiOperator *op)
{
    static const char *const types[] = {"Add", "Mul", "Max", "Min",   "Sum", "Mean",
                                        "And", "Or",  "Xor", "Equal", NULL};
    return is_in(op->type, types);
}

/* ---- Sizes --------------------------------------------------------------------------- */

/* "3×3", "3" where all are the same and `short_` is asked for. */
static void add_sizes(TdiText *text, const int64_t *sizes, size_t count, bool short_)
{
    bool same = true;
    for (size_t i = 1; i < count; i++)
        same &= sizes[i] == sizes[0];
    for (size_t i = 0; i < (same && short_ ? 1 : count); i++)
        tdi_text_format(text, "%s%lld", i > 0 ? "×" : "", (long long)sizes[i]);
}

/* The kernel's sizes along the axes of space, and how many; the attribute's or the weight's. */
static size_t kernel_of(const TdiGraph *graph, const TdiOperator *op, int64_t *kernel)
{
    const TdiAttribute *sizes = tdi_attribute(op, "kernel_shape");
    const TdiTensor *weight = tdi_input(graph, op, tdi_is_type(op, "QLinearConv") ? 3 : 1);
    size_t count = 0;
    if (sizes != NULL && sizes->whole != NULL && sizes->count <= TDI_MAX_RANK)
        for (; count < sizes->count; count++)
            kernel[count] = sizes->whole[count];
    else if (sizes == NULL && weight != NULL && weight->shape.rank > 2)
        for (; count + 2 < (size_t)weight->shape.rank; count++)
            kernel[count] = weight->shape.size[count + 2];
    return count;
}

static bool all_equal(const TdiAttribute *attribute, int64_t value)
{
    for (size_t i = 0; attribute != NULL && attribute->whole != NULL && i < attribute->count;
         i++)
        if (attribute->whole[i] != value)
            return false;
    return true;
}

static int64_t largest(const TdiAttribute *attribute)
{
    int64_t most = 1;
    for (size_t i = 0; attribute != NULL && attribute->whole != NULL && i < attribute->count;
         i++)
        most = attribute->whole[i] > most ? attribute->whole[i] : most;
    return most;
}

static void add_mark(TdiText *marks, const char *sign, const TdiAttribute *attribute)
{
    if (attribute == NULL || attribute->whole == NULL || attribute->count == 0 ||
        all_equal(attribute, 1))
        return;
    tdi_text_format(marks, "%s%s", marks->length > 0 ? " " : "", sign);
    add_sizes(marks, attribute->whole, attribute->count, true);
}

/* Nothing is padded, though the kernel is wider than a cell. */
static bool is_valid(const TdiOperator *op, const int64_t *kernel, size_t count)
{
    const char *automatic = tdi_attribute_words(op, "auto_pad", "NOTSET");
    const TdiAttribute *strides = tdi_attribute(op, "strides");
    bool wide = false; /* wider than a stride: there is something to pad for */
    for (size_t i = 0; i < count; i++)
        wide |= kernel[i] > (strides != NULL && strides->whole != NULL && i < strides->count
                                 ? strides->whole[i]
                                 : 1);
    return wide && strncmp(automatic, "SAME", 4) != 0 &&
           all_equal(tdi_attribute(op, "pads"), 0);
}

/* ---- Kinds --------------------------------------------------------------------------- */

static void label_window(const TdiOperator *op, const int64_t *kernel, size_t count,
                         TdiText *what, TdiText *marks)
{
    add_sizes(what, kernel, count, false);
    add_mark(marks, "/", tdi_attribute(op, "strides"));
    add_mark(marks, "dilated ", tdi_attribute(op, "dilations"));
    if (is_valid(op, kernel, count))
        tdi_text_format(marks, "%sV", marks->length > 0 ? " " : "");
}

static void label_convolution(const TdiGraph *graph, const TdiOperator *op, TdiLayer *layer,
                              TdiText *what, TdiText *marks)
{
    int64_t kernel[TDI_MAX_RANK], group = tdi_attribute_whole(op, "group", 1);
    size_t count = kernel_of(graph, op, kernel);
    const TdiShape *in = &layer->in;
    bool transposed = tdi_is_type(op, "ConvTranspose"), point = count > 0;
    bool depthwise = group > 1 && in->rank > 1 && in->size[1] == group;
    label_window(op, kernel, count, what, marks);
    tdi_text_format(what, "%s%s", count > 0 ? " " : "",
                    transposed  ? "upconv"
                    : depthwise ? "depthwise"
                                : "conv");
    if (group > 1 && !depthwise)
        tdi_text_format(marks, "%sg%lld", marks->length > 0 ? " " : "", (long long)group);
    for (size_t i = 0; i < count; i++)
        point &= kernel[i] == 1;
    layer->projects = point && !transposed;
}

static void label_pool(const TdiGraph *graph, const TdiOperator *op, TdiLayer *layer,
                       TdiText *what, TdiText *marks)
{
    int64_t kernel[TDI_MAX_RANK];
    size_t count = kernel_of(graph, op, kernel);
    static const struct {
        const char *type, *words;
    } names[] = {
        {"MaxPool", "max pool"},
        {"AveragePool", "mean pool"},
        {"LpPool", "Lp pool"},
        {"GlobalAveragePool", "global mean"},
        {"GlobalMaxPool", "global max"},
        {"GlobalLpPool", "global Lp"},
        {"MaxRoiPool", "RoI pool"},
        {"RoiAlign", "RoI align"},
        {"MaxUnpool", "max unpool"},
        {"QLinearAveragePool", "mean pool"},
        {"QLinearGlobalAveragePool", "global mean"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (tdi_is_type(op, names[i].type)) {
            label_window(op, kernel, count, what, marks);
            tdi_text_format(what, "%s%s", count > 0 ? " " : "", names[i].words);
        }
    layer->projects = true;
}

/* A mean over all of space, or over one axis of others. */
static void label_reduction(const TdiOperator *op, TdiLayer *layer, TdiText *what)
{
    bool space = layer->in.rank >= 4 && layer->shape.rank >= 2;
    for (int i = 2; i < layer->shape.rank; i++)
        space &= layer->shape.size[i] == 1;
    const char *rest = op->type + strlen("Reduce");
    tdi_text_format(what, "%s ", space ? "global" : "reduce");
    for (; *rest != '\0'; rest++)
        tdi_text_format(what, "%c", tolower((unsigned char)*rest));
    layer->projects = space;
}

/* How many times finer it becomes, where it is the same along all axes of space. */
static void label_resize(TdiLayer *layer, TdiText *what)
{
    const TdiShape *in = &layer->in, *out = &layer->shape;
    tdi_text_add(what, "upsample");
    if (in->rank < 3 || out->rank != in->rank)
        return;
    for (int i = 2; i < in->rank; i++)
        if (in->size[i] <= 0 || out->size[i] <= 0 || out->size[i] % in->size[i] != 0 ||
            out->size[i] / in->size[i] != out->size[2] / in->size[2])
            return;
    tdi_text_format(what, " ×%lld", (long long)(out->size[2] / in->size[2]));
}

/* Names that are not their type's words. */
static const struct {
    const char *type, *words;
} plain[] = {
    {"Gemm", "dense"},
    {"BatchNormalization", "batch norm"},
    {"LayerNormalization", "layer norm"},
    {"SimplifiedLayerNormalization", "RMS norm"},
    {"SkipLayerNormalization", "add, layer norm"},
    {"InstanceNormalization", "instance norm"},
    {"GroupNormalization", "group norm"},
    {"GroupNorm", "group norm"},
    {"LpNormalization", "Lp norm"},
    {"LRN", "LRN"},
    {"LSTM", "LSTM"},
    {"GRU", "GRU"},
    {"RNN", "RNN"},
    {"PRelu", "prelu"},
    {"MultiHeadAttention", "attention"},
    {"QAttention", "attention"},
    {"EmbedLayerNormalization", "embedding, layer norm"},
    {"TopK", "top k"},
    {"ArgMax", "argmax"},
    {"ArgMin", "argmin"},
    {"NonMaxSuppression", "non-max suppression"},
    {"DepthToSpace", "depth to space"},
    {"SpaceToDepth", "space to depth"},
    {"Mul", "multiply"},
    {"Div", "divide"},
    {"Sub", "subtract"},
};

/* "GatherElements" -> "gather elements" */
static void add_type(TdiText *what, const char *type)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(type, plain[i].type) == 0) {
            tdi_text_add(what, plain[i].words);
            return;
        }
    for (size_t i = 0; type[i] != '\0'; i++) {
        unsigned char c = (unsigned char)type[i];
        bool begins = i > 0 && isupper(c) && islower((unsigned char)type[i - 1]);
        tdi_text_format(what, "%s%c", begins ? " " : "", tolower(c));
    }
}

static bool is_stored(const TdiGraph *graph, const TdiOperator *op, int slot)
{
    const TdiTensor *tensor = tdi_input(graph, op, slot);
    return tensor != NULL && (tensor->stored || tensor->constant || tensor->derived);
}

static void label_product(const TdiGraph *graph, const TdiOperator *op, TdiLayer *layer,
                          TdiText *what)
{
    bool dense = tdi_is_type(op, "Gemm");
    for (int k = 0; k < op->input_count; k++)
        dense |= is_stored(graph, op, k);
    bool embeds = tdi_is_type(op, "Gather");
    layer->kind = dense || embeds ? TDI_KIND_DENSE : TDI_KIND_ATTENTION;
    tdi_text_add(what, embeds ? "embedding" : dense ? "dense" : "matrix product");
}

static void label_rest(const TdiOperator *op, const char *match, TdiLayer *layer, TdiText *what,
                       TdiText *marks)
{
    int64_t heads = tdi_attribute_whole(op, "num_heads", 0);
    if (match != NULL)
        tdi_text_add(what, match);
    else
        add_type(what, op->type);
    if (heads > 1)
        tdi_text_format(marks, "%lld heads", (long long)heads);
    if (strcmp(tdi_attribute_words(op, "direction", ""), "bidirectional") == 0)
        tdi_text_add(marks, "both ways");
    layer->projects = layer->kind == TDI_KIND_NORM;
}

static bool shows_width(const TdiLayer *layer)
{
    return layer->kind == TDI_KIND_CONVOLUTION || layer->kind == TDI_KIND_DENSE ||
           layer->kind == TDI_KIND_RECURRENT || strcmp(layer->what, "concat") == 0;
}

static void label_kind(const TdiGraph *graph, const TdiOperator *op, const char *match,
                       TdiLayer *layer, TdiText *what, TdiText *marks)
{
    static const char *const products[] = {
        "MatMul",        "Gemm",          "Einsum",    "Gather",      "FusedMatMul",
        "MatMulInteger", "QLinearMatMul", "FusedGemm", "MatMulNBits", NULL};
    bool gathers = tdi_is_type(op, "Gather") && !is_stored(graph, op, 0);
    if (match != NULL)
        label_rest(op, match, layer, what, marks);
    else if (layer->kind == TDI_KIND_CONVOLUTION)
        label_convolution(graph, op, layer, what, marks);
    else if (tdi_is_type(op, "Resize") || tdi_is_type(op, "Upsample"))
        label_resize(layer, what);
    else if (strncmp(op->type, "Reduce", 6) == 0)
        label_reduction(op, layer, what);
    else if (layer->kind == TDI_KIND_POOL)
        label_pool(graph, op, layer, what, marks);
    else if (is_in(op->type, products) && !gathers)
        label_product(graph, op, layer, what);
    else
        label_rest(op, match, layer, what, marks);
    if (what->length == 0)
        add_type(what, op->type);
}

/* Images have their channels first, matrix products give them last; what else there is leaves
 * them where it finds them (layer->axis). */
static int channel_axis(const TdiOperator *op, const TdiLayer *layer)
{
    int last = layer->shape.rank - 1;
    bool image = layer->kind == TDI_KIND_CONVOLUTION || layer->kind == TDI_KIND_POOL ||
                 tdi_is_type(op, "BatchNormalization") ||
                 tdi_is_type(op, "InstanceNormalization");
    bool features = layer->kind == TDI_KIND_DENSE || layer->kind == TDI_KIND_ATTENTION ||
                    layer->kind == TDI_KIND_RECURRENT || strstr(layer->what, "layer norm") ||
                    strstr(layer->what, "RMS norm");
    if (last < 1)
        return -1;
    return image ? 1 : features ? last : layer->axis > last ? last : layer->axis;
}

void tdi_label_layer(const TdiGraph *graph, const TdiOperator *op, const char *match,
                     TdiLayers *layers, TdiLayer *layer)
{
    TdiText what = {0}, marks = {0}, width = {0};
    label_kind(graph, op, match, layer, &what, &marks);
    layer->stride = largest(tdi_attribute(op, "strides"));
    layer->commutative = is_commutative(op) && layer->kind == TDI_KIND_MERGE;
    layer->joins = layer->kind == TDI_KIND_MERGE;
    layer->what = tdi_layers_words(layers, &what);
    layer->marks = tdi_layers_words(layers, &marks);
    layer->axis = channel_axis(op, layer);
    if (shows_width(layer) && layer->axis >= 0 && layer->shape.size[layer->axis] >= 0)
        tdi_text_format(&width, "%lld", (long long)layer->shape.size[layer->axis]);
    layer->width = tdi_layers_words(layers, &width);
}

/* ---- Weights alone ------------------------------------------------------------------- */

/* "self_attn.q_proj" of "model.layers.11.self_attn.q_proj" in the block "model.layers.N". */
static const char *name_in_block(const TdiOperator *op)
{
    const char *name = op->name;
    for (const char *c = op->block; c != NULL && *c != '\0'; c++)
        if (*c == '.' && strchr(name, '.') != NULL)
            name = strchr(name, '.') + 1;
    if (op->block != NULL && strchr(name, '.') != NULL)
        name = strchr(name, '.') + 1;
    return name;
}

/* Parts that are numbers as N, so that those of a row are alike. */
static void add_numbered(TdiText *text, const char *name)
{
    while (*name != '\0') {
        size_t part = strcspn(name, "."), digits = strspn(name, "0123456789");
        if (part > 0 && digits == part)
            tdi_text_add(text, "N");
        else
            tdi_text_add_bytes(text, name, part);
        name += part;
        if (*name == '.') {
            tdi_text_add(text, ".");
            name++;
        }
    }
}

void tdi_label_weights(const TdiGraph *graph, const TdiOperator *op, TdiLayers *layers,
                       TdiLayer *layer)
{
    TdiText what = {0}, width = {0};
    add_numbered(&what, name_in_block(op));
    for (int k = 0; k < op->input_count && width.length == 0; k++) {
        const TdiTensor *tensor = tdi_input(graph, op, k);
        if (tensor != NULL && tensor->stored && tensor->shape.rank > 0)
            add_sizes(&width, tensor->shape.size, (size_t)tensor->shape.rank, false);
    }
    if (tdi_is_type(op, "Gather"))
        layer->kind = TDI_KIND_DENSE; /* an embedding's table */
    layer->what = tdi_layers_words(layers, &what);
    layer->width = tdi_layers_words(layers, &width);
    layer->marks = "";
    layer->stride = 1;
    layer->axis = -1;
}
