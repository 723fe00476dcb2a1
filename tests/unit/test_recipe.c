/* Reading and printing recipes, the layer grammar, sizes, presets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tiedye/recipe.h"
#include "unit/recipes.h"

/* The printed form of defaults + text; freed by the caller. */
static char *print_of(const char *text, TdRecipeForm form)
{
    TdRecipe *recipe = td_recipe_create();
    TdError err = {0};
    if (td_recipe_parse(recipe, text, &err) != TD_OK)
        fail_msg("%s: %s", text, err.message);
    char *printed = td_recipe_print(recipe, form);
    td_recipe_free(recipe);
    return printed;
}

static void expect_print(const char *text, const char *expected)
{
    char *printed = print_of(text, TD_FORM_TEXT);
    assert_string_equal(printed, expected);
    td_text_free(printed);
}

static void test_defaults_are_left_out(void **state)
{
    (void)state;
    expect_print("", "v = 1\n");
    expect_print("act = tanh\nseed = 1\n", "v = 1\n");
    expect_print("seed=18446744073709551615", "v = 1\nseed = 18446744073709551615\n");
}

static void test_lines(void **state)
{
    (void)state;
    expect_print("# a comment\n\n  seed = 7   # behind a value\r\nsigma-w=1.5",
                 "v = 1\nseed = 7\nsigma_w = 1.5\n");
    expect_print("center = -1.5 , 2e-3\n", "v = 1\ncenter = -1.5,0.002\n");
    expect_print("inputs = r,y, x", "v = 1\ninputs = x,y,r\n");
    expect_print("residual = on\nbits = 16\ndraw = sheet",
                 "v = 1\ndraw = sheet\nresidual = on\n"
                 "bits = 16\n");
}

static void test_layers(void **state)
{
    (void)state;
    expect_print("layers = 20,10,3", "v = 1\nlayers = 20,10,3\n");
    expect_print("layers = 16x8:sin , dense 4 , 3:sigmoid",
                 "v = 1\nlayers = 16x8:sin,4,3:sigmoid\n");
    expect_print("layers = 5", "v = 1\nlayers = 5\n");
}

/* `channels` is folded into the layers, in whatever order the two are said. */
static void test_channels(void **state)
{
    (void)state;
    expect_print("channels = 1\nlayers = 20,10,3", "v = 1\nlayers = 20,10,1\n");
    expect_print("layers = 20,4x3:sin\nchannels = 1", "v = 1\nlayers = 20,4x2:sin,1:sin\n");
    expect_print("layers = 20,4x3\nchannels = 4", "v = 1\nlayers = 20,4x3\n");
    expect_print("channels = 3", "v = 1\n");
}

/* What is printed is read again, whatever `depth`, `width` and `channels` have made of it. */
static void test_folded_layers(void **state)
{
    static const char *const texts[] = {
        "layers = conv3 8,pool2,pool2,3\ndepth = 4",
        "layers = conv3 8,upsample2 mode=linear,upsample2 mode=linear,3\nwidth = 6",
        "layers = pool2,pool2,pool2,3\ndepth = 7\nwidth = 5",
        "layers = conv3 8x3 dilation=2,conv3 8x2 dilation=2,conv5 4x2:sin stride=2\nchannels = "
        "1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        TdRecipe *recipe = recipe_of(texts[i]);
        char *text = td_recipe_print(recipe, TD_FORM_TEXT);
        TdRecipe *again = recipe_of(text);
        char *second = td_recipe_print(again, TD_FORM_TEXT);
        assert_string_equal(text, second);
        assert_int_equal(td_recipe_depth(recipe), td_recipe_depth(again));
        td_text_free(text);
        td_text_free(second);
        td_recipe_free(recipe);
        td_recipe_free(again);
    }
}

static void test_resolved_layers(void **state)
{
    TdRecipe *recipe = td_recipe_create();
    (void)state;
    assert_int_equal(
        td_recipe_parse(recipe, "layers = 16x2:sin,8,3\nact = relu\nout = abs", NULL), TD_OK);
    static const TdLayerItem expected[] = {{.width = 16, .act = TD_ACT_SIN},
                                           {.width = 16, .act = TD_ACT_SIN},
                                           {.width = 8, .act = TD_ACT_RELU},
                                           {.width = 3, .act = TD_ACT_ABS}};
    assert_int_equal(td_recipe_depth(recipe), 4);
    for (uint32_t i = 0; i < 4; i++) {
        TdLayerItem layer = td_recipe_layer(recipe, i);
        assert_int_equal(layer.width, expected[i].width);
        assert_int_equal(layer.act, expected[i].act);
    }
    td_recipe_free(recipe);
}

