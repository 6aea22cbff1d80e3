/* SPDX-License-Identifier: MIT */
/* What the link says: the one function that changes the state, notes, and the modem's facts as status. */
#include "link_priv.h"
#include <microcat/base/log.h>
#include <microcat/link/edges.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Is a fault why this state is entered? Else it is only not forgiven yet, and naming it would read as if it went on. */
static bool entered_for_fault(enum mc_state from, enum mc_state state)
{
    if (state == MC_STATE_HANGUP && (MC_STATES_SEQUENCE & MC_STATE_BIT(from)))
        return false; /* a dial is given up because somebody asked for it */
    return state == MC_STATE_ABSENT || state == MC_STATE_HANGUP || state == MC_STATE_BACKOFF ||
           state == MC_STATE_HELD || state == MC_STATE_STOPPED;
}

/* More than the word of the state: why it was entered, or what it brought. */
static void state_text(const struct mc_link *link, enum mc_state state, enum mc_fault fault, char *out, size_t size)
{
    const struct mc_status *st = link->status;
    *out = '\0';
    if (fault != MC_FAULT_NONE)
        snprintf(out, size, "%.150s", st->fault_detail);
    else if (state == MC_STATE_ONLINE)
        snprintf(out, size, "%.46s on %.15s", st->ppp.local, st->ppp.interface);
    else if (state == MC_STATE_HANGUP)
        snprintf(out, size, "%s",
                 link->life == LIFE_STOPPING                                                 ? "microcatd was stopped"
                 : mc_wish_verb(link->wish) != MC_VERB_COUNT || mc_link_lease_has_line(link) ? "on request"
                 : link->compare_anew ? "the configuration changed"
                                      : "");
    else if (state == MC_STATE_STOPPED)
        snprintf(out, size, "%s on request",
                 mc_link_lease_has_line(link)                     ? "line lent"
                 : mc_link_powered_off(link)                      ? "power off"
                 : mc_wish_state(link->wish) == MC_WISH_RADIO_OFF ? "radio off"
                                                                  : "disconnected");
}

void mc_link_enter(struct mc_link *link, enum mc_state state)
{
    struct mc_status *st = link->status;
    int64_t now_ms = mc_timerq_now_ms(link->queue);
    if (st->state == state)
        return;
    if (!mc_link_edge_known(st->state, state))
        mc_warn("state change %s -> %s is in no table", mc_strtab_name(&mc_state_names, (int)st->state),
                mc_strtab_name(&mc_state_names, (int)state));
    struct mc_event event = {.kind = MC_EVENT_STATE,
                             .from = st->state,
                             .to = state,
                             .spent_ms = now_ms - st->state_at_ms,
                             .fault = entered_for_fault(st->state, state) ? link->remedy.fault : MC_FAULT_NONE};
    state_text(link, state, event.fault, event.text, sizeof(event.text));
    st->state = state;
    st->state_at_ms = now_ms;
    if (state != MC_STATE_BACKOFF && state != MC_STATE_HELD) {
        st->retry_at_ms = -1;
        st->next[0] = '\0';
    }
    mc_bus_publish(link->bus, &event);
}

void mc_link_note(struct mc_link *link, const char *fmt, ...)
{
    struct mc_event event = {.kind = MC_EVENT_NOTE};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(event.text, sizeof(event.text), fmt, ap);
    va_end(ap);
    mc_bus_publish(link->bus, &event);
}

static void put_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%.*s", (int)size - 1, text);
}
#define PUT(field, text) put_text(field, sizeof(field), text)

bool mc_link_radio_off(const struct mc_link *link)
{
    return mc_wish_state(link->wish) == MC_WISH_RADIO_OFF && link->status->state == MC_STATE_STOPPED &&
           mc_session_facts(link->session)->stat == 0;
}

