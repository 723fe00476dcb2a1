#include "search/choose.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { NUMBERS = TD_LOOK_NUMBERS };

static const struct {
    size_t numbers;
    double weight;
} parts[TD_LOOK_PART_COUNT] = {
#define PART_OF(ID, COUNT, WEIGHT) {COUNT, WEIGHT},
    TD_LOOK_PARTS(PART_OF)
#undef PART_OF
};

/* ---- Scales -------------------------------------------------------------------------- */

static double variance_at(const TdLook *looks, size_t count, size_t number)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        sum += looks[i].numbers[number];
    double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++) {
        double away = looks[i].numbers[number] - mean;
        squares += away * away;
    }
    return squares / (double)count;
}

static void scale_part(TdiChoice *choice, size_t first, size_t numbers, double weight)
{
    const double alike = 1e-6; /* looks that differ less are the same */
    double variance = alike;
    for (size_t n = 0; n < numbers; n++)
        variance += variance_at(choice->looks, choice->count, first + n);
    double scale = weight / __builtin_sqrt(variance);
    for (size_t i = 0; i < choice->count; i++)
        for (size_t n = first; n < first + numbers; n++)
            choice->points[i * NUMBERS + n] = (float)(choice->looks[i].numbers[n] * scale);
}

TdStatus tdi_choice_init(TdiChoice *choice, const TdLook *looks, size_t count, TdError *err)
{
    size_t first = 0;
    *choice = (TdiChoice){.count = count, .looks = looks};
    choice->points = tdi_alloc(count, NUMBERS * sizeof *choice->points);
    if (choice->points == NULL)
        return tdi_fail_memory(err, count * NUMBERS * sizeof *choice->points);
    for (size_t part = 0; part < TD_LOOK_PART_COUNT; part++) {
        scale_part(choice, first, parts[part].numbers, parts[part].weight);
        first += parts[part].numbers;
    }
    return TD_OK;
}

void tdi_choice_clear(TdiChoice *choice)
{
    tdi_free(choice->points);
    *choice = (TdiChoice){0};
}

/* Over the first `numbers` of them. */
static double apart_in(const TdiChoice *choice, size_t i, size_t k, size_t numbers)
{
    const float *p = choice->points + i * NUMBERS, *q = choice->points + k * NUMBERS;
    double sum = 0;
    for (size_t n = 0; n < numbers; n++)
        sum += ((double)p[n] - q[n]) * ((double)p[n] - q[n]);
    return sum;
}

double tdi_choice_apart(const TdiChoice *choice, size_t i, size_t k)
{
    return apart_in(choice, i, k, NUMBERS);
}

/* ---- Choosing ------------------------------------------------------------------------ */

/* One of the pool. */
typedef struct Member {
    uint32_t look;
    double interest, apart; /* apart: the square of the distance to the nearest chosen one */
} Member;

static int compare_members(const void *a, const void *b)
{
    const Member *p = a, *q = b;
    if (p->interest != q->interest)
        return p->interest > q->interest ? -1 : 1;
    return p->look < q->look ? -1 : p->look > q->look;
}

static Member *make_pool(const TdiChoice *choice)
{
    Member *pool = tdi_alloc(choice->count, sizeof *pool);
    for (size_t i = 0; pool != NULL && i < choice->count; i++)
        pool[i] = (Member){(uint32_t)i, choice->looks[i].interest, INFINITY};
    if (pool != NULL)
        qsort(pool, choice->count, sizeof *pool, compare_members);
    return pool;
}

/* The farthest of the pool; nothing is as near as what is chosen. */
static size_t farthest(const Member *pool, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (pool[i].apart > pool[best].apart)
            best = i;
    return best;
}

TdStatus tdi_choose(const TdiChoice *choice, size_t keep, uint32_t *chosen, TdError *err)
{
    size_t count = choice->count / 8 > 4 * keep ? choice->count / 8 : 4 * keep;
    count = count < choice->count ? count : choice->count;
    Member *pool = make_pool(choice);
    if (pool == NULL)
        return tdi_fail_memory(err, choice->count * sizeof *pool);
    for (size_t n = 0; n < keep; n++) {
        size_t best = farthest(pool, count);
        chosen[n] = pool[best].look;
        for (size_t i = 0; i < count; i++) {
            double apart = tdi_choice_apart(choice, pool[i].look, chosen[n]);
            pool[i].apart = apart < pool[i].apart ? apart : pool[i].apart;
        }
        pool[best].apart = -1;
    }
    tdi_free(pool);
    return TD_OK;
}

/* ---- Order --------------------------------------------------------------------------- */

/* How far two pictures are apart that hang side by side: in colour, which the first parts are.
 */
static double step(const TdiChoice *choice, uint32_t i, uint32_t k)
{
    size_t numbers = 0;
    for (size_t part = 0; part <= TD_LOOK_LIGHT; part++)
        numbers += parts[part].numbers;
    return __builtin_sqrt(apart_in(choice, i, k, numbers));
}

/* After each the nearest of those that are left. */
static void go_to_nearest(const TdiChoice *choice, uint32_t *chosen, size_t count)
{
    for (size_t n = 1; n < count; n++) {
        size_t nearest = n;
        for (size_t i = n + 1; i < count; i++)
            if (step(choice, chosen[n - 1], chosen[i]) <
                step(choice, chosen[n - 1], chosen[nearest]))
                nearest = i;
        uint32_t next = chosen[nearest];
        chosen[nearest] = chosen[n];
        chosen[n] = next;
    }
}

static void turn_round(uint32_t *chosen, size_t first, size_t last)
{
    for (; first < last; first++, last--) {
        uint32_t swapped = chosen[first];
        chosen[first] = chosen[last];
        chosen[last] = swapped;
    }
}

/* Turn pieces of the way round where that makes it shorter; false where none does. */
static bool shorten(const TdiChoice *choice, uint32_t *chosen, size_t count)
{
    const double worth = 1e-9;
    bool shorter = false;
    for (size_t i = 1; i + 1 < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            double now = step(choice, chosen[i - 1], chosen[i]);
            double then = step(choice, chosen[i - 1], chosen[k]);
            if (k + 1 < count) {
                now += step(choice, chosen[k], chosen[k + 1]);
                then += step(choice, chosen[i], chosen[k + 1]);
            }
            if (then < now - worth) {
                turn_round(chosen, i, k);
                shorter = true;
            }
        }
    return shorter;
}

void tdi_choice_arrange(const TdiChoice *choice, uint32_t *chosen, size_t count)
{
    enum { ROUNDS = 20 };
    go_to_nearest(choice, chosen, count);
    for (int round = 0; round < ROUNDS && shorten(choice, chosen, count); round++)
        continue;
}
