/* The table of keys. No other place knows a key. */
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "recipe/values.h"

static const char *const draws[] = {"picture", "sheet", "grid", "inside", "volume", NULL};
static const char *const inits[] = {"unscaled", "fan-in", NULL};
static const char *const dists[] = {"normal", "uniform", NULL};
static const char *const switches[] = {"off", "on", NULL};
static const char *const tones[] = {"affine", "clip", "rescale", "logistic", "rank", NULL};
static const char *const tiles[] = {"none", "torus", NULL};
static const char *const projections[] = {"perspective", "orthographic", NULL};
static const char *const resamples[] = {"cubic", "linear", "nearest", NULL};
static const char *const opacities[] = {"even", "luminance", "1", "2", "3", NULL};
static const char *const engines[] = {"auto", "dense", "spectral", NULL};
#define NAME(ID, WORDS, ...) WORDS,
static const char *const palettes[] = {TD_PALETTES(NAME) NULL};
#undef NAME

#define AT(FIELD) offsetof(TdRecipe, FIELD)
#define CONSTANT(NAME, INPUT)                                                                  \
    {                                                                                          \
        NAME, TD_GROUP_NETWORK, TD_KEY_REAL, -1e6, 1e6, NULL, "0", "",                         \
            "value of the input " NAME, AT(constants) + (INPUT) * sizeof(double)               \
    }

