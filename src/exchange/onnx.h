/* ONNX model files, as they say it themselves: structures that point into the file. Weights
 * are passed over; what a file stores elsewhere ("external data") is not opened. */
#ifndef TDI_ONNX_H
#define TDI_ONNX_H

#include "base/arena.h"
#include "base/names.h"
#include "exchange/wire.h"
#include "tiedye/base.h"

/* Graphs within graphs (bodies of If, Loop, Scan) beyond which a file is refused. */
enum { TDI_ONNX_DEEPEST = 64 };

typedef struct TdiOnnxTensor {
    TdiWords name;
    const int64_t *sizes; /* (rank) their product fits as well */
    size_t rank;
    int element;     /* TensorProto.DataType */
    TdiWire message; /* where its numbers are: tdi_onnx_bits */
} TdiOnnxTensor;

typedef struct TdiOnnxSize {
    int64_t value;   /* -1: not given */
    TdiWords symbol; /* or a name instead */
} TdiOnnxSize;

/* The type of a graph's input, output or inner tensor. */
typedef struct TdiOnnxValue {
    TdiWords name;
    int element;              /* 0: not given, or no tensor */
    bool shaped;              /* the rank is known */
    const TdiOnnxSize *sizes; /* (rank) */
    size_t rank;
} TdiOnnxValue;

typedef struct TdiOnnxAttribute {
    TdiWords name;
    TdiWords reference; /* in a function: the attribute of its call that is meant; or empty */
    /* One of these is there, others are NULL; numbers and words have a count. */
    const int64_t *whole;
    const double *real;
    const TdiWords *words;
    size_t count;
    const TdiOnnxTensor *tensor;
    struct TdiOnnxGraph *graphs;
    size_t graph_count;
} TdiOnnxAttribute;

typedef struct TdiOnnxNode {
    TdiWords name, type, domain; /* the domain ai.onnx is written as none */
    TdiWords overload;           /* which of several functions of one name */
    TdiWords *inputs, *outputs;  /* empty where left out */
    size_t input_count, output_count;
    TdiOnnxAttribute *attributes;
    size_t attribute_count;
} TdiOnnxNode;

typedef struct TdiOnnxGraph {
    TdiWords name;
    TdiOnnxNode *nodes;
    TdiOnnxTensor *tensors; /* initializers, sparse ones too, with the shape they stand for */
    TdiOnnxValue *inputs, *outputs, *values;
    size_t node_count, tensor_count, input_count, output_count, value_count;
    uint64_t all_nodes; /* those of graphs in its nodes' attributes included */
} TdiOnnxGraph;

/* A function of the model's own, which nodes call by domain and type. */
typedef struct TdiOnnxFunction {
    TdiWords name, domain, overload;
    TdiWords *inputs, *outputs;
    size_t input_count, output_count;
    TdiOnnxAttribute *defaults;
    TdiOnnxNode *nodes;
    size_t default_count, node_count;
} TdiOnnxFunction;

typedef struct TdiOnnx {
    TdiArena arena;
    struct TdiSource *source;  /* NULL: of memory */
    const unsigned char *kept; /* what is mapped of it may lie behind this */
    TdiOnnxGraph graph;
    TdiOnnxFunction *functions;
    size_t function_count;
} TdiOnnx;

/* Read a file. TD_ERROR_FORMAT where it is no ONNX model or is damaged. On success the caller
 * closes it, after which nothing that it handed out is valid. */
TdStatus tdi_onnx_open(const char *path, TdiOnnx *onnx, TdError *err);

/* The same of bytes that are borrowed until it is closed; `name` stands in messages. */
TdStatus tdi_onnx_open_memory(const void *bytes, size_t size, const char *name, TdiOnnx *onnx,
                              TdError *err);

/* A tensor was looked at, and those before it in the file. Weights are not read, but systems
 * map large pieces around what is: these are let go now and then. */
void tdi_onnx_passed(TdiOnnx *onnx, const TdiOnnxTensor *tensor);

void tdi_onnx_close(TdiOnnx *onnx);

/* ---- Numbers of a tensor ------------------------------------------------------------- */

typedef enum TdiOnnxClass {
    TDI_ONNX_OTHER, /* strings, complex numbers, and what is newer than this reader */
    TDI_ONNX_WHOLE, /* integers and booleans */
    TDI_ONNX_REAL
} TdiOnnxClass;

TdiOnnxClass tdi_onnx_class(int element);

/* The bits of each of a tensor's `count` elements, for the functions below. False where there
 * are not just so many: they are stored elsewhere, or of another type. */
bool tdi_onnx_bits(const TdiOnnxTensor *tensor, size_t count, uint64_t *bits);

int64_t tdi_onnx_whole(int element, uint64_t bits); /* of TDI_ONNX_WHOLE; uint64 may wrap */
double tdi_onnx_real(int element, uint64_t bits);   /* of TDI_ONNX_REAL */

#endif
