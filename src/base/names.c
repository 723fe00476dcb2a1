#include "base/names.h"

#include <string.h>

#include "base/memory.h"

typedef struct TdiNameSlot {
    TdiWords name;
    uint32_t hash; /* 0: free */
    int number;
} TdiNameSlot;

enum { LEAST_ROOM = 32 };

bool tdi_words_equal(TdiWords a, TdiWords b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

bool tdi_words_are(TdiWords words, const char *text)
{
    return tdi_words_equal(words, (TdiWords){text, strlen(text)});
}

/* FNV-1a, begun with where the table first lay: names that collide in one run do not in the
 * next. Never 0. */
static uint32_t hash_of(const TdiNames *names, TdiWords name)
{
    uint64_t sum = UINT64_C(14695981039346656037) ^ names->seed;
    for (size_t i = 0; i < name.length; i++)
        sum = (sum ^ (unsigned char)name.at[i]) * UINT64_C(1099511628211);
    return (uint32_t)(sum ^ sum >> 32) | 1u << 31;
}

/* The slot of a name, or the free one where it would stand. */
static TdiNameSlot *slot_of(const TdiNames *names, TdiWords name, uint32_t hash)
{
    size_t at = hash & (names->room - 1);
    while (names->slots[at].hash != 0 &&
           (names->slots[at].hash != hash || !tdi_words_equal(names->slots[at].name, name)))
        at = (at + 1) & (names->room - 1);
    return &names->slots[at];
}

static bool enlarge(TdiNames *names)
{
    TdiNames larger = {.room = names->room == 0 ? LEAST_ROOM : names->room * 2,
                       .count = names->count,
                       .seed = names->seed};
    larger.slots = tdi_alloc(larger.room, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    if (names->room == 0)
        larger.seed = (uint64_t)(uintptr_t)larger.slots;
    for (size_t i = 0; i < names->room; i++)
        if (names->slots[i].hash != 0)
            *slot_of(&larger, names->slots[i].name, names->slots[i].hash) = names->slots[i];
    tdi_free(names->slots);
    *names = larger;
    return true;
}

int *tdi_names_find(const TdiNames *names, TdiWords name)
{
    if (names->room == 0)
        return NULL;
    TdiNameSlot *slot = slot_of(names, name, hash_of(names, name));
    return slot->hash == 0 ? NULL : &slot->number;
}

bool tdi_names_add(TdiNames *names, TdiWords name, int number)
{
    if (names->count >= names->room / 2 && !enlarge(names)) {
        names->failed = true;
        return false;
    }
    uint32_t hash = hash_of(names, name);
    TdiNameSlot *slot = slot_of(names, name, hash);
    if (slot->hash != 0)
        return false;
    *slot = (TdiNameSlot){name, hash, number};
    names->count++;
    return true;
}

void tdi_names_free(TdiNames *names)
{
    tdi_free(names->slots);
    *names = (TdiNames){0};
}
