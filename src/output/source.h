/* Bytes to read from any place of them: a file's, or a block of memory. */
#ifndef TDI_SOURCE_H
#define TDI_SOURCE_H

#include "base/sha256.h"
#include "tiedye/base.h"

typedef struct TdiSource TdiSource;

/* A regular file is read as it is needed. Anything else (a pipe; "-" is standard input) is read
 * whole at once, and refused beyond 1 GiB; the run may cancel that. The caller closes it. */
TdStatus tdi_source_open(const char *path, const TdRun *run, TdiSource **source, TdError *err);

/* `bytes` are borrowed until it is closed; `name` stands in messages. NULL: no memory. */
TdiSource *tdi_source_of_memory(const void *bytes, size_t size, const char *name);

/* What it is called in messages. */
const char *tdi_source_name(const TdiSource *source);

uint64_t tdi_source_size(const TdiSource *source);

/* Exactly `size` bytes from `offset` on, which must lie within the source. */
TdStatus tdi_source_read(TdiSource *source, uint64_t offset, void *out, size_t size,
                         TdError *err);

/* All its bytes, where they lie until it is closed: a regular file is mapped, so that what is
 * not looked at is not read. A file that becomes shorter meanwhile ends the program, as mapped
 * files do. NULL where there are none. */
TdStatus tdi_source_bytes(TdiSource *source, const unsigned char **bytes, TdError *err);

/* Whole pages between `at` and `end` of those bytes need not stay in memory: systems map large
 * pieces around what is looked at. They can still be read. */
void tdi_source_forget(TdiSource *source, const unsigned char *at, const unsigned char *end);

/* The SHA-256 of all its bytes. The run may cancel. */
TdStatus tdi_source_hash(TdiSource *source, const TdRun *run, char hex[TDI_SHA256_HEX + 1],
                         TdError *err);

/* Takes NULL. */
void tdi_source_close(TdiSource *source);

#endif
