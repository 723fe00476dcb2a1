/* Figures drawn into pixels: areas as they are computed, words where they belong; the strip
 * that holds a network's diagram, and the cells below it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diagram/diagram.h"
#include "diagram/neurons.h"
#include "sheet/caption.h"
#include "sheet/miniature.h"
#include "tiedye/sheet.h"
#include "unit/pictures.h"

/* ---- Marks --------------------------------------------------------------------------- */

#ifdef TDI_HAVE_FREETYPE

enum { WIDTH = 120, HEIGHT = 80, GUARD = 512 };

/* What is painted stands between guards that nothing may touch. */
typedef struct Board {
    unsigned char before[GUARD], rgb[HEIGHT][WIDTH][3], behind[GUARD];
} Board;

static Board paint(const TdiFigure *figure, double scale)
{
    Board board;
    const char *note;
    TdiFont *font = tdi_font_open(&note);
    assert_non_null(font);
    memset(&board, TDI_PAPER, sizeof board);
    tdi_figure_paint(figure, scale, font, &(TdiPixels){&board.rgb[0][0][0], WIDTH, HEIGHT});
    tdi_font_close(font);
    for (int i = 0; i < GUARD; i++)
        assert_true(board.before[i] == TDI_PAPER && board.behind[i] == TDI_PAPER);
    return board;
}

/* How much of a pixel is covered with ink. */
static double coverage(const Board *board, int x, int y)
{
    int ink = (int)(tdi_role_colour(TDI_ROLE_INK, false) >> 16);
    return (double)(TDI_PAPER - board->rgb[y][x][0]) / (TDI_PAPER - ink);
}

static double area(const Board *board)
{
    double sum = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            sum += coverage(board, x, y);
    return sum;
}

static Board paint_mark(const TdiMark *mark, double scale)
{
    TdiFigure figure = {0};
    tdi_figure_add(&figure, mark);
    Board board = paint(&figure, scale);
    tdi_figure_free(&figure);
    return board;
}

static void expect_area(const TdiMark *mark, double scale, double expected)
{
    Board board = paint_mark(mark, scale);
    double found = area(&board);
    if (fabs(found - expected) >
        0.01 * expected + 0.3) /* curves become a few straight pieces */
        fail_msg("%g pixels are covered, not %g", found, expected);
}

static TdiMark box(double x, double y, double width, double height, double radius)
{
    return (TdiMark){.type = TDI_MARK_BOX,
                     .x = x,
                     .y = y,
                     .width = width,
                     .height = height,
                     .radius = radius,
                     .fill = TDI_ROLE_INK,
                     .line = TDI_ROLE_NONE,
                     .thickness = 1};
}

static void test_boxes_cover_their_areas(void **state)
{
    const double pi = acos(-1), corners = 4 - pi;
    TdiMark mark = box(3.3, 4.7, 20.5, 7.25, 0);
    (void)state;
    expect_area(&mark, 1, 20.5 * 7.25);
    expect_area(&mark, 2.5, 20.5 * 7.25 * 2.5 * 2.5);
    mark.radius = 3;
    expect_area(&mark, 2, (20.5 * 7.25 - corners * 9) * 4);
    mark = box(10.2, 10.4, 30, 30, 15);
    expect_area(&mark, 1.5, pi * 15 * 15 * 2.25);
    mark.radius = 100; /* no more than a circle */
    expect_area(&mark, 1.5, pi * 15 * 15 * 2.25);
    mark = box(10.2, 10.4, 0.4, 30, 0);
    expect_area(&mark, 1, 0.4 * 30);
}

static void test_borders_cover_their_areas(void **state)
{
    const double pi = acos(-1);
    TdiMark mark = box(10.2, 10.4, 30, 20, 0);
    (void)state;
    mark.fill = TDI_ROLE_NONE;
    mark.line = TDI_ROLE_INK;
    mark.thickness = 1.5;
    expect_area(&mark, 1.2, 2 * (30 + 20) * 1.5 * 1.44);
    mark.radius = 5;
    expect_area(&mark, 2, (2 * (20 + 10) + 2 * pi * 5) * 1.5 * 4);
    mark.thickness = 30; /* nothing is left within */
    mark.radius = 0;
    expect_area(&mark, 1, 55.2 * 45.4); /* cut at 0 */
    mark.thickness = 1;
    mark.dashed = true;
    Board board = paint_mark(&mark, 2);
    assert_true(fabs(area(&board) - 100 * 0.6 * 4) < 8);
}

