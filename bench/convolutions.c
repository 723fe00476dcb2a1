#include "convolutions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiedye/sheet.h>

#include "peak.h"

/* ---- Making it ----------------------------------------------------------------------- */

/* `cells` a side around the origin, and `more` on all sides. */
static TdBox box_of(int32_t cells, int32_t more, bool solid)
{
    TdBox box = {.high = {1, 1, 1}};
    for (int axis = 0; axis < (solid ? 3 : 2); axis++) {
        box.low[axis] = -(cells / 2) - more;
        box.high[axis] = cells - cells / 2 + more;
    }
    return box;
}

/* Cells that all convolutions together reach to each side. */
static int32_t reach_of(const TdNetwork *network)
{
    int32_t reach = 0;
    for (uint32_t i = 0; i < network->depth; i++)
        if (network->layers[i].kind == TD_LAYER_CONV)
            reach += (int32_t)(network->layers[i].size / 2 * network->layers[i].dilation);
    return reach;
}

/* Pages are there before anything is timed. */
static float *maps_of(const TdConvnet *convnet, uint32_t layer, const TdBox *box)
{
    uint64_t bytes = td_box_cells(box) * td_convnet_channels(convnet, layer) * sizeof(float);
    float *maps = malloc(bytes);
    if (maps != NULL)
        memset(maps, 0, bytes);
    return maps;
}

static bool find_room(Convolutions *all, int32_t cells, const TdNetwork *network, TdError *err)
{
    all->inside = box_of(cells, 0, network->solid);
    all->around = box_of(cells, reach_of(network), network->solid);
    all->inputs = maps_of(all->convnet, 0, &all->around);
    all->outputs = maps_of(all->convnet, td_convnet_depth(all->convnet), &all->inside);
    if (all->inputs == NULL || all->outputs == NULL)
        snprintf(err->message, sizeof err->message, "no memory");
    return all->inputs != NULL && all->outputs != NULL;
}

bool convolutions_make(Convolutions *all, const char *file, const TdRun *run, TdError *err)
{
    char path[4100];
    TdNetwork *network = NULL;
    TdRecipe *recipe = td_recipe_create();
    snprintf(path, sizeof path, "%s.tie", file);
    *all = (Convolutions){0};
    bool good = recipe != NULL && td_source_read(recipe, path, err) == TD_OK &&
                td_network_create(recipe, run, &network, err) == TD_OK &&
                td_convnet_create(recipe, network, run, &all->convnet, err) == TD_OK &&
                find_room(all, (int32_t)recipe->raster, network, err);
    td_network_free(network);
    td_recipe_free(recipe);
    if (!good)
        convolutions_forget(all);
    return good;
}

void convolutions_forget(Convolutions *all)
{
    td_convnet_free(all->convnet);
    free(all->inputs);
    free(all->outputs);
    *all = (Convolutions){0};
}

/* ---- Requests ------------------------------------------------------------------------ */

static bool fill_inputs(Convolutions *all, const TdRun *run, TdError *err)
{
    return td_convnet_maps(all->convnet, 0, &all->around, run, all->inputs, err) == TD_OK;
}

static bool fill_outputs(Convolutions *all, const TdRun *run, TdError *err)
{
    uint32_t last = td_convnet_depth(all->convnet);
    return td_convnet_maps(all->convnet, last, &all->inside, run, all->outputs, err) == TD_OK;
}

/* Every `stride`th of so many lines of `cells` cells. */
static bool write_lines(const char *path, const float *maps, size_t cells, uint64_t lines,
                        size_t stride, TdError *err)
{
    FILE *file = fopen(path, "wb");
    bool good = file != NULL;
    for (uint64_t line = 0; good && line < lines; line += stride)
        good = fwrite(maps + line * cells, sizeof *maps, cells, file) == cells;
    if (file != NULL && fclose(file) != 0)
        good = false;
    if (!good)
        snprintf(err->message, sizeof err->message, "cannot write %.200s", path);
    return good;
}

static bool write_box(const Convolutions *all, uint32_t layer, const TdBox *box,
                      const float *maps, size_t stride, const char *path, TdError *err)
{
    size_t cells = (size_t)(box->high[0] - box->low[0]);
    uint64_t lines = td_box_cells(box) / cells * td_convnet_channels(all->convnet, layer);
    return write_lines(path, maps, cells, lines, stride, err);
}

bool convolutions_feed(Convolutions *all, const TdRun *run, const char *path, TdError *err)
{
    float *maps = maps_of(all->convnet, 1, &all->around);
    if (maps == NULL)
        snprintf(err->message, sizeof err->message, "no memory");
    bool good = maps != NULL &&
                td_convnet_maps(all->convnet, 1, &all->around, run, maps, err) == TD_OK &&
                write_box(all, 1, &all->around, maps, 1, path, err);
    free(maps);
    return good;
}

bool convolutions_check(Convolutions *all, const TdRun *run, const char *path, size_t stride,
                        TdError *err)
{
    return fill_outputs(all, run, err) &&
           write_box(all, td_convnet_depth(all->convnet), &all->inside, all->outputs, stride,
                     path, err);
}

bool convolutions_time(Convolutions *all, const TdRun *run, double seconds, double *rate,
                       TdError *err)
{
    double begin = now(), own = 0, done = 0, middle, from = begin;
    do {
        if (!fill_outputs(all, run, err))
            return false;
        middle = now();
        if (!fill_inputs(all, run, err))
            return false;
        own += middle - from - (now() - middle);
        done++;
        from = now();
    } while (from - begin < seconds);
    *rate = own > 0 ? done / own : 0;
    return true;
}
