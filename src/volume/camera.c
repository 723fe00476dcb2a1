#include "volume/camera.h"

#include "base/random.h"

/* The camera's axes: y is up, and azimuth 0 looks along -z. */
static void turn_axes(const TdRecipe *recipe, TdiCamera *camera)
{
    double ca, sa, ce, se, cr, sr;
    tdi_cos_sin_degrees(recipe->azimuth, &ca, &sa);
    tdi_cos_sin_degrees(recipe->elevation, &ce, &se);
    tdi_cos_sin_degrees(recipe->rotate, &cr, &sr);
    const double right[3] = {ca, 0, -sa}, up[3] = {-sa * se, ce, -ca * se};
    const double forward[3] = {-sa * ce, -se, -ca * ce};
    for (int i = 0; i < 3; i++) {
        camera->right[i] = cr * right[i] + sr * up[i];
        camera->up[i] = cr * up[i] - sr * right[i];
        camera->forward[i] = forward[i];
        camera->eye[i] = -recipe->distance * forward[i];
    }
}

static double half_tangent(double fov)
{
    double cosine, sine;
    tdi_cos_sin_degrees(fov / 2, &cosine, &sine);
    return sine / cosine;
}

TdiCamera tdi_camera(const TdRecipe *recipe, uint32_t width, uint32_t height)
{
    const double sphere = 1.7320508075688772; /* around the box */
    const double center[3] = {recipe->center[0], recipe->center[1],
                              recipe->constants[TD_INPUT_Z]};
    TdiCamera camera = {.corner = 1 - recipe->corner};
    bool perspective = recipe->projection == TD_PERSPECTIVE;
    turn_axes(recipe, &camera);
    camera.frame.perspective = perspective;
    for (int i = 0; i < 3; i++) {
        camera.frame.right[i] = recipe->extent * camera.right[i];
        camera.frame.up[i] = recipe->extent * camera.up[i];
        camera.frame.forward[i] = recipe->extent * camera.forward[i];
        camera.frame.origin[i] = center[i] + recipe->extent * camera.eye[i];
    }
    camera.half_height = half_tangent(recipe->fov) * (perspective ? 1 : recipe->distance);
    camera.half_width = camera.half_height * ((double)width / height);
    camera.near = recipe->distance - sphere;
    if (perspective && camera.near < 1e-3) /* nothing behind the eye; parallel rays have none */
        camera.near = 1e-3;
    camera.far = recipe->distance + sphere;
    const double *const cuts[3] = {recipe->cut_x, recipe->cut_y, recipe->cut_z};
    for (int i = 0; i < 3; i++) {
        camera.low[i] = cuts[i][0];
        camera.high[i] = cuts[i][1];
    }
    return camera;
}

/* The part of the line at + w along that lies in the box from low to high. */
static bool clip(const double at[3], const double along[3], const double low[3],
                 const double high[3], TdiSpanOfRay *span)
{
    for (int i = 0; i < 3; i++) {
        if (along[i] == 0) {
            if (at[i] < low[i] || at[i] > high[i])
                return false;
            continue;
        }
        double first = (low[i] - at[i]) / along[i], last = (high[i] - at[i]) / along[i];
        double from = first < last ? first : last, to = first < last ? last : first;
        span->enters = from > span->from ? i : span->enters;
        span->leaves = to < span->to ? i : span->leaves;
        span->from = from > span->from ? from : span->from;
        span->to = to < span->to ? to : span->to;
    }
    return span->from < span->to;
}

int tdi_camera_ray(const TdiCamera *camera, double u, double v, TdiSpanOfRay spans[2],
                   double *pace)
{
    double at[3], along[3], squares = 0;
    for (int i = 0; i < 3; i++) {
        double aside = u * camera->right[i] + v * camera->up[i];
        at[i] = camera->eye[i] + (camera->frame.perspective ? 0 : aside);
        along[i] = camera->forward[i] + (camera->frame.perspective ? aside : 0);
        squares = squares + along[i] * along[i];
    }
    *pace = __builtin_sqrt(squares);
    TdiSpanOfRay all = {camera->near, camera->far, -1, -1};
    if (!clip(at, along, camera->low, camera->high, &all))
        return 0;
    const double edge[3] = {camera->corner, camera->corner, camera->corner};
    TdiSpanOfRay hole = all;
    spans[0] = all;
    if (camera->corner >= 1 || !clip(at, along, edge, camera->high, &hole))
        return 1;
    int count = 0;
    if (all.from < hole.from)
        spans[count++] = (TdiSpanOfRay){all.from, hole.from, all.enters, hole.enters};
    if (hole.to < all.to)
        spans[count++] = (TdiSpanOfRay){hole.to, all.to, hole.leaves, all.leaves};
    return count;
}
