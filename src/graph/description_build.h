/* Making a graph of a description's tree: what the kinds of layers build with. */
#ifndef TDI_DESCRIPTION_BUILD_H
#define TDI_DESCRIPTION_BUILD_H

#include "graph/description_kinds.h"
#include "graph/step.h"

/* What a parameter of a block is given: a number, or a word such as `relu`. */
typedef struct TdiNetValue {
    TdiWord word;
    bool counted;
    int64_t number;
} TdiNetValue;

/* A block that is being evaluated. */
typedef struct TdiNetFrame {
    const TdiNetBlock *block;
    const TdiNetItem *call;
    const TdiNetValue *values; /* of its parameters, in order */
    const struct TdiNetFrame *outer;
} TdiNetFrame;

typedef struct TdiNetSaved {
    TdiWord name;
    int tensor;
    unsigned number; /* of those before it */
    struct TdiNetSaved *before;
} TdiNetSaved;

enum { TDI_NET_LABEL = 200 };

/* What names begin with, and how many layers of each kind have one. */
typedef struct TdiNetScope {
    char prefix[TDI_NET_LABEL];
    unsigned counts[TDI_NET_MOST_KINDS];
} TdiNetScope;

typedef struct TdiNetBuilder {
    const char *file;
    TdError *err;
    TdiNet *net;
    TdiGraph *graph;
    int current;              /* tensor that the next layer is fed; -1: there is none yet */
    const TdiNetFrame *frame; /* NULL: outside of blocks */
    TdiNetScope *scope;
    TdiNetSaved *saved;             /* the last one first */
    TdiNetSaved *inherited;         /* ... and the first of those from outside of the block */
    int embedding;                  /* the table of the last `embed`; -1 */
    unsigned depth;                 /* of blocks and braces */
    unsigned layers;                /* evaluated so far */
    char label[TDI_NET_LABEL + 80]; /* name of the layer that is built */
    char name[TDI_NET_LABEL + 120]; /* of the operator that is added */
} TdiNetBuilder;

/* "FILE:LINE:COLUMN: what"; in a block also where that is called. */
__attribute__((format(printf, 3, 4))) TdStatus
tdi_net_fail(const TdiNetBuilder *builder, const TdiWord *at, const char *format, ...);

/* ---- Values ------------------------------------------------------------------------------ */

/* The word itself, or what the parameter of that name was given. */
TdiWord tdi_net_word(const TdiNetBuilder *builder, const TdiWord *word);

/* A whole number from `least` to `most`: digits, parameters and `in` (the channels that the
 * layer is fed), joined by * and /. `what` names it in errors. */
TdStatus tdi_net_number(const TdiNetBuilder *builder, const TdiWord *word, const char *what,
                        int64_t least, int64_t most, int64_t *number);

/* The argument without a name number i, NULL where there are fewer. */
const TdiWord *tdi_net_argument(const TdiNetItem *item, int i);

/* What the item says of an option, else its default, else NULL. */
const TdiWord *tdi_net_option(const TdiNetItem *item, TdiOption option);

/* The same as a number, `absent` where nothing is said. */
TdStatus tdi_net_option_number(const TdiNetBuilder *builder, const TdiNetItem *item,
                               TdiOption option, int64_t absent, int64_t most, int64_t *number);

/* The same as one of `choices` (which end with NULL), `absent` where nothing is said. */
TdStatus tdi_net_option_choice(const TdiNetBuilder *builder, const TdiNetItem *item,
                               TdiOption option, const char *const *choices, unsigned absent,
                               unsigned *choice);

/* yes or no */
TdStatus tdi_net_option_flag(const TdiNetBuilder *builder, const TdiNetItem *item,
                             TdiOption option, bool absent, bool *flag);

/* "3" (along all `axes`) or "1x7": numbers from `least` to `most`. */
TdStatus tdi_net_sizes(const TdiNetBuilder *builder, const TdiWord *word, const char *what,
                       int axes, int64_t least, int64_t most, int64_t *sizes);

/* ---- Tensors ----------------------------------------------------------------------------- */

/* What is fed: (1, channels, [depth,] height, width), (1, tokens, width) or (1, width). */
const TdiShape *tdi_net_shape(const TdiNetBuilder *builder);

/* The axis of channels of a shape: 1, of tokens the last one. */
int tdi_net_channel_axis(const TdiShape *shape);
int64_t tdi_net_channels(const TdiShape *shape);

/* "56x56x64", as the language writes it. */
const char *tdi_net_shape_words(const TdiShape *shape, char words[100]);

/* An error unless something is fed, and unless its rank is from `least` to `most`; `what` says
 * what that is: "rows and columns". */
TdStatus tdi_net_need(const TdiNetBuilder *builder, const TdiNetItem *item, int least, int most,
                      const char *what);

/* ---- Operators --------------------------------------------------------------------------- */

/* A step of the layer's that takes the current tensor and makes one of its shape. It is named
 * as the layer, and `suffix` if that is not NULL. Only one at a time: the name is the
 * builder's. */
void tdi_net_step(TdiNetBuilder *builder, TdiStep *step, const char *type, const char *suffix);

/* A stored tensor of the step's, its next input. */
void tdi_net_stored(TdiNetBuilder *builder, TdiStep *step, const char *part, int rank,
                    const int64_t *sizes);

/* Add it; what it makes is then the current tensor. */
TdStatus tdi_net_add_step(TdiNetBuilder *builder, const TdiNetItem *item, const TdiStep *step);

/* Evaluate a list of layers. */
TdStatus tdi_net_list(TdiNetBuilder *builder, const TdiNetList *list);

/* Give the current tensor a name, for `from`. */
TdStatus tdi_net_save_as(TdiNetBuilder *builder, const TdiWord *name);

/* ---- Shared by kinds (description_layers.c) ---------------------------------------------- */

/* The norm of `norm=`, the activation behind a colon or of `act=`. */
TdStatus tdi_net_finish(TdiNetBuilder *builder, const TdiNetItem *item);

/* A matrix product with stored weights, and a bias: (tokens, in) -> (tokens, width), or of one
 * row. */
TdStatus tdi_net_product(TdiNetBuilder *builder, const TdiNetItem *item, int64_t width,
                         bool bias);

/* Axes in another order. */
TdStatus tdi_net_transpose(TdiNetBuilder *builder, const TdiNetItem *item, const char *suffix,
                           const int64_t *order);

/* Whether a norm follows: then a layer has no bias unless it says so. */
TdStatus tdi_net_bias(const TdiNetBuilder *builder, const TdiNetItem *item, bool *bias);

#endif
