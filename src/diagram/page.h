/* A drawing on its page: title, totals, the network, the legend. */
#ifndef TDI_PAGE_H
#define TDI_PAGE_H

#include "diagram/figure.h"
#include "diagram/tree.h"
#include "graph/count.h"

typedef struct TdiPage {
    const TdiTree *tree;
    const TdiTotals *totals;
    const char *title;
    double aspect; /* width to height that is aimed at; 0: 16:9 */
    int depth;     /* levels of branches that are drawn; 0: all */
    bool bare;     /* neither title nor legend: the network alone, as small as it can be */
} TdiPage;

/* The figure of a page, which the caller frees with tdi_figure_free. On a page of 960 x 540
 * points (or of that area) letters are at least 8 points high; what does not fit there gets a
 * larger page. TD_ERROR_MEMORY. */
TdStatus tdi_page_figure(const TdiPage *page, TdiFigure *figure, TdError *err);

/* "input x, y  ·  42,679,816 parameters  ·  12,300,000 multiply-adds", kept with the figure. */
const char *tdi_page_totals(const TdiPage *page, TdiFigure *figure);

#endif
