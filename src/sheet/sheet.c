/* A sheet or grid as a picture: cells, gutters, captions. The cells of a band are one pool of
 * work; only their networks are held. */
#include "tiedye/sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "render/drawing.h"
#include "render/picture.h"
#include "sheet/axes.h"
#include "sheet/caption.h"
#include "sheet/cells.h"
#include "sheet/draw.h"
#include "sheet/inside.h"
#include "sheet/miniature.h"
#include "sheet/recolour.h"
#include "volume/grid.h"
#include "volume/volume.h"

typedef struct Sheet {
    TdPicture head;
    TdRecipe *recipe, *cell; /* the sheet's; a copy that becomes one cell's after the other */
    TdSheetLayout layout;
    TdSamples samples;
    TdiFont *font; /* NULL: no captions */
    TdiAxes axes;  /* words of a grid's captions */
    TdiMiniature miniature;
    TdiRenderer *renderers; /* (columns x rows_most) of the rows of cells that are ready */
    TdiPart *parts;         /* the same: where they are drawn */
    uint32_t rows_most;
    int makers;                 /* networks that may be made at once */
    uint32_t ready, ready_rows; /* the first of them, and how many */
    uint32_t held;              /* renderers that are made */
} Sheet;

static void drop_rows(Sheet *sheet)
{
    for (uint32_t i = 0; i < sheet->held; i++)
        tdi_renderer_clear(&sheet->renderers[i]);
    sheet->held = 0;
    sheet->ready_rows = 0;
}

static uint32_t cells_in_row(const TdSheetLayout *layout, uint32_t row)
{
    uint32_t left = layout->count - row * layout->columns;
    return left < layout->columns ? left : layout->columns;
}

/* The renderers of some cells, made by independent jobs. */
typedef struct CellJobs {
    Sheet *sheet;
    uint32_t first; /* cell of job 0 */
    TdRun run;      /* of one cell */
    TdStatus *status;
    TdError *errors;
} CellJobs;

/* Cells of a sheet side by side, while their rasters are small. */
static TdStatus prepare_cell(TdiRenderer *renderer, const TdRun *run, TdError *err)
{
    TdiTile whole = {0, 0, renderer->raster.width, renderer->raster.height};
    if (renderer->convnet == NULL || !tdi_raster_is_small(renderer, run))
        return TD_OK;
    return tdi_raster_prepare(renderer, whole, run, err);
}

static TdStatus make_cell(const CellJobs *jobs, uint32_t i, TdError *err)
{
    Sheet *sheet = jobs->sheet;
    TdiPart *part = &sheet->parts[i];
    TdRecipe *cell = td_recipe_copy(sheet->recipe);
    if (cell == NULL)
        return tdi_fail_memory(err, sizeof *cell);
    TdStatus status = tdi_cell_set(cell, sheet->recipe, jobs->first + i, err);
    if (status == TD_OK)
        status = td_image_attach(cell, &jobs->run, err); /* where it is the grid's axis */
    if (status == TD_OK)
        status = tdi_renderer_init(&sheet->renderers[i], cell, sheet->samples, NULL, &jobs->run,
                                   err);
    if (status == TD_OK)
        status = prepare_cell(&sheet->renderers[i], &jobs->run, err);
    td_recipe_free(cell);
    *part = (TdiPart){.renderer = &sheet->renderers[i]};
    td_sheet_corner(&sheet->layout, jobs->first + i, &part->x, &part->y);
    return status;
}

static void work_cell(const void *user, size_t job, const TdiWorker *worker)
{
    const CellJobs *jobs = user;
    (void)worker;
    jobs->status[job] = make_cell(jobs, (uint32_t)job, &jobs->errors[job]);
}

/* Many cells are made side by side, few one after the other, each with all threads. */
static TdStatus run_cells(CellJobs *cells, uint32_t count, const TdRun *run, TdError *err)
{
    TdRun outer = *run;
    TdiJobs jobs = {.count = count, .work = work_cell, .user = cells};
    cells->run = *run;
    cells->run.progress = NULL; /* told in pixels of the sheet alone */
    outer.threads = run->threads < cells->sheet->makers ? run->threads : cells->sheet->makers;
    if (count < 2 * (uint32_t)run->threads || outer.threads == 1 || run->report != NULL)
        outer.threads = 1;
    else
        cells->run.threads = 1;
    TdStatus status = tdi_run_jobs(&jobs, &outer, err);
    for (uint32_t i = 0; i < count && status == TD_OK; i++)
        if (cells->status[i] != TD_OK) {
            status = cells->status[i];
            if (err != NULL)
                *err = cells->errors[i];
        }
    return status;
}

