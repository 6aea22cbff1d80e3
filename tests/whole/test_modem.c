/* SPDX-License-Identifier: MIT */
/*
 * A modem that refuses anything, says nothing to anything, or answers anything in the wrong shape.
 * Every row is a daemon and a board of its own.
 */
#include "whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a command is to the way up: without it the link comes up all the same, or this fault is met. */
static const struct row {
    const char *command;
    const char *refuse, *silence, *malform; /* fault, or "online" */
} rows[] = {
    {"*", "modem-refused", "modem-silent", "modem-malformed"},
    {"AT+CMEE", "online", "online", "online"},
    {"AT+IFC?", "online", "modem-silent", "online"},
    {"AT+IFC=", "online", "modem-silent", "online"},
    {"ATI", "online", "modem-silent", "online"},
    {"AT+CGMR", "online", "online", "online"},
    {"AT+CPIN?", "modem-refused", "modem-silent", "modem-malformed"},
    {"AT+CICCID", "online", "online", "online"},
    {"AT+CIMI", "online", "online", "online"},
    {"AT+CGDCONT?", "modem-refused", "modem-silent", "online"},
    {"AT+CGAUTH?", "online", "online", "online"},
    {"AT+CFUN=4", "pdp-refused", "modem-silent", "online"},
    {"AT+CGDCONT=", "pdp-refused", "modem-silent", "online"},
    {"AT+CGAUTH=", "pdp-refused", "modem-silent", "online"},
    {"AT+CFUN=1", "pdp-refused", "modem-silent", "not-registered"},
    {"AT+CEREG=", "online", "online", "online"},
    {"AT+CEREG?", "online", "online", "online"},
    {"AT+CPSI", "online", "online", "online"},
    {"ATD", "dial-refused", "dial-timeout", "dial-refused"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

enum rule { REFUSE, SILENCE, MALFORM, RULES };
static const char *const rules[RULES] = {"refuse", "silence", "malform"};
static int online_fds; /* that a daemon has open when nothing was ever wrong */

static void start_modem(struct whole *w, const char *inject)
{
    char words[96];

    whole_config(w, "[Modem]\nBootTime=5s\n[PPP]\nDefaultRoute=no\n[Recovery]\nSearchTime=30s\n");
    snprintf(words, sizeof(words), "--profile=default%s%s", inject ? "|--inject=" : "", inject ? inject : "");
    whole_sim_start(w, words);
    whole_start(w, NULL);
}

/* The first fault that the daemon has met, by its log: by the time of our look it may have gone on to the next. */
static bool first_fault(const struct whole *w, char *out, size_t out_bytes)
{
    char *log = whole_read(w->daemon.log);
    const char *at = strstr(log, "warning: fault ");

    if (at)
        snprintf(out, out_bytes, "%.*s", (int)strcspn(at + 15, ":"), at + 15);
    free(log);
    return at != NULL;
}

/* The fault that is met, or "online". */
static void await_outcome(struct whole *w, char *out, size_t out_bytes)
{
    static const char watch[] = "{\"method\":\"io.microcat.Modem.Watch\",\"more\":true}";
    int64_t until_ms = whole_clock_ms() + 2 * WHOLE_MS;
    int fd = whole_connect(w);

    whole_send(fd, watch, sizeof(watch));
    for (;;) {
        if (first_fault(w, out, out_bytes))
            break;
        snprintf(out, out_bytes, "%s", whole_get(w, "state"));
        if (!strcmp(out, "online") || whole_clock_ms() > until_ms || !whole_receive(w, fd, until_ms - whole_clock_ms()))
            break;
    }
    close(fd);
}

/* The link comes up when the modem is good again. */
static void mend(struct whole *w)
{
    whole_sim(w, "forgive");
    whole_ctl(w, "disconnect"); /* ends a dial that nobody answers; what else is under way may still fail */
    for (int i = 0; i < 3 && whole_ctl(w, "connect") != 0; i++)
        ;
    whole_wait(w, "online");
}

static void meet(struct whole *w, enum rule rule, const struct row *row, const char *expected)
{
    char inject[64], outcome[64];

    assert_true(online_fds > 0);
    snprintf(inject, sizeof(inject), "%s %s", rules[rule], row->command);
    start_modem(w, inject);
    await_outcome(w, outcome, sizeof(outcome));
    if (strcmp(outcome, expected) != 0)
        fail_msg("%s, not %s (%s)", outcome, expected, whole_get(w, "fault.detail"));
    if (strcmp(outcome, "online") != 0)
        mend(w);
    whole_fds_settle(w, online_fds); /* whatever was met on the way */
    whole_end(w);
}

/* What takes longest stands at the table's end, and silence takes longer than a wrong answer. */
static const enum rule order[] = {SILENCE, MALFORM, REFUSE};

static void meet_one(struct whole *w, size_t i)
{
    const struct row *row = &rows[N_ROWS - 1 - i / RULES];
    const char *const expected[RULES] = {row->refuse, row->silence, row->malform};
    enum rule rule = order[i % RULES];

    meet(w, rule, row, expected[rule]);
}

static const char *name_one(size_t i)
{
    static char name[64];

    snprintf(name, sizeof(name), "%s %s", rules[order[i % RULES]], rows[N_ROWS - 1 - i / RULES].command);
    return name;
}

static void nothing_wrong(void **state)
{
    struct whole *w = *state;

    start_modem(w, NULL);
    whole_wait(w, "online");
    online_fds = whole_fds_quiet(w);
    whole_end(w);
}

static void error_silence_or_nonsense_to_anything(void **state)
{
    whole_rows(N_ROWS * RULES, name_one, meet_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(nothing_wrong),
        cmocka_unit_test(error_silence_or_nonsense_to_anything),
    };

    return cmocka_run_group_tests_name("whole: modem", tests, whole_world, NULL);
}
