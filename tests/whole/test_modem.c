/* SPDX-License-Identifier: MIT */
/*
 * A modem that refuses anything, says nothing to anything, answers anything in the wrong shape, or drowns us in noise.
 * Every row is a daemon and a board of its own, all at once, because what silence costs is time.
 */
#include "whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOISE_MIB 10

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
    {"ATD", "dial-refused", "dial-timeout", "ppp-lcp"},
};

static void start_row(struct whole *w, const char *rule, const char *command)
{
    char inject[96];

    whole_config(w, "[Modem]\nBootTime=5s\n[PPP]\nDefaultRoute=no\n[Recovery]\nSearchTime=30s\n");
    snprintf(inject, sizeof(inject), "--profile=default|--inject=%s %s", rule, command);
    whole_sim_start(w, inject);
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
    int64_t until_ms = whole_clock_ms() + 3 * WHOLE_MS;
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

/* Is it as expected? Says what is not. */
static bool check_row(struct whole *w, const char *rule, const struct row *row, const char *expected, int *online_fds)
{
    char outcome[64];
    bool good;

    await_outcome(w, outcome, sizeof(outcome));
    good = strcmp(outcome, expected) == 0;
    if (!good)
        fprintf(stderr, "# %s %s: %s, not %s (%s)\n", rule, row->command, outcome, expected,
                whole_get(w, "fault.detail"));
    if (strcmp(outcome, "online") != 0)
        mend(w);
    if (*online_fds == 0)
        *online_fds = whole_fds_quiet(w);
    whole_fds_settle(w, *online_fds); /* whatever was met on the way */
    whole_end(w);
    return good;
}

enum rule { REFUSE, SILENCE, MALFORM, RULES };
static const char *const rules[] = {"refuse", "silence", "malform"};
static void *worlds[RULES][sizeof(rows) / sizeof(rows[0])];

static int start_rule(enum rule rule)
{
    int r = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && r == 0; i++) {
        r = whole_setup(&worlds[rule][i]);
        if (r == 0)
            start_row(worlds[rule][i], rules[rule], rows[i].command);
    }
    return r;
}

/* What takes longest first; not all at once, because every daemon holds one of the kernel's 128 inotify instances. */
static int start_all(void **state)
{
    int r = whole_world(state);

    return r == 0 ? start_rule(SILENCE) : r;
}

static int stop_all(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (int rule = 0; rule < RULES; rule++)
            if (worlds[rule][i])
                whole_teardown(&worlds[rule][i]);
    return 0;
}

static void check_rule(enum rule rule)
{
    const size_t n = sizeof(rows) / sizeof(rows[0]);
    int online_fds = 0;
    size_t good = 0;

    for (size_t i = 0; i < n; i++) {
        const char *expected[] = {rows[i].refuse, rows[i].silence, rows[i].malform};

        good += check_row(worlds[rule][i], rules[rule], &rows[i], expected[rule], &online_fds);
        whole_teardown(&worlds[rule][i]);
        worlds[rule][i] = NULL;
    }
    assert_int_equal(good, n);
}

static void error_to_anything(void **state)
{
    assert_int_equal(start_rule(REFUSE), 0);
    check_rule(REFUSE);
}

static void silence_to_anything(void **state)
{
    check_rule(SILENCE);
}

static void wrong_shape_to_anything(void **state)
{
    assert_int_equal(start_rule(MALFORM), 0);
    check_rule(MALFORM);
}

/* While at rest: counted and dropped, memory stays, and the next command finds its answer. */
static void ten_megabytes_of_noise(void **state)
{
    struct whole *w = *state;
    int64_t rss_kib, sent;
    int fds;

    whole_online(w, "--profile=warm|--set=pace=no|--set=fragment-max=4096", NULL);
    whole_ctl_says(w, "disconnect", 0, "");
    whole_sim(w, "noise 60000");
    whole_ctl_says(w, "status", 0, "stopped");
    fds = whole_fds_quiet(w);
    rss_kib = whole_rss_kib(w);
    sent = whole_sim_count(w, "bytes_to_host");
    while (whole_sim_count(w, "bytes_to_host") - sent < NOISE_MIB << 20)
        whole_sim(w, "noise 60000");
    whole_ctl_says(w, "at|AT", 0, "OK");
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(whole_rss_kib(w) - rss_kib < 1024);
#else
    (void)rss_kib;
#endif
    whole_ctl_says(w, "at|AT+CSQ", 0, "+CSQ: 22,99");
    whole_ctl_says(w, "connect", 0, "Online");
    assert_true(whole_get_int(w, "counters.noise_bytes") > NOISE_MIB << 16);
    whole_ctl_says(w, "disconnect", 0, "");
    whole_fds_settle(w, fds);
    whole_end(w);
}

/* Noise on the way up is no reason to give up. */
static void noise_on_the_way_up(void **state)
{
    struct whole *w = *state;

    whole_config(w, "[Modem]\nBootTime=5s\n");
    whole_sim_start(w, "--profile=default|--set=pace=no|--set=fragment-max=4096|--inject=garbage-answers on");
    whole_start(w, NULL);
    for (int i = 0; i < 20; i++)
        whole_sim(w, "noise 60000");
    whole_until(w, "fault.code", "not-a-modem");
    whole_sim(w, "forgive");
    whole_ctl_says(w, "reconnect", 0, "Online");
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_to_anything),       cmocka_unit_test(silence_to_anything),
        cmocka_unit_test(wrong_shape_to_anything), WHOLE_TEST(ten_megabytes_of_noise),
        WHOLE_TEST(noise_on_the_way_up),
    };

    return cmocka_run_group_tests_name("whole: modem", tests, start_all, stop_all);
}
