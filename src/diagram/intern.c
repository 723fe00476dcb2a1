#include "diagram/intern.h"

#include <string.h>

#include "base/memory.h"

typedef struct TdiInterned {
    const char *bytes;
    size_t length;
    uint64_t hash;
} TdiInterned;

/* FNV-1a, and a last mix, as the table takes the low bits. */
static uint64_t hash_of(const unsigned char *bytes, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

static void put(TdiInterner *interner, int number, uint64_t hash)
{
    size_t mask = interner->slot_count - 1, slot = hash & mask;
    while (interner->slots[slot] != 0)
        slot = (slot + 1) & mask;
    interner->slots[slot] = number + 1;
}

static bool grow_slots(TdiInterner *interner)
{
    if (interner->count * 2 < interner->slot_count)
        return true;
    size_t more = interner->slot_count == 0 ? 64 : interner->slot_count * 2;
    int *slots = tdi_alloc(more, sizeof *slots);
    if (slots == NULL)
        return false;
    tdi_free(interner->slots);
    interner->slots = slots;
    interner->slot_count = more;
    for (size_t i = 0; i < interner->count; i++)
        put(interner, (int)i, interner->entries[i].hash);
    return true;
}

static int find(const TdiInterner *interner, const void *bytes, size_t length, uint64_t hash)
{
    size_t mask = interner->slot_count - 1;
    for (size_t slot = hash & mask; interner->slots[slot] != 0; slot = (slot + 1) & mask) {
        const TdiInterned *entry = &interner->entries[interner->slots[slot] - 1];
        if (entry->hash == hash && entry->length == length &&
            (length == 0 || memcmp(entry->bytes, bytes, length) == 0))
            return interner->slots[slot] - 1;
    }
    return -1;
}

static int add(TdiInterner *interner, const void *bytes, size_t length, uint64_t hash)
{
    const char *copy = tdi_arena_words(&interner->bytes, bytes, length);
    TdiInterned *entries =
        tdi_grow(interner->entries, interner->count, &interner->room, sizeof *entries);
    if (entries != NULL)
        interner->entries = entries;
    if (copy == NULL || entries == NULL) {
        interner->failed = true;
        return -1;
    }
    entries[interner->count] = (TdiInterned){copy, length, hash};
    put(interner, (int)interner->count, hash);
    return (int)interner->count++;
}

int tdi_intern(TdiInterner *interner, const void *bytes, size_t length)
{
    uint64_t hash = hash_of(bytes, length);
    if (!grow_slots(interner)) {
        interner->failed = true;
        return -1;
    }
    int number = find(interner, bytes, length, hash);
    return number >= 0 ? number : add(interner, bytes, length, hash);
}

int tdi_intern_numbers(TdiInterner *interner, const int *numbers, size_t count)
{
    return tdi_intern(interner, numbers, count * sizeof *numbers);
}

void tdi_interner_free(TdiInterner *interner)
{
    tdi_free(interner->entries);
    tdi_free(interner->slots);
    tdi_arena_free(&interner->bytes);
    *interner = (TdiInterner){0};
}
