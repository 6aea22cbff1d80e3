/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_DEFAULT_ROUTES_H
#define MICROCAT_PPP_DEFAULT_ROUTES_H

/*
 * The link's default routes. None ever displaces another's: one that has the same metric stays, and ours comes when
 * that one has gone. What could not be set, or not be taken back, is tried again with the news of the routes and from
 * time to time; only as long as something is owed is anybody woken for it.
 */

#include <stdint.h>

struct mc_loop; /* io/loop.h */
struct mc_default_routes;

/** What is there changed, later than mc_default_routes_set(). */
typedef void mc_default_routes_fn(void *ctx);

/** @retry_ms: after which what failed is tried again, at first; 0: 30 s. NULL: no memory. */
struct mc_default_routes *mc_default_routes_new(struct mc_loop *loop, int64_t retry_ms, mc_default_routes_fn *fn,
                                                void *ctx);
/** What was set stays. NULL is fine. */
void mc_default_routes_free(struct mc_default_routes *routes);

struct mc_default_routes_wish {
    const char *ifname;
    unsigned families; /* enum mc_route_family, those wanted; 0: all are taken back */
    uint32_t metric, table;
};
/** In the place of what was wanted before. A route that is there keeps metric and table, and another family gets the
 * same. */
void mc_default_routes_set(struct mc_default_routes *routes, const struct mc_default_routes_wish *wish);
/** Those that are wanted and there (enum mc_route_family). */
unsigned mc_default_routes_there(const struct mc_default_routes *routes);

#endif
