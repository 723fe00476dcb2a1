/* Tone: which line, and which ranks, take an output to [0, 1]. */
#include <float.h>
#include <math.h>

#include "render/colour.h"

/* The line w -> w scale + offset, then stretched by `gain` around 1/2, then turned over. */
static void set_line(const TdRecipe *recipe, double scale, double offset, float *line_scale,
                     float *line_offset)
{
    scale = recipe->gain * scale;
    offset = recipe->gain * offset + (0.5 - 0.5 * recipe->gain);
    *line_scale = (float)(recipe->invert ? -scale : scale);
    *line_offset = (float)(recipe->invert ? 1 - offset : offset);
}

/* low..high goes to [0, 1]; an output without a range becomes 0.5. */
static void set_range(TdiColour *colour, const TdRecipe *recipe, uint32_t c, double low,
                      double high)
{
    colour->scale[c] = 0;
    colour->offset[c] = 0.5f;
    if (high > low && recipe->gain / (high - low) <= FLT_MAX)
        set_line(recipe, 1 / (high - low), -low / (high - low), &colour->scale[c],
                 &colour->offset[c]);
}

/* Least and greatest finite value of output c. Order does not matter, so threads do not. */
static void find_range(const float *sample, size_t points, uint32_t outputs, uint32_t c,
                       double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = c; i < points * outputs; i += outputs) {
        double value = sample[i];
        if (!isfinite(value))
            continue;
        *low = value < *low ? value : *low;
        *high = value > *high ? value : *high;
    }
}

/* The share of finite points below each bin's lower edge. A value's bin is found with the
 * arithmetic that will find its rank. */
static void fill_ranks(const float *sample, size_t points, uint32_t outputs, uint32_t c,
                       float scale, float offset, float *ranks)
{
    uint32_t bins[TDI_RANK_PARTS] = {0}, total = 0, below = 0;
    for (size_t i = c; i < points * outputs; i += outputs) {
        if (!isfinite(sample[i]))
            continue;
        float scaled = sample[i] * scale;
        float place = (scaled + offset) * TDI_RANK_PARTS;
        int bin = place > 0 ? (int)place : 0;
        bins[bin < TDI_RANK_PARTS ? bin : TDI_RANK_PARTS - 1]++;
        total++;
    }
    for (uint32_t k = 0; k < TDI_RANK_PARTS; k++) {
        ranks[k] = (float)((double)below / total);
        below += bins[k];
    }
    ranks[TDI_RANK_PARTS] = 1;
}

/* Gain and invert are for the rank, not for the place in the table of ranks. */
static void set_ranks(TdiColour *colour, const TdRecipe *recipe, const float *sample,
                      size_t points, uint32_t outputs, uint32_t c)
{
    TdRecipe plain = *recipe; /* borrows the layers */
    float *ranks = colour->ranks + (size_t)c * (TDI_RANK_PARTS + 1);
    double low, high;
    plain.gain = 1;
    plain.invert = false;
    find_range(sample, points, outputs, c, &low, &high);
    set_range(colour, &plain, c, low, high);
    if (colour->scale[c] > 0)
        fill_ranks(sample, points, outputs, c, colour->scale[c], colour->offset[c], ranks);
    for (uint32_t k = 0; colour->scale[c] <= 0 && k <= TDI_RANK_PARTS; k++)
        ranks[k] = 0.5f;
    set_line(recipe, 1, 0, &colour->rank_scale, &colour->rank_offset);
}

bool tdi_tone_needs_sample(const TdRecipe *recipe)
{
    return recipe->tone == TD_TONE_RESCALE || recipe->tone == TD_TONE_RANK;
}

/* The range of the output activation, [-1, 1] where it has none. */
static void set_affine(TdiColour *colour, const TdRecipe *recipe, uint32_t c)
{
    TdActivation act = td_recipe_layer(recipe, td_recipe_depth(recipe) - 1).act;
    const TdActivationInfo *info = td_activation_info(act);
    bool bounded = isfinite(info->low) && isfinite(info->high);
    set_range(colour, recipe, c, bounded ? info->low : -1, bounded ? info->high : 1);
}

void tdi_colour_set_signed(TdiColour *colour, const TdRecipe *recipe, const float *sample,
                           size_t points)
{
    double low, high;
    find_range(sample, points, 1, 0, &low, &high);
    double most = -low > high ? -low : high;
    set_range(colour, recipe, 0, -most, most);
}

void tdi_colour_set_tone(TdiColour *colour, const TdRecipe *recipe, const float *sample,
                         size_t points, uint32_t outputs)
{
    for (uint32_t c = 0; c < colour->outputs; c++) {
        double low, high;
        switch (recipe->tone) {
        case TD_TONE_AFFINE:
            set_affine(colour, recipe, c);
            break;
        case TD_TONE_CLIP:
        case TD_TONE_LOGISTIC:
            set_range(colour, recipe, c, 0, 1);
            break;
        case TD_TONE_RESCALE:
            find_range(sample, points, outputs, c, &low, &high);
            set_range(colour, recipe, c, low, high);
            break;
        case TD_TONE_RANK:
            set_ranks(colour, recipe, sample, points, outputs, c);
            break;
        }
    }
}
