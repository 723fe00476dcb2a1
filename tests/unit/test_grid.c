/* Axes; depth and width; grids: layout, cells that equal the crop, what the contract covers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tiedye/sheet.h"
#include "unit/pictures.h"

static unsigned char *draw(const TdRecipe *recipe, TdDetail detail, uint32_t band,
                           TdRaster *raster)
{
    TdPicture *picture;
    TdError err = {0};
    if (td_draw_create(recipe, TD_SAMPLES_COLOUR, detail, NULL, &picture, &err) != TD_OK)
        fail_msg("%s", err.message);
    return draw_rows(picture, NULL, band, raster);
}

/* ---- Axes ---------------------------------------------------------------------------- */

/* The axis as it is printed, and its values between bars. */
static void expect_axis(const char *text, const char *printed, const char *values)
{
    TdRecipe *recipe = td_recipe_create();
    TdError err = {0};
    char found[400] = "";
    if (td_recipe_set(recipe, "down", text, &err) != TD_OK)
        fail_msg("%s: %s", text, err.message);
    char *again = td_recipe_get(recipe, "down");
    assert_string_equal(again, printed);
    for (uint32_t i = 0; i < recipe->down.count; i++) {
        strcat(found, i > 0 ? "|" : "");
        strcat(found, td_axis_value(&recipe->down, i));
    }
    assert_string_equal(found, values);
    td_text_free(again);
    td_recipe_free(recipe);
}

static void test_axes(void **state)
{
    (void)state;
    expect_axis("depth=1..4", "depth=1..4", "1|2|3|4");
    expect_axis(" depth = 3 .. 1 ", "depth=3..1", "3|2|1");
    expect_axis("depth=1..7/3", "depth=1..7/3", "1|4|7");
    expect_axis("width=2..32/4", "width=2..32/4", "2|12|22|32");
    expect_axis("width=2;4;8", "width=2,4,8", "2|4|8");
    expect_axis("width=2, 4 ,8", "width=2,4,8", "2|4|8");
    expect_axis("sigma-w=0..3/6", "sigma_w=0..3/6", "0|0.6|1.2|1.8|2.4|3");
    expect_axis("rotate=1..-1/5", "rotate=1..-1/5", "1|0.5|0|-0.5|-1");
    expect_axis("extent=2..2/1", "extent=2..2/1", "2");
    expect_axis("sigma_b=1e-3,.5", "sigma_b=0.001,0.5", "0.001|0.5");
    expect_axis("layers=3;10,3;20, 10,3", "layers=3;10,3;20,10,3", "3|10,3|20,10,3");
    expect_axis("layers=20,10,3", "layers=20,10,3", "20,10,3");
    expect_axis("inputs=x,y;x,y,r", "inputs=x,y;x,y,r", "x,y|x,y,r");
    expect_axis("center=0,0;1,-1", "center=0,0;1,-1", "0,0|1,-1");
    expect_axis("act=tanh,sin", "act=tanh,sin", "tanh|sin");
    expect_axis("tone=affine;rescale", "tone=affine,rescale", "affine|rescale");
    expect_axis("residual=off,on", "residual=off,on", "off|on");
    expect_axis("seed=18446744073709551615..18446744073709551613",
                "seed=18446744073709551615..18446744073709551613",
                "18446744073709551615|18446744073709551614|18446744073709551613");
    expect_axis("seed=0..18446744073709551615/3", "seed=0..18446744073709551615/3",
                "0|9223372036854775808|18446744073709551615");
}

static void test_bad_axes(void **state)
{
    static const struct {
        const char *text;
        unsigned column;
        const char *words;
    } cases[] = {
        {"", 1, "no axis"},
        {"depth", 1, "\"depth\" is no axis"},
        {"depth=", 7, "has no values"},
        {"depht=1..3", 1, "did you mean \"depth\""},
        {"=1..3", 1, "unknown key"},
        {"sigma_w=1..3", 9, "needs steps"},
        {"sigma_w=1..3/0", 14, "2 or more"},
        {"sigma_w=1..3/1", 14, "2 or more"},
        {"sigma_w=1..3/x", 14, "\"x\""},
        {"depth=1..3/4", 12, "fewer whole numbers"},
        {"depth=0..3", 7, "out of range"},
        {"depth=..3", 7, "empty"},
        {"depth=1..", 10, "empty"},
        {"width=2,,4", 9, "empty"},
        {"act=tanh,sine", 10, "did you mean \"sin\""},
        {"layers=3;10,x", 13, "\"x\""},
        {"seed=0..18446744073709551615", 6, "18446744073709551616 values"},
        {"seed=1..10001", 6, "10001 values"},
        {"draw=picture", 1, "cannot change along an axis"},
        {"size=1x1;2x2", 1, "all cells have the same"},
        {"bits=8,16", 1, "all cells have the same"},
        {"columns=1,2", 1, "no key of one picture"},
        {"down=1", 1, "no key of one picture"},
        {"v=1", 1, "no key of one picture"},
    };
    TdRecipe *recipe = recipe_of("down = depth=1..2");
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        TdError err = {0};
        if (td_recipe_set(recipe, "down", cases[i].text, &err) != TD_ERROR_RECIPE)
            fail_msg("%s is taken", cases[i].text);
        if (strstr(err.message, cases[i].words) == NULL || err.column != cases[i].column ||
            strncmp(err.message, "down: ", 6) != 0)
            fail_msg("%s: column %u: %s", cases[i].text, err.column, err.message);
        assert_int_equal(recipe->down.count, 2); /* as it was */
    }
    td_recipe_free(recipe);
}

