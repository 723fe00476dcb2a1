/* The spectral engine: which tiles it takes, what it reports, and that it is the dense picture
 * in places where that is hard. Random recipes are compared by tests/engines. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/bend.h"
#include "render/renderer.h"
#include "tiedye/sheet.h"
#include "unit/pictures.h"

typedef struct Drawn {
    TdRaster raster;
    unsigned char *rows;
    TdReport report;
} Drawn;

static Drawn draw_as(const char *text, TdEngine engine, TdSamples samples, uint32_t band)
{
    Drawn drawn = {.report = {0}};
    TdRun run = {.threads = 2, .report = &drawn.report};
    TdPicture *picture;
    TdError err = {0};
    TdRecipe *recipe = recipe_of(text);
    recipe->engine = engine;
    if (td_draw_create(recipe, samples, TD_DETAIL_EXACT, &run, &picture, &err) != TD_OK)
        fail_msg("%s: %s", text, err.message);
    drawn.rows = draw_rows(picture, &run, band, &drawn.raster);
    td_recipe_free(recipe);
    return drawn;
}

static TdReport report_of(const char *text, TdEngine engine)
{
    Drawn drawn = draw_as(text, engine, TD_SAMPLES_COLOUR, 1000);
    free(drawn.rows);
    return drawn.report;
}

static bool is_dense(const char *text)
{
    TdReport report = report_of(text, TD_ENGINE_AUTO);
    return report.dense_pixels == report.pixels;
}

/* Pixels of all patches, where none is cut off by the picture's border. */
static uint64_t patch_pixels(const TdReport *report)
{
    uint64_t pixels = 0;
    for (int side = 0; side < TD_REPORT_SIDES; side++)
        for (int degree = 0; degree < TD_REPORT_DEGREES; degree++)
            pixels += report->patches[side][degree] << (2 * side);
    return pixels;
}

/* ---- The basis ----------------------------------------------------------------------- */

/* A polynomial of degree 8 in x and y that is nothing special. */
static double polynomial(double x, double y)
{
    double value = 0.3;
    for (int i = 1; i < TD_PATCH_ORDER; i++)
        value +=
            pow(x, i) * (0.1 * i - 0.35) + pow(y, i) * pow(x, TD_PATCH_ORDER - 1 - i) * 0.07;
    return value;
}

/* Its values at the nodes give coefficients that give its values at the pixels' centres. */
static void test_polynomials_are_exact(void **state)
{
    const TdKernels *kernels = td_kernels(TD_CPU_BEST, false);
    TdRecipe *recipe = recipe_of("size = 512x512\nantialias = 1\nengine = spectral\n");
    TdRun run = td_run_resolved(NULL);
    TdiRenderer renderer;
    _Alignas(64) static float values[TD_PATCH_NODES * TD_PATCH_LANES];
    _Alignas(64) static float lanes[TD_PATCH_NODES * TD_PATCH_LANES];
    _Alignas(64) static float columns[TD_PATCH_ORDER * 64], rows[64 * 64];
    float own[TD_PATCH_NODES];
    (void)state;
    assert_int_equal(tdi_renderer_init(&renderer, recipe, TD_SAMPLES_COLOUR, NULL, &run, NULL),
                     TD_OK);
    const TdiSpectral *spectral = &renderer.spectral;
    const TdiLevel *level = spectral->level;
    while (level->side != 64)
        level++;
    for (int k = 0; k < TD_PATCH_NODES; k++)
        values[k * TD_PATCH_LANES + 3] =
            (float)polynomial(2 * spectral->place[k % TD_PATCH_ORDER] - 1,
                              2 * spectral->place[k / TD_PATCH_ORDER] - 1);
    kernels->transform(&spectral->nodes, values, lanes);
    for (int k = 0; k < TD_PATCH_NODES; k++)
        own[k] = lanes[k * TD_PATCH_LANES + 3];
    kernels->columns(own, level->across, level->columns, 64, TD_PATCH_ORDER, TD_PATCH_ORDER,
                     columns, 64);
    kernels->rows(columns, 64, 64, level->down, TD_PATCH_ORDER, 64, rows, 64);
    for (int y = 0; y < 64; y++)
        for (int x = 0; x < 64; x++)
            assert_true(fabs(rows[y * 64 + x] - polynomial((2 * x + 1) / 64.0 - 1,
                                                           (2 * y + 1) / 64.0 - 1)) < 3e-6);
    tdi_renderer_clear(&renderer);
    td_recipe_free(recipe);
}

