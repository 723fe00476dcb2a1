/* What a format is to the rest of the module, and how a writer looks from inside.
 *
 * A new format is one file with a `const TdiFormat` in it, its declaration here and its line in
 * format.c. The hooks get an output whose raster and counts have been checked. */
#ifndef TDI_FORMAT_H
#define TDI_FORMAT_H

#include "output/file.h"
#include "output/mesh.h"
#include "tiedye/output.h"

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
    /* Write a surface, which is instead of all of the above. NULL: it takes none. */
    TdStatus (*mesh)(TdOutput *output, const TdiMesh *mesh, const char *recipe, TdError *err);
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

extern const TdiFormat tdi_format_png, tdi_format_ppm, tdi_format_npy, tdi_format_nrrd,
    tdi_format_vti, tdi_format_ply, tdi_format_stl, tdi_format_glb, tdi_format_mp4,
    tdi_format_webm, tdi_format_webp, tdi_format_gif, tdi_format_apng, tdi_format_hash,
    tdi_format_null;

/* The row of the table that `info` stands in, NULL where it stands in none. */
const TdiFormat *tdi_format_of(const TdFormatInfo *info);

/* Number of samples in `count` rows. */
size_t tdi_sample_count(const TdRaster *raster, uint32_t count);

/* The hook `rows` of formats that hold nothing but floats after their header, least significant
 * byte first. */
TdStatus tdi_write_float_rows(TdOutput *output, const void *rows, uint32_t count, TdError *err);

/* Whether a volume has a finite origin and a spacing above 0, for formats that hold them. */
TdStatus tdi_check_grid(const TdRaster *raster, TdError *err);

/* Puts vertex or triangle i of a mesh as bytes. */
typedef void TdiRecord(const TdiMesh *mesh, size_t i, uint8_t *at);

/* Append records 0 to count - 1 of `size` bytes each. */
TdStatus tdi_write_records(TdOutput *output, const TdiMesh *mesh, size_t count, size_t size,
                           TdiRecord *record, TdError *err);

#endif
