/* Memory runs out at every place where it is asked for: each time the call fails with one clear
 * line, nothing leaks (the sanitizer build looks), and no file is left. The linker puts
 * __wrap_calloc in the place of the library's only allocator (cmake/Tests.cmake). */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "diagram/diagram.h"
#include "fuzz/repair.h"
#include "graph/description.h"
#include "graph/from_onnx.h"
#include "output/image.h"
#include "output/mesh.h"
#include "tiedye/exchange.h"
#include "tiedye/motion.h"
#include "tiedye/search.h"
#include "tiedye/sheet.h"
#include "volume/surface.h"

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

/* Allocations left before they fail, -1: they never do; and whether one has. */
static long budget = -1;
static bool refused;
/* The largest since it was last set to 0; how many are left before the run is cancelled. */
static size_t largest;
static long until_cancel;
static volatile sig_atomic_t cancel;

void *__wrap_calloc(size_t count, size_t size)
{
    if (budget == 0) {
        refused = true;
        return NULL;
    }
    if (budget > 0)
        budget--;
    if (until_cancel > 0 && --until_cancel == 0)
        cancel = 1;
    if (size > largest)
        largest = size;
    return __real_calloc(count, size);
}

static char folder[64];

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int count_files(void)
{
    int count = 0;
    DIR *open = opendir(folder);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(open);
    return count;
}

/* ---- What is tried ------------------------------------------------------------------- */

typedef TdStatus (*Attempt)(const char *argument, TdError *err);

static TdStatus make_recipe(const char *text, TdRecipe **recipe, TdError *err)
{
    *recipe = td_recipe_create();
    if (*recipe == NULL) {
        snprintf(err->message, sizeof err->message, "out of memory");
        return TD_ERROR_MEMORY;
    }
    return td_recipe_parse(*recipe, text, err);
}

static TdStatus save(const char *text, const char *name, TdError *err)
{
    TdRun run = {.threads = 2};
    TdRecipe *recipe;
    TdStatus status = make_recipe(text, &recipe, err);
    if (status == TD_OK)
        status = td_draw_save(recipe, path_of(name), NULL, &run, NULL, err);
    td_recipe_free(recipe);
    return status;
}

static TdStatus try_picture(const char *name, TdError *err)
{
    return save("layers = 8,5,3\nsize = 40x30\ntone = rescale", name, err);
}

static TdStatus try_tables(const char *name, TdError *err)
{
    return save("layers = 8,3\nsize = 20x20\ntone = rank\npalette = stops\ndither = on", name,
                err);
}

static TdStatus try_field(const char *name, TdError *err)
{
    char text[512];
    snprintf(text, sizeof text, "field = %s\ntone = rank\npalette = ember", path_of("a.npy"));
    return save(text, name, err);
}

/* Squares of several sizes, patches that are drawn later, pieces left over for the dense
 * engine. */
static TdStatus try_spectral(const char *name, TdError *err)
{
    return save("layers = 12,3\nact = relu\nsize = 300x260\nengine = spectral\nantialias = 1",
                name, err);
}

static TdStatus try_choice(const char *name, TdError *err)
{
    return save("layers = 12,3\nsize = 100x90\nantialias = 1", name, err);
}

static TdStatus try_sheet(const char *name, TdError *err)
{
    return save("draw = sheet\ncount = 3\ncolumns = 2\nlayers = 8,3\nsize = 64x64", name, err);
}

static TdStatus try_grid(const char *name, TdError *err)
{
    return save("draw = grid\ndown = layers=3;5,3\nacross = sigma_w=1..2/2\nsize = 64x64", name,
                err);
}

static TdStatus try_verify(const char *name, TdError *err)
{
    TdComparison comparison;
    TdStatus status = td_draw_verify(path_of(name), NULL, &comparison, err);
    if (status == TD_OK)
        assert_int_equal(comparison.verdict, TD_IDENTICAL);
    return status;
}

static TdStatus try_source(const char *name, TdError *err)
{
    TdRecipe *recipe;
    TdStatus status = make_recipe("", &recipe, err);
    if (status == TD_OK)
        status = td_source_read(recipe, path_of(name), err);
    td_recipe_free(recipe);
    return status;
}

