/* tiedye/base.h - statuses, errors, how a long call runs, instruction sets, activation names.
 *
 * Every function of tiedye that can fail returns a TdStatus and describes the failure in a
 * TdError of the caller's. The library never prints, never exits and keeps no mutable state of
 * its own: any function may be called from any thread, as long as two threads do not share one
 * object. */
#ifndef TIEDYE_BASE_H
#define TIEDYE_BASE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TD_API __attribute__((visibility("default")))
#else
#define TD_API
#endif

#define TD_VERSION "0.1.0"

/* The version of the library in use, TD_VERSION of the day it was built. Static text. */
TD_API const char *td_version(void);

/* ---- Failure ------------------------------------------------------------------------- */

/* What became of a call. Everything but TD_OK is a failure. */
typedef enum TdStatus {
    TD_OK = 0,
    TD_ERROR_IO,       /* a file could not be opened, read, written or renamed */
    TD_ERROR_MEMORY,   /* the system has no memory left, or the run's limit would be passed */
    TD_ERROR_ARGUMENT, /* an argument of the call (or of the command line) cannot be used */
    TD_ERROR_RECIPE,   /* a recipe is broken, or asks for what cannot be drawn */
    TD_ERROR_FORMAT,   /* a file is not what it claims to be, or holds no recipe */
    TD_ERROR_UNSUPPORTED, /* this build or this machine cannot do it */
    TD_ERROR_CANCELLED    /* the run's cancel flag was raised */
} TdStatus;

/* A failure in words: one line that says what, where, and what to do. `line` and `column` count
 * from 1 and are 0 where the failure has no place in a text. */
typedef struct TdError {
    TdStatus status;
    unsigned line, column;
    char message[512]; /* UTF-8, no newline, always terminated */
} TdError;

/* Free a text that this library handed out. Takes NULL. */
TD_API void td_text_free(char *text);

/* The name nearest to `word` in spelling ('-' and '_' are one letter) of `count` names, NULL
 * where none is near. For "did you mean". */
TD_API const char *td_nearest_name(const char *word, const char *const *names, size_t count);

/* Put question marks in the place of bytes that are no UTF-8, and of line breaks and other
 * codes that a terminal obeys. Every TdError's message has gone through this. */
TD_API void td_clean_text(char *text);

/* ---- Instruction sets ---------------------------------------------------------------- */

/* The kernels' instruction sets. All of them give the same bits; they differ in speed only. */
typedef enum TdCpu {
    TD_CPU_BEST = 0, /* the best that this machine has */
    TD_CPU_REF,      /* plain C, one point at a time: the definition */
    TD_CPU_SSE2,
    TD_CPU_AVX2,
    TD_CPU_AVX512, /* F, BW, DQ and VL */
    TD_CPU_COUNT
} TdCpu;

/* "best", "ref", "sse2", "avx2", "avx512"; NULL for a value out of range. Static text. */
TD_API const char *td_cpu_name(TdCpu cpu);

/* The instruction set called `name`, TD_CPU_COUNT where there is none. */
TD_API TdCpu td_cpu_find(const char *name);

/* Whether this build and this machine have `cpu`. TD_CPU_BEST and TD_CPU_REF always. */
TD_API bool td_cpu_available(TdCpu cpu);

/* The best instruction set of this build and machine; never TD_CPU_BEST. */
TD_API TdCpu td_cpu_best(void);

/* ---- How a long call runs ------------------------------------------------------------ */

/* A zeroed TdRun (or NULL in its place) means: all cores, half of the machine's memory, the
 * best instruction set, nothing reported, never cancelled. None of it but `fast` changes what
 * is drawn. */
typedef struct TdRun {
    int threads;         /* worker threads, 1 to 1024; 0: as many as the machine has cores */
    uint64_t max_memory; /* bytes that a call may ask for; 0: half of the machine's memory */
    TdCpu cpu;           /* instruction set of the kernels */
    bool fast;           /* fused multiply-add where there is one: not the contract's bits */
    /* Called now and then from the calling thread: `stage` (static text, a noun such as
     * "rows"), and how much of `total` is done. May be NULL. */
    void (*progress)(void *user, const char *stage, uint64_t done, uint64_t total);
    void *user;
    /* Polled at every tile; once it is not 0 the call ends with TD_ERROR_CANCELLED. May be
     * NULL, may be set from a signal handler. */
    const volatile sig_atomic_t *cancel;
} TdRun;

