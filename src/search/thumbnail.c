#include "search/thumbnail.h"

#include "base/error.h"
#include "base/memory.h"
#include "render/renderer.h"
#include "tiedye/sheet.h"

enum { SIDE = TD_LOOK_SIDE, PIXELS = TDI_THUMBNAIL_PIXELS };

static TdStatus check_picture(const TdRecipe *recipe, TdError *err)
{
    if (recipe->field[0] != '\0')
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "field: a gallery is of networks, and this is the field of a file; "
                        "choose another source");
    if (recipe->path_count > 0 && recipe->frame == 0)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "path: a gallery is of pictures, and this is a film; draw one of its "
                        "frames first, and take that");
    if (recipe->draw != TD_DRAW_PICTURE || recipe->size.depth > 0)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "draw: a gallery is of single pictures of the plane; choose the recipe "
                        "of one");
    return TD_OK;
}

/* The middle square of the view, in few pixels. */
static void shrink(TdRecipe *recipe)
{
    TdSize size = td_recipe_size(recipe);
    if (size.width < size.height)
        recipe->extent = recipe->extent * size.width / size.height;
    recipe->size = (TdSize){.width = SIDE, .height = SIDE};
    recipe->antialias = 1;
    recipe->bits = 8;
    recipe->dither = false;
}

/* All outputs of all pixels, side by side. */
static TdStatus evaluate(const TdRecipe *recipe, const TdRun *run, float *field, TdError *err)
{
    TdiRenderer renderer;
    TdStatus status = tdi_renderer_init(&renderer, recipe, TD_SAMPLES_FIELD, NULL, run, err);
    if (status != TD_OK)
        return status;
    TdiTiling tiling = tdi_tiling(SIDE, 0, SIDE, TDI_TILE_PIXELS);
    size_t bytes = tdi_renderer_scratch(&renderer);
    size_t row_bytes = (size_t)td_raster_row_bytes(&renderer.raster);
    TdiWorker worker = {.scratch = tdi_alloc(bytes, 1), .run = run};
    if (worker.scratch == NULL)
        status = tdi_fail_memory(err, bytes);
    if (status == TD_OK && renderer.convnet != NULL)
        status = tdi_raster_prepare(&renderer, (TdiTile){0, 0, SIDE, SIDE}, run, err);
    for (size_t i = 0; i < tiling.tiles && status == TD_OK; i++) {
        TdiTile tile = tdi_tiling_tile(&tiling, i);
        tdi_renderer_tile(&renderer, tile, &worker, (char *)field + tile.y * row_bytes,
                          row_bytes);
        status = tdi_check_cancel(run, err);
    }
    tdi_free(worker.scratch);
    tdi_renderer_clear(&renderer);
    return status;
}

/* Rows of pixels, each with room for what a palette spares. */
static void paint(const TdiColour *colour, const float *field, uint32_t outputs, float *scratch,
                  unsigned char *rows)
{
    enum { BLOCK = 8 * SIDE };
    float *spare = scratch + (size_t)3 * BLOCK;
    TdiTile all = {0, 0, SIDE, SIDE};
    for (uint32_t first = 0; first < PIXELS; first += BLOCK) {
        for (uint32_t c = 0; c < outputs && c < 3; c++)
            for (uint32_t i = 0; i < BLOCK; i++)
                scratch[c * BLOCK + i] = field[(size_t)(first + i) * outputs + c];
        float *painted = tdi_colour_apply(colour, scratch, BLOCK, BLOCK, spare);
        tdi_colour_store(colour, all, first, BLOCK, painted, BLOCK, 1, rows,
                         (size_t)SIDE * colour->channels);
    }
}

static TdStatus colour_field(const TdRecipe *recipe, const TdRun *run, const float *field,
                             unsigned char *rows, uint32_t *channels, TdError *err)
{
    uint32_t outputs = td_recipe_channels(recipe);
    TdiColour colour;
    TdStatus status =
        tdi_colour_init(&colour, recipe, outputs, td_kernels(run->cpu, run->fast), err);
    if (status != TD_OK)
        return status;
    size_t floats = (size_t)(3 + tdi_colour_spare_rows(&colour)) * 8 * SIDE;
    float *scratch = tdi_alloc(floats, sizeof *scratch);
    if (scratch != NULL) {
        tdi_colour_set_tone(&colour, recipe, field, PIXELS, outputs);
        paint(&colour, field, outputs, scratch, rows);
        *channels = colour.channels;
    } else {
        status = tdi_fail_memory(err, floats * sizeof *scratch);
    }
    tdi_free(scratch);
    tdi_colour_clear(&colour);
    return status;
}

static TdStatus draw(const TdRecipe *recipe, const TdRun *run, unsigned char *rows,
                     uint32_t *channels, TdError *err)
{
    TdRaster raster;
    TdStatus status = tdi_renderer_raster(recipe, TD_SAMPLES_COLOUR, &raster, err);
    if (status != TD_OK)
        return status;
    uint64_t floats = (uint64_t)PIXELS * td_recipe_channels(recipe);
    float *field = tdi_alloc(floats, sizeof *field);
    if (field == NULL)
        return tdi_fail_memory(err, floats * sizeof *field);
    status = evaluate(recipe, run, field, err);
    if (status == TD_OK)
        status = colour_field(recipe, run, field, rows, channels, err);
    tdi_free(field);
    return status;
}

TdStatus tdi_thumbnail_draw(const TdRecipe *recipe, const TdRun *run,
                            unsigned char rows[3 * TDI_THUMBNAIL_PIXELS], uint32_t *channels,
                            TdError *err)
{
    TdStatus status = check_picture(recipe, err);
    if (status != TD_OK)
        return status;
    TdRecipe *small = td_recipe_copy(recipe);
    if (small == NULL)
        return tdi_fail_memory(err, sizeof *small);
    status = td_recipe_take_frame(small, err);
    if (status == TD_OK)
        status = td_image_attach(small, run, err);
    if (status == TD_OK) {
        shrink(small);
        status = draw(small, run, rows, channels, err);
    }
    td_recipe_free(small);
    return status;
}
