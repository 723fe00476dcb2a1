#include "recipe/values.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "recipe/image.h"

TdiSpan tdi_span(const char *words)
{
    return (TdiSpan){words, strlen(words)};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

TdiSpan tdi_span_trim(TdiSpan span)
{
    while (span.length > 0 && is_blank(span.words[0]))
        span.words++, span.length--;
    while (span.length > 0 && is_blank(span.words[span.length - 1]))
        span.length--;
    return span;
}

bool tdi_span_split(TdiSpan *rest, char separator, bool *done, TdiSpan *piece)
{
    if (*done)
        return false;
    const char *end = rest->length == 0 ? NULL : memchr(rest->words, separator, rest->length);
    *done = end == NULL;
    piece->words = rest->words;
    piece->length = end == NULL ? rest->length : (size_t)(end - rest->words);
    size_t used = piece->length + (end != NULL);
    rest->words += used;
    rest->length -= used;
    return true;
}

/* For "%.*s": what is quoted of a wrong value is kept short. */
static int shown(TdiSpan span)
{
    return span.length > 40 ? 40 : (int)span.length;
}

static TdStatus fail(const TdKeyInfo *key, TdiSpan value, const char *wanted, TdError *err)
{
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "%s: \"%.*s\" is not %s", key->name,
                       shown(value), value.words, wanted);
}

static TdStatus check_range(const TdKeyInfo *key, double number, TdError *err)
{
    if (number >= key->low && number <= key->high)
        return TD_OK;
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "%s: %.10g is out of range (%.10g to %.10g)",
                       key->name, number, key->low, key->high);
}

static TdStatus read_number(const TdKeyInfo *key, TdiSpan value, double *number, TdError *err)
{
    value = tdi_span_trim(value);
    if (!tdi_parse_real(value.words, value.length, number))
        return fail(key, value, "a number", err);
    return check_range(key, *number, err);
}

static TdStatus read_whole(const TdKeyInfo *key, TdiSpan value, uint32_t *place, TdError *err)
{
    double number;
    TdStatus status = read_number(key, value, &number, err);
    if (status != TD_OK)
        return status;
    if (number != floor(number))
        return fail(key, value, "a whole number", err);
    *place = (uint32_t)number;
    return TD_OK;
}

static TdStatus read_seed(const TdKeyInfo *key, TdiSpan value, uint64_t *seed, TdError *err)
{
    if (value.length == 6 && memcmp(value.words, "random", 6) == 0) {
        if (getentropy(seed, sizeof *seed) != 0)
            return tdi_fail(err, TD_ERROR_IO, "%s: the system gives no random number: %s",
                            key->name, strerror(errno));
        return TD_OK;
    }
    if (!tdi_parse_u64(value.words, value.length, seed))
        return fail(key, value, "a whole number from 0 to 18446744073709551615, or \"random\"",
                    err);
    return TD_OK;
}

/* "seed" is the recipe's. */
static TdStatus read_own_seed(const TdKeyInfo *key, TdiSpan value, TdOwnSeed *own, TdError *err)
{
    bool follows = value.length == 4 && memcmp(value.words, "seed", 4) == 0;
    TdOwnSeed read = {.set = !follows};
    TdStatus status = follows ? TD_OK : read_seed(key, value, &read.seed, err);
    if (status == TD_OK)
        *own = read;
    return status;
}

static TdStatus read_point(const TdKeyInfo *key, TdiSpan value, double point[2], TdError *err)
{
    double read[2];
    TdiSpan piece;
    bool done = false;
    for (int i = 0; i < 2; i++) {
        if (!tdi_span_split(&value, ',', &done, &piece))
            return fail(key, piece, "a point X,Y", err);
        TdStatus status = read_number(key, piece, &read[i], err);
        if (status != TD_OK)
            return status;
    }
    if (!done)
        return fail(key, value, "a point X,Y: it has more than two numbers", err);
    memcpy(point, read, sizeof read);
    return TD_OK;
}

enum { FEW_CHOICES = 6 }; /* are all named where none was meant */

static size_t count_choices(const char *const *choices)
{
    size_t count = 0;
    while (choices[count] != NULL)
        count++;
    return count;
}

