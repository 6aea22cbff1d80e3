/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_ROUTER_H
#define MICROCAT_HOST_ROUTER_H

/* What SLAAC on one interface needs of the kernel beyond what it does by itself. */

/** Tells the kernel to take a router's word on @ifname, also on a host that forwards, but no default route of it; one
 * that it took before goes. A setting that cannot be written is said, and no error. 0. */
int mc_router_accept(const char *ifname);
/** Sends a router solicitation, from the link-local address to all routers. 0 or -errno. */
int mc_router_ask(const char *ifname);

#endif
