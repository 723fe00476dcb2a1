/* The picture that a recipe's network is fed. */
#include "output/image.h"

#include <string.h>

#include "base/error.h"
#include "recipe/image.h"
#include "tiedye/sheet.h"

TdStatus td_image_attach(TdRecipe *recipe, const TdRun *run, TdError *err)
{
#ifdef TDI_HAVE_FILES
    TdiImage image;
    TdError inner = {0};
    TdRun resolved = td_run_resolved(run);
    if (recipe->image[0] == '\0' || recipe->pixels != NULL)
        return TD_OK;
    TdStatus status = tdi_image_read(recipe->image, &resolved, &image, &inner);
    if (status != TD_OK)
        return tdi_fail(err, status, "image: %s", inner.message);
    if (recipe->image_sha256[0] != '\0' && strcmp(recipe->image_sha256, image.sha256) != 0) {
        status = tdi_fail(err, TD_ERROR_FORMAT,
                          "image: %.200s is not the file that the picture was made from "
                          "(SHA-256 %.12s..., not %.12s...)",
                          recipe->image, image.sha256, recipe->image_sha256);
        tdi_image_clear(&image);
        return status;
    }
    memcpy(recipe->image_sha256, image.sha256, TD_HASH);
    recipe->pixels =
        tdi_image_create(image.width, image.height, image.values, recipe->image_sha256);
    return recipe->pixels != NULL
               ? TD_OK
               : tdi_fail_memory(err, (uint64_t)image.width * image.height * 12);
#else
    (void)run;
    return recipe->image[0] == '\0'
               ? TD_OK
               : tdi_fail(err, TD_ERROR_UNSUPPORTED, "image: this build reads no files");
#endif
}
