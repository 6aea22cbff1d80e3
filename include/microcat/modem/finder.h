/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_MODEM_FINDER_H
#define MICROCAT_MODEM_FINDER_H

/*
 * Finds out in which mode the modem is and brings it to command mode: command mode, PPP data mode (a crashed host left
 * it), CMUX, another baud rate, or still booting. Asks in the order of a table: AT, LCP Echo-Request, CMUX SABM, the
 * other speeds, ATQ0V1 for one whose result codes are off, and `+++` blind when nothing answered at all; over and over
 * until its patience ends. A boot message starts it over at 115200 at once.
 */

#include <microcat/line/line.h>
#include <stdbool.h>
#include <stdint.h>

struct mc_finder;

enum mc_found {
    MC_FOUND_COMMAND, /* answered AT */
    MC_FOUND_DATA,    /* PPP was up: escaped and hung up */
    MC_FOUND_CMUX,    /* the multiplexer was on: closed down */
    MC_FOUND_STUCK,   /* PPP answers, but `+++` does not end it */
    MC_FOUND_BABBLE,  /* bytes came, but nothing that is AT, PPP or CMUX */
    MC_FOUND_ECHO,    /* nothing but the echo of what was sent: a modem that hangs, or a loop in its place */
    MC_FOUND_SILENCE, /* nothing at all */
};

typedef void mc_finder_done_fn(void *ctx, enum mc_found found, int32_t baud);
/** Sets the host's side of the line. 0 or -errno. */
typedef int mc_finder_baud_fn(void *ctx, int32_t baud);

struct mc_finder *mc_finder_new(struct mc_timerq *queue, struct mc_line *line, mc_finder_baud_fn *set_baud, void *ctx);
void mc_finder_free(struct mc_finder *finder);

/**
 * @likely_baud is tried first, then @other_baud, then the rest. @patience_ms: how long to go on; one round is always
 * finished.
 * @done is called once, never from inside.
 */
void mc_finder_start(struct mc_finder *finder, int32_t likely_baud, int32_t other_baud, int64_t patience_ms,
                     mc_finder_done_fn *done, void *ctx);
void mc_finder_cancel(struct mc_finder *finder);
/** In this search, or the last one: was AT+IFC=0,0 said? Who heard it does without flow control from then on, answered
 * or not. */
bool mc_finder_unmuted(const struct mc_finder *finder);
/** A boot message came: the modem is in command mode at its boot speed, now. */
void mc_finder_booted(struct mc_finder *finder);
/** What came looks like something else's: unless it answers one more AT, which is under way or asked now, this ends
 * with MC_FOUND_BABBLE; nothing else is asked. */
void mc_finder_stranger(struct mc_finder *finder);

#endif
