/* SPDX-License-Identifier: MIT */
/* What stands between a person's program and the modem: command lines judged, everything else left as it is. */
#include "lease_filter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>
#include <microcat/base/cleanup.h>

struct desk {
    struct mc_lease_filter *filter;
    char modem[8192], holder[8192], trace[8192];
    size_t modem_bytes, holder_bytes;
    size_t modem_room, holder_room; /* left */
};

static size_t to_modem(void *ctx, const void *data, size_t len)
{
    struct desk *d = ctx;
    if (len > d->modem_room)
        len = d->modem_room;
    memcpy(d->modem + d->modem_bytes, data, len);
    d->modem_bytes += len;
    d->modem_room -= len;
    return len;
}

static void to_holder(void *ctx, const void *data, size_t len)
{
    struct desk *d = ctx;
    assert_true(len <= d->holder_room);
    memcpy(d->holder + d->holder_bytes, data, len);
    d->holder_bytes += len;
    d->holder_room -= len;
}

static size_t room(void *ctx)
{
    const struct desk *d = ctx;
    return d->holder_room;
}

static void trace(void *ctx, enum mc_at_direction direction, const char *text)
{
    struct desk *d = ctx;
    size_t len = strlen(d->trace);
    snprintf(d->trace + len, sizeof(d->trace) - len, "%c%s|", "<>*LM"[direction], text);
}

static const struct mc_lease_host host = {.to_modem = to_modem, .to_holder = to_holder, .room = room, .trace = trace};

static struct desk sit(void)
{
    return (struct desk){.modem_room = 4096, .holder_room = 4096};
}

/* "T..." is typed, "M..." the modem says; each part ends with NUL, two end the script. @step: bytes at a time. */
static void play(struct desk *d, const char *script, size_t step)
{
    d->filter = mc_lease_filter_new(&host, d);
    assert_non_null(d->filter);
    for (; *script; script += strlen(script) + 1) {
        const uint8_t *data = (const uint8_t *)script + 1;
        size_t len = strlen(script + 1);
        for (size_t i = 0, n; i < len; i += n) {
            n = len - i < step ? len - i : step;
            if (*script == 'T')
                assert_int_equal(mc_lease_filter_typed(d->filter, data + i, n), n);
            else
                assert_int_equal(mc_lease_filter_said(d->filter, data + i, n), n);
        }
    }
    d->modem[d->modem_bytes] = d->holder[d->holder_bytes] = '\0';
}

