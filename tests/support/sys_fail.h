/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_SUPPORT_SYS_FAIL_H
#define MICROCAT_TESTS_SUPPORT_SYS_FAIL_H

/*
 * Makes system calls fail on purpose, one after another, as alloc_fail.h does with allocations. A test links
 * dep_sys_fail; then these calls of the code under test (not those inside libraries) count and fail: open, read, write,
 * fcntl, fstat, fsync, fchmod, rename, pipe2, fork, timerfd_create, inotify_init1, inotify_add_watch, socket, bind,
 * listen, accept4, connect, send, recv, setsockopt, posix_openpt, grantpt, unlockpt.
 */

#include <stdbool.h>

/** From now on the @nth of them (from 1) fails with @error, once. */
void sys_fail_at(unsigned nth, int error);
/** Switches it off; tells whether the call was reached and failed. */
bool sys_fail_stop(void);
/** The name of the call that failed, for messages. */
const char *sys_fail_what(void);

#endif
