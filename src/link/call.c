/* SPDX-License-Identifier: MIT */
/* The PPP call: from CONNECT to the hang-up, and whether it carries anything. */
#include "link_priv.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

#define SETTLE_MS 1000  /* an address that goes is mostly pppd's end, which tells why: one change, with its reason */
#define BOUNCE_MS 30000 /* IPCP may bounce once just after it came up; longer without an address is a fault */

static void reset_ppp_status(struct mc_link *link)
{
    struct mc_status_ppp *ppp = &link->status->ppp;
    *ppp = (struct mc_status_ppp){.phase = MC_PPP_DEAD, .mtu = MC_UNKNOWN, .pid = -1};
    ppp->phase_at_ms = mc_timerq_now_ms(link->queue);
}

static void quiet_timers(struct mc_link *link)
{
    mc_timer_disarm(&link->good);
    mc_timer_disarm(&link->stale);
    mc_timer_disarm(&link->settle);
    mc_timer_disarm(&link->bounce);
}

static void begin_call(struct mc_link *link)
{
    link->doing = DOING_CALL;
    link->call = true;
    link->call_up = link->stopping = false;
    link->adopted_at_ms = link->up_at_ms = -1;
    link->call_fault = MC_FAULT_NONE;
    link->call_detail[0] = '\0';
    reset_ppp_status(link);
    mc_link_enter(link, MC_STATE_PPP);
}

void mc_link_adopt(struct mc_link *link, int32_t baud, enum mc_flow flow, int32_t stat, int64_t online_at_ms)
{
    struct mc_facts *facts = mc_link_facts(link);
    facts->baud = baud;
    facts->flow = flow;
    /* It carried a call: SIM and PDP context were as they have to be. */
    facts->prepared = true;
    facts->stat = stat;
    snprintf(facts->cpin, sizeof(facts->cpin), "READY");
    facts->context_known = true;
    facts->context = (struct mc_at_cgdcont){.cid = (int32_t)link->settings->pdp.cid};
    snprintf(facts->context.type, sizeof(facts->context.type), "%s", mc_pdp_type_text(link->settings->pdp.type));
    snprintf(facts->context.apn, sizeof(facts->context.apn), "%s", link->settings->pdp.apn);
    link->present = link->open = link->found = true;
    link->new_session = link->jitter_due = false;
    mc_timer_disarm(&link->wait); /* for a device, if we waited already */
    mc_link_clear_fault(link);
    mc_line_data(link->line, false);
    begin_call(link);
    link->adopted_at_ms = online_at_ms;
    mc_link_publish(link);
}

void mc_link_start_call(struct mc_link *link)
{
    char detail[160] = "";
    begin_call(link);
    link->status->counters.calls++;
    enum mc_fault fault = link->req.call(link->ctx, detail, sizeof(detail));
    if (fault != MC_FAULT_NONE) {
        link->call_fault = fault;
        snprintf(link->call_detail, sizeof(link->call_detail), "%s", detail);
        mc_link_call_exit(link, fault, detail);
        return;
    }
    mc_link_publish(link);
}

/* Why the call ends, as soon as it is known: the fault is taken up (mc_link_failed) when the line is ours again. */
static void name_fault(struct mc_link *link)
{
    struct mc_status *st = link->status;
    if (link->fault != link->call_fault || link->call_fault == MC_FAULT_NONE)
        st->fault_at_ms = link->call_fault != MC_FAULT_NONE ? mc_timerq_now_ms(link->queue) : -1;
    link->fault = st->fault = link->call_fault;
    snprintf(st->fault_detail, sizeof(st->fault_detail), "%s", link->call_detail);
}

void mc_link_end_call(struct mc_link *link, enum mc_fault fault, const char *detail, bool kill)
{
    if (!link->call)
        return;
    if (!link->stopping && link->call_fault == MC_FAULT_NONE) {
        link->call_fault = fault;
        snprintf(link->call_detail, sizeof(link->call_detail), "%s", detail);
    }
    if (link->stopping && !kill)
        return;
    link->stopping = true;
    quiet_timers(link);
    name_fault(link);
    mc_link_enter(link, MC_STATE_HANGUP);
    if (kill)
        link->req.call_kill(link->ctx);
    else
        link->req.call_stop(link->ctx);
}

/* The device is gone under the call: pppd is killed and its end no longer waited for. */
void mc_link_call_lost(struct mc_link *link)
{
    if (!link->call)
        return;
    quiet_timers(link);
    link->req.network(link->ctx, false);
    link->req.call_kill(link->ctx);
    link->call = link->call_up = link->stopping = false;
    reset_ppp_status(link);
}

void mc_link_call_phase(struct mc_link *link, enum mc_ppp_phase phase)
{
    if (!link->call)
        return;
    link->status->ppp.phase = phase;
    link->status->ppp.phase_at_ms = mc_timerq_now_ms(link->queue);
    mc_bus_touch(link->bus);
}

/* ---- up ---- */

void mc_link_call_up(struct mc_link *link)
{
    if (!link->call || link->stopping || link->status->state == MC_STATE_HANGUP)
        return;
    mc_timer_disarm(&link->settle);
    mc_timer_disarm(&link->bounce);
    link->req.network(link->ctx, true);
    mc_link_publish(link);
    if (link->call_up)
        return;
    link->call_up = true;
    link->by_person = false;
    mc_link_clear_fault(link);
    mc_link_enter(link, MC_STATE_ONLINE);
    if (link->adopted_at_ms >= 0 && link->adopted_at_ms <= link->status->state_at_ms)
        link->status->state_at_ms = link->adopted_at_ms;
    link->adopted_at_ms = -1;
    if (link->up_at_ms < 0)
        link->up_at_ms = link->status->state_at_ms;
    mc_link_watch(link);
    mc_timer_arm(&link->good, link->queue, link->settings->recovery.good_after_ms);
    mc_link_verb_end(link, 0, "Online: %s on %s.", link->status->ppp.local, link->status->ppp.interface);
    if (link->compare_anew) /* they changed on the way up */
        mc_link_end_call(link, MC_FAULT_NONE, "", false);
}

