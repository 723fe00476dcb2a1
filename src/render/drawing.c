/* Tiles of all parts are tried from the largest to the smallest. Those of one size and part
 * make batches, which threads take in any order; what is not found good becomes four smaller
 * ones, and what is left of the smallest size is dense, together with the parts that are dense
 * from the start. */
#include "render/drawing.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/whole.h"
#include "render/palette.h"

/* Squares that are to be tried, or that are left over for the dense engine. */
typedef struct Squares {
    TdiSquare *at;
    size_t count, room;
    bool failed; /* no memory */
} Squares;

/* Squares first .. first + count - 1 of the list, of one part. */
typedef struct Batch {
    size_t first;
    uint32_t count;
} Batch;

/* A rectangle of a part. */
typedef struct Piece {
    uint32_t part;
    TdiTile tile;
    float spent; /* evaluations a sample */
} Piece;

/* Rows of a large patch. */
typedef struct Slice {
    size_t square;
    uint32_t from, to;
} Slice;

typedef struct Pool {
    const TdPicture *picture;
    const TdiPart *parts;
    size_t part_count;
    const TdiBand *band;
    const TdRun *run;
    Squares squares[TDI_LEVELS_MOST]; /* number i: 2^i pixels wide */
    Squares dense;
    uint32_t side; /* of the squares in hand */
    Squares *now;
    float *kept; /* coefficients of the squares in hand, where they are drawn later */
    Slice *slices;
    size_t slice_room, slice_count;
    Batch *batches;
    Piece *pieces;
    size_t batch_room, piece_room, piece_count;
    uint64_t drawn, told; /* pixels of the band, and those that the progress has told of */
} Pool;

static TdStatus fail_memory(const Pool *pool, TdError *err)
{
    return tdi_fail_memory(err, (pool->now->room + pool->dense.room) * sizeof(TdiSquare));
}

/* Room for one more of `count` things of `size` bytes; NULL where there is no memory. */
static void *make_room(void *things, size_t count, size_t *room, size_t size)
{
    enum { LEAST = 64 };
    if (count < *room)
        return things;
    size_t wanted = *room < LEAST ? LEAST : 2 * *room;
    void *grown = tdi_realloc(things, *room * size, wanted * size);
    *room = grown != NULL ? wanted : *room;
    return grown;
}

static void add_square(Squares *squares, TdiSquare square)
{
    TdiSquare *at = make_room(squares->at, squares->count, &squares->room, sizeof *at);
    squares->failed |= at == NULL;
    if (at == NULL)
        return;
    squares->at = at;
    at[squares->count++] = square;
}

/* ---- Where a part is drawn --------------------------------------------------------------- */

/* The rows of a part that lie in the band; none where from == to. */
static TdiCanvas canvas_of(const Pool *pool, uint32_t index)
{
    const TdiPart *part = &pool->parts[index];
    const TdRaster *all = &pool->picture->raster, *own = &part->renderer->raster;
    const TdiBand *band = pool->band;
    uint32_t end = band->y + band->count;
    TdiCanvas canvas = {.row_bytes = band->row_bytes,
                        .pixel_bytes = all->channels * td_sample_size(all->type),
                        .spread = own->channels != all->channels};
    canvas.from = band->y > part->y ? band->y - part->y : 0;
    canvas.to = end > part->y ? end - part->y : 0;
    canvas.to = canvas.to < own->height ? canvas.to : own->height;
    canvas.from = canvas.from < canvas.to ? canvas.from : canvas.to;
    if (canvas.from < canvas.to)
        canvas.rows = band->rows + (part->y + canvas.from - band->y) * canvas.row_bytes +
                      (size_t)part->x * canvas.pixel_bytes;
    return canvas;
}

/* ---- Squares ----------------------------------------------------------------------------- */

static Squares *squares_of(Pool *pool, uint32_t side)
{
    Squares *squares = pool->squares;
    for (; side > 1; side /= 2)
        squares++;
    return squares;
}

static void split(Pool *pool, TdiSquare square, uint32_t side);

/* A square that lies in the band, at least in part: to be tried, if what that costs is still
 * allowed, else cut in four. Its share of the picture decides, whatever the band. */
