#include "sheet/inside_words.h"

#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "recipe/values.h"
#include "sheet/axes.h"

enum { MOST_WORDS = 160 };

/* Fed input number i. */
static TdInput input_at(const TdRecipe *recipe, uint32_t i)
{
    uint32_t input = 0;
    while ((td_recipe_inputs(recipe) >> input & 1) == 0 || i-- > 0)
        input++;
    return (TdInput)input;
}

/* "layer 3 Â· 30 tanh", "layer 3 Â· 64 of 1000 tanh" */
static void name_layer(const TdRecipe *recipe, const TdiBlock *block, char words[MOST_WORDS])
{
    TdLayerItem layer = td_recipe_layer(recipe, block->layer - 1);
    const char *kind = tdi_layer_kind_name(layer.kind);
    const char *act =
        tdi_layer_has_weights(layer.kind) ? td_activation_info(layer.act)->name : "";
    int length = snprintf(words, MOST_WORDS, "layer %u \xc2\xb7 ", (unsigned)block->layer);
    if (layer.kind != TD_LAYER_DENSE)
        length += snprintf(words + length, MOST_WORDS - (size_t)length, "%s%u \xc2\xb7 ", kind,
                           (unsigned)layer.size);
    char *at = words + length;
    size_t room = MOST_WORDS - (size_t)length;
    if (block->sampled)
        snprintf(at, room, "%u of %u %s", (unsigned)block->shown, (unsigned)block->neurons,
                 act);
    else if (block->shown < block->neurons)
        snprintf(at, room, "%u to %u of %u %s", (unsigned)block->first + 1,
                 (unsigned)(block->first + block->shown), (unsigned)block->neurons, act);
    else
        snprintf(at, room, "%u %s", (unsigned)block->neurons, act);
}

static void name_block(const TdRecipe *recipe, const TdiBlock *block, char words[MOST_WORDS])
{
    if (block->layer == 0)
        snprintf(words, MOST_WORDS, "%s", td_input_name(input_at(recipe, block->first)));
    else if (block->whole)
        snprintf(words, MOST_WORDS, "output");
    else
        name_layer(recipe, block, words);
}

/* What the network is, and what of it is not shown. */
static char *find_foot(const TdRecipe *recipe, const TdiInsideLayout *layout)
{
    static const char joint[] = "  \xc2\xb7  ";
    TdiText text = {0};
    uint32_t hidden = td_recipe_depth(recipe) - 1;
    bool sampled = false;
    tdi_text_add_shared(&text, recipe);
    if (layout->pages > 1)
        tdi_text_format(&text, "%spage %u of %u", joint, (unsigned)recipe->page,
                        (unsigned)layout->pages);
    if (layout->pages > 1 && layout->from > 0)
        tdi_text_format(&text, ": layers %u to %u of %u", (unsigned)layout->from,
                        (unsigned)layout->to, (unsigned)hidden);
    for (uint32_t b = 0; b < layout->count; b++)
        sampled |= layout->blocks[b].sampled;
    if (sampled)
        tdi_text_format(&text, "%s%d evenly spaced neurons of wide layers", joint,
                        TDI_MOST_NEURONS);
    return tdi_text_take(&text);
}

TdStatus tdi_inside_words_init(TdiInsideWords *words, const TdRecipe *recipe,
                               const TdiInsideLayout *layout, TdError *err)
{
    *words = (TdiInsideWords){recipe, layout, find_foot(recipe, layout)};
    return words->foot == NULL ? tdi_fail_memory(err, 0) : TD_OK;
}

void tdi_inside_words_clear(TdiInsideWords *words)
{
    tdi_free(words->foot);
    *words = (TdiInsideWords){0};
}

/* The number of a line's first neuron, where there is more than one line. */
static TdStatus draw_number(const TdiInsideWords *words, const TdiBlock *block, uint32_t line,
                            TdiFont *font, const TdRaster *raster, const TdiBand *band,
                            TdError *err)
{
    const TdiInsideLayout *l = words->layout;
    char number[16];
    uint32_t neuron = tdi_block_neuron(block, line * block->columns);
    TdiLabel label = {.words = number,
                      .x = block->x - l->numbers,
                      .y = block->y + line * (block->height + l->gap),
                      .width = l->numbers - l->letter / 3,
                      .height = block->height,
                      .letter = l->letter * 4 / 5,
                      .align = TDI_RIGHT,
                      .ink = TDI_FAINT_INK};
    snprintf(number, sizeof number, "%u", (unsigned)neuron + 1);
    return tdi_label_draw(font, &label, raster, band, err);
}

static TdStatus draw_block(const TdiInsideWords *words, const TdiBlock *block, TdiFont *font,
                           const TdRaster *raster, const TdiBand *band, TdError *err)
{
    const TdiInsideLayout *l = words->layout;
    char name[MOST_WORDS];
    bool alone = block->layer == 0 || block->whole;
    TdiLabel label = {.words = name,
                      .x = block->x,
                      .y = block->y - l->line,
                      .width = alone ? block->width + l->gap : raster->width - block->x,
                      .height = l->line,
                      .letter = l->letter,
                      .align = TDI_LEFT,
                      .ink = TDI_INK};
    name_block(words->recipe, block, name);
    TdStatus status = tdi_label_draw(font, &label, raster, band, err);
    bool output = l->from > 0 && block->layer > l->to;
    uint32_t lines =
        alone || output || tdi_block_lines(block) == 1 ? 0 : tdi_block_lines(block);
    for (uint32_t line = 0; line < lines && status == TD_OK; line++)
        status = draw_number(words, block, line, font, raster, band, err);
    return status;
}

static TdStatus draw_arrow(const TdiInsideLayout *l, uint32_t x, TdiFont *font,
                           const TdRaster *raster, const TdiBand *band, TdError *err)
{
    TdiLabel label = {.words = "\xe2\x86\x92",
                      .x = x,
                      .y = l->diagram_height,
                      .width = l->arrow,
                      .height = l->height - l->foot - l->diagram_height,
                      .letter = 2 * l->letter,
                      .align = TDI_CENTRE,
                      .ink = TDI_FAINT_INK};
    return x == 0 ? TD_OK : tdi_label_draw(font, &label, raster, band, err);
}

TdStatus tdi_inside_words_draw(const TdiInsideWords *words, TdiFont *font,
                               const TdRaster *raster, const TdiBand *band, TdError *err)
{
    const TdiInsideLayout *l = words->layout;
    TdiLabel foot = {.words = words->foot,
                     .x = 3 * l->gap,
                     .y = l->height - l->foot - l->gap,
                     .width = l->width - 6 * l->gap,
                     .height = l->foot,
                     .letter = l->letter,
                     .align = TDI_LEFT,
                     .ink = TDI_FAINT_INK};
    TdStatus status = tdi_label_draw(font, &foot, raster, band, err);
    for (uint32_t i = 0; i < 2 && status == TD_OK; i++)
        status = draw_arrow(l, l->arrows[i], font, raster, band, err);
    for (uint32_t b = 0; b < l->count && status == TD_OK; b++)
        status = draw_block(words, &l->blocks[b], font, raster, band, err);
    return status;
}
