/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a report's text goes. */
#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_MS 100   /* between two looks at whether to hurry */
#define LAST_LOOKS 10 /* in a hurry, in a row, at a reader that takes nothing */

struct GstBiqaOutlet {
    int fd;
    char *name;
    gboolean socket;
    gboolean own_file; /* regular, and nobody else's */
    gboolean file;     /* regular */
    gboolean torn;     /* the last text is there in part */
    gint hurry;        /* atomic */
};

static void set_error(GError **error, const char *name, int code)
{
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code),
                "cannot write the report \"%s\": %s", name,
                code == ENXIO ? "it is a FIFO that nobody reads" : g_strerror(code));
}

/* -- open ---------------------------------------------------------------------------------- */

/* The descriptor that target names, or -1. */
static int named_fd(const char *target)
{
    guint64 number;

    if (!strcmp(target, "-"))
        return STDOUT_FILENO;
    if (g_str_has_prefix(target, "fd:") &&
        g_ascii_string_to_unsigned(target + 3, 10, 0, INT_MAX, &number, NULL))
        return (int)number;
    return -1;
}

/* A descriptor of our own for what fd is open on. That of a pipe or a terminal is opened anew where
 * that is allowed, since O_NONBLOCK belongs to the open file: set on fd itself, it would surprise
 * everybody who shares it. */
static int borrow(int fd, const struct stat *status)
{
    char path[64];
    const int flags = fcntl(fd, F_GETFL);
    int own = -1;

    if (flags < 0)
        return -1;
    if ((flags & O_ACCMODE) == O_RDONLY) {
        errno = EBADF;
        return -1;
    }
    g_snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (S_ISFIFO(status->st_mode) || isatty(fd))
        own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    return own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static int open_target(const char *target, int named)
{
    struct stat status;

    if (named < 0)
        return open(target, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0666);
    return fstat(named, &status) ? -1 : borrow(named, &status);
}

GstBiqaOutlet *gst_biqa_outlet_open(const char *target, GError **error)
{
    const int named = named_fd(target);
    const int fd = open_target(target, named);
    struct stat status;

    if (fd < 0 || fstat(fd, &status)) {
        set_error(error, target, errno);
        if (fd >= 0)
            close(fd);
        return NULL;
    }

    GstBiqaOutlet *outlet = g_new(GstBiqaOutlet, 1);
    *outlet = (GstBiqaOutlet){
        .fd = fd,
        .name = g_strdup(target),
        .socket = S_ISSOCK(status.st_mode),
        .file = S_ISREG(status.st_mode),
        .own_file = S_ISREG(status.st_mode) && named < 0,
    };
    return outlet;
}

void gst_biqa_outlet_free(GstBiqaOutlet *outlet)
{
    if (!outlet)
        return;
    close(outlet->fd);
    g_free(outlet->name);
    g_free(outlet);
}

/* -- write --------------------------------------------------------------------------------- */

void gst_biqa_outlet_block_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigaddset(&set, SIGXFSZ); /* a limit on the size of files: an error like a full disk */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void gst_biqa_outlet_hurry(GstBiqaOutlet *outlet)
{
    g_atomic_int_set(&outlet->hurry, TRUE);
}

gboolean gst_biqa_outlet_is_over(const GError *error)
{
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* Until there is room. Returns 0 or an errno. */
static int wait_for_room(GstBiqaOutlet *outlet)
{
    struct pollfd look = {.fd = outlet->fd, .events = POLLOUT};

    for (guint looks = 0; looks < LAST_LOOKS;) {
        const int n = poll(&look, 1, LOOK_MS);

        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return errno;
        looks += g_atomic_int_get(&outlet->hurry) ? 1 : 0;
    }
    return ETIMEDOUT;
}

static gssize write_some(GstBiqaOutlet *outlet, const char *text, gsize length)
{
    if (outlet->socket)
        return send(outlet->fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    /* A pipe that has room has it for PIPE_BUF bytes. */
    return write(outlet->fd, text, outlet->file ? length : MIN(length, PIPE_BUF));
}

/* Returns 0 or an errno; *done says how much was written. */
static int write_all(GstBiqaOutlet *outlet, const char *text, gsize length, gsize *done)
{
    for (*done = 0; *done < length;) {
        const int wait = wait_for_room(outlet);
        const gssize n = wait ? -1 : write_some(outlet, text + *done, length - *done);

        if (n > 0)
            *done += (gsize)n;
        else if (wait)
            return wait;
        else if (n == 0)
            return ENOSPC;
        else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return errno;
    }
    return 0;
}

/* Leaves whole lines only. */
static void take_back(GstBiqaOutlet *outlet, gsize done)
{
    const off_t at = outlet->own_file ? lseek(outlet->fd, -(off_t)done, SEEK_CUR) : -1;

    outlet->torn = at < 0 || ftruncate(outlet->fd, at);
}

gboolean gst_biqa_outlet_write(GstBiqaOutlet *outlet, const char *text, gsize length,
                               GError **error)
{
    gsize done = 0;
    int code = 0;

    if (outlet->torn)
        code = write_all(outlet, "\n", 1, &done);
    if (!code) {
        outlet->torn = FALSE;
        code = write_all(outlet, text, length, &done);
        if (code && done > 0)
            take_back(outlet, done);
    }
    if (code)
        set_error(error, outlet->name, code);
    return !code;
}
