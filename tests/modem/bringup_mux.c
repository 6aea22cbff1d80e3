/* SPDX-License-Identifier: MIT */
/* The sequence and the multiplexer: in, out, and never worse than without. */
#include "bench.h"
#include "bringup_tests.h"
#include <microcat/at/engine.h>

static struct bench *muxing(const char *presets, const char *key, const char *value)
{
    struct bench *b = bench_new(presets);
    if (key)
        bench_board(b, presets, key, value);
    b->settings.modem.multiplex = MC_MULTIPLEX_AUTO;
    return b;
}

static void on_answer(void *ctx, const struct mc_at_answer *answer)
{
    *(int *)ctx = (int)answer->result;
}

static int ask(struct bench *b, const char *text)
{
    int result = -1;
    const struct mc_at_command command = {.text = text, .timeout_ms = 2000};
    assert_int_equal(mc_at_send(mc_line_at(b->line), &command, on_answer, &result), 0);
    bench_pass(b, 3000);
    return result;
}

static const char *const styles[] = {"sim7670", "sim7670g", "a7670", "sim7600"};

/* Every style, warm and cold: a call, and AT beside it. */
void a_call_in_the_multiplexer(void **state)
{
    for (size_t i = 0; i < 2 * MC_LENGTH_OF(styles); i++) {
        _cleanup_bench_ struct bench *b = muxing(i % 2 ? "cold" : "warm", "mux-style", styles[i / 2]);
        unsigned before = (unsigned)sim_board_counters(b->board)->commands;
        b->what = styles[i / 2];
        bench_online(b);
        assert_true(mc_line_muxed(b->line));
        assert_int_equal(mc_line_mux_n1(b->line), 256);
        assert_false(bench_stepped(b, MC_STEP_MUX_ASK)); /* the firmware's name was enough */
        if (sim_board_counters(b->board)->commands - before > (i % 2 ? 20 : 12))
            fail_msg("%s", b->sent);
        assert_int_equal(ask(b, "AT+CSQ"), MC_AT_OK);
        assert_string_equal(mc_bringup_mux_why(b->bringup), "");
    }
}

/* Older firmware is asked first. */
void firmware_is_asked_whether_it_can(void **state)
{
    static const char *const names[] = {"2363B05SIM767XM5A_M", "A011B07", "12345B", "2374"};
    for (size_t i = 0; i < MC_LENGTH_OF(names); i++) {
        _cleanup_bench_ struct bench *b = muxing("warm", "firmware", names[i]);
        bench_online(b);
        assert_true(bench_stepped(b, MC_STEP_MUX_ASK));
        assert_true(mc_line_muxed(b->line));
    }
}

static void again(struct bench *b)
{
    bench_inject(b, "no-carrier");
    mc_line_command(b->line);
    bench_online(b);
}

/* No multiplexer, or one that says OK and is none: the plain line goes on, at most 1.5 s late, and it is asked once, or
 * three times. */
void no_multiplexer_is_no_harm(void **state)
{
    static const struct {
        const char *cmux, *why;
        unsigned asked;
    } boards[] = {{"none", "refused", 1}, {"lies", "no-answer", 3}};
    for (size_t i = 0; i < MC_LENGTH_OF(boards); i++) {
        _cleanup_bench_ struct bench *plain = bench_new("warm"), *b = muxing("warm", "cmux", boards[i].cmux);
        bench_online(plain);
        bench_online(b);
        int64_t plain_ms = mc_timerq_now_ms(plain->queue) - plain->began_ms;
        int64_t took_ms = mc_timerq_now_ms(b->queue) - b->began_ms;
        assert_in_range(took_ms, plain_ms, plain_ms + 1500);
        assert_false(mc_line_muxed(b->line));
        for (unsigned asked = 1; asked < boards[i].asked; asked++) {
            assert_string_equal(mc_bringup_mux_why(b->bringup), "");
            again(b);
            assert_true(bench_stepped(b, MC_STEP_MUX_SET));
            assert_false(mc_line_muxed(b->line));
        }
        assert_string_equal(mc_bringup_mux_why(b->bringup), boards[i].why);
        again(b);
        assert_false(bench_stepped(b, MC_STEP_MUX_SET));
        b->settings.modem.multiplex = MC_MULTIPLEX_YES; /* asks all the same */
        again(b);
        assert_true(bench_stepped(b, MC_STEP_MUX_SET));
    }
}

