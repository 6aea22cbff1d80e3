/* SPDX-License-Identifier: MIT */
#include "history_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[MC_HISTORY_KIND_COUNT] = {
    [MC_HISTORY_START] = "start", [MC_HISTORY_STOP] = "stop",     [MC_HISTORY_STATE] = "state",
    [MC_HISTORY_FAULT] = "fault", [MC_HISTORY_REMEDY] = "remedy", [MC_HISTORY_OUTAGE] = "outage",
};
const struct mc_strtab mc_history_kind_names = MC_STRTAB(kind_names);

struct mc_history *mc_history_new(size_t max_entries)
{
    struct mc_history *history = calloc(1, sizeof(*history));

    if (!history)
        return NULL;
    history->max_entries = max_entries < 8 ? 8 : max_entries;
    history->entries = calloc(history->max_entries, sizeof(history->entries[0]));
    if (!history->entries) {
        free(history);
        return NULL;
    }
    history->first_wall_ms = NEVER;
    history->offset_ms = NEVER;
    history->outage_at_ms = NEVER;
    return history;
}

void mc_history_free(struct mc_history *history)
{
    if (!history)
        return;
    free(history->entries);
    free(history);
}

void history_text(char *out, size_t out_bytes, const char *text)
{
    size_t len = 0;

    for (; *text && len + 1 < out_bytes; text++)
        out[len++] = *text >= 0x20 && *text < 0x7f ? *text : '?';
    out[len] = '\0';
}

struct mc_history_entry *history_append(struct mc_history *history, const struct mc_history_entry *entry)
{
    if (history->n_entries == history->max_entries) {
        history->n_entries--;
        memmove(&history->entries[0], &history->entries[1], history->n_entries * sizeof(history->entries[0]));
    }
    history->entries[history->n_entries] = *entry;
    return &history->entries[history->n_entries++];
}

static void move_entry(struct mc_history_entry *entry, int64_t by_ms)
{
    if (!entry->this_run)
        return;
    entry->at_ms += by_ms;
    entry->last_ms += by_ms;
}

/* Notes how the wall clock stands to the queue clock, and moves what this run has written when the wall clock was set.
 */
static void follow_clock(struct mc_history *history, int64_t wall_ms, int64_t at_ms)
{
    int64_t offset_ms = wall_ms - at_ms;
    int64_t by_ms = history->offset_ms == NEVER ? 0 : offset_ms - history->offset_ms;

    if (by_ms > -CLOCK_JUMP_MS && by_ms < CLOCK_JUMP_MS && history->offset_ms != NEVER)
        return;
    history->offset_ms = offset_ms;
    for (size_t i = 0; i < history->n_entries; i++)
        move_entry(&history->entries[i], by_ms);
    if (history->outage)
        move_entry(&history->outage_now, by_ms);
    for (size_t i = 0; i < history->n_intervals; i++)
        if (history->intervals[i].this_run) {
            history->intervals[i].from_ms += by_ms;
            history->intervals[i].to_ms += by_ms;
        }
    if (history->first_this_run)
        history->first_wall_ms += by_ms;
}

static void open_outage(struct mc_history *history, int64_t wall_ms, int64_t at_ms, enum mc_fault fault,
                        const char *text)
{
    history->outage = true;
    history->outage_at_ms = at_ms;
    history->outage_now = (struct mc_history_entry){
        .kind = MC_HISTORY_OUTAGE, .at_ms = wall_ms, .last_ms = wall_ms, .fault = fault, .this_run = at_ms != NEVER};
    history_text(history->outage_now.text, sizeof(history->outage_now.text), text);
}

bool mc_history_outage_now(const struct mc_history *history, int64_t at_ms, struct mc_history_entry *ret_outage)
{
    int64_t length_ms;

    if (!history->outage)
        return false;
    *ret_outage = history->outage_now;
    if (history->outage_at_ms != NEVER)
        length_ms = at_ms - history->outage_at_ms;
    else
        length_ms = at_ms + history->offset_ms - history->outage_now.at_ms;
    ret_outage->length_ms = length_ms > 0 ? length_ms : 0;
    ret_outage->last_ms = ret_outage->at_ms + ret_outage->length_ms;
    return true;
}

