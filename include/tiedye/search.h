/* tiedye/search.h - looking at many networks: random recipes, what a thumbnail shows, and
 * galleries of those that differ most. docs/GALLERY.md has all formulas. */
#ifndef TIEDYE_SEARCH_H
#define TIEDYE_SEARCH_H

#include "tiedye/base.h"
#include "tiedye/recipe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Random recipes ------------------------------------------------------------------ */

/* Set the keys of random recipe `number` of `seed` on top of `recipe`: a function of both
 * alone, on every machine. Its own seed is among the keys. TD_ERROR_MEMORY. */
TD_API TdStatus td_random_recipe(TdRecipe *recipe, uint64_t seed, uint32_t number,
                                 TdError *err);

/* ---- A look -------------------------------------------------------------------------- */

/* A thumbnail is the middle square of a picture's view, drawn as so many pixels a side with one
 * sample each, dense and of 8 bits; tones that look at the view look at these samples. */
#define TD_LOOK_SIDE 96

/* What is wrong with a picture, if anything: the first rule that holds. */
typedef enum TdSight {
    TD_SIGHT_GOOD,
    TD_SIGHT_BLANK,     /* contrast < 0.06 */
    TD_SIGHT_SATURATED, /* ends > 0.6, or two_colours > 0.88 */
    TD_SIGHT_NOISY,     /* noise > 0.65, or noise (1 - coherence) > 0.14 */
    TD_SIGHT_COUNT
} TdSight;

/* "good", "blank", "saturated", "noisy"; NULL for a value out of range. Static text. */
TD_API const char *td_sight_name(TdSight sight);

/* The parts of what a picture is compared by: how many numbers each has, and how much it counts
 * in a distance. */
#define TD_LOOK_PARTS(PART)                                                                    \
    PART(COLOUR, 6, 1.2)  /* means of L, a and b; their standard deviations */                 \
    PART(HUES, 8, 1.2)    /* chroma times cos^2 of the angle to 0, 45, ... 315 degrees */      \
    PART(LIGHT, 5, 0.5)   /* histogram of L, triangles around 0, 1/4, ... 1 */                 \
    PART(PLACE, 54, 0.7)  /* L of 6 x 6 squares, a and b of 3 x 3, less their means */         \
    PART(TEXTURE, 7, 1.0) /* sqrt(B_i / V_0) for i = 0 .. 5; coherence */                      \
    PART(EDGES, 16, 0.5)  /* of edges in 4 directions of 4 scales, to the contrast */

typedef enum TdLookPart {
#define TD_LOOK_CONSTANT(ID, COUNT, WEIGHT) TD_LOOK_##ID,
    TD_LOOK_PARTS(TD_LOOK_CONSTANT)
#undef TD_LOOK_CONSTANT
        TD_LOOK_PART_COUNT
} TdLookPart;

#define TD_LOOK_SUM(ID, COUNT, WEIGHT) +(COUNT)
enum { TD_LOOK_NUMBERS = 0 TD_LOOK_PARTS(TD_LOOK_SUM) };
#undef TD_LOOK_SUM

/* What one sees of a picture. L, a and b are Oklab (Ottosson 2020). V_i is the variance of the
 * means of squares of 2^i x 2^i pixels, i = 0 .. 5, summed over L, a and b; B_i = V_i - V_(i+1)
 * is what varies within such squares of the next size, B_5 = V_5. So the B_i add up to V_0. */
typedef struct TdLook {
    TdSight sight;
    double contrast;    /* sqrt(V_0) */
    double ends;        /* the part of the samples that are within 4 codes of 0 or of 255 */
    double two_colours; /* the part of the pixels in the two fullest of 8 x 8 x 8 boxes of RGB
                         * (of a gray picture: of 8 boxes) */
    double noise;       /* (B_0 + B_1) / V_0 */
    double coherence;   /* whether neighbouring edges go the same way: docs/GALLERY.md */
    double structure;   /* (sqrt(B_0) + ... + sqrt(B_4))^2 / (5 V_0) */
    double depth;       /* standard deviation of L */
    double colour;      /* root of the mean square of chroma */
    double interest;    /* of all these, 0 to 1: docs/GALLERY.md */
    float numbers[TD_LOOK_NUMBERS]; /* what it is compared by, part after part */
} TdLook;

