/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_STATUS_HISTORY_H
#define MICROCAT_STATUS_HISTORY_H

/*
 * The history: what happened, why, what was done about it and how long it took. Pure: it is fed with bus events and two
 * clocks, and turns itself into text and back; reading and writing the file is the daemon's business.
 *
 * Two clocks: wall time (ms since the epoch) is what people read, the queue clock (CLOCK_BOOTTIME) measures lengths.
 * When the wall clock is set (a board without a battery learns the time only once it is online), what this run has
 * written is moved along, so that a jump of fifty years does not become an outage of fifty years.
 */

#include <microcat/status/bus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_history_kind {
    MC_HISTORY_START,  /* the daemon started */
    MC_HISTORY_STOP,   /* the daemon ended in order */
    MC_HISTORY_STATE,  /* online, held, stopped or absent was entered */
    MC_HISTORY_FAULT,  /* a fault was found; the same one again in the same outage is counted, not repeated */
    MC_HISTORY_REMEDY, /* likewise */
    MC_HISTORY_OUTAGE, /* an outage ended; at_ms is its beginning */
    MC_HISTORY_KIND_COUNT
};
/** "start", "stop", "state", "fault", "remedy", "outage". */
extern const struct mc_strtab mc_history_kind_names;

struct mc_history_entry {
    enum mc_history_kind kind;
    int64_t at_ms;       /* wall clock, when it began */
    int64_t last_ms;     /* wall clock, the latest of `count`; OUTAGE: its end */
    int64_t length_ms;   /* OUTAGE; STATE: time spent in the state before; else 0 */
    uint32_t count;      /* FAULT, REMEDY: how often; OUTAGE: remedies tried */
    enum mc_state state; /* STATE */
    enum mc_fault fault;
    char remedy[24]; /* REMEDY, OUTAGE (the one that ended it): its name, "redial" */
    char text[120];  /* what was seen, printable ASCII; OUTAGE with a fault: the latest other one, "then ..." */
    bool this_run;   /* made since mc_history_start() */
};

struct mc_history;

/** Keeps the last @max_entries (at least 8). NULL: no memory. */
struct mc_history *mc_history_new(size_t max_entries);
void mc_history_free(struct mc_history *history);

/** The daemon starts (after mc_history_load()): time since the last online interval counts as an outage. */
void mc_history_start(struct mc_history *history, int64_t wall_ms, int64_t at_ms);
/**
 * A call was taken over from the daemon before this one: the link was online all the time, since @online_at_ms (queue
 * clock), and there was no outage. The start's entry says so (@text); coming online gets none of its own.
 */
void mc_history_resume(struct mc_history *history, int64_t wall_ms, int64_t at_ms, int64_t online_at_ms,
                       const char *text);
/** The daemon ends in order. */
void mc_history_stop(struct mc_history *history, int64_t wall_ms, int64_t at_ms);
/** Takes one bus event; kinds that do not matter here are ignored. @wall_ms is now; the event's own time is that of the
 * queue clock. */
void mc_history_event(struct mc_history *history, int64_t wall_ms, const struct mc_event *event);

size_t mc_history_count(const struct mc_history *history);
/** Entry @index, 0 the oldest; NULL beyond. */
const struct mc_history_entry *mc_history_get(const struct mc_history *history, size_t index);
/** The last outage that ended, or NULL. */
const struct mc_history_entry *mc_history_last_outage(const struct mc_history *history);
/** The outage going on (length_ms up to now), or false. */
bool mc_history_outage_now(const struct mc_history *history, int64_t at_ms, struct mc_history_entry *ret_outage);

/** Time online within the last @window_ms, and how much of the window there was a daemon to be online (since its first
 * start). */
void mc_history_online_ms(const struct mc_history *history, int64_t window_ms, int64_t wall_ms, int64_t at_ms,
                          int64_t *ret_online_ms, int64_t *ret_known_ms);
/** Share of the last 24 h online, 0..1; negative when nothing is known yet. @ret_known_ms (may be NULL): of how much of
 * them, which is less in the first day of the daemon's life. */
double mc_history_availability(const struct mc_history *history, int64_t wall_ms, int64_t at_ms, int64_t *ret_known_ms);

/** Text form, one line an entry; caller frees. NULL: no memory. An interval still open is written as ending now. */
char *mc_history_save(const struct mc_history *history, int64_t wall_ms, int64_t at_ms);
/** Takes what mc_history_save() made, damaged or not: lines that make no sense are skipped. Returns how many were, or
 * -ENOMEM. */
int mc_history_load(struct mc_history *history, const char *text, size_t len_bytes);

#endif
