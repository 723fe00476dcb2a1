/* Takes every row and writes nothing: for measuring what comes before a file. */
#include "output/format.h"

static TdStatus drop_rows(TdOutput *output, const void *rows, uint32_t count, TdError *err)
{
    (void)output;
    (void)rows;
    (void)count;
    (void)err;
    return TD_OK;
}

const TdiFormat tdi_format_null = {
    .info = {.name = "null",
             .extensions = "null",
             .picture = true,
             .volume = true,
             .film = true,
             .nothing = true,
             .help = "nothing: everything is drawn and no file appears"},
    .takes = TDI_TAKES_PICTURES | TDI_TAKES_F32,
    .rows = drop_rows,
};
