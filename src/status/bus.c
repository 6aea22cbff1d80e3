/* SPDX-License-Identifier: MIT */
#include <microcat/base/strtab.h>
#include <microcat/status/bus.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WAITING 256

static const char *const event_kind_names[MC_EVENT_KIND_COUNT] = {
    [MC_EVENT_STATE] = "state",   [MC_EVENT_STEP] = "step",     [MC_EVENT_FAULT] = "fault",
    [MC_EVENT_REMEDY] = "remedy", [MC_EVENT_STATUS] = "status", [MC_EVENT_NOTE] = "note",
};
const struct mc_strtab mc_event_kind_names = MC_STRTAB(event_kind_names);

struct mc_bus {
    struct mc_timerq *queue;
    struct mc_status *status;
    struct mc_observers observers;
    struct mc_timer deliver;
    struct mc_event *waiting; /* MAX_WAITING of them, oldest first */
    size_t n_waiting;
    uint64_t seq;
};

static void drop(struct mc_bus *bus, size_t index)
{
    bus->n_waiting--;
    memmove(&bus->waiting[index], &bus->waiting[index + 1], (bus->n_waiting - index) * sizeof(bus->waiting[0]));
}

/* Index of the oldest waiting event of @kind, or n_waiting. */
static size_t find_kind(const struct mc_bus *bus, enum mc_event_kind kind)
{
    size_t i = 0;

    while (i < bus->n_waiting && bus->waiting[i].kind != kind)
        i++;
    return i;
}

/* What may be lost first: that "some fact" changed, then notes, then steps; at last the oldest of all, so that the
 * newest state is told. */
static void make_room(struct mc_bus *bus)
{
    static const enum mc_event_kind order[] = {MC_EVENT_STATUS, MC_EVENT_NOTE, MC_EVENT_STEP};

    if (bus->n_waiting < MAX_WAITING)
        return;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        size_t found = find_kind(bus, order[i]);

        if (found < bus->n_waiting) {
            drop(bus, found);
            return;
        }
    }
    drop(bus, 0);
}

/* One event a turn is taken out before anybody is called: an observer may publish, observe and forget. */
static void on_deliver(void *ctx)
{
    struct mc_bus *bus = ctx;
    size_t turn = bus->n_waiting; /* what is published meanwhile waits for the next pass */

    while (turn-- > 0 && bus->n_waiting > 0) {
        struct mc_event event = bus->waiting[0];

        drop(bus, 0);
        mc_observers_notify(&bus->observers, &event);
    }
    if (bus->n_waiting > 0)
        mc_timer_arm(&bus->deliver, bus->queue, 0);
}

struct mc_bus *mc_bus_new(struct mc_timerq *queue, struct mc_status *status)
{
    struct mc_bus *bus = calloc(1, sizeof(*bus));

    if (!bus)
        return NULL;
    bus->waiting = calloc(MAX_WAITING, sizeof(bus->waiting[0]));
    if (!bus->waiting) {
        free(bus);
        return NULL;
    }
    bus->queue = queue;
    bus->status = status;
    mc_timer_init(&bus->deliver, "bus-deliver", on_deliver, bus);
    return bus;
}

void mc_bus_free(struct mc_bus *bus)
{
    if (!bus)
        return;
    mc_timer_disarm(&bus->deliver);
    free(bus->waiting);
    free(bus);
}

void mc_bus_publish(struct mc_bus *bus, const struct mc_event *event)
{
    struct mc_event *slot;

    make_room(bus);
    slot = &bus->waiting[bus->n_waiting++];
    *slot = *event;
    slot->text[sizeof(slot->text) - 1] = '\0';
    slot->seq = ++bus->seq;
    slot->at_ms = mc_timerq_now_ms(bus->queue);
    if (!mc_timer_armed(&bus->deliver))
        mc_timer_arm(&bus->deliver, bus->queue, 0);
}

void mc_bus_touch(struct mc_bus *bus)
{
    if (find_kind(bus, MC_EVENT_STATUS) == bus->n_waiting)
        mc_bus_publish(bus, &(struct mc_event){.kind = MC_EVENT_STATUS});
}

void mc_bus_observe(struct mc_bus *bus, struct mc_observer *observer, mc_observer_fn *fn, void *ctx)
{
    mc_observers_add(&bus->observers, observer, fn, ctx);
}

void mc_bus_forget(struct mc_bus *bus, struct mc_observer *observer)
{
    mc_observers_remove(&bus->observers, observer);
}

const struct mc_status *mc_bus_status(const struct mc_bus *bus)
{
    return bus->status;
}
