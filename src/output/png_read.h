/* Opening a PNG that is in memory: for the fuzzer, and for tests without files. */
#ifndef TDI_PNG_READ_H
#define TDI_PNG_READ_H

#include "tiedye/output.h"

/* Like td_png_open; `bytes` are borrowed until the reader is closed, `name` stands in messages.
 */
TdStatus tdi_png_open_memory(const void *bytes, size_t size, const char *name,
                             TdPngReader **reader, TdError *err);

#endif
