/* Shapes and multiply-adds of matrix products. */
#include <string.h>

#include "graph/infer.h"

static bool set_macs(int64_t count, uint64_t *macs)
{
    *macs = count < 0 ? 0 : (uint64_t)count;
    return count >= 0;
}

bool tdi_macs_unknown(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    (void)graph;
    (void)op;
    (void)macs;
    return false;
}

/* ---- MatMul -------------------------------------------------------------------------- */

/* A matrix product: its output, and how many products make one element of it. */
typedef struct Product {
    TdiShape out;
    int64_t depth;
} Product;

static void swap_last(TdiShape *shape)
{
    int64_t last = shape->size[shape->rank - 1];
    shape->size[shape->rank - 1] = shape->size[shape->rank - 2];
    shape->size[shape->rank - 2] = last;
}

/* A vector is a matrix of one row (left) or one column (right). */
static bool make_matrix(TdiShape *shape, bool left, bool swap)
{
    if (shape->rank < 1)
        return false;
    if (shape->rank == 1) {
        shape->rank = 2;
        shape->size[1] = left ? shape->size[0] : 1;
        shape->size[0] = left ? 1 : shape->size[0];
    } else if (swap) {
        swap_last(shape);
    }
    return true;
}

static TdiShape without_last(const TdiShape *shape, int axes)
{
    TdiShape rest = *shape;
    rest.rank -= axes;
    return rest;
}

static bool multiply(TdiShape a, TdiShape b, bool swap_a, bool swap_b, Product *product)
{
    bool row = a.rank == 1, column = b.rank == 1;
    if (!make_matrix(&a, true, swap_a) || !make_matrix(&b, false, swap_b))
        return false;
    TdiShape batch_a = without_last(&a, 2), batch_b = without_last(&b, 2), *out = &product->out;
    if (!tdi_broadcast(&batch_a, &batch_b, out) ||
        !tdi_same_size(a.size[a.rank - 1], b.size[b.rank - 2], &product->depth))
        return false;
    if (!row)
        out->size[out->rank++] = a.size[a.rank - 2];
    if (!column)
        out->size[out->rank++] = b.size[b.rank - 1];
    return true;
}

static bool matmul(const TdiGraph *graph, const TdiOperator *op, int slot_a, int slot_b,
                   Product *product)
{
    return multiply(tdi_input_shape(graph, op, slot_a), tdi_input_shape(graph, op, slot_b),
                    tdi_attribute_whole(op, "transA", 0) != 0,
                    tdi_attribute_whole(op, "transB", 0) != 0, product);
}

static bool product_macs(const Product *product, uint64_t *macs)
{
    return set_macs(tdi_times(tdi_shape_elements(&product->out), product->depth), macs);
}

void tdi_infer_matmul(TdiGraph *graph, const TdiOperator *op)
{
    Product product;
    if (matmul(graph, op, 0, 1, &product))
        tdi_put(graph, op, 0, &product.out, TDI_ELEMENT_UNKNOWN);
}

bool tdi_macs_matmul(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    Product product;
    return matmul(graph, op, 0, 1, &product) && product_macs(&product, macs);
}

void tdi_infer_matmul_integer(TdiGraph *graph, const TdiOperator *op)
{
    Product product;
    bool whole = strcmp(op->type, "MatMulInteger") == 0;
    if (matmul(graph, op, 0, 1, &product))
        tdi_put(graph, op, 0, &product.out, whole ? TDI_ELEMENT_INT32 : TDI_ELEMENT_FLOAT);
}

/* QLinearMatMul: a, its scale and zero, b, its scale and zero, those of the output. */
void tdi_infer_qlinear_matmul(TdiGraph *graph, const TdiOperator *op)
{
    Product product;
    if (matmul(graph, op, 0, 3, &product))
        tdi_put(graph, op, 0, &product.out, tdi_input_element(graph, op, 7));
}

bool tdi_macs_qlinear_matmul(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    Product product;
    return matmul(graph, op, 0, 3, &product) && product_macs(&product, macs);
}

/* QGemm: as QLinearMatMul, with a bias before what belongs to the output. */
void tdi_infer_qgemm(TdiGraph *graph, const TdiOperator *op)
{
    Product product;
    int element =
        tdi_input(graph, op, 7) != NULL ? tdi_input_element(graph, op, 8) : TDI_ELEMENT_FLOAT;
    if (matmul(graph, op, 0, 3, &product))
        tdi_put(graph, op, 0, &product.out, element);
}

/* ---- Weights in blocks of few bits --------------------------------------------------- */

/* MatMulNBits and its like: the weights' shape stands in attributes. */
static bool blocks(const TdiGraph *graph, const TdiOperator *op, Product *product)
{
    TdiShape a = tdi_input_shape(graph, op, 0);
    int64_t depth = tdi_attribute_whole(op, "K", -1), width = tdi_attribute_whole(op, "N", -1);
    if (a.rank < 1 || !tdi_same_size(a.size[a.rank - 1], depth, &product->depth))
        return false;
    product->out = a;
    product->out.size[a.rank - 1] = width;
    return true;
}

void tdi_infer_matmul_blocks(TdiGraph *graph, const TdiOperator *op)
{
    Product product;
    if (blocks(graph, op, &product))
        tdi_put(graph, op, 0, &product.out, TDI_ELEMENT_UNKNOWN);
}

bool tdi_macs_matmul_blocks(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    Product product;
    return blocks(graph, op, &product) && product_macs(&product, macs);
}

/* ---- Gemm ---------------------------------------------------------------------------- */

static bool gemm(const TdiGraph *graph, const TdiOperator *op, Product *product)
{
    TdiShape a = tdi_input_shape(graph, op, 0), b = tdi_input_shape(graph, op, 1);
    const TdiShape unknown = {.rank = 2, .size = {-1, -1}};
    if ((a.rank >= 0 && a.rank != 2) || (b.rank >= 0 && b.rank != 2))
        return false;
    if (a.rank < 0 && b.rank < 0)
        return false;
    return multiply(a.rank < 0 ? unknown : a, b.rank < 0 ? unknown : b,
                    tdi_attribute_whole(op, "transA", 0) != 0,
                    tdi_attribute_whole(op, "transB", 0) != 0, product);
}

void tdi_infer_gemm(TdiGraph *graph, const TdiOperator *op)
{
    Product product;
    if (gemm(graph, op, &product))
        tdi_put(graph, op, 0, &product.out, TDI_ELEMENT_UNKNOWN);
}

bool tdi_macs_gemm(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    Product product;
    return gemm(graph, op, &product) && product_macs(&product, macs);
}
