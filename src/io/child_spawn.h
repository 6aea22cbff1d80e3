/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_CHILD_SPAWN_H
#define MICROCAT_IO_CHILD_SPAWN_H

/* The part of io/child.c between fork() and execve(). */

#include <microcat/io/child.h>

#define MC_CHILD_MAX_INHERIT 8

/**
 * Starts @spec's process with @out_fds[] as its stdout and stderr (negative: /dev/null). Waits until
 * execve() has succeeded or failed. 0 or -errno, and in @ret_step what failed.
 */
int mc_child_fork(const struct mc_child_spec *spec, const int out_fds[2], pid_t *ret_pid, const char **ret_step);

#endif
