/* SPDX-License-Identifier: MIT */
/* Faults and remedies: one place where a fault is taken up, decided by policy, waited out and acted on. */
#include "link_priv.h"
#include <errno.h>
#include <microcat/at/replies.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <stdio.h>
#include <string.h>

/* Before a strong remedy the fault is looked at again: a modem that came back by itself meanwhile must not be reset. */
static enum mc_step recheck_step(enum mc_fault fault)
{
    switch (fault) {
    case MC_FAULT_MODEM_SILENT:
    case MC_FAULT_MODEM_OFF:
    case MC_FAULT_STUCK_IN_DATA:
    case MC_FAULT_MUX_SILENT:
    case MC_FAULT_MUX_LEFT:
    case MC_FAULT_MODEM_REFUSED:
    case MC_FAULT_MODEM_MALFORMED:
    case MC_FAULT_RADIO_REFUSED:
    case MC_FAULT_SIM_FAILURE:
    case MC_FAULT_PDP_REFUSED:
        return MC_STEP_FIND;
    case MC_FAULT_NOT_REGISTERED:
    case MC_FAULT_REGISTRATION_DENIED:
    case MC_FAULT_REGISTRATION_LIMITED:
    case MC_FAULT_REGISTRATION_LOST:
        return MC_STEP_CHECK;
    default:
        return MC_STEP_END; /* to look again would be to dial: a remedy comes right behind such a look (MC_PACE_TRY) */
    }
}

bool mc_link_registration_fault(enum mc_fault fault)
{
    return fault >= MC_FAULT_NOT_REGISTERED && fault <= MC_FAULT_REGISTRATION_LOST;
}

/* What this board and this moment allow: a mute modem hears no AT+CRESET, and a board without lines cannot be worked.
 * One that was found, and then left a question unanswered, hears: a hung SIM or network task answers AT and ATI all the
 * same (seen: never AT+CPIN?), and on a board without lines AT+CRESET is all there is. But most that are late with an
 * answer are only busy, and a reset costs an attach: it comes as late as for one that refuses the same question. */
static unsigned usable_remedies(const struct mc_link *link, enum mc_fault fault)
{
    bool speaks = mc_session_open(link->session) && fault != MC_FAULT_MODEM_SILENT && fault != MC_FAULT_MODEM_OFF &&
                  fault != MC_FAULT_STUCK_IN_DATA;
    unsigned late = mc_ladder_row(MC_FAULT_MODEM_REFUSED)->reset_after;
    bool hears = speaks || (fault == MC_FAULT_MODEM_SILENT && link->remedy.heard &&
                            mc_policy_failures(link->policy, fault) + 1 >= late);
    bool reset_line = mc_link_has_reset(link);
    bool power_line = mc_link_has_power(link);
    unsigned usable = 1u << MC_REMEDY_LOOK | 1u << MC_REMEDY_REDIAL | 1u << MC_REMEDY_HOLD;
    if (speaks)
        usable |= 1u << MC_REMEDY_REATTACH | 1u << MC_REMEDY_RADIO_CYCLE;
    if (mc_session_open(link->session) && (hears || reset_line))
        usable |= 1u << MC_REMEDY_RESET;
    if (mc_session_open(link->session) && power_line)
        usable |= 1u << MC_REMEDY_POWER_CYCLE;
    return usable;
}

static void publish_fault(struct mc_link *link, enum mc_fault fault, const char *text)
{
    struct mc_event event = {.kind = MC_EVENT_FAULT, .fault = fault};
    snprintf(event.text, sizeof(event.text), "%s", text);
    mc_bus_publish(link->bus, &event);
}

void mc_link_clear_fault(struct mc_link *link)
{
    link->remedy.fault = link->remedy.held_fault = MC_FAULT_NONE;
    link->look.quiet = link->look.stays_stopped = false;
    link->status->fault = MC_FAULT_NONE;
    link->status->fault_detail[0] = '\0';
    link->status->retry_at_ms = -1;
    link->status->next[0] = '\0';
}

