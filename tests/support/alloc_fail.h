/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_SUPPORT_ALLOC_FAIL_H
#define MICROCAT_TESTS_SUPPORT_ALLOC_FAIL_H

/*
 * Makes allocations fail on purpose: malloc, calloc, realloc, strdup and strndup called from the code under test. A
 * test links dep_alloc_fail; what libraries allocate for themselves goes on working.
 *
 *     for (unsigned nth = 1;; nth++) {
 *         alloc_fail_at(nth);
 *         int r = function_under_test();
 *         if (!alloc_fail_stop())   // fewer than nth allocations: every one has failed once
 *             break;
 *         assert_int_equal(r, -ENOMEM);
 *     }
 */

#include <stdbool.h>

/** From now on the @nth allocation (from 1) fails, once. */
void alloc_fail_at(unsigned nth);
/** Switches it off; tells whether the allocation was reached and failed. */
bool alloc_fail_stop(void);

#endif
