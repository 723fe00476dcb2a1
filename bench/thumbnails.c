#include "thumbnails.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiedye/search.h>

#include "peak.h"

bool time_thumbnails(int threads, char *const words[3])
{
    TdRun run = {.threads = threads};
    TdError err = {.message = "out of memory"};
    TdRecipe *recipe = td_recipe_create();
    TdGallery *gallery = NULL;
    TdGalleryPlan plan = {.recipe = recipe,
                          .random = strcmp(words[2], "random") == 0,
                          .among = (uint32_t)strtoul(words[0], NULL, 10)};
    plan.keep = plan.among < 32 ? plan.among : 32;
    if (recipe != NULL)
        recipe->seed = strtoull(words[1], NULL, 10);
    double begin = now();
    bool good = recipe != NULL && td_gallery_find(&plan, &run, &gallery, &err) == TD_OK;
    if (good)
        printf("%.9g\n", plan.among / (now() - begin));
    else
        fprintf(stderr, "thumbnails: %s\n", err.message);
    td_gallery_free(gallery);
    td_recipe_free(recipe);
    return good;
}
