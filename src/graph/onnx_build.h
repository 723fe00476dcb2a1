/* What the files that turn ONNX models into graphs share. */
#ifndef TDI_ONNX_BUILD_H
#define TDI_ONNX_BUILD_H

#include "base/names.h"
#include "base/text.h"
#include "exchange/onnx.h"
#include "graph/graph.h"

typedef struct TdiOnnxBuild {
    TdiOnnx *onnx;
    const char *file;
    TdiArena scratch;
    TdiNames symbols;   /* of sizes that are taken as 1 */
    TdiNames functions; /* by what tdi_onnx_key makes */
    TdiText key;
    uint64_t *weights; /* of each function about the operators that it becomes; 0: not yet
                          weighed, UINT64_MAX: too much */
    uint64_t budget;   /* what may still come from functions */
    TdStatus status;   /* the first failure, after which nothing is built */
    TdError *err;
} TdiOnnxBuild;

/* Names that can be seen from some nodes. */
typedef struct TdiOnnxScope {
    struct TdiOnnxScope *around; /* of a body: where it stands; NULL */
    const TdiOperator *owner;    /* of a body: whose it is, with its inputs and attributes */
    TdiGraph *graph;             /* where tensors and operators go */
    TdiNames names;              /* number of a tensor, -1: an argument that was left out */
    const TdiOnnxGraph *types;   /* what says the types of its tensors; NULL */
    TdiNames values;             /* of types: values, then outputs */
    const TdiOnnxFunction *function; /* that it is the inside of, also around it; NULL */
    const TdiOnnxNode *call;         /* of the function */
    unsigned depth;                  /* scopes and calls around it */
} TdiOnnxScope;

void tdi_onnx_build_memory(TdiOnnxBuild *build, uint64_t bytes);

/* Fail with a line about a node: FILE: node "NAME" (Type) WHAT. */
void tdi_onnx_build_fail(TdiOnnxBuild *build, const TdiOnnxNode *node, const char *what,
                         TdiWords name);

/* An order of evaluation of nodes that see what is in `names`; kept in the scratch arena. Nodes
 * stay in place where they can. A cycle fails, and a name that is made twice; NULL then. */
const int *tdi_onnx_order(TdiOnnxBuild *build, const TdiNames *names, const TdiOnnxNode *nodes,
                          size_t count);

/* ---- Functions ----------------------------------------------------------------------- */

void tdi_onnx_find_functions(TdiOnnxBuild *build);

/* The function that a node calls, NULL where it calls none, or one that cannot be put in its
 * place: it calls itself, or holds too much. */
const TdiOnnxFunction *tdi_onnx_callee(TdiOnnxBuild *build, const TdiOnnxScope *scope,
                                       const TdiOnnxNode *node);

/* `node`, its attributes those of the call where it refers to them. */
TdiOnnxNode tdi_onnx_resolve(TdiOnnxBuild *build, const TdiOnnxScope *scope,
                             const TdiOnnxNode *node);

#endif
