/* SPDX-License-Identifier: MIT */
#include "session_priv.h"
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <string.h>

#define DETACH_MS 5000 /* a detach takes a second or two; the reset that waits for it is wanted */

/* ---- the table ---- */

static const char *const state_names[] = {
    [MC_SESSION_ABSENT] = "absent",   [MC_SESSION_SHUT] = "shut",     [MC_SESSION_SHUT_OFF] = "shut-off",
    [MC_SESSION_BOOTING] = "booting", [MC_SESSION_LOST] = "lost",     [MC_SESSION_MET] = "met",
    [MC_SESSION_OFF] = "off",         [MC_SESSION_WAKING] = "waking",
};
static const char *const event_names[] = {
    [MC_SESSION_PLUGGED] = "plugged", [MC_SESSION_UNPLUGGED] = "unplugged", [MC_SESSION_OPENED] = "opened",
    [MC_SESSION_CLOSED] = "closed",   [MC_SESSION_ADOPTED] = "adopted",     [MC_SESSION_ANSWERED] = "answered",
    [MC_SESSION_DOUBTED] = "doubted", [MC_SESSION_REBOOTED] = "rebooted",   [MC_SESSION_WENT_OFF] = "went-off",
    [MC_SESSION_WORKED] = "worked",
};
static const struct mc_strtab states = MC_STRTAB(state_names), events = MC_STRTAB(event_names);

/* In what mode the modem is, is not known, whatever the line was last. */
static void unknown(void *owner)
{
    struct mc_session *session = owner;
    if (mc_session_open(session))
        session->status->modem.line = MC_LINE_UNKNOWN;
}

/* In command mode from the first word on: the line did not change hands. */
static void answered(void *owner)
{
    struct mc_session *session = owner;
    if (session->status->modem.line == MC_LINE_UNKNOWN)
        session->status->modem.line = MC_LINE_COMMAND;
}

static void started_anew(void *owner)
{
    struct mc_session *session = owner;
    mc_line_plain(session->line);
    mc_facts_rebooted(mc_session_facts(session));
    unknown(session);
}

static void shut(void *owner)
{
    struct mc_session *session = owner;
    session->req.close(session->req_ctx);
}

#define S(state)  MC_MACHINE_BIT(MC_SESSION_##state)
#define IS(state) MC_SESSION_##state
#define ON(event) MC_SESSION_##event
#define SAME      MC_MACHINE_SAME
#define LET_IN    (S(BOOTING) | S(LOST) | S(MET))
#define WENT      (S(OFF) | S(WAKING))

/* clang-format off */
static const struct mc_machine_row rows[] = {
    {S(ABSENT),                      ON(PLUGGED),   NULL, started_anew, IS(SHUT)}, /* its defaults: it has just got its power */
    {S(ABSENT) | S(SHUT),            ON(ADOPTED),   NULL, NULL,         IS(MET)},
    {S(SHUT),                        ON(OPENED),    NULL, unknown,      IS(BOOTING)},
    {S(SHUT_OFF),                    ON(OPENED),    NULL, unknown,      IS(WAKING)},
    {LET_IN,                         ON(CLOSED),    NULL, shut,         IS(SHUT)},
    {WENT,                           ON(CLOSED),    NULL, shut,         IS(SHUT_OFF)},
    {S(ABSENT) | S(SHUT) | S(SHUT_OFF), ON(CLOSED), NULL, NULL,         SAME}, /* is so already */
    {S(SHUT) | S(SHUT_OFF),          ON(UNPLUGGED), NULL, NULL,         IS(ABSENT)},
    {MC_SESSION_OPEN,                ON(UNPLUGGED), NULL, shut,         IS(ABSENT)},
    {MC_SESSION_OPEN,                ON(ANSWERED),  NULL, answered,     IS(MET)},
    {S(MET),                         ON(DOUBTED),   NULL, unknown,      IS(LOST)},
    {~S(MET),                        ON(DOUBTED),   NULL, NULL,         SAME}, /* nothing was believed */
    {MC_SESSION_OPEN,                ON(REBOOTED),  NULL, started_anew, IS(BOOTING)},
    {MC_SESSION_OPEN,                ON(WENT_OFF),  NULL, started_anew, IS(OFF)},
    {LET_IN,                         ON(WORKED),    NULL, started_anew, IS(BOOTING)},
    {WENT,                           ON(WORKED),    NULL, started_anew, IS(WAKING)},
};
/* clang-format on */
const struct mc_machine_table mc_session_table = {"session", &states, &events, rows, MC_LENGTH_OF(rows)};

