/* SPDX-License-Identifier: MIT */
#include "ppp_private.h"
#include <string.h>

#define RESTART_MS    3000
#define MAX_CONFIGURE 10
#define MAX_TERMINATE 2
#define TERMINATE_MS  1000

void sim_cp_send(struct sim_cp *cp, uint8_t code, uint8_t id, const uint8_t *data, size_t len_bytes)
{
    uint8_t packet[SIM_HDLC_FRAME_MAX];

    if (len_bytes + 8 > sizeof(packet))
        return;
    packet[0] = code;
    packet[1] = id;
    packet[2] = (uint8_t)((len_bytes + 4) >> 8);
    packet[3] = (uint8_t)(len_bytes + 4);
    if (len_bytes > 0)
        memcpy(packet + 4, data, len_bytes);
    sim_ppp_send(cp->ppp, cp->ops->protocol, packet, len_bytes + 4);
}

static void send_request(struct sim_cp *cp)
{
    uint8_t options[SIM_CP_MAX];
    size_t len = cp->ops->request(cp->ppp, options);

    cp->id++;
    mc_timer_arm(&cp->timer, cp->ppp->queue, RESTART_MS);
    sim_cp_send(cp, SIM_CP_REQUEST, cp->id, options, len);
}

static void on_timer(void *ctx)
{
    struct sim_cp *cp = ctx;

    cp->tries++;
    if (cp->state == SIM_CP_CLOSING) {
        if (cp->tries >= MAX_TERMINATE) {
            sim_cp_stop(cp);
            cp->ops->gave_up(cp->ppp);
            return;
        }
        sim_cp_send(cp, SIM_CP_TERMINATE, ++cp->id, NULL, 0);
        mc_timer_arm(&cp->timer, cp->ppp->queue, TERMINATE_MS);
        return;
    }
    if (cp->tries >= MAX_CONFIGURE) {
        sim_cp_stop(cp);
        cp->ops->gave_up(cp->ppp);
        return;
    }
    if (cp->state == SIM_CP_ACK_RCVD)
        cp->state = SIM_CP_REQ_SENT;
    send_request(cp);
}

static void opened(struct sim_cp *cp)
{
    mc_timer_disarm(&cp->timer);
    cp->state = SIM_CP_OPENED;
    cp->tries = 0;
    cp->ops->up(cp->ppp);
}

/* Answers a Configure-Request: rejected options first, then the ones to be changed, else all are taken. */
static bool answer_request(struct sim_cp *cp, uint8_t id, uint8_t *options, size_t len)
{
    uint8_t nak[SIM_CP_MAX], reject[SIM_CP_MAX];
    size_t n_nak = 0, n_reject = 0;

    if (len > SIM_CP_MAX)
        return false;
    for (size_t at = 0; at < len; at += options[at + 1]) {
        uint8_t *option = options + at;
        enum sim_cp_code verdict;

        if (at + 2 > len || option[1] < 2 || at + option[1] > len)
            return false;
        verdict = cp->ops->judge(cp->ppp, option);
        if (verdict == SIM_CP_REJECT) {
            memcpy(reject + n_reject, option, option[1]);
            n_reject += option[1];
        } else if (verdict == SIM_CP_NAK) {
            memcpy(nak + n_nak, option, option[1]);
            n_nak += option[1];
        }
    }
    if (n_reject > 0)
        sim_cp_send(cp, SIM_CP_REJECT, id, reject, n_reject);
    else if (n_nak > 0)
        sim_cp_send(cp, SIM_CP_NAK, id, nak, n_nak);
    else
        sim_cp_send(cp, SIM_CP_ACK, id, options, len);
    return n_reject + n_nak == 0;
}

