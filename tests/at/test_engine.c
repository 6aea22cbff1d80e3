/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <string.h>

/* The engine with a modem that answers in time: results, ownership of lines, CONNECT, noise, queue, cancel. */

/* One command and what the modem says to it. */
static const struct {
    const char *text, *prefix;
    unsigned flags;
    const char *bytes, *log;
} rows[] = {
    {"AT", NULL, 0, "AT\r\r\nOK\r\n", "AT -> OK\n"},
    {"AT", NULL, 0, "\r\nOK\r\n", "AT -> OK\n"}, /* echo off */
    {"AT", NULL, 0, "OK\r", "AT -> OK\n"},       /* the LF never comes */
    {"AT", NULL, 0, "AT\rERROR\r", "AT -> ERROR\n"},
    {"AT+CPIN?", "+CPIN:", 0, "AT+CPIN?\r\r\n+CME ERROR: 10\r\n", "AT+CPIN? -> +CME ERROR: 10\n"},
    {"AT+CPIN?", "+CPIN:", 0, "\r\n+CME ERROR: SIM not inserted\r\n", "AT+CPIN? -> +CME ERROR: SIM not inserted\n"},
    {"AT+CMGF=1", NULL, 0, "+CMS ERROR: 302\r\n", "AT+CMGF=1 -> +CMS ERROR: 302\n"},
    {"AT+CSQ", "+CSQ:", 0, "AT+CSQ\r+CSQ: 18,99\r\n\r\nOK\r\n", "AT+CSQ -> OK [+CSQ: 18,99]\n"},
    /* URCs before, inside and behind the answer */
    {"AT+CSQ", "+CSQ:", 0,
     "+CGEV: ME PDN ACT 1\r\nAT+CSQ\r\r\n+CEREG: 5\r\n+CSQ: 18,99\r\nSMS DONE\r\n\r\nOK\r\nRDY\r\n",
     "urc +CGEV: ME PDN ACT 1\nurc +CEREG: 5\nurc SMS DONE\nAT+CSQ -> OK [+CSQ: 18,99]\nurc RDY\n"},
    /* several lines, several prefixes */
    {"AT+CGDCONT?", "+CGDCONT:", 0, "+CGDCONT: 1,\"IP\",\"a\"\r\n+CGDCONT: 2,\"IP\",\"b\"\r\nOK\r\n",
     "AT+CGDCONT? -> OK [+CGDCONT: 1,\"IP\",\"a\"] [+CGDCONT: 2,\"IP\",\"b\"]\n"},
    {"AT+X;+Y", "+X:|+Y:", 0, "+Y: 2\r+Z: 3\r+X: 1\rOK\r", "urc +Z: 3\nAT+X;+Y -> OK [+Y: 2] [+X: 1]\n"},
    /* a bare command takes every line but the known URCs */
    {"AT+CGSN", NULL, MC_AT_BARE, "AT+CGSN\r\r\n869850000000430\r\n\r\nOK\r\n", "AT+CGSN -> OK [869850000000430]\n"},
    {"AT+CIMI", NULL, MC_AT_BARE,
     "+CEREG: 5\r+CPIN: READY\rQCRDY\rSMS DONE\rPB DONE\r*ATREADY: 1\rRDY\r440101234567890\rOK\r",
     "urc +CEREG: 5\nurc +CPIN: READY\nurc QCRDY\nurc SMS DONE\nurc PB DONE\nurc *ATREADY: 1\nurc RDY\n"
     "AT+CIMI -> OK [440101234567890]\n"},
    {"ATI", NULL, MC_AT_BARE, "NO CARRIER\r+PPPD: DISCONNECTED\rModel: X\rOK\r",
     "urc NO CARRIER\nurc +PPPD: DISCONNECTED\nATI -> OK [Model: X]\n"},
    /* without a prefix no line is owned */
    {"AT+CFUN=1", NULL, 0, "AT+CFUN=1\r\r\n+CPIN: READY\r\nOK\r\n", "urc +CPIN: READY\nAT+CFUN=1 -> OK\n"},
    /* results of a call: final for a command that dials, news otherwise */
    {"ATD*99***1#", NULL, MC_AT_DIALS, "ATD*99***1#\r\r\nNO CARRIER\r\n", "ATD*99***1# -> NO CARRIER\n"},
    {"ATD*99***1#", NULL, MC_AT_DIALS, "BUSY\r\n", "ATD*99***1# -> BUSY\n"},
    {"ATD*99***1#", NULL, MC_AT_DIALS, "NO ANSWER\r\n", "ATD*99***1# -> NO ANSWER\n"},
    {"ATD*99***1#", NULL, MC_AT_DIALS, "NO DIALTONE\r\n", "ATD*99***1# -> NO DIALTONE\n"},
    {"ATD*99***1#", NULL, MC_AT_DIALS, "ERROR\r\n", "ATD*99***1# -> ERROR\n"},
    {"AT", NULL, 0, "NO CARRIER\r\nOK\r\n", "urc NO CARRIER\nAT -> OK\n"},
    {"AT", NULL, 0, "CONNECT\r\nOK\r\n", "urc CONNECT\nAT -> OK\n"},
    /* an echo is never news, whatever is left of it */
    {"AT+CSQ", "+CSQ:", 0, "AT+CEREG?\rATE1\rAT\r+CSQ: 1,2\rOK\r",
     "late AT+CEREG?\nlate ATE1\nlate AT\nAT+CSQ -> OK [+CSQ: 1,2]\n"},
    {"AT+CPIN=\"1234\"", NULL, MC_AT_SECRET, "T+CPIN=\"1234\"\r\nOK\r\n", "AT+CPIN=\"1234\" -> OK\n"},
    /* noise costs its own line only */
    {"AT+CSQ", "+CSQ:", 0, "\xff\xfe+CSQ: 1,2\r\n+CSQ: \x80\r\nOK\r\n", "AT+CSQ -> OK [+CSQ: 1,2]\n"},
};