static void close_outage(struct mc_history *history, int64_t at_ms)
{
    struct mc_history_entry ended;

    if (!mc_history_outage_now(history, at_ms, &ended))
        return;
    if (ended.fault == MC_FAULT_NONE && !ended.text[0]) /* negotiated anew, and nobody found a fault */
        history_text(ended.text, sizeof(ended.text), "the address went away");
    history->outage = false;
    ended.this_run = true; /* its end is of this run; a jump of the clock moves its beginning along */
    history_append(history, &ended);
}

void mc_history_start(struct mc_history *history, int64_t wall_ms, int64_t at_ms)
{
    history->offset_ms = wall_ms - at_ms;
    history->start_at_ms = at_ms;
    if (history->first_wall_ms == NEVER) {
        history->first_wall_ms = wall_ms;
        history->first_this_run = true;
    }
    if (!history->outage && history->n_intervals > 0)
        open_outage(history, history->intervals[history->n_intervals - 1].to_ms, NEVER, MC_FAULT_NONE,
                    "microcatd was not running");
    history_append(history,
                   &(struct mc_history_entry){
                       .kind = MC_HISTORY_START, .at_ms = wall_ms, .last_ms = wall_ms, .count = 1, .this_run = true});
}

void mc_history_resume(struct mc_history *history, int64_t wall_ms, int64_t at_ms, int64_t online_at_ms,
                       const char *text)
{
    struct mc_history_entry *last = history->n_entries ? &history->entries[history->n_entries - 1] : NULL;

    follow_clock(history, wall_ms, at_ms);
    if (last && last->kind == MC_HISTORY_START)
        history_text(last->text, sizeof(last->text), text);
    if (online_at_ms < 0 || online_at_ms > at_ms) /* nobody knows since when */
        online_at_ms = at_ms;
    else
        history_forget_interval(history, wall_ms - (at_ms - online_at_ms));
    history->outage = false;
    history->online = history->resuming = true;
    history->online_at_ms = online_at_ms;
}

void mc_history_stop(struct mc_history *history, int64_t wall_ms, int64_t at_ms)
{
    bool was_online = history->online;

    follow_clock(history, wall_ms, at_ms);
    history_close_online(history, wall_ms, at_ms);
    if (was_online && !history->outage)
        open_outage(history, wall_ms, at_ms, MC_FAULT_NONE, "microcatd was stopped");
    history_append(history,
                   &(struct mc_history_entry){
                       .kind = MC_HISTORY_STOP, .at_ms = wall_ms, .last_ms = wall_ms, .count = 1, .this_run = true});
}

static bool worth_a_line(enum mc_state state)
{
    return state == MC_STATE_ONLINE || state == MC_STATE_HELD || state == MC_STATE_STOPPED || state == MC_STATE_ABSENT;
}

/* A link lost without a reason at hand learns it from what follows. */
static void learn_reason(struct mc_history *history, const struct mc_event *event)
{
    struct mc_history_entry *outage = &history->outage_now;

    if (!history->outage || outage->fault != MC_FAULT_NONE || outage->text[0])
        return;
    if (event->fault != MC_FAULT_NONE)
        outage->fault = event->fault;
    else if (event->from == MC_STATE_HANGUP) /* the call has been ended, and still no fault: that was an operator */
        history_text(outage->text, sizeof(outage->text), "on request");
}

static void on_state(struct mc_history *history, int64_t wall_ms, const struct mc_event *event)
{
    struct mc_history_entry *entry;

    if (history->resuming && event->to == MC_STATE_PPP)
        return;
    if (history->resuming) {
        history->resuming = false;
        if (event->to == MC_STATE_ONLINE)
            return;
    }
    if (event->to == MC_STATE_ONLINE && !history->online) {
        close_outage(history, event->at_ms);
        history->online = true;
        history->online_at_ms = event->at_ms;
    } else if (event->to != MC_STATE_ONLINE && history->online) {
        history_close_online(history, wall_ms, event->at_ms);
        open_outage(history, wall_ms, event->at_ms, event->fault, event->fault == MC_FAULT_NONE ? event->text : "");
    } else {
        learn_reason(history, event);
    }
    if (!worth_a_line(event->to))
        return;
    entry = history_append(history, &(struct mc_history_entry){.kind = MC_HISTORY_STATE,
                                                               .at_ms = wall_ms,
                                                               .last_ms = wall_ms,
                                                               .length_ms = event->spent_ms,
                                                               .count = 1,
                                                               .state = event->to,
                                                               .fault = event->fault,
                                                               .this_run = true});
    history_text(entry->text, sizeof(entry->text), event->text);
}

