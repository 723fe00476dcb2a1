/* Networks side by side: labels that hide nothing, what is told of each network, and the words
 * that gnuplot gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diagram/compare.h"
#include "diagram/spread.h"
#include "graph/count.h"
#include "graph/description.h"
#include "output/chart.h"

/* ---- Labels -------------------------------------------------------------------------- */

static const TdiBounds page = {0, 0, 430, 370};

/* Points and labels of `count` networks, everywhere or along a bow. */
static void scatter(TdiSpot *spots, int count, uint64_t seed, bool bow)
{
    uint64_t state = seed * 6364136223846793005u + 1442695040888963407u;
    for (int i = 0; i < count; i++) {
        double parts[3];
        for (int k = 0; k < 3; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            parts[k] = (double)(state >> 11) * 0x1p-53;
        }
        double x = bow ? 0.2 + 0.6 * parts[0] : 0.05 + 0.9 * parts[0];
        double y =
            bow ? 0.4 + 0.5 * x * (2 - x) * 0.8 + 0.05 * parts[1] : 0.05 + 0.9 * parts[1];
        spots[i] = (TdiSpot){.x = x * 430,
                             .y = y * 370,
                             .radius = 3,
                             .width = 30 + 40 * parts[2],
                             .height = 9.5};
    }
}

static bool near(double a, double b)
{
    return a - b < 1e-9 && b - a < 1e-9;
}

/* Written a second time: whether two rectangles share more than an edge. */
static bool overlap(TdiBounds a, TdiBounds b)
{
    double width =
        (a.right < b.right ? a.right : b.right) - (a.left > b.left ? a.left : b.left);
    double height =
        (a.top < b.top ? a.top : b.top) - (a.bottom > b.bottom ? a.bottom : b.bottom);
    return width > 0 && height > 0;
}

static TdiBounds around(const TdiSpot *spot)
{
    return (TdiBounds){spot->x - spot->radius, spot->y - spot->radius, spot->x + spot->radius,
                       spot->y + spot->radius};
}

static bool hides_nothing(const TdiSpot *spots, int count)
{
    for (int i = 0; i < count; i++) {
        TdiBounds box = spots[i].box;
        if (box.left < page.left || box.right > page.right || box.bottom < page.bottom ||
            box.top > page.top)
            return false;
        for (int k = 0; k < count; k++)
            if (overlap(box, around(&spots[k])) || (k != i && overlap(box, spots[k].box)))
                return false;
    }
    return true;
}

static void test_labels_hide_nothing(void **state)
{
    TdiSpot spots[24];
    (void)state;
    for (int count = 0; count <= 24; count += 4)
        for (uint64_t seed = 1; seed <= 4; seed++) {
            scatter(spots, count, seed, seed % 2 == 0);
            assert_true(tdi_spread(spots, count, NULL, 0, &page));
            assert_true(hides_nothing(spots, count));
            for (int i = 0; i < count; i++) {
                assert_true(near(spots[i].box.right - spots[i].box.left, spots[i].width));
                assert_true(near(spots[i].box.top - spots[i].box.bottom, spots[i].height));
            }
        }
}

/* Where there is no room, it is told. */
static void test_crowds(void **state)
{
    TdiSpot spots[40];
    (void)state;
    scatter(spots, 40, 3, true);
    for (int i = 0; i < 40; i++)
        spots[i].width = 200;
    assert_false(tdi_spread(spots, 40, NULL, 0, &page));
    assert_false(hides_nothing(spots, 40));
}

static void test_alone(void **state)
{
    TdiSpot spot = {.x = 200, .y = 200, .radius = 3, .width = 50, .height = 10};
    (void)state;
    assert_true(tdi_spread(&spot, 1, NULL, 0, &page));
    assert_true(spot.box.left > 203 && spot.box.left < 207); /* beside it, to the right */
    assert_true(near((spot.box.bottom + spot.box.top) / 2, 200));
    assert_false(spot.leads);
    spot.x = 425; /* no room there */
    assert_true(tdi_spread(&spot, 1, NULL, 0, &page));
    assert_true(spot.box.right <= 430);
}

