/* SPDX-License-Identifier: MIT */
#include "ppp_private.h"
#include <string.h>

enum { ADDRESS = 3, DNS1 = 129, DNS2 = 131 };
static const uint8_t nobody[4];

static size_t put(uint8_t *out, uint8_t type, const uint8_t address[4])
{
    out[0] = type;
    out[1] = 6;
    memcpy(out + 2, address, 4);
    return 6;
}

static size_t request(struct sim_ppp *ppp, uint8_t *out)
{
    size_t len = put(out, ADDRESS, ppp->addresses.local);

    if (!ppp->config.network && !ppp->dns_rejected[0])
        len += put(out + len, DNS1, ppp->addresses.dns[0]);
    if (!ppp->config.network && !ppp->dns_rejected[1])
        len += put(out + len, DNS2, ppp->addresses.dns[1]);
    return len;
}

/* The network's end: the host gets what it is given. */
static enum sim_cp_code assign(uint8_t *option, const uint8_t address[4])
{
    if (option[1] != 6 || !memcmp(address, nobody, 4))
        return SIM_CP_REJECT;
    if (!memcmp(option + 2, address, 4))
        return SIM_CP_ACK;
    memcpy(option + 2, address, 4);
    return SIM_CP_NAK;
}

static enum sim_cp_code judge(struct sim_ppp *ppp, uint8_t *option)
{
    if (option[0] == ADDRESS && option[1] == 6) {
        if (ppp->config.network)
            return assign(option, ppp->config.remote);
        memcpy(ppp->addresses.remote, option + 2, 4);
        return SIM_CP_ACK;
    }
    if (ppp->config.network && option[0] == DNS1)
        return assign(option, ppp->config.dns[0]);
    if (ppp->config.network && option[0] == DNS2)
        return assign(option, ppp->config.dns[1]);
    return SIM_CP_REJECT; /* VJ compression and the rest */
}

static void disliked(struct sim_ppp *ppp, enum sim_cp_code code, const uint8_t *option)
{
    int server = option[0] == DNS1 ? 0 : option[0] == DNS2 ? 1 : -1;

    if (option[1] != 6 || ppp->config.network)
        return;
    if (code == SIM_CP_NAK && option[0] == ADDRESS)
        memcpy(ppp->addresses.local, option + 2, 4);
    else if (code == SIM_CP_NAK && server >= 0)
        memcpy(ppp->addresses.dns[server], option + 2, 4);
    else if (code == SIM_CP_REJECT && server >= 0)
        ppp->dns_rejected[server] = true;
}

static void up(struct sim_ppp *ppp)
{
    if (ppp->config.network)
        memcpy(ppp->addresses.remote, ppp->config.remote, 4);
    sim_ppp_set_phase(ppp, SIM_PPP_RUNNING);
}

static void gave_up(struct sim_ppp *ppp)
{
    sim_ppp_end(ppp, SIM_PPP_END_NO_NETWORK);
}

const struct sim_cp_ops sim_ipcp_ops = {SIM_PPP_IPCP, request, judge, disliked, up, gave_up};
