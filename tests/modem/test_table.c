/* SPDX-License-Identifier: MIT */
/* The sequence's table, linted. */
#include <microcat/base/cleanup.h>
#include <microcat/modem/bringup.h>
#include <microcat/policy/ladder.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define EACH_ROW(row)                                                                                                  \
    for (const struct mc_bringup_row *row = &mc_bringup_table[1]; row < &mc_bringup_table[MC_STEP_COUNT]; row++)

static void every_step_has_its_row(void **state)
{
    assert_int_equal(mc_bringup_table[MC_STEP_END].kind, MC_ROW_END);
    EACH_ROW(row)
    {
        assert_int_equal(row->step, row - mc_bringup_table);
        assert_non_null(row->name);
        assert_int_not_equal(row->kind, MC_ROW_END);
        assert_in_range(row->state, 0, MC_STATE_COUNT - 1);
        for (const struct mc_bringup_row *other = &mc_bringup_table[1]; other < row; other++)
            if (!strcmp(other->name, row->name))
                fail_msg("two rows are called %s", row->name);
    }
}

static void every_row_ends_by_itself(void **state)
{
    EACH_ROW(row)
    {
        if (row->deadline_ms <= 0 && row->step != MC_STEP_REGISTER_WAIT) /* its deadline is SearchTime= */
            fail_msg("%s may take for ever", row->name);
        if (row->kind == MC_ROW_AWAIT && !row->satisfied)
            fail_msg("%s waits for nothing", row->name);
        if (row->kind == MC_ROW_AWAIT && row->script && row->poll_ms <= 0)
            fail_msg("%s polls without a pause", row->name);
        if (row->kind == MC_ROW_SCRIPT && !row->script)
            fail_msg("%s does nothing", row->name);
    }
}

static void every_way_leads_into_the_table(void **state)
{
    EACH_ROW(row)
    {
        assert_in_range(row->next, 0, MC_STEP_COUNT - 1);
        assert_in_range(row->late_next, 0, MC_STEP_COUNT - 1);
        assert_in_range(row->refused_next, 0, MC_STEP_COUNT - 1);
        if (row->keep_fault && !row->late_next && !row->refused_next)
            fail_msg("%s keeps a fault and goes nowhere with it", row->name);
        if (row->next == row->step || row->late_next == row->step || row->refused_next == row->step)
            fail_msg("%s goes to itself: that is a retry, and retrying is policy", row->name);
    }
}

/* No ring of plain ways: whoever only ever says yes, no or nothing must get out. */
static void no_ring_without_a_decision(void **state)
{
    EACH_ROW(start)
    {
        for (int way = 0; way < 3; way++) {
            const struct mc_bringup_row *row = start;
            for (unsigned n = 0; row->kind != MC_ROW_END; n++) {
                if (n > MC_STEP_COUNT)
                    fail_msg("from %s one never gets out", start->name);
                row = &mc_bringup_table[way == 0 ? row->next : (way == 1 ? row->late_next : row->refused_next)];
            }
        }
    }
}

static void every_fault_has_a_ladder(void **state)
{
    EACH_ROW(row)
    {
        const enum mc_fault faults[] = {row->late, row->refused};
        for (size_t i = 0; i < MC_LENGTH_OF(faults); i++) {
            assert_in_range(faults[i], 0, MC_FAULT_COUNT - 1);
            assert_int_equal(mc_ladder_row(faults[i])->fault, faults[i]);
            assert_true(mc_ladder_row(faults[i])->base <= MC_REMEDY_REDIAL ||
                        mc_ladder_row(faults[i])->base == MC_REMEDY_HOLD);
        }
    }
}

/* What ends a walk badly shows a state that is one of the contract's words, and a name for its step. */
static void states_fit_the_contract(void **state)
{
    EACH_ROW(row)
    assert_true(row->state != MC_STATE_ONLINE && row->state != MC_STATE_PPP && row->state != MC_STATE_BACKOFF &&
                row->state != MC_STATE_HELD && row->state != MC_STATE_STOPPED && row->state != MC_STATE_ABSENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_has_its_row),         cmocka_unit_test(every_row_ends_by_itself),
        cmocka_unit_test(every_way_leads_into_the_table), cmocka_unit_test(no_ring_without_a_decision),
        cmocka_unit_test(every_fault_has_a_ladder),       cmocka_unit_test(states_fit_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
