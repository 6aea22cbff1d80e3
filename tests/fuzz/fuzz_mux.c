/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "../../src/line/mux_priv.h"
#include <assert.h>
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <string.h>

/*
 * The multiplexer's decoder, its control channel and its life. The first byte says how it begins (N1, speed, taken over
 * or opened); then come operations, each an operation byte and a parameter byte: bytes of the modem as they are, a
 * frame of the modem with its FCS right, time, every call of the API, a host or a port that takes less, and what the
 * next callback calls. Whatever comes: nothing is read beyond (each piece is an allocation of its own size), what is
 * written is good frames of N1 at most with each DLC's bytes in order, and no more of it than what came in and how long
 * it took allow; buffers keep their limits; nothing is called back after the end.
 */

#define PASS_MS        40  /* a parameter's worth */
#define TICKS_A_MS     16  /* timers that may run out, on average: there are fifteen */
#define OPERATIONS_MAX 200 /* an input is over within a few ms */
#define ANSWER_MOST    16  /* bytes written for a byte read: a command of two bytes is refused by nine */

struct run {
    struct mc_timerq *queue;
    struct mc_mux *mux;
    struct mux_reader out; /* reads what is written */
    size_t take;           /* data() takes so much */
    size_t pending;
    int write_result;
    bool counts;         /* the modem's DLCs carry bytes that count upwards, and what comes is held against that */
    uint8_t in_callback; /* what the next callback does; 0 nothing */
    bool over;           /* ended() came, or mc_mux_abandon() */
    uint64_t fed, sent, taken, written, operations;
    int64_t began_ms;
    uint8_t sent_next[MC_MUX_DLCIS + 1], written_next[MC_MUX_DLCIS + 1]; /* bytes of DLCs count upwards */
    uint8_t fed_next[MC_MUX_DLCIS + 1], taken_next[MC_MUX_DLCIS + 1];
    bool stale; /* the frame that the port did not take is of a DLC that has begun anew since */
};

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- calls ---- */

static void send_on(struct run *run, unsigned dlci, size_t len)
{
    uint8_t *data = malloc(len + 1);
    assert(data);
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)((dlci <= MC_MUX_DLCIS ? run->sent_next[dlci] : 0) + i);
    bool open = mc_mux_is_open(run->mux, dlci) && dlci > 0;
    /* counted before: it may be written, or the DLC closed, before the call returns */
    size_t taken = open ? min_size(len, mc_buf_room(&run->mux->dlcs[dlci].out)) : 0;
    if (open)
        run->sent_next[dlci] = (uint8_t)(run->sent_next[dlci] + taken);
    run->sent += taken;
    int r = mc_mux_send(run->mux, dlci, data, len);
    assert(open ? r == (int)taken : r == -ENOTCONN);
    free(data);
}

/* A DLC that begins anew has forgotten what waited, but for a frame that the port has refused. */
static void forget(struct run *run, unsigned dlci)
{
    if (dlci > MC_MUX_DLCIS)
        return;
    run->written_next[dlci] = run->sent_next[dlci];
    run->taken_next[dlci] = run->fed_next[dlci];
    run->stale = run->stale || (run->mux->unsent_bytes > 0 && run->mux->unsent[1] >> 2 == dlci);
}

static void call(struct run *run, uint8_t what)
{
    unsigned dlci = what >> 3 & 7;
    switch (what & 7) {
    case 1:
        send_on(run, dlci, what & 0x80 ? 3000 : 5);
        break;
    case 2:
        mc_mux_open(run->mux, dlci);
        forget(run, dlci);
        break;
    case 3:
        mc_mux_close_dlc(run->mux, dlci);
        forget(run, dlci);
        break;
    case 4:
        mc_mux_resume(run->mux, dlci);
        break;
    case 5:
        mc_mux_close(run->mux);
        break;
    case 6:
        mc_mux_abandon(run->mux);
        run->over = true;
        break;
    case 7:
        mc_mux_set_kind(run->mux, dlci, what & 0x80 ? MC_MUX_DATA : MC_MUX_AT);
        break;
    default:
        break;
    }
}

/* ---- callbacks ---- */

static void called(struct run *run)
{
    uint8_t what = run->in_callback;
    assert(!run->over);
    run->in_callback = 0;
    call(run, what);
}

static void on_written_frame(void *ctx, const struct mux_frame *frame)
{
    struct run *run = ctx;
    if (frame->dlci == 0 || frame->control != MUX_UIH || run->stale)
        return;
    assert(frame->dlci <= MC_MUX_DLCIS && frame->info_bytes > 0 && frame->info_bytes <= mc_mux_n1(run->mux));
    for (size_t i = 0; i < frame->info_bytes; i++)
        assert(frame->info[i] == run->written_next[frame->dlci]++);
}

