/* Pictures of networks on a raster: the output's cells under a part of the picture are
 * evaluated once, and its samples are found between them. */
#include "base/error.h"
#include "base/memory.h"
#include "base/whole.h"
#include "network/lattice.h"
#include "render/renderer.h"

enum {
    WHOLE_BYTES = 64 << 20, /* of a picture whose cells are all held at once */
    LINE = 4 * TDI_TILE_WIDTH
};

typedef struct Scratch {
    float *rows; /* (outputs, points) */
    float *line; /* (LINE) */
    double (*places)[3];
    TdiSpot *spots;
} Scratch;

static size_t lay_out(const TdiRenderer *renderer, char *scratch, Scratch *parts)
{
    char *at = scratch;
    size_t points = renderer->points;
    uint32_t rows = renderer->outputs > 3 ? renderer->outputs : 3;
    parts->rows = tdi_carve(&at, rows * points * sizeof(float));
    parts->line = tdi_carve(&at, LINE * sizeof(float));
    parts->places = tdi_carve(&at, points * sizeof *parts->places);
    parts->spots = tdi_carve(&at, (points + TDI_TILE_WIDTH) * sizeof *parts->spots);
    return (size_t)(at - scratch);
}

size_t tdi_raster_scratch(const TdiRenderer *renderer)
{
    static char anchor[64];
    Scratch parts;
    return lay_out(renderer, anchor, &parts);
}

const TdiSpot *tdi_raster_spots(const TdiRenderer *renderer, const TdiView *view,
                                const TdiMaps *maps, TdiTile tile, uint32_t first,
                                uint32_t points, uint32_t sub_x, uint32_t sub_y, void *scratch)
{
    Scratch parts;
    lay_out(renderer, scratch, &parts);
    tdi_view_plane(view, tile, first, points, sub_x, sub_y, parts.places);
    tdi_maps_spots(maps, (const double(*)[3])parts.places, points, parts.spots);
    return parts.spots;
}

/* Points of one column have one x, and those of one row one y: as many spots as there are of
 * both are enough. `first` begins a row, and whole rows follow. False where a row lies on more
 * cells than there is room for. */
static bool evaluate_upright(const TdiRenderer *renderer, TdiTile tile, uint32_t first,
                             uint32_t points, uint32_t sub_x, uint32_t sub_y,
                             const Scratch *parts)
{
    const TdiMaps *maps = &renderer->flat;
    uint32_t rows = (points - 1) / tile.width + 1;
    TdiTile column = {tile.x, tile.y + first / tile.width, 1, rows};
    TdiTile row = {tile.x, tile.y + first / tile.width, tile.width, 1};
    tdi_view_plane(&renderer->view, row, 0, tile.width, sub_x, sub_y, parts->places);
    tdi_maps_spots(maps, (const double(*)[3])parts->places, tile.width, parts->spots);
    tdi_view_plane(&renderer->view, column, 0, rows, sub_x, sub_y, parts->places);
    TdiSpot *down = parts->spots + tile.width;
    tdi_maps_spots(maps, (const double(*)[3])parts->places, rows, down);
    if (tdi_maps_line(maps, parts->spots, tile.width) > LINE)
        return false;
    for (uint32_t c = 0; c < renderer->outputs; c++)
        tdi_maps_grid(maps, c, parts->spots, tile.width, down, rows, parts->line,
                      parts->rows + c * renderer->points);
    return true;
}

float *tdi_raster_evaluate(const TdiRenderer *renderer, TdiTile tile, uint32_t first,
                           uint32_t points, uint32_t sub_x, uint32_t sub_y, void *scratch)
{
    Scratch parts;
    bool upright = renderer->view.cosine == 1 && renderer->view.sine == 0;
    uint32_t pixels = tile.width * tile.height - first;
    lay_out(renderer, scratch, &parts);
    if (upright && first % tile.width == 0 &&
        evaluate_upright(renderer, tile, first, points < pixels ? points : pixels, sub_x, sub_y,
                         &parts)) {
        for (uint32_t c = 0; c < renderer->outputs; c++) /* whole grains */
            for (uint32_t i = pixels; i < points; i++)
                parts.rows[c * renderer->points + i] = 0;
        return parts.rows;
    }
    const TdiSpot *spots = tdi_raster_spots(renderer, &renderer->view, &renderer->flat, tile,
                                            first, points, sub_x, sub_y, scratch);
    for (uint32_t c = 0; c < renderer->outputs; c++)
        tdi_maps_row(&renderer->flat, c, spots, points, parts.rows + c * renderer->points);
    return parts.rows;
}

/* ---- What has to be evaluated ------------------------------------------------------------ */

static TdStatus find_box(const TdiRenderer *renderer, TdiTile tile, TdBox *box, TdError *err)
{
    TdiRegion span;
    tdi_view_bounds(&renderer->view, tile, span.low, span.high);
    return tdi_maps_box(renderer->convnet, td_convnet_depth(renderer->convnet),
                        renderer->recipe, &span, box, err);
}

