/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_SLAAC_H
#define MICROCAT_PPP_SLAAC_H

/*
 * The global IPv6 address of a link: IPV6CP agrees on link-local ones only, the address comes from the network's router
 * by SLAAC (3GPP 29.061, RFC 5072). The kernel makes it; here it is told to, also on a host that forwards (accept_ra=2,
 * for this interface alone), and the router is asked, because the kernel asks only while the interface comes up.
 * Routes are the daemon's: the kernel takes no default route of a router's word, and one that it took before it was
 * told so goes. The router is asked once in any case, for name servers and NAT64 prefix too: the kernel hands those on
 * and keeps none.
 */

#include <microcat/ppp/nd_options.h>
#include <stddef.h>

struct mc_loop; /* io/loop.h */
struct mc_slaac;

/** From the loop, never from inside a call. */
struct mc_slaac_events {
    /** The address came, or it went: @address is "" then; the router is asked anew. */
    void (*on_address)(void *ctx, const char *address);
    /** The router's name servers or NAT64 prefix are others now: mc_slaac_router(). */
    void (*on_router)(void *ctx);
};

/** @ifname and @events are copied. 0, -ENODEV, -ENOMEM or -errno. A kernel setting that cannot be written is said once,
 * and no error. */
int mc_slaac_new(struct mc_loop *loop, const char *ifname, const struct mc_slaac_events *events, void *ctx,
                 struct mc_slaac **ret_slaac);
/** "" while there is none. */
const char *mc_slaac_address(const struct mc_slaac *slaac);
/** What the router says beside it, as long as that holds. Borrowed. */
const struct mc_nd_facts *mc_slaac_router(const struct mc_slaac *slaac);
/** NULL is fine. */
void mc_slaac_free(struct mc_slaac *slaac);

#endif
