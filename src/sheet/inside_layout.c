#include "sheet/inside_layout.h"

#include "base/error.h"
#include "sheet/miniature.h"

enum { MOST_SIDE = 1000000 }; /* of a picture beside others; with it nothing overflows */

static uint32_t clamp(uint32_t value, uint32_t least, uint32_t most)
{
    return value < least ? least : value > most ? most : value;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t divide_up(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

static uint32_t count_inputs(const TdRecipe *recipe)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < TD_INPUT_COUNT; i++)
        count += td_recipe_inputs(recipe) >> i & 1;
    return count;
}

static uint32_t width_of(const TdRecipe *recipe, uint32_t layer)
{
    if (layer == td_recipe_depth(recipe))
        return td_recipe_channels(recipe);
    return layer == 0 ? count_inputs(recipe) : td_recipe_layer(recipe, layer - 1).width;
}

uint32_t tdi_block_neuron(const TdiBlock *block, uint32_t i)
{
    if (!block->sampled)
        return block->first + i;
    return (uint32_t)((2 * (uint64_t)i + 1) * block->neurons / (2 * (uint64_t)block->shown));
}

uint32_t tdi_block_lines(const TdiBlock *block)
{
    return divide_up(block->shown, block->columns);
}

uint32_t tdi_block_in_line(const TdiBlock *block, uint32_t line)
{
    uint32_t left = block->shown - line * block->columns;
    return left < block->columns ? left : block->columns;
}

/* ---- One layer, one neuron ----------------------------------------------------------- */

static TdStatus check_alone(const TdRecipe *recipe, TdError *err)
{
    uint32_t depth = td_recipe_depth(recipe);
    if (recipe->layer == 0)
        return tdi_fail(err, TD_ERROR_RECIPE, "neuron: of which layer? add layer, from 1 to %u",
                        (unsigned)depth);
    if (recipe->layer > depth)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "layer: %u is none of this network's layers, 1 to %u (the output)",
                        (unsigned)recipe->layer, (unsigned)depth);
    uint32_t width = width_of(recipe, recipe->layer);
    if (recipe->neuron > width)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "neuron: %u is none of layer %u's neurons, 1 to %u",
                        (unsigned)recipe->neuron, (unsigned)recipe->layer, (unsigned)width);
    return TD_OK;
}

static TdStatus check_page(const TdRecipe *recipe, const TdiInsideLayout *l, TdError *err)
{
    if (recipe->page <= l->pages)
        return TD_OK;
    return l->pages == 1 ? tdi_fail(err, TD_ERROR_RECIPE,
                                    "page: this drawing has one page, and no page %u",
                                    (unsigned)recipe->page)
                         : tdi_fail(err, TD_ERROR_RECIPE,
                                    "page: %u is none of this drawing's pages, 1 to %u",
                                    (unsigned)recipe->page, (unsigned)l->pages);
}

static TdiBlock block_of(const TdRecipe *recipe, uint32_t layer, TdSize size)
{
    uint32_t width = width_of(recipe, layer);
    bool sampled = layer > 0 && width > TDI_MOST_NEURONS;
    return (TdiBlock){.layer = layer,
                      .neurons = width,
                      .sampled = sampled,
                      .shown = sampled ? TDI_MOST_NEURONS : width,
                      .columns = 1,
                      .width = size.width,
                      .height = size.height};
}

static void lay_out_neuron(const TdRecipe *recipe, TdSize size, TdiInsideLayout *l)
{
    TdiBlock block = block_of(recipe, recipe->layer, size);
    block.sampled = false;
    block.first = recipe->neuron - 1;
    block.shown = 1;
    *l = (TdiInsideLayout){
        .blocks = {block}, .count = 1, .pages = 1, .width = size.width, .height = size.height};
}

/* ---- The hidden layers --------------------------------------------------------------- */

/* Pixels of `count` sides of `side` with gaps between them. */
static uint32_t span(uint32_t count, uint32_t side, uint32_t gap)
{
    return count == 0 ? 0 : count * (side + gap) - gap;
}

static uint32_t block_height(const TdiInsideLayout *l, const TdiBlock *block, uint32_t columns)
{
    return l->line + span(divide_up(block->shown, columns), block->height, l->gap);
}

/* Of blocks `first` to `end`, one below the other. */
static uint32_t stack_height(const TdiInsideLayout *l, uint32_t first, uint32_t end,
                             uint32_t columns)
{
    uint32_t height = 0;
    for (uint32_t i = first; i < end; i++)
        height += block_height(l, &l->blocks[i], columns) + (i + 1 < end ? 2 * l->gap : 0);
    return height;
}

