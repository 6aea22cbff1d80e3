/* SPDX-License-Identifier: MIT */
#include "names_program.h"
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/host/privileged.h>
#include <microcat/host/resolv_text.h>
#include <microcat/host/resolvconf.h>
#include <microcat/host/route.h>
#include <microcat/host/route_watch.h>
#include <microcat/io/atomic_file.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/dns.h>
#include <microcat/ppp/names.h>
#include <microcat/ppp/names_file.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_MS    200    /* a cable that is pulled changes a dozen routes */
#define RETRY_MS     30000  /* what failed is tried again; while it fails, each time after twice as long */
#define RETRY_MAX_MS 300000 /* at most */

enum { SERVERS = 4, ADDRESS_BYTES = 46 };

/* Who may have something of ours. One of them is to have it; but a way that fails today may go tomorrow. */
enum { IN_RESOLVED = 1 << 0, IN_PROGRAM = 1 << 1, IN_FILE = 1 << 2 };

static const char *const where_texts[MC_NAMES_WHERE_COUNT] = {
    [MC_NAMES_NOWHERE] = "",
    [MC_NAMES_RESOLVED] = "systemd-resolved",
    [MC_NAMES_RESOLVCONF] = "resolvconf",
    [MC_NAMES_RESOLV_CONF] = "resolv.conf",
    [MC_NAMES_NETWORKMANAGER] = "NetworkManager",
};
const struct mc_strtab mc_names_where_names = MC_STRTAB(where_texts);

struct mc_names {
    struct mc_loop *loop;
    mc_names_fn *fn;
    void *ctx;
    char *resolv_conf, *owner;
    struct mc_dns *dns;
    struct names_program *program; /* NULL: none is installed */
    struct mc_names_file *file;
    struct mc_route_watch *watch;
    struct mc_timer look;
    struct mc_timer retry; /* armed only while something is owed */
    int64_t retry_ms, wait_ms;
    enum mc_names_where where;
    unsigned given; /* IN_... */
    bool asking;    /* somebody is at it; refused: nobody took them */
    bool refused;
    bool unrouted; /* a route could not be set, or taken */
    bool told;     /* the journal, that something could not be taken back */
    char ifname[16];
    char servers[SERVERS][ADDRESS_BYTES];
    size_t n_servers; /* 0: nothing is given */
    bool routed[SERVERS];
    uint32_t metric, table;
    bool default_route;
};

static void list(const struct mc_names *names, const char *out[SERVERS])
{
    for (size_t i = 0; i < names->n_servers; i++)
        out[i] = names->servers[i];
}

/* ---- the others' servers ---- */

/* In the file that is asked, whoever wrote it. */
static bool others_are_dead(const struct mc_names *names)
{
    _cleanup_free_ char *text = NULL;
    const char *ours[SERVERS];
    size_t len;

    if (mc_file_read(names->resolv_conf, MC_RESOLV_TEXT_BYTES, &text, &len) < 0)
        return false;
    list(names, ours);
    return mc_resolv_others_are_dead(text, ours, names->n_servers, mc_route_reaches_without, names->ifname);
}

/* ---- the servers' routes ---- */

/* Others ask it as well, by the way that they have. */
static bool others_use(const struct mc_names *names, const char *server)
{
    _cleanup_free_ char *text = NULL, *bare = NULL;
    char address[64];
    size_t len;

    if (names->where != MC_NAMES_RESOLV_CONF && names->where != MC_NAMES_NETWORKMANAGER)
        return false;
    if (mc_file_read(names->resolv_conf, MC_RESOLV_TEXT_BYTES, &text, &len) < 0 ||
        mc_resolv_without(text, names->owner, &bare, NULL) < 0)
        return false;
    for (const char *at = bare; mc_resolv_next(&at, address, sizeof(address));)
        if (strcmp(address, server) == 0)
            return true;
    return false;
}

