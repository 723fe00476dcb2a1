/* Feature maps of a network on a raster, and their values between the cells (docs/RASTERS.md).
 *
 * A value is a sum over cells near a point, 1, 2 or 4 along each axis: first along z (in
 * space), then y, then x, each in ascending order and beginning with the first product, in
 * float32. */
#ifndef TDI_MAPS_H
#define TDI_MAPS_H

#include "render/view.h"
#include "tiedye/network.h"

typedef struct TdiMaps {
    float *values; /* (channels, box) as td_convnet_maps gives them; NULL: none yet */
    bool borrowed; /* they are somebody else's */
    TdBox box;
    uint32_t layer, channels;
    TdResample resample;
    bool solid;
    double origin[3], step[3];
} TdiMaps;

/* Where a point lies among the cells. */
typedef struct TdiSpot {
    size_t first;     /* its first cell in a channel, */
    uint32_t cell[2]; /* and that one's place in the box, along x and y */
    float weights[3][4];
} TdiSpot;

/* A box of the plane or of space. */
typedef struct TdiRegion {
    double low[3], high[3];
} TdiRegion;

/* The cells of a layer that values in a part of space are made of. TD_ERROR_RECIPE where these
 * are too far away to be counted. */
TdStatus tdi_maps_box(const TdConvnet *convnet, uint32_t layer, const TdRecipe *recipe,
                      const TdiRegion *span, TdBox *box, TdError *err);

/* Evaluate a layer there. The old values, if any, are dropped; on failure it is empty. */
TdStatus tdi_maps_fill(TdiMaps *maps, const TdConvnet *convnet, uint32_t layer,
                       const TdRecipe *recipe, const TdBox *box, const TdRun *run,
                       TdError *err);
void tdi_maps_clear(TdiMaps *maps);

/* Bytes of a box's values. */
uint64_t tdi_maps_bytes(const TdBox *box, uint32_t channels);

/* Whether its values are there. */
bool tdi_maps_cover(const TdiMaps *maps, const TdBox *box);

/* The spots of points, which lie in the part of space that the maps were made for. */
void tdi_maps_spots(const TdiMaps *maps, const double (*places)[3], size_t count,
                    TdiSpot *spots);

/* The values of a channel there. */
void tdi_maps_row(const TdiMaps *maps, uint32_t channel, const TdiSpot *spots, size_t count,
                  float *row);

/* The maps of a plane at `z` of space, as of a raster that has no more. TD_ERROR_MEMORY; *flat
 * is then empty. */
TdStatus tdi_maps_slice(const TdiMaps *maps, double z, TdiMaps *flat, TdError *err);

/* The values of a channel at points of a grid, of maps of the plane: rows[] have its y and
 * columns[] its x. They go to out, row by row. */
void tdi_maps_grid(const TdiMaps *maps, uint32_t channel, const TdiSpot *columns,
                   uint32_t column_count, const TdiSpot *rows, uint32_t row_count, float *line,
                   float *out);

/* Floats of `line` for these columns: the cells under a row of them. */
size_t tdi_maps_line(const TdiMaps *maps, const TdiSpot *columns, uint32_t column_count);

#endif
