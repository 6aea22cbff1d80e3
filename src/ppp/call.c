/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <microcat/base/log.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/dns.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* pppd.h's PHASE_ numbers, the same in 2.4.9 and 2.5. */
static const enum mc_ppp_phase phases[] = {
    [0] = MC_PPP_DEAD,       [1] = MC_PPP_SERIALCONN,                              /* initialize */
    [2] = MC_PPP_SERIALCONN, [3] = MC_PPP_SERIALCONN,                              /* dormant */
    [4] = MC_PPP_ESTABLISH,  [5] = MC_PPP_AUTHENTICATE, [6] = MC_PPP_AUTHENTICATE, /* callback */
    [7] = MC_PPP_NETWORK,    [8] = MC_PPP_RUNNING,      [9] = MC_PPP_TERMINATE,
    [10] = MC_PPP_TERMINATE, /* disconnect */
    [11] = MC_PPP_DEAD,      /* holdoff */
    [12] = MC_PPP_RUNNING,   /* master */
};

void mc_call_phase(struct mc_ppp *ppp, enum mc_ppp_phase phase)
{
    if (phase == ppp->phase)
        return;
    ppp->phase = phase;
    if (phase > ppp->view.reached && phase != MC_PPP_TERMINATE)
        ppp->view.reached = phase;
    ppp->depth++;
    if (!ppp->buried && ppp->events.on_phase != NULL)
        ppp->events.on_phase(ppp->ctx, phase);
    ppp->depth--;
}

/* Before it has addresses: what must happen to the interface first, has its time here. */
static void on_interface(struct mc_ppp *ppp, const char *ifname)
{
    if (ifname[0] == '\0' || strcmp(ifname, ppp->interface) == 0)
        return;
    snprintf(ppp->interface, sizeof(ppp->interface), "%s", ifname);
    ppp->depth++;
    if (!ppp->buried && ppp->events.on_interface != NULL)
        ppp->events.on_interface(ppp->ctx, ppp->interface);
    ppp->depth--;
}

void mc_call_down(struct mc_ppp *ppp)
{
    ppp->has_v4 = ppp->has_v6 = false;
    if (!ppp->is_up)
        return;
    ppp->is_up = false;
    memset(&ppp->told, 0, sizeof(ppp->told));
    ppp->depth++;
    if (!ppp->buried && ppp->events.on_down != NULL)
        ppp->events.on_down(ppp->ctx);
    ppp->depth--;
}

static void tell_up(struct mc_ppp *ppp)
{
    if (ppp->is_up && memcmp(&ppp->told, &ppp->link, sizeof(ppp->link)) == 0)
        return;
    ppp->told = ppp->link;
    ppp->is_up = ppp->was_up = true;
    if (ppp->has_v4)
        mc_ppp_reachable(ppp);
    ppp->depth++;
    if (!ppp->buried && ppp->events.on_up != NULL)
        ppp->events.on_up(ppp->ctx, &ppp->told);
    ppp->depth--;
}

static void take_interface(struct mc_ppp_link *link, const struct mc_plugin_msg *msg)
{
    snprintf(link->ifname, sizeof(link->ifname), "%s", msg->ifname);
    link->unit = msg->unit;
    link->mtu = msg->mtu;
}

/* IPCP can go down and up again just after it came up, and a reconnecting plugin repeats itself: each is told once. */
static void on_ip_up(struct mc_ppp *ppp, const struct mc_plugin_msg *msg)
{
    struct mc_ppp_link *link = &ppp->link;
    size_t n = 0;

    on_interface(ppp, msg->ifname);
    take_interface(link, msg);
    snprintf(link->local, sizeof(link->local), "%s", msg->local);
    snprintf(link->remote, sizeof(link->remote), "%s", msg->remote);
    memset(link->dns, 0, sizeof(link->dns));
    if (mc_dns_usable(msg->dns1))
        snprintf(link->dns[n++], sizeof(link->dns[0]), "%s", msg->dns1);
    if (mc_dns_usable(msg->dns2) && strcmp(msg->dns1, msg->dns2) != 0)
        snprintf(link->dns[n], sizeof(link->dns[0]), "%s", msg->dns2);
    ppp->has_v4 = true;
    tell_up(ppp);
}

static void on_ipv6_up(struct mc_ppp *ppp, const struct mc_plugin_msg *msg)
{
    on_interface(ppp, msg->ifname);
    take_interface(&ppp->link, msg);
    snprintf(ppp->link.local6, sizeof(ppp->link.local6), "%s", msg->local);
    snprintf(ppp->link.remote6, sizeof(ppp->link.remote6), "%s", msg->remote);
    ppp->has_v6 = true;
    tell_up(ppp);
}

