/* SPDX-License-Identifier: MIT */
/* What the call does to the host's network, and whether it carries: default routes, DNS servers, traffic and probe. */
#include "app_priv.h"
#include <arpa/inet.h>
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/host/privileged.h>
#include <microcat/ppp/slaac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- default route and DNS ---- */

static bool wants_route(const struct app *app, enum mc_default_route family)
{
    int wanted = app->settings.ppp.default_route;
    return wanted == MC_DEFAULT_ROUTE_YES || wanted == (int)family;
}

void app_join_vrf(struct app *app, const char *ifname)
{
    const char *vrf = app->settings.ppp.vrf;
    app->vrf_table = 0;
    int r = *vrf ? mc_privileged()->join_vrf(ifname, vrf, &app->vrf_table) : 0;
    if (r < 0)
        mc_warn("%s cannot join VRF %s, and gets no route: %s", ifname, vrf, strerror(-r));
}

/* It could not join: nothing that was meant for a VRF may go to the main table. */
static bool outside_vrf(const struct app *app)
{
    return *app->settings.ppp.vrf && app->vrf_table == 0;
}

/* Where the link's routes go. */
static uint32_t table_of(const struct app *app)
{
    return *app->settings.ppp.vrf ? app->vrf_table : (uint32_t)app->settings.ppp.route_table;
}

/* Those of its families that are configured and have an address. */
static void set_routes(struct app *app)
{
    const struct mc_ppp_link *l = &app->ppp_link;
    const bool global6 = app->slaac && *mc_slaac_address(app->slaac);
    struct mc_default_routes_wish wish = {
        .ifname = l->ifname, .metric = (uint32_t)app->settings.ppp.route_metric, .table = table_of(app)};
    if (*l->local && wants_route(app, MC_DEFAULT_ROUTE_IPV4))
        wish.families |= MC_ROUTE_IPV4;
    if (global6 && wants_route(app, MC_DEFAULT_ROUTE_IPV6))
        wish.families |= MC_ROUTE_IPV6;
    mc_default_routes_set(app->routes, &wish);
    app->status.ppp.route = mc_default_routes_there(app->routes) != 0;
}

void app_on_routes(void *ctx)
{
    struct app *app = ctx;
    app->status.ppp.route = mc_default_routes_there(app->routes) != 0;
    mc_bus_touch(app->bus);
}

void app_on_names(void *ctx, enum mc_names_where where, int result)
{
    struct app *app = ctx;
    snprintf(app->status.ppp.dns_where, sizeof(app->status.ppp.dns_where), "%s",
             mc_strtab_name(&mc_names_where_names, (int)where));
    bool news = where != app->names_told || result != app->names_result, refused = app->names_result < 0;
    app->names_told = where;
    app->names_result = result;
    if (news && where == MC_NAMES_NOWHERE)
        mc_warn("nobody took the DNS servers, names do not resolve through the link: %s",
                result == -EBUSY ? "resolv.conf is systemd-resolved's, which does not run" : strerror(-result));
    else if (news && where > MC_NAMES_RESOLVCONF)
        mc_info("the DNS servers are in resolv.conf%s%s",
                where == MC_NAMES_NETWORKMANAGER ? ", which NetworkManager writes" : "",
                result == 0 ? "; others' fill it, none of them is asked now" : "");
    else if (news && (where == MC_NAMES_RESOLVCONF || refused))
        mc_info("%s took the DNS servers", mc_strtab_name(&mc_names_where_names, (int)where));
    mc_bus_touch(app->bus);
}

/* Of several that tell the same server, one. */
static void add_server(struct mc_status_ppp *st, const char *server)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr six;
    if (inet_pton(AF_INET6, server, &six) == 1) /* the modem's are not written as the router's */
        server = inet_ntop(AF_INET6, &six, text, sizeof(text));
    for (size_t i = 0; i < MC_LENGTH_OF(st->dns) && *server; i++) {
        if (strcmp(st->dns[i], server) == 0)
            return;
        if (!*st->dns[i]) {
            snprintf(st->dns[i], sizeof(st->dns[i]), "%s", server);
            return;
        }
    }
}

static void take_dns(struct app *app)
{
    mc_names_take_back(app->names);
    app->status.ppp.dns_where[0] = '\0';
}

