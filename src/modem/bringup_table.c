/* SPDX-License-Identifier: MIT */
/* The sequence as data: a row a step, and the decisions between them. The state diagram of ARCHITECTURE.md is drawn
 * from this table. */
#include "bringup_priv.h"
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

#define IDLE_GRACE_MS   20000 /* a modem that has just started says 0 until its search begins */
#define DENIED_GRACE_MS 20000 /* the modem may still be let in by another network of the same area */

/* ---- words and codes ---- */

static const struct {
    int code;
    enum mc_fault fault;
} cme_faults[] = {
    /* 27.007, 9.2.1 */
    {5, MC_FAULT_SIM_LOCKED},
    {6, MC_FAULT_SIM_LOCKED},
    {7, MC_FAULT_SIM_LOCKED},
    {10, MC_FAULT_SIM_ABSENT},
    {11, MC_FAULT_SIM_PIN_MISSING},
    {12, MC_FAULT_SIM_PUK},
    {13, MC_FAULT_SIM_FAILURE},
    {14, MC_FAULT_SIM_BUSY},
    {15, MC_FAULT_SIM_LOCKED},
    {16, MC_FAULT_SIM_PIN_WRONG},
    {17, MC_FAULT_SIM_LOCKED},
    {18, MC_FAULT_SIM_LOCKED},
    {30, MC_FAULT_NOT_REGISTERED},
    {31, MC_FAULT_NOT_REGISTERED},
    {32, MC_FAULT_REGISTRATION_LIMITED},
    {40, MC_FAULT_SIM_LOCKED},
    {41, MC_FAULT_SIM_LOCKED},
    /* 100 + the NAS cause: 27.007, 9.2.2; 24.301, annex A and B */
    {103, MC_FAULT_REGISTRATION_DENIED},
    {106, MC_FAULT_REGISTRATION_DENIED},
    {107, MC_FAULT_REGISTRATION_DENIED},
    {108, MC_FAULT_REGISTRATION_DENIED},
    {111, MC_FAULT_REGISTRATION_DENIED},
    {112, MC_FAULT_REGISTRATION_DENIED},
    {113, MC_FAULT_REGISTRATION_DENIED},
    {114, MC_FAULT_REGISTRATION_DENIED},
    {115, MC_FAULT_REGISTRATION_DENIED},
    {122, MC_FAULT_CONGESTION},
    {126, MC_FAULT_CONGESTION},
    {127, MC_FAULT_APN_REJECTED},
    {128, MC_FAULT_PDP_TYPE_REJECTED},
    {129, MC_FAULT_AUTH_REJECTED},
    {132, MC_FAULT_NOT_SUBSCRIBED},
    {133, MC_FAULT_NOT_SUBSCRIBED},
    {149, MC_FAULT_AUTH_REJECTED},
    /* SIMCom's own: 767, error codes */
    {531, MC_FAULT_SIM_LOCKED},
    {532, MC_FAULT_SIM_LOCKED},
    {537, MC_FAULT_NETWORK_BACKOFF},
};

enum mc_fault mc_cme_fault(int code)
{
    for (size_t i = 0; i < MC_LENGTH_OF(cme_faults); i++)
        if (cme_faults[i].code == code)
            return cme_faults[i].fault;
    return MC_FAULT_NONE;
}

static const struct {
    const char *state;
    enum mc_fault fault;
} cpin_faults[] = {
    {"READY", MC_FAULT_NONE},
    {"SIM PIN", MC_FAULT_NONE},
    {"SIM PIN2", MC_FAULT_NONE},
    {"SIM PUK2", MC_FAULT_NONE},
    {"SIM PUK", MC_FAULT_SIM_PUK},
    {"PH-SIM PIN", MC_FAULT_SIM_LOCKED},
    {"PH-NET PIN", MC_FAULT_SIM_LOCKED},
    {"NOT INSERTED", MC_FAULT_SIM_ABSENT},
    {"FAILURE", MC_FAULT_SIM_FAILURE},
    {"BUSY", MC_FAULT_SIM_BUSY},
    {"NOT READY", MC_FAULT_SIM_BUSY},
    {"WRONG", MC_FAULT_SIM_LOCKED},
    {"BLOCKED", MC_FAULT_SIM_LOCKED},
};