static void test_rows_at_every_split(void **state)
{
    static struct harness h;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        size_t len_bytes = strlen(rows[i].bytes);
        for (size_t cut = 0; cut <= len_bytes; cut++) {
            harness_start(&h);
            assert_int_equal(harness_send(&h, rows[i].text, rows[i].prefix, rows[i].flags), 0);
            assert_int_equal(mc_at_feed(h.at, (const uint8_t *)rows[i].bytes, cut), cut);
            assert_int_equal(harness_feed(&h, rows[i].bytes + cut), len_bytes - cut);
            harness_expect(&h, rows[i].log);
            assert_false(mc_at_busy(h.at));
            harness_stop(&h);
        }
    }
}

static void test_connect_leaves_the_rest(void **state)
{
    static const char *const lines[] = {"\r\nCONNECT 115200\r\n", "CONNECT\r\n", "CONNECT\r", "CONNECT\n"};
    static const char ppp[] = "~\xff}#\xc0!\n\r\nOK\r\n";
    static struct harness h;
    for (size_t i = 0; i < MC_LENGTH_OF(lines); i++) {
        char all[64];
        size_t line_bytes = strlen(lines[i]), len_bytes = line_bytes + strlen(ppp);
        strcat(strcpy(all, lines[i]), ppp);
        for (size_t cut = 0; cut <= len_bytes; cut++) {
            harness_start(&h);
            harness_send(&h, "ATD*99***1#", NULL, MC_AT_DIALS);
            size_t used = mc_at_feed(h.at, (const uint8_t *)all, cut);
            assert_int_equal(used, cut < line_bytes ? cut : line_bytes);
            used += harness_feed(&h, all + used);
            assert_int_equal(used, line_bytes); /* not a byte of PPP's, and all of the line's */
            assert_int_equal(harness_feed(&h, all + used), 0);
            assert_int_equal(strncmp(h.log, "ATD*99***1# -> CONNECT", 22), 0);
            harness_stop(&h);
        }
    }
}

static void test_back_from_data_mode(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "ATD*99***1#", NULL, MC_AT_DIALS);
    harness_send(&h, "AT+CSQ", "+CSQ:", 0);
    harness_feed(&h, "CONNECT\r\n");
    assert_string_equal(h.written, "ATD*99***1#\r"); /* nothing is written into PPP */
    assert_int_equal(harness_feed(&h, "OK\r\n"), 0);
    mc_at_resync(h.at);
    assert_string_equal(h.written, "ATD*99***1#\rAT+CSQ\r");
    harness_feed(&h, "+CSQ: 1,2\r\nOK\r\n");
    harness_expect(&h, "ATD*99***1# -> CONNECT\nAT+CSQ -> OK [+CSQ: 1,2]\n");
    harness_stop(&h);
}

