/* compare_engines [FAMILY [COUNT [FIRST]]]: pictures of the spectral engine against dense ones.
 *
 * Random recipes and families that were made to deceive it: thin ridges, ridges parallel to an
 * axis, dots, saturated hubs, steep bumps. Every picture is a function of its family and
 * number. What fails is printed, with the recipe where it has one. Without arguments a part of
 * every family is drawn, with "all" all of it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/choices.h"
#include "render/drawing.h"
#include "tiedye/sheet.h"

/* ---- Recipes ------------------------------------------------------------------------- */

/* What nobody chose: all smooth activations, shapes, scales, views, tones and palettes. */
static void make_random(char *text)
{
    static const char *const tones[] = {"affine", "clip", "rescale", "logistic", "rank"};
    int depth = (int)log_uniform(1, 33), width = (int)log_uniform(1, 257);
    int most = depth * width * width > 400000 ? 1 : 2;
    add(text, "layers = %dx%d,%d\n", width, depth, chance(0.8) ? 3 : 1);
    add(text, "act = %s\nout = %s\n", smooth_activation(),
        chance(0.7) ? "tanh" : smooth_activation());
    add(text, "init = %s\n", chance(0.7) ? "fan-in" : "unscaled");
    add(text, "sigma_w = %.3f\nsigma_b = %.3f\n", log_uniform(0.5, 4), uniform(0, 2));
    add(text, "extent = %.4g\ncenter = %.3f,%.3f\n", log_uniform(0.1, 20), uniform(-2, 2),
        uniform(-2, 2));
    if (chance(0.3))
        add(text, "rotate = %.2f\n", uniform(0, 360));
    if (chance(0.3))
        add(text, "inputs = x,y,r\n");
    if (chance(0.2))
        add(text, "residual = on\n");
    add(text, "tone = %s\npalette = %s\n", tones[below(5)],
        td_palette_info((TdPalette)below(TD_PALETTE_COUNT))->name);
    if (chance(0.2))
        add(text, "gain = %.2f\ninvert = on\n", log_uniform(0.3, 3));
    if (chance(0.1))
        add(text, "dither = on\n");
    add(text, "antialias = %d\nseed = %d\n", chance(0.6) ? 1 : 1 + below(most + 1),
        below(1000));
    add(text, "size = %dx%d\n", 200 + below(100), 200 + below(100));
}

static void make_random16(char *text)
{
    make_random(text);
    add(text, "bits = 16\n");
}

/* The post's own, and weights ten times as large. */
static void make_post(char *text)
{
    add(text, "layers = 20,10,3\ninit = unscaled\nsigma_w = 1\nsigma_b = 1\nextent = 5\n");
    add(text, "palette = rgb\nantialias = 1\nsize = 1024x1024\nseed = %d\n", below(100000));
}

static void make_hubs(char *text)
{
    add(text, "layers = 100,50,3\ninit = unscaled\nsigma_w = 10\nsigma_b = 10\nextent = 20\n");
    add(text, "palette = rgb\nantialias = 1\nsize = 512x512\nseed = %d\n", below(100000));
}

/* Few neurons that are bumps: ridges a few pixels wide, at any angle or along an axis. */
static void make_bumps(char *text, const char *inputs)
{
    static const char *const bumps[] = {"gaussian", "cauchy", "ricker", "sinc"};
    double pixel = 2 * 2.0 / 1024, wide = uniform(1, 8) * pixel;
    add(text, "layers = %d,3\nact = %s\nout = identity\ntone = rescale\n", 1 + below(3),
        bumps[below(4)]);
    add(text, "inputs = %s\ninit = unscaled\nsigma_w = %.4g\nsigma_b = %.4g\n", inputs,
        2 / wide, chance(0.5) ? 1 / wide : 1);
    add(text, "palette = rgb\nantialias = 1\nsize = 1024x1024\nextent = 2\nseed = %d\n",
        below(100000));
}

static void make_ridges(char *text)
{
    make_bumps(text, "x,y");
}

static void make_parallels(char *text)
{
    make_bumps(text, chance(0.5) ? "x" : "y");
}

static void make_rings(char *text)
{
    make_bumps(text, "r");
}

