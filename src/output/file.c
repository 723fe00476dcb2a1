/* Files that appear whole or not at all. */
#include "output/file.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "tiedye/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 256 * 1024 };

struct TdiFile {
    int fd;
    bool standard;      /* standard output: not ours to close */
    bool replaces;      /* the target exists: its owner and mode are kept */
    struct stat before; /* of that target */
    char *name;         /* as the caller wrote it, for messages */
    char *target;       /* what the rename will replace; NULL where bytes go there directly */
    char *temporary;    /* what is written meanwhile; NULL where none was made */
    const TdRun *run;
    size_t used;
    unsigned char buffer[BUFFER_BYTES];
};

/* ---- Failures in words ------------------------------------------------------------------- */

static TdStatus fail_code(const char *name, int code, TdError *err)
{
    const char *reason = strerror(code);
    if (code == ENOSPC)
        reason = "the disk is full";
    else if (code == EDQUOT)
        reason = "the disk quota is used up";
    else if (code == EPIPE)
        reason = "the reading end of the pipe was closed";
    return tdi_fail(err, TD_ERROR_IO, "%.300s: %s", name, reason);
}

/* Length of the folder's part of a path, without the slash; 0 where there is none. The root's
 * slash counts. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return 0;
    return slash == path ? 1 : (size_t)(slash - path);
}

/* Why nothing can be created at `path`: a link to nowhere, a folder missing, or `code`. */
static TdStatus fail_create(const char *path, int code, TdError *err)
{
    struct stat link;
    if (code == ENOENT && lstat(path, &link) == 0)
        return tdi_fail(err, TD_ERROR_IO, "%.300s: is a link to a file that does not exist",
                        path);
    size_t length = folder_length(path);
    if (code != ENOENT || length == 0)
        return fail_code(path, code, err);
    int shown = length < 120 ? (int)length : 120;
    return tdi_fail(err, TD_ERROR_IO,
                    "%.200s: the folder %.*s does not exist; create it with mkdir -p %.*s",
                    path, shown, path, shown, path);
}

/* ---- Opening ----------------------------------------------------------------------------- */

static char *copy_text(const char *words)
{
    TdiText text = {0};
    tdi_text_add(&text, words);
    return tdi_text_take(&text);
}

static void free_file(TdiFile *file)
{
    tdi_free(file->name);
    tdi_free(file->target);
    tdi_free(file->temporary);
    tdi_free(file);
}

/* open(2) that goes on after signals, until the run is cancelled. A pipe without a reader makes
 * it wait. */
static TdStatus open_directly(TdiFile *file, const char *path, TdError *err)
{
    while ((file->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)) < 0) {
        if (errno != EINTR)
            return fail_code(file->name, errno, err);
        TdStatus status = tdi_check_cancel(file->run, err);
        if (status != TD_OK)
            return status;
    }
    return TD_OK;
}

/* `.NAME.tiedye-PID-N` in the target's folder. A long name is cut, to stay within what file
 * systems allow. */
static char *temporary_name(const char *target, unsigned number)
{
    const char *slash = strrchr(target, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash - target) + 1;
    size_t name = strlen(target + folder);
    TdiText text = {0};
    tdi_text_add_bytes(&text, target, folder);
    tdi_text_add(&text, ".");
    tdi_text_add_bytes(&text, target + folder, name < 200 ? name : 200);
    tdi_text_format(&text, ".tiedye-%ld-%u", (long)getpid(), number);
    return tdi_text_take(&text);
}

/* The number of a temporary file goes up where another writer, or one that was killed, has it.
 * What replaces a private file is private from the start. */
static TdStatus create_temporary(TdiFile *file, TdError *err)
{
    mode_t mode = file->replaces ? file->before.st_mode & 0777 : 0666;
    for (unsigned number = 0; number < 10000; number++) {
        char *path = temporary_name(file->target, number);
        if (path == NULL)
            return tdi_fail_memory(err, strlen(file->target) + 32);
        file->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, mode);
        if (file->fd >= 0) {
            file->temporary = path;
            return TD_OK;
        }
        int code = errno;
        tdi_free(path);
        if (code != EEXIST && code != EINTR)
            return fail_create(file->name, code, err);
    }
    return tdi_fail(err, TD_ERROR_IO, "%.300s: its folder is full of temporary files of tiedye",
                    file->name);
}