void mc_session_event(struct mc_session *session, enum mc_session_event event)
{
    mc_machine_event(&session->machine, event);
}

bool mc_session_in(const struct mc_session *session, unsigned in)
{
    return mc_machine_in(&session->machine, in);
}

bool mc_session_present(const struct mc_session *session)
{
    return session->machine.state != MC_SESSION_ABSENT;
}

bool mc_session_open(const struct mc_session *session)
{
    return mc_machine_in(&session->machine, MC_SESSION_OPEN);
}

bool mc_session_met(const struct mc_session *session)
{
    return session->machine.state == MC_SESSION_MET;
}

/* ---- the line ---- */

void mc_session_no_answers(struct mc_session *session, const char *why)
{
    mc_bringup_abandon(session->bringup, why); /* its own command is among those that end */
    mc_session_walk_over(session);
    mc_at_abandon(mc_session_at(session), why);
}

void mc_session_defaults(struct mc_session *session)
{
    session->req.set_flow(session->req_ctx, MC_FLOW_NONE);
    session->req.set_baud(session->req_ctx, 115200);
}

void mc_session_take_line_back(struct mc_session *session)
{
    mc_line_command(session->line);
}

/* ---- the port ---- */

enum mc_fault mc_session_open_port(struct mc_session *session, char *detail, size_t size)
{
    if (mc_session_open(session))
        return MC_FAULT_NONE;
    enum mc_fault fault = session->req.open(session->req_ctx, detail, size);
    if (fault == MC_FAULT_NONE)
        mc_session_event(session, MC_SESSION_OPENED);
    return fault;
}

void mc_session_drop(struct mc_session *session, enum mc_session_event why)
{
    mc_session_cancel(session);
    mc_line_reset(session->line);
    mc_session_event(session, why);
    session->status->modem.line = MC_LINE_CLOSED;
}

void mc_session_call_ended(struct mc_session *session)
{
    mc_bringup_call_ended(session->bringup);
}

int mc_session_adopt(struct mc_session *session, unsigned mux_n1)
{
    mc_session_event(session, MC_SESSION_ADOPTED);
    if (mux_n1 > 0)
        return mc_line_mux_adopt(session->line, mux_n1, mc_session_facts(session)->baud);
    mc_line_data(session->line, false);
    return 0;
}

bool mc_session_muxed(const struct mc_session *session)
{
    return mc_line_muxed(session->line);
}

void mc_session_wonder(struct mc_session *session)
{
    mc_bringup_wonder(session->bringup);
}

const char *mc_session_escape_why(const struct mc_session *session)
{
    return mc_bringup_escape_why(session->bringup);
}

const char *mc_session_mux_why(const struct mc_session *session)
{
    return mc_bringup_mux_why(session->bringup);
}

void mc_session_mux_distrust(struct mc_session *session, const char *why)
{
    mc_bringup_mux_distrust(session->bringup, why);
}

/* ---- the board's lines ---- */

bool mc_session_has_line(const struct mc_session *session, const char *setting)
{
    return !strcmp(setting, "auto") ? session->status->device.bridge : strcmp(setting, "none") != 0;
}

static void on_detached(void *ctx, const struct mc_at_answer *answer)
{
    struct mc_session *session = ctx;
    if (session->use == MC_USE_BOARD) /* or it was called off meanwhile */
        session->req.board(session->req_ctx, session->board_line);
}

