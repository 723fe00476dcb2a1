#include "motion/film.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "sheet/draw.h"
#include "volume/solid.h"

typedef struct Film {
    TdPicture head;
    TdRecipe *recipe;
    TdNetwork *network; /* NULL: it changes, or there are many */
    float *sample;
    size_t points;
    TdiMaps maps; /* of a network on a raster: for all frames, where that is possible */
} Film;

/* ---- Frames ------------------------------------------------------------------------------ */

TdiShared tdi_film_shared(const TdPicture *picture)
{
    const Film *film = (const Film *)picture;
    return (TdiShared){film->network, film->sample, film->points,
                       film->maps.values != NULL ? &film->maps : NULL};
}

static TdStatus create_frame(const Film *film, uint32_t frame, const TdRun *run,
                             TdPicture **picture, TdError *err)
{
    TdiShared shared = tdi_film_shared(&film->head);
    TdRecipe *still;
    TdStatus status = td_recipe_still(film->recipe, frame, &still, err);
    if (status != TD_OK)
        return status;
    status =
        tdi_draw_create(still, TD_SAMPLES_COLOUR, TD_DETAIL_ALL, &shared, run, picture, err);
    td_recipe_free(still);
    return status;
}

/* Paths may change what a frame's size is made of. */
static TdStatus check_frame(const Film *film, const TdPicture *frame, uint32_t number,
                            TdError *err)
{
    const TdRaster *first = &film->head.raster, *raster = &frame->raster;
    if (raster->width == first->width && raster->height == first->height &&
        raster->channels == first->channels)
        return TD_OK;
    return tdi_fail(
        err, TD_ERROR_RECIPE,
        "path: frame %u is %u x %u with %u channels, where the first is %u x %u with "
        "%u; all must be alike",
        (unsigned)number + 1, (unsigned)raster->width, (unsigned)raster->height,
        (unsigned)raster->channels, (unsigned)first->width, (unsigned)first->height,
        (unsigned)first->channels);
}

/* A band is one frame. */
static TdStatus draw_film(TdPicture *picture, TdiBand *band, const TdRun *run, TdError *err)
{
    Film *film = (Film *)picture;
    uint32_t height = picture->raster.height, frame = band->y / height;
    uint32_t first = band->y % height;
    TdRun quiet = *run;
    TdPicture *drawn;
    quiet.progress = NULL;
    if (band->count > height - first)
        band->count = height - first;
    TdStatus status = create_frame(film, frame, &quiet, &drawn, err);
    if (status != TD_OK)
        return status;
    status = check_frame(film, drawn, frame, err);
    if (status == TD_OK)
        status = td_picture_rows(drawn, first, band->count, band->rows, &quiet, err);
    td_picture_free(drawn);
    if (status == TD_OK && run->progress != NULL)
        run->progress(run->user, "frames", frame + 1, picture->raster.depth);
    return status;
}

static void block_film(const TdPicture *picture, uint32_t y, uint32_t *begin, uint32_t *end)
{
    uint32_t height = picture->raster.height;
    *begin = y / height * height;
    *end = *begin + height;
}

static void free_film(TdPicture *picture)
{
    Film *film = (Film *)picture;
    td_recipe_free(film->recipe);
    td_network_free(film->network);
    tdi_free(film->sample);
    tdi_maps_clear(&film->maps);
    tdi_free(film);
}

/* ---- Making one -------------------------------------------------------------------------- */

/* Whether a key is the value of an input. On a raster inputs are cells, of which z alone may be
 * another part of the same ones. */
static bool is_constant(const TdRecipe *recipe, const char *name)
{
    if (td_recipe_is_raster(recipe))
        return strcmp(name, "z") == 0 && td_recipe_is_solid(recipe);
    for (unsigned input = 0; input < TD_INPUT_COUNT; input++) {
        const char *known = td_input_name((TdInput)input);
        if (known != NULL && strcmp(known, name) == 0)
            return true;
    }
    return false;
}

/* Whether any path changes the numbers of the network. */
static bool network_changes(const TdRecipe *recipe)
{
    for (size_t i = 0; i < recipe->path_count; i++) {
        const TdKeyInfo *key = recipe->paths[i].key;
        if (key->group == TD_GROUP_NETWORK && !is_constant(recipe, key->name))
            return true;
    }
    return false;
}

static TdStatus check(const TdRecipe *recipe, TdError *err)
{
    if (recipe->path_count == 0 && recipe->frames > 1)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "path: a film needs something that moves, as --path z=-5..5 (with "
                        "--inputs x,y,z) or --path 'seed=1;2;3'");
    if (recipe->field[0] != '\0')
        return tdi_fail(err, TD_ERROR_RECIPE, "field: a film is of networks, not of a file");
    if (recipe->size.depth > 0)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "size: a film's frames have a width and a height; three sizes are "
                        "samples of a volume");
    return td_recipe_check_paths(recipe, err);
}

