/* Volumes as pictures: regions of rays, each front to back through slabs of blocks. */
#include "volume/volume.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"
#include "base/whole.h"
#include "kernels/ray_constants.h"
#include "volume/opacity.h"

enum {
    LANES = TD_PATCH_LANES,
    TILES = TDI_REGION_TILES * TDI_REGION_TILES,
    LEVELS = 3,
    SLABS_MOST = 128,
    /* Blocks of a slab of a region, and those of them that may be polynomials. */
    CUBES = TILES * (1 + 8 + 64) + 1,
    KEPT = TILES * 64
};

/* The share of what a dense picture costs that may be spent on polynomials before what is left
 * is dense. */
#define SPENT_MOST 0.45f

/* Shading takes six more evaluations where something is seen: about as often as the transfer is
 * above 0. */
static float find_dense_cost(const TdiVolume *volume)
{
    int seen = 0;
    if (volume->shading == 0 || volume->opacity == TD_OPACITY_EVEN)
        return 1;
    for (int i = 0; i <= TDI_TRANSFER_PARTS; i++)
        seen += volume->transfer[i] > 0;
    return 1 + 6 * (float)seen / (TDI_TRANSFER_PARTS + 1);
}

/* Whether trials save more than they take: the samples of the blocks that were good. */
static bool saves(const TdiVolume *volume, float samples, uint32_t trials)
{
    return samples * volume->dense_cost >
           (float)trials * volume->solid.trial_cost * TDI_CUBE_NODES;
}

/* ---- A slab of blocks -------------------------------------------------------------------- */

typedef struct Slab {
    TdiMarch march;
    TdiCube *cubes; /* (CUBES) tiles first, then eight for each that was cut */
    size_t count;
    float *kept; /* (KEPT, TDI_CUBE_FLOATS) */
    size_t kept_count;
    uint32_t here; /* the depth to which rays have come */
    /* Of the region's trials on each level: how many there were, the samples of all blocks that
     * were good. */
    uint32_t tried[LEVELS];
    float gained[LEVELS];
    float *found; /* (LANES, TDI_CUBE_FLOATS) */
    void *trial;
} Slab;

static size_t lay_out(const TdiVolume *volume, char *scratch, Slab *slab)
{
    char *at = scratch;
    const TdRun *run = slab->march.run;
    slab->march = tdi_march_lay_out(volume, tdi_carve(&at, tdi_march_scratch(volume)), run);
    slab->cubes = tdi_carve(&at, CUBES * sizeof(TdiCube));
    if (volume->solid.levels > 1) {
        slab->found = tdi_carve(&at, LANES * TDI_CUBE_FLOATS * sizeof(float));
        slab->kept = tdi_carve(&at, KEPT * TDI_CUBE_FLOATS * sizeof(float));
        slab->trial = tdi_carve(&at, tdi_solid_try_scratch(&volume->solid));
    }
    return (size_t)(at - scratch);
}

static size_t slab_scratch(const TdiVolume *volume)
{
    static char anchor[64];
    Slab slab = {0};
    return lay_out(volume, anchor, &slab);
}

/* A new block. What it costs counts by the samples that may be seen. */
static void add_cube(Slab *slab, TdiCube cube)
{
    uint64_t samples = tdi_march_count(&slab->march, &cube, slab->here);
    cube.seen = (float)samples;
    cube.spent += TDI_CUBE_NODES / cube.seen;
    if (samples > 0)
        slab->cubes[slab->count++] = cube;
}

static void add_children(Slab *slab, size_t index)
{
    TdiCube cube = slab->cubes[index];
    const TdiSolid *solid = &slab->march.volume->solid;
    if (cube.level + 1 >= solid->levels)
        return;
    uint32_t half = solid->level[cube.level + 1].side;
    slab->cubes[index].children = slab->count;
    for (uint32_t i = 0; i < 8; i++)
        add_cube(slab, (TdiCube){.x = cube.x + (i & 1) * half,
                                 .y = cube.y + (i >> 1 & 1) * half,
                                 .z = cube.z + (i >> 2) * half,
                                 .level = (uint8_t)(cube.level + 1),
                                 .spent = cube.spent});
    slab->cubes[index].child_count = (uint8_t)(slab->count - slab->cubes[index].children);
}

