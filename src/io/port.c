/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <microcat/io/fdport.h>
#include <microcat/io/port.h>
#include <microcat/io/serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>

#ifndef TIOCGEXCL
#define TIOCGEXCL _IOR('T', 0x40, int)
#endif

static void closedirp(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

/* The device numbers of UNIX 98 pty slaves (Linux, Documentation/admin-guide/devices.txt). */
static bool is_pty(const struct stat *st)
{
    return major(st->st_rdev) >= 136 && major(st->st_rdev) <= 143;
}

/* The same name may be another device in a container: there a pty has the same numbers, too, but another devpts. */
static bool is_same_device(int dir, const char *fd_name, const struct stat *here)
{
    struct stat there;

    if (fstatat(dir, fd_name, &there, 0) < 0)
        return true; /* then the name must do */
    return here->st_rdev == there.st_rdev && (!is_pty(here) || here->st_dev == there.st_dev);
}

/* Does a descriptor of process @pid lead to @real? By name first: following any link could block on a dead file system.
 */
static bool has_open(const char *pid, const char *real, const struct stat *here)
{
    char dir_path[64], target[PATH_MAX];

    snprintf(dir_path, sizeof(dir_path), "/proc/%.20s/fd", pid);
    _cleanup_(closedirp) DIR *dir = opendir(dir_path);
    if (!dir)
        return false; /* somebody else's process, or gone */
    for (struct dirent *entry; (entry = readdir(dir));) {
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
        if (n <= 0)
            continue;
        target[n] = '\0';
        if (strcmp(target, real) == 0 && is_same_device(dirfd(dir), entry->d_name, here))
            return true;
    }
    return false;
}

static void read_name(const char *pid, char *name, size_t name_bytes)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, name, name_bytes - 1);
    name[n > 0 ? n : 0] = '\0';
    name[strcspn(name, "\n")] = '\0';
    if (!*name)
        snprintf(name, name_bytes, "unknown");
}

bool mc_port_real(int fd, char *out, size_t out_bytes)
{
    char link[32];

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, out_bytes);
    if (n < 0 || (size_t)n >= out_bytes)
        return false;
    out[n] = '\0';
    return true;
}

int mc_port_holder_fd(int fd, struct mc_port_holder *ret_holder)
{
    char real[PATH_MAX];
    struct stat here;

    if (!mc_port_real(fd, real, sizeof(real)) || fstat(fd, &here) < 0)
        return -ENOENT;
    _cleanup_(closedirp) DIR *proc = opendir("/proc");
    if (!proc)
        return -ENOENT;
    for (struct dirent *entry; (entry = readdir(proc));) {
        int64_t pid;
        /* Not process 1: what it has open of us is the service manager's file descriptor store. */
        if (mc_parse_int(entry->d_name, 2, INT_MAX, &pid) < 0 || pid == getpid() ||
            !has_open(entry->d_name, real, &here))
            continue;
        ret_holder->pid = (pid_t)pid;
        read_name(entry->d_name, ret_holder->name, sizeof(ret_holder->name));
        return 0;
    }
    return -ENOENT;
}

int mc_port_holder(const char *path, struct mc_port_holder *ret_holder)
{
    _cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);

    return fd < 0 ? -ENOENT : mc_port_holder_fd(fd, ret_holder);
}

static mc_port_holder_fn *ask_holder = mc_port_holder;

void mc_port_ask_holder_of(mc_port_holder_fn *fn)
{
    ask_holder = fn;
}

/*
 * Keeps others off, even root, whom TIOCEXCL does not stop. No TIOCEXCL on a pty: the mark would outlive us for as long
 * as whoever made the pty keeps its slave open, and lock our next life out.
 */
static int claim(int fd)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

static int claim_opened(struct mc_transport *transport, struct mc_transport **ret_transport)
{
    int r = claim(mc_fdport_fd(transport));
    if (r < 0)
        transport->ops->close(transport);
    else
        *ret_transport = transport;
    return r;
}

