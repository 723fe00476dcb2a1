/* tiedye/motion.h - films: a recipe whose keys change from frame to frame.
 *
 * td_recipe_still (recipe.h) gives the recipe of a frame. Tones that look at the view look at
 * frames all over the film, so that none flickers. */
#ifndef TIEDYE_MOTION_H
#define TIEDYE_MOTION_H

#include "tiedye/recipe.h"
#include "tiedye/sheet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a path stands for numbered files: "%d" or "%03d" in it becomes the frame's number,
 * from 1 on. */
TD_API bool td_path_is_numbered(const char *path);

/* Draw a film into a file of a format that holds films, or into numbered pictures, each with a
 * recipe of its own. Where the recipe names a frame, that is drawn alone (td_draw_save). Frames
 * are not written anywhere on the way; one is in memory at a time. *saved may be NULL. */
TD_API TdStatus td_film_save(const TdRecipe *recipe, const char *path, const TdSaving *saving,
                             const TdRun *run, TdSaved *saved, TdError *err);

#ifdef __cplusplus
}
#endif
#endif
