/* Labels spread around the points that they name, so that none lies on another, on a point or,
 * where that can be had, on a line.
 *
 * Each label tries the same places: beside its point in sixteen directions, then farther and
 * farther out, and takes the one that costs least. One label chooses first, then those of the
 * most crowded points; then all choose again while that makes things better. Several are
 * the first in turn, and the best of these attempts holds; at last pairs of labels may change
 * places. Units are the page's, y upwards. */
#ifndef TDI_SPREAD_H
#define TDI_SPREAD_H

#include <stdbool.h>

enum { TDI_SPREAD_MOST = 256 };

typedef struct TdiBounds {
    double left, bottom, right, top;
} TdiBounds;

typedef struct TdiSegment {
    double x0, y0, x1, y1;
} TdiSegment;

typedef struct TdiSpot {
    double x, y, radius;  /* of the point */
    double width, height; /* of the label */
    /* Found: where the label lies, and a line to it from the point where it is not beside it.
     */
    TdiBounds box;
    bool leads;
    TdiSegment leader;
} TdiSpot;

/* Place the labels of all spots (TDI_SPREAD_MOST at most) within `area`, clear of `lines`. True
 * where no label lies on another label or on a point, and all lie within the area. */
bool tdi_spread(TdiSpot *spots, int count, const TdiSegment *lines, int line_count,
                const TdiBounds *area);

bool tdi_bounds_meet(const TdiBounds *a, const TdiBounds *b);

/* How much of a line is inside. */
double tdi_bounds_length(const TdiBounds *box, const TdiSegment *line);

/* Whether two lines cross or touch. */
bool tdi_segments_meet(const TdiSegment *a, const TdiSegment *b);

#endif
