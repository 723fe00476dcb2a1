/* How many thumbnails of a gallery are looked at in a second. */
#ifndef BENCH_THUMBNAILS_H
#define BENCH_THUMBNAILS_H

#include <stdbool.h>

/* words: how many, a seed, and "random" for random recipes or "seeds" for the seeds of the
 * default recipe. Prints thumbnails a second, all that a gallery computes included. False: it
 * has said what went wrong. */
bool time_thumbnails(int threads, char *const words[3]);

#endif
