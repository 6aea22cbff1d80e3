/* SPDX-License-Identifier: MIT */
/* A model of pppd, its plugin and the relay: phases, addresses, echo, words between the frames, and how it ends. */
#include "world.h"
#include <errno.h>
#include <string.h>

#define SPAWN_MS     150
#define PHASE_MS     200
#define RETRY_MS     3000  /* LCP and IPCP retransmit */
#define LCP_MS       30000 /* ten requests without an answer */
#define ECHO_EACH_MS 20000
#define STOP_MS      6000 /* two Terminate-Requests that nobody answers */
#define PROBE_BYTES  84   /* an echo request, and its answer */

static const uint8_t echo_request[] = {0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x29, 0x7d, 0x21, 0x7d, 0x20, 0x7d,
                                       0x28, 0x7d, 0x20, 0x7d, 0x20, 0x7d, 0x20, 0x7d, 0x20, 0x6e, 0xf1, 0x7e};

static void disarm_all(struct pppd *p)
{
    struct mc_timer *timers[] = {&p->step,    &p->setup, &p->echo,   &p->end,   &p->sign,
                                 &p->silence, &p->probe, &p->bounce, &p->found, &p->retell};
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
        mc_timer_disarm(timers[i]);
}

static void phase(struct world *w, enum mc_ppp_phase phase)
{
    w->pppd.phase = phase;
    if (w->link)
        mc_link_call_phase(w->link, phase);
}

/* ---- the end ---- */

static void on_end(void *ctx)
{
    struct world *w = ctx;
    struct pppd *p = &w->pppd;
    disarm_all(p);
    p->running = p->probing = false;
    world_say(w, "pppd ends: %s", p->end_text);
    if (w->guest) {
        w->guest->pppd_ended(w);
        p->up = p->running && p->up;
    }
    if (!w->link)
        return;
    if (p->up)
        mc_link_call_down(w->link);
    p->up = false;
    mc_link_call_exit(w->link, p->stopping && p->end_fault != MC_FAULT_PPPD_STUCK ? MC_FAULT_NONE : p->end_fault,
                      p->end_text);
}

void pppd_end(struct world *w, int64_t delay_ms, enum mc_fault fault, const char *text)
{
    struct pppd *p = &w->pppd;
    if (!p->running || (mc_timer_armed(&p->end) && mc_timer_left_ms(&p->end) <= delay_ms))
        return;
    p->end_fault = fault;
    p->end_text = text;
    mc_timer_arm(&p->end, w->queue, delay_ms);
}

void pppd_vanish(struct world *w)
{
    disarm_all(&w->pppd);
    w->pppd.running = w->pppd.up = w->pppd.probing = false;
}

void pppd_stop(struct world *w)
{
    struct pppd *p = &w->pppd;
    enum sim_peer_state peer = sim_board_peer_state(w->board);
    if (!p->running)
        return;
    p->stopping = true;
    p->stopped_carrying = peer == SIM_PEER_UP;
    mc_timer_disarm(&p->step);
    if (p->stuck) {
        pppd_end(w, 9000, MC_FAULT_PPPD_STUCK, "pppd did not react and was killed");
    } else if (peer == SIM_PEER_NONE || peer == SIM_PEER_ECHO_DEAD || peer == SIM_PEER_TERMINATED) {
        pppd_end(w, STOP_MS, MC_FAULT_NONE, "stopped, the peer did not answer");
    } else {
        sim_board_peer_hangup(w->board);
        pppd_end(w, world_between(w, 50, 300), MC_FAULT_NONE, "stopped");
    }
}

/* ---- negotiation ---- */

static void tell_up(struct world *w)
{
    struct mc_status_ppp *st = &w->status.ppp;
    const struct sim_call *call = sim_board_call(w->board);
    snprintf(st->interface, sizeof(st->interface), "ppp0");
    snprintf(st->local, sizeof(st->local), "%s", call ? call->address : "");
    snprintf(st->dns[0], sizeof(st->dns[0]), "%s", call ? call->dns1 : "");
    if (w->link)
        mc_link_call_up(w->link);
}

static void go_up(struct world *w)
{
    w->pppd.up = true;
    mc_timer_disarm(&w->pppd.setup);
    tell_up(w);
    if (world_chance(w, 5)) /* IPCP bounces once just after it came up */
        mc_timer_arm(&w->pppd.bounce, w->queue, world_between(w, 1, 3000));
}

static void on_bounce(void *ctx)
{
    struct world *w = ctx;
    if (!w->pppd.running || w->pppd.stopping)
        return;
    w->pppd.up = !w->pppd.up;
    if (!w->pppd.up) {
        if (w->link)
            mc_link_call_down(w->link);
        mc_timer_arm(&w->pppd.bounce, w->queue, world_between(w, 100, 4000));
    } else if (w->link) {
        tell_up(w);
        mc_link_call_up(w->link); /* told twice: must not matter */
    }
}

static void on_retell(void *ctx)
{
    struct world *w = ctx;
    if (!w->link || !w->pppd.running)
        return;
    phase(w, w->pppd.phase);
    if (w->pppd.up)
        tell_up(w);
}

