/* Films: the recipes of their frames, without drawing one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tiedye/motion.h"
#include "tiedye/network.h"
#include "unit/recipes.h"

static TdRecipe *still_of(const TdRecipe *film, uint32_t frame)
{
    TdRecipe *still;
    TdError err = {0};
    if (td_recipe_still(film, frame, &still, &err) != TD_OK)
        fail_msg("%s", err.message);
    return still;
}

/* A key's text at a frame; freed by td_text_free. */
static char *value_at(const TdRecipe *film, uint32_t frame, const char *key)
{
    TdRecipe *still = still_of(film, frame);
    char *text = td_recipe_get(still, key);
    td_recipe_free(still);
    return text;
}

static void expect(const TdRecipe *film, uint32_t frame, const char *key, const char *expected)
{
    char *found = value_at(film, frame, key);
    if (strcmp(found, expected) != 0)
        fail_msg("frame %u: %s is %s, not %s", (unsigned)frame, key, found, expected);
    td_text_free(found);
}

static double number_at(const TdRecipe *film, uint32_t frame, const char *key)
{
    char *text = value_at(film, frame, key);
    double number = strtod(text, NULL);
    td_text_free(text);
    return number;
}

/* ---- From one end to the other ----------------------------------------------------------- */

static void test_ends(void **state)
{
    TdRecipe *film = recipe_of("inputs = x,y,z\npath = z=-5..5 sigma_w=1,3,2 center=0,1;2,-1\n"
                               "frames = 5");
    (void)state;
    expect(film, 0, "z", "-5");
    expect(film, 1, "z", "-2.5");
    expect(film, 2, "z", "0");
    expect(film, 4, "z", "5");
    expect(film, 0, "sigma_w", "1");
    expect(film, 1, "sigma_w", "2");
    expect(film, 2, "sigma_w", "3");
    expect(film, 3, "sigma_w", "2.5");
    expect(film, 4, "sigma_w", "2");
    expect(film, 0, "center", "0,1");
    expect(film, 2, "center", "1,0");
    expect(film, 4, "center", "2,-1");
    expect(film, 3, "frame", "4");
    TdRecipe *still;
    TdError err = {0};
    assert_int_equal(td_recipe_still(film, 5, &still, &err), TD_ERROR_RECIPE);
    assert_null(still);
    assert_non_null(strstr(err.message, "6 of 5"));
    td_recipe_free(film);
}

/* Values that no float is: the ends are what was written. */
static void test_ends_are_exact(void **state)
{
    TdRecipe *film = recipe_of("path = sigma_w=0.1..0.7 sigma_b=0.3..0.1 rotate=-0.1..359.9\n"
                               "frames = 8");
    (void)state;
    expect(film, 0, "sigma_w", "0.1");
    expect(film, 7, "sigma_w", "0.7");
    expect(film, 0, "sigma_b", "0.3");
    expect(film, 7, "sigma_b", "0.1");
    expect(film, 7, "rotate", "359.9");
    td_recipe_free(film);
}

static void test_whole_numbers(void **state)
{
    TdRecipe *film = recipe_of("layers = 20,10,3\npath = depth=1..4 antialias=1..3\nframes = "
                               "7");
    (void)state;
    for (uint32_t frame = 0; frame < 7; frame++) {
        TdRecipe *still = still_of(film, frame);
        uint32_t depth = (uint32_t)floor(1 + frame * 0.5 + 0.5);
        assert_int_equal(td_recipe_depth(still), depth + 1);
        assert_int_equal(td_recipe_layer(still, 0).width, 20);
        td_recipe_free(still);
    }
    expect(film, 6, "antialias", "3");
    td_recipe_free(film);
}

static void test_one_frame(void **state)
{
    TdRecipe *film = recipe_of("path = extent=1..2\nframes = 1");
    (void)state;
    expect(film, 0, "extent", "1");
    film->loop = true;
    expect(film, 0, "extent", "1");
    td_recipe_free(film);
}

/* ---- Loops ------------------------------------------------------------------------------- */

/* Frame N is frame 0, and the steps before and behind it are as small as all others. */
static void test_loops_close(void **state)
{
    static const char *const paths[] = {
        "sigma_w=1..3",  "sigma_w=1,3,2",         "sigma_w=1..3 sigma_b=0..1",
        "rotate=0..360", "rotate=10..730",        "center=0,0;1,1;2,0",
        "seed=1;2",      "seed=1;2;3 extent=1..2"};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char text[200];
        snprintf(text, sizeof text, "frames = 60\nloop = on\npath = %s", paths[i]);
        TdRecipe *film = recipe_of(text), *first = still_of(film, 0);
        for (uint32_t turn = 1; turn < 3; turn++) {
            TdRecipe *again = still_of(film, 60 * turn);
            char *one = td_recipe_print(first, TD_FORM_TEXT);
            char *other = td_recipe_print(again, TD_FORM_TEXT);
            assert_string_equal(one, other);
            td_text_free(one);
            td_text_free(other);
            td_recipe_free(again);
        }
        td_recipe_free(first);
        td_recipe_free(film);
    }
}