static void place_square(Pool *pool, TdiSquare square, uint32_t side)
{
    const TdiRenderer *renderer = pool->parts[square.part].renderer;
    const TdRaster *raster = &renderer->raster;
    TdiCanvas canvas = canvas_of(pool, square.part);
    if (square.x >= raster->width || square.y >= canvas.to || square.y + side <= canvas.from)
        return;
    uint64_t grid = (uint64_t)renderer->view.grid;
    uint64_t samples = (uint64_t)tdi_lesser(side, raster->width - square.x) *
                       tdi_lesser(side, raster->height - square.y) * grid * grid;
    float spent = square.spent + TD_PATCH_NODES / (float)samples;
    if (spent > TDI_SPENT_MOST) {
        split(pool, square, side);
        return;
    }
    square.spent = spent;
    add_square(squares_of(pool, side), square);
}

static void split(Pool *pool, TdiSquare square, uint32_t side)
{
    const TdiSpectral *spectral = &pool->parts[square.part].renderer->spectral;
    if (side == spectral->level[spectral->levels - 1].side) {
        add_square(&pool->dense, square);
        return;
    }
    for (uint32_t i = 0; i < 4; i++) {
        TdiSquare quarter = {.part = square.part,
                             .x = square.x + (i & 1) * side / 2,
                             .y = square.y + (i >> 1) * side / 2,
                             .spent = square.spent};
        place_square(pool, quarter, side / 2);
    }
}

/* The squares of parts whose largest have this size. */
static void begin_parts(Pool *pool)
{
    for (uint32_t i = 0; i < pool->part_count; i++) {
        const TdiRenderer *renderer = pool->parts[i].renderer;
        TdiCanvas canvas = canvas_of(pool, i);
        if (renderer->spectral.levels == 0 || renderer->spectral.level[0].side != pool->side ||
            canvas.from == canvas.to)
            continue;
        for (uint32_t y = canvas.from / pool->side * pool->side; y < canvas.to; y += pool->side)
            for (uint32_t x = 0; x < renderer->raster.width; x += pool->side)
                place_square(pool, (TdiSquare){.part = i, .x = x, .y = y}, pool->side);
    }
}

static const TdiLevel *level_of(const TdiSpectral *spectral, uint32_t side)
{
    const TdiLevel *level = spectral->level;
    while (level->side != side)
        level++;
    return level;
}

static void work_batch(const void *user, size_t job, const TdiWorker *worker)
{
    const Pool *pool = user;
    const Batch *batch = &pool->batches[job];
    TdiSquare *squares = &pool->now->at[batch->first];
    const TdiRenderer *renderer = pool->parts[squares->part].renderer;
    TdiCanvas canvas = canvas_of(pool, squares->part);
    bool later = pool->kept != NULL || renderer->cost != NULL;
    tdi_spectral_try(renderer, level_of(&renderer->spectral, pool->side), squares, batch->count,
                     later ? NULL : &canvas,
                     pool->kept != NULL ? pool->kept + batch->first * TDI_PATCH_FLOATS : NULL,
                     worker);
}

/* Neighbours in the list that belong to one part, a batch full at most. */
static TdStatus make_batches(Pool *pool, size_t *count, size_t *scratch, TdError *err)
{
    const Squares *squares = pool->now;
    *count = *scratch = 0;
    for (size_t first = 0; first < squares->count;) {
        Batch batch = {first, 1};
        uint32_t part = squares->at[first].part;
        while (batch.count < TD_PATCH_LANES && first + batch.count < squares->count &&
               squares->at[first + batch.count].part == part)
            batch.count++;
        Batch *at = make_room(pool->batches, *count, &pool->batch_room, sizeof *at);
        if (at == NULL)
            return fail_memory(pool, err);
        pool->batches = at;
        at[(*count)++] = batch;
        size_t bytes = tdi_spectral_scratch(pool->parts[part].renderer);
        *scratch = bytes > *scratch ? bytes : *scratch;
        first += batch.count;
    }
    return TD_OK;
}

/* Pixels of the band, for the progress. */
static uint64_t band_pixels(const Pool *pool)
{
    return (uint64_t)pool->band->count * pool->picture->raster.width;
}

/* What jobs tell: that they take what was told before to `until` pixels of the band. How many a
 * trial will draw is not known before; that its tiles are tried is told as half of what is
 * left. */
