/* Films, judged by other readers: ffprobe and ffmpeg, libwebp's decoder, literal bytes. */
#include "unit/films.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#ifdef TDI_TEST_WEBP
#include <webp/demux.h>
#endif

static const TdRaster colour = {
    .width = 64, .height = 48, .channels = 3, .depth = 30, .frames_per_second = 30};
static const TdRaster gray = {
    .width = 130, .height = 50, .channels = 1, .depth = 7, .frames_per_second = 12.5};

/* ---- MP4 and WebM -------------------------------------------------------------------- */

static void check_video(const char *name, const TdRaster *raster, uint32_t band)
{
    char line[80];
    const char *path = place(name);
    uint8_t *rows = paint_film(raster);
    write_whole_film(path, raster, rows, band);
    assert_int_equal(count_entries(), 1);
    char *words = probe(path, "stream=width,height,pix_fmt,color_range,color_space,"
                              "color_transfer,color_primaries,nb_read_frames");
    static const char *const wanted[] = {"pix_fmt=yuv420p", "color_range=tv",
                                         "color_space=bt709", "color_transfer=bt709",
                                         "color_primaries=bt709"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_line(words, wanted[i]);
    snprintf(line, sizeof line, "nb_read_frames=%u", raster->depth);
    assert_line(words, line);
    snprintf(line, sizeof line, "width=%u\nheight=%u", raster->width, raster->height);
    assert_line(words, line);
    free(words);
    Bytes got = decode(path, raster->channels == 1 ? "gray" : "rgb24");
    size_t frame = (size_t)td_raster_row_bytes(raster) * raster->height;
    assert_int_equal(got.size, frame * raster->depth);
    assert_near(got.data, rows, frame, raster->depth, 3);
    free(got.data);
    free(rows);
    unlink(path);
}

static void test_video(void **state)
{
    (void)state;
    static const char *const names[] = {"a.mp4", "a.webm"};
    const TdRaster tiny = {
        .width = 2, .height = 2, .channels = 3, .depth = 1, .frames_per_second = 24};
    const TdRaster wide = {.width = 322,
                           .height = 66,
                           .channels = 3,
                           .depth = 5,
                           .frames_per_second = 60,
                           .loops = true};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        check_video(names[i], &colour, 0);
        check_video(names[i], &colour, 1);
        check_video(names[i], &gray, 61);
        check_video(names[i], &tiny, 1);
        check_video(names[i], &wide, 5 * 66);
    }
}

/* Rates as they are written, and as broadcasters mean them. */
static void test_rates(void **state)
{
    (void)state;
    static const struct {
        double rate;
        const char *line;
    } rates[] = {{24, "24/1"},         {29.97, "2997/100"}, {30000 / 1001.0, "30000/1001"},
                 {23.976, "2997/125"}, {0.5, "1/2"},        {12.5, "25/2"}};
    TdRaster raster = {.width = 16, .height = 16, .channels = 3, .depth = 3};
    uint8_t *rows = paint_film(&raster);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        char line[60];
        raster.frames_per_second = rates[i].rate;
        write_whole_film(place("a.mp4"), &raster, rows, 0);
        char *words = probe(place("a.mp4"), "stream=r_frame_rate,avg_frame_rate,duration");
        snprintf(line, sizeof line, "r_frame_rate=%s", rates[i].line);
        assert_line(words, line);
        snprintf(line, sizeof line, "avg_frame_rate=%s", rates[i].line);
        assert_line(words, line);
        double duration = strtod(strstr(words, "duration=") + 9, NULL);
        assert_true(fabs(duration - 3 / rates[i].rate) < 1e-4);
        free(words);
    }
    free(rows);
}

/* The recipe comes back as it went in, line breaks included. */
static void test_recipes(void **state)
{
    (void)state;
    static const char *const names[] = {"a.mp4", "a.webm",
#ifdef TDI_HAVE_CGIF
                                        "a.gif"
#endif
    };
    uint8_t *rows = paint_film(&colour);
    for (size_t i = 0; i < sizeof names / sizeof *names && names[i] != NULL; i++) {
        char command[600];
        write_whole_film(place(names[i]), &colour, rows, 0);
        snprintf(
            command, sizeof command,
            "ffprobe -v error -show_entries format_tags=comment -of default=nw=1:nk=1 '%s'",
            place(names[i]));
        Bytes words = output_of(command);
        assert_string_equal((char *)words.data, RECIPE "\n");
        free(words.data);
    }
    free(rows);
}

