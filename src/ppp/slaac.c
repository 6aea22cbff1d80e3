/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/route.h>
#include <microcat/ppp/route_advert.h>
#include <microcat/ppp/route_watch.h>
#include <microcat/ppp/slaac.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* RFC 4861, 10: RTR_SOLICITATION_INTERVAL and MAX_RTR_SOLICITATIONS. */
#define ASK_EVERY_MS 4000
enum { ASK_TIMES = 3, HOPS = 255 };

struct mc_slaac {
    struct mc_loop *loop;
    struct mc_slaac_events events;
    void *ctx;
    char ifname[16];
    char address[46];
    struct mc_route_watch *watch;
    struct mc_nd_facts router;
    struct mc_advert_watch *options;
    struct mc_timer look, ask, expire;
    int asked;
};

/* For this interface; those of others are nobody's business here. */
static const struct {
    const char *name, *value, *why;
} settings[] = {
    {"accept_ra", "2", "a host that forwards takes no router's word otherwise"},
    {"accept_ra_defrtr", "0", "the kernel's own default route would have another metric than RouteMetric="},
    {"autoconf", "1", NULL},
};

static void write_settings(const struct mc_slaac *slaac)
{
    char path[128];

    for (size_t i = 0; i < MC_LENGTH_OF(settings); i++) {
        snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", slaac->ifname, settings[i].name);
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

/* A router solicitation, from the link-local address to all routers. */
static int ask_router(const struct mc_slaac *slaac)
{
    const struct nd_router_solicit message = {.nd_rs_hdr.icmp6_type = ND_ROUTER_SOLICIT};
    struct sockaddr_in6 routers = {.sin6_family = AF_INET6, .sin6_scope_id = if_nametoindex(slaac->ifname)};
    const int hops = HOPS;
    int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6), r = 0;

    if (fd < 0)
        return -errno;
    inet_pton(AF_INET6, "ff02::2", &routers.sin6_addr);
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, slaac->ifname, (socklen_t)strlen(slaac->ifname) + 1) < 0 ||
        sendto(fd, &message, sizeof(message), MSG_DONTWAIT, (struct sockaddr *)&routers, sizeof(routers)) < 0)
        r = -errno;
    close(fd);
    return r;
}

static void on_ask(void *ctx)
{
    struct mc_slaac *slaac = ctx;

    if (slaac->asked > 0 && (*slaac->address || slaac->asked == ASK_TIMES))
        return;
    int r = ask_router(slaac);
    if (r < 0)
        mc_debug("no router solicitation on %s: %s", slaac->ifname, strerror(-r));
    slaac->asked++;
    mc_timer_arm(&slaac->ask, mc_loop_timers(slaac->loop), ASK_EVERY_MS);
}

static void on_look(void *ctx)
{
    struct mc_slaac *slaac = ctx;
    char now[sizeof(slaac->address)] = "";

    mc_link_global6(slaac->ifname, now, sizeof(now));
    if (strcmp(now, slaac->address) == 0)
        return;
    memcpy(slaac->address, now, sizeof(now));
    if (!*now) { /* its time ran out: nobody said it anew */
        slaac->asked = 0;
        mc_timer_arm(&slaac->ask, mc_loop_timers(slaac->loop), 0);
    }
    slaac->events.on_address(slaac->ctx, slaac->address);
}

/* Many messages, one look. */
static void on_change(void *ctx)
{
    struct mc_slaac *slaac = ctx;

    mc_timer_arm(&slaac->look, mc_loop_timers(slaac->loop), 0);
}

/* ---- what the router says beside the address ---- */

/* What has run out goes, and who is told hears of it and of @news at once. */
static void look_after_router(struct mc_slaac *slaac, bool news)
{
    int64_t now_ms = mc_timerq_now_ms(mc_loop_timers(slaac->loop)), next_ms;

    news |= mc_nd_expire(&slaac->router, now_ms, &next_ms) > 0;
    mc_timer_disarm(&slaac->expire);
    if (next_ms != INT64_MAX)
        mc_timer_arm(&slaac->expire, mc_loop_timers(slaac->loop), next_ms - now_ms);
    if (news)
        slaac->events.on_router(slaac->ctx);
}

static void on_expire(void *ctx)
{
    look_after_router(ctx, false);
}

static void on_options(void *ctx, const void *options, size_t len)
{
    struct mc_slaac *slaac = ctx;
    const int64_t now_ms = mc_timerq_now_ms(mc_loop_timers(slaac->loop));

    look_after_router(slaac, mc_nd_take(&slaac->router, options, len, now_ms) > 0);
}

/* ---- life ---- */

int mc_slaac_new(struct mc_loop *loop, const char *ifname, const struct mc_slaac_events *events, void *ctx,
                 struct mc_slaac **ret_slaac)
{
    struct mc_slaac *slaac;
    int r;

    if (if_nametoindex(ifname) == 0)
        return -ENODEV;
    slaac = calloc(1, sizeof(*slaac));
    if (slaac == NULL)
        return -ENOMEM;
    *slaac = (struct mc_slaac){.loop = loop, .events = *events, .ctx = ctx};
    snprintf(slaac->ifname, sizeof(slaac->ifname), "%s", ifname);
    mc_timer_init(&slaac->look, "slaac look", on_look, slaac);
    mc_timer_init(&slaac->ask, "slaac ask", on_ask, slaac);
    mc_timer_init(&slaac->expire, "slaac expire", on_expire, slaac);
    r = mc_route_watch_new(loop, on_change, slaac, &slaac->watch);
    if (r == 0)
        r = mc_advert_watch_new(loop, ifname, on_options, slaac, &slaac->options);
    if (r < 0) {
        mc_slaac_free(slaac);
        return r;
    }
    write_settings(slaac);
    r = mc_route_remove_advertised(ifname);
    if (r < 0)
        mc_debug("the kernel's own default routes through %s: %s", ifname, strerror(-r));
    mc_timer_arm(&slaac->look, mc_loop_timers(loop), 0); /* a call that is carried on has its address */
    mc_timer_arm(&slaac->ask, mc_loop_timers(loop), 0);
    *ret_slaac = slaac;
    return 0;
}

const char *mc_slaac_address(const struct mc_slaac *slaac)
{
    return slaac->address;
}

const struct mc_nd_facts *mc_slaac_router(const struct mc_slaac *slaac)
{
    return &slaac->router;
}

void mc_slaac_free(struct mc_slaac *slaac)
{
    if (slaac == NULL)
        return;
    mc_timer_disarm(&slaac->look);
    mc_timer_disarm(&slaac->ask);
    mc_timer_disarm(&slaac->expire);
    mc_advert_watch_free(slaac->options);
    mc_route_watch_free(slaac->watch);
    free(slaac);
}
