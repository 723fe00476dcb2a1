/* The words beside the pictures of the inside of a network. */
#ifndef TDI_INSIDE_WORDS_H
#define TDI_INSIDE_WORDS_H

#include "sheet/caption.h"
#include "sheet/inside_layout.h"

typedef struct TdiInsideWords {
    const TdRecipe *recipe;
    const TdiInsideLayout *layout;
    char *foot; /* owned */
} TdiInsideWords;

/* Find the words; recipe and layout must stay. TD_ERROR_MEMORY; clear it in any case. */
TdStatus tdi_inside_words_init(TdiInsideWords *words, const TdRecipe *recipe,
                               const TdiInsideLayout *layout, TdError *err);
void tdi_inside_words_clear(TdiInsideWords *words);

/* Draw them as far as the band reaches. */
TdStatus tdi_inside_words_draw(const TdiInsideWords *words, TdiFont *font,
                               const TdRaster *raster, const TdiBand *band, TdError *err);

#endif