static const TdKeyInfo keys[] = {
    {"v", TD_GROUP_RECIPE, TD_KEY_VERSION, 1, 1, NULL, "1", "",
     "version of the recipe language", 0},
    {"draw", TD_GROUP_RECIPE, TD_KEY_CHOICE, 0, 0, draws, "picture", "", "what is drawn",
     AT(draw)},
    {"field", TD_GROUP_RECIPE, TD_KEY_NAME, 0, 0, NULL, "", "FILE.npy",
     "samples to colour, in the place of a network's", AT(field)},
    {"field_sha256", TD_GROUP_RECIPE, TD_KEY_HASH, 0, 0, NULL, "", "HEX",
     "which file that must be", AT(field_sha256)},
    {"image_sha256", TD_GROUP_RECIPE, TD_KEY_HASH, 0, 0, NULL, "", "HEX",
     "which file `image` must be", AT(image_sha256)},

    {"inputs", TD_GROUP_NETWORK, TD_KEY_INPUTS, 0, 0, NULL, "", "NAME,NAME",
     "of x, y, z, r, t, z1-z8, n1-n8 (noise), red, green, blue", AT(inputs)},
    {"image", TD_GROUP_NETWORK, TD_KEY_NAME, 0, 0, NULL, "", "FILE.png",
     "a picture to be fed: its red, green and blue", AT(image)},
    {"layers", TD_GROUP_NETWORK, TD_KEY_LAYERS, 0, 0, NULL, "32x6,3",
     "[KIND] WIDTH[xN][:ACT],...", "layers, output last: 20,10,3 or conv3 16,pool2,8,3",
     AT(layers)},
    {"act", TD_GROUP_NETWORK, TD_KEY_ACTIVATION, 0, 0, NULL, "tanh", "ACT",
     "activation of the hidden layers", AT(act)},
    {"out", TD_GROUP_NETWORK, TD_KEY_ACTIVATION, 0, 0, NULL, "tanh", "ACT",
     "activation of the last layer", AT(out)},
    {"channels", TD_GROUP_NETWORK, TD_KEY_WHOLE, 1, 65536, NULL, "", "N",
     "replaces the last width: 1 gray, 3 colour", AT(channels)},
    {"depth", TD_GROUP_NETWORK, TD_KEY_SHAPE, 1, 65534, NULL, "", "N",
     "number of hidden layers: shortens or prolongs `layers`", AT(depth)},
    {"width", TD_GROUP_NETWORK, TD_KEY_SHAPE, 1, TD_MAX_WIDTH, NULL, "", "N",
     "neurons in every hidden layer", AT(width)},
    {"seed", TD_GROUP_NETWORK, TD_KEY_SEED, 0, 0, NULL, "1", "N|random",
     "which network: a whole number of 64 bits", AT(seed)},
    {"sigma_w", TD_GROUP_NETWORK, TD_KEY_REAL, 0, 1000, NULL, "1.8", "",
     "scale of the weights: 1 calm, 2 silk, 4 grain", AT(sigma_w)},
    {"sigma_b", TD_GROUP_NETWORK, TD_KEY_REAL, 0, 1000, NULL, "0.4", "", "scale of the biases",
     AT(sigma_b)},
    {"init", TD_GROUP_NETWORK, TD_KEY_CHOICE, 0, 0, inits, "fan-in", "",
     "weights scale by sigma_w, or by sigma_w / sqrt(fan-in)", AT(init)},
    {"dist", TD_GROUP_NETWORK, TD_KEY_CHOICE, 0, 0, dists, "normal", "",
     "distribution of weights and biases", AT(dist)},
    {"residual", TD_GROUP_NETWORK, TD_KEY_SWITCH, 0, 0, switches, "off", "",
     "hidden layers add their input to their output", AT(residual)},
    {"raster", TD_GROUP_NETWORK, TD_KEY_WHOLE, 1, TD_MAX_RASTER, NULL, "", "N",
     "cells in 4 units of the plane: 64, or those of `image`", AT(raster)},
    {"padding", TD_GROUP_NETWORK, TD_KEY_CHOICE, 0, 0, tdi_padding_names, "none", "",
     "what kernels meet beyond the raster: none, it goes on", AT(padding)},
    {"resample", TD_GROUP_NETWORK, TD_KEY_CHOICE, 0, 0, resamples, "cubic", "",
     "from the raster's cells to pixels", AT(resample)},
    {"morph_seed", TD_GROUP_NETWORK, TD_KEY_OWN_SEED, 0, 0, NULL, "seed", "N|random|seed",
     "of a second network that this one turns into", AT(morph_seed)},
    {"morph", TD_GROUP_NETWORK, TD_KEY_REAL, -1e6, 1e6, NULL, "0", "degrees",
     "how far: 0 is the first network, 90 the second", AT(morph)},
    CONSTANT("z", TD_INPUT_Z),
    CONSTANT("t", TD_INPUT_T),
    CONSTANT("z1", 8),
    CONSTANT("z2", 9),
    CONSTANT("z3", 10),
    CONSTANT("z4", 11),
    CONSTANT("z5", 12),
    CONSTANT("z6", 13),
    CONSTANT("z7", 14),
    CONSTANT("z8", 15),

    {"center", TD_GROUP_VIEW, TD_KEY_POINT, -1e9, 1e9, NULL, "0,0", "X,Y",
     "point in the middle of the picture", AT(center)},
    {"extent", TD_GROUP_VIEW, TD_KEY_REAL, 1e-9, 1e9, NULL, "2", "",
     "half the height of the view", AT(extent)},
    {"rotate", TD_GROUP_VIEW, TD_KEY_REAL, -1e6, 1e6, NULL, "0", "degrees",
     "turns the view counter-clockwise", AT(rotate)},
    {"size", TD_GROUP_VIEW, TD_KEY_SIZE, 1, 2147483647, NULL, "", "WxH|A3@300",
     "pixels (1024x1024, a cell 256x256, a neuron 96x96) or paper", AT(size)},
    {"tile", TD_GROUP_VIEW, TD_KEY_CHOICE, 0, 0, tiles, "none", "",
     "torus: copies of the picture join without a seam", AT(tile)},

    {"tone", TD_GROUP_COLOUR, TD_KEY_CHOICE, 0, 0, tones, "affine", "",
     "from an output to [0, 1]", AT(tone)},
    {"gain", TD_GROUP_COLOUR, TD_KEY_REAL, 1e-6, 100, NULL, "1", "",
     "contrast: stretches the tone around its middle", AT(gain)},
    {"invert", TD_GROUP_COLOUR, TD_KEY_SWITCH, 0, 0, switches, "off", "",
     "what was 1 becomes 0", AT(invert)},
    {"palette", TD_GROUP_COLOUR, TD_KEY_CHOICE, 0, 0, palettes, "oklab-soft", "",
     "from [0, 1] to colour", AT(palette)},
    {"colours", TD_GROUP_COLOUR, TD_KEY_WHOLE, 2, 5, NULL, "4", "2..5", "of the palette stops",
     AT(colours)},
    {"palette_seed", TD_GROUP_COLOUR, TD_KEY_OWN_SEED, 0, 0, NULL, "seed", "N|random|seed",
     "of seeded palettes; seed: that of the network", AT(palette_seed)},
    {"antialias", TD_GROUP_COLOUR, TD_KEY_WHOLE, 1, 16, NULL, "2", "K", "K x K points a pixel",
     AT(antialias)},
    {"bits", TD_GROUP_COLOUR, TD_KEY_BITS, 8, 16, NULL, "8", "8|16", "bits of a sample",
     AT(bits)},
    {"dither", TD_GROUP_COLOUR, TD_KEY_SWITCH, 0, 0, switches, "off", "",
     "round by blue noise: no bands", AT(dither)},

    {"engine", TD_GROUP_RASTER, TD_KEY_CHOICE, 0, 0, engines, "auto", "",
     "every sample, or polynomials from few", AT(engine)},
    {"tolerance", TD_GROUP_RASTER, TD_KEY_REAL, 1e-4, 1, NULL, "0.25", "codes",
     "of a sample: how far a polynomial may be off", AT(tolerance)},

    {"count", TD_GROUP_SHEET, TD_KEY_WHOLE, 1, 1000000, NULL, "32", "N",
     "number of networks: seed, seed + 1, ...", AT(count)},
    {"columns", TD_GROUP_SHEET, TD_KEY_WHOLE, 1, 10000, NULL, "8", "N", "pictures in a row",
     AT(columns)},

    {"down", TD_GROUP_GRID, TD_KEY_AXIS, 0, 0, NULL, "", "KEY=AXIS",
     "key that changes from row to row, as depth=1..8", AT(down)},
    {"across", TD_GROUP_GRID, TD_KEY_AXIS, 0, 0, NULL, "", "KEY=AXIS",
     "key that changes from column to column, as act=tanh,sin", AT(across)},

    {"layer", TD_GROUP_INSIDE, TD_KEY_WHOLE, 1, TD_MAX_DEPTH, NULL, "", "N",
     "draw this layer alone, all of its neurons", AT(layer)},
    {"neuron", TD_GROUP_INSIDE, TD_KEY_WHOLE, 1, TD_MAX_WIDTH, NULL, "", "N",
     "draw this neuron of `layer` alone", AT(neuron)},
    {"page", TD_GROUP_INSIDE, TD_KEY_WHOLE, 1, 1000000, NULL, "1", "N",
     "of networks that do not fit on one page", AT(page)},

    {"captions", TD_GROUP_CAPTION, TD_KEY_SWITCH, 0, 0, switches, "on", "",
     "write seeds, values and names beside the pictures", AT(captions)},
    {"with_diagram", TD_GROUP_CAPTION, TD_KEY_SWITCH, 0, 0, switches, "off", "",
     "draw the network's architecture above the pictures", AT(with_diagram)},

    {"azimuth", TD_GROUP_VOLUME, TD_KEY_REAL, -1e6, 1e6, NULL, "35", "degrees",
     "walks around the solid, to the right", AT(azimuth)},
    {"elevation", TD_GROUP_VOLUME, TD_KEY_REAL, -1e6, 1e6, NULL, "25", "degrees",
     "looks down on it", AT(elevation)},
    {"distance", TD_GROUP_VOLUME, TD_KEY_REAL, 0.01, 1e6, NULL, "6.5", "extents",
     "of the camera from the centre", AT(distance)},
    {"fov", TD_GROUP_VOLUME, TD_KEY_REAL, 0.01, 150, NULL, "30", "degrees",
     "field of view, from bottom to top", AT(fov)},
    {"projection", TD_GROUP_VOLUME, TD_KEY_CHOICE, 0, 0, projections, "perspective", "",
     "what is far is smaller, or not", AT(projection)},
    {"cut_x", TD_GROUP_VOLUME, TD_KEY_POINT, -1, 1, NULL, "-1,1", "FROM,TO",
     "what is drawn of the box from -1 to 1", AT(cut_x)},
    {"cut_y", TD_GROUP_VOLUME, TD_KEY_POINT, -1, 1, NULL, "-1,1", "FROM,TO", "likewise",
     AT(cut_y)},
    {"cut_z", TD_GROUP_VOLUME, TD_KEY_POINT, -1, 1, NULL, "-1,1", "FROM,TO", "likewise",
     AT(cut_z)},
    {"corner", TD_GROUP_VOLUME, TD_KEY_REAL, 0, 2, NULL, "1", "extents",
     "edge of the cube cut out of a corner, to look in", AT(corner)},
    {"opacity", TD_GROUP_VOLUME, TD_KEY_CHOICE, 0, 0, opacities, "even", "",
     "what makes a point opaque: its light, an output, or nothing", AT(opacity)},
    {"transfer", TD_GROUP_VOLUME, TD_KEY_CURVE, 0, 1, NULL, "0:0,1:1", "X:Y,X:Y...",
     "from that value to a share of the density", AT(transfer)},
    {"level", TD_GROUP_VOLUME, TD_KEY_REAL, 0, 1, NULL, "0.5", "",
     "of the opacity's value: of band, and of a mesh's surface", AT(level)},
    {"band", TD_GROUP_VOLUME, TD_KEY_REAL, 0, 1, NULL, "0", "",
     "only what lies so near to the level is seen; 0: all", AT(band)},
    {"density", TD_GROUP_VOLUME, TD_KEY_REAL, 0, 1e6, NULL, "60", "per extent",
     "how opaque the solid is", AT(density)},
    {"step", TD_GROUP_VOLUME, TD_KEY_REAL, 1e-4, 1, NULL, "0.01", "extents",
     "from sample to sample along a ray", AT(step)},
    {"shading", TD_GROUP_VOLUME, TD_KEY_REAL, 0, 1, NULL, "0.5", "",
     "how much light and shade show the form", AT(shading)},
    {"background", TD_GROUP_VOLUME, TD_KEY_COLOUR, 0, 0, NULL, "ffffff", "rrggbb",
     "what stands behind the solid", AT(background)},

    {"frames", TD_GROUP_MOTION, TD_KEY_WHOLE, 1, 1000000, NULL, "150", "N",
     "pictures of the film", AT(frames)},
    {"fps", TD_GROUP_MOTION, TD_KEY_REAL, 0.001, 1000, NULL, "30", "per second",
     "how fast they follow each other", AT(fps)},
    {"loop", TD_GROUP_MOTION, TD_KEY_SWITCH, 0, 0, switches, "off", "",
     "the film ends where it begins", AT(loop)},
    {"frame", TD_GROUP_MOTION, TD_KEY_WHOLE, 0, 1000000, NULL, "", "N",
     "draw this one of the film's pictures alone; 0: all", AT(frame)},
    {"path", TD_GROUP_MOTION, TD_KEY_PATHS, 0, 0, NULL, "", "KEY=A..B",
     "a key that changes, as z=-5..5; may be said again", AT(paths)},
};

