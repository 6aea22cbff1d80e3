/* SPDX-License-Identifier: MIT */
/* The call: pppd, default route, DNS and probe, as the link asks for them. */
#include "app_priv.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/ppp/dns.h>
#include <microcat/ppp/route.h>
#include <microcat/ppp/slaac.h>
#include <stdio.h>
#include <string.h>

/* What may wait in the port's queue before pppd is held back: at 115200 baud a third of a second. */
#define QUEUE_BYTES 4096

/* ---- pppd ---- */

static void on_phase(void *ctx, enum mc_ppp_phase phase)
{
    struct app *app = ctx;
    mc_link_call_phase(app->link, phase);
}

static void on_auth(void *ctx, const char *protocol)
{
    struct app *app = ctx;
    snprintf(app->status.ppp.auth, sizeof(app->status.ppp.auth), "%s", protocol);
    mc_bus_touch(app->bus);
}

/* No usable servers from IPCP: those that the modem told of, if it was asked; else it is asked before the next dial. */
static void fill_dns(struct app *app)
{
    struct mc_facts *facts = mc_link_facts(app->link);
    if (*app->ppp_link.dns[0] || *app->ppp_link.dns[1] || !app->settings.ppp.use_dns)
        return;
    facts->want_dns = true;
    for (size_t i = 0; i < MC_LENGTH_OF(app->ppp_link.dns); i++)
        if (mc_dns_usable(facts->dns[i]))
            snprintf(app->ppp_link.dns[i], sizeof(app->ppp_link.dns[i]), "%.45s", facts->dns[i]);
}

_Static_assert(sizeof(((struct mc_status_ppp *)0)->dns[0]) >= sizeof(((struct mc_ppp_link *)0)->dns[0]),
               "status has room for what PPP gives");

/* Online means an address that somebody can be reached from: IPV6CP's link-local one is none. */
static void address_changed(struct app *app)
{
    struct mc_status_ppp *st = &app->status.ppp;
    const char *local = app->ppp_link.local, *global6 = app->slaac ? mc_slaac_address(app->slaac) : "";
    snprintf(st->local, sizeof(st->local), "%s", *local ? local : global6);
    snprintf(st->local6, sizeof(st->local6), "%s", *global6 ? global6 : app->ppp_link.local6);
    if (*st->local && app->online_at_ms < 0)
        app->online_at_ms = mc_timerq_now_ms(app->queue);
    app_state_call(app, &app->ppp_link); /* for the next daemon: since when, too */
    app_keep_store(app);
    if (*st->local)
        mc_link_call_up(app->link);
    else
        mc_link_call_down(app->link);
}

static void on_slaac(void *ctx, const char *address)
{
    struct app *app = ctx;
    mc_info("IPv6 address of %s: %s", app->ppp_link.ifname, *address ? address : "none any more");
    if (*address)
        mc_ppp_reachable(app->ppp);
    address_changed(app);
}

static void end_slaac(struct app *app)
{
    mc_slaac_free(app->slaac);
    app->slaac = NULL;
}

static void begin_slaac(struct app *app)
{
    if (!*app->ppp_link.local6) {
        end_slaac(app);
        return;
    }
    int r = app->slaac ? 0 : mc_slaac_new(app->loop, app->ppp_link.ifname, on_slaac, app, &app->slaac);
    if (r < 0)
        mc_warn("no IPv6 address for %s: %s", app->ppp_link.ifname, strerror(-r));
}

static void on_up(void *ctx, const struct mc_ppp_link *ppp_link)
{
    struct app *app = ctx;
    struct mc_status_ppp *st = &app->status.ppp;
    app->ppp_link = *ppp_link;
    snprintf(st->interface, sizeof(st->interface), "%s", ppp_link->ifname);
    snprintf(st->remote, sizeof(st->remote), "%s", *ppp_link->remote ? ppp_link->remote : ppp_link->remote6);
    fill_dns(app);
    for (size_t i = 0; i < MC_LENGTH_OF(st->dns); i++)
        memcpy(st->dns[i], app->ppp_link.dns[i], sizeof(app->ppp_link.dns[i])); /* the smaller of the two */
    st->mtu = ppp_link->mtu > 0 ? ppp_link->mtu : MC_UNKNOWN;
    st->pid = (int32_t)mc_ppp_pid(app->ppp);
    begin_slaac(app);
    address_changed(app);
}

static void on_down(void *ctx)
{
    struct app *app = ctx;
    end_slaac(app);
    mc_link_call_down(app->link);
}