static void test_loops_are_smooth(void **state)
{
    TdRecipe *film = recipe_of("frames = 60\nloop = on\npath = sigma_w=1..3");
    (void)state;
    for (uint32_t frame = 0; frame < 60; frame++) {
        double expected = 2 - cos(2 * acos(-1) * frame / 60);
        assert_true(fabs(number_at(film, frame, "sigma_w") - expected) < 1e-12);
    }
    td_recipe_free(film);
}

static void test_two_paths_are_a_circle(void **state)
{
    TdRecipe *film = recipe_of("frames = 64\nloop = on\ninputs = x,y,z,t\npath = z=-2..2 "
                               "t=-2..2");
    double turned = 0, last = 0;
    (void)state;
    for (uint32_t frame = 0; frame <= 64; frame++) {
        double z = number_at(film, frame, "z"), t = number_at(film, frame, "t");
        assert_true(fabs(sqrt(z * z + t * t) - 2) < 1e-9);
        double angle = atan2(t, z), by = angle - last;
        by += by > 3.2 ? -2 * acos(-1) : by < -3.2 ? 2 * acos(-1) : 0;
        if (frame > 0)
            assert_true(fabs(fabs(by) - 2 * acos(-1) / 64) < 1e-9);
        turned += frame > 0 ? by : 0;
        last = angle;
    }
    assert_true(fabs(fabs(turned) - 2 * acos(-1)) < 1e-9);
    td_recipe_free(film);
}

static void test_whole_turns_go_on(void **state)
{
    TdRecipe *film = recipe_of("frames = 36\nloop = on\npath = rotate=0..360");
    (void)state;
    for (uint32_t frame = 0; frame < 36; frame++)
        assert_true(fabs(number_at(film, frame, "rotate") - 10 * frame) < 1e-9);
    td_recipe_free(film);
    film = recipe_of("frames = 36\nloop = on\npath = rotate=0..90"); /* there and back */
    expect(film, 18, "rotate", "90");
    expect(film, 36, "rotate", "0");
    td_recipe_free(film);
}

/* ---- Seeds ------------------------------------------------------------------------------- */

static void compare_networks(const TdRecipe *a, const TdRecipe *b, bool same)
{
    TdNetwork *one, *other;
    assert_int_equal(td_network_create(a, NULL, &one, NULL), TD_OK);
    assert_int_equal(td_network_create(b, NULL, &other, NULL), TD_OK);
    bool equal = true;
    for (uint32_t l = 0; l < one->depth; l++) {
        const TdLayer *first = &one->layers[l], *second = &other->layers[l];
        size_t count = (size_t)first->in * first->out;
        equal = equal && memcmp(first->weights, second->weights, count * sizeof(float)) == 0 &&
                memcmp(first->bias, second->bias, first->out * sizeof(float)) == 0;
    }
    assert_true(equal == same);
    td_network_free(one);
    td_network_free(other);
}