enum mc_fault mc_cpin_fault(const char *state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(cpin_faults); i++)
        if (!strcmp(cpin_faults[i].state, state))
            return cpin_faults[i].fault;
    return MC_FAULT_SIM_LOCKED; /* some other personalisation code: nothing that the daemon could enter */
}

int mc_wanted_auth(const struct mc_settings *settings)
{
    if (!*settings->pdp.user && settings->pdp.auth == MC_AUTH_AUTO)
        return 0;
    static const int types[] = {[MC_AUTH_AUTO] = 2, [MC_AUTH_NONE] = 0, [MC_AUTH_PAP] = 1, [MC_AUTH_CHAP] = 2};
    return types[settings->pdp.auth];
}

const char *mc_pdp_type_text(enum mc_pdp_type type)
{
    static const char *const names[] = {[MC_PDP_IP] = "IP", [MC_PDP_IPV6] = "IPV6", [MC_PDP_IPV4V6] = "IPV4V6"};
    return names[type];
}

/* ---- decisions: what the facts say comes next ---- */

static enum mc_step after_flow(struct mc_bringup *b)
{
    int want = b->settings->modem.flow == MC_FLOW_RTSCTS && !b->facts.flow_refused ? 2 : 0;
    if (b->facts.ifc_dce != want || b->facts.ifc_dte != want)
        return MC_STEP_FLOW_SET;
    b->facts.flow = want ? MC_FLOW_RTSCTS : MC_FLOW_NONE;
    b->cb.set_flow(b->ctx, b->facts.flow);
    return MC_STEP_SPEED;
}

static enum mc_step after_flow_set(struct mc_bringup *b)
{
    b->facts.flow = b->settings->modem.flow;
    b->cb.set_flow(b->ctx, b->facts.flow); /* only now: the OK still came without it (seed log) */
    return MC_STEP_FLOW_VERIFY;
}

static enum mc_step after_flow_undo(struct mc_bringup *b)
{
    mc_bringup_note(b, "flow control given up: the modem went mute with AT+IFC=2,2, so the bridge has no RTS/CTS");
    b->facts.flow_refused = true;
    return MC_STEP_SPEED;
}

/* We talk at facts.baud, so that is what IPR is: no need to ask. */
static enum mc_step after_speed(struct mc_bringup *b)
{
    b->speed_before = 0;
    if (b->facts.baud == b->settings->modem.baud_rate || b->facts.speed_refused)
        return MC_STEP_IDENTITY;
    return MC_STEP_SPEED_SET;
}

/* The proof that the line works asked for the identity already. */
static enum mc_step after_flow_verify(struct mc_bringup *b)
{
    enum mc_step next = after_speed(b);
    return next == MC_STEP_IDENTITY ? MC_STEP_FIRMWARE : next;
}

static enum mc_step after_speed_set(struct mc_bringup *b)
{
    b->speed_before = b->facts.baud;
    b->facts.baud = (int32_t)b->settings->modem.baud_rate;
    b->cb.set_baud(b->ctx, b->facts.baud);
    return MC_STEP_IDENTITY;
}

static enum mc_step after_identity(struct mc_bringup *b)
{
    if (b->speed_before)
        mc_bringup_note(b, "line speed %d -> %d", (int)b->speed_before, (int)b->facts.baud);
    b->speed_before = 0;
    return MC_STEP_FIRMWARE;
}

static enum mc_step after_identity_late(struct mc_bringup *b)
{
    if (!b->speed_before)
        return mc_bringup_fail(b, MC_FAULT_MODEM_SILENT, "no answer to ATI");
    return MC_STEP_SPEED_UNDO;
}

static enum mc_step after_speed_undo(struct mc_bringup *b)
{
    mc_bringup_note(b, "%d does not work on this line: back to %d", (int)b->facts.baud, (int)b->speed_before);
    b->facts.speed_refused = true;
    b->facts.baud = b->speed_before;
    b->cb.set_baud(b->ctx, b->facts.baud);
    return MC_STEP_FIND;
}