static void test_labels_avoid_lines(void **state)
{
    TdiSpot spot = {.x = 200, .y = 200, .radius = 3, .width = 50, .height = 10};
    TdiSegment line = {100, 200, 300, 200};
    (void)state;
    assert_true(tdi_spread(&spot, 1, &line, 1, &page));
    assert_true(tdi_bounds_length(&spot.box, &line) == 0);
}

static void test_same_again(void **state)
{
    TdiSpot one[20], other[20];
    (void)state;
    scatter(one, 20, 5, true);
    scatter(other, 20, 5, true);
    tdi_spread(one, 20, NULL, 0, &page);
    memset(&other[0].box, 0x55, sizeof other[0].box);
    tdi_spread(other, 20, NULL, 0, &page);
    for (int i = 0; i < 20; i++)
        assert_memory_equal(&one[i].box, &other[i].box, sizeof one[i].box);
}

static void test_geometry(void **state)
{
    TdiBounds box = {0, 0, 10, 4}, beside = {10, 0, 20, 4};
    TdiSegment through = {-5, 2, 15, 2}, steep = {5, 2, 5, 9}, off = {-5, 5, 15, 5};
    TdiSegment slanting = {0, 0, 3, 4};
    (void)state;
    assert_false(tdi_bounds_meet(&box, &beside));
    assert_true(tdi_bounds_length(&box, &through) == 10);
    assert_true(tdi_bounds_length(&box, &steep) == 2);
    assert_true(tdi_bounds_length(&box, &off) == 0);
    assert_true(near(tdi_bounds_length(&box, &slanting), 5));
    assert_true(tdi_segments_meet(&through, &slanting));
    assert_false(tdi_segments_meet(&through, &off));
    assert_true(tdi_segments_meet(&steep, &off));
}

/* ---- Networks ------------------------------------------------------------------------ */

static const TdiCompared *find(const TdiComparison *comparison, const char *name)
{
    for (int i = 0; i < comparison->count; i++)
        if (strcmp(comparison->rows[i].name, name) == 0)
            return &comparison->rows[i];
    fail_msg("%s is not compared", name);
    return NULL;
}

/* Many networks have their number of layers in their names. */
static void test_layers(void **state)
{
    static const struct {
        const char *name;
        int layers;
    } known[] = {{"resnet-18", 18},     {"resnet-34", 34},   {"resnet-50", 50},
                 {"resnet-101", 101},   {"resnet-152", 152}, {"resnet-50-v1", 50},
                 {"densenet-121", 121}, {"vgg-16", 16},      {"vgg-19", 19},
                 {"alexnet", 8},        {"googlenet", 22}};
    TdiComparison comparison;
    (void)state;
    assert_int_equal(tdi_comparison_make(NULL, &comparison, NULL), TD_OK);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(find(&comparison, known[i].name)->layers, known[i].layers);
    tdi_comparison_free(&comparison);
}

static void test_comparison(void **state)
{
    TdiComparison comparison;
    (void)state;
    assert_int_equal(tdi_comparison_make(NULL, &comparison, NULL), TD_OK);
    assert_true(comparison.count >= 20);
    for (int i = 0; i < comparison.count; i++) {
        const TdiCompared *row = &comparison.rows[i];
        assert_true(row->top1 > 50 && row->top1 < 100);
        assert_true(i == 0 || row->top1 >= row[-1].top1);
        assert_true(row->parameters > 1000000 && row->macs > 100000000);
        assert_true(strlen(row->source) > 10);
        assert_true(row->year >= 2012 && row->year <= 2100);
    }
    const TdiCompared *resnet = find(&comparison, "resnet-50");
    assert_true(resnet->parameters == 25557032 && resnet->macs == 4089184256u);
    assert_int_equal(resnet->family, TDI_FAMILY_RESNET);
    assert_int_equal(find(&comparison, "resnet-50-v1")->family, TDI_FAMILY_RESNET_V1);
    assert_int_equal(find(&comparison, "googlenet")->family, TDI_FAMILY_INCEPTION);
    assert_int_equal(find(&comparison, "vit-b-16")->family, TDI_FAMILY_NONE);
    assert_true(find(&comparison, "inception-v3-aux")->twin);
    assert_false(find(&comparison, "inception-v3")->twin);
    tdi_comparison_free(&comparison);
}

