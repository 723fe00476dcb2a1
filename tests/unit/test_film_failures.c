/* Films that fail: what cannot be held, ffmpeg missing, failing or stuck, cancelled, out of
 * room. Nothing is left: no file, no process, no descriptor. */
#include "unit/films.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static const TdRaster colour = {
    .width = 64, .height = 48, .channels = 3, .depth = 30, .frames_per_second = 30};
static const char *const formats[] = {"a.mp4", "a.webm", "a.apng",
#ifdef TDI_HAVE_WEBP
                                      "a.webp",
#endif
#ifdef TDI_HAVE_CGIF
                                      "a.gif"
#endif
};

enum { FORMATS = sizeof formats / sizeof *formats };

static int count_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void assert_nothing_left(int entries, int descriptors)
{
    assert_int_equal(count_entries(), entries);
    assert_int_equal(count_descriptors(), descriptors);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ---- What a format does not hold ----------------------------------------------------- */

static void check_refused(const char *name, TdRaster raster, TdStatus want, const char *words)
{
    TdError err = {0};
    TdRun run = {.max_memory = 1 << 26};
    const TdFormatInfo *format = td_format_find(NULL, name, &err);
    TdOutput *output;
    assert_int_equal(td_output_open(format, place(name), &raster, RECIPE, &run, &output, &err),
                     want);
    assert_null(output);
    if (strstr(err.message, words) == NULL)
        fail_msg("no \"%s\" in: %s", words, err.message);
    assert_int_equal(count_entries(), 0);
}

static TdRaster sized(uint32_t width, uint32_t height)
{
    TdRaster raster = colour;
    raster.width = width;
    raster.height = height;
    return raster;
}

static TdRaster rated(double rate)
{
    TdRaster raster = colour;
    raster.frames_per_second = rate;
    return raster;
}

static void test_refusals(void **state)
{
    (void)state;
    const TdStatus wrong = TD_ERROR_ARGUMENT;
    TdRaster other = colour;
    check_refused("a.mp4", sized(511, 511), wrong,
                  "size: mp4 needs even sides; 511x511 is odd, use 512x512");
    check_refused("a.webm", sized(64, 1), wrong, "use 64x2");
    check_refused("a.mp4", sized(16386, 64), wrong, "at most 16384 pixels");
    check_refused("a.webm", sized(16384, 16384), wrong, "ffmpeg takes");
    check_refused("a.apng", sized(100000, 10000), wrong, "ffmpeg takes");
    check_refused("a.mp4", rated(1001), wrong, "at most 1000 frames a second");
    check_refused("a.apng", rated(100), wrong, "at most 90 frames a second");
    check_refused("a.webm", rated(0.001), wrong, "at least 0.01 frames a second");
    check_refused("a.mp4", rated((double)INFINITY), wrong, "at most 1000 frames a second");
    other.type = TD_SAMPLE_U16;
    check_refused("a.mp4", other, wrong,
                  "bits: mp4 holds 8 bits a sample; leave out --bits 16");
    check_refused("a.gif", other, wrong, "bits: gif holds 8 bits");
    other.type = TD_SAMPLE_F32;
    check_refused("a.apng", other, wrong, "no float");
    other = colour;
    other.frames_per_second = 0;
    check_refused("a.webp", other, wrong, "format webp holds no volume");
    other.depth = 0;
    check_refused("a.gif", other, wrong, "format gif holds no picture");
    check_refused("a.png", colour, wrong, "format png holds no film");
#ifdef TDI_HAVE_WEBP
    check_refused("a.webp", sized(16384, 16), wrong, "at most 16383 pixels");
    check_refused("a.webp", rated(91), wrong, "at most 90 frames a second");
    check_refused("a.webp", sized(4000, 4000), TD_ERROR_MEMORY, "--max-memory");
#else
    check_refused("a.webp", colour, TD_ERROR_UNSUPPORTED, "install libwebp-dev");
#endif
#ifdef TDI_HAVE_CGIF
    check_refused("a.gif", sized(65536, 16), wrong, "at most 65535 pixels");
    check_refused("a.gif", rated(51), wrong, "at most 50 frames a second");
    check_refused("a.gif", sized(4000, 4000), TD_ERROR_MEMORY, "--max-memory");
#else
    check_refused("a.gif", colour, TD_ERROR_UNSUPPORTED, "install libcgif-dev");
#endif
}

static void test_long_recipe(void **state)
{
    (void)state;
    char *recipe = make_room(200001);
    TdError err = {0};
    TdOutput *output;
    memset(recipe, '#', 200000);
    assert_int_equal(begin(place("a.mp4"), &colour, recipe, 1, &output, &err),
                     TD_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "--no-recipe"));
    free(recipe);
}

