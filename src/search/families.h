/* Random recipes: a table of families, each a recipe with some of its values left to chance. */
#ifndef TDI_FAMILIES_H
#define TDI_FAMILIES_H

#include "base/text.h"
#include "tiedye/base.h"

/* Add the text of random recipe `number` of a seed, lines `key = value`: a function of both
 * alone. */
void tdi_family_text(uint64_t seed, uint32_t number, TdiText *text);

/* Number of families, the name of one, and its recipe with what is left to chance in braces. */
size_t tdi_family_count(void);
const char *tdi_family_name(size_t i);
const char *tdi_family_template(size_t i);

/* Fill in what a template leaves to chance. Between braces stand texts parted by |, one of
 * which is taken (and may hold braces of its own), or a range LOW..HIGH of numbers with as many
 * decimals as LOW has; all are equally likely. */
void tdi_family_fill(const char *words, uint64_t seed, uint32_t number, TdiText *text);

#endif