static void on_written_stray(void *ctx, const uint8_t *data, size_t len)
{
    assert(!"the multiplexer wrote what is no frame");
}

static int on_write(void *ctx, const void *data, size_t len)
{
    static const struct mux_reader_events events = {.frame = on_written_frame, .stray = on_written_stray};
    struct run *run = ctx;
    assert(len > 0 && len <= MUX_FRAME_MAX && !run->over);
    if (run->write_result == -EAGAIN || run->write_result == -ENOBUFS)
        return run->write_result;
    run->written += len;
    run->stale = run->stale && data == run->mux->unsent;
    mc_mux_read(&run->out, &events, run, data, len); /* of -EIO, too: such a frame is not written again */
    run->stale = false;
    return run->write_result;
}

static size_t on_pending(void *ctx)
{
    return ((struct run *)ctx)->pending;
}

static size_t on_data(void *ctx, unsigned dlci, const uint8_t *data, size_t len)
{
    struct run *run = ctx;
    size_t taken = min_size(len, run->take);
    unsigned sum = 0;
    assert(dlci > 0 && dlci <= MC_MUX_DLCIS && len > 0);
    for (size_t i = 0; i < len; i++) { /* all of it can be read */
        sum += data[i];
        assert(!run->counts || data[i] == (uint8_t)(run->taken_next[dlci] + i));
    }
    assert(sum <= len * 255);
    run->taken += taken;
    run->taken_next[dlci] = (uint8_t)(run->taken_next[dlci] + taken);
    called(run);
    return taken;
}

static void on_opened(void *ctx, unsigned dlci, int result)
{
    struct run *run = ctx;
    assert(dlci <= MC_MUX_DLCIS && (result == 0 || result == -ECONNREFUSED || result == -ETIMEDOUT));
    called(run);
}

static void on_closed(void *ctx, unsigned dlci)
{
    assert(dlci > 0 && dlci <= MC_MUX_DLCIS);
    forget(ctx, dlci);
    called(ctx);
}

static void on_room(void *ctx, unsigned dlci)
{
    assert(dlci > 0 && dlci <= MC_MUX_DLCIS);
    called(ctx);
}

static void on_stopped(void *ctx, unsigned dlci, bool goes_on)
{
    assert(dlci > 0 && dlci <= MC_MUX_DLCIS);
    called(ctx);
}

static void on_stray(void *ctx, const uint8_t *data, size_t len)
{
    assert(data && len > 0);
    called(ctx);
}

static void on_ended(void *ctx, enum mc_mux_end why)
{
    struct run *run = ctx;
    assert(why <= MC_MUX_NO_ANSWER);
    called(run);
    run->over = true;
}

/* ---- operations ---- */

static void check(struct run *run)
{
    const struct mc_mux *mux = run->mux;
    uint64_t ms = (uint64_t)(mc_timerq_now_ms(run->queue) - run->began_ms);
    assert(run->taken <= run->fed);
    assert(run->written <=
           1024 + ANSWER_MOST * run->fed + (MUX_HEAD_AND_TAIL + 1) * run->sent + 128 * run->operations + ms / 4);
    assert(mux->reader.len < sizeof(mux->reader.held) && mux->reader.hush <= MUX_FRAME_MAX);
    assert(mux->reader.len == 0 || mux->reader.held[0] == MUX_FLAG);
    assert(mux->unsent_bytes <= sizeof(mux->unsent) && mux->control.size_bytes <= mux->control.limit_bytes);
    for (unsigned i = 0; i <= MC_MUX_DLCIS; i++)
        assert(mux->dlcs[i].out.size_bytes <= 4096 && mux->dlcs[i].held.size_bytes <= 32768);
}

static void pass(struct run *run, int64_t ms)
{
    int64_t end_ms = mc_timerq_now_ms(run->queue) + ms, next_ms;
    for (int64_t i = 0; (next_ms = mc_timerq_next_ms(run->queue)) >= 0 && next_ms <= end_ms; i++) {
        assert(i < (ms + 1) * TICKS_A_MS);
        mc_timerq_advance(run->queue, next_ms);
        mc_timerq_run(run->queue);
    }
    mc_timerq_advance(run->queue, end_ms);
}

/* An allocation of its own: a sanitizer sees the first byte too far. */
static void feed(struct run *run, const uint8_t *data, size_t len)
{
    uint8_t *piece = malloc(len ? len : 1);
    assert(piece);
    memcpy(piece, data, len);
    run->fed += len;
    mc_mux_feed(run->mux, piece, len);
    free(piece);
}

