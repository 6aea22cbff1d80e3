/* SPDX-License-Identifier: MIT */
#include "call.h"
#include "watch.h"
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <stdlib.h>

#define SETTLE_MS 1000  /* an address that goes is mostly pppd's end, which tells why: one change, with its reason */
#define BOUNCE_MS 30000 /* IPCP may bounce once just after it came up; longer without an address is a fault */

/* Why it ends: the first reason is the cause. */
struct reason {
    enum mc_fault fault; /* NONE: pppd's own word counts, or nothing is wrong */
    char detail[160];
};

struct mc_datacall {
    struct mc_machine machine;
    struct mc_timerq *queue;
    const struct mc_settings *settings;
    struct mc_status *status;
    struct mc_link_requests req;
    struct mc_datacall_host host;
    void *ctx, *req_ctx;
    struct mc_watch *watch;
    struct reason why;
    struct reason said;    /* with the event under way */
    int64_t up_at_ms;      /* since when it has carried; -1 not yet */
    int64_t adopted_at_ms; /* since when a call that was taken over is online; -1 not taken over */
    struct mc_timer good, settle, bounce;
    bool routed; /* the network was given to it */
};

static void reset_ppp_status(struct mc_datacall *call)
{
    struct mc_status_ppp *ppp = &call->status->ppp;
    *ppp = (struct mc_status_ppp){.phase = MC_PPP_DEAD, .mtu = MC_UNKNOWN, .pid = -1};
    ppp->phase_at_ms = mc_timerq_now_ms(call->queue);
}

static void quiet_timers(struct mc_datacall *call)
{
    mc_timer_disarm(&call->good);
    mc_watch_stop(call->watch);
    mc_timer_disarm(&call->settle);
    mc_timer_disarm(&call->bounce);
}

static void route(struct mc_datacall *call, bool up)
{
    call->routed = up;
    call->req.network(call->req_ctx, up);
}

/* The modem, the network or this host ended a call that worked. One that fell silent did not. */
static bool ended_after_work(const struct mc_datacall *call)
{
    static const enum mc_fault ends[] = {MC_FAULT_NO_CARRIER, MC_FAULT_PDP_DISCONNECTED, MC_FAULT_PPP_TERMINATED,
                                         MC_FAULT_PPPD_DIED, MC_FAULT_PPPD_FAILED};
    if (call->up_at_ms < 0 || mc_timerq_now_ms(call->queue) - call->up_at_ms < MC_POLICY_CARRIED_MS)
        return false;
    for (size_t i = 0; i < MC_LENGTH_OF(ends); i++)
        if (call->why.fault == ends[i])
            return true;
    return false;
}

/* ---- the actions ---- */

static void begin(void *owner)
{
    struct mc_datacall *call = owner;
    call->up_at_ms = -1;
    call->why = (struct reason){.fault = MC_FAULT_NONE};
    reset_ppp_status(call);
    call->host.began(call->ctx);
}

static void came_up(void *owner)
{
    struct mc_datacall *call = owner;
    int64_t now_ms = mc_timerq_now_ms(call->queue), since_ms = call->adopted_at_ms;
    mc_timer_disarm(&call->settle);
    mc_timer_disarm(&call->bounce);
    route(call, true);
    call->host.changed(call->ctx);
    call->adopted_at_ms = -1;
    if (call->up_at_ms < 0)
        call->up_at_ms = since_ms >= 0 && since_ms <= now_ms ? since_ms : now_ms;
    mc_watch_start(call->watch);
    mc_timer_arm(&call->good, call->queue, call->settings->recovery.good_after_ms);
    call->host.online(call->ctx, since_ms);
}

static void still_up(void *owner)
{
    struct mc_datacall *call = owner;
    route(call, true);
    call->host.changed(call->ctx);
}

static void went_down(void *owner)
{
    struct mc_datacall *call = owner;
    quiet_timers(call);
    route(call, false);
    mc_timer_arm(&call->settle, call->queue, SETTLE_MS);
    mc_timer_arm(&call->bounce, call->queue, BOUNCE_MS);
}

static void down_at_the_end(void *owner)
{
    struct mc_datacall *call = owner;
    if (call->routed)
        route(call, false);
}

static bool leaves(const void *owner)
{
    const struct mc_datacall *call = owner;
    return call->status->ppp.phase == MC_PPP_TERMINATE;
}

static void bounced(void *owner)
{
    struct mc_datacall *call = owner;
    call->host.bounced(call->ctx, call->machine.state == MC_DATACALL_LEAVING);
}

static void tell_ending(struct mc_datacall *call)
{
    quiet_timers(call);
    call->host.ending(call->ctx, call->why.fault, call->why.detail);
}

static void stop(void *owner)
{
    struct mc_datacall *call = owner;
    call->why = call->said;
    tell_ending(call);
    call->req.call_stop(call->req_ctx);
}

