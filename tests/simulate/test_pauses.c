/* SPDX-License-Identifier: MIT */
/*
 * A bridge that pauses, or a host with something else to do: what the modem says comes up to 0.7 s late, and together;
 * what it is told up to 0.2 s. Answers then come when the next question is out, and none of them may be taken for what
 * it is not; and an escape's silence is not as long at the modem as it was here.
 */
#include "story.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

#define LIVES 200

struct seen {
    struct mc_observer observer;
    unsigned faults[MC_FAULT_COUNT];
};

static void on_event(void *ctx, const void *arg)
{
    const struct mc_event *event = arg;
    struct seen *seen = ctx;
    if (event->kind == MC_EVENT_FAULT)
        seen->faults[event->fault]++;
}

/* What late answers were taken for. */
static const enum mc_fault lies[] = {MC_FAULT_NOT_A_MODEM, MC_FAULT_MODEM_MALFORMED, MC_FAULT_MODEM_REFUSED,
                                     MC_FAULT_MODEM_SILENT};

/* None of the first @n lies was told. */
static void no_lie(const struct seen *seen, uint64_t seed, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (seen->faults[lies[i]] > 0)
            fail_msg("seed %llu: %s", (unsigned long long)seed, mc_fault_info(lies[i])->code);
}

/* On a bridge that pauses from now on; and @online before. */
static struct world *paused(uint64_t seed, bool online, struct seen *seen)
{
    struct world *w = world_plain("");
    w->random = seed;
    if (online)
        until(w, MC_STATE_ONLINE, 10 * MINUTE_MS);
    else
        pass(w, 1);
    w->pauses = true;
    *seen = (struct seen){0};
    mc_bus_observe(w->bus, &seen->observer, on_event, seen);
    return w;
}

static void leave(struct world *w, struct seen *seen)
{
    mc_bus_forget(w->bus, &seen->observer);
    world_free(w);
}

/* A call that does not end with LCP is ended by the escape, which the modem answers with an OK of its own. */
static void a_call_is_ended_by_the_escape(void **unused)
{
    for (uint64_t seed = 1; seed <= LIVES; seed++) {
        struct seen seen;
        struct world *w = paused(seed, true, &seen);
        world_inject(w, "hang-on-hangup on"); /* the modem stays in data mode when LCP has ended */
        for (int i = 0; i < 5; i++) {
            world_verb(w, MC_VERB_RECONNECT);
            pass(w, 3 * MINUTE_MS);
            until(w, MC_STATE_ONLINE, 10 * MINUTE_MS);
        }
        assert_int_equal(world_board(w, "escapes"), 5);
        no_lie(&seen, seed, sizeof(lies) / sizeof(lies[0]));
        leave(w, &seen);
    }
}

/* What it said at one speed is heard at the next one. */
static void found_at_the_speed_at_which_it_is(void **unused)
{
    for (uint64_t seed = 1; seed <= LIVES; seed++) {
        struct seen seen;
        struct world *w = paused(seed, false, &seen);
        if (seed % 2)
            world_inject(w, "baud 460800");
        until(w, MC_STATE_ONLINE, 10 * MINUTE_MS);
        no_lie(&seen, seed, sizeof(lies) / sizeof(lies[0]));
        leave(w, &seen);
    }
}

/* It was never met, hangs, and echoes: by its late echo it is no stranger, whom nobody would reset. */
static void a_modem_that_hangs_is_a_modem(void **unused)
{
    for (uint64_t seed = 1; seed <= LIVES; seed++) {
        struct seen seen;
        struct world *w = paused(seed, false, &seen);
        world_inject(w, "silence *");
        pass(w, 20 * MINUTE_MS);
        assert_true(seen.faults[MC_FAULT_MODEM_SILENT] > 0);
        no_lie(&seen, seed, 1); /* silent it is */
        leave(w, &seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_ended_by_the_escape),
        cmocka_unit_test(found_at_the_speed_at_which_it_is),
        cmocka_unit_test(a_modem_that_hangs_is_a_modem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
