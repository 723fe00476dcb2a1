/* Writes surfaces in every format into the folder it is given, and says what they are, one line
 * a surface: name, vertices, triangles, volume, whether it has colours. meshes.py reads them
 * with other people's readers. */
#include "unit/surfaces.h"

#include "output/mesh.h"

static const char recipe[] = "v = 1\nname = caf\xc3\xa9 \\n \"c\"\nlayers = 20,10,3\n";

static void check(TdStatus status, const TdError *err)
{
    if (status == TD_OK)
        return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static void write_surface(const char *folder, const char *name, Field field, bool colours)
{
    static const char *const formats[] = {"ply", "stl", "glb"};
    TdiSurface surface;
    TdError err = {0};
    TdiSurfaceSource source = {field_slice, field_values, colours ? field_colours : NULL,
                               &field};
    field.calls = -1;
    check(tdi_surface_extract(&field.grid, 0, &source, NULL, &surface, &err), &err);
    TdiMesh mesh = {surface.vertex_count,
                    surface.triangle_count,
                    (const float(*)[3])surface.positions,
                    (const float(*)[3])surface.normals,
                    (const uint8_t(*)[3])surface.colours,
                    (const uint32_t(*)[3])surface.triangles};
    for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s.%s", folder, name, formats[f]);
        check(tdi_mesh_write(td_format_find(NULL, path, &err), path, &mesh, recipe, NULL, &err),
              &err);
    }
    printf("%s %zu %zu %.9g %d\n", name, mesh.vertex_count, mesh.triangle_count,
           volume_of(&surface), colours);
    tdi_surface_clear(&surface);
}

int main(int count, char **words)
{
    if (count != 2)
        return 2;
    write_surface(words[1], "sphere", (Field){.grid = cube(30, 30, 30), .at = sphere, .a = 0.8},
                  true);
    write_surface(words[1], "torus",
                  (Field){.grid = cube(48, 48, 24), .at = torus, .a = 0.65, .b = 0.28}, true);
    write_surface(words[1], "waves",
                  (Field){.grid = cube(64, 64, 64), .at = waves, .a = 6, .b = 0.3, .seed = 5},
                  true);
    write_surface(words[1], "plain", (Field){.grid = cube(5, 6, 7), .at = noise, .seed = 1},
                  false);
    return 0;
}
