/* Where the cells of sheets and grids lie. */
#include <string.h>

#include "base/error.h"
#include "recipe/values.h"
#include "sheet/cells.h"
#include "sheet/inside_layout.h"
#include "sheet/miniature.h"

static uint32_t clamp(uint32_t value, uint32_t least, uint32_t most)
{
    return value < least ? least : value > most ? most : value;
}

static uint32_t count_values(const TdAxis *axis)
{
    return axis->key != NULL ? axis->count : 1;
}

/* Letters of the longest value of an axis, about: longer ones are shortened. */
static uint32_t longest_value(const TdAxis *axis)
{
    size_t longest = 0;
    for (uint32_t i = 0; axis->key != NULL && i < axis->count; i++) {
        size_t length = strlen(td_axis_value(axis, i));
        longest = length > longest ? length : longest;
    }
    return clamp((uint32_t)(longest < 100 ? longest : 100), 2, 14);
}

/* Room for the names of the axes, for their values, and for what all cells share. */
static void lay_out_captions(const TdRecipe *recipe, uint32_t side, TdSheetLayout *l)
{
    l->letter = clamp(side / 9, 11, 300);
    uint32_t line = l->letter * 3 / 2;
    l->top += l->gap + (recipe->across.key != NULL ? 2 * line : 0);
    l->left = l->gap;
    if (recipe->down.key != NULL)
        l->left += line + longest_value(&recipe->down) * l->letter * 13 / 20 + l->letter;
    l->foot = 2 * l->letter;
}

/* Everything but the whole sheet's size in pixels. */
static TdSheetLayout lay_out(const TdRecipe *recipe)
{
    TdSize size = td_recipe_size(recipe);
    TdSheetLayout l = {.cell_width = size.width, .cell_height = size.height};
    uint32_t side = size.width < size.height ? size.width : size.height;
    l.gap = clamp(side / 24, 2, 400);
    l.diagram_height = recipe->with_diagram ? tdi_miniature_height(side) : 0;
    l.top = l.diagram_height;
    if (recipe->draw == TD_DRAW_GRID) {
        l.columns = count_values(&recipe->across);
        l.rows = count_values(&recipe->down);
        l.count = l.columns * l.rows;
        if (recipe->captions)
            lay_out_captions(recipe, side, &l);
        return l;
    }
    l.count = recipe->count;
    l.columns = recipe->columns < recipe->count ? recipe->columns : recipe->count;
    l.rows = (recipe->count - 1) / l.columns + 1;
    l.caption_height = recipe->captions ? clamp(side / 11, 10, 400) : 0;
    return l;
}

/* Whether networks that differ in a key are drawn in different ways. */
static bool changes_diagram(const TdAxis *axis)
{
    if (axis->key == NULL || axis->key->group != TD_GROUP_NETWORK)
        return false;
    switch (axis->key->type) {
    case TD_KEY_REAL:
    case TD_KEY_CHOICE:
    case TD_KEY_SEED:
    case TD_KEY_OWN_SEED:
        return false;
    default:
        return true;
    }
}

static TdStatus check_diagram(const TdRecipe *recipe, TdError *err)
{
    const TdAxis *axis = changes_diagram(&recipe->down) ? &recipe->down : &recipe->across;
    if (!recipe->with_diagram || !changes_diagram(axis))
        return TD_OK;
    return tdi_fail(err, TD_ERROR_RECIPE,
                    "with_diagram: no one diagram is that of all cells, whose networks differ "
                    "in %s; leave it out, or draw the cells' networks with tiedye diagram",
                    axis->key->name);
}

static TdStatus check_grid(const TdRecipe *recipe, const TdSheetLayout *l, TdError *err)
{
    const TdKeyInfo *down = recipe->down.key, *across = recipe->across.key;
    if (down == NULL && across == NULL)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "down: a grid needs an axis, as --down depth=1..8, or --across "
                        "width=2,4,8, or both");
    if (down == across)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "across: both axes are of the key %s; a grid shows two keys, or has one "
            "axis",
            down->name);
    if (l->count > TD_MAX_CELLS)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "across: a grid of %u x %u has %u cells; at most %u fit, so %u columns "
                        "beside these rows",
                        (unsigned)l->columns, (unsigned)l->rows, (unsigned)l->count,
                        (unsigned)TD_MAX_CELLS, (unsigned)(TD_MAX_CELLS / l->rows));
    return check_diagram(recipe, err);
}

TdStatus td_sheet_layout(const TdRecipe *recipe, TdSheetLayout *layout, TdError *err)
{
    TdSheetLayout l = lay_out(recipe);
    TdStatus status = recipe->draw == TD_DRAW_GRID ? check_grid(recipe, &l, err) : TD_OK;
    if (status != TD_OK)
        return status;
    uint64_t width = l.left + l.gap + (uint64_t)l.columns * ((uint64_t)l.cell_width + l.gap);
    uint64_t height = l.top + l.foot + l.gap +
                      (uint64_t)l.rows * ((uint64_t)l.cell_height + l.gap + l.caption_height);
    if (width > INT32_MAX || height > INT32_MAX)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "size: a sheet of %u cells of %ux%u would be %llux%llu pixels; PNG allows "
            "2147483647 a side",
            (unsigned)l.count, (unsigned)l.cell_width, (unsigned)l.cell_height,
            (unsigned long long)width, (unsigned long long)height);
    l.width = (uint32_t)width;
    l.height = (uint32_t)height;
    *layout = l;
    return TD_OK;
}

void td_sheet_corner(const TdSheetLayout *l, uint32_t k, uint32_t *x, uint32_t *y)
{
    *x = l->left + l->gap + k % l->columns * (l->cell_width + l->gap);
    *y = l->top + l->gap + k / l->columns * (l->cell_height + l->gap + l->caption_height);
}

