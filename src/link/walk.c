/* SPDX-License-Identifier: MIT */
/* Walks of the sequence: what is decided while one is under way, how it ends, and what follows. */
#include "link_priv.h"
#include <stdio.h>
#include <string.h>

#define SAMPLE_MS 60000 /* between two looks at the signal, at rest */
#define BUSY_MS   1000  /* until the next try when a person's command is under way */

/* A dial is written to disk while the modem works on it: the command must not wait for a disk, and a process that dies
 * within this has not dialled often. */
#define SAVE_SOON_MS 20

static void on_step(void *ctx, const struct mc_bringup_row *row)
{
    struct mc_link *link = ctx;
    struct mc_status *st = link->status;
    if (link->stays_stopped && (row->step == MC_STEP_GREET || row->step == MC_STEP_CHECK)) /* it answers again */
        mc_link_clear_fault(link);
    /* What was held has moved on; and a dial is never a quiet look. */
    if (link->quiet && (row->state > link->held_state || row->state == MC_STATE_DIAL))
        link->quiet = false;
    if (!link->quiet)
        mc_link_enter(link, row->state);
    snprintf(st->step, sizeof(st->step), "%s", row->name);
    if (!link->quiet) {
        struct mc_event event = {.kind = MC_EVENT_STEP, .from = st->state, .to = st->state};
        snprintf(event.text, sizeof(event.text), "%s", row->name);
        mc_bus_publish(link->bus, &event);
    }
    if (row->step == MC_STEP_GREET && link->powered_off)
        mc_link_by_hand(link);
    if (row->step == MC_STEP_GREET)
        link->off = false;
    if (row->step == MC_STEP_GREET || row->step == MC_STEP_CHECK) {
        link->found = true;
        link->new_session = false;
    }
    if (row->step == MC_STEP_GREET && link->verb_pending && link->verb == MC_VERB_RESET)
        mc_link_verb_end(link, 0,
                         "The modem was reset: attach, PDP context and call were cut. It answers again after %d s; %s.",
                         (int)((mc_timerq_now_ms(link->queue) - link->verb_at_ms) / 1000),
                         link->want == WANT_ONLINE ? "an attach and a dial follow"
                                                   : "an attach follows, and nothing is dialled until `connect`");
    mc_link_publish(link);
}

static void on_note(void *ctx, const char *text)
{
    mc_link_note(ctx, "%s", text);
}

static int on_set_baud(void *ctx, int32_t baud)
{
    struct mc_link *link = ctx;
    return link->req.set_baud(link->ctx, baud);
}

static int on_set_flow(void *ctx, enum mc_flow flow)
{
    struct mc_link *link = ctx;
    return link->req.set_flow(link->ctx, flow);
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
    int64_t wait_ms = mc_policy_attach(link->policy, link->by_person, mc_timerq_now_ms(link->queue));
    if (wait_ms == 0) {
        link->status->counters.radio_cycles++;
        link->req.save(link->ctx);
    }
    return wait_ms;
}

static int64_t on_dial_allowed(void *ctx)
{
    struct mc_link *link = ctx;
    int64_t wait_ms = mc_policy_dial(link->policy, link->by_person, mc_timerq_now_ms(link->queue));
    if (wait_ms == 0) {
        link->status->counters.dials++;
        mc_timer_arm(&link->save_soon, link->queue, SAVE_SOON_MS);
    }
    return wait_ms;
}

static void on_save_soon(void *ctx)
{
    struct mc_link *link = ctx;
    link->req.save(link->ctx);
}

static enum mc_fault on_dial_fault(void *ctx, char *detail, size_t size)
{
    struct mc_link *link = ctx;
    return link->req.call_check(link->ctx, detail, size);
}

/* The call's fault is taken up. A verb that came while the call was being ended for it is about what comes after. */
static void hang_up_is_over(struct mc_link *link)
{
    bool again = link->verb_pending && link->verb_in_hangup;
    if (again)
        link->verb_pending = link->verb_in_hangup = false;
    mc_link_failed(link, link->fault, link->status->fault_detail);
    if (!again)
        return;
    link->verb_pending = true;
    mc_timer_disarm(&link->wait);
    if (!mc_link_verb_next(link))
        mc_link_go_up_by_person(link);
}

/* Silent because it is off: as it said itself, or as the bridge says that knows its STATUS line. */
static bool is_off(const struct mc_link *link, enum mc_fault fault)
{
    if (fault == MC_FAULT_MODEM_SILENT && link->off)
        return true;
    return (fault == MC_FAULT_MODEM_SILENT || fault == MC_FAULT_STUCK_IN_DATA) && link->req.powered(link->ctx) == 0;
}

