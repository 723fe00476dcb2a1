/* A file of samples as a picture: tone, palette and rounding without a network. The file is
 * read band by band. */
#include "sheet/recolour.h"

#include <string.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"
#include "output/npy_read.h"
#include "output/source.h"
#include "render/picture.h"
#include "render/renderer.h"
#include "tiedye/sheet.h"

enum { BAND_FLOATS = 1 << 20, SAMPLE_ROWS = 3 };

typedef struct Recolour {
    TdPicture head;
    TdiArray array;
    TdiColour colour;
    char sha256[TD_HASH];
    float *rows; /* of the band, interleaved */
    uint32_t rows_most;
    TdiTiling tiling;
} Recolour;

/* ---- Drawing ----------------------------------------------------------------------------- */

/* The outputs of a tile's pixels, in rows TDI_TILE_PIXELS floats apart. */
static void gather(const Recolour *recolour, const TdiBand *band, TdiTile tile, float *rows)
{
    uint32_t channels = recolour->array.channels, width = recolour->array.width;
    for (uint32_t y = 0; y < tile.height; y++) {
        size_t first = (size_t)(tile.y - band->y + y) * width + tile.x;
        const float *from = recolour->rows + first * channels;
        for (uint32_t x = 0; x < tile.width; x++)
            for (uint32_t c = 0; c < recolour->colour.outputs; c++)
                rows[c * TDI_TILE_PIXELS + y * tile.width + x] = from[x * channels + c];
    }
}

static void work(const TdPicture *picture, const TdiBand *band, size_t job,
                 const TdiWorker *worker)
{
    const Recolour *recolour = (const Recolour *)picture;
    TdiTile tile = tdi_tiling_tile(&recolour->tiling, job);
    uint32_t pixels = tile.width * tile.height;
    size_t points = (pixels + TD_POINT_GRAIN - 1) / TD_POINT_GRAIN * TD_POINT_GRAIN;
    float *rows = worker->scratch;
    size_t pixel_bytes = picture->raster.channels * td_sample_size(picture->raster.type);
    gather(recolour, band, tile, rows);
    for (uint32_t c = 0; c < recolour->colour.outputs; c++)
        memset(rows + c * TDI_TILE_PIXELS + pixels, 0, (points - pixels) * sizeof *rows);
    rows = tdi_colour_apply(&recolour->colour, rows, TDI_TILE_PIXELS, points,
                            rows + SAMPLE_ROWS * TDI_TILE_PIXELS);
    tdi_colour_store(&recolour->colour, tile, 0, pixels, rows, TDI_TILE_PIXELS, 1,
                     band->rows + (tile.y - band->y) * band->row_bytes + tile.x * pixel_bytes,
                     band->row_bytes);
}

static TdStatus draw(TdPicture *picture, TdiBand *band, const TdRun *run, TdError *err)
{
    Recolour *recolour = (Recolour *)picture;
    uint64_t width = picture->raster.width;
    band->count = band->count < recolour->rows_most ? band->count : recolour->rows_most;
    recolour->tiling = tdi_tiling(picture->raster.width, band->y, band->count, TDI_TILE_PIXELS);
    TdiBandJobs jobs = {.count = recolour->tiling.tiles, .work = work};
    jobs.scratch_bytes = (SAMPLE_ROWS + tdi_colour_spare_rows(&recolour->colour)) *
                         (size_t)TDI_TILE_PIXELS * sizeof(float);
    TdStatus status = tdi_array_pixels(&recolour->array, band->y * width, band->count * width,
                                       recolour->rows, err);
    return status == TD_OK ? tdi_draw_jobs(picture, band, &jobs, run, err) : status;
}

static void free_recolour(TdPicture *picture)
{
    Recolour *recolour = (Recolour *)picture;
    tdi_array_close(&recolour->array);
    tdi_colour_clear(&recolour->colour);
    tdi_free(recolour->rows);
    tdi_free(recolour);
}

/* ---- Making one -------------------------------------------------------------------------- */

/* Keys of the network and the view that mean something here: the range of `out`, the seed of
 * palettes and noise; the size has a check of its own. */
