#include "sheet/axes.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "recipe/values.h"

enum { MOST_DIGITS = 12, LEAST_DIGITS = 3 };

/* ---- Words --------------------------------------------------------------------------- */

/* "sigma_w: scale of the weights": what the table says, up to its first colon. */
static char *name_axis(const TdAxis *axis)
{
    TdiText text = {0};
    if (axis->key != NULL) {
        tdi_text_format(&text, "%s \xe2\x80\x93 ", axis->key->name);
        tdi_text_add_bytes(&text, axis->key->help, strcspn(axis->key->help, ":"));
    }
    return tdi_text_take(&text);
}

/* The value as one reads it: numbers of a range with as few digits as tell them apart. */
static void add_value(TdiText *text, const TdAxis *axis, uint32_t i, int digits)
{
    const char *words = td_axis_value(axis, i);
    double number;
    if (axis->range && axis->key->type == TD_KEY_REAL &&
        tdi_parse_real(words, strlen(words), &number))
        tdi_text_add_rounded(text, number, digits);
    else
        tdi_text_add(text, words);
}

/* Whether neighbours read differently with so many digits. */
static bool tell_apart(const TdAxis *axis, int digits)
{
    bool apart = true;
    for (uint32_t i = 1; i < axis->count && apart; i++) {
        TdiText a = {0}, b = {0};
        add_value(&a, axis, i - 1, digits);
        add_value(&b, axis, i, digits);
        apart = a.failed || b.failed || strcmp(a.data, b.data) != 0;
        tdi_text_free(&a);
        tdi_text_free(&b);
    }
    return apart;
}

static int find_digits(const TdAxis *axis)
{
    int digits = LEAST_DIGITS;
    while (axis->key != NULL && digits < MOST_DIGITS && !tell_apart(axis, digits))
        digits++;
    return digits;
}

static bool is_axis(const TdRecipe *recipe, const char *name)
{
    return (recipe->down.key != NULL && strcmp(recipe->down.key->name, name) == 0) ||
           (recipe->across.key != NULL && strcmp(recipe->across.key->name, name) == 0);
}

/* What is left of the layers where an axis changes their number or their width. */
static bool add_shape(TdiText *text, const TdRecipe *recipe)
{
    bool depth = is_axis(recipe, "depth"), width = is_axis(recipe, "width");
    uint32_t hidden = td_recipe_depth(recipe) - 1;
    if (!depth && !width)
        return false;
    if (!depth)
        tdi_text_format(text, "%u hidden layer%s", (unsigned)hidden, hidden == 1 ? "" : "s");
    else if (!width && hidden > 0 && recipe->layers[0].repeat >= hidden)
        tdi_text_format(text, "%u neurons wide", (unsigned)recipe->layers[0].width);
    return true;
}

/* A key is told where it is not at its default, and layers and seed always. */
static bool is_told(const TdRecipe *recipe, const TdKeyInfo *key, const char *value)
{
    bool always = key->type == TD_KEY_LAYERS || key->type == TD_KEY_SEED;
    if (is_axis(recipe, key->name) || key->group == TD_GROUP_RECIPE ||
        key->group > TD_GROUP_COLOUR)
        return false;
    if (key->type == TD_KEY_SIZE || key->type == TD_KEY_SHAPE || key->type == TD_KEY_BITS ||
        strcmp(key->name, "antialias") == 0 || strcmp(key->name, "channels") == 0)
        return false;
    return always || strcmp(value, key->preset) != 0;
}

static const char *joint(const TdiText *text)
{
    return text->length > 0 ? "  \xc2\xb7  " : "";
}

void tdi_text_add_shared(TdiText *text, const TdRecipe *recipe)
{
    for (size_t i = 0; i < td_key_count(); i++) {
        TdiText value = {0};
        const TdKeyInfo *key = td_key_info(i);
        tdi_value_print(key, recipe, &value);
        text->failed |= value.failed;
        bool told = value.data != NULL && !value.failed && is_told(recipe, key, value.data);
        if (told && !(key->type == TD_KEY_LAYERS && add_shape(text, recipe)))
            tdi_text_format(text, "%s%s %s", joint(text), key->name, value.data);
        tdi_text_free(&value);
    }
}

static char *find_shared(const TdRecipe *recipe)
{
    TdiText text = {0};
    tdi_text_add_shared(&text, recipe);
    return tdi_text_take(&text);
}

TdStatus tdi_axes_init(TdiAxes *axes, const TdRecipe *recipe, const TdSheetLayout *layout,
                       TdError *err)
{
    *axes = (TdiAxes){.recipe = recipe, .layout = layout};
    axes->down = name_axis(&recipe->down);
    axes->across = name_axis(&recipe->across);
    axes->shared = find_shared(recipe);
    axes->digits[0] = find_digits(&recipe->down);
    axes->digits[1] = find_digits(&recipe->across);
    if (axes->down == NULL || axes->across == NULL || axes->shared == NULL)
        return tdi_fail_memory(err, 0);
    return TD_OK;
}

void tdi_axes_clear(TdiAxes *axes)
{
    tdi_free(axes->down);
    tdi_free(axes->across);
    tdi_free(axes->shared);
    *axes = (TdiAxes){0};
}