/* The smallest span that holds two. */
static void widen(TdiRegion *span, const TdiRegion *other, bool first)
{
    for (int axis = 0; axis < 3; axis++) {
        if (first || other->low[axis] < span->low[axis])
            span->low[axis] = other->low[axis];
        if (first || other->high[axis] > span->high[axis])
            span->high[axis] = other->high[axis];
    }
}

/* The part of the plane, or of space, that all frames lie on. */
static TdStatus find_span(const TdRecipe *recipe, TdiRegion *span, TdError *err)
{
    TdStatus status = TD_OK;
    for (uint32_t i = 0; i < recipe->frames && status == TD_OK; i++) {
        TdRecipe *still;
        TdiRegion one;
        status = td_recipe_still(recipe, i, &still, err);
        if (status != TD_OK)
            break;
        if (recipe->draw == TD_DRAW_VOLUME)
            one = tdi_solid_region(still);
        else
            status = tdi_raster_region(still, &one, err);
        td_recipe_free(still);
        if (status == TD_OK)
            widen(span, &one, i == 0);
    }
    return status;
}

/* Frames of one network that lie on one raster are drawn from the same cells. A torus is
 * another one where the view is. */
static TdStatus share_maps(Film *film, const TdRun *run, TdError *err)
{
    const uint64_t most = UINT64_C(256) << 20;
    const TdRecipe *recipe = film->recipe;
    TdConvnet *convnet;
    TdiRegion span;
    TdBox box;
    if (film->network == NULL || !film->network->raster || recipe->tile == TD_TILE_TORUS)
        return TD_OK;
    TdStatus status = td_convnet_create(recipe, film->network, run, &convnet, err);
    if (status != TD_OK)
        return status;
    uint32_t last = td_convnet_depth(convnet);
    status = find_span(recipe, &span, err);
    if (status == TD_OK)
        status = tdi_maps_box(convnet, last, recipe, &span, &box, err);
    uint64_t bytes = status == TD_OK ? tdi_maps_bytes(&box, td_recipe_channels(recipe)) : 0;
    if (status == TD_OK && bytes <= most && bytes <= run->max_memory / 4)
        status = tdi_maps_fill(&film->maps, convnet, last, recipe, &box, run, err);
    td_convnet_free(convnet);
    return status;
}

/* What all frames have in common is found once. */
static TdStatus share(Film *film, const TdRun *run, TdError *err)
{
    const TdRecipe *recipe = film->recipe;
    bool volume = recipe->draw == TD_DRAW_VOLUME, single = recipe->draw == TD_DRAW_PICTURE;
    TdStatus status = TD_OK;
    if ((volume || single) && !network_changes(recipe))
        status = td_network_create(recipe, run, &film->network, err);
    if (status == TD_OK)
        status = share_maps(film, run, err);
    if (status == TD_OK && (volume || single) && tdi_tone_needs_sample(recipe))
        status = volume ? tdi_solid_look(recipe, run, &film->sample, &film->points, err)
                        : tdi_renderer_look(recipe, run, &film->sample, &film->points, err);
    return status;
}

static TdStatus init(Film *film, const TdRecipe *recipe, const TdRun *run, TdError *err)
{
    TdPicture *first;
    TdStatus status = check(recipe, err);
    if (status != TD_OK)
        return status;
    film->recipe = td_recipe_copy(recipe);
    if (film->recipe == NULL)
        return tdi_fail_memory(err, sizeof *recipe);
    film->recipe->frame = 0;
    status = share(film, run, err);
    if (status == TD_OK)
        status = create_frame(film, 0, run, &first, err);
    if (status != TD_OK)
        return status;
    uint32_t height = first->raster.height;
    film->head.raster = first->raster;
    film->head.note = first->note;
    film->head.raster.depth = recipe->frames;
    film->head.raster.frames_per_second = recipe->fps;
    film->head.raster.loops = recipe->loop;
    film->head.raster.dots_per_inch = 0;
    td_picture_free(first);
    if ((uint64_t)height * recipe->frames > INT32_MAX)
        return tdi_fail(err, TD_ERROR_RECIPE, "frames: %u of %u rows are more than 2147483647",
                        (unsigned)recipe->frames, (unsigned)height);
    return TD_OK;
}

TdStatus tdi_film_create(const TdRecipe *recipe, const TdRun *run, TdPicture **picture,
                         TdError *err)
{
    static const TdiPictureKind kind = {draw_film, block_film, free_film};
    TdRun resolved = td_run_resolved(run);
    Film *film = tdi_alloc(1, sizeof *film);
    *picture = NULL;
    if (film == NULL)
        return tdi_fail_memory(err, sizeof *film);
    film->head.kind = &kind;
    TdStatus status = init(film, recipe, &resolved, err);
    if (status != TD_OK) {
        free_film(&film->head);
        return status;
    }
    *picture = &film->head;
    return TD_OK;
}
