#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "tiedye/base.h"

static const char *const cpu_names[TD_CPU_COUNT] = {"best",   "ref",  "sse2",   "avx2",
                                                    "avx512", "neon", "simd128"};

const char *td_version(void)
{
    return TD_VERSION;
}

const char *td_cpu_name(TdCpu cpu)
{
    return (unsigned)cpu < TD_CPU_COUNT ? cpu_names[cpu] : NULL;
}

TdCpu td_cpu_find(const char *name)
{
    unsigned cpu = 0;
    while (cpu < TD_CPU_COUNT && strcmp(cpu_names[cpu], name) != 0)
        cpu++;
    return (TdCpu)cpu;
}

bool td_cpu_available(TdCpu cpu)
{
    switch (cpu) {
    case TD_CPU_BEST:
    case TD_CPU_REF:
        return true;
#if defined(__x86_64__)
    case TD_CPU_SSE2:
        return true;
    case TD_CPU_AVX2:
        return __builtin_cpu_supports("avx2");
    case TD_CPU_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#elif defined(__aarch64__)
    case TD_CPU_NEON:
        return true;
#elif defined(__wasm_simd128__)
    case TD_CPU_SIMD128:
        return true;
#endif
    default:
        return false;
    }
}

TdCpu td_cpu_best(void)
{
    unsigned cpu = TD_CPU_COUNT - 1;
    while (!td_cpu_available((TdCpu)cpu))
        cpu--;
    return (TdCpu)cpu;
}

TdRun td_run_resolved(const TdRun *run)
{
    TdRun resolved = run != NULL ? *run : (TdRun){0};
    if (resolved.threads <= 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        resolved.threads = cores > 0 ? (int)cores : 1;
    }
    if (resolved.threads > 1024)
        resolved.threads = 1024;
    if (resolved.max_memory == 0)
        resolved.max_memory = tdi_machine_memory() / 2;
    if (resolved.max_memory > SIZE_MAX / 2) /* what 32 bits can address */
        resolved.max_memory = SIZE_MAX / 2;
    if (resolved.cpu == TD_CPU_BEST)
        resolved.cpu = td_cpu_best();
    return resolved;
}
