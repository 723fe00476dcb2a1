/* The kernels for AVX2. The pragma, not a compiler flag, names the instruction set: headers
 * come first, so that nothing but the kernels is compiled for it. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/tables.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

#define TDI_AVX2
#define TDI_CPU TD_CPU_AVX2
#define TDI_LANES 8
#define TDI_VECTORS 2
#define TDI_FUSED false
#define TDI_TABLE tdi_kernels_avx2
#include "kernels/simd.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