static TdStatus make_rows(Sheet *sheet, uint32_t row, uint32_t rows, const TdRun *run,
                          TdError *err)
{
    const TdSheetLayout *layout = &sheet->layout;
    if (sheet->ready == row && sheet->ready_rows == rows)
        return TD_OK;
    drop_rows(sheet);
    CellJobs cells = {.sheet = sheet, .first = row * layout->columns};
    uint32_t count = (rows - 1) * layout->columns + cells_in_row(layout, row + rows - 1);
    cells.status = tdi_alloc(count, sizeof *cells.status);
    cells.errors = tdi_alloc(count, sizeof *cells.errors);
    TdStatus status = cells.status != NULL && cells.errors != NULL
                          ? run_cells(&cells, count, run, err)
                          : tdi_fail_memory(err, count * sizeof *cells.errors);
    tdi_free(cells.status);
    tdi_free(cells.errors);
    sheet->held = count; /* those that were not made are zeroed */
    if (status != TD_OK) {
        drop_rows(sheet);
        return status;
    }
    sheet->ready = row;
    sheet->ready_rows = rows;
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

/* The height of a row of cells with its gutter and captions. */
static uint32_t pitch_of(const TdSheetLayout *layout)
{
    return layout->gap + layout->cell_height + layout->caption_height;
}

/* What stands beside the cells, of those that the band meets. */
static TdStatus draw_words(Sheet *sheet, const TdiBand *band, uint32_t row, uint32_t rows,
                           TdError *err)
{
    TdStatus status = TD_OK;
    memset(band->rows, TDI_PAPER, band->count * band->row_bytes);
    tdi_miniature_draw(&sheet->miniature, &sheet->head.raster, band);
    if (sheet->font == NULL)
        return TD_OK;
    if (sheet->recipe->draw == TD_DRAW_GRID)
        status = tdi_axes_draw(&sheet->axes, sheet->font, &sheet->head.raster, band, err);
    for (uint32_t i = 0; i < rows && status == TD_OK && sheet->layout.caption_height > 0; i++)
        status = draw_captions(sheet, band, row + i, err);
    return status;
}

/* A band ends behind as many rows of cells as may be held. */
static TdStatus draw_sheet(TdPicture *picture, TdiBand *band, const TdRun *run, TdError *err)
{
    Sheet *sheet = (Sheet *)picture;
    const TdSheetLayout *layout = &sheet->layout;
    uint32_t pitch = pitch_of(layout);
    uint32_t from = band->y > layout->top ? band->y - layout->top : 0;
    uint32_t to = band->y + band->count > layout->top ? band->y + band->count - layout->top : 0;
    uint32_t row = from / pitch, end = (to + pitch - 1) / pitch;
    end = end < layout->rows ? end : layout->rows;
    uint32_t rows = end > row ? end - row : 0;
    if (rows > sheet->rows_most) {
        rows = sheet->rows_most;
        band->count = layout->top + (row + rows) * pitch - band->y;
    }
    TdStatus status = draw_words(sheet, band, row, rows, err);
    if (status == TD_OK && rows > 0)
        status = make_rows(sheet, row, rows, run, err);
    if (status != TD_OK || rows == 0)
        return status;
    return tdi_draw_parts(picture, sheet->parts, sheet->held, band, run, err);
}

/* A row of cells, or where that is too much to be kept, rows of the engine's largest tiles. */
static void block_sheet(const TdPicture *picture, uint32_t y, uint32_t *begin, uint32_t *end)
{
    enum { KEPT_BYTES = 32 << 20 };
    const TdSheetLayout *layout = &((const Sheet *)picture)->layout;
    uint32_t pitch = pitch_of(layout), side = pitch, height = picture->raster.height;
    uint32_t row = y < layout->top ? 0 : (y - layout->top) / pitch;
    uint32_t first = layout->top + row * pitch;
    bool whole = td_raster_row_bytes(&picture->raster) * pitch <= KEPT_BYTES;
    if (y < layout->top) {
        *begin = 0;
        *end = layout->top;
        return;
    }
    if (!whole) {
        uint32_t cell = first + layout->gap;
        side = TDI_SIDE_MOST;
        first = y < cell ? first : cell + (y - cell) / side * side;
        side = y < cell ? layout->gap : side;
    }
    uint32_t last = layout->top + (row + 1) * pitch;
    last = row < layout->rows && last < height ? last : height;
    *begin = first;
    *end = first + side < last ? first + side : last;
}

static void free_sheet(TdPicture *picture)
{
    Sheet *sheet = (Sheet *)picture;
    drop_rows(sheet);
    tdi_font_close(sheet->font);
    tdi_axes_clear(&sheet->axes);
    tdi_miniature_clear(&sheet->miniature);
    tdi_free(sheet->renderers);
    tdi_free(sheet->parts);
    td_recipe_free(sheet->recipe);
    td_recipe_free(sheet->cell);
    tdi_free(sheet);
}

/* What the cells need and have, as far as one can tell without drawing them. */
typedef struct Census {
    uint64_t network, row; /* bytes: the largest network; the most that a row's plans take */
    uint32_t channels;     /* 3 where a cell has colour */
} Census;

static TdStatus count_cell(const TdRecipe *cell, TdSamples samples, Census *census,
                           uint64_t *row, TdError *err)
{
    TdRaster raster;
    TdStatus status = tdi_renderer_raster(cell, samples, &raster, err);
    if (status != TD_OK)
        return status;
    uint64_t network = tdi_mul_size(td_network_parameters(cell), sizeof(float));
    census->network = network > census->network ? network : census->network;
    census->channels = raster.channels > census->channels ? raster.channels : census->channels;
    *row = tdi_add_size(*row, td_plan_bytes(cell) + sizeof(TdiRenderer) +
                                  tdi_colour_bytes(cell) + tdi_spectral_bytes(cell, &raster) +
                                  tdi_raster_bytes(cell, &raster));
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
                status = count_cell(sheet->cell, sheet->samples, census, &bytes, err);
        }
    }
    return status;
}

