#include "diagram/spread.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* What is avoided, in units of one unit of distance from the point. Nothing makes up for what
 * hides something. */
enum {
    COST_HIDDEN = 100000, /* a label over a label or a point, or outside */
    COST_CROSSED = 400,   /* a leader through a label, a point or another leader */
    COST_LINE = 6,        /* a label over a line, for each unit of it */
    COST_LEADER = 25,     /* a leader over a line, once */
    COST_LED = 10         /* there is a leader */
};

enum { DIRECTIONS = 16, RINGS = 12, ROUNDS = 12, ATTEMPTS = 24, EXCHANGES = 4 };

#define RING_STEP 5.5

static const double first_ring = 2.5, gap = 1.5, longest_without = 7;

/* cos of k / 16 of a turn. */
static double direction(int k)
{
    static const double cosines[] = {1, 0.9238795325112867, 0.7071067811865476,
                                     0.3826834323650898, 0};
    k %= DIRECTIONS;
    if (k > 8)
        k = DIRECTIONS - k;
    return k <= 4 ? cosines[k] : -cosines[8 - k];
}

/* ---- Geometry ------------------------------------------------------------------------ */

bool tdi_bounds_meet(const TdiBounds *a, const TdiBounds *b)
{
    return a->left < b->right && b->left < a->right && a->bottom < b->top && b->bottom < a->top;
}

static TdiBounds widened(const TdiBounds *box, double by)
{
    return (TdiBounds){box->left - by, box->bottom - by, box->right + by, box->top + by};
}

static TdiBounds point_bounds(const TdiSpot *spot)
{
    return (TdiBounds){spot->x - spot->radius, spot->y - spot->radius, spot->x + spot->radius,
                       spot->y + spot->radius};
}

/* Narrow [*from, *to] to where begin + t step lies in [low, high]; false where it nowhere does.
 */
static bool clip(double begin, double step, double low, double high, double *from, double *to)
{
    if (step == 0)
        return begin >= low && begin <= high;
    double a = (low - begin) / step, b = (high - begin) / step;
    *from = fmax(*from, a < b ? a : b);
    *to = fmin(*to, a < b ? b : a);
    return *from < *to;
}

double tdi_bounds_length(const TdiBounds *box, const TdiSegment *line)
{
    double dx = line->x1 - line->x0, dy = line->y1 - line->y0, from = 0, to = 1;
    if (!clip(line->x0, dx, box->left, box->right, &from, &to) ||
        !clip(line->y0, dy, box->bottom, box->top, &from, &to))
        return 0;
    return (to - from) * sqrt(dx * dx + dy * dy);
}

/* On which side of the line a point lies. */
static double side(const TdiSegment *line, double x, double y)
{
    return (line->x1 - line->x0) * (y - line->y0) - (line->y1 - line->y0) * (x - line->x0);
}

bool tdi_segments_meet(const TdiSegment *a, const TdiSegment *b)
{
    return side(a, b->x0, b->y0) * side(a, b->x1, b->y1) <= 0 &&
           side(b, a->x0, a->y0) * side(b, a->x1, a->y1) <= 0;
}