/* "a, b, c or d" of the choices, into `list`. */
static void list_choices(const char *const *choices, char *list, size_t size)
{
    size_t count = count_choices(choices), used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *joint = i == 0 ? "" : i + 1 == count ? " or " : ", ";
        int length = snprintf(list + used, size - used, "%s%s", joint, choices[i]);
        used += (size_t)length;
        if (used >= size)
            return;
    }
}

static TdStatus read_choice(const TdKeyInfo *key, TdiSpan value, unsigned *choice, TdError *err)
{
    char list[240];
    for (unsigned i = 0; key->choices[i] != NULL; i++) {
        if (strlen(key->choices[i]) == value.length &&
            memcmp(key->choices[i], value.words, value.length) == 0) {
            *choice = i;
            return TD_OK;
        }
    }
    list_choices(key->choices, list, sizeof list);
    size_t count = count_choices(key->choices);
    const char *near = count <= FEW_CHOICES
                           ? NULL
                           : tdi_nearest_name(value.words, value.length, key->choices, count);
    if (near == NULL)
        return fail(key, value, list, err);
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "%s: unknown \"%.*s\"; did you mean \"%s\"?",
                       key->name, shown(value), value.words, near);
}

TdStatus tdi_activation_read(TdiSpan name, unsigned column, TdActivation *act, TdError *err)
{
    const char *names[TD_ACT_COUNT];
    for (unsigned i = 0; i < TD_ACT_COUNT; i++) {
        names[i] = td_activation_info((TdActivation)i)->name;
        if (strlen(names[i]) == name.length && memcmp(names[i], name.words, name.length) == 0) {
            *act = (TdActivation)i;
            return TD_OK;
        }
    }
    const char *near = tdi_nearest_name(name.words, name.length, names, TD_ACT_COUNT);
    if (near == NULL)
        return tdi_fail_at(
            err, TD_ERROR_RECIPE, 1, column,
            "unknown activation \"%.*s\"; `tiedye list activations` names them all",
            shown(name), name.words);
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, column,
                       "unknown activation \"%.*s\"; did you mean \"%s\"?", shown(name),
                       name.words, near);
}

static TdStatus read_bits(const TdKeyInfo *key, TdiSpan value, uint32_t *bits, TdError *err)
{
    uint64_t number;
    if (!tdi_parse_u64(value.words, value.length, &number) || (number != 8 && number != 16))
        return fail(key, value, "8 or 16", err);
    *bits = (uint32_t)number;
    return TD_OK;
}

const char *td_input_name(TdInput input)
{
    static const char *const names[TD_INPUT_COUNT] = {
        "x",  "y",  "z",  "r",  "t",   "x2",    "y2",   NULL, "z1", "z2",
        "z3", "z4", "z5", "z6", "z7",  "z8",    "n1",   "n2", "n3", "n4",
        "n5", "n6", "n7", "n8", "red", "green", "blue", NULL};
    return (unsigned)input < TD_INPUT_COUNT ? names[input] : NULL;
}

/* Inputs that the key names; the others come with the torus. */
static bool is_chosen(unsigned input)
{
    return input != TD_INPUT_X2 && input != TD_INPUT_Y2;
}

static TdStatus read_inputs(const TdKeyInfo *key, TdiSpan value, uint32_t *inputs, TdError *err)
{
    uint32_t found = 0;
    TdiSpan piece;
    bool done = false;
    while (tdi_span_split(&value, ',', &done, &piece)) {
        unsigned i = 0;
        piece = tdi_span_trim(piece);
        for (; i < TD_INPUT_COUNT; i++) {
            const char *name = is_chosen(i) ? td_input_name((TdInput)i) : NULL;
            if (name != NULL && strlen(name) == piece.length &&
                memcmp(name, piece.words, piece.length) == 0)
                break;
        }
        if (i == TD_INPUT_COUNT)
            return fail(key, piece,
                        "an input (x, y, r, z, t, z1 to z8, n1 to n8, red, green, "
                        "blue)",
                        err);
        if (found & 1u << i)
            return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1,
                               "inputs: \"%.*s\" stands there twice", shown(piece),
                               piece.words);
        found |= 1u << i;
    }
    *inputs = found;
    return TD_OK;
}

