/* Vertices, and where on their edges they stand. */
#include "volume/surface_build.h"

/* Times that the source is asked for each vertex. */
enum { ROUNDS = 2 };

/* No nearer to an end of the edge than a fiftieth. */
static double clamp(double t)
{
    return t < 0.02 ? 0.02 : t > 0.98 ? 0.98 : t;
}

/* Where a line through both ends of the bracket crosses the level; the middle where the ends
 * are not finite. */
static double between_ends(const TdiCrossing *crossing)
{
    double share = crossing->low / (crossing->low - crossing->high);
    share = share >= 0 && share <= 1 ? share : 0.5;
    return crossing->low_t + share * (crossing->high_t - crossing->low_t);
}

uint32_t tdi_build_vertex(TdiBuild *build, const uint32_t *node, unsigned way, double low,
                          double high)
{
    TdiSurface *surface = build->surface;
    uint32_t vertex = (uint32_t)surface->vertex_count++;
    TdiCrossing crossing = {.vertex = vertex,
                            .node = {node[0], node[1], node[2]},
                            .way = way,
                            .high_t = 1,
                            .low = low,
                            .high = high};
    if (way != 0)
        crossing.t = clamp(between_ends(&crossing));
    tdi_build_place(build, node, way, crossing.t, surface->positions[vertex]);
    if (way != 0 && build->source->values != NULL)
        build->crossings[build->crossing_count++] = crossing;
    return vertex;
}

/* Where the parabola through both ends of the bracket and the answer at t crosses the level; no
 * number, or a place outside, where it does not. Near where an edge touches the surface a line
 * would be far off. */
static double on_parabola(const TdiCrossing *crossing, double value)
{
    double t = crossing->t;
    double below = (value - crossing->low) / (t - crossing->low_t);
    double above = (crossing->high - value) / (crossing->high_t - t);
    double bend = (above - below) / (crossing->high_t - crossing->low_t);
    double slope = below + bend * (t - crossing->low_t);
    double root = sqrt(slope * slope - 4 * bend * value);
    double sum = slope < 0 ? slope - root : slope + root;
    double near = t - 2 * value / sum, far = t - sum / (2 * bend);
    bool up = (value > 0) == (crossing->low > 0); /* it lies above t */
    double from = up ? t : crossing->low_t, to = up ? crossing->high_t : t;
    return near >= from && near <= to ? near : far;
}

/* The next place, given the answer at t. */
static void narrow(TdiCrossing *crossing, double value)
{
    bool low_side = (value > 0) == (crossing->low > 0);
    double next = on_parabola(crossing, value);
    *(low_side ? &crossing->low_t : &crossing->high_t) = crossing->t;
    *(low_side ? &crossing->low : &crossing->high) = value;
    if (!(next >= crossing->low_t && next <= crossing->high_t))
        next = between_ends(crossing);
    crossing->t = clamp(next);
}

static TdStatus refine_batch(TdiBuild *build, TdiCrossing *crossings, size_t count,
                             TdError *err)
{
    const TdiSurfaceSource *source = build->source;
    TdStatus status = TD_OK;
    for (int round = 0; round < ROUNDS && status == TD_OK; round++) {
        for (size_t i = 0; i < count; i++)
            tdi_build_place(build, crossings[i].node, crossings[i].way, crossings[i].t,
                            build->points[i]);
        status = source->values(source->user, (const float(*)[3])build->points, count,
                                build->scalars, err);
        for (size_t i = 0; i < count && status == TD_OK; i++)
            narrow(&crossings[i], (double)build->scalars[i] - (double)build->level);
    }
    for (size_t i = 0; i < count; i++)
        tdi_build_place(build, crossings[i].node, crossings[i].way, crossings[i].t,
                        build->surface->positions[crossings[i].vertex]);
    return status;
}

TdStatus tdi_build_refine(TdiBuild *build, bool all, TdError *err)
{
    TdStatus status = TD_OK;
    size_t done = 0, count = build->crossing_count;
    while (status == TD_OK && (count - done >= TDI_BATCH || (all && done < count))) {
        size_t part = count - done < TDI_BATCH ? count - done : TDI_BATCH;
        status = refine_batch(build, build->crossings + done, part, err);
        done += part;
    }
    for (size_t i = done; i < count; i++)
        build->crossings[i - done] = build->crossings[i];
    build->crossing_count = count - done;
    return status;
}
