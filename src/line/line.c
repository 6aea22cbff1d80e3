/* SPDX-License-Identifier: MIT */
#include "line_priv.h"
#include <errno.h>
#include <stdlib.h>

/* A little more than the second that the modem demands: the bytes before it may still be in the USB bridge's buffer. */
#define GUARD_MS 1050
/* Where that was not enough: a bridge that pauses between two reads takes from the silence what it adds to the bytes.
 */
#define PATIENT_GUARD_MS 1600

/* The one function that writes to the tty. */
int mc_line_write(struct mc_line *line, const void *data, size_t len)
{
    return line->cb.write(line->ctx, data, len);
}

static int on_at_write(void *ctx, const void *data, size_t len)
{
    struct mc_line *line = ctx;
    if (line->owner == MC_LINE_OWNER_MUX) {
        int r = mc_mux_send_whole(line->mux, DLCI_AT, data, len);
        if (r == 0 && line->carries && line->cb.asked)
            line->cb.asked(line->ctx);
        return r;
    }
    if (line->mux) /* being opened */
        return -EBUSY;
    return line->owner == MC_LINE_OWNER_AT && line->escape == ESCAPE_NONE ? mc_line_write(line, data, len) : -EBUSY;
}

void mc_line_tell_urc(struct mc_line *line, enum mc_line_channel channel, const char *text)
{
    if (line->cb.urc)
        line->cb.urc(line->ctx, channel, text);
}

void mc_line_tell_trace(struct mc_line *line, enum mc_line_channel channel, enum mc_at_direction direction,
                        const char *text)
{
    if (line->cb.trace)
        line->cb.trace(line->ctx, channel, direction, text);
}

static void on_at_urc(void *ctx, const char *text)
{
    mc_line_tell_urc(ctx, MC_CHANNEL_AT, text);
}

static void on_at_trace(void *ctx, enum mc_at_direction direction, const char *text)
{
    mc_line_tell_trace(ctx, MC_CHANNEL_AT, direction, text);
}

void mc_line_set_owner(struct mc_line *line, enum mc_line_owner owner)
{
    if (line->owner == owner)
        return;
    line->owner = owner;
    if (owner == MC_LINE_OWNER_DATA)
        line->patient = false;
    bool goes_on = line->call_waits && owner == MC_LINE_OWNER_DATA;
    if (owner != MC_LINE_OWNER_AT)
        line->call_waits = false;
    if (line->cb.owner)
        line->cb.owner(line->ctx, owner);
    if (goes_on && line->cb.room)
        line->cb.room(line->ctx);
}

static void guard(struct mc_line *line)
{
    mc_timer_arm(&line->guard, line->queue, line->patient ? PATIENT_GUARD_MS : GUARD_MS);
}

static void on_guard(void *ctx)
{
    struct mc_line *line = ctx;
    if (line->escape == ESCAPE_SILENCE_BEFORE) {
        line->escape = ESCAPE_SILENCE_AFTER;
        on_at_trace(line, MC_AT_SENT, "+++");
        mc_line_write(line, "+++", 3);
        guard(line);
        return;
    }
    mc_line_command(line);
    line->escaped(line->escaped_ctx);
}

struct mc_line *mc_line_new(struct mc_timerq *queue, const struct mc_line_callbacks *callbacks, void *ctx)
{
    static const struct mc_at_callbacks at_callbacks = {.write = on_at_write, .urc = on_at_urc, .trace = on_at_trace};
    struct mc_line *line = calloc(1, sizeof(*line));
    if (!line)
        return NULL;
    line->queue = queue;
    line->cb = *callbacks;
    line->ctx = ctx;
    mc_timer_init(&line->guard, "line.guard", on_guard, line);
    line->at = mc_at_new(queue, &at_callbacks, line);
    mc_line_loan_init(line);
    if (line->at && mc_line_mux_init(line) == 0)
        return line;
    mc_at_free(line->at);
    free(line);
    return NULL;
}

void mc_line_free(struct mc_line *line)
{
    if (!line)
        return;
    mc_timer_disarm(&line->guard);
    mc_line_loan_done(line);
    mc_line_mux_done(line);
    mc_at_free(line->at);
    free(line);
}

struct mc_at *mc_line_at(struct mc_line *line)
{
    return line->at;
}

enum mc_line_owner mc_line_owner(const struct mc_line *line)
{
    return line->owner;
}

bool mc_line_carries(const struct mc_line *line)
{
    return line->carries || line->owner == MC_LINE_OWNER_DATA;
}