static bool is_allowed(const TdKeyInfo *key)
{
    return (key->group != TD_GROUP_NETWORK && key->group != TD_GROUP_VIEW &&
            key->group != TD_GROUP_RASTER) ||
           strcmp(key->name, "out") == 0 || strcmp(key->name, "seed") == 0 ||
           strcmp(key->name, "size") == 0;
}

static TdStatus check_keys(const TdRecipe *recipe, TdError *err)
{
    for (size_t i = 0; i < td_key_count(); i++) {
        const TdKeyInfo *key = td_key_info(i);
        if (is_allowed(key))
            continue;
        char *value = td_recipe_get(recipe, key->name);
        if (value == NULL)
            return tdi_fail_memory(err, 0);
        bool told = strcmp(value, key->preset) != 0;
        td_text_free(value);
        if (told)
            return tdi_fail(err, TD_ERROR_RECIPE,
                            "%s: does not apply to the samples of %.200s, which are computed "
                            "already; keys of colour do, and out and seed",
                            key->name, recipe->field);
    }
    if (recipe->draw != TD_DRAW_PICTURE)
        return tdi_fail(err, TD_ERROR_RECIPE, "draw: the samples of %.200s are one picture",
                        recipe->field);
    return TD_OK;
}

static TdStatus check_shape(const TdRecipe *recipe, const TdiArray *array, TdError *err)
{
    const TdSize *size = &recipe->size;
    if (size->width != 0 && (size->width != array->width || size->height != array->height))
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "size: %.200s is %u x %u and is drawn at that size; leave the key out",
                        recipe->field, (unsigned)array->width, (unsigned)array->height);
    if (recipe->antialias > 2) /* 2 is what is not said */
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "antialias: %.200s has one sample a pixel; leave the key out",
                        recipe->field);
    return TD_OK;
}

/* What went wrong with the file, and why it was opened. */
static TdStatus fail_field(TdStatus status, const TdError *inner, TdError *err)
{
    if (status != TD_ERROR_IO)
        return tdi_fail(err, status, "%s", inner->message);
    return tdi_fail(err, status, "%.400s (the picture's samples are in that file)",
                    inner->message);
}

/* Open the recipe's file and find its hash, which must be the recipe's where that says one. */
static TdStatus open_field(const TdRecipe *recipe, const TdRun *run, TdiArray *array,
                           char sha256[TD_HASH], TdError *err)
{
    TdError inner = {0};
    TdStatus status = tdi_array_open(recipe->field, run, array, &inner);
    if (status != TD_OK)
        return fail_field(status, &inner, err);
    status = tdi_source_hash(array->source, run, sha256, err);
    if (status == TD_OK && recipe->field_sha256[0] != '\0' &&
        strcmp(recipe->field_sha256, sha256) != 0)
        status = tdi_fail(err, TD_ERROR_FORMAT,
                          "%.200s: is not the file that the picture was made from (SHA-256 "
                          "%.12s..., not %.12s...)",
                          recipe->field, sha256, recipe->field_sha256);
    if (status != TD_OK)
        tdi_array_close(array);
    return status;
}

TdStatus td_field_identify(TdRecipe *recipe, const TdRun *run, TdError *err)
{
    TdiArray array;
    TdRun resolved = td_run_resolved(run);
    if (recipe->field[0] == '\0' || recipe->field_sha256[0] != '\0')
        return TD_OK;
    TdStatus status = open_field(recipe, &resolved, &array, recipe->field_sha256, err);
    if (status == TD_OK)
        tdi_array_close(&array);
    return status;
}

/* The pixels at the centres of TDI_TONE_SIDE x TDI_TONE_SIDE equal parts, the nearest ones. */
static TdStatus read_sample(TdiArray *array, float *sample, TdError *err)
{
    TdStatus status = TD_OK;
    for (uint64_t j = 0; j < TDI_TONE_SIDE && status == TD_OK; j++) {
        uint64_t y = (2 * j + 1) * array->height / (2 * TDI_TONE_SIDE);
        for (uint64_t i = 0; i < TDI_TONE_SIDE && status == TD_OK; i++) {
            uint64_t x = (2 * i + 1) * array->width / (2 * TDI_TONE_SIDE);
            status = tdi_array_pixels(array, y * array->width + x, 1, sample, err);
            sample += array->channels;
        }
    }
    return status;
}

