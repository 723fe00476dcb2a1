/* The layer grammar: items separated by commas, each [KIND] WIDTH[xREPEAT][:ACTIVATION]
 * [OPTION=VALUE]..., where kinds without weights have no width. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "recipe/values.h"

/* Of hidden layers that `depth` asks for where neither `layers` nor `width` says. */
enum { DEFAULT_WIDTH = 32 };

static TdStatus fail_item(TdiSpan item, unsigned column, const char *why, TdError *err)
{
    int shown = item.length > 40 ? 40 : (int)item.length;
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column, "layers: \"%.*s\" %s", shown,
                       item.words, why);
}

/* ---- Kinds and options of layers --------------------------------------------------------- */

/* The name that a kind begins with, as it stands in `layers`; a number follows unless it is
 * dense. */
static const struct KindName {
    const char *name;
    uint32_t most; /* of that number */
    bool weights;  /* it has a width of its own */
} kinds[] = {[TD_LAYER_DENSE] = {"dense", 1, true},
             [TD_LAYER_CONV] = {"conv", TD_MAX_KERNEL, true},
             [TD_LAYER_POOL] = {"pool", TD_MAX_FACTOR, false},
             [TD_LAYER_UPSAMPLE] = {"upsample", TD_MAX_FACTOR, false}};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *const tdi_padding_names[] = {"none", "circular", "mirror", "zero", NULL};
static const char *const pools[] = {"max", "mean", NULL};
static const char *const upsamples[] = {"nearest", "linear", NULL};

/* An option of a layer: a whole number from 1 to `most`, or one of `choices`. */
static const struct Option {
    const char *name;
    TdLayerKind kind;
    uint32_t most;
    const char *const *choices;
    size_t offset;
} options[] = {
    {"dilation", TD_LAYER_CONV, TD_MAX_DILATION, NULL, offsetof(TdLayerItem, dilation)},
    {"stride", TD_LAYER_CONV, TD_MAX_FACTOR, NULL, offsetof(TdLayerItem, stride)},
    {"groups", TD_LAYER_CONV, TD_MAX_WIDTH, NULL, offsetof(TdLayerItem, groups)},
    {"padding", TD_LAYER_CONV, 0, tdi_padding_names, offsetof(TdLayerItem, padding)},
    {"mode", TD_LAYER_POOL, 0, pools, offsetof(TdLayerItem, pool)},
    {"mode", TD_LAYER_UPSAMPLE, 0, upsamples, offsetof(TdLayerItem, upsample)},
};
enum { OPTIONS = sizeof options / sizeof *options };

static const TdLayerItem plain = {.width = 1,
                                  .repeat = 1,
                                  .act = TD_ACT_COUNT,
                                  .kind = TD_LAYER_DENSE,
                                  .size = 1,
                                  .dilation = 1,
                                  .stride = 1,
                                  .groups = 1,
                                  .padding = TD_PADDING_COUNT,
                                  .pool = TD_POOL_MAX};

bool tdi_layer_has_weights(TdLayerKind kind)
{
    return kinds[kind].weights;
}

const char *tdi_layer_kind_name(TdLayerKind kind)
{
    return kinds[kind].name;
}