static void set_progress(Pool *pool, TdiJobs *jobs, uint64_t until)
{
    const TdRaster *raster = &pool->picture->raster;
    uint64_t before = (uint64_t)pool->band->y * raster->width;
    jobs->stage = "pixels";
    jobs->done = before + pool->told;
    jobs->span = until > pool->told ? until - pool->told : 0;
    jobs->total = (uint64_t)raster->height * raster->width;
    pool->told += jobs->span;
}

/* A rectangle of a map of costs; a line at its left and upper border shows where it ends. */
static void fill_cost(const Pool *pool, uint32_t part, TdiTile tile, float spent)
{
    enum { DOUBLINGS = 12, LINED = 8 }; /* 1/4096 is dark; smaller ones have no lines */
    const float *table = pool->parts[part].renderer->cost;
    double octaves = tdi_log(spent) * 1.4426950408889634 + DOUBLINGS;
    double share = octaves / (DOUBLINGS + 0.54); /* 1.45 is bright */
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    const float *entry = table + (size_t)(share * TDI_PALETTE_PARTS);
    TdiCanvas canvas = canvas_of(pool, part);
    for (uint32_t y = 0; y < tile.height; y++) {
        unsigned char *to = tdi_canvas_at(&canvas, tile.x, tile.y + y);
        for (uint32_t x = 0; x < tile.width; x++)
            for (uint32_t c = 0; c < 3; c++) {
                bool line = (x == 0 || y == 0) && tile.width >= LINED && tile.height >= LINED;
                float value = entry[c * (TDI_PALETTE_PARTS + 1)];
                to[3 * x + c] = (unsigned char)(255 * (line ? 0.7f * value : value) + 0.5f);
            }
    }
}

/* What of a square is drawn now. */
static TdiTile visible(const Pool *pool, const TdiSquare *square, uint32_t side)
{
    TdiCanvas canvas = canvas_of(pool, square->part);
    uint32_t width = pool->parts[square->part].renderer->raster.width;
    uint32_t from = tdi_greater(square->y, canvas.from),
             to = tdi_lesser(square->y + side, canvas.to);
    return (TdiTile){square->x, from, tdi_lesser(square->x + side, width) - square->x,
                     to - from};
}

/* A square that was found good. */
static void finish_square(Pool *pool, const TdiSquare *square)
{
    TdiTile tile = visible(pool, square, pool->side);
    pool->drawn += (uint64_t)tile.width * tile.height;
    if (pool->parts[square->part].renderer->cost != NULL)
        fill_cost(pool, square->part, tile, square->spent);
}

static void count_square(const Pool *pool, const TdiSquare *square)
{
    TdReport *report = pool->run->report;
    int side = 0;
    if (report == NULL)
        return;
    report->evaluations += TD_PATCH_NODES;
    if (square->verdict == TDI_VERDICT_SPLIT)
        return;
    while (1u << side < pool->side)
        side++;
    report
        ->patches[side][(square->down > square->across ? square->down : square->across) - 1]++;
    report->toned += square->verdict == TDI_VERDICT_TONED;
    report->coefficients += square->coefficients;
    report->bits += square->bits;
    report->checked += TD_POINT_GRAIN;
    report->worst = square->error > report->worst ? square->error : report->worst;
}

/* Large patches are few: they are drawn behind all trials, in slices, so that every thread has
 * some. */
enum { KEPT_SIDE = 128, SLICE_ROWS = 128 };

static TdStatus keep_squares(Pool *pool, TdError *err)
{
    uint64_t floats = (uint64_t)pool->now->count * TDI_PATCH_FLOATS;
    tdi_free(pool->kept);
    pool->kept = pool->side >= KEPT_SIDE ? tdi_alloc(floats, sizeof(float)) : NULL;
    return pool->side >= KEPT_SIDE && pool->kept == NULL
               ? tdi_fail_memory(err, floats * sizeof(float))
               : TD_OK;
}

static void work_slice(const void *user, size_t job, const TdiWorker *worker)
{
    const Pool *pool = user;
    const Slice *slice = &pool->slices[job];
    const TdiSquare *square = &pool->now->at[slice->square];
    const TdiRenderer *renderer = pool->parts[square->part].renderer;
    TdiCanvas canvas = canvas_of(pool, square->part);
    canvas.rows = tdi_canvas_at(&canvas, 0, slice->from);
    canvas.from = slice->from;
    canvas.to = slice->to;
    tdi_patch_draw(renderer, level_of(&renderer->spectral, pool->side), square,
                   pool->kept + slice->square * TDI_PATCH_FLOATS, &canvas, worker->scratch);
}

