/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a program that opens the pty $MICROCAT_TTY as its modem's tty: what a pty has not (modem lines, BREAK,
 * news of an opening and of a new speed) is told to whoever listens on the seqpacket socket $MICROCAT_TTY_LINES, as
 * cdc_acm tells it the USB. A connection a request: a word out ("open", "coding", "rts 1", "break 0", "get", "wait"),
 * the state of the lines to the program back, when it is done. Everything else of the pty is the kernel's.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

static int is_ours(int fd)
{
    const char *path = getenv("MICROCAT_TTY");
    struct stat here, there;

    return path && fstat(fd, &here) == 0 && S_ISCHR(here.st_mode) && stat(path, &there) == 0 &&
           here.st_rdev == there.st_rdev;
}

/* The lines (TIOCM_*), or -1 when nobody answers: the cable is pulled. */
static int ask(const char *word)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    const char *path = getenv("MICROCAT_TTY_LINES");
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), lines = -1;

    snprintf(where.sun_path, sizeof(where.sun_path), "%s", path ? path : "");
    if (fd < 0 || connect(fd, (struct sockaddr *)&where, sizeof(where)) < 0 ||
        send(fd, word, strlen(word), MSG_NOSIGNAL) < 0 || recv(fd, &lines, sizeof(lines), 0) != sizeof(lines))
        lines = -1;
    if (fd >= 0)
        close(fd);
    if (lines < 0)
        errno = EIO;
    return lines;
}

static int set_lines(const int *which, int on)
{
    if (*which & TIOCM_DTR && ask(on ? "dtr 1" : "dtr 0") < 0)
        return -1;
    return *which & TIOCM_RTS && ask(on ? "rts 1" : "rts 0") < 0 ? -1 : 0;
}

__attribute__((visibility("default"))) int ioctl(int fd, unsigned long request, ...)
{
    int (*real)(int, unsigned long, ...);
    *(void **)&real = dlsym(RTLD_NEXT, "ioctl");
    va_list args;

    va_start(args, request);
    void *arg = va_arg(args, void *);
    va_end(args);
    switch (is_ours(fd) ? request : 0) {
    case TIOCMGET:
        *(int *)arg = ask("get");
        return *(int *)arg < 0 ? -1 : 0;
    case TIOCMIWAIT:
        return ask("wait") < 0 ? -1 : 0;
    case TIOCMBIS:
    case TIOCMBIC:
        return set_lines(arg, request == TIOCMBIS);
    case TIOCSBRK:
        return ask("break 1") < 0 ? -1 : 0;
    case TIOCCBRK:
        return ask("break 0") < 0 ? -1 : 0;
    default:
        return real(fd, request, arg);
    }
}

__attribute__((visibility("default"))) int tcsetattr(int fd, int when, const struct termios *settings)
{
    int (*real)(int, int, const struct termios *);

    *(void **)&real = dlsym(RTLD_NEXT, "tcsetattr");
    int r = real(fd, when, settings);

    return r == 0 && is_ours(fd) && ask("coding") < 0 ? -1 : r;
}

static int opened(int fd)
{
    if (fd >= 0 && is_ours(fd))
        ask("open");
    return fd;
}

#undef open64
__attribute__((visibility("default"))) int open64(const char *path, int flags, ...)
{
    int (*real)(const char *, int, ...);
    mode_t mode = 0;
    va_list args;

    *(void **)&real = dlsym(RTLD_NEXT, "open64");
    va_start(args, flags);
    if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE)
        mode = va_arg(args, mode_t);
    va_end(args);
    return opened(real(path, flags, mode));
}