static void take_fault(struct mc_link *link, enum mc_fault fault, const char *detail, bool again)
{
    struct mc_status *st = link->status;
    link->remedy.fault = fault;
    st->fault = fault;
    if (detail != st->fault_detail)
        snprintf(st->fault_detail, sizeof(st->fault_detail), "%s", detail);
    if (again)
        return;
    st->fault_at_ms = mc_timerq_now_ms(link->queue);
    publish_fault(link, fault, st->fault_detail);
}

void mc_link_wait(struct mc_link *link, int64_t delay_ms, enum mc_remedy remedy, const char *next)
{
    struct mc_status *st = link->status;
    link->remedy.decision.remedy = remedy;
    link->pause = PAUSE_WAIT;
    st->step[0] = '\0';
    if (remedy == MC_REMEDY_HOLD)
        mc_link_enter(link, MC_STATE_HELD);
    else if (!mc_session_present(link->session))
        mc_link_enter(link, MC_STATE_ABSENT);
    else
        mc_link_enter(link, link->look.stays_stopped ? MC_STATE_STOPPED : MC_STATE_BACKOFF);
    st->retry_at_ms = mc_timerq_now_ms(link->queue) + delay_ms;
    snprintf(st->next, sizeof(st->next), "%s", next);
    mc_timer_arm(&link->wait, link->queue, delay_ms);
    mc_link_publish(link);
}

/* It may be somebody else's, or a board that is being made a bridge: between two looks everybody may have it. */
static void leave_in_peace(struct mc_link *link)
{
    if (mc_session_open(link->session))
        mc_link_drop_port(link, MC_SESSION_CLOSED, "What answers on the device is not a modem: it was closed.");
}

/* Back to command mode, and no further. */
static void look_only(struct mc_decision *decision)
{
    size_t len = strlen(decision->reason);
    if (decision->remedy == MC_REMEDY_REDIAL) {
        decision->remedy = MC_REMEDY_LOOK;
        len = (size_t)snprintf(decision->reason, sizeof(decision->reason), "%s", mc_remedy_text(MC_REMEDY_LOOK));
    }
    snprintf(decision->reason + len, sizeof(decision->reason) - len, "; nothing is dialled until `connect`");
}

void mc_link_failed(struct mc_link *link, enum mc_fault fault, const char *detail)
{
    const struct mc_ladder_row *row = mc_ladder_row(fault);
    mc_link_lease_failed(link, mc_fault_info(fault)->text);
    bool again = link->look.quiet && fault == link->remedy.held_fault;
    link->look.stays_stopped =
        again ? link->look.stays_stopped
              : mc_wish_verb(link->wish) == MC_VERB_DISCONNECT && mc_session_present(link->session);
    take_fault(link, fault, detail, again);
    if (mc_wish_verb(link->wish) == MC_VERB_POWER_OFF) /* it did not hear it, or was not told */
        mc_link_not_off(link);
    mc_wish_end(link->wish, -EIO, "%s (%s).%s", mc_fault_info(fault)->text, link->status->fault_detail,
                mc_wish_verb(link->wish) == MC_VERB_DISCONNECT ? " Nothing is dialled until `connect`." : "");
    mc_wish_set_by_person(link->wish, false);
    link->remedy.rechecking = false;
    if (link->life == LIFE_STOPPING) {
        mc_timer_arm(&link->shutdown_timer, link->queue, 0);
        return;
    }
    if (!mc_link_wants_online(link) &&
        mc_session_met(link->session)) { /* nothing is wanted that the fault is in the way of */
        mc_timer_disarm(&link->wait);
        link->pause = PAUSE_REST;
        link->status->step[0] = '\0';
        mc_link_enter(link, MC_STATE_STOPPED);
        mc_link_sample_again(link, false);
        mc_link_publish(link);
        return;
    }
    mc_policy_decide(link->policy, fault, usable_remedies(link, fault), mc_timerq_now_ms(link->queue),
                     &link->remedy.decision);
    if (!mc_link_wants_online(link))
        look_only(&link->remedy.decision);
    if (!again)
        link->remedy.held_state = link->status->state;
    if (fault == MC_FAULT_NOT_A_MODEM)
        leave_in_peace(link);
    /* From the dial on every look is a call: nothing to be quiet about. */
    link->look.quiet = row->pace == MC_PACE_LOOK && link->remedy.held_state < MC_STATE_DIAL;
    if (link->look.stays_stopped) {
        link->look.quiet = true;
        link->remedy.held_state = MC_STATE_COUNT; /* whatever state a look goes through */
    }
    link->remedy.held_fault = fault;
    if (!again) {
        struct mc_event event = {.kind = MC_EVENT_REMEDY, .fault = fault};
        char delay[32];
        mc_format_duration(link->remedy.decision.delay_ms, delay, sizeof(delay));
        snprintf(event.remedy, sizeof(event.remedy), "%s",
                 mc_strtab_name(&mc_remedy_names, (int)link->remedy.decision.remedy));
        if (link->remedy.decision.delay_ms > 0)
            snprintf(event.text, sizeof(event.text), "in %s: %s", delay, link->remedy.decision.reason);
        else
            snprintf(event.text, sizeof(event.text), "now: %s", link->remedy.decision.reason);
        mc_bus_publish(link->bus, &event);
    }
    mc_link_wait(link, link->remedy.decision.delay_ms, link->remedy.decision.remedy, link->remedy.decision.reason);
}

