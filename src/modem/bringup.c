/* SPDX-License-Identifier: MIT */
/* The machine that walks the table: one function goes to a row, one ends the walk; what the rows mean stands in
 * bringup_table.c and decide.c. */
#include "bringup_priv.h"
#include <errno.h>
#include <microcat/at/urcs.h>
#include <microcat/line/mux.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void go(struct mc_bringup *b, enum mc_step step);

/* ---- ends ---- */

void mc_bringup_note(struct mc_bringup *b, const char *fmt, ...)
{
    char text[160];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    b->cb.note(b->ctx, text);
}

enum mc_step mc_bringup_fail(struct mc_bringup *b, enum mc_fault fault, const char *fmt, ...)
{
    if (b->result.fault != MC_FAULT_NONE) /* the first one is the cause */
        return MC_STEP_END;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(b->result.detail, sizeof(b->result.detail), fmt, ap);
    va_end(ap);
    b->result.fault = fault;
    return MC_STEP_END;
}

/* The finder is done with the modem, which may have been set up before (the end of a call, a dial that is aborted):
 * what was said to it blind, it may have done. */
static void finder_left(struct mc_bringup *b)
{
    if (!mc_finder_unmuted(b->finder) || b->facts.flow == MC_FLOW_NONE)
        return;
    b->facts.ifc_dce = b->facts.ifc_dte = MC_AT_UNKNOWN;
    b->facts.flow = MC_FLOW_NONE;
    b->facts.prepared = false;
}

static void stop_waiting(struct mc_bringup *b)
{
    mc_timer_disarm(&b->deadline);
    mc_timer_disarm(&b->poll);
    mc_timer_disarm(&b->soon);
    if (mc_chat_running(b->chat)) {
        mc_chat_cancel(b->chat);
        mc_at_cancel_all(b->chat_at); /* or the next command would wait for the old one's deadline */
    }
    mc_finder_cancel(b->finder);
    if (b->row && b->row->kind == MC_ROW_FIND)
        finder_left(b);
    if (b->row && b->row->kind == MC_ROW_ESCAPE)
        mc_line_escape_cancel(b->line);
    if (b->row && (b->row->kind == MC_ROW_MUX || b->row->kind == MC_ROW_UNMUX || b->row->kind == MC_ROW_REDIAL))
        mc_line_mux_forget(b->line);
}

static void end_walk(struct mc_bringup *b)
{
    struct mc_bringup_result result = b->result;
    stop_waiting(b);
    b->row = NULL;
    b->cb.done(b->ctx, &result);
}

/* ---- walks in circles ---- */

/*
 * Answers that contradict each other may send a walk in a ring that no single row is to blame for. Twice is no ring: a
 * modem that was met at another speed or whose SIM was locked meanwhile is asked again, and its answers have changed by
 * then. Where the walk waits in between (for a poll or a deadline) more is allowed, but not for ever.
 */
#define LAPS_MAX   2
#define VISITS_MAX 12
#define WAITED_MS  100

static void waited(struct mc_bringup *b)
{
    memset(b->laps, 0, sizeof(b->laps));
}

static bool in_circles(struct mc_bringup *b, enum mc_step step)
{
    if (b->laps[step] < LAPS_MAX && b->visits[step] < VISITS_MAX) {
        b->laps[step]++;
        b->visits[step]++;
        return false;
    }
    mc_bringup_fail(b, MC_FAULT_WALK_IN_CIRCLES, "came to %s %d times%s", mc_bringup_table[step].name,
                    b->visits[step] + 1, b->laps[step] < LAPS_MAX ? "" : " without having waited");
    return true;
}

/* ---- how a row ends ---- */

static enum mc_fault late_fault(const struct mc_bringup_row *row)
{
    return row->late != MC_FAULT_NONE ? row->late : MC_FAULT_MODEM_SILENT;
}

static enum mc_fault refused_fault(const struct mc_bringup_row *row)
{
    return row->refused != MC_FAULT_NONE ? row->refused : MC_FAULT_MODEM_REFUSED;
}

static void row_done(struct mc_bringup *b)
{
    const struct mc_bringup_row *row = b->row;
    bool keeps = b->result.fault != MC_FAULT_NONE; /* tidying up behind a fault */
    enum mc_step next = row->decide && !keeps ? row->decide(b) : row->next;
    go(b, next);
}

