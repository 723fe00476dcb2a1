#include "base/memory.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALIGNMENT = 64 };

/* calloc aligns for every type, so there is room for a pointer before an aligned block. */
_Static_assert(_Alignof(max_align_t) >= sizeof(void *), "no room for the pointer");

/* calloc, because large blocks come from the system as zeros and need not be touched. The block
 * that it gave is remembered in front of the aligned one. */
void *tdi_alloc(uint64_t count, uint64_t size)
{
    uint64_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    size_t padded = ((size_t)bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    char *given = calloc(1, padded + ALIGNMENT);
    if (given == NULL)
        return NULL;
    char *block = given + ALIGNMENT - (uintptr_t)given % ALIGNMENT;
    memcpy(block - sizeof given, &given, sizeof given);
    return block;
}

void *tdi_realloc(void *block, size_t old_bytes, size_t new_bytes)
{
    void *grown = tdi_alloc(new_bytes, 1);
    if (grown == NULL)
        return NULL;
    if (block != NULL)
        memcpy(grown, block, old_bytes < new_bytes ? old_bytes : new_bytes);
    tdi_free(block);
    return grown;
}

void tdi_free(void *block)
{
    char *given = NULL;
    if (block != NULL)
        memcpy(&given, (char *)block - sizeof given, sizeof given);
    free(given);
}

/* The limit of the control group that a container runs in, UINT64_MAX where there is none. */
static uint64_t group_memory(void)
{
    unsigned long long bytes;
    FILE *file = fopen("/sys/fs/cgroup/memory.max", "re");
    if (file == NULL)
        return UINT64_MAX;
    int found = fscanf(file, "%llu", &bytes);
    fclose(file);
    return found == 1 ? bytes : UINT64_MAX;
}

uint64_t tdi_machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    uint64_t physical = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 1u << 30;
    uint64_t group = group_memory();
    return group < physical ? group : physical;
}

uint64_t tdi_mul_size(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

uint64_t tdi_add_size(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}
