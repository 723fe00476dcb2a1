/* One network, made ready to be drawn; and the dense engine, which evaluates every sample. */
#ifndef TDI_RENDERER_H
#define TDI_RENDERER_H

#include "base/jobs.h"
#include "render/colour.h"
#include "render/maps.h"
#include "render/spectral.h"
#include "render/view.h"
#include "tiedye/network.h"
#include "tiedye/render.h"

enum { TDI_TILE_PIXELS = 4096, TDI_TILE_WIDTH = 128 };

struct TdiRenderer {
    TdPlan *plan;       /* of a network that has a value at each point, or */
    TdConvnet *convnet; /* of one on a raster; the other one is NULL */
    const TdKernels *kernels;
    size_t points;    /* that are evaluated at once */
    TdRecipe *recipe; /* of a raster */
    TdiMaps maps;     /* the output's, as far as they were prepared, */
    TdiMaps flat;     /* and those of the picture's plane: the same, or in space a slice */
    TdiView view;
    TdRaster raster;
    uint32_t outputs; /* channels of the field */
    TdiColour colour; /* of a picture */
    TdiSpectral spectral;
    float
        *cost; /* a palette's table: what is drawn is what that would cost; NULL: the picture */
};

/* What the frames of a film have in common. */
typedef struct TdiShared {
    const TdNetwork *network; /* NULL: every frame has its own */
    const float *sample;      /* what the tone looks at, NULL: it looks at nothing */
    size_t points;            /* of that */
    const TdiMaps *maps;      /* of a raster: the output's for all frames; NULL: none */
} TdiShared;

/* Make the renderer of a recipe in place; on failure there is nothing to clear. shared: NULL
 * for a picture of its own. */
TdStatus tdi_renderer_init(TdiRenderer *renderer, const TdRecipe *recipe, TdSamples samples,
                           const TdiShared *shared, const TdRun *run, TdError *err);
void tdi_renderer_clear(TdiRenderer *renderer);

/* Its network alone; on failure there is nothing to clear. */
TdStatus tdi_renderer_network(TdiRenderer *renderer, const TdRecipe *recipe,
                              const TdiShared *shared, const TdRun *run, TdError *err);

/* The outputs at the centres of TDI_TONE_SIDE x TDI_TONE_SIDE equal parts of the view
 * (sample.c); needs plan and view. The caller frees *field with tdi_free. */
TdStatus tdi_renderer_sample(const TdiRenderer *renderer, const TdRecipe *recipe,
                             const TdRun *run, float **field, TdError *err);

/* The plan of a recipe's network, or of the one that is shared; of one on a raster *convnet.
 * The other one becomes NULL. */
TdStatus tdi_plan_of(const TdRecipe *recipe, const TdiShared *shared, const TdRun *run,
                     TdPlan **plan, TdConvnet **convnet, TdError *err);

/* ---- Networks on a raster (raster.c): before tiles are drawn, what they lie on is evaluated.
 */

/* Bytes of scratch, and the outputs at a block's samples, as evaluating a plan gives them. */
size_t tdi_raster_scratch(const TdiRenderer *renderer);
float *tdi_raster_evaluate(const TdiRenderer *renderer, TdiTile tile, uint32_t first,
                           uint32_t points, uint32_t sub_x, uint32_t sub_y, void *scratch);

/* Where the samples of a block of any view lie on maps, in that scratch. */
const TdiSpot *tdi_raster_spots(const TdiRenderer *renderer, const TdiView *view,
                                const TdiMaps *maps, TdiTile tile, uint32_t first,
                                uint32_t points, uint32_t sub_x, uint32_t sub_y, void *scratch);

/* Make the maps cover a tile: all of the picture, where that takes little. */
TdStatus tdi_raster_prepare(TdiRenderer *renderer, TdiTile tile, const TdRun *run,
                            TdError *err);

/* As much of a tile's left upper corner as can be prepared at once. */
TdiTile tdi_raster_piece(const TdiRenderer *renderer, TdiTile rest, const TdRun *run);

/* Whether all of a picture can be. */
bool tdi_raster_is_small(const TdiRenderer *renderer, const TdRun *run);

/* Bytes of the cells that a recipe's picture holds, about; 0 where it is on none. */
uint64_t tdi_raster_bytes(const TdRecipe *recipe, const TdRaster *raster);

/* Rows that are best drawn at once. */
uint32_t tdi_raster_rows(const TdiRenderer *renderer);

/* What a picture of a recipe lies on, for films (raster.c). */
TdStatus tdi_raster_region(const TdRecipe *recipe, TdiRegion *span, TdError *err);

/* What a film's tone looks at: samples of up to TDI_LOOK_FRAMES of its frames, evenly spaced,
 * all of them after each other, which `look` makes (as tdi_renderer_sample does). Where the
 * recipe is of no film, that of the recipe itself. The caller frees *sample with tdi_free. */
enum { TDI_LOOK_FRAMES = 16 };
uint32_t tdi_look_count(const TdRecipe *recipe);
TdStatus tdi_look_still(const TdRecipe *recipe, uint32_t i, TdRecipe **still, TdError *err);
typedef TdStatus TdiLook(const TdRecipe *recipe, const TdRun *run, float **sample,
                         TdError *err);
TdStatus tdi_look_at_film(const TdRecipe *recipe, TdiLook *look, uint32_t outputs,
                          const TdRun *run, float **sample, size_t *points, TdError *err);

/* The same for pictures. */
TdStatus tdi_renderer_look(const TdRecipe *recipe, const TdRun *run, float **sample,
                           size_t *points, TdError *err);

/* The raster that a recipe gives, without making its network. */
TdStatus tdi_renderer_raster(const TdRecipe *recipe, TdSamples samples, TdRaster *raster,
                             TdError *err);

/* Bytes of scratch that a worker needs for tiles of its own. */
size_t tdi_renderer_scratch(const TdiRenderer *renderer);

/* Draw a tile of at most TDI_TILE_PIXELS pixels to `out`, where the tile's first pixel goes;
 * rows are `row_bytes` apart. Returns early, with an unfinished tile, once the run is
 * cancelled. */
void tdi_renderer_tile(const TdiRenderer *renderer, TdiTile tile, const TdiWorker *worker,
                       void *out, size_t row_bytes);

/* Rows of whole tiles of the spectral engine around row y; row y alone where it is not used. */
void tdi_renderer_block(const TdiRenderer *renderer, uint32_t y, uint32_t *begin,
                        uint32_t *end);

/* Store `count` pixels of a tile from number `first` on, whose outputs stand in rows `stride`
 * floats apart (room for whole vectors), as they are, channels side by side; `out` is where the
 * tile's first pixel goes. */
void tdi_field_store(float *rows, size_t stride, uint32_t channels, TdiTile tile,
                     uint32_t first, uint32_t count, unsigned char *out, size_t row_bytes);

/* How rows y .. y + count are cut into tiles of at most `pixels`, and tile number i of them. */
typedef struct TdiTiling {
    uint32_t width, y, count, tile_width, tile_height, across;
    size_t tiles;
} TdiTiling;

TdiTiling tdi_tiling(uint32_t width, uint32_t y, uint32_t count, uint32_t pixels);
TdiTile tdi_tiling_tile(const TdiTiling *tiling, size_t i);

#endif
