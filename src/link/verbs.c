/* SPDX-License-Identifier: MIT */
/* The operator's verbs: four ways off, and the ways back. Each says what it cut and what coming
 * back costs. */
#include "link_priv.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- in command mode ---- */

static bool cut(struct mc_link *link)
{
    mc_wish_end(link->wish, 0,
                mc_wish_came(link->wish).amid_call
                    ? "PPP was cut. Attach and PDP context are kept: the next connect is one dial."
                    : "There was no PPP to cut; attach and PDP context stay as they are, and nothing is "
                      "dialled until `connect`.");
    return false;
}

static bool radio_off(struct mc_link *link)
{
    mc_link_walk(link, MC_USE_VERB, MC_STEP_RADIO_OFF);
    return true;
}

static bool radio_on(struct mc_link *link)
{
    mc_wish_end(link->wish, 0,
                mc_link_wants_online(link)
                    ? "The radio is being switched on: a registration, a few seconds to minutes, then a dial."
                    : "The radio is being switched on: a registration, a few seconds to minutes. Nothing is "
                      "dialled until `connect`.");
    mc_link_walk(link, MC_USE_UP, MC_STEP_RADIO_ON);
    return true;
}

static bool reset(struct mc_link *link)
{
    if (mc_link_has_reset(link))
        mc_link_work_board(link, MC_BOARD_RESET);
    else
        mc_link_walk(link, MC_USE_UP, MC_STEP_RESET);
    return true;
}

static bool power_off(struct mc_link *link)
{
    mc_wish_event(link->wish, MC_WISH_SWITCHED_OFF);
    if (mc_link_has_power(link))
        mc_link_work_board(link, MC_BOARD_POWER_OFF);
    else
        mc_link_walk(link, MC_USE_VERB, MC_STEP_POWER_OFF);
    return true;
}

/* The others ask for no more than the way up. */
static bool (*const carries[MC_VERB_COUNT + 1])(struct mc_link *) = {
    [MC_VERB_DISCONNECT] = cut, [MC_VERB_RADIO_OFF] = radio_off, [MC_VERB_RADIO_ON] = radio_on,
    [MC_VERB_RESET] = reset,    [MC_VERB_POWER_OFF] = power_off,
};

bool mc_link_down_is_waited_for(const struct mc_link *link)
{
    return carries[mc_wish_verb(link->wish)] || mc_link_lease_has_line(link);
}

bool mc_link_carry_verb(struct mc_link *link)
{
    enum mc_verb verb = mc_wish_verb(link->wish);
    return carries[verb] && carries[verb](link);
}

void mc_link_not_off(struct mc_link *link)
{
    if (mc_link_powered_off(link) || mc_wish_state(link->wish) == MC_WISH_GOING_OFF)
        mc_wish_event(link->wish, MC_WISH_CAME_BACK);
}

bool mc_link_verb_walked(struct mc_link *link)
{
    enum mc_verb verb = mc_wish_verb(link->wish);
    if (verb == MC_VERB_RADIO_OFF)
        mc_wish_end(link->wish, 0,
                    "The radio is off: call, PDP context and attach were cut. Coming back costs a "
                    "registration, a few seconds to minutes, and a dial.");
    else if (verb == MC_VERB_POWER_OFF)
        mc_wish_end(link->wish, 0,
                    "The modem is off (AT+CPOF): call, PDP context and attach were cut. Without a power line (Power=) "
                    "only the board's button or power brings it back; then it costs a boot, an attach and a dial.");
    return false;
}

/* ---- as it comes ---- */

void mc_link_go_up_by_person(struct mc_link *link)
{
    mc_wish_set_by_person(link->wish, true);
    link->jitter_due = false;
    mc_timer_disarm(&link->wait);
    mc_link_clear_fault(link);
    mc_policy_start_over(link->policy);
    mc_link_go_up(link);
}

/* What is so already is not done again: a second AT+CPOF would meet a modem that cannot answer. */
static bool is_so(struct mc_link *link, enum mc_verb verb)
{
    bool radio_off = mc_link_radio_off(link);
    if (verb == MC_VERB_POWER_OFF && mc_link_powered_off(link)) {
        mc_wish_end(link->wish, 0, "The modem is off already: %s.", mc_link_way_back(link));
    } else if (verb == MC_VERB_RADIO_OFF && radio_off) {
        mc_wish_end(link->wish, 0, "The radio is off already: %s.", mc_link_way_back(link));
    } else if (verb == MC_VERB_DISCONNECT && radio_off) {
        mc_wish_event(link->wish, MC_WISH_SETTLE);
        mc_wish_end(link->wish, 0, "There is no PPP to cut: the radio is off. `radio on` will register, but not dial.");
    }
    return mc_wish_verb(link->wish) == MC_VERB_COUNT;
}

