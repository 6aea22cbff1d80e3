/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_SUPPORT_SANDBOX_H
#define MICROCAT_TESTS_SUPPORT_SANDBOX_H

/*
 * A root directory, a network and a disk of the test's own, none of which outlives it. Each takes the right that root
 * has, and where that is missing (another user, a container) asks the kernel for it in a user namespace. None mounts
 * anything where somebody else could see it, so that they work in a chroot, too. What a machine refuses is said in
 * words, for the line of the test that is left out.
 */

#include <stdbool.h>

/** The way back from test_root_enter(). */
struct test_root {
    int root, cwd;
};

/** Makes @dir the root directory of this process: /sys, /run and whatever else are what the test puts there. Programs
 * and libraries are out of reach until test_root_leave(). -errno, said. */
int test_root_enter(struct test_root *back, const char *dir);
void test_root_leave(struct test_root *back);

/** Removes a folder with all that is in it, and follows no link. */
int test_tree_remove(const char *path);

/** A network namespace with nothing but "lo", which is up. For a process that has one thread. -errno, said. */
int test_network_enter(void);

/** May this process, and those it starts, become user @uid? */
bool test_may_become(unsigned uid);

/** /dev/net/tun, or a node of our own where a container has none. A descriptor, or -errno. */
int test_tun_open(void);

/** A disk in memory of @size_kib, which nothing but the descriptor leads to: "/proc/self/fd/N" is its path, and it ends
 * with its last user. -errno. */
int test_disk_new(unsigned size_kib, bool read_only);

#endif