static TdStatus try_weights(const char *name, TdError *err)
{
    TdNetwork *network = NULL;
    TdRecipe *recipe;
    TdStatus status = make_recipe("inputs = x,y,z\nlayers = 8,3", &recipe, err);
    if (status == TD_OK)
        status = td_network_create(recipe, NULL, &network, err);
    if (status == TD_OK)
        status = td_weights_write(network, recipe, true, path_of(name), NULL, err);
    td_network_free(network);
    td_recipe_free(recipe);
    return status;
}

static TdStatus try_volume(const char *name, TdError *err)
{
    static const float samples[24];
    TdRaster raster = {.width = 2,
                       .height = 3,
                       .channels = 1,
                       .depth = 4,
                       .type = TD_SAMPLE_F32,
                       .spacing = 1};
    TdOutput *output;
    TdStatus status = td_output_open(td_format_find(NULL, name, err), path_of(name), &raster,
                                     "v = 1\nseed = 7\n", NULL, &output, err);
    if (status != TD_OK)
        return status;
    status = td_output_rows(output, samples, 12, err);
    if (status != TD_OK) {
        td_output_discard(output);
        return status;
    }
    return td_output_close(output, err);
}

static TdStatus ball_slice(void *user, uint32_t k, float *samples, TdError *err)
{
    (void)user;
    (void)err;
    for (int i = 0; i < 64; i++)
        samples[i] = (float)(20 - (i % 8 - 4) * (i % 8 - 4) - (i / 8 - 4) * (i / 8 - 4)) -
                     ((float)k - 4) * ((float)k - 4);
    return TD_OK;
}

static TdStatus ball_colours(void *user, const float (*points)[3], size_t count,
                             uint8_t (*rgb)[3], TdError *err)
{
    (void)user;
    (void)points;
    (void)err;
    memset(rgb, 99, 3 * count);
    return TD_OK;
}

static TdStatus try_surface(const char *name, TdError *err)
{
    const TdiGrid grid = {8, 8, 8, {0, 0, 0}, 1};
    const TdiSurfaceSource source = {ball_slice, NULL, ball_colours, NULL};
    TdiSurface surface;
    TdStatus status = tdi_surface_extract(&grid, 0, &source, NULL, &surface, err);
    if (status != TD_OK)
        return status;
    TdiMesh mesh = {surface.vertex_count,
                    surface.triangle_count,
                    (const float(*)[3])surface.positions,
                    (const float(*)[3])surface.normals,
                    (const uint8_t(*)[3])surface.colours,
                    (const uint32_t(*)[3])surface.triangles};
    status = tdi_mesh_write(td_format_find(NULL, name, err), path_of(name), &mesh, "v = 1\n",
                            NULL, err);
    tdi_surface_clear(&surface);
    return status;
}

/* ---- Solids and films as recipes say them ------------------------------------------------ */

#define SOLID "draw = volume\ninputs = x,y,z\nlayers = 6,3\n"

static TdStatus try_solid(const char *name, TdError *err)
{
    return save(SOLID "size = 40x30\nantialias = 1\nstep = 0.05\nengine = spectral\n"
                      "opacity = luminance\nshading = 1",
                name, err);
}

static TdStatus try_dense_solid(const char *name, TdError *err)
{
    return save(SOLID "size = 9x9\nantialias = 1\nstep = 0.3\nengine = dense\ntone = rank\n"
                      "palette = stops\nopacity = 1\nband = 0.2",
                name, err);
}

static TdStatus try_samples(const char *name, TdError *err)
{
    return save(SOLID "size = 20x17x19\nengine = spectral", name, err);
}

static TdStatus try_dense_samples(const char *name, TdError *err)
{
    return save(SOLID "size = 5x6x7\nengine = dense", name, err);
}

static TdStatus try_mesh(const char *name, TdError *err)
{
    return save(SOLID "size = 8x8x8\ntone = rescale", name, err);
}

static TdStatus save_film(const char *text, const char *name, TdError *err)
{
    TdRun run = {.threads = 2};
    TdRecipe *recipe;
    TdStatus status = make_recipe(text, &recipe, err);
    if (status == TD_OK)
        status = td_film_save(recipe, path_of(name), NULL, &run, NULL, err);
    td_recipe_free(recipe);
    return status;
}