void mc_link_call_down(struct mc_link *link)
{
    if (!link->call || !link->call_up)
        return;
    link->call_up = false;
    quiet_timers(link);
    link->req.network(link->ctx, false);
    if (link->stopping)
        return;
    mc_timer_arm(&link->settle, link->queue, SETTLE_MS);
    mc_timer_arm(&link->bounce, link->queue, BOUNCE_MS);
}

/* pppd goes on without an address: it negotiates anew, or takes its leave of the network. */
static void on_settle(void *ctx)
{
    struct mc_link *link = ctx;
    mc_link_enter(link, link->status->ppp.phase == MC_PPP_TERMINATE ? MC_STATE_HANGUP : MC_STATE_PPP);
    mc_link_publish(link);
}

static void on_bounce(void *ctx)
{
    mc_link_end_call(ctx, MC_FAULT_PPP_NO_ADDRESS, "the address went away and did not come back", false);
}

static void on_good(void *ctx)
{
    struct mc_link *link = ctx;
    mc_policy_good(link->policy);
    link->req.save(link->ctx);
}

/* ---- the end ---- */

void mc_link_call_sign(struct mc_link *link, enum mc_call_sign sign, const char *text)
{
    static const enum mc_fault faults[] = {[MC_CALL_NO_CARRIER] = MC_FAULT_NO_CARRIER,
                                           [MC_CALL_DISCONNECTED] = MC_FAULT_PDP_DISCONNECTED,
                                           [MC_CALL_REBOOTED] = MC_FAULT_MODEM_REBOOTED,
                                           [MC_CALL_OFF] = MC_FAULT_MODEM_OFF};
    if (!link->call)
        return;
    if (sign == MC_CALL_REBOOTED || sign == MC_CALL_OFF) {
        mc_facts_rebooted(mc_link_facts(link));
        link->found = false;
        link->off = sign == MC_CALL_OFF;
        link->new_session = !link->off;
    }
    mc_bringup_call_ended(link->bringup);
    mc_link_end_call(link, faults[sign], text, true); /* nobody is left who would hear an LCP terminate */
}

static enum mc_step hangup_step(const struct mc_link *link)
{
    return link->call_fault == MC_FAULT_NO_CARRIER || link->call_fault == MC_FAULT_PDP_DISCONNECTED
               ? MC_STEP_HANGUP_ASK
               : MC_STEP_HANGUP_WAIT;
}

/* The modem, the network or this host ended a call that worked. One that fell silent did not. */
static bool ended_after_work(const struct mc_link *link)
{
    static const enum mc_fault ends[] = {MC_FAULT_NO_CARRIER, MC_FAULT_PDP_DISCONNECTED, MC_FAULT_PPP_TERMINATED,
                                         MC_FAULT_PPPD_DIED, MC_FAULT_PPPD_FAILED};
    if (link->up_at_ms < 0 || mc_timerq_now_ms(link->queue) - link->up_at_ms < MC_POLICY_CARRIED_MS)
        return false;
    for (size_t i = 0; i < MC_LENGTH_OF(ends); i++)
        if (link->call_fault == ends[i])
            return true;
    return false;
}

void mc_link_call_exit(struct mc_link *link, enum mc_fault fault, const char *detail)
{
    if (!link->call)
        return;
    bool asked = link->stopping;
    quiet_timers(link);
    if (link->call_up)
        link->req.network(link->ctx, false);
    link->call = link->call_up = link->stopping = false;
    reset_ppp_status(link);
    if (!asked && link->call_fault == MC_FAULT_NONE) {
        link->call_fault = fault != MC_FAULT_NONE ? fault : MC_FAULT_PPPD_DIED;
        snprintf(link->call_detail, sizeof(link->call_detail), "%s", detail);
    }
    if (ended_after_work(link))
        mc_policy_carried(link->policy);
    name_fault(link);
    mc_link_enter(link, MC_STATE_HANGUP);
    if (link->call_fault == MC_FAULT_MODEM_REBOOTED || link->call_fault == MC_FAULT_MODEM_OFF) {
        mc_line_command(link->line);
        link->req.set_flow(link->ctx, MC_FLOW_NONE);
        link->req.set_baud(link->ctx, 115200);
        mc_link_failed(link, link->call_fault, link->call_detail);
        return;
    }
    /* The walk takes the line back; what the modem still says (+PPPD: DISCONNECTED) comes as a URC. */
    mc_line_command(link->line);
    mc_link_walk(link, WALK_HANGUP, hangup_step(link));
}

size_t mc_link_from_call(struct mc_link *link, const uint8_t *data, size_t len)
{
    if (!link->call)
        return len;
    int r = mc_line_send_data(link->line, data, len);
    if (r == -EPERM || r == -ENODEV) /* the call is over or the port gone: nobody wants these */
        return len;
    return r < 0 ? 0 : len;
}

void mc_link_call_init(struct mc_link *link)
{
    mc_timer_init(&link->good, "link.good", on_good, link);
    mc_link_watch_init(link);
    mc_timer_init(&link->settle, "link.settle", on_settle, link);
    mc_timer_init(&link->bounce, "link.bounce", on_bounce, link);
    reset_ppp_status(link);
}
