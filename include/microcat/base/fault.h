/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_FAULT_H
#define MICROCAT_BASE_FAULT_H

/*
 * Every fault the daemon can name, in one table: its code (fixed, for programs), one text for people, what it means and
 * what the daemon does about it. Status, journal, the message catalog and the manual are made from this table.
 */

#include <microcat/base/strtab.h>

enum mc_fault {
    MC_FAULT_NONE = 0,
    /* the device */
    MC_FAULT_NO_DEVICE,
    MC_FAULT_DEVICE_DENIED,
    MC_FAULT_DEVICE_BUSY,
    MC_FAULT_DEVICE_ERROR,
    MC_FAULT_DEVICE_GONE,
    MC_FAULT_NOT_A_MODEM,
    /* the AT channel */
    MC_FAULT_MODEM_SILENT,
    MC_FAULT_MODEM_REFUSED,
    MC_FAULT_MODEM_MALFORMED,
    MC_FAULT_MODEM_REBOOTED,
    MC_FAULT_MODEM_OFF,
    MC_FAULT_STUCK_IN_DATA,
    MC_FAULT_MUX_SILENT,
    MC_FAULT_MUX_LEFT,
    /* the SIM */
    MC_FAULT_SIM_ABSENT,
    MC_FAULT_SIM_PIN_MISSING,
    MC_FAULT_SIM_PIN_WRONG,
    MC_FAULT_SIM_PIN_SPENT,
    MC_FAULT_SIM_PUK,
    MC_FAULT_SIM_LOCKED,
    MC_FAULT_SIM_FAILURE,
    MC_FAULT_SIM_BUSY,
    /* the PDP context */
    MC_FAULT_APN_MISSING,
    MC_FAULT_PDP_REFUSED,
    MC_FAULT_RADIO_REFUSED,
    /* registration */
    MC_FAULT_NOT_REGISTERED,
    MC_FAULT_REGISTRATION_DENIED,
    MC_FAULT_REGISTRATION_LIMITED,
    MC_FAULT_REGISTRATION_LOST,
    MC_FAULT_NETWORK_BACKOFF,
    MC_FAULT_CONGESTION,
    MC_FAULT_APN_REJECTED,
    MC_FAULT_PDP_TYPE_REJECTED,
    MC_FAULT_AUTH_REJECTED,
    MC_FAULT_NOT_SUBSCRIBED,
    /* the call */
    MC_FAULT_DIAL_NO_CARRIER,
    MC_FAULT_DIAL_REFUSED,
    MC_FAULT_DIAL_TIMEOUT,
    MC_FAULT_PPP_TIMEOUT,
    MC_FAULT_PPP_LCP,
    MC_FAULT_PPP_AUTH,
    MC_FAULT_PPP_NO_ADDRESS,
    MC_FAULT_PPP_ECHO_DEAD,
    MC_FAULT_PPP_TERMINATED,
    MC_FAULT_NO_CARRIER,
    MC_FAULT_PDP_DISCONNECTED,
    MC_FAULT_LINK_STALE,
    /* pppd and the host */
    MC_FAULT_PPPD_MISSING,
    MC_FAULT_PPPD_UNUSABLE,
    MC_FAULT_PPPD_FAILED,
    MC_FAULT_PPPD_DIED,
    MC_FAULT_PPPD_STUCK,
    MC_FAULT_NO_KERNEL_PPP,
    MC_FAULT_HOST_REFUSED,
    MC_FAULT_HELPER_FAILED,
    MC_FAULT_WALK_IN_CIRCLES,
    MC_FAULT_INTERNAL,
    MC_FAULT_COUNT
};

struct mc_fault_info {
    const char *code;  /* "no-carrier": fixed, lower case and dashes */
    const char *text;  /* "the network ended the call": one line, no full stop */
    const char *means; /* why this happens; whole sentences */
    const char *does;  /* what the daemon does about it; whole sentences */
    const char *next;  /* what a person can do, or NULL when there is nothing to do */
};

/** The row of @fault; for a value out of range that of MC_FAULT_INTERNAL. Never NULL. */
const struct mc_fault_info *mc_fault_info(enum mc_fault fault);
/** Code -> fault, or -ENOENT. */
int mc_fault_from_code(const char *code);

#endif