static TdiTile whole_picture(const TdiRenderer *renderer)
{
    return (TdiTile){0, 0, (uint32_t)renderer->view.width, (uint32_t)renderer->view.height};
}

static uint64_t bytes_at_once(const TdRun *run)
{
    uint64_t most = run->max_memory / 4;
    return most < WHOLE_BYTES ? most : WHOLE_BYTES;
}

/* What lies in the picture's plane. */
static TdStatus flatten(TdiRenderer *renderer, TdError *err)
{
    tdi_maps_clear(&renderer->flat);
    if (renderer->maps.solid)
        return tdi_maps_slice(&renderer->maps, renderer->view.z, &renderer->flat, err);
    renderer->flat = renderer->maps;
    renderer->flat.borrowed = true;
    return TD_OK;
}

TdStatus tdi_raster_prepare(TdiRenderer *renderer, TdiTile tile, const TdRun *run, TdError *err)
{
    TdBox box, whole;
    TdStatus status = find_box(renderer, tile, &box, err);
    if (status != TD_OK)
        return status;
    if (tdi_maps_cover(&renderer->maps, &box))
        return renderer->flat.values != NULL ? TD_OK : flatten(renderer, err);
    status = find_box(renderer, whole_picture(renderer), &whole, err);
    if (status != TD_OK)
        return status;
    if (tdi_maps_bytes(&whole, renderer->outputs) <= bytes_at_once(run))
        box = whole;
    else if (tile.width == 1 && tile.height == 1 &&
             tdi_maps_bytes(&box, renderer->outputs) > bytes_at_once(run))
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "extent: a single pixel lies on %.3g cells of the raster; lower extent "
                        "or raster, or draw a larger picture",
                        (double)td_box_cells(&box));
    if (run->report != NULL)
        run->report->evaluations += td_box_cells(&box);
    status =
        tdi_maps_fill(&renderer->maps, renderer->convnet, td_convnet_depth(renderer->convnet),
                      renderer->recipe, &box, run, err);
    return status == TD_OK ? flatten(renderer, err) : status;
}

TdiTile tdi_raster_piece(const TdiRenderer *renderer, TdiTile rest, const TdRun *run)
{
    TdBox box;
    while (rest.width > 1 || rest.height > 1) {
        if (find_box(renderer, rest, &box, NULL) == TD_OK &&
            tdi_maps_bytes(&box, renderer->outputs) <= bytes_at_once(run))
            break;
        if (rest.width > TDI_TILE_WIDTH)
            rest.width = (uint32_t)tdi_round_up(rest.width / 2, TDI_TILE_WIDTH);
        else if (rest.height > rest.width)
            rest.height = (rest.height + 1) / 2;
        else
            rest.width = (rest.width + 1) / 2;
    }
    return rest;
}

bool tdi_raster_is_small(const TdiRenderer *renderer, const TdRun *run)
{
    TdiTile whole = whole_picture(renderer), piece = tdi_raster_piece(renderer, whole, run);
    return piece.width == whole.width && piece.height == whole.height;
}

uint64_t tdi_raster_bytes(const TdRecipe *recipe, const TdRaster *raster)
{
    TdiLattice lattice = tdi_lattice_inputs(recipe);
    double height = 2 * recipe->extent * tdi_lattice_scale(recipe) / lattice.step[1];
    double width = height * raster->width / raster->height,
           turned = recipe->rotate != 0 ? 2 : 1;
    double bytes =
        turned * (width + 8) * (height + 8) * td_recipe_channels(recipe) * sizeof(float);
    return !td_recipe_is_raster(recipe) ? 0
           : bytes < WHOLE_BYTES        ? (uint64_t)bytes
                                        : WHOLE_BYTES;
}

/* Cells of a large picture are not held all at once; those around a band are evaluated for it
 * and for the next one. */
uint32_t tdi_raster_rows(const TdiRenderer *renderer)
{
    enum { ROWS = 512 };
    TdBox box;
    if (find_box(renderer, whole_picture(renderer), &box, NULL) != TD_OK)
        return 1;
    return tdi_maps_bytes(&box, renderer->outputs) <= WHOLE_BYTES ? 1 : ROWS;
}

TdStatus tdi_raster_region(const TdRecipe *recipe, TdiRegion *span, TdError *err)
{
    TdRaster raster;
    TdStatus status = tdi_renderer_raster(recipe, TD_SAMPLES_COLOUR, &raster, err);
    if (status != TD_OK)
        return status;
    TdiView view = tdi_view(recipe, raster.width, raster.height, recipe->antialias);
    tdi_view_bounds(&view, (TdiTile){0, 0, raster.width, raster.height}, span->low, span->high);
    return TD_OK;
}
