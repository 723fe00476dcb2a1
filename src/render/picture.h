/* What every kind of picture provides. */
#ifndef TDI_PICTURE_H
#define TDI_PICTURE_H

#include "base/jobs.h"
#include "render/view.h"
#include "tiedye/render.h"

typedef struct TdiBand {
    uint32_t y, count;
    unsigned char *rows;
    size_t row_bytes;
} TdiBand;

typedef struct TdiPictureKind {
    /* Make ready for a band, which may be shortened, and say how many jobs draw it and what
     * scratch they need. */
    TdStatus (*prepare)(TdPicture *picture, TdiBand *band, const TdRun *run, TdiJobs *jobs,
                        TdError *err);
    /* Draw one of the band's jobs. */
    void (*work)(const TdPicture *picture, const TdiBand *band, size_t job,
                 const TdiWorker *worker);
    void (*free)(TdPicture *picture);
} TdiPictureKind;

/* A gray tile among coloured ones: each of its samples, `sample` bytes, three times. */
void tdi_spread_gray(const unsigned char *gray, size_t sample, TdiTile tile, unsigned char *out,
                     size_t row_bytes);

/* The head of every picture. */
struct TdPicture {
    const TdiPictureKind *kind;
    TdRaster raster;
    const char *note;
    const char *field_sha256; /* of the file whose samples are coloured, NULL: none */
};

#endif
