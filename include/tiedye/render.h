/* tiedye/render.h - pictures: rows on demand.
 *
 * A picture is a recipe made ready to be drawn. Rows may be asked for in bands of any height
 * and in any order; they are drawn tile by tile in bounded memory, on all of the run's threads,
 * and their bits depend on the recipe alone. */
#ifndef TIEDYE_RENDER_H
#define TIEDYE_RENDER_H

#include "tiedye/base.h"
#include "tiedye/recipe.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TdPicture TdPicture;

/* What the samples of a picture are. */
typedef enum TdSamples {
    TD_SAMPLES_COLOUR, /* after tone, palette and antialiasing: 1 or 3 channels of 8 or 16 bits
                        */
    TD_SAMPLES_FIELD   /* the network's outputs at the pixels' centres, float32, any channels */
} TdSamples;

/* Make the picture of one network (`draw` and `field` are not looked at: see td_draw_create in
 * sheet.h). TD_ERROR_RECIPE where it has a number of channels that cannot be coloured. The
 * caller frees *picture with td_picture_free. */
TD_API TdStatus td_picture_create(const TdRecipe *recipe, TdSamples samples, const TdRun *run,
                                  TdPicture **picture, TdError *err);

/* Takes NULL. */
TD_API void td_picture_free(TdPicture *picture);

/* Size, channels and sample type. */
TD_API const TdRaster *td_picture_raster(const TdPicture *picture);

/* What a user should be told about this picture ("no font: captions are left out"), or NULL. */
TD_API const char *td_picture_note(const TdPicture *picture);

/* Draw `count` rows from row `y` on into `rows`, packed without gaps. TD_ERROR_CANCELLED,
 * TD_ERROR_MEMORY. Progress is told in pixels of the whole picture. One call at a time a
 * picture. */
TD_API TdStatus td_picture_rows(TdPicture *picture, uint32_t y, uint32_t count, void *rows,
                                const TdRun *run, TdError *err);

#ifdef __cplusplus
}
#endif
#endif
