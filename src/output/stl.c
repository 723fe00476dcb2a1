/* Stereolithography, binary (3D Systems, StereoLithography Interface Specification, 1989): 80
 * bytes of any words, then each triangle with its normal and its corners, nothing shared. There
 * is no place for colours that more than one program reads. */
#include "base/error.h"
#include "output/binary.h"
#include "output/format.h"
#include "output/mesh.h"

#include <stdio.h>

enum { HEAD_BYTES = 84, FACET_BYTES = 50 };

/* Of length 1, as the corners run. */
static void find_normal(const TdiMesh *mesh, const uint32_t *corners, float *normal)
{
    double side[2][3], long_normal[3], square = 0;
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < 3; i++)
            side[s][i] = (double)mesh->positions[corners[s + 1]][i] -
                         (double)mesh->positions[corners[0]][i];
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        long_normal[i] = side[0][j] * side[1][k] - side[0][k] * side[1][j];
        square += long_normal[i] * long_normal[i];
    }
    for (int i = 0; i < 3; i++)
        normal[i] = square > 0 ? (float)(long_normal[i] / sqrt(square)) : 0;
}

static void put_facet(const TdiMesh *mesh, size_t i, uint8_t *at)
{
    const uint32_t *corners = mesh->triangles[i];
    float normal[3];
    find_normal(mesh, corners, normal);
    at = tdi_put_vector(at, normal);
    for (int c = 0; c < 3; c++)
        at = tdi_put_vector(at, mesh->positions[corners[c]]);
    tdi_put_u16(at, 0);
}

/* Words that begin with "solid" would be those of the format's other kind, in text. */
static TdStatus write_stl(TdOutput *output, const TdiMesh *mesh, const char *recipe,
                          TdError *err)
{
    uint8_t head[HEAD_BYTES] = {0};
    (void)recipe;
    snprintf((char *)head, HEAD_BYTES - 4, "binary STL made by tiedye %s: x right, y up",
             td_version());
    tdi_put_u32(head + HEAD_BYTES - 4, (uint32_t)mesh->triangle_count);
    TdStatus status = tdi_file_write(output->file, head, sizeof head, err);
    return status == TD_OK ? tdi_write_records(output, mesh, mesh->triangle_count, FACET_BYTES,
                                               put_facet, err)
                           : status;
}

const TdiFormat tdi_format_stl = {
    .info = {.name = "stl",
             .extensions = "stl",
             .mesh = true,
             .help = "a surface for printing (x right, y up); STL holds no colours"},
    .mesh = write_stl,
};
