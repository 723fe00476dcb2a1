/* The only place that asks the system for memory. */
#ifndef TDI_MEMORY_H
#define TDI_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* `count` objects of `size` bytes, zeroed, aligned to 64 bytes; NULL where the product is more
 * than the machine can address or there is no memory. A count of 0 gives a valid pointer. Free
 * with tdi_free. */
void *tdi_alloc(uint64_t count, uint64_t size);

/* Grow or shrink a block of `old_bytes` bytes to `new_bytes`, which are not zeroed; NULL leaves
 * the old block as it was. `block` may be NULL. */
void *tdi_realloc(void *block, size_t old_bytes, size_t new_bytes);

/* Takes NULL. */
void tdi_free(void *block);

/* Bytes of memory of the machine (or of its control group, where that is less). */
uint64_t tdi_machine_memory(void);

/* Products and sums of sizes that stay at UINT64_MAX instead of wrapping round. */
uint64_t tdi_mul_size(uint64_t a, uint64_t b);
uint64_t tdi_add_size(uint64_t a, uint64_t b);

#endif