/* resolved asks by the link itself, and needs but a route there: the default one. */
static void set_routes(struct mc_names *names)
{
    names->unrouted = false;
    if (names->where == MC_NAMES_RESOLVED && names->default_route)
        return;
    for (size_t i = 0; i < names->n_servers; i++) {
        if (names->routed[i] || others_use(names, names->servers[i]))
            continue;
        int r = mc_privileged()->add_server_route(names->ifname, names->servers[i], names->metric, names->table);
        if (r < 0)
            mc_debug("no route to %s through %s: %s", names->servers[i], names->ifname, strerror(-r));
        names->routed[i] = r > 0;
        names->unrouted = names->unrouted || r < 0;
    }
}

/* Also those of servers that are not given any more. An interface that goes takes them along. */
static void take_routes(struct mc_names *names)
{
    names->unrouted = false;
    for (size_t i = 0; i < SERVERS; i++) {
        int r =
            names->routed[i] && if_nametoindex(names->ifname) != 0
                ? mc_privileged()->remove_server_route(names->ifname, names->servers[i], names->metric, names->table)
                : 0;
        names->routed[i] = r < 0;
        names->unrouted = names->unrouted || r < 0;
    }
}

/* ---- giving, one way after the other ---- */

static unsigned way_to(enum mc_names_where where)
{
    return where == MC_NAMES_RESOLVED ? IN_RESOLVED : where == MC_NAMES_RESOLVCONF ? IN_PROGRAM : IN_FILE;
}

/* Who has something, and should not. Where nobody took them, who had them before may keep them: they are better than
 * none. */
static unsigned surplus(const struct mc_names *names)
{
    if (names->n_servers == 0)
        return names->given;
    if (names->asking)
        return 0;
    return names->where == MC_NAMES_NOWHERE ? 0 : names->given & ~way_to(names->where);
}

/* What was refused, or whose helper was not there, is tried again: a resolved that was restarted just then, another's
 * route that goes later. */
static void look_after_debts(struct mc_names *names)
{
    if (names->asking)
        return;
    if (!names->refused && !names->unrouted && surplus(names) == 0 &&
        (names->program == NULL || !names_program_owes(names->program))) {
        if (names->told)
            mc_info("the servers that somebody still had are taken back now");
        names->told = false;
        mc_timer_disarm(&names->retry);
        names->wait_ms = names->retry_ms;
    } else if (!mc_timer_armed(&names->retry)) {
        mc_timer_arm(&names->retry, mc_loop_timers(names->loop), names->wait_ms);
        names->wait_ms = names->wait_ms < RETRY_MAX_MS / 2 ? 2 * names->wait_ms : RETRY_MAX_MS;
    }
}

static void still_there(struct mc_names *names, const char *who, int error)
{
    if (!names->told)
        mc_warn("%s still has the servers of %s, and is asked again: %s", who,
                *names->ifname ? names->ifname : "a daemon before this one", strerror(-error));
    names->told = true;
}

/* An interface that has gone took resolved's servers along. */
static void on_reverted(void *ctx, int result)
{
    struct mc_names *names = ctx;

    if (result < 0 && result != -ENOENT && result != -ENODEV && if_nametoindex(names->ifname) != 0) {
        names->given |= IN_RESOLVED;
        if (surplus(names) & IN_RESOLVED)
            still_there(names, "systemd-resolved", result);
    }
    look_after_debts(names);
}

static void take_from(struct mc_names *names, unsigned ways)
{
    int r = ways & IN_FILE ? mc_names_file_take_back(names->file) : 0;

    names->given &= ~ways;
    if (r < 0) {
        names->given |= IN_FILE;
        still_there(names, names->resolv_conf, r);
    }
    if (ways & IN_RESOLVED)
        mc_dns_revert(names->dns, names->ifname, on_reverted, names);
    if (ways & IN_PROGRAM)
        names_program_take_back(names->program);
}

static void settled(struct mc_names *names, enum mc_names_where where, int result)
{
    names->where = where;
    names->asking = false;
    names->refused = where == MC_NAMES_NOWHERE;
    take_from(names, surplus(names));
    set_routes(names);
    look_after_debts(names);
    names->fn(names->ctx, where, result);
}

