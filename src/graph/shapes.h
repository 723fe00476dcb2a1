/* Shape inference. */
#ifndef TDI_SHAPES_H
#define TDI_SHAPES_H

#include "graph/graph.h"

/* Set what follows for the outputs of an operator that stands in the graph: shapes, element
 * types, known numbers, receptive fields. What does not follow stays unknown; nothing fails. */
void tdi_infer_shapes(TdiGraph *graph, const TdiOperator *op);

#endif
