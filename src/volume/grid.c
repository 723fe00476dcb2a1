/* Samples on a grid: slabs of blocks, drawn slice by slice from their polynomials. */
#include "volume/grid.h"

#include <string.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"
#include "base/whole.h"
#include "render/renderer.h"

enum {
    ORDER = TD_PATCH_ORDER,
    SLICE = TD_PATCH_NODES,
    NODES = TDI_CUBE_NODES,
    LANES = TD_PATCH_LANES,
    LEVELS = 3,
    MOST = 64,
    LEAST = 16,                                 /* sides of the largest blocks */
    WIDE = (SLICE + LANES - 1) / LANES * LANES, /* a slice's coefficients, filled up */
    CUBES = LANES * (1 + 8 + 64),
    RUN = 512,        /* points of a row that are evaluated at a time */
    LOOK_BATCHES = 4, /* of blocks that are tried ahead, at most, */
    LOOK_SHARE = 20   /* and while there are so many times their evaluations to be done */
};

/* Evaluations a sample that may be spent on polynomials before what is left is dense. */
#define SPENT_MOST 0.45f

typedef struct Grid {
    TdPicture head;
    TdiSolid solid;
    uint32_t side;  /* of the largest blocks, in samples; 0: all is dense */
    uint32_t share; /* of them, how many are a job of the band in hand */
} Grid;

/* What a worker's scratch holds. */
typedef struct Job {
    const Grid *grid;
    const TdiBand *band;
    const TdRun *run;
    void *points, *trial;
    float *rows;              /* (outputs, RUN) */
    TdiPlaceOfSample *places; /* (RUN) */
    TdiCube *cubes;           /* (CUBES) */
    size_t count;
    float *found;           /* (LANES, TDI_CUBE_FLOATS) */
    float *wide;            /* (ORDER, WIDE) one output's coefficients */
    float *slices;          /* (3, MOST, WIDE) a block's polynomials in every slice */
    float *apart, *columns; /* (ORDER, MOST) of one output; (ORDER, MOST, 3) of all */
    float *values;          /* (3, MOST, MOST) of a slice */
} Job;

static size_t lay_out(const Grid *grid, char *scratch, Job *job)
{
    char *at = scratch;
    bool blocks = grid->side > 0;
    job->points = tdi_carve(&at, tdi_solid_point_scratch(&grid->solid));
    job->rows = tdi_carve(&at, (size_t)grid->solid.outputs * RUN * sizeof(float));
    job->places = tdi_carve(&at, RUN * sizeof(TdiPlaceOfSample));
    if (!blocks)
        return (size_t)(at - scratch);
    job->cubes = tdi_carve(&at, CUBES * sizeof(TdiCube));
    job->found = tdi_carve(&at, LANES * TDI_CUBE_FLOATS * sizeof(float));
    job->wide = tdi_carve(&at, ORDER * WIDE * sizeof(float));
    job->slices = tdi_carve(&at, 3 * MOST * WIDE * sizeof(float));
    job->apart = tdi_carve(&at, ORDER * MOST * sizeof(float));
    job->columns = tdi_carve(&at, 3 * ORDER * MOST * sizeof(float));
    job->values = tdi_carve(&at, 3 * MOST * MOST * sizeof(float));
    job->trial = tdi_carve(&at, tdi_solid_try_scratch(&grid->solid));
    return (size_t)(at - scratch);
}

static size_t scratch_bytes(const Grid *grid)
{
    static char anchor[64];
    Job job;
    return lay_out(grid, anchor, &job);
}

/* Where sample (x, y, z) goes in the band. */
static unsigned char *place_in(const Job *job, uint32_t x, uint32_t y, uint32_t z)
{
    const TdRaster *raster = &job->grid->head.raster;
    uint32_t row = z * raster->height + y - job->band->y;
    return job->band->rows + row * job->band->row_bytes +
           (size_t)x * raster->channels * sizeof(float);
}

