/* Films as MP4, WebM and APNG, written by the program ffmpeg.
 *
 * Rows go to its standard input as they come, so that no frame is held here. A film for a file
 * is written by ffmpeg into the temporary file, which it may read and write again (MP4 puts its
 * index before the frames that way); one for a pipe comes through a descriptor.
 *
 * Colours: samples are sRGB. MP4 and WebM hold them as BT.709 luma and chroma of limited range,
 * and say so in every place where a player may look: one that guesses BT.601 instead is off by
 * 11 codes in the mean (measured). */
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "output/child.h"
#include "output/film.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    WORDS_MOST = 64,
    THREADS_MOST = 64,              /* of libvpx; more make x264 slower, not faster */
    SIDE_MOST = 16384,              /* of x264, and of libvpx as Debian builds it */
    RECIPE_BYTES_MOST = 100 * 1024, /* the system allows 128 KiB in an argument */
    CHUNK_REST = 12                 /* bytes of a PNG's chunk beside its data */
};

/* What ffmpeg is told, in its words. */
typedef struct Codec {
    const char *container;
    const char *encode[16];
    const char *file_flags, *pipe_flags; /* of the container; NULL: none */
    bool video;                          /* luma and chroma, 8 bits, even sides */
} Codec;

typedef struct FfmpegWriter {
    const Codec *codec;
    TdiChild child;
    TdiText chunk; /* the recipe as a chunk of PNG, which ffmpeg would not write */
} FfmpegWriter;

typedef struct Command {
    const char *words[WORDS_MOST];
    size_t count;
    char size[32], threads[16];
    TdiText rate, comment, target;
} Command;

/* veryfast at 18: nothing to be seen at 1.5 ms of CPU for a frame of 512 x 512; slower presets
 * gain nothing on smooth pictures. */
static const Codec mp4 = {
    .container = "mp4",
    .encode = {"-c:v", "libx264", "-preset", "veryfast", "-crf", "18"},
    .file_flags = "+faststart",
    .pipe_flags = "frag_keyframe+empty_moov+default_base_moof",
    .video = true,
};

/* As near to the samples as the above, for as much time; `good` would take three times that. */
static const Codec webm = {
    .container = "webm",
    .encode = {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "5", "-row-mt", "1",
               "-b:v", "0", "-crf", "22"},
    .video = true,
};

static const Codec apng = {
    .container = "apng",
    .encode = {"-c:v", "apng", "-pred", "paeth", "-compression_level", "1"},
};

static const char colours_709[] =
    "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709";

/* ---- What ffmpeg is told ----------------------------------------------------------------- */

static void add(Command *command, const char *word)
{
    if (command->count + 1 < WORDS_MOST)
        command->words[command->count++] = word;
}

static void add_all(Command *command, const char *const *words, size_t most)
{
    for (size_t i = 0; i < most && words[i] != NULL; i++)
        add(command, words[i]);
}

static void add_pair(Command *command, const char *option, const char *value)
{
    add(command, option);
    add(command, value);
}

/* How samples lie in memory. */
static const char *pixel_format(const TdRaster *raster)
{
    const uint16_t one = 1;
    bool little = *(const uint8_t *)&one == 1;
    if (raster->type == TD_SAMPLE_U8)
        return raster->channels == 1 ? "gray" : "rgb24";
    if (raster->channels == 1)
        return little ? "gray16le" : "gray16be";
    return little ? "rgb48le" : "rgb48be";
}

static void add_input(Command *command, const TdRaster *raster)
{
    /* -xerror: without it, it ends well though it could not write the end of the file. */
    static const char *const begin[] = {"ffmpeg",    "-hide_banner", "-nostdin",
                                        "-loglevel", "error",        "-xerror",
                                        "-y",        "-f",           "rawvideo"};
    add_all(command, begin, sizeof begin / sizeof *begin);
    snprintf(command->size, sizeof command->size, "%ux%u", raster->width, raster->height);
    tdi_text_add_real(&command->rate, raster->frames_per_second);
    add_pair(command, "-pixel_format", pixel_format(raster));
    add_pair(command, "-video_size", command->size);
    add_pair(command, "-framerate", command->rate.data);
    add_pair(command, "-i", "pipe:0");
}

static void add_colours(Command *command)
{
    static const char *const words[] = {
        "-vf",   colours_709,  "-colorspace", "bt709",        "-color_primaries",
        "bt709", "-color_trc", "bt709",       "-color_range", "tv"};
    add_all(command, words, sizeof words / sizeof *words);
}

static void add_encoder(Command *command, const TdOutput *output, const Codec *codec)
{
    int threads = output->run.threads < THREADS_MOST ? output->run.threads : THREADS_MOST;
    snprintf(command->threads, sizeof command->threads, "%d", threads);
    if (codec->video)
        add_colours(command);
    add_all(command, codec->encode, sizeof codec->encode / sizeof *codec->encode);
    add_pair(command, "-threads", command->threads);
}

