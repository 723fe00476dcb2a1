/* tiedye/network.h - layers, their weights, and a network made ready to be evaluated.
 *
 * A network is a pure function of its recipe: weights and biases come from counter-based random
 * numbers (Philox 4x32-10; inverse normal distribution, Wichura's AS 241), the same bits on
 * every machine. Streams are coupled: a wider network contains the narrower one (before fan-in
 * scaling), a deeper one shares its first layers, and the output layer has a stream of its own.
 */
#ifndef TIEDYE_NETWORK_H
#define TIEDYE_NETWORK_H

#include "tiedye/base.h"
#include "tiedye/kernels.h"
#include "tiedye/recipe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A layer: y = act(W x + b), or y = x + act(W x + b) where it is residual (x cut or padded with
 * zeros to the layer's width). In a convolution x is what stands under the kernel, and its
 * fan-in is taps * in / groups; output o sees the in / groups channels of its group alone. */
typedef struct TdLayer {
    uint32_t in, out;
    TdActivation act;
    bool residual;        /* never the first layer nor the last, nor one without weights */
    const float *weights; /* (out, in / groups, taps), row-major; NULL: none */
    const float *bias;    /* (out) */
    TdLayerKind kind;
    uint32_t size; /* as in TdLayerItem; 0: dense */
    uint32_t taps; /* weights of an input: size^2, or size^3 in space, z the slowest, then
                    * y, then x, all ascending; 1: dense */
    uint32_t dilation, stride, groups;
    TdPadding padding;
    TdPoolMode pool;
    TdUpsampleMode upsample;
} TdLayer;

typedef struct TdNetwork {
    uint32_t inputs; /* bit i: input i (TdInput) is fed; columns of layer 0 in that order */
    uint32_t
        varying; /* those of them that vary from point to point; the others are constants */
    uint32_t input_width; /* number of those bits, layers[0].in */
    uint32_t depth;
    const TdLayer *layers; /* (depth), output last */
    bool raster;           /* it acts on a raster: a TdConvnet evaluates it, not a plan */
    bool solid;            /* ... of space */
} TdNetwork;

/* The number of weights and biases that a recipe's network has, UINT64_MAX where that
 * overflows. */
TD_API uint64_t td_network_parameters(const TdRecipe *recipe);

/* The input that column i < input_width of layer 0 is fed. */
TD_API TdInput td_network_input(const TdNetwork *network, uint32_t column);

/* Bytes that a plan (or a TdConvnet) of the recipe's network holds, about; UINT64_MAX where
 * that overflows. */
TD_API uint64_t td_plan_bytes(const TdRecipe *recipe);

/* Make the network of a recipe. TD_ERROR_MEMORY where it would pass the run's limit or the
 * system has no memory left, TD_ERROR_CANCELLED. The caller owns *network, one block, and frees
 * it with td_network_free. */
TD_API TdStatus td_network_create(const TdRecipe *recipe, const TdRun *run, TdNetwork **network,
                                  TdError *err);

/* Takes NULL. */
TD_API void td_network_free(TdNetwork *network);

/* The bias of layer 0 with the constant inputs (all that do not vary) folded in: starting at
 * the bias, weight times value is added in ascending order of input. `constants` by TdInput,
 * `bias` has layers[0].out floats. */
TD_API void td_network_fold(const TdNetwork *network, const double constants[TD_INPUT_COUNT],
                            float *bias);

/* ---- Evaluating ---------------------------------------------------------------------- */

/* A network packed for the kernels, its constant inputs folded in. Immutable: any number of
 * threads may evaluate it at once, each with scratch of its own. */
typedef struct TdPlan TdPlan;

/* Pack `network`, which may be freed afterwards. The caller frees *plan with td_plan_free. */
TD_API TdStatus td_plan_create(const TdNetwork *network, const double constants[TD_INPUT_COUNT],
                               const TdRun *run, TdPlan **plan, TdError *err);

/* Takes NULL. */
TD_API void td_plan_free(TdPlan *plan);

