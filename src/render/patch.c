/* From polynomials to pixels. */
#include <string.h>

#include "render/picture.h"
#include "render/renderer.h"
#include "render/spectral.h"

enum {
    ORDER = TD_PATCH_ORDER,
    STRIP = TDI_PATCH_STRIP,
    ROWS = TDI_PATCH_ROWS,
    CHANNELS = 3,
    PIXELS = STRIP * ROWS,
    COLUMNS = CHANNELS * ORDER * STRIP /* floats of one set of columns */
};

/* In floats: columns for each sample across a pixel; values, what colour wants to spare, and
 * sums of a block of pixels; a row of codes. */
size_t tdi_patch_scratch(const TdiRenderer *renderer)
{
    size_t rows = 2 * CHANNELS + tdi_colour_spare_rows(&renderer->colour);
    return ((size_t)renderer->view.grid * COLUMNS + rows * PIXELS + 2 * CHANNELS * STRIP) *
           sizeof(float);
}

/* A patch as it is drawn, in strips of columns and blocks of rows. */
typedef struct Drawing {
    const TdiRenderer *renderer;
    const TdiLevel *level;
    const TdiSquare *square;
    const float *coefficients;
    const TdiCanvas *canvas;
    float *columns, *values, *spare, *sums;
    unsigned char *codes;
    uint32_t strip;    /* its first column in the tile */
    size_t width;      /* its columns, filled up */
    uint32_t visible;  /* of them, those that the picture has */
    uint32_t channels; /* of the polynomials */
} Drawing;

static const float *sample_across(const Drawing *d, uint32_t sub)
{
    return d->level->samples + sub * d->level->table;
}

static const float *sample_down(const Drawing *d, uint32_t sub)
{
    return sample_across(d, sub) + (size_t)ORDER * d->level->columns;
}

static void make_columns(const Drawing *d, const float *across, float *columns)
{
    const TdKernels *kernels = d->renderer->colour.kernels;
    for (uint32_t c = 0; c < d->channels; c++)
        kernels->columns(d->coefficients + c * TD_PATCH_NODES, across + d->strip,
                         d->level->columns, d->width, d->square->down, d->square->across,
                         columns + (size_t)c * ORDER * STRIP, STRIP);
}

/* Values of a block of rows from row `row` of the tile on, rows of pixels side by side. */
static void make_values(const Drawing *d, const float *columns, const float *down, uint32_t row,
                        size_t rows)
{
    const TdKernels *kernels = d->renderer->colour.kernels;
    for (uint32_t c = 0; c < d->channels; c++)
        kernels->rows(columns + (size_t)c * ORDER * STRIP, STRIP, d->width,
                      down + (size_t)row * ORDER, d->square->down, rows,
                      d->values + (size_t)c * PIXELS, d->width);
}

/* One row of the strip, whose values (sums of `samples` encoded ones) are PIXELS apart. */
static void put_row(const Drawing *d, float *values, float samples, uint32_t y)
{
    const TdiRenderer *renderer = d->renderer;
    const TdiColour *colour = &renderer->colour;
    TdiTile tile = {d->square->x + d->strip, y, d->visible, 1};
    unsigned char *to = tdi_canvas_at(d->canvas, tile.x, y);
    unsigned char *codes = d->canvas->spread ? d->codes : to;
    if (colour->dither || samples != 1)
        tdi_colour_store(colour, tile, 0, tile.width, values, PIXELS, samples, codes, 0);
    else
        colour->kernels->encode(values, PIXELS, colour->channels, colour->wide, tile.width,
                                codes);
    if (d->canvas->spread)
        tdi_spread_gray(codes, td_sample_size(renderer->raster.type), tile, to, 0);
}

/* The rows of the block that are asked for: first .. end - 1. */
static void put_rows(const Drawing *d, float *values, float samples, uint32_t row, size_t rows)
{
    const TdiColour *colour = &d->renderer->colour;
    const TdiCanvas *canvas = d->canvas;
    uint32_t y = d->square->y + row, first = y > canvas->from ? y : canvas->from;
    uint32_t left = d->level->side - row;
    uint32_t end = y + (left < rows ? left : (uint32_t)rows);
    end = end < canvas->to ? end : canvas->to;
    if (!colour->dither && samples == 1 && !canvas->spread && first < end) { /* most are */
        unsigned char *to = tdi_canvas_at(canvas, d->square->x + d->strip, first);
        for (float *from = values + (first - y) * d->width; first < end;
             first++, from += d->width, to += canvas->row_bytes)
            colour->kernels->encode(from, PIXELS, colour->channels, colour->wide, d->visible,
                                    to);
        return;
    }
    for (; first < end; first++) {
        float *from = values + (first - y) * d->width;
        for (uint32_t c = 0; c < colour->channels && colour->dither && samples == 1; c++)
            colour->kernels->tone(from + (size_t)c * PIXELS, d->width, 1, 0); /* clips */
        put_row(d, from, samples, first);
    }
}

