/* Paths: KEY=a..b, KEY=V;V;V (or commas, where the key's values hold none), parted by blanks.
 */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "recipe/values.h"

/* A path that is being read. */
typedef struct Reading {
    const TdKeyInfo *side; /* "path" */
    TdRecipe *scratch;     /* values pass through it */
    TdPath path;
} Reading;

void tdi_paths_clear(TdRecipe *recipe)
{
    for (size_t i = 0; i < recipe->path_count; i++) {
        tdi_free(recipe->paths[i].value);
        tdi_free(recipe->paths[i].seed);
    }
    tdi_free(recipe->paths);
    recipe->paths = NULL;
    recipe->path_count = 0;
}

/* Whether a path gives a key its values: that of the seed turns networks into each other. */
static bool moves(const TdPath *path, const TdKeyInfo *key)
{
    if (path->seed == NULL)
        return path->key == key;
    return path->key == key || strcmp(key->name, "morph_seed") == 0 ||
           strcmp(key->name, "morph") == 0;
}

/* What a path of seeds has made of the other keys goes with it. */
static void leave_morph(TdRecipe *recipe, const TdKeyInfo *key)
{
    if (key->type != TD_KEY_SEED)
        return;
    recipe->morph_seed = (TdOwnSeed){0};
    recipe->morph = 0;
}

void tdi_paths_drop(TdRecipe *recipe, const TdKeyInfo *key)
{
    size_t left = 0;
    if (recipe->path_count == 0)
        return;
    for (size_t i = 0; i < recipe->path_count; i++) {
        TdPath *path = &recipe->paths[i];
        if (!moves(path, key)) {
            recipe->paths[left++] = *path;
            continue;
        }
        if (path->seed != NULL)
            leave_morph(recipe, key);
        tdi_free(path->value);
        tdi_free(path->seed);
    }
    recipe->path_count = left;
    if (left > 0)
        return;
    tdi_paths_clear(recipe);
    recipe->frame = 0;
}

bool tdi_paths_copy(TdRecipe *copy, const TdRecipe *recipe)
{
    copy->paths = NULL;
    copy->path_count = 0;
    if (recipe->path_count == 0)
        return true;
    copy->paths = tdi_alloc(recipe->path_count, sizeof *copy->paths);
    for (size_t i = 0; copy->paths != NULL && i < recipe->path_count; i++) {
        const TdPath *from = &recipe->paths[i];
        TdPath *to = &copy->paths[copy->path_count++];
        *to = *from;
        to->value = from->value != NULL ? tdi_alloc(from->count, sizeof *to->value) : NULL;
        to->seed = from->seed != NULL ? tdi_alloc(from->count, sizeof *to->seed) : NULL;
        if ((to->value == NULL) != (from->value == NULL) ||
            (to->seed == NULL) != (from->seed == NULL)) {
            tdi_paths_clear(copy);
            return false;
        }
        if (to->value != NULL)
            memcpy(to->value, from->value, from->count * sizeof *to->value);
        if (to->seed != NULL)
            memcpy(to->seed, from->seed, from->count * sizeof *to->seed);
    }
    return copy->paths != NULL;
}

static int shown(TdiSpan span)
{
    return span.length > 40 ? 40 : (int)span.length;
}

static bool is_number(const TdKeyInfo *key)
{
    return key->type == TD_KEY_REAL || key->type == TD_KEY_WHOLE || key->type == TD_KEY_SHAPE ||
           key->type == TD_KEY_POINT;
}

/* Keys that are numbers, or the seed, and whose change leaves the frames of one size. */
static TdStatus check_key(const Reading *r, TdError *err)
{
    const TdKeyInfo *key = r->path.key;
    const char *why = NULL;
    bool moves = key->group == TD_GROUP_NETWORK || key->group == TD_GROUP_VIEW ||
                 key->group == TD_GROUP_COLOUR || key->group == TD_GROUP_VOLUME;
    if (!moves || key->type == TD_KEY_SIZE || key->type == TD_KEY_BITS ||
        strcmp(key->name, "channels") == 0)
        why = "all frames have the same";
    else if (!is_number(key) && key->type != TD_KEY_SEED)
        why = "its values are no numbers";
    if (why == NULL)
        return TD_OK;
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "path: %s cannot change over a film: %s",
                       key->name, why);
}