/* ---- acting ---- */

static void count_remedy(struct mc_link *link, enum mc_remedy remedy)
{
    struct mc_status_counters *c = &link->status->counters;
    uint64_t *const counters[MC_REMEDY_COUNT] = {
        [MC_REMEDY_REDIAL] = &c->redials,           [MC_REMEDY_REATTACH] = &c->reattaches,
        [MC_REMEDY_RADIO_CYCLE] = &c->radio_cycles, [MC_REMEDY_RESET] = &c->resets,
        [MC_REMEDY_POWER_CYCLE] = &c->power_cycles,
    };
    if (counters[remedy])
        ++*counters[remedy];
}

void mc_link_remedy_done(struct mc_link *link)
{
    count_remedy(link, link->remedy.by_line);
    link->remedy.by_line = MC_REMEDY_LOOK;
}

static void carry_out(struct mc_link *link, enum mc_remedy remedy)
{
    if (remedy >= MC_REMEDY_REATTACH && remedy < MC_REMEDY_HOLD) {
        mc_policy_spend(link->policy, remedy, mc_timerq_now_ms(link->queue));
        link->req.save(link->ctx);
    }
    bool by_line = remedy == MC_REMEDY_POWER_CYCLE || (remedy == MC_REMEDY_RESET && mc_link_has_reset(link));
    if (!by_line)
        count_remedy(link, remedy);
    switch (remedy) {
    case MC_REMEDY_REATTACH:
        mc_link_walk(link, MC_USE_UP, MC_STEP_REATTACH);
        break;
    case MC_REMEDY_RADIO_CYCLE:
        mc_link_walk(link, MC_USE_UP, MC_STEP_RADIO_CYCLE);
        break;
    case MC_REMEDY_RESET:
    case MC_REMEDY_POWER_CYCLE:
        if (!by_line) {
            mc_link_walk(link, MC_USE_UP, MC_STEP_RESET);
            break;
        }
        link->look.quiet = false; /* what follows a reset is told, whatever was looked at in silence before */
        mc_link_work_board(link, remedy == MC_REMEDY_RESET ? MC_BOARD_RESET : MC_BOARD_POWER_CYCLE);
        link->remedy.by_line = remedy; /* counted when it was worked */
        break;
    default:
        if (recheck_step(link->remedy.fault) == MC_STEP_FIND) /* whatever it said of itself is in doubt */
            mc_session_event(link->session, MC_SESSION_DOUBTED);
        mc_link_go_up(link);
    }
}

