/* The light that comes through a solid, before it is rounded to codes: as near to closed forms
 * as float32 is. It looks inside the library (src/volume/volume.h), and is the only test that
 * does. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tiedye/render.h"
#include "unit/known_network.h"
#include "volume/volume.h"

/* What every ray of a small picture lets through; row by row, `side` to a row. */
static double *march(const TdRecipe *recipe, uint32_t *side)
{
    TdPicture *picture;
    TdError err = {0};
    TdRun run = td_run_resolved(NULL);
    if (tdi_volume_create(recipe, NULL, &run, &picture, &err) != TD_OK)
        fail_msg("%s", err.message);
    const TdiVolume *volume = (const TdiVolume *)picture;
    void *scratch = aligned_alloc(64, (tdi_march_scratch(volume) + 63) / 64 * 64);
    TdiMarch march = tdi_march_lay_out(volume, scratch, &run);
    tdi_march_begin(&march, 0, 0);
    for (uint32_t z = 0; z < volume->slabs; z++)
        for (uint32_t i = 0; i < TDI_REGION_TILES * TDI_REGION_TILES; i++) {
            TdiCube cube = {.x = i % TDI_REGION_TILES * volume->side,
                            .y = i / TDI_REGION_TILES * volume->side,
                            .z = z * volume->side};
            tdi_march_block(&march, &cube, NULL);
        }
    *side = march.rays.side;
    double *through = malloc(sizeof(double) * *side * *side);
    for (uint32_t i = 0; i < *side * *side; i++)
        through[i] = (double)march.rays.light[i];
    free(scratch);
    td_picture_free(picture);
    return through;
}

/* exp(-tau), tau(b) = density s sqrt(2 pi) exp(-b^2 / 2 s^2) erf(1 / (s sqrt 2)), over the box
 * from -1 to 1. */
static void check(double step, double allowed)
{
    enum { PIXELS = 24 };
    const double s = 0.2, density = 3, half = tan(15 * acos(-1) / 180) * 6.5;
    TdRecipe *recipe =
        known_recipe("inputs = r\nlayers = 1:gaussian\nextent = 1\ndraw = volume\ntone = clip\n"
                     "opacity = luminance\ndensity = 3\nshading = 0\nantialias = 1\n"
                     "size = 24x24\nprojection = orthographic\nazimuth = 0\nelevation = 0\n"
                     "corner = 0\nengine = dense\npalette = rgb",
                     1 / s, 0);
    uint32_t side;
    recipe->step = step;
    double *through = march(recipe, &side), worst = 0;
    for (uint32_t i = 0; i < PIXELS * PIXELS; i++) {
        double x = half * ((2 * (i % PIXELS) + 1) / (double)PIXELS - 1);
        double y = half * (1 - (2 * (i / PIXELS) + 1) / (double)PIXELS);
        double depth = density * s * sqrt(2 * acos(-1)) * exp(-(x * x + y * y) / (2 * s * s)) *
                       erf(1 / (s * sqrt(2)));
        double expected = fabs(x) < 1 && fabs(y) < 1 ? exp(-depth) : 1;
        worst = fmax(worst, fabs(through[i % PIXELS + i / PIXELS * side] - expected));
    }
    print_message("step %g: %.1e\n", step, worst);
    assert_true(worst < allowed);
    free(through);
    td_recipe_free(recipe);
}

static void test_gaussian_density(void **state)
{
    (void)state;
    check(0.2, 1e-6);
    check(0.1, 1e-6);
    check(0.05, 1e-6);
    check(0.01, 2e-6); /* 200 products, each rounded */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gaussian_density)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