static bool refuse(struct mc_link *link, enum mc_verb verb)
{
    if (mc_link_lease_has_line(link)) {
        char why[200];
        mc_link_lease_say(link, why, sizeof(why));
        mc_wish_end(link->wish, -EBUSY, "%s", why);
        return true;
    }
    if (is_so(link, verb))
        return true;
    if (!mc_session_present(link->session) && verb != MC_VERB_CONNECT && verb != MC_VERB_DISCONNECT &&
        verb != MC_VERB_RECONNECT)
        mc_wish_end(link->wish, -ENODEV, "There is no device.");
    else if (mc_link_powered_off(link) && verb == MC_VERB_DISCONNECT)
        mc_wish_end(link->wish, -ENODEV, "There is no PPP to cut: the modem is powered off.");
    else if (mc_link_powered_off(link) && verb != MC_VERB_POWER_ON) {
        if (verb == MC_VERB_CONNECT || verb == MC_VERB_RECONNECT)
            mc_wish_event(link->wish, MC_WISH_EXPECT);
        mc_wish_end(link->wish, -ENODEV, "The modem is powered off: `power on` first.");
    }
    return mc_wish_verb(link->wish) == MC_VERB_COUNT;
}

static void connect_verb(struct mc_link *link, enum mc_verb verb)
{
    bool was_online = mc_link_wants_online(link);
    enum mc_session_use use = mc_session_use(link->session);
    mc_wish_event(link->wish, MC_WISH_CONNECT);
    mc_session_stop_before_dial(link->session, false);
    mc_session_radio_stays_off(link->session, false);
    if (verb == MC_VERB_CONNECT && link->status->state == MC_STATE_ONLINE) {
        mc_wish_end(link->wish, 0, "Online already: %s on %s.", link->status->ppp.local, link->status->ppp.interface);
    } else if (mc_datacall_alive(link->call)) {
        if (verb == MC_VERB_RECONNECT) {
            mc_policy_start_over(link->policy);
            mc_datacall_end(link->call, MC_FAULT_NONE, "", false);
        }
    } else if (!mc_session_present(link->session)) {
        if (link->pause != PAUSE_WAIT) /* a disconnect before had said so */
            link->status->next[0] = '\0';
        mc_wish_end(link->wish, -ENODEV,
                    *link->settings->pdp.apn
                        ? "There is no device: the link comes up by itself when one is plugged in."
                        : "There is no device, and no APN is configured (APN=): without both there is no link.");
    } else if (use == MC_USE_NONE) {
        mc_link_go_up_by_person(link);
    } else {
        mc_wish_set_by_person(link->wish, true);
        if (link->look.stays_stopped)
            link->look.quiet = link->look.stays_stopped = false; /* the look under way is on the way up now */
        if (verb == MC_VERB_RECONNECT && was_online)
            mc_policy_start_over(link->policy);
    }
}

static void reset_verb(struct mc_link *link)
{
    /* A line that is worked starts the modem anew as well: cut in half, a power cycle would leave it off. */
    if (mc_session_use(link->session) == MC_USE_BOARD)
        return;
    if (!mc_link_open_port(link)) /* the verb has ended with the reason */
        return;
    if (mc_datacall_alive(link->call)) {
        mc_datacall_end(link->call, MC_FAULT_NONE, "", false);
        return;
    }
    mc_timer_disarm(&link->wait);
    mc_session_cancel(link->session);
    mc_link_clear_fault(link);
    mc_link_carry_verb(link);
}

/* The fault is told until the link is online again; the modem may answer, and even carry a call, long before. */
static bool answers(const struct mc_link *link)
{
    return mc_session_met(link->session) || mc_datacall_alive(link->call);
}

static bool line_switches_off(const struct mc_link *link)
{
    return mc_session_use(link->session) == MC_USE_BOARD && mc_session_board_line(link->session) == MC_BOARD_POWER_OFF;
}

/* A `power off` that is not through: the last word counts. */
static bool takes_off_back(struct mc_link *link)
{
    if (line_switches_off(link)) {
        link->on_again = true;
        mc_wish_event(link->wish, MC_WISH_CONNECT);
        mc_wish_end(
            link->wish, 0,
            "The modem is going off, and is switched on right behind that: 15 to 45 s until it answers, then an "
            "attach and a dial.");
        return true;
    }
    if (mc_wish_state(link->wish) != MC_WISH_GOING_OFF || !answers(link))
        return false;
    mc_wish_event(link->wish, MC_WISH_CAME_BACK);
    mc_session_stop_before_dial(link->session, !mc_link_wants_online(link));
    mc_wish_end(link->wish, 0, "The modem is on, and stays on.");
    if (mc_session_use(link->session) == MC_USE_NONE && !mc_datacall_alive(link->call))
        mc_link_go_up_by_person(link);
    return true;
}

