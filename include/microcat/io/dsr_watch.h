/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_DSR_WATCH_H
#define MICROCAT_IO_DSR_WATCH_H

/*
 * Tells when a tty's DSR moves. The kernel tells it nobody by poll(): a thread sleeps in TIOCMIWAIT, which wakes
 * nothing while nothing moves. Where the driver has no such call, nothing is ever told.
 */

#include <microcat/io/loop.h>

struct mc_dsr_watch;

/** @fn comes from the loop; the line's level is then for the caller to ask. @fd stays the caller's, open until the
 * watch is freed. 0 or -errno. */
int mc_dsr_watch_new(struct mc_loop *loop, int fd, void (*fn)(void *ctx), void *ctx, struct mc_dsr_watch **ret_watch);
/** Harmless with NULL. */
void mc_dsr_watch_free(struct mc_dsr_watch *watch);

#endif
