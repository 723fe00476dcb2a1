/* Files of meshes by their bytes; tests/foreign/ has them read by others. */
#include "unit/output_files.h"

#include "output/mesh.h"

#include <signal.h>

static const float positions[4][3] = {{0, 0, 0}, {1, 0, 0}, {0, 2, 0}, {0, 0, -0.5f}};
static const float normals[4][3] = {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, -1}};
static const uint8_t colours[4][3] = {{0, 1, 2}, {255, 254, 128}, {10, 11, 12}, {60, 70, 80}};
static const uint32_t triangles[4][3] = {{0, 1, 2}, {0, 2, 3}, {0, 3, 1}, {1, 3, 2}};
static const TdiMesh mesh = {4, 4, positions, normals, colours, triangles};

static Bytes written(const char *name, const TdiMesh *what, const char *recipe)
{
    TdError err = {0};
    if (tdi_mesh_write(td_format_find(NULL, name, &err), place(name), what, recipe, NULL,
                       &err) != TD_OK)
        fail_msg("%s", err.message);
    return load(place(name));
}

static void test_ply(void **state)
{
    (void)state;
    Bytes file = written("a.ply", &mesh, "seed = 7\nlayers = 3");
    static const char head[] =
        "ply\nformat binary_little_endian 1.0\n"
        "comment made by tiedye " TD_VERSION ": x to the right, y up, z to the viewer\n"
        "comment tiedye-recipe seed = 7\ncomment tiedye-recipe layers = 3\nelement vertex 4\n"
        "property float x\nproperty float y\nproperty float z\n"
        "property float nx\nproperty float ny\nproperty float nz\n"
        "property uchar red\nproperty uchar green\nproperty uchar blue\n"
        "element face 4\nproperty list uchar uint vertex_indices\nend_header\n";
    static const uint8_t second[] = {0,   0,  128, 63, 0, 0, 0, 0, 0, 0, 0,   0,   0,  0,
                                     128, 63, 0,   0,  0, 0, 0, 0, 0, 0, 255, 254, 128};
    static const uint8_t last[] = {3, 1, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0};
    assert_int_equal(file.size, sizeof head - 1 + 4 * 27 + 4 * 13);
    assert_memory_equal(file.data, head, sizeof head - 1);
    assert_memory_equal(file.data + sizeof head - 1 + 27, second, 27);
    assert_memory_equal(file.data + file.size - 13, last, 13);
    free(file.data);
}

static void test_stl(void **state)
{
    (void)state;
    Bytes file = written("a.stl", &mesh, "seed = 7\n");
    static const float facet[12] = {0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0};
    assert_int_equal(file.size, 84 + 4 * 50);
    assert_memory_equal(file.data, "binary STL made by tiedye " TD_VERSION, 31);
    assert_memory_equal(file.data + 80, "\4\0\0\0", 4);
    assert_memory_equal(file.data + 84, facet, 48);
    assert_memory_equal(file.data + 84 + 48, "\0\0", 2);
    free(file.data);
}

static void test_glb(void **state)
{
    (void)state;
    TdiMesh plain = mesh;
    plain.colours = NULL;
    Bytes file = written("a.glb", &plain, NULL);
    assert_null(strstr((char *)file.data + 20, "COLOR_0"));
    assert_null(strstr((char *)file.data + 20, "extras"));
    assert_memory_equal(file.data + file.size - 48, triangles, 48);
    free(file.data);
    file = written("a.glb", &mesh, "name = \"x\"\n");
    assert_non_null(strstr((char *)file.data + 20, "\"recipe\":\"name = \\\"x\\\"\\n\""));
    assert_non_null(strstr((char *)file.data + 20, "\"min\":[0,0,-0.5],\"max\":[1,2,0]"));
    /* 0, 1/255/12.92 and twice that of 65535, opaque */
    assert_memory_equal(file.data + file.size - 48 - 32, "\0\0\x14\0\x28\0\xff\xff", 8);
    assert_memory_equal(file.data + file.size - 48, triangles, 48);
    free(file.data);
}

static void check_refused(const char *name, const TdiMesh *what, const TdRun *run,
                          TdStatus want, const char *words)
{
    TdError err = {0};
    TdStatus status =
        tdi_mesh_write(td_format_find(NULL, name, &err), place(name), what, NULL, run, &err);
    if (status != want || strstr(err.message, words) == NULL)
        fail_msg("%d: %s", status, err.message);
    assert_int_equal(count_entries(), 0);
}

static void test_refusals(void **state)
{
    (void)state;
    volatile sig_atomic_t raised = 1;
    TdRun cancelled = {.cancel = &raised};
    TdiMesh empty = {0}, large = mesh;
    large.vertex_count = 200000000; /* refused before it is read: glb counts bytes first */
    check_refused("a.png", &mesh, NULL, TD_ERROR_ARGUMENT,
                  "png holds no surface; those that do are ply, stl, glb");
    check_refused("a.ply", &empty, NULL, TD_ERROR_ARGUMENT, "0 vertices");
    check_refused("none/a.ply", &mesh, NULL, TD_ERROR_IO, "mkdir");
    check_refused("a.glb", &large, NULL, TD_ERROR_ARGUMENT, "use ply");
    for (size_t i = 0; i < 3; i++)
        check_refused((const char *const[]){"a.ply", "a.stl", "a.glb"}[i], &mesh, &cancelled,
                      TD_ERROR_CANCELLED, "interrupted");
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_teardown(NAME, empty_folder)
    const struct CMUnitTest tests[] = {TEST(test_ply), TEST(test_stl), TEST(test_glb),
                                       TEST(test_refusals)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
