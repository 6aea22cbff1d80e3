/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_PTY_H
#define MICROCAT_HOST_PTY_H

/* A pseudo-terminal for pppd: raw, 8 bit, for its user only, both ends close-on-exec and non-blocking. */

#include <stddef.h>
#include <sys/types.h>

/**
 * Opens one; both descriptors become the caller's. Keep the slave open as long as the master: else the master reads EIO
 * in every moment in which pppd does not have it open, and its settings are lost. 0 or -errno; @name has the slave's
 * path, or the path of what was refused.
 */
int mc_pty_open(int *ret_master_fd, int *ret_slave_fd, char *name, size_t name_bytes);

/** The same for a program of @uid's, whose the slave is. */
int mc_pty_lend(uid_t uid, int *ret_master_fd, int *ret_slave_fd, char *name, size_t name_bytes);

#endif
