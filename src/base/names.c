#include "base/names.h"

#include <string.h>

#include "base/memory.h"

typedef struct TdiNameSlot {
    TdiWords name;
    int number;
    bool taken;
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

/* FNV-1a, begun with where the table lies: names that collide in one run do not in the next.
 */
static size_t hash(const TdiNames *names, TdiWords name)
{
    uint64_t sum = UINT64_C(14695981039346656037) ^ (uint64_t)(uintptr_t)names->slots;
    for (size_t i = 0; i < name.length; i++)
        sum = (sum ^ (unsigned char)name.at[i]) * UINT64_C(1099511628211);
    return (size_t)(sum ^ sum >> 29);
}

/* The slot of a name, or the free one where it would stand. */
static TdiNameSlot *slot_of(const TdiNames *names, TdiWords name)
{
    size_t at = hash(names, name) & (names->room - 1);
    while (names->slots[at].taken && !tdi_words_equal(names->slots[at].name, name))
        at = (at + 1) & (names->room - 1);
    return &names->slots[at];
}

static bool enlarge(TdiNames *names)
{
    TdiNames larger = {.room = names->room == 0 ? LEAST_ROOM : names->room * 2,
                       .count = names->count};
    larger.slots = tdi_alloc(larger.room, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < names->room; i++)
        if (names->slots[i].taken)
            *slot_of(&larger, names->slots[i].name) = names->slots[i];
    tdi_free(names->slots);
    *names = larger;
    return true;
}

int *tdi_names_find(const TdiNames *names, TdiWords name)
{
    TdiNameSlot *slot = names->room == 0 ? NULL : slot_of(names, name);
    return slot == NULL || !slot->taken ? NULL : &slot->number;
}

bool tdi_names_add(TdiNames *names, TdiWords name, int number)
{
    if (names->count >= names->room / 2 && !enlarge(names)) {
        names->failed = true;
        return false;
    }
    TdiNameSlot *slot = slot_of(names, name);
    if (slot->taken)
        return false;
    *slot = (TdiNameSlot){name, number, true};
    names->count++;
    return true;
}

void tdi_names_free(TdiNames *names)
{
    tdi_free(names->slots);
    *names = (TdiNames){0};
}
