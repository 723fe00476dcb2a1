/* Axes: KEY=V;V;V (or commas, where the key's values hold none), KEY=a..b/STEPS, KEY=a..b. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "recipe/values.h"

/* Values of ranges of real numbers are rounded to so many decimal digits: 1.8, not
 * 1.7999999999999998. */
enum { DIGITS = 12 };

/* An axis that is being read. */
typedef struct Reading {
    const TdKeyInfo *side, *key; /* "down" or "across"; the key that changes */
    TdRecipe *scratch;           /* values pass through it */
    TdiText printed, values;     /* the axis as printed; its values, each with its 0 */
    uint32_t *at;                /* where in `values` each begins */
    uint32_t count;              /* values read */
    bool range;
} Reading;

const char *td_axis_value(const TdAxis *axis, uint32_t i)
{
    return axis->words + axis->at[i];
}

void tdi_axis_clear(TdAxis *axis)
{
    tdi_free(axis->words);
    tdi_free(axis->at);
    *axis = (TdAxis){0};
}

bool tdi_axis_copy(TdAxis *copy, const TdAxis *axis)
{
    *copy = *axis;
    if (axis->key == NULL)
        return true;
    copy->words = tdi_alloc(axis->length, 1);
    copy->at = tdi_alloc(axis->count, sizeof *copy->at);
    if (copy->words == NULL || copy->at == NULL) {
        tdi_axis_clear(copy);
        return false;
    }
    memcpy(copy->words, axis->words, axis->length);
    memcpy(copy->at, axis->at, axis->count * sizeof *copy->at);
    return true;
}

static int shown(TdiSpan span)
{
    return span.length > 40 ? 40 : (int)span.length;
}

/* Whether values of the key hold commas, so that only a semicolon parts them. */
static bool holds_commas(const TdKeyInfo *key)
{
    return key->type == TD_KEY_LAYERS || key->type == TD_KEY_INPUTS ||
           key->type == TD_KEY_POINT;
}

static bool is_whole(const TdKeyInfo *key)
{
    return key->type == TD_KEY_WHOLE || key->type == TD_KEY_SHAPE || key->type == TD_KEY_SEED;
}

/* Keys whose values give pictures of one size and kind of sample. */
static TdStatus check_key(const Reading *r, TdError *err)
{
    const char *why = NULL;
    if (r->key->group > TD_GROUP_RASTER || r->key->group == TD_GROUP_RECIPE)
        why = "it is no key of one picture";
    else if (r->key->type == TD_KEY_SIZE || r->key->type == TD_KEY_BITS)
        why = "all cells have the same";
    if (why == NULL)
        return TD_OK;
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "%s: %s cannot change along an axis: %s",
                       r->side->name, r->key->name, why);
}

static TdStatus find_key(Reading *r, TdiSpan name, TdError *err)
{
    r->key = tdi_key_find(name.words, name.length);
    if (r->key != NULL)
        return check_key(r, err);
    const char *near = tdi_key_nearest(name.words, name.length);
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "%s: unknown key \"%.*s\"%s%s%s",
                       r->side->name, shown(name), name.words,
                       near != NULL ? "; did you mean \"" : "; `tiedye list keys` names them",
                       near != NULL ? near : "", near != NULL ? "\"?" : "");
}

/* ---- Values -------------------------------------------------------------------------- */

static TdStatus make_room(Reading *r, uint64_t count, TdError *err)
{
    r->at = tdi_alloc(count, sizeof *r->at);
    return r->at != NULL ? TD_OK : tdi_fail_memory(err, count * sizeof *r->at);
}

/* The scratch recipe's value becomes the next of the axis. */
static void take_value(Reading *r)
{
    r->at[r->count++] = (uint32_t)r->values.length;
    tdi_value_print(r->key, r->scratch, &r->values);
    tdi_text_add_bytes(&r->values, "", 1);
}

/* Read a value that begins at `column` of the axis into the scratch recipe. */
static TdStatus read_value(Reading *r, TdiSpan value, unsigned column, TdError *err)
{
    TdError inner = {0};
    if (value.length == 0)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column, "%s: a value of %s is empty",
                           r->side->name, r->key->name);
    TdStatus status = tdi_value_read(r->key, value, r->scratch, &inner);
    if (status == TD_OK)
        return TD_OK;
    column += inner.column > 0 ? inner.column - 1 : 0;
    return tdi_fail_at(err, status, 1, column, "%s: %s", r->side->name, inner.message);
}

static TdStatus fail_count(const Reading *r, TdiSpan values, uint64_t count, TdError *err)
{
    bool all = count == UINT64_MAX; /* of 64 bits, and one more */
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, (unsigned)strlen(r->key->name) + 2,
                       "%s: %s=%.*s has %llu%s values; an axis has at most %u: write fewer, or "
                       "a..b/STEPS for evenly spaced ones",
                       r->side->name, r->key->name, shown(values), values.words,
                       (unsigned long long)(all ? count / 10 : count), all ? "6" : "",
                       (unsigned)TD_MAX_AXIS);
}

