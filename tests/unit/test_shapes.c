/* Shapes that operators give: closed forms, counted windows, and what must stay unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/random.h"
#include "graphs.h"

/* ---- The table ----------------------------------------------------------------------- */

static void test_table(void **state)
{
    (void)state;
    assert_true(tdi_op_count() > 250);
    for (TdiOp op = 0; op < tdi_op_count(); op++) {
        const char *type = tdi_op_info(op)->type;
        assert_int_equal(tdi_op_find(type, strlen(type)), op);
        assert_true(op == 0 || strcmp(tdi_op_info(op - 1)->type, type) < 0);
        assert_true(tdi_op_info(op)->kind < TDI_KIND_UNKNOWN);
    }
    assert_int_equal(tdi_op_find("Conv", 3), TDI_OP_UNKNOWN);
    assert_int_equal(tdi_op_find("Conv2", 5), TDI_OP_UNKNOWN);
    assert_int_equal(tdi_op_find("Add\0x", 5), TDI_OP_UNKNOWN);
    assert_int_equal(tdi_op_find("", 0), TDI_OP_UNKNOWN);
    assert_int_equal(tdi_op_find("zzz", 3), TDI_OP_UNKNOWN);
    assert_null(tdi_op_info(TDI_OP_UNKNOWN));
    assert_null(tdi_op_info(100000));
}

/* ---- Windows ------------------------------------------------------------------------- */

/* Places of a window, counted one by one; `ceiling`: the last may reach over the end. */
static int64_t count_places(int64_t size, int64_t kernel, int64_t stride, int64_t dilation,
                            int64_t begin, int64_t end, bool ceiling)
{
    int64_t places = 0;
    for (int64_t at = -begin;; at += stride, places++) {
        int64_t last = at + (kernel - 1) * dilation;
        bool fits = last < size + end;
        bool reaches = ceiling && at < size && last < size + end + stride - 1;
        if (!fits && !reaches)
            return places;
    }
}

static uint32_t draw(uint32_t *at, uint32_t below)
{
    const uint32_t key[2] = {5, 6}, counter[4] = {(*at)++, 0, 0, 0};
    uint32_t out[4];
    tdi_philox(counter, key, out);
    return out[0] % below;
}

static void test_windows(void **state)
{
    uint32_t at = 0;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        int64_t size = 1 + draw(&at, 12), kernel = 1 + draw(&at, 4), stride = 1 + draw(&at, 3);
        int64_t dilation = 1 + draw(&at, 2), begin = draw(&at, 3), end = draw(&at, 3);
        bool ceiling = draw(&at, 2) == 1;
        if (size + begin + end < (kernel - 1) * dilation + 1 || begin >= kernel ||
            end >= kernel)
            continue;
        int x = input(SIZES(1, 6, 9, size));
        int pool = ADD("MaxPool", TAKES(x),
                       WITH(WHOLE("kernel_shape", 3, kernel), WHOLE("strides", 1, stride),
                            WHOLE("dilations", 1, dilation), WHOLE("pads", 0, begin, 0, end),
                            WHOLE("ceil_mode", ceiling)));
        assert_sizes(pool, 1, 6, 7,
                     count_places(size, kernel, stride, dilation, begin, end, ceiling));
        int conv = ADD("Conv", TAKES(x, stored(SIZES(10, 3, 3, kernel))),
                       WITH(WHOLE("strides", 1, stride), WHOLE("dilations", 1, dilation),
                            WHOLE("pads", 0, begin, 0, end), WHOLE("group", 2)));
        assert_sizes(conv, 1, 10, 7,
                     count_places(size, kernel, stride, dilation, begin, end, false));
        reset();
    }
}

