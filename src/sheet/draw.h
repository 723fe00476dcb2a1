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

/* Write a picture; `recipe` is the text to carry, or NULL (save.c). */
TdStatus tdi_picture_save(TdPicture *picture, const TdFormatInfo *format, const char *path,
                          const char *recipe, const TdRun *run, TdError *err);

#endif
