/* Which operators make one layer together. */
#ifndef TDI_GROUPS_H
#define TDI_GROUPS_H

#include "diagram/flow.h"

typedef struct TdiGroup {
    int main;  /* the operator that it is named for */
    int last;  /* the one whose outputs it gives on */
    int drawn; /* the one whose output is its own, before numbers only move */
    int first; /* of its operators in ascending order: first, next[first], ... */
    int count;
    TdiKind kind;
    const char *pattern; /* what it is (patterns.h), NULL for a single main operator */
    const char *norm;    /* type or pattern of the norm that was joined; NULL */
    const char *act;     /* of the activation; NULL */
    int act_operator;    /* ... and its last operator */
    bool moved;          /* numbers were moved behind it */
    bool shuffled;       /* ... and it has its shape again */
} TdiGroup;

typedef struct TdiGroups {
    TdiGroup *groups;
    int count;
    size_t room;
    int *of;    /* (operators) its group; -1: it is in none */
    int *next;  /* (operators) of the same group; -1: the last */
    int *order; /* (count) groups by their last operators: each after those it takes from */
} TdiGroups;

/* False without memory. */
bool tdi_groups_make(const TdiFlow *flow, TdiGroups *groups);
void tdi_groups_free(TdiGroups *groups);

/* The kind of an operator here: products of stored numbers are dense, sums of several branches
 * merge. */
TdiKind tdi_kind_here(const TdiFlow *flow, const TdiOperator *op);

#endif
