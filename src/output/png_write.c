/* PNG, packed on many threads.
 *
 * The picture is cut into strips of whole rows, whose height depends on the raster only. A
 * strip's first row is filtered by what stands left (Sub), the others also by what stands above
 * (Paeth), so that a strip needs no other: strips are filtered and packed side by side and
 * joined to one stream in order. The bytes therefore depend neither on the number of threads
 * nor on how the rows come. libpng writes the container: header, text, checksums. */
#include "base/error.h"
#include "base/memory.h"
#include "output/deflate.h"
#include "output/format.h"
#include "output/png_filter.h"
#include "output/png_scan.h"

#include <png.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif

/* Raw bytes of a strip, about. Strips four times as large are packed a tenth faster and no
 * smaller (measured), but there are fewer of them to share among threads. */
#define STRIP_BYTES (UINT64_C(256) << 10)

/* A band has so many strips for a thread, and no more than so many in all. */
enum { BAND_STRIPS_PER_THREAD = 4, BAND_STRIPS_MOST = 32 };

/* A chunk's length has 31 bits. */
#define CHUNK_BYTES_MOST ((size_t)1 << 30)

typedef struct Strip {
    const uint8_t *rows; /* as the caller has them */
    uint32_t count;
    bool last;
} Strip;

typedef struct Worker {
    TdiDeflate *deflate;
    uint8_t *swapped;  /* two rows in PNG's byte order, where that differs */
    uint8_t *filtered; /* a strip */
    uint8_t *packed;
    size_t filtered_bytes, packed_bytes;
    uint32_t adler; /* of the filtered bytes */
} Worker;

typedef struct PngWriter {
    TdiFile *file;
    png_structp png;
    png_infop info;
    TdError *err;    /* of the call in hand, for libpng's callbacks */
    TdStatus status; /* what a callback failed with */
    size_t row_bytes, pixel_bytes;
    uint32_t strip_rows;
    uint8_t *carry; /* rows of a strip that is not full yet */
    uint32_t carry_rows;
    uint32_t adler;
    bool begun; /* the first IDAT has been written */
    Worker *workers;
    int threads;
} PngWriter;

/* ---- libpng's callbacks ------------------------------------------------------------------ */