/* ---- APNG ---------------------------------------------------------------------------- */

/* Where a chunk's data begins. */
static const uint8_t *find_chunk(const Bytes *file, const char *type)
{
    const uint8_t *found = memmem(file->data, file->size, type, 4);
    return found == NULL ? NULL : found + 4;
}

static unsigned big_endian(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 24 | (unsigned)bytes[1] << 16 | (unsigned)bytes[2] << 8 |
           bytes[3];
}

static void check_apng(const TdRaster *raster, const char *pixels)
{
    const char *path = place("a.apng");
    uint8_t *rows = paint_film(raster);
    write_whole_film(path, raster, rows, 7);
    Bytes got = decode(path, pixels);
    assert_int_equal(got.size, td_raster_rows(raster) * td_raster_row_bytes(raster));
    assert_memory_equal(got.data, rows, got.size);
    free(got.data);
    free(rows);
    Bytes file = load(path);
    const uint8_t *control = find_chunk(&file, "acTL");
    if (raster->depth > 1) {
        assert_non_null(control);
        assert_int_equal(big_endian(control), raster->depth);
        assert_int_equal(big_endian(control + 4), raster->loops ? 0 : 1);
    }
    free(file.data);
    TdPngReader *reader;
    TdError err = {0};
    assert_int_equal(td_png_open(path, NULL, &reader, &err), TD_OK);
    assert_string_equal(td_png_recipe(reader, &err), RECIPE);
    td_png_close(reader);
    assert_int_equal(count_entries(), 1);
}

static void test_apng(void **state)
{
    (void)state;
    TdRaster raster = {
        .width = 33, .height = 21, .channels = 3, .depth = 9, .frames_per_second = 29.97};
    check_apng(&raster, "rgb24");
    raster.loops = true;
    raster.type = TD_SAMPLE_U16;
    check_apng(&raster, "rgb48"); /* in the machine's order */
    raster.channels = 1;
    check_apng(&raster, "gray16");
    raster.type = TD_SAMPLE_U8;
    raster.depth = 1;
    check_apng(&raster, "gray");
}

/* ---- Timing of GIF and WebP ---------------------------------------------------------- */

static inline long nearest(double value)
{
    return (long)floor(value + 0.5);
}

#ifdef TDI_HAVE_CGIF

/* A frame of every kind that stands for some hundredths of a second, to the end. */
static void check_gif_times(const char *path, const TdRaster *raster)
{
    char command[600];
    snprintf(command, sizeof command,
             "ffprobe -v error -show_entries packet=pts,duration -of csv=p=0 '%s'", path);
    Bytes words = output_of(command);
    char *next = (char *)words.data;
    for (unsigned i = 0; i < raster->depth; i++) {
        long begins = strtol(next, &next, 10), lasts = strtol(next + 1, &next, 10);
        next = strchr(next, '\n') + 1;
        assert_int_equal(begins, nearest(100 * i / raster->frames_per_second));
        assert_int_equal(begins + lasts, nearest(100 * (i + 1) / raster->frames_per_second));
    }
    assert_int_equal(*next, '\0');
    free(words.data);
}

/* The mean of 8 x 8 pixels must be near that of the original, for each channel. */
static void check_means(const uint8_t *got, const uint8_t *want, const TdRaster *raster)
{
    size_t across = 3 * (size_t)raster->width, rows = (size_t)td_raster_rows(raster);
    assert_true(raster->width % 8 == 0 && raster->height % 8 == 0);
    for (size_t y = 0; y < rows; y += 8)
        for (size_t x = 0; x < across; x += x % 3 == 2 ? 22 : 1) {
            int sum = 0;
            for (size_t i = 0; i < 64; i++) {
                size_t at = (y + i / 8) * across + x + i % 8 * 3;
                sum += got[at] - want[at];
            }
            if (abs(sum) > 64 * 8)
                fail_msg("means of the block at %zu, %zu differ by %g", x / 3, y,
                         (double)sum / 64);
        }
}

