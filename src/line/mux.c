/* SPDX-License-Identifier: MIT */
/* The multiplexer's life: DLCs that open and close, and what is heard. */
#include "mux_priv.h"
#include <errno.h>
#include <stdlib.h>

#define LEAVE_MS      1000
#define OUT_BYTES     4096
#define HELD_BYTES    32768
#define CONTROL_BYTES 2048
_Static_assert(CONTROL_BYTES <= sizeof(((struct mc_mux *)0)->unsent), "what the port does not take is kept there");
#define BAUD 115200 /* of a wire whose speed nobody knows */

struct dlc *mc_mux_dlc(struct mc_mux *mux, unsigned dlci)
{
    return dlci <= MC_MUX_DLCIS ? &mux->dlcs[dlci] : NULL;
}

static void on_end(void *ctx)
{
    struct mc_mux *mux = ctx;
    mux->cb.ended(mux->ctx, mux->why);
}

static void stop(struct mc_mux *mux)
{
    mux->state = MUX_OVER;
    struct mc_timer *timers[] = {&mux->pace, &mux->silence, &mux->partial, &mux->leave};
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
        mc_timer_disarm(timers[i]);
    for (unsigned i = 0; i <= MC_MUX_DLCIS; i++) {
        mc_timer_disarm(&mux->dlcs[i].t1);
        mc_timer_disarm(&mux->dlcs[i].stopped);
    }
}

void mc_mux_end_soon(struct mc_mux *mux, enum mc_mux_end why)
{
    if (mux->state == MUX_OVER)
        return;
    mc_mux_pump(mux); /* the answer to a CLD is among what waits */
    mux->why = why;
    stop(mux);
    mc_timer_arm(&mux->end, mux->queue, 0);
}

/* ---- DLCs ---- */

static void set_closed(struct dlc *dlc)
{
    mc_timer_disarm(&dlc->t1);
    dlc->state = DLC_CLOSED;
    mc_mux_flow_reset(dlc);
    dlc->wants_room = false;
    mc_buf_consume(&dlc->out, mc_buf_len(&dlc->out));
    mc_buf_consume(&dlc->held, mc_buf_len(&dlc->held));
}

static void ask(struct dlc *dlc, uint8_t control)
{
    dlc->tries++;
    mc_timer_arm(&dlc->t1, dlc->mux->queue, MUX_T1_MS);
    mc_mux_put(dlc->mux, dlc->dlci, control | MUX_PF, true, NULL, 0);
}

static void not_opened(struct dlc *dlc, int result)
{
    struct mc_mux *mux = dlc->mux;
    set_closed(dlc);
    mux->cb.opened(mux->ctx, dlc->dlci, result);
    if (dlc->dlci == 0)
        mc_mux_end_soon(mux, MC_MUX_NO_ANSWER);
}

static void all_asked_to_close(struct mc_mux *mux)
{
    for (unsigned i = 1; i <= MC_MUX_DLCIS; i++)
        if (mux->dlcs[i].state == DLC_CLOSING)
            return;
    if (mux->state != MUX_LEAVING || mux->said_cld)
        return;
    mux->said_cld = true;
    mc_mux_send_cld(mux);
}

static void is_closed(struct dlc *dlc)
{
    struct mc_mux *mux = dlc->mux;
    dlc->late_dms = dlc->state == DLC_CLOSING ? dlc->tries - 1 : 0;
    set_closed(dlc);
    if (mux->state == MUX_LEAVING)
        all_asked_to_close(mux);
    else
        mux->cb.closed(mux->ctx, dlc->dlci);
}

static void on_t1(void *ctx)
{
    struct dlc *dlc = ctx;
    if (dlc->state == DLC_OPEN) {
        mc_mux_signals_late(dlc);
    } else if (dlc->tries < MUX_N2) {
        dlc->mux->stats.retransmissions++;
        ask(dlc, dlc->state == DLC_OPENING ? MUX_SABM : MUX_DISC);
    } else if (dlc->state == DLC_OPENING) {
        not_opened(dlc, -ETIMEDOUT);
    } else {
        is_closed(dlc);
    }
}