static bool add_slices(Pool *pool, size_t index)
{
    TdiTile tile = visible(pool, &pool->now->at[index], pool->side);
    uint32_t end = tile.y + tile.height;
    for (uint32_t y = tile.y; y < end; y += SLICE_ROWS) {
        Slice *at = make_room(pool->slices, pool->slice_count, &pool->slice_room, sizeof *at);
        if (at == NULL)
            return false;
        pool->slices = at;
        at[pool->slice_count++] = (Slice){index, y, tdi_lesser(y + SLICE_ROWS, end)};
    }
    return true;
}

static TdStatus draw_kept(Pool *pool, TdError *err)
{
    TdiJobs jobs = {.work = work_slice, .user = pool};
    pool->slice_count = 0;
    for (size_t i = 0; i < pool->now->count; i++) {
        const TdiSquare *square = &pool->now->at[i];
        const TdiRenderer *renderer = pool->parts[square->part].renderer;
        if (square->verdict == TDI_VERDICT_SPLIT || renderer->cost != NULL)
            continue;
        size_t bytes = tdi_patch_scratch(renderer);
        jobs.scratch_bytes = bytes > jobs.scratch_bytes ? bytes : jobs.scratch_bytes;
        if (!add_slices(pool, i))
            return fail_memory(pool, err);
    }
    jobs.count = pool->slice_count;
    return jobs.count > 0 ? tdi_run_jobs(&jobs, pool->run, err) : TD_OK;
}

/* Try all squares of one size, and cut in four what was not found good. */
static TdStatus try_squares(Pool *pool, TdError *err)
{
    TdiJobs jobs = {.work = work_batch, .user = pool};
    TdStatus status = make_batches(pool, &jobs.count, &jobs.scratch_bytes, err);
    uint64_t all = band_pixels(pool), left = all > pool->drawn ? all - pool->drawn : 0;
    set_progress(pool, &jobs, pool->drawn + left / 2);
    if (status == TD_OK)
        status = keep_squares(pool, err);
    if (status == TD_OK)
        status = tdi_run_jobs(&jobs, pool->run, err);
    if (status == TD_OK && pool->kept != NULL)
        status = draw_kept(pool, err);
    for (size_t i = 0; i < pool->now->count && status == TD_OK; i++) {
        const TdiSquare *square = &pool->now->at[i];
        count_square(pool, square);
        if (square->verdict == TDI_VERDICT_SPLIT)
            split(pool, *square, pool->side);
        else
            finish_square(pool, square);
    }
    return status;
}

static TdStatus try_all(Pool *pool, TdError *err)
{
    TdStatus status = TD_OK;
    for (pool->side = TDI_SIDE_MOST; pool->side > 0 && status == TD_OK; pool->side /= 2) {
        pool->now = squares_of(pool, pool->side);
        begin_parts(pool);
        if (pool->now->count > 0)
            status = try_squares(pool, err);
        for (int i = 0; i < TDI_LEVELS_MOST; i++)
            if (pool->squares[i].failed || pool->dense.failed)
                status = fail_memory(pool, err);
    }
    return status;
}

/* ---- What is dense ----------------------------------------------------------------------- */

static bool add_piece(Pool *pool, uint32_t part, TdiTile tile, float spent)
{
    Piece *at = make_room(pool->pieces, pool->piece_count, &pool->piece_room, sizeof *at);
    if (at == NULL)
        return false;
    pool->pieces = at;
    at[pool->piece_count++] = (Piece){part, tile, spent};
    return true;
}

static int compare_squares(const void *a, const void *b)
{
    const TdiSquare *p = a, *q = b;
    if (p->part != q->part)
        return p->part < q->part ? -1 : 1;
    if (p->y != q->y)
        return p->y < q->y ? -1 : 1;
    return (p->x > q->x) - (p->x < q->x);
}

