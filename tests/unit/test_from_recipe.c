/* Graphs of recipes: the same numbers as their networks, and the shapes of what layers make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "graph/from_recipe.h"
#include "tiedye/network.h"
#include "unit/networks.h"
#include "unit/recipes.h"

static TdiGraph graph_of(const char *text, TdRecipe **recipe)
{
    TdiGraph graph;
    TdError err = {0};
    *recipe = recipe_of(text);
    if (tdi_graph_from_recipe(*recipe, &graph, &err) != TD_OK)
        fail_msg("%s: %s", text, err.message);
    return graph;
}

/* Operators by type, "Gemm Tanh Gemm"; parameters as the network has them. */
static void expect_operators(const char *text, const char *types)
{
    char found[2000] = "";
    TdRecipe *recipe;
    TdiGraph graph = graph_of(text, &recipe);
    for (int i = 0; i < graph.operator_count; i++) {
        strcat(found, i > 0 ? " " : "");
        strcat(found, graph.operators[i].type);
    }
    assert_string_equal(found, types);
    assert_true(stored_numbers(&graph) == td_network_parameters(recipe));
    assert_int_equal(graph.input_count, 1);
    assert_int_equal(graph.output_count, 1);
    tdi_graph_free(&graph);
    td_recipe_free(recipe);
}

static void test_dense(void **state)
{
    (void)state;
    expect_operators("layers = 20,10,3", "Gemm Tanh Gemm Tanh Gemm Tanh");
    expect_operators("layers = 20:relu,8x2:sin,3:identity", "Gemm Relu Gemm Sin Gemm Sin Gemm");
    expect_operators("layers = 4:mish,3:sigmoid", "Gemm mish Gemm Sigmoid");
}

static void test_residual(void **state)
{
    (void)state;
    expect_operators("layers = 4x3,3\nresidual = on",
                     "Gemm Tanh Gemm Tanh Add Gemm Tanh Add Gemm Tanh");
    expect_operators("layers = 4,8,2,3\nresidual = on",
                     "Gemm Tanh Gemm Tanh Pad Add Gemm Tanh Slice Add Gemm Tanh");
}

static void test_raster(void **state)
{
    (void)state;
    expect_operators("layers = conv3 16,pool2,conv5 8 groups=4,upsample2,4,3",
                     "Conv Tanh MaxPool Conv Tanh Resize Conv Tanh Conv Tanh");
    expect_operators("layers = conv3 8,conv3 16 stride=2,3\nresidual = on",
                     "Conv Tanh Conv Tanh Slice Pad Add Conv Tanh");
    expect_operators("layers = pool2 mode=mean,conv3 8,3\ndraw = volume",
                     "AveragePool Conv Tanh Conv Tanh");
}

static void expect_shape(const TdiTensor *tensor, int rank, const int64_t *size)
{
    TdiShape shape = tdi_shape_of(rank, size);
    assert_true(tdi_shape_equal(&tensor->shape, &shape));
}

static void test_shapes(void **state)
{
    (void)state;
    TdRecipe *recipe;
    TdiGraph graph =
        graph_of("layers = conv3 16 stride=2,upsample3,pool4,3\nraster = 50", &recipe);
    expect_shape(&graph.tensors[graph.inputs[0]], 4, (const int64_t[]){1, 3, 50, 50});
    assert_string_equal(graph.tensors[graph.inputs[0]].name, "x, y, n1");
    expect_shape(&graph.tensors[graph.outputs[0]], 4, (const int64_t[]){1, 3, 18, 18});
    tdi_graph_free(&graph);
    td_recipe_free(recipe);
    graph = graph_of("layers = 5,3\ninputs = x,y,r,z1", &recipe);
    expect_shape(&graph.tensors[graph.inputs[0]], 2, (const int64_t[]){1, 4});
    assert_string_equal(graph.tensors[graph.inputs[0]].name, "x, y, r, z1");
    tdi_graph_free(&graph);
    td_recipe_free(recipe);
}

/* All presets, and what cannot be. */
static void test_presets(void **state)
{
    (void)state;
    for (size_t i = 0; i < td_preset_count(); i++) {
        TdRecipe *recipe;
        TdiGraph graph = graph_of(td_preset_info(i)->text, &recipe);
        assert_true(stored_numbers(&graph) == td_network_parameters(recipe));
        tdi_graph_free(&graph);
        td_recipe_free(recipe);
    }
    TdiGraph graph;
    TdError err = {0};
    TdRecipe *recipe =
        recipe_of("layers = conv3 8,pool2,pool2,pool2,pool2,pool2,pool2,pool2,3");
    assert_int_equal(tdi_graph_from_recipe(recipe, &graph, &err), TD_ERROR_RECIPE);
    assert_int_equal(graph.operator_count, 0);
    td_recipe_free(recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dense),   cmocka_unit_test(test_residual),
        cmocka_unit_test(test_raster),  cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_presets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