static int give_file(struct mc_names *names)
{
    const char *servers[SERVERS];

    list(names, servers);
    int r = mc_names_file_give(names->file, names->ifname, servers, names->n_servers);
    if (r >= 0 || mc_privileged()->trouble() != 0) /* of a helper that did not answer nobody knows what it did */
        names->given |= IN_FILE;
    return r;
}

static void to_file(struct mc_names *names)
{
    int r = give_file(names);

    if (r < 0)
        settled(names, MC_NAMES_NOWHERE, r);
    else if (mc_names_file_is_networkmanager(names->file))
        settled(names, MC_NAMES_NETWORKMANAGER, r);
    else
        settled(names, MC_NAMES_RESOLV_CONF, r);
}

static int give_program(struct mc_names *names)
{
    char text[SERVERS * (ADDRESS_BYTES + 16)] = "";

    for (size_t i = 0; i < names->n_servers; i++)
        mc_resolvconf_add(text, sizeof(text), names->servers[i]);
    names->given |= IN_PROGRAM;
    return names_program_give(names->program, others_are_dead(names) ? NAMES_FIRST : NAMES_BEHIND, text, names->metric);
}

static void on_program(void *ctx, int result)
{
    struct mc_names *names = ctx;

    const bool asked = names->asking;

    if (names->n_servers == 0)
        return;
    if (result < 0)
        to_file(names);
    else if (asked || names->where != MC_NAMES_RESOLVCONF)
        settled(names, MC_NAMES_RESOLVCONF, 0);
}

static void on_dns(void *ctx, int result)
{
    struct mc_names *names = ctx;

    if (result != -ENOENT && result != -ENODEV) /* also when it is late */
        names->given |= IN_RESOLVED;
    if (names->n_servers == 0) { /* it was on its way when it was taken back */
        take_from(names, names->given & IN_RESOLVED);
        return;
    }
    if (result == 0)
        settled(names, MC_NAMES_RESOLVED, 0);
    else if (result != -ENOENT)
        settled(names, MC_NAMES_NOWHERE, result);
    else if (names->program == NULL || give_program(names) < 0)
        to_file(names);
}

/* ---- looking after it ---- */

static void on_look(void *ctx)
{
    struct mc_names *names = ctx;

    if (names->n_servers == 0)
        return;
    set_routes(names);
    look_after_debts(names);
    if (names->where == MC_NAMES_RESOLVCONF)
        give_program(names);
    else if (names->where == MC_NAMES_RESOLV_CONF || names->where == MC_NAMES_NETWORKMANAGER)
        mc_names_file_look(names->file);
    if (names->refused && names->wait_ms > 2 * names->retry_ms) { /* it waits for long; the network is another one */
        mc_timer_disarm(&names->retry);
        names->wait_ms = names->retry_ms;
        look_after_debts(names);
    }
}

static void ask(struct mc_names *names)
{
    const char *servers[SERVERS];
    int r;

    names->asking = true;
    names->refused = false;
    list(names, servers);
    r = mc_dns_set(names->dns, names->ifname, servers, names->n_servers, names->default_route, on_dns, names);
    if (r < 0)
        on_dns(names, r);
}

static void on_retry(void *ctx)
{
    struct mc_names *names = ctx;

    take_from(names, surplus(names));
    if (names->program != NULL)
        names_program_go_on(names->program);
    if (names->n_servers == 0)
        take_routes(names);
    else if (names->refused)
        ask(names);
    else
        set_routes(names);
    look_after_debts(names);
}

static void on_routes(void *ctx)
{
    struct mc_names *names = ctx;

    if (!mc_timer_armed(&names->look))
        mc_timer_arm(&names->look, mc_loop_timers(names->loop), SETTLE_MS);
}

/* ---- the public face ---- */