/* ---- Drawing ------------------------------------------------------------------------- */

static uint32_t line_of(const TdiAxes *axes)
{
    return axes->layout->letter * 3 / 2;
}

static TdStatus draw_value(TdiFont *font, const TdAxis *axis, uint32_t i, int digits,
                           TdiLabel *label, const TdRaster *raster, const TdiBand *band,
                           TdError *err)
{
    TdiText text = {0};
    add_value(&text, axis, i, digits);
    if (text.failed)
        return tdi_fail_memory(err, text.length);
    label->words = text.data;
    TdStatus status = tdi_label_draw(font, label, raster, band, err);
    tdi_text_free(&text);
    return status;
}

/* Where cells are smaller than words only every second, third, ... value is written. */
static uint32_t step_of(uint32_t needed, uint32_t pitch)
{
    return (needed + pitch - 1) / pitch;
}

static TdStatus draw_columns(const TdiAxes *axes, TdiFont *font, const TdRaster *raster,
                             const TdiBand *band, TdError *err)
{
    const TdSheetLayout *l = axes->layout;
    uint32_t pitch = l->cell_width + l->gap, step = step_of(5 * l->letter / 2, pitch);
    TdStatus status = TD_OK;
    if (axes->recipe->across.key == NULL || band->y >= l->top)
        return TD_OK;
    for (uint32_t i = 0; i < l->columns && status == TD_OK; i += step) {
        TdiLabel label = {.width = step > 1 ? step * pitch - l->gap : l->cell_width,
                          .height = line_of(axes),
                          .letter = l->letter,
                          .align = TDI_CENTRE,
                          .ink = TDI_INK};
        td_sheet_corner(l, i, &label.x, &label.y);
        label.width = label.width < l->width ? label.width : l->width;
        uint32_t middle = label.x + l->cell_width / 2, half = label.width / 2;
        label.x = middle > half ? middle - half : 0;
        label.x = label.x + label.width <= l->width ? label.x : l->width - label.width;
        label.y = l->top - label.height;
        status = draw_value(font, &axes->recipe->across, i, axes->digits[1], &label, raster,
                            band, err);
    }
    return status;
}

static TdStatus draw_row(const TdiAxes *axes, TdiFont *font, uint32_t row,
                         const TdRaster *raster, const TdiBand *band, TdError *err)
{
    const TdSheetLayout *l = axes->layout;
    uint32_t begin = l->gap / 2 + l->letter / 4 + line_of(axes), line = line_of(axes);
    TdiLabel label = {
        .x = begin, .height = line, .letter = l->letter, .align = TDI_RIGHT, .ink = TDI_INK};
    uint32_t x, y;
    td_sheet_corner(l, row * l->columns, &x, &y);
    label.width = l->left - l->letter / 3 - begin;
    label.y = y + l->cell_height / 2 > line / 2 ? y + l->cell_height / 2 - line / 2 : 0;
    return draw_value(font, &axes->recipe->down, row, axes->digits[0], &label, raster, band,
                      err);
}

/* The values of the rows that the band may meet. */
static TdStatus draw_rows(const TdiAxes *axes, TdiFont *font, const TdRaster *raster,
                          const TdiBand *band, TdError *err)
{
    const TdSheetLayout *l = axes->layout;
    uint32_t pitch = l->cell_height + l->gap, step = step_of(line_of(axes), pitch);
    uint32_t first = band->y > l->top + l->letter ? (band->y - l->top - l->letter) / pitch : 0;
    uint32_t below = band->y + band->count + l->letter;
    uint32_t end = below > l->top ? (below - l->top) / pitch + 1 : 0;
    TdStatus status = TD_OK;
    if (axes->recipe->down.key == NULL)
        return TD_OK;
    for (uint32_t row = first / step * step; row < end && row < l->rows && status == TD_OK;
         row += step)
        status = draw_row(axes, font, row, raster, band, err);
    return status;
}

TdStatus tdi_axes_draw(const TdiAxes *axes, TdiFont *font, const TdRaster *raster,
                       const TdiBand *band, TdError *err)
{
    const TdSheetLayout *l = axes->layout;
    uint32_t x = l->left + l->gap, y = l->top + l->gap, line = line_of(axes);
    uint32_t below = l->height - l->foot, across = l->width - l->left - 2 * l->gap;
    const TdiLabel labels[] = {{axes->across, x, l->diagram_height + l->gap / 2 + l->letter / 4,
                                across, line, l->letter, TDI_CENTRE, false, TDI_FAINT_INK},
                               {axes->down, l->gap / 2 + l->letter / 4, y, line,
                                below - y - l->gap, l->letter, TDI_CENTRE, true, TDI_FAINT_INK},
                               {axes->shared, x, below, across, l->foot - l->letter / 4,
                                l->letter, TDI_LEFT, false, TDI_FAINT_INK}};
    TdStatus status = draw_columns(axes, font, raster, band, err);
    if (status == TD_OK)
        status = draw_rows(axes, font, raster, band, err);
    for (size_t i = 0; i < sizeof labels / sizeof *labels && status == TD_OK; i++)
        status = tdi_label_draw(font, &labels[i], raster, band, err);
    return status;
}