static void stack(TdiInsideLayout *l, uint32_t first, uint32_t end, uint32_t columns,
                  uint32_t x, uint32_t y)
{
    for (uint32_t i = first; i < end; i++) {
        TdiBlock *block = &l->blocks[i];
        block->columns = columns;
        block->x = x;
        block->y = y + l->line;
        y += block_height(l, block, columns) + 2 * l->gap;
    }
}

static uint32_t widest(const TdiInsideLayout *l, uint32_t first, uint32_t end)
{
    uint32_t most = 1;
    for (uint32_t i = first; i < end; i++)
        most = larger(most, l->blocks[i].shown);
    return most;
}

/* How far a page of that many columns is from the shape of a slide, 16 to 9, and how much of it
 * stays empty. */
static double unfitness(const TdiInsideLayout *l, uint32_t first, uint32_t end,
                        uint32_t columns, uint32_t beside)
{
    double cells = 0, shown = 0;
    for (uint32_t i = first; i < end; i++) {
        cells += (double)divide_up(l->blocks[i].shown, columns) * columns;
        shown += l->blocks[i].shown;
    }
    double width = (double)span(columns, l->blocks[first].width, l->gap) + beside;
    double height = (double)stack_height(l, first, end, columns) + l->foot;
    double shape = width / height * 9 / 16;
    return (shape > 1 ? shape : 1 / shape) + 1.5 * (1 - shown / cells);
}

static uint32_t find_columns(const TdiInsideLayout *l, uint32_t first, uint32_t end,
                             uint32_t beside)
{
    uint32_t best = 1, most = widest(l, first, end);
    for (uint32_t columns = 2; columns <= most && first < end; columns++)
        if (unfitness(l, first, end, columns, beside) < unfitness(l, first, end, best, beside))
            best = columns;
    return best;
}

/* ---- Pages --------------------------------------------------------------------------- */

static void set_spaces(const TdRecipe *recipe, TdSize size, TdiInsideLayout *l)
{
    uint32_t side = size.width < size.height ? size.width : size.height;
    l->gap = clamp(side / 16, 2, 400);
    l->diagram_height = recipe->with_diagram ? tdi_miniature_height(side / 2 * 5) : 0;
    if (!recipe->captions)
        return;
    l->letter = clamp(side / 6, 11, 300);
    l->line = l->letter * 7 / 4;
    l->foot = 2 * l->letter;
    l->numbers = 2 * l->letter;
}

/* All neurons of one layer. */
static TdStatus lay_out_layer(const TdRecipe *recipe, TdSize size, TdiInsideLayout *l,
                              TdError *err)
{
    TdiBlock block = block_of(recipe, recipe->layer, size);
    block.sampled = false;
    l->pages = divide_up(block.neurons, TDI_PAGE_NEURONS);
    TdStatus status = check_page(recipe, l, err);
    if (status != TD_OK)
        return status;
    block.first = (recipe->page - 1) * TDI_PAGE_NEURONS;
    block.shown = clamp(block.neurons - block.first, 1, TDI_PAGE_NEURONS);
    l->blocks[l->count++] = block;
    uint32_t margin = 3 * l->gap, columns = find_columns(l, 0, 1, l->numbers + 2 * margin);
    stack(l, 0, 1, columns, margin + l->numbers, l->diagram_height + margin);
    l->width = span(columns, size.width, l->gap) + l->numbers + 2 * margin;
    l->height = l->diagram_height + stack_height(l, 0, 1, columns) + l->foot + 2 * margin;
    return TD_OK;
}

/* Each input has a block, so that its name can stand above it. */
static void add_inputs(const TdRecipe *recipe, TdSize size, TdiInsideLayout *l)
{
    TdiBlock block = block_of(recipe, 0, size);
    for (uint32_t i = 0; i < block.neurons; i++) {
        l->blocks[l->count] = block;
        l->blocks[l->count].first = i;
        l->blocks[l->count++].shown = 1;
    }
}

/* The output in colour, and its channels below it; of other numbers of outputs, these alone. */
static void add_output(const TdRecipe *recipe, TdSize size, uint32_t times, TdiInsideLayout *l)
{
    TdiBlock block = block_of(recipe, td_recipe_depth(recipe), size), whole = block;
    whole.whole = true;
    whole.shown = 1;
    whole.sampled = false;
    whole.width *= times;
    whole.height *= times;
    if (block.neurons == 1 || block.neurons == 3)
        l->blocks[l->count++] = whole;
    if (block.neurons != 1)
        l->blocks[l->count++] = block;
}

