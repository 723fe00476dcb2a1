/* tiedye/recipe.h - what a picture is made from: a short list of `key = value`.
 *
 * One table of keys generates the command line's options, the text form, the share link, the
 * text inside every PNG and the manual. A recipe is complete: version 1 and the keys give the
 * same picture everywhere; keys at their default are left out when it is printed. */
#ifndef TIEDYE_RECIPE_H
#define TIEDYE_RECIPE_H

#include "tiedye/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the recipe language, the value of the key `v`. */
#define TD_RECIPE_VERSION 1

/* What is drawn. */
typedef enum TdDraw {
    TD_DRAW_PICTURE,
    TD_DRAW_SHEET,  /* networks with seed, seed + 1, ... */
    TD_DRAW_GRID,   /* the values of one key against those of another */
    TD_DRAW_INSIDE, /* every neuron of one network */
    TD_DRAW_VOLUME  /* a network on a box of space, as a solid */
} TdDraw;

/* Inputs of a network, by their fixed index in the first layer. X, Y and R vary over a picture,
 * Z over a volume too; T and Z1 to Z8 are constants with keys of their own. R is the distance
 * of (x, y, z) from the origin. Where the plane is wound up to a torus (TD_TILE_TORUS), x and y
 * are the first coordinates of two circles, and X2 and Y2 the second ones. N1 to N8 are white
 * noise, RED, GREEN and BLUE a picture's colours, from -1 to 1: these have a value for each
 * cell of a raster (docs/RASTERS.md). */
typedef enum TdInput {
    TD_INPUT_X,
    TD_INPUT_Y,
    TD_INPUT_Z,
    TD_INPUT_R,
    TD_INPUT_T,
    TD_INPUT_X2,
    TD_INPUT_Y2,
    TD_INPUT_Z1 = 8,
    TD_INPUT_Z8 = 15,
    TD_INPUT_N1 = 16,
    TD_INPUT_N8 = 23,
    TD_INPUT_RED = 24,
    TD_INPUT_GREEN,
    TD_INPUT_BLUE,
    TD_INPUT_COUNT = 28 /* 7 and 27 are free */
} TdInput;

/* Name of an input ("x", "z1"), NULL for an index that is free. Static text. */
TD_API const char *td_input_name(TdInput input);

/* Whether a picture has edges. */
typedef enum TdTileKind {
    TD_TILE_NONE,
    TD_TILE_TORUS /* what leaves it on one side comes in on the other */
} TdTileKind;

/* How weights scale: by sigma_w, or by sigma_w / sqrt(fan-in). Biases scale by sigma_b always.
 */
typedef enum TdInit { TD_INIT_UNSCALED, TD_INIT_FAN_IN } TdInit;

/* Weights and biases are normal, or uniform of the same variance. */
typedef enum TdDist { TD_DIST_NORMAL, TD_DIST_UNIFORM } TdDist;

/* From an output v to u in [0, 1]; NaN becomes 0. */
typedef enum TdTone {
    TD_TONE_AFFINE, /* the output activation's range to [0, 1]; [-1, 1] where it is unbounded */
    TD_TONE_CLIP,   /* u = v, clipped */
    TD_TONE_RESCALE,  /* each channel's least and greatest value in the view to 0 and 1 */
    TD_TONE_LOGISTIC, /* u = 1 / (1 + exp(-v)) */
    TD_TONE_RANK      /* u = the part of the view whose value is less: histogram equalisation */
} TdTone;

/* How the samples of a picture are found. All give the same picture to within one code. */
typedef enum TdEngine {
    TD_ENGINE_AUTO,    /* the one that needs fewer operations */
    TD_ENGINE_DENSE,   /* every sample is evaluated: the picture's definition */
    TD_ENGINE_SPECTRAL /* polynomials, where they are shown to be near enough */
} TdEngine;

/* How a palette makes colour. */
typedef enum TdPaletteKind {
    TD_PALETTE_OF_THREE, /* of three outputs; a single one is drawn gray */
    TD_PALETTE_OF_ONE    /* of the first output alone, however many there are */
} TdPaletteKind;

/* From u (one or three of them) to encoded sRGB: name, kind, and what one sees. `seeded` ones
 * take what they need from `palette_seed`. docs/COLOUR.md defines them all. */
