/* A file that appears whole or not at all.
 *
 * A regular target (or none yet) is written beside its place as `.NAME.tiedye-PID-N` and
 * renamed at the end; through a symbolic link, so that the link stays. A target that exists and
 * is no regular file (a pipe, a device) is written directly, "-" is standard output, which is
 * flushed and never closed. A new file's permissions follow the umask, an overwritten one keeps
 * its own.
 *
 * A write to a pipe that nobody reads any more fails with TD_ERROR_IO only where the program
 * ignores SIGPIPE; else the signal ends it, as with any other writer. */
#ifndef TDI_FILE_H
#define TDI_FILE_H

#include "tiedye/base.h"

typedef struct TdiFile TdiFile;

/* Begin to write `path`. `binary` is what the bytes are ("a picture") where they are not for a
 * terminal, which is then refused with TD_ERROR_ARGUMENT; NULL for text. Of `run` only the
 * cancel flag is used, which ends a wait for a pipe; may be NULL. On success the caller ends
 * *file with tdi_file_close or tdi_file_discard; on failure it is NULL and nothing is left
 * behind. */
TdStatus tdi_file_open(const char *path, const char *binary, const TdRun *run, TdiFile **file,
                       TdError *err);

/* Append bytes (buffered). After a failure only tdi_file_discard is useful. */
TdStatus tdi_file_write(TdiFile *file, const void *bytes, size_t size, TdError *err);

/* For another program that writes in our place, before anything was appended: the path of the
 * temporary file, NULL where bytes go to the target directly; and the descriptor, which stays
 * the file's. */
const char *tdi_file_temporary(const TdiFile *file);
int tdi_file_descriptor(const TdiFile *file);

/* After such a program has failed: TD_ERROR_IO where the target is a pipe that nobody reads any
 * more, or the signal, as if we had written. */
TdStatus tdi_file_check_reader(TdiFile *file, TdError *err);

/* Write what is buffered, close and rename. Frees `file` in any case; after a failure nothing
 * is left behind. */
TdStatus tdi_file_close(TdiFile *file, TdError *err);

/* Close and remove what was written (a pipe keeps what it has got). Takes NULL. */
void tdi_file_discard(TdiFile *file);

#endif