/* A tone that bends by itself, behind outputs without bounds and wild weights. */
static void make_logistic(char *text)
{
    static const char *const outs[] = {"identity", "cubic", "symlog", "quadratic", "silu"};
    static const char *const acts[] = {"tanh", "sin", "identity", "sigmoid", "gaussian"};
    add(text, "layers = %dx%d,%d\nact = %s\nout = %s\n", 1 + below(20), 1 + below(3),
        chance(0.5) ? 1 : 3, acts[below(5)], outs[below(5)]);
    add(text, "init = unscaled\nsigma_w = %.3f\nsigma_b = %.3f\nextent = %.3f\n",
        log_uniform(1, 300), uniform(0, 20), log_uniform(0.1, 10));
    add(text, "tone = logistic\ngain = %.3f\npalette = %s\n", log_uniform(0.5, 4),
        td_palette_info((TdPalette)below(TD_PALETTE_COUNT))->name);
    add(text, "antialias = %d\nsize = 400x300\nseed = %d\n", 1 + below(2), below(100000));
}

/* Ramps, which have corners where a colour begins to be clipped. */
static void make_ramps(char *text)
{
    static const char *const inputs[] = {"x,y", "x,y,r", "x", "y"};
    static const char *const tones[] = {"affine", "rescale", "logistic", "clip"};
    add(text, "inputs = %s\nlayers = %dx%d,1\nact = %s\nout = %s\n", inputs[below(4)],
        2 + below(12), 1 + below(4), smooth_activation(), smooth_activation());
    add(text, "sigma_w = %.3f\nsigma_b = %.3f\nextent = %.3f\ntone = %s\n", log_uniform(0.8, 5),
        uniform(0, 2), log_uniform(0.5, 100), tones[below(4)]);
    add(text, "palette = %s\npalette_seed = %d\n",
        td_palette_info(
            (TdPalette)(TD_PALETTE_STOPS + below(TD_PALETTE_COUNT - TD_PALETTE_STOPS)))
            ->name,
        below(1000));
    add(text, "antialias = %d\nsize = 400x400\nseed = %d\n", 1 + below(2), below(100000));
}

/* Kinks: exact where none is crossed. */
static void make_kinked(char *text)
{
    static const char *const names[] = {
        "relu", "leaky-relu", "hard-tanh", "relu6",      "elu",       "selu",   "softsign",
        "abs",  "triangle",   "hat",       "hard-swish", "exp-decay", "symlog", "hard-sigmoid"};
    add(text, "layers = %dx%d,3\nact = %s\n", 2 + below(30), 1 + below(5), names[below(14)]);
    add(text, "sigma_w = %.3f\nsigma_b = %.3f\nextent = %.3f\n", log_uniform(0.5, 3),
        uniform(0, 1), log_uniform(0.2, 10));
    add(text, "antialias = %d\nsize = 512x400\nseed = %d\npalette = rgb\n", 1 + below(2),
        below(100000));
}

static TdLayer dense_layer(uint32_t in, uint32_t out, const float *weights, const float *bias)
{
    return (TdLayer){.in = in,
                     .out = out,
                     .act = TD_ACT_TANH,
                     .weights = weights,
                     .bias = bias,
                     .size = 1,
                     .taps = 1,
                     .dilation = 1,
                     .stride = 1,
                     .groups = 1};
}

/* ---- Networks that no recipe has --------------------------------------------------------- */

enum { BACK = 10, SIDES = 6, FIRST = BACK + SIDES, SECOND = BACK + 1 };

/* Three layers: a calm random background, and something small that is drawn over it. */
typedef struct Built {
    TdNetwork network;
    TdLayer layers[3];
    float w1[FIRST][2], b1[FIRST], w2[SECOND][FIRST], b2[SECOND], w3[3][SECOND], b3[3];
} Built;

