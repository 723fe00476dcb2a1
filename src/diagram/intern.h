/* Numbers for byte strings: equal strings, and only those, get the same number. */
#ifndef TDI_INTERN_H
#define TDI_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Zeroed: empty. */
typedef struct TdiInterner {
    struct TdiInterned *entries; /* (count), by number */
    size_t count, room;
    int *slots; /* (slot_count, a power of two) number + 1 of an entry, 0: free */
    size_t slot_count;
    TdiArena bytes;
    bool failed; /* there was no memory */
} TdiInterner;

/* The number of a string, from 0 in the order of first appearance; -1 without memory, which is
 * remembered. */
int tdi_intern(TdiInterner *interner, const void *bytes, size_t length);

/* The same of `count` ints. */
int tdi_intern_numbers(TdiInterner *interner, const int *numbers, size_t count);

void tdi_interner_free(TdiInterner *interner);

#endif
