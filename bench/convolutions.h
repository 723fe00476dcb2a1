/* A network on a raster, layer by layer: what bench/convolutions.py measures. The first layer
 * makes channels of each cell's inputs; all others are convolutions of odd sizes without
 * padding, and a box of `raster` cells a side of the last one's output is asked for. */
#ifndef BENCH_CONVOLUTIONS_H
#define BENCH_CONVOLUTIONS_H

#include <stdbool.h>

#include <tiedye/network.h>

typedef struct Convolutions {
    TdConvnet *convnet; /* NULL: there is none */
    TdBox inside;       /* of the last layer's output */
    TdBox around;       /* of the first one's, that all others take to make it */
    float *inputs;      /* of the network, in `around` */
    float *outputs;     /* of the last layer, in `inside` */
} Convolutions;

/* Make it of the recipe FILE.tie, and then forget it. False with a message in `err`. */
bool convolutions_make(Convolutions *all, const char *file, const TdRun *run, TdError *err);
void convolutions_forget(Convolutions *all);

/* What the first layer makes goes to a file: channels, planes, lines, cells. */
bool convolutions_feed(Convolutions *all, const TdRun *run, const char *path, TdError *err);

/* Every `stride`th line of the outputs goes to a file. */
bool convolutions_check(Convolutions *all, const TdRun *run, const char *path, size_t stride,
                        TdError *err);

/* How often a second the outputs come of inputs that are already there: the time to fill these
 * by themselves is taken off. */
bool convolutions_time(Convolutions *all, const TdRun *run, double seconds, double *rate,
                       TdError *err);

#endif