/* The target is a regular file. A link is followed now, since a rename would replace it; a file
 * that may not be written is not replaced either, though the folder would allow it. */
static TdStatus open_replacement(TdiFile *file, const char *path, TdError *err)
{
    char resolved[PATH_MAX];
    if (realpath(path, resolved) == NULL || access(resolved, W_OK) != 0)
        return fail_code(path, errno, err);
    file->target = copy_text(resolved);
    if (file->target == NULL)
        return tdi_fail_memory(err, PATH_MAX);
    file->replaces = true;
    return create_temporary(file, err);
}

static TdStatus open_new(TdiFile *file, const char *path, TdError *err)
{
    struct stat link;
    if (lstat(path, &link) == 0)
        return fail_create(path, ENOENT, err);
    file->target = copy_text(path);
    if (file->target == NULL)
        return tdi_fail_memory(err, strlen(path));
    return create_temporary(file, err);
}

/* A name of standard output itself: renaming a file over what it is would take its place. */
static bool is_standard_output(const char *path)
{
    return strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0 ||
           strcmp(path, "/dev/fd/1") == 0 || strcmp(path, "/proc/self/fd/1") == 0;
}

static TdStatus open_path(TdiFile *file, const char *path, TdError *err)
{
    if (is_standard_output(path)) {
        fflush(stdout); /* what the program printed before comes before */
        file->fd = STDOUT_FILENO;
        file->standard = true;
        return TD_OK;
    }
    if (path[0] == '\0')
        return tdi_fail(err, TD_ERROR_ARGUMENT, "the name of the file to write is empty");
    if (stat(path, &file->before) != 0) {
        int code = errno;
        return code == ENOENT ? open_new(file, path, err) : fail_code(path, code, err);
    }
    if (S_ISDIR(file->before.st_mode))
        return tdi_fail(err, TD_ERROR_IO, "%.300s: is a folder; name a file in it", path);
    if (S_ISREG(file->before.st_mode))
        return open_replacement(file, path, err);
    return open_directly(file, path, err);
}

TdStatus tdi_file_open(const char *path, const char *binary, const TdRun *run, TdiFile **file,
                       TdError *err)
{
    *file = NULL;
    TdiFile *made = tdi_alloc(1, sizeof *made);
    if (made == NULL)
        return tdi_fail_memory(err, sizeof *made);
    made->fd = -1;
    made->run = run;
    made->name = copy_text(strcmp(path, "-") == 0 ? "standard output" : path);
    TdStatus status =
        made->name == NULL ? tdi_fail_memory(err, strlen(path)) : open_path(made, path, err);
    if (status == TD_OK && binary != NULL && made->target == NULL && isatty(made->fd))
        status =
            tdi_fail(err, TD_ERROR_ARGUMENT,
                     "refusing to write %s to the terminal; use -o FILE or a pipe", binary);
    if (status != TD_OK) {
        tdi_file_discard(made);
        return status;
    }
    *file = made;
    return TD_OK;
}

/* ---- Writing ----------------------------------------------------------------------------- */

/* After a write that moved nothing: whether to go on. A standard output that somebody made
 * non-blocking is waited for. */
static TdStatus wait_or_fail(TdiFile *file, int code, TdError *err)
{
    if (code != EINTR && code != EAGAIN)
        return fail_code(file->name, code, err);
    if (code == EAGAIN) {
        struct pollfd wait = {.fd = file->fd, .events = POLLOUT};
        poll(&wait, 1, 100);
    }
    return tdi_check_cancel(file->run, err);
}

