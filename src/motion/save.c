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
static TdStatus save_frame(const TdRecipe *recipe, uint32_t frame, const TdiSavingTo *to,
                           const TdiShared *shared, const TdRun *run, TdSaved *saved,
                           TdError *err)
{
    TdRecipe *still;
    TdiSavingTo named = *to;
    char *name = number_path(to->path, frame + 1);
    if (name == NULL)
        return tdi_fail_memory(err, strlen(to->path));
    named.path = name;
    TdStatus status = td_recipe_still(recipe, frame, &still, err);
    if (status == TD_OK)
        status = tdi_draw_save(still, &named, shared, run, saved, err);
    td_recipe_free(still);
    tdi_free(name);
    return status;
}

static TdStatus save_numbered(const TdRecipe *recipe, const TdiSavingTo *to, const TdRun *run,
                              TdSaved *saved, TdError *err)
{
    TdPicture *film; /* has what the frames have in common */
    TdRun quiet = run != NULL ? *run : (TdRun){0};
    quiet.progress = NULL;
    TdStatus status = tdi_film_create(recipe, run, &film, err);
    if (status != TD_OK)
        return status;
    TdiShared shared = tdi_film_shared(film);
    for (uint32_t i = 0; i < recipe->frames && status == TD_OK; i++) {
        status = save_frame(recipe, i, to, &shared, &quiet, saved, err);
        if (run != NULL && run->progress != NULL)
            run->progress(run->user, "frames", i + 1, recipe->frames);
    }
    if (saved != NULL)
        saved->raster = *td_picture_raster(film);
    td_picture_free(film);
    return status;
}

/* ---- Films ------------------------------------------------------------------------------- */

static TdStatus save_film(const TdRecipe *recipe, const TdiSavingTo *to, const TdRun *run,
                          TdSaved *saved, TdError *err)
{
    TdPicture *film;
    char *text = NULL;
    TdStatus status = tdi_film_create(recipe, run, &film, err);
    if (status != TD_OK)
        return status;
    status = tdi_saving_text(to, recipe, NULL, &text, err);
    if (status == TD_OK)
        status = tdi_picture_save(film, to->format, to->path, text, run, err);
    if (status == TD_OK && saved != NULL)
        *saved = (TdSaved){.raster = *td_picture_raster(film),
                           .written = !to->format->nothing,
                           .note = tdi_saving_note(to, td_picture_note(film))};
    td_picture_free(film);
    td_text_free(text);
    return status;
}

/* A recipe that names a frame draws a picture; one that does not, a film or many pictures. */
static TdStatus check(const TdRecipe *recipe, const TdFormatInfo *format, const char *path,
                      TdError *err)
{
    bool numbered = td_path_is_numbered(path);
    if (recipe->frame > 0 && format->film && !format->picture)
        return tdi_fail(
            err, TD_ERROR_ARGUMENT,
            "frame: the recipe names frame %u alone, a picture, and %s holds films; "
            "--frame 0 draws them all",
            (unsigned)recipe->frame, format->name);
    if (recipe->frame > 0)
        return TD_OK;
    if (!format->film && (!numbered || !format->picture || format->field))
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "%.200s: %s holds no film; write .mp4, .webm, .webp, .gif or .apng, or "
                        "numbered pictures (-o f%%03d.png)",
                        path, format->name);
    if (numbered && !format->picture)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "%.200s: a number is for pictures, and %s holds the whole film; leave "
                        "the %%d out",
                        path, format->name);
    return TD_OK;
}

TdStatus td_film_save(const TdRecipe *recipe, const char *path, const TdSaving *saving,
                      const TdRun *run, TdSaved *saved, TdError *err)
{
    const TdFormatInfo *format =
        td_format_find(saving != NULL ? saving->format : NULL, path, err);
    TdiSavingTo to;
    if (format == NULL)
        return TD_ERROR_ARGUMENT;
    TdStatus status = check(recipe, format, path, err);
    if (status != TD_OK)
        return status;
    if (recipe->frame > 0)
        return td_draw_save(recipe, path, saving, run, saved, err);
    status = tdi_saving_begin(&to, format, path, saving, run, err);
    if (status != TD_OK)
        return status;
    TdRecipe *drawn = td_recipe_copy(recipe);
    if (drawn == NULL)
        return tdi_fail_memory(err, sizeof *drawn);
    status = td_image_attach(drawn, run, err);
    if (status == TD_OK)
        status = td_path_is_numbered(path) && format->picture
                     ? save_numbered(drawn, &to, run, saved, err)
                     : save_film(drawn, &to, run, saved, err);
    td_recipe_free(drawn);
    return status;
}
