/* How long it takes to read, fold and draw a network. */
#ifndef BENCH_DIAGRAMS_H
#define BENCH_DIAGRAMS_H

#include <stdbool.h>

/* words: a source, as td_diagram_read takes it, and how often. Prints the least seconds for
 * reading and folding it and for drawing it as SVG. False: it has said what went wrong. */
bool time_diagram(char *const words[2]);

#endif
