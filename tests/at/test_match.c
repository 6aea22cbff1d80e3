/* SPDX-License-Identifier: MIT */
/* Whose line it is, at the edges: what only nearly is a result, an echo, an owned line, or too old. */
#include "harness.h"

#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

static void test_nearly_a_result(void **state)
{
    static const char *const results[] = {"OK",   "ERROR",     "CONNECT",     "NO CARRIER",
                                          "BUSY", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE"};
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "ATD*99#", NULL, MC_AT_DIALS);
    for (size_t i = 0; i < MC_LENGTH_OF(results); i++) {
        char line[32], log[48];
        snprintf(line, sizeof(line), "%sX\r\n", results[i]);
        harness_feed(&h, line);
        snprintf(log, sizeof(log), "urc %sX\n", results[i]);
        harness_expect(&h, log);
    }
    harness_feed(&h, "OK\r\n");
    harness_expect(&h, "ATD*99# -> OK\n");
    harness_stop(&h);
}

static void test_nearly_an_echo(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_feed(&h, "XT+1\r\nTT\r\n");
    harness_expect(&h, "urc XT+1\nurc TT\n");
    harness_send(&h, "AT&V", NULL, 0); /* this is one, whatever its text looks like */
    harness_feed(&h, "AT&V\r\r\nOK\r\n");
    harness_expect(&h, "AT&V -> OK\n");
    harness_send(&h, "AT+PIN=", NULL, MC_AT_SECRET); /* nothing is secret in it, least of all every line */
    harness_feed(&h, "+Y: 1\r\nOK\r\n");
    harness_expect(&h, "urc +Y: 1\nAT+PIN= -> OK\n");
    harness_stop(&h);
}

/* An empty prefix owns nothing, the shortest one its lines. */
static void test_prefixes(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+X", "|+X:||#|", 0);
    harness_feed(&h, "+Y: 1\r\n+X: 2\r\n#3\r\n4\r\nOK\r\n");
    harness_expect(&h, "urc +Y: 1\nurc 4\nAT+X -> OK [+X: 2] [#3]\n");
    harness_send(&h, "AT+Z", "", 0);
    harness_feed(&h, "+Z: 1\r\nOK\r\n");
    harness_expect(&h, "urc +Z: 1\nAT+Z -> OK\n");
    harness_stop(&h);
}

/* A line that also comes unasked does not take back what one of its own has proved. */
static void test_certain_once(void **state)
{
    static struct harness h;
    harness_start(&h);
    mc_at_set_probe(h.at, false);
    harness_send(&h, "AT+CFUN=4", NULL, 0);
    harness_wait(&h, 1000);
    harness_send(&h, "AT+CSQ;+CEREG?", "+CSQ:|+CEREG:", 0);
    harness_feed(&h, "+CSQ: 1,2\r\n+CEREG: 0,5\r\nOK\r\n");
    harness_expect(&h, "AT+CFUN=4 -> timeout\nAT+CSQ;+CEREG? -> OK [+CSQ: 1,2] [+CEREG: 0,5]\n");
    harness_send(&h, "AT", NULL, 0); /* and the ghost is over */
    harness_feed(&h, "OK\r\n");
    harness_expect(&h, "AT -> OK\n");
    harness_stop(&h);
}