/* A layer in two steps gives the bits that it gives at once. */
static void test_layers_from_inside(void **state)
{
    enum { POINTS = 128 };
    TdRecipe *recipe = recipe_of("layers = 7,13:sin,13:relu,5\nresidual = on\n");
    TdNetwork *network;
    TdPlan *plan;
    (void)state;
    assert_int_equal(td_network_create(recipe, NULL, &network, NULL), TD_OK);
    assert_int_equal(td_plan_create(network, recipe->constants, NULL, &plan, NULL), TD_OK);
    size_t bytes = td_plan_scratch(plan), stride = td_plan_points(plan);
    float *scratch[2];
    for (int way = 0; way < 2; way++) {
        scratch[way] = aligned_alloc(64, (bytes + 63) / 64 * 64);
        float *input = td_plan_input(plan, scratch[way]);
        for (int i = 0; i < POINTS; i++) {
            input[i] = (float)i / 17 - 3;
            input[stride + (size_t)i] = 2 - (float)(i * i % 31) / 9;
        }
    }
    assert_int_equal(td_plan_depth(plan), 4);
    assert_int_equal(td_plan_activation(plan, 1), TD_ACT_SIN);
    for (uint32_t layer = 0; layer < 4; layer++) {
        const float *once = td_plan_layers(plan, layer, layer + 1, scratch[0], POINTS);
        td_plan_sums(plan, layer, scratch[1], POINTS);
        const float *twice = td_plan_activate(plan, layer, scratch[1], POINTS);
        for (uint32_t o = 0; o < td_plan_width(plan, layer); o++)
            assert_memory_equal(once + o * stride, twice + o * stride, POINTS * sizeof(float));
    }
    for (int way = 0; way < 2; way++)
        free(scratch[way]);
    td_plan_free(plan);
    td_network_free(network);
    td_recipe_free(recipe);
}

/* ---- The rule ------------------------------------------------------------------------ */

static bool holds(const char *act, TdSurvey survey)
{
    char text[80];
    TdRun run = td_run_resolved(NULL);
    TdiRenderer renderer;
    snprintf(text, sizeof text, "layers = 4,4,3\nact = %s\nengine = spectral\n", act);
    TdRecipe *recipe = recipe_of(text);
    assert_int_equal(tdi_renderer_init(&renderer, recipe, TD_SAMPLES_COLOUR, NULL, &run, NULL),
                     TD_OK);
    TdiBend bend = tdi_bend(renderer.plan, 1);
    tdi_renderer_clear(&renderer);
    td_recipe_free(recipe);
    return tdi_bend_holds(&bend, &survey, 0);
}

static void test_the_rule(void **state)
{
    (void)state;
    assert_true(holds("tanh", (TdSurvey){{-1}, {1}, {0.1f}, {1}, {1}, {0}}));
    assert_false(holds("tanh", (TdSurvey){{-2}, {2}, {0.1f}, {4}, {4}, {0}})); /* a step */
    assert_false(holds("tanh", (TdSurvey){{-1}, {1}, {0.7f}, {1}, {1}, {0}})); /* a tail */
    assert_true(holds("tanh", (TdSurvey){{7}, {9}, {0.7f}, {1}, {0}, {0}}));   /* flat there */
    assert_false(holds("tanh", (TdSurvey){{-200}, {-5.5f}, {0}, {50}, {0}, {0}})); /* a hill */
    assert_false(holds("tanh", (TdSurvey){{-1}, {1}, {0}, {1}, {0}, {NAN}}));
    assert_false(holds("sin", (TdSurvey){{10}, {13}, {0}, {3}, {0}, {0}}));
    assert_true(holds("relu", (TdSurvey){{0.5f}, {90}, {0.1f}, {1}, {0}, {0}}));
    assert_false(holds("relu", (TdSurvey){{0.05f}, {90}, {0.1f}, {1}, {0}, {0}})); /* a kink */
    assert_false(holds("hat", (TdSurvey){{-1.2f}, {-0.9f}, {0}, {0.1f}, {0}, {0}}));
    assert_true(holds("triangle", (TdSurvey){{5.1f}, {6.9f}, {0}, {0.1f}, {0}, {0}}));
    assert_false(holds("triangle", (TdSurvey){{4.9f}, {5.1f}, {0}, {0.1f}, {0}, {0}}));
    assert_true(holds("identity", (TdSurvey){{-1e6f}, {1e6f}, {9}, {1e5f}, {1e5f}, {0}}));
}

