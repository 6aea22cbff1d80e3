/* SPDX-License-Identifier: MIT */
/* Walks of the sequence: what is decided while one is under way, how it ends, and what follows. */
#include "link_priv.h"
#include <stdio.h>
#include <string.h>

#define WATCHED_MS 5000 /* between two samples while somebody watches */
#define BUSY_MS    1000 /* until the next try when a person's command is under way */

/* A dial is written to disk while the modem works on it: the command must not wait for a disk, and a process that dies
 * within this has not dialled often. */
#define SAVE_SOON_MS 20

static void on_step(void *ctx, const struct mc_bringup_row *row)
{
    struct mc_link *link = ctx;
    struct mc_status *st = link->status;
    if (link->look.stays_stopped && (row->step == MC_STEP_GREET || row->step == MC_STEP_CHECK)) /* it answers again */
        mc_link_clear_fault(link);
    /* What was held has moved on; and a dial is never a quiet look. */
    if (link->look.quiet && (row->state > link->remedy.held_state || row->state == MC_STATE_DIAL))
        link->look.quiet = false;
    if (!link->look.quiet)
        mc_link_enter(link, row->state);
    snprintf(st->step, sizeof(st->step), "%s", row->name);
    if (!link->look.quiet) {
        struct mc_event event = {.kind = MC_EVENT_STEP, .from = st->state, .to = st->state};
        snprintf(event.text, sizeof(event.text), "%s", row->name);
        mc_bus_publish(link->bus, &event);
    }
    if (row->step == MC_STEP_GREET)
        link->remedy.heard = true;
    if (row->step == MC_STEP_GREET && mc_link_powered_off(link))
        mc_link_by_hand(link);
    if (row->step == MC_STEP_GREET && mc_wish_verb(link->wish) == MC_VERB_RESET)
        mc_wish_end(link->wish, 0,
                    "The modem was reset: attach, PDP context and call were cut. It answers again after %d s; %s.",
                    (int)(mc_wish_waited_ms(link->wish) / 1000),
                    mc_link_wants_online(link) ? "an attach and a dial follow"
                                               : "an attach follows, and nothing is dialled until `connect`");
    if (row->step == MC_STEP_REGISTER_WAIT || /* the walk that was let to end does not end soon: but not from inside */
        (row->step == MC_STEP_PEEK && link->peek.leaves))
        mc_timer_arm(&link->down, link->queue, 0);
    mc_link_publish(link);
}

static void on_down(void *ctx)
{
    struct mc_link *link = ctx;
    if (link->peek.leaves)
        mc_link_leave(link);
    if (mc_link_down_is_waited_for(link) && mc_session_step(link->session) == MC_STEP_REGISTER_WAIT)
        mc_link_go_down(link);
}

static void on_note(void *ctx, const char *text)
{
    mc_link_note(ctx, "%s", text);
}

static enum mc_fault on_pin_allowed(void *ctx, const char *iccid, int tries_left)
{
    struct mc_link *link = ctx;
    bool changed;
    enum mc_fault fault = mc_policy_pin(link->policy, iccid, link->settings->sim.pin, tries_left, &changed);
    if (changed)
        link->req.save(link->ctx);
    if (fault != MC_FAULT_NONE)
        return fault;
    mc_policy_pin_try(link->policy, iccid, link->settings->sim.pin, tries_left);
    link->req.save(link->ctx);
    return MC_FAULT_NONE;
}

static void on_pin_result(void *ctx, const char *iccid, bool right)
{
    struct mc_link *link = ctx;
    bool news = right ? mc_policy_pin_right(link->policy, iccid)
                      : mc_policy_pin_wrong(link->policy, iccid, link->settings->sim.pin);
    if (news)
        link->req.save(link->ctx);
}

static int64_t on_attach_allowed(void *ctx)
{
    struct mc_link *link = ctx;
    int64_t wait_ms = mc_policy_attach(link->policy, mc_wish_by_person(link->wish), mc_timerq_now_ms(link->queue));
    if (wait_ms == 0) {
        link->status->counters.radio_cycles++;
        link->req.save(link->ctx);
    }
    return wait_ms;
}