/* One column of blocks after the other, each in the middle of the page's height. */
static void lay_out_columns(TdiInsideLayout *l, const uint32_t ends[4],
                            const uint32_t columns[3], uint32_t tallest)
{
    uint32_t margin = 3 * l->gap, x = margin, arrow = larger(3 * l->letter, 3 * l->gap);
    uint32_t top = l->diagram_height + margin;
    for (uint32_t part = 0; part < 3; part++) {
        uint32_t first = ends[part], end = ends[part + 1], right = 0;
        if (first == end)
            continue;
        if (part > 0) {
            l->arrows[part - 1] = x;
            l->arrow = arrow;
            x += arrow + (part == 1 ? l->numbers : 0);
        }
        uint32_t height = stack_height(l, first, end, columns[part]);
        stack(l, first, end, columns[part], x, top + (tallest - height) / 2);
        for (uint32_t i = first; i < end; i++) {
            TdiBlock *block = &l->blocks[i];
            uint32_t used = block->shown < columns[part] ? block->shown : columns[part];
            right = larger(right, span(used, block->width, l->gap));
        }
        x += right;
    }
    l->width = x + margin;
    l->height = top + tallest + l->foot + margin;
}

/* Which hidden layers are on the page. */
static TdStatus choose_layers(const TdRecipe *recipe, TdiInsideLayout *l, TdError *err)
{
    uint32_t hidden = td_recipe_depth(recipe) - 1;
    l->pages = larger(1, divide_up(hidden, TDI_PAGE_LAYERS));
    TdStatus status = check_page(recipe, l, err);
    if (status != TD_OK || hidden == 0)
        return status;
    l->from = (recipe->page - 1) * TDI_PAGE_LAYERS + 1;
    l->to = clamp(l->from + TDI_PAGE_LAYERS - 1, 1, hidden);
    return TD_OK;
}

static TdStatus lay_out_network(const TdRecipe *recipe, TdSize size, TdiInsideLayout *l,
                                TdError *err)
{
    uint32_t ends[4] = {0}, columns[3] = {1, 1, 1}, pitch = size.height + l->gap;
    TdStatus status = choose_layers(recipe, l, err);
    if (status != TD_OK)
        return status;
    add_inputs(recipe, size, l);
    ends[1] = l->count;
    for (uint32_t layer = l->from; layer > 0 && layer <= l->to; layer++)
        l->blocks[l->count++] = block_of(recipe, layer, size);
    ends[2] = l->count;
    /* As large as about half of the page is high; which depends, through the columns, on it. */
    uint32_t times = 3, margin = 3 * l->gap;
    for (int round = 0; round < 3; round++) {
        uint32_t beside = (1 + times) * (size.width + l->gap) + l->numbers + 2 * margin;
        columns[1] = find_columns(l, ends[1], ends[2], beside);
        times = clamp(stack_height(l, ends[1], ends[2], columns[1]) * 11 / 20 / pitch, 3, 8);
    }
    add_output(recipe, size, times, l);
    ends[3] = l->count;
    columns[2] = times;
    uint32_t tallest = 0;
    for (int part = 0; part < 3; part++)
        tallest = larger(tallest, stack_height(l, ends[part], ends[part + 1], columns[part]));
    lay_out_columns(l, ends, columns, tallest);
    return TD_OK;
}

TdStatus tdi_inside_layout(const TdRecipe *recipe, TdiInsideLayout *layout, TdError *err)
{
    TdSize size = td_recipe_size(recipe);
    TdiInsideLayout *l = layout;
    *l = (TdiInsideLayout){0};
    if (recipe->layer != 0 || recipe->neuron != 0) {
        TdStatus status = check_alone(recipe, err);
        if (status != TD_OK)
            return status;
    }
    if (recipe->neuron != 0) {
        lay_out_neuron(recipe, size, l);
        return check_page(recipe, l, err);
    }
    if (size.width > MOST_SIDE || size.height > MOST_SIDE)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "size: pictures of %u x %u beside each other; at most %d a side, or draw "
            "one neuron alone",
            (unsigned)size.width, (unsigned)size.height, MOST_SIDE);
    set_spaces(recipe, size, l);
    return recipe->layer != 0 ? lay_out_layer(recipe, size, l, err)
                              : lay_out_network(recipe, size, l, err);
}

/* ---- Which pixels -------------------------------------------------------------------- */

bool tdi_inside_covers(const TdiInsideLayout *l, uint32_t x, uint32_t y, uint32_t *until)
{
    *until = UINT32_MAX;
    for (uint32_t i = 0; i < l->count; i++) {
        const TdiBlock *block = &l->blocks[i];
        uint32_t line = (y - block->y) / (block->height + l->gap);
        if (y < block->y || line >= tdi_block_lines(block) ||
            (y - block->y) % (block->height + l->gap) >= block->height)
            continue;
        uint32_t pitch = block->width + l->gap, column = (x - block->x) / pitch;
        uint32_t next = block->x; /* where something begins */
        if (x >= block->x && column < tdi_block_in_line(block, line)) {
            next = block->x + column * pitch + block->width;
            if (x < next) {
                *until = next;
                return true;
            }
            next = block->x + (column + 1) * pitch;
        }
        if (next > x && next < *until)
            *until = next;
    }
    return false;
}