/*
 * A modem that still answers is detached first: the network forgets the session at once instead of by its own timers
 * (the vendor's newer driver does so). Bounded, and whatever it says to it, the line is worked.
 */
void mc_session_work_board(struct mc_session *session, enum mc_board_line what)
{
    static const struct mc_at_command detach = {
        .text = "AT+CGATT=0", .timeout_ms = DETACH_MS, .flags = MC_AT_GUESS | MC_AT_URGENT};
    struct mc_at *at = mc_session_at(session);
    bool again = session->use == MC_USE_BOARD && mc_at_busy(at); /* the detach of the line before is under way */
    mc_session_cancel(session);
    if (!again)
        mc_at_cancel_all(at); /* one that was called off is nobody's any more */
    session->use = MC_USE_BOARD;
    session->board_line = what;
    if (again)
        return;
    bool heard = what != MC_BOARD_POWER_ON && mc_session_met(session) && mc_line_at_there(session->line);
    if (!heard || mc_at_send(at, &detach, on_detached, session) < 0)
        session->req.board(session->req_ctx, what);
}

enum mc_board_line mc_session_board_line(const struct mc_session *session)
{
    return session->board_line;
}

void mc_session_board_done(struct mc_session *session, int result)
{
    if (session->use != MC_USE_BOARD)
        return;
    session->use = MC_USE_NONE;
    if (result == 0) { /* else nothing starts anew, and who spoke before may do so still */
        mc_session_event(session, MC_SESSION_WORKED);
        mc_line_reset(session->line);
        mc_session_defaults(session);
    }
    session->host.worked(session->ctx, result);
}

/* ---- what the rest asks ---- */

enum mc_session_use mc_session_use(const struct mc_session *session)
{
    return session->use;
}

enum mc_step mc_session_step(const struct mc_session *session)
{
    return mc_bringup_step(session->bringup);
}

struct mc_facts *mc_session_facts(const struct mc_session *session)
{
    return mc_bringup_facts(session->bringup);
}

struct mc_line *mc_session_line(const struct mc_session *session)
{
    return session->line;
}

struct mc_at *mc_session_at(const struct mc_session *session)
{
    return mc_line_at(session->line);
}

static void on_sample(void *ctx)
{
    struct mc_session *session = ctx;
    session->host.sample(session->ctx);
}

void mc_session_sample_in(struct mc_session *session, int64_t delay_ms)
{
    mc_timer_arm(&session->sample, session->queue, delay_ms);
}

/* ---- life ---- */

static struct mc_session *session_alloc(struct mc_timerq *queue, const struct mc_settings *settings)
{
    struct mc_session *session = calloc(1, sizeof(*session));
    if (!session)
        return NULL;
    mc_timer_init(&session->sample, "session.sample", on_sample, session);
    session->line = mc_line_new(queue, &mc_session_line_callbacks, session);
    if (session->line)
        session->bringup = mc_bringup_new(queue, session->line, settings, &mc_session_walk_callbacks, session);
    if (session->bringup)
        return session;
    mc_session_free(session);
    return NULL;
}

struct mc_session *mc_session_new(struct mc_timerq *queue, const struct mc_settings *settings, struct mc_status *status,
                                  const struct mc_link_requests *requests, void *req_ctx,
                                  const struct mc_session_host *host, void *ctx)
{
    struct mc_session *session = session_alloc(queue, settings);
    if (!session)
        return NULL;
    mc_machine_init(&session->machine, &mc_session_table, MC_SESSION_ABSENT, session);
    session->queue = queue;
    session->settings = settings;
    session->status = status;
    session->req = *requests;
    session->host = *host;
    session->ctx = ctx;
    session->req_ctx = req_ctx;
    return session;
}

void mc_session_free(struct mc_session *session)
{
    if (!session)
        return;
    mc_timer_disarm(&session->sample);
    mc_bringup_free(session->bringup);
    mc_line_free(session->line);
    free(session);
}
