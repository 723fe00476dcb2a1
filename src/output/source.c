/* Reading from files, pipes and memory alike. */
#include "output/source.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is asked for is mostly small and in order. */
enum { WINDOW_BYTES = 64 * 1024, PIECE_BYTES = 32 * 1024 };

#define PIPE_BYTES_MOST ((size_t)1 << 30)

struct TdiSource {
    char *name;
    int fd; /* of a regular file; -1 where the bytes are in memory */
    uint64_t size;
    const unsigned char *bytes; /* all of them; NULL for a regular file */
    TdiText owned;              /* what came from a pipe */
    void *map;                  /* the regular file, once it was asked for whole; NULL */
    uint64_t window_at;
    size_t window_bytes;
    unsigned char window[WINDOW_BYTES];
};

static TdStatus fail_code(const TdiSource *source, int code, TdError *err)
{
    return tdi_fail(err, TD_ERROR_IO, "%.300s: %s", source->name, strerror(code));
}

static TdiSource *create(const char *name)
{
    TdiSource *source = tdi_alloc(1, sizeof *source);
    if (source == NULL)
        return NULL;
    source->fd = -1;
    TdiText text = {0};
    tdi_text_add(&text, name);
    source->name = tdi_text_take(&text);
    if (source->name != NULL)
        return source;
    tdi_source_close(source);
    return NULL;
}

static TdStatus read_pipe(TdiSource *source, int fd, const TdRun *run, TdError *err)
{
    for (;;) {
        ssize_t got = read(fd, source->window, WINDOW_BYTES);
        int code = errno;
        TdStatus status = tdi_check_cancel(run, err);
        if (status != TD_OK)
            return status;
        if (got < 0 && code == EINTR)
            continue;
        if (got < 0)
            return fail_code(source, code, err);
        if (got == 0)
            break;
        tdi_text_add_bytes(&source->owned, (const char *)source->window, (size_t)got);
        if (source->owned.failed)
            return tdi_fail_memory(err, source->owned.length);
        if (source->owned.length > PIPE_BYTES_MOST)
            return tdi_fail(err, TD_ERROR_IO,
                            "%s: more than 1 GiB comes through a pipe; save it as a file first",
                            source->name);
    }
    source->size = source->owned.length;
    source->bytes =
        source->size == 0 ? source->window : (const unsigned char *)source->owned.data;
    return TD_OK;
}

/* Takes over `fd`. */
static TdStatus open_descriptor(TdiSource *source, int fd, const TdRun *run, TdError *err)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        TdStatus status = fail_code(source, errno, err);
        close(fd);
        return status;
    }
    if (S_ISREG(about.st_mode)) {
        source->fd = fd;
        source->size = (uint64_t)about.st_size;
        return TD_OK;
    }
    TdStatus status = S_ISDIR(about.st_mode)
                          ? tdi_fail(err, TD_ERROR_IO, "%s: is a folder", source->name)
                          : read_pipe(source, fd, run, err);
    close(fd);
    return status;
}

TdStatus tdi_source_open(const char *path, const TdRun *run, TdiSource **source, TdError *err)
{
    bool standard = strcmp(path, "-") == 0;
    *source = NULL;
    TdiSource *made = create(standard ? "standard input" : path);
    if (made == NULL)
        return tdi_fail_memory(err, sizeof *made);
    int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    TdStatus status =
        fd < 0 ? fail_code(made, errno, err) : open_descriptor(made, fd, run, err);
    if (status != TD_OK) {
        tdi_source_close(made);
        return status;
    }
    *source = made;
    return TD_OK;
}

TdiSource *tdi_source_of_memory(const void *bytes, size_t size, const char *name)
{
    TdiSource *source = create(name);
    if (source == NULL)
        return NULL;
    source->size = size;
    source->bytes = size == 0 ? source->window : bytes;
    return source;
}

const char *tdi_source_name(const TdiSource *source)
{
    return source->name;
}

uint64_t tdi_source_size(const TdiSource *source)
{
    return source->size;
}

