/* SPDX-License-Identifier: MIT */
#include "json_out.h"
#include <microcat/base/settings.h>

static json_t *count(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void set_text(json_t *object, const char *key, const char *text)
{
    set(object, key, ctl_json_string(text));
}

static json_t *fault_json(const struct mc_status *status, int64_t now_ms)
{
    const struct mc_fault_info *info = mc_fault_info(status->fault);
    json_t *out;

    if (status->fault == MC_FAULT_NONE)
        return json_null();
    out = json_object();
    set_text(out, "code", info->code);
    set_text(out, "text", info->text);
    set_text(out, "detail", status->fault_detail);
    set_text(out, "means", info->means);
    set_text(out, "does", info->does);
    set_text(out, "next", info->next);
    set(out, "age_s", ctl_json_age(status->fault_at_ms, now_ms));
    return out;
}

static json_t *device_json(const struct mc_status_device *device, int64_t now_ms)
{
    json_t *out = json_object();

    set_text(out, "path", device->path);
    set_text(out, "vendor_id", device->vendor_id);
    set_text(out, "product_id", device->product_id);
    set_text(out, "serial", device->serial);
    set_text(out, "product", device->product);
    set(out, "bridge", device->path[0] ? json_boolean(device->bridge) : json_null());
    set(out, "age_s", ctl_json_age(device->plugged_at_ms, now_ms));
    return out;
}

static json_t *modem_json(const struct mc_status_modem *modem, int64_t now_ms)
{
    json_t *out = json_object();

    set_text(out, "manufacturer", modem->manufacturer);
    set_text(out, "model", modem->model);
    set_text(out, "revision", modem->revision);
    set_text(out, "firmware", modem->firmware);
    set_text(out, "imei", modem->imei);
    set(out, "baud", ctl_json_number(modem->baud));
    set_text(out, "flow", modem->flow == MC_FLOW_RTSCTS ? "rtscts" : modem->flow == MC_FLOW_NONE ? "none" : NULL);
    set(out, "flow_refused", json_boolean(modem->flow_refused));
    set_text(out, "line", mc_strtab_name(&mc_line_mode_names, (int)modem->line));
    set_text(out, "mux_why", modem->mux_why);
    set_text(out, "escape_why", modem->escape_why);
    set(out, "escape_pause_s", modem->escape_pause_ms < 0 ? json_null() : ctl_json_seconds(modem->escape_pause_ms));
    set_text(out, "power", mc_strtab_name(&mc_power_names, (int)modem->power));
    set_text(out, "radio", mc_strtab_name(&mc_power_names, (int)modem->radio));
    set(out, "commands", count(modem->commands));
    set(out, "timeouts", count(modem->timeouts));
    set(out, "temperature_c", ctl_json_number(modem->temperature_c));
    set(out, "supply_v", modem->supply_mv == MC_UNKNOWN ? json_null() : json_real(modem->supply_mv / 1000.0));
    set(out, "health_age_s", ctl_json_age(modem->health_at_ms, now_ms));
    set(out, "age_s", ctl_json_age(modem->answered_at_ms, now_ms));
    return out;
}

static json_t *sim_json(const struct mc_status_sim *sim, int64_t now_ms)
{
    json_t *out = json_object();

    set_text(out, "state", sim->state);
    set_text(out, "iccid", sim->iccid);
    set_text(out, "imsi", sim->imsi);
    set(out, "pin_tries", ctl_json_number(sim->pin_tries));
    set(out, "age_s", ctl_json_age(sim->at_ms, now_ms));
    return out;
}

static json_t *registration_json(const struct mc_status_registration *registration, int64_t now_ms)
{
    const char *text = registration->stat == MC_UNKNOWN ? NULL : mc_registration_text(registration->stat);
    json_t *out = json_object();

    set(out, "stat", ctl_json_number(registration->stat));
    if (registration->stat != MC_UNKNOWN && !text)
        set(out, "text", json_sprintf("unknown (%d)", registration->stat));
    else
        set_text(out, "text", text);
    set(out, "tac", ctl_json_number(registration->tac));
    set(out, "cell_id", registration->cell_id < 0 ? json_null() : json_integer(registration->cell_id));
    set_text(out, "operator", registration->operator_);
    set(out, "band", ctl_json_number(registration->band));
    set(out, "age_s", ctl_json_age(registration->at_ms, now_ms));
    return out;
}

static json_t *signal_json(const struct mc_status_signal *signal, int64_t now_ms)
{
    json_t *out = json_object();

    set(out, "rssi_dbm", ctl_json_tenths(signal->rssi_ddbm));
    set(out, "rsrp_dbm", ctl_json_tenths(signal->rsrp_ddbm));
    set(out, "rsrq_db", ctl_json_tenths(signal->rsrq_ddb));
    set(out, "sinr_db", ctl_json_tenths(signal->sinr_ddb));
    set(out, "age_s", ctl_json_age(signal->at_ms, now_ms));
    return out;
}

static json_t *pdp_json(const struct mc_status_pdp *pdp, int64_t now_ms)
{
    json_t *out = json_object();

    set(out, "cid", ctl_json_number(pdp->cid));
    set_text(out, "type", pdp->type);
    set_text(out, "apn", pdp->apn);
    set_text(out, "address", pdp->address);
    set(out, "written", json_boolean(pdp->written));
    set(out, "age_s", ctl_json_age(pdp->at_ms, now_ms));
    return out;
}

static json_t *ppp_json(const struct mc_status_ppp *ppp, int64_t now_ms)
{
    json_t *out = json_object(), *dns = json_array();

    for (size_t i = 0; i < sizeof(ppp->dns) / sizeof(ppp->dns[0]); i++)
        if (ppp->dns[i][0])
            json_array_append_new(dns, ctl_json_string(ppp->dns[i]));
    set_text(out, "phase", mc_strtab_name(&mc_ppp_phase_names, (int)ppp->phase));
    set_text(out, "interface", ppp->interface);
    set_text(out, "local", ppp->local);
    set_text(out, "local6", ppp->local6);
    set_text(out, "remote", ppp->remote);
    set(out, "dns", dns);
    set_text(out, "nat64", ppp->nat64);
    set(out, "mtu", ppp->mtu > 0 ? json_integer(ppp->mtu) : json_null());
    set_text(out, "auth", ppp->auth);
    set(out, "pid", ppp->pid > 0 ? json_integer(ppp->pid) : json_null());
    set(out, "rx_bytes", count(ppp->rx_bytes));
    set(out, "tx_bytes", count(ppp->tx_bytes));
    set(out, "route", json_boolean(ppp->route));
    set_text(out, "dns_where", ppp->dns_where);
    set(out, "age_s", ctl_json_age(ppp->phase_at_ms, now_ms));
    return out;
}

/* Of the four standings a client sees three: one whose last word is being tried still stands. */
static json_t *probe_json(const struct mc_status_probe *probe, int64_t now_ms)
{
    enum mc_witness standing = probe->standing == MC_WITNESS_SENTENCED ? MC_WITNESS_PROVEN : probe->standing;
    json_t *out = json_object();

    set_text(out, "standing", mc_strtab_name(&mc_witness_names, (int)standing));
    set_text(out, "target", probe->target);
    set(out, "last_answer_age_s", ctl_json_age(probe->answer_at_ms, now_ms));
    return out;
}

static json_t *lease_json(const struct mc_status_lease *lease, int64_t now_ms)
{
    json_t *out;

    if (!lease->path[0])
        return json_null();
    out = json_object();
    set_text(out, "path", lease->path);
    set(out, "ends_in_s",
        lease->until_ms < 0 ? json_null() : ctl_json_seconds(lease->until_ms > now_ms ? lease->until_ms - now_ms : 0));
    return out;
}

static json_t *counters_json(const struct mc_status_counters *counters)
{
    json_t *out = json_object();

    set(out, "dials", count(counters->dials));
    set(out, "calls", count(counters->calls));
    set(out, "redials", count(counters->redials));
    set(out, "reattaches", count(counters->reattaches));
    set(out, "radio_cycles", count(counters->radio_cycles));
    set(out, "resets", count(counters->resets));
    set(out, "power_cycles", count(counters->power_cycles));
    set(out, "urcs", count(counters->urcs));
    set(out, "noise_bytes", count(counters->noise_bytes));
    set(out, "probes", count(counters->probes));
    set(out, "probes_lost", count(counters->probes_lost));
    set(out, "outages", count(counters->outages));
    return out;
}

json_t *ctl_status_json(const struct mc_ctl_backend *backend, int64_t now_ms, int64_t wall_ms)
{
    const struct mc_status *status = mc_bus_status(backend->bus);
    json_t *out = json_object();

    if (backend->refresh)
        backend->refresh(backend->ctx);
    set_text(out, "state", mc_strtab_name(&mc_state_names, (int)status->state));
    set_text(out, "state_text", mc_state_text(status->state));
    set(out, "state_age_s", ctl_json_age(status->state_at_ms, now_ms));
    set_text(out, "step", status->step);
    set(out, "fault", fault_json(status, now_ms));
    set_text(out, "next", status->next);
    set(out, "retry_in_s",
        status->retry_at_ms < 0 ? json_null()
                                : ctl_json_seconds(status->retry_at_ms > now_ms ? status->retry_at_ms - now_ms : 0));
    set(out, "time", ctl_json_spent(wall_ms));
    set(out, "device", device_json(&status->device, now_ms));
    set(out, "modem", modem_json(&status->modem, now_ms));
    set(out, "sim", sim_json(&status->sim, now_ms));
    set(out, "registration", registration_json(&status->registration, now_ms));
    set(out, "signal", signal_json(&status->signal, now_ms));
    set(out, "pdp", pdp_json(&status->pdp, now_ms));
    set(out, "ppp", ppp_json(&status->ppp, now_ms));
    set(out, "probe", probe_json(&status->probe, now_ms));
    set(out, "lease", lease_json(&status->lease, now_ms));
    set(out, "counters", counters_json(&status->counters));
    ctl_availability_json(out, backend->history, now_ms, wall_ms);
    return out;
}
