#include "volume/solid.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/whole.h"
#include "kernels/find.h"
#include "render/chebyshev.h"

enum {
    ORDER = TD_PATCH_ORDER,
    SLICE = TD_PATCH_NODES,
    NODES = TDI_CUBE_NODES,
    LANES = TD_PATCH_LANES,
    INPUTS = 4,          /* that vary, at most */
    RASTER_POINTS = 256, /* between cells at a time */
    BATCH = (NODES * LANES + TD_POINT_GRAIN - 1) / TD_POINT_GRAIN * TD_POINT_GRAIN,
    SCRATCH_MOST = 160 << 20 /* bytes a worker: wider networks are dense */
};

/* ---- The network and its colours --------------------------------------------------------- */

/* Points across the box that tones look at: TDI_TONE_SIDE squared in all. */
enum {
    LOOK_ACROSS = 32,
    LOOK_DEEP = TDI_TONE_SIDE * TDI_TONE_SIDE / LOOK_ACROSS / LOOK_ACROSS
};

static double middle(size_t i, size_t count)
{
    return (2.0 * (double)i + 1) / (double)count - 1;
}

static TdiPlaceOfSample look_place(size_t i)
{
    return (TdiPlaceOfSample){middle(i % LOOK_ACROSS, LOOK_ACROSS),
                              middle(i / LOOK_ACROSS % LOOK_ACROSS, LOOK_ACROSS),
                              middle(i / LOOK_ACROSS / LOOK_ACROSS, LOOK_DEEP)};
}

typedef struct Look {
    const TdiSolid *solid;
    float *field; /* (points, outputs) */
} Look;

enum { LOOK_POINTS = LOOK_ACROSS * LOOK_ACROSS };

static size_t look_scratch(const TdiSolid *solid)
{
    return tdi_solid_point_scratch(solid) + solid->outputs * LOOK_POINTS * sizeof(float);
}

static void look_slice(const void *user, size_t slice, const TdiWorker *worker)
{
    const Look *look = user;
    TdiPlaceOfSample places[LOOK_POINTS];
    float *rows =
        (float *)(void *)((char *)worker->scratch + tdi_solid_point_scratch(look->solid));
    uint32_t outputs = look->solid->outputs;
    for (size_t i = 0; i < LOOK_POINTS; i++)
        places[i] = look_place(slice * LOOK_POINTS + i);
    tdi_solid_evaluate(look->solid, places, LOOK_POINTS, rows, LOOK_POINTS, worker->scratch,
                       worker->run);
    for (size_t i = 0; i < LOOK_POINTS; i++)
        for (uint32_t c = 0; c < outputs; c++)
            look->field[(slice * LOOK_POINTS + i) * outputs + c] = rows[c * LOOK_POINTS + i];
}

/* The box itself as a frame. */
static TdiFrame box_frame(const TdRecipe *recipe)
{
    return (TdiFrame){
        .origin = {recipe->center[0], recipe->center[1], recipe->constants[TD_INPUT_Z]},
        .right = {recipe->extent, 0, 0},
        .up = {0, recipe->extent, 0},
        .forward = {0, 0, recipe->extent}};
}

static TdStatus look_at_box(TdiSolid *solid, const TdRecipe *recipe, const TdRun *run,
                            float **field, TdError *err)
{
    size_t floats = (size_t)TDI_TONE_SIDE * TDI_TONE_SIDE * solid->outputs;
    Look look = {solid, tdi_alloc(floats, sizeof(float))};
    if (look.field == NULL)
        return tdi_fail_memory(err, floats * sizeof(float));
    solid->frame = box_frame(recipe);
    TdiJobs jobs = {.count = LOOK_DEEP,
                    .scratch_bytes = look_scratch(solid),
                    .work = look_slice,
                    .user = &look};
    TdStatus status = tdi_run_jobs(&jobs, run, err);
    if (status == TD_OK)
        *field = look.field;
    else
        tdi_free(look.field);
    return status;
}

/* The box of a picture, and of a grid, whose sides are as those of its size. What is asked for
 * may lie a quarter of a spacing outside. */
TdiRegion tdi_solid_region(const TdRecipe *recipe)
{
    enum { SPACINGS = 128 };
    TdiRegion span;
    const TdSize *size = &recipe->size;
    const double center[3] = {recipe->center[0], recipe->center[1],
                              recipe->constants[TD_INPUT_Z]};
    const double sides[3] = {size->width, size->height, size->depth};
    double margin = 2 * recipe->extent / (size->depth > 0 ? sides[1] : SPACINGS);
    for (int axis = 0; axis < 3; axis++) {
        double half = recipe->extent * (size->depth > 0 ? sides[axis] / sides[1] : 1);
        span.low[axis] = center[axis] - half - margin;
        span.high[axis] = center[axis] + half + margin;
    }
    return span;
}

