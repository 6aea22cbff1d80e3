/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_PHASE_H
#define MICROCAT_BASE_PHASE_H

/* Where a PPP call is: told by the plugin in pppd, shown in status. Here, because rooms of two layers speak of it. */

#include <microcat/base/strtab.h>

enum mc_ppp_phase {
    MC_PPP_DEAD,
    MC_PPP_SERIALCONN,
    MC_PPP_ESTABLISH,
    MC_PPP_AUTHENTICATE,
    MC_PPP_NETWORK,
    MC_PPP_RUNNING,
    MC_PPP_TERMINATE,
    MC_PPP_PHASE_COUNT
};

/** "dead", "serialconn", "establish", "authenticate", "network", "running", "terminate" (defined in status/status.c).
 */
extern const struct mc_strtab mc_ppp_phase_names;

#endif
