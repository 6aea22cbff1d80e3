/* SPDX-License-Identifier: MIT */
/* The operator's verbs: four ways off, and the ways back. Each says what it cut and what coming
 * back costs. */
#include "link_priv.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- how a verb ends ---- */

static void on_verb_tell(void *ctx)
{
    struct mc_link *link = ctx;
    mc_verb_done_fn *done = link->verb_done;
    void *done_ctx = link->verb_ctx;
    char text[sizeof(link->verb_text)];
    memcpy(text, link->verb_text, sizeof(text));
    int result = link->verb_result;
    link->verb_done = NULL;
    link->verb_ended = false;
    if (done)
        done(done_ctx, result, text);
}

void mc_link_verb_end(struct mc_link *link, int result, const char *fmt, ...)
{
    if (!link->verb_pending)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(link->verb_text, sizeof(link->verb_text), fmt, ap);
    va_end(ap);
    link->verb_pending = false;
    link->verb_ended = true;
    link->verb_result = result;
    mc_timer_arm(&link->verb_tell, link->queue, 0);
}

/* ---- doing ---- */

/* In command mode and idle: what the operator asked for. */
bool mc_link_verb_next(struct mc_link *link)
{
    bool reset_line = mc_link_has_line(link, link->settings->modem.reset);
    bool power_line = mc_link_has_line(link, link->settings->modem.power);
    if (!link->verb_pending || link->walk == WALK_VERB) {
        if (link->walk == WALK_VERB && link->verb_pending) {
            if (link->verb == MC_VERB_RADIO_OFF)
                mc_link_verb_end(link, 0,
                                 "The radio is off: call, PDP context and attach were cut. Coming back costs a "
                                 "registration, a few seconds to minutes, and a dial.");
            else if (link->verb == MC_VERB_POWER_OFF)
                mc_link_verb_end(
                    link, 0,
                    "The modem is off (AT+CPOF): call, PDP context and attach were cut. Without a power line (Power=) "
                    "only the board's button or power brings it back; then it costs a boot, an attach and a dial.");
        }
        return false;
    }
    switch (link->verb) {
    case MC_VERB_DISCONNECT:
        mc_link_verb_end(link, 0,
                         link->verb_cuts_call
                             ? "PPP was cut. Attach and PDP context are kept: the next connect is one dial."
                             : "There was no PPP to cut; attach and PDP context stay as they are, and nothing is "
                               "dialled until `connect`.");
        return false;
    case MC_VERB_RADIO_OFF:
        mc_link_walk(link, WALK_VERB, MC_STEP_RADIO_OFF);
        return true;
    case MC_VERB_RADIO_ON:
        mc_link_verb_end(link, 0,
                         link->want == WANT_ONLINE
                             ? "The radio is being switched on: a registration, a few seconds to minutes, then a dial."
                             : "The radio is being switched on: a registration, a few seconds to minutes. Nothing is "
                               "dialled until `connect`.");
        mc_link_walk(link, WALK_UP, MC_STEP_RADIO_ON);
        return true;
    case MC_VERB_RESET:
        if (!reset_line) {
            mc_link_walk(link, WALK_UP, MC_STEP_RESET);
            return true;
        }
        mc_link_work_board(link, MC_BOARD_RESET);
        return true;
    case MC_VERB_POWER_OFF:
        link->powered_off = true;
        if (!power_line) {
            mc_link_walk(link, WALK_VERB, MC_STEP_POWER_OFF);
            return true;
        }
        mc_link_work_board(link, MC_BOARD_POWER_OFF);
        return true;
    case MC_VERB_POWER_ON:
    case MC_VERB_CONNECT:
    case MC_VERB_RECONNECT:
    default:
        return false;
    }
}

void mc_link_go_up_by_person(struct mc_link *link)
{
    link->by_person = true;
    link->jitter_due = false;
    mc_timer_disarm(&link->wait);
    mc_link_clear_fault(link);
    mc_policy_start_over(link->policy);
    mc_link_go_up(link);
}

