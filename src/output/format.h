/* What a format is to the rest of the module, and how a writer looks from inside.
 *
 * A new format is one file with a `const TdiFormat` in it, its declaration here and its line in
 * format.c. The hooks get an output whose raster and counts have been checked. */
#ifndef TDI_FORMAT_H
#define TDI_FORMAT_H

#include "output/file.h"
#include "tiedye/output.h"

#include <string.h>

/* Bits for the kinds of samples that a format takes. */
enum {
    TDI_TAKES_U8 = 1 << TD_SAMPLE_U8,
    TDI_TAKES_U16 = 1 << TD_SAMPLE_U16,
    TDI_TAKES_F32 = 1 << TD_SAMPLE_F32,
    TDI_TAKES_PICTURES = TDI_TAKES_U8 | TDI_TAKES_U16
};

typedef struct TdiFormat {
    TdFormatInfo info;
    unsigned takes; /* sample types, TDI_TAKES_ */
    bool text;      /* its bytes may be shown on a terminal */
    size_t size;    /* of the state behind TdOutput.state; 0: none */
    /* Write what stands before the rows. The state is zeroed, `release` follows a failure.
     * NULL: nothing to do. */
    TdStatus (*open)(TdOutput *output, const char *recipe, TdError *err);
    TdStatus (*rows)(TdOutput *output, const void *rows, uint32_t count, TdError *err);
    /* Write what stands after the rows, all of which have come. NULL: nothing to do. */
    TdStatus (*close)(TdOutput *output, TdError *err);
    /* Free what the state holds, however far `open` came; the state itself is not its business.
     * Called once, last. NULL: nothing to do. */
    void (*release)(TdOutput *output);
    /* Height of a good band; need not mind the picture's. NULL: a few MiB. */
    uint32_t (*band_rows)(const TdOutput *output);
} TdiFormat;

struct TdOutput {
    const TdiFormat *format;
    TdRaster raster;
    TdRun run;          /* resolved */
    TdiFile *file;      /* NULL where the format has none */
    uint32_t rows_done; /* before the rows in hand */
    bool failed;        /* the file is not whole and will not be */
    void *state;
};

extern const TdiFormat tdi_format_png, tdi_format_ppm, tdi_format_npy, tdi_format_hash,
    tdi_format_null, tdi_format_mp4, tdi_format_webm, tdi_format_webp, tdi_format_gif,
    tdi_format_apng;

/* Number of samples in `count` rows. */
size_t tdi_sample_count(const TdRaster *raster, uint32_t count);

/* Bits of the one NaN that files hold, whatever NaN the arithmetic made. */
#define TDI_NAN_BITS UINT32_C(0x7fc00000)

/* The bits of a sample with every NaN made the one above. */
static inline uint32_t tdi_float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return value != value ? TDI_NAN_BITS : bits;
}

#endif