static enum mc_power power_of(const struct mc_link *link)
{
    if (!mc_session_present(link->session))
        return MC_POWER_UNKNOWN;
    if (mc_session_in(link->session, MC_SESSION_SAID_OFF) || (mc_link_powered_off(link) && link->pause == PAUSE_REST))
        return MC_POWER_OFF;
    bool met = mc_session_met(link->session) || mc_datacall_alive(link->call);
    return met && link->remedy.fault != MC_FAULT_MODEM_SILENT ? MC_POWER_ON : MC_POWER_UNKNOWN;
}

static enum mc_power radio_of(const struct mc_link *link)
{
    int32_t stat = mc_session_facts(link->session)->stat;
    if (link->status->modem.power != MC_POWER_ON)
        return MC_POWER_UNKNOWN;
    if (mc_link_radio_off(link))
        return MC_POWER_OFF;
    return stat == MC_UNKNOWN || stat == 0 ? MC_POWER_UNKNOWN : MC_POWER_ON; /* 0, not searching, has other reasons */
}

void mc_link_refresh(struct mc_link *link)
{
    const struct mc_facts *f = mc_session_facts(link->session);
    const struct mc_at_stats *at = mc_at_stats(mc_session_at(link->session));
    struct mc_status *st = link->status;
    int64_t now_ms = mc_timerq_now_ms(link->queue);
    PUT(st->modem.manufacturer, f->manufacturer);
    PUT(st->modem.model, f->model);
    PUT(st->modem.revision, f->revision);
    PUT(st->modem.firmware, f->firmware);
    PUT(st->modem.imei, f->imei);
    st->modem.baud = mc_session_open(link->session) ? f->baud : MC_UNKNOWN;
    st->modem.flow = mc_session_open(link->session) ? (int32_t)f->flow : MC_UNKNOWN;
    st->modem.flow_refused = f->flow_refused;
    PUT(st->modem.mux_why, *mc_session_mux_why(link->session)          ? mc_session_mux_why(link->session)
                           : mc_policy_mux_rests(link->policy, now_ms) ? MC_MUX_UNSTEADY
                                                                       : "");
    PUT(st->modem.escape_why, mc_session_escape_why(link->session));
    st->modem.power = power_of(link);
    st->modem.radio = radio_of(link);
    st->modem.commands = at->commands;
    st->modem.timeouts = at->timeouts;
    st->modem.temperature_c = f->temperature_c;
    st->modem.supply_mv = f->supply_mv;
    st->modem.health_at_ms = f->health_at_ms;
    st->counters.urcs = at->urcs;
    st->counters.noise_bytes = at->noise_bytes + mc_line_stray_bytes(mc_session_line(link->session));
    if (strcmp(st->sim.state, f->cpin) || strcmp(st->sim.iccid, f->iccid))
        st->sim.at_ms = now_ms;
    PUT(st->sim.state, f->cpin);
    PUT(st->sim.iccid, f->iccid);
    PUT(st->sim.imsi, f->imsi);
    st->sim.pin_tries = f->pin_tries;
    st->registration.at_ms = f->registration_at_ms;
    st->registration.stat = f->stat;
    st->registration.tac = f->tac;
    st->registration.cell_id = f->cell_id;
    st->registration.band = f->band;
    PUT(st->registration.operator_, f->plmn);
    st->signal = (struct mc_status_signal){f->rssi_ddbm, f->rsrp_ddbm, f->rsrq_ddb, f->sinr_ddb, f->signal_at_ms};
    if (f->context_known) {
        bool changed = strcmp(st->pdp.apn, f->context.apn) || strcmp(st->pdp.type, f->context.type);
        st->pdp.cid = f->context.cid;
        PUT(st->pdp.type, f->context.type);
        PUT(st->pdp.apn, f->context.apn);
        PUT(st->pdp.address, f->context.address);
        st->pdp.written = f->context_written;
        if (changed || st->pdp.at_ms < 0)
            st->pdp.at_ms = now_ms;
        if (f->context_active == 1 && f->context_active_at_ms > st->pdp.at_ms) /* told again, beside a call */
            st->pdp.at_ms = f->context_active_at_ms;
    }
}

void mc_link_publish(struct mc_link *link)
{
    mc_link_refresh(link);
    mc_bus_touch(link->bus);
}
