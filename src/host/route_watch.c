/* SPDX-License-Identifier: MIT */
#include "route_listen.h"
#include <microcat/host/route_watch.h>
#include <microcat/io/loop.h>

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

struct mc_route_watch {
    struct route_listener listener;
    mc_route_watch_fn *fn;
    void *ctx;
};

/* What it says is thrown away: it may be incomplete (ENOBUFS), and who was told looks for himself. */
static void on_ready(void *ctx, int fd, unsigned ready)
{
    struct mc_route_watch *watch = ctx;
    char buffer[16384];
    bool any = false;
    ssize_t n;

    while ((n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0 || (n < 0 && (errno == ENOBUFS || errno == EINTR)))
        any = true;
    if (any)
        watch->fn(watch->ctx);
}

int mc_route_watch_new(struct mc_loop *loop, mc_route_watch_fn *fn, void *ctx, struct mc_route_watch **ret_watch)
{
    struct mc_route_watch *watch = calloc(1, sizeof(*watch));
    int r;

    if (watch == NULL)
        return -ENOMEM;
    *watch = (struct mc_route_watch){.fn = fn, .ctx = ctx};
    r = route_listen(&watch->listener, loop, RTMGRP_LINK | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE | RTMGRP_IPV6_IFADDR,
                     on_ready, watch);
    if (r < 0) {
        free(watch);
        return r;
    }
    *ret_watch = watch;
    return 0;
}

void mc_route_watch_free(struct mc_route_watch *watch)
{
    if (watch == NULL)
        return;
    route_listen_end(&watch->listener);
    free(watch);
}