/* Fill `out` from the file. */
static TdStatus read_file(TdiSource *source, uint64_t offset, unsigned char *out, size_t size,
                          TdError *err)
{
    while (size > 0) {
        ssize_t got = pread(source->fd, out, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_code(source, errno, err);
        if (got == 0)
            return tdi_fail(err, TD_ERROR_IO, "%s: became shorter while it was read",
                            source->name);
        out += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return TD_OK;
}

/* Move the window so that it begins at `offset`. */
static TdStatus move_window(TdiSource *source, uint64_t offset, TdError *err)
{
    uint64_t left = source->size - offset;
    size_t size = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;
    source->window_bytes = 0;
    TdStatus status = read_file(source, offset, source->window, size, err);
    if (status != TD_OK)
        return status;
    source->window_at = offset;
    source->window_bytes = size;
    return TD_OK;
}

static bool in_window(const TdiSource *source, uint64_t offset, size_t size)
{
    return offset >= source->window_at && size <= source->window_bytes &&
           offset - source->window_at <= source->window_bytes - size;
}

TdStatus tdi_source_read(TdiSource *source, uint64_t offset, void *out, size_t size,
                         TdError *err)
{
    if (offset > source->size || size > source->size - offset)
        return tdi_fail(err, TD_ERROR_FORMAT, "%s: ends too early", source->name);
    if (source->bytes != NULL) {
        memcpy(out, source->bytes + offset, size);
        return TD_OK;
    }
    if (size > WINDOW_BYTES)
        return read_file(source, offset, out, size, err);
    if (!in_window(source, offset, size)) {
        TdStatus status = move_window(source, offset, err);
        if (status != TD_OK)
            return status;
    }
    memcpy(out, source->window + (offset - source->window_at), size);
    return TD_OK;
}

/* Without reading ahead: few want all of a file that they map. */
TdStatus tdi_source_bytes(TdiSource *source, const unsigned char **bytes, TdError *err)
{
    *bytes = source->bytes;
    if (source->bytes != NULL || source->size == 0)
        return TD_OK;
    if (source->size > SIZE_MAX / 2)
        return tdi_fail_memory(err, source->size);
    if (source->map == NULL) {
        void *map = mmap(NULL, (size_t)source->size, PROT_READ, MAP_PRIVATE, source->fd, 0);
        if (map == MAP_FAILED)
            return fail_code(source, errno, err);
        posix_madvise(map, (size_t)source->size, POSIX_MADV_RANDOM);
        source->map = map;
    }
    *bytes = source->map;
    return TD_OK;
}

void tdi_source_forget(TdiSource *source, const unsigned char *at, const unsigned char *end)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (source->map == NULL)
        return;
    size_t from = (size_t)(at - (unsigned char *)source->map + (ptrdiff_t)page - 1) / page;
    size_t to = (size_t)(end - (unsigned char *)source->map) / page;
    if (from < to)
        madvise((char *)source->map + from * page, (to - from) * page, MADV_DONTNEED);
}

TdStatus tdi_source_hash(TdiSource *source, const TdRun *run, char hex[TDI_SHA256_HEX + 1],
                         TdError *err)
{
    unsigned char piece[PIECE_BYTES];
    TdiSha256 sha;
    tdi_sha256_begin(&sha);
    for (uint64_t at = 0; at < source->size;) {
        uint64_t left = source->size - at;
        size_t part = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
        TdStatus status = tdi_check_cancel(run, err);
        if (status == TD_OK)
            status = tdi_source_read(source, at, piece, part, err);
        if (status != TD_OK)
            return status;
        tdi_sha256_add(&sha, piece, part);
        at += part;
    }
    tdi_sha256_end(&sha, hex);
    return TD_OK;
}

void tdi_source_close(TdiSource *source)
{
    if (source == NULL)
        return;
    if (source->map != NULL)
        munmap(source->map, (size_t)source->size);
    if (source->fd >= 0)
        close(source->fd);
    tdi_text_free(&source->owned);
    tdi_free(source->name);
    tdi_free(source);
}
