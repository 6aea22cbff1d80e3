/* SPDX-License-Identifier: MIT */
/* The decisions between the rows of the sequence: what the facts say comes next, and what ends a wait. */
#include "table_priv.h"
#include <stdio.h>
#include <string.h>

#define IDLE_GRACE_MS   20000 /* a modem that has just started says 0 until its search begins */
#define DENIED_GRACE_MS 20000 /* the modem may still be let in by another network of the same area */

enum mc_step mc_after_flow(struct mc_bringup *b)
{
    int want = b->settings->modem.flow == MC_FLOW_RTSCTS && !b->facts.flow_refused ? 2 : 0;
    if (b->facts.ifc_dce != want || b->facts.ifc_dte != want)
        return MC_STEP_FLOW_SET;
    b->facts.flow = want ? MC_FLOW_RTSCTS : MC_FLOW_NONE;
    b->cb.set_flow(b->ctx, b->facts.flow);
    /* We talk at facts.baud, so that is what IPR is: only who wants another asks. */
    return mc_after_speed(b) == MC_STEP_IDENTITY ? MC_STEP_IDENTITY : MC_STEP_SPEED;
}

/* A modem that does not tell its flow control, or does not let it be set: what is in use stays, and the link needs
 * none.
 */
enum mc_step mc_after_flow_refused(struct mc_bringup *b)
{
    if (b->facts.flow != b->settings->modem.flow)
        mc_bringup_note(b, "flow control left at %s: %s", b->facts.flow == MC_FLOW_RTSCTS ? "RTS/CTS" : "none",
                        b->last.detail);
    b->cb.set_flow(b->ctx, b->facts.flow);
    return MC_STEP_SPEED;
}

enum mc_step mc_after_flow_set(struct mc_bringup *b)
{
    b->facts.flow = b->settings->modem.flow;
    b->cb.set_flow(b->ctx, b->facts.flow); /* only now: the OK still came without it (seed log) */
    return MC_STEP_FLOW_VERIFY;
}

enum mc_step mc_after_flow_undo(struct mc_bringup *b)
{
    mc_bringup_note(b, "flow control given up: the modem went mute with AT+IFC=2,2, so the bridge has no RTS/CTS");
    b->facts.flow_refused = true;
    b->facts.flow = MC_FLOW_NONE;
    b->cb.set_flow(b->ctx, MC_FLOW_NONE);
    return MC_STEP_SPEED;
}

/* We talk at facts.baud, so that is what IPR is, also when the modem refuses to say it. */
enum mc_step mc_after_speed(struct mc_bringup *b)
{
    b->speed_before = 0;
    if (b->facts.baud == b->settings->modem.baud_rate || b->facts.speed_refused)
        return MC_STEP_IDENTITY;
    return MC_STEP_SPEED_SET;
}

/* The proof that the line works asked for the identity already. */
enum mc_step mc_after_flow_verify(struct mc_bringup *b)
{
    enum mc_step next = mc_after_speed(b);
    return next == MC_STEP_IDENTITY ? MC_STEP_FIRMWARE : next;
}

static void note_no_identity(struct mc_bringup *b)
{
    mc_bringup_note(b, "the modem does not say what it is: %s", b->last.detail);
}

/* Whatever it answered: it is not mute. */
enum mc_step mc_after_flow_verify_refused(struct mc_bringup *b)
{
    note_no_identity(b);
    return mc_after_flow_verify(b);
}

enum mc_step mc_after_speed_set(struct mc_bringup *b)
{
    b->speed_before = b->facts.baud;
    b->facts.baud = (int32_t)b->settings->modem.baud_rate;
    b->cb.set_baud(b->ctx, b->facts.baud);
    return MC_STEP_IDENTITY;
}

enum mc_step mc_after_identity(struct mc_bringup *b)
{
    if (b->speed_before)
        mc_bringup_note(b, "line speed %d -> %d", (int)b->speed_before, (int)b->facts.baud);
    b->speed_before = 0;
    return MC_STEP_FIRMWARE;
}

enum mc_step mc_after_identity_late(struct mc_bringup *b)
{
    if (!b->speed_before)
        return mc_bringup_fail(b, MC_FAULT_MODEM_SILENT, "no answer to ATI");
    return MC_STEP_SPEED_UNDO;
}

