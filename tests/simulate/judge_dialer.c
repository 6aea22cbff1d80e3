/* SPDX-License-Identifier: MIT */
/*
 * What people run today, as far as its policy goes: chat(8) as in a common peers file (AT, or else +++ and ATH; the
 * APN; ATD), pppd, and a wait of some kind. It is kindly drawn: LCP echo is on (three in 20 s each), a port that
 * cannot be opened is a failed try and no end, and the watchdog resets a modem that is not mute without a line, too.
 */
#include "judge.h"
#include <string.h>

enum step { REST, AT, ESCAPE, HANG_UP, CONTEXT, DIAL, CALL };

static const struct {
    const char *text;
    int64_t wait_ms;
} says[] = {
    [AT] = {"AT\r", 2000},
    [ESCAPE] = {"+++", 1500},
    [HANG_UP] = {"ATH\r", 3000},
    [CONTEXT] = {"AT+CGDCONT=1,\"IP\",\"soracom.io\"\r", 5000},
    [DIAL] = {"ATD*99***1#\r", 60000},
};

static void say(struct judge_guest *d, enum step step)
{
    d->step = step;
    d->heard_bytes = 0;
    d->heard[0] = '\0';
    sim_board_from_host(d->w->board, says[step].text, strlen(says[step].text));
    mc_timer_arm(&d->timer, d->w->queue, says[step].wait_ms);
}

static void rest(struct judge_guest *d, int64_t ms)
{
    d->step = REST;
    mc_timer_arm(&d->timer, d->w->queue, ms);
}

static void fail(struct judge_guest *d)
{
    const struct judge_policy *p = d->policy;
    int64_t wait_ms = p->first_ms;
    d->failures++;
    for (unsigned i = 1; i < d->failures && wait_ms < p->most_ms; i++)
        wait_ms *= p->factor;
    wait_ms = wait_ms < p->most_ms ? wait_ms : p->most_ms;
    if (p->tries && d->failures >= p->tries) {
        wait_ms = p->pause_ms;
        d->failures = 0;
    }
    rest(d, wait_ms);
}

static void try(struct judge_guest *d)
{
    struct world *w = d->w;
    if (!sim_board_plugged(w->board) || w->open_fault != MC_FAULT_NONE || w->pppd_missing) {
        fail(d);
        return;
    }
    d->escaped = false;
    sim_board_host_baud(w->board, 115200);
    say(d, AT);
}

static void on_timer(void *ctx)
{
    struct judge_guest *d = ctx;
    if (d->step == REST) {
        try(d);
    } else if (d->step == ESCAPE) {
        say(d, HANG_UP);
    } else if (d->step == HANG_UP) {
        say(d, AT);
    } else if (d->step == AT && !d->escaped) {
        d->escaped = true;
        say(d, ESCAPE);
    } else if (d->step != CALL) {
        fail(d);
    }
}

static void on_bytes(struct world *w, const uint8_t *data, size_t len)
{
    struct judge_guest *d = w->guest_ctx;
    if (d->step == REST || d->step == CALL || d->step == ESCAPE)
        return;
    for (size_t i = 0; i < len && d->heard_bytes < sizeof(d->heard) - 1; i++)
        if (data[i])
            d->heard[d->heard_bytes++] = (char)data[i];
    d->heard[d->heard_bytes] = '\0';
    if (d->step == DIAL && strstr(d->heard, "CONNECT")) {
        d->step = CALL;
        mc_timer_disarm(&d->timer);
        pppd_start(w);
    } else if (strstr(d->heard, "ERROR") || strstr(d->heard, "NO CARRIER")) {
        fail(d);
    } else if (strstr(d->heard, "OK\r")) {
        static const enum step next[] = {[AT] = CONTEXT, [HANG_UP] = AT, [CONTEXT] = DIAL, [DIAL] = DIAL};
        if (d->step != DIAL)
            say(d, next[d->step]);
    }
}

static void on_pppd_ended(struct world *w)
{
    struct judge_guest *d = w->guest_ctx;
    enum sim_peer_state peer = sim_board_peer_state(w->board);
    if (w->pppd.end_fault != MC_FAULT_PPPD_DIED && (peer == SIM_PEER_UP || peer == SIM_PEER_NO_ADDRESS))
        sim_board_peer_hangup(w->board); /* Terminate-Request */
    if (w->pppd.stopping) {
        rest(d, 0);
    } else if (w->pppd.up) {
        d->failures = 0;
        rest(d, d->policy->after_ms);
    } else {
        fail(d);
    }
}

/* ---- ping and reboot ---- */

static void on_ping(void *ctx)
{
    struct judge_guest *d = ctx;
    struct world *w = d->w;
    d->lost = judge_carries(w) && !w->names_dead ? 0 : d->lost + 1;
    if (d->lost >= 3) {
        d->lost = 0;
        if (w->profile.reset_line != SIM_LINE_NONE || !judge_is(w, "mute", "yes"))
            world_inject(w, "reboot");
        pppd_vanish(w);
        rest(d, d->policy->first_ms);
    }
    mc_timer_arm(&d->other, w->queue, d->policy->ping_ms);
}

/* ---- life ---- */

static void on_begin(struct world *w)
{
    struct judge_guest *d = w->guest_ctx;
    if (!d->started) {
        d->started = true;
        mc_timer_init(&d->timer, "dialer", on_timer, d);
        mc_timer_init(&d->other, "dialer.ping", on_ping, d);
        if (d->policy->ping_ms)
            mc_timer_arm(&d->other, w->queue, d->policy->ping_ms);
    }
    pppd_vanish(w);
    d->failures = 0;
    try(d);
}

static bool on_gone(struct world *w, bool keep)
{
    struct judge_guest *d = w->guest_ctx;
    pppd_vanish(w);
    mc_timer_disarm(&d->timer);
    d->step = REST;
    return true;
}

const struct guest judge_dialer = {.start = on_begin, .gone = on_gone, .bytes = on_bytes, .pppd_ended = on_pppd_ended};