static enum mc_step after_sim(struct mc_bringup *b)
{
    if (!strcmp(b->facts.cpin, "BUSY") || !strcmp(b->facts.cpin, "NOT READY")) /* so for a moment after each boot */
        return MC_STEP_SIM_READY;
    enum mc_fault fault = mc_cpin_fault(b->facts.cpin);
    if (fault != MC_FAULT_NONE)
        return mc_bringup_fail(b, fault, "AT+CPIN? says %s", b->facts.cpin);
    if (strcmp(b->facts.cpin, "SIM PIN") != 0)
        return MC_STEP_SIM_IDENTITY;
    /* Both are asked anew; what is not answered is not known, whatever an earlier SIM or an earlier day said. */
    b->facts.pin_tries = MC_AT_UNKNOWN;
    b->facts.iccid[0] = b->facts.imsi[0] = '\0';
    return MC_STEP_SIM_TRIES;
}

static enum mc_step after_sim_tries(struct mc_bringup *b)
{
    int tries = b->facts.pin_tries == MC_AT_UNKNOWN ? -1 : b->facts.pin_tries;
    enum mc_fault fault = b->cb.pin_allowed(b->ctx, b->facts.iccid, tries);
    if (fault != MC_FAULT_NONE)
        return mc_bringup_fail(b, fault, "the SIM wants its PIN, %d tries left", tries);
    return MC_STEP_SIM_UNLOCK;
}

static enum mc_step after_sim_unlock(struct mc_bringup *b)
{
    b->unlocking = true;
    b->facts.cpin[0] = '\0';
    return MC_STEP_SIM_READY;
}

static enum mc_step after_sim_ready(struct mc_bringup *b)
{
    b->unlocking = false;
    return MC_STEP_SIM;
}

static enum mc_step after_sim_ready_late(struct mc_bringup *b)
{
    if (strcmp(b->facts.cpin, "SIM PIN") == 0)
        return mc_bringup_fail(b, MC_FAULT_SIM_PIN_WRONG, "the modem took the PIN and still asks for it");
    return MC_STEP_END;
}

static enum mc_step after_sim_identity(struct mc_bringup *b)
{
    b->cb.pin_result(b->ctx, b->facts.iccid, true);
    return MC_STEP_PDP;
}

static bool context_same(const struct mc_bringup *b)
{
    return b->facts.context_known && !strcasecmp(b->facts.context.apn, b->settings->pdp.apn) &&
           !strcasecmp(b->facts.context.type, mc_pdp_type_text(b->settings->pdp.type));
}

static enum mc_step after_pdp(struct mc_bringup *b)
{
    /* A modem that does not answer AT+CGAUTH? has nothing to compare: leave it alone. */
    b->facts.context_written = false;
    b->facts.prepared = context_same(b) && (b->facts.auth_same || !b->facts.auth_known);
    if (b->facts.prepared)
        return MC_STEP_REGISTER;
    b->result.wait_ms = b->cb.attach_allowed(b->ctx);
    if (b->result.wait_ms > 0)
        return MC_STEP_END;
    mc_bringup_note(b, "PDP context %d differs: writing it, with the radio off meanwhile", (int)b->settings->pdp.cid);
    return MC_STEP_PDP_WRITE;
}

static enum mc_step after_pdp_write(struct mc_bringup *b)
{
    b->facts.context_written = true;
    b->facts.context_known = true; /* every command of it was answered OK: what was written is what there is */
    b->facts.context = (struct mc_at_cgdcont){.cid = (int32_t)b->settings->pdp.cid};
    snprintf(b->facts.context.type, sizeof(b->facts.context.type), "%s", mc_pdp_type_text(b->settings->pdp.type));
    snprintf(b->facts.context.apn, sizeof(b->facts.context.apn), "%s", b->settings->pdp.apn);
    b->facts.auth_same = b->facts.prepared = true;
    b->urcs_fresh = false; /* set before CFUN=1 */
    b->facts.stat = 2;     /* detached by CFUN=4: searching until a CEREG says otherwise */
    b->facts.cpin[0] = '\0';
    return MC_STEP_PDP_SIM;
}