static TdStatus find_key(Reading *r, TdiSpan name, TdError *err)
{
    r->path.key = tdi_key_find(name.words, name.length);
    if (r->path.key != NULL)
        return check_key(r, err);
    const char *near = tdi_key_nearest(name.words, name.length);
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "path: unknown key \"%.*s\"%s%s%s",
                       shown(name), name.words,
                       near != NULL ? "; did you mean \"" : "; `tiedye list keys` names them",
                       near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static TdStatus take_value(Reading *r, TdiSpan value, unsigned column, TdError *err)
{
    TdPath *path = &r->path;
    const TdKeyInfo *key = path->key;
    const void *place = (const char *)r->scratch + key->offset;
    TdError inner = {0};
    if (value.length == 0)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column, "path: a value of %s is empty",
                           key->name);
    TdStatus status = tdi_value_read(key, value, r->scratch, &inner);
    if (status != TD_OK)
        return tdi_fail_at(err, status, 1, column, "path: %s", inner.message);
    if (key->type == TD_KEY_SEED)
        path->seed[path->count] = *(const uint64_t *)place;
    else if (key->type == TD_KEY_REAL)
        path->value[path->count][0] = *(const double *)place;
    else if (key->type == TD_KEY_POINT)
        memcpy(path->value[path->count], place, sizeof path->value[0]);
    else
        path->value[path->count][0] = *(const uint32_t *)place;
    path->count++;
    return TD_OK;
}

static TdStatus make_room(TdPath *path, size_t count, TdError *err)
{
    bool seeds = path->key->type == TD_KEY_SEED;
    size_t bytes = seeds ? sizeof *path->seed : sizeof *path->value;
    void *room = tdi_alloc(count, bytes);
    if (room == NULL)
        return tdi_fail_memory(err, count * bytes);
    if (seeds)
        path->seed = room;
    else
        path->value = room;
    return TD_OK;
}

/* Where a range's two dots stand, the length where there are none. */
static size_t find_dots(TdiSpan values)
{
    for (size_t i = 0; i + 1 < values.length; i++)
        if (values.words[i] == '.' && values.words[i + 1] == '.')
            return i;
    return values.length;
}

static TdStatus read_range(Reading *r, TdiSpan values, size_t dots, unsigned column,
                           TdError *err)
{
    TdiSpan first = {values.words, dots};
    TdiSpan last = {values.words + dots + 2, values.length - dots - 2};
    TdStatus status = make_room(&r->path, 2, err);
    r->path.range = true;
    if (status == TD_OK)
        status = take_value(r, first, column, err);
    if (status == TD_OK)
        status = take_value(r, last, column + (unsigned)dots + 2, err);
    return status;
}

static TdStatus read_list(Reading *r, TdiSpan values, unsigned column, TdError *err)
{
    bool point = r->path.key->type == TD_KEY_POINT, done = false;
    bool semicolon = memchr(values.words, ';', values.length) != NULL;
    char separator = semicolon || point ? ';' : ',';
    size_t count = 1;
    TdiSpan piece, rest = values;
    for (size_t i = 0; i < values.length; i++)
        count += values.words[i] == separator;
    if (count > TD_MAX_AXIS)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column,
                           "path: %s has %zu values; a path has at most %u", r->path.key->name,
                           count, (unsigned)TD_MAX_AXIS);
    if (count < 2 && r->path.key->type == TD_KEY_SEED)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column,
                           "path: seed=%.*s stands still; write several, as seed=1;2;3",
                           shown(values), values.words);
    if (count < 2)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column,
                           "path: %s=%.*s stands still; write %s=A..B, or values parted by %s",
                           r->path.key->name, shown(values), values.words, r->path.key->name,
                           point ? "semicolons" : "commas");
    TdStatus status = make_room(&r->path, count, err);
    while (status == TD_OK && tdi_span_split(&rest, separator, &done, &piece))
        status = take_value(r, piece, column + (unsigned)(piece.words - values.words), err);
    return status;
}

