/* A film's recipe at one of its frames. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "recipe/values.h"

/* Keys whose values 360 apart are the same. */
static bool is_angle(const TdKeyInfo *key)
{
    static const char *const names[] = {"rotate", "azimuth", "elevation", "morph"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(key->name, names[i]) == 0)
            return true;
    return false;
}

/* Whether a path goes around whole circles, and so closes by itself. */
static bool closes(const TdPath *path)
{
    if (path->count != 2 || !is_angle(path->key))
        return false;
    double turns = (path->value[1][0] - path->value[0][0]) / 360;
    return turns != 0 && turns == (double)(int64_t)turns;
}

/* A place between two of a path's values. */
typedef struct Place {
    uint32_t from, to;
    double part; /* of the way, 0 to 1 */
} Place;

/* From 0 to 1 as half a circle goes. */
static double ease(double part)
{
    double cosine, sine;
    tdi_cos_sin_degrees(180 * part, &cosine, &sine);
    return 0.5 - 0.5 * cosine;
}

/* The values around `at`, from 0 to 1, of a path that ends at its last value, or (closed) comes
 * back to its first. */
static Place find_place(const TdPath *path, double at, bool closed)
{
    uint32_t gaps = closed ? path->count : path->count - 1;
    double along = at * gaps;
    uint32_t gap = (uint32_t)along;
    gap = gap < gaps ? gap : gaps - 1;
    return (Place){gap, (gap + 1) % path->count, along - gap};
}

/* How far a film has come at a frame. */
typedef struct Moment {
    bool loops;
    uint32_t frame, frames;
} Moment;

/* frame / frames; or, in films with an end, so that the last frame is 1. */
static double share_of(const Moment *moment)
{
    uint32_t gaps = moment->loops ? moment->frames : moment->frames - 1;
    return gaps > 0 ? (double)moment->frame / gaps : 0;
}

/* Of a loop whose path number `rank` of `ranks` begins later than the first: two paths then
 * make a circle. */
static double delayed(const Moment *moment, size_t rank, size_t ranks)
{
    double at = share_of(moment) - (double)rank / (2.0 * (double)ranks);
    return at < 0 ? at + 1 : at;
}

static double between(double from, double to, double part)
{
    return part == 1 ? to : from + (to - from) * part;
}

/* A number, or both of a point. */
static void find_value(const TdPath *path, const Moment *moment, size_t rank, size_t ranks,
                       double value[2])
{
    bool closed = moment->loops && !closes(path);
    Place place =
        find_place(path, closed ? delayed(moment, rank, ranks) : share_of(moment), closed);
    double part = closed ? ease(place.part) : place.part;
    for (int i = 0; i < 2; i++)
        value[i] = between(path->value[place.from][i], path->value[place.to][i], part);
}

/* One network turns into another while the angle goes from 0 to 90 degrees. A loop of two goes
 * all the way round. */
static void morph(const TdPath *path, const Moment *moment, TdRecipe *still)
{
    Place place = find_place(path, share_of(moment), moment->loops);
    double angle = 90 * ease(place.part);
    if (moment->loops && path->count == 2) {
        place = (Place){0, 1, 0};
        angle = 360 * share_of(moment);
    }
    if (path->seed[place.from] == path->seed[place.to]) /* cos + sin would not stand still */
        angle = 0;
    if (angle == 90) /* exactly that network, as `render` draws it */
        place.from = place.to, angle = 0;
    still->seed = path->seed[place.from];
    still->morph_seed = (TdOwnSeed){angle != 0, path->seed[place.to]};
    still->morph = angle;
}

static TdStatus set_number(const TdPath *path, const double value[2], TdRecipe *still,
                           TdError *err)
{
    void *place = (char *)still + path->key->offset;
    char text[32];
    if (path->key->type == TD_KEY_REAL)
        *(double *)place = value[0];
    else if (path->key->type == TD_KEY_POINT)
        memcpy(place, value, 2 * sizeof *value);
    else { /* whole numbers may change the layers */
        snprintf(text, sizeof text, "%u", (unsigned)(value[0] + 0.5));
        return tdi_value_read(path->key, tdi_span(text), still, err);
    }
    return TD_OK;
}

