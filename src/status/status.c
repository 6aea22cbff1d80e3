/* SPDX-License-Identifier: MIT */
#include <microcat/base/strtab.h>
#include <microcat/status/status.h>
#include <string.h>

static const char *const phase_names[MC_PPP_PHASE_COUNT] = {
    [MC_PPP_DEAD] = "dead",           [MC_PPP_SERIALCONN] = "serialconn",
    [MC_PPP_ESTABLISH] = "establish", [MC_PPP_AUTHENTICATE] = "authenticate",
    [MC_PPP_NETWORK] = "network",     [MC_PPP_RUNNING] = "running",
    [MC_PPP_TERMINATE] = "terminate",
};
const struct mc_strtab mc_ppp_phase_names = MC_STRTAB(phase_names);

static const char *const line_mode_names[MC_LINE_MODE_COUNT] = {
    [MC_LINE_CLOSED] = "closed", [MC_LINE_COMMAND] = "command", [MC_LINE_DATA] = "data",
    [MC_LINE_MUX] = "mux",       [MC_LINE_UNKNOWN] = "unknown",
};
const struct mc_strtab mc_line_mode_names = MC_STRTAB(line_mode_names);

static const char *const power_names[MC_POWER_COUNT] = {[MC_POWER_OFF] = "off", [MC_POWER_ON] = "on"};
const struct mc_strtab mc_power_names = MC_STRTAB(power_names);

/* 27.007 +CEREG and the 767 manual; 90 and 99 are listed by the author of the seed log, without a source. */
static const struct {
    int32_t stat;
    const char *text;
} registration_texts[] = {
    {0, "not searching"},
    {1, "registered, home network"},
    {2, "searching"},
    {3, "registration denied"},
    {4, "unknown or out of coverage"},
    {5, "registered, roaming"},
    {6, "registered for SMS only, home network"},
    {7, "registered for SMS only, roaming"},
    {8, "emergency calls only"},
    {9, "registered, CSFB not preferred, home network"},
    {10, "registered, CSFB not preferred, roaming"},
    {11, "emergency calls only"},
    {90, "denied by UTRAN or E-UTRAN"},
    {99, "unknown to the modem"},
};

const char *mc_registration_text(int32_t stat)
{
    for (size_t i = 0; i < sizeof(registration_texts) / sizeof(registration_texts[0]); i++)
        if (registration_texts[i].stat == stat)
            return registration_texts[i].text;
    return NULL;
}

static void init_modem_side(struct mc_status *status)
{
    status->device.plugged_at_ms = -1;
    status->modem.baud = MC_UNKNOWN;
    status->modem.flow = MC_UNKNOWN;
    status->modem.line = MC_LINE_CLOSED;
    status->modem.escape_pause_ms = status->modem.health_at_ms = -1;
    status->modem.temperature_c = MC_UNKNOWN;
    status->modem.supply_mv = MC_UNKNOWN;
    status->modem.answered_at_ms = -1;
    status->sim.pin_tries = MC_UNKNOWN;
    status->sim.at_ms = -1;
}

static void init_network_side(struct mc_status *status)
{
    status->registration.stat = MC_UNKNOWN;
    status->registration.tac = MC_UNKNOWN;
    status->registration.cell_id = -1;
    status->registration.band = MC_UNKNOWN;
    status->registration.at_ms = -1;
    status->signal.rssi_ddbm = MC_UNKNOWN;
    status->signal.rsrp_ddbm = MC_UNKNOWN;
    status->signal.rsrq_ddb = MC_UNKNOWN;
    status->signal.sinr_ddb = MC_UNKNOWN;
    status->signal.at_ms = -1;
    status->pdp.cid = MC_UNKNOWN;
    status->pdp.at_ms = -1;
    status->ppp.phase = MC_PPP_DEAD;
    status->ppp.mtu = MC_UNKNOWN;
    status->ppp.pid = MC_UNKNOWN;
    status->ppp.phase_at_ms = -1;
}

void mc_status_init(struct mc_status *status, int64_t now_ms)
{
    memset(status, 0, sizeof(*status));
    status->state = MC_STATE_ABSENT;
    status->state_at_ms = now_ms;
    status->fault = MC_FAULT_NONE;
    status->probe.answer_at_ms = -1;
    status->fault_at_ms = -1;
    status->retry_at_ms = -1;
    status->outage.at_ms = -1;
    init_modem_side(status);
    init_network_side(status);
}