/* Whether to go on with a level's trials, as far as one knows. */
static bool is_worth(const Slab *slab, uint8_t level)
{
    const TdiVolume *volume = slab->march.volume;
    if (level < volume->first)
        return false;
    return !volume->chooses || slab->tried[level] < LANES ||
           saves(volume, slab->gained[level], slab->tried[level]);
}

/* Try some blocks, and keep the polynomials of those that are good. */
static void try_batch(Slab *slab, TdiCube *const *cubes, size_t count)
{
    tdi_solid_try(&slab->march.volume->solid, cubes, count, slab->found, slab->trial,
                  slab->march.run);
    for (size_t lane = 0; lane < count; lane++) {
        slab->tried[cubes[lane]->level]++;
        if (!cubes[lane]->good)
            continue;
        slab->gained[cubes[lane]->level] += cubes[lane]->seen;
        cubes[lane]->kept = slab->kept_count++;
        memcpy(slab->kept + cubes[lane]->kept * TDI_CUBE_FLOATS,
               slab->found + lane * TDI_CUBE_FLOATS, TDI_CUBE_FLOATS * sizeof(float));
    }
}

/* Whether a block is to be tried. */
static bool is_tried(const Slab *slab, TdiCube *cube)
{
    if (is_worth(slab, cube->level))
        return cube->spent <= SPENT_MOST * slab->march.volume->dense_cost;
    cube->spent -= TDI_CUBE_NODES / cube->seen;
    return false;
}

/* Try all blocks, LANES at a time, and cut those that are not good: their parts come last. */
static void grow(Slab *slab)
{
    for (size_t begin = 0; begin < slab->count && !tdi_is_cancelled(slab->march.run);) {
        TdiCube *batch[LANES];
        size_t count = 0, end = begin;
        for (; end < slab->count && count < LANES; end++)
            if (is_tried(slab, &slab->cubes[end]))
                batch[count++] = &slab->cubes[end];
        if (count > 0)
            try_batch(slab, batch, count);
        for (; begin < end; begin++)
            if (!slab->cubes[begin].good)
                add_children(slab, begin);
    }
}

/* A block's rays see its near half before its far one. */
static void march_cube(Slab *slab, size_t index)
{
    const TdiCube *cube = &slab->cubes[index];
    if (tdi_is_cancelled(slab->march.run))
        return;
    if (cube->child_count == 0) {
        tdi_march_block(&slab->march, cube,
                        cube->good ? slab->kept + cube->kept * TDI_CUBE_FLOATS : NULL);
        return;
    }
    for (size_t i = 0; i < cube->child_count; i++)
        march_cube(slab, cube->children + i);
}

/* The tiles of a slab; false, and none is added, where there are more than fit. */
static bool add_tiles(Slab *slab, uint32_t z)
{
    size_t before = slab->count;
    uint32_t side = slab->march.volume->side;
    for (uint32_t i = 0; i < TILES; i++) {
        add_cube(slab, (TdiCube){.x = slab->march.x + i % TDI_REGION_TILES * side,
                                 .y = slab->march.y + i / TDI_REGION_TILES * side,
                                 .z = z});
        if (slab->count > TILES) {
            slab->count = before;
            return false;
        }
    }
    return true;
}

/* March through as many slabs as fill a batch of tiles; gives where the next one begins. */
static uint32_t march_slabs(Slab *slab, uint32_t z)
{
    const TdiVolume *volume = slab->march.volume;
    slab->count = slab->kept_count = 0;
    slab->here = z;
    tdi_march_look(&slab->march);
    for (; z < volume->slabs * volume->side && add_tiles(slab, z); z += volume->side)
        if (tdi_is_cancelled(slab->march.run))
            break;
    size_t tiles = slab->count;
    if (volume->solid.levels > 1)
        grow(slab);
    for (size_t i = 0; i < tiles; i++)
        march_cube(slab, i);
    return z;
}