void pppd_taken_over(struct world *w)
{
    mc_timer_arm(&w->pppd.retell, w->queue, world_between(w, 0, 200));
}

static void to_modem(struct world *w)
{
    if (w->link)
        mc_link_from_call(w->link, echo_request, sizeof(echo_request));
    else
        sim_board_from_host(w->board, echo_request, sizeof(echo_request));
}

static void on_step(void *ctx)
{
    struct world *w = ctx;
    struct pppd *p = &w->pppd;
    enum sim_peer_state peer = sim_board_peer_state(w->board);
    bool answers = peer != SIM_PEER_NONE && peer != SIM_PEER_ECHO_DEAD && peer != SIM_PEER_TERMINATED;
    if ((!w->link && !w->guest) || p->stuck || p->stopping)
        return;
    if (!answers) {
        if (p->frames_left > 0) { /* what pppd sends now, the modem may take for a command */
            p->frames_left--;
            to_modem(w);
        }
        if (world_now(w) - p->began_ms >= LCP_MS)
            pppd_end(w, 0, MC_FAULT_PPP_LCP, "LCP: no answer");
        else
            mc_timer_arm(&p->step, w->queue, RETRY_MS);
        return;
    }
    switch (p->phase) {
    case MC_PPP_SERIALCONN:
    case MC_PPP_DEAD:
        phase(w, MC_PPP_ESTABLISH);
        break;
    case MC_PPP_ESTABLISH:
        phase(w, MC_PPP_AUTHENTICATE);
        break;
    case MC_PPP_AUTHENTICATE:
        if (peer == SIM_PEER_AUTH_REFUSED) {
            pppd_end(w, 100, MC_FAULT_PPP_AUTH, "authentication failed");
            sim_board_peer_hangup(w->board);
            return;
        }
        phase(w, MC_PPP_NETWORK);
        break;
    case MC_PPP_NETWORK:
        if (peer == SIM_PEER_NO_ADDRESS) {
            mc_timer_arm(&p->step, w->queue, RETRY_MS);
            return;
        }
        phase(w, MC_PPP_RUNNING);
        go_up(w);
        return;
    default:
        return;
    }
    mc_timer_arm(&p->step, w->queue, PHASE_MS);
}

static void on_setup(void *ctx)
{
    struct world *w = ctx;
    bool network = w->pppd.phase >= MC_PPP_NETWORK;
    if (!w->pppd.up)
        pppd_end(w, 300, network ? MC_FAULT_PPP_NO_ADDRESS : MC_FAULT_PPP_TIMEOUT, "no address in time");
}

static void on_echo(void *ctx)
{
    struct world *w = ctx;
    struct pppd *p = &w->pppd;
    if (p->frames_left > 0 && (w->link || w->guest) && !p->stuck) {
        p->frames_left--;
        to_modem(w);
        mc_timer_arm(&p->echo, w->queue, ECHO_EACH_MS);
        return;
    }
    if (!p->stuck)
        pppd_end(w, 0, MC_FAULT_PPP_ECHO_DEAD, "peer does not answer LCP echo");
}

void pppd_peer_changed(struct world *w, enum sim_peer_state state)
{
    struct pppd *p = &w->pppd;
    uint64_t rx, tx;
    pppd_traffic(w, &rx, &tx);
    if (!p->running || p->stopping || p->stuck)
        return;
    if (state == SIM_PEER_TERMINATED) {
        pppd_end(w, world_between(w, 20, 1200), p->up ? MC_FAULT_PPP_TERMINATED : MC_FAULT_PPP_LCP,
                 "ended by the peer");
    } else if (state == SIM_PEER_NONE || state == SIM_PEER_ECHO_DEAD) {
        if (p->up && !mc_timer_armed(&p->echo)) {
            p->frames_left = (unsigned)w->settings.ppp.echo_failure;
            mc_timer_arm(&p->echo, w->queue, world_between(w, 0, ECHO_EACH_MS));
        }
    } else {
        mc_timer_disarm(&p->echo);
    }
}

/* ---- the modem's words ---- */

static void on_scanned(void *ctx, enum mc_relay_sign sign, const char *line)
{
    static const enum mc_call_sign signs[] = {[MC_RELAY_NO_CARRIER] = MC_CALL_NO_CARRIER,
                                              [MC_RELAY_DISCONNECTED] = MC_CALL_DISCONNECTED,
                                              [MC_RELAY_REBOOTED] = MC_CALL_REBOOTED,
                                              [MC_RELAY_OFF] = MC_CALL_OFF};
    struct world *w = ctx;
    struct pppd *p = &w->pppd;
    if (p->n_signs == sizeof(p->signs) / sizeof(p->signs[0]))
        return;
    p->signs[p->n_signs] = signs[sign];
    snprintf(p->sign_text[p->n_signs], sizeof(p->sign_text[0]), "%s", line);
    p->n_signs++;
    mc_timer_arm(&p->sign, w->queue, 0); /* never from inside a request */
}