/* ---- Which engine -------------------------------------------------------------------- */

static void test_auto_takes_the_cheaper(void **state)
{
    (void)state;
    assert_false(is_dense("size = 300x300"));
    assert_false(is_dense("size = 300x300\nlayers = 5,3\nact = relu\nextent = 0.5"));
    assert_true(is_dense("size = 50x50\nantialias = 1"));
    assert_true(is_dense("size = 300x300\ntone = rank"));
    assert_true(is_dense("size = 300x300\nact = step"));
    assert_true(is_dense("size = 300x300\nlayers = 64x20,3\nsigma_w = 4\nantialias = 1"));
    assert_true(is_dense("size = 300x300\nlayers = 300,3\nact = relu\nsigma_b = 3"));
}

/* Neither chaos nor thin pictures need more than 1.45 evaluations a sample. */
static void test_evaluations_are_bounded(void **state)
{
    static const char *const texts[] = {
        "size = 200x200\nlayers = 30x12,3\nsigma_w = 4\nantialias = 1",
        "size = 129x257\nlayers = 30x12,3\nsigma_w = 4\nantialias = 3",
        "size = 3x1000\nlayers = 30x12,3\nsigma_w = 4",
        "size = 24x500\nlayers = 30x12,3\nsigma_w = 4\nantialias = 1",
        "size = 1x1",
        "size = 17x16\nantialias = 16",
        "size = 33x65\nlayers = 9,3\nact = step"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        TdReport report = report_of(texts[i], TD_ENGINE_SPECTRAL);
        assert_true((double)report.evaluations <= 1.45 * (double)report.samples);
        assert_true(report.evaluations > 0);
    }
}

static void test_reports_add_up(void **state)
{
    (void)state;
    TdReport report = report_of("size = 512x256\nlayers = 20x3,3\nsigma_w = 3\npalette = rgb\n"
                                "antialias = 1",
                                TD_ENGINE_SPECTRAL);
    assert_int_equal(report.pixels, 512 * 256);
    assert_int_equal(report.samples, report.pixels);
    assert_int_equal(patch_pixels(&report) + report.dense_pixels, report.pixels);
    assert_true(report.evaluations % 81 == report.dense_pixels % 81);
    assert_true(report.coefficients > 100 && report.bits > (double)report.coefficients);
    assert_true(report.worst > 0 && report.worst < 0.5 && report.checked > 0);
    TdReport dense = report_of("size = 70x30\nantialias = 2", TD_ENGINE_DENSE);
    assert_int_equal(dense.dense_pixels, 70 * 30);
    assert_int_equal(dense.evaluations, 4 * 70 * 30);
    assert_int_equal(dense.checked, 0);
    /* A constant network is one coefficient a tile and channel, of degree 0. */
    TdReport constant =
        report_of("size = 256x256\nsigma_w = 0\npalette = rgb", TD_ENGINE_SPECTRAL);
    assert_int_equal(constant.patches[6][0], 16);
    assert_int_equal(constant.evaluations, 16 * 81);
    assert_true(constant.coefficients <= 16 * 3);
    /* A sheet adds its cells, without gutters. */
    TdReport sheet = report_of(
        "draw = sheet\ncount = 5\ncolumns = 2\nsize = 64x64\nsigma_w = 1", TD_ENGINE_SPECTRAL);
    assert_int_equal(sheet.pixels, 5 * 64 * 64);
}

