#include "tiedye/recipe.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "recipe/image.h"
#include "recipe/values.h"

_Static_assert(sizeof(TdTone) == sizeof(unsigned), "choices are stored through unsigned");

TdRecipe *td_recipe_create(void)
{
    TdRecipe *recipe = tdi_alloc(1, sizeof *recipe);
    for (size_t i = 0; recipe != NULL && i < td_key_count(); i++) {
        const TdKeyInfo *key = td_key_info(i);
        if (key->preset[0] != '\0' &&
            tdi_value_read(key, tdi_span(key->preset), recipe, NULL) != TD_OK) {
            td_recipe_free(recipe);
            return NULL;
        }
    }
    return recipe;
}

static TdLayerItem *copy_items(const TdLayerItem *items, size_t count)
{
    TdLayerItem *copy = tdi_alloc(count, sizeof *copy);
    if (copy != NULL)
        memcpy(copy, items, count * sizeof *copy);
    return copy;
}

TdRecipe *td_recipe_copy(const TdRecipe *recipe)
{
    TdRecipe *copy = tdi_alloc(1, sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = *recipe;
    copy->layers = copy_items(recipe->layers, recipe->layer_items);
    copy->said = copy_items(recipe->said, recipe->said_items);
    bool down = tdi_axis_copy(&copy->down, &recipe->down);
    bool across = tdi_axis_copy(&copy->across, &recipe->across);
    bool paths = tdi_paths_copy(copy, recipe);
    copy->pixels = tdi_image_hold(recipe->pixels);
    if (copy->layers == NULL || copy->said == NULL || !down || !across || !paths) {
        td_recipe_free(copy);
        return NULL;
    }
    return copy;
}

void td_recipe_free(TdRecipe *recipe)
{
    if (recipe == NULL)
        return;
    tdi_axis_clear(&recipe->down);
    tdi_axis_clear(&recipe->across);
    tdi_paths_clear(recipe);
    tdi_image_drop(recipe->pixels);
    tdi_free(recipe->layers);
    tdi_free(recipe->said);
    tdi_free(recipe);
}

uint64_t td_recipe_palette_seed(const TdRecipe *recipe)
{
    return recipe->palette_seed.set ? recipe->palette_seed.seed : recipe->seed;
}

static TdStatus find_key(TdiSpan name, const TdKeyInfo **key, TdError *err)
{
    int shown = name.length > 40 ? 40 : (int)name.length;
    *key = tdi_key_find(name.words, name.length);
    if (*key != NULL)
        return TD_OK;
    const char *near = tdi_key_nearest(name.words, name.length);
    if (near == NULL)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 0,
                           "unknown key \"%.*s\"; `tiedye list keys` names them all", shown,
                           name.words);
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 0, "unknown key \"%.*s\"; did you mean \"%s\"?",
                       shown, name.words, near);
}

TdStatus td_recipe_set(TdRecipe *recipe, const char *key, const char *value, TdError *err)
{
    const TdKeyInfo *info;
    TdStatus status = find_key(tdi_span(key), &info, err);
    if (status == TD_OK)
        status = tdi_value_read(info, tdi_span(value), recipe, err);
    if (status == TD_OK)
        tdi_paths_drop(recipe, info);
    if (status == TD_OK && strcmp(info->name, "image") == 0)
        recipe->image_sha256[0] = '\0'; /* it was that of another file */
    return status;
}

char *td_recipe_get(const TdRecipe *recipe, const char *key)
{
    TdiText text = {0};
    const TdKeyInfo *info = td_key_find(key);
    if (info == NULL)
        return NULL;
    tdi_value_print(info, recipe, &text);
    return tdi_text_take(&text);
}

/* ---- Reading ------------------------------------------------------------------------- */

/* One `key = value` whose first character is the text's `line`, `column`. */
static TdStatus read_pair(TdRecipe *recipe, TdiSpan pair, unsigned line, unsigned column,
                          TdError *err)
{
    TdError local = {0}, *place = err != NULL ? err : &local;
    const char *equals = memchr(pair.words, '=', pair.length);
    if (equals == NULL)
        return tdi_fail_at(err, TD_ERROR_RECIPE, line, column,
                           "\"%.*s\" is not of the form key = value",
                           pair.length > 40 ? 40 : (int)pair.length, pair.words);
    size_t before = (size_t)(equals - pair.words);
    TdiSpan name = tdi_span_trim((TdiSpan){pair.words, before});
    TdiSpan value = tdi_span_trim((TdiSpan){equals + 1, pair.length - before - 1});
    place->column = 0;
    const TdKeyInfo *key;
    TdStatus status = find_key(name, &key, place);
    if (status == TD_OK)
        status = tdi_value_read(key, value, recipe, place);
    if (status != TD_OK) {
        bool in_value = place->column > 0;
        place->line = line;
        place->column +=
            column + (unsigned)((in_value ? value.words - 1 : name.words) - pair.words);
    }
    return status;
}

