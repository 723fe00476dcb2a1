/* Formats and files, judged by slow code and literal bytes. */
#include "unit/output_files.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

/* ---- Other formats ------------------------------------------------------------------ */

static void test_formats(void **state)
{
    (void)state;
    TdError err = {0};
    for (size_t i = 0; i < td_format_count(); i++) {
        const TdFormatInfo *info = td_format_info(i);
        assert_ptr_equal(td_format_find(info->name, "x.png", &err), info);
    }
    assert_null(td_format_info(td_format_count()));
    assert_string_equal(td_format_find(NULL, "a.b/x.PNG", &err)->name, "png");
    assert_string_equal(td_format_find(NULL, "x.pgm", &err)->name, "ppm");
    static const char *const wrong[] = {"x.jpg", "x", ".png", "a.png/x", "-", "x.pn", "x.", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        err.message[0] = '\0';
        assert_null(td_format_find(NULL, wrong[i], &err));
        assert_non_null(strstr(err.message, "png, ppm, npy"));
    }
    assert_null(td_format_find("jpeg", "x.png", &err));
    assert_null(td_format_find("", "x.png", &err));
}

static void test_ppm(void **state)
{
    (void)state;
    static const uint8_t rgb[] = {1, 2, 3, 4, 5, 6};
    static const uint16_t gray[] = {0x1234, 0xff00, 7};
    TdRaster raster = {.width = 1, .height = 2, .channels = 3};
    write_all(place("a.ppm"), &raster, rgb, "ignored", 1, 1);
    assert_file(place("a.ppm"), "P6\n1 2\n255\n\1\2\3\4\5\6", 17);
    raster = (TdRaster){.width = 3, .height = 1, .channels = 1, .type = TD_SAMPLE_U16};
    write_all(place("a.pgm"), &raster, gray, NULL, 1, 1);
    assert_file(place("a.pgm"), "P5\n3 1\n65535\n\x12\x34\xff\0\0\7", 19);
}

static void test_npy(void **state)
{
    (void)state;
    static const uint8_t bits[] = {0, 0, 0x80, 0x3f, 0, 0, 0xc0, 0x7f, 0, 0, 0,    0x80,
                                   0, 0, 0x80, 0xff, 1, 0, 0,    0,    0, 0, 0xc0, 0x7f};
    float values[6] = {1.0f, NAN, -0.0f, -INFINITY, 1.4e-45f, 0};
    uint32_t odd_nan = 0xffc12345;
    memcpy(&values[5], &odd_nan, 4);
    TdRaster raster = {.width = 3, .height = 1, .channels = 2, .type = TD_SAMPLE_F32};
    write_all(place("a.npy"), &raster, values, NULL, 1, 1);
    Bytes file = load(place("a.npy"));
    assert_int_equal(file.size, 128 + sizeof bits);
    assert_memory_equal(file.data, "\x93NUMPY\1\0\x76\0", 10);
    static const char dictionary[] =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 2), }  ";
    assert_memory_equal(file.data + 10, dictionary, sizeof dictionary - 1);
    assert_int_equal(file.data[127], '\n');
    assert_memory_equal(file.data + 128, bits, sizeof bits);
    free(file.data);
}

static uint64_t slow_hash(const uint8_t *bytes, size_t count)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

/* The hash is that of the bytes that stand in an uncompressed file after its header. */
static void check_hash(TdRaster raster, const char *plain_name, const char *kind)
{
    char want[100];
    void *rows = paint(&raster);
    write_all(place("a.hash"), &raster, rows, NULL, 1, 3);
    write_all(place(plain_name), &raster, rows, NULL, 1, 2);
    Bytes file = load(place(plain_name));
    size_t size = (size_t)td_raster_row_bytes(&raster) * raster.height;
    int length = snprintf(want, sizeof want, "%016llx %ux%u %s\n",
                          (unsigned long long)slow_hash(file.data + file.size - size, size),
                          raster.width, raster.height, kind);
    assert_file(place("a.hash"), want, (size_t)length);
    free(file.data);
    free(rows);
}

static void test_hash(void **state)
{
    (void)state;
    check_hash((TdRaster){.width = 37, .height = 50, .channels = 3, .type = TD_SAMPLE_U8},
               "a.ppm", "rgb8");
    check_hash((TdRaster){.width = 37, .height = 50, .channels = 1, .type = TD_SAMPLE_U8},
               "a.ppm", "gray8");
    check_hash((TdRaster){.width = 37, .height = 50, .channels = 3, .type = TD_SAMPLE_U16},
               "a.ppm", "rgb16");
    check_hash((TdRaster){.width = 37, .height = 50, .channels = 1, .type = TD_SAMPLE_U16},
               "a.ppm", "gray16");
    check_hash((TdRaster){.width = 37, .height = 50, .channels = 5, .type = TD_SAMPLE_F32},
               "a.npy", "f32x5");
    TdRaster one = {.width = 6, .height = 1, .channels = 1};
    write_all(place("b.hash"), &one, "foobar", NULL, 1, 1); /* a vector of FNV's authors */
    assert_file(place("b.hash"), "85944171f73967e8 6x1 gray8\n", 27);
}

