#include "diagram/diagram.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "diagram/neurons.h"
#include "diagram/page.h"
#include "graph/description.h"
#include "graph/from_recipe.h"
#include "graph/networks.h"

/* Of what there is to draw. */
#define MUCH_LESS 0.8

static TdStatus check_options(const TdDiagramOptions *options, TdError *err)
{
    if (options->aspect == 0 || (options->aspect >= 0.1 && options->aspect <= 10))
        return TD_OK;
    return tdi_fail(err, TD_ERROR_ARGUMENT,
                    "a page cannot be %g times as wide as high; give 0.1 to 10, or 16:9",
                    options->aspect);
}

static TdStatus check_neurons(const TdDiagram *diagram, TdError *err)
{
    if (!diagram->options.neurons || tdi_neurons_fit(&diagram->tree))
        return TD_OK;
    return tdi_fail(err, TD_ERROR_ARGUMENT,
                    "neurons are drawn of networks that are dense layers one after the other, "
                    "such as 20,10,3; %.100s is more than that",
                    td_diagram_title(diagram));
}

static TdStatus fold_from(const TdDiagram *diagram, int input, const TdRun *run, TdiTree *tree,
                          TdError *err)
{
    const TdDiagramOptions *options = &diagram->options;
    TdiFolding folding = options->unfold   ? TDI_UNFOLDED
                         : options->growth ? TDI_GROWING
                                           : TDI_FOLDED;
    TdStatus status = tdi_tree_make_from(&diagram->layers, input, run, tree, err);
    if (status == TD_OK)
        status = tdi_tree_fold(tree, folding, run, err);
    if (status != TD_OK)
        tdi_tree_free(tree);
    return status;
}

/* Of several inputs that might be the main one, another than the usual if much less is to be
 * drawn then: a decoder is fed by its encoder at every layer, and folds only if it is the main
 * strand, and the encoder stands beside it. */
static TdStatus fold_best(TdDiagram *diagram, const TdRun *run, TdError *err)
{
    TdStatus status = fold_from(diagram, -1, run, &diagram->tree, err);
    int count = diagram->tree.rival_count, rivals[TDI_MOST_RIVALS];
    memcpy(rivals, diagram->tree.rivals, sizeof rivals);
    for (int k = 1; k < count && status == TD_OK; k++) {
        TdiTree other;
        status = fold_from(diagram, rivals[k], run, &other, err);
        if (status != TD_OK)
            break;
        TdiTree worse = other;
        if (other.cost < MUCH_LESS * diagram->tree.cost) {
            worse = diagram->tree;
            diagram->tree = other;
        }
        tdi_tree_free(&worse);
    }
    return status;
}

static TdStatus fold(TdDiagram *diagram, const TdRun *run, TdError *err)
{
    diagram->totals = tdi_graph_count(&diagram->graph);
    TdStatus status = tdi_layers_make(&diagram->graph, &diagram->layers, err);
    return status == TD_OK ? fold_best(diagram, run, err) : status;
}

TdStatus tdi_diagram_make(TdiGraph *graph, const char *title, const TdDiagramOptions *options,
                          const TdRun *run, TdDiagram **diagram, TdError *err)
{
    TdDiagram *made = tdi_alloc(1, sizeof *made);
    *diagram = NULL;
    if (made == NULL) {
        tdi_graph_free(graph);
        return tdi_fail_memory(err, sizeof *made);
    }
    made->graph = *graph;
    *graph = (TdiGraph){0};
    made->options = options != NULL ? *options : (TdDiagramOptions){0};
    made->options.sizes = NULL; /* the caller's, and done with */
    tdi_text_add(&made->title, title);
    if (made->title.data != NULL)
        td_clean_text(made->title.data); /* it may be a file's name */
    TdStatus status = check_options(&made->options, err);
    if (status == TD_OK)
        status = fold(made, run, err);
    if (status == TD_OK)
        status = check_neurons(made, err);
    if (status == TD_OK && made->title.failed)
        status = tdi_fail_memory(err, strlen(title));
    if (status != TD_OK) {
        td_diagram_free(made);
        return status;
    }
    *diagram = made;
    return TD_OK;
}