/* ---- A region ---------------------------------------------------------------------------- */

/* The region's pixels, each the mean of its rays. */
static void store(const TdiVolume *volume, const TdiMarch *march, const TdiBand *band)
{
    const TdRaster *raster = &volume->head.raster;
    uint32_t grid = volume->grid, side = march->rays.side;
    size_t rays = (size_t)side * side, pixel = 3 * td_sample_size(raster->type);
    uint32_t left = march->x / grid, top = march->y / grid;
    uint32_t width = side / grid < raster->width - left ? side / grid : raster->width - left;
    _Alignas(64) float sums[3][TDI_REGION_TILES * 512];
    for (uint32_t row = 0; row < side / grid && top + row < raster->height; row++) {
        if (top + row < band->y || top + row >= band->y + band->count)
            continue;
        memset(sums, 0, sizeof sums);
        for (uint32_t c = 0; c < 3; c++)
            for (uint32_t sub = 0; sub < grid; sub++) {
                const float *from =
                    march->rays.seen + c * rays + (size_t)(row * grid + sub) * side;
                for (uint32_t x = 0; x < width * grid; x++)
                    sums[c][x / grid] += from[x];
            }
        TdiTile tile = {left, top + row, width, 1};
        tdi_colour_store(&volume->store, tile, 0, width, sums[0],
                         sizeof sums[0] / sizeof(float), (float)(grid * grid),
                         band->rows + (top + row - band->y) * band->row_bytes + left * pixel,
                         band->row_bytes);
    }
}

static uint32_t regions_across(const TdiVolume *volume)
{
    return (volume->solid.size[0] - 1) / (TDI_REGION_TILES * volume->side) + 1;
}

static void march_region(const TdPicture *picture, const TdiBand *band, size_t job,
                         const TdiWorker *worker)
{
    const TdiVolume *volume = (const TdiVolume *)picture;
    uint32_t side = TDI_REGION_TILES * volume->side, across = regions_across(volume);
    uint32_t first = band->y * volume->grid / side;
    Slab slab = {.march.run = worker->run};
    lay_out(volume, worker->scratch, &slab);
    tdi_march_begin(&slab.march, (uint32_t)(job % across) * side,
                    (first + (uint32_t)(job / across)) * side);
    for (uint32_t z = 0; z < volume->slabs * volume->side && !tdi_is_cancelled(worker->run);)
        z = march_slabs(&slab, z);
    tdi_march_end(&slab.march);
    store(volume, &slab.march, band);
}

static TdStatus draw_volume(TdPicture *picture, TdiBand *band, const TdRun *run, TdError *err)
{
    const TdiVolume *volume = (const TdiVolume *)picture;
    uint32_t side = TDI_REGION_TILES * volume->side;
    uint32_t first = band->y * volume->grid / side;
    uint32_t last = ((band->y + band->count) * volume->grid - 1) / side;
    TdiBandJobs jobs = {.count = (size_t)(last - first + 1) * regions_across(volume),
                        .scratch_bytes = slab_scratch(volume),
                        .work = march_region};
    return tdi_draw_jobs(picture, band, &jobs, run, err);
}

/* Rows of whole regions. */
static void block_volume(const TdPicture *picture, uint32_t y, uint32_t *begin, uint32_t *end)
{
    const TdiVolume *volume = (const TdiVolume *)picture;
    uint32_t rows = TDI_REGION_TILES * volume->side / volume->grid;
    uint32_t left = picture->raster.height - y / rows * rows;
    *begin = y / rows * rows;
    *end = *begin + (rows < left ? rows : left);
}

static void free_volume(TdPicture *picture)
{
    TdiVolume *volume = (TdiVolume *)picture;
    tdi_solid_clear(&volume->solid);
    tdi_free(volume->transfer);
    tdi_free(volume);
}

