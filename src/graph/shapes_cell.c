/* Shapes and multiply-adds of recurrent cells, and of attention as one operator. */
#include <string.h>

#include "graph/infer.h"

static int64_t size_at(const TdiShape *shape, int axis)
{
    return shape->rank < 0 ? -1 : shape->size[axis];
}

static bool set_macs(int64_t count, uint64_t *macs)
{
    *macs = count < 0 ? 0 : (uint64_t)count;
    return count >= 0;
}

/* ---- LSTM, GRU, RNN ------------------------------------------------------------------ */

typedef struct Cells {
    int64_t steps, batch, inputs, hidden, directions;
    bool batch_first;
} Cells;

static bool read_cells(const TdiGraph *graph, const TdiOperator *op, Cells *cells)
{
    TdiShape x = tdi_input_shape(graph, op, 0), w = tdi_input_shape(graph, op, 1),
             r = tdi_input_shape(graph, op, 2);
    if ((x.rank >= 0 && x.rank != 3) || (w.rank >= 0 && w.rank != 3) ||
        (r.rank >= 0 && r.rank != 3))
        return false;
    bool batch_first = tdi_attribute_whole(op, "layout", 0) != 0;
    bool both = strcmp(tdi_attribute_words(op, "direction", ""), "bidirectional") == 0;
    int64_t hidden = tdi_attribute_whole(op, "hidden_size", size_at(&r, 2));
    if (hidden <= 0)
        return false;
    *cells = (Cells){.steps = size_at(&x, batch_first ? 1 : 0),
                     .batch = size_at(&x, batch_first ? 0 : 1),
                     .inputs = size_at(&x, 2),
                     .hidden = hidden,
                     .directions = both ? 2 : 1,
                     .batch_first = batch_first};
    return true;
}

void tdi_infer_recurrent(TdiGraph *graph, const TdiOperator *op)
{
    Cells c;
    if (!read_cells(graph, op, &c))
        return;
    TdiShape all = {.rank = 4, .size = {c.steps, c.directions, c.batch, c.hidden}};
    TdiShape all_batch_first = {.rank = 4, .size = {c.batch, c.steps, c.directions, c.hidden}};
    TdiShape last = {.rank = 3, .size = {c.directions, c.batch, c.hidden}};
    TdiShape last_batch_first = {.rank = 3, .size = {c.batch, c.directions, c.hidden}};
    tdi_put(graph, op, 0, c.batch_first ? &all_batch_first : &all, TDI_ELEMENT_UNKNOWN);
    for (int k = 1; k < 3; k++)
        tdi_put(graph, op, k, c.batch_first ? &last_batch_first : &last, TDI_ELEMENT_UNKNOWN);
}

bool tdi_macs_recurrent(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    Cells c;
    if (!read_cells(graph, op, &c))
        return false;
    int gates = strcmp(op->type, "RNN") == 0 ? 1 : strcmp(op->type, "GRU") == 0 ? 3 : 4;
    int64_t weights =
        tdi_times(tdi_times(gates, c.hidden), c.inputs < 0 ? -1 : tdi_plus(c.inputs, c.hidden));
    int64_t times = tdi_times(tdi_times(c.steps, c.batch), c.directions);
    return set_macs(tdi_times(weights, times), macs);
}

/* ---- Attention with its own weights (com.microsoft) ---------------------------------- */

typedef struct Attention {
    int64_t batch, length, width, queries,
        values; /* `queries`, `values`: widths of all heads */
} Attention;

/* input [batch, length, width], weights [width, queries + keys + values] */
static bool read_attention(const TdiGraph *graph, const TdiOperator *op, Attention *a)
{
    TdiShape x = tdi_input_shape(graph, op, 0), w = tdi_input_shape(graph, op, 1);
    TdiList sizes = tdi_list(graph, op, "qkv_hidden_sizes", -1);
    if (x.rank != 3 || w.rank != 2 || w.size[1] < 0)
        return false;
    *a = (Attention){x.size[0], x.size[1], x.size[2], w.size[1] / 3, w.size[1] / 3};
    if (sizes.given && sizes.count == 3) {
        a->queries = sizes.whole[0];
        a->values = sizes.whole[2];
    }
    return a->queries >= 0 && a->values >= 0;
}

