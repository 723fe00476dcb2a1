/* The picture is defined by IEEE arithmetic, rounding to nearest, with denormals. A host
 * program (or a thread pool's library) may have set another mode: every worker puts the right
 * one in place before it computes and gives the caller's back. */
#ifndef TDI_FPMODE_H
#define TDI_FPMODE_H

#include <stdint.h>

#ifdef __FAST_MATH__
#error "tiedye's pictures are defined by IEEE arithmetic: build without -ffast-math"
#endif

typedef struct TdiFpMode {
    uint64_t saved;
} TdiFpMode;

#if defined(__SSE2__)
#include <xmmintrin.h>

static inline TdiFpMode tdi_fp_enter(void)
{
    TdiFpMode mode = {_mm_getcsr()};
    _mm_setcsr(0x1f80); /* all exceptions masked, to nearest, no flush to zero */
    return mode;
}

static inline void tdi_fp_leave(TdiFpMode mode)
{
    _mm_setcsr((unsigned)mode.saved);
}

#elif defined(__aarch64__)

static inline TdiFpMode tdi_fp_enter(void)
{
    TdiFpMode mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode.saved));
    __asm__ volatile("msr fpcr, %0" : : "r"(UINT64_C(0)));
    return mode;
}

static inline void tdi_fp_leave(TdiFpMode mode)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(mode.saved));
}

#else /* WebAssembly has one mode */

static inline TdiFpMode tdi_fp_enter(void)
{
    return (TdiFpMode){0};
}

static inline void tdi_fp_leave(TdiFpMode mode)
{
    (void)mode;
}

#endif
#endif
