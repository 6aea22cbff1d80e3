/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPPD_PLUGIN_COMPAT_H
#define MICROCAT_PPPD_PLUGIN_COMPAT_H

/*
 * One view of pppd for both of its interfaces: 2.4.9's globals (Debian 12) and 2.5's functions (pppd/pppdconf.h exists;
 * ppp 2.5.0's README "what's new": ppp_* API names). MC_PPPD_25 is set by meson after looking at the headers.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

/* A pppd built without IPv6 has none of these: then they are NULL, and the plugin still loads. */
#pragma weak ipv6cp_gotoptions
#pragma weak ipv6cp_hisoptions

#ifdef MC_PPPD_25

#include <pppd/pppd.h>
/* what pppd.h leaves to others */
#include <pppd/options.h>

#include <pppd/fsm.h>

#include <pppd/ipcp.h>

#include <pppd/eui64.h>

#include <pppd/ipv6cp.h>

#include <pppd/upap.h>
#if __has_include(<pppd/chap.h>)
#include <pppd/chap.h>
#else
#include <pppd/chap-new.h> /* 2.5.0 before it was renamed */
#endif

#define MC_PPPD_VERSION PPPD_VERSION
/* Not in the headers any more, still in the program: what an options file said. */
extern char passwd[] __attribute__((weak));
#define MC_PPPD_HAS_PASSWD  (&passwd[0] != NULL)
#define mc_pppd_error(text) error(text)

#define mc_pppd_ifname()         ppp_ifname()
#define mc_pppd_unit()           ppp_ifunit()
#define mc_pppd_mtu()            ppp_get_mtu(ppp_ifunit())
#define mc_pppd_add_options(o)   ppp_add_options(o)
#define mc_pppd_timeout(f, s)    ppp_timeout((f), NULL, (s), 0)
#define mc_pppd_notify(what, fn) ppp_add_notify(NF_##what, (fn), NULL)

static inline void mc_pppd_stats(unsigned long long *rx, unsigned long long *tx, unsigned *seconds)
{
    ppp_link_stats_st stats;
    int up = ppp_get_link_uptime();

    memset(&stats, 0, sizeof(stats));
    if (!ppp_get_link_stats(&stats))
        return;
    *rx = stats.bytes_in;
    *tx = stats.bytes_out;
    *seconds = up > 0 ? (unsigned)up : 0;
}

#else /* 2.4.9 */

#define INET6 1 /* pppd's own builds define it for these headers; Debian's pppd has IPv6 */
#include <pppd/pppd.h>
/* pppd.h first: the others use its types */
#include <pppd/fsm.h>

#include <pppd/ipcp.h>

#include <pppd/ipv6cp.h>

#define MC_PPPD_VERSION     VERSION
#define MC_PPPD_HAS_PASSWD  1
#define mc_pppd_error(text) error((char *)(text)) /* not const there */

#define MC_LIST_PHASE_CHANGE phasechange
#define MC_LIST_EXIT         exitnotify
#define MC_LIST_IP_UP        ip_up_notifier
#define MC_LIST_IP_DOWN      ip_down_notifier
#define MC_LIST_IPV6_UP      ipv6_up_notifier
#define MC_LIST_IPV6_DOWN    ipv6_down_notifier

#define mc_pppd_ifname()         ifname
#define mc_pppd_unit()           ifunit
#define mc_pppd_mtu()            netif_get_mtu(0)
#define mc_pppd_add_options(o)   add_options(o)
#define mc_pppd_timeout(f, s)    timeout((f), NULL, (s), 0)
#define mc_pppd_notify(what, fn) add_notifier(&MC_LIST_##what, (fn), NULL)

static inline void mc_pppd_stats(unsigned long long *rx, unsigned long long *tx, unsigned *seconds)
{
    if (!link_stats_valid)
        return;
    *rx = link_stats.bytes_in;
    *tx = link_stats.bytes_out;
    *seconds = link_connect_time;
}

#endif

#endif