/* Column of "B4" from 0 on, and where its letters end. */
static uint64_t read_column(const char *name, size_t *length)
{
    uint64_t column = 0;
    size_t i = 0;
    for (; i < 6 && ((name[i] | 32) >= 'a' && (name[i] | 32) <= 'z'); i++)
        column = column * 26 + (uint64_t)((name[i] | 32) - 'a') + 1;
    *length = i;
    return column;
}

static uint64_t read_row(const char *digits)
{
    uint64_t row = 0;
    size_t length = strspn(digits, "0123456789");
    if (length == 0 || length > 9 || digits[length] != '\0')
        return 0;
    for (size_t i = 0; i < length; i++)
        row = row * 10 + (uint64_t)(digits[i] - '0');
    return row;
}

/* Letters of a column from 0 on, for messages; the buffer holds 8. */
static void write_column(uint32_t column, char *name)
{
    char reversed[8];
    size_t length = 0;
    for (uint32_t c = column + 1; c > 0; c = (c - 1) / 26)
        reversed[length++] = (char)('A' + (c - 1) % 26);
    for (size_t i = 0; i < length; i++)
        name[i] = reversed[length - 1 - i];
    name[length] = '\0';
}

TdStatus td_sheet_find_cell(const TdRecipe *recipe, const char *name, uint32_t *k, TdError *err)
{
    TdSheetLayout layout = lay_out(recipe); /* the sheet may be too large to be drawn whole */
    size_t letters;
    uint64_t column = read_column(name, &letters), row = read_row(name + letters);
    char last[8];
    if (column >= 1 && column <= layout.columns && row >= 1 && row <= layout.rows) {
        uint64_t index = (row - 1) * layout.columns + column - 1;
        if (index < layout.count) {
            *k = (uint32_t)index;
            return TD_OK;
        }
    }
    write_column(layout.columns - 1, last);
    return tdi_fail(
        err, TD_ERROR_ARGUMENT,
        "cell: \"%.20s\" is not on this %s of %u cells; columns are A to %s, rows 1 "
        "to %u, so B4 is column 2, row 4",
        name, recipe->draw == TD_DRAW_GRID ? "grid" : "sheet", (unsigned)layout.count, last,
        (unsigned)layout.rows);
}

/* Of a film the seeds that the cell goes through are its own, and so are its colours. */
static void set_seeds(TdRecipe *cell, const TdRecipe *sheet, uint32_t k)
{
    cell->seed = sheet->seed + k;
    cell->morph_seed.seed = sheet->morph_seed.seed + k;
    for (size_t i = 0; i < sheet->path_count; i++) {
        const TdPath *from = &sheet->paths[i];
        if (from->seed == NULL)
            continue;
        if (sheet->frame > 0 && !sheet->palette_seed.set)
            cell->palette_seed = (TdOwnSeed){true, from->seed[0] + k};
        for (uint32_t s = 0; s < from->count; s++)
            cell->paths[i].seed[s] = from->seed[s] + k;
    }
}

TdStatus tdi_cell_set(TdRecipe *cell, const TdRecipe *sheet, uint32_t k, TdError *err)
{
    const TdAxis *down = &sheet->down, *across = &sheet->across;
    uint32_t columns = count_values(across);
    TdStatus status = TD_OK;
    if (sheet->draw != TD_DRAW_GRID) {
        set_seeds(cell, sheet, k);
        return TD_OK;
    }
    if (down->key != NULL)
        status = td_recipe_set(cell, down->key->name, td_axis_value(down, k / columns), err);
    if (across->key != NULL && status == TD_OK)
        status =
            td_recipe_set(cell, across->key->name, td_axis_value(across, k % columns), err);
    return status;
}

TdStatus td_sheet_take_cell(TdRecipe *recipe, uint32_t k, TdError *err)
{
    TdStatus status = tdi_cell_set(recipe, recipe, k, err);
    recipe->draw = TD_DRAW_PICTURE;
    for (size_t i = 0; i < td_key_count() && status == TD_OK; i++) {
        const TdKeyInfo *key = td_key_info(i);
        if (key->group > TD_GROUP_RASTER && key->group != TD_GROUP_MOTION)
            status = tdi_value_reset(key, recipe, err);
    }
    return status;
}

bool td_draw_covers(const TdRecipe *recipe, uint32_t x, uint32_t y, uint32_t *until)
{
    TdSheetLayout l;
    TdiInsideLayout inside;
    *until = UINT32_MAX;
    if (recipe->draw == TD_DRAW_INSIDE)
        return tdi_inside_layout(recipe, &inside, NULL) != TD_OK ||
               tdi_inside_covers(&inside, x, y, until);
    bool cells = recipe->draw == TD_DRAW_SHEET || recipe->draw == TD_DRAW_GRID;
    if (!cells || td_sheet_layout(recipe, &l, NULL) != TD_OK)
        return true;
    uint32_t pitch_x = l.cell_width + l.gap, pitch_y = l.cell_height + l.gap + l.caption_height;
    uint32_t row = (y - l.top) / pitch_y, in_y = (y - l.top) % pitch_y;
    if (y < l.top || row >= l.rows || in_y < l.gap || in_y >= l.gap + l.cell_height)
        return false;
    *until = l.left;
    if (x < l.left)
        return false;
    uint32_t column = (x - l.left) / pitch_x, in_x = (x - l.left) % pitch_x;
    *until = l.left + column * pitch_x + (in_x < l.gap ? l.gap : pitch_x);
    return in_x >= l.gap && column < l.columns && row * l.columns + column < l.count;
}
