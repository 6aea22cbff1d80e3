/* SPDX-License-Identifier: MIT */
/*
 * Registration: with the radio on, the SIM usable and not detached, the modem searches (2) and after a while gets what
 * the network has for it. An attach takes the saved settings of cid 1 with it; later writes wait for the next attach.
 */
#include "internal.h"
#include <string.h>

bool sim_radio_registered(const struct sim_board *b)
{
    return b->stat == 1 || b->stat == 5;
}

bool sim_radio_camped(const struct sim_board *b)
{
    if (b->power != SIM_POWER_ON || b->cfun != 1)
        return false;
    if (b->stat == 2)
        return sim_now(b) - b->search_ms >= sim_latency_ms(b, SIM_LATENCY_CAMP);
    return b->stat != 0 && b->stat != 4;
}

static void say_stat(struct sim_board *b, const char *name, int n)
{
    const struct sim_profile *p = &b->profile;

    if (n == 0)
        return;
    if (n == 1 || !sim_radio_registered(b))
        sim_urc(b, "%s: %d", name, b->stat);
    else if (p->cereg_quoted)
        sim_urc(b, "%s: %d,\"%X\",\"%X\",7", name, b->stat, (unsigned)p->tac, (unsigned)p->cell_id);
    else
        sim_urc(b, "%s: %d,%X,%X,7", name, b->stat, (unsigned)p->tac, (unsigned)p->cell_id);
}

void sim_radio_set_stat(struct sim_board *b, int stat)
{
    bool was = sim_radio_registered(b);

    if (b->stat == stat)
        return;
    b->stat = stat;
    if (stat == 2)
        b->search_ms = sim_now(b);
    if (sim_radio_registered(b) && !was) {
        b->attached = b->contexts[1];
        b->context_on = b->attached.defined;
    } else if (was && !sim_radio_registered(b)) {
        b->context_on = false;
    }
    sim_log(b, "registration %d", stat);
    say_stat(b, "+CREG", b->creg_n);
    say_stat(b, "+CGREG", b->cgreg_n);
    say_stat(b, "+CEREG", b->cereg_n);
}

static bool wanted(const struct sim_board *b)
{
    return b->power == SIM_POWER_ON && b->cfun == 1 && b->sim_usable && b->sim_unlocked && b->pin_tries > 0 &&
           !b->detached;
}

static void on_registered(void *ctx)
{
    struct sim_board *b = ctx;

    sim_work(b, SIM_WORK_RADIO, false);
    if (b->net_held || b->profile.net_stat == 2)
        return;
    b->counters.attaches++;
    sim_radio_set_stat(b, b->attach_reject ? 3 : b->profile.net_stat);
    if (!b->attach_reject)
        return;
    b->last_cause = b->attach_reject;
    if (b->call_on) /* one that a silent loss of the registration had left */
        sim_call_drop(b, "NO CARRIER");
}

void sim_radio_update(struct sim_board *b)
{
    if (!wanted(b)) {
        mc_timer_disarm(&b->register_timer);
        sim_work(b, SIM_WORK_RADIO, false);
        sim_radio_set_stat(b, 0);
        if (b->call_on)
            sim_call_drop(b, "NO CARRIER");
        return;
    }
    if (b->net_held || sim_radio_registered(b) || mc_timer_armed(&b->register_timer))
        return;
    sim_radio_set_stat(b, 2);
    if (b->profile.net_stat == 2)
        return;
    sim_work(b, SIM_WORK_RADIO, true);
    mc_timer_arm(&b->register_timer, b->queue, sim_latency_ms(b, SIM_LATENCY_REGISTER));
}

void sim_radio_at_once(struct sim_board *b)
{
    if (!mc_timer_armed(&b->register_timer))
        return;
    mc_timer_disarm(&b->register_timer);
    on_registered(b);
}

void sim_radio_reset(struct sim_board *b)
{
    mc_timer_disarm(&b->register_timer);
    sim_work(b, SIM_WORK_RADIO, false);
    b->stat = 0;
    b->context_on = false;
}

void sim_radio_init(struct sim_board *b)
{
    mc_timer_init(&b->register_timer, "sim-register", on_registered, b);
    b->cfun = 1;
}
