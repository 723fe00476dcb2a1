/* Shapes of what works element by element, of norms and of reductions. */
#include <string.h>

#include "graph/infer.h"

static void put(TdiGraph *graph, const TdiOperator *op, const TdiShape *shape)
{
    tdi_put(graph, op, 0, shape, TDI_ELEMENT_UNKNOWN);
}

/* ---- Several inputs that stretch to each other --------------------------------------- */

/* ONNX before version 7 stretched the second input only where "broadcast" was set, from "axis"
 * on. */
static bool join_old(const TdiGraph *graph, const TdiOperator *op, TdiShape *out)
{
    bool old = tdi_attribute(op, "broadcast") != NULL && op->input_count == 2;
    *out = tdi_input_shape(graph, op, 0);
    return old && tdi_attribute(op, "axis") != NULL && out->rank >= 0;
}

/* Inputs first, first + step, ... */
static bool join(const TdiGraph *graph, const TdiOperator *op, int first, int step,
                 TdiShape *out)
{
    if (join_old(graph, op, out))
        return true;
    *out = tdi_input_shape(graph, op, first);
    if (out->rank < 0)
        return false;
    for (int i = first + step; i < op->input_count; i += step) {
        TdiShape next = tdi_input_shape(graph, op, i);
        if (!tdi_broadcast(out, &next, out))
            return false;
    }
    return true;
}

void tdi_infer_join(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out;
    if (join(graph, op, 0, 1, &out))
        put(graph, op, &out);
}

/* QLinearAdd and its like: each of two inputs with a scale and a zero, then the output's. */
void tdi_infer_qlinear_join(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape a = tdi_input_shape(graph, op, 0), b = tdi_input_shape(graph, op, 3), out;
    if (tdi_broadcast(&a, &b, &out))
        put(graph, op, &out);
}

void tdi_infer_compare(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out;
    if (!join(graph, op, 0, 1, &out))
        out = tdi_shape_unknown();
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_BOOL);
}

void tdi_infer_where(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out;
    if (!join(graph, op, 0, 1, &out))
        out = tdi_shape_unknown();
    tdi_put(graph, op, 0, &out, tdi_input_element(graph, op, 1));
}

/* ---- One input ----------------------------------------------------------------------- */

/* Element types are numbers since ONNX 6, words before. */
static int named_element(const char *words)
{
    static const char *const names[] = {"UNDEFINED", "FLOAT",  "UINT8",  "INT8",   "UINT16",
                                        "INT16",     "INT32",  "INT64",  "STRING", "BOOL",
                                        "FLOAT16",   "DOUBLE", "UINT32", "UINT64", NULL};
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], words) == 0)
            return i;
    return TDI_ELEMENT_UNKNOWN;
}

static int asked_element(const TdiOperator *op, const char *name)
{
    int64_t code = tdi_attribute_whole(op, name, 0);
    if (code > 0 && code < 64)
        return (int)code;
    return named_element(tdi_attribute_words(op, name, ""));
}

void tdi_infer_cast(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    tdi_put(graph, op, 0, &out, asked_element(op, "to"));
}

void tdi_infer_cast_like(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    tdi_put(graph, op, 0, &out, tdi_input_element(graph, op, 1));
}

/* As the input, of the type of "dtype". */
void tdi_infer_like(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    tdi_put(graph, op, 0, &out, asked_element(op, "dtype"));
}

void tdi_infer_test(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_BOOL);
}

void tdi_infer_dropout(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    put(graph, op, &out);
    tdi_put(graph, op, 1, &out, TDI_ELEMENT_BOOL);
}

void tdi_infer_quantize(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    bool typed = tdi_input(graph, op, 2) != NULL;
    tdi_put(graph, op, 0, &out, typed ? tdi_input_element(graph, op, 2) : TDI_ELEMENT_UINT8);
}

void tdi_infer_dequantize(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    tdi_put(graph, op, 0, &out, tdi_input_element(graph, op, 1));
}

void tdi_infer_dynamic_quantize(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0), scalar = {.rank = 0};
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UINT8);
    tdi_put(graph, op, 1, &scalar, TDI_ELEMENT_FLOAT);
    tdi_put(graph, op, 2, &scalar, TDI_ELEMENT_UINT8);
}

/* ---- Norms --------------------------------------------------------------------------- */