/* Squares beside each other are drawn as one, which is less work. */
static bool gather_squares(Pool *pool)
{
    Squares *dense = &pool->dense;
    if (dense->count > 0)
        qsort(dense->at, dense->count, sizeof *dense->at, compare_squares);
    for (size_t i = 0; i < dense->count;) {
        const TdiSquare *first = &dense->at[i++];
        const TdiRenderer *renderer = pool->parts[first->part].renderer;
        uint32_t side = renderer->spectral.level[renderer->spectral.levels - 1].side;
        TdiCanvas canvas = canvas_of(pool, first->part);
        uint32_t y = tdi_greater(first->y, canvas.from), x = first->x + side;
        for (; i < dense->count && x - first->x < TDI_TILE_WIDTH; i++, x += side)
            if (dense->at[i].part != first->part || dense->at[i].y != first->y ||
                dense->at[i].x != x)
                break;
        TdiTile tile = {first->x, y, tdi_lesser(x, renderer->raster.width) - first->x,
                        tdi_lesser(first->y + side, canvas.to) - y};
        if (!add_piece(pool, first->part, tile, first->spent + 1))
            return false;
    }
    return true;
}

/* Parts that are dense from the start. */
static bool gather_parts(Pool *pool)
{
    for (uint32_t i = 0; i < pool->part_count; i++) {
        TdiCanvas canvas = canvas_of(pool, i);
        const TdiRenderer *renderer = pool->parts[i].renderer;
        if (renderer->spectral.levels > 0 || renderer->convnet != NULL ||
            canvas.from == canvas.to)
            continue;
        TdiTiling tiling = tdi_tiling(renderer->raster.width, canvas.from,
                                      canvas.to - canvas.from, TDI_TILE_PIXELS);
        for (size_t k = 0; k < tiling.tiles; k++)
            if (!add_piece(pool, i, tdi_tiling_tile(&tiling, k), 1))
                return false;
    }
    return true;
}

static void work_piece(const void *user, size_t job, const TdiWorker *worker)
{
    const Pool *pool = user;
    const Piece *piece = &pool->pieces[job];
    const TdiRenderer *renderer = pool->parts[piece->part].renderer;
    TdiCanvas canvas = canvas_of(pool, piece->part);
    TdiTile tile = piece->tile;
    unsigned char *out = tdi_canvas_at(&canvas, tile.x, tile.y);
    if (renderer->cost != NULL) {
        fill_cost(pool, piece->part, tile, piece->spent);
        return;
    }
    if (!canvas.spread) {
        tdi_renderer_tile(renderer, tile, worker, out, canvas.row_bytes);
        return;
    }
    size_t sample = td_sample_size(renderer->raster.type);
    unsigned char *gray = (unsigned char *)worker->scratch + tdi_renderer_scratch(renderer);
    tdi_renderer_tile(renderer, tile, worker, gray, tile.width * sample);
    tdi_spread_gray(gray, sample, tile, out, canvas.row_bytes);
}

static void count_pieces(const Pool *pool)
{
    TdReport *report = pool->run->report;
    for (size_t i = 0; i < pool->piece_count && report != NULL; i++) {
        const Piece *piece = &pool->pieces[i];
        uint64_t grid = (uint64_t)pool->parts[piece->part].renderer->view.grid;
        uint64_t pixels = (uint64_t)piece->tile.width * piece->tile.height;
        report->dense_pixels += pixels;
        if (pool->parts[piece->part].renderer->convnet == NULL) /* else cells are counted */
            report->evaluations += pixels * grid * grid;
    }
}

static void count_pixels(const Pool *pool)
{
    TdReport *report = pool->run->report;
    for (uint32_t i = 0; i < pool->part_count && report != NULL; i++) {
        TdiCanvas canvas = canvas_of(pool, i);
        uint64_t grid = (uint64_t)pool->parts[i].renderer->view.grid;
        uint64_t pixels =
            (uint64_t)(canvas.to - canvas.from) * pool->parts[i].renderer->raster.width;
        report->pixels += pixels;
        report->samples += pixels * grid * grid;
    }
}