static double between(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* ---- Places -------------------------------------------------------------------------- */

/* Where a label lies in direction `k`, so that `away` is left between it and the point's rim.
 * Straight beside its point a label is centred on that side, else a corner comes nearest. */
static void place(TdiSpot *spot, int k, double away)
{
    double dx = direction(k), dy = direction(k + DIRECTIONS * 3 / 4);
    double reach = spot->radius + away;
    double x = spot->x + dx * reach + between(dx * 1.5, -1, 1) * spot->width / 2;
    double y = spot->y + dy * reach + between(dy * 1.5, -1, 1) * spot->height / 2;
    spot->box = (TdiBounds){x - spot->width / 2, y - spot->height / 2, x + spot->width / 2,
                            y + spot->height / 2};
    spot->leads = away > longest_without;
    double end_x = between(spot->x, spot->box.left + 2, spot->box.right - 2);
    double end_y = between(spot->y, spot->box.bottom + 2, spot->box.top - 2);
    if (spot->x >= spot->box.left && spot->x <= spot->box.right)
        end_y = spot->y < y ? spot->box.bottom + 1 : spot->box.top - 1;
    else
        end_x = spot->x < x ? spot->box.left - 1 : spot->box.right + 1;
    double length =
        sqrt((end_x - spot->x) * (end_x - spot->x) + (end_y - spot->y) * (end_y - spot->y));
    double rim = length > 0 ? spot->radius / length : 0;
    spot->leader = (TdiSegment){spot->x + (end_x - spot->x) * rim,
                                spot->y + (end_y - spot->y) * rim, end_x, end_y};
}

/* Whether two spots hide something of each other's: the label of one, the other's label or
 * point. */
static bool hides(const TdiSpot *a, const TdiSpot *b)
{
    TdiBounds label = widened(&a->box, gap), point = point_bounds(b);
    return tdi_bounds_meet(&label, &b->box) || tdi_bounds_meet(&label, &point);
}

static bool crosses(const TdiSpot *a, const TdiSpot *b)
{
    TdiBounds point = point_bounds(b), label = widened(&b->box, gap);
    point = widened(&point, 2 * gap);
    if (a->leads && (tdi_bounds_length(&label, &a->leader) > 0 ||
                     tdi_bounds_length(&point, &a->leader) > 0))
        return true;
    return a->leads && b->leads && tdi_segments_meet(&a->leader, &b->leader);
}

static double cost_of_pair(const TdiSpot *a, const TdiSpot *b)
{
    double cost = hides(a, b) || hides(b, a) ? COST_HIDDEN : 0;
    return cost + (crosses(a, b) || crosses(b, a) ? COST_CROSSED : 0);
}

static bool is_inside(const TdiBounds *box, const TdiBounds *area)
{
    return box->left >= area->left && box->right <= area->right &&
           box->bottom >= area->bottom && box->top <= area->top;
}

typedef struct Spread {
    TdiSpot *spots;
    double *away; /* of each label from its point */
    int count;
    bool *placed;
    const TdiSegment *lines;
    int line_count;
    const TdiBounds *area;
} Spread;

/* Of lying where it lies, apart from the other spots. */
static double cost_alone(const Spread *spread, const TdiSpot *spot)
{
    double cost = is_inside(&spot->box, spread->area) ? 0 : COST_HIDDEN;
    for (int k = 0; k < spread->line_count; k++) {
        cost += COST_LINE * tdi_bounds_length(&spot->box, &spread->lines[k]);
        if (spot->leads && tdi_segments_meet(&spot->leader, &spread->lines[k]))
            cost += COST_LEADER;
    }
    return cost + (spot->leads ? COST_LED : 0);
}

/* Of spot `i` where it is, `away` from its point; or some cost of at least `most`. */
static double cost_of(const Spread *spread, int i, double away, double most)
{
    const TdiSpot *spot = &spread->spots[i];
    double cost = away + cost_alone(spread, spot);
    for (int k = 0; k < spread->count && cost < most; k++) {
        const TdiSpot *other = &spread->spots[k];
        TdiBounds point = point_bounds(other);
        if (k == i)
            continue;
        if (spread->placed[k])
            cost += cost_of_pair(spot, other);
        else if (tdi_bounds_meet(&spot->box, &point))
            cost += COST_HIDDEN;
    }
    return cost;
}

/* The cheapest place and its cost. Of equals the first tried holds: near before far, right of
 * the point before others. */
static double choose(const Spread *spread, int i)
{
    TdiSpot *spot = &spread->spots[i];
    double least = DBL_MAX, best_away = 0;
    int best = 0;
    for (int ring = 0; ring < RINGS; ring++)
        for (int k = 0; k < DIRECTIONS; k++) {
            double away = first_ring + ring * RING_STEP;
            place(spot, k, away);
            double cost = cost_of(spread, i, away, least);
            if (cost < least) {
                least = cost;
                best = k;
                best_away = away;
            }
        }
    place(spot, best, best_away);
    spread->away[i] = best_away;
    spread->placed[i] = true;
    return least;
}

/* ---- All ----------------------------------------------------------------------------- */

/* How near the others are; in height labels are shorter. */
static double crowd(const Spread *spread, int i)
{
    double sum = 0;
    const TdiSpot *spot = &spread->spots[i];
    for (int k = 0; k < spread->count; k++) {
        double dx = spread->spots[k].x - spot->x, dy = 3 * (spread->spots[k].y - spot->y);
        sum += k == i ? 0 : 1 / (100 + dx * dx + dy * dy);
    }
    return sum;
}

static int most_crowded(const Spread *spread)
{
    int found = -1;
    double most = -1;
    for (int i = 0; i < spread->count; i++) {
        double here = spread->placed[i] ? -1 : crowd(spread, i);
        if (here > most) {
            most = here;
            found = i;
        }
    }
    return found;
}

/* Place all, spot `first` first; what that costs. */
static double place_all(const Spread *spread, int first)
{
    double before, sum = DBL_MAX;
    memset(spread->placed, 0, sizeof(bool) * (size_t)spread->count);
    for (int i = first; i >= 0; i = most_crowded(spread))
        choose(spread, i);
    for (int round = 0; round < ROUNDS; round++) {
        before = sum;
        sum = 0;
        for (int i = 0; i < spread->count; i++)
            sum += choose(spread, i);
        if (!(sum < before))
            break;
    }
    return sum;
}

/* What depends on where two labels lie. */
static double cost_of_two(const Spread *spread, int i, int k)
{
    return cost_of(spread, i, spread->away[i], DBL_MAX) +
           cost_of(spread, k, spread->away[k], DBL_MAX) -
           cost_of_pair(&spread->spots[i], &spread->spots[k]);
}

/* Let spot `i` choose as if spot `k` had no label, which chooses then. False, and all as
 * before, where that is no better. */
static bool give_way(const Spread *spread, int i, int k)
{
    TdiSpot one = spread->spots[i], other = spread->spots[k];
    double one_away = spread->away[i], other_away = spread->away[k];
    double before = cost_of_two(spread, i, k);
    spread->placed[k] = false;
    choose(spread, i);
    choose(spread, k);
    if (cost_of_two(spread, i, k) < before - 1e-9)
        return true;
    spread->spots[i] = one;
    spread->spots[k] = other;
    spread->away[i] = one_away;
    spread->away[k] = other_away;
    return false;
}

/* Two labels at a time, for where one can only move if another does, which lies near. Whether
 * any did. */
static bool make_way(const Spread *spread)
{
    static const double near = RINGS * RING_STEP / 2;
    bool moved = false;
    for (int i = 0; i < spread->count; i++)
        for (int k = 0; k < spread->count; k++) {
            TdiBounds reach = widened(&spread->spots[i].box, near);
            if (k != i && tdi_bounds_meet(&reach, &spread->spots[k].box))
                moved |= give_way(spread, i, k);
        }
    return moved;
}

static bool is_clear(const Spread *spread)
{
    for (int i = 0; i < spread->count; i++) {
        if (!is_inside(&spread->spots[i].box, spread->area))
            return false;
        for (int k = 0; k < spread->count; k++)
            if (k != i && hides(&spread->spots[i], &spread->spots[k]))
                return false;
    }
    return true;
}

bool tdi_spread(TdiSpot *spots, int count, const TdiSegment *lines, int line_count,
                const TdiBounds *area)
{
    bool placed[TDI_SPREAD_MOST];
    double away[TDI_SPREAD_MOST];
    Spread spread = {spots, away, count, placed, lines, line_count, area};
    double least = DBL_MAX;
    int best = 0;
    if (count > TDI_SPREAD_MOST)
        return false;
    for (int first = 0; first < count && first < ATTEMPTS; first++) {
        double cost = place_all(&spread, first);
        if (cost < least) {
            least = cost;
            best = first;
        }
    }
    if (count > 0)
        place_all(&spread, best);
    for (int round = 0; round < EXCHANGES && make_way(&spread); round++)
        continue;
    return is_clear(&spread);
}