static void test_conv_forms(void **state)
{
    (void)state;
    int x = input(SIZES(1, 4, 11, 12)), w = stored(SIZES(8, 4, 3, 3));
    assert_sizes(
        ADD("Conv", TAKES(x, w), WITH(WORDS("auto_pad", "SAME_UPPER"), WHOLE("strides", 2, 2))),
        1, 8, 6, 6);
    assert_sizes(ADD("Conv", TAKES(x, w), WITH(WORDS("auto_pad", "VALID"))), 1, 8, 9, 10);
    assert_sizes(ADD("Conv", TAKES(input(SIZES(2, 3, 50)), stored(SIZES(5, 3, 7)))), 2, 5, 44);
    assert_sizes(ADD("Conv", TAKES(input(SIZES(1, 1, 8, 8, 8)), stored(SIZES(2, 1, 3, 3, 3)))),
                 1, 2, 6, 6, 6);
    assert_sizes(ADD("Conv", TAKES(input(SIZES(1, 4, -1, 12)), w)), 1, 8, -1, 10);
    assert_sizes(ADD("Conv", TAKES(input(tdi_shape_unknown()), w)), -1, 8, -1, -1);
    int q = ADD("QLinearConv", TAKES(x, x, x, w, x, x, x, x));
    assert_sizes(q, 1, 8, 9, 10);
    assert_sizes(ADD("ConvInteger", TAKES(x, w)), 1, 8, 9, 10);
    assert_int_equal(tensor_at(ADD("ConvInteger", TAKES(x, w)))->element, TDI_ELEMENT_INT32);
    reset();
}

static void test_conv_transpose(void **state)
{
    (void)state;
    int x = input(SIZES(1, 6, 5, 5)), w = stored(SIZES(6, 4, 3, 3));
    int up = ADD("ConvTranspose", TAKES(x, w),
                 WITH(WHOLE("strides", 2, 2), WHOLE("pads", 1, 1, 1, 1),
                      WHOLE("output_padding", 1, 1), WHOLE("group", 2)));
    assert_sizes(up, 1, 8, 10, 10);
    /* The convolution with the same window leads back. */
    int back = ADD("Conv", TAKES(up, stored(SIZES(6, 8, 3, 3))),
                   WITH(WHOLE("strides", 2, 2), WHOLE("pads", 1, 1, 1, 1)));
    assert_sizes(back, 1, 6, 5, 5);
    assert_sizes(ADD("ConvTranspose", TAKES(x, w),
                     WITH(WHOLE("strides", 3, 2), WHOLE("output_shape", 15, 9))),
                 1, 4, 15, 9);
    assert_sizes(ADD("ConvTranspose", TAKES(x, w),
                     WITH(WHOLE("strides", 3, 2), WORDS("auto_pad", "SAME_LOWER"))),
                 1, 4, 15, 10);
    reset();
}

