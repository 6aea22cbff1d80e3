/* SPDX-License-Identifier: MIT */
#ifndef HOST_ROUTE_PRIV_H
#define HOST_ROUTE_PRIV_H

/* Shared by route.c (default routes, the interface) and route_server.c (the way to one address): the files with libmnl.
 */

#include <libmnl/libmnl.h>
#include <stdint.h>

/** Where a route of ours leads to; len_bits 0: everywhere. */
struct route_target {
    int family;
    unsigned char len_bits;
    uint32_t table; /* 0: main */
    unsigned char address[16];
};

/** Sends a request, runs what comes back through @fn. 0 or -errno, the kernel's own verdict included. */
int route_talk(struct nlmsghdr *request, mnl_cb_t fn, void *ctx);
/** A request for a route as we set it: no gateway, our protocol number, main table. @buffer has room for 256 bytes more
 * than a header. */
struct nlmsghdr *route_request(char *buffer, uint16_t type, uint16_t flags, const struct route_target *target,
                               int index, uint32_t metric);
/** Adds it: 0, also when it is ours and there already; -EEXIST when it is another's; or -errno. */
int route_add(const struct route_target *target, int index, uint32_t metric);
/** Removes all of ours there through @ifname, whatever metric and table they have. How many, or -errno. */
int route_remove_all(const char *ifname, const struct route_target *target);
/** 0, also when it is gone. */
int route_delete(const struct route_target *target, int index, uint32_t metric);

#endif
