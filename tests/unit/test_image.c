/* Pictures as networks are fed with them: every kind of PNG that libpng can write, against
 * values computed from the codes that were written; files that are none; damage. */
#include "unit/libpng_bytes.h"

#include "base/sha256.h"
#include "fuzz/repair.h"
#include "output/image.h"

#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>

/* ---- PNGs of every kind ----------------------------------------------------------------- */

typedef struct Kind {
    uint32_t width, height;
    int colour, depth;
    bool clear; /* has a tRNS */
    bool interlaced;
} Kind;

/* What was written: codes as the file has them, and what they mean. */
typedef struct Written {
    Kind kind;
    uint16_t *codes; /* channels a pixel, or one index */
    png_color palette[256];
    png_byte alphas[256];
    png_color_16 key; /* the colour that is clear */
    Bytes bytes;
} Written;

static int channels_of(int colour)
{
    return colour == PNG_COLOR_TYPE_GA     ? 2
           : colour == PNG_COLOR_TYPE_RGB  ? 3
           : colour == PNG_COLOR_TYPE_RGBA ? 4
                                           : 1;
}

static size_t count_codes(const Kind *kind)
{
    return (size_t)kind->width * kind->height * (size_t)channels_of(kind->colour);
}

/* Few different codes, and many that differ in their last bit: clear colours are met, and
 * nearly met. */
static void choose_codes(Written *written)
{
    const Kind *kind = &written->kind;
    uint32_t state = kind->width * 131 + (uint32_t)(kind->depth * 7 + kind->colour);
    uint32_t full = (1u << kind->depth) - 1;
    written->codes = make_room(count_codes(kind) * sizeof *written->codes);
    for (size_t i = 0; i < count_codes(kind); i++) {
        uint32_t any = next_random(&state), near = 0x5a5a & full;
        uint32_t ends = any >> 8 & 1 ? 0 : full;
        uint32_t code = (any & 3) == 0 ? near : (any & 3) == 1 ? near ^ 1 : any >> 4 & full;
        written->codes[i] = (uint16_t)((any >> 16 & 3) == 0 ? ends : code);
    }
    written->key = (png_color_16){0, (png_uint_16)(0x5a5a & full), (png_uint_16)(0x5a5a & full),
                                  (png_uint_16)(0x5a5a & full), (png_uint_16)(0x5a5a & full)};
    for (size_t i = 0; i < 256; i++) {
        uint32_t a = next_random(&state), b = next_random(&state);
        written->palette[i] = (png_color){(png_byte)a, (png_byte)(a >> 8), (png_byte)b};
        written->alphas[i] = (png_byte)(i % 3 == 0 ? 0 : b >> 8);
    }
}

/* Rows as they stand in a file, without filters. */
static png_bytep *pack_rows(const Written *written)
{
    const Kind *kind = &written->kind;
    size_t across = (size_t)kind->width * (size_t)channels_of(kind->colour);
    size_t bits = (size_t)kind->depth, row_bytes = (across * bits + 7) / 8;
    png_bytep *rows = make_room(kind->height * sizeof *rows + kind->height * row_bytes);
    for (size_t y = 0; y < kind->height; y++) {
        rows[y] = (png_bytep)(rows + kind->height) + y * row_bytes;
        for (size_t i = 0; i < across * bits; i++) {
            unsigned bit = written->codes[y * across + i / bits] >> (bits - 1 - i % bits) & 1;
            rows[y][i / 8] = (png_byte)(rows[y][i / 8] | bit << (7 - i % 8));
        }
    }
    return rows;
}

/* How many entries of the palette have an alpha of their own. */
static int count_alphas(const Kind *kind)
{
    return kind->depth == 1 ? 1 : (1 << kind->depth) - 1;
}

/* Chunks that would change what a viewer shows, one of them broken. */
static void add_other_chunks(png_structp png, png_infop info)
{
    const png_color_16 background = {.index = 1, .red = 1, .gray = 1};
    png_set_gAMA_fixed(png, info, 100000);
    png_set_bKGD(png, info, &background);
}

/* Fill in the bytes. */
static void encode(Written *written)
{
    static const png_byte profile[] = "no profile at all";
    const Kind *kind = &written->kind;
    png_bytep *rows = pack_rows(written);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &written->bytes, append_bytes, NULL);
    png_set_IHDR(png, info, kind->width, kind->height, kind->depth, kind->colour,
                 kind->interlaced, 0, 0);
    if (kind->colour == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, written->palette, 1 << kind->depth);
    if (kind->clear && kind->colour == PNG_COLOR_TYPE_PALETTE)
        png_set_tRNS(png, info, written->alphas, count_alphas(kind), NULL);
    else if (kind->clear)
        png_set_tRNS(png, info, NULL, 0, &written->key);
    add_other_chunks(png, info);
    png_write_info_before_PLTE(png, info);
    png_write_chunk(png, (png_const_bytep) "iCCP", profile, sizeof profile);
    png_write_info(png, info);
    png_write_image(png, rows);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    free(rows);
}

