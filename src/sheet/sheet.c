/* A sheet or grid as a picture: cells, gutters, captions. Only the networks of the row of cells
 * that is being drawn are held. */
#include "tiedye/sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "render/picture.h"
#include "render/renderer.h"
#include "sheet/axes.h"
#include "sheet/caption.h"
#include "sheet/cells.h"
#include "sheet/inside.h"
#include "sheet/recolour.h"

typedef struct Sheet {
    TdPicture head;
    TdRecipe *recipe, *cell; /* the sheet's; a copy that becomes one cell's after the other */
    TdSheetLayout layout;
    TdiFont *font;          /* NULL: no captions */
    TdiAxes axes;           /* words of a grid's captions */
    TdiRenderer *renderers; /* (columns) of the row of cells `ready` */
    uint32_t ready;         /* UINT32_MAX: none */
    uint32_t held;          /* renderers that are made */
    TdiTiling tiling;       /* of the rows of the band that lie in the row of cells */
} Sheet;

static void drop_row(Sheet *sheet)
{
    for (uint32_t i = 0; i < sheet->held; i++)
        tdi_renderer_clear(&sheet->renderers[i]);
    sheet->held = 0;
    sheet->ready = UINT32_MAX;
}

static uint32_t cells_in_row(const TdSheetLayout *layout, uint32_t row)
{
    uint32_t left = layout->count - row * layout->columns;
    return left < layout->columns ? left : layout->columns;
}

static TdStatus make_row(Sheet *sheet, uint32_t row, const TdRun *run, TdError *err)
{
    TdRun quiet = *run; /* progress is told in pixels of the sheet alone */
    quiet.progress = NULL;
    if (sheet->ready == row)
        return TD_OK;
    drop_row(sheet);
    for (uint32_t i = 0; i < cells_in_row(&sheet->layout, row); i++) {
        uint32_t k = row * sheet->layout.columns + i;
        TdStatus status = tdi_cell_set(sheet->cell, sheet->recipe, k, err);
        if (status == TD_OK)
            status = tdi_renderer_init(&sheet->renderers[i], sheet->cell, TD_SAMPLES_COLOUR,
                                       &quiet, err);
        if (status != TD_OK) {
            drop_row(sheet);
            return status;
        }
        sheet->held++;
    }
    sheet->ready = row;
    return TD_OK;
}

/* ---- Captions ------------------------------------------------------------------------ */

/* The seed of cell k below it. */
static TdStatus draw_caption(Sheet *sheet, const TdiBand *band, uint32_t k, TdError *err)
{
    const TdSheetLayout *layout = &sheet->layout;
    char words[24];
    TdiLabel label = {.words = words,
                      .width = layout->cell_width,
                      .height = layout->caption_height,
                      .letter = layout->caption_height * 4 / 5,
                      .align = TDI_CENTRE,
                      .ink = TDI_INK};
    snprintf(words, sizeof words, "%llu", (unsigned long long)(sheet->recipe->seed + k));
    if (tdi_label_is_long(sheet->font, &label)) {
        sheet->head.note = "seeds that are wider than their cells are left out";
        return TD_OK;
    }
    td_sheet_corner(layout, k, &label.x, &label.y);
    label.y += layout->cell_height;
    return tdi_label_draw(sheet->font, &label, &sheet->head.raster, band, err);
}

static TdStatus draw_captions(Sheet *sheet, const TdiBand *band, uint32_t row, TdError *err)
{
    TdStatus status = TD_OK;
    for (uint32_t i = 0; i < cells_in_row(&sheet->layout, row) && status == TD_OK; i++)
        status = draw_caption(sheet, band, row * sheet->layout.columns + i, err);
    return status;
}

/* ---- Rows ---------------------------------------------------------------------------- */

static size_t round_up(size_t value, size_t grain)
{
    return (value + grain - 1) / grain * grain;
}

/* Bytes of the widest renderer's scratch; a gray cell's tile follows where others have colour.
 */
static size_t renderer_scratch(const Sheet *sheet)
{
    size_t most = 0;
    for (uint32_t i = 0; i < sheet->held; i++) {
        size_t bytes = tdi_renderer_scratch(&sheet->renderers[i]);
        most = bytes > most ? bytes : most;
    }
    return round_up(most, 64);
}

/* Rows of the band that lie in row `row` of the cells, the first of them `from` rows below that
 * row's gutter. */
