#include "diagram/operators.h"

#include <string.h>

static const TdiOperatorInfo table[] = {
    {"Conv", TDI_KIND_CONVOLUTION, 0, NULL, NULL},
    {"Relu", TDI_KIND_ACTIVATION, 0, NULL, NULL},
};

enum { TABLE_ROWS = sizeof table / sizeof *table };

TdiOp tdi_op_find(const char *type, size_t length)
{
    for (int i = 0; i < TABLE_ROWS; i++)
        if (strlen(table[i].type) == length && memcmp(table[i].type, type, length) == 0)
            return i;
    return TDI_OP_UNKNOWN;
}

const TdiOperatorInfo *tdi_op_info(TdiOp op)
{
    return op == TDI_OP_UNKNOWN ? NULL : &table[op];
}
