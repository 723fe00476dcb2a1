/* What the formats of films share: which films they hold, and frames out of rows. */
#ifndef TDI_FILM_H
#define TDI_FILM_H

#include "output/format.h"

typedef struct TdiFilmLimits {
    uint32_t side;       /* most pixels of a side */
    bool even;           /* both sides must be even */
    double rate;         /* most frames in a second */
    const char *because; /* why there are no more: "browsers slow down ..." */
} TdiFilmLimits;

/* Whether the format holds a film of this size and rate; *err says which it would hold. */
TdStatus tdi_film_check(const TdOutput *output, const TdiFilmLimits *limits, TdError *err);

/* Number of frames, at least 1. */
uint32_t tdi_film_frames(const TdRaster *raster);

/* When frame `i` begins, to the nearest of `units` in a second. As many frames later as there
 * are, the film ends. */
int64_t tdi_film_time(const TdRaster *raster, uint32_t i, double units);

/* Frames out of rows that come in bands of any height. */
typedef struct TdiFrames {
    uint8_t *partial; /* the frame that is not whole yet */
    size_t bytes;     /* of a frame */
    size_t used;      /* of the partial one */
    uint32_t done;    /* frames handed on */
} TdiFrames;

/* `extra`: bytes a pixel that the format's encoder needs, for the run's memory limit.
 * tdi_frames_free follows, also after a failure. */
TdStatus tdi_frames_open(TdiFrames *frames, const TdOutput *output, uint64_t extra,
                         TdError *err);

/* Take rows and hand on each frame that is whole, number frames->done. */
TdStatus tdi_frames_take(TdiFrames *frames, TdOutput *output, const void *rows, uint32_t count,
                         TdStatus (*frame)(TdOutput *output, const uint8_t *pixels,
                                           TdError *err),
                         TdError *err);

void tdi_frames_free(TdiFrames *frames);

/* TdiFormat.band_rows: a frame, where that is no more than some MiB. */
uint32_t tdi_film_band_rows(const TdOutput *output);

#endif
