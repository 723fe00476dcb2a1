/* A film's encoder alone. */
#ifndef BENCH_ENCODE_H
#define BENCH_ENCODE_H

#include <stdbool.h>

/* words: of a format, a file of frames (8-bit RGB), their width and height, how many they are,
 * and the film to be written. False: it has said what went wrong. */
bool encode_film(int threads, char *const words[6]);

#endif
