/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_LOOP_H
#define MICROCAT_IO_LOOP_H

/*
 * The event loop: one timer queue on CLOCK_BOOTTIME, file descriptors and signals. The only module that knows libevent.
 *
 * CLOCK_BOOTTIME because it counts on through suspend and knows no jumps: a deadline that passed during suspend is
 * noticed on waking up, and setting the wall clock disturbs nothing. An idle loop sleeps until the next timer is due,
 * however far that is.
 *
 * One thread only. Callbacks run from mc_loop_run() or mc_loop_turn() alone; from inside one, everything here may be
 * called but mc_loop_run(), mc_loop_turn() and mc_loop_free().
 */

#include <microcat/base/timerq.h>
#include <stdbool.h>
#include <stdint.h>

struct mc_loop;

/** Makes a loop and ignores SIGPIPE for the whole process (a reader that went away is -EPIPE, not death). 0 or -errno.
 */
int mc_loop_new(struct mc_loop **ret_loop);

/** Frees the loop and its timer queue. Watches and signals must have been removed before. NULL is fine. */
void mc_loop_free(struct mc_loop *loop);

/**
 * The queue that this loop drives; owned by the loop. Its clock reads CLOCK_BOOTTIME in ms and is set anew before
 * anything is called back.
 */
struct mc_timerq *mc_loop_timers(struct mc_loop *loop);

/** A callback has waited for something: what it arms from here on counts from now, and not from when it was called. */
void mc_loop_waited(struct mc_loop *loop);

/** CLOCK_BOOTTIME now, in ms: the clock of every loop's queue. */
int64_t mc_loop_clock_ms(void);

/** Turns until mc_loop_stop(). 0, or -errno when the system refuses to wait for events. */
int mc_loop_run(struct mc_loop *loop);

/** One turn: fires what is due; if nothing was, waits for the next event or timer; dispatches. 0 or -errno. */
int mc_loop_turn(struct mc_loop *loop);

/** Ends mc_loop_run() after the current callback's turn. Works before it as well: it then returns at once. */
void mc_loop_stop(struct mc_loop *loop);

/** How often the loop woke up from sleep: the figure by which idleness is judged. */
uint64_t mc_loop_wakeups(const struct mc_loop *loop);

enum mc_watch_interest {
    MC_WATCH_READ = 1 << 0,
    MC_WATCH_WRITE = 1 << 1,
    /*
     * Alone: a peer that goes away calls, though nothing is read or written. So does, once each, what it sends before
     * that, and setting this: whoever is called asks poll() for POLLHUP and POLLERR. With another it says nothing new.
     */
    MC_WATCH_HANGUP = 1 << 2,
};

/** @ready: those of the interests that are ready. Hang-up and errors of the descriptor show as every interest ready. */
typedef void mc_watch_fn(void *ctx, int fd, unsigned ready);

/** A watched file descriptor. Embedded in its owner; zeroed memory is a watch that is not on. */
struct mc_watch {
    struct mc_loop *loop; /* NULL: not on */
    void *event;
    int fd; /* borrowed: remove the watch before closing it */
    unsigned interest;
    mc_watch_fn *fn;
    void *ctx;
};

/** Watches @fd for @interest (0: not yet). 0, -ENOMEM, or -errno (-EPERM: a kind of file that has no readiness). */
int mc_watch_add(struct mc_watch *watch, struct mc_loop *loop, int fd, unsigned interest, mc_watch_fn *fn, void *ctx);

/** Changes the interest of a watch that is on; 0 lets it rest, so that not even a hang-up calls. 0 or -errno. */
int mc_watch_set(struct mc_watch *watch, unsigned interest);

/** Removes it, also from inside any callback: it is not called any more. Harmless when it is not on. */
void mc_watch_remove(struct mc_watch *watch);

typedef void mc_signal_fn(void *ctx, int signo);

/** A signal that is called back from the loop rather than taking its default action. Embedded in its owner. */
struct mc_signal {
    void *event; /* NULL: not on */
    struct mc_loop *loop;
    mc_signal_fn *fn;
    void *ctx;
};

int mc_signal_add(struct mc_signal *sig, struct mc_loop *loop, int signo, mc_signal_fn *fn, void *ctx);
/** Brings the former action of the signal back. Harmless when it is not on. */
void mc_signal_remove(struct mc_signal *sig);

#endif
