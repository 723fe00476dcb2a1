/* Random choices of which recipes are made: what the comparisons of engines share. */
#ifndef TEST_CHOICES_H
#define TEST_CHOICES_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tiedye/base.h"

enum { TEXT = 1024 }; /* bytes of a recipe */

/* ---- Random choices ------------------------------------------------------------------ */

static uint64_t state; /* splitmix64 */

static uint64_t next_random(void)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double uniform(double low, double high)
{
    return low + (high - low) * (double)(next_random() >> 11) * 0x1p-53;
}

static double log_uniform(double low, double high)
{
    return exp(uniform(log(low), log(high)));
}

static int below(int count)
{
    return (int)(next_random() % (uint64_t)count);
}

static bool chance(double share)
{
    return uniform(0, 1) < share;
}

__attribute__((format(printf, 2, 3))) static void add(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + length, TEXT - length, format, args);
    va_end(args);
}

static const char *smooth_activation(void)
{
    for (;;) {
        const TdActivationInfo *info = td_activation_info((TdActivation)below(TD_ACT_COUNT));
        if (info->smoothness == TD_SMOOTH)
            return info->name;
    }
}

#endif
