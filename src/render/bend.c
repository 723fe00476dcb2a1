#include "render/bend.h"

#include <float.h>

#define NEVER INFINITY

/* tail, cross, low and high for smooth ones: tanh's stand in the trials of docs/SPECTRAL.md,
 * the others are as wide as their bends are to tanh's. */
#define SMOOTH(TAIL, CROSS, LOW, HIGH)                                                         \
    {                                                                                          \
        TAIL, CROSS, NEVER, LOW, HIGH, 0,                                                      \
        {                                                                                      \
            0                                                                                  \
        }                                                                                      \
    }
#define WAVE(TAIL, JUMP)                                                                       \
    {                                                                                          \
        TAIL, NEVER, JUMP, NEVER, NEVER, 0,                                                    \
        {                                                                                      \
            0                                                                                  \
        }                                                                                      \
    }
/* Lines between kinks. */
#define LINES(COUNT, ...)                                                                      \
    {                                                                                          \
        NEVER, NEVER, NEVER, -NEVER, -NEVER, COUNT,                                            \
        {                                                                                      \
            __VA_ARGS__                                                                        \
        }                                                                                      \
    }
/* Smooth on either side of a kink at 0. */
#define CORNER(TAIL, LOW, HIGH)                                                                \
    {                                                                                          \
        TAIL, NEVER, NEVER, LOW, HIGH, 1,                                                      \
        {                                                                                      \
            0                                                                                  \
        }                                                                                      \
    }

#define IDENTITY LINES(0, 0)
#define TANH SMOOTH(0.5f, 3, 5, 5)
#define LECUN_TANH SMOOTH(0.7f, 4.5f, 7.5f, 7.5f)
#define HARD_TANH LINES(2, -1, 1)
#define ERF SMOOTH(0.4f, 2.5f, 4, 4)
#define ATAN SMOOTH(0.4f, 2, NEVER, NEVER)
#define SOFTSIGN CORNER(0.3f, NEVER, NEVER)
#define SYMLOG CORNER(0.3f, NEVER, NEVER)
#define SIGMOID SMOOTH(0.8f, 5, 10, 10)
#define HARD_SIGMOID LINES(2, -3, 3)
#define RELU LINES(1, 0)
#define LEAKY_RELU LINES(1, 0)
#define RELU6 LINES(2, 0, 6)
#define ELU CORNER(0.5f, 10, 0)
#define SELU CORNER(0.5f, 10, 0)
#define SOFTPLUS SMOOTH(0.8f, 5, 12, 12)
#define GELU SMOOTH(0.4f, 2.5f, 5, 5)
#define SILU SMOOTH(0.8f, 5, 16, 16)
#define MISH SMOOTH(0.5f, 3.5f, 16, 10)
#define HARD_SWISH                                                                             \
    {                                                                                          \
        0.5f, NEVER, NEVER, 3, 3, 2,                                                           \
        {                                                                                      \
            -3, 3                                                                              \
        }                                                                                      \
    }
#define SIN WAVE(0.5f, 2)
#define COS WAVE(0.5f, 2)
#define SINC WAVE(0.5f, 2)
#define TRIANGLE LINES(TDI_KINKS_PERIODIC, 1)
#define SQUARE LINES(TDI_KINKS_PERIODIC, 0)
#define SAWTOOTH LINES(TDI_KINKS_PERIODIC, 1)
#define GAUSSIAN SMOOTH(0.4f, 2.5f, 6, 6)
#define EXP_DECAY CORNER(0.5f, 16, 16)
#define CAUCHY SMOOTH(0.3f, 1.5f, NEVER, NEVER)
#define HAT LINES(3, -1, 0, 1)
#define RICKER SMOOTH(0.3f, 2, 7, 7)
#define ABS LINES(1, 0)
#define QUADRATIC SMOOTH(0.5f, NEVER, NEVER, NEVER)
#define CUBIC SMOOTH(0.5f, NEVER, NEVER, NEVER)
#define STEP LINES(1, 0)
#define SIGN LINES(1, 0)

/* An activation that is missing above does not compile. */
#define ENTRY(ID, ...) [TD_ACT_##ID] = ID,
static const TdiBend bends[TD_ACT_COUNT] = {TD_ACTIVATIONS(ENTRY)};

TdiBend tdi_bend(TdActivation act, bool output)
{
    TdiBend bend = bends[act];
    if (output) {
        bend.tail = bend.tail / 5;
        bend.low = bend.low * 1.4f;
        bend.high = bend.high * 1.4f;
    }
    return bend;
}

/* Whether a kink lies in low..high. */
static bool meets_kink(const TdiBend *bend, float low, float high)
{
    enum { HUGE_Z = 1 << 20 }; /* beyond, floats are too coarse to tell */
    if (bend->kinks == TDI_KINKS_PERIODIC)
        return low < -HUGE_Z || high > HUGE_Z ||
               floorf((low - bend->kink[0]) / 2) != floorf((high - bend->kink[0]) / 2);
    for (int i = 0; i < bend->kinks; i++)
        if (low <= bend->kink[i] && high >= bend->kink[i])
            return true;
    return false;
}

bool tdi_bend_holds(const TdiBend *bend, const TdSurvey *survey, int lane)
{
    float tail = survey->tail[lane];
    float low = survey->least[lane] - tail, high = survey->greatest[lane] + tail;
    if (!(survey->finite[lane] == 0) || !(tail <= FLT_MAX) || meets_kink(bend, low, high))
        return false;
    if (low > bend->high || high < -bend->low)
        return true;
    return tail < bend->tail && survey->cross[lane] <= bend->cross &&
           survey->jump[lane] <= bend->jump;
}