/* ---- Other programs called ffmpeg ---------------------------------------------------- */

static char path_before[4096];

/* Put a script in the place of ffmpeg; NULL: none. */
static void pretend(const char *script)
{
    static char bin[400];
    char text[1000], path[5000];
    snprintf(path_before, sizeof path_before, "%s", getenv("PATH"));
    snprintf(bin, sizeof bin, "%s-bin", folder);
    assert_int_equal(mkdir(bin, 0700), 0);
    if (script != NULL) {
        snprintf(path, sizeof path, "%s/ffmpeg", bin);
        snprintf(text, sizeof text, "#!/bin/sh\nPATH='%.500s'\n%s\n", path_before, script);
        save(path, text, strlen(text));
        assert_int_equal(chmod(path, 0700), 0);
    }
    setenv("PATH", bin, 1);
}

static void stop_pretending(void)
{
    char path[400];
    setenv("PATH", path_before, 1);
    snprintf(path, sizeof path, "%s-bin/ffmpeg", folder);
    unlink(path);
    *strrchr(path, '/') = '\0';
    assert_int_equal(rmdir(path), 0);
}

/* A film of more bytes than a socket holds, through a script. */
static void check_script(const char *script, TdStatus want, const char *words, double seconds)
{
    TdRaster raster = sized(640, 480);
    uint8_t *rows = paint_film(&raster);
    TdError err = {0};
    int descriptors = count_descriptors();
    pretend(script);
    double begun = now();
    TdStatus status = write_film(place("a.mp4"), &raster, rows, RECIPE, 0, NULL, &err);
    double took = now() - begun;
    stop_pretending();
    if (status != want || strstr(err.message, words) == NULL)
        fail_msg("\"%s\" gives %d: %s", script, status, err.message);
    if (took > seconds)
        fail_msg("\"%s\" takes %g s", script, took);
    free(rows);
    assert_nothing_left(0, descriptors);
}

static void test_missing(void **state)
{
    (void)state;
    check_script(NULL, TD_ERROR_UNSUPPORTED,
                 "mp4: needs the program ffmpeg; install it (Debian: apt install ffmpeg), or "
                 "write .webp or .gif, which need none",
                 5);
}

/* A test that goes on is one that no SIGPIPE has ended. */
static void test_failing(void **state)
{
    (void)state;
    const TdStatus failed = TD_ERROR_IO;
    check_script("echo first >&2; echo second >&2; echo 'the third\007' >&2; exit 3", failed,
                 "ffmpeg failed (exit status 3): first; second; the third?", 10);
    check_script("head -c 921600 >/dev/null; echo 'lost interest' >&2; exit 5", failed,
                 "ffmpeg failed (exit status 5): lost interest", 10);
    check_script("cat >/dev/null; echo 'no room' >&2; exit 1", failed,
                 "ffmpeg failed (exit status 1): no room", 10);
    check_script("for i in 1 2 3 4 5 6 7 8 9; do echo $i; seq -s, 1 40; done >&2; exit 1",
                 failed, "(exit status 1): 8; 1,2,3", 10);
    check_script("exit 0", failed, "ffmpeg ended before it had everything", 10);
    check_script("head -c 1000000 >/dev/null", failed, "ended before it had everything", 10);
    check_script("exit 7", failed, "(exit status 7), and did not say why", 10);
    check_script("kill -9 $$", failed, "ffmpeg was ended by signal 9", 10);
    check_script("exec <&-; exec sleep 600", failed, "closed its input and did not end", 10);
}

/* It ends well, without having read the last frame, which is in the socket. */
static void test_not_read(void **state)
{
    (void)state;
    const TdRaster raster = {
        .width = 16, .height = 16, .channels = 3, .depth = 1, .frames_per_second = 30};
    uint8_t *rows = paint_film(&raster);
    TdError err = {0};
    pretend("sleep 0.3");
    TdStatus status = write_film(place("a.mp4"), &raster, rows, NULL, 0, NULL, &err);
    stop_pretending();
    free(rows);
    assert_int_equal(status, TD_ERROR_IO);
    assert_non_null(strstr(err.message, "ended before it had everything"));
    assert_int_equal(count_entries(), 0);
}

/* A program that lets the system bury its children cannot know how they ended. */
static void test_children_ignored(void **state)
{
    (void)state;
    uint8_t *rows = paint_film(&colour);
    TdError err = {0};
    void (*before)(int) = signal(SIGCHLD, SIG_IGN);
    TdStatus status = write_film(place("a.mp4"), &colour, rows, NULL, 0, NULL, &err);
    signal(SIGCHLD, before);
    free(rows);
    assert_int_equal(status, TD_ERROR_IO);
    assert_non_null(strstr(err.message, "SIGCHLD"));
    assert_int_equal(count_entries(), 0);
}

