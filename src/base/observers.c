/* SPDX-License-Identifier: MIT */
#include <microcat/base/observers.h>
#include <stddef.h>

/*
 * The generation is odd while a walk is on and even between walks. So it tells a nested notification, and an observer
 * whose `since` equals it was added during this very walk.
 */
static bool walk_is_on(const struct mc_observers *list)
{
    return list->generation & 1;
}

static bool is_on_list(const struct mc_observers *list, const struct mc_observer *observer)
{
    return observer->prev || observer->next || list->first == observer;
}

void mc_observers_add(struct mc_observers *list, struct mc_observer *observer, mc_observer_fn *fn, void *ctx)
{
    *observer = (struct mc_observer){.fn = fn, .ctx = ctx, .prev = list->last, .since = list->generation};
    if (list->last)
        list->last->next = observer;
    else
        list->first = observer;
    list->last = observer;
}

void mc_observers_remove(struct mc_observers *list, struct mc_observer *observer)
{
    if (!is_on_list(list, observer))
        return;
    if (list->walking == observer)
        list->walking = observer->next;
    if (observer->prev)
        observer->prev->next = observer->next;
    else
        list->first = observer->next;
    if (observer->next)
        observer->next->prev = observer->prev;
    else
        list->last = observer->prev;
    observer->prev = observer->next = NULL;
}

bool mc_observers_notify(struct mc_observers *list, const void *event)
{
    if (walk_is_on(list))
        return false;
    list->generation++;
    list->walking = list->first;
    while (list->walking) {
        struct mc_observer *observer = list->walking;
        list->walking = observer->next;
        if (observer->since != list->generation)
            observer->fn(observer->ctx, event);
    }
    list->generation++;
    return true;
}
