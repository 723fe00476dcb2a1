/* Folds in words. */
#ifndef TDI_FOLDS_H
#define TDI_FOLDS_H

#include "diagram/tree.h"
#include "diagram/words.h"

/* The number of units of `length` steps from `first` on, at most `most`, which are alike but
 * for widths, and whose widths grow from each to the next by the same; 1 where there is no
 * second.
 */
int tdi_count_growing(TdiTree *tree, const TdiSeries *series, int first, int length, int most);

/* Fill tree->folds, and the items' fold_index, from the items of all series. */
void tdi_list_folds(TdiTree *tree);

/* Layers of steps first .. first + length - 1 and of the regions before them, in the order in
 * which a tree is walked; all are passed to `visit` until it returns false. */
bool tdi_visit_layers(const TdiSeries *series, int first, int length,
                      bool (*visit)(void *user, int layer), void *user);

/* What the copy that is drawn adds up to, and all copies together. */
void tdi_fold_sums(const TdiLayers *layers, const TdiFolded *fold, TdiSum *each, TdiSum *all);

/* The same of all layers of a region. */
bool tdi_visit_region(const TdiRegion *region, bool (*visit)(void *user, int layer),
                      void *user);

#endif