static enum mc_step after_radio_cycle(struct mc_bringup *b)
{
    b->urcs_fresh = false;
    b->facts.stat = 2;
    b->facts.cpin[0] = '\0';
    return MC_STEP_PDP_SIM;
}

/* CFUN=1 may bring a locked SIM back: 27.007, CPIN. */
static enum mc_step after_pdp_sim(struct mc_bringup *b)
{
    if (mc_facts_registered(&b->facts) && !*b->facts.cpin)
        strcpy(b->facts.cpin, "READY");
    if (strcmp(b->facts.cpin, "READY") == 0) /* a modem that restarted in between has everything before it */
        return b->facts.prepared ? MC_STEP_REGISTER_URCS : MC_STEP_GREET;
    return after_sim(b);
}

static enum mc_step after_register(struct mc_bringup *b)
{
    b->denied_at_ms = b->idle_at_ms = -1;
    if (mc_facts_registered(&b->facts))
        return MC_STEP_SIGNAL;
    if (b->look_once)
        return mc_bringup_fail(b, MC_FAULT_NOT_REGISTERED, "AT+CEREG still says %d", (int)b->facts.stat);
    return b->facts.stat == 0 ? MC_STEP_REGISTER_RADIO : MC_STEP_REGISTER_URCS;
}

static enum mc_step after_radio_check(struct mc_bringup *b)
{
    if (b->facts.fun == 1)
        return MC_STEP_REGISTER_URCS;
    b->result.wait_ms = b->cb.attach_allowed(b->ctx);
    if (b->result.wait_ms > 0)
        return MC_STEP_END;
    mc_bringup_note(b, "the radio was off (AT+CFUN? says %d): switching it on", (int)b->facts.fun);
    return MC_STEP_RADIO_ON;
}

static enum mc_step after_signal(struct mc_bringup *b)
{
    b->facts.was_registered = true;
    if (b->stop_before_dial)
        return MC_STEP_END;
    if (strcmp(b->facts.cpin, "READY") != 0)
        return after_sim(b);
    if (!mc_facts_registered(&b->facts)) /* the signal took its time, and a URC came meanwhile */
        return mc_bringup_fail(b, MC_FAULT_REGISTRATION_LOST, "AT+CEREG says %d before the dial", (int)b->facts.stat);
    char detail[120] = "";
    enum mc_fault fault = b->cb.dial_fault(b->ctx, detail, sizeof(detail));
    if (fault != MC_FAULT_NONE)
        return mc_bringup_fail(b, fault, "%s", detail);
    b->result.wait_ms = b->cb.dial_allowed(b->ctx);
    return b->result.wait_ms > 0 ? MC_STEP_END : MC_STEP_DIAL;
}

static enum mc_step after_dial(struct mc_bringup *b)
{
    mc_line_data(b->line, true);
    b->call_ended = false;
    b->result.connected = true;
    return MC_STEP_END;
}

static enum mc_step after_check(struct mc_bringup *b)
{
    if (strcmp(b->facts.cpin, "READY") == 0)
        return b->facts.prepared ? MC_STEP_REGISTER : MC_STEP_GREET;
    b->facts.prepared = false;
    return after_sim(b) == MC_STEP_END ? MC_STEP_END : MC_STEP_GREET;
}

static enum mc_step after_reset(struct mc_bringup *b)
{
    mc_facts_rebooted(&b->facts);
    b->cb.set_flow(b->ctx, MC_FLOW_NONE);
    b->patience_ms = b->settings->modem.boot_time_ms;
    return MC_STEP_FIND;
}

static enum mc_step after_radio_off(struct mc_bringup *b)
{
    mc_facts_radio_off(&b->facts);
    return MC_STEP_END;
}

static enum mc_step after_power_off(struct mc_bringup *b)
{
    mc_facts_rebooted(&b->facts);
    b->cb.set_baud(b->ctx, b->facts.baud); /* where its boot messages will come, when somebody presses the button */
    b->cb.set_flow(b->ctx, MC_FLOW_NONE);
    return MC_STEP_END;
}

/* ---- what ends a wait ---- */

