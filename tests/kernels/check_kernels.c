/* Every kernel of every instruction set against the reference, bit for bit (NaN as a class), on
 * odd sizes and on values that arithmetic stumbles over, in buffers that end (or begin) at a
 * page that must not be touched. `check_kernels --all [NAME...]` puts every float
 * through every activation (those named) instead, `check_kernels --bench` times the kernels,
 * `check_kernels SEED` replays.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if !defined(__wasm__)
#include <sys/mman.h>
#endif
#include <time.h>
#include <unistd.h>

#include "base/fpmode.h"
#include "tiedye/kernels.h"

/* ---- Values -------------------------------------------------------------------------- */

static uint64_t random_state;

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t to_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* How wild a buffer's values are. */
typedef enum Mood { TAME, LARGE, ANY_BITS, SPECIAL, MOODS } Mood;

static float random_value(Mood mood)
{
    static const uint32_t special[] = {
        0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001,
        0x00000001, 0x80000001, 0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x3f800000,
        0xbf800000, 0x42b17218, 0xc2cff1b5, 0x41100000, 0x40490fdb, 0x46fffe00, 0x4f000000};
    uint64_t r = next_random();
    float tame = (float)(int32_t)(uint32_t)r * 0x1p-29f; /* -4 to 4 */
    switch (mood) {
    case LARGE:
        return tame * 1000;
    case ANY_BITS:
        return from_bits((uint32_t)(r >> 16));
    case SPECIAL:
        return (r >> 60) == 0 ? tame
                              : from_bits(special[r % (sizeof special / sizeof *special)]);
    default:
        return tame;
    }
}

/* ---- Buffers ------------------------------------------------------------------------- */

typedef struct Buffer {
    float *data;
    size_t count;
    void *map;
    size_t map_bytes;
} Buffer;

#if defined(__wasm__)

/* There are no pages to forbid. */
static Buffer make_buffer(size_t count, bool guard_end)
{
    Buffer buffer = {.count = count};
    (void)guard_end;
    if (posix_memalign(&buffer.map, 64, count * sizeof(float) + 1) != 0) {
        perror("check_kernels");
        exit(2);
    }
    buffer.data = buffer.map;
    return buffer;
}

static void free_buffer(Buffer *buffer)
{
    free(buffer->map);
}

#else

/* `count` floats (a multiple of 16) whose end touches a forbidden page, or whose beginning
 * does. */
static Buffer make_buffer(size_t count, bool guard_end)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = count * sizeof(float);
    size_t inner = (bytes + page - 1) / page * page;
    Buffer buffer = {.count = count, .map_bytes = inner + 2 * page};
    buffer.map = mmap(NULL, buffer.map_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (buffer.map == MAP_FAILED ||
        (inner > 0 && /* some systems refuse to protect nothing */
         mprotect((char *)buffer.map + page, inner, PROT_READ | PROT_WRITE) != 0)) {
        perror("check_kernels: mmap");
        exit(2);
    }
    size_t offset = page + (guard_end ? inner - bytes : 0);
    buffer.data = (float *)(void *)((char *)buffer.map + offset);
    return buffer;
}

static void free_buffer(Buffer *buffer)
{
    munmap(buffer->map, buffer->map_bytes);
}

#endif

static void fill(Buffer *buffer, Mood mood)
{
    for (size_t i = 0; i < buffer->count; i++)
        buffer->data[i] = random_value(mood);
}

static long failures, checks;

/* Compare two results; says the first difference. */
static void compare(const char *kernel, TdCpu cpu, const Buffer *expected, const Buffer *found)
{
    checks++;
    for (size_t i = 0; i < expected->count; i++) {
        float a = expected->data[i], b = found->data[i];
        if (to_bits(a) == to_bits(b) || (a != a && b != b))
            continue;
        printf("%s, %s: value %zu is %a (%08x), reference %a (%08x)\n", kernel,
               td_cpu_name(cpu), i, (double)b, to_bits(b), (double)a, to_bits(a));
        failures++;
        return;
    }
}