static void test_pools_and_sizes(void **state)
{
    (void)state;
    int x = input(SIZES(1, 8, 6, 10));
    assert_sizes(ADD("GlobalAveragePool", TAKES(x)), 1, 8, 1, 1);
    assert_sizes(ADD("Resize", TAKES(x, -1, REALS(1, 1, 2, 0.5))), 1, 8, 12, 5);
    assert_sizes(ADD("Resize", TAKES(x, -1, -1, LIST(1, 8, 7, 9))), 1, 8, 7, 9);
    assert_sizes(ADD("Resize", TAKES(x, REALS(1, 1, 1.5, 3))), 1, 8, 9, 30);
    assert_sizes(ADD("Resize", TAKES(x, -1, -1, input(SIZES(4)))), -1, -1, -1, -1);
    assert_sizes(ADD("Upsample", TAKES(x), WITH(REAL("scales", 1, 1, 2, 2))), 1, 8, 12, 20);
    assert_sizes(ADD("DepthToSpace", TAKES(x), WITH(WHOLE("blocksize", 2))), 1, 2, 12, 20);
    assert_sizes(ADD("SpaceToDepth", TAKES(x), WITH(WHOLE("blocksize", 2))), 1, 32, 3, 5);
    assert_sizes(ADD("Pad", TAKES(x, LIST(0, 0, 1, -2, 0, 0, 3, 0))), 1, 8, 10, 8);
    assert_sizes(ADD("Pad", TAKES(x), WITH(WHOLE("pads", 0, 1, 0, 0, 0, 1, 0, 0))), 1, 10, 6,
                 10);
    assert_sizes(ADD("RoiAlign", TAKES(x, input(SIZES(7, 4)), input(SIZES(7))),
                     WITH(WHOLE("output_height", 3), WHOLE("output_width", 2))),
                 7, 8, 3, 2);
    assert_sizes(ADD("GridSample", TAKES(x, input(SIZES(1, 3, 4, 2)))), 1, 8, 3, 4);
    assert_sizes(ADD("MaxUnpool", TAKES(x, x),
                     WITH(WHOLE("kernel_shape", 2, 2), WHOLE("strides", 2, 2))),
                 1, 8, 12, 20);
    int indices = ADD_OUTPUTS("MaxPool", 2, TAKES(x), WITH(WHOLE("kernel_shape", 2, 2))) + 1;
    assert_sizes(indices, 1, 8, 5, 9);
    assert_int_equal(tensor_at(indices)->element, TDI_ELEMENT_INT64);
    reset();
}

/* ---- Products ------------------------------------------------------------------------ */

static void test_products(void **state)
{
    (void)state;
    int a = input(SIZES(2, 3, 4, 5)), b = stored(SIZES(5, 7)), c = input(SIZES(3, 5, 6));
    assert_sizes(ADD("MatMul", TAKES(a, b)), 2, 3, 4, 7);
    assert_sizes(ADD("MatMul", TAKES(a, c)), 2, 3, 4, 6);
    assert_sizes(ADD("MatMul", TAKES(a, stored(SIZES(5)))), 2, 3, 4);
    assert_sizes(ADD("MatMul", TAKES(stored(SIZES(5)), b)), 7);
    assert_shape(ADD("MatMul", TAKES(stored(SIZES(5)), stored(SIZES(5)))), SCALAR);
    assert_sizes(ADD("Gemm", TAKES(input(SIZES(1, 5)), stored(SIZES(9, 5)), stored(SIZES(9))),
                     WITH(WHOLE("transB", 1))),
                 1, 9);
    assert_sizes(ADD("Gemm", TAKES(input(tdi_shape_unknown()), b)), -1, 7);
    assert_sizes(
        ADD("FusedMatMul", TAKES(a, a), .domain = "com.microsoft", WITH(WHOLE("transB", 1))), 2,
        3, 4, 4);
    assert_sizes(ADD("QLinearMatMul", TAKES(a, b, b, b, b, b, b, b)), 2, 3, 4, 7);
    assert_sizes(ADD("MatMulNBits", TAKES(a), WITH(WHOLE("K", 5), WHOLE("N", 11))), 2, 3, 4,
                 11);
    assert_unknown(ADD("MatMul", TAKES(a, stored(SIZES(4, 7)))));
    assert_unknown(ADD("MatMul", TAKES(a, input(SIZES(4, 5, 6)))));
    assert_unknown(ADD("Gemm", TAKES(a, b)));
    reset();
}

#define EINSUM(text, ...) ADD("Einsum", TAKES(__VA_ARGS__), WITH(WORDS("equation", text)))

