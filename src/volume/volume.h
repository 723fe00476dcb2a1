/* The picture of a solid: rays march through blocks, front to back. */
#ifndef TDI_VOLUME_H
#define TDI_VOLUME_H

#include "render/picture.h"
#include "volume/solid.h"

enum { TDI_TRANSFER_PARTS = 1024, TDI_DECODE_PARTS = 4096, TDI_REGION_TILES = 4 };

/* Everything that is known before the first ray. */
typedef struct TdiVolume {
    TdPicture head;
    TdiSolid solid;
    TdiCamera camera;
    TdiColour store; /* rounds three channels */
    uint32_t grid;   /* rays across a pixel */
    uint32_t side;   /* of the largest blocks, in rays */
    uint32_t slabs;  /* of blocks, from near to far */
    TdOpacity opacity;
    float weight[3]; /* of outputs in what is opaque: its gradient gives the shade */
    float density, shading;
    bool chooses;     /* between polynomials and dense blocks, by what they cost */
    uint8_t first;    /* level of blocks that is worth to be tried: larger ones are not */
    float dense_cost; /* evaluations a sample of dense blocks, about */
    double step;      /* at most, in extents */
    int least_log2;   /* a ray that lets less than least = 2^least_log2 through sees no more */
    float least;
    float *transfer;     /* (TDI_TRANSFER_PARTS + 1): from s to the share of the density */
    float *decode;       /* (TDI_DECODE_PARTS + 1): from encoded to linear light */
    float face[4];       /* how bright the faces across x, y and z are, and what has none */
    float background[3]; /* linear */
} TdiVolume;

/* Rays of a region, row by row; two spans each, from near to far. */
typedef struct TdiRays {
    uint32_t side;                       /* rays across */
    double *from[2], *step[2], *rate[2]; /* w of a span, of a step in it, steps for one of w */
    uint8_t *face[2];                    /* number of the face where a span begins */
    uint32_t *count[2];                  /* steps */
    uint32_t *left;                      /* samples that it still can see, at most */
    float *pace;                         /* extents of space for one of w */
    float *light;                        /* what still comes through */
    float *seen;                         /* (3, side * side) linear light */
} TdiRays;

/* What a worker's scratch holds for marching. */
typedef struct TdiMarch {
    const TdiVolume *volume;
    const TdRun *run;
    TdiRays rays;
    uint32_t x, y; /* the region's first ray */
    _Alignas(64) float light[TD_PATCH_LANES], seen[3 * TD_PATCH_LANES]; /* of a few rays */
    float *padded;  /* a patch's coefficients with whole rows */
    float *columns; /* (channels, ORDER, columns, LANES): after the sum down */
    float *lines;   /* (channels, ORDER, columns): along the rays of a row */
    float *rows;    /* outputs and gradients of samples */
    float *spare;   /* what colour wants, and more outputs */
    void *points;   /* the plan's */
    TdiPlaceOfSample *places;
} TdiMarch;

enum { TDI_MARCH_CHANNELS = 6, TDI_MARCH_STEPS = 32 }; /* samples of a ray at a time */

size_t tdi_march_scratch(const TdiVolume *volume);
TdiMarch tdi_march_lay_out(const TdiVolume *volume, void *scratch, const TdRun *run);

/* Set up the rays of a region that begins at ray (x, y). */
void tdi_march_begin(TdiMarch *march, uint32_t x, uint32_t y);

/* Note how far all rays can see from here on. */
void tdi_march_look(TdiMarch *march);

/* How many samples in a block can be seen, at most, from depth `here` (a unit of the lattice),
 * where tdi_march_look was called. */
uint64_t tdi_march_count(const TdiMarch *march, const TdiCube *cube, uint32_t here);

/* Take all samples in a block: from its polynomial, or (NULL) from the network. */
void tdi_march_block(TdiMarch *march, const TdiCube *cube, const float *coefficients);

/* Light that was not stopped comes from the background; then all is encoded, and stands in
 * rays.seen. */
void tdi_march_end(TdiMarch *march);

/* The picture of a recipe's solid; shared: of a film's frame (renderer.h), else NULL. */
TdStatus tdi_volume_create(const TdRecipe *recipe, const TdiShared *shared, const TdRun *run,
                           TdPicture **picture, TdError *err);

#endif
