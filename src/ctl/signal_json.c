/* SPDX-License-Identifier: MIT */
#include "json_out.h"

#define DAY_MS (24 * 3600 * 1000LL)

static void add_tenths(struct json_text *json, const char *name, int32_t value)
{
    json_text_add(json, name);
    if (value == MC_UNKNOWN)
        json_text_add(json, "null");
    else
        json_text_fixed(json, value, 1);
}

static void add_number(struct json_text *json, const char *name, int64_t value, bool known)
{
    json_text_add(json, name);
    if (known)
        json_text_integer(json, value);
    else
        json_text_add(json, "null");
}

static void add_sample(struct json_text *json, const struct mc_sample *sample)
{
    json_text_add(json, "{\"time\":");
    json_text_fixed(json, sample->at_ms, 3);
    add_tenths(json, ",\"rssi_dbm\":", sample->rssi_ddbm);
    add_tenths(json, ",\"rsrp_dbm\":", sample->rsrp_ddbm);
    add_tenths(json, ",\"rsrq_db\":", sample->rsrq_ddb);
    add_tenths(json, ",\"sinr_db\":", sample->sinr_ddb);
    add_number(json, ",\"cell_id\":", sample->cell_id, sample->cell_id >= 0);
    add_number(json, ",\"band\":", sample->band, sample->band != MC_UNKNOWN);
    add_number(json, ",\"stat\":", sample->stat, sample->stat != MC_UNKNOWN);
    json_text_add(json, "}");
}

static void add_samples(struct json_text *json, const struct mc_samples *samples, size_t max, int64_t wall_ms)
{
    size_t count = samples ? mc_samples_count(samples) : 0;
    const char *comma = "";
    struct mc_sample sample;

    for (size_t i = count > max ? count - max : 0; i < count; i++) {
        /* Later than now: taken before the clock was set back, and nobody knows when that was. */
        if (!mc_samples_get(samples, i, &sample) || sample.at_ms < wall_ms - DAY_MS || sample.at_ms > wall_ms)
            continue;
        json_text_add(json, comma);
        add_sample(json, &sample);
        comma = ",";
    }
}

static void add_outages(struct json_text *json, const struct mc_history *history, int64_t wall_ms)
{
    size_t count = history ? mc_history_count(history) : 0;
    const char *comma = "";

    for (size_t i = 0; i < count; i++) {
        const struct mc_history_entry *entry = mc_history_get(history, i);

        if (entry->kind != MC_HISTORY_OUTAGE || entry->last_ms < wall_ms - DAY_MS || entry->at_ms > wall_ms)
            continue;
        json_text_add(json, comma);
        ctl_outage_text(json, entry);
        comma = ",";
    }
}

char *ctl_signal_text(const struct mc_ctl_backend *backend, size_t max, int64_t wall_ms, bool masked)
{
    struct json_text json = {.masked = masked};

    json_text_add(&json, "\"samples\":[");
    add_samples(&json, backend->samples, max, wall_ms);
    json_text_add(&json, "],\"outages\":[");
    add_outages(&json, backend->history, wall_ms);
    json_text_add(&json, "]");
    return json_text_take(&json);
}

json_t *ctl_signal_json(const struct mc_ctl_backend *backend, int64_t now_ms, int64_t wall_ms)
{
    const struct mc_status *status = mc_bus_status(backend->bus);
    int64_t interval_ms = backend->sample_interval_ms ? *backend->sample_interval_ms : 0;
    struct mc_history_entry outage;
    bool out_now = backend->history && mc_history_outage_now(backend->history, now_ms, &outage);
    json_t *out = json_object();

    json_object_set_new(out, "outage", out_now ? ctl_json_outage(&outage) : json_null());
    json_object_set_new(out, "interval_s", interval_ms > 0 ? ctl_json_seconds(interval_ms) : json_null());
    json_object_set_new(out, "state", ctl_json_string(mc_strtab_name(&mc_state_names, (int)status->state)));
    json_object_set_new(out, "state_text", ctl_json_string(mc_state_text(status->state)));
    json_object_set_new(out, "line", ctl_json_string(mc_strtab_name(&mc_line_mode_names, (int)status->modem.line)));
    json_object_set_new(out, "time", ctl_json_spent(wall_ms));
    return out;
}
