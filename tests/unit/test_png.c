/* PNG written and read, judged by zlib, by libpng and by damage. */
#include "unit/output_files.h"

#include "output/png_read.h"
#include "unit/libpng_bytes.h"

#include <math.h>
#include <zlib.h>

/* ---- PNG, read the slow way --------------------------------------------------------- */

static uint32_t get_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
           bytes[3];
}

/* The data of all chunks of a type, one after the other; checks every chunk's checksum. */
static Bytes chunk_data(Bytes file, const char *type)
{
    Bytes all = {.data = make_room(file.size)};
    for (size_t at = 8; at < file.size;) {
        uint32_t size = get_u32(file.data + at);
        assert_true(at + 12 + size <= file.size);
        assert_int_equal(crc32(0, file.data + at + 4, size + 4),
                         get_u32(file.data + at + 8 + size));
        if (memcmp(file.data + at + 4, type, 4) == 0) {
            memcpy(all.data + all.size, file.data + at + 8, size);
            all.size += size;
        }
        at += 12 + size;
    }
    return all;
}

static int predict(int filter, int a, int b, int c)
{
    int to_a = abs(b - c), to_b = abs(a - c), to_c = abs(a + b - 2 * c);
    switch (filter) {
    case 1:
        return a;
    case 4:
        return to_a <= to_b && to_a <= to_c ? a : to_b <= to_c ? b : c;
    default:
        fail_msg("filter %d", filter);
        return 0;
    }
}

/* Undo the filters in place: rows of 1 + `across` bytes. */
static void unfilter(uint8_t *rows, size_t height, size_t across, size_t pixel)
{
    for (size_t y = 0; y < height; y++) {
        uint8_t *row = rows + y * (across + 1) + 1, *above = row - across - 1;
        assert_true(y > 0 || row[-1] == 1);
        for (size_t x = 0; x < across; x++) {
            int a = x < pixel ? 0 : row[x - pixel], b = y == 0 ? 0 : above[x];
            int c = x < pixel || y == 0 ? 0 : above[x - pixel];
            row[x] = (uint8_t)(row[x] + predict(row[-1], a, b, c));
        }
    }
}

static void check_png(const char *path, const TdRaster *raster, const void *painted)
{
    Bytes file = load(path), head = chunk_data(file, "IHDR"), packed = chunk_data(file, "IDAT");
    size_t sample = td_sample_size(raster->type), across = td_raster_row_bytes(raster);
    uint8_t want[13] = {
        0, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(8 * sample), raster->channels == 1 ? 0 : 2};
    for (int i = 0; i < 4; i++) {
        want[i] = (uint8_t)(raster->width >> (24 - 8 * i));
        want[4 + i] = (uint8_t)(raster->height >> (24 - 8 * i));
    }
    assert_int_equal(head.size, sizeof want);
    assert_memory_equal(head.data, want, sizeof want);
    uLongf size = (uLongf)((across + 1) * raster->height);
    uint8_t *rows = make_room(size);
    assert_int_equal(uncompress(rows, &size, packed.data, packed.size), Z_OK);
    assert_int_equal(size, (across + 1) * raster->height);
    unfilter(rows, raster->height, across, sample * raster->channels);
    for (size_t y = 0; y < raster->height; y++)
        for (size_t x = 0; x < across; x += sample) {
            const uint8_t *got = rows + y * (across + 1) + 1 + x;
            uint16_t wide;
            memcpy(&wide, (const uint8_t *)painted + y * across + x, sample == 2 ? 2 : 1);
            if (sample == 1 ? got[0] != (uint8_t)wide : (got[0] << 8 | got[1]) != wide)
                fail_msg("%ux%u: row %zu, byte %zu differs", raster->width, raster->height, y,
                         x);
        }
    free(rows);
    free(packed.data);
    free(head.data);
    free(file.data);
}

/* libpng's own easy way gives the same bytes. */
static void check_by_libpng(const char *path, const TdRaster *raster, const void *painted)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, path));
    image.format = raster->channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    size_t size = (size_t)td_raster_row_bytes(raster) * raster->height;
    assert_int_equal(PNG_IMAGE_SIZE(image), size);
    uint8_t *pixels = make_room(size);
    assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
    assert_memory_equal(pixels, painted, size);
    free(pixels);
}