static void test_lines_cover_their_areas(void **state)
{
    const double straight[] = {10, 10, 40, 50}, bent[] = {10, 10, 50, 10, 50, 40};
    TdiMark mark = {.type = TDI_MARK_LINE,
                    .points = straight,
                    .count = 2,
                    .fill = TDI_ROLE_NONE,
                    .line = TDI_ROLE_INK,
                    .thickness = 2};
    (void)state;
    expect_area(&mark, 1, 50 * 2);
    mark.points = bent;
    mark.count = 3;
    mark.thickness = 2;
    expect_area(&mark, 1, 70 * 2);
    mark.arrow = true; /* of which the line is within, but for 4 x 2 */
    expect_area(&mark, 1, 70 * 2 + 4 * 4.8 / 2 - 2 * 4 + 2 * 2 * (2 / 4.8 * 4) / 4);
}

/* Rows and columns that hold ink. */
static void find_ink(const Board *board, int box_[4])
{
    box_[0] = WIDTH;
    box_[1] = HEIGHT;
    box_[2] = box_[3] = -1;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            if (coverage(board, x, y) > 0.02) {
                box_[0] = x < box_[0] ? x : box_[0];
                box_[1] = y < box_[1] ? y : box_[1];
                box_[2] = x > box_[2] ? x : box_[2];
                box_[3] = y > box_[3] ? y : box_[3];
            }
}

static void test_words_lie_where_they_are_said_to(void **state)
{
    static const double begins[] = {60, 40, 20}; /* by anchor */
    TdiMark mark = {.type = TDI_MARK_WORDS,
                    .x = 30,
                    .y = 20,
                    .width = 20,
                    .size = 9,
                    .fill = TDI_ROLE_INK,
                    .words = "HÖH"};
    int ink[4];
    (void)state;
    for (int anchor = TDI_START; anchor <= TDI_END; anchor++) {
        mark.anchor = (TdiAnchor)anchor;
        for (int bold = 0; bold < 2; bold++) {
            mark.bold = bold != 0;
            Board board = paint_mark(&mark, 2);
            find_ink(&board, ink);
            assert_true(ink[0] >= begins[anchor] && ink[0] < begins[anchor] + 4);
            assert_true(ink[2] < begins[anchor] + 41 && ink[2] > begins[anchor] + 35);
            assert_true(ink[3] >= 38 && ink[3] <= 40); /* they stand on the line */
            assert_true(ink[1] >= 40 - 19 && ink[1] < 40 - 9);
        }
    }
    mark.words = "";
    Board board = paint_mark(&mark, 2);
    assert_true(area(&board) == 0);
}

/* Half outside, quite outside, and larger than everything: cut. */
static void test_what_lies_outside_is_cut(void **state)
{
    static const double far[] = {-500, 40, 500, 40};
    TdiMark mark = box(-10, -10, 20, 20, 0);
    TdiMark line = {.type = TDI_MARK_LINE,
                    .points = far,
                    .count = 2,
                    .line = TDI_ROLE_INK,
                    .thickness = 4,
                    .arrow = true};
    TdiMark words = {.type = TDI_MARK_WORDS,
                     .x = 110,
                     .y = 82,
                     .width = 100,
                     .size = 20,
                     .fill = TDI_ROLE_INK,
                     .words = "tiedye"};
    (void)state;
    expect_area(&mark, 1, 100);
    mark = box(200, 200, 20, 20, 5);
    expect_area(&mark, 1, 0);
    mark = box(-1000, -1000, 3000, 3000, 7);
    expect_area(&mark, 1, WIDTH * HEIGHT);
    expect_area(&line, 1, 4 * WIDTH);
    paint_mark(&words, 1);
}

#endif

/* ---- Networks ------------------------------------------------------------------------ */

/* Boxes and lines of a network's neurons; false where it has none. */
static bool count_neurons(const char *text, int *circles, int *lines)
{
    TdRecipe *recipe = recipe_of(text);
    TdDiagram *diagram;
    TdiFigure figure;
    *circles = *lines = 0;
    assert_int_equal(td_diagram_of_recipe(recipe, NULL, NULL, &diagram, NULL), TD_OK);
    td_recipe_free(recipe);
    bool fits = tdi_neurons_fit(&diagram->tree);
    TdiPage page = {.tree = &diagram->tree, .totals = &diagram->totals, .title = "title"};
    for (int bare = 0; bare < 2 && fits; bare++) {
        page.bare = bare != 0;
        assert_int_equal(tdi_neurons_figure(&page, &figure, NULL), TD_OK);
        *circles = *lines = 0;
        for (int i = 0; i < figure.count; i++) {
            const TdiMark *mark = &figure.marks[i];
            *circles += mark->type == TDI_MARK_BOX;
            *lines += mark->type == TDI_MARK_LINE;
            if (mark->type == TDI_MARK_BOX)
                assert_true(mark->x >= 0 && mark->x + mark->width <= figure.width &&
                            mark->y >= 0 && mark->y + mark->height <= figure.height);
            if (mark->type == TDI_MARK_WORDS)
                assert_true(mark->x >= 0 && mark->x <= figure.width && mark->y > 0 &&
                            mark->y <= figure.height);
        }
        tdi_figure_free(&figure);
    }
    td_diagram_free(diagram);
    return fits;
}

