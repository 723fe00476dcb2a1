/* What a network is fed, and whether it acts on a raster. */
#include "tiedye/recipe.h"

static uint32_t bit(TdInput input)
{
    return 1u << input;
}

/* Bits from one input to another. */
static uint32_t bits(TdInput from, TdInput to)
{
    return (bit(to) - bit(from)) | bit(to);
}

static bool sees_neighbours(const TdRecipe *recipe)
{
    for (size_t i = 0; i < recipe->layer_items; i++)
        if (recipe->layers[i].kind != TD_LAYER_DENSE)
            return true;
    return false;
}

/* Where the key `inputs` says nothing. */
static uint32_t usual_inputs(const TdRecipe *recipe)
{
    uint32_t solid = recipe->draw == TD_DRAW_VOLUME ? bit(TD_INPUT_Z) : 0;
    if (recipe->image[0] != '\0')
        return bits(TD_INPUT_RED, TD_INPUT_BLUE) | solid;
    uint32_t noise = sees_neighbours(recipe) ? bit(TD_INPUT_N1) : 0;
    return bit(TD_INPUT_X) | bit(TD_INPUT_Y) | solid | noise;
}

uint32_t td_recipe_inputs(const TdRecipe *recipe)
{
    uint32_t inputs = recipe->inputs != 0 ? recipe->inputs : usual_inputs(recipe);
    if (recipe->tile == TD_TILE_TORUS) {
        inputs |= (inputs >> TD_INPUT_X & 1u) << TD_INPUT_X2;
        inputs |= (inputs >> TD_INPUT_Y & 1u) << TD_INPUT_Y2;
    }
    return inputs;
}

bool td_recipe_is_raster(const TdRecipe *recipe)
{
    uint32_t cells = bits(TD_INPUT_N1, TD_INPUT_N8) | bits(TD_INPUT_RED, TD_INPUT_BLUE);
    return recipe->raster != 0 || (td_recipe_inputs(recipe) & cells) != 0 ||
           sees_neighbours(recipe);
}

bool td_recipe_is_solid(const TdRecipe *recipe)
{
    return recipe->draw == TD_DRAW_VOLUME || (td_recipe_inputs(recipe) & bit(TD_INPUT_Z)) != 0;
}

uint32_t td_recipe_varying(const TdRecipe *recipe)
{
    uint32_t varying = bit(TD_INPUT_X) | bit(TD_INPUT_Y) | bit(TD_INPUT_R) | bit(TD_INPUT_X2) |
                       bit(TD_INPUT_Y2) | bits(TD_INPUT_N1, TD_INPUT_N8) |
                       bits(TD_INPUT_RED, TD_INPUT_BLUE);
    if (recipe->draw == TD_DRAW_VOLUME)
        varying |= bit(TD_INPUT_Z);
    return td_recipe_inputs(recipe) & varying;
}
