/* Samples along rays, and what is seen of them. */
#include <string.h>

#include "base/whole.h"
#include "volume/opacity.h"
#include "volume/volume.h"

enum {
    ORDER = TD_PATCH_ORDER,
    SLICE = TD_PATCH_NODES,
    NODES = TDI_CUBE_NODES,
    LANES = TD_PATCH_LANES,
    STRIDE = LANES * TDI_MARCH_STEPS, /* samples at a time */
    DENSE_STEPS = 8,                  /* of a ray, of which each costs much */
    SURROUNDED = STRIDE / 6,          /* samples whose neighbours are evaluated at a time */
    PADDED = ORDER * ORDER * LANES
};

/* ---- Scratch ----------------------------------------------------------------------------- */

static size_t most_columns(const TdiVolume *volume)
{
    return (volume->side + LANES - 1) / LANES * LANES;
}

/* With scratch NULL, what is needed: the addresses begin at 0. */
static size_t lay_out(const TdiVolume *volume, char *scratch, TdiMarch *march)
{
    char *at = scratch;
    size_t columns = most_columns(volume);
    size_t side = TDI_REGION_TILES * (size_t)volume->side, rays = side * side;
    march->rays.side = (uint32_t)side;
    for (int i = 0; i < 2; i++) {
        march->rays.from[i] = tdi_carve(&at, rays * sizeof(double));
        march->rays.step[i] = tdi_carve(&at, rays * sizeof(double));
        march->rays.rate[i] = tdi_carve(&at, rays * sizeof(double));
        march->rays.count[i] = tdi_carve(&at, rays * sizeof(uint32_t));
        march->rays.face[i] = tdi_carve(&at, rays);
    }
    march->rays.left = tdi_carve(&at, rays * sizeof(uint32_t));
    march->rays.pace = tdi_carve(&at, rays * sizeof(float));
    march->rays.light = tdi_carve(&at, rays * sizeof(float));
    march->rays.seen = tdi_carve(&at, 3 * rays * sizeof(float));
    march->padded = tdi_carve(&at, TDI_MARCH_CHANNELS * PADDED * sizeof(float));
    march->columns =
        tdi_carve(&at, TDI_MARCH_CHANNELS * ORDER * columns * LANES * sizeof(float));
    march->lines = tdi_carve(&at, TDI_MARCH_CHANNELS * ORDER * columns * sizeof(float));
    march->rows = tdi_carve(&at, (TDI_MARCH_CHANNELS + 1) * STRIDE * sizeof(float));
    march->spare = tdi_carve(&at, 2 * TDI_MARCH_CHANNELS * STRIDE * sizeof(float));
    march->places = tdi_carve(&at, STRIDE * sizeof(TdiPlaceOfSample));
    march->points = tdi_carve(&at, tdi_solid_point_scratch(&volume->solid));
    return (size_t)(at - scratch);
}

size_t tdi_march_scratch(const TdiVolume *volume)
{
    static char anchor[64];
    TdiMarch march;
    return lay_out(volume, anchor, &march);
}

TdiMarch tdi_march_lay_out(const TdiVolume *volume, void *scratch, const TdRun *run)
{
    TdiMarch march = {.volume = volume, .run = run};
    lay_out(volume, scratch, &march);
    return march;
}

/* ---- Rays -------------------------------------------------------------------------------- */

/* The least whole number that is not below x >= 0. */
static uint32_t round_above(double x)
{
    uint32_t whole = (uint32_t)x;
    return whole + ((double)whole < x);
}

/* A span is cut into equal steps, so that it has no rest. */
static void set_span(TdiMarch *march, size_t ray, int i, TdiSpanOfRay span, double pace)
{
    double length = span.to - span.from;
    uint32_t count = round_above(length * pace / march->volume->step);
    count = count > 0 ? count : 1;
    march->rays.from[i][ray] = span.from;
    march->rays.step[i][ray] = length / count;
    march->rays.rate[i][ray] = count / length;
    march->rays.count[i][ray] = count;
    march->rays.face[i][ray] = (uint8_t)(span.enters >= 0 ? span.enters : 3);
}