#define TD_PALETTES(PALETTE)                                                                   \
    PALETTE(RGB, "rgb", OF_THREE, "red, green and blue are the outputs")                       \
    PALETTE(GRAY, "gray", OF_THREE, "one gray: the luma of three outputs")                     \
    PALETTE(OKLAB, "oklab", OF_THREE, "lightness and two opponent colours, rich")              \
    PALETTE(OKLAB_SOFT, "oklab-soft", OF_THREE, "the same, painterly: nothing clips")          \
    PALETTE(OKLAB_SEEDED, "oklab-seeded", OF_THREE,                                            \
            "oklab-soft turned and tilted by the palette's seed")                              \
    PALETTE(STOPS, "stops", OF_ONE, "two to five colours that go together, by seed")           \
    PALETTE(COSINE, "cosine", OF_ONE, "three cosines, by seed: iridescent")                    \
    PALETTE(EMBER, "ember", OF_ONE, "black, wine, orange, candlelight")                        \
    PALETTE(LAGOON, "lagoon", OF_ONE, "deep sea to shallow water")                             \
    PALETTE(DUSK, "dusk", OF_ONE, "night blue, violet, rose, last light")                      \
    PALETTE(MOSS, "moss", OF_ONE, "forest floor to young leaves")                              \
    PALETTE(ORCHID, "orchid", OF_ONE, "aubergine to petal pink")                               \
    PALETTE(AURORA, "aurora", OF_ONE, "indigo, teal, green, pale yellow")                      \
    PALETTE(SEPIA, "sepia", OF_ONE, "an old photograph")                                       \
    PALETTE(TIDE, "tide", OF_ONE, "blue below the middle, orange above: tells signs apart")

typedef enum TdPalette {
#define TD_PALETTE_CONSTANT(ID, ...) TD_PALETTE_##ID,
    TD_PALETTES(TD_PALETTE_CONSTANT)
#undef TD_PALETTE_CONSTANT
        TD_PALETTE_COUNT
} TdPalette;

/* A row of the table of palettes. */
typedef struct TdPaletteInfo {
    const char *name;
    TdPaletteKind kind;
    const char *help; /* what one sees */
} TdPaletteInfo;

/* Static. */
TD_API const TdPaletteInfo *td_palette_info(TdPalette palette);

/* What a layer does. All but dense ones act on a raster. */
typedef enum TdLayerKind {
    TD_LAYER_DENSE,   /* act(W x + b) at each point */
    TD_LAYER_CONV,    /* the same of the cells under a kernel */
    TD_LAYER_POOL,    /* of size x size cells one: their greatest value, or their mean */
    TD_LAYER_UPSAMPLE /* of one cell size x size of them */
} TdLayerKind;

/* What a kernel meets beyond the raster's frame. */
typedef enum TdPadding {
    TD_PADDING_NONE,     /* more cells: the raster has no edge */
    TD_PADDING_CIRCULAR, /* those of the other side */
    TD_PADDING_MIRROR,   /* those of this side, mirrored at its edge */
    TD_PADDING_ZERO,
    TD_PADDING_COUNT
} TdPadding;

/* What a pooling layer takes of its cells, and what an upsampling one puts between them. */
typedef enum TdPoolMode { TD_POOL_MAX, TD_POOL_MEAN } TdPoolMode;
typedef enum TdUpsampleMode { TD_UPSAMPLE_NEAREST, TD_UPSAMPLE_LINEAR } TdUpsampleMode;

/* One item of the list of layers: `repeat` layers of `width` neurons (or channels). */
typedef struct TdLayerItem {
    uint32_t width, repeat; /* 1 to TD_MAX_WIDTH, 1 to TD_MAX_DEPTH in all; layers without
                             * weights have the width of what they are fed */
    TdActivation act;       /* TD_ACT_COUNT: the default of its place */
    TdLayerKind kind;
    uint32_t size; /* cells along a side of what the layer sees or makes; 1: dense */
    uint32_t dilation, stride; /* of a convolution, in cells; 1 elsewhere */
    uint32_t groups;           /* of its channels, which do not see each other; 1 elsewhere */
    TdPadding padding;         /* TD_PADDING_COUNT: that of the recipe */
    TdPoolMode pool;
    TdUpsampleMode upsample;
} TdLayerItem;

