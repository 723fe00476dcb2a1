/* How many float32 operations a second the machine's multipliers and adders can do when nothing
 * else is in their way: chains of multiply-adds on registers alone. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include <stddef.h>

/* Loop i: "avx2 --fast" with one operation for multiply and add, "avx2" with one for each; NULL
 * where there is no loop i, or none that this machine can run. */
enum { PEAK_LOOPS = 5 };
const char *peak_name(size_t i);

/* Operations a second (a multiply-add is two), of all threads together. 0 where there is no
 * such loop. */
double peak_rate(const char *name, int threads, double seconds);

/* Seconds since some moment. */
double now(void);

#endif