static TdStatus fill_maps(TdiSolid *solid, const TdRecipe *recipe, const TdiShared *shared,
                          const TdRun *run, TdError *err)
{
    TdBox box;
    TdiRegion span = tdi_solid_region(recipe);
    uint32_t last = td_convnet_depth(solid->convnet);
    TdStatus status = tdi_maps_box(solid->convnet, last, recipe, &span, &box, err);
    if (status == TD_OK && shared != NULL && shared->maps != NULL &&
        tdi_maps_cover(shared->maps, &box)) {
        solid->maps = *shared->maps;
        solid->maps.borrowed = true;
        return TD_OK;
    }
    return status == TD_OK
               ? tdi_maps_fill(&solid->maps, solid->convnet, last, recipe, &box, run, err)
               : status;
}

/* On failure it is the caller's to clear. */
static TdStatus init_network(TdiSolid *solid, const TdRecipe *recipe, const TdiShared *shared,
                             const TdRun *run, TdError *err)
{
    TdStatus status = tdi_kernels_of(run, &solid->kernels, err);
    if (status == TD_OK)
        status = tdi_plan_of(recipe, shared, run, &solid->plan, &solid->convnet, err);
    if (status == TD_OK && solid->convnet != NULL)
        status = fill_maps(solid, recipe, shared, run, err);
    return status;
}

/* The sample of a recipe alone. */
static TdStatus look(const TdRecipe *recipe, const TdRun *run, float **field, TdError *err)
{
    TdiSolid solid = {.outputs = td_recipe_channels(recipe)};
    TdStatus status = init_network(&solid, recipe, NULL, run, err);
    if (status == TD_OK)
        status = look_at_box(&solid, recipe, run, field, err);
    tdi_solid_clear(&solid);
    return status;
}

TdStatus tdi_solid_look(const TdRecipe *recipe, const TdRun *run, float **sample,
                        size_t *points, TdError *err)
{
    return tdi_look_at_film(recipe, look, td_recipe_channels(recipe), run, sample, points, err);
}

static TdStatus init_colour(TdiSolid *solid, const TdRecipe *recipe, const TdiShared *shared,
                            const TdRun *run, TdError *err)
{
    float *own = NULL;
    const float *sample = shared != NULL ? shared->sample : NULL;
    size_t points = shared != NULL ? shared->points : 0;
    TdStatus status =
        tdi_colour_init(&solid->colour, recipe, solid->outputs, solid->kernels, err);
    if (status == TD_OK && tdi_tone_needs_sample(recipe) && sample == NULL) {
        status = tdi_solid_look(recipe, run, &own, &points, err);
        sample = own;
    }
    if (status == TD_OK)
        tdi_colour_set_tone(&solid->colour, recipe, sample, points, solid->outputs);
    tdi_free(own);
    return status;
}

TdStatus tdi_solid_init(TdiSolid *solid, const TdRecipe *recipe, bool field,
                        const TdiShared *shared, const TdRun *run, TdError *err)
{
    *solid = (TdiSolid){.outputs = td_recipe_channels(recipe)};
    TdStatus status = init_network(solid, recipe, shared, run, err);
    if (status == TD_OK && !field)
        status = init_colour(solid, recipe, shared, run, err);
    if (status != TD_OK)
        tdi_solid_clear(solid);
    return status;
}

void tdi_solid_clear(TdiSolid *solid)
{
    td_plan_free(solid->plan);
    td_convnet_free(solid->convnet);
    tdi_maps_clear(&solid->maps);
    tdi_colour_clear(&solid->colour);
    tdi_free(solid->numbers);
    *solid = (TdiSolid){0};
}

/* ---- Points ------------------------------------------------------------------------------ */

static size_t block_bytes(const TdiSolid *solid)
{
    return tdi_round_up(td_plan_scratch(solid->plan), 64);
}

size_t tdi_solid_point_scratch(const TdiSolid *solid)
{
    if (solid->plan == NULL)
        return RASTER_POINTS * (sizeof(TdiSpot) + 3 * sizeof(double));
    return block_bytes(solid);
}