static void test_answer_details(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_feed(&h, "+CPIN: READY\r\nNO CARRIER\r\n+PPPD: DISCONNECTED\r\nsomething new\r\n");
    harness_expect(&h, "urc +CPIN: READY\nurc NO CARRIER\nurc +PPPD: DISCONNECTED\nurc something new\n");
    harness_feed(&h, "OK\r\nERROR\r\n"); /* nobody asked */
    harness_expect(&h, "late OK\nlate ERROR\n");
    const struct mc_at_stats *stats = mc_at_stats(h.at);
    assert_int_equal(stats->urcs, 4);
    assert_int_equal(stats->late_answers, 2);
    assert_int_equal(stats->commands, 0);
    assert_string_equal(mc_at_result_name(MC_AT_TIMEOUT), "timeout");
    assert_string_equal(mc_at_result_name(MC_AT_CME), "+CME ERROR");
    harness_stop(&h);
}

static struct mc_at_answer last;
static void keep_answer(void *ctx, const struct mc_at_answer *answer)
{
    last = *answer;
}

static void test_codes_and_time(void **state)
{
    static const struct {
        const char *bytes;
        enum mc_at_result result;
        int code;
    } codes[] = {
        {"+CME ERROR: 10\r", MC_AT_CME, 10},
        {"+CME ERROR:537\r", MC_AT_CME, 537},
        {"+CME ERROR: SIM busy\r", MC_AT_CME, 14},
        {"+CME ERROR: no idea\r", MC_AT_CME, -1},
        {"+CMS ERROR: 302\r", MC_AT_CMS, 302},
        {"+CME ERROR: 10x\r", MC_AT_CME, -1},
        {"+CME ERROR:\r", MC_AT_CME, -1},
        {"+CME ERROR: 99999999999\r", MC_AT_CME, -1},
        {"ERROR\r", MC_AT_ERROR, -1},
        {"OK\r", MC_AT_OK, -1},
    };
    static const struct mc_at_command command = {.text = "AT+COPS?", .timeout_ms = 5000};
    static struct harness h;
    harness_start(&h);
    for (size_t i = 0; i < MC_LENGTH_OF(codes); i++) {
        assert_int_equal(mc_at_send(h.at, &command, keep_answer, NULL), 0);
        harness_wait(&h, 70);
        harness_feed(&h, codes[i].bytes);
        assert_int_equal(last.result, codes[i].result);
        assert_int_equal(last.code, codes[i].code);
        assert_int_equal(last.took_ms, 70);
    }
    harness_stop(&h);
}

static void test_refuses_bad_commands(void **state)
{
    static struct harness h;
    char longest[1025];
    memset(longest, 'A', sizeof(longest));
    longest[1024] = '\0';
    harness_start(&h);
    assert_int_equal(harness_send(&h, "", NULL, 0), -EINVAL);
    assert_int_equal(harness_send(&h, "AT\rATZ", NULL, 0), -EINVAL);
    assert_int_equal(harness_send(&h, "AT\n", NULL, 0), -EINVAL);
    assert_int_equal(harness_send(&h, "AT\x1a", NULL, 0), -EINVAL);
    assert_int_equal(harness_send(&h, "AT\xc3\xa9", NULL, 0), -EINVAL);
    assert_int_equal(harness_send(&h, longest, NULL, 0), -EINVAL);
    assert_int_equal(harness_send(&h, "AT", NULL, 1u << 16), -EINVAL);
    struct mc_at_command command = {.text = "AT", .timeout_ms = 0};
    assert_int_equal(mc_at_send(h.at, &command, keep_answer, NULL), -EINVAL);
    command = (struct mc_at_command){.timeout_ms = 10};
    assert_int_equal(mc_at_send(h.at, &command, keep_answer, NULL), -EINVAL);
    assert_string_equal(h.written, "");
    longest[1023] = '\0';
    assert_int_equal(harness_send(&h, longest, NULL, 0), 0);
    harness_stop(&h);
}