/* ---- Dense rows -------------------------------------------------------------------------- */

static double middle(const TdiSolid *solid, int axis, uint32_t i)
{
    return solid->start[axis] + (i + 0.5) * solid->unit[axis];
}

/* Evaluate a part of a slice, as many whole rows of it at a time as there is room for. */
static void evaluate_tile(const Job *job, TdiTile tile, uint32_t z)
{
    const TdiSolid *solid = &job->grid->solid;
    uint32_t rows = tile.width < RUN ? RUN / tile.width : 1;
    for (uint32_t y = 0; y < tile.height; y += rows) {
        TdiTile part = {tile.x, tile.y + y, tile.width, tdi_lesser(rows, tile.height - y)};
        uint32_t count = part.width * part.height;
        for (uint32_t i = 0; i < count; i++)
            job->places[i] = (TdiPlaceOfSample){middle(solid, 0, part.x + i % part.width),
                                                middle(solid, 1, part.y + i / part.width),
                                                middle(solid, 2, z)};
        tdi_solid_evaluate(solid, job->places, count, job->rows, RUN, job->points, job->run);
        tdi_field_store(job->rows, RUN, solid->outputs, part, 0, count,
                        place_in(job, part.x, part.y, z), job->band->row_bytes);
    }
}

static void dense_row(const TdPicture *picture, const TdiBand *band, size_t row,
                      const TdiWorker *worker)
{
    Job job = {.grid = (const Grid *)picture, .band = band, .run = worker->run};
    uint32_t number = band->y + (uint32_t)row, height = picture->raster.height;
    lay_out(job.grid, worker->scratch, &job);
    for (uint32_t x = 0; x < picture->raster.width; x += RUN)
        evaluate_tile(
            &job, (TdiTile){x, number % height, tdi_lesser(RUN, picture->raster.width - x), 1},
            number / height);
}

/* ---- Blocks ------------------------------------------------------------------------------ */

/* How many of a block's samples there are along an axis. */
static uint32_t inside(const TdiSolid *solid, int axis, uint32_t first, uint32_t side)
{
    return first < solid->size[axis] ? tdi_lesser(side, solid->size[axis] - first) : 0;
}

/* Where a block's rows of a slice are put: into the band itself, where whole vectors of all
 * outputs fit there, else into scratch first. */
typedef struct Rows {
    float *at;
    size_t stride; /* floats from row to row */
    bool direct;
} Rows;

static Rows rows_of(const Job *job, const TdiCube *cube, const TdiCubeLevel *level,
                    uint32_t slice, uint32_t width, uint32_t height)
{
    enum { VECTOR = LANES * sizeof(float) };
    unsigned char *place = place_in(job, cube->x, cube->y, cube->z + slice);
    size_t wide = (size_t)level->columns * job->grid->solid.outputs;
    if (width == level->columns && height == level->columns && (uintptr_t)place % VECTOR == 0 &&
        job->band->row_bytes % VECTOR == 0)
        return (Rows){(float *)(void *)place, job->band->row_bytes / sizeof(float), true};
    return (Rows){job->values, wide, false};
}

/* The polynomials in y of a slice's columns, outputs side by side. */
static void find_columns(const Job *job, const TdiCubeLevel *level, uint32_t slice)
{
    const TdiSolid *solid = &job->grid->solid;
    const TdKernels *kernels = solid->kernels;
    size_t columns = level->columns, outputs = solid->outputs;
    for (size_t c = 0; c < outputs; c++) {
        const float *flat = job->slices + (c * MOST + slice) * WIDE;
        float *to = outputs == 1 ? job->columns : job->apart;
        kernels->columns(flat, level->across, columns, columns, ORDER, ORDER, to, columns);
        for (size_t n = 0; n < ORDER && outputs > 1; n++)
            for (size_t x = 0; x < columns; x++)
                job->columns[(n * columns + x) * outputs + c] = to[n * columns + x];
    }
}

