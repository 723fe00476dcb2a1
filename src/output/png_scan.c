/* The recipe may stand before the pixels or, where another program has rewritten the file,
 * after them; libpng finds the latter only by unpacking the whole picture. So the chunks are
 * walked here (PNG specification, sections 5 and 11.3). */
#include "output/png_scan.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>
#include <zlib.h>

/* Length, type and checksum of a chunk. */
enum { CHUNK_HEAD = 8, CHUNK_FRAME = 12, SIGNATURE_BYTES = 8 };

/* A file of nothing but empty chunks should not take forever; 4 KiB a chunk make 64 GiB. */
enum { CHUNKS_MOST = 1 << 24 };

/* Keyword, language and its word for the keyword come in addition to the recipe. */
#define TEXT_CHUNK_MOST (TDI_RECIPE_BYTES_MOST + 4096)

static const char keyword[] = "tiedye"; /* with its NUL, as it stands in a chunk */

typedef struct Chunk {
    uint64_t at; /* of its data */
    uint32_t size;
    char type[5];
} Chunk;

/* A part of a chunk's data. */
typedef struct Span {
    const uint8_t *bytes;
    size_t size;
} Span;

static uint32_t get_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
           bytes[3];
}

static TdStatus fail_broken(const TdiSource *source, const char *what, TdError *err)
{
    return tdi_fail(err, TD_ERROR_FORMAT, "%s: broken PNG: %s", tdi_source_name(source), what);
}

/* ---- Chunks ------------------------------------------------------------------------------ */

TdStatus tdi_png_begins(TdiSource *source, bool *png, TdError *err)
{
    static const uint8_t signature[SIGNATURE_BYTES] = {137, 'P', 'N', 'G', 13, 10, 26, 10};
    uint8_t bytes[SIGNATURE_BYTES] = {0};
    TdStatus status = TD_OK;
    if (tdi_source_size(source) >= SIGNATURE_BYTES)
        status = tdi_source_read(source, 0, bytes, SIGNATURE_BYTES, err);
    *png = status == TD_OK && memcmp(bytes, signature, SIGNATURE_BYTES) == 0;
    return status;
}

static TdStatus check_signature(TdiSource *source, TdError *err)
{
    bool png;
    TdStatus status = tdi_png_begins(source, &png, err);
    if (status == TD_OK && !png)
        status = tdi_fail(err, TD_ERROR_FORMAT, "%s: not a PNG", tdi_source_name(source));
    return status;
}

static bool is_type(const uint8_t *bytes)
{
    for (int i = 0; i < 4; i++)
        if ((bytes[i] < 'A' || bytes[i] > 'Z') && (bytes[i] < 'a' || bytes[i] > 'z'))
            return false;
    return true;
}

/* The chunk that begins at `offset`, which must lie within the file with all of its bytes. */
static TdStatus read_head(TdiSource *source, uint64_t offset, Chunk *chunk, TdError *err)
{
    uint64_t left = tdi_source_size(source) - offset;
    if (left < CHUNK_FRAME)
        return fail_broken(source, "it ends before its last chunk (cut off?)", err);
    uint8_t head[CHUNK_HEAD];
    TdStatus status = tdi_source_read(source, offset, head, CHUNK_HEAD, err);
    if (status != TD_OK)
        return status;
    chunk->at = offset + CHUNK_HEAD;
    chunk->size = get_u32(head);
    memcpy(chunk->type, head + 4, 4);
    chunk->type[4] = '\0';
    if (!is_type(head + 4) || chunk->size > INT32_MAX)
        return fail_broken(source, "there is no chunk where one should begin", err);
    if (chunk->size > left - CHUNK_FRAME)
        return fail_broken(source, "it ends in the middle of a chunk (cut off?)", err);
    return TD_OK;
}