static void set_ray(TdiMarch *march, size_t ray, uint32_t x, uint32_t y)
{
    const TdiVolume *volume = march->volume;
    const TdiSolid *solid = &volume->solid;
    TdiSpanOfRay spans[2];
    double pace = 1;
    int count = 0;
    if (x < solid->size[0] && y < solid->size[1])
        count = tdi_camera_ray(&volume->camera, solid->start[0] + (x + 0.5) * solid->unit[0],
                               solid->start[1] + (y + 0.5) * solid->unit[1], spans, &pace);
    for (int i = 0; i < 2; i++) {
        march->rays.count[i][ray] = 0;
        if (i < count)
            set_span(march, ray, i, spans[i], pace);
    }
    march->rays.pace[ray] = (float)pace;
    march->rays.light[ray] = 1;
}

void tdi_march_begin(TdiMarch *march, uint32_t x, uint32_t y)
{
    uint32_t side = march->rays.side;
    march->x = x;
    march->y = y;
    for (uint32_t i = 0; i < side * side; i++)
        set_ray(march, i, x + i % side, y + i / side);
    memset(march->rays.seen, 0, (size_t)3 * side * side * sizeof(float));
}

/* Where a block begins and ends along w. */
static void find_depth(const TdiSolid *solid, const TdiCube *cube, double *from, double *to)
{
    double side = solid->level[cube->level].side;
    *from = solid->start[2] + cube->z * solid->unit[2];
    *to = solid->start[2] + (cube->z + side) * solid->unit[2];
}

/* The number of the first sample of a span that does not lie before w. */
static uint32_t sample_at(const TdiRays *rays, int i, size_t ray, double w)
{
    double place = (w - rays->from[i][ray]) * rays->rate[i][ray] - 0.5;
    uint32_t count = rays->count[i][ray];
    if (!(place > 0))
        return 0;
    return place < count ? round_above(place) : count;
}

/* A row of a block's rays: its first ray, and how many lie in the region. */
static size_t first_ray(const TdiMarch *march, const TdiCube *cube, uint32_t row)
{
    return (size_t)(cube->y + row - march->y) * march->rays.side + (cube->x - march->x);
}

/* What log(x / 2^least) is at most, from the exponent of x: from 0 to 0.7 more than it is. */
static double log_above(float x, int least)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return ((double)(bits >> 23) - 126 - least) * 0.6931471805599453;
}

/* How many more samples a ray takes in until it sees no more, at most: known where all are
 * equally opaque. */
static uint32_t samples_left(const TdiVolume *volume, float light)
{
    double depth = (double)volume->density * volume->step;
    if (!(light >= volume->least))
        return 0;
    if (volume->opacity != TD_OPACITY_EVEN || !(depth > 1e-6))
        return UINT32_MAX;
    return (uint32_t)(log_above(light, volume->least_log2) / depth) + 2;
}

void tdi_march_look(TdiMarch *march)
{
    size_t rays = (size_t)march->rays.side * march->rays.side;
    for (size_t ray = 0; ray < rays; ray++)
        march->rays.left[ray] = samples_left(march->volume, march->rays.light[ray]);
}

/* Samples of a ray in a block, of those that it still can see when it has come to w = here. */
static uint32_t count_samples(const TdiRays *rays, size_t ray, double here, double from,
                              double to)
{
    uint32_t count = 0, left = rays->left[ray];
    for (int i = 0; i < 2 && left > 0; i++) {
        if (rays->count[i][ray] == 0)
            continue;
        uint32_t now = sample_at(rays, i, ray, here), first = sample_at(rays, i, ray, from);
        uint32_t last = sample_at(rays, i, ray, to),
                 end = now + tdi_lesser(left, UINT32_MAX - now);
        count += first < end ? tdi_lesser(last, end) - first : 0;
        left -= tdi_lesser(left, rays->count[i][ray] - now);
    }
    return count;
}

uint64_t tdi_march_count(const TdiMarch *march, const TdiCube *cube, uint32_t here)
{
    const TdiSolid *solid = &march->volume->solid;
    uint32_t side = solid->level[cube->level].side;
    double from, to, now = solid->start[2] + here * solid->unit[2];
    uint64_t sum = 0;
    find_depth(solid, cube, &from, &to);
    for (uint32_t row = 0; row < side; row++) {
        size_t first = first_ray(march, cube, row);
        for (size_t ray = first; ray < first + side; ray++)
            sum += count_samples(&march->rays, ray, now, from, to);
    }
    return sum;
}