static void test_einsum(void **state)
{
    (void)state;
    int a = input(SIZES(2, 3, 4)), b = input(SIZES(2, 4, 5)), m = input(SIZES(4, 4));
    assert_sizes(EINSUM("bij, bjk -> bik", a, b), 2, 3, 5);
    assert_sizes(EINSUM("bij,bjk", a, b), 3, 5);
    assert_sizes(EINSUM("...ij,...jk->...ik", a, b), 2, 3, 5);
    assert_sizes(EINSUM("ij->ji", input(SIZES(2, 9))), 9, 2);
    assert_sizes(EINSUM("ii->i", m), 4);
    assert_shape(EINSUM("ij,ij->", m, m), SCALAR);
    assert_sizes(EINSUM("Bij,jk", a, m), 2, 3, 4);
    assert_unknown(EINSUM("bij,bjk->bik", a, a));
    assert_unknown(EINSUM("bij,bjk->bzk", a, b));
    assert_unknown(EINSUM("bi,bjk->bik", a, b));
    assert_unknown(EINSUM("b1j,bjk->bik", a, b));
    assert_unknown(EINSUM("...i...j,bjk->bik", a, b));
    assert_unknown(EINSUM("bij->bij", a, b));
    assert_unknown(EINSUM("", a, b));
    reset();
}

/* ---- Recurrent cells and attention --------------------------------------------------- */

static void test_cells(void **state)
{
    (void)state;
    int x = input(SIZES(7, 1, 16)), w = stored(SIZES(2, 128, 16)),
        r = stored(SIZES(2, 128, 32));
    int y = ADD_OUTPUTS("LSTM", 3, TAKES(x, w, r),
                        WITH(WHOLE("hidden_size", 32), WORDS("direction", "bidirectional")));
    assert_sizes(y, 7, 2, 1, 32);
    assert_sizes(y + 1, 2, 1, 32);
    assert_sizes(y + 2, 2, 1, 32);
    int first = input(SIZES(1, 7, 16));
    y = ADD_OUTPUTS("GRU", 2, TAKES(first, stored(SIZES(1, 96, 16)), stored(SIZES(1, 96, 32))),
                    WITH(WHOLE("layout", 1)));
    assert_sizes(y, 1, 7, 1, 32);
    assert_sizes(y + 1, 1, 1, 32);
    int tokens = input(SIZES(1, 10, 64));
    assert_sizes(ADD("Attention", .domain = "com.microsoft",
                     TAKES(tokens, stored(SIZES(64, 192)), stored(SIZES(192))),
                     WITH(WHOLE("num_heads", 4))),
                 1, 10, 64);
    assert_sizes(ADD("MultiHeadAttention",
                     TAKES(tokens, input(SIZES(1, 20, 64)), input(SIZES(1, 20, 48)))),
                 1, 10, 48);
    reset();
}

/* ---- Moves --------------------------------------------------------------------------- */

static void test_joining_and_cutting(void **state)
{
    (void)state;
    int x = input(SIZES(1, 7, 5)), y = input(SIZES(1, 2, 5));
    assert_sizes(ADD("Concat", TAKES(x, y, x), WITH(WHOLE("axis", -2))), 1, 16, 5);
    assert_unknown(ADD("Concat", TAKES(x, y), WITH(WHOLE("axis", 2))));
    assert_sizes(ADD("Concat", TAKES(x, input(SIZES(-1, -1, 5))), WITH(WHOLE("axis", 1))), 1,
                 -1, 5);
    int parts = ADD_OUTPUTS("Split", 3, TAKES(x, LIST(1, 2, 4)), WITH(WHOLE("axis", 1)));
    assert_sizes(parts, 1, 1, 5);
    assert_sizes(parts + 2, 1, 4, 5);
    parts = ADD_OUTPUTS("Split", 7, TAKES(x), WITH(WHOLE("axis", 1)));
    assert_sizes(parts + 6, 1, 1, 5);
    parts = ADD_OUTPUTS("Split", 3, TAKES(x), WITH(WHOLE("axis", 1), WHOLE("num_outputs", 3)));
    assert_sizes(parts, 1, 3, 5);
    assert_sizes(parts + 2, 1, 1, 5);
    parts = ADD_OUTPUTS("Split", 2, TAKES(x), WITH(WHOLE("split", 3, 4), WHOLE("axis", 1)));
    assert_sizes(parts + 1, 1, 4, 5);
    reset();
}