static void test_null(void **state)
{
    (void)state;
    TdRaster raster = {.width = 30, .height = 20, .channels = 3};
    void *rows = paint(&raster);
    write_all(place("none/a.null"), &raster, rows, NULL, 1, 0);
    free(rows);
    assert_int_equal(count_entries(), 0);
}

static void test_rasters(void **state)
{
    (void)state;
    static const struct {
        TdRaster raster;
        const char *name, *words;
    } wrong[] = {
        {{.width = 0, .height = 5, .channels = 3, .type = TD_SAMPLE_U8}, "a.png", "2147483647"},
        {{.width = 5, .height = 0, .channels = 3, .type = TD_SAMPLE_U8}, "a.png", "2147483647"},
        {{.width = UINT32_C(1) << 31, .height = 5, .channels = 3, .type = TD_SAMPLE_U8},
         "a.png",
         "2147483647"},
        {{.width = 5, .height = 5, .channels = 0, .type = TD_SAMPLE_U8}, "a.png", "channel"},
        {{.width = 5, .height = 5, .channels = 2, .type = TD_SAMPLE_U8}, "a.png", "channel"},
        {{.width = 5, .height = 5, .channels = 4, .type = TD_SAMPLE_U16}, "a.hash", "channel"},
        {{.width = INT32_MAX, .height = 5, .channels = UINT32_MAX, .type = TD_SAMPLE_F32},
         "a.npy",
         "row"},
        {{.width = 5, .height = 5, .channels = 3, .type = TD_SAMPLE_F32}, "a.png", "float"},
        {{.width = 5, .height = 5, .channels = 3, .type = TD_SAMPLE_U8}, "a.npy", "float"},
        {{.width = 5, .height = 5, .channels = 3, .type = TD_SAMPLE_U8, .dots_per_inch = -1},
         "a.png",
         "dots"},
        {{.width = 5,
          .height = 5,
          .channels = 3,
          .type = TD_SAMPLE_U8,
          .dots_per_inch = (double)NAN},
         "a.png",
         "dots"},
        {{.width = 5, .height = 5, .channels = 3, .type = TD_SAMPLE_F32},
         "a.nrrd",
         "no picture"},
        {{.width = 5, .height = 5, .channels = 3, .depth = 2}, "a.vti", "float"},
        {{.width = 5, .height = 5, .channels = 3}, "a.ply", "holds surfaces only"},
        {{.width = 5, .height = 5, .channels = 3, .type = TD_SAMPLE_F32, .depth = 2},
         "a.nrrd",
         "spacing"},
        {{.width = 5,
          .height = 5,
          .channels = 3,
          .type = TD_SAMPLE_F32,
          .depth = 2,
          .spacing = 1,
          .origin = {0, (double)INFINITY, 0}},
         "a.vti",
         "origin"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        TdOutput *output;
        TdError err = {0};
        assert_int_equal(begin(place(wrong[i].name), &wrong[i].raster, NULL, 1, &output, &err),
                         TD_ERROR_ARGUMENT);
        assert_null(output);
        assert_non_null(strstr(err.message, wrong[i].words));
    }
    assert_int_equal(count_entries(), 0);
}

static void test_limits(void **state)
{
    (void)state;
    TdRaster raster = {.width = 100000, .height = 100, .channels = 3};
    TdRun run = {.threads = 2, .max_memory = 100000};
    TdError err = {0};
    TdOutput *output;
    const TdFormatInfo *png = td_format_find("png", NULL, &err);
    assert_int_equal(td_output_open(png, place("a.png"), &raster, NULL, &run, &output, &err),
                     TD_ERROR_MEMORY);
    volatile sig_atomic_t cancel = 0;
    run = (TdRun){.threads = 2, .cancel = &cancel};
    assert_int_equal(td_output_open(png, place("a.png"), &raster, NULL, &run, &output, &err),
                     TD_OK);
    uint32_t band = td_output_band_rows(output);
    assert_true(band >= 1 && band <= 100);
    void *rows = paint(&raster);
    cancel = 1;
    assert_int_equal(td_output_rows(output, rows, 1, &err), TD_ERROR_CANCELLED);
    assert_int_equal(td_output_close(output, &err), TD_ERROR_ARGUMENT);
    free(rows);
    assert_int_equal(count_entries(), 0);
}

/* ---- Files -------------------------------------------------------------------------- */

static const TdRaster small = {.width = 2, .height = 3, .channels = 1};
static const char small_ppm[] = "P5\n2 3\n255\nabcdef";

static void test_whole_or_not(void **state)
{
    (void)state;
    TdOutput *output;
    TdError err = {0};
    save(place("a.ppm"), "before", 6);
    assert_int_equal(begin(place("a.ppm"), &small, NULL, 1, &output, &err), TD_OK);
    assert_int_equal(td_output_rows(output, "abcdef", 3, &err), TD_OK);
    assert_file(place("a.ppm"), "before", 6);
    assert_int_equal(count_entries(), 2);
    td_output_discard(output);
    assert_file(place("a.ppm"), "before", 6);
    assert_int_equal(count_entries(), 1);

    assert_int_equal(begin(place("a.ppm"), &small, NULL, 1, &output, &err), TD_OK);
    assert_int_equal(td_output_rows(output, "abcd", 2, &err), TD_OK);
    assert_int_equal(td_output_close(output, &err), TD_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "2 of 3 rows"));
    assert_int_equal(begin(place("b.ppm"), &small, NULL, 1, &output, &err), TD_OK);
    assert_int_equal(td_output_rows(output, "abcdefgh", 4, &err), TD_ERROR_ARGUMENT);
    assert_int_equal(td_output_close(output, &err), TD_ERROR_ARGUMENT);
    assert_file(place("a.ppm"), "before", 6);
    assert_int_equal(count_entries(), 1);
    td_output_discard(NULL);

    /* Two at a time have temporary files of their own; the later one wins. */
    TdOutput *other;
    assert_int_equal(begin(place("a.ppm"), &small, NULL, 1, &output, &err), TD_OK);
    assert_int_equal(begin(place("a.ppm"), &small, NULL, 1, &other, &err), TD_OK);
    assert_int_equal(td_output_rows(other, "ABCDEF", 3, &err), TD_OK);
    assert_int_equal(td_output_rows(output, "abcdef", 3, &err), TD_OK);
    assert_int_equal(td_output_close(other, &err), TD_OK);
    assert_int_equal(td_output_close(output, &err), TD_OK);
    assert_file(place("a.ppm"), small_ppm, sizeof small_ppm - 1);
    assert_int_equal(count_entries(), 1);
}

