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

TdStatus tdi_fail_memory(TdError *err, uint64_t bytes)
{
    return tdi_fail(err, TD_ERROR_MEMORY, "out of memory: the system refused %llu bytes",
                    (unsigned long long)bytes);
}

TdStatus tdi_check_limit(const TdRun *run, uint64_t bytes, const char *what, const char *advice,
                         TdError *err)
{
    uint64_t limit = td_run_resolved(run).max_memory;
    if (bytes <= limit)
        return TD_OK;
    return tdi_fail(err, TD_ERROR_MEMORY,
                    "%s needs %.1f MiB of memory, the limit is %.1f MiB; %s, or raise "
                    "--max-memory",
                    what, (double)bytes * 0x1p-20, (double)limit * 0x1p-20, advice);
}

TdStatus tdi_check_cancel(const TdRun *run, TdError *err)
{
    if (run != NULL && run->cancel != NULL && *run->cancel != 0)
        return tdi_fail(err, TD_ERROR_CANCELLED, "interrupted");
    return TD_OK;
}
