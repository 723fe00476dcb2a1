#include "graph/from_recipe.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "graph/step.h"
#include "network/lattice.h"

typedef struct Maker {
    const TdRecipe *recipe;
    TdiGraph *graph;
    TdError *err;
    int current; /* tensor that the next layer is fed */
    int axes;    /* of the raster; 0: there is none */
    char layer[40], name[80];
} Maker;

static const TdiShape *shape_of(const Maker *maker)
{
    return &maker->graph->tensors[maker->current].shape;
}

static void begin(Maker *maker, TdiStep *step, const char *type, const char *suffix)
{
    snprintf(maker->name, sizeof maker->name, "%s%s%s", maker->layer, suffix == NULL ? "" : "/",
             suffix == NULL ? "" : suffix);
    *step = (TdiStep){.type = type, .name = maker->name, .shape = *shape_of(maker)};
    tdi_step_input(step, maker->current);
}

static TdStatus add(Maker *maker, const TdiStep *step)
{
    int made = tdi_step_add(maker->graph, step);
    if (made < 0 || maker->graph->failed)
        return tdi_fail_memory(maker->err, sizeof(TdiOperator));
    maker->current = made;
    return TD_OK;
}

static void store(Maker *maker, TdiStep *step, const char *part, int rank, const int64_t *sizes)
{
    tdi_step_input(step, tdi_step_stored(maker->graph, step->name, part, rank, sizes));
}

/* ---- Layers with weights ----------------------------------------------------------------- */

static void fill(int64_t *sizes, int count, int64_t size)
{
    for (int i = 0; i < count; i++)
        sizes[i] = size;
}

/* (N + stride - 1) / stride cells along each axis: rasters have no edge, or padding. */
static TdStatus convolve(Maker *maker, const TdLayerItem *item)
{
    int axes = maker->axes;
    int64_t width = item->width, groups = item->groups;
    int64_t kernel[TDI_SPATIAL], stride[TDI_SPATIAL], dilation[TDI_SPATIAL];
    int64_t pads[2 * TDI_SPATIAL], sizes[2 + TDI_SPATIAL];
    int64_t reach = (int64_t)(item->size - 1) * item->dilation;
    TdiStep step;
    fill(kernel, axes, item->size);
    fill(stride, axes, item->stride);
    fill(dilation, axes, item->dilation);
    fill(pads, axes, reach / 2);
    fill(pads + axes, axes, reach - reach / 2);
    begin(maker, &step, "Conv", NULL);
    tdi_step_whole(&step, "kernel_shape", kernel, axes);
    tdi_step_whole(&step, "strides", stride, axes);
    tdi_step_whole(&step, "pads", pads, 2 * axes);
    tdi_step_whole(&step, "dilations", dilation, axes);
    tdi_step_whole(&step, "group", &groups, 1);
    sizes[0] = width;
    sizes[1] = step.shape.size[1] / groups;
    fill(sizes + 2, axes, item->size);
    step.shape.size[1] = width;
    for (int i = 2; i < step.shape.rank; i++)
        step.shape.size[i] = (step.shape.size[i] + item->stride - 1) / item->stride;
    store(maker, &step, "weight", 2 + axes, sizes);
    store(maker, &step, "bias", 1, &width);
    return add(maker, &step);
}

static TdStatus multiply(Maker *maker, const TdLayerItem *item)
{
    TdiStep step;
    int64_t sizes[] = {item->width, shape_of(maker)->size[1]};
    begin(maker, &step, "Gemm", NULL);
    tdi_step_whole(&step, "transB", &(int64_t){1}, 1);
    store(maker, &step, "weight", 2, sizes);
    store(maker, &step, "bias", 1, sizes);
    step.shape.size[1] = sizes[0];
    return add(maker, &step);
}

/* ---- Layers without ---------------------------------------------------------------------- */

