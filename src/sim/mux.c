/* SPDX-License-Identifier: MIT */
/* DLCs: how they open and close, what they carry, and who may speak when. */
#include "mux_private.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <string.h>

#define URGENT_LIMIT 65536
#define IDLE_RUN     16 /* flags */

struct sim_mux *sim_mux_new(const struct sim_mux_ops *ops, void *ctx)
{
    struct sim_mux *mux = calloc(1, sizeof(*mux));

    if (!mux)
        return NULL;
    mux->ops = *ops;
    mux->ctx = ctx;
    mux->manner = sim_mux_manner(SIM_MUX_SIM7670);
    mc_buf_init(&mux->urgent, URGENT_LIMIT);
    for (int i = 0; i <= SIM_MUX_DLCIS; i++) {
        mc_buf_init(&mux->dlcs[i].out, 4 * SIM_MUX_QUEUE);
        mc_buf_init(&mux->dlcs[i].in, SIM_MUX_IN_FLIGHT);
    }
    return mux;
}

void sim_mux_free(struct sim_mux *mux)
{
    if (!mux)
        return;
    mc_buf_free(&mux->urgent);
    for (int i = 0; i <= SIM_MUX_DLCIS; i++) {
        mc_buf_free(&mux->dlcs[i].out);
        mc_buf_free(&mux->dlcs[i].in);
    }
    free(mux);
}

static void empty(struct mc_buf *buf)
{
    mc_buf_consume(buf, mc_buf_len(buf));
}

/* Closed, but for what PN may have agreed on before SABM. */
static void reset(struct sim_dlc *dlc)
{
    dlc->open = dlc->stopped = dlc->held = dlc->carrier = dlc->msc_said = false;
    empty(&dlc->out);
    empty(&dlc->in);
}

void sim_mux_stop(struct sim_mux *mux)
{
    mux->on = mux->leaving = mux->all_stopped = mux->faults.silent = false;
    mux->close_downs = 0;
    mux->decoder.len = mux->decoder.done = 0;
    empty(&mux->urgent);
    for (int i = 0; i <= SIM_MUX_DLCIS; i++)
        reset(&mux->dlcs[i]);
}

void sim_mux_start(struct sim_mux *mux, enum sim_mux_style style, int n1)
{
    bool silent = mux->faults.silent;

    sim_mux_stop(mux);
    mux->faults.silent = silent;
    mux->manner = sim_mux_manner(style);
    mux->n1 = n1;
    mux->on = true;
    mux->idle_said = false;
    for (int i = 0; i <= SIM_MUX_DLCIS; i++)
        mux->dlcs[i].n1 = n1;
    mux->ops.kick(mux->ctx);
}

bool sim_mux_on(const struct sim_mux *mux)
{
    return mux->on;
}

int sim_mux_n1(const struct sim_mux *mux)
{
    return mux->n1;
}

/* ---- out ---- */

static void put(struct sim_mux *mux, struct mc_buf *wire, const struct sim_mux_frame *frame)
{
    bool uih = (frame->control & ~SIM_MUX_PF) == SIM_MUX_UIH;
    uint8_t bytes[SIM_MUX_FRAME_MAX], flags[8];

    memset(flags, SIM_MUX_FLAG, sizeof(flags));
    if (mux->manner->runs)
        mc_buf_append(wire, flags, mux->ops.random(mux->ctx) % sizeof(flags));
    mc_buf_append(wire, bytes, sim_mux_encode(frame, uih && mux->manner->two_bytes, bytes));
    mux->counters.frames_out++;
}

/* Random bytes, or what a host that trusts a length and no FCS takes for an answer. */
static void noise(struct sim_mux *mux, struct mc_buf *wire)
{
    static const uint8_t error[] = "\r\nERROR\r\n";
    const struct sim_mux_frame lie = {1 << 2 | SIM_MUX_EA, mux->manner->uih, error, sizeof(error) - 1};
    uint8_t bytes[SIM_MUX_FRAME_MAX];
    size_t len = 1 + mux->ops.random(mux->ctx) % 12;

    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)mux->ops.random(mux->ctx);
    if (mux->ops.random(mux->ctx) % 4 == 0) {
        len = sim_mux_encode(&lie, false, bytes);
        bytes[len - 2] ^= 0x55;
    }
    mc_buf_append(wire, bytes, len);
}

void sim_mux_say(struct sim_mux *mux, uint8_t address, uint8_t control, const uint8_t *info, size_t len)
{
    const struct sim_mux_frame frame = {address, control, info, len};

    put(mux, &mux->urgent, &frame);
    mux->ops.kick(mux->ctx);
}

static bool may_speak(const struct sim_mux *mux, int dlci)
{
    const struct sim_dlc *dlc = &mux->dlcs[dlci];

    return dlc->open && !dlc->stopped && !mux->all_stopped && mc_buf_len(&dlc->out) > 0;
}