/* One that was given up, and then the one in flight: what comes, and whose it is. */
static void test_two_that_own_a_line(void **state)
{
    static const struct {
        const char *ghost, *ghost_prefix, *text, *prefix;
        unsigned ghost_flags, flags;
        const char *lines, *log;
    } rows[] = {
        /* clang-format off */
        {"AT+CSQ;+CBC", "+CSQ:|+CBC:", "AT+CSQ", "+CSQ:", 0, 0, "+CSQ: 1,2\rOK\r+CSQ: 3,4\rOK\r",
         "late +CSQ: 1,2\nlate OK\nAT+CSQ -> OK [+CSQ: 3,4]\n"}, /* the older one's first */
        {"AT+CSQ;+CEREG?", "+CSQ:|+CEREG:", "AT+CEREG?", "+CEREG:", 0, 0, "+CEREG: 0,5\rOK\rOK\r",
         "late OK\nAT+CEREG? -> OK [+CEREG: 0,5]\n"}, /* which may be news: never swallowed */
        {"AT+CIMI", NULL, "AT+X", "+X:", MC_AT_BARE, MC_AT_BARE, "+X: 1\rabc\rOK\r",
         "AT+X -> OK [+X: 1] [abc]\n"}, /* this one has begun to answer */
        /* clang-format on */
    };
    static struct harness h;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        harness_start(&h);
        mc_at_set_probe(h.at, false);
        harness_send(&h, rows[i].ghost, rows[i].ghost_prefix, rows[i].ghost_flags);
        harness_wait(&h, 1000);
        h.log[0] = '\0';
        harness_send(&h, rows[i].text, rows[i].prefix, rows[i].flags);
        harness_feed(&h, rows[i].lines);
        harness_expect(&h, rows[i].log);
        harness_stop(&h);
    }
}

/* With an answer ends what was known of who is being executed: it was another's place. */
static void test_no_place_is_kept(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+A", NULL, 0);
    harness_wait(&h, 1000);
    harness_send(&h, "AT+X", NULL, MC_AT_BARE);
    harness_feed(&h, "AT+IPR?\r"); /* the engine's question, which is not answered in time */
    harness_wait(&h, 2000);
    harness_feed(&h, "+IPR: 115200\rabc\rOK\r");
    harness_expect(&h, "AT+A -> timeout\nlate +IPR: 115200\nAT+X -> OK [abc]\n");
    mc_at_set_probe(h.at, false);
    harness_send(&h, "AT+Y", NULL, 0);
    harness_feed(&h, "OK\r");
    harness_expect(&h, "AT+Y -> OK\n");
    harness_stop(&h);
}

static void test_finals(void **state)
{
    static const struct {
        const char *line;
        enum mc_at_result result;
    } rows[] = {{"OK", MC_AT_OK},
                {"ERROR", MC_AT_ERROR},
                {"+CME ERROR: 10", MC_AT_CME},
                {"+CMS ERROR: 302", MC_AT_CMS},
                {"CONNECT", MC_AT_CONNECT},
                {"CONNECT 115200", MC_AT_CONNECT},
                {"NO CARRIER", MC_AT_NO_CARRIER},
                {"BUSY", MC_AT_BUSY},
                {"NO ANSWER", MC_AT_NO_ANSWER},
                {"NO DIALTONE", MC_AT_NO_DIALTONE},
                {"NO DIAL TONE", MC_AT_NO_DIALTONE},
                {"", MC_AT_RESULT_COUNT},
                {"RING", MC_AT_RESULT_COUNT},
                {"OKAY", MC_AT_RESULT_COUNT}};
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++)
        assert_int_equal(mc_at_final(rows[i].line), rows[i].result);
}

static int last_code;
static void keep_code(void *ctx, const struct mc_at_answer *answer)
{
    last_code = answer->code;
}

static void test_codes_of_cms(void **state)
{
    static const struct {
        const char *line;
        int code;
    } rows[] = {{"+CMS ERROR: 302\r", 302},     {"+CMS ERROR:0\r", 0},       {"+CMS ERROR:   7\r", 7},
                {"+CMS ERROR: 65535\r", 65535}, {"+CMS ERROR: 65536\r", -1}, {"+CMS ERROR: -1\r", -1},
                {"+CMS ERROR: -2\r", -1},       {"+CMS ERROR: 302x\r", -1},  {"+CMS ERROR: x\r", -1},
                {"+CMS ERROR:\r", -1},          {"+CMS ERROR: 3 2\r", -1},   {"+CMS ERROR: SIM busy\r", -1}};
    static const struct mc_at_command command = {.text = "AT+CMGF=1", .timeout_ms = 1000};
    static struct harness h;
    harness_start(&h);
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        last_code = -2;
        assert_int_equal(mc_at_send(h.at, &command, keep_code, NULL), 0);
        harness_feed(&h, rows[i].line);
        assert_int_equal(last_code, rows[i].code);
    }
    harness_stop(&h);
}