static unsigned mode_of(const char *path)
{
    struct stat about;
    assert_int_equal(lstat(path, &about), 0);
    return (unsigned)about.st_mode;
}

static void test_modes_and_links(void **state)
{
    (void)state;
    TdError err = {0};
    mode_t before = umask(027);
    assert_int_equal(td_write_file(place("a.tie"), "one", 3, &err), TD_OK);
    assert_int_equal(mode_of(place("a.tie")) & 07777, 0640);
    assert_int_equal(chmod(place("a.tie"), 0604), 0);
    assert_int_equal(symlink("a.tie", place("link.tie")), 0);
    assert_int_equal(td_write_file(place("link.tie"), "three", 5, &err), TD_OK);
    umask(before);
    assert_true(S_ISLNK(mode_of(place("link.tie"))));
    assert_int_equal(mode_of(place("a.tie")) & 07777, 0604);
    assert_file(place("a.tie"), "three", 5);
    assert_int_equal(td_write_file(place("a.tie"), "", 0, &err), TD_OK);
    assert_file(place("a.tie"), "", 0);

    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    assert_int_equal(td_write_file(place(name), "long", 4, &err), TD_OK);
    assert_file(place(name), "long", 4);
    assert_int_equal(count_entries(), 3);
}

static void check_refused(const char *path, TdStatus want, const char *words)
{
    TdError err = {0};
    assert_int_equal(td_write_file(path, "x", 1, &err), want);
    assert_int_equal(err.status, want);
    if (strstr(err.message, words) == NULL || strchr(err.message, '\n') != NULL)
        fail_msg("%s", err.message);
}

