#include "render/chebyshev.h"

#include <math.h>

#include "base/random.h"

enum { ORDER = TD_PATCH_ORDER, LANES = TD_PATCH_LANES };

/* By their recurrence, in double. */
void tdi_basis_add(double t, double share, double sum[ORDER])
{
    double before = 1, now = t;
    sum[0] += share;
    for (int a = 1; a < ORDER; a++) {
        double next = 2 * t * now - before;
        sum[a] += share * now;
        before = now;
        now = next;
    }
}

/* c[a] is 2 / (n - 1) times the sum of f[j] T_a(t_j), where the first and the last j count
 * half, and c[0] and c[n - 1] are halved. */
void tdi_nodes_fill(TdNodes *nodes, double place[ORDER])
{
    enum { LAST = ORDER - 1 };
    for (int j = 0; j < ORDER; j++) {
        double t[ORDER] = {0}, cosine, sine;
        tdi_cos_sin_degrees(180.0 * j / LAST, &cosine, &sine);
        place[j] = 0.5 - 0.5 * cosine;
        tdi_basis_add(-cosine, j == 0 || j == LAST ? 0.5 : 1, t);
        for (int a = 0; a < ORDER; a++)
            nodes->matrix[a][j] = (float)(t[a] * (a == 0 || a == LAST ? 1.0 : 2.0) / LAST);
    }
}

static void add_magnitudes(const float *values, float *sums)
{
#pragma omp simd
    for (size_t lane = 0; lane < LANES; lane++)
        sums[lane] = sums[lane] + fabsf(values[lane]);
}

void tdi_tail_add(TdiTailSums *sums, size_t order, const float coefficients[LANES])
{
    add_magnitudes(coefficients, sums->all);
    if (order >= ORDER - 6)
        add_magnitudes(coefficients, sums->pair[(order - (ORDER - 6)) / 2]);
}

/* Less than the last two orders is left out where coefficients fall to a quarter or faster:
 * about as much less as they fall faster than that. More where they fall slowly, or where the
 * last two are small by chance, as those before them tell. */
float tdi_tail(const TdiTailSums *sums, size_t lane, float least)
{
    const float rounding = 0x1p-22f;
    const float p0 = sums->pair[0][lane], p1 = sums->pair[1][lane], p2 = sums->pair[2][lane];
    float expected = p0 > 0 ? p1 * (p1 / p0) : 0;
    float tail = p2 > expected ? p2 : expected;
    float fall = p1 > 0 ? 4 * (p2 / p1) : 1;
    if (fall <= 1) {
        fall = p1 > 0 ? 4 * (tail / p1) : 1;
        fall = fall < least ? least : fall < 1 ? fall : 1;
    }
    return tail * fall + sums->all[lane] * rounding;
}