/* ---- Kernels ------------------------------------------------------------------------- */

typedef struct Shape {
    size_t inputs, outputs, points, stride;
} Shape;

/* Weights that are special make nothing but NaN; inputs that are special make enough. */
static void check_dense(const TdKernels *kernels, Shape shape, Mood mood, bool guard_end)
{
    const TdKernels *reference = td_kernels(TD_CPU_REF, false);
    size_t in_count = shape.inputs == 0 ? 0 : (shape.inputs - 1) * shape.stride + shape.points;
    size_t rows = (shape.outputs + TD_OUTPUT_GRAIN - 1) / TD_OUTPUT_GRAIN * TD_OUTPUT_GRAIN;
    size_t out_count = (rows - 1) * shape.stride + shape.points;
    Buffer in = make_buffer(in_count, guard_end);
    Buffer weights = make_buffer(rows * shape.inputs, guard_end);
    Buffer bias = make_buffer(rows, guard_end);
    Buffer expected = make_buffer(out_count, guard_end),
           found = make_buffer(out_count, guard_end);
    TdDense layer = {weights.data, bias.data, shape.inputs, shape.outputs,
                     (TdActivation)(next_random() % TD_ACT_COUNT)};
    fill(&in, mood);
    fill(&weights, mood == SPECIAL ? TAME : mood);
    fill(&bias, TAME);
    fill(&expected, ANY_BITS); /* what lies between the rows must stay */
    memcpy(found.data, expected.data, out_count * sizeof(float));
    reference->dense(&layer, in.data, expected.data, shape.stride, shape.points);
    kernels->dense(&layer, in.data, found.data, shape.stride, shape.points);
    for (size_t o = shape.outputs; o < rows; o++) /* missing neurons are anything */
        memcpy(found.data + o * shape.stride, expected.data + o * shape.stride,
               shape.points * sizeof(float));
    compare("dense", kernels->cpu, &expected, &found);
    free_buffer(&in);
    free_buffer(&weights);
    free_buffer(&bias);
    free_buffer(&expected);
    free_buffer(&found);
}

#include "kernels/convolutions.h"

/* The first layer by rows, for points that lie within wider columns. */
static void check_row(const TdKernels *kernels, size_t outputs, size_t points, Mood mood)
{
    const size_t stride = points + TD_POINT_GRAIN;
    Buffer columns = make_buffer(outputs * stride, true), weights = make_buffer(outputs, true);
    Buffer expected = make_buffer(outputs * points, true),
           found = make_buffer(outputs * points, true);
    TdRow row = {columns.data + TD_POINT_GRAIN, stride, weights.data, outputs,
                 (TdActivation)(next_random() % TD_ACT_COUNT)};
    fill(&columns, mood);
    fill(&weights, TAME);
    float y = random_value(TAME);
    td_kernels(TD_CPU_REF, false)->row(&row, y, expected.data, points, points);
    kernels->row(&row, y, found.data, points, points);
    compare("row", kernels->cpu, &expected, &found);
    free_buffer(&columns);
    free_buffer(&weights);
    free_buffer(&expected);
    free_buffer(&found);
}

/* A kernel that changes values in place, under a name. */
typedef enum InPlace { ACTIVATION, ADD, TONE, SRGB, LOOKUP, PALETTE } InPlace;

typedef struct Call {
    InPlace kind;
    unsigned which;
    size_t count;
} Call;

static const TdOklabTurn turn = {{.6f, .03f, -.02f},
                                 {{.34f, .05f, 0}, {0, .16f, -.1f}, {.02f, .09f, .12f}}};

