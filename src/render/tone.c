/* Tone: which line takes an output to [0, 1]. */
#include <float.h>
#include <math.h>

#include "base/error.h"
#include "base/jobs.h"
#include "base/memory.h"
#include "render/renderer.h"

enum { SIDE = 128, SAMPLE_TILE = 512 }; /* small tiles: every thread gets some */

/* u = v scale + offset takes low..high to [0, 1]; a channel without a range becomes 0.5. */
static void set_range(TdiRenderer *renderer, uint32_t c, double low, double high)
{
    bool range = high > low && 1 / (high - low) <= FLT_MAX;
    renderer->scale[c] = range ? (float)(1 / (high - low)) : 0;
    renderer->offset[c] = range ? (float)(-low / (high - low)) : 0.5f;
}

/* A dense sample of the view, drawn as a field of SIDE x SIDE pixels. */
typedef struct Sample {
    TdiRenderer renderer; /* shares its plan with the picture's */
    TdiTiling tiling;
    float *field;
} Sample;

static void draw_tile(const void *user, size_t job, const TdiWorker *worker)
{
    const Sample *sample = user;
    TdiTile tile = tdi_tiling_tile(&sample->tiling, job);
    size_t row_bytes = td_raster_row_bytes(&sample->renderer.raster);
    char *out = (char *)sample->field + tile.y * row_bytes +
                (size_t)tile.x * sample->renderer.outputs * sizeof(float);
    tdi_renderer_tile(&sample->renderer, tile, worker, out, row_bytes);
}

/* Least and greatest finite value of channel c. Order does not matter, so threads do not. */
static void find_range(const Sample *sample, uint32_t c, double *low, double *high)
{
    uint32_t outputs = sample->renderer.outputs;
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = c; i < (size_t)SIDE * SIDE * outputs; i += outputs) {
        double value = sample->field[i];
        if (!isfinite(value))
            continue;
        *low = value < *low ? value : *low;
        *high = value > *high ? value : *high;
    }
}

static TdStatus rescale(TdiRenderer *renderer, const TdRecipe *recipe, const TdRun *run,
                        TdError *err)
{
    Sample sample = {.renderer = *renderer, .tiling = tdi_tiling(SIDE, 0, SIDE, SAMPLE_TILE)};
    uint32_t outputs = renderer->outputs;
    sample.renderer.raster = (TdRaster){SIDE, SIDE, outputs, TD_SAMPLE_F32, 0};
    sample.renderer.view = tdi_view(recipe, SIDE, SIDE, 1);
    /* The sample has the shape of the view, not of a square. */
    sample.renderer.view.step_x =
        renderer->view.step_x * (double)(renderer->view.width * renderer->view.grid) / SIDE;
    size_t floats = (size_t)SIDE * SIDE * outputs;
    sample.field = tdi_alloc(floats, sizeof(float));
    if (sample.field == NULL)
        return tdi_fail_memory(err, floats * sizeof(float));
    TdiJobs jobs = {.count = sample.tiling.tiles,
                    .scratch_bytes = tdi_renderer_scratch(renderer),
                    .work = draw_tile,
                    .user = &sample};
    TdStatus status = tdi_run_jobs(&jobs, run, err);
    for (uint32_t c = 0; c < outputs && status == TD_OK; c++) {
        double low, high;
        find_range(&sample, c, &low, &high);
        set_range(renderer, c, low, high);
    }
    tdi_free(sample.field);
    return status;
}

TdStatus tdi_tone_init(TdiRenderer *renderer, const TdRecipe *recipe, const TdRun *run,
                       TdError *err)
{
    TdActivation act = td_recipe_layer(recipe, td_recipe_depth(recipe) - 1).act;
    const TdActivationInfo *info = td_activation_info(act);
    bool bounded = info->high > info->low;
    if (recipe->tone == TD_TONE_RESCALE)
        return rescale(renderer, recipe, run, err);
    for (uint32_t c = 0; c < renderer->outputs; c++) {
        if (recipe->tone == TD_TONE_AFFINE)
            set_range(renderer, c, bounded ? info->low : -1, bounded ? info->high : 1);
        else
            set_range(renderer, c, 0, 1);
    }
    return TD_OK;
}