static bool is_microsoft(const TdiOperator *op)
{
    return strcmp(op->domain, "com.microsoft") == 0;
}

void tdi_infer_attention(TdiGraph *graph, const TdiOperator *op)
{
    Attention a;
    if (!is_microsoft(op)) {
        tdi_infer_multi_head(graph, op);
        return;
    }
    if (!read_attention(graph, op, &a))
        return;
    TdiShape out = {.rank = 3, .size = {a.batch, a.length, a.values}};
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

bool tdi_macs_attention(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    Attention a;
    if (!is_microsoft(op))
        return tdi_macs_multi_head(graph, op, macs);
    TdiShape w = tdi_input_shape(graph, op, 1);
    if (!read_attention(graph, op, &a) || tdi_input(graph, op, 4) != NULL)
        return false;
    int64_t tokens = tdi_times(a.batch, a.length);
    int64_t dense = tdi_times(tdi_times(tokens, a.width), w.size[1]);
    int64_t scores = tdi_times(tdi_times(tokens, a.length), tdi_plus(a.queries, a.values));
    return set_macs(dense < 0 || scores < 0 ? -1 : tdi_plus(dense, scores), macs);
}

/* ---- Attention of queries, keys and values ------------------------------------------- */

/* [batch, length, width], or [batch, heads, length, width of one] */
typedef struct Part {
    int64_t batch, heads, length, width;
} Part;

static bool read_part(const TdiGraph *graph, const TdiOperator *op, int slot, Part *part)
{
    TdiShape x = tdi_input_shape(graph, op, slot);
    if (x.rank != 3 && x.rank != 4)
        return false;
    int at = x.rank - 3;
    *part = (Part){x.size[0], at == 0 ? 1 : x.size[1], x.size[at + 1], x.size[at + 2]};
    return true;
}

void tdi_infer_multi_head(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape out = tdi_input_shape(graph, op, 0);
    Part values;
    if (out.rank != 3 && out.rank != 4)
        return;
    int64_t heads = tdi_attribute_whole(op, "num_heads", -1);
    int64_t outer = tdi_attribute_whole(op, "q_num_heads", heads);
    int64_t inner = tdi_attribute_whole(op, "kv_num_heads", outer);
    if (!read_part(graph, op, 2, &values)) {
        out.size[out.rank - 1] = -1; /* packed: how is not followed */
    } else if (out.rank == 3 && outer != inner) {
        bool whole = outer > 0 && inner > 0 && values.width >= 0 && values.width % inner == 0;
        out.size[2] = whole ? tdi_times(values.width / inner, outer) : -1;
    } else {
        out.size[out.rank - 1] =
            out.rank == 3 ? tdi_times(values.width, values.heads) : values.width;
    }
    tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

/* Each query with each key, and the weights that come of it with each value. */
bool tdi_macs_multi_head(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    Part queries, keys;
    const TdiTensor *out = tdi_output(graph, op, 0);
    if (out == NULL || !read_part(graph, op, 0, &queries) || !read_part(graph, op, 1, &keys))
        return false;
    if (tdi_input(graph, op, strcmp(op->type, "Attention") == 0 ? 4 : 6) != NULL)
        return false; /* keys of earlier words: how many is not followed */
    int64_t given = tdi_times(tdi_times(queries.batch, queries.heads), queries.length);
    int64_t scores = tdi_times(tdi_times(given, queries.width), keys.length);
    int64_t sums = tdi_times(tdi_shape_elements(&out->shape), keys.length);
    return set_macs(scores < 0 || sums < 0 ? -1 : tdi_plus(scores, sums), macs);
}

/* ---- Embeddings of words, places and segments in one (com.microsoft) ----------------- */

void tdi_infer_embed_norm(TdiGraph *graph, const TdiOperator *op)
{
    TdiShape words = tdi_input_shape(graph, op, 0), table = tdi_input_shape(graph, op, 2);
    if (words.rank != 2)
        return;
    TdiShape out = {
        .rank = 3,
        .size = {words.size[0], words.size[1], table.rank == 2 ? table.size[1] : -1}};
    TdiShape mask = {.rank = 1, .size = {words.size[0]}};
    tdi_put(graph, op, 0, &out, tdi_input_element(graph, op, 2));
    tdi_put(graph, op, 1, &mask, TDI_ELEMENT_INT32);
}
