/* SPDX-License-Identifier: MIT */
#ifndef MOCK_IPCP_H
#define MOCK_IPCP_H
#include <stdbool.h>
#include <stdint.h>
/* 2.5 has the WINS wishes behind the DNS ones: not 2.4.9's layout */
typedef struct ipcp_options {
    bool neg_addr, old_addrs, req_addr, default_route, replace_default_route, proxy_arp, neg_vj, old_vj, accept_local,
        accept_remote, req_dns1, req_dns2, req_wins1, req_wins2;
    int vj_protocol, maxslotindex;
    bool cflag;
    uint32_t ouraddr, hisaddr;
    uint32_t dnsaddr[2];
    uint32_t winsaddr[2];
} ipcp_options;

extern ipcp_options ipcp_wantoptions[];
extern ipcp_options ipcp_gotoptions[];
extern ipcp_options ipcp_hisoptions[];

typedef void(ip_choose_hook_fn)(uint32_t *);
extern ip_choose_hook_fn *ip_choose_hook;
#endif