static TdStatus parse_lines(TdRecipe *recipe, TdiSpan text, TdError *err)
{
    TdiSpan line;
    bool done = false;
    if (text.length >= 3 && memcmp(text.words, "\xef\xbb\xbf", 3) == 0) /* a byte order mark */
        text.words += 3, text.length -= 3;
    for (unsigned number = 1; tdi_span_split(&text, '\n', &done, &line); number++) {
        const char *begin = line.words;
        const char *comment = line.length == 0 ? NULL : memchr(begin, '#', line.length);
        if (comment != NULL)
            line.length = (size_t)(comment - begin);
        line = tdi_span_trim(line);
        if (line.length == 0)
            continue;
        TdStatus status =
            read_pair(recipe, line, number, 1 + (unsigned)(line.words - begin), err);
        if (status != TD_OK)
            return status;
    }
    return TD_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32; /* to lower case */
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %41 -> A, + -> blank, in place; the length shrinks. */
static bool percent_decode(char *words, size_t *length)
{
    size_t to = 0;
    for (size_t from = 0; from < *length; from++) {
        char c = words[from];
        if (c == '%') {
            if (from + 2 >= *length || hex_digit(words[from + 1]) < 0 ||
                hex_digit(words[from + 2]) < 0)
                return false;
            c = (char)(hex_digit(words[from + 1]) * 16 + hex_digit(words[from + 2]));
            from += 2;
        } else if (c == '+') {
            c = ' ';
        }
        words[to++] = c;
    }
    *length = to;
    return true;
}

static TdStatus parse_link_pair(TdRecipe *recipe, TdiSpan pair, unsigned column, TdError *err)
{
    TdiText copy = {0};
    tdi_text_add_bytes(&copy, pair.words, pair.length);
    if (copy.failed)
        return tdi_fail_memory(err, pair.length);
    TdStatus status = TD_OK;
    if (!percent_decode(copy.data, &copy.length))
        status = tdi_fail_at(err, TD_ERROR_RECIPE, 1, column,
                             "\"%.*s\" has a %% without two hexadecimal digits behind it",
                             pair.length > 40 ? 40 : (int)pair.length, pair.words);
    else
        status = read_pair(recipe, (TdiSpan){copy.data, copy.length}, 1, column, err);
    tdi_text_free(&copy);
    return status;
}

static TdStatus parse_link(TdRecipe *recipe, const char *text, const char *fragment,
                           TdError *err)
{
    TdiSpan pair, rest = tdi_span_trim(tdi_span(fragment));
    bool done = false;
    while (tdi_span_split(&rest, '&', &done, &pair)) {
        if (pair.length == 0)
            continue;
        TdStatus status = parse_link_pair(recipe, pair, 1 + (unsigned)(pair.words - text), err);
        if (status != TD_OK)
            return status;
    }
    return TD_OK;
}

/* What stands behind the '#' of a link, NULL where the text is no link. A link is one word, and
 * before its '#' there is an address or nothing, but no `key = value` with a comment. */
static const char *link_fragment(const char *text)
{
    const char *hash = strstr(text, "#v=");
    size_t word = strcspn(text, " \t\r\n");
    if (hash == NULL || text[word + strspn(text + word, " \t\r\n")] != '\0')
        return NULL;
    bool pair = memchr(text, '=', (size_t)(hash - text)) != NULL;
    return pair && strstr(text, "://") == NULL ? NULL : hash + 1;
}

bool td_recipe_is_link(const char *word)
{
    return link_fragment(word) != NULL;
}

TdStatus td_recipe_parse(TdRecipe *recipe, const char *text, TdError *err)
{
    const char *fragment = link_fragment(text);
    if (fragment != NULL)
        return parse_link(recipe, text, fragment, err);
    return parse_lines(recipe, tdi_span(text), err);
}

/* ---- Printing ------------------------------------------------------------------------ */

/* Of ASCII, whatever the locale. */
static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static void add_percent_encoded(TdiText *text, const char *words)
{
    for (const char *c = words; *c != '\0'; c++) {
        if (is_alphanumeric(*c) || strchr("-._~,:;@/", *c) != NULL)
            tdi_text_add_bytes(text, c, 1);
        else
            tdi_text_format(text, "%%%02X", (unsigned)(unsigned char)*c);
    }
}

static bool is_json_number(const TdKeyInfo *key)
{
    return key->type == TD_KEY_VERSION || key->type == TD_KEY_WHOLE ||
           key->type == TD_KEY_REAL || key->type == TD_KEY_BITS;
}

static void add_pair(TdiText *text, TdRecipeForm form, const TdKeyInfo *key, const char *value)
{
    bool first = key->type == TD_KEY_VERSION;
    const char *quote = is_json_number(key) ? "" : "\"";
    switch (form) {
    case TD_FORM_TEXT:
        tdi_text_format(text, "%s = %s\n", key->name, value);
        break;
    case TD_FORM_LINK:
        tdi_text_format(text, "%s%s=", first ? "#" : "&", key->name);
        add_percent_encoded(text, value);
        break;
    case TD_FORM_JSON:
        tdi_text_format(text, "%s\"%s\": %s", first ? "{" : ", ", key->name, quote);
        tdi_text_add_json(text, value);
        tdi_text_add(text, quote);
        break;
    }
}

/* Whether a key is printed: it has a value, and not its default. `channels`, `depth` and
 * `width` are folded into layers. */
static bool is_told(const TdKeyInfo *key, const char *value, const char *preset)
{
    if (key->type == TD_KEY_VERSION)
        return true;
    return key->type != TD_KEY_SHAPE && strcmp(key->name, "channels") != 0 &&
           strcmp(value, preset) != 0;
}

char *td_recipe_print(const TdRecipe *recipe, TdRecipeForm form)
{
    TdiText text = {0};
    for (size_t i = 0; i < td_key_count(); i++) {
        TdiText value = {0};
        const TdKeyInfo *key = td_key_info(i);
        tdi_value_print(key, recipe, &value);
        if (value.failed)
            text.failed = true;
        else if (value.data != NULL && is_told(key, value.data, key->preset))
            add_pair(&text, form, key, value.data);
        tdi_text_free(&value);
    }
    if (form == TD_FORM_JSON)
        tdi_text_add(&text, "}");
    return tdi_text_take(&text);
}
