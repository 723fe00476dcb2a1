/* The kernels for NEON, which every AArch64 has. */
#if defined(__aarch64__)
#include <arm_neon.h>

#include "kernels/tables.h"

#define TDI_NEON
#define TDI_CPU TD_CPU_NEON
#define TDI_LANES 4
#define TDI_VECTORS 4
#define TDI_FUSED false
#define TDI_TABLE tdi_kernels_neon
#include "kernels/simd.h"
#endif
