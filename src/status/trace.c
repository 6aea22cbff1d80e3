/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/status/trace.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINES 10000

static const char *const kind_names[MC_TRACE_KIND_COUNT] = {
    [MC_TRACE_SENT] = "sent",
    [MC_TRACE_RECEIVED] = "received",
    [MC_TRACE_URC] = "urc",
    [MC_TRACE_LATE] = "late",
    [MC_TRACE_MARK] = "mark",
    [MC_TRACE_STATE] = "state",
    [MC_TRACE_DATA_BEGIN] = "data-begin",
    [MC_TRACE_DATA_END] = "data-end",
};
const struct mc_strtab mc_trace_kind_names = MC_STRTAB(kind_names);

static const char *const channel_names[MC_TRACE_CHANNEL_COUNT] = {
    [MC_TRACE_AT] = "at", [MC_TRACE_DATA] = "data", [MC_TRACE_LEASE] = "lease"};
const struct mc_strtab mc_trace_channel_names = MC_STRTAB(channel_names);

struct slot {
    uint64_t seq;
    int64_t at_ms, wall_ms;
    enum mc_trace_kind kind;
    enum mc_trace_channel channel;
    char *text;
};

struct mc_trace {
    struct slot *slots;
    size_t size, first, count;
    uint64_t seq, lost;
};

struct mc_trace *mc_trace_new(size_t lines)
{
    struct mc_trace *trace = calloc(1, sizeof(*trace));

    if (!trace)
        return NULL;
    trace->size = lines < 1 ? 1 : lines > MAX_LINES ? MAX_LINES : lines;
    trace->slots = calloc(trace->size, sizeof(trace->slots[0]));
    if (!trace->slots) {
        free(trace);
        return NULL;
    }
    return trace;
}

void mc_trace_free(struct mc_trace *trace)
{
    if (!trace)
        return;
    for (size_t i = 0; i < trace->size; i++)
        free(trace->slots[i].text);
    free(trace->slots);
    free(trace);
}

/* The mark that redaction leaves: U+2026, the one character beyond ASCII that is let through. */
static bool is_ellipsis(const char *text)
{
    return !strncmp(text, "\xe2\x80\xa6", 3);
}

/* Printable ASCII as it is, the rest as \xNN; cut at MC_TRACE_TEXT_BYTES with the cut shown. */
static char *printable(const char *text)
{
    char out[MC_TRACE_TEXT_BYTES + 1];
    size_t len = 0;

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        size_t need = c >= 0x20 && c < 0x7f ? 1 : is_ellipsis(text) ? 3 : 4;

        if (len + need > MC_TRACE_TEXT_BYTES - 3) {
            memcpy(out + len, "...", 3);
            len += 3;
            break;
        }
        if (need == 1)
            out[len] = (char)c;
        else if (need == 3) {
            memcpy(out + len, text, 3);
            text += 2;
        } else
            snprintf(out + len, 5, "\\x%02x", c);
        len += need;
    }
    return strndup(out, len);
}

void mc_trace_add(struct mc_trace *trace, int64_t at_ms, int64_t wall_ms, enum mc_trace_kind kind, const char *text)
{
    mc_trace_add_on(trace, MC_TRACE_AT, at_ms, wall_ms, kind, text);
}

void mc_trace_add_on(struct mc_trace *trace, enum mc_trace_channel channel, int64_t at_ms, int64_t wall_ms,
                     enum mc_trace_kind kind, const char *text)
{
    struct slot *slot;
    char *copy = printable(text);

    trace->seq++;
    if (!copy) {
        trace->lost++;
        return;
    }
    slot = &trace->slots[(trace->first + trace->count) % trace->size];
    if (trace->count == trace->size)
        trace->first = (trace->first + 1) % trace->size;
    else
        trace->count++;
    free(slot->text);
    *slot = (struct slot){
        .seq = trace->seq, .at_ms = at_ms, .wall_ms = wall_ms, .kind = kind, .channel = channel, .text = copy};
}

size_t mc_trace_count(const struct mc_trace *trace)
{
    return trace->count;
}

int mc_trace_get(const struct mc_trace *trace, size_t index, struct mc_trace_entry *ret_entry)
{
    const struct slot *slot;

    if (index >= trace->count)
        return -ENOENT;
    slot = &trace->slots[(trace->first + index) % trace->size];
    *ret_entry = (struct mc_trace_entry){.seq = slot->seq,
                                         .at_ms = slot->at_ms,
                                         .wall_ms = slot->wall_ms,
                                         .kind = slot->kind,
                                         .channel = slot->channel,
                                         .text = slot->text};
    return 0;
}

uint64_t mc_trace_lost(const struct mc_trace *trace)
{
    return trace->lost;
}