static TdStatus try_moving_picture(const char *name, TdError *err)
{
    return save_film("layers = 3\nsize = 12x10\nframes = 2\nloop = on\ntone = rank\n"
                     "path = seed=1;2;3 center=0,0;1,1",
                     name, err);
}

static TdStatus try_frames(const char *name, TdError *err)
{
    return save_film("layers = 6,3\nsize = 12x10\nframes = 3\npath = depth=1..2", name, err);
}

static TdStatus try_turning_solid(const char *name, TdError *err)
{
    return save_film(SOLID "size = 9x9\nantialias = 1\nstep = 0.3\nframes = 2\n"
                           "tone = rescale\npath = azimuth=0..90",
                     name, err);
}

static TdStatus try_frame(const char *text, TdError *err)
{
    TdRecipe *film, *still = NULL;
    TdStatus status = make_recipe(text, &film, err);
    if (status == TD_OK)
        status = td_recipe_still(film, 1, &still, err);
    td_recipe_free(film);
    td_recipe_free(still);
    return status;
}

static TdStatus try_prints(const char *text, TdError *err)
{
    TdRecipe *recipe, *copy = NULL;
    TdStatus status = make_recipe(text, &recipe, err);
    for (int form = TD_FORM_TEXT; status == TD_OK && form <= TD_FORM_JSON; form++) {
        char *printed = td_recipe_print(recipe, (TdRecipeForm)form);
        if (printed == NULL)
            status = TD_ERROR_MEMORY;
        td_text_free(printed);
    }
    copy = status == TD_OK ? td_recipe_copy(recipe) : NULL;
    if (status == TD_OK && copy == NULL)
        status = TD_ERROR_MEMORY;
    if (status == TD_ERROR_MEMORY)
        snprintf(err->message, sizeof err->message, "out of memory");
    td_recipe_free(recipe);
    td_recipe_free(copy);
    return status;
}

/* One thread: candidates that are looked at side by side would share the budget. */
static TdStatus try_gallery(const char *text, TdError *err)
{
    TdRun run = {.threads = 1};
    TdRecipe *recipe;
    TdGallery *gallery = NULL;
    const TdSetting settings[] = {{"size", "9x9"}, {"layers", "6,3"}, {"tone", "rank"}};
    TdGalleryPlan plan = {
        .random = true, .settings = settings, .setting_count = 3, .among = 4, .keep = 2};
    TdStatus status = make_recipe(text, &recipe, err);
    plan.recipe = recipe;
    if (status == TD_OK)
        status = td_gallery_find(&plan, &run, &gallery, err);
    if (status == TD_OK)
        status = td_gallery_save(&plan, gallery, folder, &run, err);
    td_gallery_free(gallery);
    td_recipe_free(recipe);
    return status;
}

/* ---- Every place --------------------------------------------------------------------- */

/* Let the first, the second, ... allocation fail (of many every third, where sanitizers make it
 * slow), and all that follow it, until none is refused. `does_without`: the attempt may succeed
 * although something was refused, as captions are. */
static void exhaust(Attempt attempt, const char *argument, bool does_without)
{
    int files = count_files(), step = getenv("TIEDYE_SANITIZED") != NULL ? 3 : 1;
    for (long n = 0; n < 2000; n += n < 60 ? 1 : step) {
        TdError err = {0};
        budget = n;
        refused = false;
        TdStatus status = attempt(argument, &err);
        budget = -1;
        if (!refused) {
            assert_int_equal(status, TD_OK);
            assert_true(n >= 3);
            return;
        }
        if (status == TD_OK && does_without) {
            files = count_files();
            continue;
        }
        if (status != TD_ERROR_MEMORY || strstr(err.message, "memory") == NULL)
            fail_msg("%s, allocation %ld: status %d, \"%s\"", argument, n, status, err.message);
        assert_int_equal(count_files(), files);
    }
    fail_msg("%s never succeeds", argument);
}