static void call(const TdKernels *kernels, Call c, Buffer *values, const Buffer *other)
{
    switch (c.kind) {
    case ACTIVATION:
        kernels->activation[c.which](values->data, c.count);
        break;
    case ADD:
        kernels->add(values->data, other->data, c.count);
        break;
    case TONE:
        kernels->tone(values->data, c.count, 0.37f, c.which == 0 ? 0.5f : -1.25f);
        break;
    case SRGB:
        kernels->srgb(values->data, c.count);
        break;
    case LOOKUP: /* `other` is the table */
        kernels->lookup(other->data, other->count - 1, values->data, values->data, c.count);
        break;
    case PALETTE:
        if (c.which == TD_PALETTE_OKLAB_SEEDED)
            kernels->oklab_turned(&turn, values->data, values->count / 3, c.count);
        else
            kernels->palette[c.which](values->data, values->count / 3, c.count);
        break;
    }
}

/* Palettes whose colours are computed: all that are not tables, and not rgb. */
enum { FIRST_PALETTE = TD_PALETTE_GRAY, LAST_PALETTE = TD_PALETTE_OKLAB_SEEDED };

static const char *call_name(Call c)
{
    switch (c.kind) {
    case ACTIVATION:
        return td_activation_info((TdActivation)c.which)->name;
    case PALETTE:
        return td_palette_info((TdPalette)c.which)->name;
    default:
        return c.kind == ADD    ? "add"
               : c.kind == TONE ? "tone"
               : c.kind == SRGB ? "srgb"
                                : "lookup";
    }
}

/* In [0, 1], both ends included. */
static float random_share(void)
{
    uint64_t r = next_random();
    return (r & 31) == 0 ? (float)(r >> 63) : (float)(r >> 40) * 0x1p-24f;
}

static void check_call(const TdKernels *kernels, Call c, Mood mood, bool guard_end)
{
    size_t count = c.kind == PALETTE ? 3 * c.count : c.count;
    Buffer expected = make_buffer(count, guard_end), found = make_buffer(count, guard_end);
    Buffer other = make_buffer(count, guard_end);
    fill(&expected, mood);
    fill(&other, mood);
    for (size_t i = 0; c.kind >= LOOKUP && i < count; i++) /* defined for u in [0, 1] */
        expected.data[i] = random_share();
    memcpy(found.data, expected.data, count * sizeof(float));
    call(td_kernels(TD_CPU_REF, false), c, &expected, &other);
    call(kernels, c, &found, &other);
    compare(call_name(c), kernels->cpu, &expected, &found);
    free_buffer(&expected);
    free_buffer(&found);
    free_buffer(&other);
}

static void check_in_place(const TdKernels *kernels, size_t count, Mood mood, bool guard_end)
{
    for (unsigned act = 0; act < TD_ACT_COUNT; act++)
        check_call(kernels, (Call){ACTIVATION, act, count}, mood, guard_end);
    check_call(kernels, (Call){ADD, 0, count}, mood, guard_end);
    for (unsigned which = 0; which < 2; which++)
        check_call(kernels, (Call){TONE, which, count}, mood, guard_end);
    check_call(kernels, (Call){SRGB, 0, count}, mood, guard_end);
    check_call(kernels, (Call){LOOKUP, 0, count}, mood, guard_end);
    for (unsigned palette = FIRST_PALETTE; palette <= LAST_PALETTE; palette++)
        check_call(kernels, (Call){PALETTE, palette, count}, mood, guard_end);
}

/* ---- Patches ------------------------------------------------------------------------- */

/* What the nodes' weights are does not matter here. */
static TdNodes random_nodes(void)
{
    TdNodes nodes;
    for (int a = 0; a < TD_PATCH_ORDER; a++)
        for (int j = 0; j < TD_PATCH_ORDER; j++)
            nodes.matrix[a][j] = random_value(TAME);
    return nodes;
}