/* All data of a chunk, whose checksum must be right. */
static TdStatus read_data(TdiSource *source, const Chunk *chunk, uint8_t *bytes, TdError *err)
{
    uint8_t stored[4];
    TdStatus status = tdi_source_read(source, chunk->at, bytes, chunk->size, err);
    if (status == TD_OK)
        status = tdi_source_read(source, chunk->at + chunk->size, stored, 4, err);
    if (status != TD_OK)
        return status;
    uLong sum = crc32_z(0, (const Bytef *)chunk->type, 4);
    if (crc32_z(sum, bytes, chunk->size) == get_u32(stored))
        return TD_OK;
    return tdi_fail(err, TD_ERROR_FORMAT, "%s: broken PNG: %s: CRC error",
                    tdi_source_name(source), chunk->type);
}

/* ---- The recipe -------------------------------------------------------------------------- */

static TdStatus fail_long(const TdiSource *source, TdError *err)
{
    return tdi_fail(err, TD_ERROR_FORMAT, "%s: its recipe is longer than 16 MiB",
                    tdi_source_name(source));
}

static void *zlib_alloc(void *user, unsigned count, unsigned size)
{
    (void)user;
    return tdi_alloc(count, size);
}

static void zlib_free(void *user, void *block)
{
    (void)user;
    tdi_free(block);
}

/* Unpack until the end of the stream, of the bytes or of what is allowed. */
static int unpack_all(z_stream *stream, TdiText *text)
{
    unsigned char part[4096];
    int code;
    do {
        stream->next_out = part;
        stream->avail_out = sizeof part;
        code = inflate(stream, Z_NO_FLUSH);
        tdi_text_add_bytes(text, (const char *)part, sizeof part - stream->avail_out);
    } while (code == Z_OK && !text->failed && text->length <= TDI_RECIPE_BYTES_MOST);
    return code;
}

static TdStatus unpack(TdiSource *source, Span packed, TdiText *text, TdError *err)
{
    z_stream stream = {.zalloc = zlib_alloc,
                       .zfree = zlib_free,
                       .next_in = (Bytef *)(uintptr_t)packed.bytes, /* only read */
                       .avail_in = (uInt)packed.size};
    if (inflateInit(&stream) != Z_OK)
        return tdi_fail_memory(err, sizeof stream);
    int code = unpack_all(&stream, text);
    inflateEnd(&stream);
    if (text->failed || code == Z_MEM_ERROR)
        return tdi_fail_memory(err, text->length);
    if (text->length > TDI_RECIPE_BYTES_MOST)
        return fail_long(source, err);
    return code == Z_STREAM_END ? TD_OK
                                : fail_broken(source, "its recipe cannot be unpacked", err);
}

/* The two older kinds of text are Latin-1. */
static void add_latin1(TdiText *text, Span latin)
{
    for (size_t i = 0; i < latin.size; i++) {
        unsigned code = latin.bytes[i];
        char utf8[2] = {(char)(0xc0 | code >> 6), (char)(0x80 | (code & 0x3f))};
        if (code < 0x80)
            tdi_text_add_bytes(text, (const char *)latin.bytes + i, 1);
        else
            tdi_text_add_bytes(text, utf8, 2);
    }
}

/* Step over `count` words that end in NUL. */
static bool skip_words(Span *span, int count)
{
    for (; count > 0; count--) {
        const uint8_t *end = memchr(span->bytes, 0, span->size);
        if (end == NULL)
            return false;
        span->size -= (size_t)(end + 1 - span->bytes);
        span->bytes = end + 1;
    }
    return true;
}

/* Step over what stands between keyword and text, which is different in each kind. False: it is
 * broken. */
static bool skip_head(const char *type, Span *span, bool *packed)
{
    *packed = strcmp(type, "zTXt") == 0;
    if (strcmp(type, "tEXt") == 0)
        return true;
    size_t flags = *packed ? 1 : 2; /* iTXt says whether it is packed, then both say how */
    if (span->size < flags || span->bytes[flags - 1] != 0)
        return false;
    if (!*packed) {
        if (span->bytes[0] > 1)
            return false;
        *packed = span->bytes[0] == 1;
    }
    span->bytes += flags;
    span->size -= flags;
    return type[0] != 'i' || skip_words(span, 2);
}

