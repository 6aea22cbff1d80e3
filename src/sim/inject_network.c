/* SPDX-License-Identifier: MIT */
/* What happens on the network's side: calls, registration, the SIM. */
#include "inject.h"
#include <string.h>

int sim_inject_no_carrier(const struct inject *in)
{
    sim_call_drop(in->b, "NO CARRIER");
    return 0;
}

int sim_inject_pppd_disconnected(const struct inject *in)
{
    sim_call_drop(in->b, "+PPPD: DISCONNECTED");
    return 0;
}

int sim_inject_lcp_terminate(const struct inject *in)
{
    sim_call_terminate(in->b);
    return 0;
}

/* Registration is lost until `register`; the call goes with it unless "silent". */
int sim_inject_deregister(const struct inject *in)
{
    int stat = sim_inject_number(in, 1, 2);
    struct sim_board *b = in->b;

    if (stat < 0)
        return -EINVAL;
    b->net_held = true;
    mc_timer_disarm(&b->register_timer);
    sim_work(b, SIM_WORK_RADIO, false);
    if (in->n > 2 && !strcmp(in->word[2], "silent")) {
        b->stale = true;
        sim_call_faults(b);
    } else {
        sim_call_drop(b, "NO CARRIER");
    }
    if (b->power == SIM_POWER_ON && b->stat != 0)
        sim_radio_set_stat(b, stat);
    return 0;
}

int sim_inject_deny(const struct inject *in)
{
    struct sim_board *b = in->b;
    int cause = sim_inject_number(in, 1, 111);

    if (cause < 0)
        return -EINVAL;
    b->last_cause = cause;
    b->profile.net_stat = 3;
    sim_call_drop(b, "NO CARRIER");
    if (b->power == SIM_POWER_ON && b->stat != 0)
        sim_radio_set_stat(b, 3);
    return 0;
}

int sim_inject_register_again(const struct inject *in)
{
    struct sim_board *b = in->b;
    int stat = sim_inject_number(in, 1, 5);

    if (stat < 0)
        return -EINVAL;
    b->net_held = false;
    b->stale = false;
    b->profile.net_stat = stat;
    if (stat != 1 && stat != 5)
        mc_timer_disarm(&b->register_timer);
    sim_call_faults(b);
    sim_radio_update(b);
    return 0;
}

int sim_inject_signal_level(const struct inject *in)
{
    static const char *const keys[] = {"rsrp", "rsrq", "rssi"};
    int r = in->n > 1 ? 0 : -EINVAL;

    for (int i = 1; i < in->n && r == 0; i++)
        r = sim_profile_set(&in->b->profile, keys[i - 1], in->word[i]);
    return r;
}

int sim_inject_sim_remove(const struct inject *in)
{
    struct sim_board *b = in->b;

    b->profile.sim_present = false;
    b->sim_usable = false;
    mc_timer_disarm(&b->sim_timer);
    if (b->power == SIM_POWER_ON)
        sim_urc(b, "+CPIN: NOT INSERTED");
    sim_radio_update(b);
    return 0;
}

int sim_inject_sim_insert(const struct inject *in)
{
    struct sim_board *b = in->b;
    int r = in->n > 1 ? sim_profile_set(&b->profile, "iccid", in->word[1]) : 0;

    if (r < 0)
        return r;
    b->profile.sim_present = true;
    b->sim_unlocked = !b->profile.pin_required;
    b->pin_tries = 3;
    b->puk_tries = 10;
    if (b->power == SIM_POWER_ON && b->cfun != 0)
        sim_power_card(b, sim_latency_ms(b, SIM_LATENCY_SIM));
    return 0;
}

static int lock(struct sim_board *b, const char *word)
{
    b->profile.pin_required = true;
    b->sim_unlocked = false;
    if (b->power == SIM_POWER_ON && b->sim_usable)
        sim_urc(b, "+CPIN: %s", word);
    sim_radio_update(b);
    return 0;
}

int sim_inject_pin_lock(const struct inject *in)
{
    int tries = sim_inject_number(in, 2, in->b->pin_tries > 0 ? in->b->pin_tries : 3);

    if (tries < 1 || tries > 3)
        return -EINVAL;
    if (in->n > 1 && sim_profile_set(&in->b->profile, "pin", in->word[1]) < 0)
        return -EINVAL;
    in->b->pin_tries = tries;
    return lock(in->b, "SIM PIN");
}

int sim_inject_puk_lock(const struct inject *in)
{
    in->b->pin_tries = 0;
    return lock(in->b, "SIM PUK");
}

static int flag(const struct inject *in, bool *which)
{
    int r = sim_inject_yes(in, which);

    if (r == 0)
        sim_call_faults(in->b);
    return r;
}

int sim_inject_context_lost(const struct inject *in)
{
    struct sim_board *b = in->b;

    if (!b->call_on)
        return -ENOTCONN;
    b->context_on = false;
    b->context_lost = true;
    sim_call_faults(b);
    return 0;
}

int sim_inject_stale(const struct inject *in)
{
    return flag(in, &in->b->stale);
}

int sim_inject_echo_dead(const struct inject *in)
{
    return flag(in, &in->b->echo_dead);
}

int sim_inject_auth_refuse(const struct inject *in)
{
    return flag(in, &in->b->auth_refuse);
}

int sim_inject_no_address(const struct inject *in)
{
    return flag(in, &in->b->no_address);
}

int sim_inject_data_mode(const struct inject *in)
{
    if (in->b->power != SIM_POWER_ON)
        return -EBUSY;
    sim_call_force(in->b);
    return 0;
}

int sim_inject_dial_reject(const struct inject *in)
{
    struct sim_board *b = in->b;
    int times = sim_inject_number(in, 2, -1), code = sim_inject_number(in, 1, 0);

    if (in->n < 2 || times < -1)
        return -EINVAL;
    if (!strcmp(in->word[1], "off"))
        times = 0;
    else if (!strcmp(in->word[1], "no-carrier"))
        b->dial_reject_kind = SIM_NO_CARRIER;
    else if (!strcmp(in->word[1], "error"))
        b->dial_reject_kind = SIM_ERROR;
    else if (!strcmp(in->word[1], "silence"))
        b->dial_reject_kind = SIM_SAID;
    else if (code > 0)
        b->dial_reject_kind = code;
    else
        return -EINVAL;
    b->dial_reject_left = times;
    return 0;
}

int sim_inject_attach_reject(const struct inject *in)
{
    int code = in->n > 1 && !strcmp(in->word[1], "off") ? 0 : sim_inject_number(in, 1, -1);

    if (code < 0)
        return -EINVAL;
    in->b->attach_reject = code;
    return 0;
}

int sim_inject_hang_on_hangup(const struct inject *in)
{
    return sim_inject_yes(in, &in->b->hang_on_hangup);
}

int sim_inject_ignore_escapes(const struct inject *in)
{
    int times = sim_inject_number(in, 1, -1);

    if (times < -1)
        return -EINVAL;
    in->b->escapes_ignored = times;
    return 0;
}
