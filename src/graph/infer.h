/* What the files behind the table of operators share: one function a family of operators. Sizes
 * below 0 are unknown everywhere, and so is what passes 2^63. */
#ifndef TDI_INFER_H
#define TDI_INFER_H

#include "graph/graph.h"

/* ---- Helpers (shapes.c) -------------------------------------------------------------- */

int64_t tdi_times(int64_t a, int64_t b); /* of two sizes */
int64_t tdi_plus(int64_t size, int64_t more);
bool tdi_axis(int64_t axis, int rank, int *found); /* -1 is the last; false: there is none */

/* The size that two that must be equal have, one of them known; false: they differ. */
bool tdi_same_size(int64_t a, int64_t b, int64_t *size);

/* What is now known of output `slot`: sizes (unknown ones stay what they were) and the type of
 * its elements (TDI_ELEMENT_UNKNOWN: stays what it was). */
void tdi_put(TdiGraph *graph, const TdiOperator *op, int slot, const TdiShape *shape,
             int element);

/* The shape of an input, of rank -1 where it is left out. */
TdiShape tdi_input_shape(const TdiGraph *graph, const TdiOperator *op, int slot);

/* The type of an input's elements. */
int tdi_input_element(const TdiGraph *graph, const TdiOperator *op, int slot);

/* Whole numbers that stand in an attribute in some versions of ONNX, and in an input in others.
 */
typedef struct TdiList {
    bool given;            /* the network says what they are, */
    const int64_t *whole;  /* ... and here they are; NULL: they are computed as it runs */
    const int64_t *partly; /* the same, perhaps with holes (TDI_HOLE) */
    size_t count;          /* of them; also where they are not known but their number is */
    bool counted;          /* count is known */
} TdiList;

TdiList tdi_list(const TdiGraph *graph, const TdiOperator *op, const char *attribute, int slot);

/* A list as a shape; rank -1 where even its length is not known. */
TdiShape tdi_list_shape(const TdiList *list);

/* The one whole number of an input; false: not known. */
bool tdi_input_whole(const TdiGraph *graph, const TdiOperator *op, int slot, int64_t *number);

/* ONNX's rule of shapes that stretch to each other; false: these do not. */
bool tdi_broadcast(const TdiShape *a, const TdiShape *b, TdiShape *to);

bool tdi_is_integer(int element); /* booleans included */

/* ---- Shapes: columns `infer` and `macs` ---------------------------------------------- */

typedef void TdiInfer(TdiGraph *graph, const TdiOperator *op);
typedef bool TdiMacs(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs);

/* shapes_window.c: what slides a window over the axes behind the channels. */
typedef struct TdiWindow {
    int axes;
    int64_t kernel[TDI_MAX_RANK], stride[TDI_MAX_RANK], dilation[TDI_MAX_RANK];
    int64_t begin[TDI_MAX_RANK], end[TDI_MAX_RANK]; /* padding */
} TdiWindow;

/* The window of a convolution or pool whose input has `axes` of them, its kernel from the shape
 * of `weights` or, NULL, from attributes. False: not known, or not sound. */
bool tdi_window(const TdiOperator *op, int axes, const TdiShape *weights, TdiWindow *window);
int tdi_weights_slot(const TdiOperator *op); /* the input that holds a convolution's kernels */

TdiInfer tdi_infer_conv, tdi_infer_conv_transpose, tdi_infer_pool, tdi_infer_global_pool,
    tdi_infer_unpool, tdi_infer_roi_pool, tdi_infer_roi_align, tdi_infer_grid_sample,
    tdi_infer_resize, tdi_infer_depth_to_space, tdi_infer_space_to_depth, tdi_infer_pad,
    tdi_infer_col2im, tdi_infer_crop_or_pad;
TdiMacs tdi_macs_conv, tdi_macs_conv_transpose;

/* shapes_product.c: matrix products; shapes_cell.c: recurrent cells and attention;
 * shapes_einsum.c. */
TdiInfer tdi_infer_gemm, tdi_infer_matmul, tdi_infer_qlinear_matmul, tdi_infer_matmul_integer,
    tdi_infer_matmul_blocks, tdi_infer_qgemm, tdi_infer_einsum, tdi_infer_recurrent,
    tdi_infer_attention, tdi_infer_multi_head, tdi_infer_embed_norm;