static void on_part_down(struct mc_ppp *ppp, enum mc_plugin_kind kind)
{
    struct mc_ppp_link *link = &ppp->link;
    bool had = kind == MC_PLUGIN_IP_DOWN ? ppp->has_v4 : ppp->has_v6;

    if (!had)
        return;
    if (kind == MC_PLUGIN_IP_DOWN) {
        ppp->has_v4 = false;
        memset(link->local, 0, sizeof(link->local));
        memset(link->remote, 0, sizeof(link->remote));
        memset(link->dns, 0, sizeof(link->dns));
    } else {
        ppp->has_v6 = false;
        memset(link->local6, 0, sizeof(link->local6));
        memset(link->remote6, 0, sizeof(link->remote6));
    }
    if (ppp->has_v4 || ppp->has_v6) {
        tell_up(ppp);
        return;
    }
    mc_call_down(ppp);
    if (!ppp->buried && ppp->child != NULL && !ppp->view.stop_asked && mc_child_running(ppp->child))
        mc_timer_arm(&ppp->setup, mc_loop_timers(ppp->loop), ppp->setup_ms); /* and no for ever without one */
}

void mc_call_stands(struct mc_ppp *ppp, const struct mc_ppp_link *link)
{
    ppp->link = *link;
    ppp->has_v4 = link->local[0] != '\0';
    ppp->has_v6 = link->local6[0] != '\0';
    on_interface(ppp, link->ifname);
    mc_call_phase(ppp, MC_PPP_RUNNING);
    if (!ppp->buried)
        tell_up(ppp);
}

static void on_auth(struct mc_ppp *ppp, const struct mc_plugin_msg *msg)
{
    ppp->depth++;
    if (!ppp->buried && ppp->events.on_auth != NULL)
        ppp->events.on_auth(ppp->ctx, msg->auth);
    ppp->depth--;
}

void mc_call_message(void *ctx, const struct mc_plugin_msg *msg)
{
    struct mc_ppp *ppp = ctx;

    ppp->view.spoke = true;
    switch (msg->kind) {
    case MC_PLUGIN_PHASE:
        on_interface(ppp, msg->ifname);
        if (msg->phase >= 0 && (size_t)msg->phase < sizeof(phases) / sizeof(phases[0]))
            mc_call_phase(ppp, phases[msg->phase]);
        break;
    case MC_PLUGIN_IP_UP:
        on_ip_up(ppp, msg);
        break;
    case MC_PLUGIN_IPV6_UP:
        on_ipv6_up(ppp, msg);
        break;
    case MC_PLUGIN_IP_DOWN:
    case MC_PLUGIN_IPV6_DOWN:
        on_part_down(ppp, msg->kind);
        break;
    case MC_PLUGIN_AUTH:
        on_auth(ppp, msg);
        break;
    case MC_PLUGIN_EXIT:
        ppp->told_status = msg->status >= 0 && msg->status <= 255 ? msg->status : -1;
        ppp->end.rx_bytes = msg->rx_bytes;
        ppp->end.tx_bytes = msg->tx_bytes;
        ppp->end.seconds = msg->seconds;
        break;
    default: /* hello; the question for secrets has been answered */
        break;
    }
}

/* Words by which pppd 2.4 and 2.5 say that something is wrong (main.c, auth.c, lcp.c, ipcp.c, options.c). */
static const char *const complaints[] = {
    "error",        "fail",  "refus",         "unable",   "could", "can't",    "denied", "timeout",      "no resp",
    "unrecognized", "lacks", "terminated by", "not supp", "loop",  "rejected", "unsupp", "not permitted"};

static bool is_complaint(const char *line)
{
    for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
        if (strcasestr(line, complaints[i]) != NULL)
            return true;
    return false;
}

static void on_refused(struct mc_ppp *ppp, const char *line)
{
    ppp->depth++;
    if (!ppp->buried && ppp->events.on_refused != NULL)
        ppp->events.on_refused(ppp->ctx, line);
    ppp->depth--;
}

void mc_call_log_line(struct mc_ppp *ppp, const char *line)
{
    if (line[0] == '\0')
        return;
    /* pppd hides it itself (hide-password); this is for the day when it forgets to. */
    if (ppp->password[0] != '\0' && strstr(line, ppp->password) != NULL) {
        mc_debug("pppd: (a line with the password in it)");
        return;
    }
    if (is_complaint(line)) {
        snprintf(ppp->complaint, sizeof(ppp->complaint), "%s", line);
        mc_info("pppd: %s", line);
        if (strstr(line, " authentication failed") != NULL) /* upap.c, chap-new.c */
            on_refused(ppp, line);
    } else {
        mc_debug("pppd: %s", line);
    }
}
