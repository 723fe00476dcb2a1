/* Groups of operators that are one thing: GELU, layer norm, attention, written out by an
 * exporter. */
#ifndef TDI_PATTERNS_H
#define TDI_PATTERNS_H

#include "diagram/flow.h"

enum { TDI_PATTERN_OPERATORS = 64 };

typedef struct TdiMatch {
    TdiKind kind;
    const char *what;                            /* "gelu", "layer norm", "attention" */
    int operators[TDI_PATTERN_OPERATORS], count; /* the last of all first */
} TdiMatch;

/* Whether operator `root`, which gives the result, and some before it make such a group, none
 * of which is `taken`, and from none of which but the root anybody else takes. */
bool tdi_pattern_match(const TdiFlow *flow, const bool *taken, int root, TdiMatch *match);

#endif