static void test_neurons(void **state)
{
    int circles, lines;
    (void)state;
    assert_true(count_neurons("layers = 20,10,3", &circles, &lines));
    assert_int_equal(circles, 2 + 20 + 10 + 3);
    assert_int_equal(lines, 2 * 20 + 20 * 10 + 10 * 3);
    assert_true(
        count_neurons("layers = 1:mish,1:gaussian,3\ninputs = x,y,r,z1", &circles, &lines));
    assert_int_equal(circles, 4 + 1 + 1 + 3);
    assert_true(count_neurons("layers = 24,25,3", &circles, &lines)); /* 20 of 25 and 3 dots */
    assert_int_equal(circles, 2 + 24 + 23 + 3);
    assert_int_equal(lines, 2 * 24 + 24 * 20 + 20 * 3);
    assert_true(count_neurons("layers = 2x200,3", &circles, &lines)); /* 14 columns, 3 dots */
    assert_int_equal(circles, 13 * 2 + 3 + 3);
    assert_int_equal(lines, 2 * 6 * 4 - 4 + 2 * 3);
    assert_false(count_neurons("layers = conv3 8,3", &circles, &lines));
    assert_false(count_neurons("layers = 8x3,3\nresidual = on", &circles, &lines));
}

static void test_a_page_of_neurons(void **state)
{
    const TdDiagramOptions options = {.neurons = true};
    TdRecipe *dense = recipe_of("layers = 4:relu,3"), *other = recipe_of("layers = conv3 4,3");
    TdDiagram *diagram;
    TdError err = {0};
    (void)state;
    assert_int_equal(td_diagram_of_recipe(other, &options, NULL, &diagram, &err),
                     TD_ERROR_ARGUMENT);
    assert_null(diagram);
    assert_non_null(strstr(err.message, "conv3 4,3"));
    assert_int_equal(td_diagram_of_recipe(dense, &options, NULL, &diagram, &err), TD_OK);
    char *svg = td_diagram_print(diagram, TD_DIAGRAM_SVG);
    static const char *const words[] = {">x</text>", ">y</text>", ">relu</text>",
                                        "27 parameters", "<title>dense 4 + relu"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(svg, words[i]) == NULL)
            fail_msg("there is no %s in %s", words[i], svg);
    td_text_free(svg);
    td_diagram_free(diagram);
    td_recipe_free(dense);
    td_recipe_free(other);
}

/* ---- Sheets -------------------------------------------------------------------------- */

static unsigned char *draw(const TdRecipe *recipe, TdDetail detail, uint32_t band,
                           TdRaster *raster)
{
    TdPicture *picture;
    TdError err = {0};
    if (td_draw_create(recipe, TD_SAMPLES_COLOUR, detail, NULL, &picture, &err) != TD_OK)
        fail_msg("%s", err.message);
    return draw_rows(picture, NULL, band, raster);
}

static bool is_paper(const unsigned char *rows, size_t count)
{
    size_t i = 0;
    while (i < count && rows[i] == TDI_PAPER)
        i++;
    return i == count;
}

/* The drawing is the same below a strip, which holds something, but not for the contract. */
static void expect_strip(const char *text)
{
    TdRecipe *recipe = recipe_of(text);
    TdRaster plain, with, exact;
    uint32_t until;
    unsigned char *expected = draw(recipe, TD_DETAIL_ALL, 64, &plain);
    assert_int_equal(td_recipe_set(recipe, "with-diagram", "on", NULL), TD_OK);
    unsigned char *found = draw(recipe, TD_DETAIL_ALL, 50, &with);
    unsigned char *bare = draw(recipe, TD_DETAIL_EXACT, 1000, &exact);
    size_t row = td_raster_row_bytes(&plain);
    assert_int_equal(with.width, plain.width);
    assert_true(with.height >= plain.height + 100 && with.height <= plain.height + 600);
    assert_int_equal(exact.height, with.height);
    uint32_t strip = with.height - plain.height;
    assert_memory_equal(found + strip * row, expected, row * plain.height);
    assert_true(is_paper(bare, strip * row));
#ifdef TDI_HAVE_FREETYPE
    assert_false(is_paper(found, strip * row));
#endif
    for (uint32_t y = 0; y < strip; y += 7)
        for (uint32_t x = 0; x < with.width; x += 5)
            assert_false(td_draw_covers(recipe, x, y, &until));
    free(expected);
    free(found);
    free(bare);
    td_recipe_free(recipe);
}