static void on_request(struct sim_cp *cp, uint8_t *packet, size_t len)
{
    bool good;

    if (cp->state == SIM_CP_CLOSED || cp->state == SIM_CP_CLOSING) {
        sim_cp_send(cp, SIM_CP_TERMINATED, packet[1], NULL, 0);
        return;
    }
    if (cp->state == SIM_CP_LISTEN || cp->state == SIM_CP_OPENED) {
        cp->state = SIM_CP_REQ_SENT;
        send_request(cp);
    }
    good = answer_request(cp, packet[1], packet + 4, len - 4);
    if (good && cp->state == SIM_CP_ACK_RCVD)
        opened(cp);
    else if (good && cp->state == SIM_CP_REQ_SENT)
        cp->state = SIM_CP_ACK_SENT;
    else if (!good && cp->state == SIM_CP_ACK_SENT)
        cp->state = SIM_CP_REQ_SENT;
}

static void on_ack(struct sim_cp *cp, const uint8_t *packet)
{
    if (packet[1] != cp->id)
        return;
    if (cp->state == SIM_CP_REQ_SENT)
        cp->state = SIM_CP_ACK_RCVD;
    else if (cp->state == SIM_CP_ACK_SENT)
        opened(cp);
}

static void on_dislike(struct sim_cp *cp, const uint8_t *packet, size_t len)
{
    if (packet[1] != cp->id || (cp->state != SIM_CP_REQ_SENT && cp->state != SIM_CP_ACK_SENT))
        return;
    for (size_t at = 4; at + 2 <= len && packet[at + 1] >= 2 && at + packet[at + 1] <= len; at += packet[at + 1])
        cp->ops->disliked(cp->ppp, (enum sim_cp_code)packet[0], packet + at);
    if (cp->state == SIM_CP_REQ_SENT || cp->state == SIM_CP_ACK_SENT)
        send_request(cp);
}

static void on_terminate(struct sim_cp *cp, const uint8_t *packet)
{
    sim_cp_send(cp, SIM_CP_TERMINATED, packet[1], NULL, 0);
    if (cp->state == SIM_CP_CLOSED || cp->state == SIM_CP_CLOSING)
        return;
    sim_cp_stop(cp);
    sim_ppp_end(cp->ppp, cp == &cp->ppp->lcp ? SIM_PPP_END_PEER : SIM_PPP_END_NO_NETWORK);
}

void sim_cp_input(struct sim_cp *cp, uint8_t *packet, size_t len_bytes)
{
    size_t len = len_bytes >= 4 ? (size_t)(packet[2] << 8 | packet[3]) : 0;

    if (len < 4 || len > len_bytes)
        return;
    switch (packet[0]) {
    case SIM_CP_REQUEST:
        on_request(cp, packet, len);
        break;
    case SIM_CP_ACK:
        on_ack(cp, packet);
        break;
    case SIM_CP_NAK:
    case SIM_CP_REJECT:
        on_dislike(cp, packet, len);
        break;
    case SIM_CP_TERMINATE:
        on_terminate(cp, packet);
        break;
    case SIM_CP_TERMINATED:
        if (cp->state != SIM_CP_CLOSING)
            break;
        sim_cp_stop(cp);
        cp->ops->gave_up(cp->ppp);
        break;
    default:
        break;
    }
}

void sim_cp_open(struct sim_cp *cp, bool listen)
{
    cp->tries = 0;
    cp->state = listen ? SIM_CP_LISTEN : SIM_CP_REQ_SENT;
    if (!listen)
        send_request(cp);
}

void sim_cp_close(struct sim_cp *cp)
{
    cp->state = SIM_CP_CLOSING;
    cp->tries = 0;
    mc_timer_arm(&cp->timer, cp->ppp->queue, TERMINATE_MS);
    sim_cp_send(cp, SIM_CP_TERMINATE, ++cp->id, NULL, 0);
}

void sim_cp_stop(struct sim_cp *cp)
{
    mc_timer_disarm(&cp->timer);
    cp->state = SIM_CP_CLOSED;
}

void sim_cp_init(struct sim_cp *cp, struct sim_ppp *ppp, const struct sim_cp_ops *ops)
{
    cp->ppp = ppp;
    cp->ops = ops;
    mc_timer_init(&cp->timer, "sim-cp", on_timer, cp);
}
