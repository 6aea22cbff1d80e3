/* SPDX-License-Identifier: MIT */
/* Walks of the sequence: what the bring-up asks, of the session or of its host, and what may be said to it. */
#include "session_priv.h"

/* What was said of a walk is said of that one, however it ends. */
void mc_session_walk_over(struct mc_session *session)
{
    session->use = MC_USE_NONE;
    mc_bringup_look_once(session->bringup, false);
}

/* A modem that is greeted was found; one that is checked was met before, or the walk would look for it. */
static void on_step(void *ctx, const struct mc_bringup_row *row)
{
    struct mc_session *session = ctx;
    if (row->step == MC_STEP_GREET || row->step == MC_STEP_CHECK)
        mc_session_event(session, MC_SESSION_ANSWERED);
    session->host.walk.step(session->ctx, row);
}

static void on_walk_done(void *ctx, const struct mc_bringup_result *result)
{
    struct mc_session *session = ctx;
    enum mc_session_use use = session->use;
    mc_session_walk_over(session);
    session->host.done(session->ctx, use, result);
}

/* The rest of the bring-up's questions are the host's, who has another ctx. */
static void on_note(void *ctx, const char *text)
{
    struct mc_session *session = ctx;
    session->host.walk.note(session->ctx, text);
}

static int on_set_baud(void *ctx, int32_t baud)
{
    struct mc_session *session = ctx;
    return session->req.set_baud(session->req_ctx, baud);
}

static int on_set_flow(void *ctx, enum mc_flow flow)
{
    struct mc_session *session = ctx;
    return session->req.set_flow(session->req_ctx, flow);
}

static enum mc_fault on_pin_allowed(void *ctx, const char *iccid, int tries_left)
{
    struct mc_session *session = ctx;
    return session->host.walk.pin_allowed(session->ctx, iccid, tries_left);
}

static void on_pin_result(void *ctx, const char *iccid, bool right)
{
    struct mc_session *session = ctx;
    session->host.walk.pin_result(session->ctx, iccid, right);
}

static int64_t on_attach_allowed(void *ctx)
{
    struct mc_session *session = ctx;
    return session->host.walk.attach_allowed(session->ctx);
}

static int64_t on_dial_allowed(void *ctx)
{
    struct mc_session *session = ctx;
    return session->host.walk.dial_allowed(session->ctx);
}

static enum mc_fault on_dial_fault(void *ctx, char *detail, size_t size)
{
    struct mc_session *session = ctx;
    return session->req.call_check(session->req_ctx, detail, size);
}

static bool on_mux_allowed(void *ctx)
{
    struct mc_session *session = ctx;
    return session->host.walk.mux_allowed(session->ctx);
}

static void on_mux_failed(void *ctx, const char *why)
{
    struct mc_session *session = ctx;
    session->host.walk.mux_failed(session->ctx, why);
}

void mc_session_stop_before_dial(struct mc_session *session, bool stop)
{
    mc_bringup_stop_before_dial(session->bringup, stop);
}

void mc_session_radio_stays_off(struct mc_session *session, bool off)
{
    mc_bringup_radio_stays_off(session->bringup, off);
}

void mc_session_walk(struct mc_session *session, enum mc_session_use use, enum mc_step step)
{
    bool new = mc_session_in(session, MC_SESSION_STARTING);
    session->use = use;
    mc_bringup_start(session->bringup, step, new ? session->settings->modem.boot_time_ms : 0);
}

void mc_session_look_once(struct mc_session *session, bool once)
{
    mc_bringup_look_once(session->bringup, once);
}

void mc_session_cancel(struct mc_session *session)
{
    mc_bringup_cancel(session->bringup);
    mc_session_walk_over(session);
}

const struct mc_bringup_callbacks mc_session_walk_callbacks = {.step = on_step,
                                                               .note = on_note,
                                                               .set_baud = on_set_baud,
                                                               .set_flow = on_set_flow,
                                                               .pin_allowed = on_pin_allowed,
                                                               .pin_result = on_pin_result,
                                                               .attach_allowed = on_attach_allowed,
                                                               .dial_fault = on_dial_fault,
                                                               .dial_allowed = on_dial_allowed,
                                                               .mux_allowed = on_mux_allowed,
                                                               .mux_failed = on_mux_failed,
                                                               .done = on_walk_done};
