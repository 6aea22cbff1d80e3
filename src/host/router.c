/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/host/route.h>
#include <microcat/host/router.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { HOPS = 255 };

/* For this interface; those of others are nobody's business here. */
static const struct {
    const char *name, *value, *why;
} settings[] = {
    {"accept_ra", "2", "a host that forwards takes no router's word otherwise"},
    {"accept_ra_defrtr", "0", "the kernel's own default route would have another metric than RouteMetric="},
    {"autoconf", "1", NULL},
};

static void write_settings(const char *ifname)
{
    char path[128];

    for (size_t i = 0; i < MC_LENGTH_OF(settings); i++) {
        snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", ifname, settings[i].name);
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        bool written = fd >= 0 && write(fd, settings[i].value, 1) == 1;
        int error = errno;

        if (fd >= 0)
            close(fd);
        if (!written)
            mc_warn("%s=%s: %s%s%s", path, settings[i].value, strerror(error), settings[i].why ? "; " : "",
                    settings[i].why ? settings[i].why : "");
    }
}

int mc_router_accept(const char *ifname)
{
    int r;

    write_settings(ifname);
    r = mc_route_remove_advertised(ifname);
    if (r < 0)
        mc_debug("the kernel's own default routes through %s: %s", ifname, strerror(-r));
    return 0;
}

int mc_router_ask(const char *ifname)
{
    const struct nd_router_solicit message = {.nd_rs_hdr.icmp6_type = ND_ROUTER_SOLICIT};
    struct sockaddr_in6 routers = {.sin6_family = AF_INET6, .sin6_scope_id = if_nametoindex(ifname)};
    const int hops = HOPS;
    int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6), r = 0;

    if (fd < 0)
        return -errno;
    inet_pton(AF_INET6, "ff02::2", &routers.sin6_addr);
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname, (socklen_t)strlen(ifname) + 1) < 0 ||
        sendto(fd, &message, sizeof(message), MSG_DONTWAIT, (struct sockaddr *)&routers, sizeof(routers)) < 0)
        r = -errno;
    close(fd);
    return r;
}