#define TD_MAX_WIDTH 16777216u
#define TD_MAX_DEPTH 65535u
#define TD_MAX_KERNEL 31u /* of a convolution */
#define TD_MAX_FACTOR 64u /* of pooling, upsampling and strides */
#define TD_MAX_DILATION 4096u
#define TD_MAX_RASTER 65536u

/* How cells of a raster become points of the plane. */
typedef enum TdResample {
    TD_RESAMPLE_CUBIC,  /* Catmull and Rom's spline through the cells' centres */
    TD_RESAMPLE_LINEAR, /* between the nearest centres */
    TD_RESAMPLE_NEAREST /* cells are squares */
} TdResample;

/* The values that a key takes along one side of a grid: "depth=1..8", "act=tanh,sin". */
typedef struct TdAxis {
    const struct TdKeyInfo *key; /* NULL: no axis */
    uint32_t count;              /* of values, 1 to TD_MAX_AXIS */
    bool range;                  /* written as a..b or a..b/STEPS, not as a list */
    char *words;                 /* owned: the axis as it is printed, then its values */
    size_t length;               /* bytes of `words` */
    uint32_t *at;                /* owned: where in `words` value i begins */
} TdAxis;

#define TD_MAX_AXIS 10000u
#define TD_MAX_NAME 1024 /* bytes of a file's name, terminated */
#define TD_HASH 65       /* letters of a SHA-256, terminated */

/* How a camera sees a volume. */
typedef enum TdProjection { TD_PERSPECTIVE, TD_ORTHOGRAPHIC } TdProjection;

/* What makes a point of a volume opaque: s, from 0 to 1. */
typedef enum TdOpacity {
    TD_OPACITY_EVEN,      /* 1 everywhere */
    TD_OPACITY_LUMINANCE, /* the luma of three toned outputs, or the only one */
    TD_OPACITY_FIRST,     /* toned output 1, 2 or 3 */
    TD_OPACITY_SECOND,
    TD_OPACITY_THIRD
} TdOpacity;

#define TD_MAX_CURVE 8

/* A line through points (x, y), x not falling; constant before the first and behind the last.
 */
typedef struct TdCurve {
    uint32_t count; /* 1 to TD_MAX_CURVE */
    double x[TD_MAX_CURVE], y[TD_MAX_CURVE];
} TdCurve;

#define TD_MAX_PATHS 16u

/* The values that a key takes over a film: "z=-5..5", "sigma_w=1,2,1.5", "seed=1,2,3". */
typedef struct TdPath {
    const struct TdKeyInfo *key;
    uint32_t count;     /* of values, 2 to TD_MAX_AXIS; between them it is interpolated */
    bool range;         /* written as a..b */
    double (*value)[2]; /* owned: of numbers and (both) of points; NULL for seeds */
    uint64_t *seed;     /* owned: of seeds, NULL for numbers */
} TdPath;

/* Size of a picture in pixels, from pixels or from paper; of a volume in samples. */
typedef struct TdSize {
    uint32_t width, height; /* 1 to 2^31 - 1 */
    uint32_t depth;         /* samples along z; 0: it is a picture's */
    double dots_per_inch;   /* 0: the size was given in pixels */
    char paper[40];         /* "A3-landscape" or "300x400mm", empty for pixels */
} TdSize;

/* A seed of something's own; where `set` is false the recipe's `seed` is used. */
typedef struct TdOwnSeed {
    bool set;
    uint64_t seed;
} TdOwnSeed;

/* The seed of seeded palettes: `palette_seed`, or `seed` where that was not set. */
struct TdRecipe;
TD_API uint64_t td_recipe_palette_seed(const struct TdRecipe *recipe);

/* A recipe with every key's value. Make it with td_recipe_create; change it with td_recipe_set
 * (or, but for layers, depth, width and axes, directly, within the ranges of the table). */
