/* compare_volumes [FAMILY [COUNT [FIRST]]]: pictures and samples of solids by polynomials
 * against dense ones, of random recipes. Every one is a function of its family and number.
 * What fails is printed with its recipe. Without arguments a part of every family is drawn,
 * with "all" all of it. */
#include <stdlib.h>

#include "engines/choices.h"
#include "tiedye/sheet.h"

/* ---- Recipes ------------------------------------------------------------------------- */

static void make_network(char *text, bool smooth)
{
    static const char *const inputs[] = {"x,y,z", "x,y,z", "x,y,z,r", "x,z", "r", "x,y,z,t"};
    static const char *const kinked[] = {"relu", "leaky-relu", "hard-tanh", "elu",
                                         "abs",  "hat",        "triangle"};
    static const char *const tones[] = {"affine",  "affine",   "clip",
                                        "rescale", "logistic", "rank"};
    add(text, "draw = volume\nlayers = %dx%d,%d\n", (int)log_uniform(2, 40),
        (int)log_uniform(1, 9), chance(0.8) ? 3 : 1);
    add(text, "act = %s\nout = %s\n", smooth ? smooth_activation() : kinked[below(7)],
        chance(0.7) ? "tanh" : smooth_activation());
    add(text, "inputs = %s\nt = %.3f\n", inputs[below(6)], uniform(-2, 2));
    add(text, "sigma_w = %.3f\nsigma_b = %.3f\n", log_uniform(0.5, 3), uniform(0, 1.5));
    add(text, "extent = %.4g\ncenter = %.3f,%.3f\nz = %.3f\n", log_uniform(0.2, 6),
        uniform(-1, 1), uniform(-1, 1), uniform(-1, 1));
    if (chance(0.2))
        add(text, "residual = on\n");
    add(text, "tone = %s\nseed = %d\n", tones[below(6)], below(1000));
}

static void make_camera(char *text)
{
    add(text, "azimuth = %.1f\nelevation = %.1f\nrotate = %.1f\n", uniform(-180, 180),
        uniform(-90, 90), chance(0.3) ? uniform(0, 360) : 0);
    if (chance(0.3))
        add(text, "projection = orthographic\n");
    if (chance(0.2))
        add(text, "distance = %.3f\nfov = %.1f\n", log_uniform(0.3, 5), uniform(20, 100));
    if (chance(0.3))
        add(text, "cut_x = %.2f,%.2f\ncut_z = %.2f,1\n", uniform(-1, -0.2), uniform(-0.1, 1),
            uniform(-1, 0.8));
    add(text, "corner = %.2f\n", chance(0.5) ? 1.0 : uniform(0, 2));
}

static void make_look(char *text)
{
    static const char *const opacities[] = {"even", "even", "luminance", "1"};
    static const char *const curves[] = {"0:0,1:1", "0.3:0,0.6:1", "0.4:0,0.5:1,0.6:0",
                                         "0:1,0.5:0,1:1"};
    static const char *const palettes[] = {"oklab-soft", "oklab-soft",   "rgb",  "gray",
                                           "oklab",      "oklab-seeded", "ember"};
    add(text, "palette = %s\nopacity = %s\ntransfer = %s\n", palettes[below(7)],
        opacities[below(4)], curves[below(4)]);
    if (chance(0.25))
        add(text, "band = %.3f\nlevel = %.2f\n", log_uniform(0.03, 0.3), uniform(0.3, 0.7));
    add(text, "density = %.2f\nstep = %.4f\n", log_uniform(1, 60), log_uniform(0.01, 0.05));
    add(text, "background = %06x\n", below(1 << 24));
    if (chance(0.2))
        add(text, "gain = %.2f\ninvert = on\n", log_uniform(0.5, 3));
}

static void make_picture(char *text, bool smooth, double shading)
{
    make_network(text, smooth);
    make_camera(text);
    make_look(text);
    add(text, "shading = %.2f\nantialias = %d\nsize = %dx%d\n", shading, chance(0.9) ? 1 : 3,
        60 + below(90), 60 + below(90));
}

