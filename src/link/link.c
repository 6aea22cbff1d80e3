/* SPDX-License-Identifier: MIT */
/* The link's life: beginning, end, and what the modem says by itself. */
#include "link_priv.h"
#include <errno.h>
#include <microcat/at/urcs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAVE_MS 5000 /* the multiplexer is left, and AT proves it */

bool mc_link_wants_online(const struct mc_link *link)
{
    return mc_wish_state(link->wish) == MC_WISH_ONLINE;
}

bool mc_link_powered_off(const struct mc_link *link)
{
    return mc_wish_state(link->wish) == MC_WISH_OFF;
}

/* ---- what the modem says by itself ---- */

/* Switched off by `power off`, and here it is: the board's button was pressed. What was wanted before is wanted again.
 */
void mc_link_by_hand(struct mc_link *link)
{
    mc_wish_event(link->wish, MC_WISH_CAME_BACK);
    mc_session_stop_before_dial(link->session, !mc_link_wants_online(link) || link->life == LIFE_STOPPING);
    mc_link_note(link, "the modem was switched on by hand");
}

/* The modem started anew by itself, or goes off: nothing that was set up holds any more. */
static void session_over(struct mc_link *link, enum mc_fault fault, const char *line)
{
    bool off = fault == MC_FAULT_MODEM_OFF;
    char why[160];
    mc_session_event(link->session, off ? MC_SESSION_WENT_OFF : MC_SESSION_REBOOTED);
    link->remedy.rechecking = false;
    snprintf(why, sizeof(why), "The modem %s (%.80s): no answer can come any more.", off ? "goes off" : "started anew",
             line);
    mc_session_no_answers(link->session, why);
    mc_session_defaults(link->session);
    mc_link_failed(link, fault, line);
}

/* While the modem is looked for, or told to start anew, this is a part of it. */
static bool goes_off(const struct mc_link *link, const char *line)
{
    enum mc_step step = mc_session_step(link->session);
    return mc_at_is_power_down_urc(line) && step != MC_STEP_FIND && step != MC_STEP_RESET && step != MC_STEP_RESET_WAIT;
}

/* The AT channel is there while a call carries. What it says of the call counts only where it cannot mean another: NO
 * CARRIER may be about anything. And a registration that is lost while data still flows is told, and nothing else. */
static void urc_amid_call(struct mc_link *link, const char *line, bool reboot)
{
    bool registered = mc_facts_registered(mc_session_facts(link->session));
    if (link->context.registered && !registered)
        mc_link_note(link, "the registration is lost (%.60s); the call stands, and is left alone", line);
    else if (!link->context.registered && registered)
        mc_link_note(link, "registered again (%.60s)", line);
    link->context.registered = registered;
    if (reboot || mc_at_is_power_down_urc(line))
        mc_link_call_sign(link, reboot ? MC_CALL_REBOOTED : MC_CALL_OFF, line);
    else if (!strncmp(line, "+PPPD: DISCONNECTED", 19))
        mc_link_call_sign(link, MC_CALL_DISCONNECTED, line);
}

/* Three times in a day: the modem is used without it. Until its firmware changes, where that is what fails; where it
 * may be chance, until the first of them is a day old. */
void mc_link_mux_failed(void *ctx, const char *why)
{
    struct mc_link *link = ctx;
    int64_t now_ms = mc_timerq_now_ms(link->queue);
    bool silent = !strcmp(why, "silent");
    if (!strcmp(why, MC_MUX_UNSTEADY)) {
        if (mc_policy_mux_unsteady(link->policy, now_ms))
            mc_link_note(link,
                         "the multiplexer was unsteady three times in a day: the line is plain for a day, or until "
                         "Multiplex=yes");
    } else if (mc_policy_mux_lost(link->policy, now_ms)) {
        mc_session_mux_distrust(link->session, why);
        mc_link_note(link,
                     "the multiplexer %s three times in a day: the line is plain until the modem's firmware "
                     "changes, or Multiplex=yes",
                     silent ? "fell silent" : "failed");
    }
    link->req.save(link->ctx);
}

void mc_link_mux_lost(void *ctx, bool left, const char *why)
{
    struct mc_link *link = ctx;
    enum mc_fault fault = left ? MC_FAULT_MUX_LEFT : MC_FAULT_MUX_SILENT;
    mc_session_no_answers(link->session, why);
    mc_link_mux_failed(link, left ? MC_MUX_UNSTEADY : "silent");
    if (mc_datacall_alive(link->call))
        mc_datacall_end(link->call, fault, why, true);
    else
        mc_link_failed(link, fault, why);
}

void mc_link_urc(void *ctx, const char *line, bool reboot)
{
    struct mc_link *link = ctx;
    mc_link_publish(link);
    if (mc_datacall_alive(link->call)) {
        urc_amid_call(link, line, reboot);
        return;
    }
    if (reboot && mc_link_powered_off(link))
        mc_link_by_hand(link);
    bool command = mc_session_use(link->session) != MC_USE_BOARD;
    bool powered_off = mc_link_powered_off(link);
    if (reboot && command && !powered_off)
        session_over(link, MC_FAULT_MODEM_REBOOTED, line);
    else if (command && !powered_off && link->life != LIFE_STOPPING && goes_off(link, line))
        session_over(link, MC_FAULT_MODEM_OFF, line);
    else if (link->pause != PAUSE_NONE)
        mc_link_news(link, line);
}