/* The text of a chunk whose data has been read. */
static TdStatus decode(TdiSource *source, const char *type, Span span, TdiText *text,
                       TdError *err)
{
    bool packed;
    TdiText plain = {0};
    span.bytes += sizeof keyword;
    span.size -= sizeof keyword;
    if (!skip_head(type, &span, &packed))
        return fail_broken(source, "the head of its recipe", err);
    TdStatus status = packed ? unpack(source, span, &plain, err) : TD_OK;
    if (packed)
        span = (Span){(const uint8_t *)plain.data, plain.length};
    if (status == TD_OK && span.size > TDI_RECIPE_BYTES_MOST)
        status = fail_long(source, err);
    if (status == TD_OK && span.size > 0 && memchr(span.bytes, 0, span.size) != NULL)
        status = fail_broken(source, "its recipe is no text", err);
    if (status == TD_OK && type[0] == 'i')
        tdi_text_add_bytes(text, (const char *)span.bytes, span.size);
    else if (status == TD_OK)
        add_latin1(text, span);
    tdi_text_free(&plain);
    return status;
}

static TdStatus read_text(TdiSource *source, const Chunk *chunk, char **recipe, TdError *err)
{
    char start[sizeof keyword];
    if (chunk->size < sizeof start)
        return TD_OK;
    TdStatus status = tdi_source_read(source, chunk->at, start, sizeof start, err);
    if (status != TD_OK || memcmp(start, keyword, sizeof start) != 0)
        return status;
    if (chunk->size > TEXT_CHUNK_MOST)
        return fail_long(source, err);
    uint8_t *bytes = tdi_alloc(1, chunk->size);
    if (bytes == NULL)
        return tdi_fail_memory(err, chunk->size);
    TdiText text = {0};
    tdi_text_add(&text, ""); /* an empty recipe is one too */
    status = read_data(source, chunk, bytes, err);
    if (status == TD_OK)
        status = decode(source, chunk->type, (Span){bytes, chunk->size}, &text, err);
    tdi_free(bytes);
    if (status == TD_OK && (*recipe = tdi_text_take(&text)) == NULL)
        status = tdi_fail_memory(err, chunk->size);
    tdi_text_free(&text);
    return status;
}

/* ---- All chunks -------------------------------------------------------------------------- */

/* Dots per metre, where the two directions agree. */
static TdStatus read_resolution(TdiSource *source, const Chunk *chunk, double *dots_per_inch,
                                TdError *err)
{
    uint8_t bytes[9];
    if (chunk->size != sizeof bytes)
        return fail_broken(source, "pHYs: wrong length", err);
    TdStatus status = read_data(source, chunk, bytes, err);
    if (status == TD_OK && bytes[8] == 1 && get_u32(bytes) == get_u32(bytes + 4))
        *dots_per_inch = get_u32(bytes) * 0.0254;
    return status;
}

static bool is_text(const char *type)
{
    return strcmp(type, "iTXt") == 0 || strcmp(type, "tEXt") == 0 || strcmp(type, "zTXt") == 0;
}

static TdStatus look_at(TdiSource *source, const Chunk *chunk, TdiPngScan *scan, TdError *err)
{
    if (strcmp(chunk->type, "IDAT") == 0)
        scan->pixel_bytes += chunk->size;
    else if (strcmp(chunk->type, "pHYs") == 0)
        return read_resolution(source, chunk, &scan->dots_per_inch, err);
    else if (scan->recipe == NULL && is_text(chunk->type))
        return read_text(source, chunk, &scan->recipe, err);
    return TD_OK;
}

TdStatus tdi_png_scan(TdiSource *source, TdiPngScan *scan, TdError *err)
{
    *scan = (TdiPngScan){0};
    TdStatus status = check_signature(source, err);
    uint64_t offset = SIGNATURE_BYTES;
    for (int i = 0; status == TD_OK && i < CHUNKS_MOST; i++) {
        Chunk chunk = {0};
        status = read_head(source, offset, &chunk, err);
        if (status == TD_OK && strcmp(chunk.type, "IEND") == 0)
            return TD_OK;
        if (status == TD_OK)
            status = look_at(source, &chunk, scan, err);
        offset = chunk.at + chunk.size + 4;
    }
    tdi_free(scan->recipe);
    scan->recipe = NULL;
    return status != TD_OK ? status : fail_broken(source, "it has too many chunks", err);
}
