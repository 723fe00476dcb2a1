/* Pictures against a second, slow renderer: double precision, libm, one sample after the other,
 * straight from the definitions in docs/NUMERICS.md. And: bands, threads and the caller's
 * floating-point mode change nothing. */
#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/exact_network.h"
#include "unit/pictures.h"

/* ---- The slow renderer --------------------------------------------------------------- */

/* The point of the sample whose distance from the left upper corner is (right, down) pixels. */
static void locate(const TdRecipe *recipe, double right, double down, double *x, double *y)
{
    double pixel = 2 * recipe->extent / recipe->size.height;
    double dx = (right - recipe->size.width / 2.0) * pixel;
    double dy = (recipe->size.height / 2.0 - down) * pixel;
    double angle = recipe->rotate * acos(-1) / 180;
    *x = recipe->center[0] + cos(angle) * dx - sin(angle) * dy;
    *y = recipe->center[1] + sin(angle) * dx + cos(angle) * dy;
}

static void evaluate_at(const TdNetwork *network, const TdRecipe *recipe, double right,
                        double down, double out[WIDEST])
{
    double x, y, point[TD_INPUT_COUNT];
    locate(recipe, right, down, &x, &y);
    set_point(recipe, x, y, recipe->constants[TD_INPUT_Z], point);
    evaluate(network, point, out);
}

static Range find_range(const TdNetwork *network, const TdRecipe *recipe)
{
    Range range = {{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}};
    if (recipe->tone != TD_TONE_RESCALE)
        return fixed_range(network, recipe);
    for (int i = 0; i < 128 * 128; i++) {
        double out[WIDEST];
        evaluate_at(network, recipe, (i % 128 + 0.5) * recipe->size.width / 128,
                    (i / 128 + 0.5) * recipe->size.height / 128, out);
        widen(&range, out);
    }
    return range;
}

/* The mean of the k x k encoded samples of a pixel. */
static void draw_pixel(const TdNetwork *network, const TdRecipe *recipe, const Range *range,
                       uint32_t px, uint32_t py, double mean[3])
{
    uint32_t k = recipe->antialias, outputs = network->layers[network->depth - 1].out;
    memset(mean, 0, 3 * sizeof *mean);
    for (uint32_t i = 0; i < k * k; i++) {
        double out[WIDEST], u[3] = {0}, rgb[3] = {0};
        evaluate_at(network, recipe, px + (i % k + 0.5) / k, py + (i / k + 0.5) / k, out);
        for (int c = 0; c < (int)outputs; c++)
            u[c] = tone(recipe, range, c, out[c]);
        if (outputs == 3)
            colour(recipe->palette, u, rgb);
        else
            rgb[0] = u[0];
        for (int c = 0; c < 3; c++)
            mean[c] += rgb[c] / (k * k);
    }
}

/* ---- Pictures ------------------------------------------------------------------------ */

static void *draw(const TdRecipe *recipe, TdSamples samples, const TdRun *run, uint32_t band,
                  TdRaster *raster)
{
    TdPicture *picture;
    TdError err = {0};
    if (td_picture_create(recipe, samples, run, &picture, &err) != TD_OK)
        fail_msg("%s", err.message);
    return draw_rows(picture, run, band, raster);
}

/* Every sample within one code of the slow renderer's, nearly all equal. */
static void compare(const char *text)
{
    TdRecipe *recipe = recipe_of(text);
    TdNetwork *network;
    TdRaster raster;
    assert_int_equal(td_network_create(recipe, NULL, &network, NULL), TD_OK);
    unsigned char *drawn = draw(recipe, TD_SAMPLES_COLOUR, NULL, UINT32_MAX, &raster);
    Range range = find_range(network, recipe);
    bool wide = raster.type == TD_SAMPLE_U16;
    double top = wide ? 65535 : 255, allowed = wide ? 6 : 1;
    size_t differing = 0, samples = (size_t)raster.width * raster.height * raster.channels;
    for (uint32_t i = 0; i < raster.width * raster.height; i++) {
        double mean[3];
        draw_pixel(network, recipe, &range, i % raster.width, i / raster.width, mean);
        for (uint32_t c = 0; c < raster.channels; c++) {
            size_t at = (size_t)i * raster.channels + c;
            double found = wide ? ((uint16_t *)(void *)drawn)[at] : drawn[at];
            double expected = floor(top * mean[c] + 0.5);
            differing += found != expected;
            if (fabs(found - expected) > allowed)
                fail_msg("%s: pixel %u,%u channel %u is %g, not %g", text, i % raster.width,
                         i / raster.width, c, found, expected);
        }
    }
    if (!wide && differing > samples / 200 + 1)
        fail_msg("%s: %zu of %zu samples differ", text, differing, samples);
    free(drawn);
    td_network_free(network);
    td_recipe_free(recipe);
}

