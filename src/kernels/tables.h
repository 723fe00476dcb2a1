/* The tables that are built: one a source file, chosen by td_kernels. */
#ifndef TDI_TABLES_H
#define TDI_TABLES_H

#include "tiedye/kernels.h"

extern const TdKernels tdi_kernels_reference;
#if defined(__x86_64__)
extern const TdKernels tdi_kernels_sse2, tdi_kernels_avx2, tdi_kernels_avx512;
extern const TdKernels tdi_kernels_avx2_fast, tdi_kernels_avx512_fast;
#elif defined(__aarch64__)
extern const TdKernels tdi_kernels_neon, tdi_kernels_neon_fast;
#elif defined(__wasm_simd128__)
extern const TdKernels tdi_kernels_simd128;
#endif

/* A table, in a file that has given the kernels these names. */
#define TDI_ACTIVATION_ENTRY(ID, STEM, ...) [TD_ACT_##ID] = activation_##STEM,
#define TDI_KERNEL_TABLE(CPU, FUSED)                                                           \
    {                                                                                          \
        .cpu = (CPU), .fused = (FUSED), .dense = dense, .conv = conv, .row = row,              \
        .activation = {TD_ACTIVATIONS(TDI_ACTIVATION_ENTRY)}, .add = add, .tone = tone,        \
        .lookup = lookup, .oklab_turned = oklab_turned, .srgb = srgb, .survey = survey,        \
        .transform = transform, .columns = columns, .rows = rows, .encode = encode,            \
        .along = along, .shade = shade, .composite = composite, .palette = {                   \
            [TD_PALETTE_GRAY] = palette_gray,                                                  \
            [TD_PALETTE_OKLAB] = palette_oklab,                                                \
            [TD_PALETTE_OKLAB_SOFT] = palette_oklab_soft                                       \
        }                                                                                      \
    }

#endif
