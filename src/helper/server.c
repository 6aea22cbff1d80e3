/* SPDX-License-Identifier: MIT */
/* Which request goes where, and what the network is asked for. */
#include "server_priv.h"

#include <microcat/base/log.h>
#include <microcat/daemon/config.h>
#include <microcat/host/probe_socket.h>
#include <microcat/host/router.h>
#include <microcat/host/vrf.h>
#include <microcat/ppp/dns.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { ROUTES_MAX = 8 }; /* two default ones, and one to each server of the two families */

/* ---- routes ---- */

/* Where the link's routes go. */
static int table_of(const struct mc_settings *settings, uint32_t *ret_table)
{
    *ret_table = (uint32_t)settings->ppp.route_table;
    return *settings->ppp.vrf ? mc_vrf_look(settings->ppp.vrf, ret_table) : 0;
}

static enum mc_route_family family_of(uint32_t family)
{
    return family == MC_HELPER_IPV6 ? MC_ROUTE_IPV6 : MC_ROUTE_IPV4;
}

static int add_route(struct helper_job *job)
{
    const int wanted = job->settings->ppp.default_route;
    const bool six = job->in->number == MC_HELPER_IPV6;
    uint32_t table;
    char ifname[16];

    if (wanted != MC_DEFAULT_ROUTE_YES && wanted != (six ? MC_DEFAULT_ROUTE_IPV6 : MC_DEFAULT_ROUTE_IPV4))
        return -EPERM;
    int r = helper_interface(job->server, job->settings, ifname);
    if (r == 0)
        r = table_of(job->settings, &table);
    return r < 0 ? r
                 : mc_route_add(ifname, family_of(job->in->number), (uint32_t)job->settings->ppp.route_metric, table);
}

/* What is taken back is taken whatever is configured by now: from our pppd's interface, with whatever metric and table
 * it was given. */
static int remove_route(struct helper_job *job)
{
    char ifname[16];
    int r = helper_interface(job->server, NULL, ifname);

    if (r == -ENODEV)
        return 0; /* its routes went with it */
    if (r == 0)
        r = mc_route_remove_defaults(ifname, family_of(job->in->number));
    return r < 0 ? r : 0;
}

static int sweep(struct helper_job *job)
{
    char ifname[16];
    int r = helper_interface(job->server, NULL, ifname);

    if (job->in->number)
        return helper_kill_pppd(job->server);
    return r == 0 ? mc_route_sweep(ifname) : r == -ENODEV ? 0 : r;
}

static int add_server(struct helper_job *job)
{
    const char *address = job->in->address.text;
    const uint32_t metric = (uint32_t)job->settings->ppp.route_metric;
    uint32_t table;
    char ifname[16];
    int r = mc_dns_usable(address) && job->settings->ppp.use_dns ? 0 : -EPERM;

    if (r == 0)
        r = helper_interface(job->server, job->settings, ifname);
    if (r == 0)
        r = table_of(job->settings, &table);
    if (r < 0)
        return r;
    return mc_route_count(ifname) < ROUTES_MAX ? mc_route_add_server(ifname, address, metric, table) : -ENOSPC;
}

static int remove_server(struct helper_job *job)
{
    const char *address = job->in->address.text;
    char ifname[16];
    int r = mc_dns_usable(address) ? helper_interface(job->server, NULL, ifname) : -EPERM;

    if (r == -ENODEV)
        return 0;
    if (r == 0)
        r = mc_route_remove_servers(ifname, address);
    return r < 0 ? r : 0;
}

/* ---- the interface ---- */

static int join_vrf(struct helper_job *job)
{
    char ifname[16];
    int r = *job->settings->ppp.vrf ? helper_interface(job->server, job->settings, ifname) : -EPERM;

    return r < 0 ? r : mc_vrf_join(ifname, job->settings->ppp.vrf, &job->out->number);
}

