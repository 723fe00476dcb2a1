/* tiedye sheet: many networks side by side, or one cell of them large. */
#include <tiedye/sheet.h>

#include "commands.h"
#include "draw.h"

int run_sheet(const Arguments *arguments)
{
    const char *cell = arguments->value[OPTION_CELL];
    TdError err = {0};
    uint32_t k;
    arguments->recipe->draw = TD_DRAW_SHEET;
    if (cell != NULL) {
        TdStatus status = td_sheet_find_cell(arguments->recipe, cell, &k, &err);
        if (status != TD_OK)
            return report_error(status, &err);
        td_sheet_take_cell(arguments->recipe, k);
    }
    return draw(arguments);
}
