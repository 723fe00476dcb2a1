/* What is written into the boxes of layers. */
#ifndef TDI_LABELS_H
#define TDI_LABELS_H

#include "base/text.h"
#include "diagram/layers.h"

/* Words for an operator: layer->kind, what, width, marks, stride, projects, commutative, joins;
 * the words are kept in layers->arena. `match`: what a pattern calls its group, else NULL. */
void tdi_label_layer(const TdiGraph *graph, const TdiOperator *op, const char *match,
                     TdiLayers *layers, TdiLayer *layer);

/* The same where nothing but weights is known: their name within the block, and their sizes. */
void tdi_label_weights(const TdiGraph *graph, const TdiOperator *op, TdiLayers *layers,
                       TdiLayer *layer);

/* Whether it is of the kind that adds, multiplies, ... numbers one by one. */
bool tdi_is_elementwise(const TdiOperator *op);

/* Words kept with the layers; "" for none. */
const char *tdi_layers_words(TdiLayers *layers, TdiText *text);

#endif
