/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_TIMERQ_H
#define MICROCAT_BASE_TIMERQ_H

/*
 * A timer queue on a clock given from outside.
 *
 * The pure core (at, line, modem, link, policy, the simulated board) knows time only through this: the event loop
 * drives the queue from CLOCK_BOOTTIME, a test or the simulation from a number. Timers are embedded in their owner's
 * struct and never allocated. Equal due times fire in the order in which they were armed. Arming with delay 0 is the
 * way to defer a call: it fires in a later mc_timerq_run() pass, never from inside the arming call.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mc_timerq;
typedef void mc_timer_fn(void *ctx);

struct mc_timer {
    mc_timer_fn *fn; /* set by mc_timer_init() */
    void *ctx;
    const char *name;        /* static, for traces */
    struct mc_timerq *queue; /* NULL: not armed */
    int64_t due_ms;
    struct mc_timer *prev, *next; /* the queue's list, sorted by due time: a daemon has a few dozen timers at most */
};

/** Makes a queue whose clock reads @now_ms. NULL: no memory. */
struct mc_timerq *mc_timerq_new(int64_t now_ms);
/** Frees the queue; timers still armed are disarmed, none fires. */
void mc_timerq_free(struct mc_timerq *queue);

/** The queue's clock in ms; it stands still between mc_timerq_advance() calls. */
int64_t mc_timerq_now_ms(const struct mc_timerq *queue);

/** Sets the clock, forwards only (a value in the past is ignored), and fires nothing. */
void mc_timerq_advance(struct mc_timerq *queue, int64_t now_ms);

/** Due time of the next timer, or -1 when none is armed. */
int64_t mc_timerq_next_ms(const struct mc_timerq *queue);

/**
 * Fires every timer due at the queue's clock, once each; a timer armed by a callback with delay 0 fires in the next
 * call. Callbacks may arm, disarm and free any timer. Returns how many fired.
 */
size_t mc_timerq_run(struct mc_timerq *queue);

void mc_timer_init(struct mc_timer *timer, const char *name, mc_timer_fn *fn, void *ctx);
/** Arms, or arms anew, @delay_ms (>= 0) from the queue's clock. Never fails: nothing is allocated. */
void mc_timer_arm(struct mc_timer *timer, struct mc_timerq *queue, int64_t delay_ms);
/**
 * Arms, or arms anew, for the next multiple of @period_ms (> 0) on the queue's clock: at most one period from now.
 * Timers of one period, or of periods that are multiples of one another, then come due together: one wake-up instead of
 * many.
 */
void mc_timer_arm_together(struct mc_timer *timer, struct mc_timerq *queue, int64_t period_ms);
void mc_timer_disarm(struct mc_timer *timer);
static inline bool mc_timer_armed(const struct mc_timer *timer)
{
    return timer->queue != NULL;
}
/** Time until it fires, 0 when overdue, -1 when not armed. */
int64_t mc_timer_left_ms(const struct mc_timer *timer);

#endif