/* Walks as ONNX says: begins inside, ends where it leaves or reaches the end. */
static int64_t count_cut(int64_t size, int64_t start, int64_t end, int64_t step)
{
    int64_t count = 0, at = start < 0 ? start + size : start;
    if (at < 0)
        at = 0;
    if (at >= size && step < 0)
        at = size - 1;
    end += end < 0 ? size : 0;
    for (; at >= 0 && at < size && (step > 0 ? at < end : at > end); at += step)
        count++;
    return count;
}

static void test_slices(void **state)
{
    uint32_t at = 0;
    (void)state;
    for (int round = 0; round < 2000; round++) {
        int64_t size = draw(&at, 9), start = (int64_t)draw(&at, 24) - 12;
        int64_t end = (int64_t)draw(&at, 24) - 12, step = (int64_t)draw(&at, 7) - 3;
        if (step == 0)
            continue;
        int x = input(SIZES(3, size));
        int cut = ADD("Slice", TAKES(x, LIST(start), LIST(end), LIST(-1), LIST(step)));
        assert_sizes(cut, 3, count_cut(size, start, end, step));
        reset();
    }
    int x = input(SIZES(3, 8));
    assert_sizes(
        ADD("Slice", TAKES(x, LIST(INT64_MAX), LIST(INT64_MIN), LIST(1), LIST(INT64_MIN))), 3,
        1);
    assert_sizes(
        ADD("Slice", TAKES(x), WITH(WHOLE("starts", 1, 0), WHOLE("ends", 3, INT64_MAX))), 2, 8);
    assert_sizes(ADD("Slice", TAKES(x, input(SIZES(1)), input(SIZES(1)), LIST(0))), -1, 8);
    assert_sizes(ADD("Slice", TAKES(x, input(SIZES(1)), input(SIZES(1)))), -1, -1);
    reset();
}

static void test_picking(void **state)
{
    (void)state;
    int x = input(SIZES(2, 3, 4)), table = stored(SIZES(1000, 64));
    assert_sizes(ADD("Gather", TAKES(table, input_of(SIZES(1, 9), TDI_ELEMENT_INT64))), 1, 9,
                 64);
    assert_sizes(ADD("Gather", TAKES(x, ONE(1)), WITH(WHOLE("axis", 1))), 2, 4);
    assert_sizes(ADD("GatherElements", TAKES(x, input(SIZES(2, 3, 1)))), 2, 3, 1);
    assert_sizes(ADD("GatherND", TAKES(x, input(SIZES(5, 2)))), 5, 4);
    assert_sizes(ADD("GatherND", TAKES(x, input(SIZES(2, 1))), WITH(WHOLE("batch_dims", 1))), 2,
                 4);
    assert_sizes(ADD("ScatterND", TAKES(x, x, x)), 2, 3, 4);
    assert_sizes(ADD("TopK", TAKES(x, LIST(2))), 2, 3, 2);
    assert_sizes(ADD("OneHot", TAKES(x, ONE(10), REALS(0, 1)), WITH(WHOLE("axis", 1))), 2, 10,
                 3, 4);
    assert_sizes(ADD("ArgMax", TAKES(x), WITH(WHOLE("axis", -1), WHOLE("keepdims", 0))), 2, 3);
    assert_sizes(ADD("NonZero", TAKES(x)), 3, -1);
    assert_sizes(ADD("NonMaxSuppression", TAKES(x, x)), -1, 3);
    assert_sizes(ADD("Compress", TAKES(x, x), WITH(WHOLE("axis", 1))), 2, -1, 4);
    reset();
}