static void check_nodes(const TdKernels *kernels, Mood mood)
{
    enum { COUNT = TD_PATCH_NODES * TD_PATCH_LANES, SURVEY = sizeof(TdSurvey) / sizeof(float) };
    const TdKernels *reference = td_kernels(TD_CPU_REF, false);
    TdNodes nodes = random_nodes();
    Buffer values = make_buffer(COUNT, true), expected = make_buffer(COUNT, true);
    Buffer found = make_buffer(COUNT, true);
    size_t at[TD_PATCH_NODES];
    fill(&values, mood);
    for (size_t k = 0; k < TD_PATCH_NODES; k++) /* in any order */
        at[k] = k * 50 % TD_PATCH_NODES * TD_PATCH_LANES;
    reference->transform(&nodes, values.data, expected.data);
    kernels->transform(&nodes, values.data, found.data);
    compare("transform", kernels->cpu, &expected, &found);
    expected.count = found.count = SURVEY;
    reference->survey(&nodes, values.data, at, (TdSurvey *)(void *)expected.data);
    kernels->survey(&nodes, values.data, at, (TdSurvey *)(void *)found.data);
    compare("survey", kernels->cpu, &expected, &found);
    expected.count = found.count = COUNT;
    free_buffer(&values);
    free_buffer(&expected);
    free_buffer(&found);
}

static void check_patch(const TdKernels *kernels, size_t count, size_t rows, size_t down,
                        size_t across, Mood mood)
{
    const TdKernels *reference = td_kernels(TD_CPU_REF, false);
    size_t stride = count + TD_PATCH_LANES;
    Buffer coefficients = make_buffer(TD_PATCH_NODES, true);
    Buffer basis = make_buffer(TD_PATCH_ORDER * stride, true);
    Buffer heights = make_buffer(TD_PATCH_ORDER * rows, true);
    Buffer columns[2], values[2];
    fill(&coefficients, mood);
    fill(&basis, TAME);
    fill(&heights, TAME);
    for (int i = 0; i < 2; i++) {
        const TdKernels *table = i == 0 ? reference : kernels;
        columns[i] = make_buffer(down * count, true);
        values[i] = make_buffer(rows * stride, true);
        memset(values[i].data, 0, values[i].count * sizeof(float));
        table->columns(coefficients.data, basis.data, stride, count, down, across,
                       columns[i].data, count);
        table->rows(columns[0].data, count, count, heights.data, down, rows, values[i].data,
                    stride);
    }
    compare("columns", kernels->cpu, &columns[0], &columns[1]);
    compare("rows", kernels->cpu, &values[0], &values[1]);
    for (int i = 0; i < 2; i++) {
        free_buffer(&columns[i]);
        free_buffer(&values[i]);
    }
    free_buffer(&coefficients);
    free_buffer(&basis);
    free_buffer(&heights);
}

/* Codes, and that nothing is written behind them. */
static void check_encode(const TdKernels *kernels, size_t count, Mood mood)
{
    size_t stride = (count + TD_PATCH_LANES - 1) / TD_PATCH_LANES * TD_PATCH_LANES;
    Buffer values = make_buffer(3 * stride, true);
    for (unsigned way = 0; way < 4; way++) {
        unsigned channels = way % 2 == 0 ? 3 : 1;
        bool wide = way >= 2;
        uint16_t expected[3 * 200 + 8], found[3 * 200 + 8];
        memset(expected, 0xa5, sizeof expected);
        memset(found, 0xa5, sizeof found);
        fill(&values, mood);
        for (size_t i = 0; mood == TAME && i < values.count; i++)
            values.data[i] = random_share() * 1.5f - 0.25f;
        td_kernels(TD_CPU_REF, false)
            ->encode(values.data, stride, channels, wide, count, expected);
        kernels->encode(values.data, stride, channels, wide, count, found);
        checks++;
        if (memcmp(expected, found, sizeof found) != 0) {
            printf("%s: encode, %u channels, %s: other codes\n", td_cpu_name(kernels->cpu),
                   channels, wide ? "16 bits" : "8 bits");
            failures++;
        }
    }
    free_buffer(&values);
}

/* ---- Rays -------------------------------------------------------------------------------- */

