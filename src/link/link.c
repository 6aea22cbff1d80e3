/* SPDX-License-Identifier: MIT */
/* The link's life: its line, beginning and end. One function changes the state: mc_link_enter(). */
#include "link_priv.h"
#include <errno.h>
#include <microcat/at/urcs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
void mc_link_by_hand(struct mc_link *link)
{
    link->powered_off = false;
    if (link->want == WANT_POWER_OFF)
        link->want = link->want_before_off;
    mc_bringup_stop_before_dial(link->bringup, link->want != WANT_ONLINE || link->shutdown_done != NULL);
    mc_link_note(link, "the modem was switched on by hand");
}

void mc_link_no_answers(struct mc_link *link, const char *why)
{
    mc_bringup_cancel(link->bringup); /* its own command is among those that end */
    mc_at_abandon(mc_line_at(link->line), why);
}

/* The modem started anew by itself, or goes off: nothing that was set up holds any more. */
static void session_over(struct mc_link *link, enum mc_fault fault, const char *line)
{
    mc_facts_rebooted(mc_bringup_facts(link->bringup));
    link->found = link->rechecking = false;
    link->off = fault == MC_FAULT_MODEM_OFF;
    link->new_session = !link->off;
    char why[160];
    snprintf(why, sizeof(why), "The modem %s (%.80s): no answer can come any more.",
             link->off ? "goes off" : "started anew", line);
    mc_link_no_answers(link, why);
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
        mc_link_by_hand(link);
    bool command = link->doing == DOING_WALK || link->doing == DOING_REST || link->doing == DOING_WAIT;
    if (reboot && command && !link->powered_off)
        session_over(link, MC_FAULT_MODEM_REBOOTED, line);
    else if (command && !link->powered_off && !link->shutdown_done && goes_off(link, line))
        session_over(link, MC_FAULT_MODEM_OFF, line);
    else if (link->doing == DOING_WAIT || link->doing == DOING_REST)
        mc_link_news(link);
}

/* ---- life ---- */

void mc_link_start(struct mc_link *link, bool booting)
{
    link->started = true;
    link->jitter_due = booting;
    if (link->doing != DOING_NOTHING) /* a call was taken over */
        return;
    if (link->present)
        mc_link_go_up(link);
    else if (!*link->settings->pdp.apn)
        mc_link_failed(link, MC_FAULT_APN_MISSING, "APN= is empty");
    else
        mc_link_no_device(link);
}

static void on_shutdown(void *ctx)
{
    struct mc_link *link = ctx;
    void (*done)(void *) = link->shutdown_done;
    mc_link_drop_port(link, "");
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
    mc_link_remedy_init(link);
    mc_link_call_init(link);
    mc_link_verbs_init(link);
    link->policy = mc_policy_new(settings, requests->random, ctx);
    link->line = mc_line_new(queue, &line_cb, link);
    if (link->line)
        link->bringup = mc_bringup_new(queue, link->line, settings, &mc_link_walk_callbacks, link);
    if (link->policy && link->bringup)
        return link;
    mc_link_free(link);
    return NULL;
}

void mc_link_free(struct mc_link *link)
{
    if (!link)
        return;
    struct mc_timer *timers[] = {&link->port_lost,      &link->sample,   &link->wait,   &link->good,
                                 &link->stale,          &link->settle,   &link->bounce, &link->verb_tell,
                                 &link->shutdown_timer, &link->save_soon};
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
