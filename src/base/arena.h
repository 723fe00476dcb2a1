/* Memory that is given out piece by piece and freed at once, and arrays that grow. */
#ifndef TDI_ARENA_H
#define TDI_ARENA_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed: nothing was taken. */
typedef struct TdiArena {
    struct TdiArenaBlock *blocks; /* the newest first */
    size_t used;                  /* bytes of it */
    size_t total;                 /* bytes of all blocks */
} TdiArena;

/* `count` zeroed objects of `size` bytes, aligned to 16; NULL where there is no memory. */
void *tdi_arena_take(TdiArena *arena, uint64_t count, uint64_t size);

/* A terminated copy of `length` bytes; NULL where there is no memory. */
const char *tdi_arena_words(TdiArena *arena, const char *words, size_t length);

/* Frees all pieces; the arena may be used again. */
void tdi_arena_free(TdiArena *arena);

/* `array` with room for one more object of `size` bytes behind its `count`; it may have moved.
 * *capacity is what it has room for, 0 and a NULL array at first. New room is zeroed. NULL
 * where there is no memory, and the old array stays. Free it with tdi_free. */
void *tdi_grow(void *array, size_t count, size_t *capacity, size_t size);

#endif
