/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/host/probe_socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static int open_socket(enum mc_probe_kind kind, int family, bool *ret_raw)
{
    const int protocol = kind != MC_PROBE_ICMP ? 0 : family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
    int fd = socket(family, (kind == MC_PROBE_TCP ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

    *ret_raw = false;
    if (fd >= 0 || kind != MC_PROBE_ICMP)
        return fd < 0 ? -errno : fd;
    *ret_raw = true;
    fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    return fd < 0 ? -errno : fd;
}

int mc_probe_socket(enum mc_probe_kind kind, int family, const char *ifname, bool *ret_raw)
{
    _cleanup_close_ int fd = open_socket(kind, family, ret_raw);

    if (fd < 0)
        return fd;
    if (ifname != NULL && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname, (socklen_t)strlen(ifname) + 1) < 0)
        return -errno;
    return MC_TAKE_FD(fd);
}
