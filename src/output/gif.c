/* Films as GIF, packed by cgif.
 *
 * All frames share one palette: 6 x 7 x 6 levels of red, green and blue, or 256 grays. Between
 * levels an 8 x 8 ordered dither stands in, the same in every frame, so that nothing flickers
 * and what stands still costs nothing. Each channel has its own orientation of the matrix: with
 * the same for all three, the pattern would be one of brightness, which the eye sees best. */
#include "base/error.h"
#include "output/film.h"

#ifdef TDI_HAVE_CGIF

#include "base/memory.h"

#include <cgif.h>
#include <string.h>

enum {
    SIDE_MOST = 65535,
    RATE_MOST = 50,        /* browsers play frames of less than 2/100 s at 10 a second */
    MEMORY_PER_PIXEL = 12, /* indices here; frames and codes in cgif */
    COLOURS = 6 * 7 * 6,
    GRAYS = 256,
    DITHER = 8,        /* side of the matrix */
    COMMENT_PART = 255 /* most bytes in a block of a GIF's comment */
};

/* Of red, green and blue; and what a level adds to a colour's index. */
static const uint8_t levels[3] = {6, 7, 6}, strides[3] = {42, 6, 1};

typedef struct GifWriter {
    TdiFrames frames;
    CGIF *gif;
    TdiFile *file;
    TdError *err;     /* of the call in hand, for what cgif calls back */
    TdStatus status;  /* of what it has called back */
    uint8_t *indices; /* of a frame */
    /* What a sample of a channel adds to the index, at each place of the matrix. */
    uint8_t share[3][DITHER * DITHER][256];
    uint8_t palette[GRAYS * 3];
} GifWriter;

/* ---- Colours ----------------------------------------------------------------------------- */

/* Bayer's matrix: the bits of y and of x ^ y by turns, the lowest first. */
static unsigned bayer(unsigned x, unsigned y)
{
    unsigned value = 0;
    for (unsigned bit = 0; bit < 3; bit++)
        value = value << 2 | (y >> bit & 1) | ((x ^ y) >> bit & 1) << 1;
    return value;
}

/* From 0 to 63, at a place of the matrix, for each channel. */
static unsigned threshold(unsigned channel, unsigned place)
{
    unsigned x = place % DITHER, y = place / DITHER;
    unsigned last = DITHER * DITHER - 1;
    return channel == 0 ? bayer(x, y) : channel == 1 ? last - bayer(x, y) : bayer(y, x ^ 1);
}

static void fill_shares(GifWriter *writer)
{
    for (unsigned c = 0; c < 3; c++)
        for (unsigned place = 0; place < DITHER * DITHER; place++)
            for (unsigned v = 0; v < 256; v++) {
                /* In 128ths of a level: the sample, and the middle of the threshold's step. */
                unsigned value = v * (levels[c] - 1u) * 128 / 255;
                unsigned level = (value + 2 * threshold(c, place) + 1) / 128;
                writer->share[c][place][v] = (uint8_t)(level * strides[c]);
            }
}

static void fill_palette(GifWriter *writer)
{
    for (unsigned i = 0; i < COLOURS; i++)
        for (unsigned c = 0; c < 3; c++) {
            unsigned most = levels[c] - 1u, level = i / strides[c] % levels[c];
            writer->palette[3 * i + c] = (uint8_t)((level * 255 + most / 2) / most);
        }
}

static void fill_grays(GifWriter *writer)
{
    for (unsigned i = 0; i < 3 * GRAYS; i++)
        writer->palette[i] = (uint8_t)(i / 3);
}

static void index_row(const GifWriter *writer, const uint8_t *row, uint32_t width, uint32_t y,
                      uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++, row += 3) {
        unsigned place = y % DITHER * DITHER + x % DITHER;
        out[x] = (uint8_t)(writer->share[0][place][row[0]] + writer->share[1][place][row[1]] +
                           writer->share[2][place][row[2]]);
    }
}

/* ---- Bytes ------------------------------------------------------------------------------- */

static int on_write(void *user, const uint8_t *bytes, size_t size)
{
    GifWriter *writer = user;
    if (writer->status == TD_OK)
        writer->status = tdi_file_write(writer->file, bytes, size, writer->err);
    return writer->status == TD_OK ? 0 : -1;
}

static TdStatus fail_cgif(const GifWriter *writer, int result, TdError *err)
{
    if (writer->status != TD_OK)
        return writer->status;
    if (result == CGIF_EALLOC)
        return tdi_fail_memory(err, writer->frames.bytes);
    return tdi_fail(err, TD_ERROR_IO, "gif: cgif cannot pack frame %u (error %d)",
                    writer->frames.done, result);
}

/* A comment extension (GIF89a, 24): blocks of up to 255 bytes, each with its length before it.
 */
static TdStatus write_comment(TdiFile *file, const char *recipe, TdError *err)
{
    size_t left = strlen(recipe);
    TdStatus status = tdi_file_write(file, "\x21\xfe", 2, err);
    for (const char *next = recipe; left > 0 && status == TD_OK;) {
        size_t part = left < COMMENT_PART ? left : COMMENT_PART;
        status = tdi_file_write(file, &(uint8_t){(uint8_t)part}, 1, err);
        if (status == TD_OK)
            status = tdi_file_write(file, next, part, err);
        next += part;
        left -= part;
    }
    return status == TD_OK ? tdi_file_write(file, "", 1, err) : status;
}

