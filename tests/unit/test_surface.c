/* Surfaces are closed and manifold whatever the samples are, and where they should be. */
#include "unit/surfaces.h"

/* The smallest triangle cuts the corner of a cell half a spacing long along two axes, with
 * legs of a fiftieth: half of 0.02 * 0.02 / 4. Coordinates are rounded to float32. */
#define LEAST_AREA (0.02 * 0.02 / 8 * 0.99)

static TdiSurface extract(Field *field, double level, bool refined)
{
    TdiSurface surface;
    TdError err = {0};
    TdiSurfaceSource source = {.slice = field_slice,
                               .values = refined ? field_values : NULL,
                               .colours = refined ? field_colours : NULL,
                               .user = field};
    field->calls = -1;
    if (tdi_surface_extract(&field->grid, (float)level, &source, NULL, &surface, &err) != TD_OK)
        fail_msg("%s", err.message);
    return surface;
}

/* Whether every vertex is in the box, and how many are on its faces. */
static size_t check_box(const TdiSurface *surface, const TdiGrid *grid)
{
    const uint32_t sides[3] = {grid->width, grid->height, grid->depth};
    size_t on_faces = 0;
    for (size_t v = 0; v < surface->vertex_count; v++) {
        bool on_face = false;
        for (int i = 0; i < 3; i++) {
            float low = (float)(grid->origin[i] + grid->spacing * -0.5);
            float high = (float)(grid->origin[i] + grid->spacing * (sides[i] - 0.5));
            float here = surface->positions[v][i];
            assert_true(here >= low && here <= high);
            on_face = on_face || here == low || here == high;
        }
        on_faces += on_face;
    }
    return on_faces;
}

static void check_normals(const TdiSurface *surface)
{
    for (size_t v = 0; v < surface->vertex_count; v++) {
        const float *n = surface->normals[v];
        double length = sqrt((double)n[0] * (double)n[0] + (double)n[1] * (double)n[1] +
                             (double)n[2] * (double)n[2]);
        assert_true(fabs(length - 1) < 1e-6);
    }
}

static void check_mesh(const TdiSurface *surface, const TdiGrid *grid)
{
    check_closed(surface);
    check_box(surface, grid);
    check_normals(surface);
    double area = smallest_area(surface, grid->spacing);
    if (area < LEAST_AREA)
        fail_msg("a triangle of %g square spacings", area);
    assert_true(volume_of(surface) > 0);
}

/* ---- Known surfaces ------------------------------------------------------------------ */

static double sphere_error(uint32_t side, bool refined)
{
    Field field = {.grid = cube(side, side, side), .at = sphere, .a = 0.7};
    TdiSurface surface = extract(&field, 0, refined);
    double most = 0;
    check_mesh(&surface, &field.grid);
    assert_int_equal(check_box(&surface, &field.grid), 0);
    assert_int_equal(euler_of(&surface), 2);
    for (size_t v = 0; v < surface.vertex_count && refined; v++) {
        const float *p = surface.positions[v];
        double value = (double)sphere(&field, (double)p[0], (double)p[1], (double)p[2]);
        most = fmax(most, fabs(value) / field.grid.spacing);
    }
    /* A vertex may be held back by the clamp, by a fiftieth of the longest edge at most. */
    assert_true(most < 0.02 * sqrt(3) * 1.01);
    double error = fabs(volume_of(&surface) / (4.0 / 3 * M_PI * 0.343) - 1);
    tdi_surface_clear(&surface);
    return error;
}

static void test_sphere(void **state)
{
    (void)state;
    for (int refined = 0; refined < 2; refined++) {
        double coarse = sphere_error(12, refined), fine = sphere_error(24, refined),
               finest = sphere_error(48, refined);
        assert_true(finest < 2e-3);
        assert_true(coarse / fine > 3 && fine / finest > 3); /* of second order */
    }
}

/* Whether a vertex is as near to a sample as the clamp lets it be. */
static bool is_clamped(const TdiGrid *grid, const float *point)
{
    double most = 0;
    for (int i = 0; i < 3; i++) {
        double at = ((double)point[i] - grid->origin[i]) / grid->spacing;
        most = fmax(most, fabs(at - nearbyint(at)));
    }
    return most < 0.0201;
}