static Written write_kind(Kind kind)
{
    Written written = {.kind = kind};
    choose_codes(&written);
    encode(&written);
    return written;
}

static void free_written(Written *written)
{
    free(written->codes);
    free(written->bytes.data);
}

/* ---- What they mean --------------------------------------------------------------------- */

/* Red, green, blue, alpha, from 0 to 1. */
static void colour_of(const Written *written, size_t pixel, long double rgba[4])
{
    const Kind *kind = &written->kind;
    int channels = channels_of(kind->colour);
    const uint16_t *codes = written->codes + pixel * (size_t)channels;
    long double full = (1 << kind->depth) - 1;
    bool gray = channels < 3, key = kind->clear;
    rgba[3] = 1;
    if (kind->colour == PNG_COLOR_TYPE_PALETTE) {
        const png_color *entry = &written->palette[codes[0]];
        rgba[0] = entry->red / 255.0L;
        rgba[1] = entry->green / 255.0L;
        rgba[2] = entry->blue / 255.0L;
        if (kind->clear && codes[0] < count_alphas(kind))
            rgba[3] = written->alphas[codes[0]] / 255.0L;
        return;
    }
    for (int c = 0; c < 3; c++) {
        rgba[c] = codes[gray ? 0 : c] / full;
        key = key && codes[gray ? 0 : c] == written->key.gray;
    }
    if (channels % 2 == 0)
        rgba[3] = codes[channels - 1] / full;
    else if (key)
        rgba[3] = 0;
}

/* Bit for bit, so that a zero has no sign. */
static void check_values(const Written *written, const TdiImage *image)
{
    const Kind *kind = &written->kind;
    size_t pixels = (size_t)kind->width * kind->height;
    assert_int_equal(image->width, kind->width);
    assert_int_equal(image->height, kind->height);
    for (size_t i = 0; i < pixels; i++) {
        long double rgba[4];
        colour_of(written, i, rgba);
        for (size_t c = 0; c < 3; c++) {
            float want = rgba[3] == 0 ? 0 : (float)(rgba[3] * (2 * rgba[c] - 1));
            float got = image->values[c * pixels + i];
            if (memcmp(&got, &want, sizeof got) != 0)
                fail_msg("colour %d, %d bits, clear %d, interlaced %d, %u x %u: pixel %zu, "
                         "channel %zu: %a, not %a",
                         kind->colour, kind->depth, kind->clear, kind->interlaced, kind->width,
                         kind->height, i, c, (double)got, (double)want);
        }
    }
}

static void check_read(const Written *written, TdiImage *image)
{
    TdError err = {0};
    if (tdi_image_read_memory(written->bytes.data, written->bytes.size, "x.png", NULL, image,
                              &err) != TD_OK)
        fail_msg("colour %d, %d bits: %s", written->kind.colour, written->kind.depth,
                 err.message);
    check_values(written, image);
}

static void check_kind(Kind kind)
{
    Written written = write_kind(kind);
    TdiImage image;
    check_read(&written, &image);
    tdi_image_clear(&image);
    assert_null(image.values);
    tdi_image_clear(&image);
    free_written(&written);
}

static const struct {
    int colour, least, most; /* bits */
} colours[] = {{PNG_COLOR_TYPE_GRAY, 1, 16},
               {PNG_COLOR_TYPE_PALETTE, 1, 8},
               {PNG_COLOR_TYPE_RGB, 8, 16},
               {PNG_COLOR_TYPE_GA, 8, 16},
               {PNG_COLOR_TYPE_RGBA, 8, 16}};

static void check_kinds(uint32_t width, uint32_t height)
{
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        for (int depth = colours[i].least; depth <= colours[i].most; depth *= 2)
            for (int more = 0; more < 4; more++)
                if (!(more & 1) || channels_of(colours[i].colour) % 2 == 1)
                    check_kind(
                        (Kind){width, height, colours[i].colour, depth, more & 1, more >> 1});
}

static void test_every_kind(void **state)
{
    (void)state;
    check_kinds(61, 43);
    check_kinds(1, 300);
    check_kinds(300, 1);
    for (uint32_t size = 0; size < 9 * 9; size++) /* passes without pixels */
        check_kinds(1 + size % 9, 1 + size / 9);
}

