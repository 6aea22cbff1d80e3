/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_STATUS_BUS_H
#define MICROCAT_STATUS_BUS_H

/*
 * The event bus: facts flow down to it, words flow out of it (journal, sd_notify, `watch`, history). Publishing is
 * deferred to the timer queue, so that nobody is called back while a line is parsed; events keep their order.
 */

#include <microcat/base/observers.h>
#include <microcat/base/timerq.h>
#include <microcat/status/status.h>

enum mc_event_kind {
    MC_EVENT_STATE,  /* the link's state changed */
    MC_EVENT_STEP,   /* a finer step inside a state */
    MC_EVENT_FAULT,  /* a fault was found (or cleared: fault none) */
    MC_EVENT_REMEDY, /* a remedy was chosen: text says which, when and why */
    MC_EVENT_STATUS, /* some fact in the status changed */
    MC_EVENT_NOTE,   /* worth a line: "raised to 460800", "flow control given up: the bridge has none" */
    MC_EVENT_KIND_COUNT
};
extern const struct mc_strtab mc_event_kind_names; /* "state", "step", "fault", "remedy", "status", "note" */

struct mc_event {
    enum mc_event_kind kind;
    uint64_t seq;           /* counts from 1 */
    int64_t at_ms;          /* queue clock */
    enum mc_state from, to; /* STATE */
    int64_t spent_ms;       /* STATE: time in `from`; STEP: time in the step before */
    enum mc_fault fault;    /* STATE (why, or none), FAULT, REMEDY */
    char remedy[24];        /* REMEDY: its name, "radio-cycle" */
    char text[160];         /* STATE: more of why; FAULT: detail; else step name, remedy in words, note */
};

struct mc_bus;

/** @status is borrowed and must outlive the bus. NULL: no memory. */
struct mc_bus *mc_bus_new(struct mc_timerq *queue, struct mc_status *status);
void mc_bus_free(struct mc_bus *bus);

/** Copies @event (seq and at_ms are filled in here) and delivers it soon. At most 256 wait; beyond that STATUS events
 * are merged and the oldest NOTE dropped. */
void mc_bus_publish(struct mc_bus *bus, const struct mc_event *event);
/** "some fact changed": at most one such event waits at a time. */
void mc_bus_touch(struct mc_bus *bus);

/** Observers get a `const struct mc_event *`. */
void mc_bus_observe(struct mc_bus *bus, struct mc_observer *observer, mc_observer_fn *fn, void *ctx);
void mc_bus_forget(struct mc_bus *bus, struct mc_observer *observer);
const struct mc_status *mc_bus_status(const struct mc_bus *bus);

#endif
