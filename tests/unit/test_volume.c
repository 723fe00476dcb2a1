/* Pictures of solids against closed forms, against a second, slow renderer (slow_volume.h),
 * and: how they are drawn changes nothing. Codes of 16 bits are as near to linear light as a
 * picture comes; test_march.c looks at the light itself. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tiedye/sheet.h"
#include "unit/known_network.h"
#include "unit/pictures.h"
#include "unit/slow_volume.h"

static void *draw(const TdRecipe *recipe, const TdRun *run, uint32_t band, TdRaster *raster)
{
    TdPicture *picture;
    TdError err = {0};
    TdStatus status =
        td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_ALL, run, &picture, &err);
    if (status != TD_OK)
        fail_msg("%s", err.message);
    return draw_rows(picture, run, band, raster);
}

static void set(TdRecipe *recipe, const char *key, const char *value)
{
    TdError err = {0};
    if (td_recipe_set(recipe, key, value, &err) != TD_OK)
        fail_msg("%s", err.message);
}

/* ---- Closed forms ------------------------------------------------------------------------ */

/* Linear light of every pixel's first channel; freed by the caller. */
static double *draw_light(const TdRecipe *recipe)
{
    TdRaster raster;
    uint16_t *codes = draw(recipe, NULL, UINT32_MAX, &raster);
    size_t pixels = (size_t)raster.width * raster.height;
    double *light = malloc(pixels * sizeof *light);
    assert_int_equal(raster.type, TD_SAMPLE_U16);
    for (size_t i = 0; i < pixels; i++)
        light[i] = from_srgb(codes[3 * i] / 65535.0);
    free(codes);
    return light;
}

/* The share of light that comes through: what a white background adds to a black one. */
static double *draw_through(TdRecipe *recipe)
{
    set(recipe, "background", "black");
    double *black = draw_light(recipe);
    set(recipe, "background", "white");
    double *through = draw_light(recipe);
    for (uint32_t i = 0; i < recipe->size.width * recipe->size.height; i++)
        through[i] -= black[i];
    free(black);
    return through;
}

/* Optical depth of density exp(-(r / s)^2 / 2) along a ray, from error functions. */
static double gaussian_depth(const Ray *ray, double density, double s)
{
    double nearest = 0, squares = 0, sum = 0;
    for (int i = 0; i < 3; i++) {
        nearest -= ray->start[i] * ray->along[i] / (ray->length * ray->length);
        squares += ray->start[i] * ray->start[i];
    }
    double b = squares - nearest * nearest * ray->length * ray->length;
    for (int k = 0; k < ray->count; k++) {
        double from = (ray->parts[k].from - nearest) * ray->length;
        double to = (ray->parts[k].to - nearest) * ray->length;
        sum += erf(to / (s * sqrt(2))) - erf(from / (s * sqrt(2)));
    }
    return density * s * sqrt(PI / 2) * exp(-b / (2 * s * s)) * sum;
}

/* Half a code of 16 bits, twice, where a code is the most light: 3.5e-5. */
static const double CODES = 4e-5;

static void check_gaussian(const char *more, double step)
{
    TdRecipe *recipe =
        known_recipe("inputs = r\nlayers = 1:gaussian\ndraw = volume\nextent = 1\nbits = 16"
                     "\ntone = clip\npalette = rgb\nopacity = luminance\n"
                     "density = 3\nshading = 0\nantialias = 1\nsize = 32x24\n",
                     5, 0);
    TdError err = {0};
    if (td_recipe_parse(recipe, more, &err) != TD_OK)
        fail_msg("%s", err.message);
    double worst = 0, least = 1;
    recipe->step = step;
    double *through = draw_through(recipe);
    Sight sight = find_sight(recipe);
    for (uint32_t i = 0; i < 32 * 24; i++) {
        Ray ray = find_ray(recipe, &sight, i % 32 + 0.5, i / 32 + 0.5);
        double expected = exp(-gaussian_depth(&ray, recipe->density, 0.2));
        worst = fmax(worst, fabs(through[i] - expected));
        least = fmin(least, expected);
    }
    print_message("gaussian, step %g: %.1e\n", step, worst);
    assert_true(least < 0.3);
    if (worst > CODES)
        fail_msg("%s, step %g: off by %.2e", more, step, worst);
    free(through);
    td_recipe_free(recipe);
}