/* What td_png_rows gives is what was painted, in bands of 7. */
static void check_by_reader(const char *path, const TdRaster *raster, const void *painted)
{
    TdPngReader *reader;
    TdRaster got;
    TdError err = {0};
    assert_int_equal(td_png_open(path, NULL, &reader, &err), TD_OK);
    assert_int_equal(td_png_raster(reader, &got, &err), TD_OK);
    assert_int_equal(got.width, raster->width);
    assert_int_equal(got.height, raster->height);
    assert_int_equal(got.channels, raster->channels);
    assert_int_equal(got.type, raster->type);
    size_t across = td_raster_row_bytes(raster);
    uint8_t *pixels = make_room(across * raster->height);
    for (uint32_t y = 0; y < raster->height; y += 7) {
        uint32_t count = raster->height - y < 7 ? raster->height - y : 7;
        assert_int_equal(td_png_rows(reader, pixels + y * across, count, &err), TD_OK);
    }
    assert_memory_equal(pixels, painted, across * raster->height);
    assert_int_equal(td_png_rows(reader, pixels, 1, &err), TD_ERROR_ARGUMENT);
    free(pixels);
    td_png_close(reader);
}

static void test_png_pixels(void **state)
{
    (void)state;
    static const uint32_t sizes[][2] = {{1, 1},     {2, 1},     {1, 2},      {3, 1000},
                                        {1000, 3},  {257, 129}, {640, 1000}, {31, 17},
                                        {90000, 4}, {70000, 1}};
    static const TdSampleType types[] = {TD_SAMPLE_U8, TD_SAMPLE_U16};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int kind = 0; kind < 4; kind++) {
            TdRaster raster = {.width = sizes[i][0],
                               .height = sizes[i][1],
                               .channels = kind & 1 ? 3 : 1,
                               .type = types[kind >> 1]};
            void *rows = paint(&raster);
            write_all(place("a.png"), &raster, rows, NULL, 2, 0);
            check_png(place("a.png"), &raster, rows);
            check_by_reader(place("a.png"), &raster, rows);
            if (raster.type == TD_SAMPLE_U8)
                check_by_libpng(place("a.png"), &raster, rows);
            free(rows);
        }
}

static void test_png_same_bytes(void **state)
{
    (void)state;
    static const uint32_t bands[] = {1, 5, 100, 137, 899, 901};
    TdRaster raster = {.width = 701, .height = 901, .channels = 3, .type = TD_SAMPLE_U8};
    void *rows = paint(&raster);
    write_all(place("a.png"), &raster, rows, "seed = 7\n", 1, 0);
    Bytes first = load(place("a.png"));
    for (size_t i = 0; i < sizeof bands / sizeof bands[0]; i++)
        for (int threads = 1; threads < 8; threads += 2) {
            write_all(place("b.png"), &raster, rows, "seed = 7\n", threads, bands[i]);
            assert_file(place("b.png"), first.data, first.size);
        }
    free(first.data);
    free(rows);
}

static void test_png_metadata(void **state)
{
    (void)state;
    TdRaster raster = {.width = 5, .height = 4, .channels = 3, .dots_per_inch = 300};
    void *rows = paint(&raster);
    static const char recipe[] = "v = 1\ntitle = \xc3\xa9t\xc3\xa9\n";
    static const char text[] = "tiedye\0\0\0\0\0v = 1\ntitle = \xc3\xa9t\xc3\xa9\n";
    static const uint8_t physical[] = {0, 0,    0x2e, 0x23, 0,
                                       0, 0x2e, 0x23, 1}; /* 11811 a metre */
    write_all(place("a.png"), &raster, rows, recipe, 1, 0);
    Bytes file = load(place("a.png"));
    Bytes got = chunk_data(file, "iTXt");
    assert_int_equal(got.size, sizeof text - 1);
    assert_memory_equal(got.data, text, got.size);
    free(got.data);
    got = chunk_data(file, "sRGB");
    assert_true(got.size == 1 && got.data[0] == 0);
    free(got.data);
    got = chunk_data(file, "pHYs");
    assert_int_equal(got.size, sizeof physical);
    assert_memory_equal(got.data, physical, sizeof physical);
    free(got.data);
    free(file.data);

    TdPngReader *reader;
    TdError err = {0};
    assert_int_equal(td_png_open(place("a.png"), NULL, &reader, &err), TD_OK);
    assert_string_equal(td_png_recipe(reader, &err), recipe);
    assert_int_equal(td_png_raster(reader, &raster, &err), TD_OK);
    assert_true(fabs(raster.dots_per_inch - 300) < 0.01);
    td_png_close(reader);

    raster.dots_per_inch = 0;
    write_all(place("a.png"), &raster, rows, NULL, 1, 0);
    file = load(place("a.png"));
    got = chunk_data(file, "iTXt");
    Bytes other = chunk_data(file, "pHYs");
    assert_true(got.size == 0 && other.size == 0);
    assert_int_equal(td_png_open(place("a.png"), NULL, &reader, &err), TD_OK);
    assert_null(td_png_recipe(reader, &err));
    assert_non_null(strstr(err.message, "carries no recipe"));
    td_png_close(reader);
    free(got.data);
    free(other.data);
    free(file.data);
    free(rows);
}

