#include "recipe/image.h"

#include <string.h>

#include "base/memory.h"

const TdImage *tdi_image_create(uint32_t width, uint32_t height, float *values,
                                const char sha256[TD_HASH])
{
    TdImage *image = tdi_alloc(1, sizeof *image);
    if (image == NULL) {
        tdi_free(values);
        return NULL;
    }
    *image = (TdImage){.holders = 1, .width = width, .height = height, .values = values};
    memcpy(image->sha256, sha256, TD_HASH);
    return image;
}

const TdImage *tdi_image_hold(const TdImage *image)
{
    if (image != NULL)
        __atomic_fetch_add(&((TdImage *)image)->holders, 1, __ATOMIC_RELAXED);
    return image;
}

void tdi_image_drop(const TdImage *image)
{
    if (image == NULL ||
        __atomic_fetch_sub(&((TdImage *)image)->holders, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    tdi_free((float *)image->values);
    tdi_free((TdImage *)image);
}
