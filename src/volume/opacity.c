#include "volume/opacity.h"

#include <string.h>

#include "base/error.h"

TdStatus tdi_opacity_check(const TdRecipe *recipe, TdError *err)
{
    bool ramp = td_palette_info(recipe->palette)->kind == TD_PALETTE_OF_ONE;
    if (recipe->opacity < TD_OPACITY_SECOND || (td_recipe_channels(recipe) == 3 && !ramp))
        return TD_OK;
    return tdi_fail(err, TD_ERROR_RECIPE, "opacity: %s reads output 1 alone; choose 1",
                    ramp ? "a palette that is a ramp" : "this network");
}

void tdi_opacity_weights(TdOpacity opacity, uint32_t outputs, float weights[3])
{
    static const float luma[3] = {0.2126f, 0.7152f, 0.0722f}; /* Rec. 709 */
    bool alone = opacity >= TD_OPACITY_FIRST || outputs < 3;
    uint32_t chosen = opacity >= TD_OPACITY_FIRST ? (uint32_t)(opacity - TD_OPACITY_FIRST) : 0;
    for (uint32_t c = 0; c < 3; c++)
        weights[c] = alone ? (float)(c == chosen) : luma[c];
}

void tdi_opacity_find(TdOpacity opacity, uint32_t outputs, const float *rows, size_t stride,
                      size_t points, float *s)
{
    float weights[3];
    if (opacity >= TD_OPACITY_FIRST || outputs < 3) {
        size_t chosen = opacity >= TD_OPACITY_FIRST ? (size_t)(opacity - TD_OPACITY_FIRST) : 0;
        memcpy(s, rows + chosen * stride, points * sizeof *s);
        return;
    }
    tdi_opacity_weights(opacity, outputs, weights);
    for (size_t i = 0; i < points; i++) {
        float red = weights[0] * rows[i], green = weights[1] * rows[stride + i];
        float blue = weights[2] * rows[2 * stride + i], sum = red + green;
        s[i] = sum + blue;
    }
}
