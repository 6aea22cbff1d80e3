/* SPDX-License-Identifier: MIT */
#ifndef MOCK_PPPD_H
#define MOCK_PPPD_H

#include "pppdconf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAXNAMELEN   256
#define MAXSECRETLEN 256

typedef enum ppp_phase {
    PHASE_DEAD,
    PHASE_INITIALIZE,
    PHASE_SERIALCONN,
    PHASE_DORMANT,
    PHASE_ESTABLISH,
    PHASE_AUTHENTICATE,
    PHASE_CALLBACK,
    PHASE_NETWORK,
    PHASE_RUNNING,
    PHASE_TERMINATE,
    PHASE_DISCONNECT,
    PHASE_HOLDOFF,
    PHASE_MASTER,
} ppp_phase_t;

typedef enum {
    NF_PID_CHANGE,
    NF_PHASE_CHANGE,
    NF_EXIT,
    NF_SIGNALED,
    NF_IP_UP,
    NF_IP_DOWN,
    NF_IPV6_UP,
    NF_IPV6_DOWN,
    NF_AUTH_UP,
    NF_LINK_DOWN,
    NF_FORK,
    NF_MAX_NOTIFY
} ppp_notify_t;

struct pppd_stats {
    uint64_t bytes_in, bytes_out;
    unsigned int pkts_in, pkts_out;
};
typedef struct pppd_stats ppp_link_stats_st;

typedef void(ppp_notify_fn)(void *ctx, int arg);
typedef void (*ppp_timer_cb)(void *arg);

void ppp_add_notify(ppp_notify_t type, ppp_notify_fn *func, void *ctx);
void ppp_timeout(ppp_timer_cb func, void *arg, int s, int us);
bool ppp_get_link_stats(ppp_link_stats_st *stats);
int ppp_get_link_uptime(void);
int ppp_get_mtu(int);
int ppp_ifunit(void);
const char *ppp_ifname(void);
void error(const char *, ...);

#endif
