/* SPDX-License-Identifier: MIT */

/*
 * The history's text form. One line an entry, words parted by single spaces, the free text last:
 *
 *   microcat-history 1
 *   first WALL
 *   online FROM TO ONLINE_MS
 *   KIND WALL LAST LENGTH_MS COUNT STATE FAULT REMEDY TEXT
 *   open ...the same                           the outage going on
 *
 * Names, not numbers, for everything that has a name: a newer or older daemon skips what it does not know.
 */

#include "history_internal.h"
#include <errno.h>
#include <inttypes.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER      "microcat-history 1"
#define MAX_TIME_MS 253402300799999LL /* the end of the year 9999: sums of such times cannot overflow */

static void write_entry(FILE *out, const char *kind, const struct mc_history_entry *entry)
{
    const char *state = mc_strtab_name(&mc_state_names, (int)entry->state);

    fprintf(out, "%s %" PRId64 " %" PRId64 " %" PRId64 " %u %s %s %s %s\n", kind, entry->at_ms, entry->last_ms,
            entry->length_ms, entry->count, state ? state : "-",
            entry->fault == MC_FAULT_NONE ? "-" : mc_fault_info(entry->fault)->code,
            entry->remedy[0] ? entry->remedy : "-", entry->text);
}

char *mc_history_save(const struct mc_history *history, int64_t wall_ms, int64_t at_ms)
{
    _cleanup_free_ char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return NULL;
    fprintf(out, HEADER "\n");
    if (history->first_wall_ms != NEVER)
        fprintf(out, "first %" PRId64 "\n", history->first_wall_ms);
    for (size_t i = 0; i < history->n_intervals; i++)
        fprintf(out, "online %" PRId64 " %" PRId64 " %" PRId64 "\n", history->intervals[i].from_ms,
                history->intervals[i].to_ms, history->intervals[i].online_ms);
    if (history->online)
        fprintf(out, "online %" PRId64 " %" PRId64 " %" PRId64 "\n", wall_ms - (at_ms - history->online_at_ms), wall_ms,
                at_ms - history->online_at_ms);
    for (size_t i = 0; i < history->n_entries; i++)
        write_entry(out, mc_strtab_name(&mc_history_kind_names, (int)history->entries[i].kind), &history->entries[i]);
    if (history->outage)
        write_entry(out, "open", &history->outage_now);
    if (fclose(out) != 0)
        return NULL;
    return MC_TAKE_PTR(text);
}

/* Cuts the next word off *line, "" at the end. */
static char *word(char **line)
{
    char *begin = *line, *end = strchr(begin, ' ');

    if (end) {
        *end = '\0';
        *line = end + 1;
    } else {
        *line = begin + strlen(begin);
    }
    return begin;
}

static int read_time(char **line, int64_t *ret_ms)
{
    return mc_parse_int(word(line), 0, MAX_TIME_MS, ret_ms);
}

static int read_entry(char *line, struct mc_history_entry *ret_entry)
{
    struct mc_history_entry entry = {0};
    const char *state, *fault, *remedy;
    int64_t count;
    int value;

    if (read_time(&line, &entry.at_ms) < 0 || read_time(&line, &entry.last_ms) < 0 ||
        read_time(&line, &entry.length_ms) < 0 || mc_parse_int(word(&line), 0, UINT32_MAX, &count) < 0)
        return -EINVAL;
    entry.count = (uint32_t)count;
    state = word(&line);
    fault = word(&line);
    remedy = word(&line);
    if (!state[0] || !fault[0] || !remedy[0] || strlen(remedy) >= sizeof(entry.remedy))
        return -EINVAL;
    value = mc_strtab_value(&mc_state_names, state);
    if (value < 0)
        return -EINVAL;
    entry.state = (enum mc_state)value;
    value = strcmp(fault, "-") == 0 ? MC_FAULT_NONE : mc_fault_from_code(fault);
    if (value < 0)
        return -EINVAL;
    entry.fault = (enum mc_fault)value;
    if (strcmp(remedy, "-") != 0)
        history_text(entry.remedy, sizeof(entry.remedy), remedy);
    history_text(entry.text, sizeof(entry.text), line);
    *ret_entry = entry;
    return 0;
}

static int read_online(struct mc_history *history, char *line)
{
    struct interval interval = {0};

    if (read_time(&line, &interval.from_ms) < 0 || read_time(&line, &interval.to_ms) < 0 ||
        read_time(&line, &interval.online_ms) < 0)
        return -EINVAL;
    if (interval.to_ms < interval.from_ms || interval.online_ms > interval.to_ms - interval.from_ms)
        return -EINVAL;
    history_add_interval(history, &interval);
    return 0;
}

static int read_line(struct mc_history *history, char *line)
{
    struct mc_history_entry entry;
    const char *kind = word(&line);
    int value;

    if (strcmp(kind, "first") == 0)
        return read_time(&line, &history->first_wall_ms);
    if (strcmp(kind, "online") == 0)
        return read_online(history, line);
    value = mc_strtab_value(&mc_history_kind_names, kind);
    if (value < 0 && strcmp(kind, "open") != 0)
        return -EINVAL;
    if (read_entry(line, &entry) < 0)
        return -EINVAL;
    if (value >= 0) {
        entry.kind = (enum mc_history_kind)value;
        history_append(history, &entry);
    } else {
        entry.kind = MC_HISTORY_OUTAGE;
        history->outage_now = entry;
        history->outage_at_ms = NEVER;
        history->outage = true;
    }
    return 0;
}

int mc_history_load(struct mc_history *history, const char *text, size_t len_bytes)
{
    const char *end = text + len_bytes;
    int skipped = 0;

    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        size_t len = (size_t)((line_end ? line_end : end) - text);
        _cleanup_free_ char *line = malloc(len + 1);

        if (!line)
            return -ENOMEM;
        memcpy(line, text, len);
        line[len] = '\0';
        /* A line without its end was cut by a power loss: its last word cannot be trusted. */
        if (strcmp(line, HEADER) != 0 && (!line_end || memchr(line, '\0', len) || read_line(history, line) < 0))
            skipped++;
        text += len + (line_end ? 1 : 0);
    }
    return skipped;
}
