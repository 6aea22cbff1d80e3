/* SPDX-License-Identifier: MIT */
#include "json_out.h"
#include <math.h>

json_t *ctl_json_seconds(int64_t ms)
{
    return json_real(round((double)ms / 100.0) / 10.0);
}

json_t *ctl_json_spent(int64_t ms)
{
    return json_real((double)ms / 1000.0);
}

json_t *ctl_json_number(int32_t value)
{
    return value == MC_UNKNOWN ? json_null() : json_integer(value);
}

json_t *ctl_json_tenths(int32_t value)
{
    return value == MC_UNKNOWN ? json_null() : json_real(value / 10.0);
}

json_t *ctl_json_age(int64_t at_ms, int64_t now_ms)
{
    return at_ms < 0 ? json_null() : ctl_json_seconds(now_ms > at_ms ? now_ms - at_ms : 0);
}

json_t *ctl_json_string(const char *text)
{
    json_t *string = text && text[0] ? json_string(text) : json_null();

    /* Text from a modem or a USB descriptor may be no UTF-8; it is shown as unknown rather than breaking the whole
     * answer. */
    return string ? string : json_null();
}

json_t *ctl_event_json(const struct mc_event *event, int64_t now_ms, int64_t wall_ms)
{
    const struct mc_fault_info *info = mc_fault_info(event->fault);
    json_t *out = json_object();

    json_object_set_new(out, "kind", json_string(mc_strtab_name(&mc_event_kind_names, (int)event->kind)));
    json_object_set_new(out, "seq", json_integer((json_int_t)event->seq));
    json_object_set_new(out, "time", ctl_json_spent(wall_ms - (now_ms - event->at_ms)));
    if (event->kind == MC_EVENT_STATE) {
        json_object_set_new(out, "from", ctl_json_string(mc_strtab_name(&mc_state_names, (int)event->from)));
        json_object_set_new(out, "to", ctl_json_string(mc_strtab_name(&mc_state_names, (int)event->to)));
    }
    if (event->kind == MC_EVENT_STATE || event->kind == MC_EVENT_STEP)
        json_object_set_new(out, "spent_s", ctl_json_spent(event->spent_ms));
    if (event->fault == MC_FAULT_NONE)
        json_object_set_new(out, "fault", json_null());
    else
        json_object_set_new(out, "fault", json_pack("{s:s, s:s}", "code", info->code, "text", info->text));
    json_object_set_new(out, "text", ctl_json_string(event->text));
    return out;
}

json_t *ctl_trace_json(const struct mc_trace *trace, size_t max)
{
    size_t count = trace ? mc_trace_count(trace) : 0;
    json_t *out = json_array();

    for (size_t i = count > max ? count - max : 0; i < count; i++) {
        struct mc_trace_entry entry;

        mc_trace_get(trace, i, &entry);
        json_array_append_new(out, json_pack("{s:I, s:o, s:o, s:s, s:s, s:s}", "seq", (json_int_t)entry.seq, "at_s",
                                             ctl_json_spent(entry.at_ms), "time", ctl_json_spent(entry.wall_ms), "kind",
                                             mc_strtab_name(&mc_trace_kind_names, (int)entry.kind), "channel",
                                             mc_strtab_name(&mc_trace_channel_names, (int)entry.channel), "text",
                                             entry.text));
    }
    return out;
}

static json_t *fault_or_null(enum mc_fault fault)
{
    const struct mc_fault_info *info = mc_fault_info(fault);

    return fault == MC_FAULT_NONE ? json_null() : json_pack("{s:s, s:s}", "code", info->code, "text", info->text);
}

json_t *ctl_json_outage(const struct mc_history_entry *outage)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:I, s:o}", "time", ctl_json_spent(outage->at_ms), "length_s",
                     ctl_json_seconds(outage->length_ms), "fault", fault_or_null(outage->fault), "remedy",
                     ctl_json_string(outage->remedy), "tries", (json_int_t)outage->count, "text",
                     ctl_json_string(outage->text));
}

