/* What tests of graphs share. Include after cmocka.h. */
#ifndef TEST_NETWORKS_H
#define TEST_NETWORKS_H

#include <string.h>

#include "graph/graph.h"

/* Numbers in stored tensors that are learned, each tensor once. A second writing of what
 * count.h counts, for the operators that descriptions and recipes make. */
static uint64_t stored_numbers(const TdiGraph *graph)
{
    uint64_t sum = 0;
    for (int i = 0; i < graph->operator_count; i++) {
        const TdiOperator *op = &graph->operators[i];
        for (int k = 0; k < op->input_count; k++) {
            const TdiTensor *tensor = tdi_input(graph, op, k);
            bool statistics = k > 2 && strcmp(op->type, "BatchNormalization") == 0;
            if (tensor != NULL && tensor->stored && !tensor->constant && tensor->alias < 0 &&
                !statistics)
                sum += (uint64_t)tdi_shape_elements(&tensor->shape);
        }
    }
    return sum;
}

#endif