/* Down to command mode, whatever is going on; the verb goes on from there (mc_link_verb_next). */
static void go_down(struct mc_link *link)
{
    switch (link->doing) {
    case DOING_CALL:
        mc_link_end_call(link, MC_FAULT_NONE, "", false);
        return;
    case DOING_WALK:
        mc_bringup_stop_before_dial(link->bringup, true);
        if (mc_bringup_step(link->bringup) == MC_STEP_DIAL) {
            mc_link_walk(link, WALK_HANGUP, MC_STEP_DIAL_ABORT); /* any character ends a dial (V.250, 6.3.1) */
            return;
        }
        if (link->status->state != MC_STATE_REGISTER || link->walk == WALK_HANGUP)
            return; /* short: let it come to its end */
        mc_bringup_cancel(link->bringup);
        break;
    case DOING_BOARD:
        return;
    case DOING_NOTHING:
    case DOING_WAIT:
    case DOING_REST:
        break;
    }
    mc_timer_disarm(&link->wait);
    if (!link->found) { /* not in command mode for sure: look first */
        mc_link_clear_fault(link);
        if (mc_link_open_port(link))
            mc_link_walk(link, WALK_HANGUP, MC_STEP_FIND);
        return;
    }
    link->walk = WALK_HANGUP;
    if (!mc_link_verb_next(link))
        mc_link_rest(link);
}

/* What is so already is not done again: a second AT+CPOF would meet a modem that cannot answer. */
static bool is_so(struct mc_link *link, enum mc_verb verb)
{
    bool radio_off = mc_link_radio_off(link);
    if (verb == MC_VERB_POWER_OFF && link->powered_off) {
        mc_link_verb_end(link, 0, "The modem is off already: %s.", mc_link_way_back(link));
    } else if (verb == MC_VERB_RADIO_OFF && radio_off) {
        mc_link_verb_end(link, 0, "The radio is off already: %s.", mc_link_way_back(link));
    } else if (verb == MC_VERB_DISCONNECT && radio_off) {
        link->want_before_off = WANT_COMMAND; /* `radio on` will not dial */
        mc_link_verb_end(link, 0, "There is no PPP to cut: the radio is off. `radio on` will register, but not dial.");
    }
    return !link->verb_pending;
}

static bool refuse(struct mc_link *link, enum mc_verb verb)
{
    if (is_so(link, verb))
        return true;
    if (!link->present && verb != MC_VERB_CONNECT && verb != MC_VERB_DISCONNECT && verb != MC_VERB_RECONNECT)
        mc_link_verb_end(link, -ENODEV, "There is no device.");
    else if (link->powered_off && verb == MC_VERB_DISCONNECT)
        mc_link_verb_end(link, -ENODEV, "There is no PPP to cut: the modem is powered off.");
    else if (link->powered_off && verb != MC_VERB_POWER_ON)
        mc_link_verb_end(link, -ENODEV, "The modem is powered off: `power on` first.");
    return !link->verb_pending;
}

static void connect_verb(struct mc_link *link, enum mc_verb verb)
{
    bool was_online = link->want == WANT_ONLINE;
    link->want = WANT_ONLINE;
    mc_bringup_stop_before_dial(link->bringup, false);
    mc_bringup_radio_stays_off(link->bringup, false);
    if (verb == MC_VERB_CONNECT && link->status->state == MC_STATE_ONLINE) {
        mc_link_verb_end(link, 0, "Online already: %s on %s.", link->status->ppp.local, link->status->ppp.interface);
    } else if (link->doing == DOING_CALL) {
        if (verb == MC_VERB_RECONNECT) {
            mc_policy_start_over(link->policy);
            mc_link_end_call(link, MC_FAULT_NONE, "", false);
        }
    } else if (!link->present) {
        if (link->doing != DOING_WAIT) /* a disconnect before had said so */
            link->status->next[0] = '\0';
        mc_link_verb_end(link, -ENODEV,
                         *link->settings->pdp.apn
                             ? "There is no device: the link comes up by itself when one is plugged in."
                             : "There is no device, and no APN is configured (APN=): without both there is no link.");
    } else if (link->doing != DOING_WALK && link->doing != DOING_BOARD) {
        mc_link_go_up_by_person(link);
    } else {
        link->by_person = true;
        if (link->stays_stopped)
            link->quiet = link->stays_stopped = false; /* the look under way is on the way up now */
        if (verb == MC_VERB_RECONNECT && was_online)
            mc_policy_start_over(link->policy);
    }
}

