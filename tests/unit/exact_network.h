/* Networks and colours in double precision, with libm, straight from the definitions in
 * docs/NUMERICS.md: what slow renderers of tests are made of. Include after cmocka.h. */
#ifndef TEST_EXACT_NETWORK_H
#define TEST_EXACT_NETWORK_H

#include <math.h>
#include <string.h>

#include "exact_activations.h"
#include "tiedye/network.h"

enum { WIDEST = 64 };

/* The network's outputs at a point, whose coordinates stand by TdInput. */
static void evaluate(const TdNetwork *network, const double point[TD_INPUT_COUNT],
                     double out[WIDEST])
{
    double in[WIDEST];
    uint32_t column = 0;
    for (uint32_t i = 0; i < TD_INPUT_COUNT; i++)
        if ((network->inputs & 1u << i) != 0)
            in[column++] = point[i];
    for (uint32_t l = 0; l < network->depth; l++) {
        const TdLayer *layer = &network->layers[l];
        for (uint32_t o = 0; o < layer->out; o++) {
            double sum = (double)layer->bias[o];
            for (uint32_t i = 0; i < layer->in; i++)
                sum += (double)layer->weights[o * layer->in + i] * in[i];
            out[o] = exact_activations[layer->act].value(sum);
            if (layer->residual && o < layer->in)
                out[o] += in[o];
        }
        memcpy(in, out, layer->out * sizeof *in);
    }
}

/* Constants, x, y, z and the radius. */
static void set_point(const TdRecipe *recipe, double x, double y, double z,
                      double point[TD_INPUT_COUNT])
{
    memcpy(point, recipe->constants, TD_INPUT_COUNT * sizeof *point);
    point[TD_INPUT_X] = x;
    point[TD_INPUT_Y] = y;
    point[TD_INPUT_Z] = z;
    point[TD_INPUT_R] = sqrt(x * x + y * y + z * z);
}

static double clip_to_one(double u)
{
    return fmin(fmax(u, 0), 1);
}

static double to_srgb(double linear)
{
    linear = clip_to_one(linear);
    return linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
}

/* Ottosson's Oklab to encoded sRGB. */
static void from_oklab(double L, double a, double b, double rgb[3])
{
    double l = pow(L + 0.3963377774 * a + 0.2158037573 * b, 3);
    double m = pow(L - 0.1055613458 * a - 0.0638541728 * b, 3);
    double s = pow(L - 0.0894841775 * a - 1.2914855480 * b, 3);
    rgb[0] = to_srgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
    rgb[1] = to_srgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
    rgb[2] = to_srgb(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
}

/* Encoded colours of palettes that read three outputs. */
static void colour(TdPalette palette, const double u[3], double rgb[3])
{
    double t[3];
    for (int c = 0; c < 3; c++)
        t[c] = palette == TD_PALETTE_OKLAB_SOFT ? tanh(0.9 * (2 * u[c] - 1)) : 2 * u[c] - 1;
    switch (palette) {
    case TD_PALETTE_GRAY:
        rgb[0] = 0.2126 * u[0] + 0.7152 * u[1] + 0.0722 * u[2];
        break;
    case TD_PALETTE_OKLAB:
        from_oklab(0.62 + 0.33 * t[0], 0.2 * t[1], 0.2 * t[2], rgb);
        break;
    case TD_PALETTE_OKLAB_SOFT:
        from_oklab(0.6 + 0.36 * t[0], 0.17 * t[1] + 0.02, 0.17 * t[2] + 0.02, rgb);
        break;
    default:
        memcpy(rgb, u, 3 * sizeof *rgb);
    }
}

/* Range of each channel that tone takes to [0, 1]. */
typedef struct Range {
    double low[3], high[3];
} Range;

static double tone(const TdRecipe *recipe, const Range *range, int c, double v)
{
    if (recipe->tone == TD_TONE_LOGISTIC)
        return 1 / (1 + exp(-v));
    return clip_to_one((v - range->low[c]) / (range->high[c] - range->low[c]));
}

/* The range of a tone that does not look at the view. */
static Range fixed_range(const TdNetwork *network, const TdRecipe *recipe)
{
    Range range = {{0, 0, 0}, {1, 1, 1}};
    const TdActivationInfo *info = td_activation_info(network->layers[network->depth - 1].act);
    bool bounded = isfinite(info->low) && isfinite(info->high);
    for (int c = 0; c < 3 && recipe->tone == TD_TONE_AFFINE; c++) {
        range.low[c] = bounded ? (double)info->low : -1;
        range.high[c] = bounded ? (double)info->high : 1;
    }
    return range;
}

/* Take the outputs at one more point into a range that begins at INFINITY, -INFINITY. */
static void widen(Range *range, const double out[WIDEST])
{
    for (int c = 0; c < 3; c++) {
        range->low[c] = fmin(range->low[c], out[c]);
        range->high[c] = fmax(range->high[c], out[c]);
    }
}

#endif
