/* The table of kinds of layers: what is written of each, and what makes its operators. */
#ifndef TDI_DESCRIPTION_KINDS_H
#define TDI_DESCRIPTION_KINDS_H

#include "graph/description_tree.h"

struct TdiNetBuilder;

typedef enum TdiNetSize {
    TDI_SIZE_NONE,
    TDI_SIZE_MAY, /* a number may follow the kind's name */
    TDI_SIZE_MUST /* ... or stand in the option `size` */
} TdiNetSize;

typedef enum TdiNetBraces {
    TDI_BRACES_NONE,
    TDI_BRACES_ONE, /* a list of layers */
    TDI_BRACES_MANY /* two of them, or more */
} TdiNetBraces;

typedef struct TdiNetKind {
    const char *name;
    const char *example; /* how one is written */
    TdiNetSize size;
    int least, most; /* words behind it: a width, numbers, a name */
    bool width;      /* the first of them is a width, WIDTHxN */
    bool act;        /* :ACTIVATION may follow */
    TdiNetBraces braces;
    uint32_t options;  /* bit i: takes option i */
    uint32_t defaults; /* bit i: `default` sets option i of it */
    TdStatus (*build)(struct TdiNetBuilder *builder, const TdiNetItem *item);
    TdActivation activation; /* of those kinds that are one */
} TdiNetKind;

/* Number of kinds, activations included, and the index of one. */
enum { TDI_NET_MOST_KINDS = 128 };
int tdi_net_kind_index(const TdiNetKind *kind);

/* The kind that a word names, and what stands behind the name as its size; NULL: none. */
const TdiNetKind *tdi_net_kind_find(const TdiWord *word, TdiWord *size);

/* What was meant by a word that names no kind: of kinds, `blocks` and statements; NULL. */
const char *tdi_net_kind_nearest(const TdiWord *word, const TdiNetBlock *blocks);

/* The option called so, TDI_OPTION_COUNT where there is none. */
TdiOption tdi_option_find(const TdiWord *name);

/* The nearest name of an option among those of the bits; NULL where there is none. */
const char *tdi_option_nearest(const TdiWord *name, uint32_t options);

/* Print the names of those options: "stride, padding". */
void tdi_option_list(uint32_t options, char *list, size_t size);

/* ---- What makes the operators: description_layers.c, _tokens.c, _merge.c --------------------
 */

TdStatus tdi_net_input(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_conv(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_depthwise(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_upconv(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_dense(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_max(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_mean(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_upsample(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_crop(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_batch_norm(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_layer_norm(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_group_norm(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_lrn(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_scale(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_activation(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_softmax(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_dropout(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_flatten(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_pick(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_rbf(struct TdiNetBuilder *builder, const TdiNetItem *item);

TdStatus tdi_net_embed(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_unembed(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_patch(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_tokens(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_class_token(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_first_token(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_position(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_attention(struct TdiNetBuilder *builder, const TdiNetItem *item);

TdStatus tdi_net_same(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_save(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_from(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_concat(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_add(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_mul(struct TdiNetBuilder *builder, const TdiNetItem *item);
TdStatus tdi_net_output(struct TdiNetBuilder *builder, const TdiNetItem *item);

#endif