static void test_layouts(void **state)
{
    (void)state;
    int x = input(SIZES(1, 6, 4, 5)), loose = input(SIZES(1, -1, 12));
    assert_sizes(ADD("Transpose", TAKES(x), WITH(WHOLE("perm", 0, 2, 3, 1))), 1, 4, 5, 6);
    assert_sizes(ADD("Transpose", TAKES(x)), 5, 4, 6, 1);
    assert_sizes(ADD("Reshape", TAKES(x, LIST(0, -1, 10))), 1, 12, 10);
    assert_sizes(ADD("Reshape", TAKES(x), WITH(WHOLE("shape", 2, 60))), 2, 60);
    assert_sizes(
        ADD("Reshape", TAKES(input(SIZES(0, 3)), LIST(3, 0)), WITH(WHOLE("allowzero", 1))), 3,
        0);
    assert_sizes(ADD("Reshape", TAKES(loose, LIST(0, 0, 3, 4))), 1, -1, 3, 4);
    assert_sizes(ADD("Reshape", TAKES(loose, LIST(0, 0, 3, -1))), 1, -1, 3, 4);
    assert_sizes(ADD("Reshape", TAKES(x, input(SIZES(3)))), -1, -1, -1);
    assert_unknown(ADD("Reshape", TAKES(x, LIST(7, 7))));
    assert_unknown(ADD("Reshape", TAKES(x, LIST(-1, -1))));
    assert_unknown(ADD("Reshape", TAKES(x, LIST(-2, 60))));
    assert_sizes(ADD("Flatten", TAKES(x)), 1, 120);
    assert_sizes(ADD("Flatten", TAKES(x), WITH(WHOLE("axis", -1))), 24, 5);
    assert_sizes(ADD("Flatten", TAKES(x), WITH(WHOLE("axis", 4))), 120, 1);
    int thin = input(SIZES(1, 3, 1, 5));
    assert_sizes(ADD("Squeeze", TAKES(thin)), 3, 5);
    assert_sizes(ADD("Squeeze", TAKES(thin, LIST(-2))), 1, 3, 5);
    assert_sizes(ADD("Squeeze", TAKES(thin), WITH(WHOLE("axes", 0))), 3, 1, 5);
    assert_sizes(ADD("Unsqueeze", TAKES(thin, LIST(0, -1))), 1, 1, 3, 1, 5, 1);
    assert_sizes(ADD("Expand", TAKES(thin, LIST(2, 1, 4, 1))), 2, 3, 4, 5);
    assert_sizes(ADD("Expand", TAKES(thin, LIST(7, 1, 3, 1, 1))), 7, 1, 3, 1, 5);
    assert_sizes(ADD("Tile", TAKES(thin, LIST(1, 2, 3, 4))), 1, 6, 3, 20);
    reset();
}

/* ---- Element by element, reductions -------------------------------------------------- */

