/* glTF 2.0 in one binary file (Khronos, glTF 2.0 Specification, 2021): a chunk of JSON that
 * says what is where, and a chunk of numbers, least significant byte first - positions,
 * normals, colours, then the corners of the triangles. */
#include "base/error.h"
#include "base/text.h"
#include "output/binary.h"
#include "output/format.h"
#include "output/mesh.h"

#include <inttypes.h>

enum { HEAD_BYTES = 12, CHUNK_HEAD_BYTES = 8, VECTOR_BYTES = 12, COLOUR_BYTES = 8 };

/* Constants of the format. */
enum {
    GLTF_MAGIC = 0x46546c67, /* "glTF" */
    GLTF_JSON = 0x4e4f534a,
    GLTF_BINARY = 0x004e4942,
    GLTF_UNSIGNED_SHORT = 5123,
    GLTF_UNSIGNED_INT = 5125,
    GLTF_FLOAT = 5126,
    GLTF_VERTICES = 34962, /* ARRAY_BUFFER */
    GLTF_INDICES = 34963   /* ELEMENT_ARRAY_BUFFER */
};

/* ---- Numbers ------------------------------------------------------------------------- */

/* Colours of vertices are linear in glTF; 16 bits, because 8 would be too few in the dark. This
 * is 65535 times the linear value of each sRGB code (IEC 61966-2-1), rounded. */
static const uint16_t linear[256] = {
    0,     20,    40,    60,    80,    99,    119,   139,   159,   179,   199,   219,   241,
    264,   288,   313,   340,   367,   396,   427,   458,   491,   526,   562,   599,   637,
    677,   718,   761,   805,   851,   898,   947,   997,   1048,  1101,  1156,  1212,  1270,
    1330,  1391,  1453,  1517,  1583,  1651,  1720,  1790,  1863,  1937,  2013,  2090,  2170,
    2250,  2333,  2418,  2504,  2592,  2681,  2773,  2866,  2961,  3058,  3157,  3258,  3360,
    3464,  3570,  3678,  3788,  3900,  4014,  4129,  4247,  4366,  4488,  4611,  4736,  4864,
    4993,  5124,  5257,  5392,  5530,  5669,  5810,  5953,  6099,  6246,  6395,  6547,  6700,
    6856,  7014,  7174,  7335,  7500,  7666,  7834,  8004,  8177,  8352,  8528,  8708,  8889,
    9072,  9258,  9445,  9635,  9828,  10022, 10219, 10417, 10619, 10822, 11028, 11235, 11446,
    11658, 11873, 12090, 12309, 12530, 12754, 12980, 13209, 13440, 13673, 13909, 14146, 14387,
    14629, 14874, 15122, 15371, 15623, 15878, 16135, 16394, 16656, 16920, 17187, 17456, 17727,
    18001, 18277, 18556, 18837, 19121, 19407, 19696, 19987, 20281, 20577, 20876, 21177, 21481,
    21787, 22096, 22407, 22721, 23038, 23357, 23678, 24002, 24329, 24658, 24990, 25325, 25662,
    26001, 26344, 26688, 27036, 27386, 27739, 28094, 28452, 28813, 29176, 29542, 29911, 30282,
    30656, 31033, 31412, 31794, 32179, 32567, 32957, 33350, 33745, 34143, 34544, 34948, 35355,
    35764, 36176, 36591, 37008, 37429, 37852, 38278, 38706, 39138, 39572, 40009, 40449, 40891,
    41337, 41785, 42236, 42690, 43147, 43606, 44069, 44534, 45002, 45473, 45947, 46423, 46903,
    47385, 47871, 48359, 48850, 49344, 49841, 50341, 50844, 51349, 51858, 52369, 52884, 53401,
    53921, 54445, 54971, 55500, 56032, 56567, 57105, 57646, 58190, 58737, 59287, 59840, 60396,
    60955, 61517, 62082, 62650, 63221, 63795, 64372, 64952, 65535};

static void put_position(const TdiMesh *mesh, size_t i, uint8_t *at)
{
    tdi_put_vector(at, mesh->positions[i]);
}

static void put_normal(const TdiMesh *mesh, size_t i, uint8_t *at)
{
    tdi_put_vector(at, mesh->normals[i]);
}

