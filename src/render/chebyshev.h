/* Chebyshev's polynomials: the nodes of patches, and what stands in their tables. */
#ifndef TDI_CHEBYSHEV_H
#define TDI_CHEBYSHEV_H

#include "tiedye/kernels.h"

/* Add `share` times the polynomials of degree 0 to TD_PATCH_ORDER - 1 at t to `sum`. */
void tdi_basis_add(double t, double share, double sum[TD_PATCH_ORDER]);

/* Places of the Chebyshev-Lobatto nodes, from 0 to 1, and what makes coefficients of values
 * there. */
void tdi_nodes_fill(TdNodes *nodes, double place[TD_PATCH_ORDER]);

/* Sums of magnitudes of a channel's coefficients: all of them, and along one direction the last
 * six orders two by two. One of each a lane. */
typedef struct TdiTailSums {
    float all[TD_PATCH_LANES], pair[3][TD_PATCH_LANES];
} TdiTailSums;

/* Add the coefficients of order `order` along the direction, one a lane. */
void tdi_tail_add(TdiTailSums *sums, size_t order, const float coefficients[TD_PATCH_LANES]);

/* How much a polynomial leaves out behind its last order, and what rounding may do. Where
 * coefficients fall fast that is less than the last ones, down to `least` of them (1: it is not
 * counted as less). */
float tdi_tail(const TdiTailSums *sums, size_t lane, float least);

#endif