static void make_smooth(char *text)
{
    make_picture(text, true, 0);
}

static void make_shaded(char *text)
{
    make_picture(text, true, uniform(0.2, 1));
}

static void make_kinked(char *text)
{
    make_picture(text, false, 0);
}

/* Few neurons that are bumps a few pixels wide, and waves as long as a block: what a polynomial
 * must not be taken for. */
static void make_thin(char *text)
{
    static const char *const bumps[] = {"gaussian", "cauchy", "ricker", "sinc", "sin", "tanh"};
    static const char *const inputs[] = {"x,y,z", "x,y,z", "r", "z", "x"};
    double wide = log_uniform(0.03, 0.6);
    add(text, "draw = volume\nlayers = %d,3\nact = %s\nout = tanh\n", 1 + below(3),
        bumps[below(6)]);
    add(text, "inputs = %s\ninit = unscaled\nsigma_w = %.4g\nsigma_b = %.4g\n",
        inputs[below(5)], 1 / wide, chance(0.5) ? 1 / wide : 1);
    add(text, "extent = 1\nseed = %d\npalette = rgb\nopacity = %s\ndensity = %.2f\n",
        below(10000), chance(0.5) ? "1" : "luminance", log_uniform(1, 10));
    add(text, "azimuth = %.1f\nelevation = %.1f\ncorner = 0\nshading = 0\nantialias = 1\n",
        uniform(0, 90), uniform(0, 90));
    add(text, "step = 0.015\nsize = %dx%d\n", 100 + below(60), 100 + below(60));
}

static void make_samples(char *text)
{
    make_network(text, chance(0.8));
    add(text, "size = %dx%dx%d\n", 20 + below(40), 20 + below(40), 20 + below(40));
}

/* ---- Families ------------------------------------------------------------------------ */

/* Samples are compared in the codes of `codes` to their range. */
typedef struct Family {
    const char *name;
    void (*make)(char *text);
    int part, all;   /* how many are drawn */
    double worst;    /* share of samples of one recipe that may be off by more than a code */
    double farthest; /* and by how many codes */
    double pooled;   /* share of all samples that may differ at all */
} Family;

static const Family families[] = {
    {"smooth", make_smooth, 10, 600, 0.002, 3, 0.0005},
    {"shaded", make_shaded, 6, 600, 0.01, 4, 0.0005},
    {"kinked", make_kinked, 3, 200, 0.002, 3, 0.0001},
    {"thin", make_thin, 12, 600, 0.002, 3, 0.0005},
    {"samples", make_samples, 12, 300, 0, 1, 1},
};
enum { FAMILIES = sizeof families / sizeof *families };

typedef struct Outcome {
    uint64_t samples, differing, beyond; /* by more than a code */
    double worst;
} Outcome;

/* Codes, or samples; NULL after a message. */
static void *draw(TdRecipe *recipe, TdEngine engine, TdRaster *raster)
{
    TdPicture *picture;
    TdError err = {0};
    TdSamples samples = recipe->size.depth > 0 ? TD_SAMPLES_FIELD : TD_SAMPLES_COLOUR;
    char *rows = NULL;
    recipe->engine = engine;
    TdStatus status = td_draw_create(recipe, samples, TD_DETAIL_ALL, NULL, &picture, &err);
    if (status == TD_OK) {
        *raster = *td_picture_raster(picture);
        uint32_t count = (uint32_t)td_raster_rows(raster);
        rows = malloc((size_t)td_raster_row_bytes(raster) * count);
        if (rows != NULL)
            status = td_picture_rows(picture, 0, count, rows, NULL, &err);
    }
    td_picture_free(picture);
    if (status == TD_OK)
        return rows;
    printf("cannot draw: %s\n", err.message);
    free(rows);
    return NULL;
}

/* A sample in codes: of a picture as it is, of a field at the tolerance that it was drawn
 * with. */