/* Between the cells of a raster. */
static void evaluate_cells(const TdiSolid *solid, const TdiPlaceOfSample *places, size_t count,
                           float *rows, size_t stride, void *scratch, const TdRun *run)
{
    TdiSpot *spots = scratch;
    double(*points)[3] = (double(*)[3])(void *)(spots + RASTER_POINTS);
    for (size_t first = 0; first < count && !tdi_is_cancelled(run); first += RASTER_POINTS) {
        size_t part = count - first < RASTER_POINTS ? count - first : RASTER_POINTS;
        for (size_t i = 0; i < part; i++) {
            const TdiPlaceOfSample *p = &places[first + i];
            tdi_frame_point(&solid->frame, p->u, p->v, p->w, points[i]);
        }
        tdi_maps_spots(&solid->maps, (const double(*)[3])points, part, spots);
        for (uint32_t c = 0; c < solid->outputs; c++)
            tdi_maps_row(&solid->maps, c, spots, part, rows + c * stride + first);
    }
}

static double radius(const double point[3])
{
    return __builtin_sqrt((point[0] * point[0] + point[1] * point[1]) + point[2] * point[2]);
}

/* Inputs of a point, to rows[..][at]. */
static inline void put_inputs(const double point[3], uint32_t inputs, float **rows, size_t at)
{
    for (unsigned i = 0; i < 3; i++)
        if ((inputs & 1u << i) != 0)
            (*rows++)[at] = (float)point[i];
    if ((inputs & 1u << TD_INPUT_R) != 0)
        (*rows)[at] = (float)radius(point);
}

static void find_rows(const TdPlan *plan, void *scratch, float *rows[INPUTS])
{
    float *first = td_plan_input(plan, scratch);
    for (size_t i = 0; i < INPUTS; i++)
        rows[i] = first + i * td_plan_points(plan);
}

void tdi_solid_evaluate(const TdiSolid *solid, const TdiPlaceOfSample *places, size_t count,
                        float *rows, size_t stride, void *scratch, const TdRun *run)
{
    const TdPlan *plan = solid->plan;
    if (plan == NULL) {
        evaluate_cells(solid, places, count, rows, stride, scratch, run);
        return;
    }
    const uint32_t bits = td_plan_inputs(plan);
    size_t most = td_plan_points(plan);
    for (size_t first = 0; first < count && !tdi_is_cancelled(run); first += most) {
        size_t part = count - first < most ? count - first : most;
        size_t points = tdi_round_up(part, TD_POINT_GRAIN);
        float *inputs[INPUTS];
        find_rows(plan, scratch, inputs);
        for (size_t i = 0; i < points; i++) {
            double point[3];
            const TdiPlaceOfSample *p = &places[first + (i < part ? i : part - 1)];
            tdi_frame_point(&solid->frame, p->u, p->v, p->w, point);
            put_inputs(point, bits, inputs, i);
        }
        const float *found = td_plan_evaluate(plan, scratch, points);
        for (uint32_t c = 0; c < solid->outputs; c++)
            memcpy(rows + c * stride + first, found + c * most, part * sizeof *rows);
    }
}

/* ---- Trying blocks ----------------------------------------------------------------------- */

/* What a worker's scratch holds. */
typedef struct Trial {
    const TdiSolid *solid;
    TdiCube *const *cubes;
    size_t count, block_bytes;
    char *blocks;   /* the plan's scratch, block after block */
    float *raw;     /* (NODES, LANES) an output at the nodes */
    float *slices;  /* (NODES, LANES) transformed slice by slice */
    float *all;     /* (NODES, LANES) transformed */
    float *outputs; /* (judged, NODES, LANES) coefficients */
    bool alive[LANES];
} Trial;

size_t tdi_solid_try_scratch(const TdiSolid *solid)
{
    return solid->blocks * block_bytes(solid) +
           (2 + solid->judged) * (size_t)BATCH * sizeof(float);
}

static Trial lay_out(const TdiSolid *solid, void *scratch)
{
    Trial t = {.solid = solid, .block_bytes = block_bytes(solid), .blocks = scratch};
    t.raw = (float *)(void *)(t.blocks + solid->blocks * t.block_bytes);
    t.slices = t.raw + BATCH;
    t.outputs = t.slices + BATCH;
    return t;
}

/* A lane without a block repeats the last one. */
static const TdiCube *cube_of(const Trial *t, size_t lane)
{
    return t->cubes[lane < t->count ? lane : t->count - 1];
}

