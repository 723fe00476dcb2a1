/* tiedye/convnet.h - networks on a raster: convolutions, pooling, upsampling, and dense layers
 * between them.
 *
 * A raster is a lattice of cells over the plane or over space, without an end: a network can be
 * had on any box of cells. What a cell holds depends on the recipe and on the cell alone, not
 * on the box that is asked for, threads or instruction set. docs/RASTERS.md has the
 * definitions. */
#ifndef TIEDYE_CONVNET_H
#define TIEDYE_CONVNET_H

#include "tiedye/network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Cells low .. high - 1 along x, y and z. A raster of the plane has low[2] = 0, high[2] = 1. */
typedef struct TdBox {
    int32_t low[3], high[3];
} TdBox;

/* Cells of a box, 0 where it is empty. */
TD_API uint64_t td_box_cells(const TdBox *box);

/* A network packed for the kernels. Immutable. */
typedef struct TdConvnet TdConvnet;

/* Pack the network of a recipe, which may be freed afterwards, as may the recipe; its image
 * must have been read (td_image_attach). TD_ERROR_RECIPE where layers leave nothing of the
 * raster. The caller frees *convnet with td_convnet_free. */
TD_API TdStatus td_convnet_create(const TdRecipe *recipe, const TdNetwork *network,
                                  const TdRun *run, TdConvnet **convnet, TdError *err);

/* Takes NULL. */
TD_API void td_convnet_free(TdConvnet *convnet);

/* Layers, and the channels that layer `layer` makes; 0 is the inputs, `depth` the output. */
TD_API uint32_t td_convnet_depth(const TdConvnet *convnet);
TD_API uint32_t td_convnet_channels(const TdConvnet *convnet, uint32_t layer);

/* Where the cells of what layer `layer` makes lie: the centre of cell (i, j, k) is at
 * origin + (i, j, k) step, along each axis. */
TD_API void td_convnet_place(const TdConvnet *convnet, uint32_t layer, double origin[3],
                             double step[3]);

/* The feature maps of layer `layer` in a box of its cells: channel after channel, z the
 * slowest, then y (upwards), then x. TD_ERROR_MEMORY, TD_ERROR_CANCELLED, TD_ERROR_ARGUMENT (an
 * empty box). */
TD_API TdStatus td_convnet_maps(const TdConvnet *convnet, uint32_t layer, const TdBox *box,
                                const TdRun *run, float *maps, TdError *err);

#ifdef __cplusplus
}
#endif
#endif