static const struct {
    const char *what, *script, *modem, *holder, *trace;
} rows[] = {
    {"a command, its echo left out", "TAT+CSQ\r\0MAT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n\0", "AT+CSQ\r",
     "AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n", "<AT+CSQ|>+CSQ: 20,99|>OK|"},
    {"without echo", "TATI\r\0M\r\nSIMCOM\r\n\r\nOK\r\n\0", "ATI\r", "ATI\r\r\nSIMCOM\r\n\r\nOK\r\n",
     "<ATI|>SIMCOM|>OK|"},
    {"a URC before the echo", "TATI\r\0M\r\n+CEREG: 0\r\nATI\r\r\nOK\r\n\0", "ATI\r",
     "ATI\r\r\n+CEREG: 0\r\n\r\nOK\r\n", "<ATI|>+CEREG: 0|>OK|"},
    {"a line that begins like the echo", "TATI\r\0MATX\r\nATI\r\r\nOK\r\n\0", "ATI\r", "ATI\rATX\r\n\r\nOK\r\n",
     "<ATI|>ATX|>OK|"},
    {"AAT: the second A begins it", "TATI\r\0MAATI\r\r\nOK\r\n\0", "ATI\r", "ATI\rA\r\nOK\r\n", "<ATI|>A|>OK|"},
    {"owned", "TAT+CPOF\r\0", "", "AT+CPOF\r\r\nmicrocatd: Use `power off`.\r\n\r\nERROR\r\n", "Mrefused: AT+CPOF|"},
    {"owned, in a chain", "Tat+csq;+CFUN=1,1\r\0", "",
     "at+csq;+CFUN=1,1\r\r\nmicrocatd: AT+CFUN with a reset, and 6 and 7: use `reset`.\r\n\r\nERROR\r\n",
     "Mrefused: at+csq;+CFUN=1,1|"},
    {"owned, behind what a modem skips", "Tx AT+CRESET\r\0", "",
     "x AT+CRESET\r\r\nmicrocatd: Use `reset`.\r\n\r\nERROR\r\n", "Mrefused: AT+CRESET|"},
    {"owned, corrected by backspace", "TAT+CPOX\bF\r\0", "",
     "AT+CPOX\b \bF\r\r\nmicrocatd: Use `power off`.\r\n\r\nERROR\r\n", "Mrefused: AT+CPOF|"},
    {"after a refusal the next goes", "TATD123;\r\0TAT\r\0", "AT\r",
     "ATD123;\r\r\nmicrocatd: ATD is the daemon's: use `connect`.\r\n\r\nERROR\r\nAT\r", "Mrefused: ATD123;|<AT|"},
    {"no command", "Thello\r\0T\r\r\n\0", "", "hello\r\r\r", ""},
    {"LF ends a line as well, and CR LF one alone", "TAT\nATI\r\nAT\r\n\0", "AT\rATI\rAT\r", "AT\rATI\rAT\r",
     "<AT|<ATI|<AT|"},
    {"backspace at the head",
     "T\b\x7f"
     "AT\r\0",
     "AT\r", "AT\r", "<AT|"},
    {"a secret is not traced", "TAT+CPIN=1234\r\0", "AT+CPIN=1234\r", "AT+CPIN=1234\r", "<AT+CPIN=…|"},
    {"a text behind its prompt", "TAT+CMGS=\"1\"\r\0M\r\n> \0TAT+CPOF\r\x1a\0M\r\n+CMGS: 1\r\n\r\nOK\r\n\0TAT+CPOF\r\0",
     "AT+CMGS=\"1\"\rAT+CPOF\r\x1a",
     "AT+CMGS=\"1\"\r\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\nAT+CPOF\r\r\nmicrocatd: Use `power off`.\r\n\r\nERROR\r\n",
     "<AT+CMGS=\"1\"|>+CMGS: 1|>OK|Mrefused: AT+CPOF|"},
    {"a prompt without blank", "TAT+CCERTDOWN=\"a\",3\r\0M\r\n>\0TATD\0M\r\nOK\r\n\0TATD\r\0",
     "AT+CCERTDOWN=\"a\",3\rATD",
     "AT+CCERTDOWN=\"a\",3\r\r\n>\r\nOK\r\nATD\r\r\nmicrocatd: ATD is the daemon's: use `connect`.\r\n\r\nERROR\r\n",
     "<AT+CCERTDOWN=\"a\",3|>>|>OK|Mrefused: ATD|"},
    {"a text with a line OK, which comes back",
     "TAT+CMGS=\"1\"\r\0MAT+CMGS=\"1\"\r\r\n> \0TOK\r\0MOK\r\r\n> \0TATD1;\x1a\0MATD1;\r\n+CMGS: 1\r\n\r\nOK\r\n\0"
     "TATD1;\r\0",
     "AT+CMGS=\"1\"\rOK\rATD1;\x1a",
     "AT+CMGS=\"1\"\r\r\n> OK\r\r\n> ATD1;\r\n+CMGS: 1\r\n\r\nOK\r\nATD1;\r\r\nmicrocatd: ATD is the daemon's: use "
     "`connect`.\r\n\r\nERROR\r\n",
     "<AT+CMGS=\"1\"|>OK|>ATD1;|>+CMGS: 1|>OK|Mrefused: ATD1;|"},
    {"such a text, and an error amid it",
     "TAT+CMGS=\"1\"\r\0MAT+CMGS=\"1\"\r\r\n> \0TOK\r\0MOK\r\r\n\r\nERROR\r\n\0TATD1;\r\0", "AT+CMGS=\"1\"\rOK\r",
     "AT+CMGS=\"1\"\r\r\n> OK\r\r\n\r\nERROR\r\nATD1;\r\r\nmicrocatd: ATD is the daemon's: use "
     "`connect`.\r\n\r\nERROR\r\n",
     "<AT+CMGS=\"1\"|>OK|>ERROR|Mrefused: ATD1;|"},
    {"such a text, without echo", "TAT+CX\r\0M\r\n>\0TOK\r\0M\r\nOK\r\n\0TATD1;\r\0", "AT+CX\rOK\r",
     "AT+CX\r\r\n>\r\nOK\r\nATD1;\r\r\nmicrocatd: ATD is the daemon's: use `connect`.\r\n\r\nERROR\r\n",
     "<AT+CX|>>|>OK|Mrefused: ATD1;|"},
    {"a > that nobody waits for", "M\r\n> \0TATD\r\0", "",
     "\r\n> ATD\r\r\nmicrocatd: ATD is the daemon's: use `connect`.\r\n\r\nERROR\r\n", "Mrefused: ATD|"},
    {"data, in which OK is data",
     "TAT+CIPOPEN=0\r\0M\r\nCONNECT 115200\r\n\0TATD\r\0M\r\nOK\r\nx\r\nERROR\r\n\0T+++\0M\r\nOK\r\n\0TATD\r\0",
     "AT+CIPOPEN=0\rATD\r+++",
     "AT+CIPOPEN=0\r\r\nCONNECT 115200\r\n\r\nOK\r\nx\r\nERROR\r\n\r\nOK\r\nATD\r\r\nmicrocatd: ATD is the daemon's: "
     "use "
     "`connect`.\r\n\r\nERROR\r\n",
     "<AT+CIPOPEN=0|>CONNECT 115200|>OK|Mrefused: ATD|"},
    {"data until its end", "TAT+CIPOPEN=0\r\0M\r\nCONNECT\r\n\0TA\0M\r\nNO CARRIER\r\n\0TATZ\r\0", "AT+CIPOPEN=0\rA",
     "AT+CIPOPEN=0\r\r\nCONNECT\r\n\r\nNO CARRIER\r\nATZ\r\r\nmicrocatd: ATZ loads a profile, with flow control and "
     "speed "
     "of its own: use `reset`.\r\n\r\nERROR\r\n",
     "<AT+CIPOPEN=0|>CONNECT|>NO CARRIER|Mrefused: ATZ|"},
};