static size_t to_modem(void *ctx, const uint8_t *data, size_t len)
{
    struct app *app = ctx;
    if (app->port && app->port->ops->pending_bytes(app->port) > QUEUE_BYTES)
        return 0; /* on_drained resumes */
    return mc_link_from_call(app->link, data, len);
}

static void on_room(void *ctx)
{
    struct app *app = ctx;
    if (app->port)
        app->port->ops->resume(app->port);
}

static void on_sign(void *ctx, enum mc_relay_sign sign, const char *line)
{
    static const enum mc_call_sign signs[] = {[MC_RELAY_NO_CARRIER] = MC_CALL_NO_CARRIER,
                                              [MC_RELAY_DISCONNECTED] = MC_CALL_DISCONNECTED,
                                              [MC_RELAY_REBOOTED] = MC_CALL_REBOOTED,
                                              [MC_RELAY_OFF] = MC_CALL_OFF};
    struct app *app = ctx;
    mc_link_call_sign(app->link, signs[sign], line);
}

void app_call_free(struct app *app)
{
    if (!app->leaving)
        app_network(app, false);
    mc_probe_cancel(app->probe);
    app->probe = NULL;
    end_slaac(app);
    if (app->leaving)
        mc_ppp_abandon(app->ppp);
    else
        mc_ppp_free(app->ppp);
    app->ppp = NULL;
}

static void on_exit_(void *ctx, const struct mc_ppp_end *end)
{
    struct app *app = ctx;
    struct mc_ppp_end copy = *end;
    app_keep_forget(app);
    app_call_free(app);
    app_state_call_over(app);
    mc_link_call_exit(app->link, copy.fault, copy.text);
}

enum mc_fault app_call_check(void *ctx, char *detail, size_t size)
{
    struct app *app = ctx;
    struct mc_ppp_failure failure;
    if (mc_ppp_check(&app->settings, &failure) == 0)
        return MC_FAULT_NONE;
    snprintf(detail, size, "%s", failure.text);
    return failure.fault;
}

static const struct mc_ppp_events ppp_events = {.on_phase = on_phase,
                                                .on_auth = on_auth,
                                                .on_up = on_up,
                                                .on_down = on_down,
                                                .to_modem = to_modem,
                                                .on_room = on_room,
                                                .on_sign = on_sign,
                                                .on_exit = on_exit_};

/* The plugin's socket has a name that a daemon started anew finds again. */
static struct mc_ppp_place place_of(const struct app *app)
{
    return (struct mc_ppp_place){.runtime_dir = app->runtime_dir,
                                 .instance = *app->options->instance ? app->options->instance : "microcatd",
                                 .plugin = getenv("MICROCATD_PPPD_PLUGIN")};
}

int app_call_adopt(struct app *app, const struct mc_ppp_leave *leave)
{
    const struct mc_ppp_place place = place_of(app);
    return mc_ppp_adopt(app->loop, &app->settings, &place, leave, &ppp_events, app, &app->ppp);
}

enum mc_fault app_call(void *ctx, char *detail, size_t size)
{
    struct app *app = ctx;
    const struct mc_ppp_place place = place_of(app);
    struct mc_ppp_failure failure;
    app_call_free(app); /* one whose device went away may still be dying */
    if (mc_ppp_start(app->loop, &app->settings, &place, &ppp_events, app, &app->ppp, &failure) == 0) {
        app->status.ppp.pid = (int32_t)mc_ppp_pid(app->ppp);
        app->online_at_ms = -1;
        app_state_call(app, NULL);
        return MC_FAULT_NONE;
    }
    snprintf(detail, size, "%s", failure.text);
    return failure.fault;
}

void app_call_count(struct app *app)
{
    const struct mc_relay_counters *counters = app->ppp ? mc_ppp_counters(app->ppp) : NULL;
    if (!counters)
        return;
    app->status.ppp.rx_bytes = counters->rx_bytes;
    app->status.ppp.tx_bytes = counters->tx_bytes;
}

size_t app_to_call(void *ctx, const uint8_t *data, size_t len)
{
    struct app *app = ctx;
    if (!app->ppp)
        return len;
    size_t taken = mc_ppp_from_modem(app->ppp, data, len);
    app_call_count(app);
    return taken;
}

void app_call_stop(void *ctx)
{
    struct app *app = ctx;
    if (app->ppp)
        mc_ppp_stop(app->ppp);
}

void app_call_kill(void *ctx)
{
    struct app *app = ctx;
    app_keep_forget(app);
    if (app->ppp)
        mc_ppp_kill(app->ppp);
}

/* ---- default route and DNS ---- */

