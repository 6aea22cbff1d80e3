/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <microcat/status/trace.h>
#include <stdio.h>
#include <string.h>

static void keeps_the_last_lines(void **state)
{
    struct mc_trace *trace = mc_trace_new(3);
    struct mc_trace_entry entry;

    for (int i = 1; i <= 5; i++) {
        char text[8];

        snprintf(text, sizeof(text), "AT%d", i);
        mc_trace_add(trace, i * 10, i * 100, i % 2 ? MC_TRACE_SENT : MC_TRACE_RECEIVED, text);
    }
    assert_int_equal(mc_trace_count(trace), 3);
    assert_int_equal(mc_trace_get(trace, 0, &entry), 0);
    assert_string_equal(entry.text, "AT3");
    assert_int_equal(entry.seq, 3);
    assert_int_equal(mc_trace_get(trace, 2, &entry), 0);
    assert_string_equal(entry.text, "AT5");
    assert_int_equal(entry.at_ms, 50);
    assert_int_equal(entry.wall_ms, 500);
    assert_int_equal(entry.kind, MC_TRACE_SENT);
    assert_int_equal(mc_trace_get(trace, 3, &entry), -ENOENT);
    mc_trace_free(trace);
}

static void makes_text_printable(void **state)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"", ""},
        {"+CEREG: 0,5", "+CEREG: 0,5"},
        {"a\tb\x7f", "a\\x09b\\x7f"},
        {"\xff\xc3\xa9", "\\xff\\xc3\\xa9"},
        {"+ICCID: 8942\xe2\x80\xa6"
         "0012",
         "+ICCID: 8942\xe2\x80\xa6"
         "0012"}, /* as redaction leaves it */
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"}, /* a control character of eight bits */
    };
    struct mc_trace *trace = mc_trace_new(1);
    struct mc_trace_entry entry;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mc_trace_add(trace, 0, 0, MC_TRACE_URC, rows[i].text);
        assert_int_equal(mc_trace_get(trace, 0, &entry), 0);
        assert_string_equal(entry.text, rows[i].expected);
    }
    mc_trace_free(trace);
}

static void cuts_long_text(void **state)
{
    struct mc_trace *trace = mc_trace_new(0); /* one line at least */
    struct mc_trace_entry entry;
    char text[3072];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    mc_trace_add(trace, 0, 0, MC_TRACE_RECEIVED, text);
    memset(text, '\xfe', sizeof(text) - 1);
    mc_trace_get(trace, 0, &entry);
    assert_int_equal(strlen(entry.text), MC_TRACE_TEXT_BYTES);
    assert_string_equal(entry.text + MC_TRACE_TEXT_BYTES - 4, "x...");
    mc_trace_add(trace, 0, 0, MC_TRACE_RECEIVED, text);
    mc_trace_get(trace, 0, &entry);
    assert_true(strlen(entry.text) <= MC_TRACE_TEXT_BYTES);
    assert_string_equal(entry.text + strlen(entry.text) - 7, "\\xfe...");
    assert_int_equal(mc_trace_lost(trace), 0);
    mc_trace_free(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_last_lines),
        cmocka_unit_test(makes_text_printable),
        cmocka_unit_test(cuts_long_text),
    };

    return cmocka_run_group_tests_name("status/trace", tests, NULL, NULL);
}