static TdStatus read_shape(const TdKeyInfo *key, TdiSpan value, TdRecipe *recipe, TdError *err)
{
    uint32_t *place = (uint32_t *)(void *)((char *)recipe + key->offset), old = *place;
    TdStatus status = read_whole(key, value, place, err);
    if (status == TD_OK)
        status = tdi_layers_reshape(recipe, err);
    if (status != TD_OK)
        *place = old;
    return status;
}

TdStatus tdi_value_reset(const TdKeyInfo *key, TdRecipe *recipe, TdError *err)
{
    void *place = (char *)recipe + key->offset;
    if (key->preset[0] != '\0')
        return tdi_value_read(key, tdi_span(key->preset), recipe, err);
    if (key->type == TD_KEY_AXIS)
        tdi_axis_clear(place);
    else if (key->type == TD_KEY_PATHS)
        tdi_paths_clear(recipe);
    else if (key->type == TD_KEY_WHOLE)
        *(uint32_t *)place = 0;
    else if (key->type == TD_KEY_NAME || key->type == TD_KEY_HASH)
        *(char *)place = '\0';
    return TD_OK;
}

/* The pixels of another image would not do. */
static void forget_pixels(const TdKeyInfo *key, TdRecipe *recipe)
{
    if (key->offset != offsetof(TdRecipe, image))
        return;
    tdi_image_drop(recipe->pixels);
    recipe->pixels = NULL;
}

/* Names that a line of a recipe cannot hold are refused. */
static TdStatus read_name(const TdKeyInfo *key, TdiSpan value, char name[TD_MAX_NAME],
                          TdError *err)
{
    char copy[TD_MAX_NAME] = "";
    if (value.length >= TD_MAX_NAME)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "%s: a name of more than %d bytes",
                           key->name, TD_MAX_NAME - 1);
    memcpy(copy, value.words, value.length);
    if (strchr(copy, '#') != NULL || strlen(copy) != value.length || !tdi_text_is_clean(copy))
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1,
                           "%s: a recipe holds no name with # in it, or with what is no text; "
                           "rename the file",
                           key->name);
    memcpy(name, copy, sizeof copy);
    return TD_OK;
}

static TdStatus read_hash(const TdKeyInfo *key, TdiSpan value, char hash[TD_HASH], TdError *err)
{
    size_t digits = 0;
    while (digits < value.length && strchr("0123456789abcdef", value.words[digits]) != NULL &&
           value.words[digits] != '\0')
        digits++;
    if (value.length != 0 && (digits != value.length || digits != TD_HASH - 1))
        return fail(key, value, "a SHA-256: 64 digits from 0 to f", err);
    memcpy(hash, value.words, digits);
    hash[digits] = '\0';
    return TD_OK;
}

static TdStatus read_version(const TdKeyInfo *key, TdiSpan value, TdError *err)
{
    uint64_t version;
    if (!tdi_parse_u64(value.words, value.length, &version) || version == 0)
        return fail(key, value, "a version (a whole number)", err);
    if (version > TD_RECIPE_VERSION)
        return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1,
                           "v: this recipe is of version %.*s, written by a newer tiedye; "
                           "this one (%s) reads version %d",
                           shown(value), value.words, td_version(), TD_RECIPE_VERSION);
    return TD_OK;
}