/* u, v and w of a block's node columns, rows and depths. */
typedef struct Lines {
    double u[ORDER], v[ORDER], w[ORDER];
} Lines;

static void find_lines(const TdiSolid *solid, const TdiCube *cube, Lines *lines)
{
    double side = solid->level[cube->level].side;
    for (int i = 0; i < ORDER; i++) {
        double part = side * solid->place[i];
        lines->u[i] = solid->start[0] + (cube->x + part) * solid->unit[0];
        lines->v[i] = solid->start[1] + (cube->y + part) * solid->unit[1];
        lines->w[i] = solid->start[2] + (cube->z + part) * solid->unit[2];
    }
}

static size_t block_points(const TdiSolid *solid, size_t block)
{
    size_t left = BATCH - block * solid->points;
    return left < solid->points ? left : solid->points;
}

static void put_points(const Trial *t)
{
    const TdiSolid *solid = t->solid;
    const uint32_t bits = td_plan_inputs(solid->plan);
    Lines lines[LANES];
    size_t node = 0;
    for (size_t lane = 0; lane < LANES; lane++)
        find_lines(solid, cube_of(t, lane), &lines[lane]);
    for (size_t block = 0; block < solid->blocks; block++) {
        float *rows[INPUTS];
        find_rows(solid->plan, t->blocks + block * t->block_bytes, rows);
        for (size_t i = 0; i < block_points(solid, block); i += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                double point[3];
                const Lines *l = &lines[lane];
                tdi_frame_point(&solid->frame, l->u[node % ORDER], l->v[node / ORDER % ORDER],
                                l->w[node / SLICE], point);
                put_inputs(point, bits, rows, i + lane);
            }
            node += node + 1 < NODES; /* behind the last one it is repeated */
        }
    }
}

/* All slices of one neuron: those across the depth, and those along it. */
static void survey_neuron(Trial *t, const TdiBend *bend, const float *values)
{
    const TdiSolid *solid = t->solid;
    const TdKernels *kernels = td_plan_kernels(solid->plan);
    _Alignas(64) TdSurvey survey;
    for (size_t slice = 0; slice < 2 * ORDER; slice++) {
        kernels->survey(&solid->nodes, values, solid->at + slice * SLICE, &survey);
        for (size_t lane = 0; lane < t->count; lane++)
            t->alive[lane] = t->alive[lane] && tdi_bend_holds(bend, &survey, (int)lane);
    }
}

static bool any_alive(const Trial *t)
{
    bool any = false;
    for (size_t lane = 0; lane < t->count; lane++)
        any |= t->alive[lane];
    return any;
}

static bool survey_rows(Trial *t, const TdiBend *bend, const float *rows, uint32_t count)
{
    for (uint32_t o = 0; o < count && any_alive(t); o++)
        survey_neuron(t, bend, rows + o * t->solid->points);
    return any_alive(t);
}

/* The network at all nodes, layer by layer; NULL where no block keeps the rule. */
static const float *evaluate(Trial *t, const TdRun *run)
{
    const TdiSolid *solid = t->solid;
    const TdPlan *plan = solid->plan;
    float *rows = NULL;
    put_points(t);
    for (uint32_t layer = 0; layer < td_plan_depth(plan); layer++) {
        bool last = layer + 1 == td_plan_depth(plan);
        for (size_t i = 0; i < solid->blocks; i++) {
            float *found = td_plan_sums(plan, layer, t->blocks + i * t->block_bytes,
                                        block_points(solid, i));
            rows = i == 0 ? found : rows;
            if (tdi_is_cancelled(run))
                return NULL;
        }
        if (!survey_rows(t, &solid->bends[layer], rows,
                         last ? solid->judged : td_plan_width(plan, layer)))
            return NULL;
        for (size_t i = 0; i < solid->blocks; i++)
            td_plan_activate(plan, layer, t->blocks + i * t->block_bytes,
                             block_points(solid, i));
    }
    if (solid->colour.tone == TD_TONE_LOGISTIC &&
        !survey_rows(t, &solid->logistic, rows, solid->judged))
        return NULL;
    return rows;
}

/* Coefficients along the depth, of slices whose own are known. */
static void transform_depth(const TdNodes *nodes, const float *slices, float *to)
{
    enum { ROW = SLICE * LANES };
    for (size_t a = 0; a < ORDER; a++) {
        float *out = to + a * ROW;
        for (size_t i = 0; i < ROW; i++)
            out[i] = nodes->matrix[a][0] * slices[i];
        for (size_t j = 1; j < ORDER; j++) {
            float weight = nodes->matrix[a][j];
            const float *from = slices + j * ROW;
            for (size_t i = 0; i < ROW; i++) {
                float product = weight * from[i];
                out[i] = out[i] + product;
            }
        }
    }
}