static TdStatus write_through(TdiFile *file, const unsigned char *bytes, size_t size,
                              TdError *err)
{
    while (size > 0) {
        ssize_t moved = write(file->fd, bytes, size);
        if (moved < 0) {
            TdStatus status = wait_or_fail(file, errno, err);
            if (status != TD_OK)
                return status;
            continue;
        }
        bytes += moved;
        size -= (size_t)moved;
    }
    return TD_OK;
}

static TdStatus flush(TdiFile *file, TdError *err)
{
    size_t size = file->used;
    file->used = 0;
    return write_through(file, file->buffer, size, err);
}

TdStatus tdi_file_write(TdiFile *file, const void *bytes, size_t size, TdError *err)
{
    if (size > BUFFER_BYTES - file->used) {
        TdStatus status = flush(file, err);
        if (status != TD_OK)
            return status;
    }
    if (size > BUFFER_BYTES)
        return write_through(file, bytes, size, err);
    memcpy(file->buffer + file->used, bytes, size);
    file->used += size;
    return TD_OK;
}

/* ---- Another program that writes ----------------------------------------------------------
 */

const char *tdi_file_temporary(const TdiFile *file)
{
    return file->temporary;
}

int tdi_file_descriptor(const TdiFile *file)
{
    return file->fd;
}

TdStatus tdi_file_check_reader(TdiFile *file, TdError *err)
{
    struct pollfd look = {.fd = file->fd, .events = POLLOUT};
    bool gone =
        file->temporary == NULL && poll(&look, 1, 0) > 0 && (look.revents & POLLERR) != 0;
    return gone ? write_through(file, (const unsigned char *)"", 1, err) : TD_OK;
}

/* ---- Ending ------------------------------------------------------------------------------ */

/* As well as may be: only root gives files away, and some file systems know no modes. The owner
 * goes first, since a change of it takes bits from the mode. */
static void keep_attributes(TdiFile *file)
{
    bool kept = file->replaces &&
                fchown(file->fd, file->before.st_uid, file->before.st_gid) == 0 &&
                fchmod(file->fd, file->before.st_mode & 0777) == 0;
    if (file->replaces && !kept)
        kept = fchmod(file->fd, file->before.st_mode & 0777) == 0;
    (void)kept;
}

/* Some file systems find out only here that there was no room. */
static TdStatus close_descriptor(TdiFile *file, TdError *err)
{
    int fd = file->fd;
    file->fd = -1;
    if (file->standard || close(fd) == 0 || errno == EINTR)
        return TD_OK;
    return fail_code(file->name, errno, err);
}

/* No fsync: the promise is about programs that stop, not about power that fails. */
static TdStatus put_in_place(TdiFile *file, TdError *err)
{
    if (file->temporary == NULL)
        return TD_OK;
    if (rename(file->temporary, file->target) != 0)
        return fail_code(file->name, errno, err);
    tdi_free(file->temporary);
    file->temporary = NULL;
    return TD_OK;
}

TdStatus tdi_file_close(TdiFile *file, TdError *err)
{
    TdStatus status = flush(file, err);
    keep_attributes(file);
    if (status == TD_OK)
        status = close_descriptor(file, err);
    if (status == TD_OK)
        status = put_in_place(file, err);
    tdi_file_discard(file);
    return status;
}

void tdi_file_discard(TdiFile *file)
{
    if (file == NULL)
        return;
    if (file->fd >= 0)
        close_descriptor(file, NULL);
    if (file->temporary != NULL)
        unlink(file->temporary);
    free_file(file);
}

TdStatus td_write_file(const char *path, const void *bytes, size_t size, TdError *err)
{
    /* A recipe may be shown on a terminal, weights may not. */
    bool text = size == 0 || memchr(bytes, 0, size) == NULL;
    TdiFile *file;
    TdStatus status = tdi_file_open(path, text ? NULL : "binary data", NULL, &file, err);
    if (status != TD_OK)
        return status;
    status = size == 0 ? TD_OK : tdi_file_write(file, bytes, size, err);
    if (status == TD_OK)
        return tdi_file_close(file, err);
    tdi_file_discard(file);
    return status;
}
