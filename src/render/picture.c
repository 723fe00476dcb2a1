/* Rows on demand: the loop that all kinds of pictures share, and the picture of one network. */
#include "render/picture.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "render/drawing.h"

const TdRaster *td_picture_raster(const TdPicture *picture)
{
    return &picture->raster;
}

const char *td_picture_note(const TdPicture *picture)
{
    return picture->note;
}

void td_picture_free(TdPicture *picture)
{
    if (picture == NULL)
        return;
    tdi_free(picture->kept.rows);
    picture->kind->free(picture);
}

typedef struct Work {
    const TdPicture *picture;
    const TdiBand *band;
    const TdiBandJobs *jobs;
} Work;

static void work_job(const void *user, size_t job, const TdiWorker *worker)
{
    const Work *work = user;
    work->jobs->work(work->picture, work->band, job, worker);
}

TdStatus tdi_draw_jobs(const TdPicture *picture, const TdiBand *band, const TdiBandJobs *jobs,
                       const TdRun *run, TdError *err)
{
    uint64_t width = picture->raster.width;
    Work work = {picture, band, jobs};
    TdiJobs all = {.count = jobs->count,
                   .scratch_bytes = jobs->scratch_bytes,
                   .work = work_job,
                   .user = &work,
                   .stage = "pixels",
                   .done = band->y * width,
                   .span = band->count * width,
                   .total = td_raster_rows(&picture->raster) * width};
    return tdi_run_jobs(&all, run, err);
}

/* ---- Rows as they are asked for ------------------------------------------------------ */

static TdStatus draw_band(TdPicture *picture, TdiBand band, const TdRun *run, TdError *err)
{
    TdStatus status = TD_OK;
    while (band.count > 0 && status == TD_OK) {
        TdiBand part = band;
        status = picture->kind->draw(picture, &part, run, err);
        band.y += part.count;
        band.count -= part.count;
        band.rows += part.count * band.row_bytes;
    }
    return status;
}

/* The block around row y; the rows that are asked for where the picture has none, or where one
 * would take too much memory. */
static TdiBand block_at(const TdPicture *picture, const TdiBand *band, const TdRun *run)
{
    TdiBand block = *band;
    uint32_t begin = band->y, end = band->y + band->count;
    if (picture->kind->block != NULL)
        picture->kind->block(picture, band->y, &begin, &end);
    if (tdi_mul_size(end - begin, band->row_bytes) > run->max_memory)
        return block;
    block.y = begin;
    block.count = end - begin;
    return block;
}

/* A block of which only some rows are asked for is kept, since the others will be. */
static TdStatus keep_block(TdPicture *picture, TdiBand block, const TdRun *run, TdError *err)
{
    TdiBand *kept = &picture->kept;
    if (kept->rows != NULL && kept->y == block.y && kept->count == block.count)
        return TD_OK;
    size_t old = kept->rows != NULL ? kept->count * kept->row_bytes : 0;
    size_t bytes = block.count * block.row_bytes;
    kept->count = 0;
    if (bytes > old || kept->rows == NULL) {
        tdi_free(kept->rows);
        kept->rows = tdi_alloc(bytes, 1);
        if (kept->rows == NULL)
            return tdi_fail_memory(err, bytes);
    }
    block.rows = kept->rows;
    TdStatus status = draw_band(picture, block, run, err);
    if (status == TD_OK)
        *kept = block;
    return status;
}

/* The band's first rows: whole blocks, or a part of one. The band's count becomes theirs. */
static TdStatus draw_part(TdPicture *picture, TdiBand *band, const TdRun *run, TdError *err)
{
    TdiBand block = block_at(picture, band, run);
    uint32_t left = block.y + block.count - band->y;
    if (block.y == band->y && left <= band->count) {
        TdiBand next = *band;
        uint32_t whole = 0;
        for (; left <= band->count - whole; left = block_at(picture, &next, run).count) {
            whole += left;
            next.y = band->y + whole;
            next.count = band->count - whole;
            if (next.count == 0)
                break;
        }
        band->count = whole;
        return draw_band(picture, *band, run, err);
    }
    TdStatus status = keep_block(picture, block, run, err);
    band->count = left < band->count ? left : band->count;
    if (status == TD_OK)
        memcpy(band->rows, picture->kept.rows + (band->y - block.y) * band->row_bytes,
               band->count * band->row_bytes);
    return status;
}

TdStatus td_picture_rows(TdPicture *picture, uint32_t y, uint32_t count, void *rows,
                         const TdRun *run, TdError *err)
{
    TdRun resolved = td_run_resolved(run);
    uint32_t all = (uint32_t)td_raster_rows(&picture->raster);
    if (y >= all || count == 0 || count > all - y)
        return tdi_fail(err, TD_ERROR_ARGUMENT, "rows %u + %u lie outside of the picture",
                        (unsigned)y, (unsigned)count);
    TdStatus status = TD_OK;
    TdiBand band = {y, count, rows, (size_t)td_raster_row_bytes(&picture->raster)};
    while (count > 0 && status == TD_OK) {
        status = draw_part(picture, &band, &resolved, err);
        count -= band.count;
        band = (TdiBand){band.y + band.count, count, band.rows + band.count * band.row_bytes,
                         band.row_bytes};
    }
    return status;
}

void tdi_spread_gray(const unsigned char *gray, size_t sample, TdiTile tile, unsigned char *out,
                     size_t row_bytes)
{
    for (uint32_t row = 0; row < tile.height; row++)
        for (uint32_t i = 0; i < 3 * tile.width; i++)
            memcpy(out + row * row_bytes + i * sample,
                   gray + ((size_t)row * tile.width + i / 3) * sample, sample);
}

/* ---- One network --------------------------------------------------------------------- */

typedef struct Single {
    TdPicture head;
    TdiRenderer renderer;
} Single;

static TdStatus draw_single(TdPicture *picture, TdiBand *band, const TdRun *run, TdError *err)
{
    TdiPart part = {.renderer = &((Single *)picture)->renderer};
    return tdi_draw_parts(picture, &part, 1, band, run, err);
}

static void block_single(const TdPicture *picture, uint32_t y, uint32_t *begin, uint32_t *end)
{
    tdi_renderer_block(&((const Single *)picture)->renderer, y, begin, end);
}

static void free_single(TdPicture *picture)
{
    tdi_renderer_clear(&((Single *)picture)->renderer);
    tdi_free(picture);
}

TdStatus tdi_picture_create(const TdRecipe *recipe, TdSamples samples, const TdiShared *shared,
                            const TdRun *run, TdPicture **picture, TdError *err)
{
    static const TdiPictureKind kind = {draw_single, block_single, free_single};
    TdRun resolved = td_run_resolved(run);
    Single *single = tdi_alloc(1, sizeof *single);
    *picture = NULL;
    if (single == NULL)
        return tdi_fail_memory(err, sizeof *single);
    TdStatus status =
        tdi_renderer_init(&single->renderer, recipe, samples, shared, &resolved, err);
    if (status != TD_OK) {
        tdi_free(single);
        return status;
    }
    single->head = (TdPicture){.kind = &kind, .raster = single->renderer.raster};
    *picture = &single->head;
    return TD_OK;
}

TdStatus td_picture_create(const TdRecipe *recipe, TdSamples samples, const TdRun *run,
                           TdPicture **picture, TdError *err)
{
    return tdi_picture_create(recipe, samples, NULL, run, picture, err);
}