static void test_chart_is_clear(void **state)
{
    TdiComparison comparison;
    (void)state;
    assert_int_equal(tdi_comparison_make(NULL, &comparison, NULL), TD_OK);
    for (int dark = 0; dark < 2; dark++) {
        TdiText script = {0};
        assert_true(tdi_comparison_script(&comparison, dark != 0, &script));
        assert_false(script.failed);
        tdi_text_free(&script);
    }
    tdi_comparison_free(&comparison);
}

/* A comparison of nothing: still a script that gnuplot can read. */
static void test_empty(void **state)
{
    TdiComparison none = {0};
    TdiText text = {0};
    (void)state;
    tdi_comparison_data(&none, &text);
    assert_true(tdi_comparison_script(&none, false, &text));
    tdi_comparison_sources(&none, &text);
    tdi_comparison_text(&none, &text);
    tdi_comparison_json(&none, &text);
    assert_null(strstr(text.data, "inf"));
    assert_false(text.failed);
    tdi_text_free(&text);
}

static void test_depth_is_of_the_longest_way(void **state)
{
    static const char words[] = "network Two ways\ninput 8x8x1\n"
                                "add { conv1 4, conv1 4, conv1 4 | conv1 4 }\n"
                                "relu, max2, dense 3\n";
    TdiGraph graph;
    (void)state;
    assert_int_equal(
        tdi_graph_from_description("two", words, strlen(words), &graph, NULL, NULL), TD_OK);
    tdi_graph_count(&graph);
    assert_int_equal(tdi_graph_depth(&graph), 4);
    tdi_graph_free(&graph);
}

static void test_years(void **state)
{
    (void)state;
    assert_int_equal(tdi_year_of("He, Zhang 2015, https://arxiv.org/abs/1512.03385"), 2015);
    assert_int_equal(tdi_year_of("Radford et al. (2019)"), 2019);
    assert_int_equal(tdi_year_of("1998"), 1998);
    assert_int_equal(tdi_year_of("https://arxiv.org/abs/2010.11929"), 0);
    assert_int_equal(tdi_year_of("a file of 20151 lines, 9999"), 0);
    assert_int_equal(tdi_year_of(""), 0);
    assert_int_equal(tdi_year_of(NULL), 0);
}

/* ---- Charts -------------------------------------------------------------------------- */

static void test_formats(void **state)
{
    (void)state;
    assert_string_equal(tdi_chart_format("a.SVG", NULL), "svg");
    assert_string_equal(tdi_chart_format("a.svg", "pdf"), "pdf");
    assert_null(tdi_chart_format("a.jpg", NULL));
    assert_null(tdi_chart_format("svg", NULL));
    assert_null(tdi_chart_format("-", NULL));
}

static void test_quotes(void **state)
{
    TdiText text = {0};
    (void)state;
    tdi_chart_quote(&text, "it's `here` \"$x\"");
    assert_string_equal(text.data, "'it''s `here` \"$x\"'");
    tdi_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_hide_nothing),
        cmocka_unit_test(test_crowds),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_labels_avoid_lines),
        cmocka_unit_test(test_same_again),
        cmocka_unit_test(test_geometry),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_comparison),
        cmocka_unit_test(test_chart_is_clear),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_depth_is_of_the_longest_way),
        cmocka_unit_test(test_years),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
