/* Sizes, counts and receptive fields in words. */
#ifndef TDI_WORDS_H
#define TDI_WORDS_H

#include "base/text.h"
#include "diagram/layers.h"

/* "35×35×384": without the batch; of images, whose channels are axis 1, the channels last. */
void tdi_shape_words(const TdiShape *shape, int axis, TdiText *text);

/* "42.7 M", "12.3 G": three digits; and all digits in groups: "42,679,816". */
void tdi_count_words(uint64_t count, TdiText *text);
void tdi_count_digits(uint64_t count, TdiText *text);

/* The receptive field of what a layer gives: "7×7", "all"; nothing where it has none. */
void tdi_field_words(const TdiGraph *graph, const TdiLayer *layer, TdiText *text);

/* Layers added up: tdi_add_to_sum with a TdiSum is for tdi_visit_layers. */
typedef struct TdiSum {
    const TdiLayers *layers;
    int count;
    uint64_t parameters, macs;
    bool macs_unknown; /* of some layer */
} TdiSum;

/* "317,632 parameters, 387,609,600 multiply-adds" */
void tdi_sum_words(const TdiSum *sum, TdiText *text);

bool tdi_add_to_sum(void *sum, int layer);

#endif
