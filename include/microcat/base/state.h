/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_STATE_H
#define MICROCAT_BASE_STATE_H

/* The states of the link: the same words in status, journal, sd_notify, history and the manual (DESIGN.md, Contract).
 */

#include <microcat/base/strtab.h>

enum mc_state {
    MC_STATE_ABSENT,   /* no device */
    MC_STATE_SYNC,     /* finding the modem and its mode */
    MC_STATE_SETUP,    /* flow control, speed, identity */
    MC_STATE_SIM,      /* SIM and PIN */
    MC_STATE_PDP,      /* PDP context and authentication compared, written only when different */
    MC_STATE_REGISTER, /* waiting for EPS registration */
    MC_STATE_DIAL,     /* ATD sent */
    MC_STATE_PPP,      /* PPP negotiating */
    MC_STATE_ONLINE,
    MC_STATE_HANGUP,  /* ending the call, back to command mode */
    MC_STATE_BACKOFF, /* waiting for the next try */
    MC_STATE_HELD,    /* needs a person (PIN, PUK) */
    MC_STATE_STOPPED, /* by the operator */
    MC_STATE_COUNT
};

/** "absent", "sync", ... */
extern const struct mc_strtab mc_state_names;
/** One line for people: what the daemon does in this state. Never NULL for a state. */
const char *mc_state_text(enum mc_state state);

#endif