static bool sim_ready(const struct mc_bringup *b)
{
    if (b->unlocking && strcmp(b->facts.cpin, "SIM PIN") == 0)
        return false;
    return *b->facts.cpin && strcmp(b->facts.cpin, "BUSY") != 0 && strcmp(b->facts.cpin, "NOT READY") != 0;
}

/* After CFUN=1: +CPIN: READY, or a registration, which no SIM that is locked gets; the question is for a modem that
 * says neither. */
static bool sim_or_network(const struct mc_bringup *b)
{
    return sim_ready(b) || mc_facts_registered(&b->facts);
}

/* The radio is on, the SIM is good, and the modem does not even search: detached by an AT+CGATT=0 whose AT+CGATT=1
 * never came through. */
static bool detached(const struct mc_bringup *b)
{
    return !b->attach_tried && b->idle_at_ms >= 0 && mc_timerq_now_ms(b->queue) - b->idle_at_ms >= IDLE_GRACE_MS;
}

static bool registered_or_denied(const struct mc_bringup *b)
{
    if (detached(b) || strcmp(b->facts.cpin, "SIM PIN") == 0) /* locked again while it searched */
        return true;
    bool denied = b->denied_at_ms >= 0 && mc_timerq_now_ms(b->queue) - b->denied_at_ms >= DENIED_GRACE_MS;
    return mc_facts_registered(&b->facts) || denied || mc_cpin_fault(*b->facts.cpin ? b->facts.cpin : "READY");
}

static enum mc_step after_register_wait(struct mc_bringup *b)
{
    if (mc_facts_registered(&b->facts))
        return MC_STEP_SIGNAL;
    if (b->facts.stat == 3)
        return mc_bringup_fail(b, MC_FAULT_REGISTRATION_DENIED, "AT+CEREG says 3 for %d s", DENIED_GRACE_MS / 1000);
    if (!detached(b) || (*b->facts.cpin && strcmp(b->facts.cpin, "READY") != 0))
        return after_sim(b);
    b->attach_tried = true;
    b->result.wait_ms = b->cb.attach_allowed(b->ctx);
    if (b->result.wait_ms > 0)
        return MC_STEP_END;
    mc_bringup_note(b, "the modem is detached: attaching");
    return MC_STEP_REGISTER_ATTACH;
}

static enum mc_step after_register_late(struct mc_bringup *b)
{
    int stat = b->facts.stat;
    bool limited = stat == 6 || stat == 7 || stat == 8 || stat == 11;
    enum mc_fault fault = b->facts.was_registered ? MC_FAULT_REGISTRATION_LOST : MC_FAULT_NOT_REGISTERED;
    if (limited)
        fault = MC_FAULT_REGISTRATION_LIMITED;
    else if (stat == 3)
        fault = MC_FAULT_REGISTRATION_DENIED;
    return mc_bringup_fail(b, fault, "AT+CEREG still says %d", stat);
}

static bool call_ended(const struct mc_bringup *b)
{
    return b->call_ended;
}

/* ---- the table ---- */

#define FAULT(name) MC_FAULT_##name
#define SCRIPT(id, st, nm, sc, dl, ...)                                                                                \
    [MC_STEP_##id] = {.step = MC_STEP_##id,                                                                            \
                      .state = MC_STATE_##st,                                                                          \
                      .name = nm,                                                                                      \
                      .kind = MC_ROW_SCRIPT,                                                                           \
                      .script = MC_SCRIPT_##sc,                                                                        \
                      .deadline_ms = dl,                                                                               \
                      __VA_ARGS__}
