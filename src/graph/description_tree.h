/* A description once it is read: blocks, and lists of layers. */
#ifndef TDI_DESCRIPTION_TREE_H
#define TDI_DESCRIPTION_TREE_H

#include "base/arena.h"
#include "graph/description.h"
#include "graph/description_words.h"

enum {
    TDI_NET_MOST_NESTING = 48, /* of braces, and of blocks in blocks */
    TDI_NET_MOST_OPERATORS = 200000,
    TDI_NET_MOST_LAYERS = 400000, /* evaluated, those that make no operator included */
    TDI_NET_MOST_REPEATS = 65535,
    TDI_NET_MOST_BLOCKS = 4096,
    TDI_NET_MOST_ITEMS = 100000,        /* in the text */
    TDI_NET_LONGEST_TEXT = 16 << 20,    /* bytes */
    TDI_NET_GREATEST_SIZE = 0x7fffffff, /* of a tensor, along each axis */
    TDI_NET_MOST_BRANCHES = 4096,
    TDI_NET_MOST_SAVED = 1024
};

/* The options of layers. Those before TDI_OPTION_STRIDE may have defaults. */
typedef enum TdiOption {
    TDI_OPTION_ACT,
    TDI_OPTION_BIAS,
    TDI_OPTION_NORM,
    TDI_OPTION_PADDING,
    TDI_OPTION_STRIDE,
    TDI_OPTION_DILATION,
    TDI_OPTION_GROUPS,
    TDI_OPTION_SIZE,
    TDI_OPTION_CEIL,
    TDI_OPTION_MODE,
    TDI_OPTION_HEADS,
    TDI_OPTION_CAUSAL,
    TDI_OPTION_WORDS,
    TDI_OPTION_COUNT,
    TDI_OPTION_DEFAULTS = TDI_OPTION_STRIDE
} TdiOption;

const char *tdi_option_name(TdiOption option);

typedef struct TdiNetDefaults {
    TdiWord value[TDI_OPTION_DEFAULTS]; /* length 0: none was said */
} TdiNetDefaults;

/* A word behind the kind; or OPTION=VALUE. */
typedef struct TdiNetArgument {
    TdiWord value;
    TdiWord name;     /* of an option; length 0: it is none */
    TdiOption option; /* of a layer; a block's have the names of its parameters */
    struct TdiNetArgument *next;
} TdiNetArgument;

typedef struct TdiNetList {
    struct TdiNetItem *first;
    struct TdiNetList *next; /* the next branch */
} TdiNetList;

typedef struct TdiNetItem {
    TdiWord word;                  /* as it begins, without size and activation */
    const struct TdiNetKind *kind; /* NULL: a block is called */
    struct TdiNetBlock *block;     /* that one */
    TdiWord size;                  /* behind the kind, "3" or "1x7"; length 0: none */
    TdiWord act;                   /* behind a colon; length 0: none */
    TdiNetArgument *arguments;     /* in the order of the text */
    uint32_t repeat;
    TdiNetList *branches;           /* in braces; NULL: none */
    const TdiNetDefaults *defaults; /* in force where it stands */
    struct TdiNetItem *next;
} TdiNetItem;

typedef struct TdiNetParameter {
    TdiWord name;
    TdiWord value; /* where the call says none; length 0: it must */
    struct TdiNetParameter *next;
} TdiNetParameter;

typedef struct TdiNetBlock {
    TdiWord name;
    const char *title; /* the same, terminated */
    TdiNetParameter *parameters;
    int parameter_count;
    TdiNetList body;
    uint64_t calls;           /* in the text, repeats counted */
    bool inside;              /* one of them is in a block */
    unsigned made;            /* evaluations so far */
    struct TdiNetBlock *next; /* the one defined before */
} TdiNetBlock;

typedef struct TdiNet {
    TdiArena arena;
    TdiNetList body;
    TdiNetBlock *blocks; /* the last one first */
    TdiWord title, source, top1_source;
    double top1;
} TdiNet;

/* Read a text into a tree, whose words stay those of the text. Frees nothing: the caller frees
 * net->arena, in any case. */
TdStatus tdi_net_parse(const char *file, const char *text, size_t length, TdiNet *net,
                       TdError *err);

/* Make the graph of a tree. */
TdStatus tdi_net_build(const char *file, TdiNet *net, TdiGraph *graph, TdError *err);

#endif
