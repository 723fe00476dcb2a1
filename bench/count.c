/* How many points networks are evaluated at: the linker puts these functions in front of the
 * library's own (cmake/Tests.cmake), which are all the ways into a network's first layer. */
#include "count.h"

#include <stdatomic.h>

#include <tiedye/network.h>

static atomic_ullong counted;
static atomic_bool counting;

static void count(size_t points)
{
    if (atomic_load_explicit(&counting, memory_order_relaxed))
        atomic_fetch_add_explicit(&counted, points, memory_order_relaxed);
}

void count_begin(void)
{
    atomic_store(&counted, 0);
    atomic_store(&counting, true);
}

unsigned long long count_end(void)
{
    atomic_store(&counting, false);
    return atomic_load(&counted);
}

float *__real_td_plan_evaluate(const TdPlan *plan, void *scratch, size_t points);
float *__wrap_td_plan_evaluate(const TdPlan *plan, void *scratch, size_t points);
float *__wrap_td_plan_evaluate(const TdPlan *plan, void *scratch, size_t points)
{
    count(points);
    return __real_td_plan_evaluate(plan, scratch, points);
}

float *__real_td_plan_finish(const TdPlan *plan, void *scratch, size_t points);
float *__wrap_td_plan_finish(const TdPlan *plan, void *scratch, size_t points);
float *__wrap_td_plan_finish(const TdPlan *plan, void *scratch, size_t points)
{
    count(points);
    return __real_td_plan_finish(plan, scratch, points);
}

float *__real_td_plan_layers(const TdPlan *plan, uint32_t first, uint32_t end, void *scratch,
                             size_t points);
float *__wrap_td_plan_layers(const TdPlan *plan, uint32_t first, uint32_t end, void *scratch,
                             size_t points);
float *__wrap_td_plan_layers(const TdPlan *plan, uint32_t first, uint32_t end, void *scratch,
                             size_t points)
{
    count(first == 0 && end > 0 ? points : 0);
    return __real_td_plan_layers(plan, first, end, scratch, points);
}

float *__real_td_plan_sums(const TdPlan *plan, uint32_t layer, void *scratch, size_t points);
float *__wrap_td_plan_sums(const TdPlan *plan, uint32_t layer, void *scratch, size_t points);
float *__wrap_td_plan_sums(const TdPlan *plan, uint32_t layer, void *scratch, size_t points)
{
    count(layer == 0 ? points : 0);
    return __real_td_plan_sums(plan, layer, scratch, points);
}
