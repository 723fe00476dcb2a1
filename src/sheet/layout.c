/* Where the cells of a sheet lie. */
#include <string.h>

#include "base/error.h"
#include "tiedye/sheet.h"

static uint32_t clamp(uint32_t value, uint32_t least, uint32_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* Everything but the whole sheet's size in pixels. */
static TdSheetLayout lay_out(const TdRecipe *recipe)
{
    TdSize size = td_recipe_size(recipe);
    TdSheetLayout l = {
        .count = recipe->count, .cell_width = size.width, .cell_height = size.height};
    uint32_t side = size.width < size.height ? size.width : size.height;
    l.columns = recipe->columns < recipe->count ? recipe->columns : recipe->count;
    l.rows = (recipe->count - 1) / l.columns + 1;
    l.gap = clamp(side / 24, 2, 400);
    l.caption_height = recipe->captions ? clamp(side / 11, 10, 400) : 0;
    return l;
}

TdStatus td_sheet_layout(const TdRecipe *recipe, TdSheetLayout *layout, TdError *err)
{
    TdSheetLayout l = lay_out(recipe);
    uint64_t width = l.gap + (uint64_t)l.columns * ((uint64_t)l.cell_width + l.gap);
    uint64_t height =
        l.gap + (uint64_t)l.rows * ((uint64_t)l.cell_height + l.gap + l.caption_height);
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
    *x = l->gap + k % l->columns * (l->cell_width + l->gap);
    *y = l->gap + k / l->columns * (l->cell_height + l->gap + l->caption_height);
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
        "cell: \"%.20s\" is not on this sheet of %u cells; columns are A to %s, rows 1 "
        "to %u, so B4 is column 2, row 4",
        name, (unsigned)layout.count, last, (unsigned)layout.rows);
}

void td_sheet_take_cell(TdRecipe *recipe, uint32_t k)
{
    recipe->draw = TD_DRAW_PICTURE;
    recipe->seed += k;
    for (size_t i = 0; i < td_key_count(); i++) {
        const TdKeyInfo *key = td_key_info(i);
        if (key->group == TD_GROUP_SHEET)
            td_recipe_set(recipe, key->name, key->preset, NULL);
    }
}

bool td_draw_covers(const TdRecipe *recipe, uint32_t x, uint32_t y, uint32_t *until)
{
    TdSheetLayout l;
    *until = UINT32_MAX;
    if (recipe->draw == TD_DRAW_PICTURE || td_sheet_layout(recipe, &l, NULL) != TD_OK)
        return true;
    uint32_t pitch_x = l.cell_width + l.gap, pitch_y = l.cell_height + l.gap + l.caption_height;
    uint32_t row = y / pitch_y, in_y = y % pitch_y, column = x / pitch_x, in_x = x % pitch_x;
    if (in_y < l.gap || in_y >= l.gap + l.cell_height)
        return false;
    *until = column * pitch_x + (in_x < l.gap ? l.gap : pitch_x);
    return in_x >= l.gap && column < l.columns && row < l.rows &&
           row * l.columns + column < l.count;
}
