/* Recipes of any bytes: reading never goes wrong, and what was read prints as something that
 * reads back to the same print. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tiedye/recipe.h"

static void check_round_trip(const TdRecipe *recipe, TdRecipeForm form)
{
    char *first = td_recipe_print(recipe, form);
    TdRecipe *again = td_recipe_create();
    TdError err;
    if (td_recipe_parse(again, first, &err) != TD_OK)
        abort();
    char *second = td_recipe_print(again, form);
    if (strcmp(first, second) != 0)
        abort();
    td_text_free(first);
    td_text_free(second);
    td_recipe_free(again);
}

/* Frames of a film are recipes, too; that of a loop's end is its first. */
static void check_frames(const TdRecipe *film)
{
    const uint32_t frames[] = {0, film->frames / 2, film->frames - 1};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        TdRecipe *still;
        TdError err;
        if (td_recipe_still(film, frames[i], &still, &err) != TD_OK)
            abort();
        check_round_trip(still, TD_FORM_TEXT);
        td_recipe_free(still);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = tdi_alloc(size + 1, 1);
    TdRecipe *recipe = td_recipe_create();
    TdError err = {0};
    memcpy(text, data, size);
    if (td_recipe_parse(recipe, text, &err) == TD_OK) {
        check_round_trip(recipe, TD_FORM_TEXT);
        check_round_trip(recipe, TD_FORM_LINK);
        check_frames(recipe);
    } else if (err.message[0] == '\0' || strchr(err.message, '\n') != NULL) {
        abort();
    }
    td_recipe_free(recipe);
    tdi_free(text);
    return 0;
}
