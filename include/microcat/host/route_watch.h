/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_ROUTE_WATCH_H
#define MICROCAT_HOST_ROUTE_WATCH_H

/* Tells that routes or interfaces of the host changed: a cable pulled, an address gone. What changed is to be looked
 * at. */

struct mc_loop; /* io/loop.h */
struct mc_route_watch;

/** Something changed, perhaps many things at once; called from the loop. */
typedef void mc_route_watch_fn(void *ctx);

/** 0, -ENOMEM or -errno. */
int mc_route_watch_new(struct mc_loop *loop, mc_route_watch_fn *fn, void *ctx, struct mc_route_watch **ret_watch);
/** NULL is fine. */
void mc_route_watch_free(struct mc_route_watch *watch);

#endif
