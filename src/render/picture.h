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
    /* Draw the rows of a band, which may be shortened. */
    TdStatus (*draw)(TdPicture *picture, TdiBand *band, const TdRun *run, TdError *err);
    /* The rows begin .. end - 1 around row y that cost least when they are drawn at once. NULL:
     * it does not matter. */
    void (*block)(const TdPicture *picture, uint32_t y, uint32_t *begin, uint32_t *end);
    void (*free)(TdPicture *picture);
} TdiPictureKind;

/* How a band is drawn by independent jobs. */
typedef struct TdiBandJobs {
    size_t count, scratch_bytes; /* jobs; of each worker */
    void (*work)(const TdPicture *picture, const TdiBand *band, size_t job,
                 const TdiWorker *worker);
} TdiBandJobs;

/* Draw a band that way, and report the progress. */
TdStatus tdi_draw_jobs(const TdPicture *picture, const TdiBand *band, const TdiBandJobs *jobs,
                       const TdRun *run, TdError *err);

/* As td_picture_create; a frame of a film (shared: see renderer.h). */
struct TdiShared;
TdStatus tdi_picture_create(const TdRecipe *recipe, TdSamples samples,
                            const struct TdiShared *shared, const TdRun *run,
                            TdPicture **picture, TdError *err);

/* A gray tile among coloured ones: each of its samples, `sample` bytes, three times. */
void tdi_spread_gray(const unsigned char *gray, size_t sample, TdiTile tile, unsigned char *out,
                     size_t row_bytes);

/* The head of every picture. */
struct TdPicture {
    const TdiPictureKind *kind;
    TdRaster raster;
    const char *note;
    const char *field_sha256; /* of the file whose samples are coloured, NULL: none */
    TdiBand kept; /* a block of which only some rows were asked for, its rows owned */
};

#endif
