/* Where the pictures of a drawing of the inside of a network lie: the inputs on the left, the
 * hidden layers one below the other, the output on the right. */
#ifndef TDI_INSIDE_LAYOUT_H
#define TDI_INSIDE_LAYOUT_H

#include "tiedye/recipe.h"

enum {
    TDI_MOST_NEURONS = 64,  /* of a layer beside others; of wider ones a sample is shown */
    TDI_PAGE_NEURONS = 512, /* of a layer that is drawn alone */
    TDI_PAGE_LAYERS = 16,   /* hidden ones */
    TDI_MOST_BLOCKS = TDI_PAGE_LAYERS + TD_INPUT_COUNT + 2
};

/* Pictures of one size that belong together, `columns` beside each other. */
typedef struct TdiBlock {
    uint32_t layer;        /* from 1 on; 0: the inputs */
    bool whole;            /* one picture of all outputs in colour, else a picture a neuron */
    uint32_t neurons;      /* of the layer */
    uint32_t first, shown; /* the neurons shown; the first one from 0 on */
    bool sampled;          /* evenly spaced ones, from `first` on */
    uint32_t columns;
    uint32_t x, y;          /* corner of the first picture */
    uint32_t width, height; /* of a picture */
} TdiBlock;

typedef struct TdiInsideLayout {
    TdiBlock blocks[TDI_MOST_BLOCKS];
    uint32_t count;
    uint32_t gap;
    uint32_t letter, line, foot; /* a letter's height (em); of a line above a block, and below
                                  * all; 0 without captions */
    uint32_t numbers;            /* room on the left of the hidden layers */
    uint32_t diagram_height;     /* of the strip with the network's diagram, above all */
    uint32_t from, to;           /* hidden layers on this page; 0: none */
    uint32_t pages;
    uint32_t arrows[2], arrow; /* x of the arrows, and their width; 0: none */
    uint32_t width, height;    /* of the whole */
} TdiInsideLayout;

/* The layout of a recipe, whatever its `draw` is. TD_ERROR_RECIPE where layer, neuron or page
 * are none of the network's, or it would pass the pixels that a file may have. */
TdStatus tdi_inside_layout(const TdRecipe *recipe, TdiInsideLayout *layout, TdError *err);

/* The number from 0 on of the neuron that picture i of a block shows. */
uint32_t tdi_block_neuron(const TdiBlock *block, uint32_t i);

/* Lines of pictures in a block, and pictures in line `line`. */
uint32_t tdi_block_lines(const TdiBlock *block);
uint32_t tdi_block_in_line(const TdiBlock *block, uint32_t line);

/* Whether pixel (x, y) belongs to a picture; *until: as of td_draw_covers. */
bool tdi_inside_covers(const TdiInsideLayout *layout, uint32_t x, uint32_t y, uint32_t *until);

#endif