/* Owed for 120 s, and not a millisecond longer; also while another is in flight. */
static void test_how_long_it_is_owed(void **state)
{
    static struct harness h;
    for (int more = 0; more < 2; more++) {
        harness_start(&h);
        harness_send(&h, "AT+OLD", NULL, 0);
        harness_wait(&h, 1000);
        harness_wait(&h, 120000 + more);
        harness_send(&h, "AT+NEW", NULL, 0);
        assert_string_equal(h.written, more ? "AT+OLD\rAT+NEW\r" : "AT+OLD\rAT+IPR?\r");
        harness_stop(&h);
    }
    harness_start(&h);
    mc_at_set_probe(h.at, false);
    harness_send(&h, "AT+OLD", NULL, 0);
    harness_wait(&h, 1000);
    harness_wait(&h, 119500);
    harness_send(&h, "AT+NEW", NULL, 0);
    harness_wait(&h, 501);
    harness_feed(&h, "OK\r");
    harness_expect(&h, "AT+OLD -> timeout\nAT+NEW -> OK\n");
    harness_stop(&h);
}

/* One LF closes a CONNECT that a CR ended: any other is PPP's. */
static void test_the_lf_of_connect(void **state)
{
    static const struct {
        const char *line, *next;
        size_t taken;
    } rows[] = {{"CONNECT\r\n", "\n", 0}, {"CONNECT\n", "\n~", 0}, {"CONNECT\r", "\n\n", 1}, {"CONNECT\r", "~\n", 0}};
    static struct harness h;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        harness_start(&h);
        harness_send(&h, "ATD*99#", NULL, MC_AT_DIALS);
        assert_int_equal(harness_feed(&h, rows[i].line), strlen(rows[i].line));
        assert_int_equal(harness_feed(&h, rows[i].next), rows[i].taken);
        assert_int_equal(harness_feed(&h, "\n"), 0);
        harness_stop(&h);
    }
}

static void send_again(struct harness *h, const char *text)
{
    h->on_done = NULL;
    harness_send(h, "AT+AGAIN", NULL, 0);
}

/* A modem that has started anew owes nothing, also when who is told so asks the next thing at once. */
static void test_abandoned_owes_nothing(void **state)
{
    static struct harness h;
    harness_start(&h);
    h.on_done = send_again;
    harness_send(&h, "AT+A", NULL, 0);
    mc_at_abandon(h.at, "It started anew.");
    assert_string_equal(h.written, "AT+A\rAT+AGAIN\r");
    harness_feed(&h, "OK\r\n");
    harness_expect(&h, "AT+A -> It started anew.\nAT+AGAIN -> OK\n");
    harness_stop(&h);
}

static void test_resync_forgets_half_a_line(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_feed(&h, "RD");
    mc_at_resync(h.at);
    harness_feed(&h, "Y\r\n");
    harness_expect(&h, "urc Y\n");
    harness_stop(&h);
}

/* Nothing in flight, nothing that waits: nothing wakes the host. */
static void test_an_idle_engine_has_no_timer(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT", NULL, 0);
    harness_send(&h, "AT", NULL, MC_AT_IMPATIENT);
    harness_feed(&h, "OK\r\nOK\r\n");
    harness_expect(&h, "AT -> OK\nAT -> OK\n");
    assert_int_equal(mc_timerq_next_ms(h.queue), -1);
    harness_stop(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearly_a_result),
        cmocka_unit_test(test_nearly_an_echo),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_certain_once),
        cmocka_unit_test(test_two_that_own_a_line),
        cmocka_unit_test(test_no_place_is_kept),
        cmocka_unit_test(test_finals),
        cmocka_unit_test(test_codes_of_cms),
        cmocka_unit_test(test_how_long_it_is_owed),
        cmocka_unit_test(test_the_lf_of_connect),
        cmocka_unit_test(test_abandoned_owes_nothing),
        cmocka_unit_test(test_resync_forgets_half_a_line),
        cmocka_unit_test(test_an_idle_engine_has_no_timer),
    };
    return cmocka_run_group_tests_name("at.match", tests, NULL, NULL);
}
