/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/host/privileged.h>
#include <microcat/host/route.h>
#include <microcat/host/route_watch.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/default_routes.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_MS    200 /* a cable that is pulled changes a dozen routes */
#define RETRY_MS     30000
#define RETRY_MAX_MS 300000

enum { FAMILIES = 2 };

static const struct {
    enum mc_route_family family;
    const char *name;
} families[FAMILIES] = {{MC_ROUTE_IPV4, "IPv4"}, {MC_ROUTE_IPV6, "IPv6"}};

struct mc_default_routes {
    struct mc_loop *loop;
    mc_default_routes_fn *fn;
    void *ctx;
    char ifname[16];
    uint32_t metric, table;
    unsigned wanted, there;       /* what is there and not wanted could not be taken back */
    int told[FAMILIES];           /* why it is not as wanted, as the journal has it; 0: it is */
    struct mc_route_watch *watch; /* as the timer: only while something is owed */
    struct mc_timer look;
    int64_t retry_ms, wait_ms, tried_at_ms;
    bool hurried; /* by news of the routes */
};

/* ---- setting and taking ---- */

static int add(struct mc_default_routes *routes, size_t i)
{
    int r = mc_privileged()->add_route(routes->ifname, families[i].family, routes->metric, routes->table);

    if (r == 0)
        routes->there |= families[i].family;
    if (r == 0 && routes->told[i] != 0)
        mc_info("the %s default route through %s is set now", families[i].name, routes->ifname);
    else if (r == -EEXIST && routes->told[i] != r)
        mc_warn("no %s default route through %s: another one has metric %u already, and it stays (RouteMetric=); "
                "ours comes when that one has gone",
                families[i].name, routes->ifname, routes->metric);
    else if (r < 0 && routes->told[i] != r)
        mc_warn("no %s default route through %s: %s", families[i].name, routes->ifname, strerror(-r));
    return r;
}

/* An interface that goes takes its routes along. */
static int take(struct mc_default_routes *routes, size_t i)
{
    int r = if_nametoindex(routes->ifname) != 0
                ? mc_privileged()->remove_route(routes->ifname, families[i].family, routes->metric, routes->table)
                : 0;

    if (r >= 0)
        routes->there &= ~(unsigned)families[i].family;
    if (r >= 0 && routes->told[i] != 0)
        mc_info("the %s default route through %s is taken back now", families[i].name, routes->ifname);
    else if (r < 0 && routes->told[i] != r)
        mc_warn("the %s default route through %s is still there, and is taken back later: %s", families[i].name,
                routes->ifname, strerror(-r));
    return r < 0 ? r : 0;
}

/* Who may not, or cannot at all, is not asked again. */
static bool is_hopeless(int error)
{
    return error == -EPERM || error == -EOPNOTSUPP || error == -EAFNOSUPPORT;
}

static void work(struct mc_default_routes *routes)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        const bool wanted = routes->wanted & families[i].family, there = routes->there & families[i].family;

        routes->told[i] = wanted && !there ? add(routes, i) : there && !wanted ? take(routes, i) : 0;
    }
    routes->tried_at_ms = mc_timerq_now_ms(mc_loop_timers(routes->loop));
}

/* ---- what is owed ---- */

static bool owes(const struct mc_default_routes *routes)
{
    bool owed = false;

    for (size_t i = 0; i < FAMILIES; i++)
        owed = owed || (routes->told[i] != 0 && !is_hopeless(routes->told[i]));
    return owed;
}

/* Not while it is the helper who fails: that one is no matter of routes. */
static void on_routes(void *ctx)
{
    struct mc_default_routes *routes = ctx;
    const int64_t now_ms = mc_timerq_now_ms(mc_loop_timers(routes->loop)),
                  calm_ms = routes->tried_at_ms + routes->wait_ms / 6 - now_ms;

    if (routes->hurried || mc_privileged()->trouble() != 0)
        return;
    routes->hurried = true;
    mc_timer_arm(&routes->look, mc_loop_timers(routes->loop), calm_ms > SETTLE_MS ? calm_ms : SETTLE_MS);
}

static void look_after_debts(struct mc_default_routes *routes)
{
    if (!owes(routes)) {
        mc_timer_disarm(&routes->look);
        mc_route_watch_free(MC_TAKE_PTR(routes->watch));
        return;
    }
    if (routes->watch == NULL)
        mc_route_watch_new(routes->loop, on_routes, routes, &routes->watch);
    routes->hurried = false;
    mc_timer_arm(&routes->look, mc_loop_timers(routes->loop), routes->wait_ms);
}

static void on_look(void *ctx)
{
    struct mc_default_routes *routes = ctx;
    const unsigned before = mc_default_routes_there(routes);

    routes->wait_ms = routes->wait_ms < RETRY_MAX_MS / 2 ? 2 * routes->wait_ms : RETRY_MAX_MS;
    work(routes);
    look_after_debts(routes);
    if (mc_default_routes_there(routes) != before)
        routes->fn(routes->ctx);
}

/* ---- the public face ---- */

void mc_default_routes_set(struct mc_default_routes *routes, const struct mc_default_routes_wish *wish)
{
    if (strcmp(wish->ifname, routes->ifname) != 0) {
        routes->wanted = 0;
        work(routes); /* once more; mostly that one is gone */
        routes->there = 0;
        memset(routes->told, 0, sizeof(routes->told));
        snprintf(routes->ifname, sizeof(routes->ifname), "%s", wish->ifname);
    }
    if (routes->there == 0) {
        routes->metric = wish->metric;
        routes->table = wish->table;
    }
    /* One that could not be taken back may have gone with an address meanwhile: adding what is there does nothing. */
    routes->there &= ~wish->families | routes->wanted;
    for (size_t i = 0; i < FAMILIES; i++)
        if ((routes->wanted ^ wish->families) & families[i].family)
            routes->told[i] = 0; /* it was of the other wish */
    routes->wanted = wish->families;
    routes->wait_ms = routes->retry_ms;
    work(routes);
    look_after_debts(routes);
}

unsigned mc_default_routes_there(const struct mc_default_routes *routes)
{
    return routes->there & routes->wanted;
}

struct mc_default_routes *mc_default_routes_new(struct mc_loop *loop, int64_t retry_ms, mc_default_routes_fn *fn,
                                                void *ctx)
{
    struct mc_default_routes *routes = calloc(1, sizeof(*routes));

    if (routes == NULL)
        return NULL;
    *routes =
        (struct mc_default_routes){.loop = loop, .fn = fn, .ctx = ctx, .retry_ms = retry_ms > 0 ? retry_ms : RETRY_MS};
    mc_timer_init(&routes->look, "default routes", on_look, routes);
    return routes;
}

void mc_default_routes_free(struct mc_default_routes *routes)
{
    if (routes == NULL)
        return;
    mc_timer_disarm(&routes->look);
    mc_route_watch_free(routes->watch);
    free(routes);
}
