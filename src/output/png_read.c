/* Reading back what png_write.c writes, and the pixels of any PNG. The chunks around the pixels
 * are read by png_scan.c, and libpng sees only those that say how to decode: header, palette,
 * transparency, pixels. */
#include "output/png_read.h"

#include "base/error.h"
#include "base/memory.h"
#include "output/png_scan.h"

#include <fcntl.h>
#include <png.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What libpng may ask for at once for a chunk other than pixels. */
enum { CHUNK_BYTES_MOST = 16 << 20, CHUNKS_KEPT_MOST = 100 };

/* Deflate never shrinks bytes to less than 1/1032 of their number (zlib.net, "Technical
 * details"). */
enum { DEFLATE_MOST = 1032 };

struct TdPngReader {
    TdiSource *source;
    TdiPngScan scan;
    png_structp png;
    png_infop info;
    TdError *err;    /* of the call in hand, for libpng's callbacks */
    TdStatus status; /* what libpng, or a callback, has failed with */
    uint64_t offset; /* where libpng reads on */
    uint32_t rows_done;
};

/* ---- libpng's callbacks ------------------------------------------------------------------ */

static void on_error(png_structp png, png_const_charp message)
{
    TdPngReader *reader = png_get_error_ptr(png);
    if (reader->status == TD_OK)
        reader->status = tdi_fail(reader->err, TD_ERROR_FORMAT, "%s: broken PNG: %s",
                                  tdi_source_name(reader->source), message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static png_voidp on_malloc(png_structp png, png_alloc_size_t size)
{
    TdPngReader *reader = png_get_mem_ptr(png);
    void *block = tdi_alloc(1, size);
    if (block == NULL && reader->status == TD_OK)
        reader->status = tdi_fail_memory(reader->err, size);
    return block;
}

static void on_free(png_structp png, png_voidp block)
{
    (void)png;
    tdi_free(block);
}

static void on_read(png_structp png, png_bytep bytes, size_t size)
{
    TdPngReader *reader = png_get_io_ptr(png);
    TdStatus status = tdi_source_read(reader->source, reader->offset, bytes, size, reader->err);
    reader->offset += size;
    if (status != TD_OK) {
        reader->status = status;
        png_error(png, "a read failed");
    }
}

/* ---- Opening ----------------------------------------------------------------------------- */

/* Strict: wrong checksums and what libpng would overlook are errors. */
static void set_limits(png_structp png)
{
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_cache_max(png, CHUNKS_KEPT_MOST);
    png_set_chunk_malloc_max(png, CHUNK_BYTES_MOST);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_benign_errors(png, 0);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
}

static TdStatus read_info(TdPngReader *reader)
{
    if (setjmp(png_jmpbuf(reader->png)))
        return reader->status;
    set_limits(reader->png);
    png_read_info(reader->png, reader->info);
    return reader->status;
}

static TdStatus begin(TdPngReader *reader, TdError *err)
{
    TdStatus status = tdi_png_scan(reader->source, &reader->scan, err);
    if (status != TD_OK)
        return status;
    reader->err = err;
    reader->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning,
                                           reader, on_malloc, on_free);
    if (reader->png != NULL)
        reader->info = png_create_info_struct(reader->png);
    if (reader->info == NULL)
        return tdi_fail_memory(err, sizeof *reader);
    png_set_read_fn(reader->png, reader, on_read);
    return read_info(reader);
}

TdStatus tdi_png_open_source(TdiSource *source, TdPngReader **reader, TdError *err)
{
    *reader = NULL;
    TdPngReader *made = tdi_alloc(1, sizeof *made);
    if (made == NULL) {
        tdi_source_close(source);
        return tdi_fail_memory(err, sizeof *made);
    }
    made->source = source;
    TdStatus status = begin(made, err);
    if (status != TD_OK) {
        td_png_close(made);
        return status;
    }
    *reader = made;
    return TD_OK;
}

TdStatus td_png_open(const char *path, const TdRun *run, TdPngReader **reader, TdError *err)
{
    TdiSource *source;
    *reader = NULL;
    TdStatus status = tdi_source_open(path, run, &source, err);
    return status == TD_OK ? tdi_png_open_source(source, reader, err) : status;
}

TdStatus tdi_png_open_memory(const void *bytes, size_t size, const char *name,
                             TdPngReader **reader, TdError *err)
{
    *reader = NULL;
    TdiSource *source = tdi_source_of_memory(bytes, size, name);
    if (source == NULL)
        return tdi_fail_memory(err, size);
    return tdi_png_open_source(source, reader, err);
}

void td_png_close(TdPngReader *reader)
{
    if (reader == NULL)
        return;
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    tdi_free(reader->scan.recipe);
    tdi_source_close(reader->source);
    tdi_free(reader);
}

bool td_png_probe(const char *path)
{
    static const unsigned char signature[8] = {137, 'P', 'N', 'G', 13, 10, 26, 10};
    unsigned char bytes[8];
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool same = read(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes &&
                memcmp(bytes, signature, sizeof bytes) == 0;
    close(fd);
    return same;
}

/* ---- What it holds ----------------------------------------------------------------------- */

const char *td_png_recipe(const TdPngReader *reader, TdError *err)
{
    if (reader->scan.recipe == NULL)
        tdi_fail(
            err, TD_ERROR_FORMAT,
            "%s: carries no recipe; use a PNG that tiedye wrote without --no-recipe and that "
            "no other program has stripped",
            tdi_source_name(reader->source));
    return reader->scan.recipe;
}

/* What tiedye never writes, in words; NULL where it could have written it. */
static const char *foreign_kind(const TdPngReader *reader)
{
    int colour = png_get_color_type(reader->png, reader->info);
    if (colour & PNG_COLOR_MASK_PALETTE)
        return "indexed colours";
    if (colour & PNG_COLOR_MASK_ALPHA ||
        png_get_valid(reader->png, reader->info, PNG_INFO_tRNS))
        return "transparency";
    if (png_get_bit_depth(reader->png, reader->info) < 8)
        return "less than 8 bits a sample";
    if (png_get_interlace_type(reader->png, reader->info) != PNG_INTERLACE_NONE)
        return "interlaced rows";
    return NULL;
}

/* A few bytes may claim to be a huge picture; nobody should make room for it. */
TdStatus tdi_png_size(const TdPngReader *reader, uint32_t *width, uint32_t *height,
                      TdError *err)
{
    *width = png_get_image_width(reader->png, reader->info);
    *height = png_get_image_height(reader->png, reader->info);
    uint64_t row = tdi_add_size(png_get_rowbytes(reader->png, reader->info), 1);
    uint64_t most = tdi_mul_size(reader->scan.pixel_bytes, DEFLATE_MOST);
    if (tdi_mul_size(row, *height) <= most)
        return TD_OK;
    return tdi_fail(err, TD_ERROR_FORMAT,
                    "%s: broken PNG: %llu packed bytes cannot hold %u x %u pixels",
                    tdi_source_name(reader->source),
                    (unsigned long long)reader->scan.pixel_bytes, *width, *height);
}

TdStatus td_png_raster(const TdPngReader *reader, TdRaster *raster, TdError *err)
{
    const char *foreign = foreign_kind(reader);
    if (foreign != NULL)
        return tdi_fail(err, TD_ERROR_FORMAT, "%s: a PNG with %s, which tiedye never writes",
                        tdi_source_name(reader->source), foreign);
    bool wide = png_get_bit_depth(reader->png, reader->info) == 16;
    *raster = (TdRaster){.channels = png_get_channels(reader->png, reader->info),
                         .type = wide ? TD_SAMPLE_U16 : TD_SAMPLE_U8,
                         .dots_per_inch = reader->scan.dots_per_inch};
    return tdi_png_size(reader, &raster->width, &raster->height, err);
}

/* ---- Rows -------------------------------------------------------------------------------- */

static bool is_little_endian(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static void begin_rows(TdPngReader *reader, const TdRaster *raster)
{
    if (raster->type == TD_SAMPLE_U16 && is_little_endian())
        png_set_swap(reader->png);
    png_read_update_info(reader->png, reader->info);
}

static TdStatus read_rows(TdPngReader *reader, const TdRaster *raster, uint8_t *rows,
                          uint32_t count)
{
    size_t row_bytes = (size_t)td_raster_row_bytes(raster);
    if (setjmp(png_jmpbuf(reader->png)))
        return reader->status;
    if (reader->rows_done == 0)
        begin_rows(reader, raster);
    for (uint32_t i = 0; i < count; i++) {
        png_read_row(reader->png, rows + i * row_bytes, NULL);
        reader->rows_done++;
    }
    if (reader->rows_done == raster->height)
        png_read_end(reader->png, NULL); /* finds out about broken checksums at the end */
    return reader->status;
}

TdStatus td_png_rows(TdPngReader *reader, void *rows, uint32_t count, TdError *err)
{
    TdRaster raster;
    if (reader->status != TD_OK)
        return tdi_fail(err, reader->status, "%s: could not be read before",
                        tdi_source_name(reader->source));
    TdStatus status = td_png_raster(reader, &raster, err);
    if (status != TD_OK || count == 0)
        return status;
    if (count > raster.height - reader->rows_done)
        return tdi_fail(err, TD_ERROR_ARGUMENT, "%s: %u rows where %u of %u are left",
                        tdi_source_name(reader->source), count,
                        raster.height - reader->rows_done, raster.height);
    reader->err = err;
    return read_rows(reader, &raster, rows, count);
}

/* ---- Pixels of any kind ------------------------------------------------------------------ */

/* Where the pixels of a pass lie. */
typedef struct Pass {
    uint32_t x, y, dx, dy;
} Pass;

/* Adam7 (PNG specification, section 8.2). */
static const Pass interlaced[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                  {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
static const Pass whole[] = {{0, 0, 1, 1}};

static TdStatus begin_pixels(TdPngReader *reader)
{
    if (setjmp(png_jmpbuf(reader->png)))
        return reader->status;
    png_set_expand_16(reader->png);
    png_set_gray_to_rgb(reader->png);
    png_set_add_alpha(reader->png, UINT16_MAX, PNG_FILLER_AFTER);
    png_read_update_info(reader->png, reader->info);
    return reader->status;
}

static TdStatus read_row(TdPngReader *reader, uint8_t (*pixels)[8])
{
    if (setjmp(png_jmpbuf(reader->png)))
        return reader->status;
    png_read_row(reader->png, pixels[0], NULL);
    return reader->status;
}

/* Finds out about broken checksums at the end. */
static TdStatus end_pixels(TdPngReader *reader)
{
    if (setjmp(png_jmpbuf(reader->png)))
        return reader->status;
    png_read_end(reader->png, NULL);
    return reader->status;
}

/* The rows of a pass, which libpng gives one by one as long as it is not asked to put the
 * passes together; it leaves out passes without pixels. */
static TdStatus read_pass(TdPngReader *reader, Pass pass, uint8_t (*pixels)[8],
                          const TdiPngSink *sink, const TdRun *run)
{
    uint32_t width = png_get_image_width(reader->png, reader->info);
    uint32_t height = png_get_image_height(reader->png, reader->info);
    if (width <= pass.x)
        return TD_OK;
    TdiPngRow row = {pass.x, 0, pass.dx, (width - pass.x - 1) / pass.dx + 1,
                     (const uint8_t(*)[8])pixels};
    for (uint64_t y = pass.y; y < height; y += pass.dy) {
        TdStatus status = tdi_check_cancel(run, reader->err);
        if (status == TD_OK)
            status = read_row(reader, pixels);
        if (status != TD_OK)
            return status;
        row.y = (uint32_t)y;
        sink->take(sink->user, &row);
    }
    return TD_OK;
}

static TdStatus read_passes(TdPngReader *reader, uint8_t (*pixels)[8], const TdiPngSink *sink,
                            const TdRun *run)
{
    bool all = png_get_interlace_type(reader->png, reader->info) == PNG_INTERLACE_NONE;
    const Pass *passes = all ? whole : interlaced;
    size_t count = all ? 1 : sizeof interlaced / sizeof *interlaced;
    TdStatus status = begin_pixels(reader);
    for (size_t i = 0; i < count && status == TD_OK; i++)
        status = read_pass(reader, passes[i], pixels, sink, run);
    return status == TD_OK ? end_pixels(reader) : status;
}

TdStatus tdi_png_pixels(TdPngReader *reader, const TdiPngSink *sink, const TdRun *run,
                        TdError *err)
{
    uint32_t width = png_get_image_width(reader->png, reader->info);
    uint8_t(*pixels)[8] = tdi_alloc(width, sizeof *pixels);
    if (pixels == NULL)
        return tdi_fail_memory(err, width * (uint64_t)sizeof *pixels);
    reader->err = err;
    TdStatus status = read_passes(reader, pixels, sink, run);
    tdi_free(pixels);
    return status;
}