/* Threads, memory limit and instruction set with the defaults filled in; `run` may be NULL. */
TD_API TdRun td_run_resolved(const TdRun *run);

/* ---- Rasters ------------------------------------------------------------------------- */

/* What one sample is. In memory samples are in the machine's byte order. */
typedef enum TdSampleType {
    TD_SAMPLE_U8,  /* encoded (sRGB) value, 0 to 255 */
    TD_SAMPLE_U16, /* encoded (sRGB) value, 0 to 65535 */
    TD_SAMPLE_F32  /* the field itself, before tone and palette */
} TdSampleType;

/* Bytes of one sample: 1, 2 or 4. */
TD_API size_t td_sample_size(TdSampleType type);

/* The shape of a raster: rows from the top, in a row pixels from the left, in a pixel channels.
 */
typedef struct TdRaster {
    uint32_t width, height; /* pixels, 1 to 2^31 - 1 */
    uint32_t channels;      /* 1 (gray) or 3 (RGB) for pictures; any number for TD_SAMPLE_F32 */
    TdSampleType type;
    double dots_per_inch; /* for paper sizes; 0: none is stored */
} TdRaster;

/* Bytes of one row, width * channels * sample size. */
TD_API uint64_t td_raster_row_bytes(const TdRaster *raster);

/* ---- Activations --------------------------------------------------------------------- */

/* How smooth an activation is, which decides what may be assumed of the pictures it draws. */
typedef enum TdActivationClass {
    TD_SMOOTH, /* analytic on the real line */
    TD_KINKED, /* continuous, with corners */
    TD_STEPPED /* discontinuous */
} TdActivationClass;

/* The table of activations: constant, the stem of its functions, name, class, the least and
 * greatest value (0, 0: without bounds), the stated error of the kernel in ulp where the
 * function is well conditioned, formula, source. A new one is a line here, a scalar function in
 * src/kernels/reference_math.c and a vector function in src/kernels/simd_math.h. */
#define TD_ACTIVATIONS(X)                                                                      \
    X(IDENTITY, identity, "identity", SMOOTH, 0, 0, 0, "x", "")                                \
    X(TANH, tanh, "tanh", SMOOTH, -1, 1, 2, "tanh(x)", "")                                     \
    X(SIGMOID, sigmoid, "sigmoid", SMOOTH, 0, 1, 2, "1 / (1 + exp(-x))",                       \
      "the logistic function")                                                                 \
    X(RELU, relu, "relu", KINKED, 0, 0, 0, "max(x, 0)", "Nair and Hinton 2010")                \
    X(LEAKY_RELU, leaky_relu, "leaky-relu", KINKED, 0, 0, 1, "x < 0 ? 0.01 x : x",             \
      "Maas et al. 2013")                                                                      \
    X(SOFTPLUS, softplus, "softplus", SMOOTH, 0, 0, 2, "log(1 + exp(x))", "Dugas et al. 2001") \
    X(SIN, sin, "sin", SMOOTH, -1, 1, 2, "sin(x)", "Sitzmann et al. 2020")                     \
    X(COS, cos, "cos", SMOOTH, -1, 1, 2, "cos(x)", "")                                         \
    X(GAUSSIAN, gaussian, "gaussian", SMOOTH, 0, 1, 1.5, "exp(-x^2 / 2)",                      \
      "Stanley 2007 (CPPN)")                                                                   \
    X(ABS, abs, "abs", KINKED, 0, 0, 0, "|x|", "")                                             \
    X(STEP, step, "step", STEPPED, 0, 1, 0, "x > 0 ? 1 : 0", "McCulloch and Pitts 1943")

typedef enum TdActivation {
#define TD_ACTIVATION_CONSTANT(ID, ...) TD_ACT_##ID,
    TD_ACTIVATIONS(TD_ACTIVATION_CONSTANT)
#undef TD_ACTIVATION_CONSTANT
        TD_ACT_COUNT
} TdActivation;

/* A row of the table. */
typedef struct TdActivationInfo {
    const char *name;
    TdActivationClass smoothness;
    double low, high; /* range of values; both 0: unbounded */
    double ulp;       /* stated error, in units in the last place */
    const char *formula, *source;
} TdActivationInfo;

/* The row of `act`, which must be below TD_ACT_COUNT. Static. */
TD_API const TdActivationInfo *td_activation_info(TdActivation act);

/* The activation called `name`, TD_ACT_COUNT where there is none. */
TD_API TdActivation td_activation_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