/* ---- life ---- */

void mc_link_start(struct mc_link *link, bool booting)
{
    link->life = LIFE_STARTED;
    link->jitter_due = booting;
    if (mc_datacall_alive(link->call)) /* one was taken over */
        return;
    if (mc_session_present(link->session))
        mc_link_go_up(link);
    else if (!*link->settings->pdp.apn)
        mc_link_failed(link, MC_FAULT_APN_MISSING, "APN= is empty");
    else
        mc_link_no_device(link);
}

static void on_shutdown(void *ctx)
{
    struct mc_link *link = ctx;
    mc_link_drop_port(link, MC_SESSION_CLOSED, "");
    if (link->shutdown_done)
        link->shutdown_done(link->shutdown_ctx);
}

void mc_link_shutdown(struct mc_link *link, void (*done)(void *ctx), void *ctx)
{
    bool call = mc_datacall_alive(link->call);
    link->life = LIFE_STOPPING;
    link->shutdown_done = done;
    link->shutdown_ctx = ctx;
    mc_timer_disarm(&link->wait);
    mc_link_lease_end(link, -ECANCELED, "The daemon is stopping.");
    mc_wish_end(link->wish, -ECANCELED, "The daemon is stopping.");
    mc_timer_arm(&link->shutdown_timer, link->queue, call ? 15000 : 0);
    if (call) {
        mc_datacall_end(link->call, MC_FAULT_NONE, "", false);
    } else if (mc_session_muxed(link->session)) {
        mc_timer_arm(&link->shutdown_timer, link->queue, LEAVE_MS);
        link->look.quiet = true; /* nothing of the link's changes by it */
        link->remedy.held_state = MC_STATE_COUNT;
        mc_link_walk(link, MC_USE_HANGUP, MC_STEP_MUX_LEAVE);
    }
}

unsigned mc_link_mux_n1(const struct mc_link *link)
{
    return mc_line_mux_n1(mc_session_line(link->session));
}

void mc_link_drained(struct mc_link *link)
{
    mc_line_drained(mc_session_line(link->session));
}

void mc_link_call_resume(struct mc_link *link)
{
    mc_line_resume_data(mc_session_line(link->session));
}

static void on_data_closed(void *ctx)
{
    mc_link_call_sign(ctx, MC_CALL_NO_CARRIER, "the modem closed the data channel");
}

static size_t on_data(void *ctx, const uint8_t *data, size_t len)
{
    struct mc_link *link = ctx;
    return mc_datacall_alive(link->call) ? link->req.to_call(link->ctx, data, len) : len;
}

static bool make_machines(struct mc_link *link)
{
    const struct mc_session_host session_host = {.walk = mc_link_walk_callbacks,
                                                 .done = mc_link_walk_done,
                                                 .urc = mc_link_urc,
                                                 .data = on_data,
                                                 .data_closed = on_data_closed,
                                                 .mux_lost = mc_link_mux_lost,
                                                 .sample = mc_link_sample,
                                                 .worked = mc_link_worked};
    link->policy = mc_policy_new(link->settings, link->req.random, link->ctx);
    link->wish = mc_wish_new(link->queue);
    if (!link->policy || !link->wish)
        return false;
    link->session =
        mc_session_new(link->queue, link->settings, link->status, &link->req, link->ctx, &session_host, link);
    link->call = mc_datacall_new(link->queue, link->settings, link->status, link->policy, &link->req, link->ctx,
                                 &mc_link_call_host, link);
    return link->session && link->call;
}

struct mc_link *mc_link_new(struct mc_timerq *queue, const struct mc_settings *settings, struct mc_status *status,
                            struct mc_bus *bus, const struct mc_link_requests *requests, void *ctx)
{
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
    mc_link_walk_init(link);
    mc_link_lease_init(link);
    mc_link_remedy_init(link);
    if (make_machines(link))
        return link;
    mc_link_free(link);
    return NULL;
}

void mc_link_free(struct mc_link *link)
{
    if (!link)
        return;
    struct mc_timer *timers[] = {&link->port_lost, &link->wait, &link->down, &link->shutdown_timer, &link->save_soon};
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
        mc_timer_disarm(timers[i]);
    mc_link_lease_done(link);
    mc_datacall_free(link->call);
    mc_session_free(link->session);
    mc_wish_free(link->wish);
    mc_policy_free(link->policy);
    free(link);
}

struct mc_policy *mc_link_policy(struct mc_link *link)
{
    return link->policy;
}

struct mc_facts *mc_link_facts(struct mc_link *link)
{
    return mc_session_facts(link->session);
}

size_t mc_link_bytes(struct mc_link *link, const uint8_t *data, size_t len)
{
    return mc_session_bytes(link->session, data, len);
}

const char *mc_link_waits_for(const struct mc_link *link)
{
    if (mc_datacall_alive(link->call))
        return "pppd";
    switch (mc_session_use(link->session)) {
    case MC_USE_BOARD:
        return "a board line";
    case MC_USE_NONE:
        return link->pause == PAUSE_WAIT ? "the next try" : link->pause >= PAUSE_REST ? "the operator" : "the device";
    default:
        return "the modem";
    }
}