static bool begins_with(TdiSpan span, const char *name)
{
    size_t length = strlen(name);
    return span.length >= length && memcmp(span.words, name, length) == 0;
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* "conv3", "pool2", "dense"; nothing where the item begins with its width. */
static TdStatus read_kind(TdiSpan word, TdiSpan item, unsigned column, TdLayerItem *layer,
                          TdError *err)
{
    uint64_t number = 1;
    unsigned kind = TD_LAYER_DENSE;
    while (kind < KINDS && !begins_with(word, kinds[kind].name))
        kind++;
    if (kind == KINDS)
        return fail_item(item, column,
                         "begins with no kind of layer; there are dense, conv3, pool2 and "
                         "upsample2 (with any number)",
                         err);
    size_t length = strlen(kinds[kind].name);
    TdiSpan digits = {word.words + length, word.length - length};
    bool counted = tdi_parse_u64(digits.words, digits.length, &number);
    if (kind == TD_LAYER_DENSE ? digits.length > 0
                               : !counted || number < 1 || number > kinds[kind].most) {
        char why[80];
        snprintf(why, sizeof why, "has no size from 1 to %u behind %s, as in %s3",
                 (unsigned)kinds[kind].most, kinds[kind].name, kinds[kind].name);
        return fail_item(item, column, kind == TD_LAYER_DENSE ? "has no size" : why, err);
    }
    layer->kind = (TdLayerKind)kind;
    layer->size = (uint32_t)number;
    return TD_OK;
}

static TdStatus read_choice(const struct Option *option, TdiSpan item, TdiSpan value,
                            unsigned column, void *place, TdError *err)
{
    char why[120];
    size_t used =
        (size_t)snprintf(why, sizeof why, "has no %s of that name; there are", option->name);
    for (unsigned i = 0; option->choices[i] != NULL; i++) {
        if (strlen(option->choices[i]) == value.length &&
            begins_with(value, option->choices[i])) {
            *(unsigned *)place = i;
            return TD_OK;
        }
        used += (size_t)snprintf(why + used, sizeof why - used, "%s %s", i > 0 ? "," : "",
                                 option->choices[i]);
    }
    return fail_item(item, column, why, err);
}

static const char *unknown_option(TdLayerKind kind, TdiSpan word)
{
    if (memchr(word.words, '=', word.length) == NULL)
        return kinds[kind].weights
                   ? "has words too many: an item is [KIND] WIDTH[xN][:ACTIVATION] "
                     "[OPTION=VALUE]"
                   : "has a width, and such layers have that of what they are fed";
    switch (kind) {
    case TD_LAYER_CONV:
        return "has an option that is none of dilation, stride, groups, padding";
    case TD_LAYER_POOL:
        return "has an option that is not mode=max or mode=mean";
    case TD_LAYER_UPSAMPLE:
        return "has an option that is not mode=nearest or mode=linear";
    default:
        return "has an option, and dense layers have none";
    }
}

/* "dilation=2" */
static TdStatus read_option(TdiSpan word, TdiSpan item, unsigned column, TdLayerItem *layer,
                            TdError *err)
{
    TdiSpan name, value = word;
    bool done = false;
    uint64_t number;
    char why[120];
    tdi_span_split(&value, '=', &done, &name);
    const struct Option *option = options;
    while (option < options + OPTIONS &&
           (option->kind != layer->kind || strlen(option->name) != name.length ||
            !begins_with(name, option->name)))
        option++;
    if (option == options + OPTIONS)
        return fail_item(item, column, unknown_option(layer->kind, word), err);
    void *place = (char *)layer + option->offset;
    if (option->choices != NULL)
        return read_choice(option, item, value, column, place, err);
    snprintf(why, sizeof why, "has no %s from 1 to %u", option->name, (unsigned)option->most);
    if (!tdi_parse_u64(value.words, value.length, &number) || number < 1 ||
        number > option->most)
        return fail_item(item, column, why, err);
    *(uint32_t *)place = (uint32_t)number;
    return TD_OK;
}

/* What no option alone can tell. */
static TdStatus check_item(TdiSpan item, unsigned column, const TdLayerItem *layer,
                           TdError *err)
{
    if (layer->kind == TD_LAYER_CONV && layer->size % 2 == 0 && layer->stride % 2 == 1)
        return fail_item(item, column,
                         "has an even kernel, which has no middle cell; take an odd one, or an "
                         "even stride, whose cells it can be in the middle of",
                         err);
    if (layer->width % layer->groups != 0)
        return fail_item(item, column, "has a width that its groups do not divide", err);
    return TD_OK;
}

/* ---- Items ------------------------------------------------------------------------------- */

/* WIDTH[xREPEAT] */
static TdStatus read_widths(TdiSpan words, TdiSpan whole, unsigned column, TdLayerItem *item,
                            TdError *err)
{
    TdiSpan width, repeat, rest = words;
    bool done = false;
    uint64_t number, times = 1;
    tdi_span_split(&rest, 'x', &done, &width);
    if (!tdi_parse_u64(width.words, width.length, &number) || number < 1 ||
        number > TD_MAX_WIDTH)
        return fail_item(
            whole, column,
            item->kind == TD_LAYER_CONV
                ? "has no width (a whole number from 1 to 16777216, as in conv3 16)"
                : "is not a width (a whole number from 1 to 16777216, as in "
                  "20,10,3)",
            err);
    if (tdi_span_split(&rest, '\0', &done, &repeat) &&
        (!tdi_parse_u64(repeat.words, repeat.length, &times) || times < 1 ||
         times > TD_MAX_DEPTH))
        return fail_item(whole, column, "has no count from 1 to 65535 behind its x", err);
    item->width = (uint32_t)number;
    item->repeat = (uint32_t)times;
    return TD_OK;
}

/* WIDTH[xREPEAT][:ACTIVATION] */
static TdStatus read_neurons(TdiSpan word, TdiSpan whole, unsigned column, TdLayerItem *item,
                             TdError *err)
{
    TdiSpan widths, name, rest = word;
    bool done = false;
    tdi_span_split(&rest, ':', &done, &widths);
    TdStatus status = read_widths(widths, whole, column, item, err);
    if (status == TD_OK && tdi_span_split(&rest, '\0', &done, &name))
        status = tdi_activation_read(name, column + (unsigned)(name.words - whole.words),
                                     &item->act, err);
    return status;
}

/* The next word of an item, blanks around it dropped. */
static bool next_word(TdiSpan *rest, TdiSpan *word)
{
    bool done = false;
    *rest = tdi_span_trim(*rest);
    if (rest->length == 0)
        return false;
    tdi_span_split(rest, ' ', &done, word);
    return true;
}

static TdStatus read_item(TdiSpan words, unsigned column, TdLayerItem *item, TdError *err)
{
    TdiSpan word = {words.words, 0}, rest = words;
    TdStatus status = TD_OK;
    *item = plain;
    bool any = next_word(&rest, &word);
    if (any && is_letter(word.words[0])) {
        status = read_kind(word, words, column, item, err);
        if (status == TD_OK && !kinds[item->kind].weights)
            word = (TdiSpan){word.words, 0};
        else if (status == TD_OK && !next_word(&rest, &word))
            word = (TdiSpan){word.words, 0}; /* a width that is missing */
    }
    if (status == TD_OK && kinds[item->kind].weights)
        status = read_neurons(word, words, column, item, err);
    while (status == TD_OK && next_word(&rest, &word))
        status = read_option(word, words, column, item, err);
    return status == TD_OK ? check_item(words, column, item, err) : status;
}

static size_t count_items(TdiSpan value)
{
    size_t count = 1;
    for (size_t i = 0; i < value.length; i++)
        count += value.words[i] == ',';
    return count;
}

static TdStatus read_items(TdiSpan value, TdLayerItem *items, TdError *err)
{
    TdiSpan piece, rest = value;
    bool done = false;
    uint64_t depth = 0;
    for (size_t i = 0; tdi_span_split(&rest, ',', &done, &piece); i++) {
        piece = tdi_span_trim(piece);
        unsigned column = 1 + (unsigned)(piece.words - value.words);
        TdStatus status = read_item(piece, column, &items[i], err);
        if (status != TD_OK)
            return status;
        depth += items[i].repeat;
        if (depth > TD_MAX_DEPTH)
            return fail_item(piece, column, "makes more than 65535 layers", err);
        if (done && !kinds[items[i].kind].weights)
            return fail_item(piece, column,
                             "ends the list, whose last layer gives the outputs: go on with a "
                             "width, as 3",
                             err);
    }
    return TD_OK;
}

static bool is_same_layer(const TdLayerItem *a, const TdLayerItem *b)
{
    return a->width == b->width && a->act == b->act && a->kind == b->kind &&
           a->size == b->size && a->dilation == b->dilation && a->stride == b->stride &&
           a->groups == b->groups && a->padding == b->padding && a->pool == b->pool &&
           a->upsample == b->upsample;
}

/* What is hidden of `said`, `width` considered, and no more than `most` layers of it. */
static size_t hide(const TdRecipe *recipe, uint32_t most, TdLayerItem *items)
{
    size_t count = 0;
    for (size_t i = 0; i < recipe->said_items && most > 0; i++) {
        TdLayerItem item = recipe->said[i];
        item.repeat -= i + 1 == recipe->said_items;
        item.repeat = item.repeat < most ? item.repeat : most;
        if (kinds[item.kind].weights && recipe->width != 0)
            item.width = recipe->width;
        most -= item.repeat;
        if (count > 0 && kinds[item.kind].weights && is_same_layer(&items[count - 1], &item))
            items[count - 1].repeat += item.repeat;
        else if (item.repeat > 0)
            items[count++] = item;
    }
    return count;
}

static uint32_t count_layers(const TdLayerItem *items, size_t count)
{
    uint32_t depth = 0;
    for (size_t i = 0; i < count; i++)
        depth += items[i].repeat;
    return depth;
}

/* Repeat the last hidden layer that has weights. */
static size_t prolong(const TdRecipe *recipe, uint32_t more, TdLayerItem *items, size_t count)
{
    TdLayerItem item = plain;
    item.width = recipe->width != 0 ? recipe->width : DEFAULT_WIDTH;
    for (size_t i = 0; i < count; i++)
        if (kinds[items[i].kind].weights)
            item = items[i];
    if (count > 0 && is_same_layer(&items[count - 1], &item)) {
        items[count - 1].repeat += more;
        return count;
    }
    item.repeat = more;
    items[count] = item;
    return count + 1;
}

/* A list that is too short goes on with its last hidden layer, or one as wide as the default's.
 */
static size_t shape(const TdRecipe *recipe, TdLayerItem *items)
{
    uint32_t most = recipe->depth != 0 ? recipe->depth : TD_MAX_DEPTH;
    size_t count = hide(recipe, most, items);
    uint32_t hidden = count_layers(items, count);
    if (recipe->depth > hidden)
        count = prolong(recipe, recipe->depth - hidden, items, count);
    items[count] = recipe->said[recipe->said_items - 1];
    items[count++].repeat = 1;
    return count;
}

TdStatus tdi_layers_reshape(TdRecipe *recipe, TdError *err)
{
    size_t count = recipe->said_items;
    TdLayerItem *items = tdi_alloc(count + 3, sizeof *items);
    if (items == NULL)
        return tdi_fail_memory(err, (count + 3) * sizeof *items);
    if (recipe->depth == 0 && recipe->width == 0)
        memcpy(items, recipe->said, count * sizeof *items);
    else
        count = shape(recipe, items);
    tdi_free(recipe->layers);
    recipe->layers = items;
    recipe->layer_items = count;
    return TD_OK;
}

TdStatus tdi_layers_read(TdiSpan value, TdRecipe *recipe, TdError *err)
{
    TdLayerItem *old = recipe->said;
    size_t old_count = recipe->said_items, count = count_items(value);
    TdLayerItem *items = tdi_alloc(count, sizeof *items);
    if (items == NULL)
        return tdi_fail_memory(err, count * sizeof *items);
    TdStatus status = read_items(value, items, err);
    if (status == TD_OK) {
        recipe->said = items;
        recipe->said_items = count;
        status = tdi_layers_reshape(recipe, err);
    }
    if (status != TD_OK) {
        recipe->said = old;
        recipe->said_items = old_count;
        tdi_free(items);
        return status;
    }
    tdi_free(old);
    return TD_OK;
}

static void print_options(const TdLayerItem *item, TdiText *text)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        const void *place = (const char *)item + options[i].offset;
        unsigned value = *(const unsigned *)place;
        unsigned usual = *(const unsigned *)((const char *)&plain + options[i].offset);
        if (options[i].kind != item->kind || value == usual)
            continue;
        if (options[i].choices != NULL)
            tdi_text_format(text, " %s=%s", options[i].name, options[i].choices[value]);
        else
            tdi_text_format(text, " %s=%u", options[i].name, value);
    }
}