TdStatus td_recipe_still(const TdRecipe *film, uint32_t frame, TdRecipe **still, TdError *err)
{
    Moment moment = {film->loop, film->loop ? frame % film->frames : frame, film->frames};
    size_t rank = 0, ranks = 0;
    *still = NULL;
    if (!film->loop && frame >= film->frames)
        return tdi_fail(err, TD_ERROR_RECIPE, "frame: %u of %u; there is none",
                        (unsigned)frame + 1, (unsigned)film->frames);
    TdRecipe *made = td_recipe_copy(film);
    if (made == NULL)
        return tdi_fail_memory(err, sizeof *made);
    TdStatus status = TD_OK;
    for (size_t i = 0; i < film->path_count; i++)
        ranks += film->paths[i].seed == NULL && !closes(&film->paths[i]);
    for (size_t i = 0; i < film->path_count && status == TD_OK; i++) {
        const TdPath *path = &film->paths[i];
        double value[2];
        if (path->seed !=
            NULL) { /* colours stay while the seed moves; a sheet's are its cells' */
            if (!made->palette_seed.set && made->draw != TD_DRAW_SHEET)
                made->palette_seed = (TdOwnSeed){true, path->seed[0]};
            morph(path, &moment, made);
            continue;
        }
        find_value(path, &moment, rank, ranks, value);
        rank += !closes(path);
        status = set_number(path, value, made, err);
    }
    made->frame = moment.frame + 1;
    if (status != TD_OK) {
        td_recipe_free(made);
        return status;
    }
    *still = made;
    return TD_OK;
}

TdStatus td_recipe_take_frame(TdRecipe *recipe, TdError *err)
{
    TdRecipe *still, old = *recipe;
    if (recipe->frame == 0)
        return TD_OK;
    TdStatus status = td_recipe_still(recipe, recipe->frame - 1, &still, err);
    if (status != TD_OK)
        return status;
    *recipe = *still;
    *still = old;
    td_recipe_free(still);
    return TD_OK;
}

static bool is_fed(const TdRecipe *film, const char *name)
{
    for (unsigned i = 0; i < TD_INPUT_COUNT; i++) {
        const char *input = td_input_name((TdInput)i);
        if (input != NULL && strcmp(input, name) == 0)
            return (td_recipe_inputs(film) >> i & 1) != 0 ||
                   (i == TD_INPUT_Z && (td_recipe_inputs(film) >> TD_INPUT_R & 1) != 0) ||
                   (i == TD_INPUT_Z && film->draw == TD_DRAW_VOLUME);
    }
    return true; /* no input at all */
}

TdStatus td_recipe_check_paths(const TdRecipe *film, TdError *err)
{
    for (size_t i = 0; i < film->path_count; i++) {
        const TdKeyInfo *key = film->paths[i].key;
        if (!is_fed(film, key->name))
            return tdi_fail(
                err, TD_ERROR_RECIPE,
                "path: the network is not fed %s, so nothing would move; add it, as "
                "--inputs x,y,%s",
                key->name, key->name);
        if (key->group == TD_GROUP_VOLUME && film->draw != TD_DRAW_VOLUME)
            return tdi_fail(err, TD_ERROR_RECIPE, "path: %s moves a volume; add --draw volume",
                            key->name);
        if (strcmp(key->name, "morph") == 0 && !film->morph_seed.set)
            return tdi_fail(err, TD_ERROR_RECIPE,
                            "path: morph turns one network into another; say which "
                            "(--morph_seed), or write seed=1;2");
        if (film->tile == TD_TILE_TORUS && strcmp(key->name, "rotate") == 0)
            return tdi_fail(
                err, TD_ERROR_RECIPE,
                "path: rotate does not go with tile = torus: a turned tile has seams");
    }
    return TD_OK;
}