static void test_queue(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+A", NULL, 0);
    harness_send(&h, "AT+B", NULL, 0);
    harness_send(&h, "AT+C", NULL, 0);
    harness_send(&h, "AT+U", NULL, MC_AT_URGENT);
    harness_send(&h, "AT+V", NULL, MC_AT_URGENT);
    assert_string_equal(h.written, "AT+A\r"); /* one in flight */
    for (int i = 0; i < 5; i++)
        harness_feed(&h, "\r\nOK\r\n");
    assert_string_equal(h.written, "AT+A\rAT+U\rAT+V\rAT+B\rAT+C\r");
    assert_false(mc_at_busy(h.at));
    harness_send(&h, "AT+A", NULL, 0);
    for (int i = 0; i < 16; i++)
        assert_int_equal(harness_send(&h, "AT+W", NULL, 0), 0);
    assert_int_equal(harness_send(&h, "AT+W", NULL, 0), -ENOBUFS);
    harness_stop(&h);
}

/* Somebody waits for it: what goes ahead of it takes of its own time, sent or not. */
static void test_impatient(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+SLOW", NULL, 0);
    harness_wait(&h, 600);
    harness_send(&h, "AT+PATIENT", NULL, 0);
    harness_send(&h, "AT+SENT", NULL, MC_AT_IMPATIENT);   /* over at 1.6 s */
    harness_send(&h, "AT+UNSENT", NULL, MC_AT_IMPATIENT); /* the same */
    harness_wait(&h, 399);
    harness_expect(&h, "");
    harness_feed(&h, "AT+SLOW\r\r\nOK\r\nAT+PATIENT\r\r\nOK\r\n"); /* at 1 s */
    harness_expect(&h, "AT+SLOW -> OK\nAT+PATIENT -> OK\n");
    harness_wait(&h, 600);
    harness_expect(&h, "");
    harness_wait(&h, 1); /* 1.6 s: 601 ms after it was sent, 1 s after it was asked */
    harness_expect(&h,
                   "AT+UNSENT -> It was not sent: what went ahead of it took all of its time.\nAT+SENT -> timeout\n");
    assert_null(strstr(h.written, "UNSENT"));
    mc_at_resync(h.at);
    harness_send(&h, "AT+NEXT", NULL, MC_AT_IMPATIENT);
    harness_wait(&h, 900);
    harness_feed(&h, "AT+NEXT\r\r\nOK\r\n"); /* one with nothing ahead of it has all of its time */
    harness_expect(&h, "AT+NEXT -> OK\n");
    harness_stop(&h);
}

/* Whoever asked is gone: what is not sent is not sent. What is in flight, and what others asked, goes on. */
static void test_withdraw(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+A", NULL, 0);
    harness_send(&h, "AT+B", NULL, MC_AT_IMPATIENT);
    harness_send(&h, "AT+C", NULL, MC_AT_IMPATIENT);
    assert_int_equal(mc_at_withdraw(h.at, &h.commands[0]), 0);
    assert_int_equal(mc_at_withdraw(h.at, &h.commands[1]), 1);
    harness_expect(&h, "AT+B -> Nobody waits for it any more.\n");
    harness_feed(&h, "AT+A\r\r\nOK\r\nAT+C\r\r\nOK\r\n");
    harness_expect(&h, "AT+A -> OK\nAT+C -> OK\n");
    assert_string_equal(h.written, "AT+A\rAT+C\r");
    harness_wait(&h, 5000); /* and nobody is told twice */
    harness_expect(&h, "");
    harness_stop(&h);
}

static void send_next(struct harness *h, const char *text)
{
    if (h->n_commands < 4)
        harness_send(h, "AT+NEXT", NULL, 0);
}

static void test_send_from_done(void **state)
{
    static struct harness h;
    harness_start(&h);
    h.on_done = send_next;
    harness_send(&h, "AT", NULL, 0);
    harness_feed(&h, "AT\r\r\nOK\r\nAT+NEXT\r\r\nOK\r\nAT+NEXT\r\r\nOK\r\nAT+NEXT\r\r\nOK\r\n");
    harness_expect(&h, "AT -> OK\nAT+NEXT -> OK\nAT+NEXT -> OK\nAT+NEXT -> OK\n");
    harness_stop(&h);
}

static void cancel_there(struct harness *h, const char *text)
{
    mc_at_cancel_all(h->at);
    mc_at_resync(h->at);
}