/* The polynomials in x and y of all slices of a block. */
static void find_slices(const Job *job, const TdiCubeLevel *level, const float *coefficients)
{
    const TdiSolid *solid = &job->grid->solid;
    for (size_t c = 0; c < solid->outputs; c++) {
        for (size_t n = 0; n < ORDER; n++)
            memcpy(job->wide + n * WIDE, coefficients + c * NODES + n * SLICE,
                   SLICE * sizeof *coefficients);
        solid->kernels->rows(job->wide, WIDE, WIDE, level->down, ORDER, level->columns,
                             job->slices + c * MOST * WIDE, WIDE);
    }
}

static void draw_cube(const Job *job, const TdiCube *cube, const float *coefficients)
{
    const TdiSolid *solid = &job->grid->solid;
    const TdKernels *kernels = solid->kernels;
    const TdiCubeLevel *level = &solid->level[cube->level];
    uint32_t width = inside(solid, 0, cube->x, level->side);
    uint32_t height = inside(solid, 1, cube->y, level->side);
    size_t wide = (size_t)level->columns * solid->outputs;
    find_slices(job, level, coefficients);
    for (uint32_t slice = 0; slice < inside(solid, 2, cube->z, level->side); slice++) {
        Rows rows = rows_of(job, cube, level, slice, width, height);
        find_columns(job, level, slice);
        kernels->rows(job->columns, wide, wide, level->down, ORDER, level->columns, rows.at,
                      rows.stride);
        for (uint32_t y = 0; y < height && !rows.direct; y++)
            memcpy(place_in(job, cube->x, cube->y + y, cube->z + slice),
                   rows.at + y * rows.stride, (size_t)width * solid->outputs * sizeof(float));
    }
}

static void draw_dense(const Job *job, const TdiCube *cube)
{
    const TdiSolid *solid = &job->grid->solid;
    uint32_t side = solid->level[cube->level].side;
    TdiTile tile = {cube->x, cube->y, inside(solid, 0, cube->x, side),
                    inside(solid, 1, cube->y, side)};
    for (uint32_t z = 0; z < inside(solid, 2, cube->z, side); z++)
        if (!tdi_is_cancelled(job->run))
            evaluate_tile(job, tile, cube->z + z);
}

/* Another block, where any of it is inside. */
static void add_cube(Job *job, TdiCube cube)
{
    const TdiSolid *solid = &job->grid->solid;
    uint32_t side = solid->level[cube.level].side;
    uint64_t samples = (uint64_t)inside(solid, 0, cube.x, side) *
                       inside(solid, 1, cube.y, side) * inside(solid, 2, cube.z, side);
    if (samples == 0)
        return;
    cube.spent += NODES / (float)samples;
    job->cubes[job->count++] = cube;
}

static void cut(Job *job, TdiCube cube)
{
    const TdiSolid *solid = &job->grid->solid;
    if (cube.level + 1 == solid->levels) {
        draw_dense(job, &cube);
        return;
    }
    uint32_t half = solid->level[cube.level + 1].side;
    for (uint32_t i = 0; i < 8; i++)
        add_cube(job, (TdiCube){.x = cube.x + (i & 1) * half,
                                .y = cube.y + (i >> 1 & 1) * half,
                                .z = cube.z + (i >> 2) * half,
                                .level = (uint8_t)(cube.level + 1),
                                .spent = cube.spent});
}

/* Blocks are tried LANES at a time. */
static void draw_cubes(Job *job)
{
    size_t done = 0;
    while (done < job->count && !tdi_is_cancelled(job->run)) {
        TdiCube *batch[LANES];
        size_t count = 0;
        for (; done < job->count && count < LANES; done++) {
            if (job->cubes[done].spent <= SPENT_MOST)
                batch[count++] = &job->cubes[done];
            else
                cut(job, job->cubes[done]);
        }
        if (count > 0)
            tdi_solid_try(&job->grid->solid, batch, count, job->found, job->trial, job->run);
        for (size_t i = 0; i < count && !tdi_is_cancelled(job->run); i++) {
            if (batch[i]->good)
                draw_cube(job, batch[i], job->found + i * TDI_CUBE_FLOATS);
            else
                cut(job, *batch[i]);
        }
    }
}

