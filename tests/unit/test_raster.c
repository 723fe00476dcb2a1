/* Values between the cells of a raster: against splines in double precision, and: how points
 * are looked up changes no bit. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/maps.h"
#include "render/renderer.h"
#include "tiedye/sheet.h"
#include "unit/pictures.h"
#include "unit/recipes.h"

enum { POINTS = 300 };

typedef struct Fixture {
    TdRecipe *recipe;
    TdNetwork *network;
    TdConvnet *convnet;
    TdiMaps maps;
} Fixture;

/* The output's maps around the points from -1 to 1 along each axis. */
static Fixture make(const char *text)
{
    const TdiRegion span = {{-1, -1, -1}, {1, 1, 1}};
    Fixture f = {.recipe = recipe_of(text)};
    TdRun run = td_run_resolved(NULL);
    TdBox box;
    assert_int_equal(td_network_create(f.recipe, NULL, &f.network, NULL), TD_OK);
    assert_int_equal(td_convnet_create(f.recipe, f.network, NULL, &f.convnet, NULL), TD_OK);
    uint32_t last = td_convnet_depth(f.convnet);
    assert_int_equal(tdi_maps_box(f.convnet, last, f.recipe, &span, &box, NULL), TD_OK);
    assert_int_equal(tdi_maps_fill(&f.maps, f.convnet, last, f.recipe, &box, &run, NULL),
                     TD_OK);
    assert_true(tdi_maps_cover(&f.maps, &box));
    return f;
}

static void drop(Fixture *f)
{
    tdi_maps_clear(&f->maps);
    td_convnet_free(f->convnet);
    td_network_free(f->network);
    td_recipe_free(f->recipe);
}

/* Points all over, the corners among them. */
static void scatter(double places[POINTS][3])
{
    for (int i = 0; i < POINTS; i++)
        for (int axis = 0; axis < 3; axis++) {
            double u = fmod(i * (axis == 0   ? 0.7548776662
                                 : axis == 1 ? 0.5698402910
                                             : 0.31),
                            1);
            places[i][axis] = i < 8 ? ((i >> axis & 1) != 0 ? 1 : -1) : 2 * u - 1;
        }
}

static double weight_of(TdResample resample, double apart)
{
    double a = fabs(apart);
    if (resample == TD_RESAMPLE_LINEAR)
        return a < 1 ? 1 - a : 0;
    if (a < 1)
        return 1.5 * a * a * a - 2.5 * a * a + 1;
    return a < 2 ? -0.5 * a * a * a + 2.5 * a * a - 4 * a + 2 : 0;
}

/* The sum over all cells of the box. */
static double slow_value(const TdiMaps *maps, uint32_t channel, const double place[3])
{
    const TdBox *box = &maps->box;
    size_t width = (size_t)(box->high[0] - box->low[0]);
    size_t height = (size_t)(box->high[1] - box->low[1]);
    size_t depth = (size_t)(box->high[2] - box->low[2]);
    double sum = 0;
    for (size_t z = 0; z < depth; z++)
        for (size_t y = 0; y < height; y++)
            for (size_t x = 0; x < width; x++) {
                double weight = 1;
                const size_t cell[3] = {x, y, z};
                for (int axis = 0; axis < (maps->solid ? 3 : 2); axis++)
                    weight *= weight_of(maps->resample,
                                        (place[axis] - maps->origin[axis]) / maps->step[axis] -
                                            (box->low[axis] + (double)cell[axis]));
                if (weight != 0)
                    sum +=
                        weight *
                        (double)maps->values[((channel * depth + z) * height + y) * width + x];
            }
    return sum;
}

static void check_values(const char *text)
{
    Fixture f = make(text);
    double places[POINTS][3];
    TdiSpot spots[POINTS];
    float row[POINTS];
    scatter(places);
    tdi_maps_spots(&f.maps, (const double(*)[3])places, POINTS, spots);
    for (uint32_t c = 0; c < f.maps.channels; c++) {
        tdi_maps_row(&f.maps, c, spots, POINTS, row);
        for (int i = 0; i < POINTS; i++)
            assert_true(fabs((double)row[i] - slow_value(&f.maps, c, places[i])) < 3e-6);
    }
    drop(&f);
}

static void test_values(void **state)
{
    (void)state;
    check_values("layers = conv3 4,3\nraster = 20");
    check_values("layers = conv3 4 stride=2,upsample3,3\nraster = 15\nresample = linear");
    check_values("inputs = x,z,n1\nlayers = conv3 4,2\nraster = 12");
    check_values("inputs = x,z,n1\nlayers = pool2,conv3 4,2\nraster = 16\nresample = linear");
}

