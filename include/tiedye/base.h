/* tiedye/base.h - statuses, errors, how a long call runs, instruction sets, activation names.
 *
 * Every function of tiedye that can fail returns a TdStatus and describes the failure in a
 * TdError of the caller's. The library never prints, never exits and keeps no mutable state of
 * its own: any function may be called from any thread, as long as two threads do not share one
 * object. */
#ifndef TIEDYE_BASE_H
#define TIEDYE_BASE_H

#include <math.h>
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
    TD_CPU_AVX512,  /* F, BW, DQ and VL */
    TD_CPU_NEON,    /* AArch64's */
    TD_CPU_SIMD128, /* WebAssembly's, in builds with -msimd128 */
    TD_CPU_COUNT
} TdCpu;

/* "best", "ref", "sse2", "avx2", "avx512", "neon", "simd128"; NULL for a value out of range.
 * Static text. */
TD_API const char *td_cpu_name(TdCpu cpu);

/* The instruction set called `name`, TD_CPU_COUNT where there is none. */
TD_API TdCpu td_cpu_find(const char *name);

/* Whether this build and this machine have `cpu`. TD_CPU_BEST and TD_CPU_REF always. */
TD_API bool td_cpu_available(TdCpu cpu);

/* The best instruction set of this build and machine; never TD_CPU_BEST. */
TD_API TdCpu td_cpu_best(void);

/* ---- How a long call runs ------------------------------------------------------------ */

struct TdReport;

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
    /* What drawing costs is added to it (render.h), which takes some time: patches are checked.
     * NULL: nothing is counted. */
    struct TdReport *report;
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
 * A film is a raster whose frames stand one below the other. So are the slices of a volume,
 * from the lowest z to the highest; their rows go up, from the lowest y to the highest. */
typedef struct TdRaster {
    uint32_t width, height; /* pixels, 1 to 2^31 - 1 */
    uint32_t channels;      /* 1 (gray) or 3 (RGB) for pictures; any number for TD_SAMPLE_F32 */
    TdSampleType type;
    double dots_per_inch;     /* for paper sizes; 0: none is stored */
    uint32_t depth;           /* frames of a film, slices of a volume; 0: it is neither */
    double frames_per_second; /* of a film, above 0; 0: it is none */
    bool loops;               /* the film goes on from its last frame to its first */
    double origin[3];         /* of a volume: x, y, z of its first sample */
    double spacing;           /* of a volume: from sample to sample, along all three axes */
} TdRaster;

/* Bytes of one row, width * channels * sample size. */
TD_API uint64_t td_raster_row_bytes(const TdRaster *raster);

/* Rows of all frames or slices together. */
TD_API uint64_t td_raster_rows(const TdRaster *raster);

/* ---- Activations --------------------------------------------------------------------- */

/* How smooth an activation is, which decides what may be assumed of the pictures it draws. */
typedef enum TdActivationClass {
    TD_SMOOTH, /* analytic on the real line */
    TD_KINKED, /* continuous, but it or one of its derivatives has a corner */
    TD_STEPPED /* discontinuous */
} TdActivationClass;

/* The table of activations: constant, the stem of its functions, name, class, the least and
 * greatest value (infinite where there is no bound), the stated error of the kernel in ulp,
 * formula, source. A new one is a line here, a scalar function in src/kernels/reference_math.c
 * and a vector function in src/kernels/simd_math.h; docs/ARCHITECTURE.md has the rest. */