static TdStatus prepare_row(Sheet *sheet, const TdiBand *band, uint32_t row, uint32_t from,
                            const TdRun *run, TdiJobs *jobs, TdError *err)
{
    const TdSheetLayout *layout = &sheet->layout;
    uint32_t top = layout->gap, bottom = top + layout->cell_height, to = from + band->count;
    TdStatus status = sheet->font != NULL && layout->caption_height > 0
                          ? draw_captions(sheet, band, row, err)
                          : TD_OK;
    uint32_t begin = from > top ? from : top, end = to < bottom ? to : bottom;
    if (begin >= end || status != TD_OK)
        return status;
    status = make_row(sheet, row, run, err);
    if (status != TD_OK)
        return status;
    sheet->tiling = tdi_tiling(layout->cell_width, begin - top, end - begin, TDI_TILE_PIXELS);
    jobs->count = sheet->tiling.tiles * cells_in_row(layout, row);
    jobs->scratch_bytes =
        renderer_scratch(sheet) + TDI_TILE_PIXELS * td_sample_size(sheet->head.raster.type);
    return TD_OK;
}

/* A band ends where the captions above the cells or a row of cells do. */
static TdStatus prepare_sheet(TdPicture *picture, TdiBand *band, const TdRun *run,
                              TdiJobs *jobs, TdError *err)
{
    Sheet *sheet = (Sheet *)picture;
    const TdSheetLayout *layout = &sheet->layout;
    uint32_t pitch = layout->gap + layout->cell_height + layout->caption_height;
    bool above = band->y < layout->top;
    uint32_t row = above ? 0 : (band->y - layout->top) / pitch;
    uint32_t from = above ? 0 : (band->y - layout->top) % pitch;
    uint32_t most = above ? layout->top - band->y : pitch - from;
    bool inside = !above && row < layout->rows;
    if (above || inside)
        band->count = band->count < most ? band->count : most;
    memset(band->rows, TDI_PAPER, band->count * band->row_bytes);
    if (sheet->font != NULL && sheet->recipe->draw == TD_DRAW_GRID) {
        TdStatus status = tdi_axes_draw(&sheet->axes, sheet->font, &picture->raster, band, err);
        if (status != TD_OK)
            return status;
    }
    return inside ? prepare_row(sheet, band, row, from, run, jobs, err) : TD_OK;
}

static void work_sheet(const TdPicture *picture, const TdiBand *band, size_t job,
                       const TdiWorker *worker)
{
    const Sheet *sheet = (const Sheet *)picture;
    const TdRaster *raster = &picture->raster;
    uint32_t column = (uint32_t)(job / sheet->tiling.tiles), x, y;
    const TdiRenderer *renderer = &sheet->renderers[column];
    TdiTile tile = tdi_tiling_tile(&sheet->tiling, job % sheet->tiling.tiles);
    size_t sample = td_sample_size(raster->type);
    td_sheet_corner(&sheet->layout, sheet->ready * sheet->layout.columns + column, &x, &y);
    unsigned char *out = band->rows + (y + tile.y - band->y) * band->row_bytes +
                         (size_t)(x + tile.x) * raster->channels * sample;
    if (renderer->raster.channels == raster->channels) {
        tdi_renderer_tile(renderer, tile, worker, out, band->row_bytes);
        return;
    }
    unsigned char *gray = (unsigned char *)worker->scratch + renderer_scratch(sheet);
    tdi_renderer_tile(renderer, tile, worker, gray, tile.width * sample);
    tdi_spread_gray(gray, sample, tile, out, band->row_bytes);
}

static void free_sheet(TdPicture *picture)
{
    Sheet *sheet = (Sheet *)picture;
    drop_row(sheet);
    tdi_font_close(sheet->font);
    tdi_axes_clear(&sheet->axes);
    tdi_free(sheet->renderers);
    td_recipe_free(sheet->recipe);
    td_recipe_free(sheet->cell);
    tdi_free(sheet);
}

/* What the cells need and have, as far as one can tell without drawing them. */
typedef struct Census {
    uint64_t network, row; /* bytes: the largest network; the most that a row's plans take */
    uint32_t channels;     /* 3 where a cell has colour */
} Census;

static TdStatus count_cell(const TdRecipe *cell, Census *census, uint64_t *row, TdError *err)
{
    TdRaster raster;
    TdStatus status = tdi_renderer_raster(cell, TD_SAMPLES_COLOUR, &raster, err);
    if (status != TD_OK)
        return status;
    uint64_t network = tdi_mul_size(td_network_parameters(cell), sizeof(float));
    census->network = network > census->network ? network : census->network;
    census->channels = raster.channels > census->channels ? raster.channels : census->channels;
    *row =
        tdi_add_size(*row, td_plan_bytes(cell) + sizeof(TdiRenderer) + tdi_colour_bytes(cell));
    census->row = *row > census->row ? *row : census->row;
    return TD_OK;
}

