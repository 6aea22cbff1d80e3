/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_AT_URCS_H
#define MICROCAT_AT_URCS_H

/* What the modem says unasked: one table, so that the engine, bring-up and the data path mean the same by it. */

#include <stdbool.h>

enum mc_at_urc_kind {
    MC_AT_URC_NONE,    /* not in the table */
    MC_AT_URC_OTHER,   /* known, nothing special */
    MC_AT_URC_BOOT,    /* said at every start of the modem, and at times in mid-session too (SIM ready after CFUN=1) */
    MC_AT_URC_REBOOT,  /* said at a start of the modem only: in mid-session it means that the modem rebooted */
    MC_AT_URC_HANGUP,  /* the data call is over */
    MC_AT_URC_SIM,     /* about the SIM: +CPIN: ... */
    MC_AT_URC_NETWORK, /* about registration or the packet domain: +CEREG: ..., +CGEV: ... */
    MC_AT_URC_POWER,   /* going down, or a warning of it */
};

/** What @line is when nobody asked for it. */
enum mc_at_urc_kind mc_at_urc_kind(const char *line);

/** Is @line a boot message (QCRDY, RDY, *ATREADY: 1, +CPIN: ..., SMS DONE, PB DONE)? */
bool mc_at_is_boot_urc(const char *line);

/** Does @line say that the modem switches itself off (POWERD DOWN; at a warning it stays on)? */
bool mc_at_is_power_down_urc(const char *line);

/** Does @line prove that the modem has just started (QCRDY, RDY, *ATREADY: 1)? */
bool mc_at_is_reboot_urc(const char *line);

#endif
