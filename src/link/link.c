/* SPDX-License-Identifier: MIT */
/* The link's life: the line, walks of the sequence and how they end. One function changes the state:
 * mc_link_enter(). */
#include "link_priv.h"
#include <errno.h>
#include <microcat/at/urcs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_MS 60000 /* between two looks at the signal, at rest */

/* A dial is written to disk while the modem works on it: the command must not wait for a disk, and a process that dies
 * within this has not dialled often. */
#define SAVE_SOON_MS 20

/* ---- the line ---- */

static int on_line_write(void *ctx, const void *data, size_t len)
{
    struct mc_link *link = ctx;
    return link->open ? link->req.write(link->ctx, data, len) : -ENODEV;
}

static size_t on_line_data(void *ctx, const uint8_t *data, size_t len)
{
    struct mc_link *link = ctx;
    return link->call ? link->req.to_call(link->ctx, data, len) : len;
}

static void on_line_trace(void *ctx, enum mc_at_direction direction, const char *text)
{
    struct mc_link *link = ctx;
    if (direction == MC_AT_RECEIVED)
        link->status->modem.answered_at_ms = mc_timerq_now_ms(link->queue);
    link->req.trace(link->ctx, direction, text);
}

static void on_line_owner(void *ctx, enum mc_line_owner owner)
{
    struct mc_link *link = ctx;
    static const enum mc_line_mode modes[] = {[MC_LINE_OWNER_AT] = MC_LINE_COMMAND,
                                              [MC_LINE_OWNER_DATA] = MC_LINE_DATA,
                                              [MC_LINE_OWNER_RAW] = MC_LINE_UNKNOWN};
    link->status->modem.line = modes[owner];
    link->req.data_mode(link->ctx, owner == MC_LINE_OWNER_DATA);
}

/* Switched off by `power off`, and here it is: the board's button was pressed. What was wanted before is wanted again.
 */
static void on_by_hand(struct mc_link *link)
{
    link->powered_off = false;
    if (link->want == WANT_POWER_OFF)
        link->want = link->want_before_off;
    mc_bringup_stop_before_dial(link->bringup, link->want != WANT_ONLINE || link->shutdown_done != NULL);
    mc_link_note(link, "the modem was switched on by hand");
}

/* The modem started anew by itself, or goes off: nothing that was set up holds any more. */
static void session_over(struct mc_link *link, enum mc_fault fault, const char *line)
{
    mc_facts_rebooted(mc_bringup_facts(link->bringup));
    link->found = link->rechecking = false;
    link->off = fault == MC_FAULT_MODEM_OFF;
    link->new_session = !link->off;
    mc_bringup_cancel(link->bringup);
    link->req.set_flow(link->ctx, MC_FLOW_NONE);
    link->req.set_baud(link->ctx, 115200);
    mc_link_failed(link, fault, line);
}

/* While the modem is looked for, or told to start anew, this is a part of it. */
static bool goes_off(const struct mc_link *link, const char *line)
{
    enum mc_step step = mc_bringup_step(link->bringup);
    return mc_at_is_power_down_urc(line) && step != MC_STEP_FIND && step != MC_STEP_RESET;
}

static void on_line_urc(void *ctx, const char *line)
{
    struct mc_link *link = ctx;
    bool reboot = mc_bringup_urc(link->bringup, line);
    if (!strncmp(line, "CONNECT", 7)) /* the late answer to a dial that was given up: it carries data now */
        link->found = false;
    mc_link_publish(link);
    if (reboot && link->powered_off)
        on_by_hand(link);
    bool command = link->doing == DOING_WALK || link->doing == DOING_REST || link->doing == DOING_WAIT;
    if (reboot && command && !link->powered_off)
        session_over(link, MC_FAULT_MODEM_REBOOTED, line);
    else if (command && !link->powered_off && !link->shutdown_done && goes_off(link, line))
        session_over(link, MC_FAULT_MODEM_OFF, line);
    else if (link->doing == DOING_WAIT || link->doing == DOING_REST)
        mc_link_news(link);
}

/* ---- walks ---- */

static void on_step(void *ctx, const struct mc_bringup_row *row)
{
    struct mc_link *link = ctx;
    struct mc_status *st = link->status;
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
        on_by_hand(link);
    if (row->step == MC_STEP_GREET)
        link->off = false;
    if (row->step == MC_STEP_GREET || row->step == MC_STEP_CHECK) {
        link->found = true;
        link->new_session = false;
    }
    if (row->step == MC_STEP_GREET && link->verb_pending && link->verb == MC_VERB_RESET)
        mc_link_verb_end(link, 0,
                         "The modem was reset: attach, PDP context and call were cut. It answers again after %d s.",
                         (int)((mc_timerq_now_ms(link->queue) - link->verb_at_ms) / 1000));
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
    mc_policy_pin_try(link->policy, iccid, link->settings->sim.pin);
    link->req.save(link->ctx);
    return MC_FAULT_NONE;
}