static void test_against_the_slow_renderer(void **state)
{
    static const char *const recipes[] = {
        "layers = 20,10,3\nsize = 61x47",
        "layers = 20,10,3\npalette = rgb\nsize = 67x3\nseed = 99\nantialias = 1",
        "layers = 12x3,3\npalette = oklab\nsize = 32x33\nantialias = 3\nseed = 5",
        "layers = 12x3,1\nsize = 40x30\nbits = 16\nseed = 12",
        "layers = 12x3,3\npalette = gray\nsize = 40x30\nbits = 16\nseed = 13",
        "layers = 12x3,3\nsize = 40x30\nbits = 16\nseed = 14\npalette = oklab",
        "layers = 9,8,3\nact = relu\nout = identity\ntone = rescale\nsize = 30x50\npalette = "
        "rgb",
        "layers = 9,8,3\nact = softplus\nout = leaky-relu\ntone = logistic\nsize = 30x20",
        "layers = 9,8,3\nact = gaussian\nout = sigmoid\nsize = 30x20\nrotate = 30\n"
        "center = 1.5,-0.25\nextent = 0.7",
        "layers = 9,8,3\nact = sin\nout = cos\nsize = 30x20\nextent = 30\npalette = rgb",
        "layers = 9,8,3\nact = abs\nout = abs\ntone = clip\nsize = 30x20\npalette = rgb",
        "layers = 16x5,3\nresidual = on\nsize = 25x25\nsigma_w = 1.2",
        "layers = 20,10,12,3\nresidual = on\nsize = 25x25\nsigma_w = 1.2",
        "inputs = x,y,z,r,t,z1\nz = 1.5\nt = -2\nz1 = 0.3\nlayers = 9,8,3\nsize = 25x25\nseed "
        "= 3",
        "inputs = r\nlayers = 9,8,3\nsize = 25x25\nseed = 3\ndist = uniform",
        "inputs = t\nt = 0.5\nlayers = 9,3\nsize = 5x5",
        "layers = 3\nsize = 9x9\nsigma_b = 0",
    };
    (void)state;
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++)
        compare(recipes[i]);
}

static void test_directions(void **state)
{
    /* One weight for x, none for anything else, would be ideal; the field of inputs = r is
     * zero- centred and the picture of x grows or falls to the right, of y to the top. */
    TdRecipe *recipe =
        recipe_of("inputs = x\nlayers = 1\nout = identity\nsigma_b = 0\nsize = 4x2");
    TdNetwork *network;
    TdRaster raster;
    (void)state;
    assert_int_equal(td_network_create(recipe, NULL, &network, NULL), TD_OK);
    float weight = network->layers[0].weights[0];
    float *field = draw(recipe, TD_SAMPLES_FIELD, NULL, 1, &raster);
    /* Half the height is 2, so a pixel is 2 wide and the centres are at -3, -1, 1, 3. */
    for (int i = 0; i < 8; i++)
        assert_true(field[i] == weight * (float)(2 * (i % 4) - 3));
    free(field);
    assert_int_equal(td_recipe_set(recipe, "inputs", "y", NULL), TD_OK);
    td_network_free(network);
    assert_int_equal(td_network_create(recipe, NULL, &network, NULL), TD_OK);
    weight = network->layers[0].weights[0];
    field = draw(recipe, TD_SAMPLES_FIELD, NULL, 1, &raster);
    for (int i = 0; i < 8; i++)
        assert_true(field[i] == weight * (i < 4 ? 1.0f : -1.0f));
    free(field);
    td_network_free(network);
    td_recipe_free(recipe);
}

/* ---- What must not matter ------------------------------------------------------------ */

static void test_bands_and_threads_do_not_matter(void **state)
{
    static const uint32_t bands[] = {1, 7, 64, 1000};
    TdRecipe *recipe = recipe_of("layers = 30x3,3\nsize = 301x97\ntone = rescale");
    TdRaster raster;
    TdRun one = {.threads = 1, .cpu = TD_CPU_REF};
    (void)state;
    void *expected = draw(recipe, TD_SAMPLES_COLOUR, &one, UINT32_MAX, &raster);
    for (size_t i = 0; i < 4; i++) {
        TdRun run = {.threads = 1 + 2 * (int)i};
        void *found = draw(recipe, TD_SAMPLES_COLOUR, &run, bands[i], &raster);
        assert_memory_equal(found, expected, td_raster_row_bytes(&raster) * raster.height);
        free(found);
    }
    free(expected);
    td_recipe_free(recipe);
}

#if defined(__SSE2__)
#include <xmmintrin.h>

/* Rounding to zero or up, flush to zero, denormals are zero. */
static const unsigned strange_modes[] = {0xffc0, 0xdfc0};