static void test_pictures(void **state)
{
    (void)state;
    exhaust(try_picture, "a.png", false);
    exhaust(try_picture, "a.ppm", false);
    exhaust(try_picture, "a.npy", false);
    exhaust(try_picture, "a.hash", false);
    exhaust(try_picture, "a.null", false);
    exhaust(try_tables, "a.png", false);
    exhaust(try_spectral, "a.ppm", false);
    exhaust(try_choice, "a.ppm", false);
    exhaust(try_field, "a.png", false);
    exhaust(try_source, "a.npy", false);
}

/* ffmpeg's own memory is not refused. */
static TdStatus try_film(const char *name, TdError *err)
{
    static const unsigned char rows[16 * 16 * 3 * 3];
    const TdRaster raster = {
        .width = 16, .height = 16, .channels = 3, .depth = 3, .frames_per_second = 30};
    TdOutput *output;
    TdRun run = {.threads = 2};
    TdStatus status = td_output_open(td_format_find(NULL, name, err), path_of(name), &raster,
                                     "v = 1\nseed = 7\n", &run, &output, err);
    if (status == TD_OK)
        status = td_output_rows(output, rows, 20, err);
    if (status == TD_OK)
        status = td_output_rows(output, rows, 28, err);
    if (status == TD_OK)
        return td_output_close(output, err);
    td_output_discard(output);
    return status;
}

static void test_films(void **state)
{
    (void)state;
    exhaust(try_film, "e.mp4", false);
    exhaust(try_film, "e.webm", false);
    exhaust(try_film, "e.apng", false);
#ifdef TDI_HAVE_WEBP
    exhaust(try_film, "e.webp", false);
#endif
#ifdef TDI_HAVE_CGIF
    exhaust(try_film, "e.gif", false);
#endif
}

static TdStatus try_inside(const char *name, TdError *err)
{
    return save("draw = inside\nlayers = 8,3\ntone = rank\nsize = 32x32", name, err);
}

static TdStatus try_raster(const char *name, TdError *err)
{
    return save("layers = conv3 5,pool2,upsample2 mode=linear,3\nraster = 12\nsize = 24x24\n"
                "antialias = 1\ntone = rescale",
                name, err);
}

static TdStatus try_fed_raster(const char *name, TdError *err)
{
    return save("image = tests/fuzz/corpus/image/rgb16.png\nlayers = conv3 4 stride=2,3\n"
                "size = 24x24\nantialias = 1",
                name, err);
}

static TdStatus try_inner_raster(const char *name, TdError *err)
{
    return save("draw = inside\nlayers = conv3 3,3\nraster = 8\nsize = 8x8\ncaptions = off",
                name, err);
}

static TdStatus try_solid_raster(const char *name, TdError *err)
{
    return save("draw = volume\nlayers = conv3 3,3\nraster = 4\nsize = 16x16\nantialias = 1\n"
                "step = 0.2",
                name, err);
}

static TdStatus try_slice(const char *name, TdError *err)
{
    return save("inputs = x,z,n1\nlayers = conv3 3,3\nraster = 4\nsize = 16x16\nframes = 3\n"
                "frame = 2\npath = z=-1..1\ntone = rank",
                name, err);
}

static void test_rasters(void **state)
{
    (void)state;
    exhaust(try_raster, "a.ppm", false);
    exhaust(try_raster, "a.npy", false);
    exhaust(try_fed_raster, "a.ppm", false);
    exhaust(try_inner_raster, "a.ppm", false);
    exhaust(try_solid_raster, "a.ppm", false);
    exhaust(try_slice, "a.ppm", false);
}

static TdStatus try_miniature(const char *name, TdError *err)
{
    return save("draw = sheet\nlayers = 4,3\ncount = 2\nsize = 8x8\nwith_diagram = on", name,
                err);
}

static TdStatus try_boxes(const char *name, TdError *err)
{
    return save("draw = inside\nlayers = conv3 3,3\nraster = 8\nsize = 8x8\ncaptions = off\n"
                "with_diagram = on",
                name, err);
}

static void test_sheets(void **state)
{
    (void)state;
    exhaust(try_sheet, "b.png", true); /* without memory for the font there are no captions */
    exhaust(try_grid, "b.png", true);
    exhaust(try_miniature, "b.png", true);
    exhaust(try_boxes, "b.png", true);
    exhaust(try_inside, "b.png", true);
}

