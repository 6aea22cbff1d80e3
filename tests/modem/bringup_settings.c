/* SPDX-License-Identifier: MIT */
/* Settings: what differs is written, between the radio's cycles and within the budgets; what does not is left alone. */
#include "bench.h"
#include "bringup_tests.h"

static const struct {
    const char *key, *value;
} changes[] = {{"apn", "other.example"}, {"user", "other"}, {"password", "other"}, {"type", "IPV6"}, {"auth", "0"}};

void any_wrong_setting_is_written_between_the_cycles(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(changes); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_board(b, "warm", changes[i].key, changes[i].value);
        bench_online(b);
        assert_int_equal(sim_board_counters(b->board)->cfun_cycles, 1);
        assert_string_equal(sim_board_call(b->board)->user, "sora");
        assert_string_equal(sim_board_call(b->board)->password, "sora");
        assert_string_equal(sim_board_call(b->board)->type, "IP");
        /* and now it is right: no second cycle */
        bench_inject(b, "no-carrier");
        mc_line_command(b->line);
        bench_online(b);
        assert_int_equal(sim_board_counters(b->board)->cfun_cycles, 1);
    }
}

/* A daemon that starts anew, with what the one before has kept of the modem. */
static void start_anew(struct bench *b)
{
    char kept[2048];
    bench_inject(b, "no-carrier");
    mc_line_command(b->line);
    assert_true(mc_facts_save(mc_bringup_facts(b->bringup), kept, sizeof(kept)) > 0);
    assert_null(strstr(kept, "password"));
    mc_facts_forget(mc_bringup_facts(b->bringup));
    assert_int_equal(mc_facts_load(mc_bringup_facts(b->bringup), kept), 0);
}

static void four_starts(struct bench *b, size_t row, unsigned cycles)
{
    for (int start = 0; start < 4; start++) {
        if (start > 0)
            start_anew(b);
        bench_online(b);
    }
    if (sim_board_counters(b->board)->cfun_cycles != cycles)
        fail_msg("row %zu: %u attaches in 4 starts", row, (unsigned)sim_board_counters(b->board)->cfun_cycles);
}

static const struct {
    const char *wanted_type, *read_type, *read_apn; /* what the modem says, whatever was written; "-" the same */
    unsigned cycles;                                /* over all starts */
} readings[] = {
    {"IP", "IP", "soracom.io.mnc010.mcc440.gprs", 0},
    {"IP", "IP", "soracom.io", 0},
    {"IPV4V6", "IP", "-", 1},
    {"IPV4V6", "IP", "soracom.io.mnc10.mcc440.gprs", 1},
    {"IP", "IP", "SORACOM.IO", 1},
    {"IP", "IP", "SORACOM.IO.mnc010.mcc440.gprs", 1},
    /* another APN is another APN, each time */
    {"IP", "IP", "soracom.io.example", 4},
    {"IP", "IP", "soracom.io.mnc010.mcc440", 4},
    {"IP", "IP", "other", 4},
};

void what_reads_back_otherwise_is_written_once(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(readings); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        mc_config_row_set(mc_config_row_find("PDP", "Type"), &b->settings, readings[i].wanted_type);
        bench_inject(b, "read-back %s %s", readings[i].read_type, readings[i].read_apn);
        four_starts(b, i, readings[i].cycles);
    }
}

static const struct {
    const char *answer; /* to AT+CGAUTH?, whatever was written */
    unsigned cycles;    /* over all starts */
} auth_readings[] = {
    {"+CGAUTH: 1,2,\"sora\",\"sora\"", 0},
    {"+CGAUTH: 1,2,\"sora\"", 1},
    {"+CGAUTH: 1,2,\"sora\",\"***\"", 1},
    {"+CGAUTH: 1,0", 1},
    {"+CGAUTH: 2,0", 1},
    /* another user is another hand's, each time */
    {"+CGAUTH: 1,2,\"else\",\"sora\"", 4},
};