/* ---- Making one -------------------------------------------------------------------------- */

/* The curve at x. */
static double curve_at(const TdCurve *curve, double x)
{
    uint32_t i = 0;
    while (i < curve->count && curve->x[i] <= x)
        i++;
    if (i == 0 || i == curve->count)
        return curve->y[i == 0 ? 0 : i - 1];
    double part = (x - curve->x[i - 1]) / (curve->x[i] - curve->x[i - 1]);
    return curve->y[i - 1] + part * (curve->y[i] - curve->y[i - 1]);
}

static double transfer_at(const TdRecipe *recipe, double s)
{
    if (recipe->opacity == TD_OPACITY_EVEN)
        return 1;
    if (recipe->band == 0)
        return curve_at(&recipe->transfer, s);
    double apart = s < recipe->level ? recipe->level - s : s - recipe->level;
    return apart < recipe->band ? 1 - apart / recipe->band : 0;
}

/* Linear light of an encoded value, IEC 61966-2-1. The power 2.4 is a square and the fifth root
 * of another one, which Newton's steps find. */
static double decode(double u)
{
    double x = (u + 0.055) / 1.055, root = 1;
    if (u <= 0.04045)
        return u / 12.92;
    for (int i = 0; i < 60; i++) {
        double fourth = (root * root) * (root * root);
        root = root - (fourth * root - x * x) / (5 * fourth);
    }
    return x * x * root;
}

static TdStatus make_tables(TdiVolume *volume, const TdRecipe *recipe, TdError *err)
{
    size_t floats = TDI_TRANSFER_PARTS + 1 + TDI_DECODE_PARTS + 1;
    volume->transfer = tdi_alloc(floats, sizeof(float));
    if (volume->transfer == NULL)
        return tdi_fail_memory(err, floats * sizeof(float));
    volume->decode = volume->transfer + TDI_TRANSFER_PARTS + 1;
    for (int i = 0; i <= TDI_TRANSFER_PARTS; i++)
        volume->transfer[i] = (float)transfer_at(recipe, (double)i / TDI_TRANSFER_PARTS);
    for (int i = 0; i <= TDI_DECODE_PARTS; i++)
        volume->decode[i] = (float)decode((double)i / TDI_DECODE_PARTS);
    for (int c = 0; c < 3; c++)
        volume->background[c] = (float)decode(recipe->background[c]);
    return TD_OK;
}

/* The steepest slope of the table from s to the density's share. */
static double steepest_transfer(const TdiVolume *volume)
{
    double steepest = 0;
    for (int i = 0; i < TDI_TRANSFER_PARTS; i++) {
        double rise = (double)volume->transfer[i + 1] - (double)volume->transfer[i];
        rise = rise < 0 ? -rise : rise;
        steepest = rise > steepest ? rise : steepest;
    }
    return steepest * TDI_TRANSFER_PARTS;
}

/* A ray is a sum of samples whose errors differ in sign, and few blocks are as bad as they may
 * be: with this much, fewer than one sample in 5000 is another code than the dense picture's,
 * by one (tests/engines/compare_volumes.c). */
#define SUMMED 8

/* What an output may be off: so much that neither colour nor opacity shows more than the
 * tolerance. Opacity counts over the depth that light comes from: a few lengths in which it
 * falls to a third. */
static void set_most(TdiVolume *volume, const TdRecipe *recipe)
{
    TdiSolid *solid = &volume->solid;
    const TdiColour *colour = &solid->colour;
    double top = recipe->bits == 16 ? 65535 : 255, steepest = 1, depth = 2 * 1.7320508;
    if (colour->table != NULL) {
        float found;
        bool clips;
        tdi_colour_look(colour, 0, 1, &found, &clips);
        steepest = (double)found;
    } else if (tdi_colour_clips(colour)) {
        steepest = 3;
    }
    if (4 < recipe->density * depth)
        depth = 4 / recipe->density;
    double opaque = recipe->density * steepest_transfer(volume) * depth;
    solid->tail_least = 1.0f / 16;
    for (uint32_t c = 0; c < solid->judged; c++) {
        double slope = (double)colour->scale[c] * (colour->tone == TD_TONE_LOGISTIC ? 0.25 : 1);
        slope = slope < 0 ? -slope : slope;
        double both = slope * (steepest > opaque ? steepest : opaque) * top;
        solid->most[c] = both > 0 ? (float)(SUMMED * recipe->tolerance / both) : 0;
    }
}

