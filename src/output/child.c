/* Another program that is fed through its standard input. */
#include "output/child.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* How long a wait may last before the cancel flag is looked at, in milliseconds; and how often
 * a program is given that time to end by itself after it has closed its input. */
enum { GLANCE = 50, GLANCES_TO_DIE = 40 };

enum { QUOTE_BYTES = 300 };

/* ---- Starting ---------------------------------------------------------------------------- */

/* A copy above the descriptors that the program will find its own at, so that none of them is
 * overwritten before it was copied (a process may have started without 0, 1 or 2). */
static int high_copy(int fd)
{
    return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, TDI_CHILD_OUTPUT + 1);
}

static int set_descriptors(posix_spawn_file_actions_t *actions, int input, int said, int output,
                           bool filter)
{
    int code = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
    if (code == 0)
        code =
            posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (code == 0 && said >= 0)
        code = posix_spawn_file_actions_adddup2(actions, said, STDERR_FILENO);
    else if (code == 0)
        code = posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, STDERR_FILENO);
    if (code == 0 && output >= 0)
        code = posix_spawn_file_actions_adddup2(actions, output,
                                                filter ? STDOUT_FILENO : TDI_CHILD_OUTPUT);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    /* What the caller has left open without care, such as the other end of a pipe. */
    if (code == 0)
        code = posix_spawn_file_actions_addclosefrom_np(
            actions, output >= 0 ? TDI_CHILD_OUTPUT + 1 : TDI_CHILD_OUTPUT);
#endif
    return code;
}

/* A group of its own, and signals as a program expects them, whatever this one does with them.
 */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (code == 0)
        code = posix_spawnattr_setpgroup(attributes, 0);
    if (code == 0)
        code = posix_spawnattr_setsigmask(attributes, &none);
    return code == 0 ? posix_spawnattr_setsigdefault(attributes, &all) : code;
}