/* Polynomials along rays: `count` samples, channels some floats apart. */
static void check_along(const TdKernels *kernels, size_t count, size_t channels, Mood mood)
{
    const size_t stride = 3 * TD_PATCH_LANES, out_stride = (count + 1) * TD_PATCH_LANES;
    const size_t last = (channels * TD_PATCH_ORDER - 1) * stride + TD_PATCH_LANES;
    Buffer lines = make_buffer(last, true);
    Buffer first = make_buffer(TD_PATCH_LANES, true), step = make_buffer(TD_PATCH_LANES, true);
    Buffer expected = make_buffer((channels - 1) * out_stride + count * TD_PATCH_LANES, true);
    Buffer found = make_buffer(expected.count, true);
    fill(&lines, mood);
    for (size_t x = 0; x < TD_PATCH_LANES; x++) { /* in the block and beyond it */
        first.data[x] = mood == SPECIAL ? random_value(mood) : random_value(TAME) * 0.3f;
        step.data[x] = random_value(TAME) * 0.05f;
    }
    fill(&expected, ANY_BITS); /* what lies between the channels must stay */
    memcpy(found.data, expected.data, expected.count * sizeof(float));
    td_kernels(TD_CPU_REF, false)
        ->along(lines.data, stride, channels, first.data, step.data, count, expected.data,
                out_stride);
    kernels->along(lines.data, stride, channels, first.data, step.data, count, found.data,
                   out_stride);
    compare("along", kernels->cpu, &expected, &found);
    free_buffer(&lines);
    free_buffer(&first);
    free_buffer(&step);
    free_buffer(&expected);
    free_buffer(&found);
}

static void check_shade(const TdKernels *kernels, size_t count, Mood mood)
{
    const size_t stride = count + TD_PATCH_LANES, all = 2 * stride + count;
    Buffer gradients = make_buffer(all, true);
    Buffer expected = make_buffer(all, true), found = make_buffer(all, true);
    float shading = random_share();
    fill(&gradients, mood);
    for (size_t i = 0; i < all; i++)
        expected.data[i] = mood == TAME ? random_share() : random_value(mood);
    memcpy(found.data, expected.data, all * sizeof(float));
    td_kernels(TD_CPU_REF, false)->shade(expected.data, gradients.data, stride, shading, count);
    kernels->shade(found.data, gradients.data, stride, shading, count);
    compare("shade", kernels->cpu, &expected, &found);
    free_buffer(&gradients);
    free_buffer(&expected);
    free_buffer(&found);
}

/* Rays that still see, some that do not, and some that stop on the way. */
static void check_composite(const TdKernels *kernels, size_t count, Mood mood)
{
    const size_t samples = count * TD_PATCH_LANES, stride = samples + TD_PATCH_LANES;
    const float least = count % 2 == 0 ? 0x1p-13f : 0x1p-2f;
    Buffer colours = make_buffer(2 * stride + samples, true);
    Buffer through = make_buffer(samples, true), light[2], seen[2];
    fill(&colours, mood);
    for (size_t i = 0; i < samples; i++)
        through.data[i] = mood == TAME ? random_share() : random_value(mood);
    for (int k = 0; k < 2; k++) {
        light[k] = make_buffer(TD_PATCH_LANES, true);
        seen[k] = make_buffer(4 * TD_PATCH_LANES + TD_PATCH_LANES, true);
    }
    fill(&light[0], mood);
    fill(&seen[0], mood);
    for (size_t x = 0; mood == TAME && x < TD_PATCH_LANES; x++)
        light[0].data[x] = x % 5 == 0 ? least : x % 5 == 1 ? least * 0.5f : random_share();
    memcpy(light[1].data, light[0].data, light[0].count * sizeof(float));
    memcpy(seen[1].data, seen[0].data, seen[0].count * sizeof(float));
    for (int k = 0; k < 2; k++)
        (k == 0 ? td_kernels(TD_CPU_REF, false) : kernels)
            ->composite(colours.data, stride, through.data, count, least, light[k].data,
                        seen[k].data, 2 * TD_PATCH_LANES);
    compare("composite, light", kernels->cpu, &light[0], &light[1]);
    compare("composite, seen", kernels->cpu, &seen[0], &seen[1]);
    for (int k = 0; k < 2; k++) {
        free_buffer(&light[k]);
        free_buffer(&seen[k]);
    }
    free_buffer(&colours);
    free_buffer(&through);
}

