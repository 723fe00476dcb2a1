/* Films to files: one that holds them, or a picture for every frame. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "motion/film.h"
#include "sheet/draw.h"
#include "tiedye/motion.h"

/* ---- Numbered pictures ------------------------------------------------------------------- */

/* Where "%d" or "%03d" stands in a name: its first letter and its length, and the digits that
 * are wanted. False where there is none. */
static bool find_number(const char *path, size_t *at, size_t *length, int *digits)
{
    const char *percent = strchr(path, '%');
    while (percent != NULL) {
        const char *c = percent + 1;
        *digits = 0;
        while (*c >= '0' && *c <= '9' && *digits < 10)
            *digits = 10 * *digits + (*c++ - '0');
        if (*c == 'd' && *digits <= 10) {
            *at = (size_t)(percent - path);
            *length = (size_t)(c + 1 - percent);
            return true;
        }
        percent = strchr(percent + 1, '%');
    }
    return false;
}

bool td_path_is_numbered(const char *path)
{
    size_t at, length;
    int digits;
    return find_number(path, &at, &length, &digits);
}

static char *number_path(const char *path, uint32_t number)
{
    size_t at, length;
    int digits;
    TdiText text = {0};
    if (!find_number(path, &at, &length, &digits))
        return NULL;
    tdi_text_add_bytes(&text, path, at);
    tdi_text_format(&text, "%0*u", digits, (unsigned)number);
    tdi_text_add(&text, path + at + length);
    return tdi_text_take(&text);
}

/* Frames count from 1 on, in names as in the key `frame`. */
static TdStatus save_frame(const TdRecipe *film, uint32_t frame, const char *path,
                           const TdSaving *saving, const TdRun *run, TdSaved *saved,
                           TdError *err)
{
    TdRecipe *still;
    char *name = number_path(path, frame + 1);
    if (name == NULL)
        return tdi_fail_memory(err, strlen(path));
    TdStatus status = td_recipe_still(film, frame, &still, err);
    if (status == TD_OK)
        status = td_draw_save(still, name, saving, run, saved, err);
    td_recipe_free(still);
    tdi_free(name);
    return status;
}

static TdStatus save_numbered(const TdRecipe *recipe, const char *path, const TdSaving *saving,
                              const TdRun *run, TdSaved *saved, TdError *err)
{
    TdPicture *film; /* whether it can be drawn at all */
    TdRun quiet = run != NULL ? *run : (TdRun){0};
    quiet.progress = NULL;
    TdStatus status = tdi_film_create(recipe, run, &film, err);
    if (status != TD_OK)
        return status;
    TdRaster raster = *td_picture_raster(film);
    td_picture_free(film);
    for (uint32_t i = 0; i < recipe->frames && status == TD_OK; i++) {
        status = save_frame(recipe, i, path, saving, &quiet, saved, err);
        if (run != NULL && run->progress != NULL)
            run->progress(run->user, "frames", i + 1, recipe->frames);
    }
    if (saved != NULL)
        saved->raster = raster;
    return status;
}

/* ---- Films ------------------------------------------------------------------------------- */

static TdStatus save_film(const TdRecipe *recipe, const TdFormatInfo *format, const char *path,
                          bool carries, const TdRun *run, TdSaved *saved, TdError *err)
{
    TdPicture *film;
    char *text = carries ? td_recipe_print(recipe, TD_FORM_TEXT) : NULL;
    if (carries && text == NULL)
        return tdi_fail_memory(err, 0);
    TdStatus status = tdi_film_create(recipe, run, &film, err);
    if (status == TD_OK)
        status = tdi_picture_save(film, format, path, text, run, err);
    if (status == TD_OK && saved != NULL)
        *saved = (TdSaved){.raster = *td_picture_raster(film),
                           .written = !format->nothing,
                           .note = td_picture_note(film)};
    td_picture_free(film);
    td_text_free(text);
    return status;
}

TdStatus td_film_save(const TdRecipe *recipe, const char *path, const TdSaving *saving,
                      const TdRun *run, TdSaved *saved, TdError *err)
{
    const TdSaving chosen = saving != NULL ? *saving : (TdSaving){0};
    const TdFormatInfo *format = td_format_find(chosen.format, path, err);
    if (format == NULL)
        return TD_ERROR_ARGUMENT;
    if (recipe->frame > 0)
        return td_draw_save(recipe, path, saving, run, saved, err);
    if (td_path_is_numbered(path) && format->picture && !format->field)
        return save_numbered(recipe, path, saving, run, saved, err);
    if (!format->film)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "%.200s: %s holds no film; write .mp4, .webm, .webp, .gif or .apng, or "
                        "numbered pictures (-o f%%03d.png)",
                        path, format->name);
    return save_film(recipe, format, path, !chosen.no_recipe && format->recipe, run, saved,
                     err);
}
