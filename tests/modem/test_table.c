/* SPDX-License-Identifier: MIT */
/* The sequence's table, linted. */
#include <bringup_priv.h>
#include <microcat/base/cleanup.h>
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

/* Where a row names a way on, its fault is said only if it is kept: else it would stand there for nothing. */
static void every_fault_can_be_said(void **state)
{
    EACH_ROW(row)
    {
        if (row->late && row->late_next && !row->keep_fault)
            fail_msg("%s: nobody ever hears that fault, late", row->name);
        if (row->refused && row->refused_next && !row->keep_fault)
            fail_msg("%s: nobody ever hears that fault, refused", row->name);
        if (row->keep_fault && !row->late && !row->refused)
            fail_msg("%s keeps no fault of its own", row->name);
    }
}

/* How long a step may take that is answered by nothing but, at last, that the modem is there. */
static int64_t longest_ms(const struct mc_chat_step *step)
{
    const int64_t proof_ms = 1000;
    int64_t tries = step->tries ? step->tries : 1,
            one_ms = step->timeout_ms + (step->flags & MC_CHAT_PROVE ? proof_ms : 0);
    return tries * one_ms + (tries - 1) * step->pause_ms;
}

/* The script's own deadlines say more than the row's, which is there for what they do not see: it comes behind them,
 * and not long. */
static void every_script_fits_its_row(void **state)
{
    EACH_ROW(row)
    {
        int64_t sum_ms = 0;
        for (size_t i = 0; i < mc_scripts[row->script].n; i++)
            sum_ms += longest_ms(&mc_scripts[row->script].steps[i]);
        if (row->kind == MC_ROW_SCRIPT && (row->deadline_ms <= sum_ms || row->deadline_ms > 2 * sum_ms + 4000))
            fail_msg("%s may take %lld ms, its script %lld", row->name, (long long)row->deadline_ms, (long long)sum_ms);
    }
}

/* A poll that is lost is no verdict: AT proves whether the modem is there, and the row has time for another one. */
static void every_poll_may_be_lost(void **state)
{
    EACH_ROW(row)
    {
        const int64_t cleared_ms = 2000; /* the engine's, behind a command without an answer (at/engine.h) */
        int64_t lost_ms = cleared_ms;
        if (row->kind != MC_ROW_AWAIT || !row->script)
            continue;
        for (size_t i = 0; i < mc_scripts[row->script].n; i++) {
            if (mc_scripts[row->script].steps[i].flags != (MC_CHAT_PROVE | MC_CHAT_LATE_OK))
                fail_msg("%s ends by a poll that is lost", row->name);
            lost_ms += longest_ms(&mc_scripts[row->script].steps[i]);
        }
        if (row->deadline_ms > 0 && row->deadline_ms <= 2 * row->poll_ms + lost_ms)
            fail_msg("%s polls no more behind a poll that is lost", row->name);
    }
}

/* What else a row does has a time of its own, too: that of the line's (tests/line) or the finder's (test_search.c). */
static void every_other_row_has_time(void **state)
{
    static const struct {
        enum mc_row_kind kind;
        int64_t own_ms;
    } kinds[] = {
        {MC_ROW_FIND, 13230}, {MC_ROW_ESCAPE, 2100}, {MC_ROW_MUX, 3600}, {MC_ROW_UNMUX, 1010}, {MC_ROW_REDIAL, 4510}};
    EACH_ROW(row)
    for (size_t i = 0; i < MC_LENGTH_OF(kinds); i++) {
        int64_t own_ms = kinds[i].own_ms + (row->step == MC_STEP_FIND ? 300000 /* BootTime= at the most */ : 0);
        if (row->kind == kinds[i].kind && (row->deadline_ms <= own_ms || row->deadline_ms > 3 * own_ms))
            fail_msg("%s may take %lld ms, and needs %lld", row->name, (long long)row->deadline_ms, (long long)own_ms);
    }
}

static const struct mc_chat_step *find_step(enum mc_script_id script, const char *send)
{
    for (size_t i = 0; i < mc_scripts[script].n; i++)
        if (mc_scripts[script].steps[i].send && !strcmp(mc_scripts[script].steps[i].send, send))
            return &mc_scripts[script].steps[i];
    fail_msg("no %s", send);
    return NULL;
}

