/* Counting evaluations: see count.c. */
#ifndef BENCH_COUNT_H
#define BENCH_COUNT_H

void count_begin(void);

/* At how many points networks were evaluated since count_begin. */
unsigned long long count_end(void);

#endif
