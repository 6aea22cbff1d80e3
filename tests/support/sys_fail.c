/* SPDX-License-Identifier: MIT */
#include "sys_fail.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>

static unsigned countdown; /* 0: off */
static int error_;
static const char *failed;

void sys_fail_at(unsigned nth, int error)
{
    countdown = nth;
    error_ = error;
    failed = NULL;
}

bool sys_fail_stop(void)
{
    countdown = 0;
    return failed != NULL;
}

const char *sys_fail_what(void)
{
    return failed ? failed : "nothing";
}

static bool fails(const char *name)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    failed = name;
    errno = error_;
    return true;
}

/* WRAP(type, name, (parameters), (arguments)): the linker sends calls of name to __wrap_name. WRAP_AS: @said is what
 * the person wrote. */
#define WRAP_AS(said, type, name, parameters, arguments)                                                               \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        return fails(said) ? (type)-1 : __real_##name arguments;                                                       \
    }
#define WRAP(type, name, parameters, arguments) WRAP_AS(#name, type, name, parameters, arguments)

/* What calls of read() and recv() become with -D_FORTIFY_SOURCE=3, where the compiler sees how much room there is. */
WRAP(ssize_t, read, (int fd, void *data, size_t n), (fd, data, n))
WRAP_AS("read", ssize_t, __read_chk, (int fd, void *data, size_t n, size_t room), (fd, data, n, room))
WRAP_AS("recv", ssize_t, __recv_chk, (int fd, void *data, size_t n, size_t room, int flags), (fd, data, n, room, flags))
WRAP(ssize_t, write, (int fd, const void *data, size_t n), (fd, data, n))
WRAP(int, fstat64, (int fd, struct stat *st), (fd, st))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, pipe2, (int fds[2], int flags), (fds, flags))
WRAP(pid_t, fork, (void), ())
WRAP(int, timerfd_create, (int clock, int flags), (clock, flags))
WRAP(int, inotify_init1, (int flags), (flags))
WRAP(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask))
WRAP(int, socket, (int family, int type, int protocol), (family, type, protocol))
WRAP(int, bind, (int fd, const struct sockaddr *address, socklen_t len), (fd, address, len))
WRAP(int, listen, (int fd, int backlog), (fd, backlog))
WRAP(int, accept4, (int fd, struct sockaddr *address, socklen_t *len, int flags), (fd, address, len, flags))
WRAP(int, connect, (int fd, const struct sockaddr *address, socklen_t len), (fd, address, len))
WRAP(ssize_t, send, (int fd, const void *data, size_t n, int flags), (fd, data, n, flags))
WRAP(ssize_t, recv, (int fd, void *data, size_t n, int flags), (fd, data, n, flags))
WRAP(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t len), (fd, level, name, value, len))
WRAP(int, posix_openpt, (int flags), (flags))
WRAP(int, grantpt, (int fd), (fd))
WRAP(int, unlockpt, (int fd), (fd))

/* open and fcntl take one more argument or none: passing one on that is not there does no harm on Linux's ABIs. */
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    return fails("open") ? -1 : __real_open64(path, flags, mode);
}

int __real_fcntl64(int fd, int what, ...);
int __wrap_fcntl64(int fd, int what, ...);
int __wrap_fcntl64(int fd, int what, ...)
{
    va_list args;

    va_start(args, what);
    long value = va_arg(args, long);
    va_end(args);
    return fails("fcntl") ? -1 : __real_fcntl64(fd, what, value);
}