/* Draw the thumbnail of a recipe of a picture and look at it. TD_ERROR_RECIPE where that is no
 * picture of one network, and the errors of td_picture_create. */
TD_API TdStatus td_look_at(const TdRecipe *recipe, const TdRun *run, TdLook *look,
                           TdError *err);

/* ---- Galleries ----------------------------------------------------------------------- */

#define TD_MAX_AMONG 10000000u
#define TD_MAX_KEEP 1000u

/* A key that holds in every random recipe, as td_recipe_set takes it. */
typedef struct TdSetting {
    const char *key, *value;
} TdSetting;

/* What is looked at. Candidate k from 0 on is the recipe with seed + k, or where `random` is
 * set random recipe k of the recipe's seed, with `settings` on top. */
typedef struct TdGalleryPlan {
    const TdRecipe *recipe;
    bool random;
    const TdSetting *settings; /* of random recipes, in this order; `seed` among them is none */
    size_t setting_count;
    uint32_t among; /* candidates, 1 to TD_MAX_AMONG */
    uint32_t keep;  /* pictures, 1 to TD_MAX_KEEP, and at most `among` */
} TdGalleryPlan;

/* How pictures are chosen. The distance of two looks is Euclidean, over all their numbers, each
 * part divided by the root of its variance (the sum of its numbers' variances over the good
 * candidates) and multiplied by its weight. The pool is the eighth of the good candidates that
 * has the most interest, or four times as many as are kept, if that is more. The first picture
 * is the one with the most interest; each that follows is the one of the pool whose nearest
 * chosen picture is farthest. */

/* The recipe of candidate k. The caller frees *recipe. TD_ERROR_RECIPE where a setting does not
 * fit, TD_ERROR_MEMORY. */
TD_API TdStatus td_gallery_candidate(const TdGalleryPlan *plan, uint32_t k, TdRecipe **recipe,
                                     TdError *err);

/* A picture of a gallery. */
typedef struct TdKeeper {
    uint32_t number; /* of the candidate */
    TdRecipe *recipe;
    TdLook look;
} TdKeeper;

typedef struct TdGallery {
    uint32_t seen[TD_SIGHT_COUNT]; /* candidates, by what is wrong with them */
    uint32_t count;                /* of keepers: those asked for, or all good ones */
    TdKeeper *keepers;             /* in the order of the page */
} TdGallery;

/* Look at all candidates and choose. TD_ERROR_ARGUMENT for numbers out of range,
 * TD_ERROR_RECIPE where the candidates are no pictures of networks, TD_ERROR_MEMORY,
 * TD_ERROR_CANCELLED; progress is told in thumbnails. The caller frees *gallery with
 * td_gallery_free. */
TD_API TdStatus td_gallery_find(const TdGalleryPlan *plan, const TdRun *run,
                                TdGallery **gallery, TdError *err);

/* Takes NULL. */
TD_API void td_gallery_free(TdGallery *gallery);

/* The name of picture i's file, "01-7.png": names sort as the page goes. The caller frees it
 * with td_text_free. NULL where there is no memory. */
TD_API char *td_gallery_file(const TdGallery *gallery, uint32_t i);

/* TD_ERROR_IO where the folder has an index.html that is not the page of a gallery. */
TD_API TdStatus td_gallery_check_folder(const char *folder, TdError *err);

/* Draw all keepers at the size of their recipes into a folder, which must be there, and then
 * the page, index.html: it shows them without a server and fetches nothing from elsewhere. The
 * pictures of an earlier page there that are not in this one are removed. After a failure there
 * is no file that was not there before. Errors of td_draw_save, td_gallery_check_folder. */
TD_API TdStatus td_gallery_save(const TdGalleryPlan *plan, const TdGallery *gallery,
                                const char *folder, const TdRun *run, TdError *err);

#ifdef __cplusplus
}
#endif
#endif