static void build_background(Built *built)
{
    *built = (Built){0};
    for (int o = 0; o < FIRST; o++) {
        built->w1[o][0] = (float)uniform(-1, 1);
        built->w1[o][1] = (float)uniform(-1, 1);
        built->b1[o] = (float)uniform(-1, 1);
    }
    for (int o = 0; o < SECOND; o++)
        for (int i = 0; i < BACK; i++)
            built->w2[o][i] = (float)uniform(-0.6, 0.6);
    for (int c = 0; c < 3; c++)
        for (int o = 0; o < SECOND; o++)
            built->w3[c][o] = (float)uniform(-0.6, 0.6);
    built->layers[0] = dense_layer(2, FIRST, built->w1[0], built->b1);
    built->layers[1] = dense_layer(FIRST, SECOND, built->w2[0], built->b2);
    built->layers[2] = dense_layer(SECOND, 3, built->w3[0], built->b3);
    built->network = (TdNetwork){3, 3, 2, 3, built->layers, false, false};
}

/* Inside of six straight lines around a point: a dot of `radius`, which only the second layer
 * makes. */
static void build_dot(Built *built, double radius)
{
    double x = uniform(-1.8, 1.8), y = uniform(-1.8, 1.8), steep = uniform(1, 4) / radius;
    double strong = uniform(0.5, 3), turn = uniform(0, 1);
    for (int i = 0; i < SIDES; i++) {
        double angle = (i + turn) * 2 * 3.14159265358979 / SIDES;
        float *w = built->w1[BACK + i];
        w[0] = (float)(steep * cos(angle));
        w[1] = (float)(steep * sin(angle));
        built->b1[BACK + i] = (float)(steep * (radius - cos(angle) * x - sin(angle) * y));
        built->w2[BACK][BACK + i] = (float)strong;
    }
    memset(built->w2[BACK], 0, BACK * sizeof(float));
    built->b2[BACK] = (float)(-strong * (SIDES - 1.5));
}

/* Between two parallel lines: a ridge, at an angle or along an axis. */
static void build_ridge(Built *built, double wide, double angle)
{
    double at = uniform(-1.8, 1.8), steep = uniform(1, 6) / wide, strong = uniform(0.5, 2);
    for (int i = 0; i < 2; i++) {
        double sign = i == 0 ? 1 : -1;
        built->w1[BACK + i][0] = (float)(sign * steep * cos(angle));
        built->w1[BACK + i][1] = (float)(sign * steep * sin(angle));
        built->b1[BACK + i] = (float)(steep * (wide / 2 - sign * at));
        built->w2[BACK][BACK + i] = (float)strong;
    }
    memset(built->w2[BACK], 0, BACK * sizeof(float));
    built->b2[BACK] = (float)(-strong);
}

/* The top of a broad hill that only just reaches the bend: nothing is steep but the neuron of
 * the second layer, and it is negative at every node. */
static void build_peak(Built *built, double radius)
{
    static const TdActivation acts[] = {TD_ACT_TANH, TD_ACT_ERF,  TD_ACT_SIGMOID,
                                        TD_ACT_GELU, TD_ACT_MISH, TD_ACT_SOFTPLUS,
                                        TD_ACT_SILU, TD_ACT_TANH, TD_ACT_GAUSSIAN};
    double x = uniform(-1.8, 1.8), y = uniform(-1.8, 1.8), gentle = uniform(0.3, 1);
    double turn = uniform(0, 1), top = uniform(1, 3);
    for (int i = 0; i < SIDES; i++) {
        double angle = (i + turn) * 2 * 3.14159265358979 / SIDES;
        float *w = built->w1[BACK + i];
        w[0] = (float)(gentle * cos(angle));
        w[1] = (float)(gentle * sin(angle));
        built->b1[BACK + i] = (float)(1 - gentle * (cos(angle) * x + sin(angle) * y));
    }
    /* The sum of tanh(1 + gentle d_i) falls by curve r^2 / 2 from its top. */
    double t = tanh(1), curve = SIDES / 2.0 * gentle * gentle * 2 * t * (1 - t * t);
    double strong = top / (curve * radius * radius / 2);
    for (int i = 0; i < SIDES; i++)
        built->w2[BACK][BACK + i] = (float)strong;
    memset(built->w2[BACK], 0, BACK * sizeof(float));
    built->b2[BACK] = (float)(top - strong * SIDES * t);
    built->layers[1].act = acts[below(9)];
}

static double pixels(double count)
{
    return count * 4 / 1024;
}

static void build_dots(Built *built)
{
    build_dot(built, pixels(uniform(1, 4)));
}

