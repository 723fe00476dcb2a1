/* Any bytes as an ONNX model: a graph whose parts fit together, which is drawn, or one line
 * that says why not. */
#include "diagram/diagram.h"
#include "graph/count.h"
#include "graph/from_onnx.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void expect(bool true_)
{
    if (!true_)
        abort();
}

static void check_tensor(const TdiGraph *graph, const TdiGraph *around, int index)
{
    const TdiTensor *tensor = &graph->tensors[index];
    expect(tensor->name != NULL && tensor->producer < graph->operator_count);
    expect(tensor->shape.rank >= -1 && tensor->shape.rank <= TDI_MAX_RANK);
    for (int i = 0; i < tensor->shape.rank; i++)
        expect(tensor->shape.size[i] >= -1);
    if (tensor->whole != NULL || tensor->partly != NULL || tensor->real != NULL)
        expect(tdi_shape_elements(&tensor->shape) == (int64_t)tensor->numbers);
    expect(!tensor->stored || tensor->producer == -1);
    expect(tensor->alias < graph->tensor_count);
    expect(tensor->alias < 0 || graph->tensors[tensor->alias].alias == -1);
    expect(tensor->outer < (around == NULL ? 0 : around->tensor_count));
}

static void check_graph(const TdiGraph *graph, const TdiGraph *around);

/* Inputs are there before they are taken. */
static void check_operator(const TdiGraph *graph, int index)
{
    const TdiOperator *op = &graph->operators[index];
    for (int i = 0; i < op->input_count; i++) {
        expect(op->inputs[i] >= -1 && op->inputs[i] < graph->tensor_count);
        expect(op->inputs[i] < 0 || graph->tensors[op->inputs[i]].producer < index);
    }
    for (int i = 0; i < op->output_count; i++)
        expect(op->outputs[i] == -1 || graph->tensors[op->outputs[i]].producer == index);
    for (int i = 0; i < op->attribute_count; i++)
        expect(strlen(op->attributes[i].name) < SIZE_MAX);
    for (int i = 0; i < op->body_count; i++)
        check_graph(op->bodies[i], graph);
}

static void check_graph(const TdiGraph *graph, const TdiGraph *around)
{
    expect(!graph->failed);
    for (int i = 0; i < graph->tensor_count; i++)
        check_tensor(graph, around, i);
    for (int i = 0; i < graph->operator_count; i++)
        check_operator(graph, i);
    for (int i = 0; i < graph->input_count; i++)
        expect(!graph->tensors[graph->inputs[i]].stored);
    for (int i = 0; i < graph->output_count; i++)
        expect(graph->outputs[i] >= 0 && graph->outputs[i] < graph->tensor_count);
}

/* Folded in the way that the size says, in all forms. */
static void draw(TdiGraph *graph, size_t size)
{
    TdDiagram *diagram;
    TdError err = {0};
    TdDiagramOptions options = {
        .unfold = size % 3 == 1, .growth = size % 3 == 2, .depth = (uint32_t)(size % 4)};
    expect(tdi_diagram_make(graph, "fuzz", &options, NULL, &diagram, &err) == TD_OK);
    for (int form = TD_DIAGRAM_SVG; form <= TD_DIAGRAM_JSON; form++) {
        char *text = td_diagram_print(diagram, (TdDiagramForm)form);
        expect(text != NULL && text[strlen(text) - 1] == '\n');
        td_text_free(text);
    }
    td_diagram_free(diagram);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    TdiGraph graph;
    TdError err = {0};
    if (tdi_graph_from_onnx_memory(bytes, size, "fuzz.onnx", &graph, &err) != TD_OK) {
        expect(strncmp(err.message, "fuzz.onnx: ", 11) == 0);
        expect(strchr(err.message, '\n') == NULL && graph.tensors == NULL);
        return 0;
    }
    check_graph(&graph, NULL);
    TdiTotals totals = tdi_graph_count(&graph);
    expect(totals.stored <= totals.parameters && totals.unknown <= totals.operators);
    draw(&graph, size);
    return 0;
}
