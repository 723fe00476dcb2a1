/* How work is shared among threads: independent jobs, taken in any order. What they compute
 * must not depend on which thread takes which. (The PNG writer alone has a loop of its own,
 * whose results are written in order.) */
#ifndef TDI_JOBS_H
#define TDI_JOBS_H

#include "tiedye/base.h"

/* What a job gets from the thread that runs it. */
typedef struct TdiWorker {
    void *scratch; /* the worker's own memory, aligned to 64 bytes */
    const TdRun *run;
} TdiWorker;

/* Whether the run was cancelled: a job that takes long asks now and then, and returns early. */
bool tdi_is_cancelled(const TdRun *run);

typedef struct TdiJobs {
    size_t count;         /* jobs 0 .. count - 1 */
    size_t scratch_bytes; /* of each worker */
    void (*work)(const void *user, size_t job, const TdiWorker *worker);
    const void *user;
    const char *stage; /* for the run's progress; NULL: not reported */
    /* These jobs stand for `span` units of `total`, `done` of which were done before. */
    uint64_t done, span, total;
} TdiJobs;

/* Run all jobs in the picture's floating-point mode on `run->threads` threads (resolved
 * before). TD_ERROR_CANCELLED, TD_ERROR_MEMORY. */
TdStatus tdi_run_jobs(const TdiJobs *jobs, const TdRun *run, TdError *err);

#endif