/* KEY=VALUES, which begins at `column` of all paths. */
static TdStatus read_path(Reading *r, TdiSpan word, unsigned column, TdError *err)
{
    TdiSpan name, values = word;
    bool done = false;
    r->path = (TdPath){0};
    tdi_span_split(&values, '=', &done, &name);
    if (done || values.length == 0)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column,
                           "path: \"%.*s\" is no path: write KEY=A..B or KEY=V;V;V, as "
                           "z=-5..5 or seed=1;2;3",
                           shown(word), word.words);
    TdStatus status = find_key(r, name, err);
    if (status != TD_OK)
        return status;
    column += (unsigned)(values.words - word.words);
    size_t dots = find_dots(values);
    bool range = dots < values.length;
    if (range && (r->path.key->type == TD_KEY_SEED || r->path.key->type == TD_KEY_POINT))
        return tdi_fail_at(
            err, TD_ERROR_RECIPE, 1, column,
            "path: %s takes values parted by semicolons, as %s", r->path.key->name,
            r->path.key->type == TD_KEY_SEED ? "seed=1;2;3" : "center=0,0;1,0.5");
    return range ? read_range(r, values, dots, column, err) : read_list(r, values, column, err);
}

static TdStatus check_new(const TdRecipe *made, const TdPath *path, TdError *err)
{
    for (size_t i = 0; i < made->path_count; i++)
        if (made->paths[i].key == path->key)
            return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1,
                               "path: there are two of %s; a key has one path",
                               path->key->name);
    if (made->path_count == TD_MAX_PATHS)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "path: there are more than %u",
                           (unsigned)TD_MAX_PATHS);
    return TD_OK;
}

/* The next path moves into `made`. */
static TdStatus read_next(Reading *r, TdiSpan word, unsigned column, TdRecipe *made,
                          TdError *err)
{
    TdStatus status = read_path(r, word, column, err);
    if (status == TD_OK)
        status = check_new(made, &r->path, err);
    TdPath *grown = NULL;
    if (status == TD_OK) {
        size_t old = made->path_count * sizeof *grown;
        grown = tdi_realloc(made->paths, old, old + sizeof *grown);
        if (grown == NULL)
            status = tdi_fail_memory(err, old + sizeof *grown);
    }
    if (status != TD_OK) {
        tdi_free(r->path.value);
        tdi_free(r->path.seed);
        return status;
    }
    made->paths = grown;
    made->paths[made->path_count++] = r->path;
    return TD_OK;
}

TdStatus tdi_paths_read(const TdKeyInfo *key, TdiSpan value, TdRecipe *recipe, TdError *err)
{
    Reading r = {.side = key, .scratch = td_recipe_create()};
    TdRecipe made = {0};
    TdStatus status = r.scratch != NULL ? TD_OK : tdi_fail_memory(err, sizeof *r.scratch);
    TdiSpan word, rest = value;
    bool done = value.length == 0;
    while (status == TD_OK && tdi_span_split(&rest, ' ', &done, &word)) {
        unsigned column = 1 + (unsigned)(word.words - value.words);
        word = tdi_span_trim(word);
        if (word.length > 0)
            status = read_next(&r, word, column, &made, err);
    }
    td_recipe_free(r.scratch);
    if (status != TD_OK) {
        tdi_paths_clear(&made);
        return status;
    }
    tdi_paths_clear(recipe);
    recipe->paths = made.paths;
    recipe->path_count = made.path_count;
    return TD_OK;
}

static void print_value(const TdPath *path, uint32_t i, TdiText *text)
{
    if (path->seed != NULL) {
        tdi_text_format(text, "%llu", (unsigned long long)path->seed[i]);
        return;
    }
    tdi_text_add_real(text, path->value[i][0]);
    if (path->key->type != TD_KEY_POINT)
        return;
    tdi_text_add(text, ",");
    tdi_text_add_real(text, path->value[i][1]);
}

void tdi_paths_print(const TdRecipe *recipe, TdiText *text)
{
    for (size_t i = 0; i < recipe->path_count; i++) {
        const TdPath *path = &recipe->paths[i];
        tdi_text_format(text, "%s%s=", i == 0 ? "" : " ", path->key->name);
        for (uint32_t k = 0; k < path->count; k++) {
            tdi_text_add(text, k == 0 ? "" : path->range ? ".." : ";");
            print_value(path, k, text);
        }
    }
}
