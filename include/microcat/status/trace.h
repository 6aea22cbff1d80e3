/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_STATUS_TRACE_H
#define MICROCAT_STATUS_TRACE_H

/*
 * The last lines of the AT dialogue, with the marks that explain them (state changes, data mode), for `microcatctl
 * trace`. A ring: the oldest line goes when a new one comes. Text must be redacted before it comes here; this module
 * only makes it printable.
 */

#include <microcat/base/strtab.h>
#include <stddef.h>
#include <stdint.h>

enum mc_trace_kind { /* the first five in the order of at/engine.h's mc_at_direction, which this layer may not include
                      */
                     MC_TRACE_SENT,
                     MC_TRACE_RECEIVED,
                     MC_TRACE_URC,
                     MC_TRACE_LATE, /* the answer of a command that was given up before */
                     MC_TRACE_MARK, /* a note: speed changed, line resynchronised */
                     MC_TRACE_STATE,
                     MC_TRACE_DATA_BEGIN, /* from here on the line carries PPP */
                     MC_TRACE_DATA_END,
                     MC_TRACE_KIND_COUNT
};
/** "sent", "received", "urc", "late", "mark", "state", "data-begin", "data-end". */
extern const struct mc_strtab mc_trace_kind_names;

enum mc_trace_channel { /* the first two in the order of line/line.h's mc_line_channel */
                        MC_TRACE_AT,
                        MC_TRACE_DATA, /* in the multiplexer, the one that dials */
                        MC_TRACE_LEASE,
                        MC_TRACE_CHANNEL_COUNT
};
/** "at", "data", "lease". */
extern const struct mc_strtab mc_trace_channel_names;

#define MC_TRACE_TEXT_BYTES 400 /* a longer text is cut and ends in "..." */

struct mc_trace_entry {
    uint64_t seq;    /* counts from 1 */
    int64_t at_ms;   /* queue clock */
    int64_t wall_ms; /* since the epoch */
    enum mc_trace_kind kind;
    enum mc_trace_channel channel;
    const char *text; /* valid UTF-8 without control characters; borrowed until the next mc_trace_add() */
};

struct mc_trace;

/** Keeps the last @lines (1..10000; outside of that the nearest of the two). NULL: no memory. */
struct mc_trace *mc_trace_new(size_t lines);
void mc_trace_free(struct mc_trace *trace);

/** Copies @text; bytes that are no printable ASCII become \xNN. Without memory the line is lost and counted. */
void mc_trace_add(struct mc_trace *trace, int64_t at_ms, int64_t wall_ms, enum mc_trace_kind kind, const char *text);
/** The same, of another channel than AT. */
void mc_trace_add_on(struct mc_trace *trace, enum mc_trace_channel channel, int64_t at_ms, int64_t wall_ms,
                     enum mc_trace_kind kind, const char *text);

size_t mc_trace_count(const struct mc_trace *trace);
/** Entry @index, 0 the oldest; 0 or -ENOENT. */
int mc_trace_get(const struct mc_trace *trace, size_t index, struct mc_trace_entry *ret_entry);
uint64_t mc_trace_lost(const struct mc_trace *trace);

#endif
