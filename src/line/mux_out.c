/* SPDX-License-Identifier: MIT */
/* What goes out first, and when: control, then AT, then data in pace with the wire. */
#include "mux_priv.h"
#include <errno.h>
#include <string.h>

/* So much data may be written ahead of the wire, and so long may a frame of it take: AT waits behind no more. When it
 * is down to the difference, the next goes: the process may be late by so much before the wire is idle. */
#define AHEAD_US 40000
#define FRAME_US 25000
#define LEAST    32 /* bytes of data in a frame, however slow the wire */

static int64_t now_us(const struct mc_mux *mux)
{
    return mc_timerq_now_ms(mux->queue) * 1000;
}

static int64_t backlog_us(const struct mc_mux *mux)
{
    int64_t left_us = mux->wire_free_at_us - now_us(mux);
    return left_us > 0 ? left_us : 0;
}

/* A start bit, eight of data, a stop bit. */
static int64_t wire_us(const struct mc_mux *mux, size_t len)
{
    return (int64_t)len * 10 * 1000000 / mux->baud;
}

/* @return whether the port took it; if not, it is kept, and nothing else goes before it. */
static bool write_frame(struct mc_mux *mux, const uint8_t *frame, size_t len)
{
    int r = mux->cb.write(mux->ctx, frame, len);
    if (r == -ENOBUFS || r == -EAGAIN) {
        if (frame != mux->unsent)
            memcpy(mux->unsent, frame, len);
        mux->unsent_bytes = len;
        return false;
    }
    mux->unsent_bytes = 0; /* any other error: the port is about to say itself what is wrong */
    mux->stats.frames_out++;
    mux->wire_free_at_us = now_us(mux) + backlog_us(mux) + wire_us(mux, len);
    return true;
}

bool mc_mux_put(struct mc_mux *mux, unsigned dlci, uint8_t control, bool command, const uint8_t *info, size_t len)
{
    uint8_t frame[MUX_FRAME_MAX];
    size_t n = mc_mux_frame_put(frame, dlci, control, command, info, len);
    if (mc_buf_append(&mux->control, frame, n) < 0) /* the modem asks more than it listens; T1 and TEST see to it */
        return false;
    mc_mux_pump(mux);
    return true;
}

static bool control_goes(struct mc_mux *mux)
{
    size_t len = mc_buf_len(&mux->control);
    if (len == 0)
        return true;
    bool taken = write_frame(mux, mc_buf_head(&mux->control), len);
    mc_buf_consume(&mux->control, len);
    return taken;
}

static bool may_send(const struct mc_mux *mux, const struct dlc *dlc)
{
    return dlc->state == DLC_OPEN && mc_buf_len(&dlc->out) > 0 && !mux->all_stopped && !(dlc->signals & MC_MUX_FC);
}

static size_t next_bytes(const struct mc_mux *mux, const struct dlc *dlc)
{
    size_t len = mc_buf_len(&dlc->out), most = mux->n1;
    if (dlc->kind == MC_MUX_DATA) {
        size_t in_time = (size_t)((int64_t)mux->baud * FRAME_US / 10 / 1000000);
        if (in_time < MUX_HEAD_AND_TAIL + LEAST)
            in_time = MUX_HEAD_AND_TAIL + LEAST;
        if (most > in_time - MUX_HEAD_AND_TAIL)
            most = in_time - MUX_HEAD_AND_TAIL;
    }
    return len < most ? len : most;
}

static bool frame_goes(struct mc_mux *mux, struct dlc *dlc)
{
    uint8_t frame[MUX_FRAME_MAX];
    size_t len = next_bytes(mux, dlc);
    size_t n = mc_mux_frame_put(frame, dlc->dlci, MUX_UIH, true, mc_buf_head(&dlc->out), len);
    mc_buf_consume(&dlc->out, len);
    return write_frame(mux, frame, n);
}

/* Is it time for this frame of data? If not, `pace` or mc_mux_writable() comes when it is. */
static bool in_pace(struct mc_mux *mux, const struct dlc *dlc)
{
    int64_t ahead_us = backlog_us(mux);
    if (mux->cb.pending && mux->cb.pending(mux->ctx) > 0)
        return false;
    if (ahead_us == 0 || ahead_us + wire_us(mux, next_bytes(mux, dlc) + MUX_HEAD_AND_TAIL) <= AHEAD_US)
        return true;
    int64_t low_us = AHEAD_US - FRAME_US, wait_us = ahead_us > low_us ? ahead_us - low_us : 0;
    mc_timer_arm(&mux->pace, mux->queue, wait_us / 1000 + 1);
    return false;
}

/* A frame of each in turn, until none has any, or it is not the time, or the port is full: false. */
static bool all_go(struct mc_mux *mux, enum mc_mux_kind kind)
{
    for (unsigned idle = 0; idle < MC_MUX_DLCIS; mux->turn++) {
        struct dlc *dlc = &mux->dlcs[1 + mux->turn % MC_MUX_DLCIS];
        if (dlc->kind != kind || !may_send(mux, dlc)) {
            idle++;
            continue;
        }
        if (kind == MC_MUX_DATA && !in_pace(mux, dlc))
            return true;
        idle = 0;
        if (!frame_goes(mux, dlc))
            return false;
    }
    return true;
}

static void tell_room(struct mc_mux *mux)
{
    for (unsigned i = 1; i <= MC_MUX_DLCIS && mux->state != MUX_OVER; i++) {
        struct dlc *dlc = &mux->dlcs[i];
        if (!dlc->wants_room || mc_buf_room(&dlc->out) < mux->n1)
            continue;
        dlc->wants_room = false;
        mux->cb.room(mux->ctx, i);
    }
}

void mc_mux_pump(struct mc_mux *mux)
{
    if (mux->state == MUX_OVER || (mux->unsent_bytes > 0 && !write_frame(mux, mux->unsent, mux->unsent_bytes)))
        return;
    if (control_goes(mux) && all_go(mux, MC_MUX_AT))
        all_go(mux, MC_MUX_DATA);
}

static void on_pace(void *ctx)
{
    struct mc_mux *mux = ctx;
    mc_mux_pump(mux);
    tell_room(mux);
}

void mc_mux_writable(struct mc_mux *mux)
{
    on_pace(mux);
}

int mc_mux_send(struct mc_mux *mux, unsigned dlci, const void *data, size_t len)
{
    struct dlc *dlc = mc_mux_dlc(mux, dlci);
    if (!dlc || dlci == 0 || dlc->state != DLC_OPEN || mux->state != MUX_ON)
        return -ENOTCONN;
    size_t room = mc_buf_room(&dlc->out), taken = len < room ? len : room;
    if (mc_buf_append(&dlc->out, data, taken) < 0)
        taken = 0;
    if (taken < len) {
        dlc->wants_room = true;
        if (!mc_timer_armed(&mux->pace)) /* it is the wire or the modem that has to make room */
            mc_timer_arm(&mux->pace, mux->queue, 1);
    }
    mc_mux_pump(mux);
    mc_mux_watch_stopped(dlc);
    return (int)taken;
}

int mc_mux_send_whole(struct mc_mux *mux, unsigned dlci, const void *data, size_t len)
{
    const struct dlc *dlc = mc_mux_dlc(mux, dlci);
    if (dlc && mc_buf_room(&dlc->out) < len)
        return -ENOBUFS;
    int r = mc_mux_send(mux, dlci, data, len);
    return r < 0 ? r : (size_t)r < len ? -ENOBUFS : 0;
}

void mc_mux_out_init(struct mc_mux *mux)
{
    mc_timer_init(&mux->pace, "mux.pace", on_pace, mux);
}