enum { KEY_COUNT = sizeof keys / sizeof *keys };

size_t td_key_count(void)
{
    return KEY_COUNT;
}

const TdKeyInfo *td_key_info(size_t i)
{
    return &keys[i];
}

static bool same_name(const char *key, const char *words, size_t length)
{
    if (strlen(key) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (key[i] != (words[i] == '-' ? '_' : words[i]))
            return false;
    return true;
}

const TdKeyInfo *tdi_key_find(const char *words, size_t length)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (same_name(keys[i].name, words, length))
            return &keys[i];
    return NULL;
}

const TdKeyInfo *td_key_find(const char *name)
{
    return tdi_key_find(name, strlen(name));
}

const char *tdi_key_nearest(const char *words, size_t length)
{
    const char *names[KEY_COUNT];
    for (size_t i = 0; i < KEY_COUNT; i++)
        names[i] = keys[i].name;
    return tdi_nearest_name(words, length, names, KEY_COUNT);
}

const char *td_key_nearest(const char *name)
{
    return tdi_key_nearest(name, strlen(name));
}

const char *td_group_name(TdKeyGroup group)
{
    static const char *const names[TD_GROUP_COUNT] = {"recipe",   "network", "view",  "colour",
                                                      "raster",   "sheet",   "grid",  "inside",
                                                      "captions", "volume",  "motion"};
    return names[group];
}

const TdPaletteInfo *td_palette_info(TdPalette palette)
{
#define INFO(ID, NAME, KIND, HELP) {NAME, TD_PALETTE_##KIND, HELP},
    static const TdPaletteInfo infos[TD_PALETTE_COUNT] = {TD_PALETTES(INFO)};
#undef INFO
    return &infos[palette];
}