static void begin(struct mc_mux *mux, unsigned dlci, enum dlc_state state)
{
    struct dlc *dlc = mc_mux_dlc(mux, dlci);
    if (!dlc || mux->state == MUX_OVER)
        return;
    set_closed(dlc);
    dlc->state = state;
    dlc->tries = 0;
    ask(dlc, state == DLC_OPENING ? MUX_SABM : MUX_DISC);
}

void mc_mux_open(struct mc_mux *mux, unsigned dlci)
{
    if (dlci > 0)
        begin(mux, dlci, DLC_OPENING);
}

void mc_mux_close_dlc(struct mc_mux *mux, unsigned dlci)
{
    if (dlci > 0)
        begin(mux, dlci, DLC_CLOSING);
}

bool mc_mux_is_open(const struct mc_mux *mux, unsigned dlci)
{
    return dlci <= MC_MUX_DLCIS && mux->dlcs[dlci].state == DLC_OPEN && mux->state == MUX_ON;
}

void mc_mux_set_kind(struct mc_mux *mux, unsigned dlci, enum mc_mux_kind kind)
{
    if (dlci <= MC_MUX_DLCIS)
        mux->dlcs[dlci].kind = kind;
}

/* ---- what is heard ---- */

static void on_ua(struct dlc *dlc)
{
    struct mc_mux *mux = dlc->mux;
    if (dlc->state == DLC_CLOSING) {
        is_closed(dlc);
    } else if (dlc->state == DLC_OPENING) {
        mc_timer_disarm(&dlc->t1);
        dlc->state = DLC_OPEN;
        if (dlc->dlci == 0)
            mux->state = MUX_ON;
        else
            mc_mux_say_signals(dlc);
        mux->cb.opened(mux->ctx, dlc->dlci, 0);
    } else if (dlc->dlci == 0 && mux->said_cld) {
        mc_mux_end_soon(mux, MC_MUX_CLOSED); /* some answer CLD so */
    }
}

/*
 * Which of our frames does it answer? One of a closed DLC answers a DISC that was said again (so often is known), or
 * data that was on the wire when the modem closed it (how often is not). The UA of the SABM behind those is to come, so
 * that a refusal is believed at the last SABM alone; a multiplexer that is not there yet has had no data.
 */
static void on_dm(struct dlc *dlc)
{
    bool opening = dlc->state == DLC_OPENING;
    if ((opening || dlc->state == DLC_OPEN) && dlc->late_dms > 0)
        dlc->late_dms--;
    else if (opening && (dlc->dlci == 0 || dlc->tries == MUX_N2))
        not_opened(dlc, -ECONNREFUSED);
    else if (dlc->dlci == 0)
        mc_mux_end_soon(dlc->mux, dlc->mux->state == MUX_LEAVING ? MC_MUX_CLOSED : MC_MUX_LEFT);
    else if (!opening && dlc->state != DLC_CLOSED)
        is_closed(dlc);
}

static void on_disc(struct dlc *dlc)
{
    struct mc_mux *mux = dlc->mux;
    mc_mux_put(mux, dlc->dlci, (dlc->state == DLC_CLOSED ? MUX_DM : MUX_UA) | MUX_PF, false, NULL, 0);
    if (dlc->dlci == 0)
        mc_mux_end_soon(mux, mux->state == MUX_LEAVING ? MC_MUX_CLOSED : MC_MUX_LEFT);
    else if (dlc->state == DLC_OPEN || dlc->state == DLC_CLOSING)
        is_closed(dlc);
}