static void add_output(Command *command, const TdOutput *output, const Codec *codec,
                       const char *recipe)
{
    const char *temporary = tdi_file_temporary(output->file);
    const char *flags = temporary != NULL ? codec->file_flags : codec->pipe_flags;
    if (recipe != NULL && codec->video) {
        tdi_text_format(&command->comment, "comment=%s", recipe);
        add_pair(command, "-metadata", command->comment.data);
    }
    if (flags != NULL)
        add_pair(command, "-movflags", flags);
    if (!codec->video)
        add_pair(command, "-plays", output->raster.loops ? "0" : "1");
    add_pair(command, "-f", codec->container);
    if (temporary != NULL)
        tdi_text_format(&command->target, "file:%s", temporary);
    else
        tdi_text_format(&command->target, "pipe:%d", (int)TDI_CHILD_OUTPUT);
    add(command, command->target.data);
}

/* ---- Starting ---------------------------------------------------------------------------- */

static TdStatus fail_start(const char *name, int code, TdError *err)
{
    if (code == ENOENT)
        return tdi_fail(
            err, TD_ERROR_UNSUPPORTED,
            "%s: needs the program ffmpeg; install it (Debian: apt install ffmpeg), "
            "or write .webp or .gif, which need none",
            name);
    if (code == ENOMEM)
        return tdi_fail_memory(err, 0);
    return tdi_fail(err, TD_ERROR_IO, "%s: the program ffmpeg cannot be started: %s", name,
                    strerror(code));
}

static TdStatus start(TdOutput *output, const Codec *codec, const char *recipe, TdError *err)
{
    FfmpegWriter *writer = output->state;
    Command command = {0};
    add_input(&command, &output->raster);
    add_encoder(&command, output, codec);
    add_output(&command, output, codec, recipe);
    TdStatus status = TD_OK;
    if (command.rate.failed || command.comment.failed || command.target.failed) {
        status = tdi_fail_memory(err, recipe == NULL ? 0 : strlen(recipe));
    } else {
        bool direct = tdi_file_temporary(output->file) == NULL;
        int code = tdi_child_start(&writer->child, command.words,
                                   direct ? tdi_file_descriptor(output->file) : -1);
        if (code != 0)
            status = fail_start(output->format->info.name, code, err);
    }
    tdi_text_free(&command.rate);
    tdi_text_free(&command.comment);
    tdi_text_free(&command.target);
    return status;
}

/* ffmpeg refuses pictures by this measure; sides of up to 16384 pixels can be too much. */
static bool is_too_large(const TdRaster *raster)
{
    uint64_t line = tdi_mul_size(tdi_add_size(raster->width, 128), 8);
    return tdi_mul_size(line, tdi_add_size(raster->height, 128)) >= INT32_MAX;
}

static TdStatus check(const TdOutput *output, const Codec *codec, const char *recipe,
                      TdError *err)
{
    const char *name = output->format->info.name;
    const TdRaster *raster = &output->raster;
    const TdiFilmLimits video = {SIDE_MOST, true, 1000, "WebM counts milliseconds"};
    const TdiFilmLimits png = {INT32_MAX / 8, false, 90, "browsers slow down faster ones"};
    TdStatus status = tdi_film_check(output, codec->video ? &video : &png, err);
    if (status != TD_OK)
        return status;
    if (is_too_large(raster))
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "size: %ux%u is more than the 267 million pixels that ffmpeg takes; "
                        "draw a smaller film",
                        raster->width, raster->height);
    if (!codec->video && tdi_file_temporary(output->file) == NULL)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "%s: its beginning is written last, which no pipe allows; write a "
                        "file, or use --format webm",
                        name);
    if (recipe != NULL && strlen(recipe) > RECIPE_BYTES_MOST)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "the recipe is longer than the 100 KiB that %s may carry; use "
                        "--no-recipe",
                        name);
    return TD_OK;
}

static TdStatus open_film(TdOutput *output, const Codec *codec, const char *recipe,
                          TdError *err)
{
    FfmpegWriter *writer = output->state;
    writer->codec = codec;
    TdStatus status = check(output, codec, recipe, err);
    return status == TD_OK ? start(output, codec, recipe, err) : status;
}

static TdStatus open_mp4(TdOutput *output, const char *recipe, TdError *err)
{
    return open_film(output, &mp4, recipe, err);
}

static TdStatus open_webm(TdOutput *output, const char *recipe, TdError *err)
{
    return open_film(output, &webm, recipe, err);
}

/* ---- The recipe in an APNG --------------------------------------------------------------- */

