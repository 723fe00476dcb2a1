#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

static TdStatus fill(TdError *err, TdStatus status, unsigned line, unsigned column,
                     const char *format, va_list args)
{
    if (err != NULL) {
        err->status = status;
        err->line = line;
        err->column = column;
        vsnprintf(err->message, sizeof err->message, format, args);
        td_clean_text(err->message); /* what it quotes may hold anything */
    }
    return status;
}

TdStatus tdi_fail(TdError *err, TdStatus status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(err, status, 0, 0, format, args);
    va_end(args);
    return status;
}

TdStatus tdi_fail_at(TdError *err, TdStatus status, unsigned line, unsigned column,
                     const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(err, status, line, column, format, args);
    va_end(args);
    return status;
}

TdStatus tdi_fail_memory(TdError *err, size_t bytes)
{
    return tdi_fail(err, TD_ERROR_MEMORY, "out of memory: the system refused %zu bytes", bytes);
}

TdStatus tdi_check_cancel(const TdRun *run, TdError *err)
{
    if (run != NULL && run->cancel != NULL && *run->cancel != 0)
        return tdi_fail(err, TD_ERROR_CANCELLED, "interrupted");
    return TD_OK;
}
