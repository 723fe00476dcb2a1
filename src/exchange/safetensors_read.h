/* What safetensors files hold: names, types and shapes. Their numbers are not read. */
#ifndef TDI_SAFETENSORS_READ_H
#define TDI_SAFETENSORS_READ_H

#include "base/arena.h"
#include "tiedye/base.h"

enum { TDI_SAFETENSORS_RANK = 8 };

typedef struct TdiSafetensor {
    const char *name;
    const char *type; /* "F32" */
    int rank;
    int64_t size[TDI_SAFETENSORS_RANK]; /* from 0 on */
    uint64_t begin, end;                /* bytes behind the header */
} TdiSafetensor;

typedef struct TdiSafetensors {
    TdiArena arena;
    TdiSafetensor *tensors; /* in the order of their bytes */
    size_t count;
} TdiSafetensors;

/* Read the header of a file. TD_ERROR_IO, TD_ERROR_FORMAT (it is none, is cut short, names
 * twice the same, has bytes of two tensors or of none), TD_ERROR_UNSUPPORTED (built without
 * jansson). On failure *tensors is empty, else the caller frees it. */
TdStatus tdi_safetensors_read(const char *path, TdiSafetensors *tensors, TdError *err);

/* The same of bytes in memory. */
TdStatus tdi_safetensors_read_memory(const void *bytes, size_t size, const char *name,
                                     TdiSafetensors *tensors, TdError *err);

void tdi_safetensors_free(TdiSafetensors *tensors);

#endif