static int64_t on_dial_allowed(void *ctx)
{
    struct mc_link *link = ctx;
    int64_t wait_ms = mc_policy_dial(link->policy, mc_wish_by_person(link->wish), mc_timerq_now_ms(link->queue));
    if (wait_ms == 0) {
        link->status->counters.dials++;
        mc_timer_arm(&link->save_soon, link->queue, SAVE_SOON_MS);
    }
    return wait_ms;
}

static bool on_mux_allowed(void *ctx)
{
    struct mc_link *link = ctx;
    return !mc_policy_mux_rests(link->policy, mc_timerq_now_ms(link->queue));
}

static void on_save_soon(void *ctx)
{
    struct mc_link *link = ctx;
    link->req.save(link->ctx);
}

/* Silent because it is off: as it said itself, or as the bridge says that knows its STATUS line. */
static bool is_off(const struct mc_link *link, enum mc_fault fault)
{
    if (fault == MC_FAULT_MODEM_SILENT && mc_session_in(link->session, MC_SESSION_SAID_OFF))
        return true;
    return (fault == MC_FAULT_MODEM_SILENT || fault == MC_FAULT_STUCK_IN_DATA) && link->req.powered(link->ctx) == 0;
}

static void walk_failed(struct mc_link *link, enum mc_session_use use, const struct mc_bringup_result *result)
{
    enum mc_fault fault = is_off(link, result->fault) ? MC_FAULT_MODEM_OFF : result->fault;
    if (use == MC_USE_VERB && mc_link_powered_off(link)) /* AT+CPOF failed, whoever waits for what by now */
        mc_link_not_off(link);
    if (result->fault == MC_FAULT_MODEM_SILENT || result->fault == MC_FAULT_STUCK_IN_DATA)
        mc_session_event(link->session, MC_SESSION_DOUBTED);
    if (mc_link_registration_fault(fault) && use != MC_USE_VERB && mc_link_down_is_waited_for(link)) {
        link->remedy.rechecking = false; /* it is in command mode: who waits for that needs no registration */
        mc_link_next(link, use);
        return;
    }
    if (!mc_link_walk_failed_in_recheck(link, fault))
        mc_link_failed(link, fault, result->detail);
}

void mc_link_walk_done(void *ctx, enum mc_session_use use, const struct mc_bringup_result *result)
{
    struct mc_link *link = ctx;
    mc_link_publish(link);
    if (result->fault == MC_FAULT_MODEM_SILENT) /* nor will it answer what a person asked meanwhile */
        mc_at_give_up(mc_session_at(link->session));
    if (link->life == LIFE_STOPPING && mc_session_muxed(link->session) && result->fault == MC_FAULT_NONE) {
        mc_link_walk(link, MC_USE_HANGUP, MC_STEP_MUX_LEAVE); /* who comes next expects a modem in command mode */
        return;
    }
    if (link->life == LIFE_STOPPING) { /* in command mode, or as near as it gets: that is all that was waited for */
        mc_timer_arm(&link->shutdown_timer, link->queue, 0);
        return;
    }
    if (use == MC_USE_PEEK) {
        mc_link_peeked(link, result);
        return;
    }
    if (use == MC_USE_SAMPLE && mc_datacall_alive(link->call)) { /* whatever came of it, the call carries */
        mc_link_next(link, use);
        return;
    }
    if (result->fault != MC_FAULT_NONE) {
        walk_failed(link, use, result);
        return;
    }
    mc_session_event(link->session, MC_SESSION_ANSWERED);
    link->remedy.rechecking = false;
    if (use == MC_USE_SAMPLE)
        link->look.quiet = false;
    if (result->connected)
        mc_datacall_start(link->call);
    else if (result->wait_ms > 0 && mc_link_wants_online(link) && !mc_link_down_is_waited_for(link))
        mc_link_wait(link, result->wait_ms, MC_REMEDY_REDIAL, "this hour's budget of attempts is spent");
    else
        mc_link_next(link, use);
}

void mc_link_walk(struct mc_link *link, enum mc_session_use use, enum mc_step step)
{
    mc_timer_disarm(&link->wait);
    link->pause = PAUSE_NONE;
    link->remedy.heard = false;
    mc_session_stop_before_dial(link->session, !mc_link_wants_online(link) || link->life == LIFE_STOPPING);
    mc_session_radio_stays_off(link->session, mc_wish_state(link->wish) == MC_WISH_RADIO_OFF);
    mc_session_walk(link->session, use, step);
}