static void row_late(struct mc_bringup *b, const char *detail)
{
    const struct mc_bringup_row *row = b->row;
    waited(b);
    enum mc_step next = row->decide_late ? row->decide_late(b) : row->late_next;
    if (next == MC_STEP_END || row->keep_fault)
        mc_bringup_fail(b, late_fault(row), "%s", detail);
    go(b, next);
}

/* A command was not answered. In a row that waits it was a poll, and AT behind it was not answered, either
 * (MC_CHAT_PROVE): what is waited for cannot come. Late there is the row alone, at its deadline. */
static void script_late(struct mc_bringup *b, const char *detail)
{
    if (b->row->kind == MC_ROW_AWAIT)
        go(b, mc_bringup_fail(b, MC_FAULT_MODEM_SILENT, "%s", detail));
    else
        row_late(b, detail);
}

/* @fault: what a refusal or an answer of the wrong shape is, where the row knows no way on. */
static void row_refused(struct mc_bringup *b, enum mc_fault fault, const char *detail)
{
    const struct mc_bringup_row *row = b->row;
    enum mc_step next = row->decide_refused ? row->decide_refused(b) : row->refused_next;
    if (next == MC_STEP_END || row->keep_fault)
        mc_bringup_fail(b, fault, "%s", detail);
    go(b, next);
}

static void script_refused(struct mc_bringup *b, const struct mc_chat_result *result)
{
    enum mc_fault fault = result->final == MC_AT_CME ? mc_cme_fault(result->code) : MC_FAULT_NONE;
    if (result->final == MC_AT_NO_CARRIER)
        fault = MC_FAULT_DIAL_NO_CARRIER;
    /* What is done about a modem that finds no network is for one that has searched; this one calls itself registered.
     */
    if (b->row->step == MC_STEP_DIAL && fault == MC_FAULT_NOT_REGISTERED)
        fault = MC_FAULT_NONE;
    if (fault == MC_FAULT_SIM_ABSENT) /* CME 10 to whatever it was: the next walk may meet another SIM */
        mc_facts_sim(&b->facts, "NOT INSERTED");
    if (b->row->step == MC_STEP_SIM_UNLOCK && !mc_cme_no_verdict(result->code))
        b->cb.pin_result(b->ctx, b->facts.iccid, false);
    row_refused(b, fault != MC_FAULT_NONE ? fault : refused_fault(b->row), result->detail);
}

/* ---- scripts ---- */

static void since(struct mc_bringup *b, bool is_so, int64_t *at_ms)
{
    if (!is_so)
        *at_ms = -1;
    else if (*at_ms < 0)
        *at_ms = mc_timerq_now_ms(b->queue);
}

static void facts_changed(struct mc_bringup *b)
{
    since(b, b->facts.stat == 3, &b->denied_at_ms);
    since(b, b->facts.stat == 0, &b->idle_at_ms);
    if (b->row && b->row->satisfied && b->row->satisfied(b))
        mc_timer_arm(&b->soon, b->queue, 0);
}

static void arm_poll(struct mc_bringup *b)
{
    if (b->row->script == MC_SCRIPT_none)
        return;
    bool urcs = b->row->step != MC_STEP_REGISTER_WAIT || b->facts.cereg_urcs;
    mc_timer_arm(&b->poll, b->queue, urcs ? b->row->poll_ms : 1000);
}

static void script_done(void *ctx, const struct mc_chat_result *result)
{
    struct mc_bringup *b = ctx;
    b->last = *result;
    facts_changed(b);
    switch (result->end) {
    case MC_CHAT_DONE:
        if (b->row->kind != MC_ROW_AWAIT)
            row_done(b);
        else if (!mc_timer_armed(&b->soon))
            arm_poll(b);
        break;
    case MC_CHAT_REFUSED:
        script_refused(b, result);
        break;
    case MC_CHAT_LATE:
        script_late(b, result->detail);
        break;
    case MC_CHAT_MALFORMED:
        row_refused(b, MC_FAULT_MODEM_MALFORMED, result->detail);
        break;
    case MC_CHAT_UNBUILDABLE:
        mc_bringup_fail(b, MC_FAULT_INTERNAL, "a command could not be built or queued in %s", b->row->name);
        go(b, b->row->keep_fault ? b->row->refused_next : MC_STEP_END);
        break;
    case MC_CHAT_CANCELLED:
        mc_bringup_fail(b, MC_FAULT_DEVICE_ERROR, "the line was lost in %s", b->row->name);
        go(b, MC_STEP_END);
        break;
    }
}

