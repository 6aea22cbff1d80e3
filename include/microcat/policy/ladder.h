/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_POLICY_LADDER_H
#define MICROCAT_POLICY_LADDER_H

/*
 * Which remedy a fault deserves, as one table: a row a fault.
 *
 * Every fault has a base remedy that may be repeated for ever, at a pace that the row names; stronger remedies join
 * after so many failures in a row of that fault, and only as the budgets allow (policy/policy.h). A lint test checks
 * that every fault has a row, that what a person must mend resets nothing, and that the thresholds rise with the
 * strength of the remedy.
 */

#include <microcat/base/fault.h>
#include <microcat/base/strtab.h>

enum mc_remedy {                        /* in order of strength */
                 MC_REMEDY_LOOK,        /* find the modem again and run the sequence from its start */
                 MC_REMEDY_REDIAL,      /* check SIM and registration, then dial */
                 MC_REMEDY_REATTACH,    /* AT+CGATT=0, AT+CGATT=1, then dial */
                 MC_REMEDY_RADIO_CYCLE, /* AT+CFUN=4, AT+CFUN=1, register, dial */
                 MC_REMEDY_RESET,       /* reset line or AT+CRESET */
                 MC_REMEDY_POWER_CYCLE, /* power line, if configured */
                 MC_REMEDY_HOLD,        /* tell a person, and only look whether something changed */
                 MC_REMEDY_COUNT
};
/** "look", "redial", "reattach", "radio-cycle", "reset", "power-cycle", "hold". */
extern const struct mc_strtab mc_remedy_names;
/** What a remedy does, for people: "switch the radio off and on". */
const char *mc_remedy_text(enum mc_remedy remedy);

enum mc_pace {                  /* how fast the base remedy is repeated */
               MC_PACE_HOST,    /* not the network's fault: at once, 1 s, then as MC_PACE_DIAL */
               MC_PACE_MODEM,   /* the modem itself: as MC_PACE_DIAL, but the network's failures are not its own */
               MC_PACE_QUICK,   /* 1, 2, 4, ... 30 s: nothing is sent to the network by trying */
               MC_PACE_LOOK,    /* SimCheckInterval: look whether a person did something */
               MC_PACE_DIAL,    /* RedialDelay, x3, then doubled up to RedialMax */
               MC_PACE_TRY,     /* as MC_PACE_DIAL, for a dial that came to nothing: it was the look at the fault, so a
                                   stronger remedy comes right behind it, after RedialDelay */
               MC_PACE_CAP,     /* RedialMax at once: trying sooner cannot help */
               MC_PACE_NETWORK, /* NetworkBackoff at least: the network said so (CME 537) */
};

/** RadioCycleAfter='s default: a radio cycle that comes at this failure comes when the setting says instead, and what
 * is stronger moves along. */
#define MC_LADDER_RADIO_CYCLE_AFTER 3

struct mc_ladder_row {
    enum mc_fault fault;
    enum mc_remedy base;
    enum mc_pace pace;
    /* Stronger remedies: used from this failure in a row on; 0 = never for this fault. */
    unsigned reattach_after, radio_cycle_after, reset_after, power_cycle_after;
};

/** The row of @fault. Never NULL. */
const struct mc_ladder_row *mc_ladder_row(enum mc_fault fault);

#endif