bool mc_line_at_there(const struct mc_line *line)
{
    return line->owner == MC_LINE_OWNER_AT || line->owner == MC_LINE_OWNER_MUX;
}

size_t mc_line_feed_dialler(struct mc_line *line, struct mc_at *at, const uint8_t *data, size_t len)
{
    size_t taken = mc_at_feed(at, data, len);
    if (taken > 0 && data[taken - 1] == '\n') /* the line's LF came along: a further one would be PPP's */
        line->connect_lf = false;
    return taken;
}

/* The CONNECT's LF may come in a read of its own. */
size_t mc_line_take_data(struct mc_line *line, const uint8_t *data, size_t len)
{
    size_t taken = line->connect_lf && data[0] == '\n';
    line->connect_lf = false;
    if (taken < len)
        taken += line->cb.data(line->ctx, data + taken, len - taken);
    return taken;
}

size_t mc_line_feed(struct mc_line *line, const uint8_t *data, size_t len)
{
    size_t taken = 0;
    if (line->mux) { /* also while it is being opened */
        mc_mux_feed(line->mux, data, len);
        return len;
    }
    if (line->owner == MC_LINE_OWNER_RAW) {
        line->raw(line->raw_ctx, data, len);
        return len;
    }
    if (line->owner == MC_LINE_OWNER_LENT)
        return mc_line_loan_bytes(line, data, len);
    if (line->owner == MC_LINE_OWNER_AT) {
        taken = mc_line_feed_dialler(line, line->at, data, len);
        if (taken == len)
            return len;
        /* The engine stopped behind CONNECT: what follows in the same read is PPP already. */
        mc_line_set_owner(line, MC_LINE_OWNER_DATA);
    }
    if (line->owner != MC_LINE_OWNER_DATA || taken == len)
        return len;
    return taken + mc_line_take_data(line, data + taken, len - taken);
}

void mc_line_data(struct mc_line *line, bool fresh)
{
    if (line->owner == MC_LINE_OWNER_DATA || line->carries)
        return;
    line->connect_lf = fresh;
    if (mc_line_muxed(line)) {
        line->carries = true;
        return;
    }
    mc_line_set_owner(line, MC_LINE_OWNER_DATA);
}

int mc_line_send_data(struct mc_line *line, const void *data, size_t len)
{
    if (line->escape != ESCAPE_NONE || line->call_waits)
        return -EAGAIN;
    if (line->carries)
        return mc_mux_send(line->mux, DLCI_DATA, data, len);
    if (line->owner != MC_LINE_OWNER_DATA)
        return -EPERM;
    int r = mc_line_write(line, data, len);
    return r < 0 ? r : (int)len;
}

void mc_line_command(struct mc_line *line)
{
    mc_line_escape_cancel(line);
    line->connect_lf = line->call_waits = false;
    if (mc_line_muxed(line)) { /* AT never was away; what the data channel still says is nobody's */
        line->carries = false;
        mc_at_resync(line->dial);
        return;
    }
    mc_at_resync(line->at);
    mc_line_set_owner(line, MC_LINE_OWNER_AT);
}

void mc_line_listen_raw(struct mc_line *line, mc_line_raw_fn *fn, void *ctx)
{
    mc_line_plain(line);
    mc_at_cancel_all(line->at);
    line->raw = fn;
    line->raw_ctx = ctx;
    mc_line_set_owner(line, MC_LINE_OWNER_RAW);
}

int mc_line_send_raw(struct mc_line *line, const void *data, size_t len)
{
    return line->owner == MC_LINE_OWNER_RAW ? mc_line_write(line, data, len) : -EPERM;
}

void mc_line_escape(struct mc_line *line, mc_line_escaped_fn *done, void *ctx)
{
    line->escaped = done;
    line->escaped_ctx = ctx;
    line->escape = ESCAPE_SILENCE_BEFORE;
    guard(line);
}

void mc_line_escape_failed(struct mc_line *line)
{
    line->patient = true;
}

void mc_line_escape_cancel(struct mc_line *line)
{
    line->escape = ESCAPE_NONE;
    mc_timer_disarm(&line->guard);
}

bool mc_line_escape_said(const struct mc_line *line)
{
    return line->escape == ESCAPE_SILENCE_AFTER;
}

void mc_line_call_waits(struct mc_line *line)
{
    line->call_waits = line->owner == MC_LINE_OWNER_AT && !line->mux;
}

void mc_line_reset(struct mc_line *line)
{
    mc_line_mux_forget(line);
    mc_line_plain(line);
    mc_at_cancel_all(line->at);
    mc_line_command(line);
    mc_line_loan_lost(line, "The device went away, or the modem started anew.");
}