/* Whatever this process does with signals, ffmpeg gets them as a program expects, and none from
 * the terminal. */
static void test_signals(void **state)
{
    (void)state;
    sigset_t all, before;
    TdError err = {0};
    uint8_t *rows = paint_film(&colour);
    sigfillset(&all);
    void (*handler)(int) = signal(SIGTERM, SIG_IGN);
    assert_int_equal(dup2(STDOUT_FILENO, 77), 77); /* without care */
    sigprocmask(SIG_BLOCK, &all, &before);
    /* The shell itself looks: it blocks signals while it starts another program. */
    pretend("cat >/dev/null; while read -r line; do case $line in SigBlk*|SigIgn*) "
            "echo \"$line\" >&2 ;; esac; done </proc/$$/status; "
            "read -r id name state parent group rest </proc/$$/stat; echo $group >&2; "
            "echo $$ >&2; [ ! -e /proc/$$/fd/77 ] || echo leaked >&2; exit 1");
    TdStatus status = write_film(place("a.mp4"), &colour, rows, NULL, 0, NULL, &err);
    stop_pretending();
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGTERM, handler);
    close(77);
    free(rows);
    assert_int_equal(status, TD_ERROR_IO);
    long group = 0, process = -1;
    unsigned long long blocked = 1, ignored = 1;
    const char *said = strstr(err.message, "SigBlk:");
    if (said == NULL)
        return; /* no Linux */
    assert_int_equal(sscanf(said, "SigBlk:?%llx; SigIgn:?%llx; %ld; %ld", &blocked, &ignored,
                            &group, &process),
                     4);
    assert_int_equal(blocked, 0);
    assert_int_equal(ignored & 0x7fffffff, 0); /* glibc keeps 32 and 33 for itself */
    assert_int_equal(group, process);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    assert_null(strstr(err.message, "leaked"));
#endif
}

/* ---- Cancelling ---------------------------------------------------------------------- */

static volatile sig_atomic_t cancel;

static void *cancel_soon(void *user)
{
    (void)user;
    usleep(300000);
    cancel = 1;
    return NULL;
}

/* ffmpeg that never reads, or never ends. */
static void check_cancelled(const char *script)
{
    TdRaster raster = sized(640, 480);
    uint8_t *rows = paint_film(&raster);
    TdError err = {0};
    TdRun run = {.cancel = &cancel};
    int descriptors = count_descriptors();
    pthread_t thread;
    pretend(script);
    cancel = 0;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, NULL), 0);
    double begun = now();
    TdStatus status = write_film(place("a.webm"), &raster, rows, NULL, 0, &run, &err);
    double took = now() - begun;
    pthread_join(thread, NULL);
    stop_pretending();
    assert_int_equal(status, TD_ERROR_CANCELLED);
    assert_true(took < 5);
    free(rows);
    assert_nothing_left(0, descriptors);
}

static void test_stuck(void **state)
{
    (void)state;
    check_cancelled("exec sleep 600");
    check_cancelled("sleep 600; true"); /* which is a child of its own */
    check_cancelled("cat >/dev/null; exec sleep 600");
    check_cancelled("exec <&-; exec sleep 600");
    check_cancelled("trap '' TERM INT HUP; kill -STOP $$");
}

static void test_middle(void **state)
{
    (void)state;
    uint8_t *rows = paint_film(&colour);
    int descriptors = count_descriptors();
    for (size_t i = 0; i < FORMATS && formats[i] != NULL; i++) {
        TdOutput *output;
        TdError err = {0};
        TdRun run = {.cancel = &cancel};
        const TdFormatInfo *format = td_format_find(NULL, formats[i], &err);
        const char *path = place(formats[i]);
        cancel = 0;
        assert_int_equal(td_output_open(format, path, &colour, RECIPE, &run, &output, &err),
                         TD_OK);
        assert_int_equal(td_output_rows(output, rows, 100, &err), TD_OK);
        assert_int_equal(count_entries(), 1);
        cancel = 1;
        assert_int_equal(td_output_rows(output, rows, 100, &err), TD_ERROR_CANCELLED);
        td_output_discard(output);
        assert_nothing_left(0, descriptors);

        cancel = 0;
        assert_int_equal(td_output_open(format, path, &colour, NULL, NULL, &output, &err),
                         TD_OK);
        td_output_discard(output);
        assert_nothing_left(0, descriptors);

        save(path, "precious", 8);
        assert_int_equal(td_output_open(format, path, &colour, NULL, NULL, &output, &err),
                         TD_OK);
        assert_int_equal(td_output_rows(output, rows, 48, &err), TD_OK);
        assert_int_equal(td_output_close(output, &err), TD_ERROR_ARGUMENT);
        assert_non_null(strstr(err.message, "48 of 1440 rows"));
        assert_file(path, "precious", 8);
        unlink(path);
        assert_nothing_left(0, descriptors);
    }
    free(rows);
}