static TdStatus read_list(Reading *r, TdiSpan values, unsigned column, TdError *err)
{
    bool semicolon = memchr(values.words, ';', values.length) != NULL, done = false;
    char separator = semicolon || holds_commas(r->key) ? ';' : ',';
    uint64_t count = 1;
    TdiSpan rest = values, piece;
    for (size_t i = 0; i < values.length; i++)
        count += values.words[i] == separator;
    if (count > TD_MAX_AXIS)
        return fail_count(r, values, count, err);
    TdStatus status = make_room(r, count, err);
    while (status == TD_OK && tdi_span_split(&rest, separator, &done, &piece)) {
        piece = tdi_span_trim(piece);
        status = read_value(r, piece, column + (unsigned)(piece.words - values.words), err);
        if (status == TD_OK)
            take_value(r);
    }
    for (uint32_t i = 0; i < r->count && status == TD_OK; i++)
        tdi_text_format(&r->printed, "%s%s",
                        i == 0                 ? ""
                        : holds_commas(r->key) ? ";"
                                               : ",",
                        r->values.failed ? "" : r->values.data + r->at[i]);
    return status;
}

/* ---- Ranges -------------------------------------------------------------------------- */

/* a..b/STEPS */
typedef struct Range {
    TdiSpan first, last, steps; /* steps.words NULL: not said */
} Range;

static bool split_range(TdiSpan values, Range *range)
{
    *range = (Range){0};
    for (size_t i = 0; i + 1 < values.length; i++) {
        if (values.words[i] != '.' || values.words[i + 1] != '.')
            continue;
        TdiSpan rest = {values.words + i + 2, values.length - i - 2};
        bool done = false;
        range->first = tdi_span_trim((TdiSpan){values.words, i});
        tdi_span_split(&rest, '/', &done, &range->last);
        range->last = tdi_span_trim(range->last);
        if (!done)
            range->steps = tdi_span_trim(rest);
        return true;
    }
    return false;
}

static TdStatus fail_steps(const Reading *r, const Range *range, unsigned column,
                           const char *why, TdError *err)
{
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column,
                       "%s: \"%.*s\" is not a number of steps: %s", r->side->name,
                       shown(range->steps), range->steps.words, why);
}

/* The number of values of a range whose ends are `apart` whole numbers apart (0: real). */
static TdStatus count_steps(const Reading *r, const Range *range, TdiSpan values,
                            uint64_t apart, bool equal, uint64_t *count, TdError *err)
{
    unsigned column = (unsigned)strlen(r->key->name) + 2;
    bool whole = is_whole(r->key);
    *count = apart == UINT64_MAX ? apart : apart + 1;
    if (range->steps.words == NULL && !whole)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column,
                           "%s: a range of %s, which is no whole number, needs steps, as "
                           "%.*s/5",
                           r->side->name, r->key->name, shown(values), values.words);
    if (range->steps.words != NULL) {
        column += (unsigned)(range->steps.words - values.words);
        if (!tdi_parse_u64(range->steps.words, range->steps.length, count) || *count == 0)
            return fail_steps(r, range, column, "write 2 or more, as 0.5..3/6", err);
        if (*count == 1 && !equal)
            return fail_steps(r, range, column, "both ends are values, so 2 or more", err);
        if (whole && *count - 1 > apart)
            return fail_steps(r, range, column, "there are fewer whole numbers in the range",
                              err);
        if (!whole && equal)
            *count = 1;
    }
    return *count > TD_MAX_AXIS ? fail_count(r, values, *count, err) : TD_OK;
}

/* first + i (last - first) / (count - 1), rounded to the nearest whole number. */
static uint64_t whole_between(uint64_t first, uint64_t last, uint32_t i, uint32_t count)
{
    uint64_t gaps = count > 1 ? count - 1 : 1;
    uint64_t apart = last > first ? last - first : first - last;
    uint64_t step = apart / gaps * i + (apart % gaps * i + gaps / 2) / gaps;
    return last > first ? first + step : first - step;
}

static uint64_t whole_of(const Reading *r)
{
    const void *place = (const char *)r->scratch + r->key->offset;
    return r->key->type == TD_KEY_SEED ? *(const uint64_t *)place : *(const uint32_t *)place;
}

static void take_whole(Reading *r, uint64_t value)
{
    r->at[r->count++] = (uint32_t)r->values.length;
    tdi_text_format(&r->values, "%llu", (unsigned long long)value);
    tdi_text_add_bytes(&r->values, "", 1);
}

