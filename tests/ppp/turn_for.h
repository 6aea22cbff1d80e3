/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PPP_TURN_FOR_H
#define TESTS_PPP_TURN_FOR_H

/* For what is to stay as it is for so long; what is to come is waited for (test_wait()). Behind cmocka.h. */

#include <microcat/io/loop.h>

static inline void turn_for_tick(void *ctx)
{
}

static inline void turn_loop_for(struct mc_loop *loop, int64_t ms)
{
    const int64_t end_ms = mc_loop_clock_ms() + ms;
    struct mc_timer timer;

    mc_timer_init(&timer, "test", turn_for_tick, NULL);
    while (mc_loop_clock_ms() < end_ms) {
        mc_timer_arm(&timer, mc_loop_timers(loop), 10);
        assert_int_equal(mc_loop_turn(loop), 0);
    }
    mc_timer_disarm(&timer);
}

#endif
