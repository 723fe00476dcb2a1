/* A batch of tiles that are tried together: what spectral.c and judge.c share. */
#ifndef TDI_BATCH_H
#define TDI_BATCH_H

#include "render/renderer.h"

enum {
    ORDER = TD_PATCH_ORDER,
    NODES = TD_PATCH_NODES,
    LANES = TD_PATCH_LANES,
    CHANNELS = 3,
    /* Values at the nodes of a batch, filled up to whole grains. */
    BATCH = (NODES * LANES + TD_POINT_GRAIN - 1) / TD_POINT_GRAIN * TD_POINT_GRAIN
};

/* What a worker's scratch holds. */
typedef struct TdiBatch {
    const TdiRenderer *renderer;
    const TdiSpectral *spectral;
    const TdiLevel *level;
    TdiSquare *squares;
    size_t count;
    char *blocks; /* the plan's scratch, block after block */
    size_t block_bytes;
    float *raw;          /* (CHANNELS, BATCH) outputs at the nodes */
    float *encoded;      /* (CHANNELS, BATCH) colours at the nodes */
    float *trial;        /* (CHANNELS, BATCH), and what colour wants to spare behind it */
    float *coefficients; /* (CHANNELS, NODES, LANES) of encoded values */
    float *raw_coefficients;
    float *patch; /* of tdi_patch_draw, begins with one tile's coefficients */
    bool alive[LANES];
    bool has_linear; /* colours stand in `trial` */
} TdiBatch;

/* Decide over the tiles that are alive, whose outputs at the nodes stand in rows: sets their
 * verdicts, and both kinds of coefficients as far as they are wanted. */
void tdi_judge(TdiBatch *batch, const float *rows);

#endif
