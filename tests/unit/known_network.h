/* Recipes whose network has chosen numbers. Include after cmocka.h. */
#ifndef TEST_KNOWN_NETWORK_H
#define TEST_KNOWN_NETWORK_H

#include <math.h>
#include <stdio.h>

#include "tiedye/network.h"

/* The recipe `text`, of a network of one input and one neuron, whose weight and bias (to the
 * nearest float) are these: a seed that gives them their signs, and their scales. Freed by the
 * caller. */
static TdRecipe *known_recipe(const char *text, double weight, double bias)
{
    TdRecipe *recipe = td_recipe_create();
    TdError err = {0};
    if (td_recipe_parse(recipe, text, &err) != TD_OK)
        fail_msg("%s: %s", text, err.message);
    recipe->init = TD_INIT_UNSCALED;
    recipe->sigma_w = recipe->sigma_b = 1;
    for (recipe->seed = 1; recipe->seed < 1000; recipe->seed++) {
        TdNetwork *network;
        assert_int_equal(td_network_create(recipe, NULL, &network, NULL), TD_OK);
        double w = (double)network->layers[0].weights[0];
        double b = (double)network->layers[0].bias[0];
        td_network_free(network);
        if (w * weight < 0 || b * bias < 0 || fabs(w) < 0.1 || fabs(b) < 0.1)
            continue;
        recipe->sigma_w = weight / w;
        recipe->sigma_b = bias / b;
        return recipe;
    }
    fail_msg("%s: no seed gives these signs", text);
    return recipe;
}

#endif
