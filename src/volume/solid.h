/* A network on a box of space: blocks of it become polynomials in three variables, where these
 * are shown to be near enough. The rule is that of the pictures' spectral engine, on all slices
 * of nodes (docs/VOLUMES.md). */
#ifndef TDI_SOLID_H
#define TDI_SOLID_H

#include "base/jobs.h"
#include "render/bend.h"
#include "render/colour.h"
#include "render/renderer.h"
#include "tiedye/network.h"
#include "volume/camera.h"

enum {
    TDI_CUBE_NODES = TD_PATCH_ORDER * TD_PATCH_NODES,
    TDI_SOLID_LEVELS = 8,
    TDI_CUBE_FLOATS =
        3 * TDI_CUBE_NODES /* coefficients of a block: outputs, depth, down, across */
};

/* Blocks of one size. */
typedef struct TdiCubeLevel {
    uint32_t side;       /* units of the lattice */
    uint32_t columns;    /* the same, filled up to whole groups of lanes */
    const float *across; /* (ORDER, columns): polynomials at the middles of units */
    const float *down;   /* (columns, ORDER) */
} TdiCubeLevel;

typedef struct TdiSolid {
    TdPlan *plan;       /* of a network that has a value at each point, or */
    TdConvnet *convnet; /* of one on a raster, and then: */
    TdiMaps maps;       /* its outputs in the volume's box */
    const TdKernels *kernels;
    TdiColour colour;
    uint32_t outputs; /* 1 or 3 of a picture; any number of samples */
    uint32_t judged;  /* of them, those that patches hold */
    TdiFrame frame;
    /* The lattice of blocks: unit (0, 0, 0) begins here, and each is so large. */
    double start[3], unit[3];
    uint32_t size[3];                     /* units that are drawn; blocks go beyond */
    double samples_per_unit;              /* samples that a unit stands for, about */
    int levels;                           /* 0: everything is dense */
    TdiCubeLevel level[TDI_SOLID_LEVELS]; /* the largest first */
    float most[3];    /* of an output's error: what the tail must stay below */
    float trial_cost; /* of a trial's evaluation, in those of dense samples: it is judged too */
    float tail_least; /* see tdi_tail */
    TdNodes nodes;
    double place[TD_PATCH_ORDER];
    TdiBend *bends;
    TdiBend logistic;
    size_t *at; /* (1 + ORDER, ...): where nodes' lanes begin, in order, then by
                 * slices across the depth */
    size_t points, blocks;
    float *numbers;
} TdiSolid;

/* The network, and (unless `field`) its colours. The frame is the caller's business, and then
 * tdi_solid_lattice. */
TdStatus tdi_solid_init(TdiSolid *solid, const TdRecipe *recipe, bool field,
                        const TdiShared *shared, const TdRun *run, TdError *err);
void tdi_solid_clear(TdiSolid *solid);

/* The box of a recipe's volume, with what is asked for just outside of it (surface.h). */
TdiRegion tdi_solid_region(const TdRecipe *recipe);

/* What the tone looks at: TDI_TONE_SIDE^2 points of the box, of a film for some of its frames
 * (as tdi_renderer_look). */
TdStatus tdi_solid_look(const TdRecipe *recipe, const TdRun *run, float **sample,
                        size_t *points, TdError *err);

/* Choose the levels, from side `largest` to `smallest`, and make the tables; none where the
 * recipe says dense. most: see above. */
TdStatus tdi_solid_lattice(TdiSolid *solid, const TdRecipe *recipe, uint32_t largest,
                           uint32_t smallest, TdError *err);

/* Bytes of scratch of a worker that evaluates points densely, and of one that tries blocks. */
size_t tdi_solid_point_scratch(const TdiSolid *solid);
size_t tdi_solid_try_scratch(const TdiSolid *solid);

/* Evaluate at `count` points (any number) of the frame, which are given as u, v, w; outputs go
 * to rows `stride` floats apart, with room for whole grains. */
typedef struct TdiPlaceOfSample {
    double u, v, w;
} TdiPlaceOfSample;
void tdi_solid_evaluate(const TdiSolid *solid, const TdiPlaceOfSample *places, size_t count,
                        float *rows, size_t stride, void *scratch, const TdRun *run);

/* A block of the lattice. */
typedef struct TdiCube {
    uint32_t x, y, z; /* its first unit: to the right, down (against v), away */
    uint8_t level;
    bool good;           /* it has a polynomial */
    float seen;          /* samples of it that are asked for, at most */
    float spent;         /* evaluations a sample, this trial's included */
    size_t kept;         /* the polynomial's number among those kept */
    size_t children;     /* number of the first of those that it was cut into, */
    uint8_t child_count; /* and how many */
} TdiCube;

/* Try blocks to see which of them are good, and keep nothing. TD_ERROR_MEMORY. */
TdStatus tdi_solid_probe(const TdiSolid *solid, TdiCube *cubes, size_t count, const TdRun *run,
                         TdError *err);

/* Try 1 to TD_PATCH_LANES blocks: sets `good`, and writes the coefficients of good
 * ones to coefficients[lane * TDI_CUBE_FLOATS]. */
void tdi_solid_try(const TdiSolid *solid, TdiCube *const *cubes, size_t count,
                   float *coefficients, void *scratch, const TdRun *run);

#endif