static int with_router(const struct helper_job *job, int (*fn)(const char *ifname))
{
    char ifname[16];
    int r = job->settings->pdp.type != MC_PDP_IP ? helper_interface(job->server, job->settings, ifname) : -EPERM;

    return r < 0 ? r : fn(ifname);
}

static int accept_router(struct helper_job *job)
{
    return with_router(job, mc_router_accept);
}

static int ask_router(struct helper_job *job)
{
    return with_router(job, mc_router_ask);
}

/* Bound here: what is bound, nobody without CAP_NET_RAW binds to another interface. It binds TCP only: a datagram may
 * name another one by IP_PKTINFO, which Linux puts before SO_BINDTODEVICE (net/ipv4/ip_sockglue.c ip_cmsg_send(), seen
 * on 6.x), and a raw socket's a source, too (IP_HDRINCL). Any user of the host may send datagrams; raw is what there is
 * where ping sockets are not for us. */
static int open_probe(struct helper_job *job)
{
    const int family = job->in->number == MC_HELPER_IPV6 ? AF_INET6 : AF_INET;
    const enum mc_probe_kind kind = job->settings->probe.kind;
    char ifname[16];
    bool raw;
    int r = kind != MC_PROBE_NONE ? helper_interface(job->server, job->settings, ifname) : -EPERM;

    if (r == 0)
        r = job->out_fds[0] = mc_probe_socket(kind, family, ifname, &raw);
    if (r < 0)
        return r;
    job->out->number = raw;
    return 0;
}

/* ---- which goes where ---- */

static int (*const handlers[MC_HELPER_KIND_COUNT])(struct helper_job *job) = {
    [MC_HELPER_OPEN_PTY] = helper_open_pty,
    [MC_HELPER_START_PPPD] = helper_start_pppd,
    [MC_HELPER_START_BOARD] = helper_start_board,
    [MC_HELPER_START_RESOLVCONF] = helper_start_resolvconf,
    [MC_HELPER_SIGNAL] = helper_signal,
    [MC_HELPER_STATUS] = helper_status,
    [MC_HELPER_ADD_ROUTE] = add_route,
    [MC_HELPER_REMOVE_ROUTE] = remove_route,
    [MC_HELPER_SWEEP] = sweep,
    [MC_HELPER_ADD_SERVER] = add_server,
    [MC_HELPER_REMOVE_SERVER] = remove_server,
    [MC_HELPER_JOIN_VRF] = join_vrf,
    [MC_HELPER_ACCEPT_ROUTER] = accept_router,
    [MC_HELPER_ASK_ROUTER] = ask_router,
    [MC_HELPER_OPEN_PROBE] = open_probe,
    [MC_HELPER_SET_RESOLVED] = helper_set_resolved,
    [MC_HELPER_REVERT_RESOLVED] = helper_revert_resolved,
    [MC_HELPER_WRITE_NAMES] = helper_write_names,
    [MC_HELPER_NETWORKMANAGER] = helper_networkmanager,
    [MC_HELPER_TTY_HOLDER] = helper_tty_holder,
    [MC_HELPER_GRANT_TTY] = helper_grant_tty,
    [MC_HELPER_OPEN_CONFIG] = helper_open_config,
    [MC_HELPER_LEND_PTY] = helper_lend_pty,
};

/* Ending a call and taking back what it had must not wait until somebody has mended a file. */
static bool needs_settings(const struct mc_helper_message *request)
{
    const union mc_helper_body *body = &request->body;

    switch (request->kind) {
    case MC_HELPER_SIGNAL:
    case MC_HELPER_STATUS:
    case MC_HELPER_REMOVE_ROUTE:
    case MC_HELPER_SWEEP:
    case MC_HELPER_REMOVE_SERVER:
    case MC_HELPER_REVERT_RESOLVED:
    case MC_HELPER_OPEN_CONFIG: /* so that the daemon can say what is wrong */
    case MC_HELPER_LEND_PTY:
        return false;
    case MC_HELPER_WRITE_NAMES:
        return body->names.option != 0;
    case MC_HELPER_NETWORKMANAGER:
        return body->number != 0;
    case MC_HELPER_START_RESOLVCONF:
        return body->names.option == MC_RECORD_ADD_BEHIND || body->names.option == MC_RECORD_ADD_FIRST;
    default: /* the pty for pppd, too: it is asked for before the dial, which would be in vain */
        return true;
    }
}