/* All pairs of 8-bit codes, and of the 16-bit codes 257 times those. */
static void test_codes(void **state)
{
    (void)state;
    TdiImage image[2];
    for (uint32_t wide = 0; wide < 2; wide++) {
        Written written = {.kind = {256, 256, PNG_COLOR_TYPE_GA, wide ? 16 : 8, false, false}};
        written.codes = make_room(count_codes(&written.kind) * sizeof *written.codes);
        for (uint32_t i = 0; i < 65536; i++) {
            written.codes[2 * i] = (uint16_t)(i % 256 * (wide ? 257 : 1));
            written.codes[2 * i + 1] = (uint16_t)(i / 256 * (wide ? 257 : 1));
        }
        encode(&written);
        check_read(&written, &image[wide]);
        free_written(&written);
    }
    assert_memory_equal(image[0].values, image[1].values, sizeof(float[3][65536]));
    const float *opaque = image[0].values + 255 * 256, *clear = image[0].values;
    assert_true(opaque[0] == -1 && opaque[255] == 1 && opaque[128] == 1 / 255.0F);
    assert_true(clear[0] == 0 && clear[255] == 0 && !signbit(clear[0]));
    tdi_image_clear(&image[0]);
    tdi_image_clear(&image[1]);
}

/* ---- Files ------------------------------------------------------------------------------ */

static const Kind palette = {9, 7, PNG_COLOR_TYPE_PALETTE, 4, true, true};
static const Kind plain = {9, 7, PNG_COLOR_TYPE_RGB, 16, false, false};

static void check_sha256(const Bytes *bytes, const char *hex)
{
    char want[TDI_SHA256_HEX + 1];
    TdiSha256 sha;
    tdi_sha256_begin(&sha);
    tdi_sha256_add(&sha, bytes->data, bytes->size);
    tdi_sha256_end(&sha, want);
    assert_string_equal(hex, want);
}

static void test_files(void **state)
{
    (void)state;
    Written written = write_kind(palette);
    TdiImage image;
    TdError err = {0};
    save(place("a.png"), written.bytes.data, written.bytes.size);
    assert_int_equal(tdi_image_read(place("a.png"), NULL, &image, &err), TD_OK);
    check_values(&written, &image);
    check_sha256(&written.bytes, image.sha256);
    tdi_image_clear(&image);

    int ends[2];
    char path[32];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], written.bytes.data, written.bytes.size),
                     written.bytes.size);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    if (tdi_image_read(path, NULL, &image, &err) != TD_OK)
        fail_msg("%s", err.message);
    close(ends[0]);
    check_values(&written, &image);
    check_sha256(&written.bytes, image.sha256);
    tdi_image_clear(&image);
    free_written(&written);
}

static void assert_empty(const TdiImage *image)
{
    assert_true(image->values == NULL && image->width == 0 && image->height == 0 &&
                image->sha256[0] == '\0');
}

static void check_refused(const char *path, TdStatus want, const char *words)
{
    TdiImage image;
    TdError err = {0};
    assert_int_equal(tdi_image_read(path, NULL, &image, &err), want);
    if (strstr(err.message, words) == NULL || strchr(err.message, '\n') != NULL)
        fail_msg("\"%s\", not \"%s\"", err.message, words);
    assert_non_null(strstr(err.message, path));
    assert_empty(&image);
}

static void test_wrong_files(void **state)
{
    (void)state;
    static const char jpeg[] = "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01";
    check_refused(place("none.png"), TD_ERROR_IO, "No such file");
    check_refused(folder, TD_ERROR_IO, "is a folder");
    save(place("empty.png"), "", 0);
    check_refused(place("empty.png"), TD_ERROR_FORMAT, "is empty");
    save(place("a.jpg"), jpeg, sizeof jpeg);
    check_refused(place("a.jpg"), TD_ERROR_FORMAT, "is no PNG; convert it: ffmpeg -i");
    save(place("a.txt"), "P6", 2);
    check_refused(place("a.txt"), TD_ERROR_FORMAT, "is no PNG; convert it: ffmpeg -i");
}

/* ---- Damage ----------------------------------------------------------------------------- */

/* What is read is a picture, what is not says why in one line. */
static TdStatus try_bytes(const Bytes *bytes, TdError *err)
{
    const TdRun run = {.max_memory = 1 << 26};
    TdiImage image;
    *err = (TdError){0};
    TdStatus status =
        tdi_image_read_memory(bytes->data, bytes->size, "x.png", &run, &image, err);
    if (status == TD_OK) {
        for (size_t i = 0; i < (size_t)3 * image.width * image.height; i++)
            assert_true(fabsf(image.values[i]) <= 1);
    } else {
        assert_true(strncmp(err->message, "x.png: ", 7) == 0);
        assert_null(strchr(err->message, '\n'));
        assert_empty(&image);
    }
    tdi_image_clear(&image);
    return status;
}