/* Draw the pieces that were gathered, which take what was told to `until`. */
static TdStatus draw_pieces(Pool *pool, uint64_t until, TdError *err)
{
    TdiJobs jobs = {.work = work_piece, .user = pool};
    for (size_t i = 0; i < pool->part_count; i++) {
        const TdiRenderer *renderer = pool->parts[i].renderer;
        size_t bytes = tdi_renderer_scratch(renderer) +
                       TDI_TILE_PIXELS * td_sample_size(renderer->raster.type);
        jobs.scratch_bytes = bytes > jobs.scratch_bytes ? bytes : jobs.scratch_bytes;
    }
    count_pieces(pool);
    jobs.count = pool->piece_count;
    set_progress(pool, &jobs, until);
    return jobs.count > 0 ? tdi_run_jobs(&jobs, pool->run, err) : TD_OK;
}

static TdStatus draw_dense(Pool *pool, TdError *err)
{
    if (!gather_squares(pool) || !gather_parts(pool))
        return fail_memory(pool, err);
    count_pixels(pool);
    return draw_pieces(pool, band_pixels(pool), err);
}

/* ---- Parts on a raster ------------------------------------------------------------------- */

/* A rectangle of a part, whose cells are held at once. */
static TdStatus draw_rectangle(Pool *pool, uint32_t part, TdiTile all, TdError *err)
{
    TdStatus status = tdi_raster_prepare(pool->parts[part].renderer, all, pool->run, err);
    TdiTiling tiling = tdi_tiling(all.width, all.y, all.height, TDI_TILE_PIXELS);
    pool->piece_count = 0;
    for (size_t i = 0; i < tiling.tiles && status == TD_OK; i++) {
        TdiTile tile = tdi_tiling_tile(&tiling, i);
        tile.x += all.x;
        if (!add_piece(pool, part, tile, 1))
            status = fail_memory(pool, err);
    }
    pool->drawn += (uint64_t)all.width * all.height;
    if (status == TD_OK)
        status = draw_pieces(pool, pool->drawn, err);
    pool->piece_count = 0;
    return status;
}

/* Rectangles side by side, as many as fill the rows that the first one has. */
static TdStatus draw_lines(Pool *pool, uint32_t part, TdiTile *rest, TdError *err)
{
    TdiTile row = *rest;
    TdStatus status = TD_OK;
    row.height = tdi_raster_piece(pool->parts[part].renderer, row, pool->run).height;
    rest->y += row.height;
    rest->height -= row.height;
    while (row.width > 0 && status == TD_OK) {
        TdiTile next = row;
        next.width = tdi_raster_piece(pool->parts[part].renderer, row, pool->run).width;
        status = draw_rectangle(pool, part, next, err);
        row.x += next.width;
        row.width -= next.width;
    }
    return status;
}

static TdStatus draw_rasters(Pool *pool, TdError *err)
{
    TdStatus status = TD_OK;
    for (uint32_t i = 0; i < pool->part_count; i++) {
        const TdiRenderer *renderer = pool->parts[i].renderer;
        TdiCanvas canvas = canvas_of(pool, i);
        TdiTile rest = {0, canvas.from, renderer->raster.width, canvas.to - canvas.from};
        if (renderer->convnet == NULL)
            continue;
        while (rest.height > 0 && status == TD_OK)
            status = draw_lines(pool, i, &rest, err);
    }
    return status;
}

/* The band is done, whatever was told of it. */
static void tell_end(const Pool *pool)
{
    const TdRaster *raster = &pool->picture->raster;
    uint64_t rows = (uint64_t)pool->band->y + pool->band->count;
    if (pool->run->progress != NULL)
        pool->run->progress(pool->run->user, "pixels", rows * raster->width,
                            (uint64_t)raster->height * raster->width);
}

TdStatus tdi_draw_parts(const TdPicture *picture, const TdiPart *parts, size_t count,
                        const TdiBand *band, const TdRun *run, TdError *err)
{
    Pool pool = {
        .picture = picture, .parts = parts, .part_count = count, .band = band, .run = run};
    pool.now = &pool.dense;
    TdStatus status = draw_rasters(&pool, err);
    if (status == TD_OK)
        status = try_all(&pool, err);
    if (status == TD_OK)
        status = draw_dense(&pool, err);
    if (status == TD_OK)
        tell_end(&pool);
    for (int i = 0; i < TDI_LEVELS_MOST; i++)
        tdi_free(pool.squares[i].at);
    tdi_free(pool.dense.at);
    tdi_free(pool.kept);
    tdi_free(pool.slices);
    tdi_free(pool.batches);
    tdi_free(pool.pieces);
    return status;
}
