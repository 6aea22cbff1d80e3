/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIMULATE_STORY_H
#define TESTS_SIMULATE_STORY_H

/* Time in a story: it goes on as long as no invariant of the world is broken, which fails the test. */

#include "world.h"

void pass(struct world *w, int64_t ms);
/** Lets time pass until the link is in @wanted; fails after @limit_ms. @return how long it took. */
int64_t until(struct world *w, enum mc_state wanted, int64_t limit_ms);

#endif