static void test_reading(void **state)
{
    TdError err;
    (void)state;
    assert_int_equal(try_picture("c.png", &err), TD_OK);
    exhaust(try_source, "c.png", false);
    exhaust(try_verify, "c.png", false);
    FILE *file = fopen(path_of("c.tie"), "w");
    fputs("v = 1\nseed = 7\nlayers = 9,3\n", file);
    fclose(file);
    exhaust(try_source, "c.tie", false);
}

/* ---- Pictures that networks are fed with --------------------------------------------- */

static TdStatus try_image(const char *path, TdError *err)
{
    TdiImage image;
    TdRun run = {.cancel = &cancel};
    TdStatus status = tdi_image_read(path, &run, &image, err);
    tdi_image_clear(&image);
    return status;
}

/* Raised at any allocation, the flag ends the call: the last ones are made for the rows. */
static void cancel_everywhere(const char *path)
{
    for (long n = 1; n < 2000; n++) {
        TdError err = {0};
        until_cancel = n;
        TdStatus status = try_image(path, &err);
        bool raised = cancel != 0;
        until_cancel = 0;
        cancel = 0;
        assert_int_equal(status, raised ? TD_ERROR_CANCELLED : TD_OK);
        if (!raised)
            return;
    }
    fail_msg("%s never succeeds", path);
}

static void test_images(void **state)
{
    static const char *const paths[] = {"tests/fuzz/corpus/image/palette4-clear-interlaced.png",
                                        "tests/fuzz/corpus/image/rgb16.png"};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        exhaust(try_image, paths[i], false);
        cancel_everywhere(paths[i]);
    }
}

/* Its packed pixels could be that many: the limit is looked at before anything is allocated. */
static void test_large_images(void **state)
{
    static const unsigned char head[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\0\0\0\0\x80\0"
                                        "\x01\0\0\0\0CRC \0\x10\0\0IDAT",
                               tail[] = "CRC \0\0\0\0IENDCRC ";
    static unsigned char bytes[sizeof head - 1 + (1 << 20) + sizeof tail - 1];
    TdRun run = {.max_memory = 1 << 28};
    TdiImage image;
    TdError err = {0};
    (void)state;
    memcpy(bytes, head, sizeof head - 1);
    memcpy(bytes + sizeof bytes - (sizeof tail - 1), tail, sizeof tail - 1);
    repair_checksums(bytes, sizeof bytes);
    largest = 0;
    assert_int_equal(tdi_image_read_memory(bytes, sizeof bytes, "big.png", &run, &image, &err),
                     TD_ERROR_MEMORY);
    assert_non_null(strstr(err.message, "big.png: a picture of 65536 x 32768 pixels needs"));
    assert_true(largest < 1 << 17);
}

/* ---- Networks of others -------------------------------------------------------------- */

static TdStatus try_onnx(const char *path, TdError *err)
{
    TdiGraph graph;
    TdStatus status = tdi_graph_from_onnx(path, &graph, err);
    tdi_graph_free(&graph);
    return status;
}

static void test_models(void **state)
{
    (void)state;
    exhaust(try_onnx, "tests/fuzz/corpus/onnx/bodies.onnx", false);
    exhaust(try_onnx, "tests/fuzz/corpus/onnx/constants.onnx", false);
    exhaust(try_onnx, "tests/fuzz/corpus/onnx/functions.onnx", false);
    exhaust(try_onnx, "tests/fuzz/corpus/onnx/many.onnx", false);
}

/* A description small enough, with branches, repeats and a side output, in all forms. */
static const char network[] = "network N\ninput 16x16x8\n"
                              "block b\n add:relu { same | conv3 8 padding=same }\nend\n"
                              "b x3\noutput { mean, dense 3 }\n"
                              "concat { conv1 4 | conv1 4 | conv1 4 | conv1 4 | same }\n"
                              "mean, dense 10:softmax\n";

static TdStatus try_diagram(const char *argument, TdError *err)
{
    TdiGraph graph = {0};
    TdDiagram *diagram = NULL;
    TdStatus status =
        tdi_graph_from_description("n.net", argument, strlen(argument), &graph, NULL, err);
    if (status == TD_OK)
        status = tdi_diagram_make(&graph, "N", NULL, NULL, &diagram, err);
    for (int form = TD_DIAGRAM_SVG; form <= TD_DIAGRAM_JSON && status == TD_OK; form++) {
        char *text = td_diagram_print(diagram, (TdDiagramForm)form);
        if (text == NULL) {
            snprintf(err->message, sizeof err->message, "out of memory");
            status = TD_ERROR_MEMORY;
        }
        td_text_free(text);
    }
    td_diagram_free(diagram);
    return status;
}

/* Without memory for the font its table of widths serves. */
static void test_diagrams(void **state)
{
    (void)state;
    exhaust(try_diagram, network, true);
}

static void test_weights_and_recipes(void **state)
{
    (void)state;
    exhaust(try_weights, "d.safetensors", false);
    exhaust(try_prints, "seed = 7\ncenter = 1,2\nlayers = 16x8:sin,3\nz1 = 0.25", false);
    exhaust(try_prints, "#v=1&seed=7&layers=16x8%3Asin,3", false);
}

static void test_volumes(void **state)
{
    (void)state;
    exhaust(try_volume, "e.npy", false);
    exhaust(try_volume, "e.nrrd", false);
    exhaust(try_volume, "e.vti", false);
    exhaust(try_surface, "e.ply", false);
    exhaust(try_surface, "e.stl", false);
    exhaust(try_surface, "e.glb", false);
}

static void test_solids(void **state)
{
    (void)state;
    exhaust(try_solid, "f.ppm", false);
    exhaust(try_dense_solid, "f.ppm", false);
    exhaust(try_samples, "f.nrrd", false);
    exhaust(try_dense_samples, "f.npy", false);
    exhaust(try_mesh, "f.ply", false);
}

static void test_moving_pictures(void **state)
{
    (void)state;
    exhaust(try_moving_picture, "f.hash", false);
    exhaust(try_turning_solid, "f.hash", false);
    exhaust(try_frame, "path = seed=1;2;3 center=0,0;1,1 depth=1..2\nframes = 3", false);
    exhaust(try_prints, "path = seed=1;2;3 center=0,0;1,1 depth=1..2\nframes = 3", false);
}

/* Over those that are there: frames that were whole before memory ran out stay. */
static void test_numbered_pictures(void **state)
{
    TdError err = {0};
    (void)state;
    assert_int_equal(try_frames("g%d.ppm", &err), TD_OK);
    exhaust(try_frames, "g%d.ppm", false);
}

static void remove_gallery(void)
{
    DIR *open = opendir(folder);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;)
        if (entry->d_name[0] == '0' || strcmp(entry->d_name, "index.html") == 0)
            unlinkat(dirfd(open), entry->d_name, 0);
    closedir(open);
}