/* As many rows of cells as take little memory, and as many networks at once as are left room
 * for while their plans are made. */
static void choose_rows(Sheet *sheet, const Census *census, const TdRun *run)
{
    const uint64_t held_bytes = UINT64_C(64) << 20;
    uint64_t limit = td_run_resolved(run).max_memory, most = limit / 4;
    most = most < held_bytes ? most : held_bytes;
    uint64_t rows = most / (census->row > 0 ? census->row : 1);
    rows = rows < sheet->layout.rows ? rows : sheet->layout.rows;
    sheet->rows_most = rows > 0 ? (uint32_t)rows : 1;
    uint64_t held = tdi_mul_size(census->row, sheet->rows_most);
    uint64_t room = limit > held ? limit - held : 0;
    uint64_t makers = room / (census->network > 0 ? census->network : 1);
    sheet->makers = makers > 1024 ? 1024 : makers > 0 ? (int)makers : 1;
}

/* A row of cells holds as many plans as there are columns, and a network while it is made. */
static TdStatus check_cells(Sheet *sheet, const TdRun *run, TdError *err)
{
    Census census = {0};
    char what[80];
    TdRaster *raster = &sheet->head.raster;
    TdStatus status = take_census(sheet, &census, err);
    if (status == TD_OK)
        status = tdi_renderer_raster(sheet->cell, sheet->samples, raster, err);
    if (status != TD_OK)
        return status;
    raster->width = sheet->layout.width;
    raster->height = sheet->layout.height;
    raster->channels = census.channels;
    choose_rows(sheet, &census, run);
    snprintf(what, sizeof what, "columns: a row of %u networks",
             (unsigned)sheet->layout.columns);
    return tdi_check_limit(run, tdi_add_size(census.network, census.row), what,
                           "use fewer columns", err);
}

