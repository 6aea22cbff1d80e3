/* SPDX-License-Identifier: MIT */
#include "route_listen.h"
#include <microcat/host/route_advert.h>
#include <microcat/io/loop.h>

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

struct mc_advert_watch {
    struct route_listener listener;
    mc_advert_fn *fn;
    void *ctx;
    char ifname[16];
};

static void take(const struct mc_advert_watch *watch, const struct nlmsghdr *header)
{
    const struct nduseroptmsg *message = NLMSG_DATA(header);
    size_t len = header->nlmsg_len >= NLMSG_LENGTH(sizeof(*message)) ? NLMSG_PAYLOAD(header, sizeof(*message)) : 0;

    if (header->nlmsg_type == RTM_NEWNDUSEROPT && len > 0 && message->nduseropt_opts_len <= len &&
        message->nduseropt_ifindex == (int)if_nametoindex(watch->ifname) &&
        message->nduseropt_icmp_type == ND_ROUTER_ADVERT)
        watch->fn(watch->ctx, message + 1, message->nduseropt_opts_len);
}

/* One datagram a turn: who is told may free us. What was lost (ENOBUFS) comes again with the next advertisement. */
static void on_ready(void *ctx, int fd, unsigned ready)
{
    struct mc_advert_watch *watch = ctx;
    char buffer[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
    ssize_t n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
    const struct nlmsghdr *header = (const void *)buffer;

    if (n > 0 && NLMSG_OK(header, (size_t)n)) /* the kernel sends one message a datagram */
        take(watch, header);
}

int mc_advert_watch_new(struct mc_loop *loop, const char *ifname, mc_advert_fn *fn, void *ctx,
                        struct mc_advert_watch **ret_watch)
{
    struct mc_advert_watch *watch = calloc(1, sizeof(*watch));
    int r;

    if (watch == NULL)
        return -ENOMEM;
    *watch = (struct mc_advert_watch){.fn = fn, .ctx = ctx};
    snprintf(watch->ifname, sizeof(watch->ifname), "%s", ifname);
    r = route_listen(&watch->listener, loop, 1u << (RTNLGRP_ND_USEROPT - 1), on_ready, watch);
    if (r < 0) {
        free(watch);
        return r;
    }
    *ret_watch = watch;
    return 0;
}

void mc_advert_watch_free(struct mc_advert_watch *watch)
{
    if (watch == NULL)
        return;
    route_listen_end(&watch->listener);
    free(watch);
}