static void print_item(TdLayerItem item, const char *joint, TdiText *text)
{
    const struct KindName *kind = &kinds[item.kind];
    tdi_text_add(text, joint);
    if (item.kind != TD_LAYER_DENSE)
        tdi_text_format(text, "%s%u%s", kind->name, (unsigned)item.size,
                        kind->weights ? " " : "");
    if (kind->weights)
        tdi_text_format(text, "%u", (unsigned)item.width);
    if (item.repeat > 1)
        tdi_text_format(text, "x%u", (unsigned)item.repeat);
    if (item.act != TD_ACT_COUNT)
        tdi_text_format(text, ":%s", td_activation_info(item.act)->name);
    print_options(&item, text);
}

/* `channels` is folded in: the last layer parts from its item where its width changes. */
void tdi_layers_print(const TdRecipe *recipe, TdiText *text)
{
    for (size_t i = 0; i < recipe->layer_items; i++) {
        TdLayerItem item = recipe->layers[i], last = item;
        const char *joint = i == 0 ? "" : ",";
        last.width = td_recipe_channels(recipe);
        last.repeat = 1;
        if (i + 1 < recipe->layer_items || last.width == item.width) {
            print_item(item, joint, text);
            continue;
        }
        item.repeat--;
        if (item.repeat > 0)
            print_item(item, joint, text);
        print_item(last, item.repeat > 0 ? "," : joint, text);
    }
}

