/* Whether polynomials are near enough to what they stand for, and which. */
#include <math.h>
#include <string.h>

#include "render/batch.h"
#include "render/chebyshev.h"

enum {
    STEEPEST = 8,          /* of palettes, about: encoded values for u */
    PER_TONED_SAMPLE = 200 /* operations */
};

/* Outputs at the nodes, side by side. */
static void take_outputs(TdiBatch *b, const float *rows)
{
    for (uint32_t c = 0; c < b->renderer->colour.outputs; c++)
        for (size_t k = 0; k < NODES; k++)
            memcpy(b->raw + c * BATCH + k * LANES,
                   rows + c * b->spectral->points + b->spectral->at[k], LANES * sizeof(float));
}

/* Encoded colours of rows of outputs, which are changed. Behind the last node stand zeros. */
static float *encode(const TdiBatch *b, float *rows)
{
    return tdi_colour_apply(&b->renderer->colour, rows, BATCH, BATCH,
                            b->trial + CHANNELS * BATCH);
}

/* Where tone and palette are a line the polynomial need not know of clipping. */
static void make_encoded(TdiBatch *b)
{
    const TdiColour *colour = &b->renderer->colour;
    if (b->spectral->linear) {
        for (uint32_t c = 0; c < colour->channels; c++)
            for (size_t i = 0; i < BATCH; i++)
                b->encoded[c * BATCH + i] =
                    b->raw[c * BATCH + i] * colour->scale[c] + colour->offset[c];
        return;
    }
    memcpy(b->trial, b->raw, CHANNELS * BATCH * sizeof(float));
    memcpy(b->encoded, encode(b, b->trial), (size_t)colour->channels * BATCH * sizeof(float));
}

/* The tails of the worst of `channels` channels, and what rounding may do. */
static void find_tails(const float *coefficients, uint32_t channels, float *tails)
{
    memset(tails, 0, LANES * sizeof *tails);
    for (uint32_t c = 0; c < channels; c++)
        for (int down = 0; down < 2; down++) {
            const float *from = coefficients + c * NODES * LANES;
            TdiTailSums sums = {0};
            for (size_t i = 0; i < NODES; i++)
                tdi_tail_add(&sums, down == 1 ? i / ORDER : i % ORDER, from + i * LANES);
            for (size_t lane = 0; lane < LANES; lane++) {
                float tail = tdi_tail(&sums, lane, 1);
                tails[lane] = tail > tails[lane] ? tail : tails[lane];
            }
        }
}

/* Least and greatest of a lane's values. */
static void find_range(const float *values, size_t lane, float *least, float *greatest)
{
    *least = *greatest = values[lane];
    for (size_t k = 1; k < NODES; k++) {
        float value = values[k * LANES + lane];
        *least = value < *least ? value : *least;
        *greatest = value > *greatest ? value : *greatest;
    }
}

/* Whether values that are clipped to [0, 1] stay clear of the ends, or beyond one of them, also
 * between the nodes: of what is resolved there lies little outside of their range. */
static bool stays_clear(float least, float greatest)
{
    float margin = (greatest - least) / 8;
    return (least - margin > 0 && greatest + margin < 1) || greatest + margin < 0 ||
           least - margin > 1;
}

/* The range of an output's tone at the nodes, before it is clipped. */
static void find_tone_range(const TdiBatch *b, uint32_t c, size_t lane, float *least,
                            float *greatest)
{
    const TdiColour *colour = &b->renderer->colour;
    _Alignas(64) float ends[TD_POINT_GRAIN] = {0};
    find_range(b->raw + c * BATCH, lane, &ends[0], &ends[1]);
    if (colour->tone == TD_TONE_LOGISTIC)
        colour->kernels->activation[TD_ACT_SIGMOID](ends, TD_POINT_GRAIN);
    float low = ends[0] * colour->scale[c] + colour->offset[c];
    float high = ends[1] * colour->scale[c] + colour->offset[c];
    *least = low < high ? low : high;
    *greatest = low < high ? high : low;
}

/* Whether the tone is not clipped in the tile, or is in all of it. */
static bool tone_is_clear(const TdiBatch *b, size_t lane)
{
    for (uint32_t c = 0; c < b->renderer->colour.outputs && !b->spectral->bounded; c++) {
        float least, greatest;
        find_tone_range(b, c, lane, &least, &greatest);
        if (!stays_clear(least, greatest))
            return false;
    }
    return true;
}

/* In `trial`, what is at the nodes before the palette clips it: linear colours, or the u that a
 * table is asked for. */
static void make_linear(TdiBatch *b)
{
    if (b->has_linear)
        return;
    memcpy(b->trial, b->raw, CHANNELS * BATCH * sizeof(float));
    tdi_colour_linear(&b->renderer->colour, b->trial, BATCH, BATCH);
    b->has_linear = true;
}

/* The table, for the u of a tile and somewhat beyond; all of it where u is clipped on a part of
 * the tile, which the nodes need not show. */
static void look_at_table(TdiBatch *b, size_t lane, float *steepest, bool *clips)
{
    float least, greatest;
    make_linear(b);
    find_range(b->trial, lane, &least, &greatest);
    float margin = tone_is_clear(b, lane) ? (greatest - least) / 8 : 1;
    tdi_colour_look(&b->renderer->colour, least - margin, greatest + margin, steepest, clips);
}

static bool palette_is_clear(TdiBatch *b, size_t lane)
{
    const TdiColour *colour = &b->renderer->colour;
    float steepest;
    bool clips;
    if (colour->table != NULL) {
        look_at_table(b, lane, &steepest, &clips);
        return !clips;
    }
    if (!tdi_colour_clips(colour))
        return true;
    make_linear(b);
    for (uint32_t c = 0; c < colour->channels; c++) {
        float least, greatest;
        find_range(b->trial + c * BATCH, lane, &least, &greatest);
        if (!stays_clear(least, greatest))
            return false;
    }
    return true;
}

