/* Sheets: layout, cells that equal the crop, what the contract covers; sources. */
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

/* Cell by cell, at other bands than the sheet's. */
static void expect_cells(const char *text)
{
    TdRecipe *recipe = recipe_of(text);
    TdSheetLayout layout;
    TdRaster whole, single;
    assert_int_equal(td_sheet_layout(recipe, &layout, NULL), TD_OK);
    unsigned char *sheet = draw(recipe, TD_DETAIL_ALL, 13, &whole);
    size_t pixel = whole.channels * td_sample_size(whole.type);
    for (uint32_t k = 0; k < layout.count; k++) {
        TdRecipe *cell = td_recipe_copy(recipe);
        uint32_t x, y;
        td_sheet_take_cell(cell, k, NULL);
        td_sheet_corner(&layout, k, &x, &y);
        unsigned char *alone = draw(cell, TD_DETAIL_ALL, 1000, &single);
        for (uint32_t row = 0; row < single.height; row++)
            assert_memory_equal(alone + row * single.width * pixel,
                                sheet + ((size_t)(y + row) * whole.width + x) * pixel,
                                single.width * pixel);
        free(alone);
        td_recipe_free(cell);
    }
    free(sheet);
    td_recipe_free(recipe);
}

static void test_a_cell_alone_is_the_crop(void **state)
{
    (void)state;
    expect_cells("draw = sheet\nlayers = 10,3\ncount = 7\ncolumns = 3\nsize = 33x21\nseed = 5");
    expect_cells(
        "draw = sheet\nlayers = 10,1\ncount = 2\ncolumns = 8\nsize = 200x150\nbits = 16");
    expect_cells(
        "draw = sheet\nlayers = 10,3\ncount = 3\ncolumns = 1\nsize = 1x1\ncaptions = off");
    expect_cells("draw = sheet\nlayers = 10,3\ncount = 4\ncolumns = 2\nsize = 40x40\n"
                 "tone = rescale\nantialias = 3\nseed = 18446744073709551614");
}

/* Bands may begin and end anywhere. */
static void test_bands_do_not_matter(void **state)
{
    TdRecipe *recipe = recipe_of("draw = sheet\nlayers = 10,3\ncount = 5\ncolumns = 2\n"
                                 "size = 70x60");
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

/* Captions change only what the contract does not cover, and do change something there. */
static void test_what_is_covered(void **state)
{
    TdRecipe *recipe = recipe_of("draw = sheet\nlayers = 10,3\ncount = 5\ncolumns = 2\n"
                                 "size = 90x60");
    TdSheetLayout layout;
    TdRaster raster;
    size_t covered = 0, inked = 0;
    (void)state;
    assert_int_equal(td_sheet_layout(recipe, &layout, NULL), TD_OK);
    unsigned char *all = draw(recipe, TD_DETAIL_ALL, 64, &raster);
    unsigned char *exact = draw(recipe, TD_DETAIL_EXACT, 64, &raster);
    for (uint32_t y = 0; y < raster.height; y++) {
        for (uint32_t x = 0, until; x < raster.width; x++) {
            size_t at = 3 * ((size_t)y * raster.width + x);
            bool same = memcmp(all + at, exact + at, 3) == 0;
            bool inside = td_draw_covers(recipe, x, y, &until);
            assert_true(until > x);
            covered += inside;
            inked += !same;
            assert_true(same || !inside);
        }
    }
    assert_int_equal(covered, 5 * 90 * 60);
#ifdef TDI_HAVE_FREETYPE
    assert_true(inked > 5 * 10);
#endif
    free(all);
    free(exact);
    td_recipe_free(recipe);
}

static void test_names_of_cells(void **state)
{
    static const struct {
        const char *name;
        int k; /* -1: no such cell */
    } cells[] = {{"A1", 0},        {"b4", 31}, {"J1", 9},   {"A10", 90}, {"J10", -1},
                 {"I10", 98},      {"K1", -1}, {"A11", -1}, {"A0", -1},  {"4B", -1},
                 {"", -1},         {"B", -1},  {"B4x", -1}, {"AA1", -1}, {"B99999999999", -1},
                 {"ZZZZZZZZ1", -1}};
    TdRecipe *recipe = recipe_of("count = 99\ncolumns = 10");
    TdError err;
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        uint32_t k = 12345;
        TdStatus status = td_sheet_find_cell(recipe, cells[i].name, &k, &err);
        assert_int_equal(status, cells[i].k < 0 ? TD_ERROR_ARGUMENT : TD_OK);
        if (cells[i].k >= 0)
            assert_int_equal(k, cells[i].k);
        else
            assert_non_null(strstr(err.message, "columns are A to J"));
    }
    td_recipe_free(recipe);
}

static void test_columns_beyond_z(void **state)
{
    TdRecipe *recipe = recipe_of("count = 100\ncolumns = 50");
    uint32_t k;
    (void)state;
    assert_int_equal(td_sheet_find_cell(recipe, "AA2", &k, NULL), TD_OK);
    assert_int_equal(k, 76);
    td_recipe_free(recipe);
}

static void test_too_large(void **state)
{
    TdRecipe *recipe = recipe_of("draw = sheet\ncount = 64\nsize = 2147483647x1");
    TdSheetLayout layout;
    TdPicture *picture;
    TdError err;
    (void)state;
    assert_int_equal(td_sheet_layout(recipe, &layout, &err), TD_ERROR_RECIPE);
    assert_non_null(strstr(err.message, "2147483647"));
    assert_int_equal(
        td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_ALL, NULL, &picture, &err),
        TD_ERROR_RECIPE);
    assert_null(picture);
    td_recipe_free(recipe);
}

static void test_a_cell_has_a_plain_recipe(void **state)
{
    TdRecipe *recipe =
        recipe_of("draw = sheet\ncount = 9\ncolumns = 3\ncaptions = off\nseed = 5");
    (void)state;
    td_sheet_take_cell(recipe, 4, NULL);
    char *text = td_recipe_print(recipe, TD_FORM_TEXT);
    assert_string_equal(text, "v = 1\nseed = 9\n");
    td_text_free(text);
    td_recipe_free(recipe);
}

static void test_sources(void **state)
{
    TdRecipe *recipe = td_recipe_create();
    TdError err;
    (void)state;
    assert_int_equal(td_source_read(recipe, "@post-20-10-3", &err), TD_OK);
    assert_int_equal(td_source_read(recipe, "x#v=1&seed=12", &err), TD_OK);
    assert_int_equal(recipe->seed, 12);
    assert_int_equal(recipe->layers[0].width, 20);
    assert_int_equal(td_source_read(recipe, "no/such/file", &err), TD_ERROR_IO);
    assert_non_null(strstr(err.message, "no such file"));
    assert_int_equal(td_source_read(recipe, "@tiedye", &err), TD_ERROR_RECIPE);
    assert_non_null(strstr(err.message, "did you mean @tie-dye"));
    assert_int_equal(td_source_read(recipe, "#v=1&sead=1", &err), TD_ERROR_RECIPE);
    assert_non_null(strstr(err.message, "link:1:6: "));
    assert_int_equal(td_source_read(recipe, "/", &err), TD_ERROR_IO);
    td_recipe_free(recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cell_alone_is_the_crop),
        cmocka_unit_test(test_bands_do_not_matter),
        cmocka_unit_test(test_what_is_covered),
        cmocka_unit_test(test_names_of_cells),
        cmocka_unit_test(test_columns_beyond_z),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_a_cell_has_a_plain_recipe),
        cmocka_unit_test(test_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