static void set_dns(struct app *app)
{
    const struct mc_status_ppp *st = &app->status.ppp;
    const char *servers[MC_LENGTH_OF(st->dns)];
    size_t n = 0;
    for (; n < MC_LENGTH_OF(servers) && *st->dns[n]; n++)
        servers[n] = st->dns[n];
    if (!app->settings.ppp.use_dns || outside_vrf(app))
        return;
    if (n == 0) { /* the router's last one has run out */
        take_dns(app);
        return;
    }
    const struct mc_names_gift gift = {.ifname = app->ppp_link.ifname,
                                       .servers = servers,
                                       .n_servers = n,
                                       .default_route = app->settings.ppp.default_route != MC_DEFAULT_ROUTE_NO,
                                       .metric = (uint32_t)app->settings.ppp.route_metric,
                                       .table = table_of(app)};
    mc_names_give(app->names, &gift);
}

void app_servers_changed(struct app *app)
{
    static const struct mc_nd_facts none;
    struct mc_status_ppp *st = &app->status.ppp;
    const struct mc_nd_facts *router = app->slaac ? mc_slaac_router(app->slaac) : &none;
    char before[sizeof(st->dns)];
    memcpy(before, st->dns, sizeof(before));
    memset(st->dns, 0, sizeof(st->dns));
    for (size_t i = 0; i < MC_LENGTH_OF(app->ppp_link.dns); i++)
        add_server(st, app->ppp_link.dns[i]);
    for (size_t i = 0; i < MC_LENGTH_OF(router->servers); i++)
        add_server(st, router->servers[i].address);
    snprintf(st->nat64, sizeof(st->nat64), "%s", router->nat64);
    if (app->network_up && memcmp(before, st->dns, sizeof(before)) != 0)
        set_dns(app);
    mc_bus_touch(app->bus);
}

/* A restart of NetworkManager must not take the address away. */
static void hands_off(struct app *app, bool on)
{
    const char *folder = getenv("MICROCATD_NETWORKMANAGER"), *owner = app_instance(app);
    int r = 0;
    if (on)
        r = mc_privileged()->networkmanager_hands_off(folder, owner, app->ppp_link.ifname);
    else
        mc_privileged()->networkmanager_forget(folder, owner);
    if (r < 0)
        mc_warn("NetworkManager cannot be told to leave %s alone: %s", app->ppp_link.ifname, strerror(-r));
}

void app_network(void *ctx, bool up)
{
    struct app *app = ctx;
    if (up) {
        app->network_up = true;
        hands_off(app, true);
        if (app->settings.ppp.default_route != MC_DEFAULT_ROUTE_NO && !outside_vrf(app))
            set_routes(app);
        set_dns(app);
        return;
    }
    if (!app->network_up)
        return;
    app->network_up = false;
    mc_default_routes_set(app->routes, &(struct mc_default_routes_wish){.ifname = app->ppp_link.ifname});
    app->status.ppp.route = false;
    hands_off(app, false);
    take_dns(app);
}

/* ---- is the link alive ---- */

void app_traffic(void *ctx, uint64_t *ret_rx, uint64_t *ret_tx)
{
    struct app *app = ctx;
    struct mc_link_stats stats = {0};
    *ret_rx = *ret_tx = 0;
    if (!app->ppp || mc_link_stats(app->ppp_link.ifname, &stats) < 0)
        return;
    *ret_rx = stats.rx_bytes;
    *ret_tx = stats.tx_bytes;
}

static void on_probe(void *ctx, enum mc_probe_result result, int rtt_ms, int error)
{
    static const enum mc_link_probe results[] = {[MC_PROBE_ANSWERED] = MC_LINK_PROBE_ANSWERED,
                                                 [MC_PROBE_LOST] = MC_LINK_PROBE_LOST,
                                                 [MC_PROBE_FAILED] = MC_LINK_PROBE_UNSENT};
    struct app *app = ctx;
    app->probe = NULL;
    if (result == MC_PROBE_FAILED)
        mc_info("the probe could not be sent: %s", strerror(-error));
    mc_link_probed(app->link, results[result], rtt_ms);
}

/* Each name server in turn: one that died is no reason to think the link dead. Never the peer: its address is often the
 * modem's own. */
static const char *probe_address(struct app *app)
{
    if (*app->settings.probe.target)
        return app->settings.probe.target;
    bool second = app->probe_turn++ % 2 && *app->status.ppp.dns[1];
    return app->status.ppp.dns[second ? 1 : 0];
}

int app_probe(void *ctx)
{
    struct app *app = ctx;
    if (app->probe)
        return -EINVAL;
    const struct mc_probe_target probe = {.kind = app->settings.probe.kind,
                                          .ifname = app->ppp_link.ifname,
                                          .address = probe_address(app),
                                          .port = (int)app->settings.probe.port,
                                          .timeout_ms = (int)app->settings.probe.timeout_ms};
    if (!*probe.address)
        return -EINVAL;
    return mc_probe_start(app->loop, &probe, on_probe, app, &app->probe);
}
