/* The kernels for SSE2, which every x86-64 has. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/tables.h"

#define TDI_SSE2
#define TDI_CPU TD_CPU_SSE2
#define TDI_LANES 4
#define TDI_VECTORS 2
#define TDI_FUSED false
#define TDI_TABLE tdi_kernels_sse2
#include "kernels/simd.h"
#endif
