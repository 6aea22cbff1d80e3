/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_OBSERVERS_H
#define MICROCAT_BASE_OBSERVERS_H

/*
 * A list of observers that can be walked safely: an observer may remove itself or others, and add new ones, from inside
 * its callback. One removed is not called any more, one added is called from the next notification on.
 * Entries are embedded in their owner and must stay in place until removed.
 */

#include <stdbool.h>

typedef void mc_observer_fn(void *ctx, const void *event);

struct mc_observer {
    mc_observer_fn *fn;
    void *ctx;
    struct mc_observer *prev, *next; /* owned by the list */
    unsigned since;                  /* generation in which it was added */
};

struct mc_observers {
    struct mc_observer *first, *last;
    struct mc_observer *walking; /* next to be called, while a walk is on */
    unsigned generation;
};

void mc_observers_add(struct mc_observers *list, struct mc_observer *observer, mc_observer_fn *fn, void *ctx);
/** Harmless when it is not on the list. */
void mc_observers_remove(struct mc_observers *list, struct mc_observer *observer);
/** Calls everyone with @event. Not reentrant: a notification from inside a callback returns false and calls nobody. */
bool mc_observers_notify(struct mc_observers *list, const void *event);

#endif