static TdStatus init_tone(Recolour *recolour, const TdRecipe *recipe, TdError *err)
{
    uint32_t channels = recolour->array.channels;
    size_t floats = (size_t)TDI_TONE_SIDE * TDI_TONE_SIDE * channels;
    float *sample = NULL;
    TdStatus status = TD_OK;
    if (tdi_tone_needs_sample(recipe)) {
        sample = tdi_alloc(floats, sizeof *sample);
        if (sample == NULL)
            return tdi_fail_memory(err, floats * sizeof *sample);
        status = read_sample(&recolour->array, sample, err);
    }
    TdiFpMode mode = tdi_fp_enter();
    if (status == TD_OK)
        tdi_colour_set_tone(&recolour->colour, recipe, sample,
                            (size_t)TDI_TONE_SIDE * TDI_TONE_SIDE, channels);
    tdi_fp_leave(mode);
    tdi_free(sample);
    return status;
}

static TdStatus init_colour(Recolour *recolour, const TdRecipe *recipe, const TdRun *run,
                            TdError *err)
{
    TdiFpMode mode = tdi_fp_enter();
    TdStatus status = tdi_colour_init(&recolour->colour, recipe, recolour->array.channels,
                                      td_kernels(run->cpu, run->fast), err);
    tdi_fp_leave(mode);
    return status == TD_OK ? init_tone(recolour, recipe, err) : status;
}

static TdStatus make_rows(Recolour *recolour, const TdRun *run, TdError *err)
{
    const TdiArray *array = &recolour->array;
    uint64_t floats = (uint64_t)array->width * array->channels;
    uint64_t rows = floats < BAND_FLOATS ? BAND_FLOATS / floats : 1;
    recolour->rows_most = (uint32_t)rows;
    TdStatus status = tdi_check_limit(run, rows * floats * sizeof(float), "a row of samples",
                                      "colour a narrower array", err);
    if (status != TD_OK)
        return status;
    recolour->rows = tdi_alloc((size_t)(rows * floats), sizeof(float));
    if (recolour->rows == NULL)
        return tdi_fail_memory(err, (size_t)(rows * floats) * sizeof(float));
    return TD_OK;
}

static TdStatus init(Recolour *recolour, const TdRecipe *recipe, const TdRun *run, TdError *err)
{
    TdStatus status = check_keys(recipe, err);
    if (status == TD_OK)
        status = open_field(recipe, run, &recolour->array, recolour->sha256, err);
    if (status == TD_OK)
        status = check_shape(recipe, &recolour->array, err);
    if (status == TD_OK)
        status = init_colour(recolour, recipe, run, err);
    if (status == TD_OK)
        status = make_rows(recolour, run, err);
    recolour->head.field_sha256 = recolour->sha256;
    recolour->head.raster =
        (TdRaster){.width = recolour->array.width,
                   .height = recolour->array.height,
                   .channels = recolour->colour.channels,
                   .type = recipe->bits == 16 ? TD_SAMPLE_U16 : TD_SAMPLE_U8,
                   .dots_per_inch = recipe->size.dots_per_inch};
    return status;
}

TdStatus tdi_recolour_create(const TdRecipe *recipe, TdSamples samples, const TdRun *run,
                             TdPicture **picture, TdError *err)
{
    static const TdiPictureKind kind = {draw, NULL, free_recolour};
    TdRun resolved = td_run_resolved(run);
    if (samples == TD_SAMPLES_FIELD)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "%.200s: is a field already; choose a picture's format", recipe->field);
    Recolour *recolour = tdi_alloc(1, sizeof *recolour);
    if (recolour == NULL)
        return tdi_fail_memory(err, sizeof *recolour);
    recolour->head.kind = &kind;
    TdStatus status = init(recolour, recipe, &resolved, err);
    if (status != TD_OK) {
        free_recolour(&recolour->head);
        return status;
    }
    *picture = &recolour->head;
    return TD_OK;
}
