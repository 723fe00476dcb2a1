/* Numbers by name: a hash table whose keys are borrowed. */
#ifndef TDI_NAMES_H
#define TDI_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters that lie in somebody else's memory and are not terminated. */
typedef struct TdiWords {
    const char *at;
    size_t length;
} TdiWords;

bool tdi_words_equal(TdiWords a, TdiWords b);
bool tdi_words_are(TdiWords words, const char *text);

/* Zeroed: empty. */
typedef struct TdiNames {
    struct TdiNameSlot *slots;
    size_t count, room;
    uint64_t seed;
    bool failed; /* there was no memory: it is not whole */
} TdiNames;

/* Where the number of a name stands, until another is added; NULL where there is none. */
int *tdi_names_find(const TdiNames *names, TdiWords name);

/* False where the name is there already, which stays, or without memory. */
bool tdi_names_add(TdiNames *names, TdiWords name, int number);

void tdi_names_free(TdiNames *names);

#endif