/* A film rests at every seed: its frame there is that seed's picture. */
static void test_seeds_are_reached(void **state)
{
    static const struct {
        uint32_t frame;
        const char *seed;
        bool loop;
    } cases[] = {{0, "seed = 5", false}, {10, "seed = 9", false}, {20, "seed = 2", false},
                 {0, "seed = 5", true},  {7, "seed = 9", true},   {14, "seed = 2", true},
                 {21, "seed = 5", true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        TdRecipe *film = recipe_of("frames = 21\nlayers = 9,3\npath = seed=5;9;2");
        TdRecipe *single = recipe_of("layers = 9,3");
        film->loop = cases[i].loop;
        assert_int_equal(td_recipe_parse(single, cases[i].seed, NULL), TD_OK);
        TdRecipe *still = still_of(film, cases[i].frame);
        compare_networks(still, single, true);
        assert_int_equal(still->seed, single->seed);
        assert_false(still->morph_seed.set);
        TdRecipe *between = still_of(film, cases[i].frame + (cases[i].frame < 20 ? 1 : 0));
        compare_networks(between, single, cases[i].frame >= 20);
        td_recipe_free(between);
        td_recipe_free(still);
        td_recipe_free(single);
        td_recipe_free(film);
    }
}

/* Weights are cosine and sine of one and the other network's, so that their variance stays. */
static void test_morphs_are_sums(void **state)
{
    TdRecipe *recipe = recipe_of("layers = 200,100,3\nseed = 1\nmorph_seed = 2\nmorph = 30\n"
                                 "inputs = x,y,r");
    TdNetwork *networks[3];
    (void)state;
    assert_int_equal(td_network_create(recipe, NULL, &networks[0], NULL), TD_OK);
    recipe->morph_seed.set = false;
    assert_int_equal(td_network_create(recipe, NULL, &networks[1], NULL), TD_OK);
    recipe->seed = 2;
    assert_int_equal(td_network_create(recipe, NULL, &networks[2], NULL), TD_OK);
    for (uint32_t l = 0; l < 3; l++) {
        const TdLayer *layer[3];
        double squares[2] = {0, 0};
        for (int k = 0; k < 3; k++)
            layer[k] = &networks[k]->layers[l];
        size_t count = (size_t)layer[0]->in * layer[0]->out;
        for (size_t i = 0; i < count; i++) {
            double sum = cos(acos(-1) / 6) * (double)layer[1]->weights[i] +
                         0.5 * (double)layer[2]->weights[i];
            assert_true(fabs((double)layer[0]->weights[i] - sum) < 3e-7);
            squares[0] += (double)layer[0]->weights[i] * (double)layer[0]->weights[i];
            squares[1] += (double)layer[1]->weights[i] * (double)layer[1]->weights[i];
        }
        for (uint32_t o = 0; o < layer[0]->out; o++) {
            double sum =
                cos(acos(-1) / 6) * (double)layer[1]->bias[o] + 0.5 * (double)layer[2]->bias[o];
            assert_true(fabs((double)layer[0]->bias[o] - sum) < 3e-7);
        }
        if (count > 10000)
            assert_true(fabs(squares[0] / squares[1] - 1) < 0.03);
    }
    for (int k = 0; k < 3; k++)
        td_network_free(networks[k]);
    td_recipe_free(recipe);
}

/* Seeded palettes keep their colours while the seed moves; without that, a frame's palette is
 * its cells' own. */
static void test_palettes_do_not_jump(void **state)
{
    TdRecipe *film = recipe_of("frames = 9\nseed = 77\npath = seed=5;9;2\npalette = stops");
    (void)state;
    for (uint32_t frame = 0; frame < 9; frame++) {
        TdRecipe *still = still_of(film, frame);
        assert_int_equal(td_recipe_palette_seed(still), 5);
        td_recipe_free(still);
    }
    film->palette_seed = (TdOwnSeed){true, 44};
    TdRecipe *still = still_of(film, 4);
    assert_int_equal(td_recipe_palette_seed(still), 44);
    td_recipe_free(still);
    td_recipe_free(film);
    film = recipe_of("frames = 9\nseed = 77\npath = extent=1..2\npalette = stops");
    expect(film, 3, "palette_seed", "seed");
    td_recipe_free(film);
}

/* ---- Numbered names ---------------------------------------------------------------------- */

static void test_numbered_names(void **state)
{
    (void)state;
    assert_true(td_path_is_numbered("f%d.png"));
    assert_true(td_path_is_numbered("a%b/f%05d.png"));
    assert_false(td_path_is_numbered("f.png"));
    assert_false(td_path_is_numbered("100%.png"));
    assert_false(td_path_is_numbered("f%s.png"));
    assert_false(td_path_is_numbered("f%99999d.png"));
}

/* ---- What is refused --------------------------------------------------------------------- */

static void test_paths_that_move_nothing(void **state)
{
    static const char *const texts[][2] = {
        {"path = z=1..2", "--inputs"},
        {"path = azimuth=0..360", "volume"},
        {"path = morph=0..90", "morph_seed"},
        {"path = rotate=0..360\ntile = torus", "seams"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        TdRecipe *film = recipe_of(texts[i][0]);
        TdError err = {0};
        assert_int_equal(td_recipe_check_paths(film, &err), TD_ERROR_RECIPE);
        assert_non_null(strstr(err.message, texts[i][1]));
        td_recipe_free(film);
    }
    TdRecipe *film = recipe_of("inputs = x,y,r\npath = z=1..2 extent=1..2");
    assert_int_equal(td_recipe_check_paths(film, NULL), TD_OK); /* r is of three dimensions */
    td_recipe_free(film);
}

/* As printed, paths are read again as they were; a copy is a copy. */
static void test_paths_are_printed(void **state)
{
    static const char *const texts[][2] = {
        {"path=  sigma_w=1..3   rotate=0,90,45 ", "sigma_w=1..3 rotate=0;90;45"},
        {"path=center=0,0;1,0.5", "center=0,0;1,0.5"},
        {"path=seed=18446744073709551615,3", "seed=18446744073709551615;3"},
        {"path=", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        TdRecipe *recipe = recipe_of(texts[i][0]), *copy = td_recipe_copy(recipe);
        td_recipe_free(recipe);
        char *text = td_recipe_get(copy, "path"), *link = td_recipe_print(copy, TD_FORM_LINK);
        assert_string_equal(text, texts[i][1]);
        recipe = recipe_of(link);
        char *again = td_recipe_get(recipe, "path");
        assert_string_equal(again, text);
        td_text_free(text);
        td_text_free(again);
        td_text_free(link);
        td_recipe_free(recipe);
        td_recipe_free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_ends_are_exact),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_one_frame),
        cmocka_unit_test(test_loops_close),
        cmocka_unit_test(test_loops_are_smooth),
        cmocka_unit_test(test_two_paths_are_a_circle),
        cmocka_unit_test(test_whole_turns_go_on),
        cmocka_unit_test(test_seeds_are_reached),
        cmocka_unit_test(test_morphs_are_sums),
        cmocka_unit_test(test_palettes_do_not_jump),
        cmocka_unit_test(test_numbered_names),
        cmocka_unit_test(test_paths_that_move_nothing),
        cmocka_unit_test(test_paths_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
