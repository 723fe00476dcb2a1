/* How work is shared among threads: independent jobs, taken in any order. What they compute
 * must not depend on which thread takes which. (The PNG writer alone has a loop of its own,
 * whose results are written in order.) */
#ifndef TDI_JOBS_H
#define TDI_JOBS_H

#include "tiedye/base.h"

typedef struct TdiJobs {
    size_t count;         /* jobs 0 .. count - 1 */
    size_t scratch_bytes; /* memory that each worker gets, aligned to 64 bytes */
    void (*work)(const void *user, size_t job, void *scratch);
    const void *user;
    const char *stage; /* for the run's progress; NULL: not reported */
    /* These jobs stand for `span` units of `total`, `done` of which were done before. */
    uint64_t done, span, total;
} TdiJobs;

/* Run all jobs in the picture's floating-point mode on `run->threads` threads (resolved
 * before). TD_ERROR_CANCELLED, TD_ERROR_MEMORY. */
TdStatus tdi_run_jobs(const TdiJobs *jobs, const TdRun *run, TdError *err);

#endif
