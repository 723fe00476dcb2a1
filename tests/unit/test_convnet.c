/* Networks on a raster against their definition, cell by cell (slow_raster.h), and against
 * themselves: tiles, threads and instruction sets change no bit. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tiedye/network.h"
#include "unit/recipes.h"
#include "unit/slow_raster.h"

typedef struct Made {
    TdRecipe *recipe;
    TdNetwork *network;
    TdConvnet *convnet;
} Made;

static Made make(const char *text, const TdRun *run)
{
    Made made = {.recipe = recipe_of(text)};
    TdError err = {0};
    TdStatus status = td_network_create(made.recipe, run, &made.network, &err);
    if (status == TD_OK)
        status = td_convnet_create(made.recipe, made.network, run, &made.convnet, &err);
    if (status != TD_OK)
        fail_msg("%s: %s", text, err.message);
    return made;
}

static void drop(Made *made)
{
    td_convnet_free(made->convnet);
    td_network_free(made->network);
    td_recipe_free(made->recipe);
}

static float *maps_of(const Made *made, uint32_t layer, const TdBox *box, const TdRun *run)
{
    TdError err = {0};
    size_t floats = td_box_cells(box) * td_convnet_channels(made->convnet, layer);
    float *maps = malloc(floats * sizeof *maps);
    if (td_convnet_maps(made->convnet, layer, box, run, maps, &err) != TD_OK)
        fail_msg("%s", err.message);
    return maps;
}

static size_t place_in(const TdBox *box, uint32_t c, int32_t x, int32_t y, int32_t z)
{
    int32_t wide = box->high[0] - box->low[0], tall = box->high[1] - box->low[1];
    int32_t deep = box->high[2] - box->low[2];
    return (((size_t)c * (size_t)deep + (size_t)(z - box->low[2])) * (size_t)tall +
            (size_t)(y - box->low[1])) *
               (size_t)wide +
           (size_t)(x - box->low[0]);
}

/* ---- The definition ------------------------------------------------------------------ */

/* Every layer of a network in a box, which reaches beyond the frame where there is one. */
static void compare_layers(const char *text, long width, long height, long depth,
                           const TdBox *box)
{
    Made made = make(text, NULL);
    Slow slow = slow_create(made.network, made.convnet, width, height, depth);
    for (uint32_t layer = 0; layer <= made.network->depth; layer++) {
        float *maps = maps_of(&made, layer, box, NULL);
        for (int32_t z = box->low[2]; z < box->high[2]; z++)
            for (int32_t y = box->low[1]; y < box->high[1]; y++)
                for (int32_t x = box->low[0]; x < box->high[0]; x++) {
                    const double *exact =
                        slow_value(&slow, (int)layer, (const long[3]){x, y, z});
                    for (uint32_t c = 0; c < td_convnet_channels(made.convnet, layer); c++) {
                        double found = (double)maps[place_in(box, c, x, y, z)];
                        if (fabs(found - exact[c]) > 2e-5 * (1 + fabs(exact[c])))
                            fail_msg("%s: layer %u, channel %u at %d, %d, %d: %.9g, not %.9g",
                                     text, layer, c, x, y, z, found, exact[c]);
                    }
                }
        free(maps);
    }
    free(slow.cells);
    drop(&made);
}