/* The mean of encoded values over a pixel is a sum like any other. */
static void draw_encoded(const Drawing *d, uint32_t row, size_t rows)
{
    make_values(d, d->columns, d->level->down, row, rows);
    put_rows(d, d->values, 1, row, rows);
}

/* Every sample is toned. */
static void draw_toned(const Drawing *d, uint32_t row, size_t rows)
{
    const TdiColour *colour = &d->renderer->colour;
    uint32_t grid = (uint32_t)d->renderer->view.grid;
    for (uint32_t sub = 0; sub < grid * grid; sub++) {
        const float *columns = d->columns + (size_t)(sub % grid) * COLUMNS;
        make_values(d, columns, sample_down(d, sub / grid), row, rows);
        size_t points = rows * d->width; /* 4 by 16 at least */
        const float *encoded = tdi_colour_apply(colour, d->values, PIXELS, points, d->spare);
        for (uint32_t c = 0; c < colour->channels; c++) {
            if (sub == 0)
                memcpy(d->sums + (size_t)c * PIXELS, encoded + (size_t)c * PIXELS,
                       points * sizeof *encoded);
            else
                colour->kernels->add(d->sums + (size_t)c * PIXELS, encoded + (size_t)c * PIXELS,
                                     points);
        }
    }
    put_rows(d, d->sums, (float)(grid * grid), row, rows);
}

/* The part of a tile's rows that is asked for, in whole groups of 4. */
static void draw_strip(Drawing *d)
{
    const TdiCanvas *canvas = d->canvas;
    uint32_t grid = (uint32_t)d->renderer->view.grid, y = d->square->y;
    bool toned = d->square->verdict == TDI_VERDICT_TONED;
    if (toned)
        for (uint32_t sub = 0; sub < grid; sub++)
            make_columns(d, sample_across(d, sub), d->columns + (size_t)sub * COLUMNS);
    else
        make_columns(d, d->level->across, d->columns);
    uint32_t end = canvas->to - y < d->level->rows ? canvas->to - y : d->level->rows;
    uint32_t row = canvas->from > y ? (canvas->from - y) / 4 * 4 : 0;
    for (; row < end; row += ROWS) {
        size_t rows = d->level->rows - row < ROWS ? d->level->rows - row : ROWS;
        if (toned)
            draw_toned(d, row, rows);
        else
            draw_encoded(d, row, rows);
    }
}

void tdi_patch_draw(const TdiRenderer *renderer, const TdiLevel *level, const TdiSquare *square,
                    const float *coefficients, const TdiCanvas *canvas, float *scratch)
{
    size_t grid = (size_t)renderer->view.grid;
    bool toned = square->verdict == TDI_VERDICT_TONED;
    Drawing d = {.renderer = renderer,
                 .level = level,
                 .square = square,
                 .coefficients = coefficients,
                 .canvas = canvas,
                 .columns = scratch,
                 .values = scratch + grid * COLUMNS,
                 .channels = toned ? renderer->colour.outputs : renderer->colour.channels};
    d.sums = d.values + CHANNELS * PIXELS;
    d.spare = d.sums + CHANNELS * PIXELS;
    d.codes =
        (unsigned char *)(d.spare + tdi_colour_spare_rows(&renderer->colour) * (size_t)PIXELS);
    uint32_t right = renderer->raster.width - square->x;
    for (; d.strip < level->side && d.strip < right; d.strip += STRIP) {
        d.width = level->columns - d.strip < STRIP ? level->columns - d.strip : STRIP;
        d.visible = level->side - d.strip < STRIP ? level->side - d.strip : STRIP;
        d.visible = d.visible < right - d.strip ? d.visible : right - d.strip;
        draw_strip(&d);
    }
}