static void test_each(void **state)
{
    (void)state;
    int x = input(SIZES(1, 6, 4, 5)), scale = input(SIZES(6, 1, 1)),
        loose = input(SIZES(-1, 5));
    assert_sizes(ADD("Add", TAKES(scale, x)), 1, 6, 4, 5);
    assert_sizes(ADD("Add", TAKES(loose, x)), 1, 6, 4, 5);
    assert_sizes(ADD("Mul", TAKES(loose, input(SIZES(1, 5)))), -1, 5);
    assert_sizes(ADD("Max", TAKES(scale, x, ONE(1))), 1, 6, 4, 5);
    assert_unknown(ADD("Add", TAKES(x, input(SIZES(4)))));
    assert_sizes(
        ADD("Add", TAKES(x, input(SIZES(6))), WITH(WHOLE("broadcast", 1), WHOLE("axis", 1))), 1,
        6, 4, 5);
    assert_int_equal(tensor_at(ADD("Equal", TAKES(x, x)))->element, TDI_ELEMENT_BOOL);
    assert_sizes(ADD("Where", TAKES(scale, x, ONE(0))), 1, 6, 4, 5);
    int half = ADD("Cast", TAKES(x), WITH(WHOLE("to", TDI_ELEMENT_FLOAT16)));
    assert_int_equal(tensor_at(half)->element, TDI_ELEMENT_FLOAT16);
    assert_int_equal(tensor_at(ADD("Relu", TAKES(half)))->element, TDI_ELEMENT_FLOAT16);
    assert_sizes(ADD("ReduceMean", TAKES(x), WITH(WHOLE("axes", 2, -1))), 1, 6, 1, 1);
    assert_sizes(ADD("ReduceMean", TAKES(x, LIST(-1)), WITH(WHOLE("keepdims", 0))), 1, 6, 4);
    assert_sizes(ADD("ReduceSum", TAKES(x)), 1, 1, 1, 1);
    assert_shape(ADD("ReduceSum", TAKES(x), WITH(WHOLE("keepdims", 0))), SCALAR);
    assert_sizes(ADD("ReduceSum", TAKES(x), WITH(WHOLE("noop_with_empty_axes", 1))), 1, 6, 4,
                 5);
    int norm = ADD_OUTPUTS("LayerNormalization", 3, TAKES(x, stored(SIZES(5))));
    assert_sizes(norm, 1, 6, 4, 5);
    assert_sizes(norm + 2, 1, 6, 4, 1);
    norm = ADD_OUTPUTS("DynamicQuantizeLinear", 3, TAKES(x));
    assert_int_equal(tensor_at(norm)->element, TDI_ELEMENT_UINT8);
    assert_shape(norm + 1, SCALAR);
    reset();
}

/* ---- Known numbers ------------------------------------------------------------------- */

/* What torch makes of x.view(x.shape[0], -1, 2 * x.shape[3]). */
static void test_numbers(void **state)
{
    (void)state;
    int x = input(SIZES(1, 6, 4, 5)), shape = ADD("Shape", TAKES(x));
    assert_numbers(shape, 1, 6, 4, 5);
    assert_numbers(ADD("Shape", TAKES(x), WITH(WHOLE("start", -3), WHOLE("end", -1))), 6, 4);
    int width = ADD("Gather", TAKES(shape, ONE(-1)));
    assert_numbers(width, 5);
    int twice = ADD("Unsqueeze", TAKES(ADD("Mul", TAKES(width, ONE(2))), LIST(0)));
    int target =
        ADD("Concat", TAKES(LIST(1), LIST(-1), ADD("Cast", TAKES(twice), WITH(WHOLE("to", 7)))),
            WITH(WHOLE("axis", 0)));
    assert_numbers(target, 1, -1, 10);
    assert_sizes(ADD("Reshape", TAKES(x, target)), 1, 12, 10);
    assert_numbers(ADD("Slice", TAKES(shape, LIST(3), LIST(INT64_MIN), LIST(0), LIST(-2))), 5,
                   6);
    assert_numbers(ADD("Range", TAKES(ONE(3), ONE(12), ONE(4))), 3, 7, 11);
    assert_numbers(ADD("Mod", TAKES(LIST(-7, 7), LIST(3))), 2, 1);
    assert_numbers(ADD("Div", TAKES(LIST(-7, 7), LIST(2))), -3, 3);
    assert_numbers(ADD("Where", TAKES(ADD("Equal", TAKES(shape, LIST(6))), LIST(-1), shape)), 1,
                   -1, 4, 5);
    assert_numbers(ADD("ReduceProd", TAKES(shape), WITH(WHOLE("keepdims", 0))), 120);
    assert_numbers(ADD("Size", TAKES(x)), 120);
    int grid = ADD("Reshape", TAKES(LIST(0, 1, 2, 3, 4, 5), LIST(2, 3)));
    assert_numbers(ADD("Transpose", TAKES(grid)), 0, 3, 1, 4, 2, 5);
    assert_numbers(ADD("Expand", TAKES(LIST(8, 9), LIST(2, 2))), 8, 9, 8, 9);
    assert_numbers(ADD("NonZero", TAKES(LIST(0, 5, 0, 2))), 1, 3);
    int split = ADD_OUTPUTS("Split", 2, TAKES(shape));
    assert_numbers(split + 1, 4, 5);
    /* 4 x 0.7 is 2.8 */
    int scaled = ADD("Floor", TAKES(ADD("Mul", TAKES(REALS(4), REALS(0.7)))));
    assert_numbers(ADD("Cast", TAKES(scaled), WITH(WHOLE("to", 7))), 2);
    assert_null(tensor_at(ADD("Div", TAKES(LIST(1), LIST(0))))->whole);
    assert_null(tensor_at(ADD("Add", TAKES(LIST(INT64_MAX), LIST(1))))->whole);
    assert_null(tensor_at(ADD("Cast", TAKES(REALS(1e30)), WITH(WHOLE("to", 7))))->whole);
    reset();
}

