/* SPDX-License-Identifier: MIT */
#include "ppp_stub.h"
#include "ppp_private.h"
#include <stdlib.h>
#include <string.h>

uint32_t sim_ppp_random(struct sim_ppp *ppp)
{
    ppp->random ^= ppp->random << 13;
    ppp->random ^= ppp->random >> 17;
    ppp->random ^= ppp->random << 5;
    return ppp->random;
}

void sim_ppp_send(struct sim_ppp *ppp, int protocol, const uint8_t *payload, size_t len_bytes)
{
    uint8_t frame[SIM_HDLC_FRAME_MAX] = {0xff, 0x03, (uint8_t)(protocol >> 8), (uint8_t)protocol};
    uint8_t wire[SIM_HDLC_WIRE_MAX];
    uint32_t accm = protocol == SIM_PPP_LCP ? SIM_HDLC_ESCAPE_ALL : ppp->accm;

    if (len_bytes + 6 > sizeof(frame))
        return;
    memcpy(frame + 4, payload, len_bytes);
    ppp->callbacks.write(ppp->ctx, wire, sim_hdlc_encode(wire, frame, len_bytes + 4, accm));
}

void sim_ppp_set_phase(struct sim_ppp *ppp, enum sim_ppp_phase phase)
{
    if (ppp->phase == phase)
        return;
    ppp->phase = phase;
    if (ppp->callbacks.phase)
        ppp->callbacks.phase(ppp->ctx, phase);
    if (phase == SIM_PPP_RUNNING)
        mc_timer_arm(&ppp->echo_timer, ppp->queue, ppp->config.echo_interval_ms);
}

static void on_echo(void *ctx)
{
    sim_lcp_start_echo(ctx);
}

void sim_ppp_end(struct sim_ppp *ppp, enum sim_ppp_end end)
{
    if (ppp->phase == SIM_PPP_DEAD)
        return;
    sim_cp_stop(&ppp->lcp);
    sim_cp_stop(&ppp->ipcp);
    mc_timer_disarm(&ppp->auth_timer);
    mc_timer_disarm(&ppp->echo_timer);
    sim_ppp_set_phase(ppp, SIM_PPP_DEAD);
    if (ppp->callbacks.ended)
        ppp->callbacks.ended(ppp->ctx, end);
}

static void reject(struct sim_ppp *ppp, int protocol, const uint8_t *packet, size_t len)
{
    uint8_t rejected[64] = {(uint8_t)(protocol >> 8), (uint8_t)protocol};
    size_t most = len < sizeof(rejected) - 2 ? len : sizeof(rejected) - 2;

    memcpy(rejected + 2, packet, most);
    sim_cp_send(&ppp->lcp, SIM_LCP_PROTOCOL_REJECT, ++ppp->lcp.id, rejected, most + 2);
}

static void on_lcp(struct sim_ppp *ppp, uint8_t *packet, size_t len)
{
    if (len > 0 && (packet[0] == SIM_LCP_ECHO || packet[0] == SIM_LCP_ECHOED)) {
        sim_lcp_echo_input(ppp, packet, len);
        return;
    }
    /* when the peer starts over, everything above LCP does */
    if (len > 0 && packet[0] == SIM_CP_REQUEST && ppp->phase > SIM_PPP_ESTABLISH && ppp->phase < SIM_PPP_TERMINATE) {
        sim_cp_stop(&ppp->ipcp);
        sim_ppp_set_phase(ppp, SIM_PPP_ESTABLISH);
    }
    sim_cp_input(&ppp->lcp, packet, len);
}

