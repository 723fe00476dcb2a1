#include "base/error.h"
#include "kernels/find.h"
#include "kernels/tables.h"

#if defined(__x86_64__)
/* AVX-512 has fused operations of its own. */
static bool avx2_fuses(void)
{
    return __builtin_cpu_supports("fma");
}
#endif

const TdKernels *td_kernels(TdCpu cpu, bool fast)
{
    (void)fast; /* not every machine fuses */
    if (cpu == TD_CPU_BEST)
        cpu = td_cpu_best();
    if (!td_cpu_available(cpu))
        return NULL;
    switch (cpu) {
#if defined(__x86_64__)
    case TD_CPU_SSE2:
        return &tdi_kernels_sse2;
    case TD_CPU_AVX2:
        return fast && avx2_fuses() ? &tdi_kernels_avx2_fast : &tdi_kernels_avx2;
    case TD_CPU_AVX512:
        return fast ? &tdi_kernels_avx512_fast : &tdi_kernels_avx512;
#elif defined(__aarch64__)
    case TD_CPU_NEON:
        return fast ? &tdi_kernels_neon_fast : &tdi_kernels_neon;
#elif defined(__wasm_simd128__)
    case TD_CPU_SIMD128:
        return &tdi_kernels_simd128;
#endif
    default:
        return &tdi_kernels_reference;
    }
}

TdStatus tdi_kernels_of(const TdRun *run, const TdKernels **kernels, TdError *err)
{
    TdRun resolved = td_run_resolved(run);
    *kernels = td_kernels(resolved.cpu, resolved.fast);
    return *kernels != NULL
               ? TD_OK
               : tdi_fail(err, TD_ERROR_UNSUPPORTED, "this machine does not have %s",
                          resolved.cpu < TD_CPU_COUNT ? td_cpu_name(resolved.cpu)
                                                      : "that instruction set");
}
