/* The spectral engine: square tiles that are sampled at few points and drawn as polynomials,
 * where these are shown to be near enough (docs/SPECTRAL.md).
 *
 * A tile's fate depends on the recipe and on the tile's own place, its arithmetic is the
 * contract's: lanes, threads and bands change nothing. */
#ifndef TDI_SPECTRAL_H
#define TDI_SPECTRAL_H

#include "base/jobs.h"
#include "render/bend.h"
#include "render/canvas.h"
#include "render/colour.h"
#include "render/view.h"
#include "tiedye/network.h"

enum { TDI_LEVELS_MOST = 10, TDI_SIDE_MOST = 512 };

/* Evaluations a sample that may be spent on patches before what is left is dense. */
#define TDI_SPENT_MOST 0.45f

/* Tiles of one size. A basis is that of Chebyshev's polynomials: their mean over the points of
 * a pixel, and their values at each of these points. */
typedef struct TdiLevel {
    uint32_t side;        /* pixels */
    uint32_t columns;     /* the same, filled up to whole groups of lanes */
    uint32_t rows;        /* the same, filled up to whole groups of 4 */
    const float *across;  /* (ORDER, columns) */
    const float *down;    /* (rows, ORDER) */
    const float *samples; /* (grid) times both, `table` floats apart */
    size_t table;
} TdiLevel;

typedef struct TdiSpectral {
    int levels;                      /* 0: the picture is dense */
    TdiLevel level[TDI_LEVELS_MOST]; /* the largest first */
    TdNodes nodes;
    double place[TD_PATCH_ORDER]; /* of a node across a tile, 0 to 1 */
    float top;                    /* the highest code */
    float tolerance;              /* of encoded values */
    bool linear;                  /* tone and palette are a line, but for clipping */
    bool bounded;                 /* and never clip */
    double node_operations;       /* to evaluate and survey a node */
    TdiBend logistic;             /* of the tone of that name */
    TdiBend *bends;               /* (depth) */
    size_t *at;                   /* (TD_PATCH_NODES) where a node's lanes begin in a row */
    size_t points, blocks;        /* of a batch of tiles: a block's, and how many */
    float *numbers;               /* all tables */
} TdiSpectral;

/* What became of a tile. */
typedef enum TdiVerdict {
    TDI_VERDICT_SPLIT,
    TDI_VERDICT_ENCODED, /* polynomials in encoded values: a pixel is their mean */
    TDI_VERDICT_TONED    /* polynomials in outputs, whose samples are toned */
} TdiVerdict;

/* A tile to be tried. */
typedef struct TdiSquare {
    uint32_t part;                 /* which picture's */
    uint32_t x, y;                 /* its first pixel */
    float spent;                   /* evaluations a sample, this trial's included */
    uint8_t verdict, down, across; /* TdiVerdict; orders of its polynomials */
    uint16_t coefficients;         /* above the tolerance, of all channels */
    float bits;                    /* sum of log2(1 + |coefficient| / tolerance) */
    float error;                   /* largest seen at check points, in codes */
} TdiSquare;

typedef struct TdiRenderer TdiRenderer;

/* Choose the engine and make the tables, once plan, view and colour are there. On failure there
 * is nothing to clear. */
TdStatus tdi_spectral_init(TdiRenderer *renderer, const TdRecipe *recipe, const TdRun *run,
                           TdError *err);
void tdi_spectral_clear(TdiSpectral *spectral);

/* Bytes of the tables of a recipe that draws `raster`, at most. */
uint64_t tdi_spectral_bytes(const TdRecipe *recipe, const TdRaster *raster);

/* Whether it needs fewer operations than the dense one (choose.c). */
TdStatus tdi_spectral_choose(const TdiRenderer *renderer, const TdRun *run, bool *pays,
                             TdError *err);

/* Operations, about, to evaluate the network at a node and to look at its neurons. */
double tdi_node_operations(const TdPlan *plan);

/* Bytes of scratch that a worker needs. */
size_t tdi_spectral_scratch(const TdiRenderer *renderer);

/* One tile's coefficients: TD_PATCH_NODES for each channel, and room for whole cache lines. */
enum { TDI_PATCH_FLOATS = (3 * TD_PATCH_NODES + 15) / 16 * 16 };

/* Try 1 to TD_PATCH_LANES tiles of one picture and level. Those that are found good are drawn
 * (canvas NULL: not), and their coefficients kept, TDI_PATCH_FLOATS apart (NULL: not). Ends
 * early, with nothing found, once the run is cancelled. */
void tdi_spectral_try(const TdiRenderer *renderer, const TdiLevel *level, TdiSquare *squares,
                      size_t count, const TdiCanvas *canvas, float *kept,
                      const TdiWorker *worker);

/* ---- check.c: how far patches are off -----------------------------------------------------
 */

/* Bytes of scratch, and the largest error of a patch at 64 points of its tile, in codes. */
size_t tdi_patch_check_scratch(const TdiRenderer *renderer);
float tdi_patch_check(const TdiRenderer *renderer, const TdiLevel *level,
                      const TdiSquare *square, const float *coefficients, void *scratch);

/* ---- patch.c: drawing one that was found good ------------------------------------------- */

/* Bytes of scratch. */
enum { TDI_PATCH_STRIP = 128, TDI_PATCH_ROWS = 16 };
size_t tdi_patch_scratch(const TdiRenderer *renderer);

/* Draw the rows of a tile that lie on the canvas from its coefficients. */
void tdi_patch_draw(const TdiRenderer *renderer, const TdiLevel *level, const TdiSquare *square,
                    const float *coefficients, const TdiCanvas *canvas, float *scratch);

#endif