/* What is opaque as a sum of outputs: its gradient gives the shade. */
static void set_weights(TdiVolume *volume)
{
    tdi_opacity_weights(volume->opacity, volume->solid.judged, volume->weight);
    for (uint32_t c = 0; c < volume->solid.judged; c++)
        volume->weight[c] = volume->weight[c] * volume->solid.colour.scale[c];
}

/* The same lamp as for gradients, and both sides alike. */
static void set_faces(TdiVolume *volume)
{
    const TdiCamera *camera = &volume->camera;
    volume->face[3] = 1;
    for (int i = 0; i < 3; i++) {
        double facing = (double)TDI_LIGHT_RIGHT * camera->right[i] +
                        (double)TDI_LIGHT_UP * camera->up[i] +
                        (double)TDI_LIGHT_AWAY * camera->forward[i];
        double dark = (double)TDI_SHADE_DARK * (1 - (facing < 0 ? -facing : facing));
        volume->face[i] = (float)(1 - (double)volume->shading * dark);
    }
}

static TdStatus check(const TdRecipe *recipe, TdError *err)
{
    const double *const cuts[3] = {recipe->cut_x, recipe->cut_y, recipe->cut_z};
    TdSize size = td_recipe_size(recipe);
    if (recipe->size.depth > 0)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "size: a picture has a width and a height; three sizes are samples of "
                        "a volume (.nrrd, .vti, .npy) or of a mesh (.ply, .stl, .glb)");
    if (recipe->tile == TD_TILE_TORUS)
        return tdi_fail(err, TD_ERROR_RECIPE, "tile: a volume is not wound up to a torus");
    if (recipe->band > 0 && recipe->band * TDI_TRANSFER_PARTS < 2)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "band: %g is thinner than rays can find; the least is %g, or write the "
                        "surface itself (.ply, .glb, .stl)",
                        recipe->band, 2.0 / TDI_TRANSFER_PARTS);
    if (recipe->antialias * (uint64_t)(size.width > size.height ? size.width : size.height) >
        INT32_MAX)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "size: %u x %u pixels of %u x %u rays are more than 2147483647 rays a "
                        "side; lower antialias",
                        (unsigned)size.width, (unsigned)size.height,
                        (unsigned)recipe->antialias, (unsigned)recipe->antialias);
    for (int i = 0; i < 3; i++)
        if (!(cuts[i][0] < cuts[i][1]))
            return tdi_fail(err, TD_ERROR_RECIPE,
                            "cut_%c: from %g to %g nothing is left of the box", "xyz"[i],
                            cuts[i][0], cuts[i][1]);
    return tdi_opacity_check(recipe, err);
}

/* The largest blocks: so that there are regions enough to share among threads, that they hold
 * whole pixels, and that they can be halved. */
static uint32_t choose_side(uint64_t rays, uint32_t grid)
{
    enum { LEAST = 32, MOST = 128, REGIONS = 4 };
    uint32_t side = MOST, grain = grid << (LEVELS - 1);
    while (side > LEAST && (uint64_t)side * side * TILES * REGIONS > rays)
        side /= 2;
    return side < grain ? grain : side / grain * grain;
}

