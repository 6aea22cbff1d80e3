/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/policy/ladder.h>

static const char *const remedy_names[MC_REMEDY_COUNT] = {
    [MC_REMEDY_LOOK] = "look",         [MC_REMEDY_REDIAL] = "redial",
    [MC_REMEDY_REATTACH] = "reattach", [MC_REMEDY_RADIO_CYCLE] = "radio-cycle",
    [MC_REMEDY_RESET] = "reset",       [MC_REMEDY_POWER_CYCLE] = "power-cycle",
    [MC_REMEDY_HOLD] = "hold",
};
const struct mc_strtab mc_remedy_names = MC_STRTAB(remedy_names);

const char *mc_remedy_text(enum mc_remedy remedy)
{
    static const char *const texts[MC_REMEDY_COUNT] = {
        [MC_REMEDY_LOOK] = "look again",
        [MC_REMEDY_REDIAL] = "redial",
        [MC_REMEDY_REATTACH] = "detach from the network and attach again",
        [MC_REMEDY_RADIO_CYCLE] = "switch the radio off and on",
        [MC_REMEDY_RESET] = "reset the modem",
        [MC_REMEDY_POWER_CYCLE] = "switch the modem's power off and on",
        [MC_REMEDY_HOLD] = "look again whether somebody has mended it",
    };
    return texts[remedy];
}

#define LOOK        MC_REMEDY_LOOK
#define REDIAL      MC_REMEDY_REDIAL
#define HOLD        MC_REMEDY_HOLD
#define ROW(f, ...) [MC_FAULT_##f] = {MC_FAULT_##f, __VA_ARGS__}

/*
 * Columns: fault, base remedy, pace, then the failure in a row from which reattach, radio cycle, reset, power cycle
 * join in. Why a column is 0 matters as much as why it is not:
 * - what a person must mend (PIN, APN, subscription) is not mended by a reset;
 * - while the modem searches, the network's own timers (T3411, T3402) run in it, and a reset starts them over: hence
 * the late reset;
 * - a mute modem cannot be told to cycle its radio;
 * - LCP is the modem's own: its silence is none of the network's. A radio cycle would cost the attach that a reset
 * costs, and leave the modem's PPP as it is;
 * - a dial on a kept attach costs the network next to nothing, an attach does not. So where a milder remedy is part of
 * a stronger one that comes a dial later (detaching, of the radio cycle), only the stronger one is in the row;
 * - a network that denies the registration is asked by the modem itself, each time that T3402 (12 min) has passed.
 */