static void test_refusals(void **state)
{
    (void)state;
    char words[600];
    const char *missing = place("no/such");
    snprintf(words, sizeof words, "the folder %s does not exist; create it with mkdir -p %s",
             missing, missing);
    check_refused(place("no/such/a.tie"), TD_ERROR_IO, words);
    check_refused(folder, TD_ERROR_IO, "is a folder");
    check_refused("/dev/full", TD_ERROR_IO, "/dev/full: the disk is full");
    check_refused("", TD_ERROR_ARGUMENT, "empty");
    assert_int_equal(symlink("nowhere", place("link")), 0);
    check_refused(place("link"), TD_ERROR_IO, "a link to a file that does not exist");
    save(place("file"), "x", 1);
    check_refused(place("file/a.tie"), TD_ERROR_IO, "Not a directory");
    if (geteuid() != 0) {
        assert_int_equal(chmod(place("file"), 0400), 0);
        check_refused(place("file"), TD_ERROR_IO, "Permission denied");
        assert_int_equal(chmod(folder, 0500), 0);
        check_refused(place("new"), TD_ERROR_IO, "Permission denied");
        assert_int_equal(chmod(folder, 0700), 0);
    }
    assert_int_equal(count_entries(), 2);

    /* The disk fills up in the middle of a picture. */
    TdRaster raster = {.width = 700, .height = 900, .channels = 3};
    TdError err = {0};
    TdOutput *output;
    void *rows = paint(&raster);
    const TdFormatInfo *png = td_format_find("png", NULL, &err);
    assert_int_equal(td_output_open(png, "/dev/full", &raster, "v = 1", NULL, &output, &err),
                     TD_OK);
    assert_int_equal(td_output_rows(output, rows, 900, &err), TD_ERROR_IO);
    assert_string_equal(err.message, "/dev/full: the disk is full");
    assert_int_equal(td_output_close(output, &err), TD_ERROR_ARGUMENT);
    free(rows);
}

typedef struct PipeReader {
    const char *path;
    size_t most; /* closes after so many bytes */
    Bytes got;
} PipeReader;

static void *read_pipe(void *user)
{
    PipeReader *reader = user;
    int fd = open(reader->path, O_RDONLY);
    ssize_t got = 1;
    while (fd >= 0 && got > 0 && reader->got.size < reader->most) {
        got = read(fd, reader->got.data + reader->got.size, reader->most - reader->got.size);
        reader->got.size += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return NULL;
}

static void test_pipes(void **state)
{
    (void)state;
    TdRaster raster = {.width = 701, .height = 901, .channels = 3};
    void *rows = paint(&raster);
    write_all(place("a.png"), &raster, rows, NULL, 2, 0);
    Bytes want = load(place("a.png"));
    assert_int_equal(mkfifo(place("pipe.png"), 0600), 0);
    PipeReader reader = {place("pipe.png"), want.size + 1, {make_room(want.size + 1), 0}};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, read_pipe, &reader), 0);
    write_all(place("pipe.png"), &raster, rows, NULL, 2, 0);
    pthread_join(thread, NULL);
    assert_int_equal(reader.got.size, want.size);
    assert_memory_equal(reader.got.data, want.data, want.size);
    assert_true(S_ISFIFO(mode_of(place("pipe.png"))));

    /* A reader that has seen enough. */
    reader.most = 100;
    reader.got.size = 0;
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pthread_create(&thread, NULL, read_pipe, &reader), 0);
    TdError err = {0};
    TdOutput *output;
    assert_int_equal(begin(place("pipe.png"), &raster, NULL, 1, &output, &err), TD_OK);
    assert_int_equal(td_output_rows(output, rows, 901, &err), TD_ERROR_IO);
    assert_non_null(strstr(err.message, "pipe.png: the reading end of the pipe was closed"));
    td_output_discard(output);
    pthread_join(thread, NULL);
    signal(SIGPIPE, before);
    free(reader.got.data);
    free(want.data);
    free(rows);
}

/* Write a small PPM to "-" while standard output is `fd`. */
static TdStatus write_to_stdout(int fd, TdError *err)
{
    TdOutput *output;
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    dup2(fd, STDOUT_FILENO);
    TdStatus status =
        td_output_open(td_format_find("ppm", NULL, err), "-", &small, NULL, NULL, &output, err);
    if (status == TD_OK)
        status = td_output_rows(output, "abcdef", 3, err);
    if (status == TD_OK)
        status = td_output_close(output, err);
    if (status == TD_OK && write(STDOUT_FILENO, "!", 1) != 1)
        status = TD_ERROR_IO;
    dup2(kept, STDOUT_FILENO);
    close(kept);
    return status;
}

static void test_standard_output(void **state)
{
    (void)state;
    TdError err = {0};
    int fd = open(place("out"), O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write_to_stdout(fd, &err), TD_OK);
    close(fd);
    assert_file(place("out"), "P5\n2 3\n255\nabcdef!", sizeof small_ppm);
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        return; /* no terminals here */
    fd = open(ptsname(master), O_WRONLY | O_NOCTTY);
    assert_true(fd >= 0);
    assert_int_equal(write_to_stdout(fd, &err), TD_ERROR_ARGUMENT);
    assert_string_equal(err.message,
                        "refusing to write a picture to the terminal; use -o FILE or a pipe");
    close(fd);
    close(master);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_teardown(NAME, empty_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_formats),  TEST(test_ppm),          TEST(test_npy),
        TEST(test_hash),     TEST(test_null),         TEST(test_rasters),
        TEST(test_limits),   TEST(test_whole_or_not), TEST(test_modes_and_links),
        TEST(test_refusals), TEST(test_pipes),        TEST(test_standard_output),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