/* An empty folder, and one with the pictures of an earlier gallery. */
static void test_galleries(void **state)
{
    (void)state;
    int files = count_files();
    exhaust(try_gallery, "seed = 1", false);
    assert_int_equal(count_files(), files + 3);
    exhaust(try_gallery, "seed = 1", false);
    assert_int_equal(count_files(), files + 3);
    remove_gallery();
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/tiedye-allocation-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {
        "a.png",         "a.ppm",  "a.npy",  "a.hash", "b.png",  "c.png", "c.tie",
        "d.safetensors", "e.npy",  "e.nrrd", "e.vti",  "e.ply",  "e.stl", "e.glb",
        "e.mp4",         "e.webm", "e.apng", "e.webp", "e.gif",  "f.ppm", "f.nrrd",
        "f.npy",         "f.ply",  "f.hash", "g1.ppm", "g2.ppm", "g3.ppm"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(path_of(names[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures),        cmocka_unit_test(test_films),
        cmocka_unit_test(test_sheets),          cmocka_unit_test(test_rasters),
        cmocka_unit_test(test_reading),         cmocka_unit_test(test_images),
        cmocka_unit_test(test_large_images),    cmocka_unit_test(test_weights_and_recipes),
        cmocka_unit_test(test_models),          cmocka_unit_test(test_diagrams),
        cmocka_unit_test(test_volumes),         cmocka_unit_test(test_solids),
        cmocka_unit_test(test_moving_pictures), cmocka_unit_test(test_numbered_pictures),
        cmocka_unit_test(test_galleries),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
