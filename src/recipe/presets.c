/* Named recipes. */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "tiedye/recipe.h"

/* The set-up of the post: weights and biases N(0, 1), not scaled, a wide view, honest RGB. */
#define POST                                                                                     \
    "sigma_w = 1\nsigma_b = 1\ninit = unscaled\nextent = 5\npalette = rgb\n"

static const TdPreset presets[] = {
    {"tie-dye", "bursts of pure colour around a hub: the post's wide network",
     POST "layers = 100,50,3\n"},
    {"post-1-1-3", "one neuron: flat tiles and two-colour splits", POST "layers = 1,1,3\n"},
    {"post-10-5-3", "a few neurons: soft wedges", POST "layers = 10,5,3\n"},
    {"post-20-10-3", "more neurons: clear colour wedges", POST "layers = 20,10,3\n"},
    {"deeper", "tie-dye stacked deeper: shattered, hard to read", POST "layers = 100,50x4,3\n"},
    {"ghostly", "one channel: smoke in black and white", POST "layers = 100,50,1\n"},
};

enum { PRESET_COUNT = sizeof presets / sizeof *presets };

size_t td_preset_count(void)
{
    return PRESET_COUNT;
}

const TdPreset *td_preset_info(size_t i)
{
    return &presets[i];
}

const TdPreset *td_preset_find(const char *name, TdError *err)
{
    const char *names[PRESET_COUNT];
    for (size_t i = 0; i < PRESET_COUNT; i++) {
        names[i] = presets[i].name;
        if (strcmp(names[i], name) == 0)
            return &presets[i];
    }
    const char *near = tdi_nearest_name(name, strlen(name), names, PRESET_COUNT);
    if (near == NULL)
        tdi_fail(err, TD_ERROR_RECIPE,
                 "unknown preset @%.40s; `tiedye list presets` names them all", name);
    else
        tdi_fail(err, TD_ERROR_RECIPE, "unknown preset @%.40s; did you mean @%s?", name, near);
    return NULL;
}
