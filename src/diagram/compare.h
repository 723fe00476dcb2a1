/* The built-in networks that have a published accuracy, side by side. */
#ifndef TDI_COMPARE_H
#define TDI_COMPARE_H

#include "base/arena.h"
#include "base/text.h"
#include "graph/graph.h"
#include "tiedye/diagram.h"

/* Networks of one design that differ in depth; their points are joined. */
typedef enum TdiFamily {
    TDI_FAMILY_VGG,
    TDI_FAMILY_INCEPTION,
    TDI_FAMILY_RESNET,
    TDI_FAMILY_RESNET_V1,
    TDI_FAMILY_NONE,
    TDI_FAMILY_COUNT
} TdiFamily;

typedef struct TdiCompared {
    const char *name, *title; /* "resnet-50", "ResNet-50" */
    TdiFamily family;
    int year;   /* in which it was published; 0: its description does not say */
    int layers; /* convolutions and dense layers with weights on the longest way through */
    uint64_t parameters, macs;
    double top1;        /* percent */
    const char *source; /* of top1 */
    bool twin; /* its accuracy was measured on the weights of another row, which is the smaller
                * network: a variant with outputs that only training uses */
} TdiCompared;

typedef struct TdiComparison {
    TdiArena arena;    /* of the sources */
    TdiCompared *rows; /* by accuracy, the lowest first */
    int count;
} TdiComparison;

/* Count all of them. The caller frees *comparison with tdi_comparison_free, in any case. */
TdStatus tdi_comparison_make(const TdRun *run, TdiComparison *comparison, TdError *err);
void tdi_comparison_free(TdiComparison *comparison);

/* Convolutions and dense layers with weights on the longest way through a graph that was
 * counted (tdi_graph_count); -1 without memory. */
int tdi_graph_depth(const TdiGraph *graph);

/* The year in "He et al. 2015, https://...": four digits that stand alone; 0 where there are
 * none. */
int tdi_year_of(const char *words);

void tdi_comparison_text(const TdiComparison *comparison, TdiText *text);
void tdi_comparison_json(const TdiComparison *comparison, TdiText *text);

/* The data of the chart (lines for gnuplot), and its script, in light or dark colours: true
 * where no label hides another or a point. */
void tdi_comparison_data(const TdiComparison *comparison, TdiText *text);
bool tdi_comparison_script(const TdiComparison *comparison, bool dark, TdiText *text);

/* Where the figures come from, in words: "torchvision 0.14 (15 networks), ...". */
void tdi_comparison_sources(const TdiComparison *comparison, TdiText *text);

/* The page, in points. */
enum { TDI_COMPARISON_WIDTH = 960, TDI_COMPARISON_HEIGHT = 540 };

#endif
