/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_SUPPORT_FAIL_ROWS_H
#define MICROCAT_TESTS_SUPPORT_FAIL_ROWS_H

/*
 * Constructors and other functions of one call, of which every allocation and every system call fails once (see
 * alloc_fail.h and sys_fail.h): the error comes back as it is, and no descriptor stays open.
 */

#include <stdbool.h>
#include <stddef.h>

struct fail_row {
    const char *name;
    /** Makes its object and takes it away again: 0 or -errno. */
    int (*attempt)(void);
    unsigned allocations, calls; /* at least; so that the test notices when the failing no longer works */
    bool harmless;               /* some of its system calls may fail without harm */
};

/** @after: what else must be so after each attempt; or NULL. */
void fail_each_allocation(const struct fail_row *rows, size_t n, void (*after)(void));
void fail_each_call(const struct fail_row *rows, size_t n, void (*after)(void));
/** The number the next descriptor will get: the same before and after what leaves nothing open. */
int lowest_free_fd(void);

#endif