/* ---- Samples ----------------------------------------------------------------------------- */

/* A group of LANES rays side by side, and their samples in a block. */
typedef struct Group {
    uint32_t lanes; /* that there are */
    size_t ray;     /* the first */
    uint32_t x, y;  /* its place in the picture */
    uint32_t first[LANES], count[LANES], most;
    double from[LANES], step[LANES];  /* w of the first sample, and on to the next */
    _Alignas(64) float length[LANES]; /* of a step, in extents */
    _Alignas(64) float face[LANES];   /* how bright the face is where a ray entered */
} Group;

/* The samples of a group in span i; whether there are any. */
static bool find_samples(const TdiMarch *march, Group *group, int i, double from, double to)
{
    const TdiRays *rays = &march->rays;
    group->most = 0;
    for (uint32_t lane = 0; lane < LANES; lane++) {
        size_t ray = group->ray + lane;
        bool is = lane < group->lanes && rays->count[i][ray] > 0 &&
                  rays->light[ray] >= march->volume->least;
        uint32_t first = is ? sample_at(rays, i, ray, from) : 0;
        group->count[lane] = is ? sample_at(rays, i, ray, to) - first : 0;
        group->from[lane] = is ? rays->from[i][ray] + (first + 0.5) * rays->step[i][ray] : 0;
        group->step[lane] = is ? rays->step[i][ray] : 0;
        group->length[lane] = is ? (float)rays->step[i][ray] * rays->pace[ray] : 0;
        group->face[lane] = is ? march->volume->face[rays->face[i][ray]] : 1;
        group->most = group->count[lane] > group->most ? group->count[lane] : group->most;
    }
    return group->most > 0;
}

/* What is opaque evenly has faces that show its form; else gradients do. */
static bool has_gradients(const TdiVolume *volume)
{
    return volume->shading > 0 && volume->opacity != TD_OPACITY_EVEN;
}

static uint32_t channels_of(const TdiVolume *volume)
{
    return volume->solid.judged + (has_gradients(volume) ? 3 : 0);
}

/* u or v at the middle of a unit of the lattice. */
static double place_of(const TdiSolid *solid, int axis, uint32_t unit)
{
    return solid->start[axis] + (unit + 0.5) * solid->unit[axis];
}

/* w of a lane's sample. Lanes that have fewer samples repeat their last one. */
static double depth_of(const Group *group, uint32_t lane, uint32_t sample)
{
    uint32_t last = group->count[lane] > 0 ? group->count[lane] - 1 : 0;
    return group->from[lane] + (sample < last ? sample : last) * group->step[lane];
}

/* From polynomials: outputs, and derivatives in the block's own coordinates. */
static void sample_lines(const TdiMarch *march, const TdiCube *cube, const Group *group,
                         uint32_t column, uint32_t begin, uint32_t steps)
{
    const TdiSolid *solid = &march->volume->solid;
    size_t columns = solid->level[cube->level].columns;
    _Alignas(64) float first[LANES], step[LANES];
    double from, to;
    find_depth(solid, cube, &from, &to);
    double half = (to - from) / 2, middle = from + half;
    for (uint32_t lane = 0; lane < LANES; lane++) {
        double w = group->from[lane] + begin * group->step[lane];
        bool is = group->count[lane] > 0;
        first[lane] = is ? (float)((w - middle) / half) : 0;
        step[lane] = is ? (float)(group->step[lane] / half) : 0;
    }
    solid->colour.kernels->along(march->lines + column, columns, channels_of(march->volume),
                                 first, step, steps, march->rows, STRIDE);
}

/* What is opaque, up to a constant: a weighted sum of outputs. */
static void weigh(const TdiVolume *volume, const float *rows, size_t points, float *sum)
{
    for (size_t i = 0; i < points; i++)
        sum[i] = volume->weight[0] * rows[i];
    for (uint32_t c = 1; c < volume->solid.judged; c++)
        for (size_t i = 0; i < points; i++) {
            float product = volume->weight[c] * rows[c * STRIDE + i];
            sum[i] = sum[i] + product;
        }
}