/* What an output's polynomial leaves out: along one of three directions, or where coefficients
 * fall fast, along all of them together. */
static float find_tail(const TdiTailSums sums[3], size_t lane, float least)
{
    float worst = 0, sum = 0;
    for (int i = 0; i < 3; i++) {
        float tail = tdi_tail(&sums[i], lane, 1);
        worst = tail > worst || !(tail <= worst) ? tail : worst;
        sum += tdi_tail(&sums[i], lane, least);
    }
    return sum < worst ? sum : worst;
}

/* An output's coefficients, and which blocks it leaves. */
static void judge_output(Trial *t, const float *rows, uint32_t c)
{
    const TdiSolid *solid = t->solid;
    const TdKernels *kernels = td_plan_kernels(solid->plan);
    float *all = t->outputs + c * (size_t)BATCH;
    TdiTailSums sums[3];
    memset(sums, 0, sizeof sums);
    for (size_t k = 0; k < NODES; k++)
        memcpy(t->raw + k * LANES, rows + c * solid->points + solid->at[k],
               LANES * sizeof(float));
    for (size_t slice = 0; slice < ORDER; slice++)
        kernels->transform(&solid->nodes, t->raw + slice * SLICE * LANES,
                           t->slices + slice * SLICE * LANES);
    transform_depth(&solid->nodes, t->slices, all);
    for (size_t k = 0; k < NODES; k++) {
        tdi_tail_add(&sums[0], k % ORDER, all + k * LANES);
        tdi_tail_add(&sums[1], k / ORDER % ORDER, all + k * LANES);
        tdi_tail_add(&sums[2], k / SLICE, all + k * LANES);
    }
    for (size_t lane = 0; lane < t->count; lane++)
        t->alive[lane] =
            t->alive[lane] && find_tail(sums, lane, solid->tail_least) < solid->most[c];
}

/* The radius has a corner where it is 0, which no pre-activation shows. */
static bool holds_corner(const TdiSolid *solid, const TdiCube *cube)
{
    Lines lines;
    double middle[3], edge[3], near = 0, reach = 0;
    if ((td_plan_inputs(solid->plan) & 1u << TD_INPUT_R) == 0)
        return false;
    find_lines(solid, cube, &lines);
    tdi_frame_point(&solid->frame, lines.u[ORDER / 2], lines.v[ORDER / 2], lines.w[ORDER / 2],
                    middle);
    tdi_frame_point(&solid->frame, lines.u[0], lines.v[0], lines.w[ORDER - 1], edge);
    for (int i = 0; i < 3; i++) {
        near = near + middle[i] * middle[i];
        reach = reach + (edge[i] - middle[i]) * (edge[i] - middle[i]);
    }
    return near < 4 * reach;
}

void tdi_solid_try(const TdiSolid *solid, TdiCube *const *cubes, size_t count,
                   float *coefficients, void *scratch, const TdRun *run)
{
    Trial t = lay_out(solid, scratch);
    t.cubes = cubes;
    t.count = count;
    for (size_t lane = 0; lane < count; lane++) {
        cubes[lane]->good = false;
        t.alive[lane] = !holds_corner(solid, cubes[lane]);
    }
    const float *rows = any_alive(&t) ? evaluate(&t, run) : NULL;
    for (uint32_t c = 0; c < solid->judged && rows != NULL; c++)
        judge_output(&t, rows, c);
    for (size_t lane = 0; lane < count && rows != NULL; lane++) {
        cubes[lane]->good = t.alive[lane];
        for (uint32_t c = 0; c < solid->judged && t.alive[lane]; c++) {
            const float *from = t.outputs + c * (size_t)BATCH + lane;
            float *to = coefficients + lane * TDI_CUBE_FLOATS + (size_t)c * NODES;
            for (size_t k = 0; k < NODES; k++)
                to[k] = from[k * LANES];
        }
    }
}

