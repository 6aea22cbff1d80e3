/* SPDX-License-Identifier: MIT */
/* Flow control by MSC, both ways. A lost one must not stop a DLC for ever: ours are said until they are answered, and
 * a modem that has stopped a DLC for long is asked about it. */
#include "mux_priv.h"

#define ASK_MS   5000 /* between questions */
#define ASKS_MAX 4    /* answered, and yet not a word about it: its "go on" was lost */

/* ---- ours ---- */

/* Thrice at once. Later now and then, but for a modem that has never answered one. */
static void say(struct dlc *dlc)
{
    mc_timer_arm(&dlc->t1, dlc->mux->queue, dlc->tries + 1 < MUX_N2 ? MUX_T1_MS : ASK_MS);
    if (mc_mux_send_msc(dlc->mux, dlc))
        dlc->tries++;
}

void mc_mux_say_signals(struct dlc *dlc)
{
    dlc->tries = 0;
    say(dlc);
}

void mc_mux_signals_late(struct dlc *dlc)
{
    if (dlc->tries >= MUX_N2 && !dlc->mux->answers_msc)
        return;
    dlc->mux->stats.retransmissions++;
    say(dlc);
}

void mc_mux_msc_answered(struct dlc *dlc, uint8_t signals)
{
    dlc->mux->answers_msc = dlc->ask_answered = true;
    if (dlc->state == DLC_OPEN && !(signals & MC_MUX_FC) == !dlc->stops_modem)
        mc_timer_disarm(&dlc->t1);
}

void mc_mux_stop_modem(struct dlc *dlc, bool on)
{
    if (dlc->stops_modem == on)
        return;
    dlc->stops_modem = on;
    mc_mux_say_signals(dlc);
}

/* ---- the modem's ---- */

/* Something waits: then it is open, too. */
static bool is_stopped(const struct dlc *dlc)
{
    return mc_buf_len(&dlc->out) > 0 && (dlc->signals & MC_MUX_FC || dlc->mux->all_stopped);
}

void mc_mux_watch_stopped(struct dlc *dlc)
{
    if (!is_stopped(dlc) || mc_timer_armed(&dlc->stopped))
        return;
    dlc->asks = 0;
    mc_timer_arm(&dlc->stopped, dlc->mux->queue, ASK_MS);
}

void mc_mux_signals_told(struct dlc *dlc, uint8_t signals)
{
    mc_timer_disarm(&dlc->stopped);
    dlc->signals = signals;
    dlc->stop_told = dlc->stop_told && signals & MC_MUX_FC;
    mc_mux_watch_stopped(dlc);
}

/* By our MSC, behind which some say their own. 27.010, 5.4.6.3.7, wants no more than its echo, and has no question: so
 * a modem that answers by that alone is not waited for without a bound. */
static void ask(struct dlc *dlc)
{
    bool told = dlc->stop_told;
    dlc->mux->stats.asks++;
    dlc->asks++;
    dlc->ask_answered = false;
    dlc->stop_told = true;
    mc_timer_arm(&dlc->stopped, dlc->mux->queue, ASK_MS);
    mc_mux_say_signals(dlc);
    if (!told)
        dlc->mux->cb.stopped(dlc->mux->ctx, dlc->dlci, false);
}

static void on_stopped(void *ctx)
{
    struct dlc *dlc = ctx;
    struct mc_mux *mux = dlc->mux;
    if (!is_stopped(dlc))
        return;
    if (dlc->asks < ASKS_MAX || !dlc->ask_answered) {
        ask(dlc);
        return;
    }
    dlc->signals &= ~(unsigned)MC_MUX_FC;
    dlc->stop_told = mux->all_stopped = false;
    mc_mux_pump(mux);
    mux->cb.stopped(mux->ctx, dlc->dlci, true);
}

/* ---- life ---- */

void mc_mux_flow_reset(struct dlc *dlc)
{
    mc_timer_disarm(&dlc->stopped);
    dlc->signals = 0;
    dlc->stops_modem = dlc->stop_told = false;
}

void mc_mux_flow_init(struct dlc *dlc)
{
    mc_timer_init(&dlc->stopped, "mux.stopped", on_stopped, dlc);
}
