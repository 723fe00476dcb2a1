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

/* With the hash of the file that was read, so that it is complete. */
static char *print_recipe(const TdRecipe *recipe, const TdPicture *picture)
{
    TdRecipe complete = *recipe; /* borrows the layers */
    if (picture->field_sha256 != NULL)
        memcpy(complete.field_sha256, picture->field_sha256, TD_HASH);
    return td_recipe_print(&complete, TD_FORM_TEXT);
}

/* Whether the run's kernels are fused ones. */
static bool is_fused(const TdRun *run)
{
    TdRun resolved = td_run_resolved(run);
    const TdKernels *kernels = td_kernels(resolved.cpu, resolved.fast);
    return kernels != NULL && kernels->fused;
}

/* What the file carries: the recipe, marked where the picture is not exactly that recipe's. */
static TdStatus carried_text(const TdRecipe *recipe, const TdPicture *picture, bool fused,
                             char **text, TdError *err)
{
    char *printed = print_recipe(recipe, picture);
    *text = printed;
    if (printed == NULL)
        return tdi_fail_memory(err, 0);
    if (!fused)
        return TD_OK;
    size_t size = strlen(printed) + sizeof fast_mark;
    *text = tdi_alloc(size, 1);
    if (*text != NULL)
        snprintf(*text, size, "%s%s", printed, fast_mark);
    td_text_free(printed);
    return *text == NULL ? tdi_fail_memory(err, size) : TD_OK;
}

/* What a user should be told of a picture that has been drawn. */
static const char *note_of(const TdPicture *picture, bool fused, bool marked)
{
    const char *note = td_picture_note(picture);
    return note != NULL || !fused || marked
               ? note
               : "drawn with fused arithmetic, which this file cannot say";
}

/* A surface is a file at once. */
static TdStatus save_mesh(const TdRecipe *recipe, const TdFormatInfo *format, const char *path,
                          bool carries, const TdRun *run, TdSaved *saved, TdError *err)
{
    TdiSurface surface;
    char *text = NULL;
    if (recipe->draw != TD_DRAW_VOLUME)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "draw: %s holds the surface of a solid; draw a volume", format->name);
    TdStatus status = tdi_volume_surface(recipe, run, &surface, err);
    if (status == TD_OK && carries) {
        text = td_recipe_print(recipe, TD_FORM_TEXT);
        status = text == NULL ? tdi_fail_memory(err, 0) : TD_OK;
    }
    if (status == TD_OK) {
        TdiMesh mesh = {surface.vertex_count, surface.triangle_count, surface.positions,
                        surface.normals,      surface.colours,        surface.triangles};
        status = tdi_mesh_write(format, path, &mesh, text, run, err);
    }
    if (saved != NULL)
        *saved = (TdSaved){.written = true,
                           .vertices = surface.vertex_count,
                           .triangles = surface.triangle_count};
    td_text_free(text);
    tdi_surface_clear(&surface);
    return status;
}

TdStatus td_draw_save(const TdRecipe *recipe, const char *path, const TdSaving *saving,
                      const TdRun *run, TdSaved *saved, TdError *err)
{
    const TdSaving chosen = saving != NULL ? *saving : (TdSaving){0};
    const TdFormatInfo *format = td_format_find(chosen.format, path, err);
    TdPicture *picture;
    char *text = NULL;
    if (format == NULL)
        return TD_ERROR_ARGUMENT;
    if (format->mesh)
        return save_mesh(recipe, format, path, !chosen.no_recipe, run, saved, err);
    bool fused = is_fused(run), carries = !chosen.no_recipe && format->recipe && !chosen.cost;
    if (fused && format->exact)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "fast: %s stands for the exact picture; leave --fast out",
                        format->name);
    TdSamples samples = chosen.cost ? TD_SAMPLES_COST : TD_SAMPLES_COLOUR;
    if (chosen.cost && format->field)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "the cost is a picture, which %s does not hold; choose another format",
                        format->name);
    bool field = format->field || (recipe->draw == TD_DRAW_VOLUME && recipe->size.depth > 0);
    TdStatus status =
        td_draw_create(recipe, field ? TD_SAMPLES_FIELD : samples,
                       format->exact ? TD_DETAIL_EXACT : TD_DETAIL_ALL, run, &picture, err);
    if (status != TD_OK)
        return status;
    if (carries)
        status = carried_text(recipe, picture, fused, &text, err);
    if (status == TD_OK)
        status = tdi_picture_save(picture, format, path, text, run, err);
    if (saved != NULL)
        *saved = (TdSaved){
            .raster = *td_picture_raster(picture),
            .written = !format->nothing,
            .note = note_of(picture, fused, carries || format->nothing || chosen.cost)};
    td_text_free(text);
    td_picture_free(picture);
    return status;
}
