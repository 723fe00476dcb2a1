/* From a recipe to a file. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "output/mesh.h"
#include "render/picture.h"
#include "sheet/draw.h"
#include "tiedye/kernels.h"
#include "tiedye/output.h"
#include "tiedye/sheet.h"
#include "volume/mesh.h"

/* A comment behind the recipe that a file carries. */
static const char fast_mark[] = "# drawn fast: multiply-add fused, not the exact picture\n";

static TdStatus write_rows(TdPicture *picture, TdOutput *output, unsigned char *band,
                           uint32_t band_rows, const TdRun *run, TdError *err)
{
    uint32_t height = (uint32_t)td_raster_rows(td_picture_raster(picture));
    TdStatus status = TD_OK;
    for (uint32_t y = 0; y < height && status == TD_OK;) {
        uint32_t count = height - y < band_rows ? height - y : band_rows;
        status = td_picture_rows(picture, y, count, band, run, err);
        if (status == TD_OK)
            status = td_output_rows(output, band, count, err);
        y += count;
    }
    return status;
}

/* Rows of a band: as the writer likes them, filled up to whole blocks of the picture (such as
 * there are in its middle) where these are not large. */
static uint32_t choose_rows(const TdPicture *picture, uint32_t wanted, const TdRun *run)
{
    const uint64_t block_bytes = UINT64_C(32) << 20;
    uint64_t most = td_run_resolved(run).max_memory / 4;
    uint32_t begin = 0, end = 1, height = (uint32_t)td_raster_rows(&picture->raster);
    most = most < block_bytes ? most : block_bytes;
    if (picture->kind->block != NULL)
        picture->kind->block(picture, height / 2, &begin, &end);
    uint64_t rows = ((uint64_t)wanted + (end - begin) - 1) / (end - begin) * (end - begin);
    return tdi_mul_size(rows, td_raster_row_bytes(&picture->raster)) <= most
               ? (uint32_t)(rows < height ? rows : height)
               : wanted;
}

/* Bytes of a band, refused where they pass the run's limit. */
static TdStatus check_band(const TdRaster *raster, uint32_t rows, const TdRun *run,
                           size_t *bytes, TdError *err)
{
    uint64_t needed = tdi_mul_size(td_raster_row_bytes(raster), rows);
    char what[80];
    snprintf(what, sizeof what, "size: a row of %u pixels", (unsigned)raster->width);
    *bytes = needed;
    return tdi_check_limit(run, needed, what, "draw a narrower picture", err);
}

static TdStatus write_picture(TdPicture *picture, TdOutput *output, const TdRun *run,
                              TdError *err)
{
    uint32_t band_rows = choose_rows(picture, td_output_band_rows(output), run);
    size_t bytes = 0;
    TdStatus status = check_band(td_picture_raster(picture), band_rows, run, &bytes, err);
    if (status != TD_OK)
        return status;
    unsigned char *band = tdi_alloc(bytes, 1);
    if (band == NULL)
        return tdi_fail_memory(err, bytes);
    status = write_rows(picture, output, band, band_rows, run, err);
    tdi_free(band);
    return status;
}

/* Open, write, close. */
TdStatus tdi_picture_save(TdPicture *picture, const TdFormatInfo *format, const char *path,
                          const char *recipe, const TdRun *run, TdError *err)
{
    TdOutput *output;
    TdStatus status =
        td_output_open(format, path, td_picture_raster(picture), recipe, run, &output, err);
    if (status != TD_OK)
        return status;
    status = write_picture(picture, output, run, err);
    if (status != TD_OK) {
        td_output_discard(output);
        return status;
    }
    return td_output_close(output, err);
}

/* Whether the run's kernels are fused ones. */
static bool is_fused(const TdRun *run)
{
    TdRun resolved = td_run_resolved(run);
    const TdKernels *kernels = td_kernels(resolved.cpu, resolved.fast);
    return kernels != NULL && kernels->fused;
}

TdStatus tdi_saving_begin(TdiSavingTo *to, const TdFormatInfo *format, const char *path,
                          const TdSaving *saving, const TdRun *run, TdError *err)
{
    *to = (TdiSavingTo){.format = format, .path = path, .fused = is_fused(run)};
    if (saving != NULL)
        to->cost = saving->cost;
    to->carries = (saving == NULL || !saving->no_recipe) && format->recipe && !to->cost;
    if (to->fused && format->exact)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "fast: %s stands for the exact picture; leave --fast out",
                        format->name);
    if (to->cost && (format->field || format->mesh))
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "the cost is a picture, which %s does not hold; choose another format",
                        format->name);
    return TD_OK;
}