static void run_script(struct mc_bringup *b)
{
    const struct mc_script *script = &mc_scripts[b->row->script];
    b->chat_at = b->row->step == MC_STEP_DIAL ? mc_line_dial_at(b->line) : mc_line_at(b->line);
    mc_chat_use(b->chat, b->chat_at);
    mc_chat_run(b->chat, script->steps, script->n, script_done, b);
}

static void on_poll(void *ctx)
{
    waited(ctx);
    run_script(ctx);
}

static void on_soon(void *ctx)
{
    struct mc_bringup *b = ctx;
    if (mc_timerq_now_ms(b->queue) - b->row_at_ms >= WAITED_MS) /* for a URC: that is a wait, too */
        waited(b);
    mc_chat_cancel(b->chat);
    row_done(b);
}

static void on_deadline(void *ctx)
{
    struct mc_bringup *b = ctx;
    char detail[64];
    snprintf(detail, sizeof(detail), "%s took too long", b->row->name);
    row_late(b, detail);
}

/* ---- finding and escaping ---- */

static void on_found(void *ctx, enum mc_found found, int32_t baud)
{
    static const char *const found_text[] = {
        [MC_FOUND_DATA] = "was still in data mode", [MC_FOUND_CMUX] = "was still in CMUX"};
    struct mc_bringup *b = ctx;
    bool stranger = !*b->facts.model;
    if (b->mux_pending)
        mc_bringup_mux_found(b, found == MC_FOUND_CMUX);
    if (b->stop_before_dial) /* a dial that nobody wants any more was not late: what counts is who is there */
        b->result.fault = MC_FAULT_NONE;
    switch (found) {
    case MC_FOUND_DATA:
    case MC_FOUND_CMUX:
        mc_bringup_note(b, "the modem %s: brought back to command mode", found_text[found]);
        __attribute__((fallthrough));
    case MC_FOUND_COMMAND:
        if (baud != b->facts.baud && baud == 115200) /* fallen back to its boot speed: it started anew unseen */
            mc_facts_rebooted(&b->facts);
        b->facts.baud = baud;
        b->patience_ms = 0; /* it has booted: who looks for it again on this walk knows at the first round */
        row_done(b);
        return;
    case MC_FOUND_STUCK:
        mc_bringup_fail(b, MC_FAULT_STUCK_IN_DATA, "PPP answers, but `+++` does not end it");
        break;
    case MC_FOUND_BABBLE:
        mc_bringup_fail(b, stranger ? MC_FAULT_NOT_A_MODEM : late_fault(b->row),
                        b->prompt ? "a MicroPython prompt answers: the board is no bridge yet (microcat-bridge install)"
                                  : "bytes come, but no answer to AT at any speed");
        break;
    case MC_FOUND_ECHO:
        mc_bringup_fail(b, late_fault(b->row),
                        "only the echo of what is sent comes back: a modem that hangs, or a loopback plug");
        break;
    case MC_FOUND_SILENCE:
        mc_bringup_fail(b, late_fault(b->row), "no answer to AT, PPP or CMUX at any speed");
        break;
    }
    go(b, MC_STEP_END);
}

static void on_escaped(void *ctx)
{
    row_done(ctx);
}

static void start_finding(struct mc_bringup *b)
{
    mc_line_plain(b->line);
    b->echoes_before = mc_at_stats(mc_line_at(b->line))->echoes;
    mc_finder_start(b->finder, b->facts.baud, (int32_t)b->settings->modem.baud_rate, b->patience_ms, on_found, b);
}

static void on_channel(void *ctx, int result)
{
    struct mc_bringup *b = ctx;
    b->mux_channel = result == -ECONNABORTED;
    if (result == -ETIMEDOUT)
        row_late(b, "the modem's multiplexer does not answer");
    else if (result == -ECONNABORTED)
        row_late(b, "the modem's multiplexer does not open a channel");
    else if (result < 0) /* this host's: the modem was asked nothing */
        row_refused(b, MC_FAULT_INTERNAL, strerror(-result));
    else
        row_done(b);
}

