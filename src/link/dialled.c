/* SPDX-License-Identifier: MIT */
/* The link's side of the PPP call: what its coming, carrying and ending mean for everything else. */
#include "link_priv.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void on_began(void *ctx)
{
    struct mc_link *link = ctx;
    link->pause = PAUSE_NONE;
    link->refused[0] = '\0';
    mc_link_enter(link, MC_STATE_PPP);
    mc_context_begin(&link->context, mc_timerq_now_ms(link->queue));
    if (mc_session_muxed(link->session)) /* while PPP negotiates, the AT channel has nothing else to do */
        mc_link_sample_again(link, true);
    else if (link->settings->modem.escape_interval_ms > 0)
        mc_session_sample_in(link->session, link->settings->modem.escape_interval_ms);
}

void mc_link_sampled(struct mc_link *link)
{
    const struct mc_facts *f = mc_session_facts(link->session);
    int64_t now_ms = mc_timerq_now_ms(link->queue);
    uint64_t rx = 0, tx = 0;
    if (f->context_active_at_ms < 0 || f->context_active_at_ms == link->context.told_at_ms ||
        !mc_datacall_in(link->call, MC_MACHINE_BIT(MC_DATACALL_UP)))
        return;
    link->context.told_at_ms = f->context_active_at_ms;
    link->req.traffic(link->ctx, &rx, &tx);
    enum mc_context_word word = mc_context_told(&link->context, f->context_active, rx, now_ms);
    if (word == MC_CONTEXT_ASK) {
        mc_session_wonder(link->session);
        mc_session_sample_in(link->session, MC_CONTEXT_AGAIN_MS);
    } else if (word == MC_CONTEXT_DEAD)
        mc_datacall_end(link->call, MC_FAULT_LINK_STALE,
                        "the modem says that the PDP context is not active any more (AT+CGACT?), PPP still up", false);
}

/* An application sends and hears nothing: the modem is asked, where it can be. */
static void ask_witness(struct mc_link *link)
{
    int64_t now_ms = mc_timerq_now_ms(link->queue);
    uint64_t rx = 0, tx = 0;
    if (!mc_context_due(&link->context, now_ms) || !mc_session_muxed(link->session) ||
        !mc_datacall_in(link->call, MC_MACHINE_BIT(MC_DATACALL_UP)))
        return;
    link->req.traffic(link->ctx, &rx, &tx);
    if (!mc_context_sent(&link->context, rx, tx, now_ms))
        return;
    mc_session_wonder(link->session);
    mc_session_sample_in(link->session, 0);
}

static void on_changed(void *ctx)
{
    mc_link_publish(ctx);
}

static void on_online(void *ctx, int64_t since_ms)
{
    struct mc_link *link = ctx;
    struct mc_status *st = link->status;
    mc_wish_set_by_person(link->wish, false);
    mc_link_clear_fault(link);
    mc_link_enter(link, MC_STATE_ONLINE);
    if (since_ms >= 0 && since_ms <= st->state_at_ms)
        st->state_at_ms = since_ms;
    mc_wish_end(link->wish, 0, "Online: %s on %s.", st->ppp.local, st->ppp.interface);
    if (link->compare_anew) /* they changed on the way up */
        mc_datacall_end(link->call, MC_FAULT_NONE, "", false);
}

static void on_good(void *ctx)
{
    struct mc_link *link = ctx;
    mc_policy_good(link->policy);
    link->req.save(link->ctx);
}

static void on_bounced(void *ctx, bool leaving)
{
    struct mc_link *link = ctx;
    mc_link_enter(link, leaving ? MC_STATE_HANGUP : MC_STATE_PPP);
    mc_link_publish(link);
}

/* Why the call ends, as soon as it is known: the fault is taken up (mc_link_failed) when the line is ours again. */
static void on_ending(void *ctx, enum mc_fault fault, const char *detail)
{
    struct mc_link *link = ctx;
    struct mc_status *st = link->status;
    if (link->remedy.fault != fault || fault == MC_FAULT_NONE)
        st->fault_at_ms = fault != MC_FAULT_NONE ? mc_timerq_now_ms(link->queue) : -1;
    link->remedy.fault = st->fault = fault;
    snprintf(st->fault_detail, sizeof(st->fault_detail), "%s", detail);
    mc_link_enter(link, MC_STATE_HANGUP);
}

static enum mc_step hangup_step(enum mc_fault fault)
{
    if (fault == MC_FAULT_MUX_SILENT || fault == MC_FAULT_MUX_LEFT)
        return MC_STEP_HANGUP_LISTEN;
    return fault == MC_FAULT_NO_CARRIER || fault == MC_FAULT_PDP_DISCONNECTED ? MC_STEP_HANGUP_ASK
                                                                              : MC_STEP_HANGUP_WAIT;
}