static void on_pin_result(void *ctx, const char *iccid, bool right)
{
    struct mc_link *link = ctx;
    if (right && mc_policy_pin_right(link->policy, iccid))
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

static void on_walk_done(void *ctx, const struct mc_bringup_result *result)
{
    struct mc_link *link = ctx;
    enum link_walk walk = link->walk;
    bool up = walk == WALK_UP;
    mc_link_publish(link);
    if (link->shutdown_done) { /* in command mode, or as near as it gets: that is all that was waited for */
        mc_timer_arm(&link->shutdown_timer, link->queue, 0);
        return;
    }
    if (result->fault != MC_FAULT_NONE) {
        bool off = link->off && result->fault == MC_FAULT_MODEM_SILENT; /* as it said */
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
        mc_link_failed(link, link->fault, link->status->fault_detail);
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
    int64_t patience_ms = link->new_session ? link->settings->modem.boot_time_ms : 0;
    mc_bringup_start(link->bringup, step, patience_ms);
}

/* At rest the modem can be asked at any time: so it is, quietly. */
static void on_sample(void *ctx)
{
    struct mc_link *link = ctx;
    if (link->doing != DOING_REST || !link->found || link->powered_off || mc_at_busy(mc_line_at(link->line)))
        return;
    link->quiet = true;
    link->held_state = MC_STATE_COUNT;
    mc_link_walk(link, WALK_SAMPLE, MC_STEP_SAMPLE);
}

/* What is off, and how it comes back. */
static const char *rest_text(const struct mc_link *link)
{
    if (link->powered_off)
        return strcmp(link->settings->modem.power, "none") != 0
                   ? "the modem is off: `power on` brings it back"
                   : "the modem is off: only the board's button or power brings it back";
    return link->want == WANT_RADIO_OFF ? "the radio is off: `radio on` or `connect` brings it back" : "";
}

void mc_link_rest(struct mc_link *link)
{
    mc_timer_disarm(&link->wait);
    link->doing = DOING_REST;
    link->status->step[0] = '\0';
    mc_link_clear_fault(link);
    mc_link_enter(link, MC_STATE_STOPPED);
    snprintf(link->status->next, sizeof(link->status->next), "%s", rest_text(link));
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

/* ---- life ---- */

void mc_link_start(struct mc_link *link, bool booting)
{
    link->started = true;
    link->jitter_due = booting;
    if (link->doing != DOING_NOTHING) /* a call was taken over */
        return;
    if (!*link->settings->pdp.apn)
        mc_link_failed(link, MC_FAULT_APN_MISSING, "APN= is empty");
    else if (link->present)
        mc_link_go_up(link);
    else
        mc_link_failed(link, MC_FAULT_NO_DEVICE, "nothing is plugged in that matches Device= and UsbID=");
}

static void on_shutdown(void *ctx)
{
    struct mc_link *link = ctx;
    void (*done)(void *) = link->shutdown_done;
    mc_link_drop_port(link);
    link->doing = DOING_NOTHING;
    if (done)
        done(link->shutdown_ctx);
}

void mc_link_shutdown(struct mc_link *link, void (*done)(void *ctx), void *ctx)
{
    link->shutdown_done = done;
    link->shutdown_ctx = ctx;
    mc_timer_disarm(&link->wait);
    mc_link_verb_end(link, -ECANCELED, "The daemon is stopping.");
    mc_timer_arm(&link->shutdown_timer, link->queue, link->doing == DOING_CALL ? 15000 : 0);
    if (link->doing == DOING_CALL)
        mc_link_end_call(link, MC_FAULT_NONE, "", false);
}

struct mc_link *mc_link_new(struct mc_timerq *queue, const struct mc_settings *settings, struct mc_status *status,
                            struct mc_bus *bus, const struct mc_link_requests *requests, void *ctx)
{
    static const struct mc_line_callbacks line_cb = {.write = on_line_write,
                                                     .data = on_line_data,
                                                     .urc = on_line_urc,
                                                     .trace = on_line_trace,
                                                     .owner = on_line_owner};
    static const struct mc_bringup_callbacks bringup_cb = {.step = on_step,
                                                           .note = on_note,
                                                           .set_baud = on_set_baud,
                                                           .set_flow = on_set_flow,
                                                           .pin_allowed = on_pin_allowed,
                                                           .pin_result = on_pin_result,
                                                           .attach_allowed = on_attach_allowed,
                                                           .dial_fault = on_dial_fault,
                                                           .dial_allowed = on_dial_allowed,
                                                           .done = on_walk_done};
    struct mc_link *link = calloc(1, sizeof(*link));
    if (!link)
        return NULL;
    link->queue = queue;
    link->settings = settings;
    link->status = status;
    link->bus = bus;
    link->req = *requests;
    link->ctx = ctx;
    mc_timer_init(&link->shutdown_timer, "link.shutdown", on_shutdown, link);
    mc_link_device_init(link);
    mc_timer_init(&link->sample, "link.sample", on_sample, link);
    mc_timer_init(&link->save_soon, "link.save", on_save_soon, link);
    mc_link_remedy_init(link);
    mc_link_call_init(link);
    mc_link_verbs_init(link);
    link->policy = mc_policy_new(settings, requests->random, ctx);
    link->line = mc_line_new(queue, &line_cb, link);
    if (link->line)
        link->bringup = mc_bringup_new(queue, link->line, settings, &bringup_cb, link);
    if (link->policy && link->bringup)
        return link;
    mc_link_free(link);
    return NULL;
}

void mc_link_free(struct mc_link *link)
{
    if (!link)
        return;
    struct mc_timer *timers[] = {&link->port_lost, &link->sample,         &link->wait,
                                 &link->good,      &link->stale,          &link->bounce,
                                 &link->verb_tell, &link->shutdown_timer, &link->save_soon};
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
        mc_timer_disarm(timers[i]);
    mc_bringup_free(link->bringup);
    mc_line_free(link->line);
    mc_policy_free(link->policy);
    free(link);
}

struct mc_policy *mc_link_policy(struct mc_link *link)
{
    return link->policy;
}

struct mc_facts *mc_link_facts(struct mc_link *link)
{
    return mc_bringup_facts(link->bringup);
}

const char *mc_link_waits_for(const struct mc_link *link)
{
    static const char *const words[] = {
        [DOING_NOTHING] = "the device", [DOING_WALK] = "the modem",     [DOING_CALL] = "pppd",
        [DOING_WAIT] = "the next try",  [DOING_BOARD] = "a board line", [DOING_REST] = "the operator",
    };
    return words[link->doing];
}