/* A frame carries as much as an AT command may wait for: 22 ms of the wire. */
unsigned mc_bringup_n1(const struct mc_bringup *b)
{
    unsigned bytes = (unsigned)b->facts.baud / 450;
    return bytes > MC_MUX_N1_MAX ? MC_MUX_N1_MAX : bytes;
}

static int finder_set_baud(void *ctx, int32_t baud)
{
    struct mc_bringup *b = ctx;
    return b->cb.set_baud(b->ctx, baud);
}

/* The one function that changes the step. */
static void go(struct mc_bringup *b, enum mc_step step)
{
    stop_waiting(b);
    if (mc_bringup_table[step].muxed != MC_STEP_END && mc_line_muxed(b->line))
        step = mc_bringup_table[step].muxed;
    const struct mc_bringup_row *row = &mc_bringup_table[step];
    b->row = row;
    if (row->kind == MC_ROW_END || in_circles(b, step)) {
        end_walk(b);
        return;
    }
    b->row_at_ms = mc_timerq_now_ms(b->queue);
    b->cb.step(b->ctx, row);
    mc_timer_arm(&b->deadline, b->queue, row->deadline_ms ? row->deadline_ms : b->settings->recovery.search_time_ms);
    switch (row->kind) {
    case MC_ROW_SCRIPT:
        run_script(b);
        break;
    case MC_ROW_FIND:
        start_finding(b);
        break;
    case MC_ROW_ESCAPE:
        mc_line_escape(b->line, on_escaped, b);
        break;
    case MC_ROW_MUX:
        mc_line_mux_start(b->line, mc_bringup_n1(b), b->facts.baud, on_channel, b);
        break;
    case MC_ROW_UNMUX:
        mc_line_mux_leave(b->line, on_channel, b);
        break;
    case MC_ROW_REDIAL:
        mc_line_redial(b->line, on_channel, b);
        break;
    case MC_ROW_AWAIT:
        if (row->satisfied(b))
            mc_timer_arm(&b->soon, b->queue, 0);
        else
            arm_poll(b);
        break;
    case MC_ROW_END:
        break;
    }
}

/* ---- life ---- */

struct mc_bringup *mc_bringup_new(struct mc_timerq *queue, struct mc_line *line, const struct mc_settings *settings,
                                  const struct mc_bringup_callbacks *callbacks, void *ctx)
{
    struct mc_bringup *b = calloc(1, sizeof(*b));
    if (!b)
        return NULL;
    b->queue = queue;
    b->line = line;
    b->settings = settings;
    b->cb = *callbacks;
    b->ctx = ctx;
    b->denied_at_ms = b->idle_at_ms = b->dialled_at_ms = -1;
    mc_facts_init(&b->facts);
    mc_timer_init(&b->deadline, "bringup.deadline", on_deadline, b);
    mc_timer_init(&b->poll, "bringup.poll", on_poll, b);
    mc_timer_init(&b->soon, "bringup.soon", on_soon, b);
    b->chat = mc_chat_new(queue, mc_line_at(line));
    b->finder = mc_finder_new(queue, line, finder_set_baud, b);
    if (b->chat && b->finder)
        return b;
    mc_bringup_free(b);
    return NULL;
}

void mc_bringup_free(struct mc_bringup *b)
{
    if (!b)
        return;
    mc_timer_disarm(&b->deadline);
    mc_timer_disarm(&b->poll);
    mc_timer_disarm(&b->soon);
    mc_chat_free(b->chat);
    mc_finder_free(b->finder);
    free(b);
}

void mc_bringup_start(struct mc_bringup *b, enum mc_step step, int64_t patience_ms)
{
    mc_bringup_cancel(b);
    b->result = (struct mc_bringup_result){.fault = MC_FAULT_NONE, .at = step};
    b->patience_ms = patience_ms;
    b->speed_before = 0;
    b->denied_at_ms = b->idle_at_ms = -1;
    b->attach_tried = b->unlocking = b->said_off = b->rebooted = b->prompt = false;
    b->without_mux = b->mux_ok = b->mux_unheard = b->mux_channel = b->mux_pending = false;
    memset(b->visits, 0, sizeof(b->visits));
    waited(b);
    go(b, step);
}

void mc_bringup_stop_before_dial(struct mc_bringup *b, bool stop)
{
    b->stop_before_dial = stop;
}