/* Everything from the recipe's text to the samples, in a mode of the caller's. */
static void *draw_in_mode(unsigned mode, const char *text, TdSamples samples, TdRaster *raster)
{
    TdRun run = {.threads = 1};
    unsigned saved = _mm_getcsr();
    _mm_setcsr(mode);
    TdRecipe *recipe = recipe_of(text);
    void *drawn = draw(recipe, samples, &run, UINT32_MAX, raster);
    unsigned after = _mm_getcsr();
    _mm_setcsr(saved);
    assert_int_equal(after & 0xffc0u, mode & 0xffc0u);
    td_recipe_free(recipe);
    return drawn;
}

static void test_the_callers_mode_does_not_matter(void **state)
{
    static const struct {
        const char *text;
        TdSamples samples;
    } cases[] = {
        {"layers = 30x3,3\nsize = 64x64\nsigma_w = 0.01\nsigma_b = 1e-20", TD_SAMPLES_FIELD},
        {"layers = 30x3,3\nsize = 67x45\nsigma_w = 3.3\ntone = rescale\nbits = 16\n"
         "rotate = 12.7\nextent = 0.7",
         TD_SAMPLES_COLOUR},
    };
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        TdRaster raster;
        const char *text = cases[i / 2].text;
        void *expected = draw_in_mode(0x1f80, text, cases[i / 2].samples, &raster);
        void *found = draw_in_mode(strange_modes[i % 2], text, cases[i / 2].samples, &raster);
        assert_memory_equal(found, expected, td_raster_row_bytes(&raster) * raster.height);
        free(found);
        free(expected);
    }
}
#endif

/* ---- Strange networks ---------------------------------------------------------------- */

static void test_overflow_and_nan(void **state)
{
    TdRecipe *recipe =
        recipe_of("layers = 64x40,3\nact = relu\nout = identity\ninit = unscaled\n"
                  "sigma_w = 1000\nsize = 16x16\ntone = clip\npalette = rgb");
    TdRaster raster;
    size_t wild = 0;
    (void)state;
    float *field = draw(recipe, TD_SAMPLES_FIELD, NULL, 16, &raster);
    unsigned char *bytes = draw(recipe, TD_SAMPLES_COLOUR, NULL, 16, &raster);
    recipe->antialias = 1;
    unsigned char *single = draw(recipe, TD_SAMPLES_COLOUR, NULL, 16, &raster);
    for (int i = 0; i < 16 * 16 * 3; i++) {
        uint32_t bits;
        memcpy(&bits, &field[i], sizeof bits);
        wild += isfinite(field[i]) ? 0 : 1;
        assert_true(!isnan(field[i]) || bits == 0x7fc00000); /* one NaN in files */
        assert_int_equal(single[i], field[i] > 0 ? 255 : 0); /* NaN is 0 in pictures */
    }
    assert_true(wild > 16 * 16);
    free(field);
    free(bytes);
    free(single);
    td_recipe_free(recipe);
}

static void test_constant_channels_rescale_to_the_middle(void **state)
{
    TdRecipe *recipe = recipe_of("layers = 4,1\nsigma_w = 0\nsize = 3x3\ntone = rescale");
    TdRaster raster;
    (void)state;
    unsigned char *bytes = draw(recipe, TD_SAMPLES_COLOUR, NULL, 3, &raster);
    for (int i = 0; i < 9; i++)
        assert_int_equal(bytes[i], 128);
    free(bytes);
    td_recipe_free(recipe);
}

static void test_refusals(void **state)
{
    TdRecipe *recipe = recipe_of("layers = 4,2\nsize = 3x3");
    TdPicture *picture;
    TdError err;
    char rows[64];
    (void)state;
    assert_int_equal(td_picture_create(recipe, TD_SAMPLES_COLOUR, NULL, &picture, &err),
                     TD_ERROR_RECIPE);
    assert_non_null(strstr(err.message, "1 or 3 channels"));
    assert_int_equal(td_picture_create(recipe, TD_SAMPLES_FIELD, NULL, &picture, &err), TD_OK);
    assert_int_equal(td_picture_rows(picture, 2, 2, rows, NULL, &err), TD_ERROR_ARGUMENT);
    assert_int_equal(td_picture_rows(picture, 3, 1, rows, NULL, &err), TD_ERROR_ARGUMENT);
    assert_int_equal(td_picture_rows(picture, 0, 0, rows, NULL, &err), TD_ERROR_ARGUMENT);
    td_picture_free(picture);
    assert_int_equal(td_recipe_set(recipe, "layers", "100000x1000,3", NULL), TD_OK);
    TdRun run = {.max_memory = 1 << 30};
    assert_int_equal(td_picture_create(recipe, TD_SAMPLES_COLOUR, &run, &picture, &err),
                     TD_ERROR_MEMORY);
    assert_non_null(strstr(err.message, "--max-memory"));
    assert_int_equal(td_recipe_set(recipe, "layers", "16777216x65534,3", NULL), TD_OK);
    assert_int_equal(td_picture_create(recipe, TD_SAMPLES_COLOUR, NULL, &picture, &err),
                     TD_ERROR_MEMORY);
    td_recipe_free(recipe);
}