static uint32_t cubes_along(const Grid *grid, int axis)
{
    return (grid->solid.size[axis] - 1) / grid->side + 1;
}

/* Some of the blocks of the slab at the band. */
static void work_blocks(const TdPicture *picture, const TdiBand *band, size_t number,
                        const TdiWorker *worker)
{
    Job job = {.grid = (const Grid *)picture, .band = band, .run = worker->run};
    const Grid *grid = job.grid;
    uint32_t across = cubes_along(grid, 0), all = across * cubes_along(grid, 1);
    lay_out(grid, worker->scratch, &job);
    uint32_t first = (uint32_t)number * grid->share;
    for (uint32_t i = first; i < all && i < first + grid->share; i++)
        add_cube(&job, (TdiCube){.x = i % across * grid->side,
                                 .y = i / across * grid->side,
                                 .z = band->y / picture->raster.height});
    draw_cubes(&job);
}

/* The slab around row y. */
static void block_grid(const TdPicture *picture, uint32_t y, uint32_t *begin, uint32_t *end)
{
    const Grid *grid = (const Grid *)picture;
    uint64_t all = td_raster_rows(&picture->raster);
    uint64_t rows = (uint64_t)grid->side * picture->raster.height;
    if (rows == 0)
        return;
    rows = rows < all ? rows : all; /* which fit into 32 bits */
    *begin = y / (uint32_t)rows * (uint32_t)rows;
    *end = *begin + tdi_lesser((uint32_t)rows, (uint32_t)all - *begin);
}

/* LANES blocks are tried at the price of one; but every thread has its share, twice, since some
 * blocks take longer than others. */
static uint32_t choose_share(uint32_t all, int threads)
{
    uint32_t jobs = 2 * (uint32_t)threads;
    if (threads == 1 || all >= LANES * jobs)
        return LANES;
    return all > jobs ? all / jobs : 1;
}

/* A band that is no slab: that would have taken too much memory. */
static TdStatus fail_slab(const Grid *grid, const TdRun *run, TdError *err)
{
    const TdRaster *raster = &grid->head.raster;
    double row = (double)td_raster_row_bytes(raster), most = (double)run->max_memory;
    double slab = row * raster->height * grid->side, shrink = 1;
    while (slab * shrink * shrink > most / 2)
        shrink = shrink * 0.9;
    return tdi_fail(err, TD_ERROR_MEMORY,
                    "size: %u slices of this volume take %.0f MiB, more than the limit of %.0f "
                    "MiB; use %ux%ux%u, --engine dense, or a larger --max-memory",
                    (unsigned)grid->side, slab / 1048576, most / 1048576,
                    (unsigned)(raster->width * shrink) | 1,
                    (unsigned)(raster->height * shrink) | 1,
                    (unsigned)(raster->depth * shrink) | 1);
}

static TdStatus draw_grid(TdPicture *picture, TdiBand *band, const TdRun *run, TdError *err)
{
    Grid *grid = (Grid *)picture;
    TdiBandJobs jobs = {
        .count = band->count, .scratch_bytes = scratch_bytes(grid), .work = dense_row};
    if (grid->side > 0) {
        uint32_t begin = band->y, end = begin;
        block_grid(picture, band->y, &begin, &end);
        if (begin != band->y || end - begin > band->count)
            return fail_slab(grid, run, err);
        band->count = end - begin;
        uint32_t all = cubes_along(grid, 0) * cubes_along(grid, 1);
        grid->share = choose_share(all, run->threads);
        jobs.count = (all - 1) / grid->share + 1;
        jobs.work = work_blocks;
    }
    return tdi_draw_jobs(picture, band, &jobs, run, err);
}