/* No OK to AT+CMUX is a mishap, and one that is met in CMUX has a multiplexer: nothing is held against them. */
void a_mishap_is_no_proof(void **state)
{
    static const char *const mishaps[] = {"silence AT+CMUX 1", "mux-forget-ua 3"};
    for (size_t i = 0; i < MC_LENGTH_OF(mishaps); i++) {
        _cleanup_bench_ struct bench *b = muxing("warm", NULL, NULL);
        b->what = mishaps[i];
        bench_inject(b, "%s", mishaps[i]);
        bench_online(b);
        assert_false(mc_line_muxed(b->line));
        assert_int_equal(b->mux_failed, 0);
        if (!strstr(b->notes, "|mux-failed unsteady|"))
            fail_msg("%s: %s", mishaps[i], b->notes);
        again(b);
        assert_true(mc_line_muxed(b->line));
    }
}

/* A DLC that begins with what somebody saved: the plain line, on which ATQ0V1 helps, in the same walk. */
void a_channel_that_answers_nothing(void **state)
{
    static const char *const results[] = {"digits", "none"};
    for (size_t i = 0; i < MC_LENGTH_OF(results); i++) {
        _cleanup_bench_ struct bench *b = muxing("warm", "results", results[i]);
        b->what = results[i];
        bench_online(b);
        assert_true(bench_stepped(b, MC_STEP_MUX_REDO));
        assert_false(mc_line_muxed(b->line));
        if (!strstr(b->notes, "|mux-failed unsteady|"))
            fail_msg("%s: %s", results[i], b->notes);
        assert_true(mc_timerq_now_ms(b->queue) - b->began_ms < 15000);
    }
}

/* A modem that answers AT+CPIN? nowhere is as silent on the plain line, and nobody leaves what is left. */
void a_card_that_answers_nowhere(void **state)
{
    _cleanup_bench_ struct bench *b = muxing("warm", NULL, NULL);
    bench_inject(b, "silence AT+CPIN? 10");
    assert_int_equal(bench_walk_within(b, MC_STEP_FIND, 0, 60000), MC_FAULT_MODEM_SILENT);
    assert_true(bench_stepped(b, MC_STEP_MUX_REDO));
    assert_false(mc_line_muxed(b->line));
    assert_string_equal(b->result.detail, "no answer to AT+CPIN?");
}

/* One that starts anew at AT+CMUX, later or at once, and one that is let rest. */
void it_starts_anew_at_cmux(void **state)
{
    _cleanup_bench_ struct bench *b = muxing("warm", NULL, NULL);
    bench_inject(b, "silence AT+CMUX 1");
    for (int i = 0; i < 20000 && !bench_stepped(b, MC_STEP_MUX_SET); i++) {
        if (i == 0)
            mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
        bench_pass(b, 1);
    }
    assert_true(mc_bringup_urc(b->bringup, "*ATREADY: 1"));
    assert_non_null(strstr(b->notes, "mux-failed unsteady|"));
    b->mux_rests = true;
    bench_online(b);
    assert_false(mc_line_muxed(b->line) || bench_stepped(b, MC_STEP_MUX_SET));
    b->settings.modem.multiplex = MC_MULTIPLEX_YES;
    again(b);
    assert_true(mc_line_muxed(b->line));
}

/* What is remembered belongs to modem and firmware, and survives the daemon. */
void another_firmware_is_asked_anew(void **state)
{
    char text[2048];
    _cleanup_bench_ struct bench *b = muxing("warm", NULL, NULL), *other = muxing("warm", NULL, NULL);
    struct mc_facts *f = mc_bringup_facts(b->bringup);
    snprintf(f->imei, sizeof(f->imei), "869850000000430");
    snprintf(f->firmware, sizeof(f->firmware), "2374B05SIM767XM5A_M");
    mc_bringup_mux_distrust(b->bringup, "silent");
    assert_true(mc_facts_save(f, text, sizeof(text)) > 0);
    assert_int_equal(mc_facts_load(mc_bringup_facts(other->bringup), text), 0);
    assert_string_equal(mc_bringup_mux_why(other->bringup), "silent");
    bench_online(other);
    assert_false(mc_line_muxed(other->line));
    snprintf(mc_bringup_facts(other->bringup)->firmware, 64, "2380B01SIM767XM5A_M");
    assert_string_equal(mc_bringup_mux_why(other->bringup), "");
}

/* The host lost an UA on the way: it is asked for again. */
void a_lost_ua_is_asked_for_again(void **state)
{
    _cleanup_bench_ struct bench *b = muxing("warm", NULL, NULL);
    bench_inject(b, "mux-forget-ua 2");
    bench_online(b);
    assert_true(mc_line_muxed(b->line));
}