/* Opaque: four numbers, so that each vertex begins at a multiple of 4. */
static void put_colour(const TdiMesh *mesh, size_t i, uint8_t *at)
{
    for (int c = 0; c < 3; c++)
        at = tdi_put_u16(at, linear[mesh->colours[i][c]]);
    tdi_put_u16(at, UINT16_MAX);
}

static void put_corners(const TdiMesh *mesh, size_t i, uint8_t *at)
{
    for (int c = 0; c < 3; c++)
        at = tdi_put_u32(at, mesh->triangles[i][c]);
}

/* ---- JSON ---------------------------------------------------------------------------- */

static void add_bounds(TdiText *json, const TdiMesh *mesh)
{
    float low[3], high[3];
    memcpy(low, mesh->positions[0], sizeof low);
    memcpy(high, mesh->positions[0], sizeof high);
    for (size_t v = 1; v < mesh->vertex_count; v++)
        for (int i = 0; i < 3; i++) {
            float here = mesh->positions[v][i];
            low[i] = here < low[i] ? here : low[i];
            high[i] = here > high[i] ? here : high[i];
        }
    for (int end = 0; end < 2; end++) {
        tdi_text_add(json, end == 0 ? ",\"min\":[" : ",\"max\":[");
        for (int i = 0; i < 3; i++) {
            tdi_text_add(json, i == 0 ? "" : ",");
            tdi_text_add_real(json, (double)(end == 0 ? low[i] : high[i]));
        }
        tdi_text_add(json, "]");
    }
}

static void add_asset(TdiText *json, const char *recipe)
{
    tdi_text_format(json, "{\"asset\":{\"version\":\"2.0\",\"generator\":\"tiedye %s\"",
                    td_version());
    if (recipe != NULL) {
        tdi_text_add(json, ",\"extras\":{\"recipe\":\"");
        tdi_text_add_json(json, recipe);
        tdi_text_add(json, "\"}");
    }
    tdi_text_add(json, "}");
}

static void add_scene(TdiText *json, bool colours)
{
    tdi_text_format(
        json,
        ",\"scene\":0,\"scenes\":[{\"nodes\":[0]}],\"nodes\":[{\"mesh\":0}],"
        "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0,\"NORMAL\":1%s},"
        "\"indices\":%d,\"material\":0}]}],\"materials\":[{\"doubleSided\":false,"
        "\"pbrMetallicRoughness\":{\"metallicFactor\":0,\"roughnessFactor\":0.7}}]",
        colours ? ",\"COLOR_0\":2" : "", colours ? 3 : 2);
}

static void add_accessor(TdiText *json, int view, int type, const char *shape, uint64_t count)
{
    tdi_text_format(
        json, "%s{\"bufferView\":%d,\"componentType\":%d,\"type\":\"%s\",\"count\":%" PRIu64,
        view == 0 ? "" : ",", view, type, shape, count);
}

static void add_accessors(TdiText *json, const TdiMesh *mesh)
{
    bool colours = mesh->colours != NULL;
    tdi_text_add(json, ",\"accessors\":[");
    add_accessor(json, 0, GLTF_FLOAT, "VEC3", mesh->vertex_count);
    add_bounds(json, mesh);
    tdi_text_add(json, "}");
    add_accessor(json, 1, GLTF_FLOAT, "VEC3", mesh->vertex_count);
    if (colours) {
        tdi_text_add(json, "}");
        add_accessor(json, 2, GLTF_UNSIGNED_SHORT, "VEC4", mesh->vertex_count);
        tdi_text_add(json, ",\"normalized\":true");
    }
    tdi_text_add(json, "}");
    add_accessor(json, colours ? 3 : 2, GLTF_UNSIGNED_INT, "SCALAR",
                 3 * (uint64_t)mesh->triangle_count);
    tdi_text_add(json, "}]");
}

/* Returns where it ends. */
static uint64_t add_view(TdiText *json, uint64_t begin, uint64_t bytes, int target)
{
    tdi_text_format(json,
                    "%s{\"buffer\":0,\"byteOffset\":%" PRIu64 ",\"byteLength\":%" PRIu64
                    ",\"target\":%d}",
                    begin == 0 ? "" : ",", begin, bytes, target);
    return begin + bytes;
}