/* What is random is drawn once and stored. */
static void test_random_seeds_on_an_axis(void **state)
{
    TdRecipe *recipe = recipe_of("across = seed=random,random");
    char *first = td_recipe_print(recipe, TD_FORM_LINK);
    TdRecipe *again = recipe_of(first);
    (void)state;
    assert_null(strstr(first, "random"));
    assert_string_equal(td_axis_value(&again->across, 1), td_axis_value(&recipe->across, 1));
    assert_string_not_equal(td_axis_value(&again->across, 0), td_axis_value(&again->across, 1));
    td_text_free(first);
    td_recipe_free(again);
    td_recipe_free(recipe);
}

/* ---- Depth and width ----------------------------------------------------------------- */

static void expect_layers(const char *text, const char *layers)
{
    TdRecipe *recipe = recipe_of(text);
    char *found = td_recipe_get(recipe, "layers");
    assert_string_equal(found, layers);
    td_text_free(found);
    td_recipe_free(recipe);
}

static void test_depth_and_width(void **state)
{
    (void)state;
    expect_layers("depth = 8\nwidth = 16", "16x8,3");
    expect_layers("width = 16", "16x6,3");
    expect_layers("layers = 20,10,3\ndepth = 1", "20,3");
    expect_layers("depth = 4\nlayers = 20,10,3", "20,10x3,3"); /* in any order */
    expect_layers("layers = 20,10:sin,3:cos\nwidth = 5\ndepth = 3", "5,5x2:sin,3:cos");
    expect_layers("layers = 20,10,3\nwidth = 5", "5x2,3");
    expect_layers("layers = 3\ndepth = 2", "32x2,3");
    expect_layers("layers = 3\nwidth = 7", "3");
    expect_layers("layers = 16x9\ndepth = 2", "16x2,16");
    expect_layers("depth = 2\nwidth = 4\nchannels = 1", "4x2,1");
    expect_layers("depth = 65534", "32x65534,3");
}

static void test_depth_and_width_are_folded(void **state)
{
    TdRecipe *recipe = recipe_of("depth = 8\nwidth = 16");
    TdRecipe *copy = td_recipe_copy(recipe);
    TdError err;
    (void)state;
    char *text = td_recipe_print(copy, TD_FORM_TEXT);
    assert_string_equal(text, "v = 1\nlayers = 16x8,3\n");
    td_text_free(text);
    assert_int_equal(td_recipe_set(copy, "depth", "0", &err), TD_ERROR_RECIPE);
    assert_int_equal(td_recipe_set(copy, "depth", "65535", &err), TD_ERROR_RECIPE);
    assert_int_equal(td_recipe_set(copy, "width", "2.5", &err), TD_ERROR_RECIPE);
    assert_int_equal(td_recipe_depth(copy), 9);
    assert_int_equal(td_recipe_set(copy, "depth", "1", &err), TD_OK);
    assert_int_equal(td_recipe_depth(copy), 2);
    assert_int_equal(td_recipe_depth(recipe), 9);
    td_recipe_free(copy);
    td_recipe_free(recipe);
}

/* ---- Grids --------------------------------------------------------------------------- */

/* Cell by cell, at other bands than the grid's; gray cells among coloured ones are spread. */
static void expect_cells(const char *text)
{
    TdRecipe *recipe = recipe_of(text);
    TdSheetLayout layout;
    TdRaster whole, single;
    assert_int_equal(td_sheet_layout(recipe, &layout, NULL), TD_OK);
    unsigned char *grid = draw(recipe, TD_DETAIL_ALL, 13, &whole);
    size_t sample = td_sample_size(whole.type);
    for (uint32_t k = 0; k < layout.count; k++) {
        TdRecipe *cell = td_recipe_copy(recipe);
        uint32_t x, y;
        assert_int_equal(td_sheet_take_cell(cell, k, NULL), TD_OK);
        td_sheet_corner(&layout, k, &x, &y);
        unsigned char *alone = draw(cell, TD_DETAIL_ALL, 1000, &single);
        for (size_t i = 0; i < (size_t)single.width * single.height * whole.channels; i++) {
            size_t pixel = i / whole.channels, channel = i % whole.channels;
            size_t at = ((y + pixel / single.width) * whole.width + x + pixel % single.width) *
                            whole.channels +
                        channel;
            size_t from = pixel * single.channels + channel % single.channels;
            assert_memory_equal(grid + at * sample, alone + from * sample, sample);
        }
        free(alone);
        td_recipe_free(cell);
    }
    free(grid);
    td_recipe_free(recipe);
}