void td_diagram_free(TdDiagram *diagram)
{
    if (diagram == NULL)
        return;
    tdi_tree_free(&diagram->tree);
    tdi_layers_free(&diagram->layers);
    tdi_graph_free(&diagram->graph);
    tdi_text_free(&diagram->title);
    tdi_free(diagram);
}

TdStatus td_diagram_of_recipe(const TdRecipe *recipe, const TdDiagramOptions *options,
                              const TdRun *run, TdDiagram **diagram, TdError *err)
{
    TdiGraph graph = {0};
    TdiText title = {0};
    *diagram = NULL;
    TdStatus status = tdi_graph_from_recipe(recipe, &graph, err);
    char *layers = status == TD_OK ? td_recipe_get(recipe, "layers") : NULL;
    if (status != TD_OK)
        return status;
    tdi_text_add(&title, layers != NULL ? layers : "network");
    td_text_free(layers);
    status = tdi_diagram_make(&graph, title.data != NULL ? title.data : "network", options, run,
                              diagram, err);
    tdi_text_free(&title);
    return status;
}

/* ---- Reading ------------------------------------------------------------------------- */

const char *td_diagram_title(const TdDiagram *diagram)
{
    return diagram->title.data != NULL ? diagram->title.data : "";
}

const char *td_diagram_open_sizes(const TdDiagram *diagram)
{
    return diagram->graph.open != NULL ? diagram->graph.open : "";
}

TdDiagramTotals td_diagram_totals(const TdDiagram *diagram)
{
    const TdiTotals *totals = &diagram->totals;
    return (TdDiagramTotals){.parameters = totals->parameters,
                             .stored = totals->stored,
                             .macs = totals->macs,
                             .macs_unknown = totals->macs_unknown,
                             .operators = totals->operators,
                             .unknown = totals->unknown,
                             .layers = (uint32_t)diagram->layers.count,
                             .folds = (uint32_t)diagram->tree.fold_count};
}

TdDiagramFold td_diagram_fold(const TdDiagram *diagram, uint32_t i)
{
    const TdiFolded *fold = &diagram->tree.folds[i];
    return (TdDiagramFold){.name = fold->name != NULL ? fold->name : fold->label,
                           .count = (uint32_t)fold->count,
                           .first = fold->first};
}

TdNetworkInfo td_network_info(size_t i)
{
    if (i >= tdi_network_count)
        return (TdNetworkInfo){0};
    const TdiNetworkText *network = &tdi_network_texts[i];
    return (TdNetworkInfo){network->name, network->title, network->text};
}

static void add_svg(const TdDiagram *diagram, TdiText *text)
{
    TdiPage page = {.tree = &diagram->tree,
                    .totals = &diagram->totals,
                    .title = td_diagram_title(diagram),
                    .aspect = diagram->options.aspect,
                    .depth = (int)diagram->options.depth};
    TdiFigure figure;
    TdStatus status = diagram->options.neurons ? tdi_neurons_figure(&page, &figure, NULL)
                                               : tdi_page_figure(&page, &figure, NULL);
    if (status != TD_OK) {
        text->failed = true;
        return;
    }
    tdi_figure_svg(&figure, diagram->options.dark, text);
    tdi_figure_free(&figure);
}

char *td_diagram_print(const TdDiagram *diagram, TdDiagramForm form)
{
    TdiText text = {0};
    if (form == TD_DIAGRAM_SVG)
        add_svg(diagram, &text);
    else if (form == TD_DIAGRAM_TEXT)
        tdi_diagram_text(diagram, &text);
    else
        tdi_diagram_json(diagram, &text);
    return tdi_text_take(&text);
}