/* Points of a grid, and points of a slice, as if they had been looked up one by one. */
static void check_grid(const char *text)
{
    enum { COLUMNS = 37, ROWS = 21 };
    Fixture f = make(text);
    TdiMaps flat = f.maps;
    flat.borrowed = true;
    double z = 0.377, x[COLUMNS][3] = {{0}}, y[ROWS][3] = {{0}}, (*all)[3];
    TdiSpot columns[COLUMNS], rows[ROWS], *spots = malloc(COLUMNS * ROWS * sizeof *spots);
    float *row = malloc(COLUMNS * ROWS * sizeof *row),
          *grid = malloc(COLUMNS * ROWS * sizeof *grid);
    all = malloc(COLUMNS * ROWS * sizeof *all);
    if (f.maps.solid)
        assert_int_equal(tdi_maps_slice(&f.maps, z, &flat, NULL), TD_OK);
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        int column = i % COLUMNS, line = i / COLUMNS;
        all[i][0] = x[column][0] = -1 + 2.0 * column / (COLUMNS - 1);
        all[i][1] = y[line][1] = -1 + 2.0 * line / (ROWS - 1);
        all[i][2] = z;
    }
    tdi_maps_spots(&f.maps, (const double(*)[3])all, COLUMNS * ROWS, spots);
    tdi_maps_spots(&flat, (const double(*)[3])x, COLUMNS, columns);
    tdi_maps_spots(&flat, (const double(*)[3])y, ROWS, rows);
    float *line = malloc(tdi_maps_line(&flat, columns, COLUMNS) * sizeof *line);
    for (uint32_t c = 0; c < f.maps.channels; c++) {
        tdi_maps_row(&f.maps, c, spots, COLUMNS * ROWS, row);
        tdi_maps_grid(&flat, c, columns, COLUMNS, rows, ROWS, line, grid);
        assert_memory_equal(row, grid, COLUMNS * ROWS * sizeof *row);
    }
    tdi_maps_spots(&flat, (const double(*)[3])all, COLUMNS * ROWS, spots);
    tdi_maps_row(&flat, f.maps.channels - 1, spots, COLUMNS * ROWS, row);
    assert_memory_equal(row, grid, COLUMNS * ROWS * sizeof *row);
    tdi_maps_clear(&flat);
    free(line);
    free(spots);
    free(row);
    free(grid);
    free(all);
    drop(&f);
}

static void test_grids(void **state)
{
    static const char *const kinds[] = {"cubic", "linear", "nearest"};
    char text[200];
    (void)state;
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "layers = conv3 4,3\nraster = 20\nresample = %s", kinds[i]);
        check_grid(text);
        snprintf(text, sizeof text,
                 "inputs = y,z,n1\nlayers = conv3 4,2\nraster = 12\nresample = %s", kinds[i]);
        check_grid(text);
    }
}

/* Through the cells' own centres a spline is the cells. */
static void test_nodes(void **state)
{
    Fixture f = make("layers = conv3 4,3\nraster = 16");
    double place[1][3] = {{0}};
    TdiSpot spot;
    float value;
    (void)state;
    for (int32_t i = -4; i < 4; i++) {
        place[0][0] = f.maps.origin[0] + i * f.maps.step[0];
        place[0][1] = f.maps.origin[1] + (i + 1) % 4 * f.maps.step[1];
        tdi_maps_spots(&f.maps, (const double(*)[3])place, 1, &spot);
        tdi_maps_row(&f.maps, 1, &spot, 1, &value);
        assert_true((double)value == slow_value(&f.maps, 1, place[0]));
    }
    drop(&f);
}

/* ---- Pictures ------------------------------------------------------------------------ */

static void *draw(const char *text, const TdRun *run, uint32_t band, TdRaster *raster)
{
    TdRecipe *recipe = recipe_of(text);
    TdPicture *picture;
    TdError err = {0};
    if (td_draw_create(recipe, TD_SAMPLES_COLOUR, TD_DETAIL_EXACT, run, &picture, &err) !=
        TD_OK)
        fail_msg("%s", err.message);
    td_recipe_free(recipe);
    return draw_rows(picture, run, band, raster);
}

/* Bands, memory and threads change nothing; nor does it matter that the raster is larger than
 * what is held. */
static void test_pieces(void **state)
{
    static const char *const texts[] = {
        "layers = conv3 5x2,3\nraster = 560\nsize = 150x130\nantialias = 1",
        "layers = conv3 5x2,3\nraster = 560\nsize = 150x130\nantialias = 1\nrotate = 20\n"
        "tone = rescale",
        "draw = sheet\nlayers = conv3 5,3\nraster = 420\nsize = 60x50\nantialias = 1\ncount = "
        "3\n"
        "columns = 2",
    };
    TdRaster raster;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        TdRun small = {.max_memory = UINT64_C(12) << 20, .threads = 1}, three = {.threads = 3};
        unsigned char *whole = draw(texts[i], NULL, UINT32_MAX, &raster);
        unsigned char *pieces = draw(texts[i], &small, 17, &raster);
        unsigned char *shared = draw(texts[i], &three, 40, &raster);
        size_t bytes = (size_t)td_raster_row_bytes(&raster) * raster.height;
        assert_memory_equal(whole, pieces, bytes);
        assert_memory_equal(whole, shared, bytes);
        free(whole);
        free(pieces);
        free(shared);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_grids),
        cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
