/* SPDX-License-Identifier: MIT */
/* The end of a call, remedies, verbs, and a walk that is cut short. */
#include "bench.h"
#include "bringup_tests.h"

static void end_call(struct bench *b)
{
    sim_board_peer_hangup(b->board); /* pppd's LCP Terminate-Request */
    mc_line_command(b->line);
}

void the_end_of_a_call(void **state)
{
    static const struct {
        const char *presets, *inject;
        enum mc_fault fault;
    } ends[] = {
        {"warm", NULL, MC_FAULT_NONE},
        {"warm chatty", NULL, MC_FAULT_NONE},
        {"warm quiet-end", NULL, MC_FAULT_NONE},
        {"warm", "hang-on-hangup on", MC_FAULT_NONE},        /* +++ and ATH */
        {"warm", "set latency.hangup 15000", MC_FAULT_NONE}, /* 20 s may pass: MODEM.md */
    };
    for (size_t i = 0; i < MC_LENGTH_OF(ends); i++) {
        _cleanup_bench_ struct bench *b = bench_new(ends[i].presets);
        if (ends[i].inject)
            bench_inject(b, "%s", ends[i].inject);
        bench_online(b);
        end_call(b);
        enum mc_fault fault = bench_walk(b, MC_STEP_HANGUP_WAIT);
        if (fault != ends[i].fault)
            fail_msg("row %zu: %s (%s)", i, mc_fault_info(fault)->code, b->result.detail);
        assert_int_equal(bench_get(b, "stat"), 5); /* the attach stays */
        assert_int_equal(sim_board_counters(b->board)->radio_off, 0);
        assert_int_equal(bench_walk(b, MC_STEP_CHECK), MC_FAULT_NONE);
        assert_true(b->result.connected);
    }
}

void a_call_that_cannot_be_ended(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_online(b);
    bench_inject(b, "hang-on-hangup on");
    bench_inject(b, "ignore-escapes");
    end_call(b);
    enum mc_fault fault = bench_walk(b, MC_STEP_HANGUP_WAIT);
    if (fault != MC_FAULT_STUCK_IN_DATA)
        fail_msg("%s (%s)", mc_fault_info(fault)->code, b->result.detail);
}

void remedies_go_on_to_a_call(void **state)
{
    static const enum mc_step remedies[] = {MC_STEP_REATTACH, MC_STEP_RADIO_CYCLE, MC_STEP_RADIO_ON, MC_STEP_RESET};
    for (size_t i = 0; i < MC_LENGTH_OF(remedies); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_online(b);
        bench_inject(b, "no-carrier");
        mc_line_command(b->line);
        enum mc_fault fault = bench_walk(b, remedies[i]);
        if (fault != MC_FAULT_NONE)
            fail_msg("%s: %s (%s)", mc_bringup_table[remedies[i]].name, mc_fault_info(fault)->code, b->result.detail);
        assert_true(b->result.connected);
        assert_int_equal(sim_board_counters(b->board)->dials_forbidden, 0);
    }
}

void verbs_end_where_they_say(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    mc_bringup_stop_before_dial(b->bringup, true);
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
    assert_false(b->result.connected);
    assert_int_equal(bench_get(b, "dials"), 0);
    assert_int_equal(bench_walk(b, MC_STEP_SAMPLE), MC_FAULT_NONE);
    assert_int_equal(mc_bringup_facts(b->bringup)->temperature_c, 23);
    assert_int_equal(mc_bringup_facts(b->bringup)->supply_mv, 3978);
    assert_int_equal(bench_walk(b, MC_STEP_RADIO_OFF), MC_FAULT_NONE);
    assert_int_equal(bench_get(b, "cfun"), 4);
    assert_int_equal(bench_walk(b, MC_STEP_POWER_OFF), MC_FAULT_NONE);
    bench_pass(b, 10000);
    assert_int_equal(bench_get(b, "power_offs"), 1);
}

/* A dial that a person calls off: any character ends it. */
void a_dial_is_called_off(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_inject(b, "dial-reject silence 1");
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_DIAL_TIMEOUT);
    assert_true(bench_stepped(b, MC_STEP_DIAL_ABORT));
}

/* An ATH that was lost, or one that was never said because the AT before it met rubbish in the modem's buffer: the
 * modem is in command mode and holds its call, and refuses each dial until somebody hangs it up. */
void a_call_that_nobody_has_is_hung_up(void **state)
{
    static const struct {
        const char *inject;
        unsigned refused;
    } rows[] = {{"silence ATH 1", 1}, {"refuse AT 3", 0}};
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_online(b);
        bench_inject(b, "%s", rows[i].inject);
        assert_int_equal(bench_walk(b, MC_STEP_HANGUP_ESCAPE), MC_FAULT_NONE);
        for (unsigned n = 0; n < rows[i].refused; n++)
            assert_int_equal(bench_walk(b, MC_STEP_CHECK), MC_FAULT_DIAL_REFUSED);
        assert_int_equal(bench_walk(b, MC_STEP_CHECK), MC_FAULT_NONE);
        assert_true(b->result.connected);
    }
}

/* The host slept through an escape: its deadline comes before its second guard time. */
void suspended_in_an_escape(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_online(b);
    b->done = false;
    mc_bringup_start(b->bringup, MC_STEP_HANGUP_ESCAPE, 0);
    mc_timerq_advance(b->queue, mc_timerq_now_ms(b->queue) + 3600000);
    bench_pass(b, 60000);
    assert_true(b->done);
    assert_int_equal(b->result.fault, MC_FAULT_STUCK_IN_DATA);
}

/* Cancelled anywhere, the machine is at rest: no timer of its own, no call back, and ready to walk again. */
void cancelled_at_any_moment(void **state)
{
    for (int64_t at_ms = 0; at_ms < 40000; at_ms += 97) {
        _cleanup_bench_ struct bench *b = bench_new("cold sim-pin=7391");
        mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
        mc_bringup_start(b->bringup, MC_STEP_FIND, 30000);
        bench_pass(b, at_ms);
        if (b->done)
            break;
        mc_bringup_cancel(b->bringup);
        bench_pass(b, 100000);
        assert_false(b->done);
        bench_online(b);
        assert_true(sim_board_counters(b->board)->pin_attempts <= 1);
    }
}
