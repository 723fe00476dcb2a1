/* The values of keys: from text into a TdRecipe and back. */
#ifndef TDI_VALUES_H
#define TDI_VALUES_H

#include "base/text.h"
#include "tiedye/recipe.h"

/* A piece of a text that is being read. */
typedef struct TdiSpan {
    const char *words; /* not terminated */
    size_t length;
} TdiSpan;

TdiSpan tdi_span(const char *words);
TdiSpan tdi_span_trim(TdiSpan span);

/* Take what stands before the first `separator` (or all) off the front of *rest. False once
 * nothing is left; an empty text has one empty piece. Begin with *done = false. */
bool tdi_span_split(TdiSpan *rest, char separator, bool *done, TdiSpan *piece);

const TdKeyInfo *tdi_key_find(const char *words, size_t length);
const char *tdi_key_nearest(const char *words, size_t length);

/* Read a value into its place; err->column counts within `value`. */
TdStatus tdi_value_read(const TdKeyInfo *key, TdiSpan value, TdRecipe *recipe, TdError *err);

/* Give a key its default, or nothing where it has none. TD_ERROR_MEMORY. */
TdStatus tdi_value_reset(const TdKeyInfo *key, TdRecipe *recipe, TdError *err);

/* Print a value from its place. */
void tdi_value_print(const TdKeyInfo *key, const TdRecipe *recipe, TdiText *text);

/* The layer grammar (layers.c). */
TdStatus tdi_layers_read(TdiSpan value, TdRecipe *recipe, TdError *err);
void tdi_layers_print(const TdRecipe *recipe, TdiText *text);

/* By TdPadding; NULL behind the last. */
extern const char *const tdi_padding_names[];

/* Whether layers of a kind have weights, and so a width of their own. */
bool tdi_layer_has_weights(TdLayerKind kind);

/* "dense", "conv", ... Static. */
const char *tdi_layer_kind_name(TdLayerKind kind);

/* Make recipe->layers anew from what is said, `depth` and `width`. TD_ERROR_MEMORY,
 * TD_ERROR_RECIPE; the layers are then unchanged. */
TdStatus tdi_layers_reshape(TdRecipe *recipe, TdError *err);

/* Axes (axis.c). The column of an error counts within `value`. */
TdStatus tdi_axis_read(const TdKeyInfo *key, TdiSpan value, TdAxis *axis, TdError *err);
void tdi_axis_clear(TdAxis *axis);
bool tdi_axis_copy(TdAxis *copy, const TdAxis *axis); /* false: no memory, copy is cleared */

/* Curves and colours (curve.c). */
TdStatus tdi_curve_read(const TdKeyInfo *key, TdiSpan value, TdCurve *curve, TdError *err);
void tdi_curve_print(const TdCurve *curve, TdiText *text);
TdStatus tdi_colour_read(const TdKeyInfo *key, TdiSpan value, double colour[3], TdError *err);
void tdi_colour_print(const double colour[3], TdiText *text);

/* Paths (path.c). The column of an error counts within `value`. */
TdStatus tdi_paths_read(const TdKeyInfo *key, TdiSpan value, TdRecipe *recipe, TdError *err);
void tdi_paths_print(const TdRecipe *recipe, TdiText *text);
void tdi_paths_clear(TdRecipe *recipe);
void tdi_paths_drop(TdRecipe *recipe, const TdKeyInfo *key); /* see td_recipe_set */
bool tdi_paths_copy(TdRecipe *copy, const TdRecipe *recipe); /* false: no memory, it has none */

/* Sizes (size.c). */
TdStatus tdi_size_read(TdiSpan value, TdSize *size, TdError *err);
void tdi_size_print(const TdSize *size, TdiText *text);

/* An activation by name, with the nearest name in the error. `column` is its place. */
TdStatus tdi_activation_read(TdiSpan name, unsigned column, TdActivation *act, TdError *err);

#endif
