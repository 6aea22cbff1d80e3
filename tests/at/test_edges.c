/* SPDX-License-Identifier: MIT */
/* What scripts/mutate found that the engine's other tests did not notice. */
#include "harness.h"

#include <errno.h>
#include <malloc.h>
#include <microcat/at/lexer.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

static void send_two(struct harness *h, const char *text)
{
    size_t before = strlen(h->written);
    h->on_done = NULL;
    h->on_urc = NULL;
    harness_send(h, "AT+LATER", NULL, 0);
    harness_send(h, "AT+FIRST", NULL, MC_AT_URGENT);
    assert_int_equal(strlen(h->written), before);
    assert_true(mc_at_busy(h->at));
}

/* What a callback sends is written when it has ended: what is urgent goes first, however late it was said. */
static void test_sent_from_a_callback_is_written_after_it(void **state)
{
    static struct harness h;
    harness_start(&h);
    h.on_done = send_two;
    harness_send(&h, "AT", NULL, 0);
    harness_feed(&h, "OK\r\nOK\r\nOK\r\n");
    harness_expect(&h, "AT -> OK\nAT+FIRST -> OK\nAT+LATER -> OK\n");
    h.on_urc = send_two;
    harness_feed(&h, "RDY\r\nOK\r\nOK\r\n");
    harness_expect(&h, "urc RDY\nAT+FIRST -> OK\nAT+LATER -> OK\n");
    harness_stop(&h);
}

/* A port that took the bytes and gave an error all the same: the modem is at the command, which then is gone. */
static void test_write_error_and_two_echoes(void **state)
{
    static struct harness h;
    harness_start(&h);
    h.write_error = -EIO;
    harness_send(&h, "AT+A", NULL, 0);
    harness_feed(&h, "AT+A\rAT+A\r");
    harness_wait(&h, 0);
    harness_expect(&h, "AT+A -> cancelled\n");
    harness_feed(&h, "OK\r\n");
    harness_expect(&h, "late OK\n");
    h.write_error = 0;
    harness_send(&h, "AT+B", NULL, 0);
    harness_feed(&h, "OK\r\n");
    harness_expect(&h, "AT+B -> OK\n");
    harness_stop(&h);
}

/* About a data call: the end of a command that dials, news for any other. */
static void test_results_of_calls(void **state)
{
    static const char *const results[] = {"CONNECT",   "CONNECT 115200", "NO CARRIER",  "BUSY",
                                          "NO ANSWER", "NO DIALTONE",    "NO DIAL TONE"};
    static struct harness h;
    for (size_t i = 0; i < MC_LENGTH_OF(results); i++) {
        char line[32], log[96];
        snprintf(line, sizeof(line), "%s\r\n", results[i]);
        harness_start(&h);
        harness_send(&h, "AT+CSQ", NULL, 0);
        harness_feed(&h, line);
        harness_feed(&h, "OK\r\n");
        snprintf(log, sizeof(log), "urc %s\nAT+CSQ -> OK\n", results[i]);
        harness_expect(&h, log);
        harness_send(&h, "ATD*99#", NULL, MC_AT_DIALS);
        harness_feed(&h, line);
        snprintf(log, sizeof(log), "ATD*99# -> %s\n", results[i]);
        harness_expect(&h, log);
        harness_stop(&h);
    }
}

/* An echo of what nobody remembers is no news; what only begins like one is. */
static void test_what_looks_like_an_echo(void **state)
{
    static const struct {
        const char *line, *log;
    } rows[] = {{"AT", "late AT\n"},         {"at", "late at\n"}, {"ATI", "late ATI\n"},
                {"AT+CSQ", "late AT+CSQ\n"}, {"aT", "late aT\n"}, {"ATTACHED", "urc ATTACHED\n"},
                {"ALERT", "urc ALERT\n"},    {"A", "urc A\n"},    {"AT 1", "urc AT 1\n"},
                {"STATE+1", "urc STATE+1\n"}};
    static struct harness h;
    harness_start(&h);
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        harness_feed(&h, rows[i].line);
        harness_feed(&h, "\r\n");
        harness_expect(&h, rows[i].log);
    }
    harness_stop(&h);
}

