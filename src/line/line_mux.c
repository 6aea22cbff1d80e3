/* SPDX-License-Identifier: MIT */
/* The line's channels in the multiplexer: AT and data, each on a DLC of its own. */
#include "line_priv.h"
#include <errno.h>
#include <microcat/at/urcs.h>
#include <stdio.h>
#include <string.h>

/* The multiplexer itself has answered: a modem that is slow with a channel is busy, not gone. */
#define REOPENS_MAX 3

bool mc_line_muxed(const struct mc_line *line)
{
    return line->owner == MC_LINE_OWNER_MUX;
}

unsigned mc_line_mux_n1(const struct mc_line *line)
{
    return mc_line_muxed(line) ? mc_mux_n1(line->mux) : 0;
}

size_t mc_line_waits_bytes(const struct mc_line *line)
{
    return line->mux ? mc_mux_waits_bytes(line->mux) : 0;
}

size_t mc_line_owes_bytes(const struct mc_line *line)
{
    return line->mux ? mc_mux_owes_bytes(line->mux) : 0;
}

uint64_t mc_line_stray_bytes(const struct mc_line *line)
{
    return line->stray_bytes + (line->mux ? mc_mux_stats(line->mux).stray_bytes : 0);
}

/* ---- what is waited for ---- */

static void task_ends(struct mc_line *line, int result)
{
    line->task = MUX_TASK_NONE;
    line->done(line->done_ctx, result); /* it may begin the next */
}

static void task_begins(struct mc_line *line, enum mux_task task, mc_line_done_fn *done, void *ctx)
{
    line->task = task;
    line->done = done;
    line->done_ctx = ctx;
}

void mc_line_mux_forget(struct mc_line *line)
{
    if (line->task == MUX_TASK_START || line->task == MUX_TASK_LEAVE) /* half of it is none */
        mc_line_plain(line);
    line->task = MUX_TASK_NONE;
}

static void on_bury(void *ctx)
{
    struct mc_line *line = ctx;
    mc_mux_free(line->dead);
    line->dead = NULL;
}

void mc_line_plain(struct mc_line *line)
{
    if (!line->mux)
        return;
    mc_mux_abandon(line->mux);
    line->stray_bytes += mc_mux_stats(line->mux).stray_bytes;
    on_bury(line); /* an older one: nobody is inside of it */
    line->dead = line->mux;
    line->mux = NULL;
    line->carries = line->connect_lf = false;
    line->stray_len = 0;
    mc_timer_arm(&line->bury, line->queue, 0);
    mc_at_cancel_all(line->dial);
    mc_at_resync(line->dial);
    mc_at_resync(line->at);
    mc_line_set_owner(line, MC_LINE_OWNER_AT);
    mc_line_loan_lost(line, "The multiplexer has ended.");
}

/* @left: by the modem, in order. */
static void lost(struct mc_line *line, int result, bool left, const char *why)
{
    enum mux_task task = line->task;
    mc_line_plain(line);
    if (task == MUX_TASK_START || task == MUX_TASK_LEAVE)
        task_ends(line, task == MUX_TASK_LEAVE ? 0 : result);
    else if (line->cb.mux_lost)
        line->cb.mux_lost(line->ctx, left, why);
}

/* ---- the multiplexer's callbacks ---- */

static int on_write(void *ctx, const void *data, size_t len)
{
    return mc_line_write(ctx, data, len);
}

static size_t on_pending(void *ctx)
{
    struct mc_line *line = ctx;
    return line->cb.pending ? line->cb.pending(line->ctx) : 0;
}

static size_t on_data(void *ctx, unsigned dlci, const uint8_t *data, size_t len)
{
    struct mc_line *line = ctx;
    if (dlci == DLCI_AT) {
        mc_at_feed(line->at, data, len);
        return len; /* behind a CONNECT that nobody asked for on this channel comes nothing of ours */
    }
    if (dlci == DLCI_LOAN)
        return mc_line_loan_bytes(line, data, len);
    size_t taken = 0; /* of the data channel: no other is ever opened */
    if (!line->carries) {
        taken = mc_line_feed_dialler(line, line->dial, data, len);
        if (taken < len) /* the engine stopped behind CONNECT */
            line->carries = true;
    }
    return taken == len ? len : taken + mc_line_take_data(line, data + taken, len - taken);
}