/* Whether the encoded values are as smooth as the outputs: nothing is clipped on the way, or a
 * channel is all of the tile long. */
static bool is_unclipped(TdiBatch *b, size_t lane)
{
    if (b->spectral->linear && b->renderer->view.grid == 1)
        return true; /* clipped when it is drawn */
    return tone_is_clear(b, lane) && palette_is_clear(b, lane);
}

/* Move values by as much as is given, so that their tone comes nearer to 1/2. */
static void move_values(float *values, const float *by, float scale, float offset)
{
    const float toward = scale > 0 ? 1 : -1;
#pragma omp simd
    for (size_t lane = 0; lane < LANES; lane++) {
        float scaled = values[lane] * scale;
        float up = scaled + offset > 0.5f ? -toward : toward;
        values[lane] = values[lane] + up * by[lane];
    }
}

static void find_changes(const float *values, const float *before, float *greatest)
{
#pragma omp simd
    for (size_t lane = 0; lane < LANES; lane++) {
        float change = fabsf(values[lane] - before[lane]);
        greatest[lane] = change > greatest[lane] ? change : greatest[lane];
    }
}

/* What the tails of the outputs' polynomials do to the colour at the nodes: each output is
 * moved by its own, toward the middle, where nothing clips. */
static void find_effects(TdiBatch *b, float *effects)
{
    const TdiColour *colour = &b->renderer->colour;
    const size_t bytes = CHANNELS * BATCH * sizeof(float);
    float plain[CHANNELS * BATCH], steepest[LANES];
    bool clips;
    for (size_t lane = 0; lane < b->count && colour->table != NULL; lane++)
        look_at_table(b, lane, &steepest[lane], &clips);
    b->has_linear = false;
    memcpy(b->trial, b->raw, bytes);
    memcpy(plain, encode(b, b->trial), (size_t)colour->channels * BATCH * sizeof(float));
    memset(effects, 0, LANES * sizeof *effects);
    for (uint32_t moved = 0; moved < colour->outputs; moved++) {
        float tails[LANES], found[LANES] = {0};
        find_tails(b->raw_coefficients + moved * NODES * LANES, 1, tails);
        memcpy(b->trial, b->raw, bytes);
        for (size_t k = 0; k < NODES; k++)
            move_values(b->trial + moved * BATCH + k * LANES, tails, colour->scale[moved],
                        colour->offset[moved]);
        const float *encoded = encode(b, b->trial);
        for (uint32_t c = 0; c < colour->channels; c++)
            for (size_t k = 0; k < NODES; k++)
                find_changes(encoded + c * BATCH + k * LANES, plain + c * BATCH + k * LANES,
                             found);
        for (size_t lane = 0; lane < b->count; lane++) {
            /* Clipped at the nodes, the colour may yet change between them; of a table all that
             * it does is known. */
            bool known = colour->table != NULL;
            float least =
                tails[lane] * fabsf(colour->scale[moved]) * (known ? steepest[lane] : STEEPEST);
            bool hidden = least > found[lane] && (known || !tone_is_clear(b, lane));
            effects[lane] += hidden ? least : found[lane];
        }
    }
}

/* Whether to tone every sample costs less than to cut the tile in four and hope for encoded
 * values, which are drawn a pixel at a time. */
static bool is_worth_toning(const TdiBatch *b, size_t lane)
{
    const TdiSpectral *spectral = b->spectral;
    double side = b->level->side, grid = (double)b->renderer->view.grid;
    double samples = side * side * grid * grid, nodes = 4.0 * NODES;
    bool last = b->level == &spectral->level[spectral->levels - 1];
    if (last || b->squares[lane].spent + nodes / samples > TDI_SPENT_MOST)
        return true;
    return samples * PER_TONED_SAMPLE < 2 * nodes * spectral->node_operations;
}

static void transform_all(const TdiBatch *b, const float *rows, uint32_t channels, float *to)
{
    const TdKernels *kernels = td_plan_kernels(b->renderer->plan);
    for (uint32_t c = 0; c < channels; c++)
        kernels->transform(&b->spectral->nodes, rows + c * BATCH, to + c * NODES * LANES);
}

/* Polynomials in encoded values where they are good, else in outputs. */
void tdi_judge(TdiBatch *b, const float *rows)
{
    float tails[LANES], effects[LANES];
    bool toned = false;
    b->has_linear = false;
    take_outputs(b, rows);
    make_encoded(b);
    transform_all(b, b->encoded, b->renderer->colour.channels, b->coefficients);
    find_tails(b->coefficients, b->renderer->colour.channels, tails);
    for (size_t lane = 0; lane < b->count; lane++) {
        if (!b->alive[lane])
            continue;
        if (tails[lane] < b->spectral->tolerance && is_unclipped(b, lane))
            b->squares[lane].verdict = TDI_VERDICT_ENCODED;
        else
            toned = true;
    }
    if (!toned || (b->spectral->linear && b->spectral->bounded))
        return; /* the outputs' polynomials would be the same */
    transform_all(b, b->raw, b->renderer->colour.outputs, b->raw_coefficients);
    find_effects(b, effects);
    for (size_t lane = 0; lane < b->count; lane++)
        if (b->alive[lane] && b->squares[lane].verdict == TDI_VERDICT_SPLIT &&
            effects[lane] < b->spectral->tolerance / 2 && is_worth_toning(b, lane))
            b->squares[lane].verdict = TDI_VERDICT_TONED;
}