/* Cut off anywhere, or with a wrong bit anywhere, it is no picture. */
static void check_damage(Kind kind)
{
    Written written = write_kind(kind);
    Bytes *good = &written.bytes;
    TdError err;
    assert_int_equal(try_bytes(good, &err), TD_OK);
    for (size_t i = 0; i < good->size; i++) {
        Bytes cut = {make_room(i), i};
        memcpy(cut.data, good->data, i);
        assert_int_equal(try_bytes(&cut, &err), TD_ERROR_FORMAT);
        free(cut.data);
    }
    for (size_t i = 0; i < 8 * good->size; i++) {
        Bytes bad = {make_room(good->size), good->size};
        memcpy(bad.data, good->data, good->size);
        bad.data[i / 8] ^= (uint8_t)(1 << i % 8);
        if (try_bytes(&bad, &err) != TD_ERROR_FORMAT)
            fail_msg("bit %zu of byte %zu of %zu", i % 8, i / 8, good->size);
        repair_checksums(bad.data, bad.size);
        try_bytes(&bad, &err);
        free(bad.data);
    }
    free_written(&written);
}

static void test_damage(void **state)
{
    (void)state;
    int said = open(place("said"), O_CREAT | O_RDWR, 0600), standard = dup(STDERR_FILENO);
    struct stat about;
    dup2(said, STDERR_FILENO); /* libpng's warnings are for nobody */
    check_damage(palette);
    check_damage(plain);
    dup2(standard, STDERR_FILENO);
    assert_int_equal(fstat(said, &about), 0);
    assert_int_equal(about.st_size, 0);
    close(standard);
    close(said);
}

static void put_u32(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* A header that says another size than the pixels have. */
static TdStatus try_size(const Written *written, uint32_t width, uint32_t height, TdError *err)
{
    Bytes bytes = {make_room(written->bytes.size), written->bytes.size};
    memcpy(bytes.data, written->bytes.data, bytes.size);
    put_u32(bytes.data + 16, width);
    put_u32(bytes.data + 20, height);
    repair_checksums(bytes.data, bytes.size);
    TdStatus status = try_bytes(&bytes, err);
    free(bytes.data);
    return status;
}

static void test_claims(void **state)
{
    (void)state;
    Written written = write_kind(plain);
    TdError err;
    assert_int_equal(try_size(&written, plain.width, plain.height, &err), TD_OK);
    assert_int_equal(try_size(&written, plain.width, plain.height + 1, &err), TD_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "Not enough image data"));
    assert_int_equal(try_size(&written, plain.width, plain.height - 1, &err), TD_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "Too much image data"));
    static const uint32_t sizes[][2] = {
        {1 << 16, 1 << 15}, {INT32_MAX, INT32_MAX}, {INT32_MAX, 1}, {1, INT32_MAX}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(try_size(&written, sizes[i][0], sizes[i][1], &err), TD_ERROR_FORMAT);
        assert_non_null(strstr(err.message, "packed bytes cannot hold"));
    }
    free_written(&written);
}

static void test_limit_and_cancel(void **state)
{
    (void)state;
    Kind kind = {1000, 1000, PNG_COLOR_TYPE_GRAY, 8, false, false};
    Written written = write_kind(kind);
    volatile sig_atomic_t cancel = 1;
    TdRun run = {.max_memory = 12000000};
    TdiImage image;
    TdError err;
    const Bytes *bytes = &written.bytes;
    assert_int_equal(
        tdi_image_read_memory(bytes->data, bytes->size, "x.png", &run, &image, &err),
        TD_ERROR_MEMORY);
    assert_non_null(strstr(err.message, "x.png: a picture of 1000 x 1000 pixels needs 11."));
    assert_empty(&image);
    run.max_memory += 24000;
    assert_int_equal(
        tdi_image_read_memory(bytes->data, bytes->size, "x.png", &run, &image, &err), TD_OK);
    check_sha256(bytes, image.sha256); /* of a file of many pieces */
    tdi_image_clear(&image);
    run.cancel = &cancel;
    assert_int_equal(
        tdi_image_read_memory(bytes->data, bytes->size, "x.png", &run, &image, &err),
        TD_ERROR_CANCELLED);
    assert_empty(&image);
    free_written(&written);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_teardown(NAME, empty_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_every_kind),       TEST(test_codes),  TEST(test_files),
        TEST(test_wrong_files),      TEST(test_damage), TEST(test_claims),
        TEST(test_limit_and_cancel),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
