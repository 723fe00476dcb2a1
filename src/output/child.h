/* Another program that is fed through its standard input.
 *
 * The program is found on PATH and runs in a process group of its own, so that an interrupt
 * from the terminal does not reach it: whoever started it ends it. Its input is a socket, so
 * that one that has died never raises SIGPIPE here; nothing that belongs to the whole process,
 * such as what becomes of signals, is touched. What it says goes to a file without a name and
 * is quoted where it fails; what it prints is dropped. */
#ifndef TDI_CHILD_H
#define TDI_CHILD_H

#include "tiedye/base.h"

#include <stdio.h>
#include <sys/types.h>

/* Zeroed: none was started. */
typedef struct TdiChild {
    const char *name; /* for messages; borrowed */
    pid_t pid;        /* 0: it does not run (any more) */
    int feed;         /* our end of its input; -1 once closed */
    FILE *said;       /* its standard error; NULL where no file could be made */
    int status;       /* as waitpid tells */
    bool lost;        /* its status went to somebody else in this process */
    bool late;        /* it took no more, did not end and was killed */
} TdiChild;

/* The descriptor as which a program finds `output` of tdi_child_start. */
enum { TDI_CHILD_OUTPUT = 3 };

/* Start words[0] with the arguments that follow, up to a NULL. `output`: a descriptor to hand
 * on, -1 for none. 0, or the errno of what failed; ENOENT: there is no such program. The caller
 * ends it with tdi_child_end in any case. */
int tdi_child_start(TdiChild *child, const char *const *words, int output);

/* The same for a program that writes to its standard output, which is `output`. */
int tdi_child_filter(TdiChild *child, const char *const *words, int output);

/* Hand bytes over. TD_ERROR_IO: it takes no more, and has ended since; *err quotes it.
 * TD_ERROR_CANCELLED as soon as the run is cancelled, though it may not be reading. */
TdStatus tdi_child_feed(TdiChild *child, const void *bytes, size_t size, const TdRun *run,
                        TdError *err);

/* Tell it that nothing more comes and wait until it has ended, well (TD_OK) or not. */
TdStatus tdi_child_finish(TdiChild *child, const TdRun *run, TdError *err);

/* Kill it where it still runs and free what belongs to it. Takes a zeroed one, and one that was
 * ended before. */
void tdi_child_end(TdiChild *child);

#endif