static TdStatus pool(Maker *maker, const TdLayerItem *item)
{
    int64_t sizes[TDI_SPATIAL];
    TdiStep step;
    fill(sizes, maker->axes, item->size);
    begin(maker, &step, item->pool == TD_POOL_MAX ? "MaxPool" : "AveragePool", NULL);
    tdi_step_whole(&step, "kernel_shape", sizes, maker->axes);
    tdi_step_whole(&step, "strides", sizes, maker->axes);
    for (int i = 2; i < step.shape.rank; i++)
        step.shape.size[i] /= item->size;
    if (step.shape.size[2] < 1 || step.shape.size[step.shape.rank - 1] < 1)
        return tdi_fail(maker->err, TD_ERROR_RECIPE,
                        "%s: pool%u leaves nothing of %lld cells; set raster to more cells",
                        maker->layer, (unsigned)item->size,
                        (long long)shape_of(maker)->size[2]);
    return add(maker, &step);
}

static TdStatus upsample(Maker *maker, const TdLayerItem *item)
{
    double scales[2 + TDI_SPATIAL] = {1, 1};
    TdiStep step;
    begin(maker, &step, "Resize", NULL);
    tdi_step_words(&step, "mode", item->upsample == TD_UPSAMPLE_LINEAR ? "linear" : "nearest");
    for (int i = 2; i < step.shape.rank; i++) {
        scales[i] = item->size;
        step.shape.size[i] *= item->size;
        if (step.shape.size[i] > INT32_MAX)
            return tdi_fail(maker->err, TD_ERROR_RECIPE,
                            "%s: upsample%u makes more than 2147483647 cells", maker->layer,
                            (unsigned)item->size);
    }
    tdi_step_input(&step, -1); /* a region, which Resize may have */
    tdi_step_input(&step, tdi_step_constant_real(maker->graph, step.name, "scales", scales,
                                                 step.shape.rank));
    return add(maker, &step);
}

/* ---- Residual layers --------------------------------------------------------------------- */

/* What the middle tap sees, where the layer has a stride; and no more channels than it makes.
 */
static TdStatus cut(Maker *maker, const TdLayerItem *item, int64_t width)
{
    int64_t starts[2 + TDI_SPATIAL] = {0}, ends[2 + TDI_SPATIAL];
    int64_t axes[2 + TDI_SPATIAL], steps[2 + TDI_SPATIAL];
    TdiStep step;
    begin(maker, &step, "Slice", "cut");
    int rank = step.shape.rank, count = rank - 1;
    for (int i = 1; i < rank; i++) {
        axes[i - 1] = i;
        steps[i - 1] = i == 1 ? 1 : item->stride;
        ends[i - 1] = i == 1 && width < step.shape.size[1] ? width : step.shape.size[i];
        step.shape.size[i] = (ends[i - 1] + steps[i - 1] - 1) / steps[i - 1];
    }
    const int inputs[] = {maker->current,
                          tdi_step_constant(maker->graph, step.name, "starts", starts, count),
                          tdi_step_constant(maker->graph, step.name, "ends", ends, count),
                          tdi_step_constant(maker->graph, step.name, "axes", axes, count),
                          tdi_step_constant(maker->graph, step.name, "steps", steps, count)};
    step.many = inputs;
    step.inputs_used = 5;
    return add(maker, &step);
}

static TdStatus pad(Maker *maker, int64_t width)
{
    int64_t pads[2 * (2 + TDI_SPATIAL)] = {0};
    TdiStep step;
    begin(maker, &step, "Pad", "pad");
    int rank = step.shape.rank;
    pads[rank + 1] = width - step.shape.size[1];
    step.shape.size[1] = width;
    tdi_step_input(&step, tdi_step_constant(maker->graph, step.name, "pads", pads, 2 * rank));
    return add(maker, &step);
}

/* y = x + act(W x + b), x cut or padded with zeros to the layer's width. */
static TdStatus add_shortcut(Maker *maker, const TdLayerItem *item, int fed)
{
    int branch = maker->current;
    int64_t width = shape_of(maker)->size[1];
    TdStatus status = TD_OK;
    maker->current = fed;
    int64_t in = shape_of(maker)->size[1];
    if (width < in || item->stride > 1)
        status = cut(maker, item, width);
    if (status == TD_OK && width > in)
        status = pad(maker, width);
    if (status != TD_OK)
        return status;
    TdiStep step;
    begin(maker, &step, "Add", "add");
    tdi_step_input(&step, branch);
    return add(maker, &step);
}