static bool has_bytes(const Bytes *file, const void *bytes, size_t size)
{
    return memmem(file->data, file->size, bytes, size) != NULL;
}

static void test_gif(void **state)
{
    (void)state;
    TdRaster raster = colour;
    const char *path = place("a.gif");
    static const double rates[] = {30, 29.97, 50, 24, 7, 0.5};
    uint8_t *rows = paint_film(&raster);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        raster.frames_per_second = rates[i];
        raster.loops = i % 2 == 0;
        write_whole_film(path, &raster, rows, (uint32_t)i);
        check_gif_times(path, &raster);
        Bytes file = load(path);
        assert_memory_equal(file.data, "GIF89a", 6);
        assert_int_equal(has_bytes(&file, "NETSCAPE2.0\3\1\0\0", 16), raster.loops);
        free(file.data);
    }
    Bytes got = decode(path, "rgb24");
    assert_int_equal(got.size, td_raster_rows(&raster) * td_raster_row_bytes(&raster));
    check_means(got.data, rows, &raster);
    free(got.data);
    free(rows);

    rows = paint_film(&gray);
    write_whole_film(path, &gray, rows, 3);
    got = decode(path, "gray");
    assert_int_equal(got.size, 130 * 50 * 7);
    assert_near(got.data, rows, 130 * 50, 7, 1);
    free(got.data);
    raster = gray;
    raster.depth = 1;
    write_whole_film(path, &raster, rows, 0);
    got = decode(path, "gray");
    assert_near(got.data, rows, 130 * 50, 1, 1);
    free(got.data);
    free(rows);
}

/* Every colour is in the middle of what stands for it: flat fields keep their mean. */
static void test_gif_flat(void **state)
{
    (void)state;
    const TdRaster raster = {
        .width = 16, .height = 16, .channels = 3, .depth = 256, .frames_per_second = 10};
    size_t frame = 16 * 16 * 3;
    uint8_t *rows = make_room(256 * frame);
    for (size_t i = 0; i < 256 * frame; i++)
        rows[i] = (uint8_t)(i % 3 == 1 ? 255 - i / frame : i / frame);
    write_whole_film(place("a.gif"), &raster, rows, 0);
    Bytes got = decode(place("a.gif"), "rgb24");
    assert_int_equal(got.size, 256 * frame);
    for (size_t f = 0; f < 256; f++)
        for (size_t c = 0; c < 3; c++) {
            int sum = 0;
            for (size_t i = c; i < frame; i += 3)
                sum += got.data[f * frame + i] - rows[f * frame + i];
            assert_true(abs(sum) <= 256);
        }
    free(got.data);
    free(rows);
}

#endif

#ifdef TDI_TEST_WEBP

static void check_webp(const TdRaster *raster, uint32_t band)
{
    const char *path = place("a.webp");
    uint8_t *rows = paint_film(raster);
    write_whole_film(path, raster, rows, band);
    Bytes file = load(path);
    const WebPData data = {file.data, file.size};
    WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, NULL);
    assert_non_null(decoder);
    WebPAnimInfo info;
    assert_true(WebPAnimDecoderGetInfo(decoder, &info));
    assert_int_equal(info.canvas_width, raster->width);
    assert_int_equal(info.canvas_height, raster->height);
    assert_int_equal(info.frame_count, raster->depth);
    if (raster->depth > 1) /* libwebp makes a still picture of a single frame */
        assert_int_equal(info.loop_count, raster->loops ? 0 : 1);
    size_t pixels = (size_t)raster->width * raster->height, channels = raster->channels;
    uint8_t *frame = make_room(pixels * channels);
    for (unsigned i = 0; i < raster->depth; i++) {
        uint8_t *got;
        int ends;
        assert_true(WebPAnimDecoderGetNext(decoder, &got, &ends));
        if (raster->depth > 1)
            assert_int_equal(ends, nearest(1000 * (i + 1) / raster->frames_per_second));
        for (size_t k = 0; k < pixels * channels; k++)
            frame[k] = got[k / channels * 4 + k % channels];
        assert_near(frame, rows + i * pixels * channels, pixels * channels, 1, 3);
    }
    assert_false(WebPAnimDecoderHasMoreFrames(decoder));
    WebPAnimDecoderDelete(decoder);
    free(frame);
    free(file.data);
    free(rows);
}