/* ---- Reading ------------------------------------------------------------------------ */

/* A PNG of libpng's own making. */
typedef struct Foreign {
    int bits, colour, interlace;
    bool transparent, text_at_end;
    int compression; /* of the text */
    const char *keyword, *text;
} Foreign;

static Bytes make_foreign(Foreign kind)
{
    Bytes bytes = {0};
    png_byte row[256] = {0}, *rows[4] = {row, row, row, row};
    png_color palette[2] = {{1, 2, 3}, {4, 5, 6}};
    png_color_16 clear = {.gray = 1};
    png_text text = {.compression = kind.compression,
                     .key = (char *)(uintptr_t)kind.keyword,
                     .text = (char *)(uintptr_t)kind.text};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &bytes, append_bytes, NULL);
    png_set_IHDR(png, info, 4, 4, kind.bits, kind.colour, kind.interlace, 0, 0);
    if (kind.colour == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, palette, 2);
    if (kind.transparent)
        png_set_tRNS(png, info, NULL, 0, &clear);
    if (kind.text_at_end)
        png_write_info(png, info);
    if (kind.keyword != NULL)
        png_set_text(png, info, &text, 1);
    if (!kind.text_at_end)
        png_write_info(png, info);
    png_write_image(png, rows);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return bytes;
}

static void check_foreign(Foreign kind, const char *words)
{
    Bytes bytes = make_foreign(kind);
    TdPngReader *reader;
    TdRaster raster;
    TdError err = {0};
    uint8_t row[64];
    assert_int_equal(tdi_png_open_memory(bytes.data, bytes.size, "x.png", &reader, &err),
                     TD_OK);
    TdStatus status = td_png_raster(reader, &raster, &err);
    assert_int_equal(status, words == NULL ? TD_OK : TD_ERROR_FORMAT);
    if (words != NULL && strstr(err.message, words) == NULL)
        fail_msg("%s", err.message);
    assert_int_equal(td_png_rows(reader, row, 1, &err), status);
    td_png_close(reader);
    free(bytes.data);
}

static void test_foreign_kinds(void **state)
{
    (void)state;
    check_foreign((Foreign){8, PNG_COLOR_TYPE_RGB, 0, 0, 0, 0, NULL, NULL}, NULL);
    check_foreign((Foreign){16, PNG_COLOR_TYPE_GRAY, 0, 0, 0, 0, NULL, NULL}, NULL);
    check_foreign((Foreign){8, PNG_COLOR_TYPE_RGBA, 0, 0, 0, 0, NULL, NULL}, "transparency");
    check_foreign((Foreign){16, PNG_COLOR_TYPE_GA, 0, 0, 0, 0, NULL, NULL}, "transparency");
    check_foreign((Foreign){8, PNG_COLOR_TYPE_GRAY, 0, true, 0, 0, NULL, NULL}, "transparency");
    check_foreign((Foreign){8, PNG_COLOR_TYPE_PALETTE, 0, 0, 0, 0, NULL, NULL}, "indexed");
    check_foreign((Foreign){1, PNG_COLOR_TYPE_GRAY, 0, 0, 0, 0, NULL, NULL}, "8 bits");
    check_foreign((Foreign){8, PNG_COLOR_TYPE_RGB, 1, 0, 0, 0, NULL, NULL}, "interlaced");
}

/* `want` NULL: opening fails, or there is none, and the error says `words`. */
static void check_recipe(Foreign kind, const char *want, const char *words)
{
    kind.bits = 8;
    for (int end = 0; end < 2; end++) {
        kind.text_at_end = end;
        Bytes bytes = make_foreign(kind);
        TdPngReader *reader;
        TdError err = {0};
        TdStatus status = tdi_png_open_memory(bytes.data, bytes.size, "x.png", &reader, &err);
        const char *got = status == TD_OK ? td_png_recipe(reader, &err) : NULL;
        if (want != NULL && got == NULL)
            fail_msg("%s", err.message);
        else if (want != NULL)
            assert_string_equal(got, want);
        else
            assert_true(got == NULL && strstr(err.message, words) != NULL);
        td_png_close(reader);
        free(bytes.data);
    }
}

