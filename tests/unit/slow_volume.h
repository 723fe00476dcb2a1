/* A slow renderer of solids: double precision, libm, one ray after the other, in steps of its
 * own. The camera is built by cross products, the solid's parts of a ray are found by sorting
 * where it crosses planes, gradients are differences: nothing as the library does it. Include
 * after cmocka.h. */
#ifndef TEST_SLOW_VOLUME_H
#define TEST_SLOW_VOLUME_H

#include <stdlib.h>

#include "unit/exact_network.h"

static const double PI = 3.14159265358979323846;

/* ---- Rays -------------------------------------------------------------------------------- */

typedef struct Sight {
    double eye[3], forward[3], right[3], up[3]; /* in the box's coordinates, -1 to 1 */
    double half;                                /* of the picture's height */
} Sight;

static void cross(const double a[3], const double b[3], double c[3])
{
    for (int i = 0; i < 3; i++)
        c[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}

/* From straight above or below, up is where azimuth says. */
static Sight find_sight(const TdRecipe *recipe)
{
    double a = recipe->azimuth * PI / 180, e = recipe->elevation * PI / 180;
    double r = recipe->rotate * PI / 180;
    double right[3] = {cos(a), 0, -sin(a)}, up[3];
    Sight sight = {.forward = {-sin(a) * cos(e), -sin(e), -cos(a) * cos(e)}};
    cross(right, sight.forward, up);
    for (int i = 0; i < 3; i++) {
        sight.eye[i] = -recipe->distance * sight.forward[i];
        sight.right[i] = right[i] * cos(r) + up[i] * sin(r);
        sight.up[i] = up[i] * cos(r) - right[i] * sin(r);
    }
    sight.half = tan(recipe->fov * PI / 360) *
                 (recipe->projection == TD_ORTHOGRAPHIC ? recipe->distance : 1);
    return sight;
}

/* Points start + t along, and the parts of it that lie in the solid. */
typedef struct Part {
    double from, to; /* t */
    int face;        /* axis of the plane where it begins, -1: none */
} Part;

typedef struct Ray {
    double start[3], along[3], length; /* length: of `along` */
    Part parts[10];
    int count;
} Ray;

static bool in_solid(const TdRecipe *recipe, const double p[3])
{
    const double *const cuts[3] = {recipe->cut_x, recipe->cut_y, recipe->cut_z};
    bool corner = true;
    for (int i = 0; i < 3; i++) {
        if (p[i] < cuts[i][0] || p[i] > cuts[i][1])
            return false;
        corner = corner && p[i] > 1 - recipe->corner;
    }
    return !corner;
}

typedef struct Crossing {
    double t;
    int axis;
} Crossing;

static int by_t(const void *a, const void *b)
{
    double first = ((const Crossing *)a)->t, second = ((const Crossing *)b)->t;
    return (first > second) - (first < second);
}

static void find_parts(const TdRecipe *recipe, Ray *ray)
{
    const double *const cuts[3] = {recipe->cut_x, recipe->cut_y, recipe->cut_z};
    Crossing crossings[10] = {{0, -1}}; /* the eye, or far enough before the box */
    int count = 1;
    if (recipe->projection == TD_ORTHOGRAPHIC)
        crossings[0].t = fmax(0, recipe->distance - 2);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3 && ray->along[i] != 0; k++) {
            double plane = k < 2 ? cuts[i][k] : 1 - recipe->corner;
            crossings[count++] = (Crossing){(plane - ray->start[i]) / ray->along[i], i};
        }
    qsort(crossings, (size_t)count, sizeof *crossings, by_t);
    ray->count = 0;
    for (int k = 0; k + 1 < count; k++) {
        double from = crossings[k].t, to = crossings[k + 1].t, p[3];
        for (int i = 0; i < 3; i++)
            p[i] = ray->start[i] + (from + to) / 2 * ray->along[i];
        if (from < 0 || to - from < 1e-12 || !in_solid(recipe, p))
            continue;
        Part *last = &ray->parts[ray->count - (ray->count > 0)];
        if (ray->count > 0 && from - last->to < 1e-12)
            last->to = to;
        else
            ray->parts[ray->count++] = (Part){from, to, crossings[k].axis};
    }
}

