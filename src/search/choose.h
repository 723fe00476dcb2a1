/* Choosing among many looks, and putting what was chosen in order. */
#ifndef TDI_CHOOSE_H
#define TDI_CHOOSE_H

#include "tiedye/search.h"

/* Looks, their numbers scaled so that every part counts as its weight says (search.h). */
typedef struct TdiChoice {
    size_t count;
    const TdLook *looks;
    float *points; /* (count, TD_LOOK_NUMBERS), owned */
} TdiChoice;

/* Make the scaled numbers of `count` looks. TD_ERROR_MEMORY. */
TdStatus tdi_choice_init(TdiChoice *choice, const TdLook *looks, size_t count, TdError *err);
void tdi_choice_clear(TdiChoice *choice);

/* The square of the distance of two of them. */
double tdi_choice_apart(const TdiChoice *choice, size_t i, size_t k);

/* Choose `keep` of them, at most `count`, as search.h says; where two are alike the first
 * holds. */
TdStatus tdi_choose(const TdiChoice *choice, size_t keep, uint32_t *chosen, TdError *err);

/* Put them in an order in which neighbours go together in colour, beginning with the first:
 * from each to the nearest, then pieces are turned round where that makes the way shorter. */
void tdi_choice_arrange(const TdiChoice *choice, uint32_t *chosen, size_t count);

#endif