static bool is_an_answer(int result)
{
    return result == -ENOENT || result == -ESRCH || result == -ECHILD || result == -EBUSY || result == -EEXIST;
}

void mc_helper_serve(struct mc_helper_server *server, const struct mc_settings *settings,
                     const struct mc_helper_message *request, const int fds[MC_HELPER_FDS_MAX],
                     struct mc_helper_message *ret_reply, int ret_fds[MC_HELPER_FDS_MAX])
{
    struct helper_job job = {.server = server,
                             .settings = settings,
                             .in = &request->body,
                             .fds = fds,
                             .out = &ret_reply->body,
                             .out_fds = ret_fds};

    server->settings = settings;
    memset(ret_reply, 0, sizeof(*ret_reply));
    for (size_t i = 0; i < MC_HELPER_FDS_MAX; i++)
        ret_fds[i] = -1;
    ret_reply->kind = request->kind;
    if (settings == NULL && needs_settings(request)) {
        ret_reply->result = MC_HELPER_MISTAKES;
        mc_helper_text(ret_reply->body.path.text, sizeof(ret_reply->body.path.text), server->mistake);
        return;
    }
    ret_reply->result = handlers[request->kind](&job);
    if (ret_reply->result < 0)
        mc_helper_close_fds(ret_fds);
    if (ret_reply->result == -EPERM)
        mc_warn("refused: %s", mc_helper_kind_name(request->kind));
    else if (ret_reply->result < 0) /* that nobody has the tty, or that there is no resolved, is an answer */
        mc_log(is_an_answer(ret_reply->result) ? MC_LOG_DEBUG : MC_LOG_INFO, "%s: %s",
               mc_helper_kind_name(request->kind), strerror(-ret_reply->result));
}

/* ---- life ---- */

int mc_helper_server_new(struct mc_loop *loop, const struct mc_helper_place *place,
                         struct mc_helper_server **ret_server)
{
    /* pppd 2.4's and 2.5's */
    static const char *const pid_files[] = {"/run", "/run/pppd", NULL};
    struct mc_helper_server *server = calloc(1, sizeof(*server));

    if (server == NULL)
        return -ENOMEM;
    *server = (struct mc_helper_server){.loop = loop, .place = *place};
    if (server->place.notes == NULL)
        server->place.notes = "/run/microcat-helper";
    if (server->place.pid_files == NULL)
        server->place.pid_files = pid_files;
    if (server->place.plugin == NULL)
        server->place.plugin = MC_PLUGIN_PATH;
    if (server->place.runtime_dir == NULL)
        server->place.runtime_dir = MC_HELPER_RUNTIME_DIR;
    if (server->place.resolv_conf == NULL)
        server->place.resolv_conf = "/etc/resolv.conf";
    if (server->place.resolvconf == NULL)
        server->place.resolvconf = "/sbin/resolvconf";
    *ret_server = server;
    return 0;
}

void mc_helper_server_free(struct mc_helper_server *server)
{
    if (server == NULL)
        return;
    for (size_t i = 0; i < MC_LENGTH_OF(server->programs); i++)
        if (server->programs[i].child != NULL)
            mc_child_release(server->programs[i].child);
    mc_config_free(server->config);
    free(server);
}

bool mc_helper_server_busy(const struct mc_helper_server *server)
{
    for (size_t i = 0; i < MC_LENGTH_OF(server->programs); i++)
        if (i != MC_ERRAND_PPPD && server->programs[i].child != NULL)
            return true;
    return false;
}
