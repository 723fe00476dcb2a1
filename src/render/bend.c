#include "render/bend.h"

#include <float.h>

#define NEVER INFINITY

/* A smooth resolved function may do this between two nodes: two parabolas, in x and in y, each
 * with its top in the middle, rise by an eighth of what they fall to the next node. */
#define REACH 0.25f

/* tail, cross, low and high of smooth ones: tanh's stand in the trials of docs/SPECTRAL.md, the
 * others are as wide as their bends are to tanh's. */
#define SMOOTH(TAIL, CROSS, LOW, HIGH)                                                         \
    {                                                                                          \
        .tail = TAIL, .cross = CROSS, .jump = NEVER, .low = LOW, .high = HIGH, .reach = REACH  \
    }
#define WAVE(TAIL, JUMP)                                                                       \
    {                                                                                          \
        .tail = TAIL, .cross = NEVER, .jump = JUMP, .low = NEVER, .high = NEVER,               \
        .reach = REACH                                                                         \
    }
/* Lines between kinks. */
#define LINES(COUNT, ...)                                                                      \
    {                                                                                          \
        .tail = NEVER, .cross = NEVER, .jump = NEVER, .low = -NEVER, .high = -NEVER,           \
        .reach = REACH, .kinks = COUNT, .kink = {                                              \
            __VA_ARGS__                                                                        \
        }                                                                                      \
    }
/* Smooth on either side of kinks. */
#define CORNERS(TAIL, LOW, HIGH, COUNT, ...)                                                   \
    {                                                                                          \
        .tail = TAIL, .cross = NEVER, .jump = NEVER, .low = LOW, .high = HIGH, .reach = REACH, \
        .kinks = COUNT, .kink = {                                                              \
            __VA_ARGS__                                                                        \
        }                                                                                      \
    }

#define IDENTITY LINES(0, 0)
#define TANH SMOOTH(0.5f, 3, 5, 5)
#define LECUN_TANH SMOOTH(0.7f, 4.5f, 7.5f, 7.5f)
#define HARD_TANH LINES(2, -1, 1)
#define ERF SMOOTH(0.4f, 2.5f, 4, 4)
#define ATAN SMOOTH(0.4f, 2, NEVER, NEVER)
#define SOFTSIGN CORNERS(0.3f, NEVER, NEVER, 1, 0)
#define SYMLOG CORNERS(0.3f, NEVER, NEVER, 1, 0)
#define SIGMOID SMOOTH(0.8f, 5, 10, 10)
#define HARD_SIGMOID LINES(2, -3, 3)
#define RELU LINES(1, 0)
#define LEAKY_RELU LINES(1, 0)
#define RELU6 LINES(2, 0, 6)
#define ELU CORNERS(0.5f, 10, 0, 1, 0)
#define SELU CORNERS(0.5f, 10, 0, 1, 0)
#define SOFTPLUS SMOOTH(0.8f, 5, 12, 12)
#define GELU SMOOTH(0.4f, 2.5f, 5, 5)
#define SILU SMOOTH(0.8f, 5, 16, 16)
#define MISH SMOOTH(0.5f, 3.5f, 16, 10)
#define HARD_SWISH CORNERS(0.5f, 3, 3, 2, -3, 3)
#define SIN WAVE(0.5f, 2)
#define COS WAVE(0.5f, 2)
#define SINC WAVE(0.5f, 2)
#define TRIANGLE LINES(TDI_KINKS_PERIODIC, 1)
#define SQUARE LINES(TDI_KINKS_PERIODIC, 0)
#define SAWTOOTH LINES(TDI_KINKS_PERIODIC, 1)
#define GAUSSIAN SMOOTH(0.4f, 2.5f, 6, 6)
#define EXP_DECAY CORNERS(0.5f, 16, 16, 1, 0)
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

/* Whether what a layer is fed consists of lines wherever no kink was met. */
static bool is_fed_lines(const TdPlan *plan, uint32_t layer)
{
    const uint32_t curved = 1u << TD_INPUT_R | 1u << TD_INPUT_X2 | 1u << TD_INPUT_Y2;
    bool lines = (td_plan_inputs(plan) & curved) == 0;
    for (uint32_t i = 0; i < layer; i++)
        lines = lines && bends[td_plan_activation(plan, i)].high == -NEVER;
    return lines;
}

/* What is drawn is held to more than what another layer reads. */
static void hold_to_more(TdiBend *bend)
{
    bend->tail = bend->tail / 5;
    bend->low = bend->low * 1.4f;
    bend->high = bend->high * 1.4f;
}

TdiBend tdi_bend(const TdPlan *plan, uint32_t layer)
{
    TdiBend bend = bends[td_plan_activation(plan, layer)];
    if (is_fed_lines(plan, layer))
        bend.reach = 0;
    if (layer + 1 == td_plan_depth(plan))
        hold_to_more(&bend);
    return bend;
}

TdiBend tdi_bend_of_tone(TdActivation act)
{
    TdiBend bend = bends[act];
    hold_to_more(&bend);
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
    float between = survey->jump[lane] * bend->reach; /* the nodes hide so much */
    float low = survey->least[lane] - tail - between;
    float high = survey->greatest[lane] + tail + between;
    if (!(survey->finite[lane] == 0) || !(tail <= FLT_MAX) || meets_kink(bend, low, high))
        return false;
    if (low > bend->high || high < -bend->low)
        return true;
    return tail < bend->tail && survey->cross[lane] <= bend->cross &&
           between <= bend->cross / 2 && survey->jump[lane] <= bend->jump;
}
