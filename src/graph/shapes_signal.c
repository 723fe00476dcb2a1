/* Shapes of signal processing and of texts as numbers. */
#include <string.h>

#include "graph/infer.h"

/* Frequencies of a real signal, or of half of them. */
static int64_t frequencies(int64_t length, bool half)
{
    return length < 0 ? -1 : half ? length / 2 + 1 : length;
}

static bool is_half(const TdiOperator *op, int64_t absent)
{
    return tdi_attribute_whole(op, "onesided", absent) != 0;
}

/* Which axis: an attribute until version 19 (absent: 1), an input later (absent: the last but
 * one); false: not known. */
static bool dft_axis(const TdiGraph *graph, const TdiOperator *op, int rank, int *axis)
{
    int64_t asked;
    if (tdi_attribute(op, "axis") != NULL)
        asked = tdi_attribute_whole(op, "axis", 1);
    else if (tdi_input(graph, op, 2) == NULL)
        return rank == 3 && tdi_axis(1, rank, axis); /* there both mean the same */
    else if (!tdi_input_whole(graph, op, 2, &asked))
        return false;
    return tdi_axis(asked, rank, axis) && *axis != rank - 1;
}

/* The last axis holds real and imaginary parts. */
void tdi_infer_dft(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    int axis;
    bool backward = tdi_attribute_whole(op, "inverse", 0) != 0;
    if (out.rank < 2 || !dft_axis(graph, op, out.rank, &axis) || (backward && is_half(op, 0)))
        return;
    if (tdi_input(graph, op, 1) != NULL && !tdi_input_whole(graph, op, 1, &out.size[axis]))
        out.size[axis] = -1;
    out.size[axis] = frequencies(out.size[axis], is_half(op, 0));
    out.size[out.rank - 1] = 2;
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

/* [batch, frames, frequencies, 2] of a signal, steps, a window and its length. */
void tdi_infer_stft(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape x = tdi_input_shape(graph, op, 0), window = tdi_input_shape(graph, op, 2);
    int64_t step, length = window.rank == 1 ? window.size[0] : -1, frames = -1;
    if (tdi_input(graph, op, 3) != NULL && !tdi_input_whole(graph, op, 3, &length))
        length = -1;
    if (x.rank < 2)
        return;
    if (tdi_input_whole(graph, op, 1, &step) && step > 0 && length > 0 && x.size[1] >= length)
        frames = (x.size[1] - length) / step + 1;
    TdiShape out = {.rank = 4,
                    .size = {x.size[0], frames, frequencies(length, is_half(op, 1)), 2}};
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

/* From frequencies to bins. */
void tdi_infer_mel(TdiGraph *graph, const TdiOperator *op)
{
    int64_t bins, length, element = tdi_attribute_whole(op, "output_datatype", 1);
    if (!tdi_input_whole(graph, op, 0, &bins) || !tdi_input_whole(graph, op, 1, &length))
        return;
    TdiShape out = {.rank = 2, .size = {frequencies(length, true), bins}};
    tdi_put(graph, op, 0, &out, element > 0 && element < 64 ? (int)element : 0);
}

/* As many counts as the largest index of a pattern says. */
void tdi_infer_tf_idf(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    TdiList places = tdi_list(graph, op, "ngram_indexes", -1);
    int64_t most = -1;
    for (size_t i = 0; i < places.count; i++)
        most = places.whole[i] > most ? places.whole[i] : most;
    if (out.rank != 1 && out.rank != 2)
        return;
    out.size[out.rank - 1] = most < 0 ? -1 : tdi_plus(most, 1);
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_FLOAT);
}
