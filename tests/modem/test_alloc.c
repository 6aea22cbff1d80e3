/* SPDX-License-Identifier: MIT */
/* Each allocation of a cold way up fails once, in the core or in the simulated board: the walk ends with a result, and
 * the next one comes through. */
#include "alloc_fail.h"
#include "bench.h"

static void no_memory_for_a_sequence(void **state)
{
    static const struct mc_bringup_callbacks callbacks;
    struct bench *b = bench_new("cold");
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        struct mc_bringup *bringup = mc_bringup_new(b->queue, b->line, &b->settings, &callbacks, NULL);
        bool failed = alloc_fail_stop();
        assert_true((bringup == NULL) == failed);
        mc_bringup_free(bringup);
        if (!failed) {
            assert_true(nth > 3); /* itself, chat and finder */
            break;
        }
    }
    bench_free(b);
}

/* What is remembered of the modem's multiplexer is what the modem did, not what this host had no memory for. */
static void every_allocation_fails_once(enum mc_multiplex multiplex)
{
    unsigned faults = 0, plain = 0;
    for (unsigned nth = 1;; nth++) {
        struct bench *b = bench_new("cold");
        b->settings.modem.multiplex = multiplex;
        b->what = "a walk without memory";
        alloc_fail_at(nth);
        enum mc_fault fault = bench_walk(b, MC_STEP_FIND); /* fails the test when it does not end */
        bool failed = alloc_fail_stop();
        faults += fault != MC_FAULT_NONE;
        if (fault != MC_FAULT_NONE) {
            assert_true(failed);
            bench_pass(b, 5000); /* the shortest wait of any remedy: late answers have come by then */
            enum mc_fault again = bench_walk(b, MC_STEP_FIND);
            if (again != MC_FAULT_NONE)
                fail_msg("allocation %u: %s, and then %s: %s; %s", nth, mc_fault_info(fault)->code,
                         mc_fault_info(again)->code, b->result.detail, b->sent);
        }
        assert_true(b->result.connected);
        if (*mc_bringup_mux_why(b->bringup))
            fail_msg("allocation %u: the multiplexer is said to be %s", nth, mc_bringup_mux_why(b->bringup));
        plain += !mc_line_muxed(b->line);
        bench_free(b);
        if (!failed) {
            assert_true(nth > 1);
            print_message("# %u allocations, %u of them end the walk, %u leave the line plain\n", nth - 1, faults,
                          plain);
            assert_true(multiplex == MC_MULTIPLEX_NO || plain > 0);
            break;
        }
    }
}

static void every_allocation_of_a_walk_fails_once(void **state)
{
    every_allocation_fails_once(MC_MULTIPLEX_NO);
}

static void every_allocation_of_a_walk_into_the_multiplexer_fails_once(void **state)
{
    every_allocation_fails_once(MC_MULTIPLEX_AUTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_memory_for_a_sequence),
                                       cmocka_unit_test(every_allocation_of_a_walk_fails_once),
                                       cmocka_unit_test(every_allocation_of_a_walk_into_the_multiplexer_fails_once)};
    return cmocka_run_group_tests_name("modem/alloc", tests, NULL, NULL);
}
