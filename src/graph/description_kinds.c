#include "graph/description_kinds.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* ---- Options ----------------------------------------------------------------------------- */

static const char *const option_names[TDI_OPTION_COUNT] = {
    [TDI_OPTION_ACT] = "act",       [TDI_OPTION_BIAS] = "bias",
    [TDI_OPTION_NORM] = "norm",     [TDI_OPTION_PADDING] = "padding",
    [TDI_OPTION_STRIDE] = "stride", [TDI_OPTION_DILATION] = "dilation",
    [TDI_OPTION_GROUPS] = "groups", [TDI_OPTION_SIZE] = "size",
    [TDI_OPTION_CEIL] = "ceil",     [TDI_OPTION_MODE] = "mode",
    [TDI_OPTION_HEADS] = "heads",   [TDI_OPTION_CAUSAL] = "causal",
    [TDI_OPTION_WORDS] = "words",
};

const char *tdi_option_name(TdiOption option)
{
    return option_names[option];
}

TdiOption tdi_option_find(const TdiWord *name)
{
    unsigned i = 0;
    while (i < TDI_OPTION_COUNT && !tdi_word_is(name, option_names[i]))
        i++;
    return (TdiOption)i;
}

const char *tdi_option_nearest(const TdiWord *name, uint32_t options)
{
    const char *names[TDI_OPTION_COUNT];
    size_t count = 0;
    for (unsigned i = 0; i < TDI_OPTION_COUNT; i++)
        if ((options >> i & 1) != 0)
            names[count++] = option_names[i];
    return tdi_nearest_name(name->words, name->length, names, count);
}

void tdi_option_list(uint32_t options, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (unsigned i = 0; i < TDI_OPTION_COUNT && used < size; i++)
        if ((options >> i & 1) != 0)
            used += (size_t)snprintf(list + used, size - used, "%s%s", used == 0 ? "" : ", ",
                                     option_names[i]);
}

/* ---- Kinds ------------------------------------------------------------------------------- */

enum {
    ACT = 1 << TDI_OPTION_ACT,
    BIAS = 1 << TDI_OPTION_BIAS,
    NORM = 1 << TDI_OPTION_NORM,
    PADDING = 1 << TDI_OPTION_PADDING,
    STRIDE = 1 << TDI_OPTION_STRIDE,
    DILATION = 1 << TDI_OPTION_DILATION,
    GROUPS = 1 << TDI_OPTION_GROUPS,
    SIZE = 1 << TDI_OPTION_SIZE,
    CEIL = 1 << TDI_OPTION_CEIL,
    MODE = 1 << TDI_OPTION_MODE,
    HEADS = 1 << TDI_OPTION_HEADS,
    CAUSAL = 1 << TDI_OPTION_CAUSAL,
    WORDS = 1 << TDI_OPTION_WORDS,
    NEURONS = ACT | BIAS | NORM,
    WINDOW = PADDING | STRIDE | DILATION | SIZE,
    ANY_NUMBER = 1 << 20
};

#define NO TDI_BRACES_NONE
#define MANY TDI_BRACES_MANY

