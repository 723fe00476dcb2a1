/* Named recipes. */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "tiedye/recipe.h"

/* The set-up of the post: weights and biases N(0, 1), not scaled, a wide view, honest RGB. */
#define POST "sigma_w = 1\nsigma_b = 1\ninit = unscaled\nextent = 5\npalette = rgb\n"

#define SOLID "draw = volume\ninputs = x,y,z\nsize = 640x640\n"
#define CONVNET                                                                                \
    "inputs = x,y,z,n1,n2\nraster = 14\nsize = 512x512\nframes = 180\nloop = on\n"             \
    "path = z=-2..2\n"
#define NOISY "inputs = x,y,n1,n2,n3\n"
#define SLICES(EDGE)                                                                           \
    "inputs = x,y,z\nz = -" EDGE "\nsize = 512x512\nframes = 180\nloop = on\npath = z=-" EDGE  \
    ".." EDGE "\n"

#define DEPTH_BY_DENSITY                                                                       \
    "down = depth=1..6\nacross = width=2,3,5,8,12,20,32,50\nsize = 160x160\n"

static const TdPreset presets[] = {
    {"tie-dye", "bursts of pure colour around a hub: the post's wide network",
     POST "layers = 100,50,3\n"},
    {"post-1-1-3", "one neuron: flat tiles and two-colour splits", POST "layers = 1,1,3\n"},
    {"post-10-5-3", "a few neurons: soft wedges", POST "layers = 10,5,3\n"},
    {"post-20-10-3", "more neurons: clear colour wedges", POST "layers = 20,10,3\n"},
    {"deeper", "tie-dye stacked deeper: shattered, hard to read", POST "layers = 100,50x4,3\n"},
    {"ghostly", "one channel: smoke in black and white",
     POST "layers = 50,20,3,1\ntone = rescale\n"},
    {"depth-by-density", "the post's comparison: layers down, neurons across",
     POST "draw = grid\nlayers = 10,3\n" DEPTH_BY_DENSITY},
    {"ghostly-density", "the same in one channel",
     POST "draw = grid\nlayers = 10,1\ntone = rescale\n" DEPTH_BY_DENSITY},
    {"voxels", "a network of x, y and z as a solid, one corner open",
     POST SOLID "layers = 20,10,3\n"},
    {"voxels-deep", "a deep one: folded inside as outside",
     POST SOLID "layers = 20x8,3\nextent = 2\n"},
    {"voxels-ghostly", "one channel: smoke in a block of ice",
     POST SOLID "layers = 20,10,1\ntone = rescale\n"},
    {"slices", "a film: a slice that slides through the solid",
     POST "layers = 20,10,3\n" SLICES("5")},
    {"slices-deep", "the same through a deep one",
     POST "layers = 20x4,3\nextent = 2\n" SLICES("2")},
    {"slices-ghostly", "a film in one channel",
     POST "layers = 20,10,1\ntone = rescale\n" SLICES("5")},
    {"slices-ghostly-deep", "the same, deep",
     POST "layers = 20x4,1\ntone = rescale\nextent = 2\n" SLICES("2")},
    {"convnet-shallow", "a film: a slice through a convolution of noise",
     CONVNET "layers = upsample4 mode=linear,conv5 16,3\nseed = 12\n"},
    {"convnet-deep", "the same through eight of them",
     CONVNET "layers = upsample4 mode=linear,conv5 16,conv3 16x7,3\nseed = 16\n"},
    {"convnet-shallow-ghostly", "a film of a convolution in one channel",
     CONVNET "layers = upsample4 mode=linear,conv5 16,1\ntone = rescale\nseed = 11\n"},
    {"convnet-deep-ghostly", "the same through eight",
     CONVNET
     "layers = upsample4 mode=linear,conv5 16,conv3 16x7,1\ntone = rescale\nseed = 16\n"},
    {"sail", "where one channel is half: a thin coloured sail",
     SOLID "layers = 24x6,3\nseed = 4\nopacity = 1\nband = 0.04\ndensity = 80\n"
           "corner = 0\npalette = oklab\n"},
    {"reef", "what is bright in one channel, as solid forms",
     SOLID "layers = 30x8,3\nseed = 9\nsigma_w = 2.2\nopacity = 1\n"
           "transfer = 0.7:0,0.74:1\nlevel = 0.72\ncorner = 0\n"},
    {"order-to-chaos", "scale of the weights down, of the biases across",
     "draw = grid\ndown = sigma_w=0.5..4/8\nacross = sigma_b=0..1.5/7\nsize = 160x160\n"},
    {"activations", "eight networks, each through seven activations",
     "draw = grid\ndown = act=tanh,relu,sin,gaussian,abs,triangle,step\nacross = seed=1..8\n"
     "size = 160x160\n"},
    {"inside", "what goes on inside: 8 layers of 30 neurons",
     "draw = inside\nlayers = 30x8,3\nseed = 13\n"},
    {"silk", "wide soft folds of two or three colours",
     "layers = 24x6,3\nsigma_w = 1.7\nsigma_b = 0.9\nextent = 1.2\n"},
    {"velvet", "heavy cloth with deep creases",
     "layers = 32x12,3\nresidual = on\nsigma_w = 1.3\nsigma_b = 0.8\nextent = 3\n"},
    {"marble", "polished stone: flowing veins with sharp rims",
     "layers = 24x10,3\nsigma_w = 2.6\nsigma_b = 0.6\nextent = 1\n"},
    {"petals", "flowers of many thin petals",
     "act = gaussian\nout = sin\nlayers = 30x4,3\nsigma_w = 3\nsigma_b = 1\n"},
    {"agate", "rings and islands, as in a cut stone",
     "inputs = x,y,r\nact = cos\nlayers = 16x3,3\nsigma_w = 2.2\nsigma_b = 2\n"},
    {"bubbles", "glowing blobs adrift",
     "inputs = x,y,r\nact = sin\nlayers = 32x4,3\nsigma_w = 1.7\nsigma_b = 1.5\n"
     "extent = 1.5\npalette = oklab\n"},
    {"stained-glass", "flat splinters with straight edges",
     "act = step\nlayers = 30,8,3\nsigma_w = 2\nsigma_b = 1\nextent = 1.5\nantialias = 4\n"},
    {"paint", "wet paint run together: convolutions of coarse noise",
     NOISY "layers = upsample8 mode=linear,conv5 16:sin,upsample2 mode=linear,conv3 16:sin,"
           "upsample2 mode=linear,conv3 16,3\nraster = 7\nseed = 27\n"},
    {"weave", "cloth of coloured threads: kernels between five upsamplings",
     NOISY
     "layers = conv3 16,upsample2,conv3 16,upsample2,conv3 16,upsample2,conv3 16,upsample2,"
     "conv3 16,upsample2,conv3 16,3\nraster = 5\nseed = 33\n"},
    {"collage", "torn paper, laid over each other",
     NOISY "layers = upsample8 mode=linear,conv7 12,conv5 12 dilation=2,conv3 12 dilation=4,3\n"
           "residual = on\nraster = 10\nseed = 27\n"},
    {"ink", "black ink in water", "layers = 24x10,1\nsigma_w = 3\nsigma_b = 0.6\nextent = 1\n"},
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