static void kill_it(void *owner)
{
    struct mc_datacall *call = owner;
    call->why = call->said;
    tell_ending(call);
    call->req.call_kill(call->req_ctx);
}

static void kill_at_last(void *owner)
{
    struct mc_datacall *call = owner;
    tell_ending(call);
    call->req.call_kill(call->req_ctx);
}

static void finish(struct mc_datacall *call)
{
    quiet_timers(call);
    if (call->routed)
        route(call, false);
    reset_ppp_status(call);
    call->host.ended(call->ctx, call->why.fault, call->why.detail, ended_after_work(call));
}

static void exited(void *owner)
{
    struct mc_datacall *call = owner;
    call->why = call->said;
    if (call->why.fault == MC_FAULT_NONE)
        call->why.fault = MC_FAULT_PPPD_DIED;
    finish(call);
}

static void exited_as_told(void *owner)
{
    finish(owner);
}

static void lose(void *owner)
{
    struct mc_datacall *call = owner;
    quiet_timers(call);
    route(call, false);
    call->req.call_kill(call->req_ctx);
    reset_ppp_status(call);
}

/* ---- the table ---- */

static const char *const state_names[] = {
    [MC_DATACALL_NONE] = "none",         [MC_DATACALL_NEGOTIATING] = "negotiating", [MC_DATACALL_UP] = "up",
    [MC_DATACALL_BOUNCING] = "bouncing", [MC_DATACALL_LEAVING] = "leaving",         [MC_DATACALL_ENDING] = "ending",
};
static const char *const event_names[] = {
    [MC_DATACALL_STARTED] = "started", [MC_DATACALL_ADDRESS] = "address", [MC_DATACALL_NO_ADDRESS] = "no-address",
    [MC_DATACALL_SETTLED] = "settled", [MC_DATACALL_STOP] = "stop",       [MC_DATACALL_KILL] = "kill",
    [MC_DATACALL_EXITED] = "exited",   [MC_DATACALL_LOST] = "lost",
};
static const struct mc_strtab states = MC_STRTAB(state_names), events = MC_STRTAB(event_names);

#define S(state)  MC_MACHINE_BIT(MC_DATACALL_##state)
#define IS(state) MC_DATACALL_##state
#define ON(event) MC_DATACALL_##event
#define SAME      MC_MACHINE_SAME
#define AT_WORK   (MC_DATACALL_ALIVE & ~S(ENDING))

/* clang-format off */
static const struct mc_machine_row rows[] = {
    {S(NONE),                    ON(STARTED),    NULL,   begin,           IS(NEGOTIATING)},
    {S(NEGOTIATING) | S(BOUNCING), ON(ADDRESS),  NULL,   came_up,         IS(UP)},
    {S(UP),                      ON(ADDRESS),    NULL,   still_up,        SAME}, /* another one, IPv6 or renewed */
    {S(LEAVING) | S(ENDING),     ON(ADDRESS),    NULL,   NULL,            SAME}, /* too late */
    {S(UP),                      ON(NO_ADDRESS), NULL,   went_down,       IS(BOUNCING)},
    {S(ENDING),                  ON(NO_ADDRESS), NULL,   down_at_the_end, SAME},
    {AT_WORK,                    ON(NO_ADDRESS), NULL,   NULL,            SAME}, /* there was none */
    {S(BOUNCING),                ON(SETTLED),    leaves, bounced,         IS(LEAVING)},
    {S(BOUNCING),                ON(SETTLED),    NULL,   bounced,         SAME},
    {AT_WORK,                    ON(STOP),       NULL,   stop,            IS(ENDING)},
    {AT_WORK,                    ON(KILL),       NULL,   kill_it,         IS(ENDING)},
    {S(ENDING),                  ON(STOP),       NULL,   NULL,            SAME}, /* it ends already, for the first reason */
    {S(ENDING),                  ON(KILL),       NULL,   kill_at_last,    SAME},
    {AT_WORK,                    ON(EXITED),     NULL,   exited,          IS(NONE)},
    {S(ENDING),                  ON(EXITED),     NULL,   exited_as_told,  IS(NONE)},
    {MC_DATACALL_ALIVE,              ON(LOST),       NULL,   lose,            IS(NONE)},
};
/* clang-format on */
const struct mc_machine_table mc_datacall_table = {"call", &states, &events, rows, MC_LENGTH_OF(rows)};

bool mc_datacall_in(const struct mc_datacall *call, unsigned in)
{
    return mc_machine_in(&call->machine, in);
}

bool mc_datacall_alive(const struct mc_datacall *call)
{
    return mc_datacall_in(call, MC_DATACALL_ALIVE);
}

/* ---- events ---- */