/* The descriptors are high copies. */
static int spawn(pid_t *pid, const char *const *words, int input, int said, int output,
                 bool filter)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0)
        return code;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        code = set_descriptors(&actions, input, said, output, filter);
        if (code == 0)
            code = set_attributes(&attributes);
        if (code == 0) /* which does not change the words, whatever its type says */
            code = posix_spawnp(pid, words[0], &actions, &attributes,
                                (char *const *)(uintptr_t)words, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static void close_if(int fd)
{
    if (fd >= 0)
        close(fd);
}

/* `input` is the program's end of the socket. */
static int spawn_copies(TdiChild *child, const char *const *words, int input, int output,
                        bool filter)
{
    int copies[3] = {high_copy(input), -1, high_copy(output)}, code = 0;
    if (copies[0] < 0 || (output >= 0 && copies[2] < 0))
        code = errno;
    if (child->said != NULL)
        copies[1] = high_copy(fileno(child->said));
    if (code == 0)
        code = spawn(&child->pid, words, copies[0], copies[1], copies[2], filter);
    if (code != 0)
        child->pid = 0;
    for (size_t i = 0; i < sizeof copies / sizeof *copies; i++)
        close_if(copies[i]);
    return code;
}

static int start(TdiChild *child, const char *const *words, int output, bool filter)
{
    int ends[2];
    *child = (TdiChild){.name = words[0], .feed = -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return errno;
    child->feed = ends[0];
    child->said = tmpfile(); /* without it, only the words are missing */
    if (child->said != NULL)
        fcntl(fileno(child->said), F_SETFD, FD_CLOEXEC);
    int code = spawn_copies(child, words, ends[1], output, filter);
    close(ends[1]);
    return code;
}

int tdi_child_start(TdiChild *child, const char *const *words, int output)
{
    return start(child, words, output, false);
}

int tdi_child_filter(TdiChild *child, const char *const *words, int output)
{
    return start(child, words, output, true);
}

/* ---- Ending ------------------------------------------------------------------------------ */

static void close_feed(TdiChild *child)
{
    close_if(child->feed);
    child->feed = -1;
}

/* Whether it has ended; with `options` 0 wait for it. */
static bool has_ended(TdiChild *child, int options)
{
    pid_t found = 0;
    do
        found = child->pid == 0 ? 0 : waitpid(child->pid, &child->status, options);
    while (found < 0 && errno == EINTR);
    if (found < 0)
        child->lost = true; /* SIGCHLD is ignored here, or somebody waits for any child */
    if (found != 0)
        child->pid = 0;
    return child->pid == 0;
}

static void kill_child(TdiChild *child)
{
    if (child->pid == 0)
        return;
    kill(-child->pid, SIGKILL); /* with what it has started itself */
    has_ended(child, 0);
}

void tdi_child_end(TdiChild *child)
{
    if (child->name == NULL)
        return;
    kill_child(child);
    close_feed(child);
    if (child->said != NULL)
        fclose(child->said);
    *child = (TdiChild){0};
}

/* Its last lines as one, as many as fit. */
static void quote(const TdiChild *child, char *out, size_t size)
{
    char tail[QUOTE_BYTES];
    struct stat about;
    size_t used = 0;
    out[0] = '\0';
    if (child->said == NULL || fstat(fileno(child->said), &about) != 0)
        return;
    off_t from = about.st_size > QUOTE_BYTES ? about.st_size - QUOTE_BYTES : 0;
    ssize_t got = pread(fileno(child->said), tail, sizeof tail, from);
    size_t end = got > 0 ? (size_t)got : 0, begin = 0;
    while (end > 0 && (tail[end - 1] == '\n' || tail[end - 1] == '\r' || tail[end - 1] == ' '))
        end--;
    const char *line = from > 0 ? memchr(tail, '\n', end) : NULL; /* the first one was cut */
    begin = line == NULL ? 0 : (size_t)(line - tail) + 1;
    for (size_t i = begin; i < end && used + 3 < size; i++) {
        if (tail[i] == '\n')
            out[used++] = ';';
        out[used++] = tail[i] == '\n' ? ' ' : tail[i];
    }
    out[used] = '\0';
}

/* It has ended. `whole`: it has taken everything. */
static TdStatus judge(const TdiChild *child, bool whole, TdError *err)
{
    char said[QUOTE_BYTES + 20], how[60];
    int status = child->status;
    if (child->lost)
        return tdi_fail(err, TD_ERROR_IO,
                        "how %s ended is not known: this program ignores SIGCHLD or waits for "
                        "any child",
                        child->name);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && whole)
        return TD_OK;
    quote(child, said, sizeof said);
    if (child->late)
        snprintf(how, sizeof how, "closed its input and did not end");
    else if (WIFSIGNALED(status))
        snprintf(how, sizeof how, "was ended by signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) == 0)
        snprintf(how, sizeof how, "ended before it had everything");
    else
        snprintf(how, sizeof how, "failed (exit status %d)", WEXITSTATUS(status));
    return tdi_fail(err, TD_ERROR_IO, "%s %s%s%s", child->name, how,
                    said[0] == '\0' ? ", and did not say why" : ": ", said);
}

/* It takes no more: it has ended or is about to. */
static TdStatus fail_feed(TdiChild *child, const TdRun *run, TdError *err)
{
    TdStatus status = TD_OK;
    for (int i = 0; i < GLANCES_TO_DIE && status == TD_OK && !has_ended(child, WNOHANG); i++) {
        poll(NULL, 0, i == 0 ? 1 : GLANCE);
        status = tdi_check_cancel(run, err);
    }
    child->late = child->pid != 0;
    kill_child(child);
    return status == TD_OK ? judge(child, false, err) : status;
}

/* ---- Feeding ----------------------------------------------------------------------------- */

TdStatus tdi_child_feed(TdiChild *child, const void *bytes, size_t size, const TdRun *run,
                        TdError *err)
{
    const char *next = bytes;
    TdStatus status = TD_OK;
    while (size > 0 && status == TD_OK) {
        ssize_t moved = send(child->feed, next, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (moved >= 0) {
            next += moved;
            size -= (size_t)moved;
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd wait = {.fd = child->feed, .events = POLLOUT};
            poll(&wait, 1, GLANCE);
        } else if (errno != EINTR) {
            return fail_feed(child, run, err);
        }
        status = tdi_check_cancel(run, err);
    }
    return status;
}

/* Whether it closed its end with bytes in it. */
static bool left_some(const TdiChild *child)
{
    int code = 0;
    socklen_t size = sizeof code;
    return getsockopt(child->feed, SOL_SOCKET, SO_ERROR, &code, &size) == 0 && code != 0;
}

TdStatus tdi_child_finish(TdiChild *child, const TdRun *run, TdError *err)
{
    TdStatus status = TD_OK;
    shutdown(child->feed, SHUT_WR);
    for (bool hung_up = false; status == TD_OK && !has_ended(child, WNOHANG);) {
        /* Its end of the socket is closed when it ends, which is sooner than a glance. */
        struct pollfd wait = {.fd = child->feed};
        if (hung_up)
            poll(NULL, 0, 1);
        else
            hung_up = poll(&wait, 1, GLANCE) > 0;
        status = tdi_check_cancel(run, err);
    }
    if (status == TD_OK)
        status = judge(child, !left_some(child), err);
    close_feed(child);
    return status;
}