TdStatus tdi_value_read(const TdKeyInfo *key, TdiSpan value, TdRecipe *recipe, TdError *err)
{
    void *place = (char *)recipe + key->offset;
    unsigned choice = 0;
    TdStatus status;
    value = tdi_span_trim(value);
    switch (key->type) {
    case TD_KEY_VERSION:
        return read_version(key, value, err);
    case TD_KEY_WHOLE:
        return read_whole(key, value, place, err);
    case TD_KEY_SEED:
        return read_seed(key, value, place, err);
    case TD_KEY_OWN_SEED:
        return read_own_seed(key, value, place, err);
    case TD_KEY_REAL:
        return read_number(key, value, place, err);
    case TD_KEY_POINT:
        return read_point(key, value, place, err);
    case TD_KEY_CHOICE:
        status = read_choice(key, value, &choice, err);
        if (status == TD_OK)
            memcpy(place, &choice, sizeof choice); /* an enum */
        return status;
    case TD_KEY_SWITCH:
        status = read_choice(key, value, &choice, err);
        if (status == TD_OK)
            *(bool *)place = choice != 0;
        return status;
    case TD_KEY_ACTIVATION:
        return tdi_activation_read(value, 1, place, err);
    case TD_KEY_BITS:
        return read_bits(key, value, place, err);
    case TD_KEY_INPUTS:
        return read_inputs(key, value, place, err);
    case TD_KEY_LAYERS:
        return tdi_layers_read(value, recipe, err);
    case TD_KEY_SHAPE:
        return read_shape(key, value, recipe, err);
    case TD_KEY_AXIS:
        return tdi_axis_read(key, value, place, err);
    case TD_KEY_NAME:
        forget_pixels(key, recipe);
        return read_name(key, value, place, err);
    case TD_KEY_HASH:
        return read_hash(key, value, place, err);
    case TD_KEY_SIZE:
        return tdi_size_read(value, place, err);
    case TD_KEY_CURVE:
        return tdi_curve_read(key, value, place, err);
    case TD_KEY_COLOUR:
        return tdi_colour_read(key, value, place, err);
    case TD_KEY_PATHS:
        return tdi_paths_read(key, value, recipe, err);
    }
    return TD_OK;
}

static void print_seed(uint64_t seed, TdiText *text)
{
    tdi_text_format(text, "%llu", (unsigned long long)seed);
}

static void print_own_seed(const TdOwnSeed *own, TdiText *text)
{
    if (own->set)
        print_seed(own->seed, text);
    else
        tdi_text_add(text, "seed");
}

static void print_inputs(uint32_t inputs, TdiText *text)
{
    const char *joint = "";
    for (unsigned i = 0; i < TD_INPUT_COUNT; i++) {
        if (inputs & 1u << i) {
            tdi_text_add(text, joint);
            tdi_text_add(text, td_input_name((TdInput)i));
            joint = ",";
        }
    }
}

void tdi_value_print(const TdKeyInfo *key, const TdRecipe *recipe, TdiText *text)
{
    const void *place = (const char *)recipe + key->offset;
    unsigned choice;
    switch (key->type) {
    case TD_KEY_VERSION:
        tdi_text_format(text, "%d", TD_RECIPE_VERSION);
        break;
    case TD_KEY_WHOLE:
    case TD_KEY_SHAPE:
    case TD_KEY_BITS:
        if (*(const uint32_t *)place != 0)
            tdi_text_format(text, "%u", (unsigned)*(const uint32_t *)place);
        break;
    case TD_KEY_SEED:
        print_seed(*(const uint64_t *)place, text);
        break;
    case TD_KEY_OWN_SEED:
        print_own_seed(place, text);
        break;
    case TD_KEY_REAL:
        tdi_text_add_real(text, *(const double *)place);
        break;
    case TD_KEY_POINT:
        tdi_text_add_real(text, ((const double *)place)[0]);
        tdi_text_add(text, ",");
        tdi_text_add_real(text, ((const double *)place)[1]);
        break;
    case TD_KEY_CHOICE:
        memcpy(&choice, place, sizeof choice);
        tdi_text_add(text, key->choices[choice]);
        break;
    case TD_KEY_SWITCH:
        tdi_text_add(text, key->choices[*(const bool *)place]);
        break;
    case TD_KEY_ACTIVATION:
        tdi_text_add(text, td_activation_info(*(const TdActivation *)place)->name);
        break;
    case TD_KEY_INPUTS:
        print_inputs(*(const uint32_t *)place, text);
        break;
    case TD_KEY_LAYERS:
        tdi_layers_print(recipe, text);
        break;
    case TD_KEY_AXIS:
        if (((const TdAxis *)place)->key != NULL)
            tdi_text_add(text, ((const TdAxis *)place)->words);
        break;
    case TD_KEY_NAME:
    case TD_KEY_HASH:
        tdi_text_add(text, place);
        break;
    case TD_KEY_SIZE:
        tdi_size_print(place, text);
        break;
    case TD_KEY_CURVE:
        tdi_curve_print(place, text);
        break;
    case TD_KEY_COLOUR:
        tdi_colour_print(place, text);
        break;
    case TD_KEY_PATHS:
        tdi_paths_print(recipe, text);
        break;
    }
}
