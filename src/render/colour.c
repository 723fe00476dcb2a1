#include "render/colour.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "render/blue_noise.h"
#include "render/palette.h"

enum { RANK_ENTRIES = TDI_RANK_PARTS + 1, PALETTE_ENTRIES = TDI_PALETTE_PARTS + 1 };

static bool is_table(TdPalette palette)
{
    return td_palette_info(palette)->kind == TD_PALETTE_OF_ONE;
}

/* ---- Making one -------------------------------------------------------------------------- */

TdStatus tdi_colour_channels(const TdRecipe *recipe, uint32_t outputs, uint32_t *channels,
                             TdError *err)
{
    if (outputs != 1 && outputs != 3)
        return tdi_fail(
            err, TD_ERROR_RECIPE,
            "layers: a picture has 1 or 3 channels, this network has %u; end the list "
            "with 1 or 3, or draw the raw field (-o FILE.npy)",
            (unsigned)outputs);
    *channels = recipe->palette == TD_PALETTE_GRAY ? 1
                : is_table(recipe->palette)        ? 3
                                                   : outputs;
    return TD_OK;
}

static size_t rank_floats(const TdRecipe *recipe, uint32_t outputs)
{
    return recipe->tone == TD_TONE_RANK ? (size_t)outputs * RANK_ENTRIES : 0;
}

static size_t palette_floats(const TdRecipe *recipe)
{
    return is_table(recipe->palette) ? (size_t)3 * PALETTE_ENTRIES : 0;
}

uint64_t tdi_colour_bytes(const TdRecipe *recipe)
{
    return (rank_floats(recipe, 3) + palette_floats(recipe)) * sizeof(float);
}

/* Every channel reads the same tile elsewhere: far from the others, and by the seed. */
static void place_noise(TdiColour *colour, uint64_t seed)
{
    double u[4];
    tdi_uniform4(seed, (TdiPlace){.purpose = TDI_RANDOM_DITHER}, u);
    for (uint32_t c = 0; c < 3; c++) {
        colour->noise_x[c] = (uint32_t)(TDI_NOISE_SIDE * u[0]) + 21 * c;
        colour->noise_y[c] = (uint32_t)(TDI_NOISE_SIDE * u[1]) + 43 * c;
    }
}

static TdStatus make_tables(TdiColour *colour, const TdRecipe *recipe, TdError *err)
{
    size_t ranks = rank_floats(recipe, colour->outputs), table = palette_floats(recipe);
    if (ranks > 0)
        colour->ranks = tdi_alloc(ranks, sizeof(float));
    if (table > 0)
        colour->table = tdi_alloc(table, sizeof(float));
    if ((ranks > 0 && colour->ranks == NULL) || (table > 0 && colour->table == NULL)) {
        tdi_colour_clear(colour);
        return tdi_fail_memory(err, (ranks + table) * sizeof(float));
    }
    if (colour->table != NULL)
        tdi_palette_table(recipe, colour->table);
    return TD_OK;
}

TdStatus tdi_colour_init(TdiColour *colour, const TdRecipe *recipe, uint32_t outputs,
                         const TdKernels *kernels, TdError *err)
{
    *colour = (TdiColour){.kernels = kernels,
                          .tone = recipe->tone,
                          .palette = recipe->palette,
                          .outputs = is_table(recipe->palette) ? 1 : outputs,
                          .wide = recipe->bits == 16,
                          .dither = recipe->dither};
    TdStatus status = tdi_colour_channels(recipe, outputs, &colour->channels, err);
    if (status != TD_OK)
        return status;
    if (recipe->palette == TD_PALETTE_OKLAB_SEEDED)
        colour->turn = tdi_palette_turn(td_recipe_palette_seed(recipe));
    place_noise(colour, recipe->seed);
    return make_tables(colour, recipe, err);
}

void tdi_colour_clear(TdiColour *colour)
{
    tdi_free(colour->ranks);
    tdi_free(colour->table);
    colour->ranks = colour->table = NULL;
}

/* ---- Using it ---------------------------------------------------------------------------- */