static double code_at(const void *rows, size_t i, const TdRecipe *recipe)
{
    if (recipe->size.depth == 0)
        return ((const unsigned char *)rows)[i];
    TdActivation act = td_recipe_layer(recipe, td_recipe_depth(recipe) - 1).act;
    const TdActivationInfo *info = td_activation_info(act);
    double range = (double)info->high - (double)info->low;
    range = range < INFINITY ? range : 2;
    return (double)((const float *)rows)[i] / range * 65535 / recipe->tolerance;
}

/* The least difference of two samples that counts: of a field, that of some roundings. */
static double noise_at(const TdRecipe *recipe, double code)
{
    return recipe->size.depth > 0 ? fabs(code) * 0x1p-18 : 0;
}

static bool compare(TdRecipe *recipe, Outcome *outcome)
{
    TdRaster raster = {0};
    void *dense = draw(recipe, TD_ENGINE_DENSE, &raster);
    void *spectral = draw(recipe, TD_ENGINE_SPECTRAL, &raster);
    size_t samples = (size_t)td_raster_rows(&raster) * raster.width * raster.channels;
    bool good = dense != NULL && spectral != NULL;
    *outcome = (Outcome){.samples = samples};
    for (size_t i = 0; i < samples && good; i++) {
        double code = code_at(dense, i, recipe);
        double other = code_at(spectral, i, recipe); /* both may be infinite */
        double apart = code == other ? 0 : fabs(code - other) - noise_at(recipe, code);
        outcome->differing += apart > 0;
        outcome->beyond += apart > 1;
        outcome->worst = apart > outcome->worst ? apart : outcome->worst;
        good = !isnan(apart) || isnan(code);
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
    state = UINT64_C(1000003) * (uint64_t)number + 77 + (uint64_t)(family - families);
    family->make(text);
    bool good = recipe != NULL && td_recipe_parse(recipe, text, &err) == TD_OK &&
                compare(recipe, outcome);
    if (!good)
        printf("%s %d: %s\n%s", family->name, number, err.message, text);
    double share = good ? (double)outcome->beyond / (double)outcome->samples : 0;
    if (good && (share > family->worst || outcome->worst > family->farthest)) {
        char *link = td_recipe_print(recipe, TD_FORM_LINK);
        printf("%s %d: %.3f %% beyond a code, by up to %.1f codes: %s\n", family->name, number,
               100 * share, outcome->worst, link);
        td_text_free(link);
        good = false;
    }
    td_recipe_free(recipe);
    return good;
}

static int try_family(const Family *family, int first, int count)
{
    Outcome all = {0}, one;
    int failed = 0;
    for (int i = first; i < first + count; i++) {
        one = (Outcome){0};
        failed += !try_one(family, i, &one);
        all.samples += one.samples;
        all.differing += one.differing;
        all.beyond += one.beyond;
        all.worst = one.worst > all.worst ? one.worst : all.worst;
        fflush(stdout);
    }
    printf("%-8s %4d recipes, %.4f %% of samples differ, %.5f %% by more than a code, %.2f "
           "codes at most; %d failed\n",
           family->name, count, 100.0 * (double)all.differing / (double)all.samples,
           100.0 * (double)all.beyond / (double)all.samples, all.worst, failed);
    if ((double)all.differing > family->pooled * (double)all.samples) {
        printf("%s: more than %.2f %% in all\n", family->name, 100 * family->pooled);
        failed++;
    }
    return failed;
}

int main(int argc, char **argv)
{
    bool all = argc > 1 && strcmp(argv[1], "all") == 0;
    int failed = 0;
    for (int i = 0; i < FAMILIES; i++) {
        const Family *family = &families[i];
        if (argc > 1 && !all && strcmp(argv[1], family->name) != 0)
            continue;
        int count = argc > 2 ? atoi(argv[2]) : all ? family->all : family->part;
        failed += try_family(family, argc > 3 ? atoi(argv[3]) : 0, count);
    }
    return failed > 0;
}
