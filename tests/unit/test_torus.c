/* The points of seamless tiles: a period on, they are the same bits. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/view.h"
#include "unit/recipes.h"

enum {
    COUNT = 64,
    INPUTS = 1 << TD_INPUT_X | 1 << TD_INPUT_Y | 1 << TD_INPUT_R | 1 << TD_INPUT_X2 |
             1 << TD_INPUT_Y2
};

static void points_of(const TdiView *view, TdiTile tile, float rows[5][COUNT])
{
    for (uint32_t sub = 0; sub < (uint32_t)view->grid; sub++)
        tdi_view_points(view, tile, 0, COUNT, sub, sub, INPUTS, rows[0], COUNT);
}

static void test_a_period_on(void **state)
{
    static const char *const texts[] = {"tile = torus", "tile = torus\ncenter = 0.37,-1.9",
                                        "tile = torus\nextent = 0.013\nrotate = 180"};
    static const uint32_t sizes[][3] = {{100, 70, 1}, {31, 97, 3}, {8, 8, 2}};
    (void)state;
    for (size_t i = 0; i < 9; i++) {
        TdRecipe *recipe = recipe_of(texts[i / 3]);
        const uint32_t *size = sizes[i % 3];
        TdiView view = tdi_view(recipe, size[0], size[1], size[2]);
        float here[5][COUNT], there[5][COUNT];
        points_of(&view, (TdiTile){0, 0, 8, 8}, here);
        points_of(&view, (TdiTile){size[0], 0, 8, 8}, there);
        assert_memory_equal(here, there, sizeof here);
        points_of(&view, (TdiTile){0, 2 * size[1], 8, 8}, there);
        assert_memory_equal(here, there, sizeof here);
        points_of(&view, (TdiTile){3 * size[0], size[1], 8, 8}, there);
        assert_memory_equal(here, there, sizeof here);
        assert_memory_not_equal(here[0], here[1], sizeof here[0]);
        td_recipe_free(recipe);
    }
}

/* Every point lies on both circles, whose circumferences are the view's sides. */
static void test_points_lie_on_circles(void **state)
{
    TdRecipe *recipe = recipe_of("tile = torus\nextent = 1.5\ncenter = 2,9");
    TdiView view = tdi_view(recipe, 48, 32, 1);
    float rows[5][COUNT];
    double around = 2 * acos(-1);
    (void)state;
    points_of(&view, (TdiTile){20, 11, 8, 8}, rows);
    for (int i = 0; i < COUNT; i++) {
        double x = (double)rows[0][i], y = (double)rows[1][i], r = (double)rows[2][i];
        double x2 = (double)rows[3][i], y2 = (double)rows[4][i];
        assert_true(fabs(around * sqrt(x * x + x2 * x2) - 4.5) < 1e-6);
        assert_true(fabs(around * sqrt(y * y + y2 * y2) - 3) < 1e-6);
        double from = 4.5 / around - x2, other = 3 / around - y2; /* chords from (0, R) */
        assert_true(fabs(sqrt(x * x + from * from + y * y + other * other) - r) < 1e-6);
    }
    td_recipe_free(recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_period_on),
        cmocka_unit_test(test_points_lie_on_circles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
