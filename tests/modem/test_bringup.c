/* SPDX-License-Identifier: MIT */
/* The sequence against the simulated board: cold, warm, with a PIN, with wrong settings, with what a bridge lacks, and
 * with every command refused, unanswered or answered in the wrong shape. */
#include "bench.h"

/* ---- the way up ---- */

static void report(const struct bench *b, const char *what)
{
    print_message("# %s: %llu commands executed, %llu written; %lld ms, of which the board's own %lld\n", what,
                  (unsigned long long)sim_board_counters(b->board)->commands,
                  (unsigned long long)mc_at_stats(mc_line_at(b->line))->commands,
                  (long long)(mc_timerq_now_ms(b->queue) - b->began_ms), (long long)sim_board_path_ms(b->board));
}

static void cold(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("cold");
    bench_online(b);
    report(b, "cold");
    assert_true(bench_stepped(b, MC_STEP_PDP_WRITE));
    assert_int_equal(sim_board_counters(b->board)->cfun_cycles, 1);
    assert_in_range(sim_board_counters(b->board)->commands, 10, 20);
    assert_int_equal(b->attaches, 1);
}

static void warm(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_online(b);
    report(b, "warm");
    assert_int_equal(sim_board_counters(b->board)->cfun_cycles, 0); /* unchanged settings keep the attach */
    assert_int_equal(sim_board_counters(b->board)->radio_off, 0);
    assert_int_equal(sim_board_counters(b->board)->writes, 0);
    assert_int_equal(b->attaches, 0);
    /* "Warm" is the daemon's restart: the cache knows the module and the SIM. */
    const struct mc_facts *facts = mc_bringup_facts(b->bringup);
    char cache[512];
    assert_true(mc_facts_save(facts, cache, sizeof(cache)) > 0);
    _cleanup_bench_ struct bench *again = bench_new("warm");
    mc_facts_load(mc_bringup_facts(again->bringup), cache);
    bench_online(again);
    report(again, "warm, after a restart");
    assert_in_range(sim_board_counters(again->board)->commands, 5, 12);
}

/* The next dial of the same session: what cannot have changed is not asked again. */
static void redial(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_online(b);
    bench_inject(b, "no-carrier");
    mc_line_command(b->line);
    uint64_t before = sim_board_counters(b->board)->commands;
    assert_int_equal(bench_walk(b, MC_STEP_CHECK), MC_FAULT_NONE);
    assert_true(b->result.connected);
    assert_in_range(sim_board_counters(b->board)->commands - before, 2, 6);
}

static void facts_of_the_board(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_online(b);
    const struct mc_facts *f = mc_bringup_facts(b->bringup);
    assert_string_equal(f->model, "SIM7672JP-MNGV");
    assert_string_equal(f->revision, "V1.9.05");
    assert_string_equal(f->firmware, "2374B05SIM767XM5A_M");
    assert_string_equal(f->imei, "869850000000430");
    assert_string_equal(f->iccid, "8942310000000000012");
    assert_string_equal(f->imsi, "901310000000001");
    assert_string_equal(f->cpin, "READY");
    assert_string_equal(f->plmn, "44010");
    assert_int_equal(f->stat, 5);
    assert_int_equal(f->band, 28);
    assert_int_equal(f->flow, MC_FLOW_RTSCTS);
    assert_int_equal(f->baud, 115200);
    assert_true(f->echo);
    assert_string_equal(f->context.apn, "soracom.io");
    assert_true(f->auth_same);
}

static void secrets_are_not_traced(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("cold sim-pin=7391");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
    mc_config_row_set(mc_config_row_find("PDP", "Password"), &b->settings, "geheim");
    bench_online(b);
    assert_non_null(strstr(b->sent, "AT+CPIN="));
    assert_non_null(strstr(b->sent, "AT+CGAUTH="));
    assert_null(strstr(b->sent, "7391"));
    assert_null(strstr(b->sent, "geheim"));
}

/* ---- settings ---- */

static const struct {
    const char *key, *value;
} changes[] = {{"apn", "other.example"}, {"user", "other"}, {"password", "other"}, {"type", "IPV6"}, {"auth", "0"}};

static void any_wrong_setting_is_written_between_the_cycles(void **state)
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

static void a_spent_attach_budget_waits(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("cold");
    b->attach_wait_ms = 120000;
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
    assert_false(b->result.connected);
    assert_int_equal(b->result.wait_ms, 120000);
    assert_int_equal(bench_get(b, "cfun_cycles"), 0);
}

