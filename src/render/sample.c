/* A dense sample of the view, for the tones that look at it. */
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
    TdiJobs jobs = {.count = sample.tiling.tiles,
                    .scratch_bytes = tdi_renderer_scratch(&sample.renderer),
                    .work = draw_tile,
                    .user = &sample};
    TdStatus status = tdi_run_jobs(&jobs, run, err);
    if (status == TD_OK)
        *field = sample.field;
    else
        tdi_free(sample.field);
    return status;
}
