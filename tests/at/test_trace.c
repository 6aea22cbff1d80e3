/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

/* What the trace shows: every line in its direction, and no secret in any of them. */

static char trace[4096];

static int on_write(void *ctx, const void *data, size_t len_bytes)
{
    return 0;
}

static void on_trace(void *ctx, enum mc_at_direction direction, const char *line)
{
    static const char marks[] = {
        [MC_AT_SENT] = '>', [MC_AT_RECEIVED] = '<', [MC_AT_URC] = '!', [MC_AT_LATE] = '~', [MC_AT_MARK] = '#'};
    size_t used = strlen(trace);
    snprintf(trace + used, sizeof(trace) - used, "%c %s\n", marks[direction], line);
}

static void ignore(void *ctx, const struct mc_at_answer *answer)
{
}

static const struct {
    const char *text, *prefix;
    unsigned flags;
    const char *bytes, *trace;
} rows[] = {
    {"AT+CSQ", "+CSQ:", 0, "AT+CSQ\r\r\n+CSQ: 1,2\r\nRDY\r\nOK\r\n", "> AT+CSQ\n< AT+CSQ\n< +CSQ: 1,2\n! RDY\n< OK\n"},
    {"AT+CPIN=\"1234\"", NULL, MC_AT_SECRET, "AT+CPIN=\"1234\"\r\r\nOK\r\n", "> AT+CPIN=…\n< AT+CPIN=…\n< OK\n"},
    {"AT+CPIN=\"1234\"", NULL, 0, "AT+CPIN=\"1234\"\rOK\r", "> AT+CPIN=…\n< AT+CPIN=…\n< OK\n"},
    {"AT+MYSECRET=\"hunter2\"", NULL, MC_AT_SECRET, "+MYSECRET=\"hunter2\"\rxx\"hunter2\"yy\rOK\r",
     "> AT+MYSECRET=…\n< AT+MYSECRET=…\n< AT+MYSECRET=…\n< OK\n"},
    {"AT+CGAUTH=1,2,\"pw\",\"user\"", NULL, MC_AT_SECRET, "AT+CGAUTH=1,2,\"pw\",\"user\"\rOK\r",
     "> AT+CGAUTH=…\n< AT+CGAUTH=…\n< OK\n"},
    {"AT+CGAUTH?", "+CGAUTH:", 0, "+CGAUTH: 1,2,\"user\",\"pw\"\rOK\r",
     "> AT+CGAUTH?\n< +CGAUTH: 1,2,\"user\",\"…\"\n< OK\n"},
    {"AT+SECRET", NULL, MC_AT_SECRET, "AT+SECRET\rOK\r", "> AT+SECRET\n< AT+SECRET\n< OK\n"},
    {"AT+CMGS=1", NULL, 0, "\r\n> \r\nOK\r\n", "> AT+CMGS=1\n< > \n< OK\n"},
    {"AT+CIMI", NULL, MC_AT_BARE, "440101234567890\rOK\r", "> AT+CIMI\n< 4401…7890\n< OK\n"},
};

static void test_rows(void **state)
{
    static const struct mc_at_callbacks callbacks = {.write = on_write, .trace = on_trace};
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct mc_timerq *queue = mc_timerq_new(0);
        struct mc_at *at = mc_at_new(queue, &callbacks, NULL);
        struct mc_at_command command = {
            .text = rows[i].text, .prefix = rows[i].prefix, .flags = rows[i].flags, .timeout_ms = 1000};
        trace[0] = '\0';
        assert_int_equal(mc_at_send(at, &command, ignore, NULL), 0);
        mc_at_feed(at, (const uint8_t *)rows[i].bytes, strlen(rows[i].bytes));
        assert_string_equal(trace, rows[i].trace);
        mc_at_free(at);
        mc_timerq_free(queue);
    }
}

/* What the engine does by itself is marked. */
static void test_marks(void **state)
{
    static const struct mc_at_callbacks callbacks = {.write = on_write, .trace = on_trace};
    struct mc_timerq *queue = mc_timerq_new(0);
    struct mc_at *at = mc_at_new(queue, &callbacks, NULL);
    const struct mc_at_command first = {.text = "AT+CFUN=4", .timeout_ms = 1000},
                               second = {.text = "AT+CFUN=1", .timeout_ms = 1000};
    trace[0] = '\0';
    assert_int_equal(mc_at_send(at, &first, ignore, NULL), 0);
    mc_timerq_advance(queue, 1000);
    mc_timerq_run(queue);
    assert_int_equal(mc_at_send(at, &second, ignore, NULL), 0);
    assert_string_equal(trace,
                        "> AT+CFUN=4\n# no answer in time\n# answers are overdue: clearing the line\n> AT+IPR?\n");
    mc_at_free(at);
    mc_timerq_free(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_marks)};
    return cmocka_run_group_tests_name("at.trace", tests, NULL, NULL);
}