TdiMacs tdi_macs_gemm, tdi_macs_matmul, tdi_macs_qlinear_matmul, tdi_macs_matmul_blocks,
    tdi_macs_einsum, tdi_macs_recurrent, tdi_macs_attention, tdi_macs_multi_head,
    tdi_macs_unknown;

/* shapes_move.c */
TdiInfer tdi_infer_concat, tdi_infer_qlinear_concat, tdi_infer_split, tdi_infer_slice,
    tdi_infer_gather, tdi_infer_gather_elements, tdi_infer_gather_nd, tdi_infer_transpose,
    tdi_infer_reshape, tdi_infer_flatten, tdi_infer_squeeze, tdi_infer_unsqueeze,
    tdi_infer_expand, tdi_infer_tile, tdi_infer_compress, tdi_infer_sequence_of;

/* One axis of Slice. */
typedef struct TdiSlice {
    int axis;
    int64_t start, step, size; /* start inside the input; size of the output */
} TdiSlice;

/* The axes that Slice cuts, at most `most`; -1: not known. */
int tdi_slices(const TdiGraph *graph, const TdiOperator *op, TdiSlice *slices, int most);

/* shapes_each.c: element by element, norms, reductions. */
TdiInfer tdi_infer_join, tdi_infer_qlinear_join, tdi_infer_compare, tdi_infer_where,
    tdi_infer_cast, tdi_infer_cast_like, tdi_infer_test, tdi_infer_batch_norm,
    tdi_infer_layer_norm, tdi_infer_skip_norm, tdi_infer_dropout, tdi_infer_reduce,
    tdi_infer_arg, tdi_infer_quantize, tdi_infer_dequantize, tdi_infer_dynamic_quantize,
    tdi_infer_loss, tdi_infer_det, tdi_infer_like;

/* The axes (ascending in the bits) that a reduction takes away; false: not known. */
bool tdi_reduced_axes(const TdiGraph *graph, const TdiOperator *op, int rank, unsigned *axes);

/* shapes_make.c: shapes as numbers, and what is made from numbers. */
TdiInfer tdi_infer_constant, tdi_infer_constant_of_shape, tdi_infer_shape, tdi_infer_size,
    tdi_infer_range, tdi_infer_random, tdi_infer_multinomial, tdi_infer_one_hot,
    tdi_infer_non_zero, tdi_infer_non_max, tdi_infer_top_k, tdi_infer_unique,
    tdi_infer_window_of, tdi_infer_scalar, tdi_infer_if, tdi_infer_loop, tdi_infer_scan,
    tdi_infer_nothing;

/* shapes_signal.c */
TdiInfer tdi_infer_dft, tdi_infer_stft, tdi_infer_mel, tdi_infer_tf_idf;

/* ---- Known numbers: column `numbers` (numbers.c, numbers_each.c) ---------------------- */

typedef void TdiEvaluate(TdiGraph *graph, const TdiOperator *op);

TdiEvaluate tdi_number_same, tdi_number_cast, tdi_number_shape, tdi_number_size,
    tdi_number_constant, tdi_number_fill, tdi_number_range, tdi_number_gather, tdi_number_slice,
    tdi_number_concat, tdi_number_split, tdi_number_transpose, tdi_number_expand,
    tdi_number_add, tdi_number_sub, tdi_number_mul, tdi_number_div, tdi_number_mod,
    tdi_number_min, tdi_number_max, tdi_number_equal, tdi_number_less, tdi_number_greater,
    tdi_number_and, tdi_number_or, tdi_number_not, tdi_number_where, tdi_number_neg,
    tdi_number_abs, tdi_number_floor, tdi_number_ceil, tdi_number_sqrt, tdi_number_product,
    tdi_number_sum, tdi_number_reduce_max, tdi_number_reduce_min, tdi_number_non_zero;

/* ---- Receptive fields: column `field` (fields.c) ------------------------------------- */

typedef void TdiField(TdiGraph *graph, const TdiOperator *op);

/* A network's input sees itself, where it is an image. */
void tdi_field_start(TdiTensor *input);

TdiField tdi_field_join, tdi_field_window, tdi_field_transposed, tdi_field_scaled,
    tdi_field_global, tdi_field_reduce, tdi_field_transpose, tdi_field_reshape, tdi_field_slice,
    tdi_field_matmul, tdi_field_all, tdi_field_none;

#endif
