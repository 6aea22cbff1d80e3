/* SPDX-License-Identifier: MIT */
#include "ppp_private.h"
#include <string.h>

enum { MRU = 1, ACCM = 2, AUTH = 3, MAGIC = 5, PFC = 7, ACFC = 8 };
#define OWN_FRAMES_MAX 4

static void put32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get32(const uint8_t *in)
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

static size_t request(struct sim_ppp *ppp, uint8_t *out)
{
    size_t len = 0;

    if (ppp->demands == SIM_PPP_AUTH_PAP) {
        memcpy(out, (const uint8_t[]){AUTH, 4, 0xc0, 0x23}, 4);
        len += 4;
    } else if (ppp->demands == SIM_PPP_AUTH_CHAP) {
        memcpy(out, (const uint8_t[]){AUTH, 5, 0xc2, 0x23, 5}, 5);
        len += 5;
    }
    if (!ppp->accm_rejected) { /* the line is clean: escape nothing, an eighth of it would go for that */
        memcpy(out + len, (const uint8_t[]){ACCM, 6, 0, 0, 0, 0}, 6);
        len += 6;
    }
    if (!ppp->magic_rejected) {
        out[len] = MAGIC;
        out[len + 1] = 6;
        put32(out + len + 2, ppp->magic);
        len += 6;
    }
    return len;
}

static enum sim_cp_code judge_auth(struct sim_ppp *ppp, uint8_t *option)
{
    int protocol = option[1] >= 4 ? option[2] << 8 | option[3] : 0;

    if (ppp->config.network)
        return SIM_CP_REJECT;
    if (protocol == SIM_PPP_PAP && option[1] == 4) {
        ppp->demanded = SIM_PPP_AUTH_PAP;
        return SIM_CP_ACK;
    }
    if (protocol == SIM_PPP_CHAP && option[1] == 5 && option[4] == 5) {
        ppp->demanded = SIM_PPP_AUTH_CHAP;
        return SIM_CP_ACK;
    }
    return SIM_CP_REJECT;
}

/* Our own magic number in the peer's request: the line loops back (a modem in command mode echoes). */
static enum sim_cp_code judge_magic(struct sim_ppp *ppp, uint8_t *option)
{
    if (option[1] != 6)
        return SIM_CP_REJECT;
    if (ppp->magic_rejected || get32(option + 2) != ppp->magic)
        return SIM_CP_ACK;
    if (++ppp->own_frames >= OWN_FRAMES_MAX)
        sim_ppp_end(ppp, SIM_PPP_END_LOOP);
    ppp->magic = sim_ppp_random(ppp);
    put32(option + 2, sim_ppp_random(ppp));
    return SIM_CP_NAK;
}

static enum sim_cp_code judge(struct sim_ppp *ppp, uint8_t *option)
{
    switch (option[0]) {
    case MRU:
        if (option[1] != 4)
            return SIM_CP_REJECT;
        ppp->addresses.mru = option[2] << 8 | option[3];
        return SIM_CP_ACK;
    case ACCM:
        if (option[1] != 6)
            return SIM_CP_REJECT;
        ppp->accm = get32(option + 2);
        return SIM_CP_ACK;
    case AUTH:
        return judge_auth(ppp, option);
    case MAGIC:
        return judge_magic(ppp, option);
    case PFC: /* we never compress, but understand it */
    case ACFC:
        return option[1] == 2 ? SIM_CP_ACK : SIM_CP_REJECT;
    default:
        return SIM_CP_REJECT;
    }
}

static void disliked(struct sim_ppp *ppp, enum sim_cp_code code, const uint8_t *option)
{
    if (option[0] == MAGIC && code == SIM_CP_REJECT)
        ppp->magic_rejected = true;
    else if (option[0] == MAGIC)
        ppp->magic = sim_ppp_random(ppp);
    else if (option[0] == ACCM)
        ppp->accm_rejected = true;
    else if (option[0] == AUTH && code == SIM_CP_NAK && option[1] >= 4 && option[2] == 0xc0 && option[3] == 0x23)
        ppp->demands = SIM_PPP_AUTH_PAP;
    else if (option[0] == AUTH)
        sim_ppp_end(ppp, SIM_PPP_END_AUTH);
}

static void up(struct sim_ppp *ppp)
{
    sim_auth_begin(ppp);
}

static void gave_up(struct sim_ppp *ppp)
{
    sim_ppp_end(ppp, ppp->phase == SIM_PPP_TERMINATE ? ppp->why : SIM_PPP_END_NO_ANSWER);
}

void sim_lcp_echo_input(struct sim_ppp *ppp, uint8_t *packet, size_t len_bytes)
{
    size_t len = len_bytes >= 8 ? (size_t)(packet[2] << 8 | packet[3]) : 0;

    if (len < 8 || len > len_bytes || ppp->lcp.state != SIM_CP_OPENED)
        return;
    if (packet[0] == SIM_LCP_ECHOED) {
        ppp->echoes_out = 0;
        return;
    }
    put32(packet + 4, ppp->magic_rejected ? 0 : ppp->magic);
    sim_cp_send(&ppp->lcp, SIM_LCP_ECHOED, packet[1], packet + 4, len - 4);
}

void sim_lcp_start_echo(struct sim_ppp *ppp)
{
    uint8_t magic[4];

    if (ppp->config.echo_interval_ms <= 0)
        return;
    if (ppp->echoes_out >= ppp->config.echo_failure) {
        sim_ppp_end(ppp, SIM_PPP_END_ECHO);
        return;
    }
    put32(magic, ppp->magic_rejected ? 0 : ppp->magic);
    ppp->echoes_out++;
    mc_timer_arm(&ppp->echo_timer, ppp->queue, ppp->config.echo_interval_ms);
    sim_cp_send(&ppp->lcp, SIM_LCP_ECHO, ++ppp->lcp.id, magic, sizeof(magic));
}

const struct sim_cp_ops sim_lcp_ops = {SIM_PPP_LCP, request, judge, disliked, up, gave_up};