static void add_buffer(TdiText *json, const TdiMesh *mesh)
{
    uint64_t vertices = mesh->vertex_count, end;
    tdi_text_add(json, ",\"bufferViews\":[");
    end = add_view(json, 0, vertices * VECTOR_BYTES, GLTF_VERTICES);
    end = add_view(json, end, vertices * VECTOR_BYTES, GLTF_VERTICES);
    if (mesh->colours != NULL)
        end = add_view(json, end, vertices * COLOUR_BYTES, GLTF_VERTICES);
    end = add_view(json, end, (uint64_t)mesh->triangle_count * VECTOR_BYTES, GLTF_INDICES);
    tdi_text_format(json, "],\"buffers\":[{\"byteLength\":%" PRIu64 "}]}", end);
    while (json->length % 4 != 0 && !json->failed)
        tdi_text_add(json, " ");
}

/* ---- The file ------------------------------------------------------------------------ */

/* Size of the chunk of numbers. */
static uint64_t count_bytes(const TdiMesh *mesh)
{
    uint64_t each = 2 * VECTOR_BYTES + (mesh->colours != NULL ? COLOUR_BYTES : 0);
    return mesh->vertex_count * each + (uint64_t)mesh->triangle_count * VECTOR_BYTES;
}

/* Lengths have 32 bits. The JSON is a few KiB and the recipe, in which a byte may take six. */
static TdStatus check_size(const TdiMesh *mesh, const char *recipe, TdError *err)
{
    uint64_t all = count_bytes(mesh) + 8192 + (recipe != NULL ? 6 * strlen(recipe) : 0);
    if (all <= UINT32_MAX)
        return TD_OK;
    return tdi_fail(err, TD_ERROR_ARGUMENT,
                    "the surface would take %.1f GiB, and a glb file holds 4; use ply, or take "
                    "fewer samples",
                    (double)all * 0x1p-30);
}

/* `numbers`: size of the chunk that follows. */
static TdStatus write_head(TdOutput *output, const TdiText *json, uint64_t numbers,
                           TdError *err)
{
    uint8_t head[HEAD_BYTES + CHUNK_HEAD_BYTES], chunk[CHUNK_HEAD_BYTES], *at = head;
    uint64_t all = sizeof head + json->length + sizeof chunk + numbers;
    at = tdi_put_u32(tdi_put_u32(at, GLTF_MAGIC), 2);
    at = tdi_put_u32(at, (uint32_t)all);
    tdi_put_u32(tdi_put_u32(at, (uint32_t)json->length), GLTF_JSON);
    tdi_put_u32(tdi_put_u32(chunk, (uint32_t)numbers), GLTF_BINARY);
    TdStatus status = tdi_file_write(output->file, head, sizeof head, err);
    if (status == TD_OK)
        status = tdi_file_write(output->file, json->data, json->length, err);
    return status == TD_OK ? tdi_file_write(output->file, chunk, sizeof chunk, err) : status;
}

static TdStatus write_numbers(TdOutput *output, const TdiMesh *mesh, TdError *err)
{
    size_t vertices = mesh->vertex_count;
    TdStatus status =
        tdi_write_records(output, mesh, vertices, VECTOR_BYTES, put_position, err);
    if (status == TD_OK)
        status = tdi_write_records(output, mesh, vertices, VECTOR_BYTES, put_normal, err);
    if (status == TD_OK && mesh->colours != NULL)
        status = tdi_write_records(output, mesh, vertices, COLOUR_BYTES, put_colour, err);
    if (status == TD_OK)
        status = tdi_write_records(output, mesh, mesh->triangle_count, VECTOR_BYTES,
                                   put_corners, err);
    return status;
}

static TdStatus write_glb(TdOutput *output, const TdiMesh *mesh, const char *recipe,
                          TdError *err)
{
    TdiText json = {0};
    TdStatus status = check_size(mesh, recipe, err);
    if (status != TD_OK)
        return status;
    add_asset(&json, recipe);
    add_scene(&json, mesh->colours != NULL);
    add_accessors(&json, mesh);
    add_buffer(&json, mesh);
    status = json.failed ? tdi_fail_memory(err, json.length)
                         : write_head(output, &json, count_bytes(mesh), err);
    tdi_text_free(&json);
    return status == TD_OK ? write_numbers(output, mesh, err) : status;
}

const TdiFormat tdi_format_glb = {
    .info = {.name = "glb",
             .extensions = "glb",
             .mesh = true,
             .recipe = true,
             .help = "a surface with colours for web pages and Blender (glTF 2.0), carries its "
                     "recipe"},
    .mesh = write_glb,
};
