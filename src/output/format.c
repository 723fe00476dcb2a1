/* The table of formats, and the writer that stands in front of every format. */
#include "output/format.h"

#include "base/error.h"
#include "base/memory.h"
#include "output/binary.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const TdiFormat *const formats[] = {
    &tdi_format_png,  &tdi_format_ppm, &tdi_format_npy,  &tdi_format_nrrd, &tdi_format_vti,
    &tdi_format_ply,  &tdi_format_stl, &tdi_format_glb,  &tdi_format_mp4,  &tdi_format_webm,
    &tdi_format_webp, &tdi_format_gif, &tdi_format_apng, &tdi_format_hash, &tdi_format_null,
};

enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

/* ---- Rasters ----------------------------------------------------------------------------- */

size_t tdi_sample_count(const TdRaster *raster, uint32_t count)
{
    return (size_t)raster->width * raster->channels * count;
}

TdStatus tdi_write_float_rows(TdOutput *output, const void *rows, uint32_t count, TdError *err)
{
    return tdi_write_floats(output->file, rows, tdi_sample_count(&output->raster, count), err);
}

TdStatus tdi_check_grid(const TdRaster *raster, TdError *err)
{
    bool finite = isfinite(raster->spacing);
    for (int i = 0; i < 3; i++)
        finite = finite && isfinite(raster->origin[i]);
    if (finite && raster->spacing > 0)
        return TD_OK;
    return tdi_fail(err, TD_ERROR_ARGUMENT,
                    "a volume's samples lie at origin %g, %g, %g with spacing %g: all must be "
                    "finite, and the spacing above 0",
                    raster->origin[0], raster->origin[1], raster->origin[2], raster->spacing);
}

/* ---- The table --------------------------------------------------------------------------- */

size_t td_format_count(void)
{
    return FORMAT_COUNT;
}

const TdFormatInfo *td_format_info(size_t i)
{
    return i < FORMAT_COUNT ? &formats[i]->info : NULL;
}

/* Whether `word` is one of the words of a list separated by blanks; case does not count. */
static bool is_listed(const char *list, const char *word, size_t length)
{
    while (length > 0 && *list != '\0') {
        size_t candidate = strcspn(list, " ");
        if (candidate == length && strncasecmp(list, word, length) == 0)
            return true;
        list += candidate;
        list += strspn(list, " ");
    }
    return false;
}

/* The extension without its dot, "" where there is none. A leading dot hides a file, it does
 * not begin an extension. */
static const char *extension_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');
    return dot == NULL || dot == name ? "" : dot + 1;
}

/* "png, ppm, ..."; cut where there is no room. */
static void list_names(char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0, used = 0; i < FORMAT_COUNT && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ",
                                 formats[i]->info.name);
}

static void fail_find(const char *name, const char *path, TdError *err)
{
    char names[256];
    list_names(names, sizeof names);
    if (name != NULL)
        tdi_fail(err, TD_ERROR_ARGUMENT, "there is no format \"%.40s\"; the formats are %s",
                 name, names);
    else if (path == NULL || strcmp(path, "-") == 0)
        tdi_fail(
            err, TD_ERROR_ARGUMENT,
            "standard output has no extension to tell the format; use --format with one of "
            "%s",
            names);
    else
        tdi_fail(
            err, TD_ERROR_ARGUMENT,
            "%.200s: its extension tells no format; use --format, or end the name in one of %s",
            path, names);
}

const TdFormatInfo *td_format_find(const char *name, const char *path, TdError *err)
{
    const char *word = name != NULL ? name : path != NULL ? extension_of(path) : "";
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        const TdFormatInfo *info = &formats[i]->info;
        if (is_listed(name != NULL ? info->name : info->extensions, word, strlen(word)))
            return info;
    }
    fail_find(name, path, err);
    return NULL;
}

/* ---- Opening ----------------------------------------------------------------------------- */

const TdiFormat *tdi_format_of(const TdFormatInfo *info)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (&formats[i]->info == info)
            return formats[i];
    return NULL;
}

static TdStatus check_size(const TdRaster *raster, TdError *err)
{
    if (raster->width < 1 || raster->width > INT32_MAX || raster->height < 1 ||
        raster->height > INT32_MAX)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "%u x %u pixels cannot be written: a side must have 1 to 2147483647 "
                        "(the limit of PNG)",
                        raster->width, raster->height);
    if (td_raster_rows(raster) > INT32_MAX)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "%u times %u rows are more than 2147483647; write fewer at a time",
                        raster->depth, raster->height);
    if (raster->channels < 1)
        return tdi_fail(err, TD_ERROR_ARGUMENT, "a raster needs at least one channel");
    if ((uint64_t)raster->width * raster->channels > PTRDIFF_MAX / sizeof(float))
        return tdi_fail(err, TD_ERROR_ARGUMENT, "%u pixels of %u channels are no row in memory",
                        raster->width, raster->channels);
    /* 50 million dots per inch is what PNG's dots per metre can hold. */
    if (!(raster->dots_per_inch >= 0 && raster->dots_per_inch <= 5e7))
        return tdi_fail(err, TD_ERROR_ARGUMENT, "%g dots per inch are not 0 to 5e7",
                        raster->dots_per_inch);
    return TD_OK;
}

