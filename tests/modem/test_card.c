/* SPDX-License-Identifier: MIT */
/* The SIM: its PIN is entered once, with tries to spare, and what forbids a dial forbids it. */
#include "bench.h"

static void pin_is_entered_once(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm sim-pin=7391");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
    bench_online(b);
    assert_int_equal(sim_board_counters(b->board)->pin_attempts, 1);
    assert_int_equal(b->pins, 1);
    assert_string_equal(b->pin_results, "+|");
}

/* What SPIC said last week does not count: the tries may be spent since. */
static void tries_are_never_remembered(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm sim-pin=7391");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
    mc_bringup_facts(b->bringup)->pin_tries = 3;
    memcpy(mc_bringup_facts(b->bringup)->iccid, "8942319999999999999", 20);
    bench_inject(b, "refuse AT+SPIC");
    bench_inject(b, "refuse AT+CICCID");
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_SIM_PIN_SPENT);
    assert_int_equal(sim_board_counters(b->board)->pin_attempts, 0);
    assert_string_equal(mc_bringup_facts(b->bringup)->iccid, "");
}

/* OK comes, and the card is ready only later: no reason to believe the PIN wrong. */
static void a_slow_card_is_waited_for(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm sim-pin=7391");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
    bench_inject(b, "malform AT+CPIN=7391"); /* says OK and does nothing */
    bench_inject(b, "malform AT+CPIN=\"7391");
    mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
    while (mc_bringup_step(b->bringup) != MC_STEP_SIM_READY)
        bench_pass(b, 10);
    bench_pass(b, 5000);
    assert_int_equal(mc_bringup_step(b->bringup), MC_STEP_SIM_READY);
    bench_inject(b, "forgive");
    bench_inject(b, "set pin-required no");
    bench_inject(b, "sim-insert");
    bench_pass(b, 20000);
    assert_true(b->done);
    if (!b->result.connected)
        fail_msg("%s (%s), after %s", mc_fault_info(b->result.fault)->code, b->result.detail, b->sent);
    assert_int_equal(b->pins, 1);
}

static void wrong_pin_is_told(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm sim-pin=7391");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "1111");
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(sim_board_counters(b->board)->pin_wrong, 1);
    assert_string_equal(b->pin_results, "-|");
    assert_int_equal(bench_get(b, "dials"), 0);
}

static const struct {
    const char *presets, *inject, *pin;
    enum mc_fault fault;
} sims[] = {
    {"warm no-sim", NULL, "", MC_FAULT_SIM_ABSENT},
    {"warm no-sim", "set absent-style text", "", MC_FAULT_SIM_ABSENT},
    {"warm", "pin-lock 1234 3", "", MC_FAULT_SIM_PIN_MISSING},
    {"warm", "pin-lock 1234 1", "1234", MC_FAULT_SIM_PIN_SPENT},
    {"warm", "puk-lock", "1234", MC_FAULT_SIM_PUK},
};

static void sims_that_forbid_a_dial(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(sims); i++) {
        _cleanup_bench_ struct bench *b = bench_new(sims[i].presets);
        if (sims[i].inject)
            bench_inject(b, "%s", sims[i].inject);
        mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, sims[i].pin);
        b->pin_fault = *sims[i].pin ? MC_FAULT_NONE : MC_FAULT_SIM_PIN_MISSING;
        enum mc_fault fault = bench_walk(b, MC_STEP_FIND);
        if (fault != sims[i].fault)
            fail_msg("row %zu: %s (%s)", i, mc_fault_info(fault)->code, b->result.detail);
        assert_int_equal(bench_get(b, "dials"), 0);
        assert_int_equal(bench_get(b, "pin_attempts"), 0);
        assert_true(strlen(b->result.detail) > 0);
    }
}

/* Locked while the modem searches: entered again at once, not after the search. */
static void locked_while_searching(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm searching");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
    mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
    while (mc_bringup_step(b->bringup) != MC_STEP_REGISTER_WAIT)
        bench_pass(b, 100);
    bench_inject(b, "pin-lock 7391");
    bench_pass(b, 2000);
    assert_int_equal(sim_board_counters(b->board)->pin_attempts, 1);
    bench_inject(b, "register 5");
    bench_pass(b, 60000);
    assert_true(b->done && b->result.connected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pin_is_entered_once),       cmocka_unit_test(tries_are_never_remembered),
        cmocka_unit_test(a_slow_card_is_waited_for), cmocka_unit_test(wrong_pin_is_told),
        cmocka_unit_test(locked_while_searching),    cmocka_unit_test(sims_that_forbid_a_dial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