/* One after another, a frame each, so that none waits for more than the others' frames. */
static int next_dlci(struct sim_mux *mux)
{
    for (int i = 1; i <= SIM_MUX_DLCIS; i++) {
        int dlci = (mux->turn + i - 1) % SIM_MUX_DLCIS + 1;

        if (may_speak(mux, dlci))
            return mux->turn = dlci;
    }
    return 0;
}

static bool put_data(struct sim_mux *mux, struct mc_buf *wire)
{
    int dlci = mux->leaving ? 0 : next_dlci(mux);
    struct sim_dlc *dlc = &mux->dlcs[dlci];
    size_t len;

    if (dlci == 0)
        return false;
    len = mc_buf_len(&dlc->out) < (size_t)dlc->n1 ? mc_buf_len(&dlc->out) : (size_t)dlc->n1;
    put(mux, wire,
        &(struct sim_mux_frame){(uint8_t)(dlci << 2 | SIM_MUX_EA | (mux->manner->cr_data ? SIM_MUX_CR : 0)),
                                mux->manner->uih, mc_buf_head(&dlc->out), len});
    mc_buf_consume(&dlc->out, len);
    mux->counters.carried += len;
    return true;
}

static bool put_idle(struct sim_mux *mux, struct mc_buf *wire)
{
    uint8_t flags[IDLE_RUN];

    if (!mux->manner->runs || mux->idle_said || mux->leaving)
        return false;
    mux->idle_said = true;
    memset(flags, SIM_MUX_FLAG, sizeof(flags));
    mc_buf_append(wire, flags, sizeof(flags));
    return true;
}

bool sim_mux_fill(struct sim_mux *mux, struct mc_buf *wire)
{
    if (!mux->on)
        return false;
    if (mux->faults.silent) {
        empty(&mux->urgent);
        return false;
    }
    if (mc_buf_len(&mux->urgent) > 0) {
        mc_buf_append(wire, mc_buf_head(&mux->urgent), mc_buf_len(&mux->urgent));
        empty(&mux->urgent);
    } else if (!put_data(mux, wire)) {
        return put_idle(mux, wire);
    }
    mux->idle_said = false;
    if (mux->faults.noisy && !mux->leaving)
        noise(mux, wire);
    return true;
}

void sim_mux_idle(struct sim_mux *mux)
{
    mux->idle_said = false;
    mux->ops.kick(mux->ctx);
}

int sim_mux_send(struct sim_mux *mux, int dlci, const void *data, size_t len)
{
    int r = sim_mux_is_open(mux, dlci) ? mc_buf_append(&mux->dlcs[dlci].out, data, len) : -ENOTCONN;

    if (r == 0)
        mux->ops.kick(mux->ctx);
    return r;
}

size_t sim_mux_room(const struct sim_mux *mux, int dlci)
{
    size_t waiting = mc_buf_len(&mux->dlcs[dlci].out);

    return waiting < SIM_MUX_QUEUE ? SIM_MUX_QUEUE - waiting : 0;
}

void sim_mux_carrier(struct sim_mux *mux, int dlci, bool on)
{
    if (!sim_mux_is_open(mux, dlci) || mux->dlcs[dlci].carrier == on)
        return;
    mux->dlcs[dlci].carrier = on;
    sim_mux_msc(mux, dlci);
}

/* ---- DLCs ---- */

bool sim_mux_is_open(const struct sim_mux *mux, int dlci)
{
    return mux->on && mux->dlcs[dlci].open;
}

void sim_mux_force(struct sim_mux *mux, int dlci)
{
    mux->dlcs[dlci].open = mux->dlcs[dlci].msc_said = true;
    if (dlci > 0)
        mux->ops.opened(mux->ctx, dlci);
}

static void close_dlc(struct sim_mux *mux, int dlci)
{
    bool was = mux->dlcs[dlci].open;

    reset(&mux->dlcs[dlci]);
    if (was && dlci > 0)
        mux->ops.closed(mux->ctx, dlci);
}

/* By CLD, or DISC on DLCI 0. */
void sim_mux_leave(struct sim_mux *mux)
{
    for (int i = SIM_MUX_DLCIS; i >= 0; i--)
        close_dlc(mux, i);
    if (++mux->close_downs < mux->manner->close_downs)
        return;
    mux->leaving = true;
    mux->ops.left(mux->ctx);
}

int sim_mux_drop(struct sim_mux *mux, int dlci, bool dm)
{
    if (!sim_mux_is_open(mux, dlci))
        return -ENOTCONN;
    close_dlc(mux, dlci);
    /* a command of the responder has C/R 0, a response of it 1 (5.2.1.2) */
    sim_mux_say(mux, (uint8_t)(dlci << 2 | SIM_MUX_EA | (dm ? SIM_MUX_CR : 0)),
                (dm ? SIM_MUX_DM : SIM_MUX_DISC) | SIM_MUX_PF, NULL, 0);
    return 0;
}