static void add_big_endian(TdiText *text, uint32_t value)
{
    const char bytes[4] = {(char)(value >> 24), (char)(value >> 16 & 255),
                           (char)(value >> 8 & 255), (char)(value & 255)};
    tdi_text_add_bytes(text, bytes, sizeof bytes);
}

static void add_chunk(TdiText *text, const char *type, const char *data, size_t size)
{
    add_big_endian(text, (uint32_t)size);
    size_t begin = text->length;
    tdi_text_add_bytes(text, type, 4);
    tdi_text_add_bytes(text, data, size);
    if (!text->failed)
        add_big_endian(text, (uint32_t)crc32(0, (const Bytef *)text->data + begin,
                                             (uInt)(text->length - begin)));
}

/* The same chunk as in a PNG, to stand before the last one, IEND. */
static TdStatus open_apng(TdOutput *output, const char *recipe, TdError *err)
{
    static const char head[] = "tiedye\0\0\0\0"; /* keyword, packed, how, language, keyword */
    FfmpegWriter *writer = output->state;
    TdStatus status = open_film(output, &apng, recipe, err);
    if (status != TD_OK || recipe == NULL)
        return status;
    TdiText data = {0};
    tdi_text_add_bytes(&data, head, sizeof head);
    tdi_text_add(&data, recipe);
    if (!data.failed)
        add_chunk(&writer->chunk, "iTXt", data.data, data.length);
    add_chunk(&writer->chunk, "IEND", "", 0);
    bool failed = data.failed || writer->chunk.failed;
    tdi_text_free(&data);
    return failed ? tdi_fail_memory(err, strlen(recipe)) : TD_OK;
}

static TdStatus add_recipe(TdOutput *output, TdError *err)
{
    const FfmpegWriter *writer = output->state;
    if (writer->chunk.length == 0)
        return TD_OK;
    if (lseek(tdi_file_descriptor(output->file), -CHUNK_REST, SEEK_END) < 0)
        return tdi_fail(err, TD_ERROR_IO, "ffmpeg has written no APNG");
    return tdi_file_write(output->file, writer->chunk.data, writer->chunk.length, err);
}

/* ---- Frames ------------------------------------------------------------------------------ */

/* A reader that went away is to be told as of any other format. */
static TdStatus explain(TdOutput *output, TdStatus status, TdError *err)
{
    TdStatus reader = status == TD_ERROR_IO ? tdi_file_check_reader(output->file, err) : TD_OK;
    return reader != TD_OK ? reader : status;
}

static TdStatus write_rows(TdOutput *output, const void *rows, uint32_t count, TdError *err)
{
    FfmpegWriter *writer = output->state;
    size_t size = (size_t)td_raster_row_bytes(&output->raster) * count;
    TdStatus status = tdi_child_feed(&writer->child, rows, size, &output->run, err);
    return explain(output, status, err);
}

static TdStatus close_film(TdOutput *output, TdError *err)
{
    FfmpegWriter *writer = output->state;
    TdStatus status = tdi_child_finish(&writer->child, &output->run, err);
    if (status == TD_OK)
        status = add_recipe(output, err);
    return explain(output, status, err);
}

static void release(TdOutput *output)
{
    FfmpegWriter *writer = output->state;
    tdi_child_end(&writer->child);
    tdi_text_free(&writer->chunk);
}

const TdiFormat tdi_format_mp4 = {
    .info = {.name = "mp4",
             .extensions = "mp4",
             .film = true,
             .recipe = true,
             .help = "film for everything that plays films (H.264); needs ffmpeg"},
    .takes = TDI_TAKES_U8,
    .size = sizeof(FfmpegWriter),
    .open = open_mp4,
    .rows = write_rows,
    .close = close_film,
    .release = release,
    .band_rows = tdi_film_band_rows,
};

const TdiFormat tdi_format_webm = {
    .info = {.name = "webm",
             .extensions = "webm",
             .film = true,
             .recipe = true,
             .help = "film for browsers (VP9); needs ffmpeg"},
    .takes = TDI_TAKES_U8,
    .size = sizeof(FfmpegWriter),
    .open = open_webm,
    .rows = write_rows,
    .close = close_film,
    .release = release,
    .band_rows = tdi_film_band_rows,
};

const TdiFormat tdi_format_apng = {
    .info = {.name = "apng",
             .extensions = "apng",
             .film = true,
             .recipe = true,
             .help = "film without loss, 8 or 16 bits, large; needs ffmpeg"},
    .takes = TDI_TAKES_PICTURES,
    .size = sizeof(FfmpegWriter),
    .open = open_apng,
    .rows = write_rows,
    .close = close_film,
    .release = release,
    .band_rows = tdi_film_band_rows,
};
