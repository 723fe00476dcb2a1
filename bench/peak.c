#include "peak.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tiedye/kernels.h>

double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- The loops ----------------------------------------------------------------------- */

typedef struct Loop {
    const char *name;
    TdCpu cpu;
    bool fused;
    double (*run)(void); /* returns how many operations it has done */
} Loop;

#if defined(__x86_64__)
#include <immintrin.h>

/* Independent chains hide the latency of an operation: 12 are enough for two units of five
 * cycles each, and fit the 16 registers of SSE2 and AVX2. */
#define CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
enum { STEPS = 2000, CHAIN_COUNT = 12 };

#define DECLARE(I) VECTOR sum##I = start;
/* The empty assembly hides from the compiler that the factor is always the same. */
#define FUSED_STEP(I)                                                                          \
    __asm__("" : "+x"(factor));                                                                \
    sum##I = MULTIPLY_ADD(factor, term, sum##I);
#define UNFUSED_STEP(I)                                                                        \
    __asm__("" : "+x"(factor));                                                                \
    sum##I += factor * term;
#define KEEP(I) __asm__ volatile("" ::"x"(sum##I));

/* Values stay where no operation is slow: sums are normal numbers, and settle. */
#define LOOP(NAME, TARGET, STEP)                                                               \
    __attribute__((target(TARGET))) static double NAME(void)                                   \
    {                                                                                          \
        VECTOR start = {0}, factor = start + 0.25f, term = start + 0.5f;                       \
        CHAINS(DECLARE)                                                                        \
        for (int i = 0; i < STEPS; i++) {                                                      \
            CHAINS(STEP)                                                                       \
        }                                                                                      \
        CHAINS(KEEP)                                                                           \
        return 2.0 * STEPS * CHAIN_COUNT * (double)(sizeof(VECTOR) / sizeof(float));           \
    }

typedef float Vector16 __attribute__((vector_size(16)));
typedef float Vector32 __attribute__((vector_size(32)));
typedef float Vector64 __attribute__((vector_size(64)));

#define VECTOR Vector16
LOOP(sse2, "sse2", UNFUSED_STEP)
#undef VECTOR
#define VECTOR Vector32
#define MULTIPLY_ADD _mm256_fmadd_ps
LOOP(avx2, "avx2", UNFUSED_STEP)
LOOP(avx2_fast, "avx2,fma", FUSED_STEP)
#undef VECTOR
#undef MULTIPLY_ADD
#define VECTOR Vector64
#define MULTIPLY_ADD _mm512_fmadd_ps
LOOP(avx512, "avx512f", UNFUSED_STEP)
LOOP(avx512_fast, "avx512f", FUSED_STEP)

static const Loop loops[PEAK_LOOPS] = {{"sse2", TD_CPU_SSE2, false, sse2},
                                       {"avx2", TD_CPU_AVX2, false, avx2},
                                       {"avx2 --fast", TD_CPU_AVX2, true, avx2_fast},
                                       {"avx512", TD_CPU_AVX512, false, avx512},
                                       {"avx512 --fast", TD_CPU_AVX512, true, avx512_fast}};
#else
static const Loop loops[PEAK_LOOPS];
#endif

const char *peak_name(size_t i)
{
    const Loop *loop = &loops[i];
    const TdKernels *kernels = loop->run == NULL ? NULL : td_kernels(loop->cpu, loop->fused);
    return kernels == NULL || kernels->fused != loop->fused ? NULL : loop->name;
}

/* ---- Threads ------------------------------------------------------------------------- */

typedef struct Runner {
    pthread_t thread;
    pthread_barrier_t *start;
    const Loop *loop;
    double seconds, rate;
} Runner;

static void *run(void *argument)
{
    Runner *runner = argument;
    pthread_barrier_wait(runner->start);
    double begin = now(), passed, operations = 0;
    do {
        operations += runner->loop->run();
        passed = now() - begin;
    } while (passed < runner->seconds);
    runner->rate = operations / passed;
    return NULL;
}

static double run_threads(const Loop *loop, int threads, double seconds)
{
    enum { MOST = 64 };
    Runner runners[MOST];
    pthread_barrier_t start;
    double rate = 0;
    threads = threads < MOST ? threads : MOST;
    if (pthread_barrier_init(&start, NULL, (unsigned)threads) != 0)
        return 0;
    for (int i = 0; i < threads; i++) {
        runners[i] = (Runner){.start = &start, .loop = loop, .seconds = seconds};
        if (pthread_create(&runners[i].thread, NULL, run, &runners[i]) != 0) {
            perror("bench: pthread_create");
            exit(1); /* the others wait at the barrier */
        }
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(runners[i].thread, NULL);
        rate += runners[i].rate;
    }
    pthread_barrier_destroy(&start);
    return rate;
}

double peak_rate(const char *name, int threads, double seconds)
{
    for (size_t i = 0; i < PEAK_LOOPS; i++)
        if (peak_name(i) != NULL && strcmp(peak_name(i), name) == 0)
            return run_threads(&loops[i], threads, seconds);
    return 0;
}