/* Samples that are taken from the network: those that can be seen, side by side. */
typedef struct Taken {
    size_t count;
    uint16_t at[STRIDE]; /* where among the group's samples each belongs */
} Taken;

static void take(TdiMarch *march, Taken *taken, const Group *group, uint32_t begin, size_t at)
{
    const TdiSolid *solid = &march->volume->solid;
    uint32_t lane = (uint32_t)(at % LANES), sample = begin + (uint32_t)(at / LANES);
    march->places[taken->count] =
        (TdiPlaceOfSample){place_of(solid, 0, group->x + lane), place_of(solid, 1, group->y),
                           depth_of(group, lane, sample)};
    taken->at[taken->count++] = (uint16_t)at;
}

/* From the network. */
static void sample_network(TdiMarch *march, const Group *group, uint32_t begin, uint32_t steps)
{
    const TdiVolume *volume = march->volume;
    const TdiSolid *solid = &volume->solid;
    Taken taken = {0};
    for (size_t i = 0; i < (size_t)steps * LANES; i++)
        if (begin + i / LANES < group->count[i % LANES] &&
            march->light[i % LANES] >= volume->least)
            take(march, &taken, group, begin, i);
    tdi_solid_evaluate(solid, march->places, taken.count, march->spare, STRIDE, march->points,
                       march->run);
    for (uint32_t c = 0; c < solid->judged; c++)
        for (size_t i = 0; i < taken.count; i++)
            march->rows[c * STRIDE + taken.at[i]] = march->spare[c * STRIDE + i];
}

/* So far to both sides of a sample along u, v and w, in extents. */
static const double apart = 0x1p-10;

/* Put the six neighbours of each place behind each other: `count` low ones along u, high ones,
 * and the same along v and w. */
static void surround(TdiMarch *march, size_t count)
{
    bool perspective = march->volume->solid.frame.perspective;
    for (size_t i = 6 * count; i-- > 0;) { /* the places themselves stand in front */
        TdiPlaceOfSample place = march->places[i % count];
        double by = i / count % 2 == 0 ? -apart : apart;
        double aside = perspective ? by / place.w : by;
        place.u += i / count / 2 == 0 ? aside : 0;
        place.v += i / count / 2 == 1 ? aside : 0;
        place.w += i / count / 2 == 2 ? by : 0;
        march->places[i] = place;
    }
}

/* Derivatives of what is opaque along u, v and w: central differences. */
static void find_slopes(TdiMarch *march, const Taken *taken)
{
    const TdiSolid *solid = &march->volume->solid;
    float *sum = march->spare + TDI_MARCH_CHANNELS * STRIDE, depth[SURROUNDED];
    size_t count = taken->count;
    for (size_t i = 0; i < count; i++)
        depth[i] = (float)march->places[i].w;
    surround(march, count);
    tdi_solid_evaluate(solid, march->places, 6 * count, march->spare, STRIDE, march->points,
                       march->run);
    weigh(march->volume, march->spare, 6 * count, sum);
    for (size_t axis = 0; axis < 3; axis++) {
        const float *low = sum + 2 * axis * count, *high = low + count;
        bool aside = axis < 2 && solid->frame.perspective;
        for (size_t i = 0; i < count; i++)
            march->rows[(solid->judged + axis) * STRIDE + taken->at[i]] =
                (high[i] - low[i]) * (aside ? depth[i] : 1) / (float)(2 * apart);
    }
}

/* From the network too, but only where something is seen. */
static void sample_slopes(TdiMarch *march, const Group *group, uint32_t begin, uint32_t steps,
                          const float *through)
{
    size_t points = (size_t)steps * LANES, i = 0;
    for (uint32_t axis = 0; axis < 3; axis++)
        memset(march->rows + (march->volume->solid.judged + axis) * STRIDE, 0,
               points * sizeof(float));
    while (i < points) {
        Taken taken = {0};
        for (; i < points && taken.count < SURROUNDED; i++)
            if (through[i] != 1 && march->light[i % LANES] >= march->volume->least)
                take(march, &taken, group, begin, i);
        if (taken.count > 0)
            find_slopes(march, &taken);
    }
}