/* pppd and the plugin may still talk of a call that is lost already: nobody wants to hear it. */
static void event_if_alive(struct mc_datacall *call, enum mc_datacall_event event)
{
    if (mc_datacall_alive(call))
        mc_machine_event(&call->machine, event);
}

static void say(struct mc_datacall *call, enum mc_fault fault, const char *detail)
{
    call->said.fault = fault;
    snprintf(call->said.detail, sizeof(call->said.detail), "%s", detail);
}

void mc_datacall_adopt(struct mc_datacall *call, int64_t online_at_ms)
{
    if (mc_machine_event(&call->machine, MC_DATACALL_STARTED))
        call->adopted_at_ms = online_at_ms;
}

void mc_datacall_start(struct mc_datacall *call)
{
    char detail[160] = "";
    if (!mc_machine_event(&call->machine, MC_DATACALL_STARTED))
        return;
    call->adopted_at_ms = -1;
    call->status->counters.calls++;
    enum mc_fault fault = call->req.call(call->req_ctx, detail, sizeof(detail));
    if (fault != MC_FAULT_NONE)
        mc_datacall_exited(call, fault, detail);
    else
        call->host.changed(call->ctx);
}

void mc_datacall_end(struct mc_datacall *call, enum mc_fault fault, const char *detail, bool kill)
{
    say(call, fault, detail);
    event_if_alive(call, kill ? MC_DATACALL_KILL : MC_DATACALL_STOP);
}

void mc_datacall_lost(struct mc_datacall *call)
{
    event_if_alive(call, MC_DATACALL_LOST);
}

void mc_datacall_phase(struct mc_datacall *call, enum mc_ppp_phase phase)
{
    if (!mc_datacall_alive(call))
        return;
    call->status->ppp.phase = phase;
    call->status->ppp.phase_at_ms = mc_timerq_now_ms(call->queue);
}

void mc_datacall_up(struct mc_datacall *call)
{
    event_if_alive(call, MC_DATACALL_ADDRESS);
}

void mc_datacall_down(struct mc_datacall *call)
{
    event_if_alive(call, MC_DATACALL_NO_ADDRESS);
}

void mc_datacall_exited(struct mc_datacall *call, enum mc_fault fault, const char *detail)
{
    say(call, fault, detail);
    event_if_alive(call, MC_DATACALL_EXITED);
}

void mc_datacall_probed(struct mc_datacall *call, enum mc_link_probe result)
{
    if (call->machine.state == MC_DATACALL_UP)
        mc_watch_probed(call->watch, result);
}

/* pppd goes on without an address: it negotiates anew, or takes its leave of the network. */
static void on_settle(void *ctx)
{
    struct mc_datacall *call = ctx;
    mc_machine_event(&call->machine, MC_DATACALL_SETTLED);
}

static void on_bounce(void *ctx)
{
    mc_datacall_end(ctx, MC_FAULT_PPP_NO_ADDRESS, "the address went away and did not come back", false);
}

static void on_good(void *ctx)
{
    struct mc_datacall *call = ctx;
    call->host.good(call->ctx);
}

static void on_stale(void *ctx, const char *detail)
{
    mc_datacall_end(ctx, MC_FAULT_LINK_STALE, detail, false);
}

static void on_note(void *ctx, const char *text)
{
    struct mc_datacall *call = ctx;
    call->host.note(call->ctx, text);
}

static const char *on_iccid(void *ctx)
{
    struct mc_datacall *call = ctx;
    return call->host.iccid(call->ctx);
}

/* ---- life ---- */

struct mc_datacall *mc_datacall_new(struct mc_timerq *queue, const struct mc_settings *settings,
                                    struct mc_status *status, struct mc_policy *policy,
                                    const struct mc_link_requests *requests, void *req_ctx,
                                    const struct mc_datacall_host *host, void *ctx)
{
    static const struct mc_watch_host watch_host = {.stale = on_stale, .note = on_note, .iccid = on_iccid};
    struct mc_datacall *call = calloc(1, sizeof(*call));
    if (!call)
        return NULL;
    mc_machine_init(&call->machine, &mc_datacall_table, MC_DATACALL_NONE, call);
    call->queue = queue;
    call->settings = settings;
    call->status = status;
    call->req = *requests;
    call->host = *host;
    call->ctx = ctx;
    call->req_ctx = req_ctx;
    mc_timer_init(&call->good, "call.good", on_good, call);
    mc_timer_init(&call->settle, "call.settle", on_settle, call);
    mc_timer_init(&call->bounce, "call.bounce", on_bounce, call);
    reset_ppp_status(call);
    call->watch = mc_watch_new(queue, settings, status, policy, requests, req_ctx, &watch_host, call);
    if (call->watch)
        return call;
    free(call);
    return NULL;
}

void mc_datacall_free(struct mc_datacall *call)
{
    if (!call)
        return;
    quiet_timers(call);
    mc_watch_free(call->watch);
    free(call);
}