static void check_rays(const TdKernels *kernels, Mood mood)
{
    for (size_t count = 4; count <= 32; count += 4) {
        for (size_t channels = 1; channels <= 6; channels++)
            check_along(kernels, count, channels, mood);
        check_shade(kernels, count * TD_PATCH_LANES, mood);
        check_composite(kernels, count, mood);
    }
}

static void check_patches(const TdKernels *kernels, Mood mood)
{
    check_nodes(kernels, mood);
    for (size_t down = 1; down <= TD_PATCH_ORDER; down += 2)
        for (size_t count = TD_PATCH_LANES; count <= 208; count += 3 * TD_PATCH_LANES)
            check_patch(kernels, count, 4 * down, down, TD_PATCH_ORDER + 1 - down, mood);
    for (size_t count = 1; count <= 200; count += 1 + count / 9)
        check_encode(kernels, count, mood);
}

static void check_kernels(const TdKernels *kernels)
{
    static const size_t inputs[] = {0, 1, 2, 3, 5, 16, 33}, outputs[] = {1, 3, 4, 8, 10, 27};
    for (int round = 0; round < 2 * MOODS; round++) {
        Mood mood = (Mood)(round % MOODS);
        bool guard_end = round >= MOODS;
        for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
            for (size_t g = 0; g < sizeof outputs / sizeof *outputs; g++) {
                size_t points = TD_POINT_GRAIN * (1 + (i + g) % 4);
                Shape shape = {inputs[i], outputs[g], points,
                               points + TD_POINT_GRAIN * (g % 2)};
                check_dense(kernels, shape, mood, guard_end);
                check_row(kernels, outputs[g], points, mood);
                check_conv(kernels, shape, 1 + (3 * i + 5 * g) % TAPS_MOST, mood, guard_end);
            }
        }
        for (size_t count = TD_POINT_GRAIN; count <= 2048; count = count * 3 / 64 * 64 + 64)
            check_in_place(kernels, count, mood, guard_end);
        check_patches(kernels, mood);
        check_rays(kernels, mood);
    }
}

#ifdef __OPTIMIZE__ /* compilers fuse only then */
enum { OPTIMISED = true };
#else
enum { OPTIMISED = false };
#endif

/* The fused kernels are other roundings of the same sums: not farther off than the rounding of
 * each product and sum allows. */
static void check_fused(const TdKernels *kernels, const TdKernels *exact)
{
    enum { INPUTS = 48, POINTS = 128 };
    Buffer in = make_buffer(INPUTS * POINTS, true), weights = make_buffer(INPUTS * 4, true);
    Buffer bias = make_buffer(4, true), expected = make_buffer(4 * POINTS, true);
    Buffer found = make_buffer(4 * POINTS, true);
    TdDense layer = {weights.data, bias.data, INPUTS, 4, TD_ACT_IDENTITY};
    float greatest = 0;
    fill(&in, TAME);
    fill(&weights, TAME);
    fill(&bias, TAME);
    exact->dense(&layer, in.data, expected.data, POINTS, POINTS);
    kernels->dense(&layer, in.data, found.data, POINTS, POINTS);
    for (size_t k = 0; k < in.count + weights.count; k++) {
        float value = k < in.count ? in.data[k] : weights.data[k - in.count];
        greatest = value > greatest ? value : -value > greatest ? -value : greatest;
    }
    float bound = INPUTS * INPUTS * greatest * greatest * 0x1p-23f;
    long differing = 0;
    for (size_t i = 0; i < found.count; i++) {
        float apart = expected.data[i] - found.data[i];
        failures += !(apart <= bound && -apart <= bound);
        differing += apart != 0;
    }
    checks++;
    if ((differing == 0 || check_fused_conv(kernels, exact) == 0) && OPTIMISED) {
        printf("%s, fast: nothing is fused\n", td_cpu_name(kernels->cpu));
        failures++;
    }
    free_buffer(&in);
    free_buffer(&weights);
    free_buffer(&bias);
    free_buffer(&expected);
    free_buffer(&found);
}

