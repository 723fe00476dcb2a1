/* Adding operators one behind another, as descriptions and recipes do. */
#ifndef TDI_STEP_H
#define TDI_STEP_H

#include "graph/graph.h"
#include "tiedye/base.h"

enum { TDI_STEP_INPUTS = 3, TDI_STEP_ATTRIBUTES = 8, TDI_STEP_NUMBERS = 2 * TDI_SPATIAL };

/* An operator of one output. */
typedef struct TdiStep {
    const char *type;
    const char *domain; /* NULL: ONNX's own */
    const char *name;
    const char *block; /* NULL: none */
    const int *many;   /* its inputs where they are more than these; NULL */
    int inputs[TDI_STEP_INPUTS], inputs_used;
    TdiAttribute attributes[TDI_STEP_ATTRIBUTES];
    int64_t numbers[TDI_STEP_ATTRIBUTES][TDI_STEP_NUMBERS]; /* that attributes point to */
    double real[TDI_STEP_ATTRIBUTES];
    int attributes_used;
    TdiShape shape; /* of its output; rank -1: as it is inferred */
} TdiStep;

void tdi_step_input(TdiStep *step, int tensor);
void tdi_step_whole(TdiStep *step, const char *name, const int64_t *numbers, int count);
void tdi_step_real(TdiStep *step, const char *name, double number);
void tdi_step_words(TdiStep *step, const char *name, const char *words);

/* Add it; the tensor it makes, -1 without memory (which the graph remembers). */
int tdi_step_add(TdiGraph *graph, const TdiStep *step);

/* A stored tensor called NAME.PART. */
int tdi_step_stored(TdiGraph *graph, const char *name, const char *part, int rank,
                    const int64_t *sizes);

/* Whole numbers, or numbers, that say how an operator computes (sizes, axes, scales). */
int tdi_step_constant(TdiGraph *graph, const char *name, const char *part,
                      const int64_t *numbers, int count);
int tdi_step_scalar(TdiGraph *graph, const char *name, const char *part, int64_t number);
int tdi_step_constant_real(TdiGraph *graph, const char *name, const char *part,
                           const double *numbers, int count);

/* Give a step the operator of an activation: ONNX's where there is the same one, else one of
 * our own domain "tiedye", called as the activation is. False for the identity, which needs
 * none. */
bool tdi_step_activation(TdiStep *step, TdActivation act);

#endif