bool tdi_colour_is_linear(const TdiColour *colour)
{
    bool plain =
        colour->palette == TD_PALETTE_RGB || (colour->outputs == 1 && colour->table == NULL);
    return plain && colour->tone != TD_TONE_LOGISTIC && colour->tone != TD_TONE_RANK;
}

bool tdi_colour_clips(const TdiColour *colour)
{
    return colour->outputs == 3 && colour->palette != TD_PALETTE_RGB &&
           colour->palette != TD_PALETTE_GRAY;
}

uint32_t tdi_colour_spare_rows(const TdiColour *colour)
{
    return colour->table != NULL ? 3 : 0;
}

static void tone(const TdiColour *colour, uint32_t c, float *values, size_t points)
{
    const TdKernels *kernels = colour->kernels;
    if (colour->tone == TD_TONE_LOGISTIC)
        kernels->activation[TD_ACT_SIGMOID](values, points);
    kernels->tone(values, points, colour->scale[c], colour->offset[c]);
    if (colour->ranks == NULL)
        return;
    kernels->lookup(colour->ranks + (size_t)c * RANK_ENTRIES, TDI_RANK_PARTS, values, values,
                    points);
    kernels->tone(values, points, colour->rank_scale, colour->rank_offset);
}

bool tdi_colour_brighten(const TdiColour *colour, float *rows, size_t stride, size_t points)
{
    const TdKernels *kernels = colour->kernels;
    if (!tdi_colour_clips(colour))
        return false;
    if (colour->palette == TD_PALETTE_OKLAB_SEEDED)
        kernels->oklab_turned(&colour->turn, rows, stride, points);
    else
        kernels->palette[colour->palette](rows, stride, points);
    return true;
}

void tdi_colour_tone(const TdiColour *colour, float *rows, size_t stride, size_t points)
{
    for (uint32_t c = 0; c < colour->outputs; c++)
        tone(colour, c, rows + c * stride, points);
}

void tdi_colour_linear(const TdiColour *colour, float *rows, size_t stride, size_t points)
{
    tdi_colour_tone(colour, rows, stride, points);
    tdi_colour_brighten(colour, rows, stride, points);
}

/* The entry of a table below u. */
static size_t entry_of(float u)
{
    return u > 0 ? u < 1 ? (size_t)(u * TDI_PALETTE_PARTS) : TDI_PALETTE_PARTS : 0;
}

void tdi_colour_look(const TdiColour *colour, float low, float high, float *steepest,
                     bool *clips)
{
    size_t first = entry_of(low), last = entry_of(high);
    last = last < TDI_PALETTE_PARTS ? last + 1 : last;
    *steepest = 0;
    *clips = false;
    for (uint32_t c = 0; c < 3; c++) {
        const float *table = colour->table + (size_t)c * PALETTE_ENTRIES;
        size_t ends = 0;
        for (size_t i = first; i <= last; i++) {
            float rise = i > first ? (table[i] - table[i - 1]) * TDI_PALETTE_PARTS : 0;
            rise = rise < 0 ? -rise : rise;
            *steepest = rise > *steepest ? rise : *steepest;
            ends += table[i] <= 0 || table[i] >= 1;
        }
        *clips = *clips || (ends > 0 && ends < last - first + 1);
    }
}

float *tdi_colour_apply(const TdiColour *colour, float *rows, size_t stride, size_t points,
                        float *spare)
{
    tdi_colour_tone(colour, rows, stride, points);
    return tdi_colour_paint(colour, rows, stride, points, spare);
}

float *tdi_colour_paint(const TdiColour *colour, float *rows, size_t stride, size_t points,
                        float *spare)
{
    const TdKernels *kernels = colour->kernels;
    if (colour->table != NULL) {
        for (uint32_t c = 0; c < 3; c++)
            kernels->lookup(colour->table + (size_t)c * PALETTE_ENTRIES, TDI_PALETTE_PARTS,
                            rows, spare + c * stride, points);
        return spare;
    }
    if (tdi_colour_brighten(colour, rows, stride, points))
        for (uint32_t c = 0; c < 3; c++)
            kernels->srgb(rows + c * stride, points);
    else if (colour->outputs == 3 && colour->palette == TD_PALETTE_GRAY)
        kernels->palette[TD_PALETTE_GRAY](rows, stride, points);
    return rows;
}

