/* SPDX-License-Identifier: MIT */
/* The table of state changes: every state can be reached, none is a trap, and the operator's stop is possible
 * everywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <microcat/link/edges.h>

/* All that can be reached from @state. */
static unsigned reach(enum mc_state state)
{
    unsigned seen = MC_STATE_BIT(state), before;

    do {
        before = seen;
        for (int from = 0; from < MC_STATE_COUNT; from++)
            for (int to = 0; (seen & MC_STATE_BIT(from)) && to < MC_STATE_COUNT; to++)
                if (mc_link_edge_known((enum mc_state)from, (enum mc_state)to))
                    seen |= MC_STATE_BIT(to);
    } while (seen != before);
    return seen;
}

static void every_state_reaches_every_state(void **state)
{
    for (int from = 0; from < MC_STATE_COUNT; from++)
        assert_int_equal(reach((enum mc_state)from), MC_STATES_ALL);
}

static void sequence_goes_forward_by_its_own_table(void **state)
{
    static const enum mc_state way[] = {MC_STATE_SYNC, MC_STATE_SETUP,    MC_STATE_SIM,
                                        MC_STATE_PDP,  MC_STATE_REGISTER, MC_STATE_DIAL};

    for (size_t i = 1; i < sizeof(way) / sizeof(way[0]); i++)
        assert_true(mc_link_edge_of_sequence(way[i - 1], way[i]));
    assert_false(mc_link_edge_of_sequence(MC_STATE_SYNC, MC_STATE_DIAL));
}

static void the_plug_can_be_pulled_and_stop_said_everywhere(void **state)
{
    for (int from = 0; from < MC_STATE_COUNT; from++) {
        enum mc_state s = (enum mc_state)from;
        if (s == MC_STATE_ABSENT)
            continue;
        assert_true(mc_link_edge_known(s, MC_STATE_ABSENT));
        if (s != MC_STATE_STOPPED) /* at once, or through the hang-up */
            assert_true(
                mc_link_edge_known(s, MC_STATE_STOPPED) ||
                (mc_link_edge_known(s, MC_STATE_HANGUP) && mc_link_edge_known(MC_STATE_HANGUP, MC_STATE_STOPPED)));
    }
}

static void nobody_is_online_but_through_ppp(void **state)
{
    for (int from = 0; from < MC_STATE_COUNT; from++) {
        assert_int_equal(mc_link_edge_known((enum mc_state)from, MC_STATE_ONLINE), from == MC_STATE_PPP);
        assert_int_equal(mc_link_edge_known((enum mc_state)from, MC_STATE_PPP),
                         from == MC_STATE_DIAL || from == MC_STATE_ONLINE ||
                             from == MC_STATE_ABSENT /* a call taken over */);
    }
}

static void every_edge_says_why(void **state)
{
    for (size_t i = 0; i < mc_link_n_edges; i++) {
        assert_non_null(mc_link_edges[i].why);
        assert_true(mc_link_edges[i].from && !(mc_link_edges[i].from & ~MC_STATES_ALL));
        assert_true(mc_link_edges[i].to && !(mc_link_edges[i].to & ~MC_STATES_ALL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_reaches_every_state),
        cmocka_unit_test(sequence_goes_forward_by_its_own_table),
        cmocka_unit_test(the_plug_can_be_pulled_and_stop_said_everywhere),
        cmocka_unit_test(nobody_is_online_but_through_ppp),
        cmocka_unit_test(every_edge_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
