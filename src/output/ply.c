/* Polygon file format (G. Turk, The PLY polygon file format, 1994), binary, least significant
 * byte first. */
#include "base/error.h"
#include "base/text.h"
#include "output/binary.h"
#include "output/format.h"
#include "output/mesh.h"

enum { PLACE_BYTES = 24, COLOUR_BYTES = 3, FACE_BYTES = 13 };

static void put_vertex(const TdiMesh *mesh, size_t i, uint8_t *at)
{
    at = tdi_put_vector(at, mesh->positions[i]);
    at = tdi_put_vector(at, mesh->normals[i]);
    if (mesh->colours != NULL)
        memcpy(at, mesh->colours[i], COLOUR_BYTES);
}

static void put_face(const TdiMesh *mesh, size_t i, uint8_t *at)
{
    *at++ = 3;
    for (int c = 0; c < 3; c++)
        at = tdi_put_u32(at, mesh->triangles[i][c]);
}

/* Line by line: a comment ends where its line does. */
static void add_comments(TdiText *head, const char *recipe)
{
    while (*recipe != '\0') {
        size_t length = strcspn(recipe, "\n");
        tdi_text_add(head, "comment tiedye-recipe ");
        tdi_text_add_bytes(head, recipe, length);
        tdi_text_add(head, "\n");
        recipe += length + (recipe[length] == '\n');
    }
}

static void add_head(TdiText *head, const TdiMesh *mesh, const char *recipe)
{
    tdi_text_format(head,
                    "ply\nformat binary_little_endian 1.0\ncomment made by tiedye %s: x to the "
                    "right, y up, z to the viewer\n",
                    td_version());
    if (recipe != NULL)
        add_comments(head, recipe);
    tdi_text_format(head, "element vertex %zu\n", mesh->vertex_count);
    tdi_text_add(head, "property float x\nproperty float y\nproperty float z\n"
                       "property float nx\nproperty float ny\nproperty float nz\n");
    if (mesh->colours != NULL)
        tdi_text_add(head, "property uchar red\nproperty uchar green\nproperty uchar blue\n");
    tdi_text_format(head,
                    "element face %zu\nproperty list uchar uint vertex_indices\nend_header\n",
                    mesh->triangle_count);
}

static TdStatus write_ply(TdOutput *output, const TdiMesh *mesh, const char *recipe,
                          TdError *err)
{
    size_t vertex_bytes = PLACE_BYTES + (mesh->colours != NULL ? COLOUR_BYTES : 0);
    TdiText head = {0};
    add_head(&head, mesh, recipe);
    TdStatus status = head.failed ? tdi_fail_memory(err, head.length)
                                  : tdi_file_write(output->file, head.data, head.length, err);
    tdi_text_free(&head);
    if (status == TD_OK)
        status =
            tdi_write_records(output, mesh, mesh->vertex_count, vertex_bytes, put_vertex, err);
    if (status == TD_OK)
        status =
            tdi_write_records(output, mesh, mesh->triangle_count, FACE_BYTES, put_face, err);
    return status;
}

const TdiFormat tdi_format_ply = {
    .info = {.name = "ply",
             .extensions = "ply",
             .mesh = true,
             .recipe = true,
             .help = "a surface with normals and colours (x right, y up), carries its recipe"},
    .mesh = write_ply,
};
