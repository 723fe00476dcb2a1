/* What is known of ONNX models, for onnx_shapes.py: infer_models FILE... A line a tensor
 * ("tensor", name, type of elements, sizes, where from, receptive field, known numbers), a line
 * an operator ("operator", type, parameters, multiply-adds), a line with totals. Tabs stand
 * between them. What is in bodies is counted, and not shown. */
#include <stdio.h>

#include "graph/count.h"
#include "graph/from_onnx.h"

static void print_shape(const TdiShape *shape)
{
    if (shape->rank < 0)
        printf("?");
    for (int i = 0; i < shape->rank; i++)
        printf("%s%lld", i == 0 ? "[" : ",", (long long)shape->size[i]);
    if (shape->rank >= 0)
        printf("%s", shape->rank == 0 ? "[]" : "]");
}

static void print_numbers(const TdiTensor *tensor)
{
    if (tensor->whole == NULL && tensor->real == NULL) {
        printf("?");
        return;
    }
    for (size_t i = 0; i < tensor->numbers; i++)
        if (tensor->whole != NULL)
            printf("%s%lld", i == 0 ? "" : ",", (long long)tensor->whole[i]);
        else
            printf("%s%.17g", i == 0 ? "" : ",", tensor->real[i]);
}

static void print_graph(const TdiGraph *graph)
{
    for (int i = 0; i < graph->tensor_count; i++) {
        const TdiTensor *tensor = &graph->tensors[i];
        printf("tensor\t%s\t%d\t", tensor->name, tensor->element);
        print_shape(&tensor->shape);
        printf("\t%s\t%g,%g,%g\t",
               tensor->constant ? "constant"
               : tensor->stored ? "stored"
                                : "made",
               tensor->field[0], tensor->field[1], tensor->field[2]);
        print_numbers(tensor);
        printf("\n");
    }
    for (int i = 0; i < graph->operator_count; i++) {
        const TdiOperator *op = &graph->operators[i];
        printf("operator\t%s\t%llu\t%llu\t%s\n", op->type, (unsigned long long)op->parameters,
               (unsigned long long)op->macs, op->macs_known ? "known" : "unknown");
    }
}

static int print_model(const char *path)
{
    TdiGraph graph;
    TdError error = {0};
    printf("model\t%s\n", path);
    if (tdi_graph_from_onnx(path, &graph, &error) != TD_OK) {
        printf("failed\t%s\n", error.message);
        return 1;
    }
    TdiTotals totals = tdi_graph_count(&graph);
    print_graph(&graph);
    printf("totals\t%llu\t%llu\t%llu\t%llu\t%llu\t%s\n", (unsigned long long)totals.parameters,
           (unsigned long long)totals.stored, (unsigned long long)totals.macs,
           (unsigned long long)totals.macs_unknown, (unsigned long long)totals.unknown,
           totals.unknown_name == NULL ? "" : totals.unknown_name);
    tdi_graph_free(&graph);
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        print_model(argv[i]);
    return 0;
}