TdStatus tdi_saving_text(const TdiSavingTo *to, const TdRecipe *recipe,
                         const char *field_sha256, char **text, TdError *err)
{
    TdRecipe complete = *recipe; /* borrows the layers */
    *text = NULL;
    if (!to->carries)
        return TD_OK;
    if (field_sha256 != NULL)
        memcpy(complete.field_sha256, field_sha256, TD_HASH);
    char *printed = td_recipe_print(&complete, TD_FORM_TEXT);
    *text = printed;
    if (printed == NULL)
        return tdi_fail_memory(err, 0);
    if (!to->fused)
        return TD_OK;
    size_t size = strlen(printed) + sizeof fast_mark;
    *text = tdi_alloc(size, 1);
    if (*text != NULL)
        snprintf(*text, size, "%s%s", printed, fast_mark);
    td_text_free(printed);
    return *text == NULL ? tdi_fail_memory(err, size) : TD_OK;
}

const char *tdi_saving_note(const TdiSavingTo *to, const char *note)
{
    bool silent = !to->fused || to->carries || to->format->nothing || to->cost;
    return note != NULL || silent ? note
                                  : "drawn with fused arithmetic, which this file cannot say";
}

/* A surface is a file at once. */
static TdStatus save_mesh(const TdRecipe *recipe, const TdiSavingTo *to, const TdRun *run,
                          TdSaved *saved, TdError *err)
{
    TdiSurface surface;
    char *text = NULL;
    if (recipe->draw != TD_DRAW_VOLUME)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "draw: %s holds the surface of a solid; draw a volume",
                        to->format->name);
    TdStatus status = tdi_volume_surface(recipe, run, &surface, err);
    if (status == TD_OK)
        status = tdi_saving_text(to, recipe, NULL, &text, err);
    if (status == TD_OK) {
        TdiMesh mesh = {surface.vertex_count, surface.triangle_count, surface.positions,
                        surface.normals,      surface.colours,        surface.triangles};
        status = tdi_mesh_write(to->format, to->path, &mesh, text, run, err);
    }
    if (saved != NULL)
        *saved = (TdSaved){.written = true,
                           .vertices = surface.vertex_count,
                           .triangles = surface.triangle_count,
                           .note = tdi_saving_note(to, NULL)};
    td_text_free(text);
    tdi_surface_clear(&surface);
    return status;
}

static TdStatus save_picture(const TdRecipe *recipe, const TdiSavingTo *to,
                             const TdiShared *shared, const TdRun *run, TdSaved *saved,
                             TdError *err)
{
    const TdFormatInfo *format = to->format;
    TdPicture *picture;
    char *text = NULL;
    TdSamples samples = to->cost ? TD_SAMPLES_COST : TD_SAMPLES_COLOUR;
    bool field = format->field || (recipe->draw == TD_DRAW_VOLUME && recipe->size.depth > 0);
    TdStatus status = tdi_draw_create(recipe, field ? TD_SAMPLES_FIELD : samples,
                                      format->exact ? TD_DETAIL_EXACT : TD_DETAIL_ALL, shared,
                                      run, &picture, err);
    if (status != TD_OK)
        return status;
    status = tdi_saving_text(to, recipe, picture->field_sha256, &text, err);
    if (status == TD_OK)
        status = tdi_picture_save(picture, format, to->path, text, run, err);
    if (saved != NULL)
        *saved = (TdSaved){.raster = *td_picture_raster(picture),
                           .written = !format->nothing,
                           .note = tdi_saving_note(to, td_picture_note(picture))};
    td_text_free(text);
    td_picture_free(picture);
    return status;
}

TdStatus tdi_draw_save(const TdRecipe *recipe, const TdiSavingTo *to, const TdiShared *shared,
                       const TdRun *run, TdSaved *saved, TdError *err)
{
    return to->format->mesh ? save_mesh(recipe, to, run, saved, err)
                            : save_picture(recipe, to, shared, run, saved, err);
}

TdStatus td_draw_save(const TdRecipe *recipe, const char *path, const TdSaving *saving,
                      const TdRun *run, TdSaved *saved, TdError *err)
{
    const TdFormatInfo *format =
        td_format_find(saving != NULL ? saving->format : NULL, path, err);
    TdiSavingTo to;
    if (format == NULL)
        return TD_ERROR_ARGUMENT;
    TdStatus status = tdi_saving_begin(&to, format, path, saving, run, err);
    if (status != TD_OK)
        return status;
    TdRecipe *drawn = td_recipe_copy(recipe);
    if (drawn == NULL)
        return tdi_fail_memory(err, sizeof *drawn);
    status = td_recipe_take_frame(drawn, err);
    if (status == TD_OK)
        status = td_image_attach(drawn, run, err);
    if (status == TD_OK)
        status = tdi_draw_save(drawn, &to, NULL, run, saved, err);
    td_recipe_free(drawn);
    return status;
}
