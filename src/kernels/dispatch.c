#include "kernels/tables.h"

const TdKernels *td_kernels(TdCpu cpu)
{
    if (cpu == TD_CPU_BEST)
        cpu = td_cpu_best();
    if (!td_cpu_available(cpu))
        return NULL;
    switch (cpu) {
#if defined(__x86_64__)
    case TD_CPU_SSE2:
        return &tdi_kernels_sse2;
    case TD_CPU_AVX2:
        return &tdi_kernels_avx2;
    case TD_CPU_AVX512:
        return &tdi_kernels_avx512;
#endif
    default:
        return &tdi_kernels_reference;
    }
}
