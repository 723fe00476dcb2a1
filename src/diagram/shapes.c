#include "diagram/shapes.h"

void tdi_infer_shapes(TdiGraph *graph, const TdiOperator *op)
{
    const TdiOperatorInfo *info = tdi_op_info(op->op);
    if (info == NULL)
        return;
    const TdiTensor *input = tdi_input(graph, op, 0);
    if (info->infer != NULL)
        info->infer(graph, op);
    else if (input != NULL && tdi_output(graph, op, 0) != NULL)
        tdi_output(graph, op, 0)->shape = input->shape;
}