void mc_bringup_radio_stays_off(struct mc_bringup *b, bool off)
{
    b->radio_stays_off = off;
}

void mc_bringup_look_once(struct mc_bringup *b, bool once)
{
    b->look_once = once;
}

void mc_bringup_cancel(struct mc_bringup *b)
{
    stop_waiting(b);
    mc_line_escape_cancel(b->line);
    b->row = NULL;
}

void mc_bringup_abandon(struct mc_bringup *b, const char *why)
{
    if (mc_chat_running(b->chat)) {
        mc_chat_cancel(b->chat);
        mc_at_abandon(b->chat_at, why);
    }
    mc_bringup_cancel(b);
}

bool mc_bringup_running(const struct mc_bringup *b)
{
    return b->row != NULL;
}

enum mc_step mc_bringup_step(const struct mc_bringup *b)
{
    return b->row ? b->row->step : MC_STEP_END;
}

/* A board that is no bridge yet: its MicroPython takes "AT" for a name (seen with 1.27). What else could be asked would
 * be keys to it: a CMUX frame's 03, 04 and 05 interrupt, restart and paste. */
static bool is_python_prompt(const char *line)
{
    return !strncmp(line, ">>> ", 4) || !strcmp(line, ">>>") ||
           !strncmp(line, "Traceback (most recent call last)", 33) || !strncmp(line, "NameError: name 'AT", 19);
}

/* Is a boot message what this row leads to, or waits for? */
static bool is_to_boot(const struct mc_bringup *b)
{
    return b->row &&
           (b->row->kind == MC_ROW_FIND || b->row->step == MC_STEP_RESET || b->row->step == MC_STEP_RESET_WAIT);
}

/* That is what was waited for, and yet nothing that was set up holds any more: behind a hang-up nobody would greet it
 * again. */
static void rebooted_in_due_course(struct mc_bringup *b)
{
    b->rebooted = b->row->kind != MC_ROW_FIND;
    if (b->rebooted)
        return;
    b->mux_ok = false;
    if (b->facts.prepared)
        mc_bringup_note(b, "the modem started anew while it was looked for: it is set up again");
    mc_facts_rebooted(&b->facts);
    b->cb.set_flow(b->ctx, MC_FLOW_NONE);
}

bool mc_bringup_urc(struct mc_bringup *b, const char *line)
{
    struct mc_at_cereg cereg;
    char cpin[sizeof(b->facts.cpin)], word[sizeof(cpin)];
    bool rebooted = mc_at_is_reboot_urc(line);
    if (b->row && b->row->kind == MC_ROW_FIND && !*b->facts.model && is_python_prompt(line)) {
        b->prompt = true;
        mc_finder_stranger(b->finder);
        return false;
    }
    if (rebooted && is_to_boot(b)) {
        rebooted_in_due_course(b);
        rebooted = false;
    }
    if (rebooted)
        mc_bringup_mux_rebooted(b);
    if (mc_at_parse_cereg_urc(line, &cereg) == 0) {
        b->facts.stat = cereg.stat;
        b->facts.registration_at_ms = mc_timerq_now_ms(b->queue);
        if (cereg.tac != MC_AT_UNKNOWN)
            b->facts.tac = cereg.tac;
        if (cereg.cell_id >= 0)
            b->facts.cell_id = cereg.cell_id;
    } else if (mc_at_parse_cpin(line, cpin, sizeof(cpin)) == 0) {
        mc_cpin_word(cpin, word, sizeof(word));
        mc_facts_sim(&b->facts, word);
        b->sim_went = b->sim_went || !strcmp(word, "NOT INSERTED");
        if (strcmp(b->facts.cpin, "READY") != 0) /* perhaps another SIM comes */
            b->facts.prepared = false;
    }
    if (mc_at_urc_kind(line) == MC_AT_URC_HANGUP)
        b->call_ended = true;
    b->said_off = b->said_off || mc_at_is_power_down_urc(line);
    if (b->row && b->row->kind == MC_ROW_FIND && mc_at_is_boot_urc(line))
        mc_finder_booted(b->finder);
    facts_changed(b);
    return rebooted;
}

void mc_bringup_call_ended(struct mc_bringup *b)
{
    b->call_ended = true;
    facts_changed(b);
}

struct mc_facts *mc_bringup_facts(struct mc_bringup *b)
{
    return &b->facts;
}