/* ---- Every float --------------------------------------------------------------------------
 */

enum { BLOCK_BITS = 14, BLOCK = 1 << BLOCK_BITS };

/* The floats whose bits begin with those of `block`, through an activation. */
static void fill_block(const TdKernels *kernels, unsigned act, uint32_t block, float *values)
{
    for (uint32_t i = 0; i < BLOCK; i++)
        values[i] = from_bits(block << BLOCK_BITS | i);
    kernels->activation[act](values, BLOCK);
}

/* Whether all tables give the reference's bits for a block. */
static bool same_block(unsigned act, uint32_t block)
{
    _Alignas(64) float expected[BLOCK], found[BLOCK];
    bool same = true;
    TdiFpMode mode = tdi_fp_enter();
    fill_block(td_kernels(TD_CPU_REF, false), act, block, expected);
    for (unsigned cpu = TD_CPU_REF + 1; cpu < TD_CPU_COUNT; cpu++) {
        if (!td_cpu_available((TdCpu)cpu))
            continue;
        fill_block(td_kernels((TdCpu)cpu, false), act, block, found);
        for (uint32_t i = 0; i < BLOCK; i++)
            same &= to_bits(expected[i]) == to_bits(found[i]) ||
                    (expected[i] != expected[i] && found[i] != found[i]);
    }
    tdi_fp_leave(mode);
    return same;
}

static void check_every_float(char **names, int count)
{
    for (unsigned act = 0; act < TD_ACT_COUNT; act++) {
        long wrong = 0;
        int found = 0;
        while (found < count &&
               strcmp(names[found], td_activation_info((TdActivation)act)->name) != 0)
            found++;
        if (count > 0 && found == count)
            continue;
#pragma omp parallel for reduction(+ : wrong)
        for (uint32_t block = 0; block < 1u << (32 - BLOCK_BITS); block++)
            wrong += !same_block(act, block);
        checks++;
        failures += wrong > 0;
        printf("%-12s %s\n", td_activation_info((TdActivation)act)->name,
               wrong == 0 ? "same bits for every float" : "DIFFERENT");
        fflush(stdout);
    }
}

/* ---- Bench --------------------------------------------------------------------------- */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

enum { BENCH_POINTS = 512, BENCH_WIDTH = 64 };

/* The tables of this build and machine, NULL behind the last. */
static const TdKernels *tables[2 * TD_CPU_COUNT + 1];

static void find_tables(void)
{
    size_t count = 0;
    for (unsigned cpu = TD_CPU_REF; cpu < TD_CPU_COUNT; cpu++) {
        const TdKernels *exact = td_kernels((TdCpu)cpu, false);
        const TdKernels *fast = td_kernels((TdCpu)cpu, true);
        if (exact != NULL)
            tables[count++] = exact;
        if (fast != exact)
            tables[count++] = fast;
    }
}

/* The best of several rounds, in nanoseconds a call. */
static double time_call(const TdKernels *kernels, Call c, Buffer *values, const Buffer *start)
{
    double best = 1e9;
    for (int round = 0; round < 15; round++) {
        int calls = 60;
        double begin = now();
        for (int i = 0; i < calls; i++) {
            memcpy(values->data, start->data, start->count * sizeof(float));
            call(kernels, c, values, start);
        }
        double each = (now() - begin) / calls * 1e9;
        best = each < best ? each : best;
    }
    return best;
}

static double time_dense(const TdKernels *kernels, const TdDense *layer, Buffer *in,
                         Buffer *out)
{
    double best = 1e9;
    for (int round = 0; round < 15; round++) {
        int calls = 20;
        double begin = now();
        for (int i = 0; i < calls; i++)
            kernels->dense(layer, in->data, out->data, BENCH_POINTS, BENCH_POINTS);
        double each = (now() - begin) / calls * 1e9;
        best = each < best ? each : best;
    }
    return best;
}