void mc_link_act(struct mc_link *link, enum mc_remedy remedy)
{
    enum mc_step recheck = recheck_step(link->remedy.fault);
    if (!mc_link_open_port(link))
        return;
    if (remedy < MC_REMEDY_REATTACH || remedy == MC_REMEDY_HOLD || recheck == MC_STEP_END) {
        carry_out(link, remedy);
        return;
    }
    link->remedy.rechecking = true;
    mc_session_look_once(link->session, recheck == MC_STEP_CHECK);
    mc_link_walk(link, MC_USE_UP, mc_session_met(link->session) ? recheck : MC_STEP_FIND);
}

bool mc_link_walk_failed_in_recheck(struct mc_link *link, enum mc_fault fault)
{
    bool same = fault == link->remedy.fault ||
                (mc_link_registration_fault(fault) && mc_link_registration_fault(link->remedy.fault));
    bool rechecking = link->remedy.rechecking;
    link->remedy.rechecking = false;
    if (!rechecking || !same)
        return false;
    if (mc_link_down_is_waited_for(link) || (!mc_link_wants_online(link) && mc_session_met(link->session)))
        return false; /* said meanwhile: nothing is wanted that the fault is in the way of */
    if (!(usable_remedies(link, mc_session_met(link->session) ? MC_FAULT_NONE : MC_FAULT_MODEM_SILENT) &
          1u << link->remedy.decision.remedy))
        return false;
    carry_out(link, link->remedy.decision.remedy); /* it is still there: now the remedy */
    return true;
}

static void on_wait(void *ctx)
{
    struct mc_link *link = ctx;
    /* Nothing is asked of a card that was read already. */
    if (!*link->settings->pdp.apn &&
        (!mc_session_present(link->session) || !strcmp(mc_link_facts(link)->cpin, "READY")))
        mc_link_failed(link, MC_FAULT_APN_MISSING, "APN= is empty");
    else if (!mc_session_present(link->session) && link->remedy.fault != MC_FAULT_NO_DEVICE)
        mc_link_no_device(link);
    else if (!mc_session_present(link->session))
        mc_link_wait(link, 60000, MC_REMEDY_LOOK, "waiting for the device");
    else
        mc_link_act(link, link->remedy.decision.remedy);
}

/* ---- what the modem says while we wait ---- */

void mc_link_news(struct mc_link *link, const char *line)
{
    const struct mc_facts *f = mc_link_facts(link);
    char cpin[sizeof(f->cpin)];
    bool of_sim = mc_at_parse_cpin(line, cpin, sizeof(cpin)) == 0;
    bool sim_gone = !strcmp(f->cpin, "NOT INSERTED");
    bool sim_fault = link->remedy.fault >= MC_FAULT_SIM_ABSENT && link->remedy.fault <= MC_FAULT_SIM_BUSY;
    if (link->pause != PAUSE_WAIT)
        return;
    if (sim_fault && of_sim && !sim_gone) /* a SIM was put in, or unlocked by hand */
        mc_link_act(link, MC_REMEDY_LOOK);
    else if (!sim_fault && sim_gone)
        mc_link_failed(link, MC_FAULT_SIM_ABSENT, "+CPIN: NOT INSERTED");
    else if (mc_link_registration_fault(link->remedy.fault) && mc_facts_registered(f))
        mc_link_act(link, MC_REMEDY_REDIAL);
}

void mc_link_settings_changed(struct mc_link *link, bool redo_pdp)
{
    mc_policy_start_over(link->policy);
    link->compare_anew = link->compare_anew || redo_pdp;
    if (link->pause == PAUSE_WAIT) {
        link->look.quiet = false;
        mc_timer_disarm(&link->wait);
        on_wait(link);
    } else if (redo_pdp && mc_datacall_alive(link->call)) {
        mc_datacall_end(link->call, MC_FAULT_NONE, "", false);
    }
}

void mc_link_remedy_init(struct mc_link *link)
{
    mc_timer_init(&link->wait, "link.wait", on_wait, link);
}
