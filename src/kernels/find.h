/* The kernels that a run asks for. */
#ifndef TDI_FIND_H
#define TDI_FIND_H

#include "tiedye/kernels.h"

/* TD_ERROR_UNSUPPORTED where this machine does not have the instruction set. */
TdStatus tdi_kernels_of(const TdRun *run, const TdKernels **kernels, TdError *err);

#endif