/* The ray at (right, down) pixels from the left upper corner. */
static Ray find_ray(const TdRecipe *recipe, const Sight *sight, double right, double down)
{
    double height = recipe->size.height, width = recipe->size.width;
    double u = (2 * right - width) / height * sight->half;
    double v = (1 - 2 * down / height) * sight->half;
    bool orthographic = recipe->projection == TD_ORTHOGRAPHIC;
    Ray ray = {.length = 0};
    for (int i = 0; i < 3; i++) {
        double aside = u * sight->right[i] + v * sight->up[i];
        ray.start[i] = sight->eye[i] + (orthographic ? aside : 0);
        ray.along[i] = sight->forward[i] + (orthographic ? 0 : aside);
        ray.length += ray.along[i] * ray.along[i];
    }
    ray.length = sqrt(ray.length);
    find_parts(recipe, &ray);
    return ray;
}

/* ---- Points ------------------------------------------------------------------------------ */

/* A point of the box in space. */
static void place(const TdRecipe *recipe, const double p[3], double point[TD_INPUT_COUNT])
{
    set_point(recipe, recipe->center[0] + recipe->extent * p[0],
              recipe->center[1] + recipe->extent * p[1],
              recipe->constants[TD_INPUT_Z] + recipe->extent * p[2], point);
}

/* The range of a tone: rescale looks at the middles of 32 x 32 x 16 parts of the box. */
static Range range_of_box(const TdNetwork *network, const TdRecipe *recipe)
{
    Range range = {{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}};
    if (recipe->tone != TD_TONE_RESCALE)
        return fixed_range(network, recipe);
    for (int i = 0; i < 128 * 128; i++) {
        double point[TD_INPUT_COUNT], out[WIDEST] = {0};
        double p[3] = {(i % 32 * 2 + 1) / 32.0 - 1, (i / 32 % 32 * 2 + 1) / 32.0 - 1,
                       (i / 1024 * 2 + 1) / 16.0 - 1};
        place(recipe, p, point);
        evaluate(network, point, out);
        widen(&range, out);
    }
    return range;
}

/* A network, and what its outputs mean. */
typedef struct Solid {
    const TdNetwork *network;
    const TdRecipe *recipe;
    Range range;
    uint32_t outputs;
} Solid;

static double luma(const double u[3], uint32_t outputs)
{
    return outputs < 3 ? u[0] : 0.2126 * u[0] + 0.7152 * u[1] + 0.0722 * u[2];
}

static double opaque(const Solid *solid, const double u[3])
{
    TdOpacity opacity = solid->recipe->opacity;
    return opacity == TD_OPACITY_EVEN        ? 1
           : opacity == TD_OPACITY_LUMINANCE ? luma(u, solid->outputs)
                                             : u[opacity - TD_OPACITY_FIRST];
}

static double transferred(const TdRecipe *recipe, double s)
{
    const TdCurve *curve = &recipe->transfer;
    uint32_t last = curve->count - 1;
    if (recipe->opacity == TD_OPACITY_EVEN)
        return 1;
    if (recipe->band > 0)
        return fmax(0, 1 - fabs(s - recipe->level) / recipe->band);
    if (s < curve->x[0])
        return curve->y[0];
    for (uint32_t i = 0; i < last; i++)
        if (s >= curve->x[i] && s < curve->x[i + 1])
            return curve->y[i] + (curve->y[i + 1] - curve->y[i]) * (s - curve->x[i]) /
                                     (curve->x[i + 1] - curve->x[i]);
    return curve->y[last];
}

static double from_srgb(double u)
{
    u = clip_to_one(u);
    return u <= 0.04045 ? u / 12.92 : pow((u + 0.055) / 1.055, 2.4);
}

static void outputs_at(const Solid *solid, const double p[3], double out[WIDEST])
{
    double point[TD_INPUT_COUNT];
    place(solid->recipe, p, point);
    evaluate(solid->network, point, out);
}

/* What becomes opaque, before it is clipped: outputs at the scale of their tone. */
static double height_at(const Solid *solid, const double p[3])
{
    double out[WIDEST] = {0}, u[3] = {0};
    outputs_at(solid, p, out);
    for (uint32_t c = 0; c < solid->outputs; c++)
        u[c] = out[c] / (solid->range.high[c] - solid->range.low[c]);
    return opaque(solid, u);
}