#define OTHER(id, st, nm, kd, dl, ...)                                                                                 \
    [MC_STEP_##id] = {                                                                                                 \
        .step = MC_STEP_##id, .state = MC_STATE_##st, .name = nm, .kind = MC_ROW_##kd, .deadline_ms = dl, __VA_ARGS__}
#define TO(id) MC_STEP_##id

/* A table reads by its columns. */
/* clang-format off */
const struct mc_bringup_row mc_bringup_table[MC_STEP_COUNT] = {
    /*     step           state     shown as             script        deadline */
    OTHER(FIND, SYNC, "sync.find", FIND, 180000, .late = FAULT(MODEM_SILENT), .next = TO(GREET)),
    SCRIPT(GREET, SYNC, "sync.greet", greet, 30000, .next = TO(FLOW)),
    SCRIPT(FLOW, SETUP, "setup.flow", flow_read, 10000, .next = TO(SPEED), .decide = after_flow),
    SCRIPT(FLOW_SET, SETUP, "setup.flow-set", flow_set, 10000, .next = TO(FLOW_VERIFY), .decide = after_flow_set,
           .refused_next = TO(SPEED)),
    SCRIPT(FLOW_VERIFY, SETUP, "setup.flow-verify", flow_verify, 3000, .next = TO(SPEED), .decide = after_flow_verify,
           .late_next = TO(FLOW_UNDO)),
    SCRIPT(FLOW_UNDO, SETUP, "setup.flow-undo", flow_undo, 5000, .next = TO(SPEED), .decide = after_flow_undo),
    SCRIPT(SPEED, SETUP, "setup.speed", speed_read, 10000, .next = TO(IDENTITY), .decide = after_speed),
    SCRIPT(SPEED_SET, SETUP, "setup.speed-set", speed_set, 10000, .next = TO(IDENTITY), .decide = after_speed_set,
           .refused_next = TO(IDENTITY)),
    SCRIPT(IDENTITY, SETUP, "setup.identity", identity, 5000, .next = TO(FIRMWARE), .decide = after_identity,
           .late_next = TO(SPEED_UNDO), .decide_late = after_identity_late),
    SCRIPT(SPEED_UNDO, SETUP, "setup.speed-undo", speed_undo, 5000, .next = TO(FIND), .decide = after_speed_undo),
    SCRIPT(FIRMWARE, SETUP, "setup.firmware", firmware, 20000, .next = TO(SIM)),
    SCRIPT(SIM, SIM, "sim.state", sim, 10000, .next = TO(SIM_IDENTITY), .decide = after_sim),
    SCRIPT(SIM_TRIES, SIM, "sim.tries", sim_tries, 20000, .next = TO(SIM_UNLOCK), .decide = after_sim_tries),
    SCRIPT(SIM_UNLOCK, SIM, "sim.unlock", sim_unlock, 10000, .next = TO(SIM_READY), .decide = after_sim_unlock,
           .refused = FAULT(SIM_FAILURE)),
    OTHER(SIM_READY, SIM, "sim.ready", AWAIT, 15000, .script = MC_SCRIPT_sim_poll, .poll_ms = 1000,
          .satisfied = sim_ready, .late = FAULT(SIM_BUSY), .refused = FAULT(SIM_FAILURE), .next = TO(SIM),
          .decide = after_sim_ready, .decide_late = after_sim_ready_late),
    SCRIPT(SIM_IDENTITY, SIM, "sim.identity", sim_identity, 20000, .next = TO(PDP), .decide = after_sim_identity),
    SCRIPT(PDP, PDP, "pdp.compare", pdp, 20000, .next = TO(REGISTER), .decide = after_pdp),
    SCRIPT(PDP_WRITE, PDP, "pdp.write", pdp_write, 75000, .next = TO(PDP_SIM), .decide = after_pdp_write,
           .refused = FAULT(PDP_REFUSED), .refused_next = TO(PDP_RESTORE), .keep_fault = true),
    SCRIPT(PDP_RESTORE, PDP, "pdp.restore", radio_on, 30000, .next = TO(END), .refused = FAULT(RADIO_REFUSED)),
    OTHER(PDP_SIM, PDP, "pdp.sim", AWAIT, 20000, .script = MC_SCRIPT_sim_poll, .poll_ms = 5000, .satisfied = sim_or_network,
          .late = FAULT(SIM_BUSY), .refused = FAULT(SIM_FAILURE), .next = TO(REGISTER_URCS), .decide = after_pdp_sim),
    SCRIPT(REGISTER, REGISTER, "register.read", cereg, 10000, .next = TO(SIGNAL), .decide = after_register),
    SCRIPT(REGISTER_RADIO, REGISTER, "register.radio", radio_check, 10000, .next = TO(REGISTER_URCS),
           .decide = after_radio_check),
    SCRIPT(REGISTER_URCS, REGISTER, "register.urcs", cereg_urcs, 10000, .next = TO(REGISTER_WAIT)),
    OTHER(REGISTER_WAIT, REGISTER, "register.wait", AWAIT, 0, .script = MC_SCRIPT_cereg, .poll_ms = 10000,
          .satisfied = registered_or_denied, .late = FAULT(NOT_REGISTERED), .refused = FAULT(MODEM_REFUSED),
          .next = TO(SIGNAL), .decide = after_register_wait, .decide_late = after_register_late),
    SCRIPT(REGISTER_ATTACH, REGISTER, "register.attach", attach, 50000, .next = TO(REGISTER_URCS)),
    SCRIPT(SIGNAL, REGISTER, "register.signal", signal, 20000, .next = TO(DIAL), .decide = after_signal),
    SCRIPT(DIAL, DIAL, "dial", dial, 55000, .next = TO(END), .decide = after_dial, .late = FAULT(DIAL_TIMEOUT),
           .refused = FAULT(DIAL_REFUSED), .late_next = TO(DIAL_ABORT), .keep_fault = true),
    OTHER(DIAL_ABORT, HANGUP, "dial.abort", FIND, 30000, .late = FAULT(DIAL_TIMEOUT), .next = TO(END)),
    SCRIPT(CHECK, SIM, "sim.check", check, 10000, .next = TO(REGISTER), .decide = after_check, .late_next = TO(FIND)),

    OTHER(HANGUP_WAIT, HANGUP, "hangup.wait", AWAIT, 2000, .satisfied = call_ended, .late = FAULT(STUCK_IN_DATA),
          .next = TO(HANGUP_ASK), .late_next = TO(HANGUP_ASK)),
    SCRIPT(HANGUP_ASK, HANGUP, "hangup.ask", at, 2000, .next = TO(END), .late_next = TO(HANGUP_ESCAPE),
           .refused_next = TO(HANGUP_PROVE)),
    OTHER(HANGUP_ESCAPE, HANGUP, "hangup.escape", ESCAPE, 5000, .late = FAULT(STUCK_IN_DATA), .next = TO(HANGUP_PROVE)),
    SCRIPT(HANGUP_PROVE, HANGUP, "hangup.prove", ath, 15000, .next = TO(END), .late_next = TO(HANGUP_LISTEN),
           .refused_next = TO(HANGUP_LISTEN)),
    /* The modem may take up to 20 s to say +PPPD: DISCONNECTED (seed: AT did not work after disconnect()). */
    OTHER(HANGUP_LISTEN, HANGUP, "hangup.listen", FIND, 30000, .late = FAULT(STUCK_IN_DATA), .next = TO(END)),

    SCRIPT(REATTACH, REGISTER, "remedy.reattach", reattach, 95000, .next = TO(CHECK)),
    SCRIPT(RADIO_CYCLE, REGISTER, "remedy.radio-cycle", radio_cycle, 65000, .next = TO(PDP_SIM),
           .decide = after_radio_cycle, .refused = FAULT(RADIO_REFUSED)),
    SCRIPT(RADIO_OFF, REGISTER, "radio.off", radio_off, 30000, .next = TO(END), .decide = after_radio_off,
           .refused = FAULT(RADIO_REFUSED)),
    SCRIPT(RADIO_ON, REGISTER, "radio.on", radio_on, 30000, .next = TO(PDP_SIM), .decide = after_radio_cycle,
           .refused = FAULT(RADIO_REFUSED)),
    SCRIPT(RESET, SYNC, "remedy.reset", reset, 10000, .next = TO(FIND), .decide = after_reset),
    SCRIPT(POWER_OFF, SYNC, "power.off", power_off, 10000, .next = TO(END), .decide = after_power_off),
    SCRIPT(SAMPLE, REGISTER, "sample", sample, 40000, .next = TO(END)),
    OTHER(END, ABSENT, "end", END, 0, .next = TO(END)),
};
/* clang-format on */
