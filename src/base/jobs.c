#include "base/jobs.h"

#ifdef _OPENMP
#include <omp.h>
#endif

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"

static int worker_number(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

bool tdi_is_cancelled(const TdRun *run)
{
    return run->cancel != NULL && *run->cancel != 0;
}

static void report(const TdiJobs *jobs, const TdRun *run, size_t finished)
{
    double share = (double)finished / (double)jobs->count;
    if (run->progress != NULL && jobs->stage != NULL)
        run->progress(run->user, jobs->stage,
                      jobs->done + (uint64_t)(share * (double)jobs->span), jobs->total);
}

static void run_one(const TdiJobs *jobs, size_t job, const TdRun *run, char *scratch,
                    size_t worker_bytes)
{
    TdiWorker worker = {scratch + (size_t)worker_number() * worker_bytes, run};
    TdiFpMode mode = tdi_fp_enter();
    jobs->work(jobs->user, job, &worker);
    tdi_fp_leave(mode);
}

TdStatus tdi_run_jobs(const TdiJobs *jobs, const TdRun *run, TdError *err)
{
    int threads = jobs->count < (size_t)run->threads ? (int)jobs->count : run->threads;
    size_t worker_bytes = (jobs->scratch_bytes + 63) / 64 * 64, finished = 0;
    while (threads > 1 && tdi_mul_size((uint64_t)threads, worker_bytes) > run->max_memory)
        threads--; /* slower, but within the limit */
    char *scratch = tdi_alloc((size_t)threads, worker_bytes);
    if (scratch == NULL)
        return tdi_fail_memory(err, (size_t)threads * worker_bytes);
    threads = threads > 0 ? threads : 1;
#pragma omp parallel for num_threads(threads) schedule(dynamic) if (threads > 1)
    for (size_t job = 0; job < jobs->count; job++) {
        size_t so_far;
        if (tdi_is_cancelled(run))
            continue;
        run_one(jobs, job, run, scratch, worker_bytes);
#pragma omp atomic capture
        so_far = ++finished;
        if (worker_number() == 0)
            report(jobs, run, so_far);
    }
    tdi_free(scratch);
    return tdi_check_cancel(run, err);
}
