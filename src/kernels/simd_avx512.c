/* The kernels for AVX-512. The pragma, not a compiler flag, names the instruction set: headers
 * come first, so that nothing but the kernels is compiled for it. */
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
#define TDI_FUSED false
#define TDI_TABLE tdi_kernels_avx512
#include "kernels/simd.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