static void build_peaks(Built *built)
{
    build_peak(built, pixels(uniform(1, 12)));
}

static void build_ridges(Built *built)
{
    build_ridge(built, pixels(uniform(1, 8)), uniform(0, 3.14159265));
}

static void build_parallels(Built *built)
{
    build_ridge(built, pixels(uniform(1, 8)), below(2) * 1.57079632679);
}

static void make_built(char *text)
{
    add(text, "layers = %d,%d,3\ntone = affine\npalette = rgb\nantialias = 1\n", FIRST, SECOND);
    add(text, "size = 1024x1024\n");
}

/* ---- Families ------------------------------------------------------------------------ */

typedef struct Family {
    const char *name;
    void (*make)(char *text);
    void (*build)(Built *built); /* NULL: the recipe's own network */
    int part, all;               /* how many are drawn */
    bool strict;                 /* no sample is off by more than one code */
    double worst;                /* share of samples of one recipe that may differ */
    double pooled;               /* and of all recipes */
} Family;

static const Family families[] = {
    {"random", make_random, NULL, 80, 2000, true, 0.02, 0.002},
    {"random16", make_random16, NULL, 20, 400, false, 0.04, 0.005},
    {"post", make_post, NULL, 2, 100, true, 0.02, 0.002},
    {"hubs", make_hubs, NULL, 1, 20, true, 0.02, 0.002},
    {"ridges", make_ridges, NULL, 3, 200, true, 0.02, 0.002},
    {"parallels", make_parallels, NULL, 3, 100, true, 0.02, 0.002},
    {"rings", make_rings, NULL, 3, 100, true, 0.02, 0.002},
    {"dots", make_built, build_dots, 3, 200, true, 0.02, 0.002},
    {"peaks", make_built, build_peaks, 3, 400, true, 0.02, 0.002},
    {"built-ridges", make_built, build_ridges, 2, 100, true, 0.02, 0.002},
    {"built-parallels", make_built, build_parallels, 2, 100, true, 0.02, 0.002},
    /* An output that is nearly 0 becomes 1/2, which lies between two codes: noise decides. */
    {"logistic", make_logistic, NULL, 4, 400, true, 0.12, 0.002},
    {"ramps", make_ramps, NULL, 4, 400, true, 0.02, 0.002},
    {"kinked", make_kinked, NULL, 5, 200, true, 0.02, 0.002},
};
enum { FAMILIES = sizeof families / sizeof *families };

/* ---- Drawing and comparing ----------------------------------------------------------- */

typedef struct Outcome {
    uint64_t samples, differing, beyond; /* by more than a code */
    int worst;
} Outcome;

/* Put another network into a renderer. */
static bool exchange_plan(TdiRenderer *renderer, TdRecipe *recipe, const Built *built,
                          const TdRun *run, TdError *err)
{
    TdPlan *plan = NULL;
    if (built == NULL)
        return true;
    tdi_spectral_clear(&renderer->spectral);
    if (td_plan_create(&built->network, recipe->constants, run, &plan, err) != TD_OK)
        return false;
    td_plan_free(renderer->plan);
    renderer->plan = plan;
    return tdi_spectral_init(renderer, recipe, run, err) == TD_OK;
}

static unsigned char *draw(TdRecipe *recipe, const Built *built, TdEngine engine,
                           size_t *samples, bool *wide)
{
    TdRun run = td_run_resolved(NULL);
    TdiRenderer renderer;
    TdError err = {0};
    unsigned char *rows = NULL;
    recipe->engine = engine;
    if (tdi_renderer_init(&renderer, recipe, TD_SAMPLES_COLOUR, NULL, &run, &err) == TD_OK) {
        TdPicture picture = {.raster = renderer.raster};
        TdiPart part = {.renderer = &renderer};
        size_t row_bytes = (size_t)td_raster_row_bytes(&renderer.raster);
        *wide = renderer.raster.type == TD_SAMPLE_U16;
        *samples = row_bytes * renderer.raster.height / (*wide ? 2 : 1);
        rows = malloc(row_bytes * renderer.raster.height);
        TdiBand band = {0, renderer.raster.height, rows, row_bytes};
        if (rows != NULL && (!exchange_plan(&renderer, recipe, built, &run, &err) ||
                             tdi_draw_parts(&picture, &part, 1, &band, &run, &err) != TD_OK)) {
            free(rows);
            rows = NULL;
        }
        tdi_renderer_clear(&renderer);
    }
    if (rows == NULL)
        printf("cannot draw: %s\n", err.message);
    return rows;
}

