/* SPDX-License-Identifier: MIT */
/* A pppd that is missing, not to be run, ends at once, or will not end. */
#include "whole.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FAKE_SECRETS "[PDP]\nUser=sora\nPassword=so geheim%\n" /* what the fake one wants to be told */

/* In pppd's place: a file with this content and mode, none, or the fake pppd. */
static const struct row {
    const char *name;
    const char *content; /* NULL: no file */
    int mode;            /* 0: the fake pppd */
    const char *fault, *detail;
    bool dials; /* none for a pppd that cannot be run */
} rows[] = {
    {"fails to start", NULL, 0, "pppd-failed", "pppd exited with 7 (could not open the pty)", true},
    {"not of this machine",
     "\x7f"
     "ELF is not all that it takes\n",
     0755, "pppd-unusable", "Exec format error", true},
    {"ends at once", "#!/bin/sh\nexit 1\n", 0755, "pppd-unusable", "pppd exited with 1", true},
    {"missing", NULL, 0755, "pppd-missing", "/pppd: No such file or directory", false},
    {"not executable", "#!/bin/sh\nexit 1\n", 0644, "pppd-unusable", "/pppd: Permission denied", false},
};

static void configure(struct whole *w, const struct row *row)
{
    char more[256];

    if (row->content)
        whole_write(w, "pppd", row->content, row->mode);
    if (row->mode)
        snprintf(more, sizeof(more), "[PPP]\nProgram=%s/pppd\n", w->dir);
    else
        snprintf(more, sizeof(more), "%s[PPP]\nProgram=%s\nInterface=exit7\n", FAKE_SECRETS, getenv("FAKE_PPPD"));
    whole_config(w, more);
}

/* The daemon meets the fault, stands, leaks nothing, and comes up as soon as pppd is a good one. */
static void meet(struct whole *w, size_t i)
{
    const struct row *row = &rows[i];
    int fds;

    configure(w, row);
    whole_sim_start(w, "--profile=warm");
    whole_start(w, NULL);
    whole_until(w, "fault.code", row->fault);
    assert_non_null(strstr(whole_get(w, "fault.detail"), row->detail));
    whole_ctl_says(w, "status", 0, row->detail);
    assert_true((whole_sim_count(w, "dials") > 0) == row->dials);
    whole_until(w, "state", "backoff");
    fds = whole_fds_quiet(w);
    for (int n = 0; n < (row->dials ? 1 : 5); n++) /* a dial in vain costs the way back to command mode */
        whole_ctl_says(w, "reconnect", 1, row->detail);
    whole_until(w, "state", "backoff");
    whole_fds_settle(w, fds);
    whole_config(w, NULL);
    whole_kill(&w->daemon, SIGHUP);
    whole_wait(w, "online");
    whole_end(w);
}

static const char *name(size_t i)
{
    return rows[i].name;
}

static void cannot_be_run(void **state)
{
    whole_rows(sizeof(rows) / sizeof(rows[0]), name, meet);
}

/* No descriptor left for a pty: that is what is said, and nothing is dialled for it. */
static void no_room_for_a_pty(void **state)
{
    struct whole *w = *state;
    struct rlimit limit, low;
    int64_t dials;
    int fds;

    whole_online(w, NULL, NULL);
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    fds = whole_fds_quiet(w);
    dials = whole_sim_count(w, "dials");
    assert_int_equal(prlimit(w->daemon.pid, RLIMIT_NOFILE, NULL, &limit), 0);
    low = (struct rlimit){.rlim_cur = (rlim_t)fds + 1, .rlim_max = limit.rlim_max}; /* one more: for who asks */
    assert_int_equal(prlimit(w->daemon.pid, RLIMIT_NOFILE, &low, NULL), 0);
    whole_ctl_says(w, "connect", 1, "no pty for pppd: /dev/ptmx: Too many open files");
    whole_said(w, &w->daemon, "fault host-refused: this machine refused what a call needs (no pty for pppd: /dev/");
    assert_string_equal(whole_get(w, "fault.code"), "host-refused");
    assert_int_equal(whole_sim_count(w, "dials"), dials);
    assert_int_equal(prlimit(w->daemon.pid, RLIMIT_NOFILE, &limit, NULL), 0);
    whole_ctl_says(w, "connect", 0, "Online");
    whole_end(w);
}

static void refused_by_the_network(void **state)
{
    struct whole *w = *state;

    whole_config(w, NULL);
    whole_sim_start(w, "--profile=warm|--inject=auth-refuse on");
    whole_start(w, NULL);
    whole_until(w, "fault.code", "ppp-auth");
    whole_wait(w, "backoff");
    assert_true(whole_get_int(w, "retry_in_s") > 600); /* a password does not get better by trying */
    whole_sim(w, "forgive");
    whole_ctl_says(w, "reconnect", 0, "Online");
    whole_end(w);
}

static void dies_while_online(void **state)
{
    struct whole *w = *state;
    char *log;

    whole_online(w, NULL, NULL);
    assert_int_equal(kill((pid_t)whole_get_int(w, "ppp.pid"), SIGKILL), 0);
    whole_until(w, "counters.redials", "1");
    whole_wait(w, "online");
    log = whole_read(w->daemon.log); /* one change, which says why */
    assert_non_null(strstr(log, "): pppd was killed (pppd was killed by signal 9 while running"));
    assert_null(strstr(log, "online -> ppp"));
    free(log);
    whole_ctl_says(w, "history", 0, "pppd");
    whole_end(w);
}

/* Deaf to SIGTERM: killed after a while, and the link goes on with its life. */
static void ignores_sigterm(void **state)
{
    struct whole *w = *state;
    int64_t pid;
    char more[256], path[64], *log;
    int fds;

    snprintf(more, sizeof(more), "%s[PPP]\nProgram=%s\nInterface=deaf\nDefaultRoute=no\n", FAKE_SECRETS,
             getenv("FAKE_PPPD"));
    whole_online(w, NULL, more);
    pid = whole_get_int(w, "ppp.pid");
    fds = whole_fds_quiet(w);
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    log = whole_read(w->daemon.log);
    assert_non_null(strstr(log, "does not end: killing it"));
    free(log);
    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    assert_int_equal(access(path, F_OK), -1);
    assert_string_equal(whole_get(w, "state"), "stopped");
    whole_ctl_says(w, "connect", 0, "Online");
    whole_fds_settle(w, fds);
    whole_stop(w, 20000);
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cannot_be_run), WHOLE_TEST(no_room_for_a_pty), WHOLE_TEST(refused_by_the_network),
        WHOLE_TEST(dies_while_online),   WHOLE_TEST(ignores_sigterm),
    };

    return cmocka_run_group_tests_name("whole: pppd", tests, whole_world, NULL);
}