static void set_lattice(TdiVolume *volume, const TdRecipe *recipe)
{
    TdiSolid *solid = &volume->solid;
    const TdiCamera *camera = &volume->camera;
    double pitch = 2 * camera->half_height / solid->size[1];
    double depth = pitch * (camera->frame.perspective ? recipe->distance : 1);
    double least = (camera->far - camera->near) / SLABS_MOST / volume->side;
    depth = depth > least ? depth : least; /* what is seen is small: blocks are long */
    solid->start[0] = -camera->half_width;
    solid->start[1] = camera->half_height;
    solid->start[2] = camera->near;
    solid->unit[0] = 2 * camera->half_width / solid->size[0];
    solid->unit[1] = -pitch;
    solid->unit[2] = depth;
    solid->samples_per_unit = depth / recipe->step;
    volume->slabs = (uint32_t)((camera->far - camera->near) / (depth * volume->side)) + 1;
}

/* ---- Whether polynomials pay at all ------------------------------------------------------ */

/* How far a ray sees, in extents, where that is known. */
static double sight_of(const TdiVolume *volume)
{
    if (volume->opacity != TD_OPACITY_EVEN || !(volume->density > 0))
        return INFINITY;
    return -volume->least_log2 * 0.6931471805599453 / (double)volume->density;
}

/* Block `level` that a ray through the middle of part number i of 4 x 4 parts of the picture
 * sees; false where it sees nothing. Depths are spread evenly. */
static bool find_seen(const TdiVolume *volume, uint32_t i, uint8_t level, TdiCube *cube)
{
    const TdiSolid *solid = &volume->solid;
    uint32_t side = solid->level[level].side;
    double u = solid->start[0] + (2 * (i % 4) + 1) / 8.0 * solid->size[0] * solid->unit[0];
    double v = solid->start[1] + (2 * (i / 4) + 1) / 8.0 * solid->size[1] * solid->unit[1];
    double pace, deep = (i * 5 % 16 + 0.5) / 16, place[3] = {u, v, 0};
    TdiSpanOfRay spans[2];
    if (tdi_camera_ray(&volume->camera, u, v, spans, &pace) == 0)
        return false;
    double reach = spans[0].to - spans[0].from, sight = sight_of(volume) / pace;
    reach = sight < reach ? sight : reach;
    place[2] = spans[0].from + deep * reach;
    uint32_t at[3];
    for (int axis = 0; axis < 3; axis++)
        at[axis] = (uint32_t)((place[axis] - solid->start[axis]) / solid->unit[axis]);
    double deepest = side * solid->unit[2] < reach ? side * solid->unit[2] : reach;
    *cube = (TdiCube){.x = at[0] / side * side,
                      .y = at[1] / side * side,
                      .z = at[2] / side * side,
                      .level = level,
                      .seen = (float)((double)side * side * deepest * pace / volume->step)};
    return true;
}

/* The level of the smallest blocks that may save more than a little. */
static uint8_t find_smallest(const TdiVolume *volume)
{
    int level = volume->solid.levels - 1;
    TdiCube cube = {0};
    for (; level > 0; level--) {
        float seen = 0;
        for (uint32_t i = 0; i < TILES; i++)
            if (find_seen(volume, i, (uint8_t)level, &cube))
                seen = cube.seen > seen ? cube.seen : seen;
        if (saves(volume, seen, 2))
            break;
    }
    return (uint8_t)level;
}

/* What blocks of a level that rays see told. */
typedef struct Look {
    uint32_t count, good;
    bool pays;
} Look;

static TdStatus look_at_level(const TdiVolume *volume, uint8_t level, const TdRun *run,
                              Look *look, TdError *err)
{
    TdiCube cubes[TILES];
    float gained = 0;
    *look = (Look){.pays = true};
    for (uint32_t i = 0; i < TILES; i++)
        look->count += find_seen(volume, i, level, &cubes[look->count]);
    TdStatus status = tdi_solid_probe(&volume->solid, cubes, look->count, run, err);
    if (status != TD_OK || look->count == 0)
        return status;
    for (uint32_t i = 0; i < look->count; i++) {
        look->good += cubes[i].good;
        gained += cubes[i].good ? cubes[i].seen : 0;
    }
    look->pays = saves(volume, gained, look->count + look->count / 2); /* few tell little */
    return TD_OK;
}