static void on_frame(void *ctx, const uint8_t *frame, size_t len_bytes)
{
    struct sim_ppp *ppp = ctx;
    uint8_t packet[SIM_HDLC_FRAME_MAX];
    size_t at = 0, len;
    int protocol = sim_ppp_protocol(frame, len_bytes, &at);

    if (protocol < 0 || ppp->phase == SIM_PPP_DEAD)
        return;
    len = len_bytes - at;
    memcpy(packet, frame + at, len);
    if (protocol == SIM_PPP_LCP) {
        on_lcp(ppp, packet, len);
    } else if (ppp->lcp.state != SIM_CP_OPENED) {
        return;
    } else if (protocol == SIM_PPP_PAP) {
        sim_auth_pap(ppp, packet, len);
    } else if (protocol == SIM_PPP_CHAP) {
        sim_auth_chap(ppp, packet, len);
    } else if (protocol == SIM_PPP_IPCP) {
        if (ppp->phase == SIM_PPP_NETWORK || ppp->phase == SIM_PPP_RUNNING)
            sim_cp_input(&ppp->ipcp, packet, len);
    } else if (protocol == SIM_PPP_IP) {
        if (ppp->phase == SIM_PPP_RUNNING && ppp->callbacks.packet)
            ppp->callbacks.packet(ppp->ctx, packet, len);
    } else {
        reject(ppp, protocol, packet, len);
    }
}

void sim_ppp_input(struct sim_ppp *ppp, const void *data, size_t len_bytes)
{
    sim_hdlc_feed(&ppp->hdlc, data, len_bytes, on_frame, ppp);
}

int sim_ppp_packet(struct sim_ppp *ppp, const uint8_t *data, size_t len_bytes)
{
    if (ppp->phase != SIM_PPP_RUNNING)
        return -ENETDOWN;
    sim_ppp_send(ppp, SIM_PPP_IP, data, len_bytes);
    return 0;
}

void sim_ppp_open(struct sim_ppp *ppp)
{
    ppp->magic = sim_ppp_random(ppp);
    ppp->demands = ppp->config.demands;
    memcpy(ppp->addresses.local, ppp->config.local, 4);
    sim_ppp_set_phase(ppp, SIM_PPP_ESTABLISH);
    sim_cp_open(&ppp->lcp, ppp->config.network);
}

void sim_ppp_close(struct sim_ppp *ppp)
{
    if (ppp->phase == SIM_PPP_DEAD || ppp->phase == SIM_PPP_TERMINATE)
        return;
    mc_timer_disarm(&ppp->echo_timer);
    mc_timer_disarm(&ppp->auth_timer);
    sim_cp_stop(&ppp->ipcp);
    ppp->why = SIM_PPP_END_SELF;
    sim_ppp_set_phase(ppp, SIM_PPP_TERMINATE);
    sim_cp_close(&ppp->lcp);
}

struct sim_ppp *sim_ppp_new(struct mc_timerq *queue, const struct sim_ppp_config *config,
                            const struct sim_ppp_callbacks *callbacks, void *ctx)
{
    struct sim_ppp *ppp = calloc(1, sizeof(*ppp));

    if (!ppp)
        return NULL;
    ppp->queue = queue;
    ppp->config = *config;
    ppp->callbacks = *callbacks;
    ppp->ctx = ctx;
    ppp->addresses.mru = 1500;
    ppp->accm = SIM_HDLC_ESCAPE_ALL;
    ppp->random = (config->seed << 1 | config->network) * 2654435761u | 1; /* two ends with one seed still differ */
    sim_cp_init(&ppp->lcp, ppp, &sim_lcp_ops);
    sim_cp_init(&ppp->ipcp, ppp, &sim_ipcp_ops);
    mc_timer_init(&ppp->echo_timer, "sim-echo", on_echo, ppp);
    sim_auth_init(ppp);
    return ppp;
}

void sim_ppp_free(struct sim_ppp *ppp)
{
    if (!ppp)
        return;
    sim_cp_stop(&ppp->lcp);
    sim_cp_stop(&ppp->ipcp);
    mc_timer_disarm(&ppp->echo_timer);
    mc_timer_disarm(&ppp->auth_timer);
    free(ppp);
}

const struct sim_ppp_addresses *sim_ppp_addresses(const struct sim_ppp *ppp)
{
    return &ppp->addresses;
}

enum sim_ppp_phase sim_ppp_phase(const struct sim_ppp *ppp)
{
    return ppp->phase;
}