static void test_cancel(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+A", NULL, 0);
    harness_send(&h, "AT+B", NULL, 0);
    mc_at_cancel_all(h.at);
    harness_expect(&h, "AT+A -> cancelled\nAT+B -> cancelled\n");
    mc_at_cancel_all(h.at);
    harness_expect(&h, "");
    mc_at_resync(h.at);

    h.on_done = cancel_there; /* from inside a callback */
    harness_send(&h, "AT+A", NULL, 0);
    harness_send(&h, "AT+B", NULL, 0);
    harness_feed(&h, "OK\r\nRDY\r\n");
    harness_expect(&h, "AT+A -> OK\nAT+B -> cancelled\nurc RDY\n");

    h.on_done = NULL;
    h.on_urc = cancel_there;
    harness_send(&h, "AT+A", NULL, 0);
    harness_feed(&h, "RDY\r\nOK\r\n");
    harness_expect(&h, "urc RDY\nAT+A -> cancelled\nlate OK\n");
    assert_false(mc_at_busy(h.at));
    harness_stop(&h);
}

static void send_again(struct harness *h, const char *text)
{
    h->on_done = NULL;
    harness_send(h, "AT+AGAIN", NULL, 0);
}

static void test_send_while_cancelled(void **state)
{
    static struct harness h;
    harness_start(&h);
    mc_at_set_probe(h.at, false);
    h.on_done = send_again;
    harness_send(&h, "AT+A", NULL, 0);
    harness_send(&h, "AT+B", NULL, 0);
    mc_at_cancel_all(h.at);
    harness_expect(&h, "AT+A -> cancelled\nAT+B -> cancelled\n");
    assert_true(mc_at_busy(h.at));
    assert_string_equal(h.written, "AT+A\rAT+AGAIN\r");
    harness_stop(&h);
}

static void test_write_error(void **state)
{
    static struct harness h;
    harness_start(&h);
    h.write_error = -EIO;
    assert_int_equal(harness_send(&h, "AT+A", NULL, 0), 0);
    harness_expect(&h, ""); /* never from inside mc_at_send() */
    harness_wait(&h, 0);
    harness_expect(&h, "AT+A -> cancelled\n");
    h.write_error = 0;
    harness_send(&h, "AT+B", NULL, 0); /* what was never written leaves no ghost: no question first */
    assert_string_equal(h.written, "AT+B\r");
    harness_stop(&h);
}

static void test_prompt_is_refused(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_feed(&h, "\r\n> ");
    assert_string_equal(h.written, "");
    harness_send(&h, "AT+CMGS=\"1\"", NULL, 0);
    harness_feed(&h, "AT+CMGS=\"1\"\r\r\n> ");
    assert_string_equal(h.written, "AT+CMGS=\"1\"\r\x1b");
    harness_feed(&h, "\r\nOK\r\n");
    harness_expect(&h, "AT+CMGS=\"1\" -> OK\n");
    harness_stop(&h);
}

/* SIMCom's own commands write it without the blank; a line that begins so, in two reads, is none. */
static void test_a_bare_prompt_is_refused(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+CIPSEND=0,", NULL, 0);
    harness_feed(&h, "AT+CIPSEND=0,\r\r\n>");
    harness_wait(&h, 199);
    assert_string_equal(h.written, "AT+CIPSEND=0,\r");
    harness_wait(&h, 1);
    assert_string_equal(h.written, "AT+CIPSEND=0,\r\x1b");
    harness_feed(&h, "\r\nERROR\r\n");
    harness_expect(&h, "AT+CIPSEND=0, -> ERROR\n");
    harness_send(&h, "ATI", NULL, MC_AT_BARE);
    harness_feed(&h, ">");
    harness_wait(&h, 100);
    harness_feed(&h, ">> x\r\nOK\r\n>");
    harness_expect(&h, "ATI -> OK [>>> x]\n");
    harness_wait(&h, 300); /* nobody asked */
    assert_string_equal(h.written, "AT+CIPSEND=0,\r\x1b"
                                   "ATI\r");
    harness_stop(&h);
}