static int open_plain(struct mc_loop *loop, const char *real, struct mc_transport **ret_transport)
{
    _cleanup_close_ int fd = open(real, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int exclusive = 0;

    if (fd < 0)
        return -errno;
    /* Whoever made the pty may well keep its slave open, to see no hang-up between two users: that is no other user. */
    if (ioctl(fd, TIOCGEXCL, &exclusive) == 0 && exclusive)
        return -EBUSY;
    int r = claim(fd);
    if (r == 0)
        r = mc_fdport_new(loop, fd, NULL, NULL, ret_transport);
    if (r == 0)
        (void)MC_TAKE_FD(fd);
    return r;
}

/* Asks sysfs, not the device: opening a device to see what it is can do things to it. */
bool mc_port_is_tty(const struct stat *st)
{
    char path[64];

    if (!S_ISCHR(st->st_mode))
        return false;
    if (is_pty(st)) /* sysfs knows nothing of it */
        return true;
    snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/subsystem", major(st->st_rdev), minor(st->st_rdev));
    _cleanup_free_ char *subsystem = realpath(path, NULL);
    return subsystem && strcmp(subsystem, "/sys/class/tty") == 0;
}

static int open_serial(struct mc_loop *loop, const char *real, struct mc_transport **ret_transport)
{
    struct mc_port_holder holder;
    struct mc_transport *transport;

    if (access(real, R_OK | W_OK) < 0)
        return -errno;
    if (ask_holder(real, &holder) == 0)
        return -EBUSY;
    int r = mc_serial_open(loop, real, &transport);
    if (r == -ENOTTY)
        return open_plain(loop, real,
                          ret_transport); /* a tty without modem lines, of which libserialport wants to know */
    if (r < 0)
        return r;
    return claim_opened(transport, ret_transport);
}

int mc_port_open(struct mc_loop *loop, const char *path, struct mc_transport **ret_transport)
{
    _cleanup_free_ char *real = realpath(path, NULL);
    struct stat st;

    if (!real || stat(real, &st) < 0)
        return -errno;
    if (!mc_port_is_tty(&st))
        return -ENOTTY;
    return is_pty(&st) ? open_plain(loop, real, ret_transport) : open_serial(loop, real, ret_transport);
}

/*
 * libserialport takes no descriptor over, so a serial port is opened a second time while the old descriptor holds it
 * open: the line sees no hang-up in between and nothing that waits to be read is lost.
 */
static int reopen_serial(struct mc_loop *loop, int fd, const char *real, struct mc_transport **ret_transport)
{
    struct mc_transport *transport;

    ioctl(fd, TIOCNXCL);
    int r = mc_serial_reopen(loop, real, &transport);
    if (r < 0)
        return r;
    return claim_opened(transport, ret_transport);
}

int mc_port_adopt(struct mc_loop *loop, int fd, const char *path, struct mc_transport **ret_transport)
{
    _cleanup_close_ int owned = fd;
    _cleanup_free_ char *real = realpath(path, NULL);
    struct stat there, here;
    struct termios settings;

    flock(fd, LOCK_UN); /* a lock of our former life, which a copy in the descriptor store would keep up */
    if (!real || stat(real, &there) < 0 || fstat(fd, &here) < 0)
        return -errno;
    if (!S_ISCHR(here.st_mode) || here.st_rdev != there.st_rdev)
        return -ENODEV;
    if (tcgetattr(fd, &settings) < 0)
        return errno == EIO ? -ENODEV : -errno; /* EIO: hung up */
    int r = is_pty(&here) ? -ENOTTY : reopen_serial(loop, fd, real, ret_transport);
    if (r != -ENOTTY)
        return r;
    r = claim(fd);
    if (r == 0)
        r = mc_fdport_new(loop, fd, NULL, NULL, ret_transport);
    if (r == 0)
        (void)MC_TAKE_FD(owned);
    return r;
}

int mc_port_fd(const struct mc_transport *transport)
{
    return mc_fdport_fd(transport);
}