void sim_mux_hold(struct sim_mux *mux, int dlci, bool on)
{
    struct sim_dlc *dlc = &mux->dlcs[dlci];
    uint8_t kept[SIM_MUX_IN_FLIGHT];
    size_t len = mc_buf_len(&dlc->in);

    if (!sim_mux_is_open(mux, dlci) || dlc->held == on)
        return;
    dlc->held = on;
    sim_mux_msc(mux, dlci);
    if (on || len == 0)
        return;
    memcpy(kept, mc_buf_head(&dlc->in), len);
    empty(&dlc->in);
    mux->ops.data(mux->ctx, dlci, kept, len);
}

/* ---- in ---- */

static void on_sabm(struct sim_mux *mux, int dlci, const struct sim_mux_frame *f)
{
    if (dlci > SIM_MUX_DLCIS || (dlci > 0 && !mux->dlcs[0].open)) {
        sim_mux_say(mux, f->address, SIM_MUX_DM | (f->control & SIM_MUX_PF), NULL, 0);
        return;
    }
    if (dlci == 0) {
        mux->close_downs = 0;
        mux->all_stopped = false;
    }
    close_dlc(mux, dlci);
    mux->dlcs[dlci].open = true;
    if (mux->faults.lost_ua != 0)
        mux->faults.lost_ua -= mux->faults.lost_ua > 0;
    else
        sim_mux_say(mux, f->address, SIM_MUX_UA | (f->control & SIM_MUX_PF), NULL, 0);
    if (dlci == 0)
        return;
    if (mux->manner->msc_at_once)
        sim_mux_msc(mux, dlci);
    mux->ops.opened(mux->ctx, dlci);
}

static void on_disc(struct sim_mux *mux, int dlci, const struct sim_mux_frame *f)
{
    bool open = dlci <= SIM_MUX_DLCIS && (mux->dlcs[dlci].open || dlci == 0);

    sim_mux_say(mux, f->address, (open ? SIM_MUX_UA : SIM_MUX_DM) | (f->control & SIM_MUX_PF), NULL, 0);
    if (dlci == 0)
        sim_mux_leave(mux);
    else if (open)
        close_dlc(mux, dlci);
}

static void on_uih(struct sim_mux *mux, int dlci, const struct sim_mux_frame *f)
{
    struct sim_dlc *dlc = dlci <= SIM_MUX_DLCIS ? &mux->dlcs[dlci] : NULL;

    /* a host that crashed sends its CLD before any SABM, and is heard */
    if (!dlc || (dlci > 0 && !dlc->open)) {
        mux->counters.strays++;
        sim_mux_say(mux, f->address, SIM_MUX_DM | SIM_MUX_PF, NULL, 0);
        return;
    }
    if (f->len > (size_t)dlc->n1) {
        mux->counters.too_long++;
        return;
    }
    if (dlci == 0) {
        sim_mux_control(mux, f->info, f->len);
        return;
    }
    mux->counters.carried += f->len;
    if (!dlc->held)
        mux->ops.data(mux->ctx, dlci, f->info, f->len);
    else if (mc_buf_append(&dlc->in, f->info, f->len) < 0)
        mux->counters.overruns += f->len;
}

static void take(struct sim_mux *mux, const struct sim_mux_frame *f)
{
    static const struct {
        uint8_t control;
        void (*run)(struct sim_mux *mux, int dlci, const struct sim_mux_frame *f);
    } table[] = {{SIM_MUX_SABM, on_sabm}, {SIM_MUX_DISC, on_disc}, {SIM_MUX_UIH, on_uih}};

    mux->counters.frames_in++;
    for (size_t i = 0; i < MC_LENGTH_OF(table); i++)
        if (table[i].control == (f->control & ~SIM_MUX_PF))
            table[i].run(mux, f->address >> 2, f);
}

size_t sim_mux_input(struct sim_mux *mux, const uint8_t *data, size_t len)
{
    const uint8_t *at = data;
    struct sim_mux_frame frame;
    size_t left = len;

    if (mux->faults.silent)
        return len;
    while (mux->on && sim_mux_decode(&mux->decoder, &at, &left, &frame))
        take(mux, &frame);
    mux->counters.bad = mux->decoder.bad;
    return len - left;
}

struct sim_mux_faults *sim_mux_faults(struct sim_mux *mux)
{
    return &mux->faults;
}

const struct sim_mux_counters *sim_mux_counters(const struct sim_mux *mux)
{
    return &mux->counters;
}
