/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_EDGES_H
#define MICROCAT_LINK_EDGES_H

/*
 * From which state the link may come into which: the table behind the diagram in ARCHITECTURE.md, and what tests and
 * the simulation hold every change of state against. What the sequence does by itself stands in modem/bringup's table;
 * here is the rest: the call, faults and remedies, the device, the operator.
 */

#include <microcat/base/state.h>
#include <stdbool.h>
#include <stddef.h>

#define MC_STATE_BIT(state) (1u << (state))
/** The states of the sequence, from finding the modem to the dial. */
#define MC_STATES_SEQUENCE                                                                                             \
    (MC_STATE_BIT(MC_STATE_SYNC) | MC_STATE_BIT(MC_STATE_SETUP) | MC_STATE_BIT(MC_STATE_SIM) |                         \
     MC_STATE_BIT(MC_STATE_PDP) | MC_STATE_BIT(MC_STATE_REGISTER) | MC_STATE_BIT(MC_STATE_DIAL))
#define MC_STATES_ALL ((1u << MC_STATE_COUNT) - 1)

struct mc_link_edge {
    unsigned from, to; /* sets of MC_STATE_BIT() */
    const char *why;   /* in a few words */
};

extern const struct mc_link_edge mc_link_edges[];
extern const size_t mc_link_n_edges;

/** Does the sequence's table lead from a step in state @from to one in state @to? */
bool mc_link_edge_of_sequence(enum mc_state from, enum mc_state to);
/** May the link go from @from to @to, by either table? */
bool mc_link_edge_known(enum mc_state from, enum mc_state to);

#endif
