/* SPDX-License-Identifier: MIT */
/* What does not come: the rest of a frame, or anything at all. */
#include "mux_priv.h"

#define SILENCE_MS   30000
#define LOOK_MS      15000 /* together with the watchdog's, which wakes the process anyway: a TEST after 30 to 45 s */
#define TEST_MS      5000  /* for the answer to a TEST, while a call may keep the wire busy */
#define ADOPTED_MS   900   /* ... of a multiplexer that was taken over: is it still there? */
#define TESTS_MAX    2
#define HELD_UP_MS   100 /* a timer that is so late: the process did nothing else either */
#define HELD_UPS_MAX 5
/* A frame that has begun comes to its end within this, or three times its time on the wire. What is given up is lost,
 * and a bridge, a hub or a busy host may pause amid a frame; a wrong length only hides what comes, until it is full or
 * this is over. Before DLCI 0 is open there is nothing to lose, and an answer to find among noise. */
#define PARTIAL_MS       1000
#define PARTIAL_START_MS 100
#define PARTIAL_LOOK_MS  50 /* what has come meanwhile is read first: the process itself may have been held up */

/* ---- the rest of a frame ---- */

/* The limit counts from the frame's begin, and grows when its length has come. */
void mc_mux_watch_partial(struct mc_mux *mux)
{
    size_t total = mc_mux_reader_waits(&mux->reader);
    int64_t now_ms = mc_timerq_now_ms(mux->queue), limit_ms = (int64_t)total * 10 * 1000 * 3 / mux->baud;
    if (total == 0 || mux->state == MUX_OVER) {
        mc_timer_disarm(&mux->partial);
        return;
    }
    if (!mc_timer_armed(&mux->partial) || mux->partial_of != mux->reader.begun) {
        mux->partial_of = mux->reader.begun;
        mux->partial_at_ms = now_ms;
        mux->partial_looks = 0;
    }
    int64_t least_ms = mux->state == MUX_STARTING ? PARTIAL_START_MS : PARTIAL_MS;
    if (limit_ms < least_ms)
        limit_ms = least_ms;
    int64_t wait_ms = mux->partial_at_ms + limit_ms - now_ms;
    mc_timer_arm(&mux->partial, mux->queue, wait_ms > PARTIAL_LOOK_MS ? wait_ms : PARTIAL_LOOK_MS);
}

static void on_partial(void *ctx)
{
    struct mc_mux *mux = ctx;
    if (mux->partial_looks++ == 0) {
        mc_timer_arm(&mux->partial, mux->queue, PARTIAL_LOOK_MS);
        return;
    }
    mc_mux_reader_late(&mux->reader, &mc_mux_reader_events, mux);
    mc_mux_watch_partial(mux);
}

/* ---- silence ---- */

/* A modem in command mode may echo what it is sent, and our TEST comes back as it went: a frame, but nobody multiplexes
 * there. Other frames may be echoes as well, then; the answer to the TEST alone can be none. */
bool mc_mux_hears(struct mc_mux *mux, const struct mux_frame *frame)
{
    bool control = frame->dlci == 0;
    if (control && mc_mux_is_test(frame->info, frame->info_bytes, false)) {
        mux->echoes = true;
        mux->tests_waited += mux->tests_waited == 0;
        return false;
    }
    if (mux->echoes && !(control && mc_mux_is_test(frame->info, frame->info_bytes, true)))
        return true;
    mux->echoes = false;
    mux->heard_at_ms = mc_timerq_now_ms(mux->queue);
    mux->tests_waited = 0;
    return true;
}

static void on_silence(void *ctx)
{
    struct mc_mux *mux = ctx;
    int64_t quiet_ms = mc_timerq_now_ms(mux->queue) - mux->heard_at_ms;
    mux->stats.tests_lost += mux->tests_waited > 0;
    if (mux->tests_waited == 0 && quiet_ms < SILENCE_MS) {
        mc_timer_arm_together(&mux->silence, mux->queue, LOOK_MS);
    } else if (mux->tests_waited >= TESTS_MAX) {
        mc_mux_end_soon(mux, MC_MUX_SILENT);
    } else {
        mux->tests_waited++;
        mc_timer_arm(&mux->silence, mux->queue, TEST_MS);
        mc_mux_send_test(mux);
    }
}

void mc_mux_watch_silence(struct mc_mux *mux)
{
    mux->heard_at_ms = mc_timerq_now_ms(mux->queue);
    mc_timer_arm_together(&mux->silence, mux->queue, LOOK_MS);
}

static void wait_adopted(struct mc_mux *mux)
{
    mux->adopted_due_ms = mc_timerq_now_ms(mux->queue) + ADOPTED_MS;
    mc_timer_arm(&mux->leave, mux->queue, ADOPTED_MS);
}

/* A daemon that has just taken a call over waits for others, too: while it was held up, it neither asked nor heard. */
static bool was_held_up(struct mc_mux *mux)
{
    return mc_timerq_now_ms(mux->queue) - mux->adopted_due_ms > HELD_UP_MS && mux->held_up++ < HELD_UPS_MAX;
}

static void on_adopted_silent(void *ctx)
{
    struct mc_mux *mux = ctx;
    if (mux->tests_waited == 0) /* it answered */
        return;
    if (was_held_up(mux)) {
        wait_adopted(mux);
        return;
    }
    mux->stats.tests_lost++;
    if (mux->tests_waited >= TESTS_MAX) {
        mc_mux_end_soon(mux, MC_MUX_SILENT);
        return;
    }
    mux->tests_waited++;
    wait_adopted(mux);
    mc_mux_send_test(mux);
}

void mc_mux_ask_adopted(struct mc_mux *mux)
{
    mux->tests_waited = 1;
    mc_timer_init(&mux->leave, "mux.adopted", on_adopted_silent, mux);
    wait_adopted(mux);
    mc_mux_send_test(mux);
}

void mc_mux_watch_init(struct mc_mux *mux)
{
    mc_timer_init(&mux->silence, "mux.silence", on_silence, mux);
    mc_timer_init(&mux->partial, "mux.partial", on_partial, mux);
}
