/* SPDX-License-Identifier: MIT */
/* What goes out first, and when: control, then AT, then data in pace with the wire. */
#include "mux_priv.h"
#include <errno.h>

/* So much may be written ahead of the wire. Less would leave it idle whenever the process is late; more would have AT
 * wait behind it. */
#define AHEAD_US 30000

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
static void account(struct mc_mux *mux, size_t len)
{
    mux->wire_free_at_us = now_us(mux) + backlog_us(mux) + (int64_t)len * 10 * 1000000 / mux->baud;
}

/* @return whether the port took it; if not, it is kept, and nothing else goes before it. */
static bool write_frame(struct mc_mux *mux, const uint8_t *frame, size_t len)
{
    int r = mux->cb.write(mux->ctx, frame, len);
    if (r == -ENOBUFS || r == -EAGAIN) {
        if (frame != mux->unsent)
            for (size_t i = 0; i < len; i++)
                mux->unsent[i] = frame[i];
        mux->unsent_bytes = len;
        return false;
    }
    mux->unsent_bytes = 0; /* any other error: the port is about to say itself what is wrong */
    mux->stats.frames_out++;
    account(mux, len);
    return true;
}

void mc_mux_put(struct mc_mux *mux, unsigned dlci, uint8_t control, bool command, const uint8_t *info, size_t len)
{
    uint8_t frame[MUX_FRAME_MAX];
    size_t n = mc_mux_frame_put(frame, dlci, control, command, info, len);
    mc_buf_append(&mux->control, frame, n); /* full: the modem asks more than it listens; T1 and TEST see to it */
    mc_mux_pump(mux);
}

static bool control_goes(struct mc_mux *mux)
{
    size_t len = mc_buf_len(&mux->control);
    if (len > sizeof(mux->unsent))
        len = sizeof(mux->unsent);
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

static bool frame_goes(struct mc_mux *mux, struct dlc *dlc)
{
    uint8_t frame[MUX_FRAME_MAX];
    size_t len = mc_buf_len(&dlc->out);
    if (len > mux->n1)
        len = mux->n1;
    size_t n = mc_mux_frame_put(frame, dlc->dlci, MUX_UIH, true, mc_buf_head(&dlc->out), len);
    mc_buf_consume(&dlc->out, len);
    return write_frame(mux, frame, n);
}

static bool all_go(struct mc_mux *mux, enum mc_mux_kind kind)
{
    for (unsigned i = 1; i <= MC_MUX_DLCIS; i++) {
        struct dlc *dlc = &mux->dlcs[i];
        while (dlc->kind == kind && may_send(mux, dlc)) {
            if (kind == MC_MUX_DATA && mux->cb.pending && mux->cb.pending(mux->ctx) > 0)
                return true; /* mc_mux_writable() goes on */
            if (kind == MC_MUX_DATA && backlog_us(mux) > AHEAD_US) {
                mc_timer_arm(&mux->pace, mux->queue, (backlog_us(mux) - AHEAD_US / 2) / 1000 + 1);
                return true;
            }
            if (!frame_goes(mux, dlc))
                return false;
        }
    }
    return true;
}

static void tell_room(struct mc_mux *mux)
{
    for (unsigned i = 1; i <= MC_MUX_DLCIS; i++) {
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
    if (taken < len) {
        dlc->wants_room = true;
        if (!mc_timer_armed(&mux->pace)) /* it is the wire or the modem that has to make room */
            mc_timer_arm(&mux->pace, mux->queue, 1);
    }
    if (taken > 0 && mc_buf_append(&dlc->out, data, taken) < 0)
        return 0;
    mc_mux_pump(mux);
    return (int)taken;
}

void mc_mux_out_init(struct mc_mux *mux)
{
    mc_timer_init(&mux->pace, "mux.pace", on_pace, mux);
}