static void test_webp(void **state)
{
    (void)state;
    TdRaster raster = colour;
    check_webp(&raster, 0);
    raster.frames_per_second = 29.97;
    raster.loops = true;
    check_webp(&raster, 1);
    check_webp(&gray, 77);
    raster.depth = 1;
    raster.width = 31;
    raster.height = 17;
    check_webp(&raster, 5);
}

/* In XMP, where programs that know pictures look. */
static void test_webp_recipe(void **state)
{
    (void)state;
    uint8_t *rows = paint_film(&colour);
    write_whole_film(place("a.webp"), &colour, rows, 0);
    free(rows);
    Bytes file = load(place("a.webp"));
    const WebPData data = {file.data, file.size};
    WebPDemuxer *demuxer = WebPDemux(&data);
    WebPChunkIterator chunk;
    assert_non_null(demuxer);
    assert_true(WebPDemuxGetChunk(demuxer, "XMP ", 1, &chunk));
    save(place("a.xmp"), chunk.chunk.bytes, chunk.chunk.size);
    WebPDemuxReleaseChunkIterator(&chunk);
    WebPDemuxDelete(demuxer);
    free(file.data);
    char command[700];
    snprintf(command, sizeof command,
             "python3 -c 'import sys, xml.etree.ElementTree as tree; "
             "sys.stdout.buffer.write(\"\".join(tree.parse(sys.argv[1]).getroot().itertext())"
             ".encode())' '%s'",
             place("a.xmp"));
    Bytes words = output_of(command);
    assert_string_equal((char *)words.data, RECIPE);
    free(words.data);
}

#endif

/* ---- Pipes and files ----------------------------------------------------------------- */

static void *copy_pipe(void *user)
{
    char command[1200];
    snprintf(command, sizeof command, "cat '%s' > '%s'", (const char *)user, place("copy"));
    free(output_of(command).data);
    return NULL;
}

/* MP4 and WebM may go through a pipe, and what comes out is the same film. */
static void test_pipes(void **state)
{
    (void)state;
    static const char *const names[] = {"pipe.mp4", "pipe.webm"};
    uint8_t *rows = paint_film(&colour);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[400];
        pthread_t thread;
        snprintf(path, sizeof path, "%s", place(names[i]));
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_int_equal(pthread_create(&thread, NULL, copy_pipe, path), 0);
        write_whole_film(path, &colour, rows, 11);
        pthread_join(thread, NULL);
        char *words = probe(place("copy"), "stream=nb_read_frames,color_space");
        assert_line(words, "nb_read_frames=30");
        assert_line(words, "color_space=bt709");
        free(words);
        Bytes got = decode(place("copy"), "rgb24");
        assert_int_equal(got.size, 30 * 64 * 48 * 3);
        assert_near(got.data, rows, 64 * 48 * 3, 30, 3);
        free(got.data);
    }
    free(rows);
}

/* An overwritten file keeps its mode and its link; one that is new follows the umask. */
static void test_places(void **state)
{
    (void)state;
    struct stat about;
    uint8_t *rows = paint_film(&colour);
    save(place("old.mp4"), "old", 3);
    assert_int_equal(chmod(place("old.mp4"), 0600), 0);
    assert_int_equal(symlink("old.mp4", place("link.mp4")), 0);
    write_whole_film(place("link.mp4"), &colour, rows, 0);
    assert_int_equal(lstat(place("link.mp4"), &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(stat(place("old.mp4"), &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_true(about.st_size > 1000);
    mode_t mask = umask(027);
    write_whole_film(place("a b'%d.mp4"), &colour, rows, 0);
    umask(mask);
    assert_int_equal(stat(place("a b'%d.mp4"), &about), 0);
    assert_int_equal(about.st_mode & 07777, 0640);
    assert_int_equal(count_entries(), 3);
    free(rows);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_teardown(NAME, empty_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_video), TEST(test_rates),       TEST(test_recipes),
        TEST(test_apng),  TEST(test_pipes),       TEST(test_places),
#ifdef TDI_HAVE_CGIF
        TEST(test_gif),   TEST(test_gif_flat),
#endif
#ifdef TDI_TEST_WEBP
        TEST(test_webp),  TEST(test_webp_recipe),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
