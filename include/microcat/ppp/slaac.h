/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_SLAAC_H
#define MICROCAT_PPP_SLAAC_H

/*
 * The global IPv6 address of a link: IPV6CP agrees on link-local ones only, the address comes from the network's router
 * by SLAAC (3GPP 29.061, RFC 5072). The kernel makes it; here it is told to, also on a host that forwards (accept_ra=2,
 * for this interface alone), and the router is asked, because the kernel asks only while the interface comes up.
 * Routes are the daemon's: the kernel takes no default route of a router's word.
 */

#include <stddef.h>

struct mc_loop; /* io/loop.h */
struct mc_slaac;

/** The address came, or it went: @address is "" then. From the loop, never from inside a call. */
typedef void mc_slaac_fn(void *ctx, const char *address);

/** @ifname is copied. 0, -ENODEV, -ENOMEM or -errno. A kernel setting that cannot be written is said once, and no
 * error. */
int mc_slaac_new(struct mc_loop *loop, const char *ifname, mc_slaac_fn *fn, void *ctx, struct mc_slaac **ret_slaac);
/** "" while there is none. */
const char *mc_slaac_address(const struct mc_slaac *slaac);
/** NULL is fine. */
void mc_slaac_free(struct mc_slaac *slaac);

#endif
