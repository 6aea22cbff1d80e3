/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_ROUTE_ADVERT_H
#define MICROCAT_HOST_ROUTE_ADVERT_H

/* What the kernel hands on of the router advertisements that come in by one interface: the options that are not its own
 * business (rtnetlink(7), RTM_NEWNDUSEROPT). */

#include <stddef.h>

struct mc_loop; /* io/loop.h */
struct mc_advert_watch;

/** From the loop; @options are as they came in, untrusted, one or several. */
typedef void mc_advert_fn(void *ctx, const void *options, size_t len_bytes);

/** @ifname is copied. 0, -ENOMEM or -errno. */
int mc_advert_watch_new(struct mc_loop *loop, const char *ifname, mc_advert_fn *fn, void *ctx,
                        struct mc_advert_watch **ret_watch);
/** NULL is fine. */
void mc_advert_watch_free(struct mc_advert_watch *watch);

#endif