static void feed_frame(struct run *run, unsigned dlci, uint8_t control, bool command, uint8_t *info, size_t len)
{
    uint8_t bytes[MUX_FRAME_MAX];
    bool carries = (control & ~MUX_PF) == MUX_UIH || (control & ~MUX_PF) == MUX_UI;
    struct dlc *dlc = dlci > 0 && carries ? mc_mux_dlc(run->mux, dlci) : NULL;
    bool open = dlc && dlc->state == DLC_OPEN && run->mux->state != MUX_OVER;
    uint64_t overruns = run->mux->stats.overruns;
    for (size_t i = 0; i < len && run->counts && dlc; i++)
        info[i] = (uint8_t)(run->fed_next[dlci] + i);
    if (open) /* counted before: the DLC may be closed before the call returns */
        run->fed_next[dlci] = (uint8_t)(run->fed_next[dlci] + len);
    size_t n = mc_mux_frame_put(bytes, dlci, control, command, info, len);
    if (control == MUX_UI) /* we send none */
        bytes[n - 2] = mc_mux_fcs(bytes + 1, n - 3);
    feed(run, bytes, n);
    if (open)
        run->fed_next[dlci] = (uint8_t)(run->fed_next[dlci] - (run->mux->stats.overruns - overruns));
}

/* @data: DLCI, control field and C/R in one byte, then the information. @return taken. */
static size_t frame(struct run *run, uint8_t info_bytes, const uint8_t *data, size_t left)
{
    static const uint8_t controls[] = {MUX_UIH,  MUX_UIH | MUX_PF, MUX_UA | MUX_PF,   MUX_DM | MUX_PF,
                                       MUX_SABM, MUX_DISC,         MUX_DISC | MUX_PF, MUX_UI};
    uint8_t info[256];
    size_t len = left > 0 ? min_size(info_bytes, left - 1) : 0;
    uint8_t kind = left > 0 ? data[0] : 0;
    if (len > 0)
        memcpy(info, data + 1, len);
    feed_frame(run, kind & 7, controls[kind >> 3 & 7], kind & 0x40, info, len);
    return min_size(left, 1) + len;
}

/* As it is; where bytes count, so that none of it is a frame: no address has its last bit. */
static void feed_raw(struct run *run, const uint8_t *data, size_t len)
{
    uint8_t bytes[256];
    for (size_t i = 0; i < len; i++)
        bytes[i] = run->counts ? data[i] & 0xfe : data[i];
    feed(run, bytes, len);
}

static size_t operate(struct run *run, uint8_t op, uint8_t parameter, const uint8_t *data, size_t left)
{
    static const int results[] = {0, -EAGAIN, -ENOBUFS, -EIO};
    size_t len = min_size(parameter, left);
    switch (op % 8) {
    case 0:
        feed_raw(run, data, len);
        return len;
    case 1:
        return frame(run, parameter, data, left);
    case 2:
        pass(run, parameter * PASS_MS);
        return 0;
    case 3:
        call(run, parameter);
        return 0;
    case 4:
        run->in_callback = parameter;
        return 0;
    case 5:
        run->take = parameter < 255 ? parameter : SIZE_MAX;
        return 0;
    case 6:
        run->write_result = results[parameter & 3];
        run->pending = parameter >> 2;
        return 0;
    default:
        mc_mux_writable(run->mux);
        return 0;
    }
}

static void begin(struct run *run, uint8_t how)
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
    static const unsigned n1s[] = {64, 1, 256, MC_MUX_N1_MAX};
    *run = (struct run){.queue = mc_timerq_new(0), .take = SIZE_MAX, .counts = how & 16};
    run->mux = mc_mux_new(run->queue, n1s[how >> 1 & 3], how & 8 ? 9600 : 460800, &callbacks, run);
    assert(run->queue && run->mux);
    mc_mux_set_kind(run->mux, 2, MC_MUX_DATA);
    if (how & 1)
        mc_mux_adopt(run->mux, 1 << 1 | 1 << 2);
    else
        mc_mux_start(run->mux);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct run run;
    if (len_bytes == 0)
        return 0;
    begin(&run, data[0]);
    for (size_t i = 1; i + 1 < len_bytes && run.operations < OPERATIONS_MAX;) {
        uint8_t op = data[i], parameter = data[i + 1];
        i += 2;
        run.operations++;
        i += operate(&run, op, parameter, data + i, len_bytes - i);
        check(&run);
    }
    mc_mux_free(run.mux);
    assert(mc_timerq_next_ms(run.queue) == -1);
    mc_timerq_free(run.queue);
    return 0;
}