#define TD_ACTIVATIONS(X)                                                                      \
    X(IDENTITY, identity, "identity", SMOOTH, -INFINITY, INFINITY, 0, "x", "")                 \
    X(TANH, tanh, "tanh", SMOOTH, -1, 1, 2, "tanh(x)", "DLMF 4.28.4")                          \
    X(LECUN_TANH, lecun_tanh, "lecun-tanh", SMOOTH, -1.7159, 1.7159, 4,                        \
      "1.7159 tanh(2 x / 3)", "LeCun et al. 1998")                                             \
    X(HARD_TANH, hard_tanh, "hard-tanh", KINKED, -1, 1, 0, "min(max(x, -1), 1)",               \
      "Collobert 2004")                                                                        \
    X(ERF, erf, "erf", SMOOTH, -1, 1, 1.5, "erf(x)", "DLMF 7.2.1")                             \
    X(ATAN, atan, "atan", SMOOTH, -1.5707964, 1.5707964, 1.5, "atan(x)", "DLMF 4.23")          \
    X(SOFTSIGN, softsign, "softsign", KINKED, -1, 1, 1.5, "x / (1 + |x|)",                     \
      "Turian et al. 2009")                                                                    \
    X(SYMLOG, symlog, "symlog", KINKED, -INFINITY, INFINITY, 2, "sign(x) log(1 + |x|)",        \
      "Webber 2013")                                                                           \
    X(SIGMOID, sigmoid, "sigmoid", SMOOTH, 0, 1, 2, "1 / (1 + exp(-x))", "Verhulst 1845")      \
    X(HARD_SIGMOID, hard_sigmoid, "hard-sigmoid", KINKED, 0, 1, 1.5,                           \
      "min(max(x + 3, 0), 6) / 6", "Howard et al. 2019")                                       \
    X(RELU, relu, "relu", KINKED, 0, INFINITY, 0, "max(x, 0)", "Nair and Hinton 2010")         \
    X(LEAKY_RELU, leaky_relu, "leaky-relu", KINKED, -INFINITY, INFINITY, 1,                    \
      "x < 0 ? 0.01 x : x", "Maas et al. 2013")                                                \
    X(RELU6, relu6, "relu6", KINKED, 0, 6, 0, "min(max(x, 0), 6)", "Krizhevsky 2010")          \
    X(ELU, elu, "elu", KINKED, -1, INFINITY, 1.5, "x < 0 ? exp(x) - 1 : x",                    \
      "Clevert et al. 2016")                                                                   \
    X(SELU, selu, "selu", KINKED, -1.7580994, INFINITY, 2,                                     \
      "x < 0 ? 1.758 (exp(x) - 1) : 1.051 x", "Klambauer et al. 2017")                         \
    X(SOFTPLUS, softplus, "softplus", SMOOTH, 0, INFINITY, 2, "log(1 + exp(x))",               \
      "Dugas et al. 2001")                                                                     \
    X(GELU, gelu, "gelu", SMOOTH, -0.1699713, INFINITY, 4.5, "x (1 + erf(x / sqrt(2))) / 2",   \
      "Hendrycks, Gimpel 2016")                                                                \
    X(SILU, silu, "silu", SMOOTH, -0.2784646, INFINITY, 3, "x / (1 + exp(-x))",                \
      "Elfwing et al. 2018")                                                                   \
    X(MISH, mish, "mish", SMOOTH, -0.3088436, INFINITY, 4, "x tanh(log(1 + exp(x)))",          \
      "Misra 2020")                                                                            \
    X(HARD_SWISH, hard_swish, "hard-swish", KINKED, -0.375, INFINITY, 2.5,                     \
      "x min(max(x + 3, 0), 6) / 6", "Howard et al. 2019")                                     \
    X(SIN, sin, "sin", SMOOTH, -1, 1, 2, "sin(x)", "Sitzmann et al. 2020")                     \
    X(COS, cos, "cos", SMOOTH, -1, 1, 2, "cos(x)", "Rahimi and Recht 2007")                    \
    X(SINC, sinc, "sinc", SMOOTH, -0.2172337, 1, 3, "sin(x) / x", "DLMF 10.49.3")              \
    X(TRIANGLE, triangle, "triangle", KINKED, -1, 1, 0, "2/pi asin(sin(pi x / 2))",            \
      "MathWorld")                                                                             \
    X(SQUARE, square, "square", STEPPED, -1, 1, 0, "sign(sin(pi x / 2))", "MathWorld")         \
    X(SAWTOOTH, sawtooth, "sawtooth", STEPPED, -1, 1, 0, "x - 2 floor((x + 1) / 2)",           \
      "MathWorld")                                                                             \
    X(GAUSSIAN, gaussian, "gaussian", SMOOTH, 0, 1, 1.5, "exp(-x^2 / 2)",                      \
      "Stanley 2007 (CPPN)")                                                                   \
    X(EXP_DECAY, exp_decay, "exp-decay", KINKED, 0, 1, 1.5, "exp(-|x|)", "Laplace 1774")       \
    X(CAUCHY, cauchy, "cauchy", SMOOTH, 0, 1, 2.5, "1 / (1 + x^2)", "MathWorld")               \
    X(HAT, hat, "hat", KINKED, 0, 1, 0.5, "max(1 - |x|, 0)", "neat-python")                    \
    X(RICKER, ricker, "ricker", SMOOTH, -0.4462604, 1, 3, "(1 - x^2) exp(-x^2 / 2)",           \
      "Ricker 1953")                                                                           \
    X(ABS, abs, "abs", KINKED, 0, INFINITY, 0, "|x|", "")                                      \
    X(QUADRATIC, quadratic, "quadratic", SMOOTH, 0, INFINITY, 0.5, "x^2", "Livni et al. 2014") \
    X(CUBIC, cubic, "cubic", SMOOTH, -INFINITY, INFINITY, 1.5, "x^3", "Chen and Manning 2014") \
    X(STEP, step, "step", STEPPED, 0, 1, 0, "x > 0 ? 1 : 0", "McCulloch and Pitts 1943")       \
    X(SIGN, sign, "sign", STEPPED, -1, 1, 0, "x > 0 ? 1 : x < 0 ? -1 : 0",                     \
      "Courbariaux et al. 2016")

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
    double low, high; /* range of values; infinite where there is no bound */
    double ulp;       /* stated error over all floats, in units in the last place */
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