void authentication_that_reads_back_otherwise_is_written_once(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(auth_readings); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_inject(b, "answer AT+CGAUTH? %s", auth_readings[i].answer);
        four_starts(b, i, auth_readings[i].cycles);
    }
}

/* ... and a password that was changed here is written, though the modem shows none. */
void a_changed_password_is_written_though_none_is_shown(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_inject(b, "answer AT+CGAUTH? +CGAUTH: 1,2,\"sora\"");
    for (int start = 0; start < 4; start++) {
        if (start > 0)
            start_anew(b);
        if (start == 2)
            mc_config_row_set(mc_config_row_find("PDP", "Password"), &b->settings, "new");
        bench_online(b);
        assert_int_equal(sim_board_counters(b->board)->cfun_cycles, start < 2 ? 1 : 2);
    }
}

/* The memory is of that modem, that SIM and those settings; and another reading than the first is another hand's. */
void what_others_changed_is_written_again(void **state)
{
    static const char *const changes_[] = {"another reading", "another SIM", "another setting", "a password"};
    for (size_t i = 0; i < MC_LENGTH_OF(changes_); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        mc_config_row_set(mc_config_row_find("PDP", "Type"), &b->settings, "IPV4V6");
        bench_inject(b, "read-back IP -");
        bench_online(b);
        start_anew(b);
        bench_online(b);
        assert_int_equal(sim_board_counters(b->board)->cfun_cycles, 1);
        start_anew(b);
        if (i == 0)
            bench_inject(b, "read-back IPV6 -");
        else if (i == 1)
            bench_inject(b, "sim-insert 8942310000000000099");
        else if (i == 2)
            mc_config_row_set(mc_config_row_find("PDP", "Type"), &b->settings, "IPV6");
        else
            mc_config_row_set(mc_config_row_find("PDP", "Password"), &b->settings, "new");
        bench_pass(b, 10000);
        bench_online(b);
        if (sim_board_counters(b->board)->cfun_cycles != 2)
            fail_msg("%s: %u attaches", changes_[i], (unsigned)sim_board_counters(b->board)->cfun_cycles);
    }
}

void a_spent_attach_budget_waits(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("cold");
    b->attach_wait_ms = 120000;
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
    assert_false(b->result.connected);
    assert_int_equal(b->result.wait_ms, 120000);
    assert_int_equal(bench_get(b, "cfun_cycles"), 0);
}

void a_spent_dial_budget_waits(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    b->dial_wait_ms = 90000;
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
    assert_false(b->result.connected);
    assert_int_equal(b->result.wait_ms, 90000);
    assert_int_equal(bench_get(b, "dials"), 0);
}

void without_pppd_nothing_is_dialled(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    b->dial_fault = MC_FAULT_PPPD_MISSING;
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_PPPD_MISSING);
    assert_int_equal(bench_get(b, "dials"), 0);
}

void refused_settings_bring_the_radio_back(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("cold");
    bench_inject(b, "refuse AT+CGDCONT=");
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_PDP_REFUSED);
    assert_int_equal(bench_get(b, "cfun"), 1);
}

void a_radio_that_was_off_is_switched_on(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    assert_int_equal(bench_walk(b, MC_STEP_RADIO_OFF), MC_FAULT_NONE);
    assert_int_equal(bench_get(b, "cfun"), 4);
    b->attaches = 0;
    bench_online(b);
    assert_int_equal(b->attaches, 1); /* an attach is an attach */
}

/* Somebody detached the modem, or a reattach broke off in its middle: it does not search by itself. */
void a_detached_modem_is_attached(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    sim_board_from_host(b->board, "AT+CGATT=0\r", 11);
    bench_pass(b, 3000);
    assert_int_equal(bench_get(b, "stat"), 0);
    bench_online(b);
    assert_true(bench_stepped(b, MC_STEP_REGISTER_ATTACH));
    assert_int_equal(b->attaches, 1);
}