static void test_plane(void **state)
{
    static const char *const networks[] = {
        "layers = conv3 5,3",
        "layers = conv5 4:sin,conv3 6 dilation=2,3\nresidual = on",
        "layers = conv3 8 groups=2,conv3 6 groups=2,2:identity\ninputs = x,y,n1,n2",
        "layers = conv3 6 stride=2,conv3 5,upsample2,conv3 4,3",
        "layers = 7,pool2,conv3 5,pool3 mode=mean,upsample3,4:relu,1\nresidual = on",
        "layers = conv4 5 stride=2,conv2 4 stride=2 dilation=3,upsample4,conv1 3,2",
        "layers = conv3 4 stride=3,conv7 3,2\ninputs = r,n8,t\nt = 0.75",
        "layers = pool2,conv3 5,3\nresidual = on\ninit = unscaled\nsigma_w = 0.4",
        "layers = conv3 4:softplus,upsample3 mode=linear,pool3,conv3 3:abs,3:sigmoid\ndist = "
        "uniform",
    };
    static const char *const paddings[] = {"none", "mirror", "zero"};
    const TdBox box = {{-9, -7, 0}, {8, 9, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        for (size_t k = 0; k < 3; k++) {
            char text[400];
            snprintf(text, sizeof text,
                     "%s\npadding = %s\nraster = %u\nseed = %u\nsize = 40x40", networks[i],
                     paddings[k], i % 2 == 0 ? 12u : 13u, (unsigned)(i + 3 * k));
            compare_layers(text, i % 2 == 0 ? 12 : 13, i % 2 == 0 ? 12 : 13, 1, &box);
        }
}

static void test_paddings_may_differ(void **state)
{
    const TdBox box = {{-7, -7, 0}, {7, 7, 1}};
    (void)state;
    compare_layers("layers = conv3 4 padding=zero,conv5 5 padding=mirror,conv3 4,3\nraster = 8",
                   8, 8, 1, &box);
    compare_layers(
        "layers = conv3 4 padding=mirror,conv3 5 padding=zero stride=2,3\nraster = 9", 9, 9, 1,
        &box);
}

static void test_circles(void **state)
{
    const TdBox box = {{-14, -9, 0}, {15, 9, 1}};
    (void)state;
    compare_layers("layers = conv3 4,conv5 4 dilation=2,3\npadding = circular\nraster = 10", 10,
                   10, 1, &box);
    compare_layers("layers = conv1 4,conv5 4 dilation=2,3\npadding = circular\nraster = 10", 10,
                   10, 1, &box);
    compare_layers("layers = conv3 4 stride=2,pool3,conv3 5,upsample2,3\npadding = circular\n"
                   "raster = 12\nsize = 80x40",
                   24, 12, 1, &box);
}

static void test_wide_frames(void **state)
{
    const TdBox box = {{-12, -5, 0}, {12, 5, 1}};
    (void)state;
    compare_layers("layers = conv3 4,3\npadding = zero\nraster = 8\nsize = 200x90", 18, 8, 1,
                   &box);
    compare_layers("layers = conv3 4,3\npadding = mirror\nraster = 7\nsize = 90x200", 3, 7, 1,
                   &box);
}

static void test_space(void **state)
{
    static const char *const networks[] = {
        "layers = conv3 4,conv3 3 dilation=2,3\nresidual = on",
        "layers = conv3 4 stride=2,upsample2 mode=linear,conv3 3,2",
        "layers = pool2,conv3 4 groups=2,conv2 4 stride=2,2\ninputs = z,n1",
        "layers = conv3 3,pool2 mode=mean,upsample2,2\ninputs = x,z,n1",
    };
    static const char *const paddings[] = {"none", "mirror", "zero", "circular"};
    const TdBox box = {{-5, -4, -3}, {4, 5, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        for (size_t k = 0; k < 4; k++) {
            char text[300];
            snprintf(text, sizeof text, "inputs = x,y,z,n1\n%s\npadding = %s\nraster = 8",
                     networks[i], paddings[k]);
            compare_layers(text, 8, 8, 8, &box);
        }
}

/* Where cells lie. */
static void check_place(const char *text, uint32_t layer, double origin, double step)
{
    Made made = make(text, NULL);
    double origins[3], steps[3];
    td_convnet_place(made.convnet, layer, origins, steps);
    for (int axis = 0; axis < 2; axis++) {
        assert_true(fabs(origins[axis] - origin) < 1e-12);
        assert_true(fabs(steps[axis] - step) < 1e-12);
    }
    drop(&made);
}

static void test_places(void **state)
{
    (void)state;
    check_place("layers = conv3 4,3", 2, 1.0 / 32, 1.0 / 16);
    check_place("layers = conv3 4,3\nraster = 5", 1, 0, 0.8);
    check_place("layers = conv3 4 stride=2,3\nraster = 4", 1, 0.5, 2);
    check_place("layers = conv4 4 stride=2,3\nraster = 4", 1, 1, 2);
    check_place("layers = pool2,3\nraster = 4", 1, 1, 2);
    check_place("layers = upsample2,3\nraster = 4", 1, 0.25, 0.5);
    check_place("layers = pool3,upsample3,3\nraster = 4", 2, 0.5, 1);
}

/* What is said of inputs: coordinates are those of the cell's centre, noise is normal and does
 * not know the raster. */
static void test_inputs(void **state)
{
    const TdBox box = {{-40, -30, 0}, {60, 70, 1}};
    const size_t cells = 100 * 100;
    Made coarse = make("inputs = x,y,r,n1,n3\nlayers = conv3 4,3\nraster = 20", NULL);
    Made fine = make("inputs = n3,x\nlayers = conv3 4,3\nraster = 64", NULL);
    float *values = maps_of(&coarse, 0, &box, NULL), *noise = maps_of(&fine, 0, &box, NULL);
    double sum = 0, squares = 0, product = 0, neighbours = 0;
    (void)state;
    for (int32_t y = -30; y < 70; y++)
        for (int32_t x = -40; x < 60; x++) {
            double px = (x + 0.5) * 0.2, py = (y + 0.5) * 0.2;
            assert_true(values[place_in(&box, 0, x, y, 0)] == (float)px);
            assert_true(values[place_in(&box, 1, x, y, 0)] == (float)py);
            assert_true(fabs((double)values[place_in(&box, 2, x, y, 0)] - hypot(px, py)) <
                        1e-6);
        }
    assert_memory_equal(values + 4 * cells, noise + cells, cells * sizeof *noise);
    for (size_t i = 0; i < cells; i++) {
        double a = (double)values[3 * cells + i], b = (double)values[4 * cells + i];
        sum += a;
        squares += a * a;
        product += a * b;
        neighbours += i + 1 < cells ? a * (double)values[3 * cells + i + 1] : 0;
    }
    assert_true(fabs(sum / (double)cells) < 0.05);
    assert_true(fabs(squares / (double)cells - 1) < 0.06);
    assert_true(fabs(product / (double)cells) < 0.05);
    assert_true(fabs(neighbours / (double)cells) < 0.05);
    free(values);
    free(noise);
    drop(&coarse);
    drop(&fine);
}

/* ---- Weights ------------------------------------------------------------------------- */

/* A wider kernel contains a narrower one, and its middle is what a dense layer would be. */
static void test_kernels_contain_each_other(void **state)
{
    static const uint32_t sizes[] = {1, 2, 3, 4, 5, 7};
    (void)state;
    for (int solid = 0; solid < 2; solid++)
        for (size_t k = 0; k + 1 < sizeof sizes / sizeof *sizes; k++) {
            char text[200];
            Made made[2];
            for (size_t i = 0; i < 2; i++) {
                snprintf(text, sizeof text,
                         "init = unscaled\ninputs = x,y,n1%s\nlayers = conv%u 5 stride=2,3",
                         solid ? ",z" : "", sizes[k + i]);
                made[i] = make(text, NULL);
            }
            const TdLayer *small = &made[0].network->layers[0];
            const TdLayer *large = &made[1].network->layers[0];
            uint32_t shift = (large->size - 1) / 2 - (small->size - 1) / 2;
            uint32_t in = solid ? 4 : 3;
            assert_int_equal(small->taps, solid ? small->size * small->size * small->size
                                                : small->size * small->size);
            for (uint32_t o = 0; o < 5; o++)
                for (uint32_t i = 0; i < in; i++)
                    for (uint32_t t = 0; t < small->taps; t++) {
                        uint32_t x = t % small->size + shift;
                        uint32_t y = t / small->size % small->size + shift;
                        uint32_t z = solid ? t / small->size / small->size + shift : 0;
                        uint32_t at = (z * large->size + y) * large->size + x;
                        assert_true(small->weights[(o * in + i) * small->taps + t] ==
                                    large->weights[(o * in + i) * large->taps + at]);
                    }
            drop(&made[0]);
            drop(&made[1]);
        }
}

static void test_fan_in(void **state)
{
    Made made = make("layers = conv3 64,conv5 64 groups=4,3\nsigma_w = 1.5\nsigma_b = 0", NULL);
    (void)state;
    for (int l = 0; l < 2; l++) {
        const TdLayer *layer = &made.network->layers[l];
        size_t each = (size_t)(layer->in / layer->groups) * layer->taps, count = each * 64;
        double squares = 0;
        for (size_t i = 0; i < count; i++)
            squares += (double)layer->weights[i] * (double)layer->weights[i];
        assert_true(fabs(squares / 64 / (1.5 * 1.5) - 1) < 5 / sqrt((double)count));
    }
    assert_true(td_network_parameters(made.recipe) ==
                64 * (3 * 9 + 1) + 64 * (16 * 25 + 1) + 3 * 65);
    drop(&made);
}

/* Layers without weights take no number of their own. */
static void test_streams(void **state)
{
    Made plain = make("layers = conv3 8,conv3 8,conv3 8,3", NULL);
    Made other = make("layers = conv3 8,pool2,conv3 8,upsample2,conv3 8,3", NULL);
    (void)state;
    const size_t bytes = (size_t)8 * 8 * 9 * sizeof(float);
    assert_memory_equal(plain.network->layers[1].weights, other.network->layers[2].weights,
                        bytes);
    assert_memory_equal(plain.network->layers[2].weights, other.network->layers[4].weights,
                        bytes);
    drop(&plain);
    drop(&other);
}

/* ---- Same bits ----------------------------------------------------------------------- */

static void check_same(const char *text, const TdBox *box)
{
    const TdRun alone = {.threads = 1};
    Made made = make(text, &alone);
    uint32_t depth = td_convnet_depth(made.convnet);
    float *whole = maps_of(&made, depth, box, &alone);
    size_t channels = td_convnet_channels(made.convnet, depth);
    size_t bytes = td_box_cells(box) * channels * sizeof(float);
    /* Single cells, and an odd box. */
    for (int i = 0; i < 40; i++) {
        TdBox part = *box;
        for (int axis = 0; axis < 3; axis++) {
            int32_t side = box->high[axis] - box->low[axis];
            part.low[axis] += (int32_t)((i * 7 + axis * 5) % side);
            part.high[axis] = part.low[axis] + (i == 0 ? 1 : 1 + i % 5);
            part.high[axis] =
                part.high[axis] < box->high[axis] ? part.high[axis] : box->high[axis];
        }
        float *found = maps_of(&made, depth, &part, &alone);
        for (uint32_t c = 0; c < channels; c++)
            for (int32_t z = part.low[2]; z < part.high[2]; z++)
                for (int32_t y = part.low[1]; y < part.high[1]; y++)
                    for (int32_t x = part.low[0]; x < part.high[0]; x++)
                        assert_memory_equal(&found[place_in(&part, c, x, y, z)],
                                            &whole[place_in(box, c, x, y, z)], sizeof *found);
        free(found);
    }
    for (unsigned cpu = TD_CPU_REF; cpu < TD_CPU_COUNT; cpu++)
        for (int threads = 1; threads <= 7; threads += 3) {
            TdRun run = {.cpu = (TdCpu)cpu, .threads = threads};
            if (!td_cpu_available((TdCpu)cpu))
                continue;
            Made other = make(text, &run);
            float *found = maps_of(&other, depth, box, &run);
            assert_memory_equal(found, whole, bytes);
            free(found);
            drop(&other);
        }
    free(whole);
    drop(&made);
}

static void test_same_bits(void **state)
{
    const TdBox flat = {{-37, -20, 0}, {40, 33, 1}}, deep = {{-9, -8, -7}, {12, 9, 11}};
    (void)state;
    check_same("layers = conv3 6,conv5 7 dilation=2,3", &flat);
    check_same("layers = conv3 5 stride=2,conv3 4,upsample4 mode=linear,conv3 6:sin,3\npadding "
               "= mirror\n"
               "raster = 24",
               &flat);
    check_same("layers = pool2,conv3 9 groups=3,conv3 9 groups=9,3\ninputs = n1,n2,n3\n"
               "residual = on\npadding = zero\nraster = 30",
               &flat);
    check_same("inputs = x,z,n2\nlayers = conv3 5,conv3 5,upsample2,2\npadding = circular\n"
               "raster = 8",
               &deep);
}

/* ---- What goes wrong ----------------------------------------------------------------- */

static void check_bad(const char *text, const char *words)
{
    TdRecipe *recipe = recipe_of(text);
    TdNetwork *network = NULL;
    TdConvnet *convnet = NULL;
    TdError err = {0};
    TdStatus status = td_network_create(recipe, NULL, &network, &err);
    if (status == TD_OK)
        status = td_convnet_create(recipe, network, NULL, &convnet, &err);
    if (status != TD_ERROR_RECIPE || strstr(err.message, words) == NULL)
        fail_msg("%s: %d, %s", text, status, err.message);
    assert_null(convnet);
    td_network_free(network);
    td_recipe_free(recipe);
}

static void test_bad(void **state)
{
    (void)state;
    check_bad("layers = conv3 8 dilation=64,3", "raster has 64");
    check_bad("layers = pool2,conv3 8 dilation=32,3", "raster has 32");
    check_bad("layers = pool64,pool2,3", "leaves nothing of a raster of 64");
    check_bad("layers = conv3 8 stride=9,3\nraster = 8", "leaves nothing");
    check_bad("layers = conv3 8 groups=2,3", "groups=2");
    check_bad("layers = conv3 8,conv3 3 groups=3\nchannels = 4", "groups=3");
    check_bad("layers = pool3,conv3 8,3\npadding = circular", "circle of 64 cells");
    check_bad("layers = conv3 8 padding=zero,conv3 8 padding=circular,3", "circular");
    check_bad("layers = upsample64,upsample64,upsample64,conv3 8,3", "more than");
    check_bad("layers = conv3 8 padding=none,conv3 8 padding=circular,3", "circular");
    check_bad("layers = conv31 1x9000 dilation=4000,3\nraster = 8000", "reach");
    check_bad("inputs = red\nlayers = conv3 8,3", "--image");
}

static void test_arguments(void **state)
{
    Made made = make("layers = conv3 4,3", NULL);
    TdBox empty = {{0, 0, 0}, {0, 4, 1}}, one = {{0, 0, 0}, {1, 1, 1}};
    float maps[8];
    TdPlan *plan;
    volatile sig_atomic_t cancelled = 1;
    TdRun stop = {.cancel = &cancelled}, small = {.max_memory = 1000};
    TdError err = {0};
    (void)state;
    assert_int_equal(td_convnet_maps(made.convnet, 2, &empty, NULL, maps, NULL),
                     TD_ERROR_ARGUMENT);
    assert_int_equal(td_convnet_maps(made.convnet, 3, &one, NULL, maps, NULL),
                     TD_ERROR_ARGUMENT);
    assert_int_equal(td_convnet_maps(made.convnet, 2, &one, &stop, maps, NULL),
                     TD_ERROR_CANCELLED);
    assert_int_equal(td_convnet_maps(made.convnet, 2, &one, &small, maps, &err),
                     TD_ERROR_MEMORY);
    assert_int_equal(td_plan_create(made.network, made.recipe->constants, NULL, &plan, &err),
                     TD_ERROR_RECIPE);
    assert_true(td_box_cells(&empty) == 0 && td_box_cells(&one) == 1);
    TdBox huge = {{INT32_MIN, INT32_MIN, INT32_MIN}, {INT32_MAX, INT32_MAX, INT32_MAX}};
    assert_true(td_box_cells(&huge) == UINT64_MAX);
    assert_int_equal(td_convnet_maps(made.convnet, 2, &huge, NULL, maps, NULL),
                     TD_ERROR_ARGUMENT);
    drop(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plane),     cmocka_unit_test(test_paddings_may_differ),
        cmocka_unit_test(test_circles),   cmocka_unit_test(test_wide_frames),
        cmocka_unit_test(test_space),     cmocka_unit_test(test_places),
        cmocka_unit_test(test_inputs),    cmocka_unit_test(test_kernels_contain_each_other),
        cmocka_unit_test(test_fan_in),    cmocka_unit_test(test_streams),
        cmocka_unit_test(test_same_bits), cmocka_unit_test(test_bad),
        cmocka_unit_test(test_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
