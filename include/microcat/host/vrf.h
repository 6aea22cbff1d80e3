/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_VRF_H
#define MICROCAT_HOST_VRF_H

/* A VRF device (Linux: a routing table with a name, and interfaces that belong to it), through rtnetlink. */

#include <stdint.h>

/** Its table. 0; -ENODEV: no interface has this name; -ENOTUNIQ: the interface is no VRF; or another -errno. */
int mc_vrf_look(const char *vrf, uint32_t *ret_table);
/**
 * @ifname belongs to @vrf from now on. Best while it is down and without addresses: the kernel takes one that is up
 * down and up again for it, and its IPv6 addresses are lost. One that belongs to it already is not touched. 0 or
 * -errno.
 */
int mc_vrf_join(const char *ifname, const char *vrf, uint32_t *ret_table);

#endif
