/* Draws a picture into memory: 64 x 64 pixels, 8 bits, three bytes a pixel.
 *
 *     cc memory.c $(pkg-config --cflags --libs tiedye) -o memory && ./memory */
#include <stdio.h>
#include <stdlib.h>

#include <tiedye/render.h>
#include <tiedye/sheet.h>

/* Sources and keys, as on the command line: a preset first, then what differs. */
static TdStatus choose(TdRecipe *recipe, TdError *err)
{
    TdStatus status = td_source_read(recipe, "@silk", err);
    if (status == TD_OK)
        status = td_recipe_set(recipe, "seed", "7", err);
    if (status == TD_OK)
        status = td_recipe_set(recipe, "size", "64x64", err);
    return status;
}

/* NULL for the TdRun: all cores, the best instruction set. The bits are the same anyway. */
static TdStatus draw(TdPicture *picture, TdError *err)
{
    const TdRaster *raster = td_picture_raster(picture);
    unsigned char *pixels = malloc((size_t)td_raster_row_bytes(raster) * raster->height);
    if (pixels == NULL)
        return TD_ERROR_MEMORY;
    TdStatus status = td_picture_rows(picture, 0, raster->height, pixels, NULL, err);
    if (status == TD_OK) {
        const unsigned char *middle =
            pixels + (raster->height / 2 * raster->width + raster->width / 2) * 3;
        printf("%u x %u pixels, #%02x%02x%02x in the middle\n", (unsigned)raster->width,
               (unsigned)raster->height, middle[0], middle[1], middle[2]);
    }
    free(pixels);
    return status;
}

int main(void)
{
    TdError err = {0};
    TdPicture *picture = NULL;
    TdRecipe *recipe = td_recipe_create();
    if (recipe == NULL)
        return 1;
    TdStatus status = choose(recipe, &err);
    if (status == TD_OK)
        status = td_picture_create(recipe, TD_SAMPLES_COLOUR, NULL, &picture, &err);
    if (status == TD_OK)
        status = draw(picture, &err);
    td_picture_free(picture); /* takes NULL, as every td_..._free */
    td_recipe_free(recipe);
    if (status != TD_OK)
        fprintf(stderr, "memory: %s\n", err.message);
    return status == TD_OK ? 0 : 1;
}