static TdStatus open_captions(Sheet *sheet, const TdRun *run, TdError *err)
{
    const TdSheetLayout *layout = &sheet->layout;
    bool grid = sheet->recipe->draw == TD_DRAW_GRID;
    TdStatus status = TD_OK;
    if (layout->diagram_height > 0)
        status = tdi_miniature_make(sheet->recipe, layout->width, layout->diagram_height, run,
                                    &sheet->miniature, &sheet->head.note, err);
    if (!sheet->recipe->captions || status != TD_OK)
        return status;
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
    uint64_t cells = (uint64_t)sheet->layout.columns * sheet->rows_most;
    sheet->renderers = tdi_alloc(cells, sizeof *sheet->renderers);
    sheet->parts = tdi_alloc(cells, sizeof *sheet->parts);
    if (sheet->renderers == NULL || sheet->parts == NULL)
        return tdi_fail_memory(err, cells * sizeof *sheet->renderers);
    return detail == TD_DETAIL_ALL ? open_captions(sheet, run, err) : TD_OK;
}

static TdStatus create_sheet(const TdRecipe *recipe, TdSamples samples, TdDetail detail,
                             const TdRun *run, TdPicture **picture, TdError *err)
{
    static const TdiPictureKind kind = {draw_sheet, block_sheet, free_sheet};
    Sheet *sheet = tdi_alloc(1, sizeof *sheet);
    *picture = NULL;
    if (sheet == NULL)
        return tdi_fail_memory(err, sizeof *sheet);
    sheet->head.kind = &kind;
    sheet->samples = samples;
    TdStatus status = init_sheet(sheet, recipe, detail, run, err);
    if (status != TD_OK) {
        free_sheet(&sheet->head);
        return status;
    }
    *picture = &sheet->head;
    return TD_OK;
}

TdStatus tdi_draw_create(const TdRecipe *recipe, TdSamples samples, TdDetail detail,
                         const TdiShared *shared, const TdRun *run, TdPicture **picture,
                         TdError *err)
{
    *picture = NULL;
    if (samples == TD_SAMPLES_COST &&
        (recipe->field[0] != '\0' || recipe->draw == TD_DRAW_INSIDE ||
         recipe->draw == TD_DRAW_VOLUME))
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "draw: the cost is mapped of pictures, sheets and grids of networks");
    if (recipe->field[0] != '\0')
#ifdef TDI_HAVE_FILES
        return tdi_recolour_create(recipe, samples, run, picture, err);
#else
        return tdi_fail(err, TD_ERROR_UNSUPPORTED, "field: this build reads no files");
#endif
    if (recipe->draw == TD_DRAW_VOLUME)
        return samples == TD_SAMPLES_FIELD
                   ? tdi_grid_create(recipe, run, picture, err)
                   : tdi_volume_create(recipe, shared, run, picture, err);
    if (recipe->size.depth > 0)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "size: a picture has a width and a height; three sizes are a volume's");
    if (recipe->draw == TD_DRAW_PICTURE)
        return tdi_picture_create(recipe, samples, shared, run, picture, err);
    if (recipe->draw == TD_DRAW_INSIDE)
        return tdi_inside_create(recipe, samples, detail, run, picture, err);
    if (samples == TD_SAMPLES_FIELD)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "draw: the raw field is of one picture, not of a sheet; choose one with "
            "tiedye %s ... --cell B4",
            recipe->draw == TD_DRAW_GRID ? "grid" : "sheet");
    return create_sheet(recipe, samples, detail, run, picture, err);
}

TdStatus td_draw_create(const TdRecipe *recipe, TdSamples samples, TdDetail detail,
                        const TdRun *run, TdPicture **picture, TdError *err)
{
    TdRecipe *drawn = td_recipe_copy(recipe);
    *picture = NULL;
    if (drawn == NULL)
        return tdi_fail_memory(err, sizeof *drawn);
    TdStatus status = td_recipe_take_frame(drawn, err);
    if (status == TD_OK)
        status = td_image_attach(drawn, run, err);
    if (status == TD_OK)
        status = tdi_draw_create(drawn, samples, detail, NULL, run, picture, err);
    td_recipe_free(drawn);
    return status;
}
