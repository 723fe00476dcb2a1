/* The fused kernels for AVX2 with FMA: the same source, compiled with -ffp-contract=fast
 * (CMakeLists.txt). The pragma names the instruction set, after the headers. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/tables.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#define TDI_AVX2
#define TDI_CPU TD_CPU_AVX2
#define TDI_LANES 8
#define TDI_VECTORS 2
#define TDI_FUSED true
#define TDI_TABLE tdi_kernels_avx2_fast
#include "kernels/simd.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
