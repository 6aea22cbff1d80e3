/* SPDX-License-Identifier: MIT */
/* The link's name servers where this host wants them, and NetworkManager's hands. */
#include "server_priv.h"

#include <microcat/host/networkmanager.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/dns.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RESOLVED_MS 4000 /* less than who asks us waits */

bool helper_servers_are_usable(const struct mc_helper_servers *servers)
{
    for (uint32_t i = 0; i < servers->n; i++)
        if (!mc_dns_usable(servers->address[i]))
            return false;
    return true;
}

static size_t list(const struct mc_helper_servers *servers, const char *out[MC_HELPER_SERVERS])
{
    for (uint32_t i = 0; i < servers->n; i++)
        out[i] = servers->address[i];
    return servers->n;
}

/* ---- systemd-resolved: a loop of its own, because who asks waits ---- */

struct question {
    struct mc_loop *loop;
    struct mc_timer limit;
    int result;
};

static void on_resolved(void *ctx, int result)
{
    struct question *question = ctx;

    question->result = result;
    mc_loop_stop(question->loop);
}

static void on_limit(void *ctx)
{
    on_resolved(ctx, -ETIMEDOUT);
}

static int ask(struct question *question, struct mc_dns *dns, const char *ifname,
               const struct mc_helper_servers *servers, bool default_route)
{
    const char *addresses[MC_HELPER_SERVERS];
    int r = servers != NULL
                ? mc_dns_set(dns, ifname, addresses, list(servers, addresses), default_route, on_resolved, question)
                : mc_dns_revert(dns, ifname, on_resolved, question);

    if (r < 0)
        return r;
    mc_timer_init(&question->limit, "resolved", on_limit, question);
    mc_timer_arm(&question->limit, mc_loop_timers(question->loop), RESOLVED_MS);
    r = mc_loop_run(question->loop);
    mc_timer_disarm(&question->limit);
    return r < 0 ? r : question->result;
}

/* @servers NULL: back to what it was. */
static int resolved(const struct helper_job *job, const struct mc_helper_servers *servers)
{
    const bool default_route = servers != NULL && job->settings->ppp.default_route != MC_DEFAULT_ROUTE_NO;
    struct question question = {0};
    struct mc_dns *dns;
    char ifname[16];
    int r = helper_interface(job->server, servers != NULL ? job->settings : NULL, ifname);

    if (r < 0)
        return r;
    r = mc_loop_new(&question.loop);
    if (r < 0)
        return r;
    dns = mc_dns_new(question.loop);
    r = dns != NULL ? ask(&question, dns, ifname, servers, default_route) : -ENOMEM;
    mc_dns_free(dns);
    mc_loop_free(question.loop);
    return r;
}

int helper_set_resolved(struct helper_job *job)
{
    const struct mc_helper_servers *servers = &job->in->names.servers;

    if (!job->settings->ppp.use_dns || servers->n == 0 || !helper_servers_are_usable(servers))
        return -EPERM;
    return resolved(job, servers);
}

int helper_revert_resolved(struct helper_job *job)
{
    int r = resolved(job, NULL);

    return r == -ENODEV ? 0 : r; /* they went with it */
}

/* ---- resolv.conf ---- */

static int take_out(const struct mc_helper_server *server, const char *path, bool *ret_wrote)
{
    const struct mc_names_block block = {.owner = server->place.instance};

    return mc_names_block_write(&block, path, false, ret_wrote);
}

static int put_in(const struct helper_job *job, const char *path, bool *ret_wrote)
{
    const struct mc_helper_servers *servers = &job->in->names.servers;
    const char *addresses[MC_HELPER_SERVERS];
    char ifname[16];

    if (!job->settings->ppp.use_dns || servers->n == 0 || !helper_servers_are_usable(servers))
        return -EPERM;
    if (mc_names_block_is_resolved(path))
        return -EBUSY;
    int r = helper_interface(job->server, job->settings, ifname);
    if (r < 0)
        return r;
    const struct mc_names_block block = {.owner = job->server->place.instance,
                                         .ifname = ifname,
                                         .servers = addresses,
                                         .n_servers = list(servers, addresses),
                                         .reach = mc_route_reaches_without};
    r = helper_note_names(job->server, path); /* before it is there */
    return r < 0 ? r : mc_names_block_write(&block, path, true, ret_wrote);
}

/* Where the symlink was turned elsewhere meanwhile, our block goes from where it was. */
int helper_write_names(struct helper_job *job)
{
    _cleanup_free_ char *path = mc_names_block_resolve(job->server->place.resolv_conf);
    const int error = path == NULL ? -errno : 0;
    _cleanup_free_ char *before = helper_noted_names(job->server);
    bool wrote = false, unused;
    int r;

    if (before != NULL && (path == NULL || strcmp(before, path) != 0))
        take_out(job->server, before, &unused);
    if (path == NULL)
        r = error == -ENOENT && !job->in->names.option ? 0 : error;
    else
        r = job->in->names.option ? put_in(job, path, &wrote) : take_out(job->server, path, &wrote);
    job->out->number = wrote;
    return r;
}

int helper_networkmanager(struct helper_job *job)
{
    char ifname[16];

    if (!job->in->number) {
        mc_networkmanager_forget(job->server->place.networkmanager, job->server->place.instance);
        return 0;
    }
    int r = helper_interface(job->server, job->settings, ifname);
    return r < 0 ? r
                 : mc_networkmanager_hands_off(job->server->place.networkmanager, job->server->place.instance, ifname);
}