int mc_names_give(struct mc_names *names, const struct mc_names_gift *gift)
{
    size_t n = 0;

    for (size_t i = 0; i < gift->n_servers; i++)
        n += mc_dns_usable(gift->servers[i]);
    if (n == 0) {
        mc_names_take_back(names);
        return -EINVAL;
    }
    n = 0;
    take_routes(names); /* other servers, another interface */
    memset(names->routed, 0, sizeof(names->routed));
    snprintf(names->ifname, sizeof(names->ifname), "%s", gift->ifname);
    names->metric = gift->metric;
    names->table = gift->table;
    names->default_route = gift->default_route;
    for (size_t i = 0; i < gift->n_servers && n < SERVERS; i++)
        if (mc_dns_usable(gift->servers[i]))
            snprintf(names->servers[n++], ADDRESS_BYTES, "%s", gift->servers[i]);
    names->n_servers = n;
    if (names->watch == NULL) {
        int r = mc_route_watch_new(names->loop, on_routes, names, &names->watch);
        if (r < 0)
            mc_warn("routes cannot be watched: %s", strerror(-r));
    }
    mc_timer_disarm(&names->retry);
    names->wait_ms = names->retry_ms;
    ask(names);
    return 0;
}

void mc_names_take_back(struct mc_names *names)
{
    if (names->n_servers == 0)
        return;
    names->n_servers = 0;
    names->asking = names->refused = false;
    names->wait_ms = names->retry_ms;
    take_routes(names);
    mc_timer_disarm(&names->look);
    mc_timer_disarm(&names->retry);
    mc_route_watch_free(MC_TAKE_PTR(names->watch));
    take_from(names, surplus(names));
    names->where = MC_NAMES_NOWHERE;
    look_after_debts(names);
}

bool mc_names_sweep(struct mc_names *names)
{
    int r = mc_names_file_take_back(names->file);

    if (names->program != NULL)
        names_program_take_back(names->program);
    if (r < 0 && r != -EBADMSG && r != -EFBIG && r != -ELOOP) { /* in what is no such file nothing of ours was seen */
        names->given |= IN_FILE;
        still_there(names, names->resolv_conf, r);
    }
    look_after_debts(names);
    return r > 0;
}

struct mc_names *mc_names_new(struct mc_loop *loop, const struct mc_names_place *place, mc_names_fn *fn, void *ctx)
{
    const char *program = place->resolvconf != NULL ? place->resolvconf : "/sbin/resolvconf";
    const char *resolv_conf = place->resolv_conf != NULL ? place->resolv_conf : "/etc/resolv.conf";
    const struct mc_names_file_place file = {
        .path = resolv_conf, .owner = place->owner, .reach = mc_route_reaches_without};
    struct mc_names *names = calloc(1, sizeof(*names));

    if (names == NULL)
        return NULL;
    *names = (struct mc_names){
        .loop = loop, .fn = fn, .ctx = ctx, .resolv_conf = strdup(resolv_conf), .owner = strdup(place->owner)};
    names->retry_ms = names->wait_ms = place->retry_ms > 0 ? place->retry_ms : RETRY_MS;
    mc_timer_init(&names->look, "names", on_look, names);
    mc_timer_init(&names->retry, "names retry", on_retry, names);
    names->dns = mc_dns_new(loop);
    names->file = mc_names_file_new(loop, &file);
    if (names_program_usable(program))
        names->program = names_program_new(loop, program, place->owner, on_program, names);
    if (names->resolv_conf != NULL && names->owner != NULL && names->dns != NULL && names->file != NULL)
        return names;
    mc_names_free(names);
    return NULL;
}

void mc_names_free(struct mc_names *names)
{
    if (names == NULL)
        return;
    mc_timer_disarm(&names->look);
    mc_timer_disarm(&names->retry);
    mc_route_watch_free(names->watch);
    mc_dns_free(names->dns);
    names_program_free(names->program);
    mc_names_file_free(names->file);
    free(names->resolv_conf);
    free(names->owner);
    free(names);
}