/* The rows of a sheet are alike, and so are its cells; those of a grid may differ. */
static TdStatus take_census(Sheet *sheet, Census *census, TdError *err)
{
    const TdSheetLayout *layout = &sheet->layout;
    bool grid = sheet->recipe->draw == TD_DRAW_GRID;
    TdStatus status = TD_OK;
    for (uint32_t row = 0; row < (grid ? layout->rows : 1) && status == TD_OK; row++) {
        uint64_t bytes = 0;
        for (uint32_t i = 0; i < layout->columns && status == TD_OK; i++) {
            if (grid)
                status =
                    tdi_cell_set(sheet->cell, sheet->recipe, row * layout->columns + i, err);
            if (status == TD_OK)
                status = count_cell(sheet->cell, census, &bytes, err);
        }
    }
    return status;
}

/* A row of cells holds as many plans as there are columns, and a network while it is made. */
static TdStatus check_cells(Sheet *sheet, const TdRun *run, TdError *err)
{
    Census census = {0};
    char what[80];
    TdRaster *raster = &sheet->head.raster;
    TdStatus status = take_census(sheet, &census, err);
    if (status == TD_OK)
        status = tdi_renderer_raster(sheet->cell, TD_SAMPLES_COLOUR, raster, err);
    if (status != TD_OK)
        return status;
    raster->width = sheet->layout.width;
    raster->height = sheet->layout.height;
    raster->channels = census.channels;
    snprintf(what, sizeof what, "columns: a row of %u networks",
             (unsigned)sheet->layout.columns);
    return tdi_check_limit(run, tdi_add_size(census.network, census.row), what,
                           "use fewer columns", err);
}

static TdStatus open_captions(Sheet *sheet, TdError *err)
{
    bool grid = sheet->recipe->draw == TD_DRAW_GRID;
    if (!sheet->recipe->captions)
        return TD_OK;
    sheet->font = tdi_font_open(&sheet->head.note);
    return sheet->font != NULL && grid
               ? tdi_axes_init(&sheet->axes, sheet->recipe, &sheet->layout, err)
               : TD_OK;
}

static TdStatus init_sheet(Sheet *sheet, const TdRecipe *recipe, TdDetail detail,
                           const TdRun *run, TdError *err)
{
    TdStatus status = td_sheet_layout(recipe, &sheet->layout, err);
    if (status != TD_OK)
        return status;
    sheet->recipe = td_recipe_copy(recipe);
    sheet->cell = td_recipe_copy(recipe);
    if (sheet->recipe == NULL || sheet->cell == NULL)
        return tdi_fail_memory(err, sizeof *recipe);
    status = check_cells(sheet, run, err);
    if (status != TD_OK)
        return status;
    sheet->renderers = tdi_alloc(sheet->layout.columns, sizeof *sheet->renderers);
    if (sheet->renderers == NULL)
        return tdi_fail_memory(err, sheet->layout.columns * sizeof *sheet->renderers);
    return detail == TD_DETAIL_ALL ? open_captions(sheet, err) : TD_OK;
}

static TdStatus create_sheet(const TdRecipe *recipe, TdDetail detail, const TdRun *run,
                             TdPicture **picture, TdError *err)
{
    static const TdiPictureKind kind = {prepare_sheet, work_sheet, free_sheet};
    Sheet *sheet = tdi_alloc(1, sizeof *sheet);
    *picture = NULL;
    if (sheet == NULL)
        return tdi_fail_memory(err, sizeof *sheet);
    sheet->head.kind = &kind;
    sheet->ready = UINT32_MAX;
    TdStatus status = init_sheet(sheet, recipe, detail, run, err);
    if (status != TD_OK) {
        free_sheet(&sheet->head);
        return status;
    }
    *picture = &sheet->head;
    return TD_OK;
}

TdStatus td_draw_create(const TdRecipe *recipe, TdSamples samples, TdDetail detail,
                        const TdRun *run, TdPicture **picture, TdError *err)
{
    *picture = NULL;
    if (recipe->field[0] != '\0')
#ifdef TDI_HAVE_FILES
        return tdi_recolour_create(recipe, samples, run, picture, err);
#else
        return tdi_fail(err, TD_ERROR_UNSUPPORTED, "field: this build reads no files");
#endif
    if (recipe->draw == TD_DRAW_PICTURE)
        return td_picture_create(recipe, samples, run, picture, err);
    if (recipe->draw == TD_DRAW_INSIDE)
        return tdi_inside_create(recipe, samples, detail, run, picture, err);
    if (samples == TD_SAMPLES_FIELD)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "draw: the raw field is of one picture, not of a sheet; choose one with "
            "tiedye %s ... --cell B4",
            recipe->draw == TD_DRAW_GRID ? "grid" : "sheet");
    return create_sheet(recipe, detail, run, picture, err);
}
