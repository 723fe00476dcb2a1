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
    TD_SAMPLES_FIELD,  /* the network's outputs at the pixels' centres, float32, any channels */
    TD_SAMPLES_COST    /* where TD_SAMPLES_COLOUR is hard to draw: evaluations a sample, on a
                        * logarithmic scale from 1/4096 (dark) to 1.45 (bright), as 8-bit RGB */
} TdSamples;

/* Make the picture of one network (`draw` and `field` are not looked at: see td_draw_create in
 * sheet.h). TD_ERROR_RECIPE where it has a number of channels that cannot be coloured. The
 * caller frees *picture with td_picture_free. */
TD_API TdStatus td_picture_create(const TdRecipe *recipe, TdSamples samples, const TdRun *run,
                                  TdPicture **picture, TdError *err);

/* Takes NULL. */
TD_API void td_picture_free(TdPicture *picture);

#define TD_REPORT_SIDES 10  /* of patches: 1, 2, 4, ... 512 pixels */
#define TD_REPORT_DEGREES 9 /* 0 to 8 */

/* What drawing has cost: see TdRun. Sums over all pictures of networks that were drawn with one
 * report; the 128 x 128 points that some tones look at are not counted. */
typedef struct TdReport {
    uint64_t pixels, samples; /* drawn; antialias x antialias of them a pixel */
    uint64_t evaluations; /* of networks: at patches' nodes, also of those that were not good,
                           * at dense samples, and to choose an engine */
    /* Patches that were drawn, by side (2^i pixels) and degree (the higher of x and y). */
    uint64_t patches[TD_REPORT_SIDES][TD_REPORT_DEGREES];
    uint64_t toned;        /* of them, those whose samples were toned one by one */
    uint64_t dense_pixels; /* whose samples were all evaluated */
    /* Of the patches' coefficients, those whose magnitude is above the tolerance, and the sum
     * of log2(1 + magnitude / tolerance) over all: the size in bits of what they draw. */
    uint64_t coefficients;
    double bits;
    /* 64 points of every patch were evaluated: how many in all, and how far the patches were
     * off there at most, in codes of the picture. */
    uint64_t checked;
    double worst;
} TdReport;

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