/* ---- What is seen ------------------------------------------------------------------------ */

/* Derivatives by u, v and w (`scale` of them each) become those to the right, up and away. */
static void turn_gradients(const TdiMarch *march, const Group *group, uint32_t begin,
                           uint32_t steps, const double scale[3])
{
    const TdiSolid *solid = &march->volume->solid;
    float *by_u = march->rows + solid->judged * STRIDE, *by_v = by_u + STRIDE;
    float *by_w = by_v + STRIDE;
    float v = (float)place_of(solid, 1, group->y);
    float scales[3] = {(float)scale[0], (float)scale[1], (float)scale[2]};
    bool perspective = solid->frame.perspective;
    for (uint32_t j = 0; j < steps; j++)
        for (uint32_t lane = 0; lane < LANES; lane++) {
            size_t i = (size_t)j * LANES + lane;
            float u = perspective ? (float)place_of(solid, 0, group->x + lane) : 0;
            float w = perspective ? (float)depth_of(group, lane, begin + j) : 1;
            float right = by_u[i] * scales[0] / w, up = by_v[i] * scales[1] / w;
            float aside = u * right, above = perspective ? v * up : 0;
            aside = aside + above;
            by_u[i] = right;
            by_v[i] = up;
            by_w[i] = by_w[i] * scales[2] - aside;
        }
}

/* s of toned outputs. */
static void find_opacity(const TdiVolume *volume, const float *rows, size_t points, float *s)
{
    if (volume->opacity != TD_OPACITY_EVEN) {
        tdi_opacity_find(volume->opacity, volume->solid.colour.outputs, rows, STRIDE, points,
                         s);
        return;
    }
    for (size_t i = 0; i < points; i++)
        s[i] = 1;
}

/* The share of light that each sample lets through. */
static void find_through(const TdiVolume *volume, const Group *group, uint32_t begin,
                         uint32_t steps, float *s)
{
    const TdKernels *kernels = volume->solid.colour.kernels;
    size_t points = (size_t)steps * LANES;
    float depth[LANES];
    if (volume->opacity != TD_OPACITY_EVEN)
        kernels->lookup(volume->transfer, TDI_TRANSFER_PARTS, s, s, points);
    for (uint32_t lane = 0; lane < LANES; lane++)
        depth[lane] = volume->density * group->length[lane];
    for (float *row = s; row < s + points; row += LANES)
        for (uint32_t lane = 0; lane < LANES; lane++)
            row[lane] = row[lane] * depth[lane];
    for (uint32_t lane = 0; lane < LANES; lane++) /* behind a ray's last sample */
        for (uint32_t j = tdi_greater(group->count[lane], begin); j < begin + steps; j++)
            s[(size_t)(j - begin) * LANES + lane] = 0;
    kernels->activation[TD_ACT_EXP_DECAY](s, points);
}

static bool all_pass(const float *through, size_t points)
{
    for (size_t i = 0; i < points; i++)
        if (through[i] != 1)
            return false;
    return true;
}

/* Three rows of linear light of toned outputs. */
static float *find_light(const TdiMarch *march, size_t points)
{
    const TdiVolume *volume = march->volume;
    const TdiColour *colour = &volume->solid.colour;
    const TdKernels *kernels = colour->kernels;
    float *rows = march->rows;
    if (tdi_colour_clips(colour)) {
        tdi_colour_brighten(colour, rows, STRIDE, points);
        for (uint32_t c = 0; c < 3; c++)
            kernels->tone(rows + c * STRIDE, points, 1, 0);
        return rows;
    }
    float *encoded = tdi_colour_paint(colour, rows, STRIDE, points, march->spare);
    float *light = march->spare + TDI_MARCH_CHANNELS * STRIDE;
    for (uint32_t c = 0; c < 3; c++)
        kernels->lookup(volume->decode, TDI_DECODE_PARTS,
                        encoded + (c < colour->channels ? c : 0) * STRIDE, light + c * STRIDE,
                        points);
    return light;
}

