/* SPDX-License-Identifier: MIT */
#include "sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static int put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC), r;

    if (fd < 0)
        return -errno;
    r = write(fd, text, strlen(text)) < 0 ? -errno : 0;
    close(fd);
    return r;
}

/* A user namespace in which we are root, and @more with it. */
static int become_root(int more)
{
    unsigned uid = geteuid(), gid = getegid();
    char users[32], groups[32];
    int r;

    if (unshare(CLONE_NEWUSER | more) < 0)
        return -errno;
    snprintf(users, sizeof(users), "0 %u 1", uid);
    snprintf(groups, sizeof(groups), "0 %u 1", gid);
    r = put("/proc/self/uid_map", users);
    r = r < 0 ? r : put("/proc/self/setgroups", "deny"); /* or the groups could not be mapped: user_namespaces(7) */
    return r < 0 ? r : put("/proc/self/gid_map", groups);
}

static int refused(int r, const char *what, const char *rights)
{
    printf("this machine refuses %s (%s): it takes root with %s, or user namespaces; a container gives them with "
           "--privileged\n",
           what, strerror(-r), rights);
    fflush(stdout);
    return r;
}

int test_root_enter(struct test_root *back, const char *dir)
{
    int r;

    back->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    back->cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (back->root < 0 || back->cwd < 0)
        return -errno;
    r = chroot(dir) < 0 ? -errno : 0;
    if (r == -EPERM) {
        r = become_root(0);
        if (r == 0 && chroot(dir) < 0)
            r = -errno;
    }
    if (r == 0 && chdir("/") < 0)
        r = -errno;
    if (r == 0)
        return 0;
    close(back->root);
    close(back->cwd);
    return refused(r, "another root directory", "CAP_SYS_CHROOT");
}

void test_root_leave(struct test_root *back)
{
    if (fchdir(back->root) < 0 || chroot(".") < 0 || fchdir(back->cwd) < 0)
        abort();
    close(back->root);
    close(back->cwd);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

int test_tree_remove(const char *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int lo_up(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

    if (fd < 0)
        return -errno;
    r = ioctl(fd, SIOCSIFFLAGS, &lo) < 0 ? -errno : 0;
    close(fd);
    return r;
}

int test_network_enter(void)
{
    int r = unshare(CLONE_NEWNET) < 0 ? -errno : lo_up();

    if (r == -EPERM)
        r = become_root(CLONE_NEWNET);
    r = r < 0 ? r : lo_up();
    return r < 0 ? refused(r, "a network namespace", "CAP_SYS_ADMIN and CAP_NET_ADMIN") : 0;
}

bool test_may_become(unsigned uid)
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(setresuid(uid, uid, uid) < 0);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* Where nodes may be opened: a /tmp of its own often forbids it (nodev). */
static int own_tun(void)
{
    static const char *const places[] = {"/tmp", "/var/tmp", "/run"};
    char dir[64], node[80];
    int fd = -ENOENT;

    for (size_t i = 0; fd < 0 && i < sizeof(places) / sizeof(places[0]); i++) {
        snprintf(dir, sizeof(dir), "%s/microcat-tun-XXXXXX", places[i]);
        if (!mkdtemp(dir))
            continue;
        snprintf(node, sizeof(node), "%s/tun", dir);
        if (mknod(node, S_IFCHR | 0600, makedev(10, 200)) < 0 || (fd = open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0)
            fd = -errno;
        unlink(node);
        rmdir(dir);
    }
    return fd;
}

int test_tun_open(void)
{
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        fd = errno == ENOENT ? own_tun() : -errno;
    if (fd < 0)
        printf("this machine has no TUN interfaces for us (%s): it takes the module tun, and in a container the device "
               "/dev/net/tun\n",
               strerror(-fd));
    fflush(stdout);
    return fd;
}

int test_disk_new(unsigned size_kib, bool read_only)
{
    char size[32];
    int fs, fd, r;

    snprintf(size, sizeof(size), "%uk", size_kib);
    fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
    if (fs < 0 && errno == EPERM && unshare(CLONE_NEWNS) == 0) /* root of a user namespace may mount in its own only */
        fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
    if (fs < 0)
        return -errno;
    if (fsconfig(fs, FSCONFIG_SET_STRING, "size", size, 0) < 0 ||
        fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0700", 0) < 0 ||
        fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) {
        r = -errno;
        close(fs);
        return r;
    }
    fd = fsmount(fs, FSMOUNT_CLOEXEC, read_only ? MOUNT_ATTR_RDONLY : 0);
    r = -errno;
    close(fs);
    return fd < 0 ? r : fd;
}
