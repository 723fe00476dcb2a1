/* Filling a caller's TdError. */
#ifndef TDI_ERROR_H
#define TDI_ERROR_H

#include "tiedye/base.h"

/* Describe a failure in `err` (which may be NULL) and return `status`. No newline at the end.
 */
__attribute__((format(printf, 3, 4))) TdStatus tdi_fail(TdError *err, TdStatus status,
                                                        const char *format, ...);

/* The same, at a place in a text; both count from 1. */
__attribute__((format(printf, 5, 6))) TdStatus tdi_fail_at(TdError *err, TdStatus status,
                                                           unsigned line, unsigned column,
                                                           const char *format, ...);

/* The one wording for "the system has no memory left". */
TdStatus tdi_fail_memory(TdError *err, uint64_t bytes);

/* Whether `bytes` are within the run's limit; the one wording for "they are not": "WHAT needs
 * ..., the limit is ...; ADVICE, or raise --max-memory". */
TdStatus tdi_check_limit(const TdRun *run, uint64_t bytes, const char *what, const char *advice,
                         TdError *err);

/* TD_ERROR_CANCELLED, in words, once the run's flag is raised; TD_OK before. */
TdStatus tdi_check_cancel(const TdRun *run, TdError *err);

#endif