static void a_spent_dial_budget_waits(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    b->dial_wait_ms = 90000;
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
    assert_false(b->result.connected);
    assert_int_equal(b->result.wait_ms, 90000);
    assert_int_equal(bench_get(b, "dials"), 0);
}

static void without_pppd_nothing_is_dialled(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    b->dial_fault = MC_FAULT_PPPD_MISSING;
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_PPPD_MISSING);
    assert_int_equal(bench_get(b, "dials"), 0);
}

static void refused_settings_bring_the_radio_back(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("cold");
    bench_inject(b, "refuse AT+CGDCONT=");
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_PDP_REFUSED);
    assert_int_equal(bench_get(b, "cfun"), 1);
}

static void a_radio_that_was_off_is_switched_on(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    assert_int_equal(bench_walk(b, MC_STEP_RADIO_OFF), MC_FAULT_NONE);
    assert_int_equal(bench_get(b, "cfun"), 4);
    b->attaches = 0;
    bench_online(b);
    assert_int_equal(b->attaches, 1); /* an attach is an attach */
}

/* Somebody detached the modem, or a reattach broke off in its middle: it does not search by itself. */
static void a_detached_modem_is_attached(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    sim_board_from_host(b->board, "AT+CGATT=0\r", 11);
    bench_pass(b, 3000);
    assert_int_equal(bench_get(b, "stat"), 0);
    bench_online(b);
    assert_true(bench_stepped(b, MC_STEP_REGISTER_ATTACH));
    assert_int_equal(b->attaches, 1);
}

/* ---- the line ---- */

static void no_rts_cts_on_the_bridge(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm no-flow");
    bench_online(b);
    assert_true(bench_stepped(b, MC_STEP_FLOW_UNDO));
    assert_non_null(strstr(b->notes, "flow control given up"));
    assert_true(mc_bringup_facts(b->bringup)->flow_refused);
    bench_inject(b, "no-carrier");
    mc_line_command(b->line);
    bench_online(b); /* and it is not tried again */
    assert_false(bench_stepped(b, MC_STEP_FLOW_SET));
}

static void a_faster_line(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    b->settings.modem.baud_rate = 460800;
    bench_online(b);
    assert_int_equal(bench_get(b, "baud"), 460800);
    assert_int_equal(mc_bringup_facts(b->bringup)->baud, 460800);
    bench_inject(b, "no-carrier");
    mc_line_command(b->line);
    bench_online(b);
    assert_false(bench_stepped(b, MC_STEP_SPEED_SET));
}

/* The modem says OK and is then not to be understood at that speed. */
static void a_speed_that_does_not_work(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    b->settings.modem.baud_rate = 460800;
    b->deaf_at = 460800;
    bench_online(b);
    assert_true(bench_stepped(b, MC_STEP_SPEED_UNDO));
    assert_true(mc_bringup_facts(b->bringup)->speed_refused);
    assert_int_equal(bench_get(b, "baud"), 115200);
    assert_non_null(strstr(b->notes, "does not work on this line"));
    bench_inject(b, "no-carrier");
    mc_line_command(b->line);
    bench_online(b);
    assert_false(bench_stepped(b, MC_STEP_SPEED_SET));
}

/* ---- everything that can be answered is answered badly ---- */

/* Every command of the longest way up: PIN, wrong settings, another speed. */
static const char *const commands[] = {
    "AT",        "AT+CMEE",     "ATE",        "AT+IFC?",   "AT+IFC=",     "AT+IPR?",    "AT+IPR=",
    "ATI",       "AT+CGMR",     "AT+CGSN",    "AT+CPIN?",  "AT+CICCID",   "AT+SPIC",    "AT+CPIN=",
    "AT+CIMI",   "AT+CGDCONT?", "AT+CGAUTH?", "AT+CFUN=4", "AT+CGDCONT=", "AT+CGAUTH=", "AT+CFUN=1",
    "AT+CEREG=", "AT+CEREG?",   "AT+CPSI?",   "AT+CSQ",    "ATD",         "AT+CFUN?",   "*",
};

