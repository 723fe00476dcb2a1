/* What kind of file holds a network, told by its first bytes. */
#ifndef TDI_DETECT_H
#define TDI_DETECT_H

#include <stddef.h>
#include <stdint.h>

typedef enum TdiNetworkFile {
    TDI_FILE_OTHER, /* a recipe, a picture, anything */
    TDI_FILE_ONNX,
    TDI_FILE_SAFETENSORS,
    TDI_FILE_DESCRIPTION
} TdiNetworkFile;

enum { TDI_DETECT_BYTES = 4096 }; /* as many of them are enough */

/* `count` bytes from the beginning of a file of `size`. */
TdiNetworkFile tdi_network_file(const unsigned char *bytes, size_t count, uint64_t size);

#endif
