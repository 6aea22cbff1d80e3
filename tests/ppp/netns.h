/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_NETNS_H
#define MICROCAT_TESTS_NETNS_H

/* A TUN interface in the place of ppp0, in the network of the test's own (test_network_enter()). Nothing of it outlives
 * the process. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sandbox.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/** Skips a test whose netns_tun() gave none: it has said why. For a file that includes cmocka. */
#define NEEDS_NETNS(tun_fd)                                                                                            \
    do {                                                                                                               \
        if ((tun_fd) < 0) {                                                                                            \
            skip();                                                                                                    \
        }                                                                                                              \
    } while (0)

static inline int netns_request(unsigned long what, struct ifreq *request)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int r = ioctl(fd, what, request) < 0 ? -errno : 0;

    close(fd);
    return r;
}

static inline int netns_up(const char *name)
{
    struct ifreq request = {0};
    int r;

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    r = netns_request(SIOCGIFFLAGS, &request);
    request.ifr_flags |= IFF_UP;
    return r < 0 ? r : netns_request(SIOCSIFFLAGS, &request);
}

/** A TUN interface with an address, up. The descriptor reads and writes its packets; closing it removes the interface.
 * -errno. */
static inline int netns_tun(const char *name, const char *address)
{
    struct ifreq request = {0};
    struct sockaddr_in in = {.sin_family = AF_INET};
    int fd = test_tun_open(), r;

    if (fd < 0)
        return fd;
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        r = -errno;
        close(fd);
        return r;
    }
    inet_pton(AF_INET, address, &in.sin_addr);
    memcpy(&request.ifr_addr, &in, sizeof(in));
    r = netns_request(SIOCSIFADDR, &request);
    r = r < 0 ? r : netns_up(name);
    if (r < 0) {
        close(fd);
        return r;
    }
    return fd;
}

#endif
