/* A dense sample of the view, for the tones that look at it; of a film, of some of its frames.
 */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "render/renderer.h"

enum { SIDE = TDI_TONE_SIDE, SAMPLE_TILE = 512 }; /* small tiles: every thread gets some */

/* Drawn as a field of SIDE x SIDE pixels. */
typedef struct Sample {
    TdiRenderer renderer; /* shares its plan with the picture's */
    TdiTiling tiling;
    float *field;
} Sample;

static void draw_tile(const void *user, size_t job, const TdiWorker *worker)
{
    const Sample *sample = user;
    TdiTile tile = tdi_tiling_tile(&sample->tiling, job);
    size_t row_bytes = (size_t)td_raster_row_bytes(&sample->renderer.raster);
    char *out = (char *)sample->field + tile.y * row_bytes +
                (size_t)tile.x * sample->renderer.outputs * sizeof(float);
    tdi_renderer_tile(&sample->renderer, tile, worker, out, row_bytes);
}

static TdStatus draw_rows(const Sample *sample, const TdRun *run, TdError *err)
{
    TdiJobs jobs = {.count = sample->tiling.tiles,
                    .scratch_bytes = tdi_renderer_scratch(&sample->renderer),
                    .work = draw_tile,
                    .user = sample};
    return tdi_run_jobs(&jobs, run, err);
}

/* What tiles lie on is evaluated for all of them, or where that takes too much, for each row of
 * tiles. */
static TdStatus draw_on_raster(Sample *sample, const TdRun *run, TdError *err)
{
    enum { ROWS = SAMPLE_TILE / SIDE };
    const TdiMaps *found = &sample->renderer.maps;
    TdStatus status = TD_OK;
    sample->renderer.maps.borrowed = found->values != NULL;
    sample->renderer.flat = (TdiMaps){0};
    for (uint32_t y = 0; y < SIDE && status == TD_OK; y += ROWS) {
        TdiTile tile = {0, y, SIDE, ROWS};
        sample->tiling = tdi_tiling(SIDE, y, ROWS, SAMPLE_TILE);
        status = tdi_raster_prepare(&sample->renderer, tile, run, err);
        if (status == TD_OK)
            status = draw_rows(sample, run, err);
    }
    tdi_maps_clear(&sample->renderer.maps);
    tdi_maps_clear(&sample->renderer.flat);
    return status;
}

TdStatus tdi_renderer_sample(const TdiRenderer *renderer, const TdRecipe *recipe,
                             const TdRun *run, float **field, TdError *err)
{
    Sample sample = {.renderer = *renderer, .tiling = tdi_tiling(SIDE, 0, SIDE, SAMPLE_TILE)};
    uint32_t outputs = renderer->outputs;
    sample.renderer.raster =
        (TdRaster){.width = SIDE, .height = SIDE, .channels = outputs, .type = TD_SAMPLE_F32};
    sample.renderer.view = tdi_view(recipe, SIDE, SIDE, 1);
    /* The sample has the shape of the view, not of a square. */
    sample.renderer.view.step_x =
        renderer->view.step_x * (double)(renderer->view.width * renderer->view.grid) / SIDE;
    size_t floats = (size_t)SIDE * SIDE * outputs;
    sample.field = tdi_alloc(floats, sizeof(float));
    *field = NULL;
    if (sample.field == NULL)
        return tdi_fail_memory(err, floats * sizeof(float));
    TdStatus status = renderer->convnet != NULL ? draw_on_raster(&sample, run, err)
                                                : draw_rows(&sample, run, err);
    if (status == TD_OK)
        *field = sample.field;
    else
        tdi_free(sample.field);
    return status;
}

/* The sample of a recipe alone. */
static TdStatus look(const TdRecipe *recipe, const TdRun *run, float **field, TdError *err)
{
    TdiRenderer renderer = {.outputs = td_recipe_channels(recipe)};
    TdStatus status = tdi_renderer_raster(recipe, TD_SAMPLES_COLOUR, &renderer.raster, err);
    if (status == TD_OK)
        status = tdi_renderer_network(&renderer, recipe, NULL, run, err);
    if (status != TD_OK)
        return status;
    renderer.view = tdi_view(recipe, renderer.raster.width, renderer.raster.height, 1);
    status = tdi_renderer_sample(&renderer, recipe, run, field, err);
    tdi_renderer_clear(&renderer);
    return status;
}

TdStatus tdi_renderer_look(const TdRecipe *recipe, const TdRun *run, float **sample,
                           size_t *points, TdError *err)
{
    return tdi_look_at_film(recipe, look, td_recipe_channels(recipe), run, sample, points, err);
}

uint32_t tdi_look_count(const TdRecipe *recipe)
{
    return recipe->frames < TDI_LOOK_FRAMES ? recipe->frames : TDI_LOOK_FRAMES;
}

TdStatus tdi_look_still(const TdRecipe *recipe, uint32_t i, TdRecipe **still, TdError *err)
{
    uint32_t count = tdi_look_count(recipe);
    uint32_t gaps = recipe->loop ? count : count > 1 ? count - 1 : 1;
    uint32_t span = recipe->loop ? recipe->frames : recipe->frames - 1;
    return td_recipe_still(recipe, (uint32_t)((uint64_t)span * i / gaps), still, err);
}

static TdStatus look_at_frame(const TdRecipe *recipe, TdiLook *look_at, uint32_t i,
                              const TdRun *run, float **sample, TdError *err)
{
    TdRecipe *still;
    TdStatus status = tdi_look_still(recipe, i, &still, err);
    if (status != TD_OK)
        return status;
    status = look_at(still, run, sample, err);
    td_recipe_free(still);
    return status;
}

TdStatus tdi_look_at_film(const TdRecipe *recipe, TdiLook *look_at, uint32_t outputs,
                          const TdRun *run, float **sample, size_t *points, TdError *err)
{
    const size_t each = (size_t)SIDE * SIDE, bytes = each * outputs * sizeof(float);
    uint32_t count = tdi_look_count(recipe);
    *sample = NULL;
    *points = each;
    if (recipe->path_count == 0)
        return look_at(recipe, run, sample, err);
    char *all = tdi_alloc(count, bytes);
    TdStatus status = all != NULL ? TD_OK : tdi_fail_memory(err, count * bytes);
    for (uint32_t i = 0; i < count && status == TD_OK; i++) {
        float *one;
        status = look_at_frame(recipe, look_at, i, run, &one, err);
        if (status != TD_OK)
            break;
        memcpy(all + i * bytes, one, bytes);
        tdi_free(one);
    }
    if (status != TD_OK) {
        tdi_free(all);
        return status;
    }
    *sample = (float *)(void *)all;
    *points = count * each;
    return TD_OK;
}