/* Try a few blocks, the smallest first: where these do not pay, larger ones do not either, and
 * what there is to be drawn is dense. Where nearly all are good, larger ones are left to the
 * regions to find out. */
static TdStatus look_ahead(TdiVolume *volume, const TdRun *run, TdError *err)
{
    uint8_t smallest = find_smallest(volume);
    Look look = {.count = 1, .pays = true};
    for (int level = smallest; level >= 0 && look.pays && 8 * look.good < 7 * look.count;
         level--) {
        TdStatus status = look_at_level(volume, (uint8_t)level, run, &look, err);
        if (status != TD_OK)
            return status;
        if (!look.pays)
            volume->first = (uint8_t)(level + 1);
    }
    if (volume->first > smallest)
        volume->solid.levels = 0;
    return TD_OK;
}

static TdStatus init(TdiVolume *volume, const TdRecipe *recipe, const TdiShared *shared,
                     const TdRun *run, TdError *err)
{
    TdSize size = td_recipe_size(recipe);
    TdiSolid *solid = &volume->solid;
    uint32_t channels, grid = recipe->antialias;
    TdStatus status = check(recipe, err);
    if (status == TD_OK)
        status = tdi_colour_channels(recipe, td_recipe_channels(recipe), &channels, err);
    if (status == TD_OK)
        status = tdi_solid_init(solid, recipe, false, shared, run, err);
    if (status != TD_OK)
        return status;
    volume->head.raster = (TdRaster){.width = size.width,
                                     .height = size.height,
                                     .channels = 3,
                                     .type = recipe->bits == 16 ? TD_SAMPLE_U16 : TD_SAMPLE_U8,
                                     .dots_per_inch = size.dots_per_inch};
    volume->grid = grid;
    volume->store = solid->colour;
    volume->store.channels = 3;
    volume->opacity = recipe->opacity;
    volume->density = (float)recipe->density;
    volume->shading = (float)recipe->shading;
    volume->step = recipe->step;
    volume->least_log2 = recipe->bits == 16 ? -21 : -13; /* under half a code, near black */
    volume->least = recipe->bits == 16 ? 0x1p-21f : 0x1p-13f;
    volume->camera = tdi_camera(recipe, size.width, size.height);
    solid->frame = volume->camera.frame;
    solid->judged = solid->colour.outputs;
    solid->size[0] = size.width * grid;
    solid->size[1] = size.height * grid;
    volume->side = choose_side((uint64_t)solid->size[0] * solid->size[1], grid);
    set_weights(volume);
    set_faces(volume);
    set_lattice(volume, recipe);
    status = make_tables(volume, recipe, err);
    if (status != TD_OK)
        return status;
    set_most(volume, recipe);
    volume->dense_cost = find_dense_cost(volume);
    volume->chooses = recipe->engine == TD_ENGINE_AUTO;
    status = tdi_solid_lattice(solid, recipe, volume->side, volume->side >> (LEVELS - 1), err);
    if (status == TD_OK && solid->levels > 0 && volume->chooses)
        status = look_ahead(volume, run, err);
    if (status == TD_OK && solid->levels == 0) { /* one size of dense blocks */
        solid->level[0].side = volume->side;
        solid->levels = 1;
    }
    return status;
}

TdStatus tdi_volume_create(const TdRecipe *recipe, const TdiShared *shared, const TdRun *run,
                           TdPicture **picture, TdError *err)
{
    static const TdiPictureKind kind = {draw_volume, block_volume, free_volume};
    TdRun resolved = td_run_resolved(run);
    TdiVolume *volume = tdi_alloc(1, sizeof *volume);
    *picture = NULL;
    if (volume == NULL)
        return tdi_fail_memory(err, sizeof *volume);
    volume->head.kind = &kind;
    TdiFpMode mode = tdi_fp_enter();
    TdStatus status = init(volume, recipe, shared, &resolved, err);
    tdi_fp_leave(mode);
    if (status != TD_OK) {
        free_volume(&volume->head);
        return status;
    }
    *picture = &volume->head;
    return TD_OK;
}
