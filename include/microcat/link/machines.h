/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_MACHINES_H
#define MICROCAT_LINK_MACHINES_H

/* The machines that the link is made of, as tables: for the diagrams of ARCHITECTURE.md, and for tests. */

#include <microcat/base/machine.h>

extern const struct mc_machine_table mc_session_table;  /* the modem, as this host meets it */
extern const struct mc_machine_table mc_datacall_table; /* the PPP call */
extern const struct mc_machine_table mc_wish_table;     /* what is wanted */
extern const struct mc_machine_table mc_lease_table;    /* a channel for somebody else */

#endif