/* The step's opacity is corrected: all of these are the same picture. */
static void test_gaussian_density(void **state)
{
    static const double steps[] = {0.2, 0.125, 0.03, 0.01};
    static const char *const engines[] = {"engine = dense", "engine = spectral"};
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "%s\nprojection = orthographic\nazimuth = 0\n"
                 "elevation = 0\ncorner = 0\n",
                 engines[i % 2]);
        check_gaussian(text, steps[i / 2]);
    }
    for (size_t i = 0; i < 2; i++) { /* steps count where the corner's faces cut the bell */
        char text[200];
        snprintf(text, sizeof text, "%s\nazimuth = 50\nelevation = -20\nrotate = 12\n",
                 engines[i]);
        check_gaussian(text, 0.003);
    }
}

/* Light that is linear in the depth: what is in front hides what is behind. `front`: encoded
 * value at the near face, `rise` its change to the far one; both dark, where a code is
 * linear. */
static double slab(double front, double rise, double density, double length)
{
    double stopped = exp(-density * length);
    return (front * (1 - stopped) +
            rise * (1 - stopped * (1 + density * length)) / (density * length)) /
           12.92;
}

static void check_slab(const char *input, const char *camera, bool bright)
{
    char text[400];
    snprintf(text, sizeof text,
             "inputs = %s\nlayers = 1:identity\ndraw = volume\nextent = 1\nbits = 16\n"
             "tone = clip\npalette = rgb\nopacity = even\ndensity = 2\nshading = 0\n"
             "corner = 0\nprojection = orthographic\nantialias = 1\nsize = 9x9\n"
             "background = black\n%s",
             input, camera);
    TdRecipe *recipe = known_recipe(text, 0.016, 0.02);
    double *light = draw_light(recipe);
    recipe->step = 0.003;
    double *finer = draw_light(recipe);
    double expected =
        bright ? slab(0.036, -0.032, 2, 2) : slab(0.004, 0.032, 2, 2); /* in the middle */
    double apart = fabs(finer[40] - expected), other = fabs(light[40] - expected);
    if (apart > 1.0 / 65535 / 12.92 || other > 3.0 / 65535 / 12.92)
        fail_msg("%s, %s: %.7f and %.7f, not %.7f", input, camera, light[40], finer[40],
                 expected);
    free(light);
    free(finer);
    td_recipe_free(recipe);
}

static void test_slab(void **state)
{
    (void)state;
    check_slab("z", "azimuth = 0\nelevation = 0", true);
    check_slab("z", "azimuth = 180\nelevation = 0", false);
    check_slab("x", "azimuth = 90\nelevation = 0", true);
    check_slab("x", "azimuth = -90\nelevation = 0\nengine = dense", false);
    check_slab("y", "azimuth = 0\nelevation = 90", true);
    check_slab("y", "azimuth = 70\nelevation = -90\nengine = dense", false);
}

/* A ball with a sharp edge: steps fall short of it or beyond, so the mean counts. */
static void test_constant_ball(void **state)
{
    static const double steps[] = {0.03, 0.01};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        TdRecipe *recipe = known_recipe(
            "inputs = r\nlayers = 1:step\ndraw = volume\nextent = 1\nbits = 16\ntone = "
            "clip\npalette = rgb"
            "\nopacity = 1\ndensity = 2\nshading = 0\nantialias = 1\nsize = 48x48\n"
            "corner = 0\nprojection = orthographic\nfov = 18\nbackground = black",
            -1, 0.75);
        double squares = 0, bias = 0;
        recipe->step = steps[i / 2];
        set(recipe, "engine", i % 2 == 0 ? "dense" : "auto");
        double *light = draw_light(recipe);
        Sight sight = find_sight(recipe);
        for (uint32_t k = 0; k < 48 * 48; k++) {
            Ray ray = find_ray(recipe, &sight, k % 48 + 0.5, k / 48 + 0.5);
            double b = 0, along = 0, apart;
            for (int c = 0; c < 3; c++) {
                b += ray.start[c] * ray.start[c];
                along += ray.start[c] * ray.along[c];
            }
            b = b - along * along;
            apart = light[k] - (b < 0.5625 ? 1 - exp(-4 * sqrt(0.5625 - b)) : 0);
            squares += apart * apart;
            bias += apart;
        }
        double rms = sqrt(squares / (48 * 48));
        print_message("ball, step %g: rms %.2e\n", recipe->step, rms);
        assert_true(rms < 0.15 * recipe->step && fabs(bias) / (48 * 48) < 0.02 * recipe->step);
        free(light);
        td_recipe_free(recipe);
    }
}