static void test_sizes(void **state)
{
    static const struct {
        const char *text;
        uint32_t width, height;
    } sizes[] = {{"640x480", 640, 480},
                 {"A3@300", 3508, 4961},
                 {"A3-landscape@300", 4961, 3508},
                 {"letter@100", 850, 1100},
                 {"254x127mm@100", 1000, 500},
                 {"2147483647x1", 2147483647, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        TdRecipe *recipe = td_recipe_create();
        assert_int_equal(td_recipe_set(recipe, "size", sizes[i].text, NULL), TD_OK);
        assert_int_equal(recipe->size.width, sizes[i].width);
        assert_int_equal(recipe->size.height, sizes[i].height);
        char *printed = td_recipe_get(recipe, "size");
        assert_string_equal(printed, sizes[i].text);
        td_text_free(printed);
        td_recipe_free(recipe);
    }
}

/* A size that is not said depends on what is drawn, and is not printed. */
static void test_default_sizes(void **state)
{
    TdRecipe *recipe = td_recipe_create();
    (void)state;
    assert_int_equal(td_recipe_size(recipe).width, 1024);
    recipe->draw = TD_DRAW_SHEET;
    assert_int_equal(td_recipe_size(recipe).height, 256);
    expect_print("draw = sheet", "v = 1\ndraw = sheet\n");
    expect_print("size = 1024x1024", "v = 1\nsize = 1024x1024\n");
    td_recipe_free(recipe);
}

static void test_links(void **state)
{
    (void)state;
    char *link =
        print_of("seed = 7\nlayers = 20,10,3\ncenter = 1,-2\nsize = A4@300", TD_FORM_LINK);
    assert_string_equal(link, "#v=1&layers=20,10,3&seed=7&center=1,-2&size=A4@300");
    assert_true(td_recipe_is_link(link));
    expect_print("https://example.org/studio#v=1&seed=7&layers=20%2C10%2c3&sigma_w=+2",
                 "v = 1\nlayers = 20,10,3\nseed = 7\nsigma_w = 2\n");
    assert_false(td_recipe_is_link("out/a.png"));
    assert_false(td_recipe_is_link("a b#v=1"));
    assert_false(td_recipe_is_link("#v=1 begins this comment"));
    assert_true(td_recipe_is_link("studio.html#v=1&seed=2\n"));
    expect_print("seed=5#v=1", "v = 1\nseed = 5\n");
    expect_print("#v=1 is what this is\nseed = 6", "v = 1\nseed = 6\n");
    td_text_free(link);
}

static void test_json(void **state)
{
    (void)state;
    char *json = print_of("seed = 9007199254740993\nsigma_w = 2\nact = sin", TD_FORM_JSON);
    assert_string_equal(
        json, "{\"v\": 1, \"act\": \"sin\", \"seed\": \"9007199254740993\", \"sigma_w\": 2}");
    td_text_free(json);
}

/* ---- Errors -------------------------------------------------------------------------- */

static const struct {
    const char *text;
    unsigned line, column;
    const char *words; /* part of the message */
} broken[] = {
    {"sead = 1", 1, 1, "did you mean \"seed\"?"},
    {"zzzzz = 1", 1, 1, "unknown key \"zzzzz\""},
    {"seed = 1\n  sigma_w = abc", 2, 13, "sigma_w: \"abc\" is not a number"},
    {"sigma_w = -1", 1, 11, "out of range (0 to 1000)"},
    {"sigma_w = nan", 1, 11, "not a number"},
    {"seed = -1", 1, 8, "whole number"},
    {"seed = 18446744073709551616", 1, 8, "whole number"},
    {"extent = 0", 1, 10, "out of range"},
    {"center = 1", 1, 10, "a point X,Y"},
    {"center = 1,2,3", 1, 10, "a point X,Y"},
    {"antialias = 17", 1, 13, "out of range (1 to 16)"},
    {"antialias = 1.5", 1, 13, "whole number"},
    {"bits = 12", 1, 8, "8 or 16"},
    {"palette = rbg", 1, 11, "rgb, gray, oklab, oklab-soft, oklab-seeded, stops"},
    {"palette = lagon", 1, 11, "did you mean \"lagoon\"?"},
    {"tone = flat", 1, 8, "affine, clip, rescale, logistic or rank"},
    {"gain = 0", 1, 8, "out of range"},
    {"gain = 101", 1, 8, "out of range"},
    {"gain = nan", 1, 8, "not a number"},
    {"invert = maybe", 1, 10, "off or on"},
    {"colours = 1", 1, 11, "2 to 5"},
    {"colours = 6", 1, 11, "2 to 5"},
    {"palette_seed = -1", 1, 16, "whole number"},
    {"dither = blue", 1, 10, "off or on"},
    {"residual = yes", 1, 12, "off or on"},
    {"inputs = x,q", 1, 10, "\"q\" is not an input"},
    {"inputs = x,x", 1, 10, "twice"},
    {"act = tan", 1, 7, "did you mean \"tanh\"?"},
    {"layers = 20,0,3", 1, 13, "\"0\" is not a width"},
    {"layers = 20,-4,3", 1, 13, "is not a width"},
    {"layers =", 1, 9, "is not a width"},
    {"layers = 20,,3", 1, 13, "is not a width"},
    {"layers = 20x0,3", 1, 10, "count from 1 to 65535"},
    {"layers = 4x65535,3", 1, 18, "more than 65535 layers"},
    {"layers = 20:tahn,3", 1, 13, "did you mean \"tanh\"?"},
    {"layers = 20 k=3,3", 1, 10, "has an option"},
    {"layers = conv2 16,3", 1, 10, "even kernel"},
    {"layers = 99999999,3", 1, 10, "is not a width"},
    {"size = 0x10", 1, 8, "1 or more"},
    {"size = 100", 1, 8, "is not a size"},
    {"size = 2147483648x1", 1, 8, "PNG allows 2147483647"},
    {"size = A9@300", 1, 8, "names no paper"},
    {"size = A3@0", 1, 8, "dots per inch"},
    {"size = A3@", 1, 8, "dots per inch"},
    {"v = 2", 1, 5, "newer tiedye"},
    {"v = x", 1, 5, "not a version"},
    {"hello", 1, 1, "key = value"},
    {"#v=1&seed=x", 1, 11, "whole number"},
    {"#v=1&seed=%4", 1, 6, "hexadecimal"},
    {"#v=3&seed=4", 1, 4, "newer tiedye"},
};

static void test_broken_recipes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        TdRecipe *recipe = td_recipe_create();
        TdError err = {0};
        TdStatus status = td_recipe_parse(recipe, broken[i].text, &err);
        if (status != TD_ERROR_RECIPE || err.line != broken[i].line ||
            err.column != broken[i].column || strstr(err.message, broken[i].words) == NULL)
            fail_msg("\"%s\": status %d at %u:%u: %s", broken[i].text, status, err.line,
                     err.column, err.message);
        td_recipe_free(recipe);
    }
}