/* One that a `power off` still looks for counts as mute: nobody knows whether it is on, and it is to be. */
static bool is_mute(const struct mc_link *link)
{
    enum mc_fault fault = link->remedy.fault;
    return mc_session_in(link->session, MC_SESSION_SAID_OFF) ||
           (!answers(link) && (fault == MC_FAULT_MODEM_OFF || fault == MC_FAULT_MODEM_SILENT ||
                               mc_wish_state(link->wish) == MC_WISH_GOING_OFF));
}

static void power_on_verb(struct mc_link *link)
{
    if (takes_off_back(link))
        return;
    if (!mc_link_powered_off(link) && !is_mute(link)) {
        mc_wish_end(link->wish, 0, "The modem is on already.");
        return;
    }
    if (mc_session_use(link->session) == MC_USE_BOARD) {
        mc_link_not_off(link);
        mc_wish_end(link->wish, 0, "The board's line is being worked already.");
        return;
    }
    mc_timer_disarm(&link->wait);
    mc_session_cancel(link->session);
    mc_wish_event(link->wish, MC_WISH_CONNECT);
    if (!mc_link_has_power(link)) {
        mc_wish_end(link->wish, -EOPNOTSUPP,
                    "No power line is configured (Power=): the daemon cannot switch the modem on. Press the "
                    "board's button or replug it; it is looked for from now on.");
        mc_link_go_up_by_person(link);
        return;
    }
    if (!mc_link_open_port(link)) /* the verb has ended with the reason */
        return;
    mc_wish_end(link->wish, 0,
                "The modem is being switched on: 10 to 30 s until it answers, then an attach and a "
                "dial.");
    mc_link_work_board(link, MC_BOARD_POWER_ON);
}

static void disconnect_verb(struct mc_link *link)
{
    mc_wish_event(link->wish, MC_WISH_DISCONNECT);
    if (mc_session_present(link->session)) {
        mc_link_go_down(link);
        return;
    }
    mc_wish_end(link->wish, 0, "There is no device; nothing will be dialled when one comes.");
    mc_timer_disarm(&link->wait);
    link->pause = PAUSE_NONE;
    link->status->retry_at_ms = -1;
    snprintf(link->status->next, sizeof(link->status->next),
             "disconnected on request: nothing is dialled when a device comes, until `connect`");
    mc_link_publish(link);
}

static void radio_off_verb(struct mc_link *link)
{
    mc_wish_event(link->wish, MC_WISH_SWITCH_RADIO_OFF);
    mc_link_go_down(link);
}

static void radio_on_verb(struct mc_link *link)
{
    mc_wish_event(link->wish, MC_WISH_SWITCH_RADIO_ON);
    mc_wish_set_by_person(link->wish, true);
    if (mc_datacall_alive(link->call))
        mc_wish_end(link->wish, 0, "The radio is on already.");
    else
        mc_link_go_down(link);
}

static void power_off_verb(struct mc_link *link)
{
    mc_wish_event(link->wish, MC_WISH_SWITCH_OFF);
    if (link->on_again && line_switches_off(link)) /* as it does still */
        mc_wish_event(link->wish, MC_WISH_SWITCHED_OFF);
    link->on_again = false;
    mc_link_go_down(link);
}

static void connect_anew(struct mc_link *link)
{
    connect_verb(link, MC_VERB_RECONNECT);
}

static void connect_once(struct mc_link *link)
{
    connect_verb(link, MC_VERB_CONNECT);
}

void mc_link_verb(struct mc_link *link, enum mc_verb verb, mc_verb_done_fn *done, void *ctx)
{
    static void (*const comes[MC_VERB_COUNT])(struct mc_link *) = {
        [MC_VERB_CONNECT] = connect_once,       [MC_VERB_RECONNECT] = connect_anew,
        [MC_VERB_DISCONNECT] = disconnect_verb, [MC_VERB_RADIO_OFF] = radio_off_verb,
        [MC_VERB_RADIO_ON] = radio_on_verb,     [MC_VERB_RESET] = reset_verb,
        [MC_VERB_POWER_OFF] = power_off_verb,   [MC_VERB_POWER_ON] = power_on_verb,
    };
    mc_wish_make_room(link->wish); /* one at a time; a later one is what the person wants now */
    mc_link_settle_port(link);
    struct mc_wish_came came = {
        .amid_call = mc_datacall_alive(link->call),
        .amid_hangup = link->status->state == MC_STATE_HANGUP && link->remedy.fault != MC_FAULT_NONE,
    };
    mc_wish_begin(link->wish, verb, came, done, ctx);
    if (mc_wish_state(link->wish) == MC_WISH_GOING_OFF && verb != MC_VERB_POWER_OFF && verb != MC_VERB_POWER_ON)
        mc_link_not_off(link); /* that made room: what was wanted before it is the ground for this one */
    if (!refuse(link, verb))
        comes[verb](link);
}
