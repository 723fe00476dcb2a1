/* Packing with ISA-L where it is built in (TDI_HAVE_ISAL), else with zlib.
 *
 * ISA-L's level 1 packs filtered rows three to four times as fast as zlib's level 1, which with
 * Z_RLE makes files of smooth pictures a fifth smaller (both measured). */
#include "output/deflate.h"

#include "base/memory.h"

#include <string.h>
#include <zlib.h>

/* Lengths are 32 bits wide in both libraries; longer pieces are packed in parts. */
#define PART_BYTES ((size_t)1 << 28)

/* Room beyond the stored form that keeps the packers from ending early for want of a few bytes.
 */
enum { SPARE_BYTES = 1024, STORED_BLOCK = 65535, STORED_HEAD = 5 };

/* ---- ISA-L ------------------------------------------------------------------------------- */

#ifdef TDI_HAVE_ISAL
#include <isa-l/igzip_lib.h>

struct TdiDeflate {
    struct isal_zstream stream;
    uint8_t work[ISAL_DEF_LVL1_EXTRA_LARGE];
};

TdiDeflate *tdi_deflate_new(void)
{
    return tdi_alloc(1, sizeof(TdiDeflate));
}

void tdi_deflate_free(TdiDeflate *packer)
{
    tdi_free(packer);
}

size_t tdi_deflate_memory(void)
{
    return sizeof(TdiDeflate);
}

/* Bytes written, 0 where they did not fit. */
static size_t squeeze(TdiDeflate *packer, const uint8_t *bytes, size_t size, bool last,
                      uint8_t *out, size_t room)
{
    struct isal_zstream *stream = &packer->stream;
    isal_deflate_init(stream);
    stream->level = 1;
    stream->level_buf = packer->work;
    stream->level_buf_size = sizeof packer->work;
    stream->flush = last ? NO_FLUSH : SYNC_FLUSH;
    stream->end_of_stream = last;
    stream->next_in = (uint8_t *)(uintptr_t)bytes; /* ISA-L only reads it */
    stream->avail_in = (uint32_t)size;
    stream->next_out = out;
    stream->avail_out = (uint32_t)room;
    int code = isal_deflate(stream);
    bool whole = code == COMP_OK && stream->avail_in == 0 && stream->avail_out > 0;
    return whole ? room - stream->avail_out : 0;
}

uint32_t tdi_adler32(const uint8_t *bytes, size_t size)
{
    return isal_adler32(1, bytes, size);
}

/* ---- zlib -------------------------------------------------------------------------------- */

#else

struct TdiDeflate {
    z_stream stream;
};

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

TdiDeflate *tdi_deflate_new(void)
{
    TdiDeflate *packer = tdi_alloc(1, sizeof *packer);
    if (packer == NULL)
        return NULL;
    packer->stream.zalloc = zlib_alloc;
    packer->stream.zfree = zlib_free;
    if (deflateInit2(&packer->stream, 1, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_RLE) == Z_OK)
        return packer;
    tdi_free(packer);
    return NULL;
}

void tdi_deflate_free(TdiDeflate *packer)
{
    if (packer != NULL)
        deflateEnd(&packer->stream);
    tdi_free(packer);
}

/* zlib.h's formula for the window and memory level above. */
size_t tdi_deflate_memory(void)
{
    return ((size_t)1 << (MAX_WBITS + 2)) + ((size_t)1 << (MAX_MEM_LEVEL + 9)) + 8192;
}

/* Bytes written, 0 where they did not fit. */
static size_t squeeze(TdiDeflate *packer, const uint8_t *bytes, size_t size, bool last,
                      uint8_t *out, size_t room)
{
    z_stream *stream = &packer->stream;
    deflateReset(stream);
    stream->next_in = (uint8_t *)(uintptr_t)bytes; /* zlib only reads it */
    stream->avail_in = (uInt)size;
    stream->next_out = out;
    stream->avail_out = (uInt)room;
    int code = deflate(stream, last ? Z_FINISH : Z_SYNC_FLUSH);
    bool whole = last ? code == Z_STREAM_END
                      : code == Z_OK && stream->avail_in == 0 && stream->avail_out > 0;
    return whole ? room - stream->avail_out : 0;
}

uint32_t tdi_adler32(const uint8_t *bytes, size_t size)
{
    return (uint32_t)adler32_z(adler32_z(0, NULL, 0), bytes, size);
}

#endif

/* ---- Both -------------------------------------------------------------------------------- */

uint64_t tdi_deflate_bound(uint64_t size)
{
    uint64_t parts = size / PART_BYTES + 1;
    uint64_t blocks = size / STORED_BLOCK + parts;
    return tdi_add_size(size, blocks * STORED_HEAD + parts * SPARE_BYTES);
}

/* Blocks without compression: they begin and end at whole bytes of themselves. */
static size_t store(const uint8_t *bytes, size_t size, bool last, uint8_t *out)
{
    uint8_t *place = out;
    do {
        size_t part = size < STORED_BLOCK ? size : STORED_BLOCK;
        size -= part;
        place[0] = last && size == 0;
        place[1] = (uint8_t)part;
        place[2] = (uint8_t)(part >> 8);
        place[3] = (uint8_t)~place[1];
        place[4] = (uint8_t)~place[2];
        memcpy(place + STORED_HEAD, bytes, part);
        place += STORED_HEAD + part;
        bytes += part;
    } while (size > 0);
    return (size_t)(place - out);
}

size_t tdi_deflate(TdiDeflate *packer, const uint8_t *bytes, size_t size, bool last,
                   uint8_t *out)
{
    size_t written = 0;
    do {
        size_t part = size < PART_BYTES ? size : PART_BYTES;
        size -= part;
        bool ends = last && size == 0;
        size_t room = (size_t)tdi_deflate_bound(part);
        size_t packed = squeeze(packer, bytes, part, ends, out + written, room);
        if (packed == 0)
            packed = store(bytes, part, ends, out + written);
        written += packed;
        bytes += part;
    } while (size > 0);
    return written;
}