static void test_a_cell_alone_is_the_crop(void **state)
{
    (void)state;
    expect_cells("draw = grid\ndown = depth=1..3\nacross = width=2,5\nsize = 33x21");
    expect_cells("draw = grid\ndown = palette=rgb,gray,oklab\nlayers = 9,3\nsize = 30x30");
    expect_cells("draw = grid\nacross = channels=1,3\nbits = 16\nlayers = 9,3\nsize = 20x12");
    expect_cells("draw = grid\nacross = antialias=1,4\ndown = tone=affine,rescale\n"
                 "layers = 9,3\nsize = 8x8\ncaptions = off");
    expect_cells("draw = grid\nacross = extent=1..4/3\ndown = layers=3;10,3;600,3\nsize = 9x9");
}

static void test_the_recipe_of_a_cell(void **state)
{
    TdRecipe *recipe = recipe_of("draw = grid\nsize = 9x9\ndown = layers=3;10,3\n"
                                 "across = sigma_w=0..3/6\ncaptions = off");
    (void)state;
    assert_int_equal(td_sheet_take_cell(recipe, 9, NULL), TD_OK);
    char *text = td_recipe_print(recipe, TD_FORM_TEXT);
    assert_string_equal(text, "v = 1\nlayers = 10,3\nsize = 9x9\n"); /* 1.8 is the default */
    td_text_free(text);
    td_recipe_free(recipe);
}

/* Bands may begin and end anywhere, in captions too. */
static void test_bands_do_not_matter(void **state)
{
    TdRecipe *recipe = recipe_of("draw = grid\nlayers = 10,3\ndown = seed=1..3\n"
                                 "across = act=tanh,sin\nsize = 40x30");
    TdRaster raster;
    (void)state;
    unsigned char *expected = draw(recipe, TD_DETAIL_ALL, 100000, &raster);
    for (uint32_t band = 1; band < 90; band += 29) {
        unsigned char *found = draw(recipe, TD_DETAIL_ALL, band, &raster);
        assert_memory_equal(found, expected, td_raster_row_bytes(&raster) * raster.height);
        free(found);
    }
    free(expected);
    td_recipe_free(recipe);
}

static void test_what_is_covered(void **state)
{
    TdRecipe *recipe = recipe_of("draw = grid\nlayers = 10,3\ndown = seed=1..3\n"
                                 "across = act=tanh,sin\nsize = 60x50");
    TdRaster raster;
    size_t covered = 0, inked = 0;
    (void)state;
    unsigned char *all = draw(recipe, TD_DETAIL_ALL, 64, &raster);
    unsigned char *exact = draw(recipe, TD_DETAIL_EXACT, 64, &raster);
    for (uint32_t y = 0; y < raster.height; y++) {
        bool promised = false;
        for (uint32_t x = 0, until, run = 0; x < raster.width; x++) {
            size_t at = 3 * ((size_t)y * raster.width + x);
            bool same = memcmp(all + at, exact + at, 3) == 0;
            bool inside = td_draw_covers(recipe, x, y, &until);
            assert_true(until > x);
            assert_true(x >= run || inside == promised);
            run = until;
            promised = inside;
            covered += inside;
            inked += !same;
            assert_true(same || !inside);
        }
    }
    assert_int_equal(covered, 6 * 60 * 50);
#ifdef TDI_HAVE_FREETYPE
    assert_true(inked > 300);
#endif
    free(all);
    free(exact);
    td_recipe_free(recipe);
}

static void test_grids_that_cannot_be(void **state)
{
    static const char *const cases[][2] = {
        {"draw = grid", "needs an axis"},
        {"draw = grid\ndown = seed=1..2\nacross = seed=1..2", "both axes are of the key seed"},
        {"draw = grid\ndown = seed=1..2000\nacross = depth=1..2000", "4000000 cells"},
        {"draw = grid\ndown = seed=1..2000\nsize = 2000000x2000000", "2147483647"},
        {"draw = grid\ndown = layers=3;10,2\nsize = 9x9", "1 or 3 channels"},
    };
    TdPicture *picture;
    TdError err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        TdRecipe *recipe = recipe_of(cases[i][0]);
        TdStatus status =
            td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_ALL, NULL, &picture, &err);
        assert_int_equal(status, TD_ERROR_RECIPE);
        if (strstr(err.message, cases[i][1]) == NULL)
            fail_msg("%s: %s", cases[i][0], err.message);
        td_recipe_free(recipe);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axes),
        cmocka_unit_test(test_bad_axes),
        cmocka_unit_test(test_random_seeds_on_an_axis),
        cmocka_unit_test(test_depth_and_width),
        cmocka_unit_test(test_depth_and_width_are_folded),
        cmocka_unit_test(test_a_cell_alone_is_the_crop),
        cmocka_unit_test(test_the_recipe_of_a_cell),
        cmocka_unit_test(test_bands_do_not_matter),
        cmocka_unit_test(test_what_is_covered),
        cmocka_unit_test(test_grids_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