/* With the metric that it was given, whatever the settings say by now. */
static void remove_route(struct app *app, enum mc_route_family family)
{
    if (app->families & family)
        mc_route_remove(app->ppp_link.ifname, family, app->metric, app->table);
    app->families &= ~(unsigned)family;
}

static bool wants_route(const struct app *app, enum mc_default_route family)
{
    int wanted = app->settings.ppp.default_route;
    return wanted == MC_DEFAULT_ROUTE_YES || wanted == (int)family;
}

static void add_routes(struct app *app)
{
    const struct mc_ppp_link *l = &app->ppp_link;
    const bool global6 = app->slaac && *mc_slaac_address(app->slaac);
    const struct {
        enum mc_route_family family;
        bool wanted;
        const char *name;
    } routes[] = {{MC_ROUTE_IPV4, *l->local != '\0' && wants_route(app, MC_DEFAULT_ROUTE_IPV4), "IPv4"},
                  {MC_ROUTE_IPV6, global6 && wants_route(app, MC_DEFAULT_ROUTE_IPV6), "IPv6"}};
    const uint32_t metric = app->families ? app->metric : (uint32_t)app->settings.ppp.route_metric;
    const uint32_t table = app->families ? app->table : (uint32_t)app->settings.ppp.route_table;
    app->metric = metric;
    app->table = table;
    for (size_t i = 0; i < MC_LENGTH_OF(routes); i++) {
        if (!routes[i].wanted)
            remove_route(app, routes[i].family); /* its address went, the other one stays */
        if (!routes[i].wanted || (app->families & routes[i].family))
            continue;
        int r = mc_route_add(l->ifname, routes[i].family, metric, table);
        if (r == 0)
            app->families |= routes[i].family;
        else if (r == -EEXIST)
            mc_warn("no %s default route through %s: another one has metric %u already, and it stays (RouteMetric=)",
                    routes[i].name, l->ifname, metric);
        else
            mc_warn("no %s default route through %s: %s", routes[i].name, l->ifname, strerror(-r));
    }
    app->status.ppp.route = app->families != 0;
}

void app_on_names(void *ctx, enum mc_names_where where, int result)
{
    struct app *app = ctx;
    snprintf(app->status.ppp.dns_where, sizeof(app->status.ppp.dns_where), "%s",
             mc_strtab_name(&mc_names_where_names, (int)where));
    bool news = where != app->names_told || result != app->names_result;
    app->names_told = where;
    app->names_result = result;
    if (news && where == MC_NAMES_NOWHERE)
        mc_warn("nobody took the DNS servers, names do not resolve through the link: %s",
                result == -EBUSY ? "resolv.conf is systemd-resolved's, which does not run" : strerror(-result));
    else if (news && where > MC_NAMES_RESOLVCONF)
        mc_info("the DNS servers are in resolv.conf%s%s",
                where == MC_NAMES_NETWORKMANAGER ? ", which NetworkManager writes" : "",
                result == 0 ? "; others' fill it, none of them is asked now" : "");
    else if (news && where == MC_NAMES_RESOLVCONF)
        mc_info("resolvconf took the DNS servers");
    mc_bus_touch(app->bus);
}

static void set_dns(struct app *app)
{
    const char *servers[2];
    size_t n = 0;
    for (size_t i = 0; i < MC_LENGTH_OF(app->ppp_link.dns); i++)
        if (*app->ppp_link.dns[i])
            servers[n++] = app->ppp_link.dns[i];
    if (n == 0 || !app->settings.ppp.use_dns)
        return;
    const struct mc_names_gift gift = {.ifname = app->ppp_link.ifname,
                                       .servers = servers,
                                       .n_servers = n,
                                       .default_route = app->settings.ppp.default_route != MC_DEFAULT_ROUTE_NO,
                                       .metric = (uint32_t)app->settings.ppp.route_metric};
    mc_names_give(app->names, &gift);
}

void app_network(void *ctx, bool up)
{
    struct app *app = ctx;
    if (up) {
        app->network_up = true;
        if (app->settings.ppp.default_route != MC_DEFAULT_ROUTE_NO)
            add_routes(app);
        set_dns(app);
        return;
    }
    if (!app->network_up)
        return;
    app->network_up = false;
    for (enum mc_route_family family = MC_ROUTE_IPV4; family <= MC_ROUTE_IPV6; family <<= 1)
        remove_route(app, family);
    app->status.ppp.route = false;
    mc_names_take_back(app->names);
    app->status.ppp.dns_where[0] = '\0';
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
    bool second = app->probe_turn++ % 2 && *app->ppp_link.dns[1];
    return app->ppp_link.dns[second ? 1 : 0];
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
