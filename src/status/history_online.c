/* SPDX-License-Identifier: MIT */
/* The times online, and what share of a time they are. */
#include "history_internal.h"
#include <string.h>

#define DAY_MS (24 * 3600 * 1000LL)

/* With no place left the two oldest become one: it is their place in time that blurs, not the time online. */
static void merge_oldest(struct mc_history *history)
{
    struct interval *first = &history->intervals[0], *second = &history->intervals[1];
    int64_t span_ms;

    if (first->from_ms < second->from_ms)
        second->from_ms = first->from_ms;
    if (first->to_ms > second->to_ms)
        second->to_ms = first->to_ms;
    second->online_ms += first->online_ms;
    span_ms = second->to_ms - second->from_ms;
    if (second->online_ms > span_ms) /* they overlapped: the wall clock was set back between them */
        second->online_ms = span_ms;
    history->n_intervals--;
    memmove(first, second, history->n_intervals * sizeof(*first));
}

void history_add_interval(struct mc_history *history, const struct interval *interval)
{
    if (history->n_intervals == MAX_INTERVALS)
        merge_oldest(history);
    history->intervals[history->n_intervals++] = *interval;
}

void history_close_online(struct mc_history *history, int64_t wall_ms, int64_t at_ms)
{
    int64_t online_ms = at_ms - history->online_at_ms;

    if (!history->online)
        return;
    history->online = false;
    history_add_interval(
        history,
        &(struct interval){.from_ms = wall_ms - online_ms, .to_ms = wall_ms, .online_ms = online_ms, .this_run = true});
}

void history_forget_interval(struct mc_history *history, int64_t since_ms)
{
    while (history->n_intervals > 0 && history->intervals[history->n_intervals - 1].from_ms > since_ms - CLOCK_JUMP_MS)
        history->n_intervals--;
}

/* The part of @interval within [from, to], as time online: a merged one counts in proportion. */
static int64_t online_within(const struct interval *interval, int64_t from_ms, int64_t to_ms)
{
    int64_t begin_ms = interval->from_ms > from_ms ? interval->from_ms : from_ms;
    int64_t end_ms = interval->to_ms < to_ms ? interval->to_ms : to_ms;
    int64_t span_ms = interval->to_ms - interval->from_ms;

    if (end_ms <= begin_ms || span_ms <= 0)
        return 0;
    return (int64_t)((double)interval->online_ms * (double)(end_ms - begin_ms) / (double)span_ms);
}

void mc_history_online_ms(const struct mc_history *history, int64_t window_ms, int64_t wall_ms, int64_t at_ms,
                          int64_t *ret_online_ms, int64_t *ret_known_ms)
{
    int64_t from_ms = wall_ms - window_ms, first_ms = history->first_wall_ms, online_ms = 0;

    *ret_online_ms = *ret_known_ms = 0;
    if (first_ms == NEVER)
        return;
    if (first_ms >= wall_ms) /* the clock was set back since: only this run is known */
        first_ms = wall_ms - (at_ms - history->start_at_ms);
    if (first_ms >= wall_ms)
        return;
    if (first_ms > from_ms)
        from_ms = first_ms;
    for (size_t i = 0; i < history->n_intervals; i++)
        online_ms += online_within(&history->intervals[i], from_ms, wall_ms);
    if (history->online) {
        int64_t since_ms = wall_ms - (at_ms - history->online_at_ms);

        online_ms +=
            online_within(&(struct interval){.from_ms = since_ms, .to_ms = wall_ms, .online_ms = wall_ms - since_ms},
                          from_ms, wall_ms);
    }
    *ret_known_ms = wall_ms - from_ms;
    *ret_online_ms = online_ms < *ret_known_ms ? online_ms : *ret_known_ms;
}

double mc_history_availability(const struct mc_history *history, int64_t wall_ms, int64_t at_ms, int64_t *ret_known_ms)
{
    int64_t online_ms, known_ms;

    mc_history_online_ms(history, DAY_MS, wall_ms, at_ms, &online_ms, &known_ms);
    if (ret_known_ms)
        *ret_known_ms = known_ms;
    return known_ms > 0 ? (double)online_ms / (double)known_ms : -1.0;
}