void ctl_availability_json(json_t *out, const struct mc_history *history, int64_t now_ms, int64_t wall_ms)
{
    int64_t known_ms = 0;
    double share = history ? mc_history_availability(history, wall_ms, now_ms, &known_ms) : -1.0;
    const struct mc_history_entry *last = history ? mc_history_last_outage(history) : NULL;
    struct mc_history_entry outage;
    bool out_now = history && mc_history_outage_now(history, now_ms, &outage);

    json_object_set_new(out, "availability_24h", share < 0 ? json_null() : json_real(round(share * 10000.0) / 10000.0));
    json_object_set_new(out, "availability_over_s", share < 0 ? json_null() : ctl_json_seconds(known_ms));
    json_object_set_new(out, "last_outage", last ? ctl_json_outage(last) : json_null());
    json_object_set_new(out, "outage", out_now ? ctl_json_outage(&outage) : json_null());
}

static void fault_text(struct json_text *json, enum mc_fault fault)
{
    const struct mc_fault_info *info = mc_fault_info(fault);

    if (fault == MC_FAULT_NONE) {
        json_text_add(json, "null");
        return;
    }
    json_text_add(json, "{\"code\":");
    json_text_string(json, info->code);
    json_text_add(json, ",\"text\":");
    json_text_string(json, info->text);
    json_text_add(json, "}");
}

/* One decimal, as ctl_json_seconds() has it. */
static void seconds_text(struct json_text *json, int64_t ms)
{
    json_text_fixed(json, (ms + (ms < 0 ? -50 : 50)) / 100, 1);
}

void ctl_outage_text(struct json_text *json, const struct mc_history_entry *outage)
{
    json_text_add(json, "{\"time\":");
    json_text_fixed(json, outage->at_ms, 3);
    json_text_add(json, ",\"length_s\":");
    seconds_text(json, outage->length_ms);
    json_text_add(json, ",\"fault\":");
    fault_text(json, outage->fault);
    json_text_add(json, ",\"remedy\":");
    json_text_string(json, outage->remedy);
    json_text_add(json, ",\"tries\":");
    json_text_integer(json, outage->count);
    json_text_add(json, ",\"text\":");
    json_text_string(json, outage->text);
    json_text_add(json, "}");
}

static void entry_text(struct json_text *json, const struct mc_history_entry *entry)
{
    json_text_add(json, "{\"kind\":");
    json_text_string(json, mc_strtab_name(&mc_history_kind_names, (int)entry->kind));
    json_text_add(json, ",\"time\":");
    json_text_fixed(json, entry->at_ms, 3);
    json_text_add(json, ",\"last_time\":");
    json_text_fixed(json, entry->last_ms, 3);
    json_text_add(json, ",\"length_s\":");
    seconds_text(json, entry->length_ms);
    json_text_add(json, ",\"count\":");
    json_text_integer(json, entry->count);
    json_text_add(json, ",\"fault\":");
    fault_text(json, entry->fault);
    json_text_add(json, ",\"remedy\":");
    json_text_string(json, entry->remedy);
    json_text_add(json, ",\"text\":");
    json_text_string(json, entry->text);
    if (entry->kind == MC_HISTORY_STATE) {
        json_text_add(json, ",\"state\":");
        json_text_string(json, mc_strtab_name(&mc_state_names, (int)entry->state));
    }
    json_text_add(json, "}");
}

char *ctl_history_text(const struct mc_history *history, size_t max, bool masked)
{
    size_t count = history ? mc_history_count(history) : 0, begin = count > max ? count - max : 0;
    struct json_text json = {.masked = masked};

    json_text_add(&json, "\"history\":[");
    for (size_t i = begin; i < count; i++) {
        json_text_add(&json, i > begin ? "," : "");
        entry_text(&json, mc_history_get(history, i));
    }
    json_text_add(&json, "]");
    return json_text_take(&json);
}

static void add_info(void *ctx, const char *name, const char *value)
{
    json_array_append_new(ctx, json_pack("{s:s, s:o}", "name", name, "value", ctl_json_string(value)));
}

json_t *ctl_info_json(const struct mc_ctl_backend *backend, bool all)
{
    json_t *out = json_array();

    if (backend->info)
        backend->info(backend->ctx, all, add_info, out);
    return out;
}