static float *aligned_floats(size_t bytes)
{
    void *floats = aligned_alloc(64, (bytes + 63) / 64 * 64);
    assert_non_null(floats);
    memset(floats, 0, bytes);
    return floats;
}

/* The first layer by rows, for 64 columns and some rows, is what td_plan_evaluate does. */
static void compare_rows(const char *text, TdCpu cpu)
{
    enum { WIDTH = 64 };
    TdRecipe *recipe = recipe_of(text);
    TdRun run = {.cpu = cpu};
    TdNetwork *network;
    TdPlan *plan;
    assert_int_equal(td_network_create(recipe, &run, &network, NULL), TD_OK);
    assert_int_equal(td_plan_create(network, recipe->constants, &run, &plan, NULL), TD_OK);
    size_t points = td_plan_points(plan), rows = td_plan_columns(plan);
    void *whole = aligned_floats(td_plan_scratch(plan));
    void *shared = aligned_floats(td_plan_scratch(plan));
    float *columns = aligned_floats(rows * WIDTH * sizeof(float));
    float *in = td_plan_input(plan, whole), *x = aligned_floats(WIDTH * sizeof(float));
    for (size_t i = 0; i < points; i++) {
        in[i] = x[i % WIDTH] = (float)(i % WIDTH) * 0.037f - 1.3f;
        in[points + i] = 0.71f - (float)(i / WIDTH) * 0.113f;
    }
    td_plan_share(plan, x, WIDTH, columns);
    for (size_t at = 0; at < points; at += WIDTH)
        td_plan_row(plan, columns, WIDTH, in[points + at], shared, at, WIDTH);
    float *found = td_plan_finish(plan, shared, points);
    float *expected = td_plan_evaluate(plan, whole, points);
    assert_memory_equal(found, expected, td_plan_outputs(plan) * points * sizeof(float));
    free(whole);
    free(shared);
    free(columns);
    free(x);
    td_plan_free(plan);
    td_network_free(network);
    td_recipe_free(recipe);
}

static void test_rows_share(void **state)
{
    (void)state;
    for (unsigned cpu = TD_CPU_REF; cpu < TD_CPU_COUNT; cpu++) {
        if (!td_cpu_available((TdCpu)cpu))
            continue;
        compare_rows("seed = 3", (TdCpu)cpu);
        compare_rows("layers = 5,3\ninputs = x,y,z,t\nz = 0.3\nt = 2", (TdCpu)cpu);
        compare_rows("layers = 3:sin", (TdCpu)cpu);
        compare_rows("layers = 70,70,1\nresidual = on\nact = relu", (TdCpu)cpu);
    }
}

static void test_rows_do_not_share(void **state)
{
    static const char *const texts[] = {"inputs = x,y,r", "inputs = x", "inputs = y,r"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        TdRecipe *recipe = recipe_of(texts[i]);
        TdNetwork *network;
        TdPlan *plan;
        assert_int_equal(td_network_create(recipe, NULL, &network, NULL), TD_OK);
        assert_int_equal(td_plan_create(network, recipe->constants, NULL, &plan, NULL), TD_OK);
        assert_int_equal(td_plan_columns(plan), 0);
        td_plan_free(plan);
        td_network_free(network);
        td_recipe_free(recipe);
    }
}

static void test_cancel(void **state)
{
    TdRecipe *recipe = recipe_of("size = 3x3");
    volatile sig_atomic_t cancel = 0;
    TdRun run = {.cancel = &cancel};
    TdPicture *picture;
    char rows[64];
    (void)state;
    assert_int_equal(td_picture_create(recipe, TD_SAMPLES_COLOUR, &run, &picture, NULL), TD_OK);
    cancel = 1;
    assert_int_equal(td_picture_rows(picture, 0, 3, rows, &run, NULL), TD_ERROR_CANCELLED);
    td_picture_free(picture);
    assert_int_equal(td_picture_create(recipe, TD_SAMPLES_COLOUR, &run, &picture, NULL),
                     TD_ERROR_CANCELLED);
    td_recipe_free(recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_the_slow_renderer),
        cmocka_unit_test(test_directions),
        cmocka_unit_test(test_bands_and_threads_do_not_matter),
#if defined(__SSE2__)
        cmocka_unit_test(test_the_callers_mode_does_not_matter),
#endif
        cmocka_unit_test(test_overflow_and_nan),
        cmocka_unit_test(test_constant_channels_rescale_to_the_middle),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_rows_share),
        cmocka_unit_test(test_rows_do_not_share),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
