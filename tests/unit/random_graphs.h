/* Random networks, whose parts repeat. Include after cmocka.h. */
#ifndef TEST_RANDOM_GRAPHS_H
#define TEST_RANDOM_GRAPHS_H

#include "unit/made_graphs.h"

/* A network that grows: what grows from equal seeds is equal. */
typedef struct Grower {
    TdiGraph *graph;
    int mask; /* an input that many take */
    int left; /* operators that may still come */
} Grower;

static int grow_part(Grower *grower, uint64_t seed, int depth, int x);

static int grow_layer(Grower *grower, Chance *chance, int x)
{
    static const char *const acts[] = {"Relu", "Sigmoid", "Tanh"};
    int width = 4 << chance_below(chance, 2), kernel = 1 + 2 * chance_below(chance, 3);
    int kind = chance_below(chance, 8);
    if (kind == 0)
        return add_two(grower->graph, "Add", x, grower->mask);
    if (kind == 1) {
        int past = add_input(grower->graph, "past", SIZES(1, 1, 1, 1));
        return add_two(grower->graph, "Mul", past, x);
    }
    x = add_conv(grower->graph, x, width, kernel);
    if (kind > 4)
        x = add_one(grower->graph, acts[kind - 5], x);
    return x;
}

static int grow_repeat(Grower *grower, Chance *chance, int depth, int x)
{
    uint64_t seed = chance_next(chance);
    for (int copies = 2 + chance_below(chance, 4); copies > 0; copies--)
        x = grow_part(grower, seed, depth - 1, x);
    return x;
}

/* The first may change the size. */
static int grow_residual(Grower *grower, Chance *chance, int depth, int x)
{
    TdiGraph *graph = grower->graph;
    uint64_t seed = chance_next(chance);
    bool changes = chance_below(chance, 2) == 0;
    int stride = 1 + chance_below(chance, 2), width = changes ? 8 : channels_of(graph, x);
    for (int copies = 1 + chance_below(chance, 4); copies > 0; copies--) {
        int y = grow_part(grower, seed, depth - 1, x), shortcut = x;
        y = add_conv_of(graph, y, width, 3, changes ? stride : 1, -1);
        if (changes)
            shortcut = add_conv_of(graph, x, width, 1, stride, -1);
        x = copies % 2 == 0 ? add_two(graph, "Add", y, shortcut)
                            : add_two(graph, "Add", shortcut, y);
        changes = false;
    }
    return x;
}

static int grow_branches(Grower *grower, Chance *chance, int depth, int x)
{
    int branches[7], count = 2 + chance_below(chance, 3);
    uint64_t seed = chance_next(chance);
    bool equal = chance_below(chance, 4) == 0;
    count += equal ? 2 : 0;
    for (int i = 0; i < count; i++)
        branches[i] = chance_below(chance, 5) == 0
                          ? x
                          : grow_part(grower, equal ? seed : chance_next(chance), depth - 1, x);
    return add_concat(grower->graph, count, branches);
}

/* Each layer takes what all before it made. */
static int grow_dense(Grower *grower, Chance *chance, int x)
{
    int all[6] = {x}, count = 1, more = 2 + chance_below(chance, 4);
    for (int i = 0; i < more; i++) {
        int from = count > 1 ? add_concat(grower->graph, count, all) : x;
        all[count++] = add_conv(grower->graph, from, 4, 3);
    }
    return add_concat(grower->graph, count, all);
}

/* Sums and differences of whatever was made before; all that is left over is summed. */
static int grow_core(Grower *grower, Chance *chance, int x)
{
    TdiGraph *graph = grower->graph;
    int made[12] = {x}, count = 1, left[12] = {0}, width = channels_of(graph, x);
    while (count < 9) {
        int a = chance_below(chance, count), b = chance_below(chance, count);
        int kind = chance_below(chance, 4);
        made[count] = kind == 0   ? add_two(graph, "Sub", made[a], made[b])
                      : kind == 1 ? add_two(graph, "Add", made[a], made[b])
                                  : add_conv(graph, made[a], width, 1 + 2 * (kind - 2));
        left[a] = -1;
        left[b] = kind < 2 ? -1 : left[b];
        count++;
    }
    int sum = made[count - 1];
    for (int i = 1; i + 1 < count; i++)
        if (left[i] == 0)
            sum = add_two(graph, "Add", sum, made[i]);
    return sum;
}

/* Two outputs of one operator. */
static int grow_split(Grower *grower, Chance *chance, int depth, int x)
{
    TdiGraph *graph = grower->graph;
    TdiAttribute axis = {.name = "axis", .whole = (const int64_t[]){1}, .count = 1};
    x = add_conv(graph, x, 8, 1);
    int half = add_full(graph, "Split", INPUTS(x), 1, &axis, 2);
    bool swap = chance_below(chance, 2) == 0;
    int y = grow_part(grower, chance_next(chance), depth - 1, swap ? half + 1 : half);
    return add_concat(graph, INPUTS(y, swap ? half : half + 1));
}

static int grow_part(Grower *grower, uint64_t seed, int depth, int x)
{
    Chance chance = seed;
    int kind = depth > 0 && --grower->left > 0 ? chance_below(&chance, 11) : 0;
    switch (kind) {
    case 3:
    case 4:
        for (int i = 0; i < 3; i++)
            x = grow_part(grower, chance_next(&chance), depth - 1, x);
        return x;
    case 5:
        return grow_repeat(grower, &chance, depth, x);
    case 6:
        return grow_residual(grower, &chance, depth, x);
    case 7:
        return grow_branches(grower, &chance, depth, x);
    case 8:
        return chance_below(&chance, 2) == 0 ? grow_dense(grower, &chance, x)
                                             : grow_core(grower, &chance, x);
    case 9:
        return grow_split(grower, &chance, depth, x);
    case 10: /* a head that hangs on it */
        tdi_graph_output(grower->graph, add_conv(grower->graph, x, 16, 5));
        return grow_layer(grower, &chance, x);
    default:
        return grow_layer(grower, &chance, x);
    }
}

/* A network, the same for equal seeds. */
static void grow_network(uint64_t seed, TdiGraph *graph)
{
    Chance chance = seed;
    Grower grower = {.graph = graph, .left = 150};
    bool first = chance_below(&chance, 2) == 0;
    *graph = (TdiGraph){0};
    if (first)
        grower.mask = add_input(graph, "mask", SIZES(1, 1, 1, 1));
    int x = add_input(graph, "x", SIZES(1, 8, 64, 64));
    if (!first)
        grower.mask = add_input(graph, "mask", SIZES(1, 1, 1, 1));
    for (int parts = 1 + chance_below(&chance, 6); parts > 0; parts--)
        x = grow_part(&grower, chance_next(&chance), 1 + chance_below(&chance, 4), x);
    tdi_graph_output(graph, add_one(graph, "GlobalAveragePool", x));
}

#endif
