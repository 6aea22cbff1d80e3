/* SPDX-License-Identifier: MIT */
/* The sequence against the simulated board: the way up, cold and warm, and the list of all its tests. */
#include "bench.h"
#include "bringup_tests.h"

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
    assert_in_range(sim_board_counters(b->board)->commands, 5, 12); /* also on a gateway that never saw this board */
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

static void same_facts(const struct bench *b)
{
    const struct mc_facts *f = mc_bringup_facts(b->bringup);
    assert_string_equal(f->iccid, "8942310000000000012");
    assert_string_equal(f->imsi, "901310000000001");
    assert_string_equal(f->context.apn, "soracom.io");
    assert_true(f->context_known && f->auth_known && f->auth_same);
    assert_int_equal(sim_board_counters(b->board)->cfun_cycles, 0);
}

/* A modem that takes one command a line, and says so or keeps silent about the rest: asked singly, and the next time at
 * once. */
static void one_command_a_line(void **state)
{
    static const char *const how[] = {"none", "first"};
    for (size_t i = 0; i < MC_LENGTH_OF(how); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_inject(b, "set joined-commands %s", how[i]);
        bench_online(b);
        same_facts(b);
        assert_non_null(strchr(b->sent, ';'));
        assert_in_range(sim_board_counters(b->board)->commands, 5, 15);
        bench_inject(b, "no-carrier");
        mc_line_command(b->line);
        mc_bringup_facts(b->bringup)->imsi[0] = '\0';
        bench_online(b);
        same_facts(b);
        assert_null(strchr(b->sent, ';'));
    }
}

/* What fails of two on one line costs the other nothing. */
static void half_a_line_fails(void **state)
{
    static const char *const how[] = {"refuse", "malform", "silence"};
    static const char *const commands[] = {"AT+CICCID", "AT+CIMI", "AT+CGDCONT?", "AT+CGAUTH?"};
    for (size_t i = 0; i < MC_LENGTH_OF(how) * MC_LENGTH_OF(commands); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_inject(b, "%s %s 1", how[i % MC_LENGTH_OF(how)], commands[i / MC_LENGTH_OF(how)]);
        bench_online(b);
        same_facts(b);
    }
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
        cmocka_unit_test(one_command_a_line),
        cmocka_unit_test(half_a_line_fails),
        cmocka_unit_test(redial),
        cmocka_unit_test(facts_of_the_board),
        cmocka_unit_test(secrets_are_not_traced),
        cmocka_unit_test(any_wrong_setting_is_written_between_the_cycles),
        cmocka_unit_test(what_reads_back_otherwise_is_written_once),
        cmocka_unit_test(what_others_changed_is_written_again),
        cmocka_unit_test(authentication_that_reads_back_otherwise_is_written_once),
        cmocka_unit_test(a_changed_password_is_written_though_none_is_shown),
        cmocka_unit_test(a_spent_attach_budget_waits),
        cmocka_unit_test(a_spent_dial_budget_waits),
        cmocka_unit_test(without_pppd_nothing_is_dialled),
        cmocka_unit_test(refused_settings_bring_the_radio_back),
        cmocka_unit_test(a_radio_that_was_off_is_switched_on),
        cmocka_unit_test(a_detached_modem_is_attached),
        cmocka_unit_test(no_rts_cts_on_the_bridge),
        cmocka_unit_test(flow_control_that_is_refused),
        cmocka_unit_test(a_modem_is_no_python_prompt),
        cmocka_unit_test(a_call_in_the_multiplexer),
        cmocka_unit_test(firmware_is_asked_whether_it_can),
        cmocka_unit_test(no_multiplexer_is_no_harm),
        cmocka_unit_test(a_mishap_is_no_proof),
        cmocka_unit_test(a_channel_that_answers_nothing),
        cmocka_unit_test(a_card_that_answers_nowhere),
        cmocka_unit_test(it_starts_anew_at_cmux),
        cmocka_unit_test(another_firmware_is_asked_anew),
        cmocka_unit_test(a_lost_ua_is_asked_for_again),
        cmocka_unit_test(a_hang_up_in_the_multiplexer),
        cmocka_unit_test(a_slow_channel_is_waited_for),
        cmocka_unit_test(the_multiplexer_is_left_in_order),
        cmocka_unit_test(found_in_the_multiplexer),
        cmocka_unit_test(other_settings_leave_the_multiplexer),
        cmocka_unit_test(a_held_channel_goes_on),
        cmocka_unit_test(a_faster_line),
        cmocka_unit_test(a_speed_that_does_not_work),
        cmocka_unit_test(a_faster_line_without_an_identity),
        cmocka_unit_test(a_speed_that_loses_bytes),
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
        cmocka_unit_test(a_call_that_nobody_has_is_hung_up),
        cmocka_unit_test(suspended_in_an_escape),
        cmocka_unit_test(a_look_during_a_call),
        cmocka_unit_test(another_firmware_looks_anew),
        cmocka_unit_test(cancelled_at_any_moment),
        cmocka_unit_test(every_step_is_reachable), /* last: it looks at what the others walked */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
