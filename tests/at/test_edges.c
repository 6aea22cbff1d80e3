/* SPDX-License-Identifier: MIT */
/* What scripts/mutate found that the engine's other tests did not notice. */
#include "harness.h"

#include <errno.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent_from_a_callback_is_written_after_it),
        cmocka_unit_test(test_write_error_and_two_echoes),
        cmocka_unit_test(test_results_of_calls),
        cmocka_unit_test(test_what_looks_like_an_echo),
    };
    return cmocka_run_group_tests_name("at.edges", tests, NULL, NULL);
}
