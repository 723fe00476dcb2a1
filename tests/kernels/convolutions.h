/* Convolutions: the kernels against the reference, and how fast they are. Included by
 * check_kernels.c. */
#ifndef CHECK_CONVOLUTIONS_H
#define CHECK_CONVOLUTIONS_H

enum { TAPS_MOST = 27 };

/* Buffers of one convolution, its inputs' rows anywhere. */
typedef struct Convolution {
    Buffer in, weights, bias, expected, found;
    size_t taps[TAPS_MOST];
    TdConv layer;
    size_t in_stride, out_stride, points, rows;
} Convolution;

/* The last tap of the last input ends where the buffer does. */
static Convolution make_convolution(Shape shape, size_t tap_count, Mood mood, bool guard_end)
{
    Convolution c = {.points = shape.points, .out_stride = shape.stride};
    size_t farthest = 0;
    for (size_t t = 0; t < tap_count; t++) {
        c.taps[t] = (size_t)(next_random() % 150);
        farthest = c.taps[t] > farthest ? c.taps[t] : farthest;
    }
    c.in_stride = shape.points + (size_t)(next_random() % 100);
    c.rows = (shape.outputs + TD_OUTPUT_GRAIN - 1) / TD_OUTPUT_GRAIN * TD_OUTPUT_GRAIN;
    size_t in_count =
        shape.inputs == 0 ? 0 : (shape.inputs - 1) * c.in_stride + farthest + shape.points;
    size_t out_count = (c.rows - 1) * c.out_stride + shape.points;
    c.in = make_buffer(in_count, guard_end);
    c.weights = make_buffer(c.rows * shape.inputs * tap_count, guard_end);
    c.bias = make_buffer(c.rows, guard_end);
    c.expected = make_buffer(out_count, guard_end);
    c.found = make_buffer(out_count, guard_end);
    c.layer = (TdConv){.weights = c.weights.data,
                       .bias = c.bias.data,
                       .tap_count = tap_count,
                       .inputs = shape.inputs,
                       .outputs = shape.outputs,
                       .act = TD_ACT_IDENTITY};
    fill(&c.in, mood);
    fill(&c.weights, mood == SPECIAL ? TAME : mood);
    fill(&c.bias, TAME);
    fill(&c.expected, ANY_BITS); /* what lies between the rows must stay */
    memcpy(c.found.data, c.expected.data, out_count * sizeof(float));
    return c;
}

static void free_convolution(Convolution *c)
{
    free_buffer(&c->in);
    free_buffer(&c->weights);
    free_buffer(&c->bias);
    free_buffer(&c->expected);
    free_buffer(&c->found);
}

static void run_convolution(const TdKernels *kernels, Convolution *c, Buffer *out)
{
    c->layer.taps = c->taps;
    kernels->conv(&c->layer, c->in.data, c->in_stride, out->data, c->out_stride, c->points);
}

static void check_conv(const TdKernels *kernels, Shape shape, size_t tap_count, Mood mood,
                       bool guard_end)
{
    Convolution c = make_convolution(shape, tap_count, mood, guard_end);
    c.layer.act = (TdActivation)(next_random() % TD_ACT_COUNT);
    run_convolution(td_kernels(TD_CPU_REF, false), &c, &c.expected);
    run_convolution(kernels, &c, &c.found);
    for (size_t o = shape.outputs; o < c.rows; o++) /* missing outputs are anything */
        memcpy(c.found.data + o * shape.stride, c.expected.data + o * shape.stride,
               shape.points * sizeof(float));
    compare("conv", kernels->cpu, &c.expected, &c.found);
    free_convolution(&c);
}

/* Fused: another rounding of the same sums. */
static long check_fused_conv(const TdKernels *kernels, const TdKernels *exact)
{
    enum { INPUTS = 7, TAPS = 9 };
    Convolution c = make_convolution((Shape){INPUTS, 4, 2 * TD_POINT_GRAIN, 2 * TD_POINT_GRAIN},
                                     TAPS, TAME, true);
    float bound = INPUTS * TAPS * INPUTS * TAPS * 16 * 0x1p-23f;
    long differing = 0;
    run_convolution(exact, &c, &c.expected);
    run_convolution(kernels, &c, &c.found);
    for (size_t i = 0; i < c.found.count; i++) {
        float apart = c.expected.data[i] - c.found.data[i];
        failures += !(apart <= bound && -apart <= bound);
        differing += apart != 0;
    }
    checks++;
    free_convolution(&c);
    return differing;
}

static double now(void);

/* A kernel of 3 x 3 on a strip of a raster that is 66 cells wide. */
static void bench_conv(const TdKernels *const *tables, size_t width)
{
    enum { LINE = 66, POINTS = 512 };
    Convolution c = make_convolution((Shape){width, width, POINTS, POINTS}, 9, TAME, true);
    printf("conv3 %zux%zu%*s", width, width, width < 10 ? 5 : 3, "");
    free_buffer(&c.in);
    c.in_stride = 3 * LINE + POINTS;
    c.in = make_buffer(width * c.in_stride, true);
    fill(&c.in, TAME);
    for (size_t t = 0; t < 9; t++)
        c.taps[t] = t / 3 * LINE + t % 3;
    for (size_t i = 0; tables[i] != NULL; i++) {
        double best = 1e9;
        for (int round = 0; round < 15; round++) {
            double begin = now();
            for (int k = 0; k < 10; k++)
                run_convolution(tables[i], &c, &c.found);
            double each = (now() - begin) / 10 * 1e9;
            best = each < best ? each : best;
        }
        printf("%12.1f", 2.0 * 9 * (double)(width * width) * POINTS / best);
    }
    puts("   GFLOP/s");
    free_convolution(&c);
}

#endif
