/* The kernels for WebAssembly's 128-bit vectors. A module is checked as a whole before it runs,
 * so a build has them (-msimd128) or has not. */
#if defined(__wasm_simd128__)
#include <wasm_simd128.h>

#include "kernels/tables.h"

#define TDI_SIMD128
#define TDI_CPU TD_CPU_SIMD128
#define TDI_LANES 4
#define TDI_VECTORS 2
#define TDI_FUSED false
#define TDI_TABLE tdi_kernels_simd128
#include "kernels/simd.h"
#endif
