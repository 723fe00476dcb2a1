/* tiedye sheet, tiedye grid: many networks side by side, or one cell of them large. */
#include <tiedye/sheet.h>

#include "commands.h"
#include "draw.h"

static int draw_cells(const Arguments *arguments, TdDraw what)
{
    const char *cell = arguments->value[OPTION_CELL];
    TdRecipe *recipe = arguments->recipe;
    TdSheetLayout layout;
    TdError err = {0};
    uint32_t k = 0;
    recipe->draw = what;
    TdStatus status = cell == NULL ? TD_OK : td_sheet_find_cell(recipe, cell, &k, &err);
    if (status == TD_OK && what == TD_DRAW_GRID)
        status = td_sheet_layout(recipe, &layout, &err); /* are there axes that go together? */
    if (status == TD_OK && cell != NULL)
        status = td_sheet_take_cell(recipe, k, &err);
    return status == TD_OK ? draw(arguments) : report_error(status, &err);
}

int run_sheet(const Arguments *arguments)
{
    return draw_cells(arguments, TD_DRAW_SHEET);
}

int run_grid(const Arguments *arguments)
{
    const TdRecipe *recipe = arguments->recipe;
    if (recipe->down.key == NULL && recipe->across.key == NULL)
        return usage_error(arguments->command,
                           "grid needs an axis: --down KEY=AXIS, as --down depth=1..8, or "
                           "--across KEY=AXIS");
    return draw_cells(arguments, TD_DRAW_GRID);
}