/* ---- The network ------------------------------------------------------------------------- */

static TdStatus activate(Maker *maker, TdActivation act)
{
    TdiStep step;
    begin(maker, &step, NULL, td_activation_info(act)->name);
    return tdi_step_activation(&step, act) ? add(maker, &step) : TD_OK;
}

static TdStatus add_layer(Maker *maker, const TdLayerItem *item, bool residual)
{
    int fed = maker->current;
    if (item->kind == TD_LAYER_POOL)
        return pool(maker, item);
    if (item->kind == TD_LAYER_UPSAMPLE)
        return upsample(maker, item);
    TdStatus status = maker->axes > 0 ? convolve(maker, item) : multiply(maker, item);
    if (status == TD_OK)
        status = activate(maker, item->act);
    return status == TD_OK && residual ? add_shortcut(maker, item, fed) : status;
}

static TdStatus add_layers(Maker *maker)
{
    const TdRecipe *recipe = maker->recipe;
    uint32_t depth = td_recipe_depth(recipe);
    TdStatus status = TD_OK;
    for (uint32_t i = 0; i < depth && status == TD_OK; i++) {
        TdLayerItem item = td_recipe_layer(recipe, i);
        bool weights = item.kind == TD_LAYER_DENSE || item.kind == TD_LAYER_CONV;
        snprintf(maker->layer, sizeof maker->layer, "layer %u", (unsigned)i + 1);
        status = add_layer(maker, &item, recipe->residual && i > 0 && i + 1 < depth && weights);
    }
    return status;
}

/* "x, y"; the number of inputs. */
static int64_t name_inputs(const TdRecipe *recipe, TdiText *names)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < TD_INPUT_COUNT; i++)
        if ((td_recipe_inputs(recipe) >> i & 1) != 0)
            tdi_text_format(names, "%s%s", count++ == 0 ? "" : ", ", td_input_name((TdInput)i));
    return count;
}

static TdStatus add_input(Maker *maker)
{
    const TdRecipe *recipe = maker->recipe;
    TdiText names = {0};
    TdiShape shape = {.rank = 2, .size = {1}};
    shape.size[1] = name_inputs(recipe, &names);
    if (td_recipe_is_raster(recipe)) {
        TdiLattice lattice = tdi_lattice_inputs(recipe);
        maker->axes = lattice.solid ? 3 : 2;
        for (int axis = maker->axes - 1; axis >= 0; axis--)
            shape.size[shape.rank++] = lattice.high[axis] - lattice.low[axis];
    }
    if (!names.failed)
        maker->current = tdi_graph_tensor(maker->graph, names.data, names.length);
    tdi_text_free(&names);
    if (maker->current < 0)
        return tdi_fail_memory(maker->err, sizeof(TdiTensor));
    maker->graph->tensors[maker->current].shape = shape;
    maker->graph->tensors[maker->current].element = TDI_ELEMENT_FLOAT;
    tdi_graph_input(maker->graph, maker->current);
    return TD_OK;
}

TdStatus tdi_graph_from_recipe(const TdRecipe *recipe, TdiGraph *graph, TdError *err)
{
    Maker maker = {.recipe = recipe, .graph = graph, .err = err, .current = -1};
    *graph = (TdiGraph){.name = ""};
    TdStatus status = tdi_check_channels(recipe, err);
    if (status == TD_OK)
        status = add_input(&maker);
    if (status == TD_OK)
        status = add_layers(&maker);
    if (status == TD_OK)
        tdi_graph_output(graph, maker.current);
    if (status == TD_OK && graph->failed)
        status = tdi_fail_memory(err, sizeof(TdiTensor));
    if (status != TD_OK)
        tdi_graph_free(graph);
    return status;
}