static void on_sign(void *ctx)
{
    struct world *w = ctx;
    struct pppd *p = &w->pppd;
    for (unsigned i = 0; i < p->n_signs && w->link; i++)
        mc_link_call_sign(w->link, p->signs[i], p->sign_text[i]);
    p->n_signs = 0;
}

static void on_silence(void *ctx)
{
    struct world *w = ctx;
    mc_relay_scan_idle(&w->pppd.scan);
}

size_t pppd_from_modem(struct world *w, const uint8_t *data, size_t len)
{
    struct pppd *p = &w->pppd;
    if (!p->running)
        return len;
    mc_relay_scan_feed(&p->scan, data, len);
    if (mc_relay_scan_open(&p->scan))
        mc_timer_arm(&p->silence, w->queue, MC_RELAY_IDLE_MS);
    return len;
}

/* ---- somebody stops it ---- */

static void on_found_stuck(void *ctx)
{
    struct world *w = ctx;
    if (w->pppd.stuck)
        pppd_end(w, 0, MC_FAULT_PPPD_STUCK, "pppd did not react and was killed");
    else if (!w->pppd.up && w->pppd.running && !w->pppd.stopping)
        mc_timer_arm(&w->pppd.step, w->queue, PHASE_MS);
}

void pppd_stick(struct world *w, bool stuck)
{
    struct pppd *p = &w->pppd;
    if (!p->running || mc_timer_armed(&p->end))
        return;
    p->stuck = stuck;
    if (w->guest && !stuck) /* what it slept through */
        pppd_peer_changed(w, sim_board_peer_state(w->board));
    if (w->guest && stuck) /* nobody looks for that */
        return;
    mc_timer_arm(&p->found, w->queue, stuck ? world_between(w, 5000, 30000) : 0);
}

/* ---- traffic and probes ---- */

void pppd_traffic(struct world *w, uint64_t *ret_rx, uint64_t *ret_tx)
{
    struct pppd *p = &w->pppd;
    uint64_t seconds = (uint64_t)(world_now(w) - p->counted_ms) / 1000;
    if (seconds > 0) {
        p->counted_ms = world_now(w);
        if (p->running && p->up && w->chatty) {
            p->tx += seconds * 40;
            if (sim_board_peer_state(w->board) == SIM_PEER_UP && !p->stuck && !w->one_way)
                p->rx += seconds * 60;
        }
    }
    *ret_rx = p->rx;
    *ret_tx = p->tx;
}

static void on_probe(void *ctx)
{
    struct world *w = ctx;
    w->pppd.probing = false;
    if (w->pppd.probe_good)
        w->pppd.rx += PROBE_BYTES;
    if (w->link)
        mc_link_probed(w->link, w->pppd.probe_good ? MC_LINK_PROBE_ANSWERED : MC_LINK_PROBE_LOST, 80);
}

int pppd_probe(struct world *w)
{
    struct pppd *p = &w->pppd;
    if (!p->running || p->probing)
        return -EBUSY;
    p->probing = true;
    p->tx += PROBE_BYTES; /* the interface counts them as any other */
    bool carries = p->up && !p->stuck && sim_board_peer_state(w->board) == SIM_PEER_UP;
    p->probe_good = carries && !w->names_dead;
    p->wronged = carries && w->names_dead;
    mc_timer_arm(&p->probe, w->queue, p->probe_good ? world_between(w, 40, 2000) : w->settings.probe.timeout_ms);
    return 0;
}

/* ---- life ---- */

void pppd_start(struct world *w)
{
    struct pppd *p = &w->pppd;
    disarm_all(p);
    p->running = true;
    p->up = p->stopping = p->stuck = p->probing = false;
    p->phase = MC_PPP_DEAD;
    p->began_ms = p->counted_ms = world_now(w);
    p->n_signs = 0;
    p->frames_left = 3;
    p->rx = p->tx = 0;
    mc_relay_scan_init(&p->scan, on_scanned, w);
    mc_timer_arm(&p->step, w->queue, SPAWN_MS);
    mc_timer_arm(&p->setup, w->queue, w->settings.ppp.setup_timeout_ms);
}

void pppd_init(struct world *w)
{
    struct pppd *p = &w->pppd;
    mc_timer_init(&p->step, "pppd.step", on_step, w);
    mc_timer_init(&p->setup, "pppd.setup", on_setup, w);
    mc_timer_init(&p->echo, "pppd.echo", on_echo, w);
    mc_timer_init(&p->end, "pppd.end", on_end, w);
    mc_timer_init(&p->sign, "pppd.sign", on_sign, w);
    mc_timer_init(&p->silence, "pppd.silence", on_silence, w);
    mc_timer_init(&p->probe, "pppd.probe", on_probe, w);
    mc_timer_init(&p->found, "pppd.stuck", on_found_stuck, w);
    mc_timer_init(&p->retell, "pppd.retell", on_retell, w);
    mc_timer_init(&p->bounce, "pppd.bounce", on_bounce, w);
}
