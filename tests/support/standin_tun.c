/* SPDX-License-Identifier: MIT */
#include "standin_tun.h"
#include "sandbox.h"
#include <errno.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int set_address(int fd, const char *name, unsigned long request, const uint8_t address[4])
{
    struct ifreq ifr = {0};
    struct sockaddr_in in = {.sin_family = AF_INET};

    memcpy(&in.sin_addr, address, 4);
    memcpy(&ifr.ifr_addr, &in, sizeof(in));
    snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
    return ioctl(fd, request, &ifr) < 0 ? -errno : 0;
}

static int configure(const char *name, const uint8_t local[4], const uint8_t remote[4], int mtu)
{
    static const uint8_t host_mask[4] = {255, 255, 255, 255};
    struct ifreq ifr = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

    if (fd < 0)
        return -errno;
    snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
    ifr.ifr_mtu = mtu;
    r = ioctl(fd, SIOCSIFMTU, &ifr) < 0 ? -errno : 0;
    if (r == 0)
        r = set_address(fd, name, SIOCSIFADDR, local);
    if (r == 0)
        r = set_address(fd, name, SIOCSIFDSTADDR, remote);
    if (r == 0)
        r = set_address(fd, name, SIOCSIFNETMASK, host_mask);
    ifr.ifr_flags = IFF_UP | IFF_RUNNING;
    if (r == 0 && ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
        r = -errno;
    close(fd);
    return r;
}

int standin_tun_open(const char *name, const uint8_t local[4], const uint8_t remote[4], int mtu, char ret_name[16])
{
    struct ifreq ifr = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int fd = test_tun_open(), r;

    if (fd < 0)
        return fd;
    snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", *name ? name : "ppp%d");
    r = ioctl(fd, TUNSETIFF, &ifr) < 0 ? -errno : configure(ifr.ifr_name, local, remote, mtu);
    if (r < 0) {
        close(fd);
        return r;
    }
    memcpy(ret_name, ifr.ifr_name, 16);
    ret_name[15] = '\0';
    return fd;
}