static void test_a_wrong_value_changes_nothing(void **state)
{
    TdRecipe *recipe = td_recipe_create();
    (void)state;
    for (size_t i = 0; i < td_key_count(); i++)
        assert_int_equal(td_recipe_set(recipe, td_key_info(i)->name, "#", NULL),
                         TD_ERROR_RECIPE);
    char *printed = td_recipe_print(recipe, TD_FORM_TEXT);
    assert_string_equal(printed, "v = 1\n");
    td_text_free(printed);
    td_recipe_free(recipe);
}

static void test_random_seeds_differ(void **state)
{
    TdRecipe *a = td_recipe_create(), *b = td_recipe_create();
    (void)state;
    assert_int_equal(td_recipe_set(a, "seed", "random", NULL), TD_OK);
    assert_int_equal(td_recipe_set(b, "seed", "random", NULL), TD_OK);
    assert_true(a->seed != b->seed);
    td_recipe_free(a);
    td_recipe_free(b);
}

/* ---- Tables -------------------------------------------------------------------------- */

static void test_keys(void **state)
{
    TdRecipe *recipe = td_recipe_create();
    (void)state;
    for (size_t i = 0; i < td_key_count(); i++) {
        const TdKeyInfo *key = td_key_info(i);
        char *value = td_recipe_get(recipe, key->name);
        assert_ptr_equal(td_key_find(key->name), key);
        assert_string_equal(value, key->preset); /* defaults print as they are written */
        assert_true(strlen(key->help) > 0 && strlen(key->help) < 60);
        td_text_free(value);
    }
    assert_ptr_equal(td_key_find("sigma-w"), td_key_find("sigma_w"));
    td_recipe_free(recipe);
}

static void test_presets(void **state)
{
    TdError err = {0};
    (void)state;
    assert_true(td_preset_count() >= 10);
    for (size_t i = 0; i < td_preset_count(); i++) {
        const TdPreset *preset = td_preset_info(i);
        TdRecipe *recipe = td_recipe_create();
        if (td_recipe_parse(recipe, preset->text, &err) != TD_OK)
            fail_msg("@%s: %s", preset->name, err.message);
        assert_ptr_equal(td_preset_find(preset->name, NULL), preset);
        td_recipe_free(recipe);
    }
    assert_null(td_preset_find("tye-die", &err));
    assert_non_null(strstr(err.message, "did you mean @tie-dye"));
}

static void test_copies_are_their_own(void **state)
{
    TdRecipe *recipe = td_recipe_create();
    (void)state;
    assert_int_equal(td_recipe_set(recipe, "layers", "7,8,3", NULL), TD_OK);
    TdRecipe *copy = td_recipe_copy(recipe);
    td_recipe_free(recipe);
    char *layers = td_recipe_get(copy, "layers");
    assert_string_equal(layers, "7,8,3");
    td_text_free(layers);
    td_recipe_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_left_out),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_channels),
        cmocka_unit_test(test_folded_layers),
        cmocka_unit_test(test_resolved_layers),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_default_sizes),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_broken_recipes),
        cmocka_unit_test(test_a_wrong_value_changes_nothing),
        cmocka_unit_test(test_random_seeds_differ),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_copies_are_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