/* The inputs that vary, bit by TdInput; rows of the input in this order. */
TD_API uint32_t td_plan_inputs(const TdPlan *plan);

/* The width of the last layer. */
TD_API uint32_t td_plan_outputs(const TdPlan *plan);

/* The number of points that are evaluated at once, a multiple of TD_POINT_GRAIN. */
TD_API size_t td_plan_points(const TdPlan *plan);

/* Bytes of scratch that an evaluation needs, and which must be aligned to 64 bytes. */
TD_API size_t td_plan_scratch(const TdPlan *plan);

/* Where in `scratch` the caller puts the inputs: row i (of the inputs that vary) begins at
 * i * td_plan_points(plan) floats. */
TD_API float *td_plan_input(const TdPlan *plan, void *scratch);

/* Evaluate at `points` points, a multiple of TD_POINT_GRAIN of at most td_plan_points(plan),
 * whose coordinates stand in td_plan_input(plan, scratch), and give the rows of the last layer,
 * again td_plan_points(plan) floats apart, somewhere in `scratch`. The caller's floating-point
 * mode must be round-to-nearest without flush-to-zero. */
TD_API float *td_plan_evaluate(const TdPlan *plan, void *scratch, size_t points);

/* The layers from number `first` up to but without `end` (0 <= first <= end <= depth), where
 * the layers before `first` have been evaluated, and the rows of layer `end` - 1; of the input
 * where `end` is 0. So a network is looked into: evaluate to one layer, read, go on to the
 * next. */
TD_API float *td_plan_layers(const TdPlan *plan, uint32_t first, uint32_t end, void *scratch,
                             size_t points);

/* Layers from inside. The width and the activation of layer `layer` < td_plan_depth. */
TD_API uint32_t td_plan_depth(const TdPlan *plan);
TD_API uint32_t td_plan_width(const TdPlan *plan, uint32_t layer);
TD_API TdActivation td_plan_activation(const TdPlan *plan, uint32_t layer);

/* One layer in two steps, where the layers before it have been evaluated: its pre-activations
 * z = W x + b, and then what becomes of them, in the same rows. As td_plan_layers gives. */
TD_API float *td_plan_sums(const TdPlan *plan, uint32_t layer, void *scratch, size_t points);
TD_API float *td_plan_activate(const TdPlan *plan, uint32_t layer, void *scratch,
                               size_t points);

/* Points in the rows of a picture share y where x and y are all that varies. Then the first
 * layer can be had for less: its columns once for many rows,
 *     columns[o][p] = bias[o] + weight of x * x[p]     (o < td_plan_columns(plan))
 * and for each row an addition. The same bits as td_plan_evaluate. */

/* The rows of `columns`, a multiple of TD_OUTPUT_GRAIN; 0 where the plan cannot share. */
TD_API size_t td_plan_columns(const TdPlan *plan);

/* Fill columns for `points` values of x, a multiple of TD_POINT_GRAIN; both aligned to 64
 * bytes, rows `points` floats apart. */
TD_API void td_plan_share(const TdPlan *plan, const float *x, size_t points, float *columns);

/* The first layer at `points` points of one row, a multiple of TD_POINT_GRAIN, which become the
 * points of the block in `scratch` from number `at` on. `columns` begins at the first of them,
 * its rows are `stride` floats apart. */
TD_API void td_plan_row(const TdPlan *plan, const float *columns, size_t stride, float y,
                        void *scratch, size_t at, size_t points);

/* As td_plan_evaluate, where td_plan_row has filled the block. */
TD_API float *td_plan_finish(const TdPlan *plan, void *scratch, size_t points);

/* The instruction set's table that this plan uses. */
TD_API const TdKernels *td_plan_kernels(const TdPlan *plan);

/* ---- Networks on a raster ---------------------------------------------------------------
 *
 * Convolutions, pooling, upsampling, and dense layers between them act on a lattice of cells
 * over the plane or over space, which has no end: such a network can be had on any box of
 * cells. What a cell holds depends on the recipe and on the cell alone, not on the box that is
 * asked for, threads or instruction set. docs/RASTERS.md has the definitions. */

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