static void take_real(Reading *r, double value)
{
    r->at[r->count++] = (uint32_t)r->values.length;
    tdi_text_add_rounded(&r->values, value, DIGITS);
    tdi_text_add_bytes(&r->values, "", 1);
}

static void take_reals(Reading *r, double first, double last, uint32_t count)
{
    double most = fabs(first) > fabs(last) ? fabs(first) : fabs(last);
    for (uint32_t i = 0; i < count; i++) {
        double part = count > 1 ? (double)i / (count - 1) : 0;
        double value = i + 1 == count ? last : first + (last - first) * part;
        take_real(r, fabs(value) < 1e-14 * most ? 0 : value); /* -1..1/5 passes through 0 */
    }
}

static TdStatus read_range(Reading *r, const Range *range, TdiSpan values, unsigned column,
                           TdError *err)
{
    uint64_t count, whole[2] = {0, 0};
    double real[2] = {0, 0};
    const TdiSpan ends[2] = {range->first, range->last};
    for (int i = 0; i < 2; i++) {
        unsigned place = column + (unsigned)(ends[i].words - values.words);
        TdStatus status = read_value(r, ends[i], place, err);
        if (status != TD_OK)
            return status;
        if (is_whole(r->key))
            whole[i] = whole_of(r);
        else
            real[i] =
                *(const double *)(const void *)((const char *)r->scratch + r->key->offset);
        tdi_text_add(&r->printed, i == 0 ? "" : "..");
        tdi_value_print(r->key, r->scratch, &r->printed);
    }
    uint64_t apart = whole[1] > whole[0] ? whole[1] - whole[0] : whole[0] - whole[1];
    bool equal = is_whole(r->key) ? apart == 0 : real[0] == real[1];
    TdStatus status = count_steps(r, range, values, apart, equal, &count, err);
    if (status == TD_OK)
        status = make_room(r, count, err);
    if (status != TD_OK)
        return status;
    if (range->steps.words != NULL)
        tdi_text_format(&r->printed, "/%u", (unsigned)count);
    for (uint32_t i = 0; i < count && is_whole(r->key); i++)
        take_whole(r, whole_between(whole[0], whole[1], i, (uint32_t)count));
    if (!is_whole(r->key))
        take_reals(r, real[0], real[1], (uint32_t)count);
    return TD_OK;
}

/* ---- All of it ----------------------------------------------------------------------- */

static TdStatus read_axis(Reading *r, TdiSpan value, TdError *err)
{
    TdiSpan name, values = value;
    Range range;
    bool done = false;
    tdi_span_split(&values, '=', &done, &name);
    name = tdi_span_trim(name);
    if (value.length == 0 || done)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1,
                           "%s: \"%.*s\" is no axis: write KEY=VALUES, as depth=1..8, "
                           "width=2,4,8 or sigma_w=0.5..3/6",
                           r->side->name, shown(value), value.words);
    TdStatus status = find_key(r, name, err);
    if (status != TD_OK)
        return status;
    values = tdi_span_trim(values);
    unsigned column = 1 + (unsigned)(values.words - value.words);
    if (values.length == 0)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column,
                           "%s: the axis %s= has no values; write some behind it, as "
                           "depth=1..8 or act=tanh,sin",
                           r->side->name, r->key->name);
    tdi_text_format(&r->printed, "%s=", r->key->name);
    bool numbers = is_whole(r->key) || r->key->type == TD_KEY_REAL;
    r->range = numbers && split_range(values, &range);
    return r->range ? read_range(r, &range, values, column, err)
                    : read_list(r, values, column, err);
}

/* Put what was read into one block. */
static TdStatus finish(Reading *r, TdAxis *axis, TdError *err)
{
    size_t before = r->printed.length + 1;
    TdAxis made = {r->key, r->count, r->range, NULL, before + r->values.length, r->at};
    tdi_text_add_bytes(&r->printed, "", 1);
    if (!r->values.failed)
        tdi_text_add_bytes(&r->printed, r->values.data, r->values.length);
    if (r->printed.failed || r->values.failed)
        return tdi_fail_memory(err, made.length);
    made.words = tdi_text_take(&r->printed);
    for (uint32_t i = 0; i < made.count; i++)
        made.at[i] += (uint32_t)before;
    r->at = NULL;
    tdi_axis_clear(axis);
    *axis = made;
    return TD_OK;
}

TdStatus tdi_axis_read(const TdKeyInfo *key, TdiSpan value, TdAxis *axis, TdError *err)
{
    Reading r = {.side = key, .scratch = td_recipe_create()};
    if (r.scratch == NULL)
        return tdi_fail_memory(err, sizeof *r.scratch);
    TdStatus status = read_axis(&r, value, err);
    if (status == TD_OK)
        status = finish(&r, axis, err);
    tdi_text_free(&r.printed);
    tdi_text_free(&r.values);
    tdi_free(r.at);
    td_recipe_free(r.scratch);
    return status;
}