static int code_at(const unsigned char *rows, size_t i, bool wide)
{
    return wide ? ((const uint16_t *)(const void *)rows)[i] : rows[i];
}

static bool compare(TdRecipe *recipe, const Built *built, Outcome *outcome)
{
    size_t samples = 0;
    bool wide = false;
    unsigned char *dense = draw(recipe, built, TD_ENGINE_DENSE, &samples, &wide);
    unsigned char *spectral = draw(recipe, built, TD_ENGINE_SPECTRAL, &samples, &wide);
    bool good = dense != NULL && spectral != NULL;
    *outcome = (Outcome){.samples = samples};
    for (size_t i = 0; i < samples && good; i++) {
        int apart = abs(code_at(dense, i, wide) - code_at(spectral, i, wide));
        outcome->differing += apart > 0;
        outcome->beyond += apart > 1;
        outcome->worst = apart > outcome->worst ? apart : outcome->worst;
    }
    free(dense);
    free(spectral);
    return good;
}

/* Recipe `number` of a family; whether it is good. */
static bool try_one(const Family *family, int number, Outcome *outcome)
{
    char text[TEXT] = "";
    TdError err = {0};
    TdRecipe *recipe = td_recipe_create();
    state = UINT64_C(1000003) * (uint64_t)number + (uint64_t)(family - families);
    static Built built;
    family->make(text);
    if (family->build != NULL) {
        build_background(&built);
        family->build(&built);
    }
    bool good = recipe != NULL && td_recipe_parse(recipe, text, &err) == TD_OK &&
                compare(recipe, family->build != NULL ? &built : NULL, outcome);
    if (!good)
        printf("%s %d: %s\n", family->name, number, err.message);
    double share = good ? (double)outcome->differing / (double)outcome->samples : 0;
    if (good && (share > family->worst || outcome->beyond > 0)) {
        char *link = td_recipe_print(recipe, TD_FORM_LINK);
        printf("%s %d: %.3f %% differ, %llu by up to %d codes: %s\n", family->name, number,
               100 * share, (unsigned long long)outcome->beyond, outcome->worst, link);
        td_text_free(link);
        good = share <= family->worst && !family->strict;
    }
    td_recipe_free(recipe);
    return good;
}

static int try_family(const Family *family, int first, int count)
{
    Outcome all = {0}, one;
    int failed = 0;
    double most = 0;
    for (int i = first; i < first + count; i++) {
        failed += !try_one(family, i, &one);
        double share = (double)one.differing / (double)one.samples;
        most = share > most ? share : most;
        all.samples += one.samples;
        all.differing += one.differing;
        all.beyond += one.beyond;
        fflush(stdout);
    }
    printf("%-15s %5d pictures, %.4f %% of samples differ, %.3f %% at most, %llu by more than "
           "one code; %d failed\n",
           family->name, count, 100.0 * (double)all.differing / (double)all.samples, 100 * most,
           (unsigned long long)all.beyond, failed);
    if ((double)all.differing > family->pooled * (double)all.samples) {
        printf("%s: more than %.1f %% in all\n", family->name, 100 * family->pooled);
        failed++;
    }
    return failed;
}

int main(int argc, char **argv)
{
    bool all = argc > 1 && strcmp(argv[1], "all") == 0;
    int failed = 0, share = getenv("TIEDYE_SANITIZED") != NULL ? 3 : 1; /* slow there */
    for (int i = 0; i < FAMILIES; i++) {
        const Family *family = &families[i];
        if (argc > 1 && !all && strcmp(argv[1], family->name) != 0)
            continue;
        int count = argc > 2 ? atoi(argv[2])
                    : all    ? family->all
                             : (family->part + share - 1) / share;
        failed += try_family(family, argc > 3 ? atoi(argv[3]) : 0, count);
    }
    return failed > 0;
}