static const TdiNetKind kinds[] = {
    /* name, example, size, words from - to, width, act, braces, options, defaults, build */
    {"input", "input 224x224x3", TDI_SIZE_NONE, 1, 2, false, false, NO, 0, 0, tdi_net_input, 0},
    {"conv", "conv3 64", TDI_SIZE_MUST, 1, 1, true, true, NO, NEURONS | WINDOW | GROUPS,
     NEURONS | PADDING, tdi_net_conv, 0},
    {"dwconv", "dwconv3", TDI_SIZE_MUST, 0, 0, false, true, NO, NEURONS | WINDOW,
     NEURONS | PADDING, tdi_net_depthwise, 0},
    {"upconv", "upconv2 64", TDI_SIZE_MUST, 1, 1, true, true, NO, NEURONS | WINDOW | GROUPS,
     NEURONS | PADDING, tdi_net_upconv, 0},
    {"dense", "dense 10", TDI_SIZE_NONE, 1, 1, true, true, NO, NEURONS, ACT | BIAS,
     tdi_net_dense, 0},
    {"max", "max2", TDI_SIZE_MAY, 0, 0, false, true, NO, PADDING | STRIDE | SIZE | CEIL,
     PADDING, tdi_net_max, 0},
    {"mean", "mean2", TDI_SIZE_MAY, 0, 0, false, true, NO, PADDING | STRIDE | SIZE | CEIL,
     PADDING, tdi_net_mean, 0},
    {"upsample", "upsample2", TDI_SIZE_MUST, 0, 0, false, true, NO, SIZE | MODE, 0,
     tdi_net_upsample, 0},
    {"crop", "crop 56x56", TDI_SIZE_NONE, 1, 1, false, false, NO, 0, 0, tdi_net_crop, 0},
    {"batch-norm", "batch-norm", TDI_SIZE_NONE, 0, 0, false, true, NO, 0, 0, tdi_net_batch_norm,
     0},
    {"layer-norm", "layer-norm", TDI_SIZE_NONE, 0, 0, false, true, NO, 0, 0, tdi_net_layer_norm,
     0},
    {"group-norm", "group-norm groups=32", TDI_SIZE_NONE, 0, 0, false, true, NO, GROUPS, 0,
     tdi_net_group_norm, 0},
    {"lrn", "lrn size=5", TDI_SIZE_NONE, 0, 0, false, true, NO, SIZE, 0, tdi_net_lrn, 0},
    {"scale", "scale", TDI_SIZE_NONE, 0, 0, false, true, NO, BIAS, 0, tdi_net_scale, 0},
    {"softmax", "softmax", TDI_SIZE_NONE, 0, 0, false, false, NO, 0, 0, tdi_net_softmax, 0},
    {"dropout", "dropout 0.5", TDI_SIZE_NONE, 0, 1, false, false, NO, 0, 0, tdi_net_dropout, 0},
    {"flatten", "flatten", TDI_SIZE_NONE, 0, 0, false, false, NO, 0, 0, tdi_net_flatten, 0},
    {"pick", "pick 1 2 3", TDI_SIZE_NONE, 1, ANY_NUMBER, false, false, NO, 0, 0, tdi_net_pick,
     0},
    {"rbf", "rbf 10", TDI_SIZE_NONE, 1, 1, false, false, NO, 0, 0, tdi_net_rbf, 0},
    {"embed", "embed 768 words=50257", TDI_SIZE_NONE, 1, 1, false, false, NO, WORDS, 0,
     tdi_net_embed, 0},
    {"unembed", "unembed", TDI_SIZE_NONE, 0, 0, false, true, NO, 0, 0, tdi_net_unembed, 0},
    {"patch", "patch16 768", TDI_SIZE_MUST, 1, 1, false, false, NO, SIZE | BIAS, 0,
     tdi_net_patch, 0},
    {"tokens", "tokens", TDI_SIZE_NONE, 0, 0, false, false, NO, 0, 0, tdi_net_tokens, 0},
    {"class-token", "class-token", TDI_SIZE_NONE, 0, 0, false, false, NO, 0, 0,
     tdi_net_class_token, 0},
    {"first-token", "first-token", TDI_SIZE_NONE, 0, 0, false, false, NO, 0, 0,
     tdi_net_first_token, 0},
    {"position", "position", TDI_SIZE_NONE, 0, 0, false, false, NO, 0, 0, tdi_net_position, 0},
    {"attention", "attention heads=12", TDI_SIZE_NONE, 0, 0, false, false, NO,
     HEADS | CAUSAL | BIAS, 0, tdi_net_attention, 0},
    {"same", "same", TDI_SIZE_NONE, 0, 0, false, false, NO, 0, 0, tdi_net_same, 0},
    {"save", "save a", TDI_SIZE_NONE, 1, 1, false, false, NO, 0, 0, tdi_net_save, 0},
    {"from", "from a", TDI_SIZE_NONE, 1, 1, false, false, NO, 0, 0, tdi_net_from, 0},
    {"concat", "concat { conv1 8 | conv3 8 }", TDI_SIZE_NONE, 0, 0, false, true, MANY, 0, 0,
     tdi_net_concat, 0},
    {"add", "add { same | conv3 64 }", TDI_SIZE_NONE, 0, 0, false, true, MANY, 0, 0,
     tdi_net_add, 0},
    {"mul", "mul { same | mean, conv1 64:sigmoid }", TDI_SIZE_NONE, 0, 0, false, true, MANY, 0,
     0, tdi_net_mul, 0},
    {"output", "output { mean, dense 1000 }", TDI_SIZE_NONE, 0, 0, false, false, TDI_BRACES_ONE,
     0, 0, tdi_net_output, 0},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Every activation is a kind, too. */
static const TdiNetKind activations[TD_ACT_COUNT] = {
#define ROW(ID, stem, name, ...)                                                               \
    {name, name, TDI_SIZE_NONE, 0, 0, false, false, NO, 0, 0, tdi_net_activation, TD_ACT_##ID},
    TD_ACTIVATIONS(ROW)
#undef ROW
};

_Static_assert(KINDS + TD_ACT_COUNT <= TDI_NET_MOST_KINDS, "counters of kinds are too few");

int tdi_net_kind_index(const TdiNetKind *kind)
{
    bool plain = kind->build != tdi_net_activation;
    return (int)(plain ? kind - kinds : KINDS + (kind - activations));
}

static bool has_size(const TdiNetKind *kind, const TdiWord *word)
{
    size_t length = strlen(kind->name);
    return kind->size != TDI_SIZE_NONE && word->length > length &&
           memcmp(word->words, kind->name, length) == 0 && word->words[length] >= '0' &&
           word->words[length] <= '9';
}

const TdiNetKind *tdi_net_kind_find(const TdiWord *word, TdiWord *size)
{
    *size = (TdiWord){0};
    for (int i = 0; i < TD_ACT_COUNT; i++)
        if (tdi_word_is(word, activations[i].name))
            return &activations[i];
    for (int i = 0; i < KINDS; i++) {
        size_t length = strlen(kinds[i].name);
        if (tdi_word_is(word, kinds[i].name))
            return &kinds[i];
        if (!has_size(&kinds[i], word))
            continue;
        *size = (TdiWord){word->words + length, word->length - length, word->line,
                          word->column + (unsigned)length};
        return &kinds[i];
    }
    return NULL;
}

/* Without the digits that a size may be. */
static size_t stem_length(const TdiWord *word)
{
    size_t length = word->length;
    while (length > 0 && ((word->words[length - 1] >= '0' && word->words[length - 1] <= '9') ||
                          (length > 1 && word->words[length - 1] == 'x' &&
                           word->words[length - 2] >= '0' && word->words[length - 2] <= '9')))
        length--;
    return length;
}

const char *tdi_net_kind_nearest(const TdiWord *word, const TdiNetBlock *blocks)
{
    static const char *const statements[] = {"network", "default", "source",
                                             "top1",    "block",   "end"};
    enum { STATEMENTS = sizeof statements / sizeof *statements, MOST = 256 };
    const char *names[MOST];
    size_t count = 0;
    for (const TdiNetBlock *block = blocks; block != NULL && count < MOST / 4;
         block = block->next)
        names[count++] = block->title;
    for (int i = 0; i < STATEMENTS; i++)
        names[count++] = statements[i];
    for (int i = 0; i < KINDS; i++)
        names[count++] = kinds[i].name;
    for (int i = 0; i < TD_ACT_COUNT; i++)
        names[count++] = activations[i].name;
    const char *near = tdi_nearest_name(word->words, word->length, names, count);
    return near != NULL ? near : tdi_nearest_name(word->words, stem_length(word), names, count);
}