/* AT is never lost, and the end of a call takes less than a second. */
void a_hang_up_in_the_multiplexer(void **state)
{
    _cleanup_bench_ struct bench *b = muxing("warm", NULL, NULL);
    bench_online(b);
    int64_t before_ms = mc_timerq_now_ms(b->queue);
    mc_line_command(b->line);
    assert_int_equal(bench_walk(b, MC_STEP_HANGUP_WAIT), MC_FAULT_NONE);
    assert_true(bench_stepped(b, MC_STEP_HANGUP_CHANNEL));
    assert_in_range(mc_timerq_now_ms(b->queue) - before_ms, 0, 1000);
    assert_int_equal(ask(b, "AT+CSQ"), MC_AT_OK);
    assert_int_equal(bench_walk(b, MC_STEP_CHECK), MC_FAULT_NONE);
    assert_true(b->result.connected && mc_line_muxed(b->line));
}

/* A busy modem that is slow with a channel keeps its multiplexer: three DISCs and four SABMs go unanswered. */
void a_slow_channel_is_waited_for(void **state)
{
    _cleanup_bench_ struct bench *b = muxing("warm", NULL, NULL);
    bench_online(b);
    mc_line_command(b->line);
    bench_inject(b, "mux-forget-ua 7");
    assert_int_equal(bench_walk(b, MC_STEP_HANGUP_WAIT), MC_FAULT_NONE);
    assert_true(mc_line_muxed(b->line));
    assert_int_equal(ask(b, "AT+CSQ"), MC_AT_OK);
}

void the_multiplexer_is_left_in_order(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(styles); i++) {
        char mode[16] = "";
        _cleanup_bench_ struct bench *b = muxing("warm", "mux-style", styles[i]);
        bench_online(b);
        assert_int_equal(bench_walk(b, MC_STEP_MUX_LEAVE), MC_FAULT_NONE);
        sim_board_get(b->board, "mode", mode, sizeof(mode));
        assert_string_equal(mode, "command");
        assert_false(mc_line_muxed(b->line));
    }
}

/* Looked for where it is; found outside, it comes back in. */
void found_in_the_multiplexer(void **state)
{
    _cleanup_bench_ struct bench *b = muxing("warm", NULL, NULL);
    bench_online(b);
    mc_line_command(b->line);
    assert_int_equal(bench_walk(b, MC_STEP_HANGUP_WAIT), MC_FAULT_NONE);
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
    assert_true(bench_stepped(b, MC_STEP_FIND_MUXED) && !bench_stepped(b, MC_STEP_MUX_SET));
    mc_line_command(b->line);
    bench_inject(b, "mux-leave");
    if (bench_walk_within(b, MC_STEP_FIND, 0, 20000) != MC_FAULT_NONE)
        fail_msg("%s", b->result.detail);
    assert_true(bench_stepped(b, MC_STEP_FIND) && bench_stepped(b, MC_STEP_MUX_SET));
    assert_true(mc_line_muxed(b->line));
}

/* Speed and flow control are the plain line's: it is left for them. */
void other_settings_leave_the_multiplexer(void **state)
{
    _cleanup_bench_ struct bench *b = muxing("warm", NULL, NULL);
    bench_online(b);
    mc_line_command(b->line);
    b->settings.modem.baud_rate = 460800;
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
    assert_true(bench_stepped(b, MC_STEP_MUX_REDO));
    assert_int_equal(mc_line_mux_n1(b->line), 1024);
    mc_line_command(b->line);
    b->settings.modem.multiplex = MC_MULTIPLEX_NO;
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
    assert_false(mc_line_muxed(b->line));
    assert_true(b->result.connected);
}

/* A channel that the modem holds, and says no more about: told, and not for ever. */
void a_held_channel_goes_on(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(styles); i++) {
        _cleanup_bench_ struct bench *b = muxing("warm", "mux-style", styles[i]);
        bench_online(b);
        mc_line_data(b->line, false);
        bench_inject(b, "mux-hold 2 yes");
        bench_pass(b, 100);
        b->notes[0] = '\0';
        assert_int_equal(mc_line_send_data(b->line, "~frame~", 7), 7);
        bench_pass(b, 4900);
        assert_string_equal(b->notes, "");
        assert_int_equal(ask(b, "AT"), MC_AT_OK); /* what waits stops nothing else */
        assert_non_null(strstr(b->notes, "holds the data channel for 5 s now"));
        bench_pass(b, 17000);
        int carried = bench_get(b, "mux_carried");
        b->notes[0] = '\0';
        bench_pass(b, 1000);
        assert_non_null(strstr(b->notes, "does not say whether it still holds the data channel"));
        assert_int_equal(bench_get(b, "mux_carried") - carried, 7);
    }
}
