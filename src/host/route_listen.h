/* SPDX-License-Identifier: MIT */
#ifndef HOST_ROUTE_LISTEN_H
#define HOST_ROUTE_LISTEN_H

/* A socket to which rtnetlink tells what happens: shared by those that watch routes and router advertisements. */

#include <microcat/io/loop.h>
#include <stdint.h>

struct route_listener {
    int fd;
    struct mc_watch watch;
};

/** @groups: a set of rtnetlink's, a bit each. @fn reads @listener's fd, which does not block. 0 or -errno: nothing is
 * left open. */
int route_listen(struct route_listener *listener, struct mc_loop *loop, uint32_t groups, mc_watch_fn *fn, void *ctx);
void route_listen_end(struct route_listener *listener);

#endif
