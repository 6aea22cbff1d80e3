/* SPDX-License-Identifier: MIT */
/* What the line carries and tells, handed on to who wants it. */
#include "session_priv.h"
#include <errno.h>
#include <string.h>

static int on_line_write(void *ctx, const void *data, size_t len)
{
    struct mc_session *session = ctx;
    return mc_session_open(session) ? session->req.write(session->req_ctx, data, len) : -ENODEV;
}

static size_t on_line_data(void *ctx, const uint8_t *data, size_t len)
{
    struct mc_session *session = ctx;
    return session->host.data(session->ctx, data, len);
}

static void on_line_trace(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text)
{
    struct mc_session *session = ctx;
    if (direction == MC_AT_RECEIVED)
        session->status->modem.answered_at_ms = mc_timerq_now_ms(session->queue);
    session->req.trace(session->req_ctx, channel, direction, text);
}

static void on_line_owner(void *ctx, enum mc_line_owner owner)
{
    struct mc_session *session = ctx;
    static const enum mc_line_mode modes[] = {[MC_LINE_OWNER_AT] = MC_LINE_COMMAND,
                                              [MC_LINE_OWNER_DATA] = MC_LINE_DATA,
                                              [MC_LINE_OWNER_RAW] = MC_LINE_UNKNOWN,
                                              [MC_LINE_OWNER_MUX] = MC_LINE_MUX,
                                              [MC_LINE_OWNER_LENT] = MC_LINE_COMMAND};
    session->status->modem.line = modes[owner];
    session->req.data_mode(session->req_ctx, owner == MC_LINE_OWNER_DATA || owner == MC_LINE_OWNER_MUX);
}

static void on_line_urc(void *ctx, enum mc_line_channel channel, const char *line)
{
    struct mc_session *session = ctx;
    bool reboot = mc_bringup_urc(session->bringup, line);
    if (!strncmp(line, "CONNECT", 7) &&
        channel == MC_CHANNEL_AT) /* the late answer to a dial that was given up: it carries data now */
        mc_session_event(session, MC_SESSION_DOUBTED);
    session->host.urc(session->ctx, line, reboot);
}

static void on_line_room(void *ctx)
{
    struct mc_session *session = ctx;
    session->req.call_room(session->req_ctx);
}

/* Nobody waits for a sample's answers, and each piece of one that is read by itself is a wake-up. A modem answers
 * within a few milliseconds; who has a call beside it waits no longer for its bytes than a busy line makes it wait. */
#define LULL_MS 25

static void on_line_asked(void *ctx)
{
    struct mc_session *session = ctx;
    if (session->use == MC_USE_SAMPLE && session->req.lull)
        session->req.lull(session->req_ctx, LULL_MS);
}

static size_t on_line_pending(void *ctx)
{
    struct mc_session *session = ctx;
    return session->req.pending(session->req_ctx);
}

static void on_line_data_closed(void *ctx)
{
    struct mc_session *session = ctx;
    session->host.data_closed(session->ctx);
}

static void on_line_note(void *ctx, const char *text)
{
    struct mc_session *session = ctx;
    session->host.walk.note(session->ctx, text);
}

static void on_line_mux_lost(void *ctx, bool left, const char *why)
{
    struct mc_session *session = ctx;
    mc_session_event(session, MC_SESSION_DOUBTED);
    session->host.mux_lost(session->ctx, left, why);
}

size_t mc_session_bytes(struct mc_session *session, const uint8_t *data, size_t len)
{
    return mc_session_open(session) ? mc_line_feed(session->line, data, len) : len;
}

const struct mc_line_callbacks mc_session_line_callbacks = {.write = on_line_write,
                                                            .data = on_line_data,
                                                            .urc = on_line_urc,
                                                            .trace = on_line_trace,
                                                            .owner = on_line_owner,
                                                            .room = on_line_room,
                                                            .pending = on_line_pending,
                                                            .asked = on_line_asked,
                                                            .data_closed = on_line_data_closed,
                                                            .note = on_line_note,
                                                            .mux_lost = on_line_mux_lost};
