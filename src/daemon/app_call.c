/* SPDX-License-Identifier: MIT */
/* The call: pppd and what it tells, as the link asks for it. */
#include "app_priv.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/ppp/dns.h>
#include <microcat/ppp/slaac.h>
#include <stdio.h>
#include <stdlib.h>
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

/* No usable servers from IPCP: those that the modem told of and the link can reach, if it was asked; else it is asked
 * before the next dial. */
static void fill_dns(struct app *app)
{
    struct mc_facts *facts = mc_link_facts(app->link);
    if (*app->ppp_link.dns[0] || *app->ppp_link.dns[1] || !app->settings.ppp.use_dns)
        return;
    facts->want_dns = true;
    size_t n = 0;
    for (size_t i = 0; i < MC_LENGTH_OF(facts->dns) && n < MC_LENGTH_OF(app->ppp_link.dns); i++)
        if (mc_dns_usable(facts->dns[i]) && *(strchr(facts->dns[i], ':') ? app->ppp_link.local6 : app->ppp_link.local))
            snprintf(app->ppp_link.dns[n++], sizeof(app->ppp_link.dns[0]), "%.45s", facts->dns[i]);
}

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

static void on_router(void *ctx)
{
    struct app *app = ctx;
    const struct mc_nd_facts *router = mc_slaac_router(app->slaac);
    mc_info("the router of %s tells name servers: %s%s%s; NAT64 prefix: %s", app->ppp_link.ifname,
            *router->servers[0].address ? router->servers[0].address : "none", *router->servers[1].address ? " " : "",
            router->servers[1].address, *router->nat64 ? router->nat64 : "none");
    app_servers_changed(app);
}

static const struct mc_slaac_events slaac_events = {.on_address = on_slaac, .on_router = on_router};

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
    int r = app->slaac ? 0 : mc_slaac_new(app->loop, app->ppp_link.ifname, &slaac_events, app, &app->slaac);
    if (r < 0)
        mc_warn("no IPv6 address for %s: %s", app->ppp_link.ifname, strerror(-r));
}

static void on_interface(void *ctx, const char *ifname)
{
    app_join_vrf(ctx, ifname);
}

static void on_up(void *ctx, const struct mc_ppp_link *ppp_link)
{
    struct app *app = ctx;
    struct mc_status_ppp *st = &app->status.ppp;
    app->ppp_link = *ppp_link;
    snprintf(st->interface, sizeof(st->interface), "%s", ppp_link->ifname);
    snprintf(st->remote, sizeof(st->remote), "%s", *ppp_link->remote ? ppp_link->remote : ppp_link->remote6);
    fill_dns(app);
    st->mtu = ppp_link->mtu > 0 ? ppp_link->mtu : MC_UNKNOWN;
    st->pid = (int32_t)mc_ppp_pid(app->ppp);
    begin_slaac(app);
    app_servers_changed(app);
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
    mc_link_call_resume(app->link);
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

static void on_refused(void *ctx, const char *line)
{
    struct app *app = ctx;
    mc_link_call_refused(app->link, line);
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
                                                .on_interface = on_interface,
                                                .on_up = on_up,
                                                .on_down = on_down,
                                                .to_modem = to_modem,
                                                .on_room = on_room,
                                                .on_sign = on_sign,
                                                .on_refused = on_refused,
                                                .on_exit = on_exit_};

/* The plugin's socket has a name that a daemon started anew finds again. */
static struct mc_ppp_place place_of(const struct app *app)
{
    return (struct mc_ppp_place){
        .runtime_dir = app->runtime_dir, .instance = app_instance(app), .plugin = getenv("MICROCATD_PPPD_PLUGIN")};
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

void app_call_room(void *ctx)
{
    struct app *app = ctx;
    if (app->ppp)
        mc_ppp_resume(app->ppp);
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
