/* SPDX-License-Identifier: MIT */
/* The commands that wait: until when, and how they end without having been written. */
#include "engine_private.h"

#include <microcat/base/cleanup.h>
#include <stdlib.h>

typedef bool choose_fn(const struct at_command *command, const void *ctx);

static bool is_any(const struct at_command *command, const void *ctx)
{
    return true;
}

static bool is_of(const struct at_command *command, const void *ctx)
{
    return command->ctx == ctx;
}

static bool is_over(const struct at_command *command, const void *now_ms)
{
    return command->flags & MC_AT_IMPATIENT && command->until_ms <= *(const int64_t *)now_ms;
}

/* Takes those that @choose wants off the queue, in their order. */
static struct at_command *take(struct mc_at *at, choose_fn *choose, const void *ctx)
{
    struct at_command *taken = NULL, **last = &taken, **place = &at->waiting;
    while (*place) {
        struct at_command *command = *place;
        if (!choose(command, ctx)) {
            place = &command->next;
            continue;
        }
        *place = command->next;
        command->next = NULL;
        *last = command;
        last = &command->next;
        at->n_waiting--;
    }
    at_watch_patience(at);
    return taken;
}

/* They were never written: nothing can come back, and no ghost stays. What the callbacks send is not part of them. */
static size_t end(struct mc_at *at, struct at_command *taken, enum mc_at_result result, const char *why)
{
    const struct mc_at_answer unsent = {.result = result, .code = -1, .final = why};
    size_t n = 0;
    for (; taken; n++) {
        struct at_command *command = taken;
        taken = command->next;
        at_call_done(at, command->done, command->ctx, &unsent);
        free(command);
    }
    return n;
}

void at_watch_patience(struct mc_at *at)
{
    int64_t first_ms = INT64_MAX;
    for (const struct at_command *command = at->waiting; command; command = command->next)
        if (command->flags & MC_AT_IMPATIENT && command->until_ms < first_ms)
            first_ms = command->until_ms;
    if (first_ms == INT64_MAX)
        mc_timer_disarm(&at->patience);
    else
        mc_timer_arm(&at->patience, at->queue, first_ms - mc_timerq_now_ms(at->queue));
}

void at_on_patience(void *ctx)
{
    struct mc_at *at = ctx;
    int64_t now_ms = mc_timerq_now_ms(at->queue);
    end(at, take(at, is_over, &now_ms), MC_AT_TIMEOUT, "It was not sent: what went ahead of it took all of its time.");
    at_pump(at);
}

size_t mc_at_withdraw(struct mc_at *at, const void *ctx)
{
    return end(at, take(at, is_of, ctx), MC_AT_CANCELLED, "Nobody waits for it any more.");
}

static void end_all(struct mc_at *at, enum mc_at_result result, const char *why)
{
    struct at_command *waiting = take(at, is_any, NULL);
    if (at->current)
        at_finish(at, result, -1, why);
    end(at, waiting, result, why);
}

void mc_at_cancel_all(struct mc_at *at)
{
    end_all(at, MC_AT_CANCELLED, "");
    at_pump(at);
}

void mc_at_hung_up(struct mc_at *at, const char *why)
{
    end_all(at, MC_AT_NO_CARRIER, why);
    at_pump(at);
}

void mc_at_give_up(struct mc_at *at)
{
    end_all(at, MC_AT_TIMEOUT, "");
    at_pump(at);
}

void mc_at_abandon(struct mc_at *at, const char *why)
{
    end_all(at, MC_AT_CANCELLED, why);
    at_drop_ghosts(at, at->n_ghosts);
    at_pump(at); /* only now: what a callback has sent needs no question first */
}