uint32_t td_recipe_channels(const TdRecipe *recipe)
{
    return recipe->channels != 0 ? recipe->channels
                                 : recipe->layers[recipe->layer_items - 1].width;
}

uint32_t td_recipe_depth(const TdRecipe *recipe)
{
    return count_layers(recipe->layers, recipe->layer_items);
}

/* What has no weights is as wide as what it is fed. */
static uint32_t width_of(const TdRecipe *recipe, size_t item)
{
    while (item > 0 && !kinds[recipe->layers[item].kind].weights)
        item--;
    if (kinds[recipe->layers[item].kind].weights)
        return recipe->layers[item].width;
    return (uint32_t)__builtin_popcount(td_recipe_inputs(recipe));
}

TdLayerItem td_recipe_layer(const TdRecipe *recipe, uint32_t i)
{
    bool last = i + 1 == td_recipe_depth(recipe);
    size_t item = 0;
    while (i >= recipe->layers[item].repeat)
        i -= recipe->layers[item++].repeat;
    TdLayerItem layer = recipe->layers[item];
    layer.repeat = 1;
    layer.width = last ? td_recipe_channels(recipe) : width_of(recipe, item);
    if (layer.padding == TD_PADDING_COUNT)
        layer.padding = recipe->padding;
    if (layer.act == TD_ACT_COUNT)
        layer.act = last ? recipe->out : recipe->act;
    return layer;
}