static void judged_and_left_alone(void **state)
{
    unsigned bad = 0;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        for (size_t step = 1; step <= 4096; step = step == 1 ? 2 : step == 2 ? 7 : step * 1000) {
            struct desk d = sit();
            play(&d, rows[i].script, step);
            mc_lease_filter_free(d.filter);
            if (!strcmp(d.modem, rows[i].modem) && !strcmp(d.holder, rows[i].holder) && !strcmp(d.trace, rows[i].trace))
                continue;
            print_message("# %s, by %zu:\n# modem  %s\n# holder %s\n# trace  %s\n", rows[i].what, step, d.modem,
                          d.holder, d.trace);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

/* A line that is too long is refused as a whole, and the next one is whole again. */
static void overlong(void **state)
{
    struct desk d = sit();
    char line[MC_LEASE_LINE_MAX + 40];
    d.holder_room = sizeof(d.holder) - 1;
    memset(line, 'A', sizeof(line));
    memcpy(line, "AT+", 3);
    play(&d, "", 1);
    assert_int_equal(mc_lease_filter_typed(d.filter, (const uint8_t *)line, sizeof(line)), sizeof(line));
    mc_lease_filter_typed(d.filter, (const uint8_t *)"\r", 1);
    assert_int_equal(d.modem_bytes, 0);
    assert_non_null(strstr(d.holder, "The line is too long."));
    memcpy(line, "AT+CSQ;", 7);
    memset(line + 7, ' ', sizeof(line) - 7);
    line[MC_LEASE_LINE_MAX - 1] = '\r';
    assert_int_equal(mc_lease_filter_typed(d.filter, (const uint8_t *)line, MC_LEASE_LINE_MAX), MC_LEASE_LINE_MAX);
    assert_int_equal(d.modem_bytes, MC_LEASE_LINE_MAX);
    mc_lease_filter_free(d.filter);
}

/* The modem's side is full: nothing is lost, and nothing overtakes. */
static void waits_for_the_modem(void **state)
{
    struct desk d = sit();
    d.modem_room = 3;
    play(&d, "TAT+CSQ\r\0", 7);
    assert_string_equal(d.modem, "AT+");
    assert_int_equal(mc_lease_filter_typed(d.filter, (const uint8_t *)"ATI\r", 4), 0);
    d.modem_room = 2;
    mc_lease_filter_room(d.filter);
    assert_int_equal(mc_lease_filter_typed(d.filter, (const uint8_t *)"ATI\r", 4), 0);
    d.modem_room = 100;
    mc_lease_filter_room(d.filter);
    assert_int_equal(mc_lease_filter_typed(d.filter, (const uint8_t *)"ATI\r", 4), 4);
    assert_memory_equal(d.modem, "AT+CSQ\rATI\r", 11);
    assert_int_equal(d.modem_bytes, 11);
    mc_lease_filter_free(d.filter);
}

/* ... in data as well. */
static void data_waits_for_the_modem(void **state)
{
    struct desk d = sit();
    play(&d, "TAT+X\r\0MCONNECT\r\n\0", 100);
    d.modem_room = 2;
    assert_int_equal(mc_lease_filter_typed(d.filter, (const uint8_t *)"abc", 3), 2);
    assert_int_equal(mc_lease_filter_typed(d.filter, (const uint8_t *)"c", 1), 0);
    mc_lease_filter_free(d.filter);
}

/* The holder does not read: the modem is held back, and he misses his echo, not more. */
static void waits_for_the_holder(void **state)
{
    struct desk d = sit();
    play(&d, "TATI\r\0", 7);
    d.holder_bytes = 0;
    d.holder_room = 6;
    assert_int_equal(mc_lease_filter_said(d.filter, (const uint8_t *)"AT", 2), 2); /* echo, it seems */
    assert_int_equal(mc_lease_filter_said(d.filter, (const uint8_t *)"+abcdefgh", 9), 4);
    assert_memory_equal(d.holder, "AT+abc", 6);
    assert_int_equal(d.holder_bytes, 6);
    assert_int_equal(mc_lease_filter_said(d.filter, (const uint8_t *)"defgh", 5), 0);
    mc_lease_filter_typed(d.filter, (const uint8_t *)"AT\r", 3);
    assert_int_equal(d.holder_bytes, 6);
    mc_lease_filter_free(d.filter);
}

/* Who goes while the modem waits for a text leaves it no ear that is not an ear for commands. */
static void leaves_in_order(void **state)
{
    struct desk d = sit();
    play(&d, "TAT+CMGS=\"1\"\r\0M\r\n> \0", 100);
    d.modem_bytes = 0;
    mc_lease_filter_leave(d.filter);
    assert_int_equal(d.modem_bytes, 1);
    assert_int_equal(d.modem[0], 0x1b);
    mc_lease_filter_said(d.filter, (const uint8_t *)"\r\nOK\r\n", 6);
    mc_lease_filter_leave(d.filter);
    assert_int_equal(d.modem_bytes, 1);
    mc_lease_filter_free(d.filter);
    d = sit(); /* an OK that may have been the text's own */
    play(&d, "TAT+CX\r\0M\r\n>\0TOK\r\0M\r\nOK\r\n\0", 100);
    d.modem_bytes = 0;
    mc_lease_filter_leave(d.filter);
    assert_memory_equal(d.modem, "\x1b", d.modem_bytes = 1);
    mc_lease_filter_typed(d.filter, (const uint8_t *)"AT\r", 3);
    d.modem_bytes = 0;
    mc_lease_filter_leave(d.filter);
    assert_int_equal(d.modem_bytes, 0);
    mc_lease_filter_free(d.filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judged_and_left_alone), cmocka_unit_test(overlong),
        cmocka_unit_test(waits_for_the_modem),   cmocka_unit_test(data_waits_for_the_modem),
        cmocka_unit_test(waits_for_the_holder),  cmocka_unit_test(leaves_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
