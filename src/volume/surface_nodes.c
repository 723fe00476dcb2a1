/* Slices of nodes: the samples, and what lies on the faces of the box. */
#include <string.h>

#include "volume/surface_build.h"

/* The coordinate of a node along an axis, in spacings from the first sample. */
static double node_at(const TdiBuild *build, int axis, uint32_t node)
{
    uint32_t last = build->nodes[axis] - 1;
    return node == 0 ? -0.5 : node == last ? (double)last - 1.5 : (double)node - 1;
}

void tdi_build_place(const TdiBuild *build, const uint32_t *node, unsigned way, double t,
                     float *point)
{
    for (int i = 0; i < 3; i++) {
        double at = node_at(build, i, node[i]);
        if ((way >> i & 1) != 0)
            at += t * (node_at(build, i, node[i] + 1) - at);
        point[i] = (float)(build->grid->origin[i] + build->grid->spacing * at);
    }
}

/* ---- Faces --------------------------------------------------------------------------- */

static TdStatus ask_batch(TdiBuild *build, size_t count, TdError *err)
{
    TdStatus status = build->source->values(
        build->source->user, (const float(*)[3])build->points, count, build->scalars, err);
    for (size_t i = 0; i < count && status == TD_OK; i++)
        build->samples[1][build->targets[i]] = build->scalars[i];
    return status;
}

static bool is_border(uint32_t node, uint32_t nodes)
{
    return node == 0 || node == nodes - 1;
}

/* Ask for the nodes of slice z that lie on faces. */
static TdStatus ask_faces(TdiBuild *build, uint32_t z, TdError *err)
{
    uint32_t width = build->nodes[0], height = build->nodes[1];
    bool whole = is_border(z, build->nodes[2]);
    TdStatus status = TD_OK;
    size_t count = 0;
    for (uint32_t y = 0; y < height; y++) {
        uint32_t step = whole || is_border(y, height) ? 1 : width - 1;
        for (uint32_t x = 0; x < width && status == TD_OK; x += step) {
            const uint32_t node[3] = {x, y, z};
            tdi_build_place(build, node, 0, 0, build->points[count]);
            build->targets[count++] = y * width + x;
            if (count < TDI_BATCH)
                continue;
            status = ask_batch(build, count, err);
            count = 0;
        }
    }
    return status == TD_OK && count > 0 ? ask_batch(build, count, err) : status;
}

/* ---- Slices -------------------------------------------------------------------------- */

/* The slice that came from the source among its faces, which continue it. */
static void spread(TdiBuild *build)
{
    size_t across = build->grid->width, width = build->nodes[0], height = build->nodes[1];
    for (size_t y = 0; y < height; y++) {
        size_t from = y == 0 ? 0 : y == height - 1 ? y - 2 : y - 1;
        const float *samples = build->slice + from * across;
        float *row = build->samples[1] + y * width;
        memcpy(row + 1, samples, across * sizeof *row);
        row[0] = samples[0];
        row[width - 1] = samples[across - 1];
    }
}

static void judge(TdiBuild *build)
{
    size_t count = (size_t)build->nodes[0] * build->nodes[1];
    float lowest = build->lowest, highest = build->highest;
    for (size_t i = 0; i < count; i++) {
        float value = build->samples[1][i];
        build->inside[1][i] = value > build->level;
        lowest = value < lowest ? value : lowest;
        highest = value > highest ? value : highest;
    }
    build->lowest = lowest;
    build->highest = highest;
}

TdStatus tdi_build_load(TdiBuild *build, uint32_t index, TdError *err)
{
    const TdiSurfaceSource *source = build->source;
    size_t count = (size_t)build->nodes[0] * build->nodes[1];
    bool asked = source->values != NULL, face = is_border(index, build->nodes[2]);
    TdStatus status = TD_OK;
    if (index == 0 ? !asked : !face && (index > 1 || asked)) {
        status = source->slice(source->user, index == 0 ? 0 : index - 1, build->slice, err);
        if (status == TD_OK)
            spread(build);
    } else if (!asked) { /* the face and the outermost slice are the same */
        memcpy(build->samples[1], build->samples[0], count * sizeof(float));
    }
    if (status == TD_OK && asked)
        status = ask_faces(build, index, err);
    if (status != TD_OK)
        return status;
    judge(build);
    memset(build->slots[1], 0xff, count * TDI_SLOTS * sizeof(uint32_t));
    return TD_OK;
}
