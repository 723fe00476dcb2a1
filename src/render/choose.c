/* Which engine `auto` takes: the one that needs fewer operations, as far as sixteen tiles in
 * two sizes tell. A function of the recipe alone. */
#include "render/renderer.h"

enum {
    LANES = TD_PATCH_LANES,
    SAMPLES_LEAST = 8192, /* smaller pictures are done before it pays to look */
    /* Operations, multiply-adds as a rule; measured, and rounded. */
    PER_ACTIVATION = 12,  /* of a neuron's output */
    PER_SURVEY = 64,      /* of a neuron's pre-activation at a node */
    PER_PATCH_SAMPLE = 45 /* of a pixel that is drawn from a patch */
};

/* Tiles of one size, spread over the picture. */
typedef struct Probe {
    const TdiRenderer *renderer;
    const TdiLevel *level[2]; /* the smallest, and one four times as wide */
    TdiSquare squares[2][LANES];
} Probe;

/* Points of the plane that fill it evenly: multiples of two irrational numbers (Roberts's R2
 * sequence), modulo 1. */
static void place_squares(const TdRaster *raster, const TdiLevel *level, TdiSquare *squares)
{
    for (int i = 0; i < LANES; i++) {
        double x = 0.5 + i * 0.7548776662466927, y = 0.5 + i * 0.5698402909980532;
        uint32_t column = (uint32_t)((x - (int)x) * raster->width);
        uint32_t row = (uint32_t)((y - (int)y) * raster->height);
        squares[i] = (TdiSquare){.x = column / level->side * level->side,
                                 .y = row / level->side * level->side};
    }
}

static void work_probe(const void *user, size_t job, const TdiWorker *worker)
{
    const Probe *probe = user;
    TdiSquare *squares = (TdiSquare *)(uintptr_t)probe->squares[job]; /* each job its own */
    tdi_spectral_try(probe->renderer, probe->level[job], squares, LANES, NULL, worker);
}

static double share_found(const TdiSquare *squares)
{
    int found = 0;
    for (int i = 0; i < LANES; i++)
        found += squares[i].verdict != TDI_VERDICT_SPLIT;
    return (double)found / LANES;
}

/* Multiply-adds of one evaluation, and neurons. */
static double count_operations(const TdPlan *plan, double *neurons)
{
    double in = 2, operations = 0;
    *neurons = 0;
    for (uint32_t i = 0; i < td_plan_depth(plan); i++) {
        double out = td_plan_width(plan, i);
        operations += in * out + PER_ACTIVATION * out;
        *neurons += out;
        in = out;
    }
    return operations;
}

/* Operations a sample of both engines, where `small` of the smallest tiles and `large` of those
 * four times as wide are found good. */
static bool is_less(const TdiRenderer *renderer, double small, double large)
{
    double neurons, samples = (double)(renderer->view.grid * renderer->view.grid);
    double dense = count_operations(renderer->plan, &neurons);
    double node = dense + PER_SURVEY * neurons;
    double side = renderer->spectral.level[renderer->spectral.levels - 1].side;
    double small_nodes = TD_PATCH_NODES / (side * side * samples);
    double nodes = small_nodes / 16 + (1 - large) * (small_nodes / 4 + small_nodes);
    return nodes * node + (1 - small) * dense + PER_PATCH_SAMPLE / samples < dense;
}

static bool has_steps(const TdPlan *plan)
{
    for (uint32_t i = 0; i < td_plan_depth(plan); i++)
        if (td_activation_info(td_plan_activation(plan, i))->smoothness == TD_STEPPED)
            return true;
    return false;
}

TdStatus tdi_spectral_choose(const TdiRenderer *renderer, const TdRun *run, bool *pays,
                             TdError *err)
{
    const TdiSpectral *spectral = &renderer->spectral;
    const TdRaster *raster = &renderer->raster;
    uint64_t samples = (uint64_t)raster->width * raster->height *
                       (uint64_t)(renderer->view.grid * renderer->view.grid);
    *pays = false;
    if (samples < SAMPLES_LEAST || has_steps(renderer->plan))
        return TD_OK;
    int last = spectral->levels - 1;
    Probe probe = {
        .renderer = renderer,
        .level = {&spectral->level[last], &spectral->level[last > 2 ? last - 2 : 0]}};
    TdiJobs jobs = {.count = last >= 2 ? 2 : 1,
                    .scratch_bytes = tdi_spectral_scratch(renderer),
                    .work = work_probe,
                    .user = &probe};
    place_squares(raster, probe.level[0], probe.squares[0]);
    place_squares(raster, probe.level[1], probe.squares[1]);
    TdStatus status = tdi_run_jobs(&jobs, run, err);
    *pays = is_less(renderer, share_found(probe.squares[0]), share_found(probe.squares[1]));
    return status;
}