TdStatus tdi_solid_probe(const TdiSolid *solid, TdiCube *cubes, size_t count, const TdRun *run,
                         TdError *err)
{
    size_t coefficients = LANES * TDI_CUBE_FLOATS * sizeof(float);
    size_t bytes = coefficients + tdi_solid_try_scratch(solid);
    char *scratch = tdi_alloc(1, bytes);
    if (scratch == NULL)
        return tdi_fail_memory(err, bytes);
    for (size_t first = 0; first < count && !tdi_is_cancelled(run); first += LANES) {
        TdiCube *batch[LANES];
        size_t lanes = count - first < LANES ? count - first : LANES;
        for (size_t lane = 0; lane < lanes; lane++)
            batch[lane] = &cubes[first + lane];
        tdi_solid_try(solid, batch, lanes, (float *)(void *)scratch, scratch + coefficients,
                      run);
    }
    tdi_free(scratch);
    return TD_OK;
}

/* ---- Making the tables ------------------------------------------------------------------- */

static size_t level_floats(uint32_t side)
{
    return (size_t)2 * ORDER * tdi_round_up(side, LANES);
}

static float *fill_level(TdiCubeLevel *level, float *numbers)
{
    level->columns = (uint32_t)tdi_round_up(level->side, LANES);
    float *across = numbers, *down = numbers + (size_t)ORDER * level->columns;
    for (uint32_t i = 0; i < level->side; i++) {
        double basis[ORDER] = {0};
        tdi_basis_add((2.0 * i + 1) / level->side - 1, 1, basis);
        for (size_t n = 0; n < ORDER; n++) {
            across[n * level->columns + i] = (float)basis[n];
            down[i * ORDER + n] = (float)basis[n];
        }
    }
    level->across = across;
    level->down = down;
    return numbers + level_floats(level->side);
}

/* Nodes in order, slice by slice; then the slices along the depth, each (depth, across). */
static void fill_places(TdiSolid *solid)
{
    size_t block = block_bytes(solid) / sizeof(float);
    for (size_t k = 0; k < NODES; k++)
        solid->at[k] = k * LANES / solid->points * block + k * LANES % solid->points;
    for (size_t down = 0; down < ORDER; down++)
        for (size_t i = 0; i < SLICE; i++)
            solid->at[NODES + down * SLICE + i] =
                solid->at[(i / ORDER) * SLICE + down * ORDER + i % ORDER];
}

/* Measured in multiply-adds: judging takes some 60 a neuron, an activation 12, moving what does
 * not fit into a cache about half an evaluation. */
static float find_trial_cost(const TdPlan *plan, const TdRecipe *recipe)
{
    float neurons = 0;
    for (uint32_t i = 0; i < td_plan_depth(plan); i++)
        neurons += (float)td_plan_width(plan, i);
    return 1.5f + 60 * neurons / ((float)td_network_parameters(recipe) + 12 * neurons);
}

TdStatus tdi_solid_lattice(TdiSolid *solid, const TdRecipe *recipe, uint32_t largest,
                           uint32_t smallest, TdError *err)
{
    solid->levels = 0;
    if (solid->plan == NULL) /* splines are cheaper than polynomials */
        return TD_OK;
    size_t floats = 0, depth = td_plan_depth(solid->plan);
    solid->points = td_plan_points(solid->plan);
    solid->blocks = (BATCH - 1) / solid->points + 1;
    if (recipe->engine == TD_ENGINE_DENSE || solid->colour.ranks != NULL || solid->judged > 3 ||
        tdi_solid_try_scratch(solid) > SCRATCH_MOST)
        return TD_OK;
    int levels = 0;
    for (uint32_t side = largest; side >= smallest && levels < TDI_SOLID_LEVELS; side /= 2) {
        solid->level[levels++].side = side;
        floats += level_floats(side);
    }
    size_t tables = tdi_round_up(floats * sizeof(float), 64);
    size_t places = (size_t)2 * NODES * sizeof(size_t);
    char *block = tdi_alloc(1, tables + places + depth * sizeof(TdiBend));
    if (block == NULL)
        return tdi_fail_memory(err, tables + places);
    solid->levels = levels;
    solid->trial_cost = find_trial_cost(solid->plan, recipe);
    solid->numbers = (float *)(void *)block;
    solid->at = (size_t *)(void *)(block + tables);
    solid->bends = (TdiBend *)(void *)(block + tables + places);
    float *numbers = solid->numbers;
    for (int i = 0; i < levels; i++)
        numbers = fill_level(&solid->level[i], numbers);
    tdi_nodes_fill(&solid->nodes, solid->place);
    fill_places(solid);
    for (uint32_t i = 0; i < depth; i++)
        solid->bends[i] = tdi_bend(solid->plan, i);
    solid->logistic = tdi_bend_of_tone(TD_ACT_SIGMOID);
    return TD_OK;
}
