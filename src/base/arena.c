#include "base/arena.h"

#include <string.h>

#include "base/memory.h"

enum { LEAST_BLOCK = 1 << 12, GREATEST_BLOCK = 1 << 20, ALIGNMENT = 16 };

typedef struct TdiArenaBlock {
    struct TdiArenaBlock *next;
    size_t size;
    _Alignas(ALIGNMENT) char bytes[];
} TdiArenaBlock;

/* Blocks double, so that small arenas are small and large ones have few blocks. */
static TdiArenaBlock *add_block(TdiArena *arena, size_t bytes)
{
    size_t size = arena->total < LEAST_BLOCK      ? LEAST_BLOCK
                  : arena->total > GREATEST_BLOCK ? GREATEST_BLOCK
                                                  : arena->total;
    size = size < bytes ? bytes : size;
    TdiArenaBlock *block = tdi_alloc(1, tdi_add_size(sizeof *block, size));
    if (block == NULL)
        return NULL;
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->total += size;
    arena->used = 0;
    return block;
}

void *tdi_arena_take(TdiArena *arena, uint64_t count, uint64_t size)
{
    uint64_t bytes = tdi_mul_size(count, size);
    if (bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    TdiArenaBlock *block = arena->blocks;
    if (block == NULL || block->size - arena->used < bytes)
        block = add_block(arena, (size_t)bytes);
    if (block == NULL)
        return NULL;
    void *piece = block->bytes + arena->used;
    arena->used += (size_t)bytes;
    return piece;
}

const char *tdi_arena_words(TdiArena *arena, const char *words, size_t length)
{
    char *copy = tdi_arena_take(arena, tdi_add_size(length, 1), 1);
    if (copy != NULL && length > 0)
        memcpy(copy, words, length);
    return copy;
}

void tdi_arena_free(TdiArena *arena)
{
    while (arena->blocks != NULL) {
        TdiArenaBlock *next = arena->blocks->next;
        tdi_free(arena->blocks);
        arena->blocks = next;
    }
    *arena = (TdiArena){0};
}

void *tdi_grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    size_t more = *capacity < 8 ? 16 : *capacity * 2;
    uint64_t bytes = tdi_mul_size(more, size);
    if (bytes > SIZE_MAX / 2)
        return NULL;
    char *grown = tdi_realloc(array, *capacity * size, (size_t)bytes);
    if (grown == NULL)
        return NULL;
    memset(grown + *capacity * size, 0, (size_t)bytes - *capacity * size);
    *capacity = more;
    return grown;
}