static void reset_verb(struct mc_link *link)
{
    if (!link->open && !mc_link_open_port(link)) {
        mc_link_verb_end(link, -ENODEV, "The device cannot be opened.");
        return;
    }
    if (link->doing == DOING_CALL) {
        mc_link_end_call(link, MC_FAULT_NONE, "", false);
        return;
    }
    mc_timer_disarm(&link->wait);
    mc_bringup_cancel(link->bringup);
    mc_link_clear_fault(link);
    link->walk = WALK_HANGUP;
    mc_link_verb_next(link);
}

static void power_on_verb(struct mc_link *link)
{
    bool power_line = mc_link_has_line(link, link->settings->modem.power);
    /* The fault is told until the link is online again; the modem may answer, and even carry a call, long before. */
    bool answers = link->found || link->doing == DOING_CALL;
    bool mute = link->off || (!answers && (link->fault == MC_FAULT_MODEM_OFF || link->fault == MC_FAULT_MODEM_SILENT));
    if (!link->powered_off && !mute) {
        mc_link_verb_end(link, 0, "The modem is on already.");
        return;
    }
    if (link->doing == DOING_BOARD) {
        mc_link_verb_end(link, 0, "The board's line is being worked already.");
        return;
    }
    mc_timer_disarm(&link->wait);
    mc_bringup_cancel(link->bringup);
    link->powered_off = false;
    link->want = WANT_ONLINE;
    if (!power_line) {
        mc_link_verb_end(link, -EOPNOTSUPP,
                         "No power line is configured (Power=): the daemon cannot switch the modem on. Press the "
                         "board's button or replug it; it is looked for from now on.");
        mc_link_go_up_by_person(link);
        return;
    }
    mc_link_verb_end(link, 0,
                     "The modem is being switched on: 10 to 30 s until it answers, then an attach and a "
                     "dial.");
    if (mc_link_open_port(link))
        mc_link_work_board(link, MC_BOARD_POWER_ON);
}

void mc_link_verb(struct mc_link *link, enum mc_verb verb, mc_verb_done_fn *done, void *ctx)
{
    if (link->verb_done) { /* one at a time; a later one is what the person wants now */
        mc_link_verb_end(link, -ECANCELED, "Another command came in between.");
        mc_timer_disarm(&link->verb_tell);
        on_verb_tell(link);
    }
    mc_link_settle_port(link);
    link->verb = verb;
    link->verb_done = done;
    link->verb_ctx = ctx;
    link->verb_pending = true;
    link->verb_ended = false;
    link->verb_at_ms = mc_timerq_now_ms(link->queue);
    link->verb_cuts_call = link->doing == DOING_CALL;
    link->verb_in_hangup = link->status->state == MC_STATE_HANGUP && link->fault != MC_FAULT_NONE;
    if (refuse(link, verb))
        return;
    switch (verb) {
    case MC_VERB_CONNECT:
    case MC_VERB_RECONNECT:
        connect_verb(link, verb);
        break;
    case MC_VERB_DISCONNECT:
        link->want = WANT_COMMAND;
        if (!link->present) {
            mc_link_verb_end(link, 0, "There is no device; nothing will be dialled when one comes.");
            mc_timer_disarm(&link->wait);
            link->doing = DOING_NOTHING;
            link->status->retry_at_ms = -1;
            snprintf(link->status->next, sizeof(link->status->next),
                     "disconnected on request: nothing is dialled when a device comes, until `connect`");
            mc_link_publish(link);
        } else {
            go_down(link);
        }
        break;
    case MC_VERB_RADIO_OFF:
    case MC_VERB_POWER_OFF:
        if (link->want <= WANT_COMMAND)
            link->want_before_off = link->want;
        link->want = verb == MC_VERB_RADIO_OFF ? WANT_RADIO_OFF : WANT_POWER_OFF;
        go_down(link);
        break;
    case MC_VERB_RADIO_ON:
        if (link->want == WANT_RADIO_OFF)
            link->want = link->want_before_off;
        link->by_person = true;
        if (link->doing == DOING_CALL)
            mc_link_verb_end(link, 0, "The radio is on already.");
        else
            go_down(link);
        break;
    case MC_VERB_RESET:
        reset_verb(link);
        break;
    case MC_VERB_POWER_ON:
        power_on_verb(link);
        break;
    case MC_VERB_COUNT:
        mc_link_verb_end(link, -EINVAL, "No such verb.");
        break;
    }
}

void mc_link_verbs_init(struct mc_link *link)
{
    mc_timer_init(&link->verb_tell, "link.verb-tell", on_verb_tell, link);
}
