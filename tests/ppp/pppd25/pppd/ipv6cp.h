/* SPDX-License-Identifier: MIT */
#ifndef MOCK_IPV6CP_H
#define MOCK_IPV6CP_H
#include "eui64.h"
typedef struct ipv6cp_options {
    int neg_ifaceid, req_ifaceid, default_route, accept_local, accept_remote, opt_local, opt_remote, use_ip,
        use_persistent, neg_vj;
    unsigned short vj_protocol;
    eui64_t ourid, hisid;
} ipv6cp_options;

extern ipv6cp_options ipv6cp_gotoptions[];
extern ipv6cp_options ipv6cp_hisoptions[];
#endif