/* But for the clamp, vertices stand on the true surface. */
static void test_refinement(void **state)
{
    (void)state;
    Field field = {.grid = cube(20, 20, 20), .at = sphere, .a = 0.7};
    TdiSurface surface = extract(&field, 0, true);
    size_t clamped = 0;
    for (size_t v = 0; v < surface.vertex_count; v++) {
        const float *p = surface.positions[v];
        double value = (double)sphere(&field, (double)p[0], (double)p[1], (double)p[2]);
        if (is_clamped(&field.grid, p))
            clamped++;
        else if (fabs(value) > 1e-3 * field.grid.spacing)
            fail_msg("%g spacings away", value / field.grid.spacing);
    }
    assert_true(clamped < surface.vertex_count / 10);
    for (size_t v = 0; v < surface.vertex_count; v++) {
        const float *p = surface.positions[v], *n = surface.normals[v];
        double along = (double)p[0] * (double)n[0] + (double)p[1] * (double)n[1] +
                       (double)p[2] * (double)n[2];
        double length = sqrt((double)p[0] * (double)p[0] + (double)p[1] * (double)p[1] +
                             (double)p[2] * (double)p[2]);
        assert_true(along > 0.9999 * length);
    }
    tdi_surface_clear(&surface);
}

static void test_torus(void **state)
{
    (void)state;
    Field field = {.grid = cube(40, 36, 20), .at = torus, .a = 0.55, .b = 0.25};
    TdiSurface surface = extract(&field, 0, true);
    check_mesh(&surface, &field.grid);
    assert_int_equal(euler_of(&surface), 0);
    double exact = 2 * M_PI * M_PI * 0.55 * 0.25 * 0.25;
    assert_true(fabs(volume_of(&surface) / exact - 1) < 0.01);
    tdi_surface_clear(&surface);
}

/* Two balls that touch in one sample, and in the middle between two. */
static float blobs(const Field *field, double x, double y, double z)
{
    double one = field->a - sqrt((x - field->a) * (x - field->a) + y * y + z * z);
    double two = field->a - sqrt((x + field->a) * (x + field->a) + y * y + z * z);
    return (float)fmax(one, two);
}

static void test_touching(void **state)
{
    (void)state;
    for (uint32_t side = 24; side < 26; side++)
        for (int refined = 0; refined < 2; refined++) {
            Field field = {.grid = cube(side, side, side), .at = blobs, .a = 0.42};
            TdiSurface surface = extract(&field, 0, refined);
            check_mesh(&surface, &field.grid);
            assert_int_equal(euler_of(&surface), side % 2 == 0 ? 2 : 4); /* by the grid */
            tdi_surface_clear(&surface);
            surface = extract(&field, -0.05, refined);
            check_mesh(&surface, &field.grid);
            assert_int_equal(euler_of(&surface), 2);
            tdi_surface_clear(&surface);
        }
}

/* ---- The box ------------------------------------------------------------------------- */

static void test_full_box(void **state)
{
    (void)state;
    static const uint32_t shapes[][3] = {
        {1, 1, 1}, {2, 1, 3}, {1, 7, 1}, {5, 4, 9}, {16, 16, 16}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const uint32_t *n = shapes[i];
        Field field = {.grid = {n[0], n[1], n[2], {0.3, -7, 2}, 0.25}, .at = constant, .a = 1};
        TdiSurface surface = extract(&field, 0.5, i % 2);
        check_mesh(&surface, &field.grid);
        assert_int_equal(check_box(&surface, &field.grid), surface.vertex_count);
        assert_int_equal(euler_of(&surface), 2);
        double exact = (double)n[0] * n[1] * n[2] * 0.25 * 0.25 * 0.25;
        assert_true(fabs(volume_of(&surface) / exact - 1) < 1e-6);
        tdi_surface_clear(&surface);
    }
}

/* A field of one axis, cut by four faces: the volume is exact whichever way it goes. */
static float ramp(const Field *field, double x, double y, double z)
{
    const double at[3] = {x, y, z};
    return (float)(field->b * (at[field->seed] - field->a));
}

static void test_ramps(void **state)
{
    (void)state;
    for (uint32_t axis = 0; axis < 3; axis++)
        for (int way = -1; way < 2; way += 2)
            for (double cut = -0.9; cut < 1; cut += 0.13) {
                Field field = {
                    .grid = cube(6, 6, 6), .at = ramp, .seed = axis, .a = cut, .b = way};
                TdiSurface surface = extract(&field, 0, true);
                check_mesh(&surface, &field.grid);
                double exact = 4 * (way > 0 ? 1 - cut : 1 + cut);
                /* the clamp may hold it back by a fiftieth of a cell */
                assert_true(fabs(volume_of(&surface) - exact) <=
                            4 * 0.021 * field.grid.spacing);
                tdi_surface_clear(&surface);
            }
}

/* ---- Anything ------------------------------------------------------------------------ */