typedef struct TdRecipe {
    TdDraw draw;
    char field[TD_MAX_NAME];    /* a .npy file that takes the network's place; empty: none */
    char field_sha256[TD_HASH]; /* of that file; empty: any */
    char image_sha256[TD_HASH]; /* of `image`; empty: any */
    /* network */
    uint32_t inputs;              /* bit i: input i is fed; 0: see td_recipe_inputs */
    char image[TD_MAX_NAME];      /* a PNG whose colours are fed; empty: none */
    const struct TdImage *pixels; /* of that, once they were read; copies of a recipe share
                                   * them (td_image_attach in sheet.h) */
    uint32_t raster;   /* cells along the standard view's height; 0: see td_recipe_raster */
    TdPadding padding; /* of convolutions that say no other */
    TdResample resample;
    TdLayerItem *layers; /* owned; the output layer last; `depth` and `width` considered */
    size_t layer_items;
    TdLayerItem *said; /* owned; as the key `layers` says them */
    size_t said_items;
    uint32_t depth, width; /* number and width of hidden layers; 0: as `layers` says */
    TdActivation act, out; /* of the hidden layers, of the last one */
    uint32_t channels;     /* replaces the last width; 0: as `layers` says */
    uint64_t seed;
    double sigma_w, sigma_b;
    TdInit init;
    TdDist dist;
    bool residual;
    TdOwnSeed morph_seed; /* where set: weights are cos(morph) times those of `seed`, plus
                           * sin(morph) times those of this one */
    double morph;         /* degrees */
    double constants[TD_INPUT_COUNT]; /* values of z, t, z1..z8, by input */
    /* view */
    double center[2];
    double extent; /* half the height */
    double rotate; /* degrees, counter-clockwise */
    TdSize size;   /* of a picture, or of a sheet's cell; width 0: see td_recipe_size */
    TdTileKind tile;
    /* colour */
    TdTone tone;
    double gain; /* contrast around the middle, above 0, to 100 */
    bool invert; /* u becomes 1 - u */
    TdPalette palette;
    uint32_t colours; /* of `stops`: 2 to 5 */
    TdOwnSeed palette_seed;
    uint32_t antialias; /* k x k points a pixel, 1 to 16 */
    uint32_t bits;      /* 8 or 16 */
    bool dither;        /* round by blue noise instead of to the nearest */
    /* raster */
    TdEngine engine;
    double tolerance; /* of polynomials, in codes of the picture's samples */
    /* sheet */
    uint32_t count, columns;
    /* grid */
    TdAxis down, across;
    /* inside */
    uint32_t layer, neuron; /* from 1 on, the only one that is drawn; 0: all */
    uint32_t page;          /* from 1 on */
    /* captions */
    bool captions;
    bool with_diagram; /* the architecture, small, above the pictures */
    /* volume */
    double azimuth, elevation; /* degrees: where the camera stands */
    double distance;           /* of the camera from the centre, in extents */
    double fov;                /* degrees, of the picture's height */
    TdProjection projection;
    double cut_x[2], cut_y[2], cut_z[2]; /* what is left of the box, in extents */
    double corner; /* edge of the cube that is cut out of the corner (1, 1, 1), in extents */
    TdOpacity opacity;
    TdCurve transfer;     /* from s to the share of `density` */
    double level;         /* of s: of an isosurface and of a mesh */
    double band;          /* half the width of the isosurface's band; 0: `transfer` holds */
    double density;       /* optical depth of an extent at opacity 1 */
    double step;          /* of the march, in extents */
    double shading;       /* 0 to 1 */
    double background[3]; /* encoded sRGB, 0 to 1 */
    /* motion */
    uint32_t frames;
    double fps;
    bool loop;
    uint32_t frame; /* from 1 on: the only one that is drawn; 0: the keys as they are */
    TdPath *paths;  /* owned */
    size_t path_count;
} TdRecipe;

/* A recipe at its defaults. NULL where there is no memory. Free with td_recipe_free. */
TD_API TdRecipe *td_recipe_create(void);

/* Value i < axis->count, as text for td_recipe_set. */
TD_API const char *td_axis_value(const TdAxis *axis, uint32_t i);

/* A copy of its own. NULL where there is no memory. */
TD_API TdRecipe *td_recipe_copy(const TdRecipe *recipe);

/* Takes NULL. */
TD_API void td_recipe_free(TdRecipe *recipe);

/* Set one key from its text. '-' and '_' are one letter in names. A path that moves the key is
 * dropped (that of `seed` moves morph and morph_seed too), and with the last path `frame`: what
 * is said last holds. TD_ERROR_RECIPE for unknown keys and values that do not fit; err->column
 * then counts within `value`, the recipe is unchanged. */
