/* SPDX-License-Identifier: MIT */
#include "wait.h"

static void on_deadline(void *ctx)
{
    *(bool *)ctx = true;
}

bool test_wait(struct mc_loop *loop, bool (*until)(void *ctx), void *ctx, int64_t deadline_ms)
{
    struct mc_timer deadline;
    bool late = false;

    mc_timer_init(&deadline, "test-deadline", on_deadline, &late);
    mc_timer_arm(&deadline, mc_loop_timers(loop), deadline_ms);
    while (!until(ctx) && !late)
        if (mc_loop_turn(loop) < 0)
            break;
    mc_timer_disarm(&deadline);
    return until(ctx);
}

static bool is_set(void *ctx)
{
    return *(const bool *)ctx;
}

bool test_wait_flag(struct mc_loop *loop, const bool *flag, int64_t deadline_ms)
{
    return test_wait(loop, is_set, (void *)(uintptr_t)flag, deadline_ms);
}