static void on_walk_done(void *ctx, const struct mc_bringup_result *result)
{
    struct mc_link *link = ctx;
    enum link_walk walk = link->walk;
    bool up = walk == WALK_UP;
    mc_link_publish(link);
    if (result->fault == MC_FAULT_MODEM_SILENT) /* nor will it answer what a person asked meanwhile */
        mc_at_give_up(mc_line_at(link->line));
    if (link->shutdown_done) { /* in command mode, or as near as it gets: that is all that was waited for */
        mc_timer_arm(&link->shutdown_timer, link->queue, 0);
        return;
    }
    if (result->fault != MC_FAULT_NONE) {
        bool off = is_off(link, result->fault);
        enum mc_fault fault = off ? MC_FAULT_MODEM_OFF : result->fault;
        link->found = link->found && result->fault != MC_FAULT_MODEM_SILENT && result->fault != MC_FAULT_STUCK_IN_DATA;
        if (!mc_link_walk_failed_in_recheck(link, fault))
            mc_link_failed(link, fault, result->detail);
        return;
    }
    link->found = true;
    link->rechecking = false;
    if (walk == WALK_SAMPLE)
        link->quiet = false;
    mc_bringup_look_once(link->bringup, false);
    if (result->connected) {
        mc_link_start_call(link);
    } else if (result->wait_ms > 0) {
        mc_link_wait(link, result->wait_ms, MC_REMEDY_REDIAL, "this hour's budget of attempts is spent");
    } else if (walk == WALK_HANGUP && link->fault != MC_FAULT_NONE && link->want == WANT_ONLINE) {
        hang_up_is_over(link);
    } else if (!mc_link_verb_next(link)) {
        if (link->want == WANT_ONLINE && !up)
            mc_link_go_up(link);
        else
            mc_link_rest(link);
    }
}

void mc_link_walk(struct mc_link *link, enum link_walk walk, enum mc_step step)
{
    mc_timer_disarm(&link->wait);
    link->doing = DOING_WALK;
    link->walk = walk;
    mc_bringup_stop_before_dial(link->bringup, link->want != WANT_ONLINE || link->shutdown_done != NULL);
    mc_bringup_radio_stays_off(link->bringup, link->want == WANT_RADIO_OFF);
    int64_t patience_ms = link->new_session ? link->settings->modem.boot_time_ms : 0;
    mc_bringup_start(link->bringup, step, patience_ms);
}

/* At rest the modem can be asked at any time: so it is, quietly. */
static void on_sample(void *ctx)
{
    struct mc_link *link = ctx;
    if (link->doing != DOING_REST || !link->found || link->powered_off)
        return;
    if (mc_at_busy(mc_line_at(link->line))) {
        mc_timer_arm(&link->sample, link->queue, BUSY_MS);
        return;
    }
    link->quiet = true;
    link->held_state = MC_STATE_COUNT;
    mc_link_walk(link, WALK_SAMPLE, MC_STEP_SAMPLE);
}

void mc_link_sample_soon(struct mc_link *link)
{
    mc_timer_arm(&link->sample, link->queue, SAMPLE_MS);
}

const char *mc_link_way_back(const struct mc_link *link)
{
    if (link->powered_off)
        return mc_link_has_line(link, link->settings->modem.power) ? "`power on` brings it back"
                                                                   : "only the board's button or power brings it back";
    return link->want == WANT_RADIO_OFF ? "`radio on` or `connect` brings it back" : "";
}

void mc_link_rest(struct mc_link *link)
{
    mc_timer_disarm(&link->wait);
    link->doing = DOING_REST;
    link->status->step[0] = '\0';
    mc_link_clear_fault(link);
    mc_link_enter(link, MC_STATE_STOPPED);
    const char *way_back = mc_link_way_back(link);
    snprintf(link->status->next, sizeof(link->status->next), "%s%s",
             *way_back ? link->powered_off ? "the modem is off: " : "the radio is off: " : "", way_back);
    mc_timer_arm(&link->sample, link->queue, link->walk == WALK_SAMPLE ? SAMPLE_MS : 0);
    mc_link_publish(link);
}

void mc_link_go_up(struct mc_link *link)
{
    if (!link->present) {
        link->doing = DOING_NOTHING;
        mc_link_enter(link, MC_STATE_ABSENT);
    } else if (link->jitter_due) {
        link->jitter_due = false;
        int64_t jitter_ms = mc_policy_boot_jitter_ms(link->policy);
        if (jitter_ms > 0)
            mc_link_wait(link, jitter_ms, MC_REMEDY_LOOK, "the host has just booted: not all gateways at once");
        else
            mc_link_go_up(link);
    } else if (mc_link_open_port(link)) {
        bool all = !link->found || link->compare_anew;
        link->compare_anew = false;
        mc_link_walk(link, WALK_UP, all ? MC_STEP_FIND : MC_STEP_CHECK);
    }
}

const struct mc_bringup_callbacks mc_link_walk_callbacks = {.step = on_step,
                                                            .note = on_note,
                                                            .set_baud = on_set_baud,
                                                            .set_flow = on_set_flow,
                                                            .pin_allowed = on_pin_allowed,
                                                            .pin_result = on_pin_result,
                                                            .attach_allowed = on_attach_allowed,
                                                            .dial_fault = on_dial_fault,
                                                            .dial_allowed = on_dial_allowed,
                                                            .done = on_walk_done};

void mc_link_walk_init(struct mc_link *link)
{
    mc_timer_init(&link->sample, "link.sample", on_sample, link);
    mc_timer_init(&link->save_soon, "link.save", on_save_soon, link);
}