/* One size of the shape is not known; the others are. */
static void test_numbers_with_holes(void **state)
{
    (void)state;
    int x = input(SIZES(1, -1, 64)), shape = ADD("Shape", TAKES(x));
    assert_null(tensor_at(shape)->whole);
    assert_false(tensor_at(shape)->constant);
    assert_numbers(ADD("Gather", TAKES(shape, ONE(2))), 64);
    int length = ADD("Unsqueeze", TAKES(ADD("Gather", TAKES(shape, ONE(1))), LIST(0)));
    int target =
        ADD("Concat", TAKES(LIST(1), length, LIST(4), LIST(16)), WITH(WHOLE("axis", 0)));
    assert_sizes(ADD("Reshape", TAKES(x, target)), 1, -1, 4, 16);
    assert_sizes(ADD("ConstantOfShape", TAKES(target)), 1, -1, 4, 16);
    int fixed = input(SIZES(1, 8, 64));
    assert_sizes(ADD("Reshape", TAKES(fixed, target)), 1, 8, 4, 16);
    reset();
}

/* ---- Graphs inside ------------------------------------------------------------------- */

static TdiGraph *body_giving(TdiShape shape, int outputs)
{
    TdiGraph outer = graph;
    graph = (TdiGraph){0};
    for (int k = 0; k < outputs; k++) {
        int x = input(shape);
        tdi_graph_output(&graph, ADD("Relu", TAKES(x)));
    }
    TdiGraph *body = tdi_alloc(1, sizeof *body);
    *body = graph;
    graph = outer;
    return body;
}

static void test_bodies(void **state)
{
    (void)state;
    TdiGraph *branches[2] = {body_giving(SIZES(1, 4, 5), 1), body_giving(SIZES(1, 9, 5), 1)};
    int x = input(SCALAR), either = ADD("If", TAKES(x), .bodies = branches, .body_count = 2);
    assert_sizes(either, 1, -1, 5);
    TdiGraph *scanned[1] = {body_giving(SIZES(1, 3), 2)};
    int scan =
        ADD_OUTPUTS("Scan", 2, TAKES(input(SIZES(1, 3)), input(SIZES(7, 1, 3))),
                    .bodies = scanned, .body_count = 1, WITH(WHOLE("num_scan_inputs", 1)));
    assert_sizes(scan, 1, 3);
    assert_sizes(scan + 1, 7, 1, 3);
    TdiGraph *looped[1] = {body_giving(SIZES(1, 3), 3)};
    int loop = ADD_OUTPUTS("Loop", 2, TAKES(ONE(5), -1, input(SIZES(1, 3))), .bodies = looped,
                           .body_count = 1);
    assert_sizes(loop, 1, 3);
    assert_sizes(loop + 1, -1, 1, 3);
    reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_conv_forms),
        cmocka_unit_test(test_conv_transpose),
        cmocka_unit_test(test_pools_and_sizes),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_einsum),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_joining_and_cutting),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_picking),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_with_holes),
        cmocka_unit_test(test_bodies),
    };
    return cmocka_run_group_tests_name("shapes", tests, NULL, NULL);
}
