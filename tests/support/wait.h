/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_SUPPORT_WAIT_H
#define MICROCAT_TESTS_SUPPORT_WAIT_H

/* Tests wait for events, never for time: turn the loop until something is so, with a deadline that only a failure
 * meets. */

#include <microcat/io/loop.h>
#include <stdbool.h>
#include <stdint.h>

/** Turns @loop until @until(@ctx), at most @deadline_ms. Returns what @until says last. */
bool test_wait(struct mc_loop *loop, bool (*until)(void *ctx), void *ctx, int64_t deadline_ms);

/** The same, until *@flag. */
bool test_wait_flag(struct mc_loop *loop, const bool *flag, int64_t deadline_ms);

#endif