static TdStatus check_kind(const TdiFormat *format, const TdRaster *raster, TdError *err)
{
    bool film = raster->frames_per_second > 0, volume = raster->depth > 0 && !film;
    const TdFormatInfo *info = &format->info;
    if (film ? info->film : volume ? info->volume : info->picture)
        return TD_OK;
    if (info->mesh)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "format %s holds surfaces only; see `tiedye list formats`", info->name);
    return tdi_fail(err, TD_ERROR_ARGUMENT, "format %s holds no %s; see `tiedye list formats`",
                    info->name,
                    film     ? "film"
                    : volume ? "volume"
                             : "picture");
}

static TdStatus check_samples(const TdiFormat *format, const TdRaster *raster, TdError *err)
{
    const char *name = format->info.name;
    unsigned type = (unsigned)raster->type;
    if (type == TD_SAMPLE_U16 && (format->takes & TDI_TAKES_PICTURES) == TDI_TAKES_U8)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "bits: %s holds 8 bits a sample; leave out --bits 16", name);
    if (type > TD_SAMPLE_F32 || (format->takes >> type & 1) == 0)
        return tdi_fail(err, TD_ERROR_ARGUMENT, "format %s takes %s samples", name,
                        format->takes == TDI_TAKES_F32 ? "only float" : "no float");
    if (type != TD_SAMPLE_F32 && raster->channels != 1 && raster->channels != 3)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "a picture has 1 channel (gray) or 3 (RGB), not %u", raster->channels);
    return TD_OK;
}

/* On failure the caller discards `output` as far as it has come. */
static TdStatus begin(TdOutput *output, const char *path, const char *recipe, TdError *err)
{
    const TdiFormat *format = output->format;
    TdStatus status = TD_OK;
    if (format->size > 0) {
        output->state = tdi_alloc(1, format->size);
        if (output->state == NULL)
            return tdi_fail_memory(err, format->size);
    }
    if (!format->info.nothing)
        status = tdi_file_open(path,
                               format->text                           ? NULL
                               : output->raster.frames_per_second > 0 ? "a film"
                                                                      : "a picture",
                               &output->run, &output->file, err);
    if (status == TD_OK && format->open != NULL)
        status = format->open(output, format->info.recipe ? recipe : NULL, err);
    return status;
}

TdStatus td_output_open(const TdFormatInfo *info, const char *path, const TdRaster *raster,
                        const char *recipe, const TdRun *run, TdOutput **output, TdError *err)
{
    *output = NULL;
    const TdiFormat *format = tdi_format_of(info);
    if (format == NULL)
        return tdi_fail(err, TD_ERROR_ARGUMENT, "not a format of the table");
    TdStatus status = check_size(raster, err);
    if (status == TD_OK)
        status = check_kind(format, raster, err);
    if (status == TD_OK)
        status = check_samples(format, raster, err);
    if (status != TD_OK)
        return status;
    TdOutput *made = tdi_alloc(1, sizeof *made);
    if (made == NULL)
        return tdi_fail_memory(err, sizeof *made);
    made->format = format;
    made->raster = *raster;
    made->run = td_run_resolved(run);
    status = begin(made, path, recipe, err);
    if (status != TD_OK) {
        td_output_discard(made);
        return status;
    }
    *output = made;
    return TD_OK;
}

/* ---- Rows -------------------------------------------------------------------------------- */

uint32_t td_output_band_rows(const TdOutput *output)
{
    uint64_t rows = (UINT64_C(4) << 20) / td_raster_row_bytes(&output->raster);
    if (output->format->band_rows != NULL)
        rows = output->format->band_rows(output);
    uint64_t all = td_raster_rows(&output->raster);
    if (rows > all)
        rows = all;
    return rows < 1 ? 1 : (uint32_t)rows;
}

TdStatus td_output_rows(TdOutput *output, const void *rows, uint32_t count, TdError *err)
{
    if (output->failed)
        return tdi_fail(err, TD_ERROR_ARGUMENT, "the file has failed before");
    uint32_t all = (uint32_t)td_raster_rows(&output->raster), left = all - output->rows_done;
    TdStatus status = tdi_check_cancel(&output->run, err);
    if (status == TD_OK && count > left)
        status = tdi_fail(err, TD_ERROR_ARGUMENT, "%u rows where %u of %u are left", count,
                          left, all);
    if (status == TD_OK && count > 0)
        status = output->format->rows(output, rows, count, err);
    if (status == TD_OK)
        output->rows_done += count;
    output->failed = status != TD_OK;
    return status;
}

/* ---- Ending ------------------------------------------------------------------------------ */

static TdStatus complete(TdOutput *output, TdError *err)
{
    if (output->failed)
        return tdi_fail(err, TD_ERROR_ARGUMENT, "the file has failed before");
    uint32_t all = (uint32_t)td_raster_rows(&output->raster);
    if (output->rows_done < all)
        return tdi_fail(err, TD_ERROR_ARGUMENT, "only %u of %u rows were written",
                        output->rows_done, all);
    TdStatus status = TD_OK;
    if (output->format->close != NULL)
        status = output->format->close(output, err);
    if (status == TD_OK && output->file != NULL) {
        status = tdi_file_close(output->file, err);
        output->file = NULL;
    }
    return status;
}

TdStatus td_output_close(TdOutput *output, TdError *err)
{
    TdStatus status = complete(output, err);
    td_output_discard(output);
    return status;
}

void td_output_discard(TdOutput *output)
{
    if (output == NULL)
        return;
    if (output->state != NULL && output->format->release != NULL)
        output->format->release(output);
    tdi_free(output->state);
    tdi_file_discard(output->file);
    tdi_free(output);
}