/* ---- No room, no reader -------------------------------------------------------------- */

static void test_full_disk(void **state)
{
    (void)state;
    static const char *const names[] = {"mp4", "webm",
#ifdef TDI_HAVE_WEBP
                                        "webp",
#endif
#ifdef TDI_HAVE_CGIF
                                        "gif"
#endif
    };
    uint8_t *rows = paint_film(&colour);
    for (size_t i = 0; i < sizeof names / sizeof *names && names[i] != NULL; i++) {
        TdError err = {0};
        TdOutput *output;
        const TdFormatInfo *format = td_format_find(names[i], NULL, &err);
        TdStatus status =
            td_output_open(format, "/dev/full", &colour, NULL, NULL, &output, &err);
        assert_int_equal(status, TD_OK);
        status = td_output_rows(output, rows, 1440, &err);
        if (status == TD_OK)
            status = td_output_close(output, &err);
        else
            td_output_discard(output);
        assert_int_equal(status, TD_ERROR_IO);
        if (strstr(err.message, i < 2 ? "No space left on device" : "the disk is full") == NULL)
            fail_msg("%s: %s", names[i], err.message);
    }
    free(rows);
}

/* There are a few bytes less than the file needs, which shows late. */
static void test_no_room(void **state)
{
    (void)state;
    struct rlimit before, little;
    uint8_t *rows = paint_film(&colour);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (size_t i = 0; i < FORMATS && formats[i] != NULL; i++) {
        TdError err = {0};
        struct stat about;
        const char *path = place(formats[i]);
        assert_int_equal(write_film(path, &colour, rows, NULL, 0, NULL, &err), TD_OK);
        assert_int_equal(stat(path, &about), 0);
        unlink(path);
        little = before;
        little.rlim_cur = (rlim_t)about.st_size - 9;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
        TdStatus status = write_film(path, &colour, rows, NULL, 0, NULL, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        if (status != TD_ERROR_IO)
            fail_msg("%s: %d, %s", formats[i], status, err.message);
        assert_int_equal(count_entries(), 0);
    }
    signal(SIGXFSZ, handler);
    free(rows);
}

static void *read_little(void *user)
{
    char bytes[100];
    int fd = open(user, O_RDONLY | O_CLOEXEC);
    ssize_t got = read(fd, bytes, sizeof bytes);
    close(fd);
    return got < 0 ? user : NULL;
}

/* As other formats do. */
static void test_reader_gone(void **unused)
{
    (void)unused;
    TdRaster raster = sized(640, 480);
    static char path[300];
    size_t size = (size_t)(td_raster_rows(&raster) * td_raster_row_bytes(&raster));
    uint8_t *rows = make_room(size); /* noise, of which more is left than a pipe holds */
    for (size_t i = 0, state = 1; i < size; i++)
        rows[i] =
            (uint8_t)((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 2; i++) {
        TdError err = {0};
        pthread_t thread;
        snprintf(path, sizeof path, "%s", place(formats[i]));
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_int_equal(pthread_create(&thread, NULL, read_little, path), 0);
        TdStatus status = write_film(path, &raster, rows, NULL, 0, NULL, &err);
        pthread_join(thread, NULL);
        if (status != TD_ERROR_IO ||
            strstr(err.message, "the reading end of the pipe was closed") == NULL)
            fail_msg("%s", err.message);
    }
    signal(SIGPIPE, before);
    free(rows);
}

static void test_apng_pipe(void **state)
{
    (void)state;
    TdError err = {0};
    TdOutput *output;
    int fds[2], kept = dup(STDOUT_FILENO);
    assert_int_equal(pipe(fds), 0);
    fflush(stdout);
    dup2(fds[1], STDOUT_FILENO);
    TdStatus status = td_output_open(td_format_find("apng", NULL, &err), "-", &colour, NULL,
                                     NULL, &output, &err);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(fds[0]);
    close(fds[1]);
    assert_int_equal(status, TD_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "which no pipe allows"));
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_teardown(NAME, empty_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_refusals),  TEST(test_long_recipe), TEST(test_missing),
        TEST(test_failing),   TEST(test_not_read),    TEST(test_children_ignored),
        TEST(test_signals),   TEST(test_stuck),       TEST(test_middle),
        TEST(test_full_disk), TEST(test_no_room),     TEST(test_reader_gone),
        TEST(test_apng_pipe),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