static void on_opened(void *ctx, unsigned dlci, int result)
{
    struct mc_line *line = ctx;
    if (dlci == DLCI_LOAN) {
        mc_line_loan_opened(line, result);
        return;
    }
    if (result == -ETIMEDOUT && dlci != 0 && line->reopens < REOPENS_MAX) {
        line->reopens++;
        mc_mux_open(line->mux, dlci);
        return;
    }
    line->reopens = 0;
    if (result < 0) {
        if (dlci != 0) /* of DLCI 0 on_ended() tells */
            lost(line, -ECONNABORTED, false, "The modem's multiplexer does not open a channel.");
    } else if (dlci == 0) {
        mc_mux_open(line->mux, DLCI_AT);
    } else if (dlci == DLCI_AT && line->task == MUX_TASK_START) {
        mc_mux_open(line->mux, DLCI_DATA);
    } else if (dlci == DLCI_AT) { /* the modem had closed it: what was asked on it is not answered any more */
        mc_at_cancel_all(line->at);
        mc_at_resync(line->at);
    } else if (line->task == MUX_TASK_START) {
        mc_line_set_owner(line, MC_LINE_OWNER_MUX);
        mc_at_resync(line->at);
        task_ends(line, 0);
    } else if (line->task == MUX_TASK_REDIAL) {
        task_ends(line, 0);
    }
}

static void on_closed(void *ctx, unsigned dlci)
{
    struct mc_line *line = ctx;
    bool carried = dlci == DLCI_DATA && line->carries;
    if (dlci == DLCI_LOAN) {
        mc_line_loan_lost(line, "The modem has closed the channel.");
        return;
    }
    if (dlci == DLCI_DATA)
        line->carries = false;
    mc_mux_open(line->mux, dlci);
    if (dlci == DLCI_DATA) { /* what was asked on it, a dial, is answered so */
        mc_at_hung_up(line->dial, "the modem closed the data channel");
        mc_at_resync(line->dial);
    }
    if (carried && line->cb.data_closed)
        line->cb.data_closed(line->ctx);
}

static void on_room(void *ctx, unsigned dlci)
{
    struct mc_line *line = ctx;
    if (dlci == DLCI_DATA && line->cb.room)
        line->cb.room(line->ctx);
    else if (dlci == DLCI_LOAN)
        mc_line_loan_room(line);
}

static void on_stopped(void *ctx, unsigned dlci, bool goes_on)
{
    static const char *const names[] = {[DLCI_AT] = "AT", [DLCI_DATA] = "data", [DLCI_LOAN] = "lent"};
    struct mc_line *line = ctx;
    char text[96];
    snprintf(text, sizeof(text),
             goes_on ? "the modem does not say whether it still holds the %s channel: what waits is sent"
                     : "the modem holds the %s channel for 5 s now: it is asked whether it still does",
             names[dlci]);
    if (line->cb.note)
        line->cb.note(line->ctx, text);
}

/* A modem that has started anew says so outside of frames. What else stands there is noise. */
static void on_stray(void *ctx, const uint8_t *data, size_t len)
{
    struct mc_line *line = ctx;
    for (size_t i = 0; i < len && line->mux; i++) {
        if (data[i] >= ' ' && data[i] <= '~' && line->stray_len < sizeof(line->stray) - 1) {
            line->stray[line->stray_len++] = (char)data[i];
            continue;
        }
        bool whole = data[i] == '\r' || data[i] == '\n';
        line->stray[line->stray_len] = '\0';
        line->stray_len = 0;
        if (whole && (mc_at_is_reboot_urc(line->stray) || mc_at_is_power_down_urc(line->stray)))
            mc_line_tell_urc(line, MC_CHANNEL_AT, line->stray);
    }
}

static void on_ended(void *ctx, enum mc_mux_end why)
{
    static const char *const words[] = {
        [MC_MUX_CLOSED] = "The multiplexer was closed.",
        [MC_MUX_LEFT] = "The modem left the multiplexer by itself.",
        [MC_MUX_SILENT] = "The modem's multiplexer does not answer any more.",
        [MC_MUX_NO_ANSWER] = "The modem said OK to AT+CMUX, and no multiplexer answers.",
    };
    lost(ctx, why == MC_MUX_NO_ANSWER ? -ETIMEDOUT : -ECONNABORTED, why == MC_MUX_LEFT, words[why]);
}