static void on_error(png_structp png, png_const_charp message)
{
    PngWriter *writer = png_get_error_ptr(png);
    if (writer->status == TD_OK)
        writer->status =
            tdi_fail(writer->err, TD_ERROR_IO, "writing the PNG failed: %s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static png_voidp on_malloc(png_structp png, png_alloc_size_t size)
{
    PngWriter *writer = png_get_mem_ptr(png);
    void *block = tdi_alloc(1, size);
    /* libpng goes on without some of the blocks it asks for; a file lacking a part is no file.
     */
    if (block == NULL && writer->status == TD_OK)
        writer->status = tdi_fail_memory(writer->err, size);
    return block;
}

static void on_free(png_structp png, png_voidp block)
{
    (void)png;
    tdi_free(block);
}

static void on_write(png_structp png, png_bytep bytes, size_t size)
{
    PngWriter *writer = png_get_io_ptr(png);
    writer->status = tdi_file_write(writer->file, bytes, size, writer->err);
    if (writer->status != TD_OK)
        png_error(png, "a write failed");
}

static void on_flush(png_structp png)
{
    (void)png;
}

/* ---- What stands before the pixels ------------------------------------------------------- */

static TdStatus create_png(PngWriter *writer, TdError *err)
{
    writer->err = err;
    writer->png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning,
                                            writer, on_malloc, on_free);
    if (writer->png != NULL)
        writer->info = png_create_info_struct(writer->png);
    if (writer->info == NULL)
        return tdi_fail_memory(err, sizeof(PngWriter));
    png_set_write_fn(writer->png, writer, on_write, on_flush);
    png_set_user_limits(writer->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    return TD_OK;
}

static void set_recipe(PngWriter *writer, const char *recipe)
{
    char keyword[] = "tiedye", none[] = "";
    png_text text = {.compression = PNG_ITXT_COMPRESSION_NONE,
                     .key = keyword,
                     .text = (char *)(uintptr_t)recipe, /* copied by libpng */
                     .lang = none,
                     .lang_key = none};
    png_set_text(writer->png, writer->info, &text, 1);
}

static TdStatus write_head(PngWriter *writer, const TdRaster *raster, const char *recipe,
                           TdError *err)
{
    writer->err = err;
    if (setjmp(png_jmpbuf(writer->png)))
        return writer->status;
    png_set_IHDR(writer->png, writer->info, raster->width, raster->height,
                 raster->type == TD_SAMPLE_U8 ? 8 : 16,
                 raster->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    png_set_sRGB(writer->png, writer->info, PNG_sRGB_INTENT_PERCEPTUAL);
    uint32_t per_meter = (uint32_t)(raster->dots_per_inch / 0.0254 + 0.5);
    if (per_meter > 0)
        png_set_pHYs(writer->png, writer->info, per_meter, per_meter, PNG_RESOLUTION_METER);
    if (recipe != NULL)
        set_recipe(writer, recipe);
    png_write_info(writer->png, writer->info);
    return writer->status;
}

/* ---- Workers ----------------------------------------------------------------------------- */

static uint64_t filtered_size(const PngWriter *writer)
{
    return tdi_mul_size(tdi_add_size(writer->row_bytes, 1), writer->strip_rows);
}

static uint64_t worker_memory(const PngWriter *writer)
{
    uint64_t filtered = filtered_size(writer);
    uint64_t bytes = tdi_add_size(filtered, tdi_deflate_bound(filtered));
    bytes = tdi_add_size(bytes, tdi_mul_size(writer->row_bytes, 2));
    return tdi_add_size(bytes, tdi_deflate_memory());
}

/* As many threads as the run has, as there are strips for and as there is memory for. */
static TdStatus choose_threads(TdOutput *output, TdError *err)
{
    PngWriter *writer = output->state;
    uint64_t each = worker_memory(writer), carry = filtered_size(writer);
    uint64_t most = output->run.max_memory;
    char what[80];
    snprintf(what, sizeof what, "packing rows of %u pixels", (unsigned)output->raster.width);
    TdStatus status = tdi_check_limit(&output->run, tdi_add_size(each, carry), what,
                                      "draw a narrower picture", err);
    if (status != TD_OK)
        return status;
    uint64_t fit = (most - carry) / each;
    uint64_t strips = (output->raster.height - 1) / writer->strip_rows + 1;
    uint64_t threads = output->run.threads > 1 ? (uint64_t)output->run.threads : 1;
    threads = threads < strips ? threads : strips;
    writer->threads = (int)(threads < fit ? threads : fit);
    return TD_OK;
}

static bool create_worker(const PngWriter *writer, Worker *worker, bool swaps)
{
    size_t filtered = (size_t)filtered_size(writer);
    worker->deflate = tdi_deflate_new();
    worker->filtered = tdi_alloc(1, filtered);
    worker->packed = tdi_alloc(1, (size_t)tdi_deflate_bound(filtered));
    worker->swapped = swaps ? tdi_alloc(2, writer->row_bytes) : NULL;
    return worker->deflate != NULL && worker->filtered != NULL && worker->packed != NULL &&
           (worker->swapped != NULL || !swaps);
}

static TdStatus create_workers(TdOutput *output, TdError *err)
{
    PngWriter *writer = output->state;
    writer->workers = tdi_alloc((size_t)writer->threads, sizeof *writer->workers);
    writer->carry = tdi_alloc(writer->strip_rows, writer->row_bytes);
    bool made = writer->workers != NULL && writer->carry != NULL;
    for (int i = 0; made && i < writer->threads; i++)
        made = create_worker(writer, &writer->workers[i], output->raster.type == TD_SAMPLE_U16);
    return made ? TD_OK : tdi_fail_memory(err, (size_t)worker_memory(writer));
}

static TdStatus open_png(TdOutput *output, const char *recipe, TdError *err)
{
    PngWriter *writer = output->state;
    if (recipe != NULL && strlen(recipe) > TDI_RECIPE_BYTES_MOST)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "the recipe is longer than the 16 MiB that a PNG may carry");
    writer->file = output->file;
    writer->row_bytes = (size_t)td_raster_row_bytes(&output->raster);
    writer->pixel_bytes = output->raster.channels * td_sample_size(output->raster.type);
    uint64_t rows = STRIP_BYTES / writer->row_bytes;
    writer->strip_rows = rows < 1 ? 1 : (uint32_t)rows;
    if (writer->strip_rows > output->raster.height)
        writer->strip_rows = output->raster.height;
    writer->adler = 1; /* of nothing */
    TdStatus status = choose_threads(output, err);
    if (status == TD_OK)
        status = create_workers(output, err);
    if (status == TD_OK)
        status = create_png(writer, err);
    if (status == TD_OK)
        status = write_head(writer, &output->raster, recipe, err);
    return status;
}

static void release_png(TdOutput *output)
{
    PngWriter *writer = output->state;
    png_destroy_write_struct(&writer->png, &writer->info);
    for (int i = 0; writer->workers != NULL && i < writer->threads; i++) {
        tdi_deflate_free(writer->workers[i].deflate);
        tdi_free(writer->workers[i].swapped);
        tdi_free(writer->workers[i].filtered);
        tdi_free(writer->workers[i].packed);
    }
    tdi_free(writer->workers);
    tdi_free(writer->carry);
}

/* ---- Strips ------------------------------------------------------------------------------ */

/* Row `i` of a strip in PNG's byte order. Two rows are kept: this one and the one above. */
static const uint8_t *ordered_row(const PngWriter *writer, Worker *worker, const Strip *strip,
                                  uint32_t i)
{
    const uint8_t *row = strip->rows + (size_t)i * writer->row_bytes;
    if (worker->swapped == NULL)
        return row;
    uint8_t *swapped = worker->swapped + (i & 1) * writer->row_bytes;
    tdi_png_big_endian((const uint16_t *)(const void *)row, writer->row_bytes / 2, swapped);
    return swapped;
}

static void pack_strip(const PngWriter *writer, Worker *worker, const Strip *strip)
{
    uint8_t *out = worker->filtered;
    const uint8_t *above = NULL;
    for (uint32_t i = 0; i < strip->count; i++) {
        const uint8_t *row = ordered_row(writer, worker, strip, i);
        if (above == NULL)
            tdi_png_filter_sub(row, writer->row_bytes, writer->pixel_bytes, out);
        else
            tdi_png_filter_paeth(row, above, writer->row_bytes, writer->pixel_bytes, out);
        above = row;
        out += writer->row_bytes + 1;
    }
    worker->filtered_bytes = (size_t)(out - worker->filtered);
    worker->adler = tdi_adler32(worker->filtered, worker->filtered_bytes);
    worker->packed_bytes = tdi_deflate(worker->deflate, worker->filtered,
                                       worker->filtered_bytes, strip->last, worker->packed);
}

/* One IDAT: the stream's head before the first strip and its checksum after the last. */
static void write_chunk(PngWriter *writer, const uint8_t *bytes, size_t size, bool last)
{
    static const uint8_t head[2] = {0x78, 0x01}; /* window of 32 KiB, fastest (RFC 1950) */
    const uint32_t adler = writer->adler;
    const uint8_t tail[4] = {(uint8_t)(adler >> 24), (uint8_t)(adler >> 16),
                             (uint8_t)(adler >> 8), (uint8_t)adler};
    size_t before = writer->begun ? 0 : sizeof head, after = last ? sizeof tail : 0;
    png_write_chunk_start(writer->png, (png_const_bytep) "IDAT",
                          (png_uint_32)(before + size + after));
    png_write_chunk_data(writer->png, head, before);
    png_write_chunk_data(writer->png, bytes, size);
    png_write_chunk_data(writer->png, tail, after);
    png_write_chunk_end(writer->png);
    writer->begun = true;
}

/* Called in order, by one thread at a time. */
static void write_strip(PngWriter *writer, const Worker *worker, bool last)
{
    if (writer->status != TD_OK)
        return;
    if (setjmp(png_jmpbuf(writer->png)))
        return;
    writer->adler = (uint32_t)adler32_combine(writer->adler, worker->adler,
                                              (z_off_t)worker->filtered_bytes);
    const uint8_t *bytes = worker->packed;
    for (size_t left = worker->packed_bytes; left > 0 && writer->status == TD_OK;) {
        size_t part = left < CHUNK_BYTES_MOST ? left : CHUNK_BYTES_MOST;
        left -= part;
        write_chunk(writer, bytes, part, last && left == 0);
        bytes += part;
    }
}

static int thread_number(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

/* What of the rows in hand (the carry before the caller's) makes strip `i`. A carry that holds
 * rows is strip 0 and has been filled. */
static Strip strip_at(const PngWriter *writer, const uint8_t *rows, uint32_t count, uint32_t i)
{
    bool carried = writer->carry_rows > 0;
    if (carried && i == 0)
        return (Strip){.rows = writer->carry, .count = writer->carry_rows};
    uint32_t first = (i - carried) * writer->strip_rows, left = count - first;
    return (Strip){.rows = rows + (size_t)first * writer->row_bytes,
                   .count = left < writer->strip_rows ? left : writer->strip_rows};
}

/* Pack and write `strips` strips, the last of which ends the picture if `ends`. One thread
 * writes while the others pack the strips that follow, which is why this is no tdi_run_jobs. */
static TdStatus write_strips(PngWriter *writer, const uint8_t *rows, uint32_t count,
                             uint32_t strips, bool ends, TdError *err)
{
    writer->err = err;
    if (strips == 0)
        return TD_OK;
    int threads = strips < (uint32_t)writer->threads ? (int)strips : writer->threads;
    (void)threads; /* where there is no OpenMP */
#pragma omp parallel for ordered schedule(static, 1) num_threads(threads) if (threads > 1)
    for (uint32_t i = 0; i < strips; i++) {
        Worker *worker = &writer->workers[thread_number()];
        Strip strip = strip_at(writer, rows, count, i);
        strip.last = ends && i == strips - 1;
        pack_strip(writer, worker, &strip);
#pragma omp ordered
        write_strip(writer, worker, strip.last);
    }
    return writer->status;
}

/* Move rows to the carry until it makes a strip; how many were moved. */
static uint32_t fill_carry(PngWriter *writer, const uint8_t *rows, uint32_t count)
{
    uint32_t room = writer->strip_rows - writer->carry_rows;
    uint32_t moved = count < room ? count : room;
    memcpy(writer->carry + (size_t)writer->carry_rows * writer->row_bytes, rows,
           (size_t)moved * writer->row_bytes);
    writer->carry_rows += moved;
    return moved;
}

static TdStatus write_rows(TdOutput *output, const void *data, uint32_t count, TdError *err)
{
    PngWriter *writer = output->state;
    const uint8_t *rows = data;
    bool ends = output->rows_done + count == output->raster.height;
    if (writer->carry_rows > 0) {
        uint32_t moved = fill_carry(writer, rows, count);
        rows += (size_t)moved * writer->row_bytes;
        count -= moved;
        if (writer->carry_rows < writer->strip_rows && !ends)
            return TD_OK;
    }
    uint32_t strips = count / writer->strip_rows, rest = count % writer->strip_rows;
    uint32_t whole = count - (ends ? 0 : rest);
    strips += writer->carry_rows > 0 ? 1 : 0;
    strips += ends && rest > 0 ? 1 : 0;
    TdStatus status = write_strips(writer, rows, whole, strips, ends, err);
    writer->carry_rows = 0;
    if (status == TD_OK && whole < count)
        fill_carry(writer, rows + (size_t)whole * writer->row_bytes, count - whole);
    return status;
}

/* png_write_end would miss the IDATs, which it has not written itself. */
static TdStatus close_png(TdOutput *output, TdError *err)
{
    PngWriter *writer = output->state;
    writer->err = err;
    if (setjmp(png_jmpbuf(writer->png)))
        return writer->status;
    png_write_chunk(writer->png, (png_const_bytep) "IEND", NULL, 0);
    return TD_OK;
}

static uint32_t band_rows(const TdOutput *output)
{
    const PngWriter *writer = output->state;
    uint32_t strips = (uint32_t)writer->threads * BAND_STRIPS_PER_THREAD;
    if (strips > BAND_STRIPS_MOST)
        strips = BAND_STRIPS_MOST;
    uint64_t rows = (uint64_t)writer->strip_rows * strips;
    return rows < INT32_MAX ? (uint32_t)rows : INT32_MAX;
}

const TdiFormat tdi_format_png = {
    .info = {.name = "png",
             .extensions = "png",
             .picture = true,
             .recipe = true,
             .help = "compressed picture, 8 or 16 bits, carries its recipe"},
    .takes = TDI_TAKES_PICTURES,
    .size = sizeof(PngWriter),
    .open = open_png,
    .rows = write_rows,
    .close = close_png,
    .release = release_png,
    .band_rows = band_rows,
};