static void check_field(Field field, double level)
{
    TdiSurface surface[2];
    for (int refined = 0; refined < 2; refined++) {
        surface[refined] = extract(&field, level, refined);
        check_mesh(&surface[refined], &field.grid);
        assert_true((surface[refined].colours != NULL) == (refined == 1));
    }
    TdiSurface again = extract(&field, level, true);
    assert_int_equal(again.vertex_count, surface[1].vertex_count);
    assert_memory_equal(again.positions, surface[1].positions, again.vertex_count * 12);
    assert_memory_equal(again.triangles, surface[1].triangles, again.triangle_count * 12);
    tdi_surface_clear(&surface[0]);
    tdi_surface_clear(&surface[1]);
    tdi_surface_clear(&again);
}

static void test_waves(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 12; seed++) {
        Field field = {.grid = cube(18, 15, 21), .at = waves, .a = 3 + seed, .seed = seed};
        check_field(field, 0.1 * seed);
        field.b = 1.5; /* most of it inside, cut by all faces */
        check_field(field, 0);
    }
}

static void test_noise(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 12; seed++) {
        Field field = {.grid = cube(9, 11, 10), .at = noise, .seed = seed};
        check_field(field, 0);
        check_field(field, -0.4);
        check_field(field, 0.45);
        field.at = whole;
        check_field(field, 0);
        check_field(field, -1);
    }
}

static void test_tiny(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 40; seed++) {
        Field field = {.grid = cube(1 + seed % 3, 1 + seed / 3 % 3, 1 + seed / 9),
                       .seed = seed};
        field.at = noise;
        field.b = 0.45;
        check_field(field, 0);
    }
}

/* Samples that are no numbers, or infinite. */
static float odd(const Field *field, double x, double y, double z)
{
    static const float values[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 0, 1e-45f};
    return values[mix(mix(mix(field->seed, x), y), z) % 7];
}

static void test_odd(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 8; seed++) {
        Field field = {.grid = cube(8, 8, 8), .at = odd, .seed = seed};
        check_field(field, 0);
    }
}

/* ---- Failures ------------------------------------------------------------------------ */

static void check_refused(Field field, double level, const TdRun *run, TdStatus want,
                          const char *words)
{
    TdiSurface surface;
    TdError err = {0};
    TdiSurfaceSource source = {field_slice, field_values, field_colours, &field};
    TdStatus status =
        tdi_surface_extract(&field.grid, (float)level, &source, run, &surface, &err);
    if (status != want || strstr(err.message, words) == NULL)
        fail_msg("%d: %s", status, err.message);
    assert_null(surface.positions);
    assert_int_equal(surface.triangle_count, 0);
}

static void test_refusals(void **state)
{
    (void)state;
    volatile sig_atomic_t raised = 1;
    TdRun small = {.max_memory = 1 << 20}, cancelled = {.cancel = &raised};
    Field field = {.grid = cube(20, 20, 20), .at = sphere, .a = 0.7, .calls = -1};
    check_refused(field, 2, NULL, TD_ERROR_RECIPE,
                  "level: nothing is above 2; the samples lie");
    check_refused(field, (double)NAN, NULL, TD_ERROR_RECIPE, "finite");
    check_refused(field, 0, &cancelled, TD_ERROR_CANCELLED, "interrupted");
    for (field.calls = 0; field.calls < 20; field.calls += 7)
        check_refused(field, 0, NULL, TD_ERROR_IO, "");
    field.calls = -1;
    field.grid = cube(60, 60, 60);
    check_refused(field, 0, &small, TD_ERROR_MEMORY,
                  "samples would fit, or raise --max-memory");
    field.grid.origin[1] = 1e9;
    check_refused(field, 0, NULL, TD_ERROR_RECIPE, "extent: ");
    field.grid.spacing = 1e-40;
    check_refused(field, 0, NULL, TD_ERROR_RECIPE, "extent: ");
    field.grid.width = 0;
    check_refused(field, 0, NULL, TD_ERROR_ARGUMENT, "samples");
    field = (Field){.grid = cube(3, 3, 3), .at = constant, .a = (double)NAN, .calls = -1};
    check_refused(field, 0, NULL, TD_ERROR_RECIPE, "every sample is NaN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sphere),   cmocka_unit_test(test_refinement),
        cmocka_unit_test(test_torus),    cmocka_unit_test(test_touching),
        cmocka_unit_test(test_full_box), cmocka_unit_test(test_ramps),
        cmocka_unit_test(test_waves),    cmocka_unit_test(test_noise),
        cmocka_unit_test(test_tiny),     cmocka_unit_test(test_odd),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
