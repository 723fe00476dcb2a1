/* The layer grammar: items separated by commas, each [dense] WIDTH[xREPEAT][:ACTIVATION]. */
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

/* "dense 16": the kind may be said. */
static TdiSpan drop_kind(TdiSpan item)
{
    if (item.length > 6 && memcmp(item.words, "dense ", 6) == 0)
        return tdi_span_trim((TdiSpan){item.words + 6, item.length - 6});
    return item;
}

/* WIDTH[xREPEAT] */
static TdStatus read_widths(TdiSpan words, unsigned column, TdLayerItem *item, TdError *err)
{
    TdiSpan width, repeat, rest = words;
    bool done = false;
    uint64_t number, times = 1;
    tdi_span_split(&rest, 'x', &done, &width);
    if (!tdi_parse_u64(width.words, width.length, &number) || number < 1 ||
        number > TD_MAX_WIDTH)
        return fail_item(words, column,
                         "is not a width (a whole number from 1 to 16777216, as in 20,10,3)",
                         err);
    if (tdi_span_split(&rest, '\0', &done, &repeat) &&
        (!tdi_parse_u64(repeat.words, repeat.length, &times) || times < 1 ||
         times > TD_MAX_DEPTH))
        return fail_item(words, column, "has no count from 1 to 65535 behind its x", err);
    item->width = (uint32_t)number;
    item->repeat = (uint32_t)times;
    return TD_OK;
}

static TdStatus read_item(TdiSpan words, unsigned column, TdLayerItem *item, TdError *err)
{
    TdiSpan widths, name, rest = drop_kind(words);
    bool done = false;
    column += (unsigned)(rest.words - words.words);
    if (memchr(rest.words, ' ', rest.length) != NULL)
        return fail_item(rest, column, "has words too many: an item is WIDTH[xN][:ACTIVATION]",
                         err);
    const char *begin = rest.words;
    tdi_span_split(&rest, ':', &done, &widths);
    TdStatus status = read_widths(widths, column, item, err);
    item->act = TD_ACT_COUNT;
    if (status == TD_OK && tdi_span_split(&rest, '\0', &done, &name))
        status =
            tdi_activation_read(name, column + (unsigned)(name.words - begin), &item->act, err);
    return status;
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
    }
    return TD_OK;
}

/* What is hidden of `said`, `width` considered, and no more than `most` layers of it. */
static size_t hide(const TdRecipe *recipe, uint32_t most, TdLayerItem *items)
{
    size_t count = 0;
    for (size_t i = 0; i < recipe->said_items && most > 0; i++) {
        TdLayerItem item = recipe->said[i];
        item.repeat -= i + 1 == recipe->said_items;
        item.repeat = item.repeat < most ? item.repeat : most;
        item.width = recipe->width != 0 ? recipe->width : item.width;
        most -= item.repeat;
        bool same = count > 0 && items[count - 1].width == item.width &&
                    items[count - 1].act == item.act;
        if (same)
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

/* A list that is too short goes on with its last hidden layer, or one as wide as the default's.
 */
static size_t shape(const TdRecipe *recipe, TdLayerItem *items)
{
    uint32_t most = recipe->depth != 0 ? recipe->depth : TD_MAX_DEPTH;
    size_t count = hide(recipe, most, items);
    uint32_t hidden = count_layers(items, count);
    if (recipe->depth > hidden && count > 0)
        items[count - 1].repeat += recipe->depth - hidden;
    else if (recipe->depth > hidden)
        items[count++] = (TdLayerItem){recipe->width != 0 ? recipe->width : DEFAULT_WIDTH,
                                       recipe->depth, TD_ACT_COUNT};
    items[count] = recipe->said[recipe->said_items - 1];
    items[count++].repeat = 1;
    return count;
}

TdStatus tdi_layers_reshape(TdRecipe *recipe, TdError *err)
{
    size_t count = recipe->said_items;
    TdLayerItem *items = tdi_alloc(count + 2, sizeof *items);
    if (items == NULL)
        return tdi_fail_memory(err, (count + 2) * sizeof *items);
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

static void print_item(TdLayerItem item, const char *joint, TdiText *text)
{
    tdi_text_format(text, "%s%u", joint, (unsigned)item.width);
    if (item.repeat > 1)
        tdi_text_format(text, "x%u", (unsigned)item.repeat);
    if (item.act != TD_ACT_COUNT)
        tdi_text_format(text, ":%s", td_activation_info(item.act)->name);
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

TdLayerItem td_recipe_layer(const TdRecipe *recipe, uint32_t i)
{
    bool last = i + 1 == td_recipe_depth(recipe);
    size_t item = 0;
    while (i >= recipe->layers[item].repeat)
        i -= recipe->layers[item++].repeat;
    TdLayerItem layer = recipe->layers[item];
    layer.repeat = 1;
    if (last)
        layer.width = td_recipe_channels(recipe);
    if (layer.act == TD_ACT_COUNT)
        layer.act = last ? recipe->out : recipe->act;
    return layer;
}