/* A finer tolerance takes more evaluations, and keeps what it says at the points looked at. */
static void test_tolerance(void **state)
{
    uint64_t before = 0;
    (void)state;
    for (int i = 0; i < 3; i++) {
        char text[160];
        double tolerance = 1 / pow(20, i);
        snprintf(text, sizeof text,
                 "size = 512x512\nlayers = 20,10,3\nsigma_w = 2\nantialias = 1\n"
                 "palette = rgb\ntolerance = %g",
                 tolerance);
        TdReport report = report_of(text, TD_ENGINE_SPECTRAL);
        assert_true(report.worst < tolerance);
        assert_true(report.evaluations > before);
        before = report.evaluations;
    }
}

/* ---- The same picture ---------------------------------------------------------------- */

static int code_at(const Drawn *drawn, size_t i)
{
    return drawn->raster.type == TD_SAMPLE_U16
               ? ((const uint16_t *)(const void *)drawn->rows)[i]
               : drawn->rows[i];
}

/* No sample differs by more than one code, and at most `share` of them. */
static void expect_same(const char *text, double share)
{
    Drawn dense = draw_as(text, TD_ENGINE_DENSE, TD_SAMPLES_COLOUR, 1000);
    Drawn spectral = draw_as(text, TD_ENGINE_SPECTRAL, TD_SAMPLES_COLOUR, 1000);
    size_t samples = (size_t)dense.raster.width * dense.raster.height * dense.raster.channels,
           differing = 0;
    for (size_t i = 0; i < samples; i++) {
        int apart = abs(code_at(&dense, i) - code_at(&spectral, i));
        if (apart > 1)
            fail_msg("%s: sample %zu: %d and %d", text, i, code_at(&dense, i),
                     code_at(&spectral, i));
        differing += apart > 0;
    }
    if ((double)differing > share * (double)samples)
        fail_msg("%s: %zu of %zu samples differ", text, differing, samples);
    free(dense.rows);
    free(spectral.rows);
}

static void test_hard_networks(void **state)
{
    (void)state;
    expect_same("size = 200x200\nsigma_w = 0", 0);
    expect_same("size = 200x200\nsigma_w = 1000\nlayers = 20x3,3\ninit = unscaled", 0.02);
    expect_same(
        "size = 200x200\nsigma_w = 300\nlayers = 20x9,3\nact = quadratic\nout = identity",
        0.02); /* overflows, and is NaN in places */
    expect_same("size = 200x200\nlayers = 20x4,3\nact = cubic\nout = relu\nsigma_w = 9", 0.02);
    expect_same("size = 200x200\nlayers = 3\nout = identity\nsigma_w = 900\ninit = unscaled",
                0.02);
    expect_same("size = 260x200\ninputs = x,y,r\nlayers = 20,3\nact = sin\nsigma_w = 4", 0.02);
    expect_same("size = 260x200\ninputs = r\nlayers = 5,3\nout = identity\nact = identity",
                0.02);
    expect_same("size = 260x200\ninputs = z\nlayers = 5,3", 0);
    expect_same("size = 300x300\nlayers = 30,20,3\nact = softsign\nsigma_w = 3", 0.02);
}

static void test_hard_views(void **state)
{
    (void)state;
    expect_same("size = 200x200\nextent = 1e-6\ncenter = 0.3,0.7", 0.02);
    expect_same("size = 200x200\nextent = 1e-6\ncenter = 1000,-1000", 0.02);
    expect_same("size = 200x200\nextent = 1e6", 0.02);
    expect_same("size = 200x200\nextent = 1e-9\ncenter = 1e-9,0", 0.02);
    expect_same("size = 3x3000", 0.02);
    expect_same("size = 3000x3\nantialias = 16", 0.02);
    expect_same("size = 1x1\nantialias = 16", 0.02);
    expect_same("size = 150x130\nrotate = 30\nextent = 4", 0.02);
}

/* Means over k x k samples: from one table where colours are a line, toned where they are not.
 */
