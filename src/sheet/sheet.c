/* A sheet as a picture: cells, gutters, captions. Only the networks of the row of cells that is
 * being drawn are held. */
#include "tiedye/sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "render/picture.h"
#include "render/renderer.h"
#include "sheet/caption.h"

enum { PAPER = 238, INK = 60 }; /* of 255; not white, or white pictures would have no edge */

typedef struct Sheet {
    TdPicture head;
    TdRecipe *recipe;
    TdSheetLayout layout;
    TdiFont *font;          /* NULL: no captions */
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
    TdRecipe cell = *sheet->recipe; /* borrows the layers */
    TdRun quiet = *run;             /* progress is told in pixels of the sheet alone */
    quiet.progress = NULL;
    if (sheet->ready == row)
        return TD_OK;
    drop_row(sheet);
    for (uint32_t i = 0; i < cells_in_row(&sheet->layout, row); i++) {
        cell.seed = sheet->recipe->seed + (uint64_t)row * sheet->layout.columns + i;
        TdStatus status =
            tdi_renderer_init(&sheet->renderers[i], &cell, TD_SAMPLES_COLOUR, &quiet, err);
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

/* Paint the strip's rows from `from` on into the band, the strip's corner lying at (x, y). */
static void paint_strip(const Sheet *sheet, const TdiBand *band, const TdiStrip *strip,
                        uint32_t x, uint32_t y)
{
    const TdRaster *raster = &sheet->head.raster;
    size_t sample = td_sample_size(raster->type), pixel = raster->channels * sample;
    for (uint32_t row = 0; row < strip->height; row++) {
        if (y + row < band->y || y + row - band->y >= band->count)
            continue;
        unsigned char *at = band->rows + (y + row - band->y) * band->row_bytes + x * pixel;
        for (size_t i = 0; i < (size_t)strip->width * pixel; i++) {
            unsigned ink = strip->ink[(size_t)row * strip->width + i / pixel];
            at[i] =
                (unsigned char)(PAPER - ink * (PAPER - INK) / 255); /* both bytes of 16 bits */
        }
    }
}

/* The seed of cell k below it, as far as the band reaches. */
static TdStatus draw_caption(Sheet *sheet, const TdiBand *band, uint32_t k, TdError *err)
{
    const TdSheetLayout *layout = &sheet->layout;
    char words[24];
    uint32_t x, y;
    snprintf(words, sizeof words, "%llu", (unsigned long long)(sheet->recipe->seed + k));
    TdiStrip strip = {NULL, tdi_font_width(sheet->font, words), layout->caption_height};
    if (strip.width > layout->cell_width) {
        sheet->head.note = "seeds that are wider than their cells are left out";
        return TD_OK;
    }
    size_t bytes = (size_t)strip.width * strip.height;
    strip.ink = tdi_alloc(bytes, 1);
    if (strip.ink == NULL)
        return tdi_fail_memory(err, bytes);
    tdi_font_draw(sheet->font, words, &strip);
    td_sheet_corner(layout, k, &x, &y);
    x += (layout->cell_width - strip.width) / 2;
    paint_strip(sheet, band, &strip, x, y + layout->cell_height);
    tdi_free(strip.ink);
    return TD_OK;
}

static TdStatus draw_captions(Sheet *sheet, const TdiBand *band, uint32_t row, TdError *err)
{
    TdStatus status = TD_OK;
    for (uint32_t i = 0; i < cells_in_row(&sheet->layout, row) && status == TD_OK; i++)
        status = draw_caption(sheet, band, row * sheet->layout.columns + i, err);
    return status;
}

/* ---- Rows ---------------------------------------------------------------------------- */

static TdStatus prepare_sheet(TdPicture *picture, TdiBand *band, const TdRun *run,
                              TdiJobs *jobs, TdError *err)
{
    Sheet *sheet = (Sheet *)picture;
    const TdSheetLayout *layout = &sheet->layout;
    uint32_t pitch = layout->gap + layout->cell_height + layout->caption_height;
    uint32_t row = band->y / pitch, from = band->y % pitch;
    band->count = band->count < pitch - from ? band->count : pitch - from;
    memset(band->rows, PAPER, band->count * band->row_bytes);
    if (row >= layout->rows) /* the gutter below the last row */
        return TD_OK;
    uint32_t top = layout->gap, bottom = top + layout->cell_height, to = from + band->count;
    if (sheet->font != NULL && to > bottom) {
        TdStatus status = draw_captions(sheet, band, row, err);
        if (status != TD_OK)
            return status;
    }
    uint32_t begin = from > top ? from : top, end = to < bottom ? to : bottom;
    if (begin >= end)
        return TD_OK;
    TdStatus status = make_row(sheet, row, run, err);
    if (status != TD_OK)
        return status;
    sheet->tiling = tdi_tiling(layout->cell_width, begin - top, end - begin, TDI_TILE_PIXELS);
    jobs->count = sheet->tiling.tiles * cells_in_row(layout, row);
    jobs->scratch_bytes = tdi_renderer_scratch(&sheet->renderers[0]);
    return TD_OK;
}

static void work_sheet(const TdPicture *picture, const TdiBand *band, size_t job,
                       const TdiWorker *worker)
{
    const Sheet *sheet = (const Sheet *)picture;
    const TdRaster *raster = &picture->raster;
    uint32_t column = (uint32_t)(job / sheet->tiling.tiles), x, y;
    TdiTile tile = tdi_tiling_tile(&sheet->tiling, job % sheet->tiling.tiles);
    td_sheet_corner(&sheet->layout, sheet->ready * sheet->layout.columns + column, &x, &y);
    unsigned char *out = band->rows + (y + tile.y - band->y) * band->row_bytes +
                         (size_t)(x + tile.x) * raster->channels * td_sample_size(raster->type);
    tdi_renderer_tile(&sheet->renderers[column], tile, worker, out, band->row_bytes);
}

static void free_sheet(TdPicture *picture)
{
    Sheet *sheet = (Sheet *)picture;
    drop_row(sheet);
    tdi_font_close(sheet->font);
    tdi_free(sheet->renderers);
    td_recipe_free(sheet->recipe);
    tdi_free(sheet);
}

/* A row of cells holds as many plans as there are columns, and a network while it is made. */
static TdStatus check_memory(const TdRecipe *recipe, uint32_t columns, const TdRun *run,
                             TdError *err)
{
    uint64_t network = tdi_mul_size(td_network_parameters(recipe), sizeof(float));
    uint64_t plans = tdi_mul_size(
        td_plan_bytes(recipe) + sizeof(TdiRenderer) + tdi_colour_bytes(recipe), columns);
    char what[80];
    snprintf(what, sizeof what, "columns: a row of %u networks", (unsigned)columns);
    return tdi_check_limit(run, tdi_add_size(network, plans), what, "use fewer columns", err);
}

static TdStatus init_sheet(Sheet *sheet, const TdRecipe *recipe, TdDetail detail,
                           const TdRun *run, TdError *err)
{
    TdStatus status = td_sheet_layout(recipe, &sheet->layout, err);
    if (status == TD_OK)
        status = check_memory(recipe, sheet->layout.columns, run, err);
    if (status == TD_OK)
        status = tdi_renderer_raster(recipe, TD_SAMPLES_COLOUR, &sheet->head.raster, err);
    if (status != TD_OK)
        return status;
    sheet->head.raster.width = sheet->layout.width;
    sheet->head.raster.height = sheet->layout.height;
    sheet->recipe = td_recipe_copy(recipe);
    sheet->renderers = tdi_alloc(sheet->layout.columns, sizeof *sheet->renderers);
    if (sheet->recipe == NULL || sheet->renderers == NULL)
        return tdi_fail_memory(err, sheet->layout.columns * sizeof *sheet->renderers);
    if (detail == TD_DETAIL_ALL && sheet->layout.caption_height > 0)
        sheet->font = tdi_font_open(sheet->layout.caption_height * 4 / 5, &sheet->head.note);
    return TD_OK;
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
    if (recipe->draw == TD_DRAW_PICTURE)
        return td_picture_create(recipe, samples, run, picture, err);
    if (samples == TD_SAMPLES_FIELD)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "draw: the raw field is of one picture, not of a sheet; choose one with "
            "tiedye sheet ... --cell B4");
    return create_sheet(recipe, detail, run, picture, err);
}