/* An answer is an answer: the line works. But an ATI that was understood before and is not at the new speed tells of a
 * line that loses bytes. */
enum mc_step mc_after_identity_refused(struct mc_bringup *b)
{
    if (b->speed_before && b->last.end == MC_CHAT_MALFORMED && *b->facts.model)
        return MC_STEP_SPEED_UNDO;
    note_no_identity(b);
    return mc_after_identity(b);
}

enum mc_step mc_after_speed_undo(struct mc_bringup *b)
{
    mc_bringup_note(b, "%d does not work on this line: back to %d", (int)b->facts.baud, (int)b->speed_before);
    b->facts.speed_refused = true;
    b->facts.baud = b->speed_before;
    b->cb.set_baud(b->ctx, b->facts.baud);
    return MC_STEP_FIND;
}

enum mc_step mc_after_sim(struct mc_bringup *b)
{
    b->mux_unheard = false;
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

enum mc_step mc_after_sim_tries(struct mc_bringup *b)
{
    int tries = b->facts.pin_tries == MC_AT_UNKNOWN ? -1 : b->facts.pin_tries;
    enum mc_fault fault = b->cb.pin_allowed(b->ctx, b->facts.iccid, tries);
    if (fault != MC_FAULT_NONE && tries < 0)
        return mc_bringup_fail(b, fault, "the SIM wants its PIN, and does not say how many tries are left");
    if (fault != MC_FAULT_NONE)
        return mc_bringup_fail(b, fault, "the SIM wants its PIN, %d tries left", tries);
    return MC_STEP_SIM_UNLOCK;
}

enum mc_step mc_after_sim_unlock(struct mc_bringup *b)
{
    b->unlocking = true;
    b->facts.cpin[0] = '\0';
    return MC_STEP_SIM_READY;
}

enum mc_step mc_after_sim_ready(struct mc_bringup *b)
{
    b->unlocking = false;
    return MC_STEP_SIM;
}

enum mc_step mc_after_sim_ready_late(struct mc_bringup *b)
{
    if (strcmp(b->facts.cpin, "SIM PIN") == 0)
        return mc_bringup_fail(b, MC_FAULT_SIM_PIN_WRONG, "the modem took the PIN and still asks for it");
    return MC_STEP_END;
}

enum mc_step mc_after_sim_identity(struct mc_bringup *b)
{
    b->cb.pin_result(b->ctx, b->facts.iccid, true);
    if (*b->settings->pdp.apn)
        return MC_STEP_PDP;
    /* So far, so that whoever is to give one hears what fits this card (`microcatctl setup`); and nothing is written or
     * dialled. */
    return mc_bringup_fail(b, MC_FAULT_APN_MISSING, "APN= is empty");
}

/* "example.apn.mnc010.mcc440.gprs": the modem adds the operator's part to what was written (23.003, 9.1). */
static bool is_operator_part(const char *text)
{
    unsigned mnc, mcc;
    int len = 0;
    return sscanf(text, ".mnc%3u.mcc%3u.gprs%n", &mnc, &mcc, &len) == 2 && len > 0 && text[len] == '\0';
}

/* Is @read the @wanted APN, but for the operator's part? */
static bool apn_same(const char *read, const char *wanted, int (*compare)(const char *a, const char *b, size_t len))
{
    size_t len = strlen(wanted);
    return compare(read, wanted, len) == 0 && (!read[len] || is_operator_part(read + len));
}

static void wanted_text(const struct mc_bringup *b, char out[static 160])
{
    snprintf(out, 160, "%s/%s %s %s", b->facts.imei, b->facts.iccid, mc_pdp_type_text(b->settings->pdp.type),
             b->settings->pdp.apn);
}

/*
 * What was written by us and reads back otherwise (a network that grants IP where IPV4V6 was asked for, a modem with
 * capitals of its own, one that hides the password) is ours all the same: written again at each start it would cost an
 * attach each time. How it read the first time after the write is kept, in @read_as, where @plausible says that it may
 * be ours; another reading is another hand's. @what and @how are for the note.
 */
static bool left_as_it_reads(struct mc_bringup *b, char *read_as, const char *read, bool plausible, const char *what,
                             const char *how)
{
    if (*read_as)
        return strcmp(read_as, read) == 0;
    if (!plausible)
        return false;
    strcpy(read_as, read); /* of the same size: facts.h */
    mc_bringup_note(b, "%s %d was written as wanted and reads %s: left so", what, (int)b->settings->pdp.cid, how);
    return true;
}

static bool reads_as_ours(struct mc_bringup *b)
{
    struct mc_facts *f = &b->facts;
    char wanted[sizeof(f->written)], read[sizeof(f->read_as)], how[sizeof(read) + 4];
    wanted_text(b, wanted);
    snprintf(read, sizeof(read), "%s %s", f->context.type, f->context.apn);
    snprintf(how, sizeof(how), "as %s", read);
    return f->context_known && !strcmp(f->written, wanted) &&
           left_as_it_reads(b, f->read_as, read, apn_same(f->context.apn, b->settings->pdp.apn, strncasecmp),
                            "PDP context", how);
}

/* Capitals count: some cores compare exactly. */
static bool context_same(struct mc_bringup *b)
{
    return (b->facts.context_known && apn_same(b->facts.context.apn, b->settings->pdp.apn, strncmp) &&
            !strcasecmp(b->facts.context.type, mc_pdp_type_text(b->settings->pdp.type))) ||
           reads_as_ours(b);
}

static void wanted_auth_mark(const struct mc_bringup *b, char out[24])
{
    mc_auth_mark(b, mc_wanted_auth(b->settings), b->settings->pdp.user, b->settings->pdp.password, out);
}

static bool auth_reads_as_ours(struct mc_bringup *b)
{
    struct mc_facts *f = &b->facts;
    char wanted[sizeof(f->auth_written)];
    wanted_auth_mark(b, wanted);
    return !strcmp(f->auth_written, wanted) &&
           left_as_it_reads(b, f->auth_read_as, f->auth_reading, !f->auth_other_user, "the authentication of context",
                            "otherwise");
}

enum mc_step mc_after_pdp(struct mc_bringup *b)
{
    /* A modem that does not answer AT+CGAUTH? has nothing to compare: leave it alone. */
    b->facts.context_written = false;
    b->facts.prepared = context_same(b) && (b->facts.auth_same || !b->facts.auth_known || auth_reads_as_ours(b));
    if (b->facts.prepared || b->radio_stays_off) /* what differs is written when it comes on again */
        return MC_STEP_REGISTER;
    b->result.wait_ms = b->cb.attach_allowed(b->ctx);
    if (b->result.wait_ms > 0)
        return MC_STEP_END;
    mc_bringup_note(b, "PDP context %d differs: writing it, with the radio off meanwhile", (int)b->settings->pdp.cid);
    memcpy(b->iccid_before, b->facts.iccid, sizeof(b->iccid_before));
    b->sim_went = false;
    return MC_STEP_PDP_WRITE;
}

/* For the SIM that was in when the write began: the one that is in now may be another, or has not told who it is. */
static void mark_as_written(struct mc_bringup *b)
{
    char iccid[sizeof(b->facts.iccid)];
    memcpy(iccid, b->facts.iccid, sizeof(iccid));
    if (b->sim_went)
        memcpy(b->facts.iccid, b->iccid_before, sizeof(iccid));
    wanted_text(b, b->facts.written);
    b->facts.read_as[0] = b->facts.auth_read_as[0] = '\0';
    wanted_auth_mark(b, b->facts.auth_written);
    memcpy(b->facts.iccid, iccid, sizeof(iccid));
}

enum mc_step mc_after_pdp_write(struct mc_bringup *b)
{
    b->facts.context_written = true;
    mark_as_written(b);
    b->facts.context_known = true; /* every command of it was answered OK: what was written is what there is */
    b->facts.context = (struct mc_at_cgdcont){.cid = (int32_t)b->settings->pdp.cid};
    snprintf(b->facts.context.type, sizeof(b->facts.context.type), "%s", mc_pdp_type_text(b->settings->pdp.type));
    snprintf(b->facts.context.apn, sizeof(b->facts.context.apn), "%s", b->settings->pdp.apn);
    b->facts.auth_same = true;
    b->facts.prepared = !b->sim_went; /* who is in now is asked */
    b->urcs_fresh = false;            /* set before CFUN=1 */
    b->facts.stat = 2;                /* detached by CFUN=4: searching until a CEREG says otherwise */
    b->facts.cpin[0] = '\0';
    return MC_STEP_PDP_SIM;
}

enum mc_step mc_after_radio_cycle(struct mc_bringup *b)
{
    b->urcs_fresh = false;
    b->facts.stat = 2;
    b->facts.cpin[0] = '\0';
    return MC_STEP_PDP_SIM;
}

/* CFUN=1 may bring a locked SIM back: 27.007, CPIN. */
enum mc_step mc_after_pdp_sim(struct mc_bringup *b)
{
    if (mc_facts_registered(&b->facts) && !*b->facts.cpin)
        strcpy(b->facts.cpin, "READY");
    if (strcmp(b->facts.cpin, "READY") == 0) /* a modem that restarted in between has everything before it */
        return b->facts.prepared ? MC_STEP_REGISTER_URCS : MC_STEP_GREET;
    return mc_after_sim(b);
}

enum mc_step mc_after_register(struct mc_bringup *b)
{
    b->denied_at_ms = b->idle_at_ms = -1;
    if (b->radio_stays_off && b->facts.stat != 0)
        return MC_STEP_RADIO_OFF;
    if (mc_facts_registered(&b->facts))
        return MC_STEP_SIGNAL;
    if (b->look_once && !b->radio_stays_off)
        return mc_bringup_fail(b, MC_FAULT_NOT_REGISTERED, "AT+CEREG still says %d", (int)b->facts.stat);
    return b->facts.stat == 0 ? MC_STEP_REGISTER_RADIO : MC_STEP_REGISTER_URCS;
}

enum mc_step mc_after_radio_check(struct mc_bringup *b)
{
    if (b->radio_stays_off)
        return b->facts.fun == 4 ? MC_STEP_END : MC_STEP_RADIO_OFF;
    if (b->facts.fun == 1)
        return MC_STEP_REGISTER_URCS;
    b->result.wait_ms = b->cb.attach_allowed(b->ctx);
    if (b->result.wait_ms > 0)
        return MC_STEP_END;
    mc_bringup_note(b, "the radio was off (AT+CFUN? says %d): switching it on", (int)b->facts.fun);
    return MC_STEP_RADIO_ON;
}

enum mc_step mc_after_signal(struct mc_bringup *b)
{
    b->facts.was_registered = true;
    if (b->stop_before_dial)
        return MC_STEP_END;
    if (strcmp(b->facts.cpin, "READY") != 0)
        return mc_after_sim(b);
    if (!mc_facts_registered(&b->facts)) /* the signal took its time, and a URC came meanwhile */
        return mc_bringup_fail(b, MC_FAULT_REGISTRATION_LOST, "AT+CEREG says %d before the dial", (int)b->facts.stat);
    char detail[120] = "";
    enum mc_fault fault = b->cb.dial_fault(b->ctx, detail, sizeof(detail));
    if (fault != MC_FAULT_NONE)
        return mc_bringup_fail(b, fault, "%s", detail);
    b->result.wait_ms = b->cb.dial_allowed(b->ctx);
    return b->result.wait_ms > 0 ? MC_STEP_END : MC_STEP_DIAL;
}

enum mc_step mc_after_dial(struct mc_bringup *b)
{
    mc_line_data(b->line, true);
    b->call_ended = false;
    b->dialled_at_ms = mc_timerq_now_ms(b->queue);
    b->result.connected = true;
    return MC_STEP_END;
}

/* An answer that is the network's, or that says itself that there is no call, leaves nothing to hang up. */
enum mc_step mc_after_dial_refused(struct mc_bringup *b)
{
    bool says_why = b->last.final == MC_AT_CME && mc_cme_fault(b->last.code) != MC_FAULT_NONE;
    return says_why || b->last.final == MC_AT_NO_CARRIER ? MC_STEP_END : MC_STEP_DIAL_HANGUP;
}

enum mc_step mc_after_check(struct mc_bringup *b)
{
    if (strcmp(b->facts.cpin, "READY") == 0)
        return b->facts.prepared ? MC_STEP_REGISTER : MC_STEP_GREET;
    b->facts.prepared = false;
    return mc_after_sim(b) == MC_STEP_END ? MC_STEP_END : MC_STEP_GREET;
}

/* A bare ERROR where nothing is set up may be a SIM's that says why once it is asked to (AT+CMEE is not saved). */
enum mc_step mc_after_check_refused(struct mc_bringup *b)
{
    return b->facts.prepared ? MC_STEP_END : MC_STEP_GREET;
}

enum mc_step mc_after_reset(struct mc_bringup *b)
{
    if (b->rebooted) /* the OK was lost, and does not come any more: nobody is to wait for it */
        mc_at_cancel_all(b->chat_at);
    mc_line_plain(b->line);
    mc_facts_rebooted(&b->facts);
    b->cb.set_baud(b->ctx, b->facts.baud); /* where its boot messages come */
    b->cb.set_flow(b->ctx, MC_FLOW_NONE);
    b->patience_ms = b->settings->modem.boot_time_ms;
    return MC_STEP_RESET_WAIT;
}

enum mc_step mc_after_hangup_prove_late(struct mc_bringup *b)
{
    mc_line_escape_failed(b->line);
    return MC_STEP_HANGUP_LISTEN;
}

enum mc_step mc_after_radio_off(struct mc_bringup *b)
{
    mc_facts_radio_off(&b->facts);
    return MC_STEP_END;
}

enum mc_step mc_after_power_off(struct mc_bringup *b)
{
    mc_line_plain(b->line);
    mc_facts_rebooted(&b->facts);
    b->cb.set_baud(b->ctx, b->facts.baud); /* where its boot messages will come, when somebody presses the button */
    b->cb.set_flow(b->ctx, MC_FLOW_NONE);
    return MC_STEP_END;
}

/* ---- what ends a wait ---- */

bool mc_sim_ready(const struct mc_bringup *b)
{
    if (b->unlocking && strcmp(b->facts.cpin, "SIM PIN") == 0)
        return false;
    return *b->facts.cpin && strcmp(b->facts.cpin, "BUSY") != 0 && strcmp(b->facts.cpin, "NOT READY") != 0;
}

/* After CFUN=1: +CPIN: READY, or a registration, which no SIM that is locked gets; the question is for a modem that
 * says neither. */
bool mc_sim_or_network(const struct mc_bringup *b)
{
    return mc_sim_ready(b) || mc_facts_registered(&b->facts);
}

/* The radio is on, the SIM is good, and the modem does not even search: detached by an AT+CGATT=0 whose AT+CGATT=1
 * never came through. */
static bool detached(const struct mc_bringup *b)
{
    return !b->attach_tried && b->idle_at_ms >= 0 && mc_timerq_now_ms(b->queue) - b->idle_at_ms >= IDLE_GRACE_MS;
}

bool mc_registered_or_denied(const struct mc_bringup *b)
{
    if (detached(b) || strcmp(b->facts.cpin, "SIM PIN") == 0) /* locked again while it searched */
        return true;
    bool denied = b->denied_at_ms >= 0 && mc_timerq_now_ms(b->queue) - b->denied_at_ms >= DENIED_GRACE_MS;
    return mc_facts_registered(&b->facts) || denied || mc_cpin_fault(*b->facts.cpin ? b->facts.cpin : "READY");
}

enum mc_step mc_after_register_wait(struct mc_bringup *b)
{
    if (mc_facts_registered(&b->facts))
        return MC_STEP_SIGNAL;
    if (b->facts.stat == 3)
        return mc_bringup_fail(b, MC_FAULT_REGISTRATION_DENIED, "AT+CEREG says 3 for %d s", DENIED_GRACE_MS / 1000);
    if (!detached(b) || (*b->facts.cpin && strcmp(b->facts.cpin, "READY") != 0))
        return mc_after_sim(b);
    b->attach_tried = true;
    b->result.wait_ms = b->cb.attach_allowed(b->ctx);
    if (b->result.wait_ms > 0)
        return MC_STEP_END;
    mc_bringup_note(b, "the modem is detached: attaching");
    return MC_STEP_REGISTER_ATTACH;
}

enum mc_step mc_after_register_late(struct mc_bringup *b)
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

bool mc_rebooted(const struct mc_bringup *b)
{
    return b->rebooted;
}

bool mc_went_off(const struct mc_bringup *b)
{
    return b->said_off;
}

bool mc_call_ended(const struct mc_bringup *b)
{
    return b->call_ended;
}