static void light_faces(const Group *group, float *light, size_t points)
{
    float face[LANES];
    memcpy(face, group->face, sizeof face);
    for (uint32_t c = 0; c < 3; c++)
        for (float *row = light + c * STRIDE; row < light + c * STRIDE + points; row += LANES)
            for (uint32_t lane = 0; lane < LANES; lane++)
                row[lane] = row[lane] * face[lane];
}

static void see(TdiMarch *march, const Group *group, uint32_t begin, uint32_t steps,
                bool polynomial, const double scale[3])
{
    const TdiVolume *volume = march->volume;
    const TdKernels *kernels = volume->solid.colour.kernels;
    size_t points = (size_t)steps * LANES;
    float *s = march->rows + TDI_MARCH_CHANNELS * STRIDE;
    tdi_colour_tone(&volume->solid.colour, march->rows, STRIDE, points);
    find_opacity(volume, march->rows, points, s);
    find_through(volume, group, begin, steps, s);
    if (all_pass(s, points))
        return;
    if (has_gradients(volume) && !polynomial)
        sample_slopes(march, group, begin, steps, s);
    float *light = find_light(march, points);
    if (volume->opacity == TD_OPACITY_EVEN)
        light_faces(group, light, points);
    if (has_gradients(volume)) {
        turn_gradients(march, group, begin, steps, scale);
        kernels->shade(light, march->rows + volume->solid.judged * STRIDE, STRIDE,
                       volume->shading, points);
    }
    kernels->composite(light, STRIDE, s, steps, volume->least, march->light, march->seen,
                       LANES);
}

/* ---- A block ----------------------------------------------------------------------------- */

/* Coefficients of a polynomial's derivative along one direction: c'[n - 1] = c'[n + 1] + 2 n
 * c[n], the first halved. `step` coefficients lie apart along it. */
static void differentiate(const float *from, size_t step, float *to)
{
    float above = 0, here = 0;
    for (size_t n = ORDER - 1; n > 0; n--) {
        float next = above + 2 * (float)n * from[n * step];
        to[n * step] = here;
        above = here;
        here = next;
    }
    to[0] = here / 2;
}

static void differentiate_all(const float *from, float *across, float *down, float *deep)
{
    for (size_t i = 0; i < SLICE; i++) {
        differentiate(from + i * ORDER, 1, across + i * ORDER);
        size_t column = i / ORDER * SLICE + i % ORDER;
        differentiate(from + column, ORDER, down + column);
        differentiate(from + i, SLICE, deep + i);
    }
}

static void pad(const float *from, float *to)
{
    for (size_t i = 0; i < SLICE; i++) {
        memset(to + i * LANES, 0, LANES * sizeof *to);
        memcpy(to + i * LANES, from + i * ORDER, ORDER * sizeof *to);
    }
}

/* Sum the polynomials up down the block, for all of its rows. */
static void prepare(TdiMarch *march, const TdiCubeLevel *level, const float *coefficients)
{
    const TdiVolume *volume = march->volume;
    const TdiSolid *solid = &volume->solid;
    float derived[4][NODES];
    for (uint32_t c = 0; c < solid->judged; c++)
        pad(coefficients + c * (size_t)NODES, march->padded + c * (size_t)PADDED);
    if (has_gradients(volume)) {
        for (size_t i = 0; i < NODES; i++) {
            derived[0][i] = volume->weight[0] * coefficients[i];
            for (uint32_t c = 1; c < solid->judged; c++) {
                float product = volume->weight[c] * coefficients[c * (size_t)NODES + i];
                derived[0][i] = derived[0][i] + product;
            }
        }
        differentiate_all(derived[0], derived[1], derived[2], derived[3]);
        for (uint32_t i = 0; i < 3; i++)
            pad(derived[i + 1], march->padded + (solid->judged + i) * (size_t)PADDED);
    }
    for (uint32_t i = 0; i < channels_of(volume) * ORDER; i++)
        solid->colour.kernels->rows(march->padded + i * (size_t)ORDER * LANES, LANES, LANES,
                                    level->down, ORDER, level->columns,
                                    march->columns + i * (size_t)level->columns * LANES, LANES);
}

