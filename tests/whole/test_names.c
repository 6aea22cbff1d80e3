/* SPDX-License-Identifier: MIT */
/* The link's DNS servers where the host's names come from, and taken back however the call or the daemon ends. */
#include "whole.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define ETHERNET "search lan\nnameserver 127.0.0.1\n" /* the host's own: always there */

static char *path_of(const struct whole *w, const char *name, char *path, size_t path_bytes)
{
    snprintf(path, path_bytes, "%s/%s", w->dir, name);
    return path;
}

/* Waits until the file's text is @text, with or without our block behind it. */
static void until_given(struct whole *w, bool given)
{
    char path[128], *text;
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;

    path_of(w, "resolv.conf", path, sizeof(path));
    for (;;) {
        text = whole_read(path);
        bool block =
            strstr(text, "# microcatd microcatd: the servers of ") && strstr(text, "# microcatd microcatd: end\n");
        bool right = !strncmp(text, ETHERNET, strlen(ETHERNET)) && block == given && (given || !strcmp(text, ETHERNET));
        free(text);
        if (right)
            return;
        if (whole_clock_ms() > until_ms)
            fail_msg("the servers are %s in resolv.conf", given ? "not" : "still");
        whole_ctl(w, "status"); /* which takes its time, and turns the daemon's loop */
    }
}

static void in_resolv_conf(void **state)
{
    struct whole *w = *state;

    whole_write(w, "resolv.conf", ETHERNET, 0644);
    whole_online(w, NULL, NULL);
    whole_until(w, "ppp.dns_where", "resolv.conf");
    until_given(w, true);
    whole_ctl_says(w, "status", 0, "DNS ");
    assert_null(strstr(w->out, "nobody took"));
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    until_given(w, false);
    assert_string_equal(whole_get(w, "ppp.dns_where"), "null");
    whole_ctl_says(w, "connect", 0, "Online");
    until_given(w, true);
    whole_end(w);
    until_given(w, false);
}

/* The daemon is killed, and no call is left to carry on: the next one takes the servers out before it begins. */
static void after_a_kill(void **state)
{
    struct whole *w = *state;

    w->keeps = false;
    whole_write(w, "resolv.conf", ETHERNET, 0644);
    whole_online(w, NULL, NULL);
    until_given(w, true);
    whole_kill(&w->daemon, SIGKILL);
    until_given(w, true); /* nobody was there who could have */
    whole_config(w, "[Recovery]\nBootJitter=1h\n");
    whole_start(w, NULL);
    until_given(w, false);
    whole_end(w);
}

/* A call that outlives the daemon keeps its names, and the next daemon knows them for its own. */
static void with_a_call_that_lives_on(void **state)
{
    struct whole *w = *state;

    w->keeps = true;
    whole_write(w, "resolv.conf", ETHERNET, 0644);
    whole_online(w, NULL, NULL);
    until_given(w, true);
    whole_kill(&w->daemon, SIGKILL);
    whole_start(w, NULL);
    whole_until(w, "state", "online");
    whole_until(w, "ppp.dns_where", "resolv.conf");
    until_given(w, true);
    whole_end(w);
    until_given(w, false);
}

static void with_resolvconf(void **state)
{
    struct whole *w = *state;
    char path[128], *log;

    whole_write(w, "resolv.conf", ETHERNET, 0644);
    whole_write(w, "resolvconf", "#!/bin/sh\necho \"$1 $2\" >>\"$0.log\"\n[ \"$1\" != -a ] || cat >>\"$0.log\"\n",
                0755);
    whole_online(w, NULL, NULL);
    whole_until(w, "ppp.dns_where", "resolvconf");
    log = whole_read(path_of(w, "resolvconf.log", path, sizeof(path)));
    assert_non_null(strstr(log, "-a ppp.microcatd\nnameserver "));
    free(log);
    int changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    assert_true(inotify_add_watch(changes, path, IN_CLOSE_WRITE) >= 0);
    whole_end(w);
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;
    for (bool gone = false; !gone; free(log)) { /* by a process that the daemon left behind */
        log = whole_read(path);
        const char *added = strstr(log, "-a ppp.microcatd\n");
        gone = added && strstr(added, "-d ppp.microcatd\n");
        char events[4096];
        if (!gone && (!whole_poll(changes, POLLIN, until_ms) || read(changes, events, sizeof(events)) < 0))
            fail_msg("the record is still there");
    }
    close(changes);
    until_given(w, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {WHOLE_TEST(in_resolv_conf), WHOLE_TEST(after_a_kill),
                                       WHOLE_TEST(with_a_call_that_lives_on), WHOLE_TEST(with_resolvconf)};

    return cmocka_run_group_tests_name("whole: names", tests, whole_world, NULL);
}
