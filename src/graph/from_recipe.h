/* The network of a recipe as a graph. */
#ifndef TDI_FROM_RECIPE_H
#define TDI_FROM_RECIPE_H

#include "graph/graph.h"
#include "tiedye/recipe.h"

/* One input holds all that the network is fed, (1, inputs), or of networks on a raster (1,
 * inputs, [cells,] cells, cells); its name is theirs, "x, y". Convolutions look beyond what is
 * drawn, so cells are as many behind them as before. TD_ERROR_RECIPE where layers leave nothing
 * of the raster, TD_ERROR_MEMORY; *graph is then empty, else the caller frees it with
 * tdi_graph_free. */
TdStatus tdi_graph_from_recipe(const TdRecipe *recipe, TdiGraph *graph, TdError *err);

#endif