/* ---- what the line is asked ---- */

static int make(struct mc_line *line, unsigned n1, int32_t baud)
{
    static const struct mc_mux_callbacks callbacks = {.write = on_write,
                                                      .pending = on_pending,
                                                      .data = on_data,
                                                      .opened = on_opened,
                                                      .closed = on_closed,
                                                      .room = on_room,
                                                      .stopped = on_stopped,
                                                      .stray = on_stray,
                                                      .ended = on_ended};
    line->mux = mc_mux_new(line->queue, n1, baud, &callbacks, line);
    if (!line->mux)
        return -ENOMEM;
    mc_mux_set_kind(line->mux, DLCI_DATA, MC_MUX_DATA);
    mc_mux_set_kind(line->mux, DLCI_LOAN, MC_MUX_DATA); /* the daemon's own AT goes before whatever is sent there */
    return 0;
}

void mc_line_mux_start(struct mc_line *line, unsigned n1, int32_t baud, mc_line_done_fn *done, void *ctx)
{
    mc_line_plain(line);
    if (make(line, n1, baud) < 0) {
        done(ctx, -ENOMEM);
        return;
    }
    task_begins(line, MUX_TASK_START, done, ctx);
    mc_mux_start(line->mux);
}

int mc_line_mux_adopt(struct mc_line *line, unsigned n1, int32_t baud)
{
    mc_line_plain(line);
    int r = make(line, n1, baud);
    if (r < 0)
        return r;
    line->carries = true;
    mc_line_set_owner(line, MC_LINE_OWNER_MUX);
    mc_mux_adopt(line->mux, 1u << DLCI_AT | 1u << DLCI_DATA);
    return 0;
}

void mc_line_mux_leave(struct mc_line *line, mc_line_done_fn *done, void *ctx)
{
    line->carries = false;
    mc_at_cancel_all(line->at);
    mc_at_cancel_all(line->dial);
    task_begins(line, MUX_TASK_LEAVE, done, ctx);
    mc_mux_close(line->mux);
}

void mc_line_redial(struct mc_line *line, mc_line_done_fn *done, void *ctx)
{
    line->carries = false;
    task_begins(line, MUX_TASK_REDIAL, done, ctx);
    mc_at_cancel_all(line->dial);
    mc_mux_close_dlc(line->mux, DLCI_DATA);
}

void mc_line_resume_data(struct mc_line *line)
{
    if (line->mux)
        mc_mux_resume(line->mux, DLCI_DATA);
}

void mc_line_drained(struct mc_line *line)
{
    if (line->mux)
        mc_mux_writable(line->mux);
    else if (line->owner == MC_LINE_OWNER_LENT)
        mc_line_loan_room(line);
}

/* ---- the data channel's engine ---- */

static int on_dial_write(void *ctx, const void *data, size_t len)
{
    struct mc_line *line = ctx;
    if (!mc_line_muxed(line) || line->carries)
        return -EBUSY;
    return mc_mux_send_whole(line->mux, DLCI_DATA, data, len);
}

static void on_dial_urc(void *ctx, const char *text)
{
    mc_line_tell_urc(ctx, MC_CHANNEL_DATA, text);
}

static void on_dial_trace(void *ctx, enum mc_at_direction direction, const char *text)
{
    mc_line_tell_trace(ctx, MC_CHANNEL_DATA, direction, text);
}

struct mc_at *mc_line_dial_at(struct mc_line *line)
{
    return mc_line_muxed(line) ? line->dial : line->at;
}

int mc_line_mux_init(struct mc_line *line)
{
    static const struct mc_at_callbacks callbacks = {
        .write = on_dial_write, .urc = on_dial_urc, .trace = on_dial_trace};
    mc_timer_init(&line->bury, "line.bury", on_bury, line);
    line->dial = mc_at_new(line->queue, &callbacks, line);
    return line->dial ? 0 : -ENOMEM;
}

void mc_line_mux_done(struct mc_line *line)
{
    mc_timer_disarm(&line->bury);
    mc_mux_free(line->dead);
    mc_mux_free(line->mux);
    mc_at_free(line->dial);
}