static void bench_dense(void)
{
    Buffer in = make_buffer(BENCH_WIDTH * BENCH_POINTS, true);
    Buffer out = make_buffer(BENCH_WIDTH * BENCH_POINTS, true);
    Buffer weights = make_buffer(BENCH_WIDTH * BENCH_WIDTH, true);
    Buffer bias = make_buffer(BENCH_WIDTH, true);
    TdDense layer = {weights.data, bias.data, BENCH_WIDTH, BENCH_WIDTH, TD_ACT_IDENTITY};
    fill(&in, TAME);
    fill(&weights, TAME);
    fill(&bias, TAME);
    printf("%-14s", "dense 64x64");
    for (size_t i = 0; tables[i] != NULL; i++) {
        double ns = time_dense(tables[i], &layer, &in, &out);
        printf("%12.1f", 2.0 * BENCH_WIDTH * BENCH_WIDTH * BENCH_POINTS / ns);
    }
    puts("   GFLOP/s");
    free_buffer(&in);
    free_buffer(&out);
    free_buffer(&weights);
    free_buffer(&bias);
}

static void bench_call(Call c)
{
    size_t count = c.kind == PALETTE ? 3 * c.count : c.count;
    Buffer values = make_buffer(count, true), start = make_buffer(count, true);
    for (size_t i = 0; i < count; i++)
        start.data[i] = c.kind >= LOOKUP ? random_share() : random_value(TAME);
    printf("%-14s", call_name(c));
    for (size_t i = 0; tables[i] != NULL; i++)
        printf("%12.3f", time_call(tables[i], c, &values, &start) / (double)c.count);
    puts("   ns a point");
    free_buffer(&values);
    free_buffer(&start);
}

static void bench(void)
{
    find_tables();
    printf("%-14s", "one core");
    for (size_t i = 0; tables[i] != NULL; i++)
        printf("%7s%s", td_cpu_name(tables[i]->cpu), tables[i]->fused ? " fast" : "     ");
    putchar('\n');
    bench_dense();
    bench_conv(tables, 16);
    bench_conv(tables, 64);
    for (unsigned act = 0; act < TD_ACT_COUNT; act++)
        bench_call((Call){ACTIVATION, act, BENCH_POINTS});
    bench_call((Call){ADD, 0, BENCH_POINTS});
    bench_call((Call){TONE, 0, BENCH_POINTS});
    bench_call((Call){SRGB, 0, BENCH_POINTS});
    bench_call((Call){LOOKUP, 0, BENCH_POINTS});
    for (unsigned palette = FIRST_PALETTE; palette <= LAST_PALETTE; palette++)
        bench_call((Call){PALETTE, palette, BENCH_POINTS});
}

int main(int argc, char **argv)
{
    TdiFpMode mode = tdi_fp_enter();
    random_state = argc > 1 ? strtoull(argv[1], NULL, 10) : 20261123;
    if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
        bench();
        return 0;
    }
    bool all = argc > 1 && strcmp(argv[1], "--all") == 0;
    if (all)
        check_every_float(argv + 2, argc - 2);
    else
        printf("seed %llu\n", (unsigned long long)random_state);
    for (unsigned cpu = TD_CPU_REF + 1; cpu < TD_CPU_COUNT && !all; cpu++) {
        long before = failures;
        if (!td_cpu_available((TdCpu)cpu)) {
            printf("%s: not on this machine\n", td_cpu_name((TdCpu)cpu));
            continue;
        }
        const TdKernels *exact = td_kernels((TdCpu)cpu, false);
        const TdKernels *fast = td_kernels((TdCpu)cpu, true);
        check_kernels(exact);
        if (fast != exact)
            check_fused(fast, exact);
        printf("%s: %s\n", td_cpu_name((TdCpu)cpu),
               failures == before ? "same bits" : "DIFFERENT");
    }
    tdi_fp_leave(mode);
    printf("%ld passed, %ld failed\n", checks - failures, failures);
    return failures > 0 || checks == 0;
}
