/* What the two files of known numbers share. */
#ifndef TDI_NUMBERS_H
#define TDI_NUMBERS_H

#include "graph/infer.h"

/* ---- Taking -------------------------------------------------------------------------- */

bool tdi_is_known(const TdiTensor *tensor); /* takes NULL */

/* Integers, with or without holes; NULL: not known. */
const int64_t *tdi_wholes(const TdiTensor *tensor);

/* ---- Giving -------------------------------------------------------------------------- */

/* Room for the numbers of output `slot`, of one of the two kinds. */
typedef struct TdiResult {
    int64_t *whole;
    double *real;
    size_t count;
} TdiResult;

/* The output's number of elements, where they are few enough to be followed. */
bool tdi_few(const TdiTensor *out, size_t *count);

/* False: it is not followed. */
bool tdi_begin(TdiGraph *graph, const TdiOperator *op, int slot, bool whole, TdiResult *result);
void tdi_finish(const TdiGraph *graph, const TdiOperator *op, int slot,
                const TdiResult *result);
void tdi_copy_number(const TdiTensor *from, size_t i, const TdiResult *to, size_t k);

/* Arithmetic is done in double precision and rounded to that of the elements; of half precision
 * it is not followed (tdi_rounds). */
double tdi_rounded(double value, int element);
bool tdi_rounds(int element);

/* ---- Places -------------------------------------------------------------------------- */

/* Where each element of an output lies in an input: an offset, and a step an axis. */
typedef struct TdiWalk {
    int64_t offset, step[TDI_MAX_RANK];
} TdiWalk;

/* How an input that stretches to a shape is walked; both are known. */
TdiWalk tdi_stretch(const TdiShape *from, const TdiShape *to);

/* The input's element that is the output's element k. */
size_t tdi_walk_to(const TdiWalk *walk, const TdiShape *out, size_t k);

#endif
