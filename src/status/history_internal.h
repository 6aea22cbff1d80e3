/* SPDX-License-Identifier: MIT */
#ifndef STATUS_HISTORY_INTERNAL_H
#define STATUS_HISTORY_INTERNAL_H

#include <microcat/status/history.h>

#define MAX_INTERVALS 256
#define NEVER         INT64_MIN
#define CLOCK_JUMP_MS 5000 /* the wall clock was set, it did not merely drift */

/* A time online. Merged with a neighbour when there are too many, so online_ms may be less than to_ms - from_ms. */
struct interval {
    int64_t from_ms, to_ms; /* wall clock */
    int64_t online_ms;
    bool this_run;
};

struct mc_history {
    struct mc_history_entry *entries; /* oldest first */
    size_t n_entries, max_entries;
    struct interval intervals[MAX_INTERVALS]; /* ended ones, oldest first */
    size_t n_intervals;
    int64_t first_wall_ms; /* the daemon's first start ever, or NEVER */
    bool first_this_run;
    int64_t offset_ms; /* wall clock minus queue clock, or NEVER */

    int64_t start_at_ms; /* of this run, queue clock */
    bool online;
    bool resuming;        /* a call was taken over, and is not said to be online yet */
    int64_t online_at_ms; /* queue clock */

    bool outage;                        /* one is going on, */
    struct mc_history_entry outage_now; /* this one, */
    int64_t outage_at_ms;               /* begun then by the queue clock; NEVER: before this run */
};

/* Appends to the list, the oldest goes when it is full. Returns the place, valid until the next call. */
struct mc_history_entry *history_append(struct mc_history *history, const struct mc_history_entry *entry);
/* Copies @text as printable ASCII, cut to fit. */
void history_text(char *out, size_t out_bytes, const char *text);

/* history_online.c */
void history_add_interval(struct mc_history *history, const struct interval *interval);
/* The time online that goes on, if one does, ends now. */
void history_close_online(struct mc_history *history, int64_t wall_ms, int64_t at_ms);
/* What the daemon before us had saved of the interval that goes on, since @since_ms of the wall clock. */
void history_forget_interval(struct mc_history *history, int64_t since_ms);

#endif