static void ignore(void *ctx, const struct mc_at_answer *answer)
{
}

static int send_for(struct harness *h, const char *text, int64_t timeout_ms, unsigned flags)
{
    const struct mc_at_command command = {.text = text, .timeout_ms = timeout_ms, .flags = flags};
    return mc_at_send(h->at, &command, ignore, NULL);
}

static void test_what_may_be_sent(void **state)
{
    static struct harness h;
    harness_start(&h);
    assert_int_equal(send_for(&h, "A", 1, 0), 0);
    assert_int_equal(send_for(&h, "AT+X=\"a b~\"", 1, 0), 0);
    assert_int_equal(send_for(&h, "AT\x7f", 1, 0), -EINVAL);
    assert_int_equal(send_for(&h, "AT\x1f", 1, 0), -EINVAL);
    assert_int_equal(send_for(&h, "AT", 0, 0), -EINVAL);
    assert_int_equal(send_for(&h, "AT", -1, 0), -EINVAL);
    assert_string_equal(h.written, "A\r");
    harness_stop(&h);
}

/* Its time is over while what goes ahead of it still has some. */
static void test_impatient_behind_a_slow_one(void **state)
{
    static struct harness h;
    harness_start(&h);
    assert_int_equal(send_for(&h, "AT+SLOW", 60000, 0), 0);
    harness_send(&h, "AT+QUICK", NULL, MC_AT_IMPATIENT);
    assert_int_equal(send_for(&h, "AT+LESS", 1001, MC_AT_IMPATIENT), 0);
    assert_int_equal(send_for(&h, "AT+PATIENT", 1, 0), 0);
    harness_wait(&h, 999);
    harness_expect(&h, "");
    harness_wait(&h, 1);
    harness_expect(&h, "AT+QUICK -> It was not sent: what went ahead of it took all of its time.\n");
    assert_int_equal(mc_at_withdraw(h.at, NULL), 2); /* one still had some, and one has all it needs */
    harness_stop(&h);
}

static void send_after(struct harness *h, const char *text)
{
    h->on_done = NULL;
    harness_send(h, "AT+AFTER", NULL, 0);
}

/* What is sent because of that is written, though nothing goes ahead of it that would end: the line was in data mode.
 */
static void test_sent_by_an_impatient_one(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "ATD*99#", NULL, MC_AT_DIALS);
    harness_send(&h, "AT+QUICK", NULL, MC_AT_IMPATIENT);
    harness_feed(&h, "CONNECT\r");
    h.on_done = send_after;
    harness_wait(&h, 1000);
    assert_string_equal(h.written, "ATD*99#\rAT+AFTER\r");
    harness_stop(&h);
}

/* Whoever sends knows that the line is back in command mode. */
static void test_sent_in_data_mode(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "ATD*99#", NULL, MC_AT_DIALS);
    harness_feed(&h, "CONNECT\r");
    harness_send(&h, "AT", NULL, 0);
    harness_feed(&h, "\nOK\r\n");
    harness_expect(&h, "ATD*99# -> CONNECT\nAT -> OK\n");
    harness_stop(&h);
}