static void free_grid(TdPicture *picture)
{
    tdi_solid_clear(&((Grid *)picture)->solid);
    tdi_free(picture);
}

/* ---- Making one -------------------------------------------------------------------------- */

TdStatus tdi_grid_size(const TdRecipe *recipe, TdSize *size, TdError *err)
{
    *size = recipe->size;
    if (size->width == 0)
        *size = (TdSize){.width = 128, .height = 128, .depth = 128};
    if (size->depth == 0)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "size: a volume's samples are counted along three axes; write "
                        "%ux%ux%u, or draw a picture (-o FILE.png)",
                        (unsigned)size->width, (unsigned)size->height, (unsigned)size->height);
    return TD_OK;
}

/* The box is the recipe's in height, and has cubic samples. */
static void place_grid(Grid *grid, const TdRecipe *recipe)
{
    TdiSolid *solid = &grid->solid;
    TdRaster *raster = &grid->head.raster;
    const double center[3] = {recipe->center[0], recipe->center[1],
                              recipe->constants[TD_INPUT_Z]};
    double unit = 2.0 / solid->size[1];
    raster->spacing = recipe->extent * unit;
    for (int i = 0; i < 3; i++) {
        solid->frame.origin[i] = center[i];
        solid->frame.right[i] = i == 0 ? recipe->extent : 0;
        solid->frame.up[i] = i == 1 ? recipe->extent : 0;
        solid->frame.forward[i] = i == 2 ? recipe->extent : 0;
        solid->unit[i] = unit;
        solid->start[i] = -0.5 * unit * solid->size[i];
        double first = (1.0 - solid->size[i]) / solid->size[1]; /* rounded once */
        raster->origin[i] = center[i] + recipe->extent * first;
    }
}

/* Outputs may be off by the tolerance in codes of 14 bits over their range. */
static void set_most(TdiSolid *solid, const TdRecipe *recipe)
{
    TdActivation act = td_recipe_layer(recipe, td_recipe_depth(recipe) - 1).act;
    const TdActivationInfo *info = td_activation_info(act);
    bool bounded = info->high - info->low < INFINITY;
    double range = bounded ? info->high - info->low : 2;
    solid->tail_least =
        1; /* samples are for measuring: nothing is counted as less than it is */
    for (int c = 0; c < 3; c++)
        solid->most[c] = (float)(recipe->tolerance / 16384 * range);
}

/* A slab of blocks is drawn at once: of large slices it holds few. */
static uint32_t choose_side(const TdiSolid *solid)
{
    const uint64_t slab_bytes = UINT64_C(256) << 20;
    uint64_t slice = (uint64_t)solid->size[0] * solid->size[1] * solid->outputs * sizeof(float);
    uint32_t side = MOST, longest = 1;
    for (int i = 0; i < 3; i++)
        longest = solid->size[i] > longest ? solid->size[i] : longest;
    while (side > LEAST && (side * slice > slab_bytes || side / 2 >= longest))
        side /= 2;
    return side;
}

/* Block number i of those on the finest level that are tried ahead, all over the grid: Roberts'
 * sequence of places that lie evenly in a cube (Martin Roberts, 2018). */
static TdiCube find_spread(const TdiSolid *solid, uint32_t i)
{
    static const double steps[3] = {0.8191725133961645, 0.6710436067037893, 0.5497004779019703};
    uint8_t level = (uint8_t)(solid->levels - 1);
    uint32_t side = solid->level[level].side, at[3];
    for (int axis = 0; axis < 3; axis++) {
        double place = 0.5 + i * steps[axis];
        at[axis] = (uint32_t)((place - (double)(uint32_t)place) * solid->size[axis]);
        at[axis] = at[axis] / side * side;
    }
    return (TdiCube){.x = at[0], .y = at[1], .z = at[2], .level = level};
}

