/* The fused kernels for NEON: the same source, compiled with -ffp-contract=fast
 * (CMakeLists.txt). */
#if defined(__aarch64__)
#include <arm_neon.h>

#include "kernels/tables.h"

#define TDI_NEON
#define TDI_CPU TD_CPU_NEON
#define TDI_LANES 4
#define TDI_VECTORS 4
#define TDI_FUSED true
#define TDI_TABLE tdi_kernels_neon_fast
#include "kernels/simd.h"
#endif