static void test_antialiasing(void **state)
{
    (void)state;
    expect_same("size = 100x90\nantialias = 16\npalette = rgb", 0.02);
    expect_same("size = 100x90\nantialias = 16\npalette = oklab\nsigma_w = 3", 0.02);
    expect_same("size = 100x90\nantialias = 5\ntone = clip\npalette = rgb", 0.02);
    expect_same("size = 100x90\nantialias = 7\ngain = 9\npalette = gray\nsigma_w = 3", 0.02);
    expect_same("size = 300x90\nantialias = 3\npalette = stops\nbits = 16", 0.04);
    expect_same("size = 300x90\nantialias = 2\ndither = on\nbits = 8", 0.02);
}

/* ---- Bands and maps ------------------------------------------------------------------ */

/* Rows in bands of any height, and in any order, are the rows of the whole. */
static void test_bands_do_not_matter(void **state)
{
    static const char *const texts[] = {
        "size = 300x290\nlayers = 20,10,3\nsigma_w = 3\nantialias = 1",
        "draw = sheet\ncount = 6\ncolumns = 3\nsize = 70x90\nlayers = 20,10,3",
        "draw = grid\ndown = depth=1..3\nacross = channels=1,3\nsize = 70x90"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Drawn whole = draw_as(texts[i], TD_ENGINE_SPECTRAL, TD_SAMPLES_COLOUR, 5000);
        size_t row_bytes = (size_t)td_raster_row_bytes(&whole.raster);
        TdRecipe *recipe = recipe_of(texts[i]);
        TdPicture *picture;
        unsigned char *row = malloc(row_bytes * 3);
        recipe->engine = TD_ENGINE_SPECTRAL;
        assert_int_equal(
            td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_EXACT, NULL, &picture, NULL),
            TD_OK);
        for (uint32_t k = 0; k < 60; k++) {
            uint32_t y = k * 97 % (whole.raster.height - 2);
            assert_int_equal(td_picture_rows(picture, y, 3, row, NULL, NULL), TD_OK);
            assert_memory_equal(row, whole.rows + y * row_bytes, 3 * row_bytes);
        }
        td_picture_free(picture);
        td_recipe_free(recipe);
        free(row);
        Drawn bands = draw_as(texts[i], TD_ENGINE_SPECTRAL, TD_SAMPLES_COLOUR, 37);
        assert_memory_equal(bands.rows, whole.rows, row_bytes * whole.raster.height);
        free(bands.rows);
        free(whole.rows);
    }
}

/* Where a picture is hard its map is bright. */
static void test_maps_of_cost(void **state)
{
    const char *text = "size = 256x256\nlayers = 40,3\nact = relu\nextent = 1\nbits = 16";
    (void)state;
    Drawn map = draw_as(text, TD_ENGINE_SPECTRAL, TD_SAMPLES_COST, 100);
    assert_int_equal(map.raster.type, TD_SAMPLE_U8);
    assert_int_equal(map.raster.channels, 3);
    int least = 765, greatest = 0;
    for (size_t i = 0; i < 256 * 256; i++) {
        int light = map.rows[3 * i] + map.rows[3 * i + 1] + map.rows[3 * i + 2];
        least = light < least ? light : least;
        greatest = light > greatest ? light : greatest;
    }
    assert_true(least < 300 && greatest > 600);
    free(map.rows);
    Drawn dense = draw_as("size = 64x64", TD_ENGINE_DENSE, TD_SAMPLES_COST, 100);
    for (size_t i = 3 * 65; i < 3 * 128; i++) /* the second row, but for the border */
        assert_int_equal(dense.rows[i], dense.rows[i % 3 + 3 * 65]);
    free(dense.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polynomials_are_exact),
        cmocka_unit_test(test_layers_from_inside),
        cmocka_unit_test(test_the_rule),
        cmocka_unit_test(test_auto_takes_the_cheaper),
        cmocka_unit_test(test_evaluations_are_bounded),
        cmocka_unit_test(test_reports_add_up),
        cmocka_unit_test(test_tolerance),
        cmocka_unit_test(test_hard_networks),
        cmocka_unit_test(test_hard_views),
        cmocka_unit_test(test_antialiasing),
        cmocka_unit_test(test_bands_do_not_matter),
        cmocka_unit_test(test_maps_of_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