/* The polynomials along the rays of a row. */
static void find_lines(TdiMarch *march, const TdiCubeLevel *level, uint32_t row)
{
    uint32_t channels = channels_of(march->volume);
    for (uint32_t c = 0; c < channels; c++) {
        float across[SLICE];
        for (size_t n = 0; n < ORDER; n++)
            memcpy(across + n * ORDER,
                   march->columns + ((c * ORDER + n) * (size_t)level->columns + row) * LANES,
                   ORDER * sizeof *across);
        march->volume->solid.colour.kernels->columns(
            across, level->across, level->columns, level->columns, ORDER, ORDER,
            march->lines + c * (size_t)ORDER * level->columns, level->columns);
    }
}

/* What a group's rays have seen, to where vectors begin, and back. */
static void copy_rays(TdiMarch *march, const Group *group, bool back)
{
    size_t rays = (size_t)march->rays.side * march->rays.side;
    float *near[4] = {march->light, march->seen, march->seen + LANES, march->seen + 2 * LANES};
    float *far[4] = {march->rays.light, march->rays.seen, march->rays.seen + rays,
                     march->rays.seen + 2 * rays};
    for (int i = 0; i < 4; i++)
        memcpy(back ? far[i] + group->ray : near[i], back ? near[i] : far[i] + group->ray,
               group->lanes * sizeof(float));
}

/* Whether any of a group's rays lets light through. */
static bool sees(const TdiMarch *march, const Group *group)
{
    bool any = false;
    for (uint32_t lane = 0; lane < group->lanes; lane++)
        any |= group->count[lane] > 0 && march->light[lane] >= march->volume->least;
    return any;
}

static void march_group(TdiMarch *march, const TdiCube *cube, Group *group, uint32_t column,
                        bool polynomial)
{
    const TdiSolid *solid = &march->volume->solid;
    double from, to, half_side = solid->level[cube->level].side / 2.0;
    const double ones[3] = {1, 1, 1};
    double scale[3];
    for (int i = 0; i < 3; i++)
        scale[i] = 1 / (solid->unit[i] * half_side);
    find_depth(solid, cube, &from, &to);
    for (int span = 0; span < 2; span++) {
        if (!find_samples(march, group, span, from, to))
            continue;
        copy_rays(march, group, false);
        const uint32_t most = polynomial ? TDI_MARCH_STEPS : DENSE_STEPS;
        for (uint32_t begin = 0; begin < group->most && sees(march, group); begin += most) {
            uint32_t steps = group->most - begin;
            steps = steps < most ? (steps + 3) / 4 * 4 : most;
            if (polynomial)
                sample_lines(march, cube, group, column, begin, steps);
            else
                sample_network(march, group, begin, steps);
            see(march, group, begin, steps, polynomial, polynomial ? scale : ones);
        }
        copy_rays(march, group, true);
    }
}

void tdi_march_block(TdiMarch *march, const TdiCube *cube, const float *coefficients)
{
    const TdiCubeLevel *level = &march->volume->solid.level[cube->level];
    if (coefficients != NULL)
        prepare(march, level, coefficients);
    for (uint32_t row = 0; row < level->side && !tdi_is_cancelled(march->run); row++) {
        if (coefficients != NULL)
            find_lines(march, level, row);
        for (uint32_t column = 0; column < level->side; column += LANES) {
            uint32_t left = level->side - column;
            Group group = {.ray = first_ray(march, cube, row) + column,
                           .lanes = left < LANES ? left : LANES,
                           .x = cube->x + column,
                           .y = cube->y + row};
            march_group(march, cube, &group, column, coefficients != NULL);
        }
    }
}

void tdi_march_end(TdiMarch *march)
{
    const TdiVolume *volume = march->volume;
    const TdKernels *kernels = volume->solid.colour.kernels;
    size_t rays = (size_t)march->rays.side * march->rays.side;
    for (uint32_t c = 0; c < 3; c++) {
        float *seen = march->rays.seen + c * rays;
        for (size_t i = 0; i < rays; i++) {
            float behind = march->rays.light[i] * volume->background[c];
            seen[i] = seen[i] + behind;
        }
        kernels->tone(seen, rays, 1, 0);
        kernels->srgb(seen, rays);
    }
}
