/* The tables that are built: one a source file, chosen by td_kernels. */
#ifndef TDI_TABLES_H
#define TDI_TABLES_H

#include "tiedye/kernels.h"

extern const TdKernels tdi_kernels_reference;
#if defined(__x86_64__)
extern const TdKernels tdi_kernels_sse2, tdi_kernels_avx2, tdi_kernels_avx512;
#endif

#endif
