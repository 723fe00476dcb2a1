/* Recipes from text. Include after cmocka.h. */
#ifndef TEST_RECIPES_H
#define TEST_RECIPES_H

#include "tiedye/recipe.h"

/* Defaults with `text` on top; freed by the caller. */
static TdRecipe *recipe_of(const char *text)
{
    TdRecipe *recipe = td_recipe_create();
    TdError err = {0};
    if (td_recipe_parse(recipe, text, &err) != TD_OK)
        fail_msg("%s: %s", text, err.message);
    return recipe;
}

#endif