/* ---- The slow renderer ------------------------------------------------------------------- */

static void slow_pixel(const Solid *solid, const Sight *sight, uint32_t x, uint32_t y,
                       double mean[3])
{
    uint32_t k = solid->recipe->antialias;
    memset(mean, 0, 3 * sizeof *mean);
    for (uint32_t i = 0; i < k * k; i++) {
        double encoded[3];
        Ray ray = find_ray(solid->recipe, sight, x + (i % k + 0.5) / k, y + (i / k + 0.5) / k);
        follow(solid, sight, &ray, solid->recipe->step / 2, encoded);
        for (int c = 0; c < 3; c++)
            mean[c] += encoded[c] / (k * k);
    }
}

/* Nearly all samples within a code, none beyond two. Both renderers have steps; finer ones
 * would bring them nearer. */
static void compare(const char *text)
{
    TdRecipe *recipe = recipe_of(text);
    TdNetwork *network;
    TdRaster raster;
    size_t beyond = 0;
    double worst = 0;
    set(recipe, "draw", "volume");
    assert_int_equal(td_network_create(recipe, NULL, &network, NULL), TD_OK);
    Solid solid = {network, recipe, range_of_box(network, recipe), td_recipe_channels(recipe)};
    Sight sight = find_sight(recipe);
    unsigned char *drawn = draw(recipe, NULL, UINT32_MAX, &raster);
    assert_int_equal(raster.channels, 3);
    for (uint32_t i = 0; i < raster.width * raster.height; i++) {
        double mean[3];
        slow_pixel(&solid, &sight, i % raster.width, i / raster.width, mean);
        for (int c = 0; c < 3; c++) {
            double apart = fabs(drawn[3 * i + (uint32_t)c] - 255 * mean[c]);
            beyond += apart > 1;
            worst = fmax(worst, apart);
            if (apart > 2)
                fail_msg("%s: pixel %u,%u channel %d is %d, not %.2f", text, i % raster.width,
                         i / raster.width, c, drawn[3 * i + (uint32_t)c], 255 * mean[c]);
        }
    }
    print_message("%.2f codes at most, %zu beyond one\n", worst, beyond);
    if (beyond > (size_t)raster.width * raster.height * 3 / 200)
        fail_msg("%s: %zu samples beyond a code", text, beyond);
    free(drawn);
    td_network_free(network);
    td_recipe_free(recipe);
}

#define SMALL "inputs = x,y,z\nshading = 0\nstep = 0.02\nantialias = 1\n"