static void on_information(struct dlc *dlc, const uint8_t *info, size_t len)
{
    struct mc_mux *mux = dlc->mux;
    if (dlc->dlci == 0) {
        mc_mux_control_info(mux, info, len);
        return;
    }
    if (dlc->state != DLC_OPEN) {
        if (dlc->state == DLC_CLOSED)
            mc_mux_put(mux, dlc->dlci, MUX_DM | MUX_PF, false, NULL, 0);
        return;
    }
    dlc->late_dms = 0; /* it answers in order: what it says on the DLC comes behind all that it said of the old one */
    size_t taken = mc_buf_len(&dlc->held) == 0 && len > 0 ? mux->cb.data(mux->ctx, dlc->dlci, info, len) : 0;
    if (taken == len || dlc->state != DLC_OPEN)
        return;
    if (mc_buf_append(&dlc->held, info + taken, len - taken) < 0)
        mux->stats.overruns += len - taken; /* it was told to stop long ago */
    mc_mux_stop_modem(dlc, true);
}

static void on_frame(void *ctx, const struct mux_frame *frame)
{
    struct mc_mux *mux = ctx;
    struct dlc *dlc = mc_mux_dlc(mux, frame->dlci);
    mux->stats.frames_in++;
    if (!mc_mux_hears(mux, frame) || mux->state == MUX_OVER || mux->state == MUX_IDLE)
        return;
    if (!dlc) {
        mc_mux_put(mux, frame->dlci, MUX_DM | MUX_PF, false, NULL, 0);
        return;
    }
    switch (frame->control) {
    case MUX_UA:
        on_ua(dlc);
        break;
    case MUX_DM:
        on_dm(dlc);
        break;
    case MUX_DISC:
        on_disc(dlc);
        break;
    case MUX_SABM: /* the modem opens none by itself; of one that is open it may begin anew; else it is our own's echo
                    */
        if (dlc->state != DLC_OPENING)
            mc_mux_put(mux, dlc->dlci, (dlc->state == DLC_OPEN ? MUX_UA : MUX_DM) | MUX_PF, false, NULL, 0);
        break;
    default:
        on_information(dlc, frame->info, frame->info_bytes);
    }
}

static void on_stray(void *ctx, const uint8_t *data, size_t len)
{
    struct mc_mux *mux = ctx;
    if (mux->state != MUX_OVER || mc_timer_armed(&mux->end)) /* what a modem says behind its CLD is of interest */
        mux->cb.stray(mux->ctx, data, len);
}

const struct mux_reader_events mc_mux_reader_events = {.frame = on_frame, .stray = on_stray};

void mc_mux_feed(struct mc_mux *mux, const uint8_t *data, size_t len)
{
    mc_mux_read(&mux->reader, &mc_mux_reader_events, mux, data, len);
    mc_mux_watch_partial(mux);
    mc_mux_writable(mux); /* what an MSC let go on */
}

void mc_mux_resume(struct mc_mux *mux, unsigned dlci)
{
    struct dlc *dlc = mc_mux_dlc(mux, dlci);
    if (!dlc || dlc->offers || mux->state == MUX_OVER)
        return;
    size_t len = mc_buf_len(&dlc->held);
    if (len > 0) {
        dlc->offers = true;
        mc_buf_consume(&dlc->held, mux->cb.data(mux->ctx, dlci, mc_buf_head(&dlc->held), len));
        dlc->offers = false;
    }
    if (mc_buf_len(&dlc->held) == 0 && dlc->state == DLC_OPEN)
        mc_mux_stop_modem(dlc, false);
}

/* ---- life ---- */

void mc_mux_start(struct mc_mux *mux)
{
    mux->state = MUX_STARTING;
    mc_mux_watch_silence(mux);
    begin(mux, 0, DLC_OPENING);
}

void mc_mux_adopt(struct mc_mux *mux, unsigned dlcis)
{
    mux->state = MUX_ON;
    mux->reader.held[mux->reader.len++] = MUX_FLAG; /* that one's closing flag may be the next one's opening flag */
    mux->dlcs[0].state = DLC_OPEN;
    for (unsigned i = 1; i <= MC_MUX_DLCIS; i++) {
        if (!(dlcis & 1u << i))
            continue;
        mux->dlcs[i].state = DLC_OPEN;
        mc_mux_say_signals(&mux->dlcs[i]);
    }
    mc_mux_watch_silence(mux);
    mc_mux_ask_adopted(mux);
}

