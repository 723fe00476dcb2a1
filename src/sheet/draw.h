/* Whatever a recipe draws, as a picture. */
#ifndef TDI_DRAW_H
#define TDI_DRAW_H

#include "render/renderer.h"
#include "tiedye/output.h"
#include "tiedye/sheet.h"

/* As td_draw_create, of a film's frame whose keys have their values there (td_recipe_still);
 * shared: what that frame has in common with the others, or NULL. */
TdStatus tdi_draw_create(const TdRecipe *recipe, TdSamples samples, TdDetail detail,
                         const TdiShared *shared, const TdRun *run, TdPicture **picture,
                         TdError *err);

/* Where something that is drawn goes, and what goes with it (save.c). */
typedef struct TdiSavingTo {
    const TdFormatInfo *format;
    const char *path;
    bool fused;   /* it is not exactly the recipe's picture */
    bool carries; /* the file has the recipe in it */
    bool cost;
} TdiSavingTo;

/* TD_ERROR_ARGUMENT where the format cannot hold that. saving: NULL for all defaults. */
TdStatus tdi_saving_begin(TdiSavingTo *to, const TdFormatInfo *format, const char *path,
                          const TdSaving *saving, const TdRun *run, TdError *err);

/* The text that the file carries: the recipe, and a mark where it is drawn fast. NULL where it
 * carries none; the caller frees it with td_text_free. field_sha256: of the coloured file, or
 * NULL. */
TdStatus tdi_saving_text(const TdiSavingTo *to, const TdRecipe *recipe,
                         const char *field_sha256, char **text, TdError *err);

/* What a user should be told, besides what the picture itself notes (or NULL). */
const char *tdi_saving_note(const TdiSavingTo *to, const char *note);

/* As td_draw_save, for tdi_draw_create. */
TdStatus tdi_draw_save(const TdRecipe *recipe, const TdiSavingTo *to, const TdiShared *shared,
                       const TdRun *run, TdSaved *saved, TdError *err);

/* Write a picture; `recipe` is the text to carry, or NULL (save.c). */
TdStatus tdi_picture_save(TdPicture *picture, const TdFormatInfo *format, const char *path,
                          const char *recipe, const TdRun *run, TdError *err);

#endif