static void test_against_the_slow_renderer(void **state)
{
    static const char *const recipes[] = {
        SMALL "layers = 10,8,3\nsize = 25x21",
        SMALL "layers = 10,8,3\nsize = 21x25\npalette = rgb\nseed = 3\nazimuth = -130\n"
              "elevation = -40\nrotate = 25\nbackground = 203040",
        SMALL "layers = 10,8,3\nsize = 20x20\npalette = oklab\nseed = 4\nazimuth = 0\n"
              "elevation = 0\nprojection = orthographic\ncorner = 0.7",
        SMALL "layers = 10,8,3\nsize = 20x20\nseed = 5\nopacity = luminance\ndensity = 4\n"
              "palette = rgb\nbackground = black\nelevation = 90",
        SMALL "layers = 10,8,3\nsize = 20x20\nseed = 6\nopacity = 2\ndensity = 8\ncorner = 0\n"
              "cut_x = -1,0.25\ncut_y = -0.5,1\ncut_z = -0.25,0.75\nelevation = -90\n"
              "azimuth = 20",
        SMALL "layers = 10,8,3\nsize = 20x20\nseed = 7\nopacity = 3\ndensity = 10\n"
              "transfer = 0.2:0,0.4:1,0.5:0.1,0.9:0.6\npalette = rgb\nsigma_w = 1.2",
        SMALL "layers = 10,8,1\nsize = 20x20\nseed = 8\nopacity = luminance\ndensity = 30\n"
              "band = 0.2\nlevel = 0.55\nprojection = orthographic\nrotate = -100",
        SMALL "layers = 9,8,3\nsize = 16x16\nseed = 9\ntone = rescale\nout = identity\n"
              "palette = rgb\nopacity = luminance\ndensity = 3",
        SMALL "layers = 9,8,3\nsize = 16x16\nseed = 10\ntone = logistic\nact = softplus\n"
              "out = softplus\npalette = oklab\nopacity = 1\ndensity = 5\ndistance = 1.2\n"
              "fov = 90",
        SMALL "layers = 9,8,3\nsize = 16x16\nseed = 11\ninputs = x,y,z,r,t,z1\nt = 0.7\n"
              "z1 = -0.4\ncenter = 0.5,-1\nz = 0.8\nextent = 0.8\nopacity = luminance\n"
              "density = 6",
        SMALL "layers = 9x3,3\nsize = 12x12\nseed = 12\nresidual = on\nsigma_w = 1.1\n"
              "opacity = 2\npalette = gray\nantialias = 3\nengine = dense",
        SMALL "layers = 9,8,3\nsize = 16x16\nseed = 13\nact = relu\ndistance = 0.4\nfov = 100\n"
              "opacity = luminance\ndensity = 3\nshading = 0",
        SMALL "layers = 9,8,3\nsize = 16x16\nseed = 14\ninputs = x,z\nrotate = 60\n"
              "corner = 1.6",
    };
    (void)state;
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++)
        compare(recipes[i]);
}

static void test_light_and_shade(void **state)
{
    static const char *const recipes[] = {
        SMALL "layers = 10,8,3\nsize = 14x14\nseed = 3\nshading = 1\nopacity = luminance\n"
              "density = 8\nengine = dense",
        SMALL "layers = 10,8,3\nsize = 14x14\nseed = 4\nshading = 0.6\nopacity = 2\n"
              "density = 8\nrotate = 40\nextent = 0.7\nengine = spectral",
        SMALL "layers = 10,8,3\nsize = 14x14\nseed = 5\nshading = 1\nopacity = 1\nband = 0.2\n"
              "density = 20\nprojection = orthographic\npalette = rgb\nengine = spectral",
        SMALL "layers = 10,8,1\nsize = 14x14\nseed = 6\nshading = 1\nopacity = luminance\n"
              "density = 6\ntone = rescale\nout = identity\ngain = 1",
        SMALL "layers = 10,8,3\nsize = 18x18\nseed = 7\nshading = 1\nazimuth = 200",
        SMALL "layers = 10,8,3\nsize = 18x18\nseed = 7\nshading = 0.5\nrotate = 77\n"
              "cut_y = -1,0.2\nprojection = orthographic\nengine = dense",
    };
    (void)state;
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++)
        compare(recipes[i]);
}

/* ---- What must not matter ---------------------------------------------------------------- */

static const char *const several[] = {
    SMALL "draw = volume\nlayers = 8,3\nsize = 131x97\nshading = 1\nopacity = luminance\n"
          "engine = dense\nstep = 0.3",
    SMALL "draw = volume\nlayers = 8,3\nsize = 131x97\nshading = 1\nopacity = luminance\n"
          "engine = spectral\nbits = 16",
    SMALL "draw = volume\nlayers = 8,1\nsize = 30x60\nshading = 1\npalette = ember\n"
          "antialias = 3\nengine = auto\ntone = rank\nstep = 0.2",
    SMALL "draw = volume\nlayers = 8,6,3\nsize = 37x31\nshading = 1\npalette = oklab\n"
          "antialias = 4\nengine = spectral\nact = relu\ndither = on\nbackground = 808080",
};

