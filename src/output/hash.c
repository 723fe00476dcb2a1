/* One line that stands for all samples, such as `0123456789abcdef 1024x1024 rgb8`: the 64-bit
 * FNV-1a hash (http://www.isthe.com/chongo/tech/comp/fnv/) of the bytes of all samples in the
 * order of the file - rows from the top, pixels from the left, channels. A sample of 16 bits
 * counts with its most significant byte first, a float with its least significant first and
 * every NaN as 7fc00000; so the hash is that of a PPM's or NPY's bytes after the header, on
 * every machine. */
#include "base/error.h"
#include "output/binary.h"
#include "output/format.h"

#include <inttypes.h>
#include <stdio.h>

#define FNV_OFFSET UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

typedef struct Hash {
    uint64_t value;
} Hash;

static uint64_t mix(uint64_t hash, unsigned byte)
{
    return (hash ^ (byte & 0xff)) * FNV_PRIME;
}

static uint64_t mix_bytes(uint64_t hash, const uint8_t *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hash = mix(hash, samples[i]);
    return hash;
}

static uint64_t mix_words(uint64_t hash, const uint16_t *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hash = mix(mix(hash, samples[i] >> 8), samples[i]);
    return hash;
}

static uint64_t mix_floats(uint64_t hash, const float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = tdi_float_bits(samples[i]);
        hash = mix(mix(mix(mix(hash, bits), bits >> 8), bits >> 16), bits >> 24);
    }
    return hash;
}

static TdStatus open_hash(TdOutput *output, const char *recipe, TdError *err)
{
    (void)recipe;
    (void)err;
    Hash *hash = output->state;
    hash->value = FNV_OFFSET;
    return TD_OK;
}

static TdStatus mix_rows(TdOutput *output, const void *rows, uint32_t count, TdError *err)
{
    (void)err;
    Hash *hash = output->state;
    size_t samples = tdi_sample_count(&output->raster, count);
    switch (output->raster.type) {
    case TD_SAMPLE_U8:
        hash->value = mix_bytes(hash->value, rows, samples);
        break;
    case TD_SAMPLE_U16:
        hash->value = mix_words(hash->value, rows, samples);
        break;
    case TD_SAMPLE_F32:
        hash->value = mix_floats(hash->value, rows, samples);
        break;
    }
    return TD_OK;
}

/* "rgb8", "gray16", "f32x5". */
static void describe(const TdRaster *raster, char *out, size_t size)
{
    if (raster->type == TD_SAMPLE_F32)
        snprintf(out, size, "f32x%" PRIu32, raster->channels);
    else
        snprintf(out, size, "%s%d", raster->channels == 1 ? "gray" : "rgb",
                 raster->type == TD_SAMPLE_U8 ? 8 : 16);
}

static TdStatus close_hash(TdOutput *output, TdError *err)
{
    const Hash *hash = output->state;
    char format[16], depth[16] = "", line[80];
    const TdRaster *raster = &output->raster;
    describe(raster, format, sizeof format);
    if (raster->depth > 0)
        snprintf(depth, sizeof depth, "x%" PRIu32, raster->depth);
    int length = snprintf(line, sizeof line, "%016" PRIx64 " %" PRIu32 "x%" PRIu32 "%s %s\n",
                          hash->value, raster->width, raster->height, depth, format);
    return tdi_file_write(output->file, line, (size_t)length, err);
}

const TdiFormat tdi_format_hash = {
    .info = {.name = "hash",
             .extensions = "hash",
             .picture = true,
             .volume = true,
             .film = true,
             .exact = true,
             .help = "one line of text: FNV-1a hash of all samples, size and kind"},
    .takes = TDI_TAKES_PICTURES | TDI_TAKES_F32,
    .text = true,
    .size = sizeof(Hash),
    .open = open_hash,
    .rows = mix_rows,
    .close = close_hash,
};
