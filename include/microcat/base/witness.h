/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_WITNESS_H
#define MICROCAT_BASE_WITNESS_H

/* How the target of a probe stands (policy/witness.h has the rules). */

#include <microcat/base/strtab.h>

enum mc_witness {
    MC_WITNESS_UNPROVEN,  /* has never answered here */
    MC_WITNESS_PROVEN,    /* has answered: its silence ends a call */
    MC_WITNESS_SENTENCED, /* its silence has ended a call, and it has not answered since */
    MC_WITNESS_LOST,      /* ... nor after the redial: its silence means nothing */
    MC_WITNESS_COUNT
};
/** "unproven", "proven", "sentenced", "lost". */
extern const struct mc_strtab mc_witness_names;

#endif