/* The same thing again since the last start, outage or state is counted in its first entry. */
static struct mc_history_entry *find_repeated(struct mc_history *history, const struct mc_history_entry *wanted)
{
    for (size_t i = history->n_entries; i-- > 0;) {
        struct mc_history_entry *entry = &history->entries[i];

        if (entry->kind != MC_HISTORY_FAULT && entry->kind != MC_HISTORY_REMEDY)
            return NULL;
        if (entry->kind == wanted->kind && entry->fault == wanted->fault && strcmp(entry->remedy, wanted->remedy) == 0)
            return entry;
    }
    return NULL;
}

static void add_or_count(struct mc_history *history, const struct mc_history_entry *entry)
{
    struct mc_history_entry *found = find_repeated(history, entry);

    if (!found) {
        history_append(history, entry);
        return;
    }
    found->count++;
    found->last_ms = entry->at_ms;
    memcpy(found->text, entry->text, sizeof(found->text));
}

/* A call lost in seconds to one fault, or ended on request, may stay lost for hours to another. */
static void add_then(struct mc_history_entry *outage, enum mc_fault fault)
{
    char text[sizeof(outage->text)];
    const char *before = outage->fault == MC_FAULT_NONE ? outage->text : "";
    const char *then = strstr(before, ", then ");
    int len = then ? (int)(then - before) : (int)strlen(before);

    snprintf(text, sizeof(text), "%.*s%sthen %s", len, before, len ? ", " : "", mc_fault_info(fault)->text);
    memcpy(outage->text, text, sizeof(text));
}

static void on_fault(struct mc_history *history, int64_t wall_ms, const struct mc_event *event)
{
    struct mc_history_entry entry = {.kind = MC_HISTORY_FAULT,
                                     .at_ms = wall_ms,
                                     .last_ms = wall_ms,
                                     .count = 1,
                                     .fault = event->fault,
                                     .this_run = true};

    if (event->fault == MC_FAULT_NONE)
        return;
    history_text(entry.text, sizeof(entry.text), event->text);
    add_or_count(history, &entry);
    learn_reason(history, event);
    if (history->outage && history->outage_now.fault != event->fault)
        add_then(&history->outage_now, event->fault);
}

static void on_remedy(struct mc_history *history, int64_t wall_ms, const struct mc_event *event)
{
    struct mc_history_entry entry = {.kind = MC_HISTORY_REMEDY,
                                     .at_ms = wall_ms,
                                     .last_ms = wall_ms,
                                     .count = 1,
                                     .fault = event->fault,
                                     .this_run = true};

    history_text(entry.remedy, sizeof(entry.remedy), event->remedy);
    history_text(entry.text, sizeof(entry.text), event->text);
    add_or_count(history, &entry);
    if (!history->outage)
        return;
    history->outage_now.count++;
    memcpy(history->outage_now.remedy, entry.remedy, sizeof(entry.remedy));
}

void mc_history_event(struct mc_history *history, int64_t wall_ms, const struct mc_event *event)
{
    follow_clock(history, wall_ms, event->at_ms);
    switch (event->kind) {
    case MC_EVENT_STATE:
        on_state(history, wall_ms, event);
        break;
    case MC_EVENT_FAULT:
        on_fault(history, wall_ms, event);
        break;
    case MC_EVENT_REMEDY:
        on_remedy(history, wall_ms, event);
        break;
    default:
        break;
    }
}

size_t mc_history_count(const struct mc_history *history)
{
    return history->n_entries;
}

const struct mc_history_entry *mc_history_get(const struct mc_history *history, size_t index)
{
    return index < history->n_entries ? &history->entries[index] : NULL;
}

const struct mc_history_entry *mc_history_last_outage(const struct mc_history *history)
{
    for (size_t i = history->n_entries; i-- > 0;)
        if (history->entries[i].kind == MC_HISTORY_OUTAGE)
            return &history->entries[i];
    return NULL;
}
