/* SPDX-License-Identifier: MIT */
/*
 * The oracle: it sees the board's state from inside, knows whether the fault that is on can be helped from here, and
 * does the one thing that leads to a call the moment that it can, without a word too many. What it still needs is the
 * modem's own time: to boot, to register, to answer a dial, to open PPP. Nobody can be faster.
 */
#include "judge.h"
#include <string.h>

#define AGAIN_MS 100   /* a dial was refused */
#define DIAL_MS  3000  /* it was not answered */
#define HANG_MS  500   /* PPP is closed, and the modem does not leave data mode */
#define GUARD_MS 1050  /* around +++ */
#define RESET_MS 19000 /* from a reset to a call, as fast as a board can */

enum hand { FREE, ESCAPE, ESCAPED };

static void send(struct judge_guest *o, const char *text, size_t len, int64_t again_ms)
{
    struct world *w = o->w;
    sim_board_host_baud(w->board, sim_board_baud(w->board));
    sim_board_from_host(w->board, text, len);
    mc_timer_arm(&o->timer, w->queue, again_ms);
}

/* A pppd behind which there is nothing is not waited for. */
static bool pppd_is_fine(struct world *w)
{
    enum sim_peer_state peer = sim_board_peer_state(w->board);
    if (w->pppd.running && !w->pppd.stopping && (w->pppd.stuck || peer == SIM_PEER_NONE || peer == SIM_PEER_TERMINATED))
        pppd_vanish(w);
    return w->pppd.running;
}

static void leave_data_mode(struct judge_guest *o)
{
    if (o->step == FREE && !mc_timer_armed(&o->other)) {
        mc_timer_arm(&o->other, o->w->queue, HANG_MS);
    } else if (o->step == ESCAPE) {
        o->step = ESCAPED;
        send(o, "+++", 3, GUARD_MS);
    } else if (o->step == ESCAPED) {
        o->step = FREE;
        send(o, "ATH\r", 4, AGAIN_MS);
    }
}

static void on_hang(void *ctx)
{
    struct judge_guest *o = ctx;
    if (sim_board_peer_state(o->w->board) != SIM_PEER_TERMINATED)
        return;
    o->step = ESCAPE;
    mc_timer_arm(&o->timer, o->w->queue, GUARD_MS);
}

/* A modem that hangs is reset, where the board has the line, unless it comes to itself sooner than it boots. */
static void reset_if_it_helps(struct judge_guest *o)
{
    struct world *w = o->w;
    if (!o->started || o->dead || !judge_is(w, "hung", "yes") || w->profile.reset_line == SIM_LINE_NONE ||
        o->over_at_ms - world_now(w) <= RESET_MS)
        return;
    pppd_vanish(w);
    world_inject(w, "reboot");
}

static bool can(struct judge_guest *o)
{
    struct world *w = o->w;
    if (!w->open && sim_board_plugged(w->board) && w->open_fault == MC_FAULT_NONE)
        w->open = true; /* and kept so: a port that is taken is none of ours */
    return o->started && !o->dead && !o->hopeless && !mc_timer_armed(&o->timer) && w->open && !w->pppd_missing &&
           !pppd_is_fine(w);
}

void judge_oracle_look(struct world *w)
{
    static const char close_down[] = "\xf9\x03\xef\x05\xc3\x01\xf2\xf9";
    struct judge_guest *o = w->guest_ctx;
    if (judge_carries(w))
        return;
    reset_if_it_helps(o);
    if (!can(o))
        return;
    enum sim_peer_state peer = sim_board_peer_state(w->board);
    if (judge_is(w, "power", "off") && w->profile.power_line != SIM_LINE_NONE) {
        world_inject(w, "power-on");
    } else if (!judge_is(w, "power", "on") || judge_is(w, "mute", "yes")) {
        return;
    } else if (judge_is(w, "mode", "cmux")) {
        send(o, close_down, sizeof(close_down) - 1, AGAIN_MS);
    } else if (peer == SIM_PEER_TERMINATED || judge_is(w, "mode", "escaped")) {
        leave_data_mode(o);
    } else if (peer != SIM_PEER_NONE) { /* CONNECT, or a call that somebody left */
        o->step = FREE;
        pppd_start(w);
    } else if (judge_is(w, "stat", "1") || judge_is(w, "stat", "5")) {
        o->step = FREE;
        send(o, "ATD*99***1#\r", 12, DIAL_MS);
    }
}

static void on_again(void *ctx)
{
    struct judge_guest *o = ctx;
    judge_oracle_look(o->w);
}

/* An answer, whichever: what it was, the board's state says better. */
static void on_bytes(struct world *w, const uint8_t *data, size_t len)
{
    struct judge_guest *o = w->guest_ctx;
    if (sim_board_peer_state(w->board) != SIM_PEER_NONE && o->step == FREE)
        mc_timer_disarm(&o->timer);
    else if (len > 3 && memchr(data, 'R', len) && o->step == FREE)
        mc_timer_arm(&o->timer, w->queue, AGAIN_MS);
}

static void on_pppd_ended(struct world *w)
{
}

static void on_begin(struct world *w)
{
    struct judge_guest *o = w->guest_ctx;
    if (!o->started) {
        mc_timer_init(&o->timer, "oracle", on_again, o);
        mc_timer_init(&o->other, "oracle.hang", on_hang, o);
    }
    o->started = true;
    o->dead = false;
}

static bool on_gone(struct world *w, bool keep)
{
    struct judge_guest *o = w->guest_ctx;
    if (keep)
        return false;
    pppd_vanish(w);
    mc_timer_disarm(&o->timer);
    o->step = FREE;
    o->dead = true;
    w->open = false;
    return true;
}

const struct guest judge_oracle = {.start = on_begin, .gone = on_gone, .bytes = on_bytes, .pppd_ended = on_pppd_ended};