TD_API TdStatus td_recipe_set(TdRecipe *recipe, const char *key, const char *value,
                              TdError *err);

/* The text of one key's value; the caller frees it with td_text_free. NULL for an unknown key
 * or where there is no memory. */
TD_API char *td_recipe_get(const TdRecipe *recipe, const char *key);

/* Read a text of lines `key = value` (# begins a comment) or a share link (anything with
 * "#v=1&key=value&..." in it, percent-encoded) on top of `recipe`. Their order does not matter:
 * no key drops a path. TD_ERROR_RECIPE with line and column; the recipe is then partly changed
 * and should be dropped. */
TD_API TdStatus td_recipe_parse(TdRecipe *recipe, const char *text, TdError *err);

/* Whether a word given on a command line is a share link rather than a file's name. */
TD_API bool td_recipe_is_link(const char *word);

/* The forms in which a recipe is printed. */
typedef enum TdRecipeForm {
    TD_FORM_TEXT, /* lines `key = value`, beginning with `v = 1` */
    TD_FORM_LINK, /* "#v=1&seed=7&layers=20,10,3" */
    TD_FORM_JSON  /* {"v": 1, "seed": "7", ...}: 64-bit seeds are strings */
} TdRecipeForm;

/* Print a recipe, keys at their default left out. NULL where there is no memory; the caller
 * frees it with td_text_free. */
TD_API char *td_recipe_print(const TdRecipe *recipe, TdRecipeForm form);

/* The inputs that a network is fed, bit by TdInput: those of the key, and what a torus adds.
 * Where the key says none: an image's colours, if there is an image; else x and y, z of a
 * volume, and n1 of a network with convolutions. */
TD_API uint32_t td_recipe_inputs(const TdRecipe *recipe);

/* Whether the network acts on a raster: it has layers that see neighbours, inputs that only
 * cells have, or the key `raster`. */
TD_API bool td_recipe_is_raster(const TdRecipe *recipe);

/* Whether that raster is one of space, as it is where z is fed or a volume is drawn. */
TD_API bool td_recipe_is_solid(const TdRecipe *recipe);

/* Those of them that vary over what is drawn; the others are constants. */
TD_API uint32_t td_recipe_varying(const TdRecipe *recipe);

/* The width of the output layer, `channels` considered. */
TD_API uint32_t td_recipe_channels(const TdRecipe *recipe);

/* The number of layers, output included. */
TD_API uint32_t td_recipe_depth(const TdRecipe *recipe);

/* The size of a picture or a cell: `size`, or where that was not set 1024 x 1024 for a picture,
 * 768 x 768 for a volume's, 256 x 256 for a cell, 96 x 96 for a neuron among others. Of a
 * network that is fed an image (and that was read) a picture is as large as that, and cells and
 * neurons have its shape. */
TD_API TdSize td_recipe_size(const TdRecipe *recipe);

/* Layer i < td_recipe_depth: its width and activation, defaults filled in. */
TD_API TdLayerItem td_recipe_layer(const TdRecipe *recipe, uint32_t i);

/* The recipe of frame `frame` (from 0 on) of a film: every path's key has its value there, and
 * the key `frame` says which it is. In a loop frame `frames` is frame 0. The caller frees
 * *still. TD_ERROR_RECIPE where there is no such frame, TD_ERROR_MEMORY.
 *
 * Let s be frame / (frames - 1). Numbers are interpolated linearly from value to value; seeds
 * by cosine and sine of an angle that goes from 0 to 90 degrees and rests at each seed, so that
 * weights keep their variance. In a loop s is frame / frames, and paths come back: numbers as
 * (1 - cos) / 2 between values (two values: a circle seen from its side; several paths begin
 * 180 / n degrees apart, so that two draw a circle), two seeds all around the circle of angles;
 * angles whose ends are whole circles apart go on as they are. */
TD_API TdStatus td_recipe_still(const TdRecipe *film, uint32_t frame, TdRecipe **still,
                                TdError *err);

/* Where `frame` says that a frame of a film is drawn, the recipe becomes that frame's. Changes
 * nothing else. The same errors. */