static void test_recipes(void **state)
{
    (void)state;
    char *zeros = make_room((17 << 20) + 1);
    memset(zeros, '0', 17 << 20);
    Foreign text = {.keyword = "tiedye", .text = "seed = 7\n"};
    static const int kinds[] = {PNG_TEXT_COMPRESSION_NONE, PNG_TEXT_COMPRESSION_zTXt,
                                PNG_ITXT_COMPRESSION_NONE, PNG_ITXT_COMPRESSION_zTXt};
    for (int i = 0; i < 4; i++) {
        text.compression = kinds[i];
        text.text = "seed = 7\n";
        check_recipe(text, text.text, NULL);
        text.text = "";
        check_recipe(text, text.text, NULL);
        text.text = "title = \xe9";
        check_recipe(text, i < 2 ? "title = \xc3\xa9" : text.text, NULL);
        text.text = zeros;
        check_recipe(text, NULL, "x.png: its recipe is longer than 16 MiB");
    }
    check_recipe((Foreign){.keyword = "tiedyer", .text = "seed = 7"}, NULL, "no recipe");
    check_recipe((Foreign){.keyword = "tie", .text = "seed = 7"}, NULL, "no recipe");
    free(zeros);
}

/* The picture must come whole and with checksums that agree; else an error in words. */
static TdStatus read_whole(Bytes bytes, TdError *err)
{
    TdPngReader *reader;
    TdRaster raster;
    TdStatus status = tdi_png_open_memory(bytes.data, bytes.size, "x.png", &reader, err);
    if (status == TD_OK)
        status = td_png_raster(reader, &raster, err);
    if (status == TD_OK) {
        void *rows = make_room((size_t)td_raster_row_bytes(&raster) * raster.height);
        status = td_png_rows(reader, rows, raster.height, err);
        assert_int_equal(td_png_rows(reader, rows, 0, NULL), status);
        free(rows);
    }
    td_png_close(reader);
    return status;
}

static void test_damage(void **state)
{
    (void)state;
    TdRaster raster = {.width = 9, .height = 7, .channels = 3, .dots_per_inch = 72};
    TdError err = {0};
    void *rows = paint(&raster);
    write_all(place("a.png"), &raster, rows, "seed = 7\n", 1, 0);
    Bytes good = load(place("a.png"));
    assert_int_equal(read_whole(good, &err), TD_OK);
    for (size_t i = 0; i < good.size; i++) {
        Bytes cut = {make_room(i), i};
        memcpy(cut.data, good.data, i);
        assert_int_equal(read_whole(cut, &err), TD_ERROR_FORMAT);
        assert_non_null(strstr(err.message, i < 8 ? "x.png: not a PNG" : "x.png: broken PNG"));
        free(cut.data);
    }
    for (size_t i = 0; i < 8 * good.size; i++) {
        good.data[i / 8] ^= (uint8_t)(1 << i % 8);
        /* Within what stands before IEND nothing goes unnoticed, nor in its length and type. */
        TdStatus status = read_whole(good, &err);
        if (status != TD_ERROR_FORMAT)
            fail_msg("bit %zu of byte %zu of %zu: %d", i % 8, i / 8, good.size, (int)status);
        good.data[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    free(good.data);
    free(rows);
}

static void test_wrong_files(void **state)
{
    (void)state;
    TdPngReader *reader;
    TdError err = {0};
    save(place("x.txt"), "seed = 7\nlayers = 3\n", 20);
    assert_int_equal(td_png_open(place("x.txt"), NULL, &reader, &err), TD_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "x.txt: not a PNG"));
    assert_null(reader);
    assert_int_equal(td_png_open(place("none.png"), NULL, &reader, &err), TD_ERROR_IO);
    assert_non_null(strstr(err.message, "none.png: No such file"));
    assert_int_equal(td_png_open(folder, NULL, &reader, &err), TD_ERROR_IO);
    assert_non_null(strstr(err.message, "is a folder"));
    assert_int_equal(td_png_open("/dev/null", NULL, &reader, &err), TD_ERROR_FORMAT);
    save(place("a.png"), "\x89PNG\r\n\x1a\n", 8);
    assert_int_equal(td_png_open(place("a.png"), NULL, &reader, &err), TD_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "broken PNG"));
    assert_true(td_png_probe(place("a.png")));
    assert_false(td_png_probe(place("x.txt")));
    assert_false(td_png_probe(place("none.png")));
    assert_false(td_png_probe(folder));
    td_png_close(NULL);

    /* A header that promises more than the pixels can hold. */
    Bytes bytes = make_foreign((Foreign){.bits = 8, .colour = PNG_COLOR_TYPE_RGB});
    memset(bytes.data + 17, 0xff, 3);
    uLong sum = crc32(0, bytes.data + 12, 17);
    for (int i = 0; i < 4; i++)
        bytes.data[29 + i] = (uint8_t)(sum >> (24 - 8 * i));
    assert_int_equal(read_whole(bytes, &err), TD_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "cannot hold"));
    free(bytes.data);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_teardown(NAME, empty_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_png_pixels),    TEST(test_png_same_bytes), TEST(test_png_metadata),
        TEST(test_foreign_kinds), TEST(test_recipes),        TEST(test_damage),
        TEST(test_wrong_files),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
