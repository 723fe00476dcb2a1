/* Rows on demand: the loop that all kinds of pictures share, and the picture of one network. */
#include "render/picture.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "render/renderer.h"

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
    if (picture != NULL)
        picture->kind->free(picture);
}

typedef struct BandJobs {
    const TdPicture *picture;
    TdiBand band;
} BandJobs;

static void work_job(const void *user, size_t job, const TdiWorker *worker)
{
    const BandJobs *jobs = user;
    jobs->picture->kind->work(jobs->picture, &jobs->band, job, worker);
}

/* Draw as many of the band's rows as the picture takes at once; the band's count becomes that.
 */
static TdStatus draw_part(TdPicture *picture, TdiBand *band, const TdRun *run, TdError *err)
{
    uint64_t width = picture->raster.width;
    BandJobs drawn = {picture, *band};
    TdiJobs jobs = {.work = work_job, .user = &drawn, .stage = "pixels"};
    TdStatus status = picture->kind->prepare(picture, &drawn.band, run, &jobs, err);
    if (status != TD_OK)
        return status;
    band->count = drawn.band.count;
    jobs.done = band->y * width;
    jobs.span = band->count * width;
    jobs.total = picture->raster.height * width;
    return tdi_run_jobs(&jobs, run, err);
}

TdStatus td_picture_rows(TdPicture *picture, uint32_t y, uint32_t count, void *rows,
                         const TdRun *run, TdError *err)
{
    TdRun resolved = td_run_resolved(run);
    if (y >= picture->raster.height || count == 0 || count > picture->raster.height - y)
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

static TdiTiling tiling_of(const TdPicture *picture, const TdiBand *band)
{
    return tdi_tiling(picture->raster.width, band->y, band->count, TDI_TILE_PIXELS);
}

static TdStatus prepare_single(TdPicture *picture, TdiBand *band, const TdRun *run,
                               TdiJobs *jobs, TdError *err)
{
    (void)run;
    (void)err;
    jobs->count = tiling_of(picture, band).tiles;
    jobs->scratch_bytes = tdi_renderer_scratch(&((Single *)picture)->renderer);
    return TD_OK;
}

static void work_single(const TdPicture *picture, const TdiBand *band, size_t job,
                        const TdiWorker *worker)
{
    TdiTiling tiling = tiling_of(picture, band);
    TdiTile tile = tdi_tiling_tile(&tiling, job);
    size_t pixel_bytes = picture->raster.channels * td_sample_size(picture->raster.type);
    unsigned char *out =
        band->rows + (tile.y - band->y) * band->row_bytes + tile.x * pixel_bytes;
    tdi_renderer_tile(&((const Single *)picture)->renderer, tile, worker, out, band->row_bytes);
}

static void free_single(TdPicture *picture)
{
    tdi_renderer_clear(&((Single *)picture)->renderer);
    tdi_free(picture);
}

TdStatus td_picture_create(const TdRecipe *recipe, TdSamples samples, const TdRun *run,
                           TdPicture **picture, TdError *err)
{
    static const TdiPictureKind kind = {prepare_single, work_single, free_single};
    TdRun resolved = td_run_resolved(run);
    Single *single = tdi_alloc(1, sizeof *single);
    *picture = NULL;
    if (single == NULL)
        return tdi_fail_memory(err, sizeof *single);
    TdStatus status = tdi_renderer_init(&single->renderer, recipe, samples, &resolved, err);
    if (status != TD_OK) {
        tdi_free(single);
        return status;
    }
    single->head = (TdPicture){.kind = &kind, .raster = single->renderer.raster};
    *picture = &single->head;
    return TD_OK;
}
