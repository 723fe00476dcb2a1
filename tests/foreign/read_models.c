/* Reads the ONNX files that it is given and draws them, and says what is in each, one line a
 * file: nodes, operators, inputs, outputs, initializers, stored numbers, letters of the
 * drawing; or the error. onnx_models.py compares that with what the onnx package says. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <string.h>

#include "diagram/diagram.h"
#include "graph/from_onnx.h"

/* Letters of the graph's drawing, 0: it cannot be drawn. Takes the graph. */
static size_t draw(TdiGraph *graph)
{
    TdDiagram *diagram;
    if (tdi_diagram_make(graph, "model", NULL, NULL, &diagram, NULL) != TD_OK)
        return 0;
    char *svg = td_diagram_print(diagram, TD_DIAGRAM_SVG);
    size_t letters = svg != NULL && strstr(svg, "</svg>") != NULL ? strlen(svg) : 0;
    td_text_free(svg);
    td_diagram_free(diagram);
    return letters;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        TdiGraph graph;
        TdError err;
        uint64_t stored = 0, numbers = 0;
        if (tdi_graph_from_onnx(argv[i], &graph, &err) != TD_OK) {
            printf("failed %s\n", err.message);
            continue;
        }
        for (int t = 0; t < graph.tensor_count; t++)
            if (graph.tensors[t].stored && !graph.tensors[t].constant &&
                graph.tensors[t].alias < 0) {
                stored++;
                numbers += (uint64_t)tdi_shape_elements(&graph.tensors[t].shape);
            }
        printf("read %" PRIu64 " %d %d %d %" PRIu64 " %" PRIu64, graph.nodes,
               graph.operator_count, graph.input_count, graph.output_count, stored, numbers);
        printf(" %zu\n", draw(&graph));
    }
    return 0;
}