static void test_threads_bands_and_machines_do_not_matter(void **state)
{
    static const int threads[] = {1, 2, 7};
    static const uint32_t bands[] = {41, 31, 50, 1000};
    (void)state;
    for (size_t i = 0; i < sizeof several / sizeof *several; i++) {
        TdRecipe *recipe = recipe_of(several[i]);
        TdRaster raster;
        TdRun one = {.threads = 1, .cpu = TD_CPU_REF};
        void *expected = draw(recipe, &one, UINT32_MAX, &raster);
        size_t number = i;
        for (unsigned cpu = TD_CPU_REF; cpu < TD_CPU_COUNT; cpu++)
            for (size_t k = 0; k < 2 && td_cpu_available((TdCpu)cpu); k++, number++) {
                TdRun run = {.threads = threads[number % 3], .cpu = (TdCpu)cpu};
                uint32_t band = bands[number % 4];
                void *found = draw(recipe, &run, band, &raster);
                if (memcmp(found, expected, td_raster_row_bytes(&raster) * raster.height) != 0)
                    fail_msg("%s: %s, %d threads, bands of %u", several[i],
                             td_cpu_name((TdCpu)cpu), run.threads, (unsigned)band);
                free(found);
            }
        free(expected);
        td_recipe_free(recipe);
    }
}

/* Rows in any order, more than once, single ones too. */
static void test_any_rows(void **state)
{
    static const uint32_t rows[][2] = {{60, 1}, {0, 3}, {96, 1}, {31, 2}, {60, 20}, {0, 1}};
    TdRecipe *recipe = recipe_of(several[0]);
    TdRaster raster;
    TdPicture *picture;
    (void)state;
    unsigned char *all = draw(recipe, NULL, UINT32_MAX, &raster);
    unsigned char part[131 * 3 * 20];
    assert_int_equal(
        td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_ALL, NULL, &picture, NULL), TD_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(td_picture_rows(picture, rows[i][0], rows[i][1], part, NULL, NULL),
                         TD_OK);
        assert_memory_equal(part, all + rows[i][0] * 131 * 3, rows[i][1] * 131 * 3);
    }
    td_picture_free(picture);
    free(all);
    td_recipe_free(recipe);
}

static void test_refusals(void **state)
{
    static const char *const texts[][2] = {
        {"cut_x = 1,0", "cut_x"},
        {"cut_z = 0.5,0.5", "cut_z"},
        {"layers = 8,2", "1 or 3"},
        {"layers = 8,1\nopacity = 2", "opacity"},
        {"palette = ember\nopacity = 3", "opacity"},
        {"tile = torus", "torus"},
        {"size = 8x8x8", "size"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        TdRecipe *recipe = recipe_of("inputs = x,y,z\ndraw = volume\nlayers = 8,3\nsize = 8x8");
        TdPicture *picture;
        TdError err = {0};
        assert_int_equal(td_recipe_parse(recipe, texts[i][0], &err), TD_OK);
        assert_int_equal(
            td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_ALL, NULL, &picture, &err),
            TD_ERROR_RECIPE);
        assert_non_null(strstr(err.message, texts[i][1]));
        assert_null(picture);
        td_recipe_free(recipe);
    }
}

static void test_cancel(void **state)
{
    TdRecipe *recipe = recipe_of(several[1]);
    volatile sig_atomic_t cancel = 0;
    TdRun run = {.cancel = &cancel};
    TdPicture *picture;
    static unsigned char rows[131 * 3 * 2 * 97];
    (void)state;
    assert_int_equal(
        td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_ALL, &run, &picture, NULL), TD_OK);
    cancel = 1;
    assert_int_equal(td_picture_rows(picture, 0, 97, rows, &run, NULL), TD_ERROR_CANCELLED);
    td_picture_free(picture);
    td_recipe_free(recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaussian_density),
        cmocka_unit_test(test_slab),
        cmocka_unit_test(test_constant_ball),
        cmocka_unit_test(test_against_the_slow_renderer),
        cmocka_unit_test(test_light_and_shade),
        cmocka_unit_test(test_threads_bands_and_machines_do_not_matter),
        cmocka_unit_test(test_any_rows),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