TD_API TdStatus td_recipe_take_frame(TdRecipe *recipe, TdError *err);

/* Whether all paths move something. TD_ERROR_RECIPE. */
TD_API TdStatus td_recipe_check_paths(const TdRecipe *film, TdError *err);

/* ---- The table of keys --------------------------------------------------------------- */

typedef enum TdKeyGroup {
    TD_GROUP_RECIPE, /* what the recipe is; never an option of a command */
    TD_GROUP_NETWORK,
    TD_GROUP_VIEW,
    TD_GROUP_COLOUR,
    TD_GROUP_RASTER,
    TD_GROUP_SHEET,
    TD_GROUP_GRID,
    TD_GROUP_INSIDE,
    TD_GROUP_CAPTION,
    TD_GROUP_VOLUME,
    TD_GROUP_MOTION,
    TD_GROUP_COUNT
} TdKeyGroup;

/* "recipe", "network", "view", ... Static text. */
TD_API const char *td_group_name(TdKeyGroup group);

typedef enum TdKeyType {
    TD_KEY_VERSION,
    TD_KEY_WHOLE,      /* uint32_t, low..high */
    TD_KEY_SEED,       /* uint64_t, or "random" */
    TD_KEY_OWN_SEED,   /* TdOwnSeed: the same, or "seed" for that of the recipe */
    TD_KEY_REAL,       /* double, low..high */
    TD_KEY_POINT,      /* two doubles, low..high */
    TD_KEY_CHOICE,     /* one of `choices`, stored as its number */
    TD_KEY_SWITCH,     /* off | on */
    TD_KEY_ACTIVATION, /* a name of the table of activations */
    TD_KEY_BITS,       /* 8 | 16 */
    TD_KEY_INPUTS,     /* names separated by commas */
    TD_KEY_LAYERS,     /* the layer grammar */
    TD_KEY_SHAPE,      /* uint32_t, low..high, and rewrites the layers */
    TD_KEY_AXIS,       /* KEY=V;V;V or KEY=a..b/STEPS */
    TD_KEY_NAME,       /* of a file: char[TD_MAX_NAME] */
    TD_KEY_HASH,       /* 64 hexadecimal digits: char[TD_HASH] */
    TD_KEY_SIZE,       /* WIDTHxHEIGHT, WIDTHxHEIGHTxDEPTH, PAPER@DPI, WIDTHxHEIGHTmm@DPI */
    TD_KEY_CURVE,      /* X:Y,X:Y,... of numbers from low to high */
    TD_KEY_COLOUR,     /* #rrggbb, or black, gray or white: double[3] */
    TD_KEY_PATHS       /* KEY=a..b KEY=V;V;V ...: paths and path_count */
} TdKeyType;

/* A row of the table. */
typedef struct TdKeyInfo {
    const char *name;
    TdKeyGroup group;
    TdKeyType type;
    double low, high;           /* range of numbers */
    const char *const *choices; /* NULL-terminated, for TD_KEY_CHOICE and TD_KEY_SWITCH */
    const char *preset;         /* the default, as text */
    const char *unit; /* or form of the value: "degrees", "WxH"; "" where there is none */
    const char *help; /* one line */
    size_t offset;    /* of the value in TdRecipe */
} TdKeyInfo;

/* Number of keys, and key i in printing order. Static. */
TD_API size_t td_key_count(void);
TD_API const TdKeyInfo *td_key_info(size_t i);

/* The key called `name` ('-' and '_' are one letter), NULL where there is none. */
TD_API const TdKeyInfo *td_key_find(const char *name);

/* The name of a key nearest in spelling, NULL where none is near. */
TD_API const char *td_key_nearest(const char *name);

/* ---- Presets ------------------------------------------------------------------------- */

/* A named recipe, "@name" on the command line. */
typedef struct TdPreset {
    const char *name, *help; /* help: one line, says what one sees */
    const char *text;        /* lines `key = value` */
} TdPreset;

/* Number of presets, and preset i. Static. */
TD_API size_t td_preset_count(void);
TD_API const TdPreset *td_preset_info(size_t i);

/* The preset called `name` (without @), NULL where there is none; *err then says which is near.
 */
TD_API const TdPreset *td_preset_find(const char *name, TdError *err);

#ifdef __cplusplus
}
#endif
#endif