static void every_command_badly(const char *how)
{
    for (size_t i = 0; i < MC_LENGTH_OF(commands); i++)
        for (int times = 1; times <= 3; times += 2) {
            _cleanup_bench_ struct bench *b = bench_new("cold sim-pin=7391");
            mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
            b->settings.modem.baud_rate = 460800;
            if (times == 3)
                bench_inject(b, "%s %s", how, commands[i]);
            else
                bench_inject(b, "%s %s 1", how, commands[i]);
            b->what = commands[i];
            enum mc_fault fault = bench_walk(b, MC_STEP_FIND); /* ends within the sum of the deadlines, or fails */
            if (fault == MC_FAULT_NONE && !b->result.connected)
                fail_msg("%s %s: neither a fault nor a call", how, commands[i]);
            if (fault == MC_FAULT_INTERNAL)
                fail_msg("%s %s: %s", how, commands[i], b->result.detail);
            if (fault != MC_FAULT_NONE && !*b->result.detail)
                fail_msg("%s %s: %s without a reason", how, commands[i], mc_fault_info(fault)->code);
            assert_int_equal(bench_get(b, "dials_forbidden"), 0);
            assert_true(sim_board_counters(b->board)->pin_attempts <= 1);
        }
}

static void an_error_to_anything(void **state)
{
    every_command_badly("refuse");
}

static void silence_to_anything(void **state)
{
    every_command_badly("silence");
}

static void the_wrong_shape_of_anything(void **state)
{
    every_command_badly("malform");
}

/* What only informs may fail without stopping the link. */
static void what_is_not_needed_stops_nothing(void **state)
{
    static const char *const spare[] = {"AT+CMEE", "AT+CGMR", "AT+CGSN",   "AT+CICCID", "AT+CIMI",
                                        "AT+CPSI", "AT+CSQ",  "AT+CEREG=", "AT+CGAUTH?"};
    static const char *const how[] = {"refuse", "silence", "malform"};
    for (size_t i = 0; i < MC_LENGTH_OF(spare); i++)
        for (size_t j = 0; j < MC_LENGTH_OF(how); j++) {
            _cleanup_bench_ struct bench *b = bench_new("warm");
            bench_inject(b, "%s %s", how[j], spare[i]);
            enum mc_fault fault = bench_walk(b, MC_STEP_FIND);
            if (fault != MC_FAULT_NONE)
                fail_msg("%s %s: %s (%s)", how[j], spare[i], mc_fault_info(fault)->code, b->result.detail);
            assert_true(b->result.connected);
        }
}

static const struct {
    const char *inject;
    enum mc_fault fault;
} dials[] = {
    {"dial-reject no-carrier", MC_FAULT_DIAL_NO_CARRIER},
    {"dial-reject error", MC_FAULT_DIAL_REFUSED},
    {"dial-reject silence", MC_FAULT_DIAL_TIMEOUT},
    {"dial-reject 537", MC_FAULT_NETWORK_BACKOFF},
    {"dial-reject 127", MC_FAULT_APN_REJECTED},
    {"dial-reject 128", MC_FAULT_PDP_TYPE_REJECTED},
    {"dial-reject 149", MC_FAULT_AUTH_REJECTED},
    {"dial-reject 129", MC_FAULT_AUTH_REJECTED},
    {"dial-reject 133", MC_FAULT_NOT_SUBSCRIBED},
    {"dial-reject 126", MC_FAULT_CONGESTION},
    {"dial-reject 10", MC_FAULT_SIM_ABSENT},
    {"dial-reject 999", MC_FAULT_DIAL_REFUSED},
};

static void every_answer_to_a_dial_has_its_fault(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(dials); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_inject(b, "%s", dials[i].inject);
        enum mc_fault fault = bench_walk(b, MC_STEP_FIND);
        if (fault != dials[i].fault)
            fail_msg("%s: %s (%s)", dials[i].inject, mc_fault_info(fault)->code, b->result.detail);
        assert_int_equal(bench_get(b, "dials"), 1); /* the sequence itself never dials twice */
        assert_int_equal(mc_line_owner(b->line), MC_LINE_OWNER_AT);
    }
}

/* What the modem says while the signal is read counts for the dial. */
static void registration_lost_before_the_dial(void **state)
{
    static const char *const news[] = {"say +CEREG: 2", "sim-remove"};
    static const enum mc_fault faults[] = {MC_FAULT_REGISTRATION_LOST, MC_FAULT_SIM_ABSENT};
    for (size_t i = 0; i < MC_LENGTH_OF(news); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_inject(b, "late AT+CPSI 3000 1");
        mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
        while (mc_bringup_step(b->bringup) != MC_STEP_SIGNAL)
            bench_pass(b, 1);
        bench_pass(b, 1000);
        bench_inject(b, "%s", news[i]);
        bench_pass(b, 20000);
        assert_true(b->done);
        assert_int_equal(b->result.fault, faults[i]);
        assert_int_equal(bench_get(b, "dials"), 0);
    }
}

