/* The fused kernels for AVX-512: the same source, compiled with -ffp-contract=fast
 * (CMakeLists.txt). The pragma names the instruction set, after the headers. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/tables.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))),    \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl")
#endif

#define TDI_AVX512
#define TDI_CPU TD_CPU_AVX512
#define TDI_LANES 16
#define TDI_VECTORS 4
#define TDI_FUSED true
#define TDI_TABLE tdi_kernels_avx512_fast
#include "kernels/simd.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
