/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/host/privileged.h>
#include <microcat/host/route.h>
#include <microcat/host/route_advert.h>
#include <microcat/host/route_watch.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/slaac.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 4861, 10: RTR_SOLICITATION_INTERVAL and MAX_RTR_SOLICITATIONS. */
#define ASK_EVERY_MS 4000
enum { ASK_TIMES = 3 };

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

static void on_ask(void *ctx)
{
    struct mc_slaac *slaac = ctx;

    if (slaac->asked > 0 && (*slaac->address || slaac->asked == ASK_TIMES))
        return;
    int r = mc_privileged()->ask_router(slaac->ifname);
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
    r = mc_privileged()->accept_router(ifname);
    if (r < 0)
        mc_warn("%s takes no router's word: %s", ifname, strerror(-r));
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