/* At rest the modem can be asked at any time, and in the multiplexer beside a call: so it is, quietly. */
void mc_link_sample(void *ctx)
{
    struct mc_link *link = ctx;
    if (mc_link_peeks(link)) {
        mc_link_peek(link);
        return;
    }
    bool amid_call = mc_datacall_alive(link->call) && mc_session_muxed(link->session) &&
                     mc_session_use(link->session) == MC_USE_NONE;
    if ((link->pause != PAUSE_REST && !amid_call) || !mc_session_met(link->session) || mc_link_powered_off(link))
        return;
    if (mc_at_busy(mc_session_at(link->session))) {
        mc_session_sample_in(link->session, BUSY_MS);
        return;
    }
    link->look.quiet = true;
    link->remedy.held_state = MC_STATE_COUNT;
    mc_link_walk(link, MC_USE_SAMPLE, MC_STEP_SAMPLE);
}

void mc_link_watched(struct mc_link *link, unsigned watchers)
{
    bool first = link->watchers == 0 && watchers > 0;
    link->watchers = watchers;
    if (first && (link->pause == PAUSE_REST || mc_session_muxed(link->session)))
        mc_link_sample_again(link, false);
}

void mc_link_sample_again(struct mc_link *link, bool now)
{
    int64_t interval_ms = link->settings->modem.sample_interval_ms;
    if (link->watchers > 0 && interval_ms > WATCHED_MS)
        interval_ms = WATCHED_MS;
    if (interval_ms > 0)
        mc_session_sample_in(link->session, now ? 0 : interval_ms);
}

const char *mc_link_way_back(const struct mc_link *link)
{
    if (mc_link_powered_off(link))
        return mc_link_has_power(link) ? "`power on` brings it back"
                                       : "only the board's button or power brings it back";
    return mc_wish_state(link->wish) == MC_WISH_RADIO_OFF ? "`radio on` or `connect` brings it back" : "";
}

void mc_link_rest(struct mc_link *link, enum mc_session_use after)
{
    mc_timer_disarm(&link->wait);
    link->pause = PAUSE_REST;
    link->status->step[0] = '\0';
    mc_link_clear_fault(link);
    mc_link_enter(link, MC_STATE_STOPPED);
    const char *way_back = mc_link_way_back(link);
    snprintf(link->status->next, sizeof(link->status->next), "%s%s",
             *way_back ? mc_link_powered_off(link) ? "the modem is off: " : "the radio is off: " : "", way_back);
    mc_link_sample_again(link, after != MC_USE_SAMPLE);
    mc_link_publish(link);
    mc_link_lease_at_rest(link);
}

void mc_link_go_up(struct mc_link *link)
{
    if (!mc_session_present(link->session)) {
        link->pause = PAUSE_NONE;
        mc_link_enter(link, MC_STATE_ABSENT);
    } else if (link->jitter_due) {
        link->jitter_due = false;
        int64_t jitter_ms = mc_policy_boot_jitter_ms(link->policy);
        if (jitter_ms > 0)
            mc_link_wait(link, jitter_ms, MC_REMEDY_LOOK, "the host has just booted: not all gateways at once");
        else
            mc_link_go_up(link);
    } else if (mc_link_open_port(link)) {
        bool all = !mc_session_met(link->session) || link->compare_anew;
        link->compare_anew = false;
        mc_link_walk(link, MC_USE_UP, all ? MC_STEP_FIND : MC_STEP_CHECK);
    }
}

const struct mc_bringup_callbacks mc_link_walk_callbacks = {.step = on_step,
                                                            .note = on_note,
                                                            .pin_allowed = on_pin_allowed,
                                                            .pin_result = on_pin_result,
                                                            .attach_allowed = on_attach_allowed,
                                                            .dial_allowed = on_dial_allowed,
                                                            .mux_allowed = on_mux_allowed,
                                                            .mux_failed = mc_link_mux_failed};

void mc_link_walk_init(struct mc_link *link)
{
    mc_timer_init(&link->down, "link.down", on_down, link);
    mc_timer_init(&link->save_soon, "link.save", on_save_soon, link);
}