static const struct mc_ladder_row rows[MC_FAULT_COUNT] = {
    ROW(NONE, LOOK, MC_PACE_QUICK, 0, 0, 0, 0),
    ROW(NO_DEVICE, LOOK, MC_PACE_QUICK, 0, 0, 0, 0),
    ROW(DEVICE_DENIED, LOOK, MC_PACE_QUICK, 0, 0, 0, 0),
    ROW(DEVICE_BUSY, LOOK, MC_PACE_QUICK, 0, 0, 0, 0),
    ROW(DEVICE_ERROR, LOOK, MC_PACE_QUICK, 0, 0, 0, 0),
    ROW(DEVICE_GONE, LOOK, MC_PACE_QUICK, 0, 0, 0, 0),
    ROW(NOT_A_MODEM, LOOK, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(MODEM_SILENT, LOOK, MC_PACE_QUICK, 0, 0, 2, 6),
    ROW(MODEM_REFUSED, LOOK, MC_PACE_MODEM, 0, 0, 4, 7),
    ROW(MODEM_MALFORMED, LOOK, MC_PACE_MODEM, 0, 0, 4, 7),
    ROW(MODEM_REBOOTED, LOOK, MC_PACE_HOST, 0, 0, 0, 6),
    ROW(MODEM_OFF, LOOK, MC_PACE_QUICK, 0, 0, 0, 1),
    ROW(STUCK_IN_DATA, LOOK, MC_PACE_QUICK, 0, 0, 2, 4),
    ROW(MUX_SILENT, LOOK, MC_PACE_HOST, 0, 0, 3, 6),
    ROW(MUX_LEFT, LOOK, MC_PACE_HOST, 0, 0, 6, 0),
    ROW(SIM_ABSENT, LOOK, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(SIM_PIN_MISSING, HOLD, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(SIM_PIN_WRONG, HOLD, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(SIM_PIN_SPENT, HOLD, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(SIM_PUK, HOLD, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(SIM_LOCKED, HOLD, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(SIM_FAILURE, LOOK, MC_PACE_LOOK, 0, 0, 4, 8),
    ROW(SIM_BUSY, LOOK, MC_PACE_QUICK, 0, 0, 0, 0),
    ROW(APN_MISSING, HOLD, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(PDP_REFUSED, LOOK, MC_PACE_MODEM, 0, 0, 4, 0),
    ROW(RADIO_REFUSED, LOOK, MC_PACE_MODEM, 0, 0, 2, 4),
    ROW(NOT_REGISTERED, REDIAL, MC_PACE_DIAL, 0, 1, 4, 8),
    ROW(REGISTRATION_DENIED, REDIAL, MC_PACE_DIAL, 0, 9, 0, 0),
    ROW(REGISTRATION_LIMITED, REDIAL, MC_PACE_DIAL, 0, 2, 0, 0),
    ROW(REGISTRATION_LOST, REDIAL, MC_PACE_DIAL, 0, 2, 5, 0),
    ROW(NETWORK_BACKOFF, REDIAL, MC_PACE_NETWORK, 0, 0, 0, 0),
    ROW(CONGESTION, REDIAL, MC_PACE_DIAL, 0, 0, 0, 0),
    ROW(APN_REJECTED, REDIAL, MC_PACE_CAP, 0, 0, 0, 0),
    ROW(PDP_TYPE_REJECTED, REDIAL, MC_PACE_CAP, 0, 0, 0, 0),
    ROW(AUTH_REJECTED, REDIAL, MC_PACE_CAP, 0, 0, 0, 0),
    ROW(NOT_SUBSCRIBED, REDIAL, MC_PACE_CAP, 0, 0, 0, 0),
    ROW(DIAL_NO_CARRIER, REDIAL, MC_PACE_TRY, 0, 3, 7, 10),
    ROW(DIAL_REFUSED, REDIAL, MC_PACE_TRY, 0, 3, 7, 10),
    ROW(DIAL_TIMEOUT, REDIAL, MC_PACE_TRY, 0, 3, 6, 9),
    ROW(PPP_TIMEOUT, REDIAL, MC_PACE_TRY, 0, 3, 7, 10),
    ROW(PPP_LCP, REDIAL, MC_PACE_TRY, 0, 0, 7, 10),
    ROW(PPP_AUTH, REDIAL, MC_PACE_CAP, 0, 0, 0, 0),
    ROW(PPP_NO_ADDRESS, REDIAL, MC_PACE_TRY, 4, 0, 7, 10),
    ROW(PPP_ECHO_DEAD, REDIAL, MC_PACE_DIAL, 0, 0, 5, 8),
    ROW(PPP_TERMINATED, REDIAL, MC_PACE_DIAL, 3, 4, 0, 0),
    ROW(NO_CARRIER, REDIAL, MC_PACE_DIAL, 3, 4, 8, 0),
    ROW(PDP_DISCONNECTED, REDIAL, MC_PACE_DIAL, 3, 4, 8, 0),
    ROW(LINK_STALE, REDIAL, MC_PACE_DIAL, 2, 3, 6, 9),
    ROW(PPPD_MISSING, REDIAL, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(PPPD_UNUSABLE, REDIAL, MC_PACE_DIAL, 0, 0, 0, 0),
    ROW(PPPD_FAILED, REDIAL, MC_PACE_HOST, 0, 0, 0, 0),
    ROW(PPPD_DIED, REDIAL, MC_PACE_HOST, 0, 0, 0, 0),
    ROW(PPPD_STUCK, REDIAL, MC_PACE_HOST, 0, 0, 0, 0),
    ROW(NO_KERNEL_PPP, REDIAL, MC_PACE_CAP, 0, 0, 0, 0),
    ROW(HOST_REFUSED, REDIAL, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(HELPER_FAILED, REDIAL, MC_PACE_LOOK, 0, 0, 0, 0),
    ROW(WALK_IN_CIRCLES, LOOK, MC_PACE_MODEM, 0, 0, 3, 6),
    ROW(INTERNAL, LOOK, MC_PACE_MODEM, 0, 0, 0, 0),
};

const struct mc_ladder_row *mc_ladder_row(enum mc_fault fault)
{
    if ((unsigned)fault >= MC_LENGTH_OF(rows))
        fault = MC_FAULT_INTERNAL;
    return &rows[fault];
}