/* As long as the manual gives a command (767, the command table), it is waited for. */
static void the_manual_s_times(void **state)
{
    static const struct {
        enum mc_script_id script;
        const char *send;
        int least_ms;
    } rows[] = {
        {MC_SCRIPT_pdp_write, "AT+CFUN=4", 25000}, {MC_SCRIPT_radio_on, "AT+CFUN=1", 25000},
        {MC_SCRIPT_attach, "AT+CGATT=1", 45000},   {MC_SCRIPT_reattach, "AT+CGATT=0", 45000},
        {MC_SCRIPT_sim, "AT+CPIN?", 5000},         {MC_SCRIPT_cereg, "AT+CEREG?", 9000},
        {MC_SCRIPT_sim_poll, "AT+CPIN?", 5000},    {MC_SCRIPT_cereg_poll, "AT+CEREG?", 9000},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++)
        assert_true(find_step(rows[i].script, rows[i].send)->timeout_ms >= rows[i].least_ms);
    assert_true(mc_scripts[MC_SCRIPT_dial].steps[0].timeout_ms >= 50000);
}

/* What may be missing without harm, what is sent blind, and what no trace may show. */
static void the_scripts_flags(void **state)
{
    static const struct {
        enum mc_script_id script;
        unsigned flags[6];
    } rows[] = {
        {MC_SCRIPT_greet, {MC_CHAT_OPTIONAL, MC_CHAT_OPTIONAL}},
        {MC_SCRIPT_flow_verify, {MC_CHAT_BARE}},
        {MC_SCRIPT_flow_undo, {MC_CHAT_LATE_OK | MC_CHAT_GUESS, 0}},
        {MC_SCRIPT_speed_undo, {MC_CHAT_LATE_OK | MC_CHAT_GUESS}},
        {MC_SCRIPT_identity, {MC_CHAT_BARE}},
        {MC_SCRIPT_firmware, {MC_CHAT_BARE | MC_CHAT_OPTIONAL, MC_CHAT_BARE | MC_CHAT_OPTIONAL}},
        {MC_SCRIPT_sim, {0}},
        {MC_SCRIPT_sim_tries, {MC_CHAT_OPTIONAL, MC_CHAT_OPTIONAL}},
        {MC_SCRIPT_sim_unlock, {MC_CHAT_SECRET}},
        {MC_SCRIPT_sim_identity, {MC_CHAT_BARE | MC_CHAT_OPTIONAL, MC_CHAT_OPTIONAL, MC_CHAT_BARE | MC_CHAT_OPTIONAL}},
        {MC_SCRIPT_pdp, {MC_CHAT_OPTIONAL, 0, MC_CHAT_OPTIONAL}},
        {MC_SCRIPT_pdp_write, {0, 0, MC_CHAT_SECRET, MC_CHAT_OPTIONAL, 0}},
        {MC_SCRIPT_radio_on, {MC_CHAT_OPTIONAL, 0}},
        {MC_SCRIPT_radio_cycle, {0, MC_CHAT_OPTIONAL, 0}},
        {MC_SCRIPT_cereg_urcs, {MC_CHAT_OPTIONAL, 0}},
        {MC_SCRIPT_signal, {MC_CHAT_OPTIONAL, MC_CHAT_OPTIONAL, MC_CHAT_OPTIONAL}},
        {MC_SCRIPT_dial, {MC_CHAT_DIALS}},
        {MC_SCRIPT_at, {MC_CHAT_GUESS}},
        {MC_SCRIPT_ath, {MC_CHAT_GUESS, MC_CHAT_OPTIONAL}},
        {MC_SCRIPT_reattach, {MC_CHAT_OPTIONAL, MC_CHAT_OPTIONAL}},
        {MC_SCRIPT_attach, {MC_CHAT_OPTIONAL}},
        {MC_SCRIPT_reset, {MC_CHAT_LATE_OK}},
        {MC_SCRIPT_peek, {MC_CHAT_OPTIONAL, MC_CHAT_OPTIONAL, MC_CHAT_OPTIONAL, MC_CHAT_OPTIONAL, MC_CHAT_OPTIONAL}},
        {MC_SCRIPT_online, {MC_CHAT_DIALS}},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++)
        for (size_t k = 0; k < mc_scripts[rows[i].script].n; k++)
            if (mc_scripts[rows[i].script].steps[k].flags != rows[i].flags[k])
                fail_msg("script %d, step %zu", (int)rows[i].script, k);
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
        cmocka_unit_test(every_step_has_its_row),
        cmocka_unit_test(every_row_ends_by_itself),
        cmocka_unit_test(every_way_leads_into_the_table),
        cmocka_unit_test(no_ring_without_a_decision),
        cmocka_unit_test(every_fault_has_a_ladder),
        cmocka_unit_test(states_fit_the_contract),
        cmocka_unit_test(every_script_fits_its_row),
        cmocka_unit_test(every_poll_may_be_lost),
        cmocka_unit_test(the_manual_s_times),
        cmocka_unit_test(the_scripts_flags),
        cmocka_unit_test(every_fault_can_be_said),
        cmocka_unit_test(every_other_row_has_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