/* Nobody waits for it any more, and the modem still waits for a text. */
static void test_a_late_prompt_is_refused(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+CMGS=\"1\"", NULL, 0);
    harness_wait(&h, 1000);
    harness_expect(&h, "AT+CMGS=\"1\" -> timeout\n");
    harness_feed(&h, "\r\n> ");
    assert_string_equal(h.written, "AT+CMGS=\"1\"\r\x1b");
    harness_stop(&h);
}

/* 27.007, 8.37: the commands it lists begin with AT, and are not echoes. */
static void test_a_list_of_commands(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+CLAC", NULL, MC_AT_BARE);
    harness_feed(&h, "AT+CLAC\r\r\nAT+CGMI\r\nATD\r\nAT&F\r\n\r\nOK\r\n");
    harness_expect(&h, "AT+CLAC -> OK [AT+CGMI] [ATD] [AT&F]\n");
    harness_send(&h, "AT+CSQ", "+CSQ:", 0); /* asked by prefix: what begins so is an echo */
    harness_feed(&h, "AT+CSQ\r\r\nAT+CGMI\r\n+CSQ: 9,99\r\nOK\r\n");
    harness_expect(&h, "late AT+CGMI\nAT+CSQ -> OK [+CSQ: 9,99]\n");
    harness_send(&h, "ATI", NULL, MC_AT_BARE);
    harness_wait(&h, 1000);
    harness_send(&h, "ATI", NULL, MC_AT_BARE); /* with an answer owed it may be one of those */
    harness_feed(&h, "ATI\r\r\nAT+CGMI\r\n");
    harness_expect(&h, "ATI -> timeout\nlate ATI\nlate AT+CGMI\n");
    harness_stop(&h);
}

static void test_too_many_lines(void **state)
{
    static struct harness h;
    static const struct mc_at_command command = {.text = "AT+CLAC", .flags = MC_AT_BARE, .timeout_ms = 1000};
    static char line[3073];
    harness_start(&h);
    assert_int_equal(mc_at_send(h.at, &command, keep_answer, NULL), 0);
    memset(line, 'x', 3071);
    line[3071] = '\r';
    for (int i = 0; i < 70; i++)
        harness_feed(&h, line);
    harness_feed(&h, "OK\r");
    assert_int_equal(last.n_lines, 64);
    assert_int_equal(mc_at_stats(h.at)->dropped_lines, 6);
    harness_stop(&h);
}

static void test_ten_megabytes_of_noise(void **state)
{
    static struct harness h;
    static uint8_t noise[65536];
    unsigned seed = 7;
    harness_start(&h);
    h.on_urc = NULL;
    for (int round = 0; round < 160; round++) {
        for (size_t i = 0; i < sizeof(noise); i++)
            noise[i] = (uint8_t)((unsigned)rand_r(&seed) >> 5);
        assert_int_equal(mc_at_feed(h.at, noise, sizeof(noise)), sizeof(noise));
        h.log[0] = '\0';
    }
    assert_true(mc_at_stats(h.at)->noise_bytes >
                (uint64_t)(9 << 20)); /* few random lines are short enough to be printable */
    harness_feed(&h, "\r\n");
    h.log[0] = '\0';
    harness_send(&h, "AT+CSQ", "+CSQ:", 0);
    harness_feed(&h, "AT+CSQ\r\r\n+CSQ: 18,99\r\n\r\nOK\r\n");
    harness_expect(&h, "AT+CSQ -> OK [+CSQ: 18,99]\n");
    harness_stop(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_at_every_split),
        cmocka_unit_test(test_connect_leaves_the_rest),
        cmocka_unit_test(test_back_from_data_mode),
        cmocka_unit_test(test_answer_details),
        cmocka_unit_test(test_codes_and_time),
        cmocka_unit_test(test_refuses_bad_commands),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_impatient),
        cmocka_unit_test(test_withdraw),
        cmocka_unit_test(test_send_from_done),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_send_while_cancelled),
        cmocka_unit_test(test_write_error),
        cmocka_unit_test(test_prompt_is_refused),
        cmocka_unit_test(test_a_bare_prompt_is_refused),
        cmocka_unit_test(test_a_late_prompt_is_refused),
        cmocka_unit_test(test_a_list_of_commands),
        cmocka_unit_test(test_too_many_lines),
        cmocka_unit_test(test_ten_megabytes_of_noise),
    };
    return cmocka_run_group_tests_name("at.engine", tests, NULL, NULL);
}
