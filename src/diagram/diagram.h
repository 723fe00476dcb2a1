/* What the parts of a diagram share. */
#ifndef TDI_DIAGRAM_H
#define TDI_DIAGRAM_H

#include "base/text.h"
#include "diagram/tree.h"
#include "graph/count.h"
#include "tiedye/diagram.h"

struct TdDiagram {
    TdiGraph graph;
    TdiTotals totals;
    TdiLayers layers;
    TdiTree tree;
    TdDiagramOptions options;
    TdiText title;
};

/* The diagram of a graph, which it takes over in any case, called `title`. */
TdStatus tdi_diagram_make(TdiGraph *graph, const char *title, const TdDiagramOptions *options,
                          const TdRun *run, TdDiagram **diagram, TdError *err);

/* The forms of td_diagram_print. */
void tdi_diagram_text(const TdDiagram *diagram, TdiText *text);
void tdi_diagram_json(const TdDiagram *diagram, TdiText *text);

#endif
