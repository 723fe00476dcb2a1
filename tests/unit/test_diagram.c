/* Diagrams as a whole: which input is the main one, what the public functions tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diagram/diagram.h"
#include "unit/made_graphs.h"

/* x + relu(W x), and x + W x * key */
static int add_step(TdiGraph *graph, int x)
{
    return add_two(graph, "Add", x, add_one(graph, "Relu", add_dense(graph, x, 8)));
}

static int add_keyed(TdiGraph *graph, int x, int key)
{
    return add_two(graph, "Add", x, add_two(graph, "Mul", add_dense(graph, x, 8), key));
}

/* A decoder takes from its encoder at every layer. It folds where it is the main strand, and
 * the encoder beside it, whichever input comes first. */
static void test_encoders(void **state)
{
    (void)state;
    for (int turned = 0; turned < 2; turned++) {
        TdiGraph graph = {0};
        TdDiagram *diagram;
        int a = add_input(&graph, "a", 2, (int64_t[]){1, 8});
        int b = add_input(&graph, "b", 2, (int64_t[]){1, 8});
        int from = turned ? b : a, to = turned ? a : b;
        for (int i = 0; i < 5; i++)
            from = add_step(&graph, from);
        for (int i = 0; i < 4; i++)
            to = add_keyed(&graph, to, add_dense(&graph, from, 8));
        tdi_graph_output(&graph, to);
        assert_int_equal(tdi_diagram_make(&graph, "n", NULL, NULL, &diagram, NULL), TD_OK);
        assert_int_equal(diagram->tree.main_input, turned ? 0 : 1);
        assert_int_equal(td_diagram_totals(diagram).folds, 3);
        assert_int_equal(td_diagram_fold(diagram, 0).count, 4);
        assert_int_equal(td_diagram_fold(diagram, 1).count, 5);
        assert_int_equal(td_diagram_fold(diagram, 2).count, 4); /* the keys, side by side */
        td_diagram_free(diagram);
    }
}

/* An image is the main input, and not what it is conditioned on, though that comes to as much.
 */
static void test_conditions(void **state)
{
    TdiGraph graph = {0};
    TdDiagram *diagram;
    (void)state;
    int x = add_input(&graph, "x", 2, (int64_t[]){1, 8});
    int t = add_input(&graph, "t", 2, (int64_t[]){1, 8});
    t = add_one(&graph, "Relu", add_dense(&graph, add_one(&graph, "Relu", t), 8));
    for (int i = 0; i < 6; i++)
        x = add_keyed(&graph, x, add_dense(&graph, t, 8));
    tdi_graph_output(&graph, x);
    assert_int_equal(tdi_diagram_make(&graph, "n", NULL, NULL, &diagram, NULL), TD_OK);
    assert_int_equal(diagram->tree.main_input, 0);
    assert_int_equal(td_diagram_fold(diagram, 0).count, 6);
    td_diagram_free(diagram);
}

static void test_options(void **state)
{
    static const double bad[] = {0.01, 11, -1};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        TdDiagramOptions options = {.aspect = bad[i]};
        TdDiagram *diagram;
        TdError err = {0};
        assert_int_equal(td_diagram_read("@alexnet", &options, NULL, &diagram, &err),
                         TD_ERROR_ARGUMENT);
        assert_null(diagram);
        assert_non_null(strstr(err.message, "16:9"));
    }
}

static void test_built_ins(void **state)
{
    TdNetworkInfo info;
    size_t count = 0;
    (void)state;
    for (; (info = td_network_info(count)).name != NULL; count++) {
        char source[64];
        TdDiagram *diagram;
        snprintf(source, sizeof source, "@%s", info.name);
        assert_true(td_diagram_is_source(source));
        assert_int_equal(td_diagram_read(source, NULL, NULL, &diagram, NULL), TD_OK);
        assert_string_equal(td_diagram_title(diagram), info.title);
        assert_string_equal(td_diagram_open_sizes(diagram), "");
        td_diagram_free(diagram);
    }
    assert_true(count >= 20);
    assert_null(td_network_info(count + 1).text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoders),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_built_ins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
