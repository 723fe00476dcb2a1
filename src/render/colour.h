/* From outputs to samples: tone, palette and rounding, whatever the outputs come from. */
#ifndef TDI_COLOUR_H
#define TDI_COLOUR_H

#include "render/view.h"
#include "tiedye/kernels.h"
#include "tiedye/recipe.h"
#include "tiedye/render.h"

/* Tones that look at the view take their numbers from so many points a side. */
enum { TDI_TONE_SIDE = 128, TDI_RANK_PARTS = 4096 };

typedef struct TdiColour {
    const TdKernels *kernels;
    TdTone tone;
    TdPalette palette;
    uint32_t outputs;  /* of the field that are read: the first, or all three */
    uint32_t channels; /* of the picture */
    bool wide;         /* 16 bits */
    bool dither;
    float scale[3], offset[3]; /* an output's tone is u = v scale + offset, clipped; for ranks
                                * that finds the place in the table */
    float rank_scale, rank_offset; /* what gain and invert make of a rank */
    float *ranks;                  /* (outputs, TDI_RANK_PARTS + 1), NULL for other tones */
    float *table; /* (3, TDI_PALETTE_PARTS + 1), NULL where the palette is no table */
    TdOklabTurn turn;
    uint32_t noise_x[3], noise_y[3]; /* where a channel's blue noise begins */
} TdiColour;

/* Channels of the picture that a recipe makes of a field of `outputs` channels. */
TdStatus tdi_colour_channels(const TdRecipe *recipe, uint32_t outputs, uint32_t *channels,
                             TdError *err);

/* Bytes of its tables. */
uint64_t tdi_colour_bytes(const TdRecipe *recipe);

/* Make it in place for a field of `outputs` channels (1 or 3), but for what
 * tdi_colour_set_tone finds. On failure there is nothing to clear. */
TdStatus tdi_colour_init(TdiColour *colour, const TdRecipe *recipe, uint32_t outputs,
                         const TdKernels *kernels, TdError *err);
void tdi_colour_clear(TdiColour *colour);

/* Whether the recipe's tone looks at the view. */
bool tdi_tone_needs_sample(const TdRecipe *recipe);

/* Find the tone's line and ranks (tone.c). `sample`: `points` points of the view, of
 * `outputs` values each; NULL where it is not needed. The picture's floating-point mode must be
 * in place. */
void tdi_colour_set_tone(TdiColour *colour, const TdRecipe *recipe, const float *sample,
                         size_t points, uint32_t outputs);

/* A line for one output that has no bounds: its largest magnitude in the sample and the
 * opposite of that go to 1 and 0. */
void tdi_colour_set_signed(TdiColour *colour, const TdRecipe *recipe, const float *sample,
                           size_t points);

/* Whether an encoded value is scale v + offset, clipped, of the output v of its channel; and
 * whether the palette clips what lies outside of sRGB. */
bool tdi_colour_is_linear(const TdiColour *colour);
bool tdi_colour_clips(const TdiColour *colour);

/* Rows of scratch that tdi_colour_apply wants behind `spare`. */
uint32_t tdi_colour_spare_rows(const TdiColour *colour);

/* Encoded colour of `points` points (a multiple of TD_POINT_GRAIN) whose outputs stand in rows
 * `stride` floats apart, which are changed; gives the first of the rows of channels. */
float *tdi_colour_apply(const TdiColour *colour, float *rows, size_t stride, size_t points,
                        float *spare);

/* Both steps of that: from outputs to u, and from u to encoded colour. */
void tdi_colour_tone(const TdiColour *colour, float *rows, size_t stride, size_t points);
float *tdi_colour_paint(const TdiColour *colour, float *rows, size_t stride, size_t points,
                        float *spare);

/* From u to linear sRGB that is not clipped, in the same rows; false, and nothing is done,
 * where the palette does not clip. */
bool tdi_colour_brighten(const TdiColour *colour, float *rows, size_t stride, size_t points);

/* From outputs to that. */
void tdi_colour_linear(const TdiColour *colour, float *rows, size_t stride, size_t points);

/* What a palette that is a table does for u from `low` to `high`: the steepest slope of an
 * encoded value, and whether a channel is clipped in a part of it, which makes a corner. */
void tdi_colour_look(const TdiColour *colour, float low, float high, float *steepest,
                     bool *clips);

/* Round `count` pixels of a tile from number `first` on, whose sums of `samples` encoded values
 * stand in rows, which are changed, to where they belong; `out` is where the tile's first pixel
 * goes. */
void tdi_colour_store(const TdiColour *colour, TdiTile tile, uint32_t first, uint32_t count,
                      float *sums, size_t stride, float samples, unsigned char *out,
                      size_t row_bytes);

#endif