static void test_strips(void **state)
{
    (void)state;
    expect_strip("draw = sheet\nlayers = 20,10,3\ncount = 5\ncolumns = 3\nsize = 90x60");
    expect_strip("draw = sheet\nlayers = 9,1\ncount = 5\ncolumns = 3\nsize = 90x60\nbits = 16");
    expect_strip("draw = sheet\nlayers = 9,3\ncount = 1\nsize = 3x2\ncaptions = off");
    expect_strip("draw = sheet\nlayers = conv3 4,pool2,3\ncount = 2\nsize = 60x60\nraster = 8");
    expect_strip("draw = grid\nlayers = 9,3\nsize = 60x60\nacross = sigma_w=1,2\n"
                 "down = seed=1,2,3");
    expect_strip("draw = grid\nlayers = 9,3\nsize = 60x60\nacross = palette=gray,rgb\n"
                 "captions = off\nresidual = on");
    expect_strip("draw = inside\nlayers = 9,5,3\nsize = 40x40");
    expect_strip("draw = inside\nlayers = 9,5,3\nsize = 40x40\nlayer = 2\nbits = 16");
}

static void test_one_neuron_has_no_strip(void **state)
{
    TdRaster raster;
    TdRecipe *recipe = recipe_of("draw = inside\nlayers = 9,3\nlayer = 1\nneuron = 2\n"
                                 "size = 30x20\nwith_diagram = on");
    (void)state;
    free(draw(recipe, TD_DETAIL_ALL, 100, &raster));
    assert_int_equal(raster.height, 20);
    td_recipe_free(recipe);
}

static void test_the_recipe_says_it(void **state)
{
    TdRecipe *recipe = recipe_of("draw = sheet\nwith_diagram = on\nseed = 3");
    (void)state;
    char *text = td_recipe_print(recipe, TD_FORM_TEXT);
    assert_string_equal(text, "v = 1\ndraw = sheet\nseed = 3\nwith_diagram = on\n");
    td_text_free(text);
    assert_int_equal(td_sheet_take_cell(recipe, 1, NULL), TD_OK);
    text = td_recipe_print(recipe, TD_FORM_TEXT);
    assert_string_equal(text, "v = 1\nseed = 4\n");
    td_text_free(text);
    td_recipe_free(recipe);
}

static void test_grids_of_one_architecture(void **state)
{
    static const struct {
        const char *axis;
        bool one;
    } cases[] = {{"down = depth=1..3", false},
                 {"down = width=2,3", false},
                 {"across = layers=3;9,3", false},
                 {"across = act=tanh,sin", false},
                 {"down = channels=1,3", false},
                 {"down = residual=off,on", false},
                 {"across = inputs=x;x,y", false},
                 {"across = sigma_b=0..1/3", true},
                 {"across = seed=1..3", true},
                 {"down = init=fan-in,unscaled", true},
                 {"down = extent=1,2", true},
                 {"down = tone=rank,clip", true},
                 {"down = seed=1..2\nacross = depth=1..2", false}};
    TdSheetLayout layout;
    TdError err = {0};
    char text[200];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "draw = grid\nwith_diagram = on\n%s", cases[i].axis);
        TdRecipe *recipe = recipe_of(text);
        TdStatus status = td_sheet_layout(recipe, &layout, &err);
        if (status != (cases[i].one ? TD_OK : TD_ERROR_RECIPE))
            fail_msg("%s: status %d", cases[i].axis, status);
        if (!cases[i].one)
            assert_non_null(strstr(err.message, "with_diagram"));
        td_recipe_free(recipe);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef TDI_HAVE_FREETYPE
        cmocka_unit_test(test_boxes_cover_their_areas),
        cmocka_unit_test(test_borders_cover_their_areas),
        cmocka_unit_test(test_lines_cover_their_areas),
        cmocka_unit_test(test_words_lie_where_they_are_said_to),
        cmocka_unit_test(test_what_lies_outside_is_cut),
#endif
        cmocka_unit_test(test_neurons),
        cmocka_unit_test(test_a_page_of_neurons),
        cmocka_unit_test(test_strips),
        cmocka_unit_test(test_one_neuron_has_no_strip),
        cmocka_unit_test(test_the_recipe_says_it),
        cmocka_unit_test(test_grids_of_one_architecture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