static void test_what_is_counted(void **state)
{
    static char overlong[2 * MC_AT_LINE_MAX_BYTES];
    static struct harness h;
    const struct mc_at_stats *stats;
    harness_start(&h);
    stats = mc_at_stats(h.at);
    harness_send(&h, "AT", NULL, 0);
    harness_feed(&h, "OK\r\n");
    assert_int_equal(stats->commands, 1);
    assert_int_equal(stats->timeouts, 0);
    assert_int_equal(stats->overlong_lines, 0);
    memset(overlong, 'x', sizeof(overlong) - 2);
    overlong[sizeof(overlong) - 2] = '\r';
    harness_feed(&h, overlong);
    assert_int_equal(stats->overlong_lines, 1);
    harness_expect(&h, "AT -> OK\n");
    assert_string_equal(mc_at_result_name(MC_AT_RESULT_COUNT), "unknown");
    assert_string_equal(mc_at_result_name(MC_AT_CANCELLED), "cancelled");
    harness_stop(&h);
}

/* What the allocator has given out; 0 where a sanitizer counts instead. */
static size_t given_bytes(void)
{
    return mallinfo2().uordblks;
}

static void answer_of(struct harness *h, size_t lines)
{
    static const char line[] = "+X: 0123456789012345678901234567890123456789012345678901234567890123456789\r";
    h->n_commands = 0;
    harness_send(h, "AT+X", "+X:", 0);
    for (size_t i = 0; i < lines; i++)
        harness_feed(h, line);
    harness_feed(h, "OK\r");
    h->log[0] = h->written[0] = '\0';
}

/* A long answer's memory is given back, a short one's kept: the daemon runs for years. */
static void test_a_long_answer_is_forgotten(void **state)
{
    static struct harness h;
    size_t before, kept;
    harness_start(&h);
    before = given_bytes();
    answer_of(&h, 1);
    kept = given_bytes();
    answer_of(&h, 50); /* fits as well */
    assert_int_equal(given_bytes(), kept);
    answer_of(&h, 60);
    assert_int_equal(given_bytes(), before);
    if (before != 0)
        assert_in_range(kept - before, 4096, 4200);
    harness_stop(&h);
}

/* Freed in the middle: one in flight, some that wait, one that is owed an answer, lines that have come. */
static void test_nothing_is_left(void **state)
{
    static struct harness h;
    size_t before = 0;
    for (int i = 0; i < 4; i++) {
        harness_start(&h);
        mc_at_set_probe(h.at, false);
        harness_send(&h, "AT+GHOST", NULL, 0);
        harness_wait(&h, 1000);
        harness_send(&h, "AT+X", "+X:", 0);
        harness_send(&h, "AT+A", NULL, MC_AT_IMPATIENT);
        harness_send(&h, "AT+B", NULL, 0);
        harness_feed(&h, "+X: 1\r");
        mc_at_free(h.at);
        assert_int_equal(mc_timerq_next_ms(h.queue), -1);
        h.at = NULL; /* and none is none */
        harness_stop(&h);
        if (i == 1)
            before = given_bytes();
    }
    assert_int_equal(given_bytes(), before);
}

/* Neither does one that was answered leave anything. */
static void test_nothing_is_left_of_a_command(void **state)
{
    static struct harness h;
    size_t before = 0;
    harness_start(&h);
    for (int i = 0; i < 40; i++) {
        answer_of(&h, 1);
        if (i == 20)
            before = given_bytes();
    }
    assert_int_equal(given_bytes(), before);
    harness_stop(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent_from_a_callback_is_written_after_it),
        cmocka_unit_test(test_write_error_and_two_echoes),
        cmocka_unit_test(test_results_of_calls),
        cmocka_unit_test(test_what_looks_like_an_echo),
        cmocka_unit_test(test_what_may_be_sent),
        cmocka_unit_test(test_impatient_behind_a_slow_one),
        cmocka_unit_test(test_sent_by_an_impatient_one),
        cmocka_unit_test(test_sent_in_data_mode),
        cmocka_unit_test(test_what_is_counted),
        cmocka_unit_test(test_a_long_answer_is_forgotten),
        cmocka_unit_test(test_nothing_is_left),
        cmocka_unit_test(test_nothing_is_left_of_a_command),
    };
    return cmocka_run_group_tests_name("at.edges", tests, NULL, NULL);
}