static const struct {
    int stat;
    enum mc_fault fault;
} stats[] = {
    {2, MC_FAULT_NOT_REGISTERED},
    {3, MC_FAULT_REGISTRATION_DENIED},
    {4, MC_FAULT_NOT_REGISTERED},
    {6, MC_FAULT_REGISTRATION_LIMITED},
    {8, MC_FAULT_REGISTRATION_LIMITED},
    {11, MC_FAULT_REGISTRATION_LIMITED},
    {90, MC_FAULT_NOT_REGISTERED},
    {99, MC_FAULT_NOT_REGISTERED},
    {1, MC_FAULT_NONE},
    {5, MC_FAULT_NONE},
};

static void every_registration_has_its_fault(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(stats); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm searching");
        bench_inject(b, "register %d", stats[i].stat);
        enum mc_fault fault = bench_walk(b, MC_STEP_FIND);
        if (fault != stats[i].fault)
            fail_msg("stat %d: %s (%s)", stats[i].stat, mc_fault_info(fault)->code, b->result.detail);
        assert_int_equal(bench_get(b, "dials_forbidden"), 0);
        assert_int_equal(b->result.connected, stats[i].fault == MC_FAULT_NONE);
    }
}

/* ---- the end of a call, remedies, verbs ---- */

static void end_call(struct bench *b)
{
    sim_board_peer_hangup(b->board); /* pppd's LCP Terminate-Request */
    mc_line_command(b->line);
}

static void the_end_of_a_call(void **state)
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

static void a_call_that_cannot_be_ended(void **state)
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

static void remedies_go_on_to_a_call(void **state)
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

static void verbs_end_where_they_say(void **state)
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
static void a_dial_is_called_off(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_inject(b, "dial-reject silence 1");
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_DIAL_TIMEOUT);
    assert_true(bench_stepped(b, MC_STEP_DIAL_ABORT));
}

/* The host slept through an escape: its deadline comes before its second guard time. */
static void suspended_in_an_escape(void **state)
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
static void cancelled_at_any_moment(void **state)
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

static int every_step_was_walked(void **state)
{
    int missing = 0;
    for (int step = MC_STEP_FIND; step < MC_STEP_COUNT; step++)
        if (!bench_walked[step]) {
            print_error("no test reaches %s\n", mc_bringup_table[step].name);
            missing++;
        }
    return missing ? -1 : 0;
}

static void every_step_is_reachable(void **state)
{
    assert_int_equal(every_step_was_walked(state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cold),
        cmocka_unit_test(warm),
        cmocka_unit_test(redial),
        cmocka_unit_test(facts_of_the_board),
        cmocka_unit_test(secrets_are_not_traced),
        cmocka_unit_test(any_wrong_setting_is_written_between_the_cycles),
        cmocka_unit_test(a_spent_attach_budget_waits),
        cmocka_unit_test(a_spent_dial_budget_waits),
        cmocka_unit_test(without_pppd_nothing_is_dialled),
        cmocka_unit_test(refused_settings_bring_the_radio_back),
        cmocka_unit_test(a_radio_that_was_off_is_switched_on),
        cmocka_unit_test(a_detached_modem_is_attached),
        cmocka_unit_test(no_rts_cts_on_the_bridge),
        cmocka_unit_test(a_faster_line),
        cmocka_unit_test(a_speed_that_does_not_work),
        cmocka_unit_test(an_error_to_anything),
        cmocka_unit_test(silence_to_anything),
        cmocka_unit_test(the_wrong_shape_of_anything),
        cmocka_unit_test(what_is_not_needed_stops_nothing),
        cmocka_unit_test(every_answer_to_a_dial_has_its_fault),
        cmocka_unit_test(every_registration_has_its_fault),
        cmocka_unit_test(registration_lost_before_the_dial),
        cmocka_unit_test(the_end_of_a_call),
        cmocka_unit_test(a_call_that_cannot_be_ended),
        cmocka_unit_test(remedies_go_on_to_a_call),
        cmocka_unit_test(verbs_end_where_they_say),
        cmocka_unit_test(a_dial_is_called_off),
        cmocka_unit_test(suspended_in_an_escape),
        cmocka_unit_test(cancelled_at_any_moment),
        cmocka_unit_test(every_step_is_reachable), /* last: it looks at what the others walked */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
