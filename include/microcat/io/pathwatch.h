/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_PATHWATCH_H
#define MICROCAT_IO_PATHWATCH_H

/*
 * Watches whether a path leads somewhere: through symlinks (/dev/serial/by-id/...), through folders that do not exist
 * yet, on any file system with inotify. Nothing is polled.
 */

#include <microcat/io/loop.h>

struct mc_pathwatch;

/**
 * Something about the path may have changed: look at it. @vanished: what the path led to was removed since the last
 * call, though it may be there again. Called from the loop; may call mc_pathwatch_free().
 */
typedef void mc_pathwatch_fn(void *ctx, bool vanished);

/** Watches @path (absolute; copied). Look at the path once after this. 0, -EINVAL, -ENOMEM or -errno. */
int mc_pathwatch_new(struct mc_loop *loop, const char *path, mc_pathwatch_fn *fn, void *ctx,
                     struct mc_pathwatch **ret_pathwatch);
/** The same, and tells as well when a file that the path leads to was written and closed. */
int mc_pathwatch_contents(struct mc_loop *loop, const char *path, mc_pathwatch_fn *fn, void *ctx,
                          struct mc_pathwatch **ret_pathwatch);
/** NULL is fine. */
void mc_pathwatch_free(struct mc_pathwatch *pathwatch);

#endif
