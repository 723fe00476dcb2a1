/* Files that hold a surface instead of rows. */
#ifndef TDI_MESH_H
#define TDI_MESH_H

#include "tiedye/output.h"

/* A closed surface of triangles, counterclockwise as seen from outside; x to the right, y up, z
 * to the viewer. The arrays are the caller's. */
typedef struct TdiMesh {
    size_t vertex_count, triangle_count; /* 1 to 2^32 - 2 */
    const float (*positions)[3];
    const float (*normals)[3];      /* of length 1 */
    const uint8_t (*colours)[3];    /* sRGB; NULL: none */
    const uint32_t (*triangles)[3]; /* numbers of vertices */
} TdiMesh;

/* Write a file of a format that takes meshes, whole or not at all. `recipe` is the text to
 * carry, NULL for none (or where the format cannot). TD_ERROR_ARGUMENT where the format takes
 * none. The run's cancel flag ends it. */
TdStatus tdi_mesh_write(const TdFormatInfo *format, const char *path, const TdiMesh *mesh,
                        const char *recipe, const TdRun *run, TdError *err);

#endif