/* Light and shade: a lamp to the left of the camera and above it; both sides are lit. */
static void shade(const Solid *solid, const Sight *sight, const double p[3], double light[3])
{
    const double lamp[3] = {-0.48, 0.60, -0.64}, step = 1e-4;
    double slope[3], towards[3] = {0}, length = 0, facing = 0, gloss = 0, between = 0;
    for (int i = 0; i < 3; i++) {
        double low[3], high[3];
        memcpy(low, p, sizeof low);
        memcpy(high, p, sizeof high);
        low[i] -= step;
        high[i] += step;
        slope[i] = (height_at(solid, high) - height_at(solid, low)) / (2 * step);
        length += slope[i] * slope[i];
    }
    length = sqrt(length);
    for (int i = 0; i < 3; i++) {
        towards[0] += slope[i] * sight->right[i];
        towards[1] += slope[i] * sight->up[i];
        towards[2] += slope[i] * sight->forward[i];
    }
    for (int i = 0; i < 3; i++) { /* half way to the camera, which is at (0, 0, -1) */
        double half = lamp[i] - (i == 2 ? 1 : 0);
        between += half * half;
        facing += lamp[i] * towards[i];
        gloss += half * towards[i];
    }
    facing = length > 0 ? fabs(facing) / length : 0;
    gloss = length > 0 ? pow(fabs(gloss) / sqrt(between) / length, 32) : 0;
    double weight = solid->recipe->shading * length / (length + 1);
    for (int c = 0; c < 3; c++)
        light[c] =
            clip_to_one(light[c] * (1 - weight * 0.75 * (1 - facing)) + weight * 0.25 * gloss);
}

/* ---- Light ------------------------------------------------------------------------------- */

/* How bright a face across an axis is. */
static double face_light(const Solid *solid, const Sight *sight, int axis)
{
    if (axis < 0 || solid->recipe->opacity != TD_OPACITY_EVEN)
        return 1;
    double facing =
        fabs(-0.48 * sight->right[axis] + 0.6 * sight->up[axis] - 0.64 * sight->forward[axis]);
    return 1 - solid->recipe->shading * 0.75 * (1 - facing);
}

/* Linear light of a point, and its optical depth per extent. */
static double look_at(const Solid *solid, const Sight *sight, const double p[3],
                      double light[3])
{
    double out[WIDEST] = {0}, u[3] = {0}, encoded[3];
    outputs_at(solid, p, out);
    for (uint32_t c = 0; c < solid->outputs; c++)
        u[c] = tone(solid->recipe, &solid->range, (int)c, out[c]);
    double depth = solid->recipe->density * transferred(solid->recipe, opaque(solid, u));
    memcpy(encoded, u, sizeof encoded);
    if (solid->outputs == 3)
        colour(solid->recipe->palette, u, encoded);
    bool gray = solid->outputs < 3 || solid->recipe->palette == TD_PALETTE_GRAY;
    for (int c = 0; c < 3; c++)
        light[c] = from_srgb(encoded[gray ? 0 : c]);
    if (solid->recipe->shading > 0 && solid->recipe->opacity != TD_OPACITY_EVEN)
        shade(solid, sight, p, light);
    return depth;
}

/* Encoded colours at the end of a ray: steps of `step` extents at most. */
static void follow(const Solid *solid, const Sight *sight, const Ray *ray, double step,
                   double encoded[3])
{
    double through = 1, seen[3] = {0};
    for (int k = 0; k < ray->count; k++) {
        const Part *part = &ray->parts[k];
        double face = face_light(solid, sight, part->face);
        double extents = (part->to - part->from) * ray->length;
        int steps = (int)ceil(extents / step);
        for (int i = 0; i < steps; i++) {
            double t = part->from + (part->to - part->from) * (i + 0.5) / steps;
            double p[3], light[3];
            for (int c = 0; c < 3; c++)
                p[c] = ray->start[c] + t * ray->along[c];
            double left = through * exp(-look_at(solid, sight, p, light) * extents / steps);
            for (int c = 0; c < 3; c++)
                seen[c] += (through - left) * light[c] * face;
            through = left;
        }
    }
    for (int c = 0; c < 3; c++)
        encoded[c] = to_srgb(seen[c] + through * from_srgb(solid->recipe->background[c]));
}

#endif