void tdi_infer_batch_norm(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    put(graph, op, &out);
    for (int k = 1; k < op->output_count; k++) {
        TdiShape each = tdi_input_shape(graph, op, 3);
        tdi_put(graph, op, k, &each, TDI_ELEMENT_UNKNOWN);
    }
}

/* Mean and deviation: one of each for all axes from "axis" on. */
static void put_moments(TdiGraph *graph, const TdiOperator *op, TdiShape shape)
{
    int axis;
    if (shape.rank < 1 || !tdi_axis(tdi_attribute_whole(op, "axis", -1), shape.rank, &axis))
        return;
    for (int i = axis; i < shape.rank; i++)
        shape.size[i] = 1;
    tdi_put(graph, op, 1, &shape, TDI_ELEMENT_FLOAT);
    tdi_put(graph, op, 2, &shape, TDI_ELEMENT_FLOAT);
}

void tdi_infer_layer_norm(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    put(graph, op, &out);
    put_moments(graph, op, out);
}

/* As the norm of a layer, of the sum with the second input, which is the fourth output. */
void tdi_infer_skip_norm(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    tdi_infer_layer_norm(graph, op);
    tdi_put(graph, op, 3, &out, TDI_ELEMENT_UNKNOWN);
}

/* ---- Reductions ---------------------------------------------------------------------- */

bool tdi_reduced_axes(const TdiGraph *graph, const TdiOperator *op, int rank, unsigned *axes)
{
    TdiList list = tdi_list(graph, op, "axes", 1);
    if (rank < 0 || (list.given && list.whole == NULL))
        return false;
    *axes = 0;
    for (size_t i = 0; list.given && i < list.count; i++) {
        int axis;
        if (!tdi_axis(list.whole[i], rank, &axis))
            return false;
        *axes |= 1u << axis;
    }
    bool none = !list.given || list.count == 0;
    if (none && tdi_attribute_whole(op, "noop_with_empty_axes", 0) == 0)
        *axes = (1u << rank) - 1;
    return true;
}

static TdiShape without(const TdiShape *x, unsigned axes, bool keep)
{
    TdiShape out = {.rank = 0};
    for (int i = 0; i < x->rank; i++)
        if ((axes >> i & 1) == 0)
            out.size[out.rank++] = x->size[i];
        else if (keep)
            out.size[out.rank++] = 1;
    return out;
}

/* Which axes is not known: their number may be. */
static TdiShape reduced_somehow(const TdiGraph *graph, const TdiOperator *op, TdiShape x)
{
    TdiList axes = tdi_list(graph, op, "axes", 1);
    bool keep = tdi_attribute_whole(op, "keepdims", 1) != 0;
    if (x.rank < 0 || (!keep && (!axes.counted || axes.count == 0)) ||
        (axes.counted && axes.count > (size_t)x.rank))
        return tdi_shape_unknown();
    TdiShape out = {.rank = keep ? x.rank : x.rank - (int)axes.count};
    for (int i = 0; i < out.rank; i++)
        out.size[i] = -1;
    return out;
}

void tdi_infer_reduce(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), out;
    TdiList list = tdi_list(graph, op, "axes", 1);
    unsigned axes;
    if (tdi_reduced_axes(graph, op, x.rank, &axes))
        out = without(&x, axes, tdi_attribute_whole(op, "keepdims", 1) != 0);
    else if (list.given && list.whole == NULL)
        out = reduced_somehow(graph, op, x);
    else
        return;
    put(graph, op, &out);
}

void tdi_infer_arg(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), out = tdi_shape_unknown();
    int axis;
    if (x.rank >= 1 && tdi_axis(tdi_attribute_whole(op, "axis", 0), x.rank, &axis))
        out = without(&x, 1u << axis, tdi_attribute_whole(op, "keepdims", 1) != 0);
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_INT64);
}

/* A number, or one for each label; and the logarithms of the probabilities. */
void tdi_infer_loss(TdiGraph *graph, const TdiOperator *op)
{
    bool each = strcmp(tdi_attribute_words(op, "reduction", "mean"), "none") == 0;
    TdiShape out = {.rank = 0}, scores = tdi_input_shape(graph, op, 0);
    if (each)
        out = tdi_input_shape(graph, op, 1);
    put(graph, op, &out);
    tdi_put(graph, op, 1, &scores, TDI_ELEMENT_UNKNOWN);
}

void tdi_infer_det(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    if (out.rank < 2)
        return;
    out.rank -= 2;
    put(graph, op, &out);
}