/* Try some of the smallest blocks of a large grid: where these do not pay, larger ones do not
 * either, and the grid is dense. */
static TdStatus look_ahead(Grid *grid, const TdRun *run, TdError *err)
{
    TdiSolid *solid = &grid->solid;
    double samples = (double)solid->size[0] * solid->size[1] * solid->size[2];
    double side = solid->level[solid->levels - 1].side;
    uint32_t batches = samples < LOOK_SHARE * NODES * LANES * LOOK_BATCHES
                           ? (uint32_t)(samples / (LOOK_SHARE * NODES * LANES))
                           : LOOK_BATCHES;
    uint32_t count = batches * LANES, good = 0;
    TdiCube cubes[LANES * LOOK_BATCHES];
    if (count == 0)
        return TD_OK;
    for (uint32_t i = 0; i < count; i++)
        cubes[i] = find_spread(solid, i);
    TdStatus status = tdi_solid_probe(solid, cubes, count, run, err);
    if (status != TD_OK)
        return status;
    for (uint32_t i = 0; i < count; i++)
        good += cubes[i].good;
    if (good * side * side * side < (double)count * (double)solid->trial_cost * NODES)
        solid->levels = 0;
    return TD_OK;
}

static TdStatus check(const TdRecipe *recipe, const TdSize *size, TdError *err)
{
    if ((uint64_t)size->height * size->depth > INT32_MAX)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "size: %u slices of %u rows are more than 2147483647 rows",
                        (unsigned)size->depth, (unsigned)size->height);
    if (recipe->tile == TD_TILE_TORUS)
        return tdi_fail(err, TD_ERROR_RECIPE, "tile: a volume is not wound up to a torus");
    return TD_OK;
}

static TdStatus init(Grid *grid, const TdRecipe *recipe, const TdRun *run, TdError *err)
{
    TdSize size;
    TdiSolid *solid = &grid->solid;
    TdStatus status = tdi_grid_size(recipe, &size, err);
    if (status == TD_OK)
        status = check(recipe, &size, err);
    if (status == TD_OK)
        status = tdi_solid_init(solid, recipe, true, NULL, run, err);
    if (status != TD_OK)
        return status;
    grid->head.raster = (TdRaster){.width = size.width,
                                   .height = size.height,
                                   .depth = size.depth,
                                   .channels = solid->outputs,
                                   .type = TD_SAMPLE_F32};
    solid->judged = solid->outputs;
    solid->size[0] = size.width;
    solid->size[1] = size.height;
    solid->size[2] = size.depth;
    solid->samples_per_unit = 1;
    place_grid(grid, recipe);
    set_most(solid, recipe);
    uint32_t side = choose_side(solid);
    uint32_t least = side >> (LEVELS - 1) > LEAST ? side >> (LEVELS - 1) : LEAST;
    status = tdi_solid_lattice(solid, recipe, side, least, err);
    if (status == TD_OK && solid->levels > 0 && recipe->engine == TD_ENGINE_AUTO)
        status = look_ahead(grid, run, err);
    grid->side = solid->levels > 0 ? side : 0;
    return status;
}

TdStatus tdi_grid_create(const TdRecipe *recipe, const TdRun *run, TdPicture **picture,
                         TdError *err)
{
    static const TdiPictureKind kind = {draw_grid, block_grid, free_grid};
    TdRun resolved = td_run_resolved(run);
    Grid *grid = tdi_alloc(1, sizeof *grid);
    *picture = NULL;
    if (grid == NULL)
        return tdi_fail_memory(err, sizeof *grid);
    grid->head.kind = &kind;
    TdiFpMode mode = tdi_fp_enter();
    TdStatus status = init(grid, recipe, &resolved, err);
    tdi_fp_leave(mode);
    if (status != TD_OK) {
        free_grid(&grid->head);
        return status;
    }
    *picture = &grid->head;
    return TD_OK;
}
