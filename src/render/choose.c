/* Which engine `auto` takes: the one that needs fewer operations, as far as sixteen tiles in
 * two sizes tell. A function of the recipe alone. */
#include "render/renderer.h"
#include "tiedye/render.h"

enum {
    LANES = TD_PATCH_LANES,
    SAMPLES_LEAST = 8192, /* smaller pictures are done before it pays to look */
    /* Operations, multiply-adds as a rule; measured, and rounded. */
    PER_ACTIVATION = 14,  /* of a neuron's output */
    PER_SURVEY = 12,      /* of a neuron's pre-activation at a node */
    PER_PATCH_SAMPLE = 55 /* of a pixel that is drawn from a patch */
};

/* Tiles of one size, spread over the picture. */
typedef struct Probe {
    const TdiRenderer *renderer;
    const TdiLevel *level;
    TdiSquare *squares; /* (LANES) */
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
    (void)job;
    tdi_spectral_try(probe->renderer, probe->level, probe->squares, LANES, NULL, NULL, worker);
}

/* The share of a level's tiles that are found good. */
static TdStatus try_level(const TdiRenderer *renderer, const TdiLevel *level, const TdRun *run,
                          double *share, TdError *err)
{
    TdiSquare squares[LANES];
    TdRun plain = *run; /* what is looked at is not drawn */
    Probe probe = {renderer, level, squares};
    TdiJobs jobs = {.count = 1,
                    .scratch_bytes = tdi_spectral_scratch(renderer),
                    .work = work_probe,
                    .user = &probe};
    int found = 0;
    plain.report = NULL;
    place_squares(&renderer->raster, level, squares);
    TdStatus status = tdi_run_jobs(&jobs, &plain, err);
    for (int i = 0; i < LANES && status == TD_OK; i++)
        found += squares[i].verdict != TDI_VERDICT_SPLIT;
    if (run->report != NULL)
        run->report->evaluations += LANES * TD_PATCH_NODES;
    *share = (double)found / LANES;
    return status;
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

double tdi_node_operations(const TdPlan *plan)
{
    double neurons, dense = count_operations(plan, &neurons);
    return dense + PER_SURVEY * neurons;
}

/* Operations a sample of both engines, where `small` of the smallest tiles and `large` of those
 * four times as wide are found good. */
static bool is_less(const TdiRenderer *renderer, double small, double large)
{
    double neurons, samples = (double)(renderer->view.grid * renderer->view.grid);
    double dense = count_operations(renderer->plan, &neurons);
    double node = tdi_node_operations(renderer->plan);
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
    double small, large;
    int last = spectral->levels - 1;
    TdStatus status = try_level(renderer, &spectral->level[last], run, &small, err);
    if (status != TD_OK)
        return status;
    bool at_worst = is_less(renderer, small, 0), at_best = is_less(renderer, small, 1);
    if (at_worst == at_best || last < 2) {
        *pays = at_worst;
        return TD_OK;
    }
    status = try_level(renderer, &spectral->level[last - 2], run, &large, err);
    *pays = status == TD_OK && is_less(renderer, small, large);
    return status;
}