static void on_ended(void *ctx, enum mc_fault fault, const char *detail, bool worked)
{
    struct mc_link *link = ctx;
    if (worked)
        mc_policy_carried(link->policy);
    on_ending(link, fault, detail);
    /* The walk takes the line back; what the modem still says (+PPPD: DISCONNECTED) comes as a URC. */
    mc_session_take_line_back(link->session);
    if (fault != MC_FAULT_MODEM_REBOOTED && fault != MC_FAULT_MODEM_OFF) {
        mc_link_walk(link, MC_USE_HANGUP, hangup_step(fault));
        return;
    }
    mc_session_defaults(link->session);
    mc_link_failed(link, fault, detail);
}

static void on_note(void *ctx, const char *text)
{
    mc_link_note(ctx, "%s", text);
}

static const char *on_iccid(void *ctx)
{
    struct mc_link *link = ctx;
    return mc_session_facts(link->session)->iccid;
}

const struct mc_datacall_host mc_link_call_host = {.began = on_began,
                                                   .online = on_online,
                                                   .good = on_good,
                                                   .changed = on_changed,
                                                   .bounced = on_bounced,
                                                   .ending = on_ending,
                                                   .ended = on_ended,
                                                   .note = on_note,
                                                   .iccid = on_iccid};

/* ---- events from outside ---- */

/* It carried a call: SIM and PDP context were as they have to be. */
static void facts_of_a_call(struct mc_facts *facts, const struct mc_settings *settings)
{
    facts->prepared = true;
    snprintf(facts->cpin, sizeof(facts->cpin), "READY");
    facts->context_known = true;
    facts->context = (struct mc_at_cgdcont){.cid = (int32_t)settings->pdp.cid};
    snprintf(facts->context.type, sizeof(facts->context.type), "%s", mc_pdp_type_text(settings->pdp.type));
    snprintf(facts->context.apn, sizeof(facts->context.apn), "%s", settings->pdp.apn);
}

void mc_link_adopt(struct mc_link *link, int32_t baud, enum mc_flow flow, int32_t stat, int64_t online_at_ms,
                   unsigned mux_n1)
{
    struct mc_facts *facts = mc_link_facts(link);
    facts->baud = baud;
    facts->flow = flow;
    facts->stat = stat;
    facts_of_a_call(facts, link->settings);
    link->jitter_due = false;
    mc_timer_disarm(&link->wait); /* for a device, if we waited already */
    mc_link_clear_fault(link);
    int r = mc_session_adopt(link->session, mux_n1);
    mc_datacall_adopt(link->call, online_at_ms);
    if (r < 0)
        mc_link_mux_lost(link, false, strerror(-r));
    mc_link_publish(link);
}

void mc_link_call_phase(struct mc_link *link, enum mc_ppp_phase phase)
{
    if (!mc_datacall_alive(link->call))
        return;
    mc_datacall_phase(link->call, phase);
    mc_bus_touch(link->bus);
}

void mc_link_call_up(struct mc_link *link)
{
    mc_datacall_up(link->call);
}

void mc_link_call_down(struct mc_link *link)
{
    mc_datacall_down(link->call);
}

void mc_link_call_sign(struct mc_link *link, enum mc_call_sign sign, const char *text)
{
    static const enum mc_fault faults[] = {[MC_CALL_NO_CARRIER] = MC_FAULT_NO_CARRIER,
                                           [MC_CALL_DISCONNECTED] = MC_FAULT_PDP_DISCONNECTED,
                                           [MC_CALL_REBOOTED] = MC_FAULT_MODEM_REBOOTED,
                                           [MC_CALL_OFF] = MC_FAULT_MODEM_OFF};
    if (!mc_datacall_alive(link->call))
        return;
    if (sign == MC_CALL_REBOOTED || sign == MC_CALL_OFF)
        mc_session_event(link->session, sign == MC_CALL_OFF ? MC_SESSION_WENT_OFF : MC_SESSION_REBOOTED);
    mc_session_call_ended(link->session);
    bool refused = *link->refused && (sign == MC_CALL_NO_CARRIER || sign == MC_CALL_DISCONNECTED);
    mc_datacall_end(link->call, refused ? MC_FAULT_PPP_AUTH : faults[sign], refused ? link->refused : text,
                    true); /* nobody is left who would hear an LCP terminate */
}

void mc_link_call_refused(struct mc_link *link, const char *text)
{
    snprintf(link->refused, sizeof(link->refused), "%s", text);
}

void mc_link_call_exit(struct mc_link *link, enum mc_fault fault, const char *detail)
{
    mc_datacall_exited(link->call, fault, detail);
}

void mc_link_probed(struct mc_link *link, enum mc_link_probe result, int64_t rtt_ms)
{
    mc_datacall_probed(link->call, result);
}

size_t mc_link_from_call(struct mc_link *link, const uint8_t *data, size_t len)
{
    if (!mc_datacall_alive(link->call))
        return len;
    mc_link_peek_yields(link);
    ask_witness(link);
    int r = mc_line_send_data(mc_session_line(link->session), data, len);
    if (r == -EPERM || r == -ENODEV || r == -ENOTCONN) /* the call is over or the port gone: nobody wants these */
        return len;
    return r < 0 ? 0 : (size_t)r;
}
