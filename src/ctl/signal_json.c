/* SPDX-License-Identifier: MIT */
#include "json_out.h"

#define DAY_MS (24 * 3600 * 1000LL)

static json_t *sample_json(const struct mc_sample *sample)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "time", ctl_json_spent(sample->at_ms), "rssi_dbm",
                     ctl_json_tenths(sample->rssi_ddbm), "rsrp_dbm", ctl_json_tenths(sample->rsrp_ddbm), "rsrq_db",
                     ctl_json_tenths(sample->rsrq_ddb), "sinr_db", ctl_json_tenths(sample->sinr_ddb), "cell_id",
                     sample->cell_id < 0 ? json_null() : json_integer(sample->cell_id), "band",
                     ctl_json_number(sample->band), "stat", ctl_json_number(sample->stat));
}

static json_t *samples_json(const struct mc_samples *samples, size_t max, int64_t wall_ms)
{
    size_t count = samples ? mc_samples_count(samples) : 0;
    json_t *out = json_array();
    struct mc_sample sample;

    for (size_t i = count > max ? count - max : 0; i < count; i++)
        /* Later than now: taken before the clock was set back, and nobody knows when that was. */
        if (mc_samples_get(samples, i, &sample) && sample.at_ms >= wall_ms - DAY_MS && sample.at_ms <= wall_ms)
            json_array_append_new(out, sample_json(&sample));
    return out;
}

static json_t *outages_json(const struct mc_history *history, int64_t wall_ms)
{
    size_t count = history ? mc_history_count(history) : 0;
    json_t *out = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct mc_history_entry *entry = mc_history_get(history, i);

        if (entry->kind == MC_HISTORY_OUTAGE && entry->last_ms >= wall_ms - DAY_MS && entry->at_ms <= wall_ms)
            json_array_append_new(out, ctl_json_outage(entry));
    }
    return out;
}

json_t *ctl_signal_json(const struct mc_ctl_backend *backend, size_t max, int64_t now_ms, int64_t wall_ms)
{
    const struct mc_status *status = mc_bus_status(backend->bus);
    int64_t interval_ms = backend->sample_interval_ms ? *backend->sample_interval_ms : 0;
    struct mc_history_entry outage;
    bool out_now = backend->history && mc_history_outage_now(backend->history, now_ms, &outage);
    json_t *out = json_object();

    json_object_set_new(out, "samples", samples_json(backend->samples, max, wall_ms));
    json_object_set_new(out, "outages", outages_json(backend->history, wall_ms));
    json_object_set_new(out, "outage", out_now ? ctl_json_outage(&outage) : json_null());
    json_object_set_new(out, "interval_s", interval_ms > 0 ? ctl_json_seconds(interval_ms) : json_null());
    json_object_set_new(out, "state", ctl_json_string(mc_strtab_name(&mc_state_names, (int)status->state)));
    json_object_set_new(out, "state_text", ctl_json_string(mc_state_text(status->state)));
    json_object_set_new(out, "line", ctl_json_string(mc_strtab_name(&mc_line_mode_names, (int)status->modem.line)));
    json_object_set_new(out, "time", ctl_json_spent(wall_ms));
    return out;
}
