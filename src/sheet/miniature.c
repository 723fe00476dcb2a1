#include "sheet/miniature.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "diagram/diagram.h"
#include "diagram/neurons.h"
#include "diagram/page.h"
#include "diagram/pieces.h"
#include "sheet/caption.h"

enum { LEAST_HEIGHT = 120, MOST_HEIGHT = 600, MOST_ASPECT = 10 };

/* Words grow to that share of the strip's height. */
#define LETTER_SHARE 0.085

uint32_t tdi_miniature_height(uint32_t side)
{
    uint32_t height = side / 4 * 3;
    return height < LEAST_HEIGHT ? LEAST_HEIGHT : height > MOST_HEIGHT ? MOST_HEIGHT : height;
}

static TdStatus make_figure(const TdRecipe *recipe, double aspect, const TdRun *run,
                            TdiFigure *figure, TdError *err)
{
    TdDiagram *diagram;
    TdRun quiet = run != NULL ? *run : (TdRun){0};
    quiet.progress = NULL;
    TdStatus status = td_diagram_of_recipe(recipe, NULL, &quiet, &diagram, err);
    if (status != TD_OK)
        return status;
    TdiPage page = {.tree = &diagram->tree,
                    .totals = &diagram->totals,
                    .title = td_diagram_title(diagram),
                    .aspect = aspect < MOST_ASPECT ? aspect : MOST_ASPECT,
                    .bare = true};
    status = tdi_neurons_fit(&diagram->tree) ? tdi_neurons_figure(&page, figure, err)
                                             : tdi_page_figure(&page, figure, err);
    td_diagram_free(diagram);
    return status;
}

/* As large as the strip has room for, and words not larger than they need be. A figure is drawn
 * for letters of TDI_LETTER, and may have been enlarged. */
static double find_scale(const TdiFigure *figure, uint32_t width, uint32_t height)
{
    double least = TDI_TITLE, across = width / figure->width, down = height / figure->height;
    for (int i = 0; i < figure->count; i++)
        if (figure->marks[i].type == TDI_MARK_WORDS && figure->marks[i].size > 0)
            least = figure->marks[i].size < least ? figure->marks[i].size : least;
    double scale = across < down ? across : down, most = LETTER_SHARE * height / least;
    return scale < most ? scale : most;
}

static TdStatus paint(const TdiFigure *figure, uint32_t width, uint32_t height, TdiFont *font,
                      TdiMiniature *miniature, TdError *err)
{
    double scale = find_scale(figure, width, height);
    TdiPixels *pixels = &miniature->pixels;
    pixels->width = (uint32_t)ceil(scale * figure->width);
    pixels->height = (uint32_t)ceil(scale * figure->height);
    pixels->width = pixels->width < width ? pixels->width : width;
    pixels->height = pixels->height < height ? pixels->height : height;
    size_t bytes = 3 * (size_t)pixels->width * pixels->height;
    pixels->rgb = tdi_alloc(bytes, 1);
    if (pixels->rgb == NULL)
        return tdi_fail_memory(err, bytes);
    memset(pixels->rgb, TDI_PAPER, bytes);
    miniature->x = (width - pixels->width) / 2;
    miniature->y = (height - pixels->height) / 2;
    tdi_figure_paint(figure, scale, font, pixels);
    return TD_OK;
}

TdStatus tdi_miniature_make(const TdRecipe *recipe, uint32_t width, uint32_t height,
                            const TdRun *run, TdiMiniature *miniature, const char **note,
                            TdError *err)
{
    TdiFigure figure;
    *miniature = (TdiMiniature){0};
    TdiFont *font = tdi_font_open(note);
    if (font == NULL)
        return TD_OK;
    TdStatus status = make_figure(recipe, (double)width / height, run, &figure, err);
    if (status == TD_OK) {
        status = paint(&figure, width, height, font, miniature, err);
        tdi_figure_free(&figure);
    }
    tdi_font_close(font);
    return status;
}

void tdi_miniature_clear(TdiMiniature *miniature)
{
    tdi_free(miniature->pixels.rgb);
    *miniature = (TdiMiniature){0};
}

/* ---- Rows ---------------------------------------------------------------------------- */

/* Both bytes of 16 bits are alike, so that their order does not matter. */
static void put_pixel(const unsigned char *rgb, const TdRaster *raster, unsigned char *to)
{
    size_t sample = td_sample_size(raster->type);
    if (raster->channels == 1)
        memset(to, (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000, sample);
    else
        for (uint32_t c = 0; c < raster->channels; c++)
            memset(to + c * sample, rgb[c], sample);
}

void tdi_miniature_draw(const TdiMiniature *miniature, const TdRaster *raster,
                        const TdiBand *band)
{
    const TdiPixels *pixels = &miniature->pixels;
    size_t pixel = raster->channels * td_sample_size(raster->type);
    for (uint32_t row = 0; pixels->rgb != NULL && row < pixels->height; row++) {
        uint32_t y = miniature->y + row;
        if (y < band->y || y - band->y >= band->count)
            continue;
        const unsigned char *from = pixels->rgb + 3 * (size_t)row * pixels->width;
        unsigned char *to = band->rows + (y - band->y) * band->row_bytes + miniature->x * pixel;
        for (uint32_t x = 0; x < pixels->width; x++)
            put_pixel(from + 3 * (size_t)x, raster, to + x * pixel);
    }
}
