/* How a volume is looked at: frames of coordinates, and what is left of the box along a ray. */
#ifndef TDI_CAMERA_H
#define TDI_CAMERA_H

#include "tiedye/recipe.h"

/* Coordinates (u, v, w) of space: to the right, up and away. The point is origin + (perspective
 * ? w : 1) * (u right + v up) + w forward. Lengths of the vectors are the volume's extent, so
 * that u, v and w count extents. */
typedef struct TdiFrame {
    double origin[3], right[3], up[3], forward[3];
    bool perspective;
} TdiFrame;

/* The point of space that a frame's coordinates are. */
static inline void tdi_frame_point(const TdiFrame *frame, double u, double v, double w,
                                   double point[3])
{
    double scale = frame->perspective ? w : 1;
    for (int i = 0; i < 3; i++)
        point[i] = frame->origin[i] +
                   (scale * (u * frame->right[i] + v * frame->up[i]) + w * frame->forward[i]);
}

/* What the volume's camera sees. */
typedef struct TdiCamera {
    TdiFrame frame;
    double half_width, half_height; /* of the picture, in u and v */
    double near, far;               /* w of everything that may be seen */
    double eye[3]; /* the frame's origin and vectors in the box's coordinates, */
    double right[3], up[3], forward[3]; /* which go from -1 to 1 */
    double low[3], high[3];             /* what is left of the box */
    double corner;                      /* beyond this in x, y and z it is cut out */
} TdiCamera;

TdiCamera tdi_camera(const TdRecipe *recipe, uint32_t width, uint32_t height);

/* A part of a ray, as w from and to, and the axes that its ends' faces stand on (-1: the
 * camera's own nearest and farthest plane). */
typedef struct TdiSpanOfRay {
    double from, to;
    int enters, leaves;
} TdiSpanOfRay;

/* The parts of a ray that lie in the solid; gives how many, 0 to 2, from the near one to the
 * far one. *pace: extents of space for one of w. */

int tdi_camera_ray(const TdiCamera *camera, double u, double v, TdiSpanOfRay spans[2],
                   double *pace);

#endif