/* What is added to channel c of pixel (x, y) before it is cut to a whole code: on the average a
 * half. */
static double noise_at(const TdiColour *colour, uint32_t c, uint32_t x, uint32_t y)
{
    unsigned rank = tdi_blue_noise[(y + colour->noise_y[c]) % TDI_NOISE_SIDE]
                                  [(x + colour->noise_x[c]) % TDI_NOISE_SIDE];
    return (rank + 0.5) / (TDI_NOISE_SIDE * TDI_NOISE_SIDE);
}

static inline void put(unsigned char *at, size_t place, bool wide, int32_t code)
{
    if (wide)
        ((uint16_t *)(void *)at)[place] = (uint16_t)code;
    else
        at[place] = (uint8_t)code;
}

/* In double, where the sum is exact enough for 16 bits and stays below the top code plus 1;
 * only fused arithmetic makes a mean that is more than 1. */
static int32_t dithered(const TdiColour *colour, float mean, uint32_t c, uint32_t x, uint32_t y)
{
    double top = colour->wide ? 65535.0 : 255.0;
    int32_t code = (int32_t)(top * (double)mean + noise_at(colour, c, x, y));
    return code < (int32_t)top ? code : (int32_t)top;
}

/* `count` codes of channel c, one pixel after the other from (x, y) on. */
static void dither_run(const TdiColour *colour, uint32_t c, const float *means, uint32_t count,
                       unsigned char *at, uint32_t x, uint32_t y)
{
    for (uint32_t i = 0; i < count; i++)
        put(at, (size_t)i * colour->channels + c, colour->wide,
            dithered(colour, means[i], c, x + i, y));
}

/* The same where values do not begin at a vector, as the kernel does it. */
static void encode_run(const TdiColour *colour, uint32_t c, const float *means, uint32_t count,
                       unsigned char *at)
{
    const float top = colour->wide ? 65535 : 255;
    for (uint32_t i = 0; i < count; i++) {
        float code = top * means[i] + 0.5f;
        code = code < top ? code : top; /* fused arithmetic makes a mean that is more than 1 */
        put(at, (size_t)i * colour->channels + c, colour->wide, (int32_t)code);
    }
}

static void store_run(const TdiColour *colour, const float *means, size_t stride,
                      uint32_t count, unsigned char *at, uint32_t x, uint32_t y)
{
    bool whole = (uintptr_t)means % (TD_PATCH_LANES * sizeof *means) == 0;
    if (!colour->dither && whole) {
        colour->kernels->encode(means, stride, colour->channels, colour->wide, count, at);
        return;
    }
    for (uint32_t c = 0; c < colour->channels; c++)
        if (colour->dither)
            dither_run(colour, c, means + c * stride, count, at, x, y);
        else
            encode_run(colour, c, means + c * stride, count, at);
}

static void divide(float *sums, uint32_t count, float samples)
{
#pragma omp simd
    for (uint32_t i = 0; i < count; i++)
        sums[i] = sums[i] / samples;
}

void tdi_colour_store(const TdiColour *colour, TdiTile tile, uint32_t first, uint32_t count,
                      float *sums, size_t stride, float samples, unsigned char *out,
                      size_t row_bytes)
{
    const size_t pixel_bytes = colour->channels * (colour->wide ? 2u : 1u);
    for (uint32_t c = 0; c < colour->channels && samples != 1; c++)
        divide(sums + c * stride, count, samples);
    for (uint32_t i = 0; i < count;) {
        uint32_t row = (first + i) / tile.width, column = (first + i) % tile.width;
        uint32_t run = count - i < tile.width - column ? count - i : tile.width - column;
        store_run(colour, sums + i, stride, run, out + row * row_bytes + column * pixel_bytes,
                  tile.x + column, tile.y + row);
        i += run;
    }
}
