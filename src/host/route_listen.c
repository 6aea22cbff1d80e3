/* SPDX-License-Identifier: MIT */
#include "route_listen.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

int route_listen(struct route_listener *listener, struct mc_loop *loop, uint32_t groups, mc_watch_fn *fn, void *ctx)
{
    const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
    int r;

    *listener =
        (struct route_listener){.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)};
    if (listener->fd < 0)
        return -errno;
    r = bind(listener->fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
    if (r == 0)
        r = mc_watch_add(&listener->watch, loop, listener->fd, MC_WATCH_READ, fn, ctx);
    if (r < 0)
        close(listener->fd);
    return r;
}

void route_listen_end(struct route_listener *listener)
{
    mc_watch_remove(&listener->watch);
    close(listener->fd);
}