static void on_leave(void *ctx)
{
    mc_mux_end_soon(ctx, MC_MUX_CLOSED);
}

void mc_mux_close(struct mc_mux *mux)
{
    if (mux->state == MUX_OVER || mux->state == MUX_LEAVING)
        return;
    mux->state = MUX_LEAVING;
    set_closed(&mux->dlcs[0]); /* a UA that comes late opens nothing */
    mc_timer_disarm(&mux->silence);
    mc_timer_disarm(&mux->leave);
    mc_timer_init(&mux->leave, "mux.leave", on_leave, mux); /* it may have been the adopted one's */
    mc_timer_arm(&mux->leave, mux->queue, LEAVE_MS);
    for (unsigned i = 1; i <= MC_MUX_DLCIS; i++)
        if (mux->dlcs[i].state != DLC_CLOSED)
            mc_mux_close_dlc(mux, i);
    all_asked_to_close(mux);
}

unsigned mc_mux_signals(const struct mc_mux *mux, unsigned dlci)
{
    return dlci <= MC_MUX_DLCIS ? mux->dlcs[dlci].signals : 0;
}

size_t mc_mux_waits_bytes(const struct mc_mux *mux)
{
    size_t total = mux->state == MUX_OVER ? 0 : mc_mux_reader_waits(&mux->reader);
    return total > mux->reader.len ? total - mux->reader.len : 0;
}

size_t mc_mux_owes_bytes(const struct mc_mux *mux)
{
    size_t sum = mux->unsent_bytes + mc_buf_len(&mux->control);
    for (unsigned i = 1; i <= MC_MUX_DLCIS; i++)
        sum += mc_buf_len(&mux->dlcs[i].out) + mc_buf_len(&mux->dlcs[i].held);
    return mux->state == MUX_OVER ? 0 : sum;
}

unsigned mc_mux_n1(const struct mc_mux *mux)
{
    return mux->n1;
}

struct mc_mux_stats mc_mux_stats(const struct mc_mux *mux)
{
    struct mc_mux_stats stats = mux->stats;
    stats.bad_frames = mux->reader.bad_frames;
    stats.false_flags = mux->reader.false_flags;
    stats.stray_bytes = mux->reader.stray_bytes;
    return stats;
}

struct mc_mux *mc_mux_new(struct mc_timerq *queue, unsigned n1, int32_t baud, const struct mc_mux_callbacks *callbacks,
                          void *ctx)
{
    struct mc_mux *mux = calloc(1, sizeof(*mux));
    if (!mux)
        return NULL;
    mux->queue = queue;
    mux->n1 = n1 < 1 ? 1 : n1 > MC_MUX_N1_MAX ? MC_MUX_N1_MAX : n1;
    mux->baud = baud > 0 ? baud : BAUD;
    mux->cb = *callbacks;
    mux->ctx = ctx;
    mc_buf_init(&mux->control, CONTROL_BYTES);
    mc_timer_init(&mux->end, "mux.end", on_end, mux);
    mc_mux_out_init(mux);
    mc_mux_watch_init(mux);
    for (unsigned i = 0; i <= MC_MUX_DLCIS; i++) {
        struct dlc *dlc = &mux->dlcs[i];
        dlc->mux = mux;
        dlc->dlci = i;
        mc_buf_init(&dlc->out, OUT_BYTES);
        mc_buf_init(&dlc->held, HELD_BYTES);
        mc_timer_init(&dlc->t1, "mux.t1", on_t1, dlc);
        mc_mux_flow_init(dlc);
    }
    return mux;
}

void mc_mux_abandon(struct mc_mux *mux)
{
    stop(mux);
    mc_timer_disarm(&mux->end);
}

void mc_mux_free(struct mc_mux *mux)
{
    if (!mux)
        return;
    mc_mux_abandon(mux);
    mc_buf_free(&mux->control);
    for (unsigned i = 0; i <= MC_MUX_DLCIS; i++) {
        mc_buf_free(&mux->dlcs[i].out);
        mc_buf_free(&mux->dlcs[i].held);
    }
    free(mux);
}