/* ---- Opening ----------------------------------------------------------------------------- */

static TdStatus create_gif(TdOutput *output, TdError *err)
{
    GifWriter *writer = output->state;
    bool gray = output->raster.channels == 1;
    if (gray) {
        fill_grays(writer);
    } else {
        fill_palette(writer);
        fill_shares(writer);
    }
    CGIF_Config config = {
        .pGlobalPalette = writer->palette,
        .attrFlags = CGIF_ATTR_IS_ANIMATED | (output->raster.loops ? 0 : CGIF_ATTR_NO_LOOP),
        .width = (uint16_t)output->raster.width,
        .height = (uint16_t)output->raster.height,
        .numGlobalPaletteEntries = gray ? GRAYS : COLOURS,
        .numLoops = CGIF_INFINITE_LOOP,
        .pWriteFn = on_write,
        .pContext = writer,
    };
    writer->err = err;
    writer->gif = cgif_newgif(&config);
    return writer->gif == NULL ? fail_cgif(writer, CGIF_EALLOC, err) : TD_OK;
}

static TdStatus open_gif(TdOutput *output, const char *recipe, TdError *err)
{
    GifWriter *writer = output->state;
    const TdiFilmLimits limits = {SIDE_MOST, false, RATE_MOST,
                                  "browsers slow down faster ones"};
    writer->file = output->file;
    TdStatus status = tdi_film_check(output, &limits, err);
    if (status == TD_OK)
        status = tdi_frames_open(&writer->frames, output, MEMORY_PER_PIXEL, err);
    if (status != TD_OK)
        return status;
    writer->indices = tdi_alloc(output->raster.width, output->raster.height);
    if (writer->indices == NULL)
        return tdi_fail_memory(err, writer->frames.bytes / output->raster.channels);
    status = create_gif(output, err);
    if (status == TD_OK && recipe != NULL) /* cgif has written what stands before the frames */
        status = write_comment(output->file, recipe, err);
    return status;
}

/* ---- Frames ------------------------------------------------------------------------------ */

static TdStatus add_frame(TdOutput *output, const uint8_t *pixels, TdError *err)
{
    GifWriter *writer = output->state;
    const TdRaster *raster = &output->raster;
    uint32_t i = writer->frames.done, width = raster->width;
    if (raster->channels == 1)
        memcpy(writer->indices, pixels, writer->frames.bytes);
    for (uint32_t y = 0; raster->channels == 3 && y < raster->height; y++)
        index_row(writer, pixels + (size_t)y * width * 3, width, y,
                  writer->indices + (size_t)y * width);
    CGIF_FrameConfig frame = {
        .pImageData = writer->indices,
        .genFlags = CGIF_FRAME_GEN_USE_TRANSPARENCY | CGIF_FRAME_GEN_USE_DIFF_WINDOW,
        .delay = (uint16_t)(tdi_film_time(raster, i + 1, 100) - tdi_film_time(raster, i, 100)),
    };
    writer->err = err;
    int result = cgif_addframe(writer->gif, &frame);
    return result == CGIF_OK ? TD_OK : fail_cgif(writer, result, err);
}

static TdStatus write_rows(TdOutput *output, const void *rows, uint32_t count, TdError *err)
{
    GifWriter *writer = output->state;
    return tdi_frames_take(&writer->frames, output, rows, count, add_frame, err);
}

static TdStatus close_gif(TdOutput *output, TdError *err)
{
    GifWriter *writer = output->state;
    writer->err = err;
    int result = cgif_close(writer->gif);
    writer->gif = NULL;
    return result == CGIF_OK && writer->status == TD_OK ? TD_OK
                                                        : fail_cgif(writer, result, err);
}

static void release_gif(TdOutput *output)
{
    GifWriter *writer = output->state;
    if (writer->status == TD_OK)
        writer->status = TD_ERROR_CANCELLED; /* what closing would write is dropped */
    if (writer->gif != NULL)
        cgif_close(writer->gif);
    tdi_frames_free(&writer->frames);
    tdi_free(writer->indices);
}

#else

typedef char GifWriter;

static TdStatus open_gif(TdOutput *output, const char *recipe, TdError *err)
{
    (void)output;
    (void)recipe;
    return tdi_fail(err, TD_ERROR_UNSUPPORTED,
                    "gif: this build has no cgif; install libcgif-dev and build again");
}

#define write_rows NULL
#define close_gif NULL
#define release_gif NULL

#endif

const TdiFormat tdi_format_gif = {
    .info = {.name = "gif",
             .extensions = "gif",
             .film = true,
             .recipe = true,
             .help = "film of 252 dithered colours or 256 grays, for what knows nothing newer"},
    .takes = TDI_TAKES_U8,
    .size = sizeof(GifWriter),
    .open = open_gif,
    .rows = write_rows,
    .close = close_gif,
    .release = release_gif,
    .band_rows = tdi_film_band_rows,
};
