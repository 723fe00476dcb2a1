/* Evaluates a network at points of one's own choice: along a circle around the origin.
 *
 *     cc evaluate.c $(pkg-config --cflags --libs tiedye) -lm -o evaluate && ./evaluate */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tiedye/network.h>

enum { POINTS = TD_POINT_GRAIN }; /* points come in multiples of this */

/* Coordinates go into rows of the scratch, one row an input; the outputs come back likewise. */
static void walk(const TdPlan *plan, void *scratch)
{
    size_t stride = td_plan_points(plan);
    float *x = td_plan_input(plan, scratch), *y = x + stride;
    for (int i = 0; i < POINTS; i++) {
        double angle = 2 * 3.14159265358979 * i / POINTS;
        x[i] = (float)cos(angle);
        y[i] = (float)sin(angle);
    }
    const float *out = td_plan_evaluate(plan, scratch, POINTS);
    for (int i = 0; i < POINTS; i += 8) {
        printf("%3d degrees:", 360 * i / POINTS);
        for (uint32_t c = 0; c < td_plan_outputs(plan); c++)
            printf(" %+.6f", out[c * stride + (size_t)i]);
        putchar('\n');
    }
}

/* A recipe becomes a network (its weights), and that a plan (packed for the kernels). */
static TdStatus make_plan(TdRecipe *recipe, TdPlan **plan, TdError *err)
{
    TdNetwork *network = NULL;
    TdStatus status = td_recipe_set(recipe, "layers", "16x8,3", err);
    if (status == TD_OK)
        status = td_network_create(recipe, NULL, &network, err);
    if (status == TD_OK)
        status = td_plan_create(network, recipe->constants, NULL, plan, err);
    td_network_free(network);
    return status;
}

int main(void)
{
    TdError err = {0};
    TdPlan *plan = NULL;
    TdRecipe *recipe = td_recipe_create();
    if (recipe == NULL)
        return 1;
    TdStatus status = make_plan(recipe, &plan, &err);
    void *scratch = NULL;
    if (status == TD_OK) {
        size_t bytes = (td_plan_scratch(plan) + 63) / 64 * 64;
        scratch = aligned_alloc(64, bytes);
        if (scratch != NULL)
            walk(plan, scratch);
    } else {
        fprintf(stderr, "evaluate: %s\n", err.message);
    }
    int code = scratch != NULL ? 0 : 1;
    free(scratch);
    td_plan_free(plan);
    td_recipe_free(recipe);
    return code;
}
